"""Writes cases.json: boxes of a made-up video, resampled by RoIAlign sample by sample.

Run: python export.py     (needs numpy)

The rule is that of torchvision.ops.roi_align with its defaults (spatial_scale 1, sampling_ratio -1,
aligned False): every sample is visited by itself, unlike in the Rust code.
"""

import json
import math
from pathlib import Path

import numpy as np

WIDTH, HEIGHT, FRAMES, SIZE, T = 30, 22, 6, 8, 3


def picture(t):
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    planes = [(x * 7 + y * 13 + c * 31 + t * 17 + x * y % 11) % 256 for c in range(3)]
    return np.stack(planes).astype(np.float64) / 255


def bilinear(plane, y, x):
    if y < -1 or y > HEIGHT or x < -1 or x > WIDTH:
        return 0.0
    y, x = max(y, 0.0), max(x, 0.0)
    y0, x0 = int(y), int(x)
    if y0 >= HEIGHT - 1:
        y0 = y1 = HEIGHT - 1
        y = float(y0)
    else:
        y1 = y0 + 1
    if x0 >= WIDTH - 1:
        x0 = x1 = WIDTH - 1
        x = float(x0)
    else:
        x1 = x0 + 1
    v, u = y - y0, x - x0
    top = plane[y0, x0] * (1 - u) + plane[y0, x1] * u
    return top * (1 - v) + (plane[y1, x0] * (1 - u) + plane[y1, x1] * u) * v


def roi_align(planes, box):
    x1, y1, x2, y2 = box
    bin_w, bin_h = max(x2 - x1, 1.0) / SIZE, max(y2 - y1, 1.0) / SIZE
    grid_w, grid_h = math.ceil(bin_w), math.ceil(bin_h)
    out = np.zeros((3, SIZE, SIZE))
    for c in range(3):
        for i in range(SIZE):
            for j in range(SIZE):
                total = 0.0
                for a in range(grid_h):
                    for b in range(grid_w):
                        y = y1 + i * bin_h + (a + 0.5) * bin_h / grid_h
                        x = x1 + j * bin_w + (b + 0.5) * bin_w / grid_w
                        total += bilinear(planes[c], y, x)
                out[c, i, j] = total / (grid_h * grid_w)
    return out


boxes = [  # frame, x1, y1, x2, y2
    (0, 2.5, 3.25, 14.0, 20.75),
    (0, -3.5, -2.0, 9.5, 11.0),
    (2, 20.0, 5.0, 36.5, 27.5),
    (3, 4.0, 4.0, 5.5, 16.0),
    (5, 0.0, 0.0, 30.0, 22.0),
]
cubes = []
for frame, *box in boxes:
    middle = [min(max(frame + t - T // 2, 0), FRAMES - 1) for t in range(T)]
    cube = np.stack([roi_align(picture(t), box) for t in middle], axis=1)
    cubes.append([round(float(v), 5) for v in cube.ravel()])
case = dict(width=WIDTH, height=HEIGHT, frames=FRAMES, size=SIZE, t=T, boxes=boxes, cubes=cubes)
Path(__file__).with_name("cases.json").write_text(json.dumps(case) + "\n")
