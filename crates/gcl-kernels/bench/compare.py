"""Times the backbones of examples/backbones in turn with PyTorch on the same made-up weights.

    cargo build --release -p gcl-kernels --examples
    python bench/compare.py <path of the backbones binary> [--network NAME] [--batch N] [--threads N]
        [--rounds N] [--eager | --onnx]

Prints the largest difference of the outputs, and ours / theirs: the ratio of the medians, of the
shortest times, and the median of the ratios of neighbouring runs. With one thread the times are those
on the processor, which other programs disturb less. Theirs is TorchScript, frozen and
optimised for inference (or eager). On a shared machine only ratios of one run mean anything.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
import warnings

import numpy
import torch
from torch import nn
from torch.nn import functional as F


def made_up(tensor, count, scale):
    """Values in (-1, 1) times scale: a hash of (tensor, position)."""
    x = numpy.arange(count, dtype=numpy.uint32) + numpy.uint32(tensor * 0x9E3779B9 & 0xFFFFFFFF)
    x = (x ^ (x >> 16)) * numpy.uint32(0x7FEB352D)
    x = (x ^ (x >> 15)) * numpy.uint32(0x846CA68B)
    x ^= x >> 16
    values = (x >> 8).astype(numpy.float32) / numpy.float32(8388608.0) - numpy.float32(1.0)
    return values * numpy.float32(scale)


class Weights:
    def __init__(self):
        self.tensors = 0

    def fill(self, parameter, scale):
        self.tensors += 1
        values = made_up(self.tensors, parameter.numel(), scale)
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(values).reshape(parameter.shape))

    def weight(self, layer, gain=1.0):
        fan = layer.weight[0].numel()
        self.fill(layer.weight, numpy.float32(gain) * numpy.sqrt(numpy.float32(6.0 / fan)))

    def conv_bn(self, conv, gain=1.0):
        self.weight(conv, gain)
        norm = nn.BatchNorm3d(conv.out_channels, eps=1e-5)
        self.fill(norm.bias, 0.1)
        self.fill(norm.running_mean, 0.1)
        return nn.Sequential(conv, norm)


def conv(inner, out, kernel, stride=1, padding=0, groups=1, bias=False):
    return nn.Conv3d(inner, out, kernel, stride, padding, groups=groups, bias=bias)


class Bottleneck(nn.Module):
    def __init__(self, w, shortcut, convs):
        super().__init__()
        self.shortcut = w.conv_bn(shortcut) if shortcut else nn.Identity()
        self.conv1, self.conv2 = w.conv_bn(convs[0]), w.conv_bn(convs[1])
        self.conv3 = w.conv_bn(convs[2], 0.3)

    def forward(self, x):
        y = F.relu(self.conv2(F.relu(self.conv1(x))))
        return F.relu(self.conv3(y) + self.shortcut(x))


class Features(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x).flatten(2).mean(2)


def resnext101(stem):
    w = Weights()
    layers = [w.conv_bn(conv(3, stem, 7, (1, 2, 2), 3)), nn.ReLU(), nn.MaxPool3d(3, 2, 1)]
    width = stem
    for layer, (blocks, m) in enumerate([(3, 128), (4, 256), (23, 512), (3, 1024)]):
        for block in range(blocks):
            s = 2 if block == 0 and layer > 0 else 1
            shortcut = conv(width, 2 * m, 1, s) if block == 0 else None
            convs = [conv(width, m, 1), conv(m, m, 3, s, 1, 32), conv(m, 2 * m, 1)]
            layers.append(Bottleneck(w, shortcut, convs))
            width = 2 * m
    return Features(*layers)


def i3d_resnet50():
    w = Weights()
    layers = [w.conv_bn(conv(3, 64, (5, 7, 7), 2, (2, 3, 3))), nn.ReLU(), nn.MaxPool3d((2, 3, 3), 2)]
    width = 64
    for layer, (times, m) in enumerate(
        [([3, 3, 3], 64), ([3, 1, 3, 1], 128), ([3, 1, 3, 1, 3, 1], 256), ([1, 3, 1], 512)]
    ):
        for block, kt in enumerate(times):
            s = 2 if block == 0 and layer > 0 else 1
            shortcut = conv(width, 4 * m, 1, (1, s, s)) if block == 0 else None
            convs = [
                conv(width, m, (kt, 1, 1), 1, (kt // 2, 0, 0)),
                conv(m, m, (1, 3, 3), (1, s, s), (0, 1, 1)),
                conv(m, 4 * m, 1),
            ]
            layers.append(Bottleneck(w, shortcut, convs))
            width = 4 * m
        if layer == 0:
            layers.append(nn.MaxPool3d((2, 1, 1), (2, 1, 1)))
    return Features(*layers)


class C3D(nn.Module):
    def __init__(self):
        super().__init__()
        w, layers, width = Weights(), [], 3
        for out, pool in [
            (64, ((1, 2, 2), 0)), (128, (2, 0)), (256, None), (256, (2, 0)),
            (512, None), (512, (2, 0)), (512, None), (512, (2, (0, 1, 1))),
        ]:
            layer = conv(width, out, 3, 1, 1, bias=True)
            w.weight(layer)
            w.fill(layer.bias, 0.1)
            layers += [layer, nn.ReLU()]
            if pool:
                layers.append(nn.MaxPool3d(pool[0], pool[0], pool[1]))
            width = out
        self.convs = nn.Sequential(*layers)
        self.fc6, self.fc7 = nn.Linear(8192, 4096), nn.Linear(4096, 4096)
        for fc in (self.fc6, self.fc7):
            w.weight(fc)
            w.fill(fc.bias, 0.1)

    def forward(self, x):
        fc6 = F.relu(self.fc6(self.convs(x).flatten(1)))
        return torch.cat((fc6, F.relu(self.fc7(fc6))), 1)


def same(size, kernel, stride):
    """Padding of one axis as TensorFlow's SAME."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Same(nn.Module):
    """Zeros around the input of a layer: sizes are constants here, as the clip's size is."""

    def __init__(self, layer, size, kernel, stride):
        super().__init__()
        pads = [same(*axis) for axis in zip(size, kernel, stride)]
        self.pads = [p for axis in reversed(pads) for p in axis]
        self.layer, self.any = layer, any(self.pads)

    def forward(self, x):
        return self.layer(F.pad(x, self.pads) if self.any else x)


