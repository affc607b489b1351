"""Load balancing against theory: small pools whose Markov chains are solved here, and many servers against the
supermarket model's fixed point."""

import math

import balancing as theory
import queues
from oracle import Suite, quantile, student_quantile

suite = Suite()


def small_pools():
    o = suite.oracle("balancing")
    load = o.p.load
    single = queues.MMc(load, 1)
    # Split at random: independent M/M/1 queues, so that the variances add.
    o.check("to-random.latency.mean", single.sojourn)
    o.check("to-random.latency.std", single.sojourn_std)
    o.check("to-random.latency.p90", quantile(single.sojourn_cdf, 0.9))
    o.check("random.in_system.mean", 3 * single.in_system)
    o.check("random.in_system.std", math.sqrt(3 * load) / (1 - load))
    # In turn: each sees every third arrival, E_3/M/1.
    lam = 3 * load
    busy = queues.gim1_sigma(lambda s: (lam / (lam + s)) ** 3, 1)
    o.check("to-in-turn.latency.mean", 1 / (1 - busy))
    o.check("to-in-turn.latency.std", 1 / (1 - busy))
    o.check("to-in-turn.latency.p99", queues.exponential_quantile(0.99, 1 - busy))
    joined = theory.Pool(2, load, 45, theory.shortest)
    for name in ("shortest", "seen", "two-of-two", "queue"):
        o.check("to-%s.latency.mean" % name, joined.sojourn)
        o.check(name + ".in_system.mean", joined.in_system)
    o.check("seen.in_system.std", joined.in_system_std)
    idle = theory.Pool(2, load, 60, theory.idle_or_random)
    for name in ("own", "idle"):
        o.check("to-%s.latency.mean" % name, idle.sojourn)
        o.check(name + ".in_system.std", idle.in_system_std)
    three = theory.Pool(3, load, 20, theory.shorter_of_two)
    o.check("to-two-of-three.latency.mean", three.sojourn)
    o.check("two-of-three.in_system.std", three.in_system_std)
    for pool in (joined, idle, three):
        suite.case(pool.at_top < 1e-8 and abs(pool.idle - (1 - load)) < 1e-8,
                   "the chain is cut where it hardly ever is: %.1g" % pool.at_top)


class Supermarket:
    """Mean latencies of runs, each over the fixed point's at the load that the run really had: near saturation most of
    the difference between runs is their load's."""

    def __init__(self, load, choices, servers, length, runs):
        self.name = "supermarket %g, %d choices, %d servers" % (load, choices, servers)
        # Begun empty; the slowest part of the way into the steady state goes like exp(-(1 - load) t).
        o = suite.oracle("supermarket", {"load": load, "choices": choices, "servers": servers, "length": length,
                                         "warmup": 6 / (1 - load)}, runs=runs)
        loads = o.values("till.utilization.mean")
        self.ratios = [latency / theory.supermarket_sojourn(rho, choices)
                       for latency, rho in zip(o.values("customers.latency.mean"), loads)]
        o.check("till.utilization.mean", load)


def interval(values):
    mean = sum(values) / len(values)
    error = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))
    return mean, student_quantile(0.05, len(values) - 1) * error


def within(name, values, tolerance):
    mean, half = interval(values)
    suite.case(abs(mean - 1) < tolerance and half < tolerance,
               "%s: %.4f of the fixed point's latency (half width %.4f)" % (name, mean, half))


def supermarket():
    for choices in (2, 3):
        for load in (0.7, 0.9):
            s = Supermarket(load, choices, 500, 1000, 4)
            within(s.name, s.ratios, 0.02)
        # Near saturation 500 servers are not yet many: the difference from the fixed point goes like one over their
        # number (Mitzenmacher 1996, table 3.1, has 9 % for 100 servers), so that twice as many have half of it.
        many, few = Supermarket(0.99, choices, 500, 4000, 6), Supermarket(0.99, choices, 250, 8000, 6)
        within(many.name + ", extrapolated with 250", [2 * a - b for a, b in zip(many.ratios, few.ratios)], 0.02)
        a, b = interval(many.ratios)[0], interval(few.ratios)[0]
        suite.case(1 < a < b < 1.08, "%s: %.4f, with 250: %.4f" % (many.name, a, b))


small_pools()
supermarket()
suite.finish()
