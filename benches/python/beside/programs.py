"""Training steps of the interleaving's models, ROC-AUC, and whole programs: decoding, extraction, scoring."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import torch

from .machine import ROOT, have
from .rounds import KEEP, Server, compare, wall

CAMERA = ROOT / "crates/gcl-bench/src/measure/camera.mp4"
FRAMES = 1_114_144


def models(context):
    """A training step of each model at its published size."""
    sys.path.append(str(ROOT / "benches/python"))
    from models import MODELS

    rows = []
    torch.manual_seed(1)
    for name, (build, steps) in MODELS.items():
        what = f"{name}, one step"
        if what in context.done:
            rows.append(context.done[what])
            continue
        step = build()

        def theirs():
            times = []
            for _ in range(steps):
                start = time.perf_counter()
                step()
                times.append(1e3 * (time.perf_counter() - start))
            return statistics.median(times)

        def ours():
            command = [context.programs["models"], name, str(steps)]
            env = os.environ | KEEP | {"RAYON_NUM_THREADS": str(context.threads)}
            text = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
            return statistics.median(map(float, text.split()[1:]))

        result = compare({"ours": ours, "PyTorch eager": theirs}, context.rounds, context.guard)
        rows.append({"what": what, "unit": "ms"} | result)
        context.keep({"rows": rows, "note": ""})
    note = "Published sizes, as in `benches/python/models.py`; each number is the median of one to twenty steps."
    return {"rows": rows, "note": note}


def auc(context):
    """ROC-AUC of UCF-Crime's number of frames, with the same scores and labels."""
    from sklearn.metrics import roc_auc_score

    random = numpy.random.default_rng(1)
    labels = random.random(FRAMES) < 0.08
    frames = random.random(FRAMES, dtype=numpy.float32) + 0.2 * labels.astype(numpy.float32)
    clips = numpy.repeat(frames[: FRAMES // 16], 16)
    rows, apart = [], 0.0
    for what, scores in [("one score per frame", frames), ("one score per clip", clips)]:
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder, name) for name in ("scores.npy", "labels.npy")]
            numpy.save(paths[0], scores)
            numpy.save(paths[1], labels.astype(numpy.float32))
            with Server([context.programs["auc"], "serve", *paths], context.threads) as ours:

                def theirs():
                    start = time.perf_counter()
                    roc_auc_score(labels, scores)
                    return 1e3 * (time.perf_counter() - start)

                apart = max(apart, abs(float(ours.ask().split()[1]) - roc_auc_score(labels, scores)))
                result = compare({"ours": ours.ms, "scikit-learn": theirs}, context.rounds, context.guard)
        rows.append({"what": f"AUC of {FRAMES:,} frames, {what}", "unit": "ms"} | result)
    if apart > 1e-9:
        raise SystemExit(f"the AUCs differ by {apart}")
    return {"rows": rows, "note": f"Both give the same AUC, to {apart:.0e}."}


def bench(context, *arguments):
    """The median of the first figure of `gcl bench`, in milliseconds."""
    command = [context.programs["gcl"], "bench", "--json", *map(str, arguments)]
    env = os.environ | {"RAYON_NUM_THREADS": str(context.threads)}
    text = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    return json.loads(text)["figures"][0]["median_ms"]


def longer(folder, times):
    """The built-in video, repeated without decoding it."""
    path = pathlib.Path(folder, f"camera-{times}.mp4")
    command = ["ffmpeg", "-v", "error", "-stream_loop", str(times - 1), "-i", str(CAMERA), "-c", "copy", str(path)]
    subprocess.run(command, check=True)
    return path


def opencv(path):
    """Milliseconds a frame by OpenCV, one thread, frames left as they are decoded."""
    import cv2

    start, frames = time.perf_counter(), 0
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    while capture.grab():
        frames += 1
    capture.release()
    return 1e3 * (time.perf_counter() - start) / max(frames, 1), frames


