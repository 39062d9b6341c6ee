"""The whole networks, PyTorch against this project, on one clip and random weights in the published layouts.

    cargo build --release --example extract_clip
    python whole.py [--binary PATH] [--nets resnext101 ...] [--authors PATH] [--keep DIR]

For each network: weights of full size, with random batch-norm statistics, are written as a zip `.pth`, as a legacy one
and as the bare state dict; PyTorch and the example run on the same two clips; the largest differences are printed,
also between what the files give. Nothing is downloaded.

--authors PATH holds models.py against the authors' own network code too: a checkout of
kenshohara/video-classification-3d-cnn-pytorch (resnext101), DavideA/c3d-pytorch (c3d), piergiaj/pytorch-i3d (i3d) or
Tushar-N/pytorch-resnet3d (i3d-resnet50), with --nets naming that one network.
"""

import argparse
import importlib
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch

import models
from made_up import fill, unit

ROOT = pathlib.Path(__file__).resolve().parents[5]
# The network, the side of its clips, and the gain of its weights that keeps features of order 1.
NETS = {
    "resnext101": (lambda: models.ResNeXt3d(), 112, 0.75),
    "resnext101-2020": (lambda: models.ResNeXt3d(stem=128), 112, 0.75),
    "c3d": (lambda: models.C3d(), 112, 0.85),
    "i3d": (lambda: models.InceptionI3d(), 224, 0.75),
    "i3d-resnet50": (lambda: models.I3dResNet50(), 224, 0.75),
}


def checkpoint(net, state):
    """What the published file holds besides, and how it names the tensors."""
    if net.startswith("resnext101"):
        wrapped = {f"module.{key}": value for key, value in state.items()} if net == "resnext101" else state
        return {"epoch": 200, "arch": "resnext-101", "state_dict": wrapped, "optimizer": {"state": {}, "param_groups": []}}
    return state


def authors(net, path, state, clip):
    """Features by the authors' network, with our state dict; their classifiers have other sizes and are left out."""
    sys.path.insert(0, str(path))
    sys.modules.pop("models", None)
    if net == "resnext101":
        theirs = importlib.import_module("models.resnext").resnet101(
            sample_size=112, sample_duration=16, shortcut_type="B", cardinality=32, last_fc=False)
        head, features = "fc.", theirs
    elif net == "c3d":
        theirs = importlib.import_module("C3D_model").C3D()
        head, tap = "fc8.", []
        theirs.fc6.register_forward_hook(lambda module, inputs, output: tap.append(output.relu()))
        features = lambda x: (theirs(x), tap[-1])[1]
    elif net == "i3d":
        theirs = importlib.import_module("pytorch_i3d").InceptionI3d(400, in_channels=3)
        head, features = "logits.", theirs.extract_features
    elif net == "i3d-resnet50":
        theirs = importlib.import_module("models.resnet").I3Res50()
        head, tap = "fc.", []
        theirs.avgpool.register_forward_hook(lambda module, inputs, output: tap.append(output))
        features = lambda x: (theirs.forward_single(x), tap[-1])[1]
    else:
        sys.exit(f"{net}: no authors' code is known")
    kept = {key: value for key, value in state.items() if not key.startswith(head)}
    left = theirs.load_state_dict(kept, strict=False)
    assert not left.unexpected_keys and all(key.startswith(head) for key in left.missing_keys), left
    theirs.eval()
    # One clip at a time: some of this code reshapes as if there was one.
    return torch.cat([features(one[None]).reshape(1, -1) for one in clip])


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=ROOT / "target/release/examples/extract_clip")
    parser.add_argument("--nets", nargs="*", default=list(NETS))
    parser.add_argument("--authors", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path)
    args = parser.parse_args()
    torch.set_num_threads(2)
    for net in args.nets:
        build, side, gain = NETS[net]
        model = fill(build(), gain)
        clip = unit("clip", 2 * 3 * 16 * side * side).reshape(2, 3, 16, side, side)
        taps = ["fc6", "fc7"] if net == "c3d" else [""]
        with tempfile.TemporaryDirectory() as folder:
            folder = args.keep or pathlib.Path(folder)
            folder.mkdir(exist_ok=True)
            np.save(folder / "clip.npy", clip.reshape(6, 16, side, side))
            state = model.state_dict()
            # PyTorch 0.x had no counters.
            old = {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
            files = [folder / f"{net}.zip.pth", folder / f"{net}.legacy.pth"]
            torch.save(checkpoint(net, state), files[0])
            torch.save(checkpoint(net, old), files[1], _use_new_zipfile_serialization=False)
            for tap in taps:
                model.layer = tap
                expected = model(torch.from_numpy(clip)).numpy()
                print(f"{net} {tap}: {expected.shape[1]} features, largest {np.abs(expected).max():.3f}, mean {np.abs(expected).mean():.4f}")
                runs = [(file, []) for file in files] + [(files[0], ["burn"])]
                for file, how in runs:
                    out = folder / "features.npy"
                    command = [args.binary, net, file, folder / "clip.npy", out, tap or "fc6", *how]
                    log = subprocess.run(command, check=True, capture_output=True, text=True).stderr
                    difference = np.abs(np.load(out) - expected).max()
                    print(f"  {file.name} {' '.join(how)}: largest difference {difference:.2e}; {log.splitlines()[-1]}")
            if args.authors:
                model.layer = taps[0]
                ours = model(torch.from_numpy(clip))
                theirs = authors(net, args.authors, state, torch.from_numpy(clip))
                print(f"  models.py against the authors' code: {(ours - theirs).abs().max():.2e}")


if __name__ == "__main__":
    main()
