"""Exports STG-NF's arithmetic as PyTorch computes it: python export.py writes case.safetensors.

Needs torch and safetensors. Two parts: `train`, three training steps on weighted windows of 5
points that all mix (ActNorm set by the first batch, Adamax), and `score`, a forward pass with
random running statistics on the 18 OpenPose joints, split by distance from the body's centre.
"""

import pathlib

import torch
from safetensors.torch import save_file
from stg_nf import StgNf

torch.manual_seed(7)
torch.set_num_threads(1)
out = {}


def keep(prefix, model):
    for name, value in model.state_dict().items():
        if "num_batches" not in name:
            out[f"{prefix}.{name}"] = value.detach().clone().contiguous()


# Training: 6 windows of 8 frames of 5 points; the last two are abnormal.
V, T, B = 5, 8, 6
model = StgNf(torch.full((1, V, V), 1.0 / V), kernel=5, steps=3, prior=3.0)
for bias in model.cancelled():
    bias.requires_grad_(False)
windows = torch.randn(B, 2, T, V) * torch.tensor([0.4, 1.0])[None, :, None, None] + 0.3
weight = torch.tensor([1.0, 0.25, 0.5, 1.0, 0.75, 0.1])
label = torch.tensor([1.0, 1.0, 1.0, 1.0, -1.0, -1.0])
out |= {"train.windows": windows, "train.weight": weight, "train.label": label}
keep("train.before", model)
optimizer = torch.optim.Adamax([p for p in model.parameters() if p.requires_grad], lr=5e-3)
losses, norms = [], []
LIMIT = 2.0  # small, so that clipping is at work
for step in range(3):
    _, nll = model(windows, label)
    loss = (nll * weight).mean()
    optimizer.zero_grad()
    loss.backward()
    if step == 0:
        for name, p in model.named_parameters():
            if p.requires_grad:
                out[f"train.gradient.{name}"] = p.grad.clone()
                if "actnorm" in name:
                    out[f"train.ready.{name}"] = p.detach().clone()
    norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), LIMIT))
    optimizer.step()
    losses.append(loss.detach())
    keep(f"train.after{step + 1}", model)
out |= {"train.losses": torch.stack(losses), "train.norms": torch.stack(norms)}
model.eval()
with torch.no_grad():
    z, nll = model(windows)
out |= {"train.z": z, "train.nll": nll}
print("losses", losses, "norms", norms)

# Scoring: the spatial partition of the OpenPose skeleton, up to two edges away.
EDGES = [(4, 3), (3, 2), (7, 6), (6, 5), (13, 12), (12, 11), (10, 9), (9, 8), (11, 5), (8, 2)]
EDGES += [(5, 1), (2, 1), (0, 1), (15, 0), (14, 0), (17, 15), (16, 14)]
near = torch.eye(18)
for a, b in EDGES:
    near[a, b] = near[b, a] = 1.0
hops = torch.full((18, 18), 99.0)
reach = torch.eye(18)
for hop in range(18):
    hops[(reach > 0) & (hops == 99)] = hop
    reach = reach @ near
weight = (hops <= 2).float()
weight = weight / weight.sum(0, keepdim=True)
centre = hops[:, 1]
sets = [weight * (hops == 0)]
for hop in (1, 2):
    sets.append(weight * ((hops == hop) & (centre[:, None] >= centre[None, :])))
    sets.append(weight * ((hops == hop) & (centre[:, None] < centre[None, :])))
model = StgNf(torch.stack(sets), kernel=3, steps=2, prior=3.0)
with torch.no_grad():
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2.0)
            module.weight.normal_()
            module.bias.normal_()
    for layer in model.flow.layers:
        layer.actnorm.bias.normal_()
        layer.actnorm.logs.normal_().mul_(0.3)
model.ready()
model.eval()
windows = torch.randn(2, 2, 4, 18)
with torch.no_grad():
    z, nll = model(windows)
out |= {"score.windows": windows, "score.z": z, "score.nll": nll}
keep("score.weights", model)

path = pathlib.Path(__file__).with_name("case.safetensors")
save_file(out, path)
path.chmod(0o644)
print(f"torch {torch.__version__}, {path.stat().st_size} bytes, {len(out)} tensors")
