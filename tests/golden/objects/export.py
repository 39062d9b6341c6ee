"""Writes cases.json: object scores to frames and snippets and back, as NumPy and SciPy compute them.

Run: python export.py     (needs numpy and scipy)

The rules are those of Joint-VAD's published code, in its terms: normality, +inf for an empty frame.
"""

import json
import math
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

rng = np.random.default_rng(20240926)
LENGTH = 16


def case(frames, snippets, window, share, infinite=False):
    videos = [dict(frames=f, snippets=s) for f, s in zip(frames, snippets)]
    objects = []
    for video, n in enumerate(frames):
        for person in range(int(rng.integers(1, 4))):
            first = int(rng.integers(0, max(1, n // 3)))
            last = int(rng.integers(first, n))
            for start in range(first, last - window + 1):
                if rng.random() < share:
                    objects.append((video, person, start))
    # Single precision, since that is what scores are.
    scores = (rng.gamma(2.0, 1.5, len(objects)) - 3).astype(np.float32)
    if infinite:
        scores[3], scores[10] = np.inf, -np.inf
    normality = -scores.astype(np.float64)

    # Frame scores: the least normal person, in the middle of the window.
    clips = []
    for video, n in enumerate(frames):
        clip = np.full(n, np.inf)
        for (v, _, start), value in zip(objects, normality):
            if v == video:
                at = start + window // 2
                clip[at] = min(clip[at], value)
        clips.append(clip)
    flat = np.concatenate(clips)
    flat[flat == np.inf] = flat[np.isfinite(flat)].max()
    flat[flat == -np.inf] = flat[np.isfinite(flat)].min()
    clips = np.split(flat, np.cumsum(frames)[:-1])
    for sigma in range(1, 7):
        clips = [gaussian_filter1d(clip, sigma=sigma) for clip in clips]
    anomaly = [-clip for clip in clips]

    # Snippet scores: means of 16 frames, the last one repeated; chunks beyond the features are dropped.
    by_frames = []
    for clip, n in zip(anomaly, snippets):
        chunks = math.ceil(len(clip) / LENGTH)
        padded = np.append(clip, np.full(chunks * LENGTH - len(clip), clip[-1]))
        by_frames.append(padded.reshape(-1, LENGTH).mean(axis=1)[:n])
    finite = scores[np.isfinite(scores)]
    by_objects = []
    clipped = np.clip(scores, finite.min(), finite.max()).astype(np.float64)
    for video, n in enumerate(snippets):
        for i in range(n):
            own = [
                value
                for (v, _, start), value in zip(objects, clipped)
                if v == video and (start + window // 2) // LENGTH == i
            ]
            by_objects.append(np.mean(own) if own else float(finite.min()))

    # Weights: 1 - score, repeated; each clip's own, cut or padded with zeros.
    ws = rng.random(sum(snippets)).astype(np.float32)
    repeated = np.repeat(1 - ws, LENGTH)
    own, start = [], 0
    for n, s in zip(frames, snippets):
        part = repeated[start : start + s * LENGTH][:n]
        own.append(np.append(part, np.zeros(n - len(part), np.float32)))
        start += s * LENGTH
    # The published code slices the untrimmed array with the lengths of the clips.
    code, start = [], 0
    for n in frames:
        code.append(repeated[start : start + n])
        start += n
    exact = start <= len(repeated)

    def weights(per_clip, reduce):
        return [reduce(per_clip[v][s : s + window]) for v, _, s in objects]

    out = dict(
        window=window,
        videos=videos,
        objects=[[v, s] for v, _, s in objects],
        scores=[float(s) if np.isfinite(s) else ("inf" if s > 0 else "-inf") for s in scores],
        frame_scores=[clip.tolist() for clip in anomaly],
        snippets_by_frames=np.concatenate(by_frames).tolist(),
        snippets_by_objects=[float(v) for v in by_objects],
        ws=ws.tolist(),
        min=[float(v) for v in weights(own, np.min)],
        mean=[float(v) for v in weights(own, lambda w: w.astype(np.float64).mean())],
        centre=[float(v) for v in weights(own, lambda w: w[window // 2])],
        code_exact=[float(v) for v in weights(code, np.min)] if exact else None,
    )
    return out


cases = [
    case([64, 97, 30, 130], [4, 7, 2, 9], window=8, share=0.5),
    case([61, 40, 90], [4, 3, 6], window=24, share=0.3, infinite=True),
    case([70, 52], [4, 3], window=6, share=0.4),  # features without a tail
]


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(v) for v in value]
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return value


Path(__file__).with_name("cases.json").write_text(json.dumps(rounded(cases)) + "\n")
