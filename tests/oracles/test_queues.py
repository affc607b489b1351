"""Single queues in the steady state, first in first out, against theory."""

import math

import queues as theory
from oracle import Suite, quantile

suite = Suite()


def check_mmc(oracle, queue, server="api", client="web"):
    """The figures that every M/M/c model has."""
    oracle.check(client + ".latency.mean", queue.sojourn)
    oracle.check(client + ".latency.std", queue.sojourn_std)
    for name, p in (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)):
        oracle.check("%s.latency.%s" % (client, name), quantile(queue.sojourn_cdf, p))
    oracle.check(server + ".sojourn.mean", queue.sojourn)
    oracle.check(server + ".wait.mean", queue.wait)
    oracle.check(server + ".wait.p90", queue.wait_quantile(0.9))
    oracle.check(server + ".service.mean", 1 / queue.mu)
    oracle.check(server + ".in_system.mean", queue.in_system)
    oracle.check(server + ".waiting.mean", queue.waiting)
    oracle.check(server + ".utilization.mean", queue.utilization)
    oracle.check(server + ".throughput", queue.lam)


def mm1():
    o = suite.oracle("mm1")
    queue = theory.MMc(o.p["lambda"], o.p.mu)
    check_mmc(o, queue)
    o.check("api.empty", 1 - queue.utilization)
    o.check("api.in_system.std", math.sqrt(queue.utilization) / (1 - queue.utilization))
    o.check_exact("web.failed", 0)
    o.check("web.arrivals.rate", queue.lam)
    o.check("web.goodput", queue.lam)


def mmc():
    o = suite.oracle("mmc")
    queue = theory.MMc(o.p["lambda"], o.p.mu, int(o.p.threads))
    check_mmc(o, queue)
    numbers = theory.birth_death(lambda n: queue.lam, lambda n: min(n, queue.threads) * queue.mu, 400)
    o.check("api.in_system.std", theory.std_of(numbers))
    o.check("api.empty", numbers[0])


def loss():
    o = suite.oracle("loss")
    load, threads = o.p["lambda"] * o.p.mean, int(o.p.threads)
    blocked = theory.erlang_b(load, threads)
    for name in ("exponential", "lognormal", "admitted"):
        client = "to-" + name
        o.check(client + ".failed.ratio", blocked)
        o.check(client + ".completed.ratio", 1 - blocked)
        o.check_exact(lambda run, c=client: run[c + ".failed.refused"] - run[c + ".failed"], 0,
                      client + ": all failures are refusals")
        o.check(lambda run, n=name: run[n + ".dropped"] / run["to-" + n + ".arrivals"], blocked,
                name + ".dropped / arrivals")
        o.check(name + ".in_system.mean", load * (1 - blocked))
        o.check(client + ".latency.mean", o.p.mean)
    o.check("to-silent.failed.ratio", blocked)
    o.check_exact(lambda run: run["to-silent.failed.timeout"] - run["to-silent.failed"], 0,
                  "to-silent: all failures are timeouts")
    o.check_exact("to-silent.latency.max", o.p.mean)
    o.check("exponential.full", blocked)
    o.check("lognormal.full", blocked)
    o.check("exponential.utilization.mean", load * (1 - blocked) / threads)
    o.check("admitted.utilization.mean", load * (1 - blocked) / (2 * threads))


def check_birth_death(o, birth, death, top):
    """A single Markov queue of finite capacity `top` with refusals."""
    numbers = theory.birth_death(birth, death, top)
    mean, served = theory.mean_of(numbers), sum(death(n) * numbers[n] for n in range(1, top + 1))
    o.check("api.full", numbers[top])
    o.check("api.empty", numbers[0])
    o.check("api.in_system.mean", mean)
    o.check("api.in_system.std", theory.std_of(numbers))
    o.check("api.throughput", served)
    o.check("web.completed.ratio", served / o.p["lambda"])
    o.check("web.failed.ratio", 1 - served / o.p["lambda"])
    o.check("web.latency.mean", mean / served)


def mm1k():
    o = suite.oracle("mm1k")
    check_birth_death(o, lambda n: o.p["lambda"], lambda n: o.p.mu, int(o.p.capacity))


