"""Checkpoints with what training leaves beside the weights, by NumPy and pickle alone.

    pip install numpy==2.4.6
    python make.py
"""

import collections
import datetime
import os
import pickle
import sys
import types

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))
WEIGHTS = {"fc.weight": np.arange(6, dtype="f4").reshape(2, 3), "fc.bias": np.zeros(2, "f4")}


class HistoryBuffer:
    """Stands in for OpenMMLab's class of that name, which a pickle only names."""


def pretend(module):
    parts = module.split(".")
    for i in range(len(parts)):
        sys.modules[".".join(parts[: i + 1])] = types.ModuleType(".".join(parts[: i + 1]))
    setattr(sys.modules[module], "HistoryBuffer", HistoryBuffer)
    HistoryBuffer.__module__ = module


def write(name, value, protocol):
    with open(os.path.join(FOLDER, name), "wb") as file:
        pickle.dump(value, file, protocol=protocol)


def main():
    pretend("mmengine.logging.history_buffer")
    history = HistoryBuffer()
    history.max_length = 10
    history.log_history = np.zeros(3)
    beside = {
        "history": np.zeros(3),
        "best": np.float64(0.5),
        "shuffled": np.random.RandomState(0).get_state(),
        "generator": np.random.default_rng(0),
        "names": np.array(["a", "bb"]),
        "objects": np.array(["a", None], dtype=object),
        "records": np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]),
        "complex": np.zeros(2, "c8"),
        "big": np.zeros(3, ">f4"),
        "empty": np.zeros((0, 3)),
        "date": datetime.datetime(2026, 1, 1),
        "counts": collections.Counter("aab"),
        "last": collections.deque([1.0]),
        "range": range(4),
        "message_hub": {"loss": history},
    }
    for protocol in (3, 4, 5):
        write(f"beside-{protocol}.pth", {"state_dict": WEIGHTS, **beside}, protocol)
    # Weights themselves in forms that are not read.
    write("weights-2.pth", {"state_dict": WEIGHTS}, 2)
    write("weights-big.pth", {"state_dict": {k: v.astype(">f4") for k, v in WEIGHTS.items()}}, 4)
    # What is beside them in the form of PyTorch's own protocol.
    write("history-2.pkl", beside, 2)


main()
