"""How time and memory grow: an epoch by the number of segments, extraction by the length of a video.

    python benches/python/scaling.py docs [--segments 1e4,1e5,1e6] [--dim 512] [--frames 1000,10000,100000]

Runs the `gcl` command (built first, unless --no-build) on features and videos that it makes up in --tmp and removes again: 10⁶ segments
of 512 dimensions are 2 GB, 10⁵ frames of 160 × 120 are 2 GB. Features stay on disk (`--memory-limit 0`). Writes
scaling.json and scaling.svg into the folder; `side_by_side.py --render` puts both into docs/performance.md. With
--render only the chart is drawn again.

On paper: --core-hour and --gpu-hour are what an hour of one core and of one GPU costs; --gpu-speedup, if given, how many times
as fast as these cores together a GPU is taken to be. None was measured, so without it the GPU column stays empty.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
ROWS = 1000  # segments of a made-up video
UCF_HOURS, FPS, CLIP = 128, 30, 16


def watched(command):
    """Seconds of a process, and its memory in MB: the peak of all, and of what is not files, every 20 ms."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    peaks, start = {"VmHWM": 0, "RssAnon": 0}, time.perf_counter()

    def watch():
        while process.poll() is None:
            try:
                text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            except OSError:
                return
            for line in text.splitlines():
                name, _, value = line.partition(":")
                if name in peaks:
                    peaks[name] = max(peaks[name], int(value.split()[0]) / 1e3)
            time.sleep(0.02)

    thread = threading.Thread(target=watch)
    thread.start()
    errors = process.stderr.read()
    code, seconds = process.wait(), time.perf_counter() - start
    thread.join()
    if code:
        raise SystemExit(f"{command} ended with {code}\n{errors}")
    return seconds, peaks


def features(folder, segments, dim):
    import numpy

    random = numpy.random.default_rng(segments)
    for i in range(0, segments, ROWS):
        rows = random.random((min(ROWS, segments - i), dim), dtype=numpy.float32)
        numpy.save(folder / f"v{i // ROWS:06}.npy", rows)


def epochs(gcl, segments, dim, tmp):
    """The seconds that one epoch more takes, on features that lie on disk."""
    with tempfile.TemporaryDirectory(dir=tmp) as folder:
        data = pathlib.Path(folder, "features")
        data.mkdir()
        features(data, segments, dim)
        counts = [1, 2] if segments >= 10**6 else [1, 3] if segments >= 10**5 else [1, 11]
        times, peaks = [], {}
        for count in counts:
            out = pathlib.Path(folder, f"run-{count}")
            # A state is saved at the end in any case; --save-every keeps the others out.
            command = [gcl, "train", data, "--out", out, "--clip-length", CLIP, "--method", "gcl-b", "--preset", "paper"]
            command += ["--memory-limit", 0, "--save-every", 100000]
            command += ["--set", f"training.budget.epochs={count}", "--set", "training.budget.min_steps=1"]
            seconds, peaks = watched(command)
            times.append(seconds)
    each = (times[1] - times[0]) / (counts[1] - counts[0])
    return {"segments": segments, "seconds_an_epoch": each, "whole": times, "epochs": counts} | peaks


