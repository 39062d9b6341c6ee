"""Exports the scores of PCA reconstruction, Mahalanobis distance and an isolation forest as
scikit-learn computes them: python export.py writes case.json. Needs numpy and scikit-learn.
"""

import json
import pathlib

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest

random = np.random.default_rng(5)
D = 10
mix = random.normal(0, 1, (D, D)) * 0.8 ** np.arange(D)[:, None]


def rows(n):
    return np.asarray(random.normal(0, 1, (n, D)) @ mix + 2.0, dtype=np.float32).astype(float)


train, test = rows(300), np.r_[rows(20), rows(10) * 3.0]
test = np.asarray(test, dtype=np.float32).astype(float)
pca = PCA(n_components=4, svd_solver="full").fit(train)
residual = np.linalg.norm(test - pca.inverse_transform(pca.transform(test)), axis=1)

covariance = np.cov(train.T, bias=True)
shrunk = 0.9 * covariance + 0.1 * np.trace(covariance) / D * np.eye(D)
centred = test - train.mean(0)
mahalanobis = np.sqrt(np.einsum("ni,ij,nj->n", centred, np.linalg.inv(shrunk), centred))

# Averages of many trees: two forests of other random numbers agree to about 0.01.
forest = IsolationForest(n_estimators=1000, max_samples=64, random_state=1).fit(train)
case = {"d": D, "train": train.ravel().tolist(), "test": test.ravel().tolist()}
case |= {"pca": residual.tolist(), "mahalanobis": mahalanobis.tolist()}
case["isolation_forest"] = (-forest.score_samples(test)).tolist()
text = json.dumps(json.loads(json.dumps(case), parse_float=lambda s: round(float(s), 9)))
pathlib.Path(__file__).with_name("case.json").write_text(text + "\n")
