"""The results as a page. Every number and every verdict comes from the stored times."""

import statistics

from .rounds import paired

TITLES = {
    "iteration": "GCL iteration",
    "networks": "Extractors",
    "models": "Models of the interleaving",
    "auc": "ROC-AUC",
    "decode": "Decoding",
    "extraction": "A whole extraction",
    "score": "Scoring",
}
HEAD = """# Performance

Written by `benches/python/side_by_side.py`; numbers and verdicts are its own. Contestants take turns in one run, on the same
weights and inputs where there are any, with the same number of threads. A ratio is the median over rounds of their time
over ours in the same round: above 1, ours is faster. Within 5 % counts as even. `gcl bench` tells what another machine does.
"""


def digits(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3g}"


def verdict(name, ratio):
    if name.startswith("our "):
        return "no rival: the least that is possible"
    if ratio >= 1.05:
        return f"{ratio:.2f} × as fast"
    return "even" if ratio > 0.95 else f"**slower**: {1 / ratio:.2f} × the time"


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def comparison(rows):
    lines = []
    for row in rows:
        ours = row["times"]["ours"]
        for name, times in row["times"].items():
            if name == "ours":
                continue
            ratio = paired(ours, times)
            lines.append([
                row["what"], row["unit"], f"{digits(statistics.median(ours))} ({digits(min(ours))})", name,
                f"{digits(statistics.median(times))} ({digits(min(times))})", f"{ratio:.2f}", verdict(name, ratio),
                f"{row['quiet']} of {len(ours)}",
            ])
    header = ["what", "unit", "ours: median (least)", "against", "median (least)", "ratio", "ours is", "quiet rounds"]
    return table(header, lines)


def gpu(results):
    lines = []
    for result in results.values():
        for device in result["devices"]:
            worst = max(device["differences"].values())
            if not device["times"]:
                lines.append([device["device"], "not measured", "", "", f"{worst:.0e}"])
            for row in device["times"]:
                rate = f"{row['gflops']:.0f}" if row.get("gflops") else ""
                lines.append([device["device"], row["what"], digits(row["median_ms"]), rate, f"{worst:.0e}"])
    return table(["device", "what", "ms", "GFLOP/s", "largest difference from flex"], lines)


def losses(sections):
    """Where ours is slower, in one place."""
    found = []
    for section in sections.values():
        for row in section["rows"]:
            for name, times in row["times"].items():
                ratio = paired(row["times"]["ours"], times)
                if not name.startswith("our") and ratio <= 0.95:
                    found.append(f"- {row['what']}: {1 / ratio:.2f} × the time of {name}")
    return "\n".join(found)


def render(results, scaling=None):
    parts = [HEAD]
    facts = results["facts"]
    parts.append("## Machine\n\n" + table(["", ""], [[k, v] for k, v in facts.items() if v]))
    quiet = sum(row["quiet"] for s in results["sections"].values() for row in s["rows"])
    rounds = sum(len(row["times"]["ours"]) for s in results["sections"].values() for row in s["rows"])
    parts.append(
        f"{quiet} of {rounds} rounds ran while other programs took less than a tenth of the cores just before and after; "
        "where few did, only the ratios mean anything.\n"
    )
    behind = losses(results["sections"])
    parts.append("## Where we lose\n\n" + (behind or "Nowhere in what was measured.") + "\n")
    for name, title in TITLES.items():
        section = results["sections"].get(name)
        parts.append(f"## {title}\n")
        if not section or not section["rows"]:
            parts.append((section or {}).get("note") or "Not measured yet.\n")
            continue
        parts.append(comparison(section["rows"]))
        if section.get("note"):
            parts.append(section["note"] + "\n")
        if section.get("shapes"):
            shapes = [
                [s["network"], s["what"], f"{s['m']} × {s['k']} × {s['n']}", s["times"], digits(s["ms"]), f"{s['gflops']:.0f}"]
                for s in section["shapes"]
            ]
            parts.append("The products, each alone in OpenBLAS:\n")
            parts.append(table(["network", "what", "m × k × n", "times", "ms", "GFLOP/s"], shapes))
    parts.append("## GPUs\n")
    if results.get("gpu"):
        parts.append(gpu(results["gpu"]))
    else:
        parts.append("None was measured.\n")
    parts.append(
        "`FEATURES=cuda .ci/gpu --own-driver` builds with CUDA, runs the tensor tests, holds losses and features to `flex` "
        "and writes times;\n`python benches/python/side_by_side.py --merge FILE` adds them here. `FEATURES=wgpu` does the same on any GPU.\n"
    )
    if scaling:
        parts.append(scaling)
    parts.append(
        "## To repeat\n\nNeeds Python with torch, onnx, onnxruntime, scikit-learn, safetensors and threadpoolctl (opencv-python-headless and an "
        "`ffmpeg` if there are), and a machine with nothing else to do:\n\n"
        "    python benches/python/side_by_side.py docs/performance.md\n    python benches/python/scaling.py docs\n"
        f"\nThis page: `{results['command']}`. Every single time is in `performance.json` beside it.\n"
    )
    return "\n".join(parts)
