"""Checks and times the `gradient` extractor against FFmpeg and numpy.

    cargo build --release -p gcl-features --example extract
    python compare.py VIDEOS target/release/examples/extract [--rounds 3] [--workers 2]

For every MP4 under VIDEOS, FFmpeg decodes the luma plane as coded and numpy computes the descriptor from its
definition, one video per process. Both ways run alternately; features must agree within 1e-5.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # one process per core is the better use of cores
import numpy as np  # noqa: E402

W, H, CELL = 64, 48, 4
LENGTH, BLOCK = 16, 32  # frames in a clip; clips computed at once


def area_weights(n, m):
    i, j = np.arange(m)[:, None], np.arange(n)[None]
    return np.maximum(0, np.minimum((i + 1) * n, (j + 1) * m) - np.maximum(i * n, j * m))


def prepare(luma, rows, columns):
    """uint8 [T, h, w] -> int32 [T, 48, 64] in 1/16 grey levels. Sums of integers are exact in the float type used."""
    area = luma.shape[1] * luma.shape[2]
    kind = np.float32 if 255 * area < 2**24 else np.float64
    total = rows.astype(kind) @ luma.astype(kind) @ columns.astype(kind).T
    whole = total.astype(np.int32 if 16 * 255 * area + area < 2**31 else np.int64)
    return ((16 * whole + area // 2) // area).astype(np.int32)


def cells(x):
    """[..., 48, 64] -> sums over 4x4 cells [..., 12, 16]"""
    x = x[..., 0::4, :] + x[..., 1::4, :] + x[..., 2::4, :] + x[..., 3::4, :]
    return x[..., 0::4] + x[..., 1::4] + x[..., 2::4] + x[..., 3::4]


def describe(r):
    """int32 [N, L, 48, 64] -> float32 [N, 1152]"""
    gx, gy = np.empty_like(r), np.empty_like(r)
    gx[..., 1:-1] = r[..., 2:] - r[..., :-2]
    gx[..., 0], gx[..., -1] = r[..., 1] - r[..., 0], r[..., -1] - r[..., -2]
    gy[..., 1:-1, :] = r[..., 2:, :] - r[..., :-2, :]
    gy[..., 0, :], gy[..., -1, :] = r[..., 1, :] - r[..., 0, :], r[..., -1, :] - r[..., -2, :]
    mx, my = gx[:, :-1] + gx[:, 1:], gy[:, :-1] + gy[:, 1:]
    gt = r[:, 1:] - r[:, :-1]
    pairs = gt.shape[1]
    half = (pairs + 1) // 2
    n = 16.0 * pairs
    total = lambda x: x.sum(1, dtype=np.int64)
    at = cells(np.abs(gt))
    first = total(at[:, :half]) / (16.0 * (16.0 * half))
    second = total(at[:, half:]) / (16.0 * (16.0 * (pairs - half))) if pairs > half else first

    def flow(m):
        return (total(cells(m * gt)) / (1024.0 * n)) / np.sqrt(total(cells(m * m)) / (4096.0 * n) + 4.0)

    def edges(m):
        return total(cells(np.abs(m))) / (256.0 * n)

    out = np.stack([first, second, flow(mx), flow(my), edges(mx), edges(my)], 1)
    return out.astype(np.float32).reshape(len(r), -1)


def shape_of(path):
    show = "ffprobe -v error -select_streams v:0 -show_entries stream=width,height,pix_fmt -of json".split()
    stream = json.loads(subprocess.run(show + [path], capture_output=True, check=True).stdout)["streams"][0]
    assert stream["pix_fmt"] in ("yuv420p", "yuvj420p"), stream
    return stream["width"], stream["height"]


def video(path):
    """Features [clips, 1152] of one video, and its frames; the last clip ends with the last frame."""
    w, h = shape_of(path)
    rows, columns = area_weights(h, H), area_weights(w, W)
    size, luma = w * h + 2 * ((w + 1) // 2) * ((h + 1) // 2), w * h
    ffmpeg = ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", path, "-map", "0:v:0"]
    ffmpeg += ["-fps_mode", "passthrough", "-f", "rawvideo", "-"]
    features, tail, frames = [], None, 0
    with subprocess.Popen(ffmpeg, stdout=subprocess.PIPE) as child:
        while block := child.stdout.read(size * LENGTH * BLOCK):
            planes = np.frombuffer(block, np.uint8).reshape(-1, size)[:, :luma].reshape(-1, h, w)
            r = prepare(planes, rows, columns)
            frames += len(r)
            whole = len(r) // LENGTH
            if whole:
                features.append(describe(r[: whole * LENGTH].reshape(whole, LENGTH, H, W)))
            tail = r if tail is None else np.concatenate([tail, r])
            tail = tail[-LENGTH:]
    assert child.returncode == 0, path
    if frames % LENGTH:
        tail = np.concatenate([tail, np.repeat(tail[-1:], LENGTH - len(tail), 0)])
        features.append(describe(tail[None]))
    return np.concatenate(features), frames


def used():
    """Wall-clock time, and processor time of all children so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return np.array([time.perf_counter(), children.ru_utime + children.ru_stime])


def by_numpy(paths, workers):
    start = used()
    with ProcessPoolExecutor(workers) as pool:
        order = sorted(paths, key=os.path.getsize, reverse=True)
        results = dict(zip(order, pool.map(video, order)))
    return results, used() - start


def by_gcl(program, videos, out, workers):
    start = used()
    said = subprocess.run([program, videos, out, str(workers)], capture_output=True, text=True, check=True)
    return said.stdout.strip(), used() - start


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("videos", type=pathlib.Path)
    arguments.add_argument("program")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--workers", type=int, default=os.cpu_count())
    args = arguments.parse_args()
    paths = [str(path) for path in sorted(args.videos.rglob("*.mp4"))]
    ratios, worst = [], 0.0
    for _ in range(args.rounds):
        out = tempfile.mkdtemp()
        try:
            said, ours = by_gcl(args.program, str(args.videos), out, args.workers)
            results, theirs = by_numpy(paths, args.workers)
            for path, (expected, _) in results.items():
                found = np.load(pathlib.Path(out, os.path.relpath(path, args.videos)).with_suffix(".npy"))
                assert found.shape == expected.shape, (path, found.shape, expected.shape)
                worst = max(worst, float(np.abs(found - expected).max()))
        finally:
            shutil.rmtree(out)
        frames = sum(frames for _, frames in results.values())
        ratios.append(theirs / ours)
        print(f"gcl {ours.round(2)} s ({said}); FFmpeg + numpy {theirs.round(2)} s ({frames} frames); ratio {ratios[-1].round(2)}")
    wall, cpu = np.median(ratios, 0)
    print(f"{len(paths)} videos, largest difference {worst:.3g}, median ratio {wall:.2f} (wall), {cpu:.2f} (processor time)")
    sys.exit(worst > 1e-5)


if __name__ == "__main__":
    main()
