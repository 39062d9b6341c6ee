"""Writes tracks.txt, a small text of boxes, and what NumPy makes of it: cases.json.

Run: python export.py     (needs numpy)
"""

import json
from pathlib import Path

import numpy as np

rng = np.random.default_rng(814)
here = Path(__file__).parent
FRAMES, LAG, GAP, LENGTH = 107, 5, 4, 16


def walk(person, first, last, gone, x, y, dx, dy):
    rows = []
    for i, frame in enumerate(range(first, last)):
        if frame in gone:
            continue
        w, h = 20 + rng.normal(0, 1), 50 + 0.1 * i + rng.normal(0, 1)
        left, top = x + dx * i + rng.normal(0, 0.5), y + dy * i + rng.normal(0, 0.5)
        rows.append((frame, person, *np.round([left, top, left + w, top + h], 2)))
    return rows


rows = walk(1, 2, 44, {10, 11, 30, 31, 32, 33, 34, 35}, 40, 60, 3, 0.5)
rows += walk(7, 20, 47, set(), 70, 62, -2, 0.1)
rows += walk(3, 82, FRAMES, {90}, 200, 100, 0.02, 0.01)
rows += walk(4, 84, 87, set(), 205, 105, 9, -4)
rows += walk(5, 100, 101, set(), 10, 10, 0, 0)
rows.sort()
text = ["Frame_Number Person_ID State BB_tl_0 BB_tl_1 BB_br_0 BB_br_1 anomaly"]
text += [f"{f} {p} 2 {a} {b} {c} {d} 0" for f, p, a, b, c, d in rows]
(here / "tracks.txt").write_text("\n".join(text) + "\n")


def pieces():
    out = []
    for person in sorted({r[1] for r in rows}):
        own = [(r[0], np.array(r[2:], np.float64)) for r in rows if r[1] == person]
        piece = [own[0]]
        for (f, a), (g, b) in zip(own, own[1:]):
            if g - f - 1 > GAP:
                out.append((person, piece))
                piece = []
            else:
                piece += [(m, a + (b - a) * (m - f) / (g - f)) for m in range(f + 1, g)]
            piece.append((g, b))
        out.append((person, piece))
    return out


def kinematics(boxes):
    n = len(boxes)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    size = boxes[:, 2:] - boxes[:, :2]
    v, growth = np.zeros((n, 2)), np.zeros(n)
    for i in range(n):
        a = max(i - LAG, 0)
        b = min(a + LAG, n - 1)
        if b > a:
            scale = LAG / (b - a)
            v[i] = (centre[b] - centre[a]) / size[i, 1] * scale
            growth[i] = np.log(size[b, 1] / size[a, 1]) * scale
    before = v[np.maximum(np.arange(n) - LAG, 0)]
    return np.column_stack(
        [
            v,
            np.linalg.norm(v, axis=1),
            np.linalg.norm(v - before, axis=1),
            np.log(size[:, 0] / size[:, 1]),
            np.log(size[:, 1]),
            growth,
        ]
    )


def summary(column):
    return [column.mean(), column.std(), column.min(), np.median(column), column.max()]


frames = [[] for _ in range(FRAMES)]
for person, piece in pieces():
    values = kinematics(np.array([b for _, b in piece]))
    for i, ((frame, box), row) in enumerate(zip(piece, values)):
        end = (i == 0 and frame > 0) or (i == len(piece) - 1 and frame + 1 < FRAMES)
        frames[frame].append([person, box, row, end])
for boxes in frames:
    for entry in boxes:
        box = entry[1]
        distance, overlap = 10.0, 0.0
        for other in (e[1] for e in boxes if e is not entry):
            d = np.linalg.norm((other[:2] + other[2:] - box[:2] - box[2:]) / 2)
            distance = min(distance, d / (box[3] - box[1]))
            side = np.maximum(np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2]), 0)
            both = side.prod()
            area = lambda b: (b[2:] - b[:2]).prod()
            overlap = max(overlap, both / (area(box) + area(other) - both))
        entry.append(distance)
        entry.append(overlap)

clips = [range(s, s + LENGTH) for s in range(0, FRAMES - LENGTH + 1, LENGTH)]
clips.append(range(FRAMES - LENGTH, FRAMES))  # the tail, shifted back
features, empty = [], []
for clip in clips:
    own = [frames[f] for f in clip]
    boxes = [e for f in own for e in f]
    row = []
    if boxes:
        table = np.array([[*e[2], e[4]] for e in boxes])
        for column in table.T:
            row += summary(column)
        moving = table[table[:, 2] >= 0.05]
        unit = moving[:, :2] / moving[:, 2:3]
        heading = np.linalg.norm(unit.mean(axis=0)) if len(unit) else 0.0
    else:
        row, heading = [0.0] * 40, 0.0
        empty.append(len(features))
    row += [
        len(boxes) / len(clip),
        max(map(len, own)),
        len(own[-1]) - len(own[0]),
        len({e[0] for e in boxes}),
        sum(1 for f in own if f) / len(clip),
        heading,
        np.mean([e[5] for e in boxes]) if boxes else 0.0,
        sum(e[3] for e in boxes),
    ]
    features.append(row)
features = np.array(features, np.float64)
filled = [i for i in range(len(clips)) if i not in empty]
features[empty, :40] = features[filled, :40].mean(axis=0)
assert empty, "no empty clip to test"

# Windows of 8 boxes, stride 3, as vectors.
window = []
for person, piece in pieces():
    boxes = np.array([b for _, b in piece])
    for k in range(max(0, int(np.ceil((len(boxes) - 8) / 3)))):
        own = boxes[3 * k : 3 * k + 8]
        values = kinematics(own)
        centre = (own[:, :2] + own[:, 2:]) / 2
        height = (own[:, 3] - own[:, 1]).mean()
        way = (centre[-1] - centre[0]) / height
        path = np.linalg.norm(np.diff(centre, axis=0), axis=1).sum() / height
        window.append(
            [
                *values.mean(axis=0),
                *values.std(axis=0),
                values[:, 2].max(),
                *way,
                np.linalg.norm(way) / path,
            ]
        )
rounded = lambda a: [[float(f"{v:.8g}") for v in row] for row in a]
cases = dict(frames=FRAMES, lag=LAG, gap=GAP, empty=empty)
cases |= dict(snippets=rounded(features), windows=rounded(window))
(here / "cases.json").write_text(json.dumps(cases) + "\n")
print(len(rows), "boxes,", len(features), "clips, empty:", empty, len(window), "windows")
