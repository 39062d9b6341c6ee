"""Training steps of the interleaving's models: PyTorch against this project, in one run.

    python models.py path/to/models-BENCH [rounds] [threads] [models ...]

The binary is what `cargo bench --bench models --no-run` names; it is told to keep its memory, as
the `gcl` command tells itself. Both sides take turns, one model at
a time, so that a busy machine is busy for both. Prints the median milliseconds of a step and the
ratio PyTorch / ours of every round. Needs torch; the networks come from `tests/golden`.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

KEEP = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1), "MALLOC_TOP_PAD_": str(2**26)}
GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden"
sys.dont_write_bytecode = True
sys.path += [str(GOLDEN / "stg_nf"), str(GOLDEN / "rtfm")]
from rtfm import Rtfm  # noqa: E402
from stg_nf import StgNf  # noqa: E402


def follow(optimizer, loss, clip=None):
    optimizer.zero_grad()
    loss.backward()
    if clip:
        torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], clip)
    optimizer.step()
    return loss.item()


def stg_nf():
    model = StgNf(torch.full((1, 18, 18), 1 / 18), 13, 8, 3.0)
    optimizer = torch.optim.Adamax(model.parameters(), lr=5e-4)
    windows, weight = torch.rand(256, 2, 24, 18), torch.full((256,), 0.5)
    return lambda: follow(optimizer, (model(windows)[1] * weight).mean(), 100)


def rtfm():
    bags, crops, t, d, k = 32, 10, 16, 2048, 3
    model = Rtfm(d)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=5e-3)
    batch = torch.rand(bags, crops, t, d)
    label = (torch.arange(2 * bags) >= bags).float()

    def step():
        n = 2 * bags * crops
        ones = lambda c: F.dropout(torch.ones(n, t, c), 0.7)
        x = torch.cat((batch, batch)).view(n, t, d)
        features, scores = model(x, [ones(d), ones(d // 4), ones(d // 16)])
        scores = scores.view(-1, crops, t).mean(1)
        features = features.view(-1, crops, t, d)
        magnitude = features.norm(dim=3).mean(1) * F.dropout(torch.ones(2 * bags, t), 0.7)
        chosen = torch.topk(magnitude, k, dim=1)[1]
        pick = torch.gather(features, 2, chosen[:, None, :, None].expand(-1, crops, -1, d))
        norm = pick.mean(2).norm(dim=2)
        n_norm, a_norm = norm[:bags], norm[bags:]
        flat = scores[bags:].reshape(-1)
        loss = F.binary_cross_entropy(torch.gather(scores, 1, chosen).mean(1), label)
        loss = loss + 1e-4 * (((100 - a_norm).abs() + n_norm) ** 2).mean()
        loss = loss + 1e-4 * (n_norm**2).mean() + 8e-3 * flat.norm()
        loss = loss + 8e-4 * ((flat[1:] - flat[:-1]) ** 2).sum()
        return follow(optimizer, loss)

    return step


def sultani():
    net = nn.Sequential(
        nn.Linear(4096, 512), nn.ReLU(), nn.Dropout(0.6), nn.Linear(512, 32), nn.Dropout(0.6),
        nn.Linear(32, 1), nn.Sigmoid(),
    )
    optimizer = torch.optim.Adagrad(net.parameters(), lr=0.01, eps=1e-8)
    bags = torch.rand(30, 1, 32, 4096)

    def step():
        x = torch.cat((bags, bags)).view(-1, 4096)
        scores = net(x / x.norm(dim=1, keepdim=True)).view(60, 32)
        n, a = scores[:30], scores[30:]
        hinge = torch.relu(1 - a.max(1)[0][:, None] + n.max(1)[0][None, :]).sum() / 30
        smooth = ((a[:, 1:] - a[:, :-1]) ** 2).sum()
        penalty = sum((m.weight**2).sum() for m in net if isinstance(m, nn.Linear))
        return follow(optimizer, hinge + 8e-5 * (a.sum() + smooth) + 1e-3 * penalty)

    return step


def jigsaw():
    def volume(a, b):
        return [nn.Conv3d(a, b, 3, padding=1, bias=False), nn.InstanceNorm3d(b), nn.ReLU()]

    half = nn.MaxPool3d((1, 2, 2))
    trunk = nn.Sequential(
        *volume(3, 32), *volume(32, 32), half, *volume(32, 64), *volume(64, 64), half,
        *volume(64, 64), *volume(64, 64), nn.MaxPool3d((7, 2, 2)), nn.Flatten(1, 2),
        nn.Conv2d(64, 64, 3, padding=1), nn.InstanceNorm2d(64), nn.ReLU(), nn.Dropout2d(0.3),
        nn.MaxPool2d(2), nn.Flatten(),
    )
    head = lambda c: nn.Sequential(nn.Linear(1024, 512), nn.ReLU(), nn.Linear(512, c))
    temporal, spatial = head(49), head(81)
    model = nn.ModuleList([trunk, temporal, spatial])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    cubes = torch.rand(4, 3, 7, 64, 64)

    def step():
        x = trunk(cubes)
        frames = torch.stack([torch.randperm(7) for _ in range(2)])
        patches = torch.stack([torch.randperm(9) for _ in range(2)])
        loss = F.cross_entropy(temporal(x)[::2].reshape(-1, 7), frames.view(-1))
        loss = loss + F.cross_entropy(spatial(x)[1::2].reshape(-1, 9), patches.view(-1))
        return follow(optimizer, loss)

    return step


MODELS = {"stg-nf": (stg_nf, 20), "rtfm": (rtfm, 1), "sultani": (sultani, 10), "jigsaw": (jigsaw, 2)}


def main():
    binary, rest = sys.argv[1], sys.argv[2:]
    rounds = int(rest[0]) if rest else 3
    torch.set_num_threads(int(rest[1]) if len(rest) > 1 else 2)
    torch.manual_seed(1)
    for name in rest[2:] or MODELS:
        build, steps = MODELS[name]
        step = build()
        step()
        ratios, theirs, ours = [], [], []
        for _ in range(rounds):
            times = []
            for _ in range(steps):
                start = time.perf_counter()
                step()
                times.append(1e3 * (time.perf_counter() - start))
            theirs.append(statistics.median(times))
            command, keep = [binary, name, str(steps)], os.environ | KEEP
            line = subprocess.run(command, env=keep, capture_output=True, text=True, check=True)
            ours.append(statistics.median(map(float, line.stdout.split()[1:])))
            ratios.append(theirs[-1] / ours[-1])
        shown = ", ".join(f"{r:.2f}" for r in ratios)
        print(f"{name}: PyTorch {statistics.median(theirs):.1f} ms, ours {statistics.median(ours):.1f} ms,", end=" ")
        print(f"ratios {shown}", flush=True)


if __name__ == "__main__":
    main()
