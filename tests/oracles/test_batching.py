"""Batchers against theory: how a batch fills, service in bulk, and batches of one, which are M/M/c. And the shipped
model of a persistence thread against an independent program, whose figures are in the table below."""

import math
import os

from oracle import Oracle, Suite, bisect, student_tail

suite = Suite()


def poisson_at_least(mean, k):
    """P(N >= k) for N Poisson."""
    term = below = math.exp(-mean)
    for i in range(1, k):
        term *= mean / i
        below += term
    return 1 - below if k > 0 else 1.0


def check_share(o, figure, expected):
    """A share that few batches have: the t-test alone, with a half width of up to 5 %."""
    values = o.values(figure)
    mean = sum(values) / len(values)
    error = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))
    tail = student_tail(abs(mean - expected) / error, len(values) - 1)
    suite.case(tail >= 3e-5 and 2.4 * error < 0.05 * expected,
               "%s: %s = %.6f, theory %.6f (p %.2g)" % (o.name, figure, mean, expected, tail))


def filling(rate, limit, after, expected, length=100000):
    """The first request finds nobody; N(t) come after it. The batch leaves at `after` or with the `limit`th of them. A
    request that is there while the batch is open waits: E of the sum of waits is the integral over t up to `after` of
    E(1 + N(t); N(t) <= limit - 2), and the integral of P(N(t) = k) is P(N(after) >= k + 1) / rate."""
    at_least = [poisson_at_least(rate * after, k) for k in range(limit)]
    batch = 1 + sum(at_least[1:])
    delay = sum((1 + k) * at_least[k + 1] / rate for k in range(limit - 1)) / batch
    by_size = at_least[limit - 1]
    for found, known in zip((batch, delay, by_size), expected):
        suite.case(abs(found - known) < 6e-7, "fill %s %s %s: formula %.6f, known %.6f" % (
            rate, limit, after, found, known))
    for random in (0, 1):
        overrides = {"rate": rate, "limit": limit, "after": after, "random": random}
        o = suite.oracle("batch-fill", overrides, runs=16, duration=length / rate, warmup=100 / rate, seed=11)
        latency = o.p.latency
        o.check("batcher.batch.requests.mean", batch)
        o.check("batcher.batch.bytes.mean", batch)
        o.check("batcher.wait.mean", delay)
        o.check("batcher.current.mean", rate * delay, "current = rate x delay (Little)")
        o.check("batcher.in_flight.mean", rate / batch * latency, "in flight = batches' rate x latency (Little)")
        o.check("store.requests.rate", rate / batch)
        o.check("store.bytes.rate", rate)
        o.check("web.latency.mean", delay + latency)
        if by_size > 1e-3:
            check_share(o, "batcher.flush.size", by_size)


def bulk():
    """M/M^K/1 (Gross and Harris 1998, section 3.2): with n waiting and the server busy p(n) = C r^n, r the root in
    (0, 1) of mu r^(K+1) - (rate + mu) r + rate = 0; idle mu C / rate."""
    for overrides, duration in (({}, 100000), ({"rate": 1.2, "k": 2}, 130000), ({"rate": 0.5, "k": 1}, 260000)):
        o = suite.oracle("bulk", overrides, runs=16, duration=duration, warmup=300, seed=12)
        rate, mu, k = o.p.rate, o.p.mu, int(o.p.k)
        r = bisect(lambda x: (rate + mu) * x - rate - mu * x ** (k + 1), 0, 1 - 1e-9)
        c = 1 / (mu / rate + 1 / (1 - r))
        busy = c / (1 - r)
        o.check("batcher.in_flight.mean", busy)
        o.check("batcher.batch.requests.mean", rate / (mu * busy))
        o.check("batcher.pending.mean", c * r / (1 - r) ** 2)
        o.check("web.latency.mean", c * r / (1 - r) ** 2 / rate + 1 / mu)


def slots():
    cases = (({}, 160000), ({"rate": 1.8, "failure": 0.25}, 280000), ({"c": 1, "rate": 0.5}, 200000))
    for overrides, duration in cases:
        o = suite.oracle("batch-slots", overrides, runs=16, duration=duration, warmup=200, seed=13)
        mu = o.p.mu * (1 - o.p.failure)
        a, c = o.p.rate / mu, int(o.p.c)
        b = 1.0
        for i in range(1, c + 1):
            b = a * b / (i + a * b)
        waits = b / (1 - a / c * (1 - b))  # Erlang's C
        o.check("batcher.in_flight.mean", a)
        o.check("batcher.wait.mean", waits / (c * mu - o.p.rate))
        o.check("web.latency.mean", waits / (c * mu - o.p.rate) + 1 / mu)
        o.check("batcher.batch.latency.mean", 1 / mu)


def persistence():
    """60 runs each of a program written from the same description by somebody else: to a percent; its p99 has a
    standard error of 1.2 % itself, and at 10/s its bytes have 2 %, so 4 % there."""
    columns = (("commits.latency.mean", 1e3), ("commits.latency.p50", 1e3), ("commits.latency.p95", 1e3),
               ("commits.latency.p99", 1e3), ("persistence.batch.requests.mean", 1),
               ("persistence.batch.bytes.mean", 1 / 1024))
    table = (("5 in flight", 1000, (133.8, 124.6, 224.8, 338.6, 19.98, 910)),
             ("10 in flight", 1000, (100.7, 91.3, 176.0, 280.9, 9.25, 423)),
             ("20 in flight", 1000, (91.4, 81.3, 164.6, 272.9, 5.91, 269)),
             ("10 in flight, 2 ms", 1000, (103.1, 94.1, 178.4, 287.1, 9.02, 411)),
             ("10 in flight, 10 ms", 1000, (98.5, 88.7, 172.0, 276.3, 10.89, 496)),
             ("5 in flight", 10, (88.6, 78.4, 161.2, 260.0, 1.05, 47)))
    path = os.path.join(suite.ready_models, "persistence.lua")
    for scenario, rate, expected in table:
        o = Oracle(suite, "persistence, %s, %d/s" % (scenario, rate), path, {"rate": rate},
                   {"scenario": scenario, "runs": 200 if rate > 10 else 1000})
        for (metric, scale), known in zip(columns, expected):
            found = o.metrics[metric]["value"] * scale
            allowed = 0.04 if metric.endswith("p99") or rate == 10 and metric.endswith("bytes.mean") else 0.01
            suite.case(abs(found / known - 1) <= allowed + 0.005 / known,
                       "%s: %s is %.5g, the other program's %.5g (%+.2f %%)" % (
                           o.name, metric, found, known, 100 * (found / known - 1)))


filling(10, 50, 2, (21.0, 1.047619))
filling(100, 64, 0.5, (50.886590, 0.253991, 0.042391), 400000)
filling(5, 8, 1, (5.744519, 0.530761))
bulk()
slots()
persistence()
suite.finish()
