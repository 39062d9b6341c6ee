"""One GCL iteration: this project, PyTorch eager on the same weights, and the matrix products alone in OpenBLAS."""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
from safetensors.torch import load_file

from .machine import ROOT
from .rounds import Server, compare

sys.path.append(str(ROOT / "crates/gcl-kernels/bench"))
from compare import made_up  # noqa: E402

BATCH, DIM = 8192, 2048


def network(path):
    """The perceptron of our weights, which are in PyTorch's layout."""
    tensors, layers = load_file(path), []
    for i in range(len(tensors) // 2):
        weight, bias = (tensors[f"mlp.layers.{i}.{part}"] for part in ("weight", "bias"))
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
        layer.load_state_dict({"weight": weight, "bias": bias})
        layers += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


class Pair:
    """The paper's iteration, with as little work as PyTorch eager allows: the generator runs once."""

    def __init__(self, generator, discriminator):
        self.g, self.d = generator, discriminator
        rms = dict(lr=2e-5, alpha=0.99, eps=1e-8, momentum=0.6)
        self.step_g = torch.optim.RMSprop(self.g.parameters(), **rms)
        self.step_d = torch.optim.RMSprop(self.d.parameters(), **rms)

    @staticmethod
    def errors(target, output):
        return torch.sqrt(((target - output) ** 2).sum(1) + 1e-8)

    @staticmethod
    def follow(optimizer, loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    def step(self, x):
        reconstruction = self.g(x)
        errors = self.errors(x, reconstruction.detach())
        labels = (errors >= errors.mean() + errors.std()).float()
        entropy = torch.nn.functional.binary_cross_entropy_with_logits
        loss_d = self.follow(self.step_d, entropy(self.d(x).squeeze(1), labels))
        with torch.no_grad():
            p = torch.sigmoid(self.d(x).squeeze(1))
        target = torch.where((p >= p.mean() + 0.1 * p.std())[:, None], torch.ones_like(x), x)
        return loss_d, self.follow(self.step_g, self.errors(target, reconstruction).mean())


def blas(products, threads, kind):
    env = {"OPENBLAS_NUM_THREADS": str(threads)} | ({"OPENBLAS_CORETYPE": kind} if kind else {})
    script = pathlib.Path(__file__).with_name("openblas.py")
    return Server([sys.executable, script, products, threads], threads, env)


def fastest_blas(products, threads):
    """OpenBLAS picks kernels by the processor's name, and may not know a new one: the best of what there is."""
    rates = {}
    with open("/proc/cpuinfo") as file:
        wide = "avx512f" in file.read()
    for kind in ["", *(["SkylakeX", "Cooperlake"] if wide else [])]:
        with blas(products, threads, kind) as server:
            server.ms()
            rates[kind] = min(server.ms() for _ in range(2))
    return min(rates, key=rates.get)


def run(context):
    with tempfile.TemporaryDirectory() as folder:
        products = pathlib.Path(folder, "products.json")
        text = subprocess.run([context.programs["train_step"], "products"], capture_output=True, text=True, check=True).stdout
        products.write_text(text)
        listed = json.loads(text)
        kind = fastest_blas(products, context.threads)
        with Server([context.programs["train_step"], "serve", folder], context.threads) as ours, blas(
            products, context.threads, kind
        ) as theirs:
            _, *losses = map(float, ours.ask().split())
            pair = Pair(*(network(pathlib.Path(folder, f"{n}.safetensors")) for n in ("generator", "discriminator")))
            batch = torch.from_numpy((made_up(1, BATCH * DIM, 1.0) + 1) / 2).reshape(BATCH, DIM)
            found = pair.step(batch)
            apart = max(abs(a - b) / abs(a) for a, b in zip(losses, found))
            if apart > 1e-3:
                raise SystemExit(f"the first losses differ: {losses} and {found}")
            info = json.loads(theirs.ask("info"))
            if not info or any(library["internal_api"] != "openblas" for library in info):
                raise SystemExit(f"numpy's BLAS is not OpenBLAS: {info}")

            def eager():
                start = time.perf_counter()
                pair.step(batch)
                return 1e3 * (time.perf_counter() - start)

            contestants = {"ours": ours.ms, "PyTorch eager": eager, "OpenBLAS, products alone": theirs.ms}
            result = compare(contestants, context.rounds, context.guard)
            each = json.loads(theirs.ask("shapes"))
    operations = [2 * p["m"] * p["k"] * p["n"] * p["times"] for p in listed]
    rate = lambda name: sum(operations) / statistics.median(result["times"][name]) / 1e6
    shapes = []
    for p, ms in zip(listed, each):
        shapes.append(p | {"ms": ms, "gflops": 2 * p["m"] * p["k"] * p["n"] / ms / 1e6})
    note = (
        f"{sum(operations) / 1e9:.0f} GFLOP of matrix products per iteration. The first losses agree with PyTorch's to "
        f"{apart:.0e} (relative). OpenBLAS {info[0]['version']}, kernels {info[0]['architecture']}"
        + (f" (set by OPENBLAS_CORETYPE={kind}, the fastest here)" if kind else " (its own choice, the fastest here)")
        + f". GFLOP/s of these products: ours, whole iteration, {rate('ours'):.0f}; PyTorch eager {rate('PyTorch eager'):.0f}; "
        f"OpenBLAS, the products alone, {rate('OpenBLAS, products alone'):.0f}: ours reaches "
        f"{100 * rate('ours') / rate('OpenBLAS, products alone'):.0f} % of OpenBLAS's rate."
    )
    row = {"what": f"GCL iteration, {BATCH} × {DIM}", "unit": "ms"} | result
    return {"rows": [row], "note": note, "shapes": shapes}
