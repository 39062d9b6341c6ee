"""Golden cases of the networks: python export.py (PyTorch on the CPU).

cases.json: narrow networks by their sizes, the names and shapes of their state dict, the size of a clip, and the
features that PyTorch gives. Weights and clip are made up on both sides (made_up.py). Two checkpoints in the published
layouts stand beside it, whose values the same rules give.
"""

import json

import torch

import models
from made_up import clip, fill

CASES = [
    ("resnext-b", "ResNeXt3d", dict(stem=6, blocks=[1, 2, 1, 2], planes=[32, 64, 32, 96], cardinality=4, shortcut="B"), (16, 32, 32)),
    ("resnext-a", "ResNeXt3d", dict(stem=10, blocks=[2, 1, 1, 1], planes=[32, 32, 64, 64], cardinality=2, shortcut="A"), (16, 48, 40)),
    ("c3d-fc6", "C3d", dict(widths=[3, 4, 5, 6, 7, 8, 17, 18], fc=24, crop=48, layer="fc6"), (16, 48, 48)),
    ("c3d-fc7", "C3d", dict(widths=[3, 4, 5, 6, 7, 8, 17, 18], fc=24, crop=32, layer="fc7"), (16, 32, 32)),
    ("inception", "InceptionI3d", dict(narrower=8), (16, 44, 36)),
    ("resnet50", "I3dResNet50", dict(width=4), (16, 48, 40)),
]


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    cases = []
    for name, network, sizes, size in CASES:
        # In f64: what both f32 implementations are to come close to.
        model = fill(getattr(models, network)(**sizes)).double()
        features = model(clip((1, 3, *size)).double())[0].tolist()
        tensors = [[key, list(value.shape)] for key, value in model.state_dict().items() if value.ndim]
        cases.append(dict(name=name, network=network, sizes=sizes, clip=size, tensors=tensors, features=features))
        print(name, len(features), "features, largest", max(map(abs, features)), "mean", sum(features) / len(features))
    with open("cases.json", "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")

    sizes = dict(stem=4, blocks=[1, 1, 1, 1], planes=[32, 32, 32, 32], cardinality=2, shortcut="A")
    state = fill(models.ResNeXt3d(**sizes)).state_dict()
    published = {
        "epoch": 200,
        "arch": "resnext-101",
        "state_dict": {f"module.{key}": value for key, value in state.items()},
        "optimizer": {"state": {}, "param_groups": [{"lr": 0.1, "momentum": 0.9}]},
    }
    torch.save(published, "resnext-2017.pth", _use_new_zipfile_serialization=False)
    torch.save(published, "resnext-zip.pth")


if __name__ == "__main__":
    main()
