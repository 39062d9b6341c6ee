#!/usr/bin/env python3
"""Unpacks ADBench's .npz sets into feature folders that gcl reads: adbench.py DATA OUT

A row becomes a segment of one frame, the set one video, trained on and judged alike, without its labels.
Needs numpy. Writes OUT/<name>/features/all.npy and OUT/<name>/truth.csv, and nothing that is there.
"""

import pathlib
import sys

import numpy as np

source, out = map(pathlib.Path, sys.argv[1:3])
for path in sorted(source.glob("*.npz")):
    folder = out / path.stem
    if (folder / "truth.csv").exists():
        continue
    with np.load(path) as packed:
        rows, labels = packed["X"].astype(np.float32), packed["y"].ravel()
    (folder / "features").mkdir(parents=True, exist_ok=True)
    np.save(folder / "features" / "all.npy", np.ascontiguousarray(rows))
    # Ranges of equal labels, as frames counted from 0, the end not included.
    edges = np.flatnonzero(np.diff(labels.astype(np.int8), prepend=0, append=0))
    lines = [f"all,{a},{b},{len(labels)}" for a, b in zip(edges[::2], edges[1::2])]
    (folder / "truth.csv").write_text("id,start,end,frames\n" + "\n".join(lines) + "\n")
