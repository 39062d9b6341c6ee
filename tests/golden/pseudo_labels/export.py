"""Exports what scikit-learn, SciPy and NumPy make of the same videos as C2FPL, CLAP and LANP: python
export.py writes case.json. Needs numpy, scipy and scikit-learn.

The graph of LANP is a dense matrix here, windows are compared one by one, and clusters are
scikit-learn's.
"""

import json
import pathlib

import numpy as np
from scipy.sparse.linalg import cg
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

random = np.random.default_rng(11)
D = 6


def video(count, odd):
    """Smooth features, and in an odd video a stretch of others."""
    steps = random.normal(0, 0.15, (count, D)).cumsum(0)
    rows = 2.0 + steps - steps.mean(0) + random.normal(0, 0.1, (count, D))
    if odd:
        start = random.integers(2, count // 2)
        stretch = slice(start, start + count // 4)
        rows[stretch] += random.normal(0, 3.0, rows[stretch].shape)
    return rows.astype(np.float32).astype(float)


videos = [video(int(random.integers(12, 40)), i % 4 == 0) for i in range(36)]
sizes = [(rows**2).sum(1) for rows in videos]


def entropies(rows):
    covariance = np.cov(rows.T)
    shares = np.linalg.eigvalsh(covariance / np.trace(covariance))
    shares = shares[shares > 1e-14]
    diagonal = np.diag(covariance)
    return -(shares * np.log(shares)).sum(), -(diagonal * np.log(diagonal)).sum()


spread = np.array([[s.mean(), s.std(ddof=1)] for s in sizes])
variance = np.array([[s.mean(), s.var(ddof=1)] for s in sizes])
von_neumann = np.array([[np.diff(s).max(), entropies(v)[0]] for s, v in zip(sizes, videos)])
diagonal = np.array([[np.diff(s).max(), entropies(v)[1]] for s, v in zip(sizes, videos)])


def fit(points, kind):
    # The best of many starts, so that nothing hangs on one.
    of = KMeans(2, n_init=50, random_state=0).fit_predict(points)
    parts = [points[of == k] for k in (0, 1)]
    covariances = [np.cov(part.T, bias=True) + 1e-6 * np.eye(2) for part in parts]
    if kind == "spherical":
        precisions = [1 / (np.trace(c) / 2) for c in covariances]
    else:
        precisions = [np.linalg.inv(c) for c in covariances]
    start = {
        "weights_init": [len(part) / len(points) for part in parts],
        "means_init": [part.mean(0) for part in parts],
        "precisions_init": np.array(precisions),
    }
    return GaussianMixture(2, covariance_type=kind, max_iter=150, **start).fit(points)


def smaller(points, mixture):
    of = mixture.predict(points)
    counts = np.bincount(of, minlength=2)
    assert counts[0] != counts[1]
    return of == counts.argmin()


def divided(points, ratio, rule):
    anomalous = np.zeros(len(points), bool)
    normal = np.arange(len(points))
    first = True
    while first or anomalous.sum() < ratio * len(normal):
        mixture = fit(points[normal], "spherical")
        if first or rule == "cluster":
            moved = smaller(points[normal], mixture)
        else:
            likely = mixture.score_samples(points[normal])
            moved = likely < np.percentile(likely, 3)
        first = False
        anomalous[normal[moved]] = True
        normal = normal[~moved]
    return anomalous


def mixture(points, kind):
    found = fit(points, kind)
    order = np.argsort(found.weights_)
    return {
        "weights": found.weights_[order].tolist(),
        "means": found.means_[order].tolist(),
        "covariances": np.array(
            [
                [c, 0, c] if kind == "spherical" else [c[0, 0], c[0, 1], c[1, 1]]
                for c in found.covariances_[order]
            ]
        ).tolist(),
        "log_likelihood": found.score_samples(points).tolist(),
    }


def fine(anomalous, share=0.2):
    normal = np.concatenate([s for s, odd in zip(sizes, anomalous) if not odd])
    labels = []
    for s, odd in zip(sizes, anomalous):
        label = np.zeros(len(s))
        if odd:
            z = (s - normal.mean()) / normal.std()
            density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) / normal.std()
            window = int(share * len(s))
            variation = [
                sum(abs(density[k + 1] - density[k]) for k in range(i, i + window - 1))
                for i in range(len(s) - window + 1)
            ]
            best = int(np.argmax(variation))
            label[best : best + window] = 1
        labels.append(label.tolist())
    return labels


def normality(rows, similarity, k=8, alpha=0.99, rounds=10):
    count = len(rows)
    length = min(2 * k, count)
    graph = np.zeros((count, count))
    for i in range(count):
        start = 0 if i <= length // 2 else min(i - length // 2, count - length)
        for j in range(start, start + length):
            if similarity == "cosine":
                alike = rows[i] @ rows[j] / np.linalg.norm(rows[i]) / np.linalg.norm(rows[j])
                alike = max(alike, 0)
            else:
                alike = np.exp(-np.sqrt(((rows[i] - rows[j]) ** 2).mean()) / (2 * 0.5**2))
            graph[i, j] = 0 if i == j else alike * np.exp(-abs(i - j) / length)
    graph = graph + graph.T
    degree = graph.sum(1)
    graph = graph / np.sqrt(degree[:, None] * degree[None, :])
    ends = np.r_[0, 1, count - 2, count - 1]
    seeds = np.zeros(count)
    seeds[ends] = 1
    z, _ = cg(np.eye(count) - alpha * graph, seeds, rtol=1e-6, maxiter=rounds)
    z = np.maximum(z, 0)
    z[ends] = z.max()
    return z


def lanp(similarity, distance, ratio=0.27, segments=0.4, share=0.3, sampled=32):
    z = [normality(rows, similarity) for rows in videos]
    order = np.argsort([x.std() for x in z], kind="stable")
    count = int(ratio * len(videos))
    anomalous = set(order[len(order) - count :].tolist())
    memory = order[: int(share * (len(order) - count))]
    at = [np.floor(np.arange(sampled) * len(v) / sampled).astype(int) for v in videos]
    memory = np.array([videos[i][at[i]].mean(0) for i in memory])
    labels, weights = [], []
    for i, rows in enumerate(videos):
        label = np.zeros(len(rows))
        if i in anomalous:
            label[np.argsort(z[i], kind="stable")[: int(segments * len(rows))]] = 1
        if distance == "cosine":
            norm = np.linalg.norm(rows, axis=1)[:, None] * np.linalg.norm(memory, axis=1)[None]
            far = 1 - rows @ memory.T / norm
        else:
            far = np.sqrt(((rows[:, None] - memory[None]) ** 2).mean(2))
        labels.append(label.tolist())
        weights.append(np.exp(-abs(far.min(1) - label)).tolist())
    return {
        "normality": [x.tolist() for x in z],
        "anomalous": sorted(anomalous),
        "labels": labels,
        "weights": weights,
    }


by_cluster = divided(spread, 1.0, "cluster")
clap = smaller(von_neumann, fit(von_neumann, "full"))
case = {
    "d": D,
    "videos": [rows.ravel().tolist() for rows in videos],
    "points": {
        "std": spread.tolist(),
        "variance": variance.tolist(),
        "von-neumann": von_neumann.tolist(),
        "diagonal": diagonal.tolist(),
    },
    "spherical": mixture(spread, "spherical"),
    "full": mixture(von_neumann, "full"),
    "divided": {
        "cluster": by_cluster.tolist(),
        "percentile": divided(spread, 0.4, "percentile").tolist(),
        "percentile-variance": divided(variance, 0.4, "percentile").tolist(),
    },
    "split": clap.tolist(),
    "c2fpl": fine(by_cluster),
    "clap": fine(clap),
    "lanp": {"cosine": lanp("cosine", "cosine"), "rbf": lanp("rbf", "root-mean-square")},
}
print(by_cluster.sum(), clap.sum(), {k: sum(v) for k, v in case["divided"].items()})
text = json.dumps(json.loads(json.dumps(case), parse_float=lambda s: float(f"{float(s):.9g}")))
pathlib.Path(__file__).with_name("case.json").write_text(text + "\n")
