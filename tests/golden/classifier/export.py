"""Exports three steps of a classifier on given labels and of an autoencoder with latent entropy, as PyTorch
computes them: python export.py writes case.safetensors. Needs torch and safetensors.
"""

import pathlib

import torch
from safetensors.torch import save_file

D, BATCH = 10, 24
torch.manual_seed(5)


def mlp(widths):
    layers = []
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        layers.append(torch.nn.Linear(a, b))
        if i < len(widths) - 2:
            layers.append(torch.nn.ReLU())
    return torch.nn.Sequential(*layers)


def named(prefix, net):
    linear = [m for m in net if isinstance(m, torch.nn.Linear)]
    return {
        f"{prefix}.mlp.layers.{i}.{kind}": getattr(m, kind).detach().clone().contiguous()
        for i, m in enumerate(linear)
        for kind in ("weight", "bias")
    }


def entropy(latent, bandwidth):
    """By all pairs, one by one."""
    sigma = bandwidth * ((latent - latent.mean(0)) ** 2).sum(1).mean().sqrt().detach()
    pairs = ((latent[:, None, :] - latent[None, :, :]) ** 2).sum(2)
    return -torch.exp(-pairs / (4 * sigma**2)).mean().log()


def trained(name, network, optimizer, loss):
    losses = []
    out.update(named(f"before.{name}", network))
    for step in range(3):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
        out.update(named(f"after{step + 1}.{name}", network))
    out[f"losses.{name}"] = torch.tensor(losses)


batch = torch.randn(BATCH, D)
labels = (torch.rand(BATCH) > 0.6).float()
labels[3] = 0.5
weights = torch.rand(BATCH)
out = {"batch": batch, "labels": labels, "weights": weights}

classifier = mlp([D, 12, 4, 1])
sgd = torch.optim.SGD(
    classifier.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4
)


def cross_entropy():
    probability = torch.sigmoid(classifier(batch)).squeeze(1)
    each = torch.nn.functional.binary_cross_entropy(probability, labels, reduction="none")
    return (each * weights).mean()


trained("discriminator", classifier, sgd, cross_entropy)

autoencoder = mlp([D, 8, 3, 8, D])
rmsprop = torch.optim.RMSprop(
    autoencoder.parameters(), lr=1e-3, alpha=0.99, eps=1e-8, momentum=0.6
)


def reconstruction():
    latent = autoencoder[:4](batch)
    error = torch.sqrt(((batch - autoencoder[4:](latent)) ** 2).sum(1) + 1e-8).mean()
    return error + 0.7 * entropy(latent, 0.8)


trained("generator", autoencoder, rmsprop, reconstruction)
save_file(out, pathlib.Path(__file__).with_name("case.safetensors"))
print(f"torch {torch.__version__}")
