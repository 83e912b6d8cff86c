#!/usr/bin/python3
"""MLPF in PyTorch, written from its description and not from trainer/, to check trainer/ against and to race it.

    mlpf_reference.py check FOLDER...         compares what mlpf-dump wrote with this implementation
    mlpf_reference.py train FOLDER            trains on the dump's events and prints events/s and memory as JSON

Sources: the GNN with locality-sensitive hashing of jpata/particleflow v1.6.2 (mlpf/tfmodel/model.py: PFNetDense,
CombinedGraphLayer, MessageBuildingLayerLSH, GHConvDense, OutputDecoding) and its loss. Each event is padded to a
multiple of the bin size and masked, as there; trainer/ has neither padding nor masks.

mlpf_dump.cpp describes the folder. Needs Debian's python3-torch and python3-numpy.
"""

import argparse
import json
import pathlib
import resource
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

TOLERANCE = {"single": 1e-4, "double": 1e-9}
CLASSES, CHARGES = 6, 3


class Dump:
    """What mlpf-dump wrote, as tensors."""

    def __init__(self, folder, dtype=None):
        self.folder = pathlib.Path(folder)
        self.config = json.loads((self.folder / "config.json").read_text())
        self.dtype = dtype or {"single": torch.float32, "double": torch.float64}[self.config["precision"]]
        self.begin = np.load(self.folder / "input/begin.npy")
        self.features = self.tensor("input/features.npy")
        self.targets = self.tensor("input/targets.npy")

    def tensor(self, name):
        return torch.from_numpy(np.load(self.folder / name)).to(self.dtype)

    def folder_of(self, name):
        return {path.stem: self.tensor(path.relative_to(self.folder)) for path in (self.folder / name).glob("*.npy")}

    def padded(self, events, multiple):
        """These events as (batch, length, columns) features and targets, and which rows are real."""
        sizes = [int(self.begin[e + 1] - self.begin[e]) for e in events]
        length = -(-max(sizes) // multiple) * multiple
        x = torch.zeros(len(events), length, self.features.shape[1], dtype=self.dtype)
        y = torch.zeros(len(events), length, self.targets.shape[1], dtype=self.dtype)
        for i, (event, size) in enumerate(zip(events, sizes)):
            x[i, :size] = self.features[self.begin[event] : self.begin[event + 1]]
            y[i, :size] = self.targets[self.begin[event] : self.begin[event + 1]]
        return x, y, (x[:, :, 0] != 0).to(self.dtype)


def encode(x, kind):
    """One-hot of the type, then the other columns; `logs`: energies and momenta as log(1 + x)."""
    x = torch.nan_to_num(x, nan=0.0, posinf=0.0, neginf=0.0).clamp(-1e6, 1e6)
    types = F.one_hot(x[..., 0].long(), 3).to(x.dtype)
    rest = x[..., 1:].clone()
    if kind == "logs":
        tower_type, energies = (1, (6, 7)) if x.shape[-1] == 12 else (2, (10, 11, 12))
        for column in (1, 5):
            rest[..., column - 1] = torch.log1p(x[..., column].clamp(min=0))
        tower = x[..., 0] == tower_type
        for column in energies:
            rest[..., column - 1] = torch.where(
                tower, torch.log1p(x[..., column].clamp(min=0)), x[..., column])
    return torch.cat([types, rest], dim=-1)


class Mlpf:
    """The network as functions of a dictionary of parameters. Drops only if `training`."""

    def __init__(self, config, parameters, fixed, training=False):
        self.c, self.p, self.fixed, self.training = config, parameters, fixed, training

    def dense(self, name, x):
        return F.linear(x, self.p[name + ".weights"].t(), self.p[name + ".bias"][0])

    def ffn(self, name, x, dropout=0.0):
        """Hidden layers with elu and dropout, then a linear one."""
        layer = 0
        while "%s.%d.weights" % (name, layer + 1) in self.p:
            x = F.elu(self.dense("%s.%d" % (name, layer), x))
            if dropout > 0:
                x = F.dropout(x, dropout, self.training)
            layer += 1
        return self.dense("%s.%d" % (name, layer), x)

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.p[name + ".gamma"][0], self.p[name + ".beta"][0], eps=1e-6)

    def graph_layer(self, name, x, mask):
        c = self.c
        if c["layer_norm"]:
            x = self.norm(name + ".norm", x)
        d = self.ffn(name + ".distance", x)
        if c["distance_activation"] == "elu":
            d = F.elu(d)

        batch, length, _ = x.shape
        bins = length // c["bin_size"]
        directions = max(1, bins // 2)
        s = d.detach() @ self.fixed["codebook." + name][:, :directions]
        code = torch.cat([s, -s], dim=-1).argmax(dim=-1) + torch.where(mask > 0, 0, bins - 1)
        order = torch.sort(code, dim=-1, stable=True).indices if bins > 1 else torch.arange(length).expand(batch, -1)

        def binned(t):
            index = order.unsqueeze(-1).expand(-1, -1, t.shape[-1])
            return torch.gather(t, 1, index).view(batch, bins, c["bin_size"], t.shape[-1])

        d, h, m = binned(d), binned(x), binned(mask.unsqueeze(-1))
        norms = (d * d).sum(-1, keepdim=True)
        square = norms - 2 * d @ d.transpose(-1, -2) + norms.transpose(-1, -2)
        a = torch.exp(-c["dist_mult"] * square.clamp(min=1e-6).sqrt()).clamp(c["clip_low"], 1.0)
        a = a * m * m.transpose(-1, -2)
        n = (a.abs().sum(-1, keepdim=True) + 1e-6).rsqrt() * m if c["normalize_degrees"] else None
        for message in range(c["messages"]):
            key = "%s.message.%d" % (name, message)
            t, w, g = self.p[key + ".weights"].chunk(3, dim=1)
            hom = n * (a @ (n * (h @ t))) if n is not None else a @ (h @ t)
            gate = torch.sigmoid(h @ g + self.p[key + ".bias"][0])
            h = F.elu(gate * hom + (1 - gate) * (h @ w)) * m
            if c["message_dropout"] > 0:
                h = F.dropout(h, c["message_dropout"], self.training)
        out = torch.empty(batch, length, h.shape[-1], dtype=x.dtype)
        return out.scatter(1, order.unsqueeze(-1).expand(-1, -1, h.shape[-1]), h.view(batch, length, -1))

    def stack(self, name, layers, x, encoded, mask):
        outputs = []
        for i in range(layers):
            layer = "%s.%d" % (name, i)
            y = F.elu(self.dense(layer, x)) if self.c["model"] == "mlp" else self.graph_layer(layer, x, mask)
            if self.c["stacking"] == "additive":
                x = x + y
            else:
                x = y
                outputs.append(y)
        if self.c["stacking"] == "additive":
            return x
        return torch.cat(outputs + ([encoded] if self.c["skip_connection"] else []), dim=-1)

    def attention(self, name, queries, x, mask):
        """Linear attention: phi(q) (phi(k)^T v) / (phi(q) . sum phi(k)), for every head."""
        batch, length, width = x.shape
        projection = self.fixed["projection." + name.rsplit(".", 1)[0]]

        def heads(key, inputs):
            return self.dense(name + key, inputs).view(batch, length, -1, width).transpose(1, 2)

        def phi(u):
            return (F.elu(u @ projection.t()) + 1) / projection.shape[0] ** 0.5

        q = phi(heads(".query", queries))
        k = phi(heads(".key", x)) * mask[:, None, :, None]
        v = heads(".value", x)
        weight = (q * k.sum(-2, keepdim=True)).sum(-1, keepdim=True) + 1e-6
        mixed = (q @ (k.transpose(-1, -2) @ v)) / weight
        return self.dense(name + ".output", mixed.transpose(1, 2).reshape(batch, length, -1))

    def kernel_encoders(self, name, layers, x, mask):
        for i in range(layers):
            layer = "%s.%d" % (name, i)
            query = self.p.get(layer + ".learned_query")
            normed = self.norm(layer + ".norm_before", x)
            queries = x if query is None else query.expand(x.shape)
            y = normed + self.attention(layer + ".attention", queries, normed, mask) * mask.unsqueeze(-1)
            y = self.norm(layer + ".norm_after", y)
            x = self.ffn(layer + ".ffn", y) + (y if self.c["ffn_residual"] else 0)
        return x

    def streams(self, x, encoded, mask):
        """What the heads for classes and for momenta see."""
        c = self.c
        if c["model"] == "transformer":
            x = self.kernel_encoders("encoder", c["encoder_layers"], x, mask)
            return (self.kernel_encoders("classification", c["id_layers"], x, mask),
                    self.kernel_encoders("regression", c["reg_layers"], x, mask))
        return (self.stack("classification", c["id_layers"], x, encoded, mask),
                self.stack("regression", c["reg_layers"], x, encoded, mask))

    def head(self, name, x):
        return self.ffn(name, x, self.c["head_dropout"])

    def forward(self, x, mask):
        """(batch, length, columns) to class logits, charge logits and momenta."""
        c = self.c
        encoded = encode(x, c["encoding"])
        if c["standardize"]:
            encoded = (encoded - self.fixed["standardization.mean"]) * self.fixed["standardization.scale"]
        node = F.elu(self.ffn("encoding", encoded))
        z, r = self.streams(node, encoded, mask)
        if c["head_layer_norm"]:
            z = self.norm("heads.norm", z)
        logits = self.head("classes", z)
        charge = self.head("charge", z)
        zc = torch.cat([z, logits.detach()], dim=-1)
        e = torch.cat([zc, r, logits.detach()], dim=-1)
        pt = self.head("pt", e)
        energy = self.head("energy", e)[..., 0]
        if c["targets"] == "log_ratio":
            pt = pt[..., 0]
        else:
            pt = (x[..., 1] * pt[..., 0] + pt[..., 1]).abs() if c["pt_correction"] else pt[..., 0].abs()
            energy = (x[..., 5] + energy).abs()
        eta = (x[..., 2] + self.head("eta", zc)[..., 0]).clamp(-7, 7)
        angles = (x[..., 3:5] + self.head("angles", zc)).clamp(-1, 1)
        return logits, charge, torch.cat([pt[..., None], eta[..., None], angles, energy[..., None]], dim=-1)


def loss_sums(c, x, y, mask, outputs):
    """Focal loss over elements and classes, cross-entropy of charges, Huber loss over particles, as sums."""
    logits, charge, momentum = outputs
    truth = F.one_hot(y[..., 0].long(), CLASSES).to(logits.dtype)
    p = torch.sigmoid(logits)
    right = truth * p + (1 - truth) * (1 - p)
    alpha = truth * c["focal_alpha"] + (1 - truth) * (1 - c["focal_alpha"])
    bce = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    focal = (alpha * (1 - right) ** c["focal_gamma"] * bce).sum(-1)
    entropy = F.cross_entropy(charge.flatten(0, 1), (y[..., 1].long() + 1).flatten(), reduction="none").view(mask.shape)
    aim = y[..., 2:7]
    if c["targets"] == "log_ratio":
        aim = aim.clone()
        for column, element in ((0, 1), (4, 5)):
            aim[..., column] = torch.nan_to_num(torch.log(y[..., 2 + column] / x[..., element]), 0.0, 0.0, 0.0)
    huber = 0
    for k in range(5):
        delta = c["energy_delta"] if k in (0, 4) else c["angle_delta"]
        huber = huber + F.huber_loss(momentum[..., k], aim[..., k], delta=delta, reduction="none")
    particle = mask * (y[..., 0] != 0)
    return (focal * mask).sum(), (entropy * mask).sum(), (huber * particle).sum()


def total(c, sums, elements, particles):
    classification, charge, regression = sums
    return ((c["class_weight"] * classification + c["charge_weight"] * charge) / elements
            + c["momentum_weight"] * regression / particles)


def worst(found, expected, least=0.0):
    """The largest difference, relative to the largest value or to `least`."""
    return float((found - expected).abs().max() / max(float(expected.abs().max()), least, 1e-300))


def check(folder):
    """Prints a line for each quantity and returns whether all agree. This side computes in double."""
    dump = Dump(folder, torch.float64)
    c = dump.config
    parameters = {name: t.requires_grad_() for name, t in dump.folder_of("parameters").items()}
    model = Mlpf(c, parameters, dump.folder_of("fixed"))
    elements, particles = len(dump.features), max(1, int((dump.targets[:, 0] != 0).sum()))
    places = 0
    sums, found = [0, 0, 0], ([], [], [])
    for event in range(len(dump.begin) - 1):
        # Each event alone: the hash uses as many directions as the event needs, and not the longest beside it.
        x, y, mask = dump.padded([event], c["bin_size"])
        outputs = model.forward(x, mask)
        for i, term in enumerate(loss_sums(c, x, y, mask, outputs)):
            sums[i] = sums[i] + term
        size = int(mask.sum())
        places = max(places, size)
        for kept, output in zip(found, outputs):
            kept.append(output[0, :size])
    if c["loss_normalization"] == "padded":
        elements = particles = places * (len(dump.begin) - 1)
    value = total(c, sums, elements, particles)
    value.backward()

    tolerance = TOLERANCE[c["precision"]]
    differences = {"loss": abs(value.item() - c["loss"]) / abs(c["loss"])}
    for name, kept in zip(("logits", "charge", "momentum"), found):
        differences["output " + name] = worst(dump.tensor("output/%s.npy" % name), torch.cat(kept).detach())
    # Some gradients are 0 but for rounding (of the bias before distances, which no distance depends on), so each
    # array is judged by its own largest gradient or a thousandth of the largest of all.
    least = 1e-3 * max(float(p.grad.abs().max()) for p in parameters.values())
    by_name = {name: worst(g, parameters[name].grad, least) for name, g in dump.folder_of("gradients").items()}
    name = max(by_name, key=by_name.get)
    differences["gradient " + name] = by_name[name]
    ok = True
    for name, difference in differences.items():
        good = difference <= tolerance
        ok = ok and good
        print("%-10s %-45s %.2e %s" % (c["model"], name, difference, "" if good else "MORE THAN %g" % tolerance))
    return ok


def train(folder, threads, seconds, batch_size):
    """Adam on the dump's events, as the reference does: batches of events of like length, padded, batched products."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # or kernels that underflow cost fifty times as much
    dump = Dump(folder, torch.float32)
    c = dump.config
    parameters = {name: t.requires_grad_() for name, t in dump.folder_of("parameters").items()}
    model = Mlpf(c, parameters, dump.folder_of("fixed"), training=True)
    optimizer = torch.optim.Adam(parameters.values(), lr=1e-4, eps=1e-7)
    events = len(dump.begin) - 1
    by_length = sorted(range(events), key=lambda e: dump.begin[e + 1] - dump.begin[e])
    batches = [dump.padded(by_length[i : i + batch_size], c["bin_size"]) for i in range(0, events, batch_size)]

    def epoch():
        for x, y, mask in batches:
            optimizer.zero_grad(set_to_none=True)
            sums = loss_sums(c, x, y, mask, model.forward(x, mask))
            total(c, sums, mask.sum(), (y[..., 0] != 0).sum().clamp(min=1)).backward()
            optimizer.step()

    epoch()  # the first has allocations to make
    epochs, begin = 0, time.perf_counter()
    while epochs < 2 or time.perf_counter() - begin < seconds:
        epoch()
        epochs += 1
    rate = epochs * events / (time.perf_counter() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"events_per_s": rate, "threads": threads, "peak_mb": peak, "torch": torch.__version__}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("check").add_argument("folders", nargs="+")
    racer = verbs.add_parser("train")
    racer.add_argument("folder")
    racer.add_argument("--threads", type=int, default=1)
    racer.add_argument("--seconds", type=float, default=10)
    racer.add_argument("--batch-size", type=int, default=8)
    options = parser.parse_args()
    if options.verb == "check":
        sys.exit(0 if all([check(folder) for folder in options.folders]) else 1)
    train(options.folder, options.threads, options.seconds, options.batch_size)


if __name__ == "__main__":
    main()
