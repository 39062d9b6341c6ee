"""Detectors on arrays: scikit-learn's estimators with the attributes of PyOD's."""

import json
import warnings

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from . import _gcl


class TrainingWarning(UserWarning):
    """Something that was noticed in training, without labels."""


def methods():
    """The methods that need no labels, each with a line about it: a dict."""
    return dict(_gcl.methods())


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(part)}" for name, part in value.items()) + "}"
    return json.dumps(value.item() if isinstance(value, np.generic) else value)


class Detector(BaseEstimator):
    """What all detectors share. Higher scores are more anomalous, and the label of an anomaly is 1, as in PyOD.

    Parameters
    ----------
    contamination : float
        The share of training rows that is labelled anomalous, in [0, 1). It does not affect scores.
    random_state : int, RandomState or None
        The seed; the same seed gives the same bits.
    preset : {"any", "paper"}
        Hyperparameters; ``"paper"`` is tuned for ResNeXt-101 features.
    settings : dict or None
        Values of the configuration: ``{"training.batch": 128}``.
    device : str
        A device of ``gcl devices``.

    Attributes
    ----------
    decision_scores_ : array of shape (n_samples,)
        The training rows' scores.
    threshold_ : float
        The score above which a row is labelled anomalous.
    labels_ : array of shape (n_samples,)
        0, or 1 for the training rows above the threshold.
    model_ : Model
        The trained model; ``model_.save(folder)`` writes what ``gcl score`` reads.
    n_features_in_ : int
    """

    _method = None

    def __init__(self, *, contamination=0.1, random_state=0, preset="any", settings=None, device="flex"):
        self.contamination = contamination
        self.random_state = random_state
        self.preset = preset
        self.settings = settings
        self.device = device

    def fit(self, X, y=None, groups=None):
        """Trains on rows, without labels.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            A row for each clip, in temporal order. A C-contiguous float32 array is used as it is.
        y : ignored
        groups : array of shape (n_samples,), optional
            The video of each row. By default all rows are of one.
        """
        X = validate_data(self, X, dtype=np.float32, order="C", ensure_min_samples=2)
        order, videos = _videos(groups, len(X))
        self.model_, scores, self.threshold_, said = _gcl.fit(
            self._method or self.method,
            X if order is None else X[order],
            videos,
            contamination=self.contamination,
            seed=_seed(self.random_state),
            preset=self.preset,
            settings=[f"{name}={_toml(value)}" for name, value in (self.settings or {}).items()],
            device=self.device,
        )
        for text in said:
            warnings.warn(text, TrainingWarning, stacklevel=2)
        self.decision_scores_ = scores
        if order is not None:
            self.decision_scores_ = np.empty_like(scores)
            self.decision_scores_[order] = scores
        self.labels_ = self._labels(self.decision_scores_)
        return self

    def decision_function(self, X):
        """One score per row, higher for more anomalous. Rows of one video belong together, in temporal order."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, order="C", reset=False)
        return self.model_.score(X)

    def predict(self, X):
        """0, or 1 for rows whose score lies above the threshold."""
        return self._labels(self.decision_function(X))

    def fit_predict(self, X, y=None, groups=None):
        """The labels of the rows that it trains on."""
        return self.fit(X, groups=groups).labels_

    def _labels(self, scores):
        return (scores > self.threshold_).astype(int)


def _seed(random_state):
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def _videos(groups, rows):
    """The order in which the rows of each video stand together, and each video with its number of rows."""
    if groups is None:
        return None, [("rows", rows)]
    groups = np.asarray(groups)
    if groups.shape != (rows,):
        raise ValueError(f"groups has the shape {groups.shape}, expected one video for each of {rows} rows")
    names, place, counts = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(place, kind="stable")
    # Numbers of one length sort as the names do.
    ids = [f"{i:09d}" for i in range(len(names))]
    return order, list(zip(ids, counts.tolist(), strict=True))


class GCL(Detector):
    """Generative cooperative learning (Zaheer et al., CVPR 2022).

    Parameters
    ----------
    method : str
        ``"gcl-b"``, or any other of `methods`.
    **others
        As `Detector`'s, and its attributes.
    """

    def __init__(
        self, method="gcl-b", *, contamination=0.1, random_state=0, preset="any", settings=None, device="flex"
    ):
        super().__init__(
            contamination=contamination, random_state=random_state, preset=preset, settings=settings, device=device
        )
        self.method = method


def _detector(name, method):
    doc = f"{methods()[method]}\n\n    Parameters and attributes are those of `Detector`.\n    "
    return type(name, (Detector,), {"_method": method, "__doc__": doc, "__module__": "gcl"})


AE = _detector("AE", "ae")
C2FPL = _detector("C2FPL", "c2fpl")
CLAP = _detector("CLAP", "clap")
IsolationForest = _detector("IsolationForest", "isolation-forest")
Kim = _detector("Kim", "kim")
KNN = _detector("KNN", "knn")
LANP = _detector("LANP", "lanp")
MLE = _detector("MLE", "mle")
Mahalanobis = _detector("Mahalanobis", "mahalanobis")
PCA = _detector("PCA", "pca")
