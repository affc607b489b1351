"""Networks of queues, closed loops, calls between servers, and queues in a random environment, against theory."""

import math

import chains
import queues as theory
from oracle import Suite, quantile

suite = Suite()


def machine_repair():
    o = suite.oracle("machine-repair")
    population, think, mu = int(o.p.population), o.p.think, o.p.mu
    throughput, (sojourn,) = chains.mean_value_analysis(population, think, [1 / mu])
    for client, server in (("web", "api"), ("regular", "regular-api")):
        o.check(client + ".latency.mean", sojourn)
        o.check(client + ".goodput", throughput)
        o.check(server + ".in_system.mean", throughput * sojourn)
        o.check(server + ".utilization.mean", throughput / mu)
    # Nobody thinks: a request waits for all the others, so its sojourn is a sum of `population` services.
    sojourn = theory.erlang_cdf(population, mu)
    o.check("busy.latency.mean", population / mu)
    o.check("busy.latency.std", math.sqrt(population) / mu)
    o.check("busy.latency.p50", quantile(sojourn, 0.5))
    o.check("busy.latency.p99", quantile(sojourn, 0.99))
    o.check("busy.goodput", mu)
    o.check_exact("busy-api.in_system.mean", population)


def closed_network():
    o = suite.oracle("closed-network")
    share = o.p.share
    stations = [(o.p.think, math.inf), (share / o.p.mu1, 1), ((1 - share) / o.p.mu2, 1), (1 / o.p.mu3, 2)]
    throughput, numbers = chains.convolution(int(o.p.population), stations)
    o.check("web.goodput", throughput)
    o.check("web.latency.mean", sum(numbers[1:]) / throughput)
    for server, number in zip(("first", "second", "store"), numbers[1:]):
        o.check(server + ".in_system.mean", number)
    o.check("first.utilization.mean", throughput * share / o.p.mu1)
    o.check("store.utilization.mean", throughput / o.p.mu3 / 2)
    o.check("store.throughput", throughput)


def jackson():
    """Jackson 1957: each queue is M/M/1 of its own; along a path where nobody can be overtaken the sojourns are
    independent (Reich 1957; Walrand and Varaiya 1980), so the latency's law is known too."""
    o = suite.oracle("jackson")
    lam, share = o.p["lambda"], o.p.share
    nodes = [theory.MMc(share * lam, o.p.mu1), theory.MMc(lam, o.p.mu2), theory.MMc(lam, o.p.mu3)]
    for server, node in zip(("first", "second", "third"), nodes):
        o.check(server + ".sojourn.mean", node.sojourn)
        o.check(server + ".in_system.mean", node.in_system)
        o.check(server + ".utilization.mean", node.utilization)
    o.check("web.latency.mean", share * nodes[0].sojourn + nodes[1].sojourn + nodes[2].sojourn)
    rates = [node.drain for node in nodes]
    through_all, through_two = theory.hypoexponential_cdf(rates), theory.hypoexponential_cdf(rates[1:])
    for name, p in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        o.check("web.latency." + name, quantile(lambda t: share * through_all(t) + (1 - share) * through_two(t), p))


def feedback():
    """With attempts as classes that change at departure, the number in the system is that of M/M/1 with all the
    attempts as arrivals (Baskett, Chandy, Muntz and Palacios 1975)."""
    o = suite.oracle("feedback")
    lam, ratio, retries = o.p["lambda"], o.p.ratio, int(o.p.retries)
    attempts = (1 - ratio ** (retries + 1)) / (1 - ratio)
    queue = theory.MMc(lam * attempts, o.p.mu)
    o.check("web.attempts.ratio", attempts)
    o.check("web.retries.ratio", attempts - 1)
    o.check("web.completed.ratio", 1 - ratio ** (retries + 1))
    o.check("web.failed.ratio", ratio ** (retries + 1))
    o.check("api.in_system.mean", queue.in_system)
    o.check("api.in_system.std", math.sqrt(queue.utilization) / (1 - queue.utilization))
    o.check("api.sojourn.mean", queue.sojourn)
    o.check("api.utilization.mean", queue.utilization)


def fork_join():
    o = suite.oracle("fork-join")
    latency = chains.fork_join_of_two(o.p["lambda"], o.p.mu)
    half = theory.MMc(o.p["lambda"], o.p.mu)
    o.check("web.latency.mean", latency)
    o.check("pipeline.latency.mean", latency + o.p.after)
    o.check("after.throughput", o.p["lambda"])
    for server in ("left", "right", "upper", "lower"):
        o.check(server + ".sojourn.mean", half.sojourn)
    o.check("front.in_system.mean", o.p["lambda"] * latency)


def pipeline():
    work = {"auth": 0.8, "gateway": 0.6, "recommend": 1.2, "order": 0.9, "database": 1}
    # Many threads: the longest of two branches between the others.
    o = suite.oracle("pipeline", {"threads": 1000}, duration=20000)
    longest = theory.max_of_exponentials_moments(1 / work["recommend"], 1 / work["order"])
    others = [theory.exponential_moments(work[name]) for name in ("auth", "gateway", "database")]
    total = longest
    for moments in others:
        total = theory.sum_moments(total, moments)
    o.check("web.latency.mean", total[1])
    o.check("web.latency.std", math.sqrt(total[2] - total[1] ** 2))
    # The first branch of a request stands at the database until the other comes.
    work_and_join = dict(work, database=work["database"] + 2 * longest[1] - work["recommend"] - work["order"])
    for name, mean in work_and_join.items():
        o.check(name + ".in_system.mean", o.p["lambda"] * mean)
    # Few: until the join, Poisson streams in and out (Burke 1956), so M/M/c queues.
    o = suite.oracle("pipeline")
    threads = int(o.p.threads)
    for name in ("auth", "gateway", "recommend", "order"):
        o.check(name + ".sojourn.mean", theory.MMc(o.p["lambda"], 1 / work[name], threads).sojourn)
    o.check("database.utilization.mean", o.p["lambda"] * work["database"] / threads)
    o.check("database.throughput", o.p["lambda"])


