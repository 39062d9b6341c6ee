"""``gcl find``: the most anomalous moments of footage."""

import html
import json
from dataclasses import dataclass, fields
from pathlib import Path

from ._command import Features, _run


@dataclass(frozen=True)
class Moment:
    """A moment of `Found.moments`; times are None where the footage has none."""

    rank: int
    video: str
    start_frame: int
    end_frame: int
    peak_frame: int
    score: float
    one_in: float | None
    stands_out: bool | None
    start_seconds: float | None
    end_seconds: float | None

    def __str__(self):
        frames = f"frames {self.start_frame} to {self.end_frame}"
        time = frames if self.start_seconds is None else f"{self.start_seconds:.1f} to {self.end_seconds:.1f} s"
        rare = "" if self.one_in is None else f", 1 in {self.one_in:,.0f}"
        return f"{self.rank:3}  {self.video}  {time}  {self.score:.4f}{rare}"


class Found:
    """The result of `find`.

    Attributes
    ----------
    moments : list of Moment
        Ranked, the most anomalous first.
    rows : list of dict
        The same with all keys of ``moments.json``, such as the box in the picture.
    folder, report : Path
        The output folder, and the page to open in a browser.
    scores : Features
        One score per frame, by video.
    complete : bool
        Whether nothing was skipped.
    """

    def __init__(self, folder, rows, complete):
        self.folder = Path(folder)
        self.rows = rows
        self.complete = complete
        names = [field.name for field in fields(Moment)]
        self.moments = [Moment(**{name: row.get(name) for name in names}) for row in rows]

    @property
    def report(self):
        return self.folder / "report.html"

    @property
    def scores(self):
        return Features(self.folder / "scores")

    def __len__(self):
        return len(self.moments)

    def __iter__(self):
        return iter(self.moments)

    def __repr__(self):
        return "\n".join([f"{len(self)} moments, {self.report}", *map(str, self.moments)])

    def _repr_html_(self):
        cells = (f"<tr><td>{html.escape(str(moment))}</td></tr>" for moment in self.moments)
        return f'<a href="{html.escape(self.report.as_posix())}">report</a><table>{"".join(cells)}</table>'

    def plot(self, video=None, ax=None):
        """Draws a video's scores, with its moments shaded, on matplotlib's `ax`; the first moment's video by default."""
        import matplotlib.pyplot as plt

        scores = self.scores
        video = video or (self.moments[0].video if self.moments else next(iter(scores)))
        ax = ax or plt.subplots(figsize=(10, 3))[1]
        ax.plot(scores[video], linewidth=0.8)
        for moment in self.moments:
            if moment.video == video:
                ax.axvspan(moment.start_frame, moment.end_frame, alpha=0.25, color="tab:red")
        ax.set(title=video, xlabel="frame", ylabel="score")
        return ax


def find(footage, out="found", *, quiet=False, **options):
    """Finds the most anomalous moments of unlabelled footage: ``gcl find``. Call it again to resume.

    Parameters
    ----------
    footage : path, or list of paths
        Video files or folders.
    out : path
        The output folder; it holds ``report.html`` and the lists of moments.
    quiet, **options
        As for `run`: ``top=50``, ``method="gcl-b"``.

    Returns
    -------
    Found
    """
    paths = footage if isinstance(footage, (list, tuple)) else [footage]
    text, complete = _run(["find", *paths], quiet, {"out": out, **options, "json": True})
    return Found(out, json.loads(text), complete)
