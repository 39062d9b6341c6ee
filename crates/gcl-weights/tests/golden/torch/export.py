"""Writes small checkpoints as PyTorch writes them, and expected.json with what is in them.

Run: python export.py     (needs torch, numpy, safetensors; versions are recorded in expected.json)
"""

import argparse
import collections
import json
import pathlib
import pickle

import numpy as np
import safetensors.torch
import torch

here = pathlib.Path(__file__).parent
torch.manual_seed(5)


def plain():
    """One of each type, a scalar, an empty tensor, and views of every kind."""
    base = torch.randn(4, 6)
    shared = torch.arange(12.0)
    return collections.OrderedDict(
        [
            ("conv.weight", torch.randn(2, 3, 1, 2)),
            ("conv.bias", torch.randn(2)),
            ("bn.num_batches_tracked", torch.tensor(9080)),
            ("half", torch.tensor([1.5, -0.1, 65504.0], dtype=torch.float16)),
            ("brain", torch.tensor([1.5, -0.1, 3e38], dtype=torch.bfloat16)),
            ("double", torch.tensor([0.1, -2.5], dtype=torch.float64)),
            ("int", torch.tensor([[-7, 7]], dtype=torch.int32)),
            ("byte", torch.tensor([0, 255], dtype=torch.uint8)),
            ("truth", torch.tensor([True, False, True])),
            ("empty", torch.zeros(0, 3)),
            ("transposed", base.t()),
            ("every_second", base[1:, ::2]),
            ("column", base[:, 2]),
            ("expanded", torch.tensor([[1.0], [2.0]]).expand(2, 3)),
            ("shared.low", shared[:6].view(2, 3)),
            ("shared.high", shared[6:]),
            ("tied", shared),
        ]
    )


def values(state):
    return {
        k: {
            "dtype": str(v.dtype).removeprefix("torch."),
            "shape": list(v.shape),
            "values": v.double().flatten().tolist(),
        }
        for k, v in state.items()
    }


expected = {"versions": {"torch": torch.__version__, "numpy": np.__version__}, "files": {}}


def record(name, state, location="", metadata=None):
    expected["files"][name] = {
        "location": location,
        "metadata": metadata or {},
        "tensors": values(state),
    }


state = plain()
torch.save(state, here / "zip.pt")
record("zip.pt", state)
torch.save(state, here / "legacy.pt", _use_new_zipfile_serialization=False)
record("legacy.pt", state)
for protocol in [1, 3, 4, 5]:
    small = collections.OrderedDict(list(state.items())[:3] + list(state.items())[10:12])
    name = f"protocol{protocol}.pt"
    torch.save({"net": small, "on": True, "epoch": 300}, here / name, pickle_protocol=protocol)
    record(name, small, "net", {"on": True, "epoch": 300})
small = collections.OrderedDict(list(state.items())[:3])
torch.save(small, here / "legacy4.pt", pickle_protocol=4, _use_new_zipfile_serialization=False)
record("legacy4.pt", small)
with open(here / "plain.pkl", "wb") as f:
    pickle.dump({"model": dict(state)}, f, protocol=4)
record("plain.pkl", state, "model")

# As training scripts leave them: DataParallel's prefix, an optimizer, arguments.
model = torch.nn.Sequential(torch.nn.Conv1d(2, 3, 2), torch.nn.BatchNorm1d(3), torch.nn.Linear(1, 2))
wrapped = collections.OrderedDict((f"module.{k}", v) for k, v in model.state_dict().items())
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
model(torch.randn(4, 2, 2)).sum().backward()
optimizer.step()
args = argparse.Namespace(
    seg_len=24,
    lr=5e-4,
    device="cuda:0",
    seed=13885348966504797713,
    resume=None,
    sizes=[3, 16, 112],
    pose={"train": "a/b"},
    folder=pathlib.PurePosixPath("x/y"),
)
best = np.float64(71.25)
for name, legacy in [("checkpoint.pt", False), ("checkpoint_legacy.pt", True)]:
    torch.save(
        {
            "epoch": 8,
            "arch": "resnext-101",
            "best": best,
            "count": np.int64(-3),
            "state_dict": wrapped,
            "optimizer": optimizer.state_dict(),
            "args": args,
            "where": torch.device("cpu"),
            "size": torch.Size([1, 2]),
            "dtype": torch.float32,
            "seen": {1, 2},
            "table": collections.defaultdict(list),
        },
        here / name,
        _use_new_zipfile_serialization=not legacy,
    )
    record(
        name,
        wrapped,
        "state_dict",
        {
            "epoch": 8,
            "arch": "resnext-101",
            "best": 71.25,
            "count": -3,
            "args.seg_len": 24,
            "args.lr": 5e-4,
            "args.device": "cuda:0",
            "args.seed": "13885348966504797713",
            "args.resume": None,
            "args.sizes": [3, 16, 112],
            "args.pose.train": "a/b",
            "size": [1, 2],
        },
    )

parameters = {"w": torch.nn.Parameter(torch.randn(2, 2)), "inner": {"b": torch.randn(2)}}
torch.save(parameters, here / "parameters.pt")
record("parameters.pt", {"w": parameters["w"].detach(), "inner.b": parameters["inner"]["b"]})

contiguous = {k: v.contiguous().clone() for k, v in state.items()}
safetensors.torch.save_file(contiguous, here / "state.safetensors", metadata={"net": "x", "a": "b"})
record("state.safetensors", contiguous, "", {"net": "x", "a": "b"})

# What must be refused: a whole module wants its class.
torch.save(torch.nn.Linear(1, 1), here / "module.pt")
torch.jit.save(torch.jit.script(torch.nn.ReLU()), here / "script.pt")

(here / "expected.json").write_text(json.dumps(expected, indent=None, separators=(",", ":")))
