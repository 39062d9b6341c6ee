"""Exports three steps of each optimizer as PyTorch takes them: python export.py writes
case.safetensors. Needs torch and safetensors.

The loss is Σ target·θ + ½Σ(θ − centre)², of which one entry has gradient 0 at first.
"""

import pathlib

import torch
from safetensors.torch import save_file

torch.manual_seed(3)
before = torch.randn(3, 4)
target = torch.randn(3, 4)
centre = torch.randn(3, 4)
centre[0, 0], target[0, 0] = before[0, 0], 0.0
out = {"before": before, "target": target, "centre": centre}
OPTIMIZERS = {
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.99, momentum=0.6, eps=1e-8),
    "adamax": lambda p: torch.optim.Adamax(p, lr=0.01, weight_decay=0.05),
    "adamax_plain": lambda p: torch.optim.Adamax(p, lr=0.01),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.005),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01, weight_decay=0.01),
    "nesterov": lambda p: torch.optim.SGD(
        p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.01
    ),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.01, eps=1e-8, weight_decay=0.01),
}
for name, make in OPTIMIZERS.items():
    theta = torch.nn.Parameter(before.clone())
    optimizer = make([theta])
    for step in range(3):
        loss = (target * theta).sum() + 0.5 * ((theta - centre) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        out[f"{name}.after{step + 1}"] = theta.detach().clone()
save_file(out, pathlib.Path(__file__).with_name("case.safetensors"))
print(f"torch {torch.__version__}")
