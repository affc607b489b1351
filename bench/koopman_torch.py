"""Usage: koopman_torch.py DATA.csv MODEL EPOCHS step|batch

The Koopman autoencoder of `sojourn learn` in PyTorch, trained on the trajectories of DATA.csv (run,time,x,y): "step" as
people write it, one state after the other; "batch" rolls out in the latent space and decodes all states at once. Prints
JSON: seconds an epoch by wall and by processor time, and the loss in double precision of the network that the model file
MODEL of `sojourn learn --save` holds, on the same data."""
import csv
import json
import struct
import sys
import time

import torch
from torch import nn


def layers(sizes):
    parts = []
    for i in range(len(sizes) - 1):
        parts += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


class Koopman(nn.Module):
    def __init__(self, features, widths, latent):
        super().__init__()
        self.encoder = layers([features, *widths, latent])
        self.decoder = layers([latent, *widths[::-1], features])
        self.step = nn.Linear(latent, latent)
        with torch.no_grad():
            self.step.weight.copy_(0.8 * torch.eye(latent))
            self.step.bias.zero_()

    def loss_step(self, trajectories):
        total, count = 0, 0
        for states in trajectories:
            z = self.encoder(states[0])
            for state in states:
                total = total + ((self.decoder(z) - state) ** 2).sum()
                z = self.step(z)
            count += states.numel()
        return total / count

    def loss_batch(self, trajectories):
        total, count = 0, 0
        for states in trajectories:
            latents = [self.encoder(states[0])]
            for _ in range(len(states) - 1):
                latents.append(self.step(latents[-1]))
            total = total + ((self.decoder(torch.stack(latents)) - states) ** 2).sum()
            count += states.numel()
        return total / count


def read_data(path):
    runs = {}
    with open(path, encoding="ascii") as file:
        for row in csv.DictReader(file):
            runs.setdefault(row["run"], []).append([float(row["x"]), float(row["y"])])
    return [torch.tensor(run, dtype=torch.float64) for run in runs.values()]


def read_model(path):
    """The header, means, deviations, and the network with the parameters of the file."""
    with open(path, "rb") as file:
        assert file.readline() == b"sojourn-learned 1\n"
        header = json.loads(file.readline())
        numbers = torch.tensor(struct.unpack(f"<{header['numbers']}d", file.read(8 * header["numbers"])),
                               dtype=torch.float64)
    features, at = len(header["features"]), 0

    def take(*shape):
        nonlocal at
        size = 1
        for n in shape:
            size *= n
        at += size
        return numbers[at - size:at].reshape(*shape[::-1]).T if len(shape) > 1 else numbers[at - size:at]

    mean, deviation = take(features), take(features)
    model = Koopman(features, header["widths"], header["latent"]).double()
    with torch.no_grad():
        for part in [*model.encoder, model.step, *model.decoder]:
            if isinstance(part, nn.Linear):
                part.weight.copy_(take(part.out_features, part.in_features))
                part.bias.copy_(take(part.out_features))
    assert at == len(numbers)
    return header, mean, deviation, model


def main():
    data = read_data(sys.argv[1])
    header, mean, deviation, learned = read_model(sys.argv[2])
    normalized = [(states - mean) / deviation for states in data]
    with torch.no_grad():
        loss = learned.loss_batch(normalized).item()
    torch.manual_seed(1)
    model = Koopman(len(mean), header["widths"], header["latent"])
    normalized = [states.float() for states in normalized]
    optimizer = torch.optim.Adam(model.parameters(), 1e-4)
    evaluate = model.loss_step if sys.argv[4] == "step" else model.loss_batch

    def epoch():
        optimizer.zero_grad()
        evaluate(normalized).backward()
        optimizer.step()
        with torch.no_grad():
            norm = torch.linalg.matrix_norm(model.step.weight, 2)
            if norm > 0.99:
                model.step.weight.mul_(0.99 / norm)

    epoch()
    epochs = int(sys.argv[3])
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(epochs):
        epoch()
    print(json.dumps({"wall": (time.perf_counter() - wall) / epochs, "cpu": (time.process_time() - cpu) / epochs,
                      "loss": loss, "file_loss": header["loss"]}))


main()