def throttle():
    o = suite.oracle("throttle")
    lam, mu, threads, capacity = o.p["lambda"], o.p.mu, int(o.p.threads), int(o.p.capacity)
    check_birth_death(o, lambda n: lam if n < o.p.above * capacity else lam * o.p.admit,
                      lambda n: min(n, threads) * mu, capacity)


def mg1():
    o = suite.oracle("mg1")
    p, k = o.p, int(o.p.k)
    branches = [(p.p, p.slow), (1 - p.p, p.fast)]
    laws = {
        "erlang": (theory.erlang_moments(k, 1), theory.erlang_transform(k, 1)),
        "hyperexponential": (theory.hyperexponential_moments(branches), theory.hyperexponential_transform(branches)),
        "shifted": (theory.sum_moments(theory.constant_moments(p["shift"]),
                                       theory.gamma_moments(p.gamma_shape, p.gamma_scale)),
                    theory.shifted_gamma_transform(p["shift"], p.gamma_shape, p.gamma_scale)),
        "uniform": (theory.uniform_moments(p.low, p.high), None),
        "lognormal": (theory.lognormal_moments(1, p.cv), None),
        "weibull": (theory.weibull_moments(p.weibull_shape, p.weibull_scale), None),
        "pareto": (theory.pareto_moments(p.pareto_shape, p.pareto_scale), None),
        "mixed": (theory.mixture_moments([(0.5, theory.constant_moments(p.value)),
                                          (0.5, theory.max_of_exponentials_moments(p.rate1, p.rate2))]), None),
        "phases": (theory.sum_moments(theory.exponential_moments(0.5),
                                      theory.mixture_moments([(1 - p.onward, theory.constant_moments(0)),
                                                              (p.onward, theory.exponential_moments(1))])), None)}
    for name, (moments, transform) in laws.items():
        queue = theory.MG1(p["lambda"], moments)
        o.check(name + ".wait.mean", queue.wait)
        o.check("to-%s.latency.mean" % name, queue.sojourn)
        o.check("to-%s.latency.std" % name, queue.sojourn_std)
        o.check(name + ".in_system.mean", queue.in_system)
        o.check(name + ".utilization.mean", queue.rho)
        if transform:
            cdf = queue.wait_cdf(transform)
            o.check(name + ".wait.p90", quantile(cdf, 0.9))
            o.check(name + ".wait.p95", quantile(cdf, 0.95))


def md1():
    o = suite.oracle("md1")
    lam, service = o.p["lambda"], o.p.service
    queue = theory.MG1(lam, theory.constant_moments(service))
    cdf = theory.md1_wait_cdf(lam, service)
    o.check("api.wait.mean", queue.wait)
    o.check("api.wait.std", queue.wait_std)
    for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        o.check("api.wait." + name, quantile(cdf, share))
        o.check("web.latency." + name, service + quantile(cdf, share))
    o.check_exact("api.service.mean", service)
    o.check("api.in_system.mean", queue.in_system)


def gim1():
    o = suite.oracle("gim1")
    low, high, mu, members = o.p.low, o.p.high, o.p.mu, int(o.p.members)
    rate = o.p["lambda"]
    sigma = theory.gim1_sigma(lambda s: (math.exp(-s * low) - math.exp(-s * high)) / (s * (high - low)), mu)
    # Half of the intervals are 0, the others exponential: bursts of geometric size.
    bursts = theory.gim1_sigma(lambda s: 0.5 + 0.5 * o.p.burst / (o.p.burst + s), mu)
    third = theory.gim1_sigma(lambda s: (rate / (rate + s)) ** members, mu)
    for client, busy in (("web", sigma), ("balanced", third), ("bursty", bursts), ("scattered", rate / members / mu)):
        drain = mu * (1 - busy)
        o.check(client + ".latency.mean", 1 / drain)
        o.check(client + ".latency.std", 1 / drain)
        o.check(client + ".latency.p50", theory.exponential_quantile(0.5, drain))
        o.check(client + ".latency.p99", theory.exponential_quantile(0.99, drain))
    o.check("api.utilization.mean", 2 / (low + high) / mu)
    o.check("api.wait.mean", sigma / (mu * (1 - sigma)))
    o.check("pool.utilization.mean", rate / members / mu)


for check in (mm1, mmc, loss, mm1k, throttle, mg1, md1, gim1):
    check()
suite.finish()
