"""Exports RTFM's arithmetic as PyTorch computes it: python export.py writes case.safetensors.

Needs torch and safetensors. Width 16, bags of 7 snippets, 2 crops: losses with every feature term
under fixed dropout masks, their gradients, two steps of Adam, and the scores of a video.
"""

import pathlib

import torch
from rtfm import Rtfm, losses
from safetensors.torch import save_file

torch.manual_seed(5)
torch.set_num_threads(1)
D, BAGS, CROPS, T, K = 16, 3, 2, 7, 3
out = {}


def tensors(model, value):
    """Every parameter's value under this project's names: a matrix [in, out] for each tap."""
    a, named = model.aggregate, {}
    convs = [(f"pyramid.{i}", c) for i, c in enumerate(a.pyramid)]
    for name, conv in convs + [("narrow", a.narrow), ("fuse", a.fuse)]:
        for tap in range(conv.weight.shape[2]):
            named[f"{name}.taps.{tap}"] = value(conv.weight)[:, :, tap].T
        if conv.bias is not None:
            named[f"{name}.bias"] = value(conv.bias)
    norms = [(f"pyramid_norms.{i}", n) for i, n in enumerate(a.pyramid_norms)]
    for name, norm in norms + [("non_local.norm", a.norm), ("fuse_norm", a.fuse_norm)]:
        named |= {f"{name}.gamma": value(norm.weight), f"{name}.beta": value(norm.bias)}
        if value is not gradient:
            named |= {f"{name}.mean": norm.running_mean, f"{name}.variance": norm.running_var}
    for name in ("g", "theta", "phi", "out"):
        layer = getattr(a, name)
        named[f"non_local.{name}.weight"] = value(layer.weight).squeeze(2).T
        named[f"non_local.{name}.bias"] = value(layer.bias)
    for i, layer in enumerate(model.head):
        named[f"head.{i}.weight"] = value(layer.weight).T
        named[f"head.{i}.bias"] = value(layer.bias)
    return named


def now(p):
    return p.detach()


def gradient(p):
    return p.grad if p.grad is not None else torch.zeros_like(p)


def keep(prefix, named):
    for name, value in named.items():
        out[f"{prefix}.{name}"] = value.detach().clone().contiguous()


def dropped(*shape):
    return (torch.rand(*shape) < 0.6).float() / 0.6


model = Rtfm(D)
with torch.no_grad():
    for p in (model.aggregate.norm.weight, model.aggregate.norm.bias):
        p.normal_()
    for module in model.modules():
        if getattr(module, "bias", None) is not None:
            module.bias.normal_().mul_(0.3)
# Taken away by the normalisation after it: its gradient is rounding.
model.aggregate.out.bias.requires_grad_(False)

negative = torch.rand(BAGS, CROPS, T, D) * 2.0
positive = torch.rand(BAGS, CROPS, T, D) * 3.0
n = 2 * BAGS * CROPS
masks = [dropped(n, T, D), dropped(n, T, D // 4), dropped(n, T, D // 16)]
selection = torch.ones(2 * BAGS, T)
for row in selection:
    row[torch.randperm(T)[:2]] = 0.0
out |= {"negative": negative, "positive": positive, "selection": selection}
out |= {f"mask.{i}": mask for i, mask in enumerate(masks)}
keep("before", tensors(model, now))
batch = torch.cat((negative, positive)).view(n, T, D)

running = {k: v.clone() for k, v in model.state_dict().items()}
for per_bag in (False, True):
    features, scores = model(batch, masks)
    for name, loss in losses(features, scores, BAGS, CROPS, selection, K, per_bag).items():
        out[f"loss.{name}.{per_bag}"] = loss.detach().view(1)
        if not per_bag and name != "squared":
            model.zero_grad()
            loss.backward(retain_graph=True)
            keep(f"gradient.{name}", tensors(model, gradient))
model.load_state_dict(running)

optimizer = torch.optim.Adam(
    [p for p in model.parameters() if p.requires_grad], lr=1e-3, weight_decay=5e-3
)
for step in (1, 2):
    features, scores = model(batch, masks)
    loss = losses(features, scores, BAGS, CROPS, selection, K)["squared"]
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    out[f"step{step}.loss"] = loss.detach().view(1)
    keep(f"step{step}", tensors(model, now))

model.eval()
for name, length in (("short", 3), ("long", 11)):
    video = torch.rand(CROPS, length, D) * 2.0
    with torch.no_grad():
        _, scores = model(video)
    out |= {f"video.{name}": video, f"scores.{name}": scores.mean(0)}
path = pathlib.Path(__file__).with_name("case.safetensors")
save_file(out, path)
path.chmod(0o644)
print({k: v.item() for k, v in out.items() if "loss" in k})
print(f"torch {torch.__version__}, {path.stat().st_size} bytes")
