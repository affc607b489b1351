#!/usr/bin/env python3
"""Usage: contrasts.py SOJOURN FOLDER [--runs N] [--seed N]

Makes contrasts/*.csv, which pooled.h tells of: for worlds that are wrong in a known way, in which direction the figures
of each scenario differ from those of models/load-balancing.lua. Needs numpy and scipy. The runs, with common random
numbers, are kept in FOLDER, and not made again if they are there. A file is written for each mutation that the runs of
the original can tell from the right world at all; what can be expected of each is printed:

  all      the deviations by which the original's runs would differ from the wrong world, were ours without number
  N runs   the same with N runs of ours for each scenario

The weights are those of Fisher's linear discriminant between normal scores: the inverse of their covariance within the
right world (a little of the identity added) times the difference of their means, where that is larger than twice its
own error.
"""
import argparse
import csv
import pathlib
import subprocess

import numpy
import scipy.stats

from mutations import MODEL, MUTATIONS, mutated

HERE = pathlib.Path(__file__).resolve().parent
RIDGE, CI_RUNS = 0.05, 25


def read(path, prefix):
    """[scenario] -> array [run][figure]."""
    rows = {}
    with open(path) as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["scenario"], []).append([float(row[prefix + f]) for f in FIGURES])
    return {name: numpy.array(values) for name, values in rows.items()}


def figures():
    with open(HERE / "reference.csv") as file:
        return next(csv.reader(file))[1:]


FIGURES = figures()


def simulate(arguments, name, text, scenarios):
    folder = pathlib.Path(arguments.folder)
    model, runs = folder / f"{name}.lua", folder / f"{name}.csv"
    if not runs.exists():
        model.write_text(text)
        some = [word for scenario in scenarios for word in ("--scenario", scenario)]
        subprocess.run([arguments.sojourn, "compare", model, *some, "--runs", str(arguments.runs), "--seed",
                        str(arguments.seed), "--csv", runs, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return {scenario: values[:arguments.runs] for scenario, values in read(runs, "original.").items()}


def scores(values, base):
    """Normal scores of the values' ranks among those of `base`."""
    out = numpy.empty_like(values)
    for f in range(values.shape[1]):
        column = numpy.sort(base[:, f])
        slack = 1e-9 * numpy.abs(values[:, f])
        low = numpy.searchsorted(column, values[:, f] - slack)
        high = numpy.searchsorted(column, values[:, f] + slack, side="right")
        out[:, f] = scipy.stats.norm.ppf((0.5 * (low + high) + 0.5) / (len(column) + 1))
    return out


def weights_of(difference, covariance):
    mean = difference.mean(axis=0)
    error = difference.std(axis=0, ddof=1) / numpy.sqrt(len(difference))
    mean = numpy.where(numpy.abs(mean) > 2 * error, mean, 0)
    return numpy.linalg.solve(covariance, mean)


def expected(difference, covariance, runs):
    """The square of the expected contrast in deviations, one run of each side; weights from one half of the runs, the
    difference from the other, so that no noise counts."""
    half, total = runs // 2, 0
    for a, b in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
        weights = weights_of(difference[a], covariance)
        variance = weights @ covariance @ weights
        if variance > 0:
            effect = weights @ difference[b].mean(axis=0) / numpy.sqrt(variance)
            total += effect * abs(effect) / 2
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sojourn")
    parser.add_argument("folder")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    reference = read(HERE / "reference.csv", "")
    right = simulate(arguments, "right", MODEL.read_text(), reference)
    for name in MUTATIONS:
        wrong = simulate(arguments, name, mutated(name), reference)
        rows, square, square_of_few = [], 0, 0
        for scenario, theirs in reference.items():
            of_right = scores(right[scenario], right[scenario])
            difference = scores(wrong[scenario], right[scenario]) - of_right
            covariance = numpy.cov(of_right.T) + RIDGE * numpy.eye(len(FIGURES))
            weights = weights_of(difference, covariance)
            effect, theirs = expected(difference, covariance, arguments.runs), len(theirs)
            square += effect * theirs
            square_of_few += effect * theirs * CI_RUNS / (theirs + CI_RUNS)
            if weights.any():
                rows.append([scenario] + [f"{w:.3f}" for w in weights])
        all_of_them, few = (numpy.sqrt(max(x, 0)) for x in (square, square_of_few))
        print(f"{name}: {len(rows)} scenarios; all {all_of_them:.1f}, {CI_RUNS} runs {few:.1f}")
        if few < 3:
            continue
        (HERE / "contrasts").mkdir(exist_ok=True)
        with open(HERE / "contrasts" / f"{name.replace(' ', '-')}.csv", "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([["scenario"] + FIGURES] + rows)


main()
