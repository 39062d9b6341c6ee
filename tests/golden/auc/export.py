"""Writes cases.json: 20 score vectors with labels, and what scikit-learn and SciPy make of them.

Run: python export.py     (needs numpy, scipy, scikit-learn; versions are recorded in the file)
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score, roc_auc_score

rng = np.random.default_rng(20220619)


def labels(n, share):
    y = rng.random(n) < share
    y[0], y[-1] = True, False  # both classes, always
    return y


def cases():
    yield "smallest", [0.1, 0.4, 0.35, 0.8, 0.8], [0, 0, 1, 1, 0]
    yield "all tied", np.full(50, 0.3), labels(50, 0.4)
    y = np.zeros(120, bool)
    y[77] = True
    yield "one abnormal", rng.random(120), y
    yield "one normal", rng.random(120), ~y
    yield "signed zeros", rng.choice([-0.0, 0.0, 1e-45, -1e-45], 60), labels(60, 0.5)
    yield "subnormal", rng.integers(-40, 40, 200) * np.float32(1e-45), labels(200, 0.3)
    huge = np.finfo(np.float32).max
    yield "huge", rng.choice([huge, -huge, huge / 2, 0.0, 1.0], 80), labels(80, 0.5)
    y = labels(300, 0.2)
    yield "perfect", y + 0.5 * rng.random(300), y
    yield "reversed", -(y + 0.5 * rng.random(300)), y
    yield "neighbours", np.nextafter(np.float32(1), np.float32(2)) * rng.choice([1, 1, 0.99999994], 90), labels(90, 0.5)
    yield "binary", rng.integers(0, 2, 400), labels(400, 0.1)
    yield "negative", -rng.gamma(2.0, 10.0, 250), labels(250, 0.35)
    for n, share, levels in [(400, 0.5, 3), (399, 0.1, 10), (256, 0.9, 7), (100, 0.02, 50)]:
        yield f"{levels} levels", rng.integers(0, levels, n) / levels, labels(n, share)
    y = labels(400, 0.25)
    yield "segments of 16", np.repeat(rng.random(25), 16), np.repeat(labels(25, 0.3), 16)
    yield "normal scores", rng.normal(y * 0.8, 1.0), y
    yield "uniform", rng.random(400), labels(400, 0.5)
    yield "mixed scales", 10.0 ** rng.uniform(-44, 38, 333) * rng.choice([-1, 1], 333), labels(333, 0.4)


out = []
for name, scores, y in cases():
    single = np.asarray(scores, np.float32)
    scores = single.astype(np.float64)
    y = np.asarray(y, bool)
    rho = spearmanr(scores, y).statistic if np.ptp(scores) > 0 else np.nan
    out.append(
        {
            "name": name,
            # the shortest digits that read back as the same f32
            "scores": [float(np.format_float_scientific(s)) for s in single],
            "labels": "".join("01"[int(b)] for b in y),
            "roc_auc": float(roc_auc_score(y, scores)),
            "average_precision": float(average_precision_score(y, scores)),
            "spearman": None if np.isnan(rho) else float(rho),
        }
    )
    assert np.array_equal(np.float32(out[-1]["scores"]), single)

assert len(out) == 20
versions = {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in out)
path = Path(__file__).with_name("cases.json")
path.write_text('{"versions":%s,"cases":[\n%s\n]}\n' % (json.dumps(versions), lines))
print(path, path.stat().st_size, "bytes")
