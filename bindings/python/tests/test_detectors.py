"""Detectors on arrays."""

import pickle
import signal

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

import gcl

QUICK = {"training.budget": {"epochs": 1, "min_steps": 50, "max_steps": 50}}
ALONE = [gcl.AE, gcl.GCL, gcl.IsolationForest, gcl.KNN, gcl.Kim, gcl.MLE, gcl.Mahalanobis, gcl.PCA]
BY_VIDEO = [gcl.C2FPL, gcl.CLAP, gcl.LANP]


def made(kind, **options):
    return kind(settings=QUICK if kind in (gcl.AE, gcl.GCL, gcl.MLE, *BY_VIDEO) else None, **options)


@pytest.mark.parametrize("kind", ALONE)
def test_what_is_planted_is_found_and_the_attributes_are_pyods(kind, planted):
    rows, odd = planted
    detector = made(kind, contamination=0.05).fit(rows)
    assert detector.decision_scores_.shape == (200,)
    assert roc_auc_score(odd, detector.decision_scores_) > 0.95
    assert 0 < detector.labels_.sum() <= 10
    assert np.array_equal(detector.labels_, detector.decision_scores_ > detector.threshold_)
    assert np.array_equal(detector.decision_function(rows), detector.decision_scores_)
    assert np.array_equal(detector.predict(rows), detector.labels_)
    again = made(kind, contamination=0.05)
    assert np.array_equal(again.fit_predict(rows), detector.labels_)
    assert again.decision_scores_.tobytes() == detector.decision_scores_.tobytes()


@pytest.mark.filterwarnings("ignore::gcl.TrainingWarning")
@pytest.mark.parametrize("kind", BY_VIDEO)
def test_methods_that_compare_videos_take_groups(kind, planted):
    rows, _ = planted
    with pytest.raises(ValueError, match="video"):
        made(kind).fit(rows)
    rows = np.tile(rows, (8, 1))
    detector = made(kind).fit(rows, groups=np.repeat(np.arange(40), 40))
    assert np.isfinite(detector.decision_scores_).all()


def test_the_order_of_the_videos_does_not_matter(planted):
    rows, _ = planted
    groups = np.repeat(["b", "a", "d", "c"], 50)
    sorted_by_name = np.argsort(groups, kind="stable")
    one = made(gcl.GCL).fit(rows, groups=groups)
    other = made(gcl.GCL).fit(rows[sorted_by_name], groups=groups[sorted_by_name])
    assert np.array_equal(one.decision_scores_[sorted_by_name], other.decision_scores_)
    with pytest.raises(ValueError, match="expected one video for each of 200 rows"):
        made(gcl.GCL).fit(rows, groups=groups[:3])


def test_pickles_clones_and_folders_keep_the_model(tmp_path, planted):
    rows, _ = planted
    detector = made(gcl.GCL, random_state=3).fit(rows)
    scores = detector.decision_function(rows)
    assert np.array_equal(pickle.loads(pickle.dumps(detector)).decision_function(rows), scores)
    assert clone(detector).get_params() == detector.get_params()
    detector.model_.save(tmp_path / "model")
    assert np.array_equal(gcl.Model.load(tmp_path / "model", "flex").score(rows), scores)
    assert not np.array_equal(made(gcl.GCL, random_state=4).fit(rows).decision_scores_, scores)


def test_errors_are_the_libraries_own():
    rows = np.zeros((20, 4), np.float32)
    with pytest.raises(ValueError, match="no device `abacus` here; there are flex"):
        gcl.KNN(device="abacus").fit(rows)
    with pytest.raises(ValueError, match="contamination is 1"):
        gcl.KNN(contamination=1.0).fit(rows)
    with pytest.raises(ValueError, match="uses video labels"):
        gcl.GCL("gcl-ws").fit(rows)
    with pytest.raises(ValueError, match="no-such"):
        gcl.GCL("no-such").fit(rows)
    with pytest.raises(ValueError, match="expected rows of 8 dimensions, found 4"):
        gcl.KNN().fit(np.ones((20, 8), np.float32)).model_.score(rows)
    assert "knn" in gcl.methods() and "gcl-ws" not in gcl.methods()


def test_ctrl_c_ends_a_fit(planted):
    rows, _ = planted
    long = {"training.budget": {"epochs": 1, "min_steps": 10**6, "max_steps": 10**6}}
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            gcl.GCL(settings=long).fit(rows)
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.filterwarnings("ignore::gcl.TrainingWarning")
@parametrize_with_checks([made(kind) for kind in ALONE])
def test_scikit_learns_contract(estimator, check):
    check(estimator)
