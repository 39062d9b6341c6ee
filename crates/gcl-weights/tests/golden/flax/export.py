"""A small checkpoint as Flax programs pickle it: python export.py (NumPy).

Two dicts, `params` and `batch_stats`, of arrays: kernels have their outputs last, statistics stand on axes of size 1, and a
norm without a scale has none. expected.json: names, types, shapes in PyTorch's order of axes, and values.
"""

import json
import pickle

import numpy as np


def main():
    rng = np.random.default_rng(0)
    values = lambda *shape: (rng.integers(-64, 64, shape) / 32).astype(np.float32)
    conv, dense, plain = values(2, 3, 1, 4, 5), values(5, 2), values(3, 2)
    norms = [values(5) for _ in range(5)]
    checkpoint = {
        "params": {
            "Conv_0": {"kernel": conv},
            "BatchNorm_0": {"bias": norms[0]},
            "BatchNorm_1": {"bias": norms[1], "scale": norms[2]},
            "Dense/0": {"kernel": dense, "bias": values(2)},
            "table": {"embedding": np.asfortranarray(plain)},
        },
        "batch_stats": {
            "BatchNorm_0": {"mean": norms[3].reshape(1, 1, 1, 1, 5), "var": norms[4].reshape(1, 1, 1, 1, 5)},
            "BatchNorm_1": {"mean": norms[4], "var": norms[3]},
        },
    }
    with open("small.ckpt", "wb") as file:
        pickle.dump(checkpoint, file, protocol=4)
    params = checkpoint["params"]
    found = {
        "params.Conv_0.kernel": conv.transpose(4, 3, 0, 1, 2),
        "params.BatchNorm_0.bias": norms[0],
        "params.BatchNorm_0.scale": np.ones(5, np.float32),
        "params.BatchNorm_1.bias": norms[1],
        "params.BatchNorm_1.scale": norms[2],
        "params.Dense/0.kernel": dense.T,
        "params.Dense/0.bias": params["Dense/0"]["bias"],
        "params.table.embedding": plain,
        "batch_stats.BatchNorm_0.mean": norms[3],
        "batch_stats.BatchNorm_0.var": norms[4],
        "batch_stats.BatchNorm_1.mean": norms[4],
        "batch_stats.BatchNorm_1.var": norms[3],
    }
    tensors = {n: dict(dtype=str(v.dtype), shape=v.shape, values=v.astype(np.float64).ravel().tolist()) for n, v in found.items()}
    with open("expected.json", "w") as file:
        json.dump(tensors, file)
        file.write("\n")


if __name__ == "__main__":
    main()
