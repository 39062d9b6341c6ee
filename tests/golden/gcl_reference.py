"""Generative cooperative learning in PyTorch, plainly written: what the exports in gcl_options and
gcl_pt compute with. Every label is asserted to stand clear of its threshold, so that rounding cannot
turn it.
"""

import torch

MARGIN = 2e-3  # of the labelled values' standard deviation


class BatchNorm(torch.nn.Module):
    """Batch normalisation whose running variance is the population's, as burn tracks it."""

    def __init__(self, width):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(width))
        self.bias = torch.nn.Parameter(torch.zeros(width))
        self.register_buffer("running_mean", torch.zeros(width))
        self.register_buffer("running_var", torch.ones(width))

    def forward(self, x):
        if not self.training:
            mean, var = self.running_mean, self.running_var
        else:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            self.running_mean = 0.9 * self.running_mean + 0.1 * mean.detach()
            self.running_var = 0.9 * self.running_var + 0.1 * var.detach()
        return (x - mean) / torch.sqrt(var + 1e-5) * self.weight + self.bias


class Perceptron(torch.nn.Module):
    def __init__(self, widths, activation="relu", output="linear", batch_norm=False):
        super().__init__()
        pairs = list(zip(widths, widths[1:]))
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in pairs)
        self.norms = torch.nn.ModuleList(BatchNorm(w) for w in widths[1:-1] if batch_norm)
        functions = {
            "relu": torch.relu,
            "leaky-relu": lambda x: torch.nn.functional.leaky_relu(x, 0.01),
            "linear": lambda x: x,
        }
        self.hidden, self.output = functions[activation], functions[output]

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i == len(self.layers) - 1:
                return self.output(x)
            if self.norms:
                x = self.norms[i](x)
            x = self.hidden(x)

    def scoring(self, x):
        self.eval()
        with torch.no_grad():
            answer = self(x)
        self.train()
        return answer


def error(target, output, norm="norm"):
    squared = ((target - output) ** 2).sum(1)
    if norm == "norm":
        return torch.sqrt(squared + 1e-8)
    return squared if norm == "squared" else squared / target.shape[1]


def threshold(rule, values):
    if rule["rule"] == "mean-std":
        deviation = values.std(unbiased=rule.get("std", "sample") == "sample")
        return values.mean() + rule["k"] * deviation
    if rule["rule"] == "top":
        return torch.quantile(values, 1 - rule["share"])
    assert rule["rule"] == "otsu"
    candidates = []
    for candidate in values.unique()[1:]:
        low, high = values[values < candidate], values[values >= candidate]
        between = len(low) * len(high) * (high.mean() - low.mean()) ** 2
        candidates.append((between.item(), candidate))
    candidates.sort(key=lambda pair: -pair[0])
    assert len(candidates) > 1 and candidates[1][0] < candidates[0][0] * (1 - MARGIN), "near-tie"
    return candidates[0][1]


def hard(rule, values):
    """1 from the threshold on."""
    values = values.double()
    at = threshold(rule, values)
    gap = (values - at).abs()
    if rule["rule"] == "otsu":
        gap = gap[gap > 0]  # the threshold is a value, which equals itself however it is rounded
    assert (gap / values.std()).min() > MARGIN, "near-tie"
    return (values >= at).float()


def soft(squeeze, errors):
    errors = errors.double()
    if squeeze == "min-max":
        labels = (errors - errors.min()) / (errors.max() - errors.min())
    elif squeeze == "logistic":
        labels = torch.sigmoid((errors - errors.mean()) / errors.std())
    else:
        labels = (errors[None, :] < errors[:, None]).sum(1) / len(errors)
    return labels.float()


