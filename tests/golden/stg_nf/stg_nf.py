"""STG-NF in PyTorch, small and plain, with the parameter names of the published checkpoints."""

import math

import torch
from torch import nn


class ActNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, 2, 1, 1))
        self.logs = nn.Parameter(torch.zeros(1, 2, 1, 1))
        self.ready = False

    def forward(self, x):
        if not self.ready:
            with torch.no_grad():
                mean = x.mean((0, 2, 3), keepdim=True)
                deviation = ((x - mean) ** 2).mean((0, 2, 3), keepdim=True).sqrt()
                self.bias.copy_(-mean)
                self.logs.copy_(torch.log(1.0 / (deviation + 1e-6)))
            self.ready = True
        return (x + self.bias) * self.logs.exp()


class Gcn(nn.Module):
    def __init__(self, sets):
        super().__init__()
        self.conv = nn.Conv2d(1, 2 * sets, 1)


class Block(nn.Module):
    def __init__(self, adjacency, kernel, residual):
        super().__init__()
        self.adjacency = adjacency
        self.gcn = Gcn(len(adjacency))
        self.tcn = nn.Sequential(
            nn.BatchNorm2d(2),
            nn.ReLU(),
            nn.Conv2d(2, 2, (kernel, 1), padding=((kernel - 1) // 2, 0)),
            nn.BatchNorm2d(2),
        )
        if residual:
            self.residual = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2))
        else:
            self.residual = None

    def forward(self, z):
        h = self.gcn.conv(z)
        n, _, t, v = h.shape
        h = h.view(n, len(self.adjacency), 2, t, v)
        h = torch.einsum("nkctv,kvw->nctw", h, self.adjacency).contiguous()
        h = self.tcn(h)
        return torch.relu(h + self.residual(z) if self.residual is not None else h)


class Step(nn.Module):
    def __init__(self, adjacency, kernel, first):
        super().__init__()
        self.actnorm = ActNorm()
        self.block = nn.ModuleList([Block(adjacency, kernel, not first)])

    def forward(self, x):
        t, v = x.shape[2:]
        x = self.actnorm(x)
        z1, z2 = x[:, 1:], x[:, :1]
        h = self.block[0](z1)
        scale = torch.sigmoid(h[:, 1:] + 2.0) + 1e-6
        log_det = torch.log(scale).sum((1, 2, 3)) + self.actnorm.logs.sum() * t * v
        return torch.cat((z1, (z2 + h[:, :1]) * scale), 1), log_det


class Flow(nn.Module):
    def __init__(self, adjacency, kernel, steps):
        super().__init__()
        self.layers = nn.ModuleList(Step(adjacency, kernel, i == 0) for i in range(steps))


class StgNf(nn.Module):
    def __init__(self, adjacency, kernel, steps, prior):
        super().__init__()
        self.flow = Flow(adjacency, kernel, steps)
        self.prior = prior

    def ready(self):
        for layer in self.flow.layers:
            layer.actnorm.ready = True

    def forward(self, x, label=None):
        label = torch.ones(len(x)) if label is None else label
        z, total = x, 0.0
        for layer in self.flow.layers:
            z, log_det = layer(z)
            total = total + log_det
        mean = (self.prior * label)[:, None, None, None]
        total = total + (-0.5 * ((z - mean) ** 2 / (1 + 1e-6) + math.log(2 * math.pi))).sum((1, 2, 3))
        return z, -total / (math.log(2.0) * x[0].numel())

    def cancelled(self):
        """Biases that a batch normalisation takes away again: their gradient is rounding."""
        for layer in self.flow.layers:
            block = layer.block[0]
            yield block.gcn.conv.bias
            yield block.tcn[2].bias
            if block.residual is not None:
                yield block.residual[0].bias
