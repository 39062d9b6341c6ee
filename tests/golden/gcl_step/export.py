"""Exports three GCL iterations as PyTorch computes them: python export.py writes case.safetensors.

Needs torch, numpy and safetensors. The networks are small, the arithmetic is the paper's: labels
from the generator's errors (mean + 1 std), one RMSprop step of the discriminator, labels from the
updated discriminator (mean + 0.1 std), one RMSprop step of the generator towards ones.
"""

import pathlib

import torch
from safetensors.torch import save_file

D, BATCH = 24, 48
torch.manual_seed(20)


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


def label(values, k):
    threshold = values.mean() + k * values.std()
    gap = (values - threshold).abs().min() / values.std()
    assert gap > 1e-3, "a near-tie makes labels depend on rounding"
    return (values >= threshold).float()


def errors(target, output):
    return torch.sqrt(((target - output) ** 2).sum(1) + 1e-8)


generator = mlp([D, 16, 8, 16, D])
discriminator = mlp([D, 12, 4, 1])
settings = dict(lr=2e-5, alpha=0.99, eps=1e-8, momentum=0.6)
step_g = torch.optim.RMSprop(generator.parameters(), **settings)
step_d = torch.optim.RMSprop(discriminator.parameters(), **settings)

batch = torch.rand(BATCH, D) * 2.0
batch[:5] += 2.0 * torch.rand(5, D)
out = {"batch": batch, **named("before.generator", generator)}
out |= named("before.discriminator", discriminator)

STEPS = 3  # the first cannot tell momentum, the second can, the third couples both networks
losses, all_labels = [], {"labels_generator": [], "labels_discriminator": []}
for step in range(STEPS):
    reconstruction = generator(batch)
    error = errors(batch, reconstruction)
    if step == 0:
        out["errors"] = error.detach().clone()
    labels_g = label(error.detach(), 1.0)

    loss_d = torch.nn.functional.binary_cross_entropy(
        torch.sigmoid(discriminator(batch)).squeeze(1), labels_g
    )
    step_d.zero_grad()
    loss_d.backward()
    step_d.step()

    probability = torch.sigmoid(discriminator(batch)).squeeze(1).detach()
    labels_d = label(probability, 0.1)

    target = torch.where(labels_d.bool()[:, None], torch.ones_like(batch), batch)
    loss_g = errors(target, reconstruction).mean()
    step_g.zero_grad()
    loss_g.backward()
    step_g.step()

    losses += [loss_d.detach(), loss_g.detach()]
    all_labels["labels_generator"].append(labels_g)
    all_labels["labels_discriminator"].append(labels_d)
    out |= named(f"after{step + 1}.generator", generator)
    out |= named(f"after{step + 1}.discriminator", discriminator)
    print(f"step {step + 1}: losses {loss_d.item():.8f} {loss_g.item():.8f},", end=" ")
    print(f"labelled {int(labels_g.sum())} by G, {int(labels_d.sum())} by D of {BATCH}")

out |= {name: torch.stack(values) for name, values in all_labels.items()}
out["losses"] = torch.stack(losses)
save_file(out, pathlib.Path(__file__).with_name("case.safetensors"))
print(f"torch {torch.__version__}")
