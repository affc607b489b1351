"""Orders of service, priorities, processor sharing and impatience, against theory."""

import math

import queues as theory
from oracle import Suite

suite = Suite()


def orders():
    o = suite.oracle("orders")
    for suffix, moments in (("", theory.exponential_moments(1)), ("-erlang", theory.erlang_moments(int(o.p.k), 1))):
        queue = theory.MG1(o.p["lambda"], moments)
        for name, second_moment in (("fifo", queue.wait_second_moment), ("lifo", theory.lifo_wait_second_moment(queue)),
                                    ("random", theory.random_wait_second_moment(queue))):
            server = name + suffix
            o.check(server + ".wait.mean", queue.wait)
            o.check(lambda run, s=server: run.second_moment(s + ".wait"), second_moment, "E W^2 of " + server)
            o.check(server + ".in_system.mean", queue.in_system)


def priority():
    o = suite.oracle("priority")
    classes = {"urgent": theory.exponential_moments(0.8), "normal": theory.constant_moments(1),
               "bulk": theory.uniform_moments(0, 2.5)}
    waits = theory.cobham_waits([(o.p[name], moments) for name, moments in classes.items()])
    for (name, moments), wait in zip(classes.items(), waits):
        o.check("api.%s.wait.mean" % name, wait)
        o.check("api.%s.sojourn.mean" % name, wait + moments[1])
        o.check(name + ".latency.mean", wait + moments[1])
    o.check("api.waiting.mean", sum(o.p[name] * wait for name, wait in zip(classes, waits)))
    inner = theory.exponential_moments(1)
    for name, wait in zip(("first", "second"), theory.cobham_waits([(o.p.urgent, inner), (o.p.normal, inner)])):
        o.check(name + ".latency.mean", wait + 1)
    o.check("api.utilization.mean", sum(o.p[name] * moments[1] for name, moments in classes.items()))


def processor_sharing():
    o = suite.oracle("ps")
    lam = o.p["lambda"]
    for name in ("exponential", "uniform", "hyperexponential"):  # insensitive: Sakata, Noguchi and Oizumi 1971
        o.check("to-%s.latency.mean" % name, 1 / (1 - lam))
        o.check(name + ".in_system.mean", lam / (1 - lam))
        o.check(name + ".in_system.std", math.sqrt(lam) / (1 - lam))
        o.check(name + ".utilization.mean", lam)
        o.check(name + ".empty", 1 - lam)
    o.check("to-exponential.latency.std", math.sqrt(theory.mm1_ps_sojourn_variance(lam, 1)))
    o.check_exact("exponential.wait.max", 0)
    # In proportion to its own work (Kleinrock 1967; Coffman, Muntz and Trotter 1970).
    load = lam * ((1 - o.p.share) * o.p.short + o.p.share * o.p.long)
    o.check("two-sizes.short.sojourn.mean", o.p.short / (1 - load))
    o.check("two-sizes.long.sojourn.mean", o.p.long / (1 - load))
    # Two threads: the number in the system is the birth and death chain of M/M/2.
    numbers = theory.birth_death(lambda n: o.p.lambda2, lambda n: min(n, 2), 2000)
    o.check("two-threads.in_system.mean", theory.mean_of(numbers))
    o.check("two-threads.in_system.std", theory.std_of(numbers))
    o.check("two-threads.utilization.mean", o.p.lambda2 / 2)
    o.check("to-two-threads.latency.mean", theory.mean_of(numbers) / o.p.lambda2)


def erlang_a():
    o = suite.oracle("erlang-a")
    lam, mu, theta, threads = o.p["lambda"], o.p.mu, o.p.theta, int(o.p.threads)
    numbers = theory.erlang_a(lam, mu, theta, threads)
    busy = sum(min(n, threads) * p for n, p in enumerate(numbers))
    waiting = theory.mean_of(numbers) - busy
    o.check("api.in_system.mean", theory.mean_of(numbers))
    o.check("api.in_system.std", theory.std_of(numbers))
    o.check("api.waiting.mean", waiting)
    o.check("api.utilization.mean", busy / threads)
    o.check("api.throughput", busy * mu)
    # Of those who get a thread (a share 1 - theta waiting / lam), mu / (mu + theta) are answered before patience
    # ends.
    served = 1 - theta * waiting / lam
    o.check("web.completed.ratio", served * mu / (mu + theta))
    o.check("web.failed.ratio", 1 - served * mu / (mu + theta))
    o.check(lambda run: run["web.failed.timeout"] / run["web.failed"], 1, "all failures are timeouts")
    o.check("web.late.ratio", served * theta / (mu + theta))


def patience():
    o = suite.oracle("patience")
    queue = theory.MM1D(o.p["lambda"], o.p.mu, o.p.timeout)
    o.check("api.empty", queue.empty)
    o.check("api.utilization.mean", 1 - queue.empty)
    o.check("api.waiting.mean", queue.waiting)
    o.check("api.throughput", queue.lam * (1 - queue.reneging))
    o.check("web.completed.ratio", queue.in_time)
    o.check("web.failed.ratio", 1 - queue.in_time)
    o.check("web.late.ratio", 1 - queue.reneging - queue.in_time)


for check in (orders, priority, processor_sharing, erlang_a, patience):
    check()
suite.finish()