class Mixed(nn.Module):
    def __init__(self, unit, pool, width, b):
        super().__init__()
        self.b0 = unit(width, b[0], 1)
        self.b1 = nn.Sequential(unit(width, b[1], 1), unit(b[1], b[2], 3))
        self.b2 = nn.Sequential(unit(width, b[3], 1), unit(b[3], b[4], 3))
        self.b3 = nn.Sequential(pool, unit(width, b[5], 1))

    def forward(self, x):
        return torch.cat((self.b0(x), self.b1(x), self.b2(x), self.b3(x)), 1)


def inception():
    w = Weights()
    size = [16, 224, 224]

    def unit(inner, out, k, s=1):
        nonlocal size
        pads = [same(n, k, s) for n in size]
        padding = pads[0][0] if all(p == (pads[0][0],) * 2 for p in pads) else None
        layer = w.conv_bn(conv(inner, out, k, s, padding or 0))
        if padding is None:
            layer = Same(layer, size, [k] * 3, [s] * 3)
        size = [-(-n // s) for n in size]
        return nn.Sequential(layer, nn.ReLU())

    def pool(k, s):
        nonlocal size
        layer = Same(nn.MaxPool3d(k, s), size, k, s)
        size = [-(-n // t) for n, t in zip(size, s)]
        return layer

    layers = [unit(3, 64, 7, 2), pool((1, 3, 3), (1, 2, 2)), unit(64, 64, 1), unit(64, 192, 3)]
    layers.append(pool((1, 3, 3), (1, 2, 2)))
    width = 192
    for i, b in enumerate([
        (64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128), (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128),
    ]):
        if i in (2, 7):
            k = 3 if i == 2 else 2
            layers.append(pool((k,) * 3, (2,) * 3))
        layers.append(Mixed(unit, pool((3,) * 3, (1,) * 3), width, b))
        width = b[0] + b[2] + b[4] + b[5]
    return Features(*layers)


class Inverted(nn.Module):
    """A wide depthwise convolution between two of one tap, as MobileNetV2's."""

    def __init__(self, w, inner, out, taps, stride, wider, size):
        super().__init__()
        wide = inner * wider
        layers = [w.conv_bn(conv(inner, wide, 1)), nn.ReLU6()] if wider > 1 else []
        kernel, step = (1, taps, taps), (1, stride, stride)
        depthwise = w.conv_bn(conv(wide, wide, kernel, step, 0, wide))
        layers += [Same(depthwise, size, kernel, step), nn.ReLU6()]
        layers.append(w.conv_bn(conv(wide, out, 1), 0.5))
        self.layers = nn.Sequential(*layers)
        self.residual = inner == out and stride == 1

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


def efficientnet_lite0():
    w, size = Weights(), (1, 256, 384)
    stem = w.conv_bn(conv(3, 32, (1, 3, 3), (1, 2, 2)))
    layers, width = [Same(stem, size, (1, 3, 3), (1, 2, 2)), nn.ReLU6()], 32
    size = (1, 128, 192)
    for repeats, taps, stride, wider, out in [
        (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80),
        (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320),
    ]:
        for block in range(repeats):
            s = stride if block == 0 else 1
            layers.append(Inverted(w, width, out, taps, s, wider, size))
            size, width = (1, -(-size[1] // s), -(-size[2] // s)), out
    return flat(Features(*layers, w.conv_bn(conv(320, 1280, 1)), nn.ReLU6()))


def flat(module):
    """The same network on pictures: convolutions of single frames in two dimensions, which are faster there."""
    for name, child in module.named_children():
        if isinstance(child, nn.Conv3d):
            layer = nn.Conv2d(child.in_channels, child.out_channels, child.kernel_size[1:],
                              child.stride[1:], groups=child.groups, bias=False)
            layer.weight.data = child.weight.data.squeeze(2)
            setattr(module, name, layer)
        elif isinstance(child, nn.BatchNorm3d):
            norm = nn.BatchNorm2d(child.num_features, eps=child.eps)
            norm.load_state_dict(child.state_dict())
            setattr(module, name, norm)
        else:
            flat(child)
    if isinstance(module, Same):
        module.pads = module.pads[:4]
    return module


def by_onnxruntime(model, clips, threads):
    """The model in ONNX Runtime."""
    import onnxruntime

    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        torch.onnx.export(model, clips, file.name, dynamo=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(file.name, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda x: torch.from_numpy(session.run(None, {name: x.numpy()})[0])


NETWORKS = {
    "resnext101": (lambda: resnext101(64), (16, 112, 112)),
    "resnext101-128": (lambda: resnext101(128), (16, 112, 112)),
    "c3d": (C3D, (16, 112, 112)),
    "i3d": (inception, (16, 224, 224)),
    "i3d-resnet50": (i3d_resnet50, (16, 224, 224)),
    "lite0": (efficientnet_lite0, (1, 256, 384)),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--network", default="resnext101", choices=NETWORKS)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--eager", action="store_true")
    parser.add_argument("--onnx", action="store_true", help="ONNX Runtime instead of TorchScript")
    parser.add_argument("--isa", default=None)
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # TorchScript is deprecated, and still the fastest here
    torch.set_num_threads(args.threads)
    build, size = NETWORKS[args.network]
    model = build().eval()
    shape = (args.batch, 3, *size)
    clips = torch.from_numpy(made_up(0, int(numpy.prod(shape)), 1.0)).reshape(shape)
    clips = clips.squeeze(2)  # a single frame is a picture
    ours_args = [args.binary, args.network, str(args.batch), str(args.threads), "serve"]
    ours_args += [args.isa] if args.isa else []
    ours = subprocess.Popen(ours_args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run_ours(line="run"):
        ours.stdin.write(line + "\n")
        ours.stdin.flush()
        return float(ours.stdout.readline())

    def ours_on_cpu():
        """Milliseconds that our main thread has been running."""
        with open(f"/proc/{ours.pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1e6

    with torch.inference_mode():
        if args.onnx:
            model = by_onnxruntime(model, clips, args.threads)
        elif not args.eager:
            model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.script(model)))

        clock = time.thread_time if args.threads == 1 else time.perf_counter

        def run_theirs():
            start = clock()
            model(clips)
            return (clock() - start) * 1e3

        def time_ours():
            if args.threads > 1:
                return run_ours()
            before = ours_on_cpu()
            run_ours()
            time.sleep(0.002)  # until it waits for the next line, and is accounted for
            return ours_on_cpu() - before

        with tempfile.NamedTemporaryFile() as file:
            run_ours(f"save {file.name}")
            found = numpy.fromfile(file.name, dtype="<f4")
        expected = model(clips).numpy()
        if args.network == "c3d":  # two outputs, each of all clips
            expected = numpy.concatenate((expected[:, :4096].ravel(), expected[:, 4096:].ravel()))
        difference = numpy.abs(found - expected.ravel()).max()
        print(f"difference {difference:.2e} at values up to {numpy.abs(expected).max():.2f}")
        for _ in range(3):
            time_ours(), run_theirs()
        pairs = [(time_ours(), run_theirs()) for _ in range(args.rounds)]
    ours.stdin.close()
    a, b = zip(*pairs)
    median, least = statistics.median, min
    print(
        f"{args.network} batch {args.batch}, {args.threads} threads, ms a clip: "
        f"ours {median(a) / args.batch:.1f} (least {least(a) / args.batch:.1f}), "
        f"theirs {median(b) / args.batch:.1f} (least {least(b) / args.batch:.1f}); "
        f"ratio of medians {median(a) / median(b):.3f}, of least {least(a) / least(b):.3f}, "
        f"median of ratios {median([x / y for x, y in pairs]):.3f}"
    )


if __name__ == "__main__":
    main()
