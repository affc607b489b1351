"""Attempts, timeouts, backoffs, hedges, links, token buckets and changing arrivals, against elementary probability."""

import math

import queues
import attempts as theory
from oracle import Suite, quantile

suite = Suite()


def attempts():
    o = suite.oracle("attempts")
    mu, timeout, retries = o.p.mu, o.p.timeout, int(o.p.retries)
    success, mean, variance = theory.truncated_exponential(mu, timeout)

    def check(client, expected):
        o.check(client + ".completed.ratio", expected.completed)
        o.check(client + ".failed.ratio", 1 - expected.completed)
        o.check(client + ".attempts.ratio", expected.attempts)
        o.check(client + ".retries.ratio", expected.attempts - 1)
        o.check(client + ".timeouts.ratio", expected.timeouts)
        o.check(client + ".late.ratio", expected.timeouts)  # every answer comes at last
        o.check(client + ".latency.mean", expected.latency)
        o.check(client + ".latency.std", expected.latency_std)

    check("plain", theory.Attempts(success, mean, variance, timeout, retries))
    for client in ("by-gateway", "by-relay"):
        direct = theory.Attempts(success, mean, variance, timeout, retries)
        o.check(client + ".completed.ratio", direct.completed)
        o.check(client + ".latency.mean", direct.latency)
        o.check(client + ".latency.std", direct.latency_std)
        o.check(client + ".attempts.ratio", 1)
    for jitter in ("none", "full", "equal"):
        pauses = theory.backoff(o.p.base, o.p.factor, o.p.most, jitter, retries)
        check("backoff-" + jitter, theory.Attempts(success, mean, variance, timeout, retries, pauses))
    late = theory.LateAccepted(mu, timeout, retries)
    o.check("late.completed.ratio", late.completed)
    o.check("late.latency.mean", late.latency)
    o.check("late.latency.std", late.latency_std)
    # Exponential service forgets: a request without backoff is open at t with probability e^{-mu t}, up to its
    # deadline.
    answered, latency, spread = theory.truncated_exponential(mu, o.p.deadline)
    o.check("deadline.completed.ratio", answered)
    o.check(lambda run: run["deadline.failed.deadline"] / run["deadline.arrivals"], 1 - answered, "failed by deadline")
    o.check("deadline.latency.mean", latency)
    o.check("deadline.latency.std", math.sqrt(spread))


def hedges():
    o = suite.oracle("hedge")
    hedged = theory.Hedged(o.p.mu, o.p.delay)
    o.check("web.latency.mean", hedged.latency)
    o.check("web.hedges.ratio", hedged.hedged)
    o.check("web.attempts.ratio", 1 + hedged.hedged)
    for name, p in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        o.check("web.latency." + name, quantile(hedged.cdf, p))
    # After a quantile of the last 1000 latencies: that share of requests, and a little more, because copies pull the
    # upper latencies down and with them the quantile. (A simulation of just that, apart from this program: 2 % more.)
    o = suite.oracle("hedge-quantile")
    share = sum(o.values("web.hedges.ratio")) / len(o.values("web.hedges.ratio"))
    suite.case(1 - o.p.after < share < 1.04 * (1 - o.p.after), "hedge-quantile: web.hedges.ratio = %.4g" % share)


def stages():
    o = suite.oracle("stages")
    p, retries = o.p, int(o.p.retries)
    first = theory.Stage(p.first, p.first_timeout, retries)
    left = theory.Stage(p.left, p.left_timeout, retries)
    right = theory.Stage(p.right, p.right_timeout, retries)
    done, time = theory.joined_branches(left, right, 1 / p.join, p.join_timeout)
    o.check("web.completed.ratio", first.success * done)
    o.check("web.failed.ratio", 1 - first.success * done)
    o.check("web.latency.mean", first.mean + time)
    o.check("web.attempts.ratio", 1)


def token_bucket():
    o = suite.oracle("token-bucket")
    lost = queues.md1k_loss(o.p["lambda"], 1 / o.p.rate, int(o.p.capacity))
    o.check("web.failed.ratio", lost)
    o.check("web.completed.ratio", 1 - lost)
    o.check("api.throughput", o.p["lambda"] * (1 - lost))
    o.check(lambda run: run["persistent.failed.budget"] / run["persistent.arrivals"], lost, "retries without a token")
    o.check(lambda run: run["persistent.failed.error"] / run["persistent.arrivals"], 1 - lost, "retries with a token")


def links():
    o = suite.oracle("links")
    mu = o.p.mu
    o.check("delayed.latency.mean", o.p.delay + o.p.jitter + 1 / mu)
    # A round trip is drawn once, and each direction takes half of it.
    o.check("delayed.latency.std", math.sqrt(o.p.jitter ** 2 + mu ** -2))
    o.check_exact("delayed.failed", 0)
    in_time, mean, variance = theory.truncated_exponential(mu, o.p.timeout)
    lossy = theory.Attempts((1 - o.p.loss) ** 2 * in_time, mean, variance, o.p.timeout, int(o.p.retries))
    o.check("lossy.completed.ratio", lossy.completed)
    o.check("lossy.failed.ratio", 1 - lossy.completed)
    o.check("lossy.attempts.ratio", lossy.attempts)
    o.check("lossy.latency.mean", lossy.latency)
    o.check("lossy.latency.std", lossy.latency_std)
    answered = theory.cut_link_success(o.p.cuts, o.p.heals, o.p.one_way, mu)
    o.check("cut-off.completed.ratio", answered)
    o.check("remote.throughput", 5 * o.p.heals / (o.p.cuts + o.p.heals) * math.exp(-o.p.cuts * o.p.one_way))
    o.check("heavy.latency.mean", 2 * 0.1 + 0.01 * 50 + 1 / mu)


def arrivals():
    o = suite.oracle("piecewise")
    mean, count = theory.infinite_server_mean([(0, o.p.quiet), (10, o.p.rush), (15, o.p.calm)], o.p.mu, 20)
    for client, server in (("web", "api"), ("faulted", "other-api")):
        o.check(server + ".in_system.mean", mean)
        o.check(client + ".arrivals", count)
    o.check("web.latency.mean", 1 / o.p.mu)
    o = suite.oracle("spread")
    o.check("api.empty", theory.spread_empty(int(o.p.count), o.p.over, o.p.stay))
    o.check_exact("web.arrivals", int(o.p.count))
    o.check_exact("web.latency.max", o.p.stay)


for check in (attempts, hedges, stages, token_bucket, links, arrivals):
    check()
suite.finish()
