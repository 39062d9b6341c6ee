"""Exports four full-batch steps for every option of the cooperative pair, as PyTorch computes them:
python export.py writes case.safetensors (batch, weights) and cases.json (options, losses, labels).

Needs torch and safetensors. For every case a batch is searched for whose labels all stand clear of
their thresholds.
"""

import copy
import json
import pathlib
import sys

import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from gcl_reference import Pair, Perceptron, named  # noqa: E402

D, BATCH, STEPS = 16, 30, 4
FAST = {"learning_rate": 1e-3}
KNOWN = ("n" * 8 + "a" * 10 + "u" * 12)


def top(share):
    return {"rule": "top", "share": share}


def hard(rule):
    return {"labels": "hard", "threshold": rule}


CONFIGS = {
    "paper": {},
    "squared": {"error": "squared"},
    "mean-squared": {"error": "mean-squared"},
    "previous": {"labelled_by": "previous-discriminator"},
    "joint": {"labelled_by": "previous-discriminator"},
    "constant": {"target": {"kind": "ones", "value": 0.25}},
    "exclude-kept": {"target": {"kind": "exclude", "divisor": "kept"}},
    "exclude-batch": {"target": {"kind": "exclude", "divisor": "batch"}},
    "top": {"generator_labels": hard(top(0.2)), "discriminator_labels": top(0.3)},
    "otsu": {"generator_labels": hard({"rule": "otsu"}), "discriminator_labels": {"rule": "otsu"}},
    "population": {
        "generator_labels": hard({"rule": "mean-std", "k": 1.0, "std": "population"}),
        "discriminator_labels": {"rule": "mean-std", "k": 0.3, "std": "population"},
    },
    "soft-min-max": {"generator_labels": {"labels": "soft", "squeeze": "min-max"}},
    "soft-logistic": {"generator_labels": {"labels": "soft", "squeeze": "logistic"}},
    "soft-rank": {"generator_labels": {"labels": "soft", "squeeze": "rank"}},
    "smoothing-0.6": {"optimizer": {"momentum": 0.0, "alpha": 0.6}},
    "weak-leave": {"weak": {}},
    "weak-top": {"weak": {"anomalous": {"rule": "top", "share": 0.25}}},
    "weak-all": {"weak": {"anomalous": {"rule": "all"}}},
    "weak-unforced": {"weak": {"thresholds": "unforced"}},
    "weak-top-unforced": {
        "weak": {"anomalous": {"rule": "top", "share": 0.25}, "thresholds": "unforced"}
    },
    "leaky-relu": {},
    "relu-output": {},
    "batch-norm": {},
    "self-labelled": {},
    "every-epoch": {},
}
NETWORKS = {
    "leaky-relu": {"activation": "leaky-relu"},
    "relu-output": {"output": "relu"},
    "batch-norm": {"batch_norm": True},
}


def networks(options):
    d_options = {k: v for k, v in options.items() if k != "output"}
    return Perceptron([D, 12, 6, 12, D], **options), Perceptron([D, 10, 4, 1], **d_options)


def run(name, config, weights, x):
    generator, discriminator = networks(NETWORKS.get(name, {}))
    generator.load_state_dict(weights[0], strict=False)
    discriminator.load_state_dict(weights[1], strict=False)
    known = KNOWN if name.startswith("weak") else None
    config = copy.deepcopy(config)
    config["optimizer"] = FAST | config.get("optimizer", {})
    pair = Pair(generator, discriminator, config, known)
    steps = []
    for step in range(STEPS):
        report = {}
        if name == "self-labelled":
            report["loss_generator"], g = pair.self_labelled_step(x)
            report["labels_generator"] = g.tolist()
        elif name == "every-epoch" and step % 2 == 0:
            report["loss_discriminator"], g = pair.frozen_generator_step(x)
            report["labels_generator"] = g.tolist()
        elif name == "every-epoch":
            report["loss_generator"], d = pair.frozen_discriminator_step(x)
            report["labels_discriminator"] = d.tolist()
        else:
            take = pair.joint_step if name == "joint" else pair.step
            a, b, g, d = take(x)
            report = {"loss_discriminator": a, "loss_generator": b}
            report |= {"labels_generator": g.tolist(), "labels_discriminator": d.tolist()}
        steps.append(report)
    case = {"name": name, "config": config, "networks": NETWORKS.get(name, {}), "steps": steps}
    return case | ({"known": known} if known else {})


torch.set_num_threads(1)
torch.manual_seed(1)
generator, discriminator = networks({})
weights = copy.deepcopy((generator.state_dict(), discriminator.state_dict()))
tensors = {**named("generator", generator), **named("discriminator", discriminator)}
for net, widths in (("generator", [12, 6, 12]), ("discriminator", [10, 4])):
    for i, width in enumerate(widths):
        for key, value in (("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)):
            tensors[f"norms.{net}.mlp.norms.{i}.{key}"] = torch.full((width,), float(value))

cases = []
for name, config in CONFIGS.items():
    for seed in range(10000):
        torch.manual_seed(seed)
        x = torch.rand(BATCH, D) * 2.0
        x[[3, 11, 20]] += 1.5 * torch.rand(3, D)
        try:
            case = run(name, config, weights, x)
            break
        except AssertionError:
            continue
    else:
        raise SystemExit(f"{name}: no seed without near-ties")
    tensors[f"batch.{name}"] = x
    cases.append(case)
    g, d = ([s.get(f"labels_{n}") for s in case["steps"]] for n in ("generator", "discriminator"))
    shares = [[f"{sum(v) / BATCH:.2f}" for v in n if v is not None] for n in (g, d)]
    print(f"{name:18} seed {seed}: labelled by G {shares[0]}, by D {shares[1]}")
save_file(tensors, HERE / "case.safetensors")
text = ",\n".join(json.dumps(case) for case in cases)
(HERE / "cases.json").write_text(f"[\n{text}\n]\n")
