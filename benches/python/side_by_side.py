"""This project beside PyTorch, ONNX Runtime, OpenBLAS, scikit-learn and FFmpeg, written as a page.

    python benches/python/side_by_side.py docs/performance.md [--only iteration,networks,…] [--rounds N]

Builds the release programs first (--no-build: only looks where they are). Results are kept beside the page
(performance.json) after every row, so an interrupted run goes on with what is missing (one that failed, too); --again NAMES measures sections once
more, --render only writes the page, --merge FILE adds what `crates/gcl-bench/benches/devices.rs` wrote on a machine with a GPU. Waits for a
quiet machine before every round; --no-wait does not.
"""

import argparse
import json
import os
import pathlib
import shlex
import sys
import traceback

sys.dont_write_bytecode = True
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("out", nargs="?", default="docs/performance.md")
parser.add_argument("--only", default="iteration,networks,models,auc,decode,extraction,score")
parser.add_argument("--again", default="", help="sections to measure once more")
parser.add_argument("--rounds", type=int, default=11)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--networks", default="", help="as compare.py names them; all unless given")
parser.add_argument("--batches", default="1,8")
parser.add_argument("--clips", type=int, default=16, help="a whole extraction's length, in units of 3 clips")
parser.add_argument("--seconds", type=float, default=1.0, help="of each run of gcl bench")
parser.add_argument("--video", help="an H.264 video to decode; the built-in one unless given")
parser.add_argument("--patience", type=float, default=3600, help="seconds to wait for a quiet machine, in all")
parser.add_argument("--no-wait", action="store_true")
parser.add_argument("--no-build", action="store_true")
parser.add_argument("--render", action="store_true")
parser.add_argument("--merge", metavar="FILE")


def write(path, text):
    """All of the new file or the old one."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text)
    part.replace(path)


class Context:
    """What sections need."""

    def __init__(self, args, guard, programs):
        self.guard, self.programs = guard, programs
        self.threads, self.rounds, self.seconds, self.clips = args.threads, args.rounds, args.seconds, args.clips
        self.video = args.video
        self.networks = [name for name in args.networks.split(",") if name]
        self.batches = [int(n) for n in args.batches.split(",")]
        self.keep, self.done = lambda section: None, {}


def main():
    args = parser.parse_args()
    out = pathlib.Path(args.out).resolve()
    store = out.with_suffix(".json")
    results = {"facts": {}, "sections": {}, "gpu": {}, "command": ""}
    if store.exists():
        results |= json.loads(store.read_text())
    if args.merge:
        found = json.loads(pathlib.Path(args.merge).read_text())
        results["gpu"][pathlib.Path(args.merge).stem] = found
    if not args.render and not args.merge:
        from beside import machine

        programs = machine.programs(build=not args.no_build)
        # Before numpy and torch are there, and after the compiler, which may have all cores.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: args.threads])
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
            os.environ[name] = str(args.threads)
        measure(args, results, store, programs)
    if not results["sections"] and not results["gpu"]:
        raise SystemExit(f"nothing to show: {store} is not there")
    from beside import page

    scaling = out.with_name("scaling.json")
    text = None
    if scaling.exists():
        from scaling import section

        text = section(json.loads(scaling.read_text()))
    write(store, json.dumps(results, indent=1) + "\n")
    write(out, page.render(results, text))
    print(out)


def measure(args, results, store, programs):
    from beside import machine
    from beside.rounds import Guard

    wanted = [name for name in args.only.split(",") if name]
    for name in args.again.split(","):
        results["sections"].pop(name, None)
    import torch
    from beside import iteration, networks, programs as others

    torch.set_num_threads(args.threads)
    sections = {
        "iteration": iteration.run,
        "networks": networks.run,
        "models": others.models,
        "auc": others.auc,
        "decode": others.decode,
        "extraction": others.extraction,
        "score": others.score,
    }
    unknown = [name for name in wanted if name not in sections]
    if unknown:
        raise SystemExit(f"no section {', '.join(unknown)}; there are {', '.join(sections)}")
    context = Context(args, Guard(not args.no_wait, args.patience), programs)
    results["facts"] = machine.facts(args.threads)
    results["command"] = shlex.join(["python", *sys.argv])
    failed = []
    for name in wanted:
        if results["sections"].get(name, {}).get("whole"):
            print(f"{name}: there already", flush=True)
            continue

        def keep(section, whole=False, name=name):
            results["sections"][name] = section | {"whole": whole}
            write(store, json.dumps(results, indent=1) + "\n")

        print(name, flush=True)
        context.keep = keep
        context.done = {row["what"]: row for row in results["sections"].get(name, {}).get("rows", [])}
        try:
            keep(sections[name](context), True)
        except (Exception, SystemExit) as error:
            # The others may still be measured; what there is of this one stays.
            traceback.print_exc()
            failed.append(f"{name}: {error}")
    if failed:
        print("failed:", *failed, sep="\n  ", file=sys.stderr)


if __name__ == "__main__":
    main()
