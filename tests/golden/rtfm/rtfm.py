"""RTFM in PyTorch, of any width and with given dropout masks."""

import torch
from torch import nn


def part(d, divisor):
    return max(d // divisor, 1)


class Aggregate(nn.Module):
    def __init__(self, d):
        super().__init__()
        h, inner = part(d, 4), part(d, 8)
        self.pyramid = nn.ModuleList(
            nn.Conv1d(d, h, 3, padding=dilation, dilation=dilation) for dilation in (1, 2, 4)
        )
        self.pyramid_norms = nn.ModuleList(nn.BatchNorm1d(h) for _ in range(3))
        self.narrow = nn.Conv1d(d, h, 1, bias=False)
        self.g, self.theta, self.phi = (nn.Conv1d(h, inner, 1) for _ in range(3))
        self.out, self.norm = nn.Conv1d(inner, h, 1), nn.BatchNorm1d(h)
        self.fuse = nn.Conv1d(4 * h, d, 3, padding=1, bias=False)
        self.fuse_norm = nn.BatchNorm1d(d)

    def forward(self, x):
        parts = [n(torch.relu(c(x))) for c, n in zip(self.pyramid, self.pyramid_norms)]
        y = torch.relu(self.narrow(x))
        attention = self.theta(y).transpose(1, 2) @ self.phi(y) / y.shape[2]
        mixed = (attention @ self.g(y).transpose(1, 2)).transpose(1, 2)
        parts.append(y + self.norm(self.out(mixed)))
        return x + self.fuse_norm(torch.relu(self.fuse(torch.cat(parts, 1))))


class Rtfm(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.aggregate = Aggregate(d)
        widths = [d, part(d, 4), part(d, 16), 1]
        self.head = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        for module in self.modules():
            if isinstance(module, (nn.Conv1d, nn.Linear)):
                nn.init.xavier_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, x, masks=None):
        """[n, t, d] -> features of the same shape, scores [n, t]."""
        drop = lambda x, i: x if masks is None else x * masks[i]
        features = drop(self.aggregate(x.transpose(1, 2)).transpose(1, 2), 0)
        y = drop(torch.relu(self.head[0](features)), 1)
        y = drop(torch.relu(self.head[1](y)), 2)
        return features, torch.sigmoid(self.head[2](y)).squeeze(2)


def losses(features, scores, bags, crops, selection, k, per_bag=False):
    """The loss with each feature term, from a batch of `bags` negative, then positive ones."""
    t, d = features.shape[1:]
    scores = scores.view(-1, crops, t).mean(1)
    features = features.view(-1, crops, t, d)
    magnitude = features.norm(dim=3).mean(1)
    chosen = torch.topk(magnitude * selection, k, dim=1)[1]
    ordered = (magnitude * selection).sort(1, descending=True)[0]
    assert ((ordered[:, k - 1] - ordered[:, k]) > 1e-3).all(), "a near-tie"
    pick = torch.gather(features, 2, chosen[:, None, :, None].expand(-1, crops, -1, d))
    norm = pick.mean(2).norm(dim=2)
    score = torch.gather(scores, 1, chosen).mean(1)
    label = (torch.arange(len(score)) >= bags).float()
    cross = torch.nn.functional.binary_cross_entropy(score, label)
    n, a = norm[:bags], norm[bags:]
    squared = ((torch.abs(100.0 - a) + n) ** 2).mean()
    lengths = pick.norm(dim=3).mean(2)
    hinge = torch.relu(100.0 - lengths[bags:] + lengths[:bags]).mean()
    positive = scores[bags:]
    if per_bag:
        smooth = ((positive[:, 1:] - positive[:, :-1]) ** 2).sum()
        sparse = positive.norm(dim=1).mean()
    else:
        flat = positive.reshape(-1)
        smooth = ((flat[1:] - flat[:-1]) ** 2).sum()
        sparse = flat.norm()
    rest = cross + 8e-4 * smooth + 8e-3 * sparse
    terms = {"squared": squared, "both": squared + (n**2).mean(), "hinge": hinge}
    return {name: rest + 1e-4 * term for name, term in terms.items()}
