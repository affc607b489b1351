"""Load balancing against theory: small pools whose Markov chains are solved here, and many servers against the
supermarket model, refined for their number; and the engines of the two kinds of time against each other."""

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
               "%s: %.4f of theory's latency (half width %.4f)" % (name, mean, half))


def supermarket():
    """Each against the fixed point and what a finite number of servers adds to it, of the order of one over it: that is
    2 % of 500 at a load of 0.99. What is left, of the order of its square, is below half a per cent."""
    # What is added, found from very few servers whose chains are solved exactly.
    point, few = theory.supermarket_sojourn(0.5, 2), ((2, 25), (3, 18), (4, 11), (5, 9))
    excess = [theory.Pool(servers, 0.5, top, theory.shorter_of_two).sojourn - point for servers, top in few]
    found = theory.solve([[servers ** -power for power in (1, 2, 3, 4)] for servers, _ in few], excess)[0]
    added = theory.supermarket_correction(0.5, 2)
    suite.case(abs(found / added - 1) < 0.02, "supermarket 0.5, 2 choices: %.5f / servers is added, the chains of 2 to 5 "
               "servers give %.5f" % (added, found))
    for choices in (2, 3):
        for load, length, runs, tolerance in ((0.7, 1000, 8, 0.005), (0.9, 2000, 8, 0.005), (0.99, 4000, 12, 0.01)):
            s = Supermarket(load, choices, 500, length, runs)
            finite = 1 + theory.supermarket_correction(load, choices) / 500 / theory.supermarket_sojourn(load, choices)
            within(s.name, [ratio / finite for ratio in s.ratios], tolerance)
            if load == 0.99:
                mean, half = interval(s.ratios)
                suite.case(mean - half > 1.005, "%s: %.4f of the fixed point's alone (half width %.4f)" %
                           (s.name, mean, half))


def both_kinds_of_time():
    """What is drawn, kept and forgotten between callers and members, in continuous time and in small steps: the two
    engines have no code for it in common. Rounding to steps may shift a mean by about a step for each part of a
    latency: the message, the wait, the work, the answer."""
    step = 0.1
    flowing = suite.oracle("channels", {}, runs=400)
    stepping = suite.oracle("channels", {"quantum": step}, runs=100)
    for figure, steps in (("web.latency.mean", 4), ("db.wait.mean", 2), ("db.service.mean", 1),
                          ("db.utilization.mean", 0.01)):
        (a, a_half), (b, b_half) = interval(flowing.values(figure)), interval(stepping.values(figure))
        allowed = steps * step + 2 * math.hypot(a_half, b_half)  # some four deviations
        suite.case(abs(a - b) < allowed, "%s: %.4f (half width %.4f), in steps of %g: %.4f (half width %.4f)"
                   % (figure, a, a_half, step, b, b_half))


small_pools()
supermarket()
both_kinds_of_time()
suite.finish()
