"""Writes a small file of tracked persons, and what NumPy makes of it: cases.json and the .json of poses.

Run: python export.py     (needs numpy)

Windows, joint order and normalisation follow STG-NF's published rules (see docs/method.md).
"""

import json
from pathlib import Path

import numpy as np

rng = np.random.default_rng(24)
here = Path(__file__).parent
NAME = "01_0014_alphapose_tracked_person.json"


def person(frames, centre, size):
    offsets = rng.normal(0, size, (17, 2))
    poses = {}
    for i, frame in enumerate(frames):
        xy = np.asarray(centre) + offsets + rng.normal(0, 2, (17, 2)) + [1.5 * i, 0.4 * i]
        values = np.concatenate([xy, rng.uniform(0.2, 1, (17, 1))], axis=1).round(3)
        # The frames' names are not padded: their order as text is not that of the numbers.
        poses[str(frame)] = {"keypoints": values.ravel().tolist(), "scores": 2.5, "idx": [1]}
    return poses


missing = lambda first, last, gone: [f for f in range(first, last) if f not in gone]
persons = {
    "2": person(range(5, 13), (300, 200), 30),  # 8 frames: no window of 8
    "10": person(missing(3, 20, {7, 8, 15}), (500, 250), 40),
    "1": person(missing(95, 112, {99, 100, 101}), (120, 300), 25),
}
(here / NAME).write_text(json.dumps(persons) + "\n")

ORDER = [0, 17, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3]


def windows(length, stride):
    places, values = [], []
    for name in sorted(persons, key=int):
        frames = sorted(map(int, persons[name]))
        track = np.stack([np.reshape(persons[name][str(f)]["keypoints"], (17, 3)) for f in frames])
        for k in range(max(0, int(np.ceil((len(frames) - length) / stride)))):
            start = k * stride
            own = frames[start : start + length]
            wanted = range(own[0], own[0] + length)
            if len(set(own) & set(wanted)) >= length - 2:
                places.append([int(name), own[0]])
                values.append(track[start : start + length])
    values = np.asarray(values).reshape(-1, length, 17, 3)
    neck = values[..., [5, 6], :].mean(axis=2, keepdims=True)
    values = np.concatenate([values, neck], axis=2)[..., ORDER, :].astype(np.float32)
    return places, values


def normalise(values, mirror):
    values = values.copy()
    if mirror:
        values[..., 0] = -values[..., 0]
    values = values / np.array([856, 480, 1])  # double precision from here on
    mean = values[..., :2].mean(axis=(1, 2), keepdims=True)
    std = values[..., 1].std(axis=(1, 2))[:, None, None, None]
    return ((values[..., :2] - mean) / std).transpose(0, 3, 1, 2).astype(np.float32)


def summary(array):
    """Enough of an array to tell it from any other: some values, and weighted sums of all."""
    flat = array.astype(np.float64).ravel()
    weight = np.cos(np.arange(flat.size))
    return dict(shape=list(array.shape), first=flat[:40].tolist(), weighted=float(flat @ weight))


cases = []
for length, stride in [(8, 1), (8, 6), (7, 2)]:
    places, values = windows(length, stride)
    cases.append(
        dict(
            length=length,
            stride=stride,
            places=places,
            pixels=summary(values),
            plain=summary(normalise(values, False)),
            mirrored=summary(normalise(values, True)),
        )
    )
(here / "cases.json").write_text(json.dumps(cases) + "\n")
np.save(here / "windows.npy", windows(7, 2)[1][:3])
