"""Exports losses with their gradients, thresholds, labels and cleaning rules as PyTorch, NumPy and
scikit-image compute them: python export.py writes case.json.

Needs torch, numpy and scikit-image.
"""

import json
import pathlib

import numpy as np
import torch
from skimage.filters import threshold_minimum

torch.manual_seed(4)
random = np.random.default_rng(4)
MARGIN = 1e-4
out = {}


def values(x):
    return [float(v) for v in np.asarray(x, dtype=np.float64).ravel()]


def floats(x):
    """As the single precision that Rust reads."""
    return np.asarray(x, dtype=np.float32).astype(np.float64)


# Reconstruction errors and losses (Eq. 1, 5), with the gradient in the reconstruction.
target, output = torch.randn(6, 5).double(), torch.randn(6, 5).double()
target, output = target.float().double(), output.float().double()
output[2] = target[2]  # an error of 0 has a gradient, too
marked = torch.tensor([0, 1, 0, 0, 1, 0]).bool()
out["errors"] = {"target": values(target), "reconstruction": values(output), "d": 5, "norms": {}}
out["errors"]["marked"] = marked.tolist()
for norm in ("norm", "squared", "mean-squared"):

    def error(t, o):
        squared = ((t - o) ** 2).sum(1)
        if norm == "norm":
            return torch.sqrt(squared + 1e-8)
        return squared if norm == "squared" else squared / 5

    kinds = {
        "plain": lambda o: error(target, o).mean(),
        "ones": lambda o: error(torch.where(marked[:, None], 1.0, target), o).mean(),
        "constant": lambda o: error(torch.where(marked[:, None], -0.5, target), o).mean(),
        "exclude-kept": lambda o: error(target, o)[~marked].mean(),
        "exclude-batch": lambda o: error(target, o)[~marked].sum() / 6,
    }
    case = {"errors": values(error(target, output)), "losses": {}}
    for kind, loss in kinds.items():
        leaf = output.clone().requires_grad_()
        value = loss(leaf)
        value.backward()
        case["losses"][kind] = {"loss": value.item(), "gradient": values(leaf.grad)}
    out["errors"]["norms"][norm] = case

# The discriminator's loss (Eq. 3), hard and soft labels, saturated log-odds among them.
logits = floats([-80.0, -3.0, -0.2, 0.0, 0.7, 5.0, 80.0, 60.0])
out["discriminator"] = []
for labels in ([0, 0, 1, 1, 0, 1, 1, 0], floats([0.0, 0.1, 0.5, 0.9, 0.25, 0.5, 1.0, 0.75])):
    leaf = torch.tensor(logits).requires_grad_()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(leaf, torch.tensor(labels).double())
    loss.backward()
    case = {"logits": values(logits), "labels": values(labels), "loss": loss.item()}
    out["discriminator"].append(case | {"gradient": values(leaf.grad)})


def otsu(x):
    best, at = -1.0, None
    for candidate in np.unique(x)[1:]:
        low, high = x[x < candidate], x[x >= candidate]
        between = len(low) * len(high) * (high.mean() - low.mean()) ** 2
        if between > best:
            best, at = between, candidate
    return at


