"""Exports the puzzle solver as PyTorch computes it: python export.py writes case.safetensors.

Needs torch and safetensors. 4 cubes of 3 frames of 16x16 pixels, width 2: puzzles with fixed
orders, log-odds, the weighted loss, its gradients, two steps of Adam, and the confidences.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

torch.manual_seed(2)
torch.set_num_threads(1)
B, T, SIDE, WIDTH, HIDDEN = 4, 3, 16, 2, 5
PATCH, BORDER = 4, 2


class Solver(nn.Module):
    def __init__(self):
        super().__init__()
        channels = [3, WIDTH, WIDTH] + 4 * [2 * WIDTH]
        pairs = zip(channels, channels[1:])
        self.volumes = nn.ModuleList(nn.Conv3d(a, b, 3, padding=1, bias=False) for a, b in pairs)
        self.plane = nn.Conv2d(2 * WIDTH, 2 * WIDTH, 3, padding=1)
        flat = 2 * WIDTH * (SIDE // 16) ** 2
        self.temporal = nn.ModuleList([nn.Linear(flat, HIDDEN), nn.Linear(HIDDEN, T * T)])
        self.spatial = nn.ModuleList([nn.Linear(flat, HIDDEN), nn.Linear(HIDDEN, 81)])

    def forward(self, x, mask=None):
        for i, conv in enumerate(self.volumes):
            x = torch.relu(F.instance_norm(conv(x)))
            if i % 2 == 1:
                x = F.max_pool3d(x, (T if i == 5 else 1, 2, 2), stride=(1, 2, 2))
        x = torch.relu(F.instance_norm(self.plane(x.squeeze(2))))
        x = F.max_pool2d(x if mask is None else x * mask, 2).flatten(1)
        classify = lambda layers: layers[1](torch.relu(layers[0](x)))
        return classify(self.temporal).view(-1, T, T), classify(self.spatial).view(-1, 9, 9)


def puzzle(cube, frames, patches, flip):
    cube = cube.flip(3) if flip else cube
    out = torch.zeros_like(cube)
    at = lambda i: (slice(BORDER + PATCH * (i // 3), BORDER + PATCH * (i // 3 + 1)),
                    slice(BORDER + PATCH * (i % 3), BORDER + PATCH * (i % 3 + 1)))
    for source, target in enumerate(patches):
        out[(slice(None), slice(None)) + at(target)] = cube[(slice(None), slice(None)) + at(source)]
    return out[:, frames]


model = Solver()
model.plane.bias.requires_grad_(False)  # instance normalisation takes it away again
cubes = torch.rand(B, 3, T, SIDE, SIDE)
frames = [[2, 0, 1], [0, 1, 2], [1, 0, 2], [0, 1, 2]]
solved = list(range(9))
patches = [solved, [4, 8, 0, 3, 7, 1, 2, 6, 5], solved, [8, 7, 6, 5, 4, 3, 2, 1, 0]]
flips = [True, False, False, True]
weight = torch.tensor([1.0, 0.5, 0.25, 0.75])
mask = (torch.rand(B, 2 * WIDTH, 1, 1) < 0.7).float() / 0.7
x = torch.stack([puzzle(*case) for case in zip(cubes, frames, patches, flips)])
out = {"cubes": cubes, "weight": weight, "mask": mask, "puzzles": x}


def keep(prefix, value):
    for name, p in model.named_parameters():
        v = value(p)
        if v is not None:
            v = v.T if v.ndim == 2 else v
            name = name.replace("plane.weight", "plane").replace("plane.bias", "plane_bias")
            if name.startswith("volumes"):
                name = name.removesuffix(".weight")
            out[f"{prefix}.{name}"] = v.detach().clone().contiguous()


keep("before", lambda p: p)
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3)
for step in (1, 2):
    temporal, spatial = model(x, mask)
    ce = lambda logits, answers: F.cross_entropy(
        logits.reshape(-1, logits.shape[2]), torch.tensor(answers).view(-1), reduction="none"
    ).view(len(logits), -1).mean(1)
    loss = (ce(temporal[::2], frames[::2]) * weight[::2]).mean()
    loss = loss + (ce(spatial[1::2], patches[1::2]) * weight[1::2]).mean()
    optimizer.zero_grad()
    loss.backward()
    if step == 1:
        keep("gradient", lambda p: p.grad)
    optimizer.step()
    out[f"loss{step}"] = loss.detach().view(1)
plain = torch.stack([puzzle(c, [0, 1, 2], solved, False) for c in cubes])
with torch.no_grad():
    temporal, spatial = model(plain)
smallest = lambda logits: logits.softmax(2).diagonal(dim1=1, dim2=2).min(1)[0]
out |= {"temporal": smallest(temporal), "spatial": smallest(spatial)}
path = pathlib.Path(__file__).with_name("case.safetensors")
save_file({k: v.contiguous() for k, v in out.items()}, path)
path.chmod(0o644)
print([out[f"loss{i}"].item() for i in (1, 2)], path.stat().st_size, f"torch {torch.__version__}")
