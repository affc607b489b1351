"""Confidence intervals keep their word: over 200 seeds the 95 % interval of M/M/1's mean latency at load 0.9, with
length, warm-up and number of runs left to their defaults, covers the truth in 90 to 99 % of cases. (A right interval
misses these bounds with a probability of about 0.6 %: binomial, 200 trials, 0.95.)"""

import os

from oracle import MODELS, Suite, parameters

SEEDS = 200

suite = Suite()


def coverage():
    model = os.path.join(MODELS, "mm1-load-09.lua")
    p = parameters(model)
    truth = {"web.latency.mean": 1 / (p.mu - p["lambda"]), "api.in_system.mean": p["lambda"] / (p.mu - p["lambda"]),
             "api.utilization.mean": p["lambda"] / p.mu}
    covered, above = dict.fromkeys(truth, 0), dict.fromkeys(truth, 0)
    for seed in range(1, SEEDS + 1):
        metrics = suite.simulate(model, seed=seed)["metrics"]
        for name, value in truth.items():
            figure = metrics[name]
            covered[name] += abs(figure["value"] - value) <= figure["ci95"]
            above[name] += figure["value"] > value
    for name in truth:
        share = covered[name] / SEEDS
        suite.case(0.90 <= share <= 0.99, "%s: %.1f %% of %d intervals cover the truth, %d estimates are above it" % (
            name, 100 * share, SEEDS, above[name]))


coverage()
suite.finish()