def video(path, frames):
    """Grey noise over a gradient that drifts, 160 × 120."""
    import numpy

    random = numpy.random.default_rng(1)
    noise = random.integers(0, 16, (64, 120, 160), dtype=numpy.uint8)
    slope = (numpy.arange(160)[None, :] + numpy.arange(120)[:, None]) % 200
    with open(path, "wb") as file:
        file.write(b"YUV4MPEG2 W160 H120 F30:1 Ip A1:1 Cmono\n")
        for t in range(frames):
            picture = numpy.roll(slope, t // 4, 1).astype(numpy.uint8) + noise[t % 64]
            file.write(b"FRAME\n" + picture.tobytes())


def lengths(gcl, frames, tmp):
    """Seconds of one extraction with the gradient descriptor."""
    with tempfile.TemporaryDirectory(dir=tmp) as folder:
        path = pathlib.Path(folder, "v.y4m")
        video(path, frames)
        seconds, peaks = watched([gcl, "extract", path, "--out", pathlib.Path(folder, "features")])
    return {"frames": frames, "us_a_frame": 1e6 * seconds / frames} | peaks


def figures(gcl, seconds):
    """What one camera-hour needs, measured here: milliseconds by `gcl bench`."""
    command = [gcl, "bench", "--json", "--seconds", seconds]
    text = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    bench = json.loads(text)
    found = {f["item"]: f for f in bench["figures"]}
    nets = {}
    for f in bench["figures"]:
        if f["item"] == "extract":
            name = f["settings"]["net"]
            nets[name] = min(nets.get(name, float("inf")), f["median_ms"])
    step = found["gcl-step"]
    return {
        "cores": bench["threads"], "networks_ms_a_clip": nets, "decode_ms_a_frame": found["decode"]["median_ms"],
        "train_ms_a_segment": step["median_ms"] / step["settings"]["batch"], "auc_ms_a_million": found["auc"]["median_ms"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", default="docs")
    parser.add_argument("--segments", default="1e4,1e5,1e6")
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--frames", default="1000,10000,100000")
    parser.add_argument("--seconds", type=float, default=1.2, help="of each figure of gcl bench")
    parser.add_argument("--tmp", default=tempfile.gettempdir())
    parser.add_argument("--core-hour", type=float, default=0.04, help="dollars; an assumption")
    parser.add_argument("--gpu-hour", type=float, default=2.0, help="dollars; an assumption")
    parser.add_argument("--gpu-speedup", type=float, help="an assumption, used only if given")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--render", action="store_true")
    args = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parents[2]
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    store = out / "scaling.json"
    found = json.loads(store.read_text()) if store.exists() else {}
    if not args.render:
        if not args.no_build:
            subprocess.run([os.environ.get("CARGO", "cargo"), "build", "--release"], cwd=root, check=True)
        gcl = root / "target/release/gcl"
        numbers = lambda text: [int(float(n)) for n in text.split(",")]
        need = 1.1 * 4 * max(numbers(args.segments)) * args.dim
        if shutil.disk_usage(args.tmp).free < need:
            raise SystemExit(f"{args.tmp} has less than {need / 1e9:.1f} GB left")
        found = {"dim": args.dim, "training": [], "extraction": [], "bench": figures(gcl, args.seconds)}
        for count in numbers(args.segments):
            found["training"].append(epochs(gcl, count, args.dim, args.tmp))
            print(found["training"][-1], flush=True)
        for count in numbers(args.frames):
            found["extraction"].append(lengths(gcl, count, args.tmp))
            print(found["extraction"][-1], flush=True)
    prices = {"core_hour": args.core_hour, "gpu_hour": args.gpu_hour, "gpu_speedup": args.gpu_speedup, "epochs": args.epochs}
    found = found | {"assumed": prices}
    from beside import chart

    store.write_text(json.dumps(found, indent=1) + "\n")
    (out / "scaling.svg").write_text(chart.draw(found))
    print(out / "scaling.svg")


def section(found):
    """The part of docs/performance.md."""
    from beside import paper
    from beside.page import digits, table

    train = [
        [f"{r['segments']:,}", digits(r["seconds_an_epoch"]), digits(1e6 * r["seconds_an_epoch"] / r["segments"]), digits(r["RssAnon"]), digits(r["VmHWM"])]
        for r in found["training"]
    ]
    extract = [[f"{r['frames']:,}", digits(r["us_a_frame"]), digits(r["RssAnon"]), digits(r["VmHWM"])] for r in found["extraction"]]
    return "\n".join([
        "## Scaling\n\n![Time and memory by size](scaling.svg)\n",
        f"GCL_B, preset `paper`, {found['dim']} dimensions, features on disk (`--memory-limit 0`); the time of an epoch is the difference between two runs:\n",
        table(["segments", "s per epoch", "µs per segment", "anonymous memory, MB", "peak memory, MB"], train),
        "`gcl extract` of one 160 × 120 video with the gradient descriptor, including program start-up:\n",
        table(["frames", "µs per frame", "anonymous memory, MB", "peak memory, MB"], extract),
        "Peak memory includes pages of the feature files, which the system may reclaim at any time.\n",
        paper.estimate(found),
    ])


if __name__ == "__main__":
    main()
