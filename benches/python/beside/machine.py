"""The machine, what is installed, and this project's programs."""

import importlib.metadata
import json
import os
import pathlib
import platform
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
CARGO = os.environ.get("CARGO", "cargo")
BENCHES = ["train_step", "models", "auc", "extract"]


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def facts(threads):
    """Machine and versions, as `{name: text}`."""
    cpu = dict(line.split(":", 1) for line in output("lscpu").splitlines() if ":" in line)
    flags = cpu.get("Flags", "").split()
    known = ["avx2", "fma", "avx512f", "avx512_bf16", "amx_tile"]
    memory = ""
    if os.path.exists("/proc/meminfo"):
        with open("/proc/meminfo") as file:
            memory = f"{int(file.readline().split()[1]) / 1e6:.0f} GB"
    packages = {}
    for name in ["torch", "onnxruntime", "onnx", "numpy", "scipy", "scikit-learn", "opencv-python-headless"]:
        try:
            packages[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            packages[name] = "absent"
    ffmpeg = output("ffmpeg", "-version").split("\n")[0].split(" Copyright")[0]
    changed = " with changes" if output("git", "status", "--porcelain", "-uno", "--", "src", "crates", "Cargo.lock") else ""
    return {
        "processor": f"{cpu.get('Model name', platform.processor()).strip()} (family {cpu.get('CPU family', '?').strip()}, "
        f"model {cpu.get('Model', '?').strip()}), {os.cpu_count()} cores, {', '.join(f for f in known if f in flags)}",
        "caches": "; ".join(f"{k} {cpu[k].strip()}" for k in ["L1d cache", "L2 cache", "L3 cache"] if k in cpu),
        "memory": memory,
        "system": f"{platform.system()} {platform.release()}, {' '.join(platform.libc_ver())}",
        "threads": f"{threads} each",
        "rust": output("rustc", "--version").strip(),
        "this project": output("git", "rev-parse", "--short=12", "HEAD").strip() + changed,
        "python": platform.python_version(),
        **packages,
        "ffmpeg": ffmpeg or "absent",
    }


def programs(build=True):
    """This project's programs by name; built first unless told otherwise."""
    quiet = dict(cwd=ROOT, check=True)
    if build:
        subprocess.run([CARGO, "build", "--release"], **quiet)
        subprocess.run([CARGO, "build", "--release", "-p", "gcl-kernels", "--examples"], **quiet)
    command = [CARGO, "bench", "--no-run", "--message-format", "json"]
    for name in BENCHES:
        command += ["--bench", name]
    lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, **quiet).stdout.splitlines()
    found = {"gcl": ROOT / "target/release/gcl", "backbones": ROOT / "target/release/examples/backbones"}
    if "BACKBONES" in os.environ:
        found["backbones"] = pathlib.Path(os.environ["BACKBONES"])
    for line in lines:
        message = json.loads(line) if line.startswith("{") else {}
        name = message.get("target", {}).get("name")
        if message.get("executable") and name in BENCHES:
            found[name] = pathlib.Path(message["executable"])
    missing = [name for name, path in found.items() if not path.exists()]
    if missing:
        raise SystemExit(f"not built: {', '.join(missing)}")
    return found


def have(program):
    return shutil.which(program) is not None