def decode(context):
    """Decoding H.264 on one thread."""
    if not context.video and not have("ffmpeg"):
        return {"rows": [], "note": "Not measured: no video was given, and there is no FFmpeg to make one."}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(context.video) if context.video else longer(folder, 25)
        try:
            frames = opencv(path)[1]
        except ImportError:
            frames = 0
        contestants = {"ours": lambda: bench(context, "--only", "decode", "--video", path, "--seconds", 1e-3 + context.seconds)}
        if have("ffmpeg"):
            show = ["ffprobe", "-v", "error", "-count_packets", "-select_streams", "v:0", "-of", "csv=p=0"]
            show += ["-show_entries", "stream=nb_read_packets", str(path)]
            frames = int(subprocess.run(show, capture_output=True, text=True, check=True).stdout.strip(" ,\n"))
            run = ["ffmpeg", "-v", "error", "-threads", "1", "-i", str(path), "-map", "0:v:0", "-f", "null", "-"]
            contestants["FFmpeg"] = lambda: wall(run) / frames
        if frames and "cv2" in sys.modules:
            contestants["OpenCV"] = lambda: opencv(path)[0]
        result = compare(contestants, context.rounds, context.guard)
    what = "a given video" if context.video else "the built-in camera, 25 times: 320 × 240, H.264 High, 0.5 Mbit/s"
    note = f"{frames} frames of {what}. One thread each. FFmpeg's time includes process start-up."
    return {"rows": [{"what": "decoding H.264", "unit": "ms per frame"} | result], "note": note}


def extraction(context):
    """A whole `gcl extract` against its network alone: what decoding, resizing and writing add."""
    if not have("ffmpeg"):
        return {"rows": [], "note": "Not measured: there is no FFmpeg to make videos."}
    net, clips = "resnext101", [6, 6 + 3 * context.clips]
    with tempfile.TemporaryDirectory() as folder:
        videos = [longer(folder, n // 3) for n in (clips[0], clips[1])]

        def extract(path, count=[0]):
            count[0] += 1
            out = str(pathlib.Path(folder, f"features-{count[0]}"))
            return wall([context.programs["gcl"], "extract", path, "--out", out, "--net", net, "--random-weights"])

        # The start of the program and of the network is in both, and in no hour of footage.
        whole = lambda: (extract(videos[1]) - extract(videos[0])) / (clips[1] - clips[0])
        alone = lambda: bench(context, "--only", "extract", "--net", net, "--clips", 8, "--seconds", context.seconds)
        result = compare({"ours": whole, "our network alone": alone}, context.rounds, context.guard)
    row = {"what": f"gcl extract --net {net}, H.264 of 320 × 240", "unit": "ms per clip"} | result
    note = f"Time per clip: the time for {clips[1]} clips minus that for {clips[0]}, divided by the difference in clips. The network alone is a lower bound."
    return {"rows": [row], "note": note}


RIVAL = """
import sys, numpy, torch
torch.set_num_threads(int(sys.argv[2]))
layers = [torch.nn.Linear(2048, 512), torch.nn.ReLU(), torch.nn.Linear(512, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1)]
net = torch.nn.Sequential(*layers, torch.nn.Sigmoid())
net.load_state_dict(torch.load(sys.argv[1] + "/net.pt"))
with torch.inference_mode():
    for i in range(2):
        scores = net(torch.from_numpy(numpy.load(f"{sys.argv[1]}/features/v{i}.npy")))
        numpy.save(f"{sys.argv[1]}/scores{i}.npy", scores.numpy().repeat(16))
"""


def score(context):
    """From the command line to the scores of two short videos."""
    with tempfile.TemporaryDirectory() as folder:
        features = pathlib.Path(folder, "features")
        features.mkdir()
        random = numpy.random.default_rng(1)
        for i in range(2):
            numpy.save(features / f"v{i}.npy", random.random((40, 2048), dtype=numpy.float32))
        gcl, clips = context.programs["gcl"], ["--clip-length", "16"]
        run = pathlib.Path(folder, "run")
        train = [gcl, "train", features, "--out", run, *clips, "--method", "gcl-b", "--preset", "paper"]
        wall([*train, *(f"--set=training.{value}" for value in ("budget.epochs=1", "budget.min_steps=1", "batch=40"))])
        ours = [gcl, "score", run, features, "--out", pathlib.Path(folder, "scores"), *clips]
        net = torch.nn.Sequential(
            torch.nn.Linear(2048, 512), torch.nn.ReLU(), torch.nn.Linear(512, 32), torch.nn.ReLU(),
            torch.nn.Linear(32, 1), torch.nn.Sigmoid(),
        )
        torch.save(net.state_dict(), pathlib.Path(folder, "net.pt"))
        theirs = [sys.executable, "-c", RIVAL, folder, str(context.threads)]
        contestants = {"ours": lambda: wall(ours), "PyTorch eager": lambda: wall(theirs)}
        result = compare(contestants, context.rounds, context.guard)
    note = "Complete processes on two videos of 40 segments. Ours loads generator and discriminator and validates every file; theirs is ten lines that load only the discriminator."
    return {"rows": [{"what": "gcl score, end to end", "unit": "ms"} | result], "note": note}