# Thresholds (Eq. 2, 4) and the labels they give.
out["thresholds"] = []
batches = {
    "bell": random.normal(5, 1, 200),
    "skewed": random.gamma(2.0, 1.5, 151),
    "two groups": np.r_[random.normal(1, 0.2, 300), random.normal(3, 0.3, 40)],
    "few": random.normal(0, 1, 3),
}
for name, x in batches.items():
    x = floats(x)
    t = torch.tensor(x)
    rules = [
        ({"rule": "mean-std", "k": 1.0}, t.mean() + t.std()),
        ({"rule": "mean-std", "k": 0.1}, t.mean() + 0.1 * t.std()),
        (
            {"rule": "mean-std", "k": 1.0, "std": "population"},
            t.mean() + t.std(unbiased=False),
        ),
        ({"rule": "top", "share": 0.1}, torch.quantile(t, 0.9)),
        ({"rule": "top", "share": 0.37}, torch.quantile(t, 0.63)),
        ({"rule": "otsu"}, otsu(x)),
    ]
    if name == "two groups":
        rules.append(({"rule": "valley", "bins": 64}, threshold_minimum(x, nbins=64)))
    for rule, at in rules:
        at = float(at)
        # Otsu's threshold is one of the scores, and equals itself.
        gap = np.abs(x - at)[x != at] / x.std()
        assert rule["rule"] == "otsu" or gap.min() > MARGIN, (name, rule, gap.min())
        case = {"scores": values(x), "rule": rule, "threshold": at}
        out["thresholds"].append(case | {"labels": (x >= at).tolist()})

# Soft labels.
x = floats(random.gamma(2.0, 1.5, 40))
x[7] = x[8]
squeezed = {
    "min-max": (x - x.min()) / (x.max() - x.min()),
    "logistic": 1 / (1 + np.exp(-(x - x.mean()) / x.std(ddof=1))),
    "rank": (x[None, :] < x[:, None]).mean(1),
}
out["soft"] = {"errors": values(x), "labels": {k: values(v) for k, v in squeezed.items()}}

# Temporal-difference cleaning (§3.3) of videos of 12, 9 and 1 segments.
D = 6
videos = []
for length in (12, 9, 1):
    walk = np.cumsum(random.normal(0, 0.55, (length, D)), 0) + 0.5
    videos.append(floats(walk))


def apart(v):
    return np.sqrt((np.diff(v, axis=0) ** 2).sum(1))


def unit(v):
    return v / np.sqrt((v**2).sum(1, keepdims=True))


def below(x, limit, strict=False):
    gap = np.abs(x - limit)
    assert len(gap) == 0 or gap[gap > 1e-9].min() > MARGIN, "near-tie"
    return x < limit if strict else x <= limit + 1e-9


def first(kept):
    return [True] + [bool(k) for k in kept]


def by_min_max(v, limit):
    x = apart(v)
    if len(x) == 0:
        return [True]
    return first(below((x - x.min()) / (x.max() - x.min()), limit))


def by_mean_std(v, k):
    x = apart(v)
    if len(x) == 0:
        return [True]
    x = np.r_[x[:1], x]
    return [bool(kept) for kept in below(x, abs(x.mean() + k * x.std()), strict=True)]


everything = np.sort(np.concatenate([np.r_[0.0, apart(v)] for v in videos]))
calmest = everything[int(np.ceil(0.7 * len(everything))) - 1]
rules = [
    ({"rule": "unit-norm", "limit": 0.7}, lambda v: first(below(apart(unit(v)), 0.7))),
    ({"rule": "raw", "limit": 1.3}, lambda v: first(below(apart(v), 1.3))),
    (
        {"rule": "root-mean-square", "limit": 0.55},
        lambda v: first(below(apart(v) / np.sqrt(D), 0.55)),
    ),
    ({"rule": "video-min-max", "limit": 0.7}, lambda v: by_min_max(v, 0.7)),
    ({"rule": "calmest", "share": 0.7}, lambda v: first(below(apart(v), calmest))),
    ({"rule": "video-mean-std", "k": 0.1}, lambda v: by_mean_std(v, 0.1)),
]
kept = [{"rule": rule, "kept": [keep(v) for v in videos]} for rule, keep in rules]
for case in kept:
    flat = sum(case["kept"], [])
    print(case["rule"], f"{sum(flat)} of {len(flat)} kept")
    assert 0 < sum(flat) < len(flat)
out["cleaning"] = {"d": D, "videos": [values(v) for v in videos], "rules": kept}

path = pathlib.Path(__file__).with_name("case.json")
path.write_text(json.dumps(out) + "\n")
print(f"torch {torch.__version__}, {path.stat().st_size} bytes")
