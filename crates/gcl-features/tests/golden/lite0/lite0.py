"""EfficientNet-Lite0 in PyTorch, in double precision, on two made-up pictures: writes `vectors.json`.

    python lite0.py efficientnet-lite0-57934424.pth

The checkpoint's origin is in crates/gcl-lite0/README.md. `file` is the network of the embedded safetensors,
`checkpoint` that of the published file with its batch-norms apart; both are the 1280 channels averaged over
the picture.
"""

import json
import pathlib
import struct
import sys

import numpy as np
import torch
from torch.nn import functional as F

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "networks"))
from made_up import unit  # noqa: E402

EMBEDDED = HERE.parents[3] / "gcl-lite0" / "weights" / "efficientnet-lite0.safetensors"
WIDTH, HEIGHT = 384, 256
# Repeats, taps a side, stride of the first, channels out.
GROUPS = [(1, 3, 1, 16), (2, 3, 2, 24), (2, 5, 2, 40), (3, 3, 2, 80), (3, 5, 1, 112), (4, 5, 2, 192), (1, 3, 1, 320)]


def safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    kinds = {"F16": "<f2", "F32": "<f4"}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            values = np.frombuffer(body[begin:end], kinds[entry["dtype"]]).astype(np.float64)
            tensors[name] = torch.from_numpy(values.reshape(entry["shape"]))
    return tensors


class File:
    """Convolutions with a bias."""

    def __init__(self):
        self.tensors = safetensors(EMBEDDED)

    def conv(self, x, conv, norm, **how):
        return F.conv2d(x, self.tensors[f"{conv}.weight"], self.tensors[f"{conv}.bias"], **how)


class Checkpoint:
    """Convolutions, and batch-norms apart."""

    def __init__(self, path):
        self.tensors = {k: v.double() for k, v in torch.load(path, weights_only=True).items()}

    def conv(self, x, conv, norm, **how):
        t = self.tensors
        x = F.conv2d(x, t[f"{conv}.weight"], **how)
        mean, var = t[f"{norm}.running_mean"], t[f"{norm}.running_var"]
        return F.batch_norm(x, mean, var, t[f"{norm}.weight"], t[f"{norm}.bias"], eps=1e-3)


def same(x, taps, stride):
    """TensorFlow's padding: the odd one goes after."""
    total = [max((-(-n // stride) - 1) * stride + taps - n, 0) for n in x.shape[2:]]
    (top, left), (high, wide) = [n // 2 for n in total], total
    return F.pad(x, (left, wide - left, top, high - top))


def vector(net, x):
    x = net.conv(same(x, 3, 2), "_conv_stem", "_bn0", stride=2).clamp(0, 6)
    block = 0
    for repeats, taps, stride, out in GROUPS:
        for repeat in range(repeats):
            at, y, s = f"_blocks.{block}.", x, stride if repeat == 0 else 1
            if block > 0:
                y = net.conv(y, at + "_expand_conv", at + "_bn0").clamp(0, 6)
            y = same(y, taps, s)
            y = net.conv(y, at + "_depthwise_conv", at + "_bn1", stride=s, groups=y.shape[1]).clamp(0, 6)
            y = net.conv(y, at + "_project_conv", at + "_bn2")
            x = x + y if repeat > 0 else y
            block += 1
    return net.conv(x, "_conv_head", "_bn1").clamp(0, 6).mean((2, 3))[0]


def picture(name, block):
    """Random levels in squares of `block` pixels, `[HEIGHT, WIDTH, 3]`."""
    h, w = HEIGHT // block, WIDTH // block
    levels = np.floor((unit(name, h * w * 3).astype(np.float64) + 1) * 127.5).reshape(h, w, 3)
    return levels.repeat(block, 0).repeat(block, 1)


def main():
    nets = {"file": File(), "checkpoint": Checkpoint(sys.argv[1])}
    cases = []
    for name, block in [("noise", 1), ("squares", 16)]:
        x = torch.from_numpy((picture(name, block) - 127) / 128).permute(2, 0, 1)[None]
        with torch.inference_mode():
            vectors = {key: [float(f"{v:.7g}") for v in vector(net, x)] for key, net in nets.items()}
        cases.append({"name": name, "block": block, **vectors})
    (HERE / "vectors.json").write_text(json.dumps(cases))


if __name__ == "__main__":
    main()