def calls():
    o = suite.oracle("calls")
    lam, work = o.p["lambda"], theory.exponential_moments(o.p.work)
    one, two = theory.exponential_moments(o.p.call1), theory.exponential_moments(o.p.call2)
    longest = theory.max_of_exponentials_moments(1 / o.p.call1, 1 / o.p.call2)
    for name, together in (("in-sequence", theory.sum_moments(one, two)), ("in-parallel", longest)):
        queue = theory.MG1(lam, theory.sum_moments(work, together))
        o.check("to-%s.latency.mean" % name, queue.sojourn)
        o.check("to-%s.latency.std" % name, queue.sojourn_std)
        o.check(name + ".wait.mean", queue.wait)
        o.check(name + ".utilization.mean", queue.rho)
    queue = theory.MG1(lam, work)
    o.check("to-asynchronous.latency.mean", queue.sojourn + one[1] + two[1])
    o.check("asynchronous.wait.mean", queue.wait)
    o.check("to-logger.latency.mean", queue.sojourn)
    o.check("log.sojourn.mean", theory.MMc(lam, 1).sojourn)  # departures of M/M/1 are Poisson (Burke 1956)
    o.check("to-strict.completed.ratio", 1 - o.p.failing)
    o.check("to-strict.failed.error.ratio", o.p.failing)
    o.check("to-strict.latency.mean", one[1] + two[1])
    o.check_exact("to-lenient.failed", 0)
    o.check("to-lenient.latency.mean", one[1] + two[1])
    o.check("strict.sojourn.mean", one[1] + (1 - o.p.failing) * two[1])
    o.check("two.throughput", lam * (3 + 1 + 1 - o.p.failing))


def connections():
    """The connections are the threads of an M/M/c queue that stands in the client."""
    o = suite.oracle("connections")
    queue = theory.MMc(o.p["lambda"], o.p.mu, int(o.p.connections))
    o.check("web.latency.mean", queue.sojourn)
    o.check("web.latency.p50", quantile(queue.sojourn_cdf, 0.5))
    o.check("web.latency.p99", quantile(queue.sojourn_cdf, 0.99))
    o.check("api.in_system.mean", queue.lam / queue.mu)
    o.check("api.in_system.max", int(o.p.connections))


def mmpp():
    o = suite.oracle("mmpp")
    queue = chains.ModulatedQueue([o.p.calm, o.p.storm], [o.p.mu, o.p.mu], [[0, o.p.begins], [o.p.ends, 0]])
    for client, server in (("web", "api"), ("scaled", "scaled-api")):
        o.check(client + ".latency.mean", queue.sojourn)
        o.check(server + ".in_system.mean", queue.in_system)
        o.check(server + ".empty", queue.empty)
        o.check(client + ".arrivals.rate", queue.arrival_rate)
    o = suite.oracle("mmpp-start")
    sources = int(o.p.sources)
    o.check(lambda run: sum(run["source-%d.arrivals" % (i + 1)] for i in range(sources)),
            2 * sources * (o.p.calm + o.p.storm) / 2, "arrivals of all sources")


def breakdowns():
    """Once in order of arrival, once with processor sharing: exponential work forgets, so the chain is the same."""
    for discipline in ("fifo", "ps"):
        check_breakdowns(suite.oracle("breakdowns", {"discipline": discipline}))


def check_breakdowns(o):
    lam, mu, breaks, repairs = o.p["lambda"], o.p.mu, o.p.breaks, o.p.repairs
    switch = [[0, breaks], [repairs, 0]]
    stalls = chains.breakdown_in_system(lam, mu, breaks, repairs)
    o.check("to-stalls.latency.mean", stalls / lam)
    o.check("stalls.in_system.mean", stalls)
    o.check("stalls.empty", chains.ModulatedQueue([lam, lam], [mu, 0], switch).empty)
    slows = chains.ModulatedQueue([lam, lam], [mu, mu / o.p.by], switch)
    o.check("to-slows.latency.mean", slows.sojourn)
    o.check("slows.in_system.mean", slows.in_system)
    o.check("slows.empty", slows.empty)
    # A member's phases: none stands still, it does, another does.
    member = chains.ModulatedQueue([lam] * 3, [mu, 0, mu],
                                   [[0, breaks / 3, breaks * 2 / 3], [repairs, 0, 0], [repairs, 0, 0]])
    o.check("to-members.latency.mean", member.sojourn)
    o.check("member.empty", member.empty)
    crashes = chains.Disasters(lam, mu, breaks, repairs)
    o.check("to-silently.completed.ratio", crashes.served)
    o.check("to-silently.failed.refused.ratio", crashes.refused)
    o.check("to-silently.failed.timeout.ratio", crashes.cleared)
    o.check("crashes.in_system.mean", crashes.in_system)
    o.check("to-crashes.completed.ratio", crashes.served)
    o.check(lambda run: run["to-crashes.failed.refused"] / run["to-crashes.arrivals"], crashes.refused, "refused")
    o.check(lambda run: run["to-crashes.failed.error"] / run["to-crashes.arrivals"], crashes.cleared, "lost in crashes")


for check in (machine_repair, closed_network, jackson, feedback, fork_join, pipeline, calls, connections, mmpp,
              breakdowns):
    check()
suite.finish()