def infused(weak, scores, known, rule):
    """Video labels and a network's own (GCL_WS)."""
    if known is None:
        return rule(scores)
    anomalous = torch.tensor([k == "a" for k in known])
    forced = torch.full_like(scores, -1.0)
    forced[torch.tensor([k == "n" for k in known])] = 0.0
    how = weak.get("anomalous", {"rule": "leave"})
    if how["rule"] == "all":
        forced[anomalous] = 1.0
    elif how["rule"] == "top":
        count = -(-int(anomalous.sum() * how["share"] * 1000) // 1000)
        order = torch.where(anomalous, scores, torch.tensor(float("-inf"))).argsort(descending=True)
        forced[order[:count]] = 1.0
    open_ = forced < 0
    labels = torch.zeros_like(scores)
    if weak.get("thresholds", "all") == "unforced":
        labels[open_] = rule(scores[open_])
    else:
        labels = rule(scores)
    return torch.where(open_, labels, forced)


class Pair:
    def __init__(self, generator, discriminator, config, known=None):
        self.g, self.d, self.known = generator, discriminator, known
        self.norm = config.get("error", "norm")
        self.g_rule = config.get("generator_labels", {"labels": "hard"})
        self.d_rule = config.get("discriminator_labels", {"rule": "mean-std", "k": 0.1})
        self.target = config.get("target", {"kind": "ones", "value": 1.0})
        self.previous = config.get("labelled_by") == "previous-discriminator"
        self.weak = config.get("weak", {})
        rms = {"learning_rate": 2e-5, "momentum": 0.6, "alpha": 0.99, "epsilon": 1e-8}
        rms |= config.get("optimizer", {})
        self.rms = dict(
            lr=rms["learning_rate"], alpha=rms["alpha"], eps=rms["epsilon"], momentum=rms["momentum"]
        )
        self.fresh()

    def fresh(self):
        self.step_g = torch.optim.RMSprop(self.g.parameters(), **self.rms)
        self.step_d = torch.optim.RMSprop(self.d.parameters(), **self.rms)

    def label_for_d(self, x):
        def rule(errors):
            if self.g_rule["labels"] == "soft":
                return soft(self.g_rule["squeeze"], errors)
            return hard(self.g_rule.get("threshold", {"rule": "mean-std", "k": 1.0}), errors)

        return infused(self.weak, error(x, self.g.scoring(x), self.norm), self.known, rule)

    def label_for_g(self, x):
        def rule(logits):
            by_rank = self.d_rule["rule"] == "top"
            return hard(self.d_rule, logits if by_rank else torch.sigmoid(logits))

        return infused(self.weak, self.d.scoring(x).squeeze(1), self.known, rule)

    def loss_d(self, x, labels):
        logits = self.d(x).squeeze(1)
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)

    def loss_g(self, x, reconstruction, labels):
        marked, kind = labels.bool(), self.target["kind"]
        if kind == "exclude":
            kept = error(x, reconstruction, self.norm)[~marked]
            by = len(x) if self.target["divisor"] == "batch" else max(len(kept), 1)
            return kept.sum() / by
        assert kind == "ones"
        target = torch.where(marked[:, None], torch.full_like(x, self.target["value"]), x)
        return error(target, reconstruction, self.norm).mean()

    def follow(self, optimizer, loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    def reconstruction_step(self, x):
        return self.follow(self.step_g, error(x, self.g(x), self.norm).mean())

    def frozen_generator_step(self, x):
        labels = self.label_for_d(x)
        return self.follow(self.step_d, self.loss_d(x, labels)), labels

    def frozen_discriminator_step(self, x):
        labels = self.label_for_g(x)
        return self.follow(self.step_g, self.loss_g(x, self.g(x), labels)), labels

    def step(self, x):
        labels_g = self.label_for_d(x)
        reconstruction = self.g(x)
        before = self.label_for_g(x) if self.previous else None
        loss_d = self.follow(self.step_d, self.loss_d(x, labels_g))
        labels_d = before if self.previous else self.label_for_g(x)
        loss_g = self.follow(self.step_g, self.loss_g(x, reconstruction, labels_d))
        return loss_d, loss_g, labels_g, labels_d

    def joint_step(self, x):
        """One step of one optimizer over both networks on the sum of their losses."""
        labels_g, labels_d = self.label_for_d(x), self.label_for_g(x)
        loss_d, loss_g = self.loss_d(x, labels_g), self.loss_g(x, self.g(x), labels_d)
        if not hasattr(self, "both"):
            weights = [*self.g.parameters(), *self.d.parameters()]
            self.both = torch.optim.RMSprop(weights, **self.rms)
        self.follow(self.both, loss_d + loss_g)
        return loss_d.item(), loss_g.item(), labels_g, labels_d

    def self_labelled_step(self, x):
        labels = (self.label_for_d(x) >= 0.5).float()
        return self.follow(self.step_g, self.loss_g(x, self.g(x), labels)), labels


def named(prefix, net):
    return {
        f"{prefix}.mlp.{name}": value.detach().clone().contiguous()
        for name, value in net.state_dict().items()
    }
