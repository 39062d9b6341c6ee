"""What C2FPL's and CLAP's cue is worth on UCF-Crime's I3D answers: python docs/ucf_norms.py DATA

Needs numpy and scikit-learn, and shares no code with gcl. DATA holds ucf-crime/ as for docs/unlabelled.sh. Prints how well
mean and standard deviation of a video's norms tell anomalous training videos from normal ones, how many of the videos
that a mixture of two Gaussians sets apart are anomalous, and two frame AUCs beside: nearest neighbours, which know
no label, and a logistic regression that is given the training videos' labels.
"""
import csv
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

root = Path(sys.argv[1]) / "ucf-crime"


def videos(part):
    return {f.stem: np.load(f).astype("f4") for f in sorted((root / "i3d400" / part).glob("*.npy"))}


train, test = videos("train"), videos("test")
anomalous = np.array(["Normal" not in name for name in train])
norms = [np.linalg.norm(rows, axis=1) for rows in train.values()]
cue = np.array([(own.mean(), own.std()) for own in norms])
for name, values in zip(("mean", "standard deviation"), cue.T):
    print(f"AUC of anomalous videos by the {name} of norms: {roc_auc_score(anomalous, values):.3f}")
parts = GaussianMixture(2, covariance_type="spherical", random_state=0).fit_predict((cue - cue.mean(0)) / cue.std(0))
apart = parts == np.bincount(parts).argmin()
print(f"anomalous: {anomalous[apart].mean():.3f} of the {apart.sum()} videos set apart, {anomalous.mean():.3f} of all {len(apart)}")

frames = {row["id"]: int(row["frames"]) for row in csv.DictReader(open(root / "i3d400" / "frames.csv"))}
truth = {}
for line in open(root / "Temporal_Anomaly_Annotation.txt"):
    name, _, *ends = line.split()
    truth[name.removesuffix(".mp4")] = [(int(a), int(b)) for a, b in zip(ends[::2], ends[1::2]) if int(a) >= 0]


def frame_auc(score):
    labels, scores = [], []
    for name, rows in test.items():
        own = np.zeros(frames[name], bool)
        for start, end in truth[name]:
            own[start - 1 : end] = True
        ends = np.arange(len(rows) + 1) * frames[name] // len(rows)
        labels.append(own)
        scores.append(np.repeat(score(rows), np.diff(ends)))
    return roc_auc_score(np.concatenate(labels), np.concatenate(scores))


rows = np.concatenate(list(train.values()))
middle, width = rows.mean(0), rows.std(0) + 1e-6
some = np.random.default_rng(0).choice(len(rows), 20000, replace=False)
near = NearestNeighbors(n_neighbors=5).fit(((rows - middle) / width)[some])
print(f"frame AUC of nearest neighbours: {frame_auc(lambda x: near.kneighbors((x - middle) / width)[0].mean(1)):.3f}")
of_video = np.repeat(anomalous, [len(own) for own in norms])
labelled = LogisticRegression(C=0.01, max_iter=300).fit(((rows - middle) / width)[some], of_video[some])
print(f"frame AUC with video labels: {frame_auc(lambda x: labelled.decision_function((x - middle) / width)):.3f}")
