"""Unsupervised video anomaly detection: learns what is normal from unlabelled video and shows what is not.

From footage to moments::

    found = gcl.find("footage")

From features to scores, with the attributes of PyOD's detectors::

    detector = gcl.GCL().fit(features)
    detector.decision_scores_, detector.labels_, detector.threshold_

Every verb of the command ``gcl`` is ``gcl.run(verb, ..., option=value)``.
"""

import os

# burn's default device, through which optimizers are loaded; there is no GPU in the published package.
os.environ.setdefault("BURN_DEVICE", "flex")

from ._command import Evaluation, Features, SkippedWarning, evaluate, extract, run
from ._detectors import (
    AE,
    C2FPL,
    CLAP,
    GCL,
    KNN,
    LANP,
    MLE,
    PCA,
    Detector,
    IsolationForest,
    Kim,
    Mahalanobis,
    TrainingWarning,
    methods,
)
from ._found import Found, Moment, find
from ._gcl import Model, NumericalError, __version__

__all__ = [
    "AE",
    "C2FPL",
    "CLAP",
    "Detector",
    "Evaluation",
    "Features",
    "Found",
    "GCL",
    "IsolationForest",
    "KNN",
    "Kim",
    "LANP",
    "MLE",
    "Mahalanobis",
    "Model",
    "Moment",
    "NumericalError",
    "PCA",
    "SkippedWarning",
    "TrainingWarning",
    "__version__",
    "evaluate",
    "extract",
    "find",
    "methods",
    "run",
]
