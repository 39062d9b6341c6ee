"""Exports the ranking loss as PyTorch computes it: python export.py writes case.safetensors.

Needs torch and safetensors. 3 negative and 3 positive bags of 5 snippets of 2 crops, 8 dimensions,
under fixed dropout masks: the loss with both pairings, two steps of Adagrad, and scores.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(11)
torch.set_num_threads(1)
BAGS, CROPS, T, D = 3, 2, 5, 8
negative, positive = torch.rand(BAGS, CROPS, T, D), torch.rand(BAGS, CROPS, T, D)
video = torch.rand(CROPS, 4, D)
rows = 2 * BAGS * CROPS * T
masks = [(torch.rand(rows, width) < 0.6).float() / 0.6 for width in (6, 4)]
out = {"negative": negative, "positive": positive, "video": video}
out |= {f"mask.{i}": mask for i, mask in enumerate(masks)}
first = [nn.Linear(8, 6), nn.Linear(6, 4), nn.Linear(4, 1)]
for i, layer in enumerate(first):
    out[f"before.{i}.weight"] = layer.weight.detach().T.clone().contiguous()
    out[f"before.{i}.bias"] = layer.bias.detach().clone()


def forward(layers, x, masks=(1.0, 1.0)):
    x = x / x.norm(dim=1, keepdim=True)
    x = torch.relu(layers[0](x)) * masks[0]
    x = layers[1](x) * masks[1]
    return torch.sigmoid(layers[2](x)).squeeze(1)


for pairing in ("all", "one"):
    layers = [nn.Linear(8, 6), nn.Linear(6, 4), nn.Linear(4, 1)]
    for layer, source in zip(layers, first):
        layer.load_state_dict(source.state_dict())
    parameters = [p for layer in layers for p in layer.parameters()]
    optimizer = torch.optim.Adagrad(parameters, lr=0.01, eps=1e-8)
    for step in (1, 2):
        scores = forward(layers, torch.cat((negative, positive)).view(rows, D), masks)
        scores = scores.view(2 * BAGS, CROPS, T).mean(1)
        n, a = scores[:BAGS], scores[BAGS:]
        top_n, top_a = n.max(1)[0], a.max(1)[0]
        if pairing == "all":
            ranking = sum(torch.relu(1 - top_a + t).sum() for t in top_n) / BAGS
        else:
            ranking = torch.relu(1 - top_a + top_n).mean()
        smooth = ((a[:, 1:] - a[:, :-1]) ** 2).sum()
        penalty = sum((layer.weight**2).sum() for layer in layers)
        loss = ranking + 8e-5 * a.sum() + 8e-5 * smooth + 1e-3 * penalty
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        out[f"{pairing}.loss{step}"] = loss.detach().view(1)
    for i, layer in enumerate(layers):
        out[f"{pairing}.after.{i}.weight"] = layer.weight.detach().T.clone().contiguous()
    with torch.no_grad():
        scores = forward(layers, video.view(-1, D)).view(CROPS, 4).mean(0)
    out[f"{pairing}.scores"] = scores
path = pathlib.Path(__file__).with_name("case.safetensors")
save_file(out, path)
path.chmod(0o644)
print({k: v.item() for k, v in out.items() if "loss" in k}, f"torch {torch.__version__}")
