#!/usr/bin/env python3
"""Writes expected.h: what an independent program makes of a small network.

Run with numpy once; the numbers are kept. Nothing here is as in src/learn: the roll-out goes step by step, and the gradient is
that of complex steps (Squire and Trapp 1998), f'(x) = Im f(x + ih) / h, which has no rounding error to speak of.

    python3 expected.py > expected.h
"""
import numpy as np

FEATURES, LATENT, WIDTHS = 2, 3, [5, 4]
LENGTHS = [9, 7, 5]
EPOCHS, RATE, LIMIT = 60, 2e-2, 0.99
LINEAR = 25  # epochs, in the second training


def shapes():
    up = [FEATURES, *WIDTHS, LATENT]
    encoder = [(up[i + 1], up[i]) for i in range(len(up) - 1)]
    decoder = [(b, a) for a, b in encoder[::-1]]
    return encoder, decoder


ENCODER, DECODER = shapes()


def unpack(p):
    at = 0

    def take(*shape):
        nonlocal at
        size = int(np.prod(shape))
        at += size
        return p[at - size:at].reshape(shape, order="F")

    encoder = [(take(*s), take(s[0])) for s in ENCODER]
    k, b = take(LATENT, LATENT), take(LATENT)
    decoder = [(take(*s), take(s[0])) for s in DECODER]
    assert at == len(p)
    return encoder, k, b, decoder


def through(layers, x):
    for i, (w, b) in enumerate(layers):
        x = w @ x + b
        if i + 1 < len(layers):
            x = np.where(x.real > 0, x, 0)
    return x


def loss(p, data):
    encoder, k, b, decoder = unpack(p)
    total, count = 0, 0
    for states in data:
        z = through(encoder, states[0])
        for state in states:
            difference = through(decoder, z) - state
            for d, x in zip(difference, state):
                if not np.isnan(x):
                    total, count = total + d * d, count + 1
            z = k @ z + b
    return total / count


def gradient(p, data):
    h = 1e-100
    result = np.empty(len(p))
    for i in range(len(p)):
        q = p.astype(complex)
        q[i] += 1j * h
        result[i] = loss(q, data).imag / h
    return result


def start(size, operator):
    p = np.array([0.6 * np.sin(1.0 + 3.7 * i) for i in range(size)])
    p[operator:operator + LATENT * LATENT] = (1.1 * np.eye(LATENT)).flatten(order="F")
    p[operator + LATENT * LATENT:operator + LATENT * LATENT + LATENT] = 0
    return p


def trajectories():
    data, n = [], 0
    for length in LENGTHS:
        states = np.empty((length, FEATURES))
        for t in range(length):
            for f in range(FEATURES):
                states[t, f] = np.cos(0.3 * n + f) * np.exp(-0.1 * t)
                n += 1
        data.append(states)
    data[0][3, 1] = data[1][5, 0] = np.nan
    return data


def show(name, values):
    print(f"static const double {name}[] = {{")
    for i in range(0, len(values), 4):
        print("    " + " ".join(f"{v:.17g}," for v in values[i:i + 4]))
    print("};")


def mirrored(p):
    """The projection on networks that are linear, by a basis: each weight of the first halves, with its images."""
    basis, at = [], 0
    for layers in (ENCODER, DECODER):
        if layers is DECODER:
            for i in range(LATENT * LATENT + LATENT):
                basis.append({at + i: 1})
            at += LATENT * LATENT + LATENT
        for index, (rows, columns) in enumerate(layers):
            inputs = [[(c, 1)] for c in range(columns)] if index == 0 else [
                [(c, 1), (c + columns // 2, -1)] for c in range(columns // 2)]
            outputs = [[(r, 1)] for r in range(rows)] if index + 1 == len(layers) else [
                [(r, 1), (r + rows // 2, -1)] for r in range(rows // 2)]
            for pair in outputs:
                for images in inputs:
                    basis.append({at + c * rows + r: s * t for r, s in pair for c, t in images})
                basis.append({at + rows * columns + r: s for r, s in pair})
            at += rows * columns + rows
    assert at == len(p)
    result = np.zeros(len(p))
    for vector in basis:
        share = sum(p[i] * s for i, s in vector.items()) / len(vector)
        for i, s in vector.items():
            result[i] = share * s
    return result


def train(p, operator, data, linear):
    """The losses of all epochs, and the last parameters."""
    mean = square = np.zeros(len(p))
    losses = []
    for epoch in range(EPOCHS + 1):
        losses.append(loss(p, data))
        if epoch == EPOCHS:
            return losses, p
        g = gradient(p, data)
        if epoch < linear:
            g = mirrored(g)
        mean = 0.9 * mean + 0.1 * g
        square = 0.999 * square + 0.001 * g * g
        n = epoch + 1
        p = p - RATE * (mean / (1 - 0.9**n)) / (np.sqrt(square / (1 - 0.999**n)) + 1e-8)
        place = slice(operator, operator + LATENT * LATENT)
        norm = np.linalg.svd(p[place].reshape(LATENT, LATENT), compute_uv=False)[0]
        if norm > LIMIT:
            p[place] *= LIMIT / norm


def main():
    size = sum(a * b + a for a, b in ENCODER + DECODER) + LATENT * LATENT + LATENT
    operator = sum(a * b + a for a, b in ENCODER)
    p, data = start(size, operator), trajectories()
    first_gradient = gradient(p, data)
    losses, last = train(p, operator, data, 0)
    start_mirrored = mirrored(p)
    losses_mirrored, last_mirrored = train(start_mirrored, operator, data, LINEAR)
    print("/* Made by expected.py. */")
    show("expected_losses", losses)
    show("expected_gradient", first_gradient)
    show("expected_operator", last[operator:operator + LATENT * LATENT + LATENT])
    show("expected_mirrored", start_mirrored)
    show("expected_mirrored_losses", losses_mirrored)
    show("expected_mirrored_operator", last_mirrored[operator:operator + LATENT * LATENT + LATENT])


main()
