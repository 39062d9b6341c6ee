"""The networks in PyTorch, with tensors under the names of the published checkpoints. Own writing, from the papers'
tables and the published sizes; `whole.py --authors` holds them against the authors' code."""

import torch
from torch import nn
from torch.nn import functional as F


def conv_bn(inner, out, kernel, stride=1, padding=0, groups=1, eps=1e-5):
    conv = nn.Conv3d(inner, out, kernel, stride, padding, groups=groups, bias=False)
    return conv, nn.BatchNorm3d(out, eps=eps)


class Bottleneck(nn.Module):
    """Three convolutions with norms, and what stands beside them. `shortcut`: None, "A" or "B"."""

    def __init__(self, convs, shortcut, inner, out, stride):
        super().__init__()
        for i, (conv, bn) in enumerate(convs, 1):
            setattr(self, f"conv{i}", conv)
            setattr(self, f"bn{i}", bn)
        self.shortcut, self.out, self.stride = shortcut, out, stride
        if shortcut == "B":
            self.downsample = nn.Sequential(*conv_bn(inner, out, 1, stride))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        if self.shortcut == "B":
            x = self.downsample(x)
        elif self.shortcut == "A":
            x = F.avg_pool3d(x, 1, self.stride)
            x = torch.cat([x, x.new_zeros(x.shape[0], self.out - x.shape[1], *x.shape[2:])], 1)
        return F.relu(y + x)


