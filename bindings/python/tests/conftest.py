"""What several files of tests share."""

import numpy as np
import pytest

import gcl


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The scene that the program renders: footage, features, ground truth and a run."""
    out = tmp_path_factory.mktemp("demo")
    gcl.run("demo", out=out, quiet=True)
    return out


@pytest.fixture
def planted():
    """Rows of which the last ten are far from the others, and which those are."""
    rows = np.random.default_rng(1).normal(size=(200, 8)).astype(np.float32)
    rows[-10:] *= 6
    return rows, np.arange(200) >= 190
