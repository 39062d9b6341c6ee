"""The verbs of the command, within the process."""

import json
import math
import os
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from . import _gcl


class SkippedWarning(UserWarning):
    """Some items were skipped, and the rest was done: the command's exit code 1."""


def main():
    """The console script ``gcl``."""
    return _gcl.main(["gcl", *sys.argv[1:]])


def run(*words, quiet=False, **options):
    """Runs ``gcl`` with a verb and returns the text that it prints as its result.

    Parameters
    ----------
    *words : str or path
        The verb and its arguments: ``run("eval", scores, truth)``.
    quiet : bool
        Keep messages and progress off standard error.
    **options
        The verb's options as ``gcl VERB --help`` lists them, with ``_`` for ``-``: ``clip_length=16``,
        ``method="knn"``. True is an option without a value, None and False leave it out, and a list repeats it (``set``).

    Raises
    ------
    ValueError
        For arguments and data that cannot be used, with the command's own text.
    OSError
        For files that cannot be read or written.
    NumericalError
        If training or scoring comes to a number that is not finite.
    KeyboardInterrupt
        After Ctrl-C; the same call resumes.
    """
    return _run(words, quiet, options)[0]


def _run(words, quiet, options):
    """As `run`, and whether everything was done."""
    args = [*(os.fspath(word) for word in words), *_arguments(options)]
    text, complete = _gcl.call(args, _ignore if quiet else _show)
    if not complete:
        warnings.warn("some items were skipped; they are listed with their reasons", SkippedWarning, stacklevel=3)
    return text, complete


def _arguments(options):
    for name, value in options.items():
        option = "--" + name.rstrip("_").replace("_", "-")
        for value in value if isinstance(value, (list, tuple)) else [value]:
            if value is True:
                yield option
            elif value is not None and value is not False:
                yield f"{option}={os.fspath(value) if isinstance(value, os.PathLike) else value}"


def _show(message):
    sys.stderr.write(message)
    sys.stderr.flush()


def _ignore(message):
    pass


class Features(Mapping):
    """Features of videos in a folder: the id of a video to its array ``[clips, dimensions]``, read when asked for.

    `meta` gives the description that ``gcl extract`` wrote beside an array.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        files = sorted(self.folder.rglob("*.npy"))
        self._files = {file.relative_to(self.folder).with_suffix("").as_posix(): file for file in files}

    def __getitem__(self, video):
        return np.load(self._files[video], mmap_mode="r")

    def __iter__(self):
        return iter(self._files)

    def __len__(self):
        return len(self._files)

    def __repr__(self):
        return f"Features({str(self.folder)!r}: {len(self)} videos)"

    def meta(self, video):
        """The description of a video's features, a dict."""
        return json.loads(self._files[video].with_suffix(".json").read_text(encoding="utf-8"))

    def stacked(self):
        """All rows, ``[rows, dimensions]``, and the video of each: ``detector.fit(X, groups=groups)``."""
        arrays = [np.asarray(self[video], dtype=np.float32) for video in self]
        rows = [array.reshape(len(array), -1) for array in arrays]
        return np.concatenate(rows), np.repeat(list(self), [len(array) for array in rows])


def extract(footage, out, *, quiet=False, **options):
    """Extracts features of footage into a folder: ``gcl extract``. Call it again to resume.

    Parameters
    ----------
    footage : path, or list of paths
        Video files or folders.
    out : path
        The folder of features.
    quiet, **options
        As for `run`: ``net="lite0"``.

    Returns
    -------
    Features
    """
    paths = footage if isinstance(footage, (list, tuple)) else [footage]
    _run(["extract", *paths], quiet, {"out": out, **options})
    return Features(out)


def _measure(pairs):
    """A measure as a float, NaN where it is not defined, and all else as it is."""
    if pairs and pairs[0][0] == "value" and len(pairs) <= 2:
        return math.nan if pairs[0][1] is None else pairs[0][1]
    return dict(pairs)


class Evaluation(dict):
    """What ``gcl eval --json`` prints; its keys are also attributes: ``evaluation.micro_auc``. A measure that is not
    defined, as without an abnormal frame, is NaN."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __repr__(self):
        interval = self.get("micro_interval") or {}
        bounds = " ({low:.3f} to {high:.3f})".format(**interval) if interval else ""
        return f"Evaluation(micro_auc={self.micro_auc:.4f}{bounds}, frames={self.frames})"


def evaluate(scores, truth, *, quiet=False, **options):
    """Compares frame scores with ground truth: ``gcl eval``.

    Parameters
    ----------
    scores : path
        A folder of ``.npy`` files, one score per frame; or a run.
    truth : path
        Ground truth in any form that the command reads.

    Returns
    -------
    Evaluation
    """
    text, _ = _run(["eval", scores, truth], quiet, {"json": True, **options})
    return Evaluation(json.loads(text, object_pairs_hook=_measure))