class ResNeXt3d(nn.Module):
    def __init__(self, stem=64, blocks=(3, 4, 23, 3), planes=(128, 256, 512, 1024), cardinality=32, shortcut="B"):
        super().__init__()
        self.conv1, self.bn1 = conv_bn(3, stem, 7, (1, 2, 2), 3)
        inner = stem
        for i, (count, p) in enumerate(zip(blocks, planes)):
            layer = []
            for block in range(count):
                stride = 2 if i and not block else 1
                mid, out = cardinality * (p // 32), 2 * p
                convs = [
                    conv_bn(inner, mid, 1),
                    conv_bn(mid, mid, 3, stride, 1, cardinality),
                    conv_bn(mid, out, 1),
                ]
                beside = shortcut if stride != 1 or inner != out else None
                layer.append(Bottleneck(convs, beside, inner, out, stride))
                inner = out
            setattr(self, f"layer{i + 1}", nn.Sequential(*layer))
        self.fc = nn.Linear(inner, 5)

    def forward(self, x):
        x = F.max_pool3d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return x.mean((2, 3, 4))


class C3d(nn.Module):
    NAMES = ["conv1", "conv2", "conv3a", "conv3b", "conv4a", "conv4b", "conv5a", "conv5b"]

    def __init__(self, widths=(64, 128, 256, 256, 512, 512, 512, 512), fc=4096, crop=112, layer="fc6"):
        super().__init__()
        inner = 3
        for name, out in zip(self.NAMES, widths):
            setattr(self, name, nn.Conv3d(inner, out, 3, padding=1))
            inner = out
        side = crop // 16 // 2 + 1
        self.fc6, self.fc7 = nn.Linear(inner * side * side, fc), nn.Linear(fc, fc)
        self.fc8, self.layer = nn.Linear(fc, 5), layer

    def forward(self, x):
        pools = {"conv1": ((1, 2, 2), 0), "conv2": (2, 0), "conv3b": (2, 0), "conv4b": (2, 0), "conv5b": (2, (0, 1, 1))}
        for name in self.NAMES:
            x = F.relu(getattr(self, name)(x))
            if name in pools:
                window, padding = pools[name]
                x = F.max_pool3d(x, window, window, padding)
        x = F.relu(self.fc6(x.flatten(1)))
        return F.relu(self.fc7(x)) if self.layer == "fc7" else x


def same(x, kernel, stride):
    """Zeros around x so that ceil(size / stride) windows fit; the odd one goes after."""
    pads = []
    for size, k, s in zip(x.shape[2:], kernel, stride):
        total = max((-(-size // s) - 1) * s + k - size, 0)
        pads = [total // 2, total - total // 2] + pads
    return F.pad(x, pads)


class Unit(nn.Module):
    def __init__(self, inner, out, kernel, stride=1):
        super().__init__()
        self.kernel, self.stride = (kernel,) * 3, (stride,) * 3
        self.conv3d, self.bn = conv_bn(inner, out, kernel, stride, eps=1e-3)

    def forward(self, x):
        return F.relu(self.bn(self.conv3d(same(x, self.kernel, self.stride))))


class Mixed(nn.Module):
    def __init__(self, inner, w):
        super().__init__()
        self.b0 = Unit(inner, w[0], 1)
        self.b1a, self.b1b = Unit(inner, w[1], 1), Unit(w[1], w[2], 3)
        self.b2a, self.b2b = Unit(inner, w[3], 1), Unit(w[3], w[4], 3)
        self.b3b = Unit(inner, w[5], 1)

    def forward(self, x):
        pooled = F.max_pool3d(same(x, (3, 3, 3), (1, 1, 1)), 3, 1)
        return torch.cat([self.b0(x), self.b1b(self.b1a(x)), self.b2b(self.b2a(x)), self.b3b(pooled)], 1)


class InceptionI3d(nn.Module):
    BLOCKS = {
        "Mixed_3b": [64, 96, 128, 16, 32, 32],
        "Mixed_3c": [128, 128, 192, 32, 96, 64],
        "Mixed_4b": [192, 96, 208, 16, 48, 64],
        "Mixed_4c": [160, 112, 224, 24, 64, 64],
        "Mixed_4d": [128, 128, 256, 24, 64, 64],
        "Mixed_4e": [112, 144, 288, 32, 64, 64],
        "Mixed_4f": [256, 160, 320, 32, 128, 128],
        "Mixed_5b": [256, 160, 320, 32, 128, 128],
        "Mixed_5c": [384, 192, 384, 48, 128, 128],
    }

    def __init__(self, narrower=1):
        super().__init__()
        n = narrower
        self.Conv3d_1a_7x7 = Unit(3, 64 // n, 7, 2)
        self.Conv3d_2b_1x1 = Unit(64 // n, 64 // n, 1)
        self.Conv3d_2c_3x3 = Unit(64 // n, 192 // n, 3)
        inner = 192 // n
        for name, widths in self.BLOCKS.items():
            w = [c // n for c in widths]
            setattr(self, name, Mixed(inner, w))
            inner = w[0] + w[2] + w[4] + w[5]
        self.logits = nn.Module()
        self.logits.conv3d = nn.Conv3d(inner, 5, 1)

    def forward(self, x):
        def pool(x, kernel, stride):
            return F.max_pool3d(same(x, kernel, stride), kernel, stride)

        x = pool(self.Conv3d_1a_7x7(x), (1, 3, 3), (1, 2, 2))
        x = pool(self.Conv3d_2c_3x3(self.Conv3d_2b_1x1(x)), (1, 3, 3), (1, 2, 2))
        for name in self.BLOCKS:
            if name == "Mixed_4b":
                x = pool(x, (3, 3, 3), (2, 2, 2))
            if name == "Mixed_5b":
                x = pool(x, (2, 2, 2), (2, 2, 2))
            x = getattr(self, name)(x)
        return x.mean((2, 3, 4))


class I3dResNet50(nn.Module):
    SPANS = [[3, 3, 3], [3, 1, 3, 1], [3, 1, 3, 1, 3, 1], [1, 3, 1]]

    def __init__(self, width=64):
        super().__init__()
        self.conv1, self.bn1 = conv_bn(3, width, (5, 7, 7), 2, (2, 3, 3))
        inner = width
        for i, spans in enumerate(self.SPANS):
            planes, layer = width << i, []
            for block, span in enumerate(spans):
                s = (1, 2, 2) if i and not block else (1, 1, 1)
                convs = [
                    conv_bn(inner, planes, (span, 1, 1), 1, (span // 2, 0, 0)),
                    conv_bn(planes, planes, (1, 3, 3), s, (0, 1, 1)),
                    conv_bn(planes, 4 * planes, 1),
                ]
                beside = "B" if s != (1, 1, 1) or inner != 4 * planes else None
                layer.append(Bottleneck(convs, beside, inner, 4 * planes, s))
                inner = 4 * planes
            setattr(self, f"layer{i + 1}", nn.Sequential(*layer))
        self.fc = nn.Linear(inner, 5)

    def forward(self, x):
        x = F.max_pool3d(F.relu(self.bn1(self.conv1(x))), (2, 3, 3), 2)
        x = F.max_pool3d(self.layer1(x), (2, 1, 1))
        return self.layer4(self.layer3(self.layer2(x))).mean((2, 3, 4))
