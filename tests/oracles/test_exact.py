"""Models in which nothing is random: every figure by hand, or by a few lines of recursion written from the
definitions. And rows of requests, from which the figures follow."""

import math
import os
from collections import deque

from oracle import MODELS, RESOLUTION, Suite, parameters, sample_quantile

suite = Suite()

PERCENTILES = (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999))


def check_latencies(o, client, latencies):
    o.check_exact(client + ".completed", len(latencies))
    o.check_exact(client + ".latency.mean", sum(latencies) / len(latencies))
    o.check_exact(client + ".latency.min", min(latencies))
    o.check_exact(client + ".latency.max", max(latencies))
    for name, p in PERCENTILES:
        o.check_exact("%s.latency.%s" % (client, name), sample_quantile(latencies, p), relative=RESOLUTION)


def queue_with_stall(arrivals, service, at, lasts):
    """Latencies at one thread, first in first out, that stands still on [at, at + lasts)."""
    free, latencies = 0.0, []
    for arrival in arrivals:
        start = max(arrival, free)
        if at <= start < at + lasts:
            start = at + lasts
        free = start + service
        if start < at < free:
            free += lasts
        latencies.append(free - arrival)
    return latencies


def every(interval, duration):
    """The arrivals of every(interval) before duration: the first after one interval."""
    return [interval * (i + 1) for i in range(int(duration / interval) + 1) if interval * (i + 1) < duration]


def regular():
    o = suite.oracle("regular")
    arrivals = every(o.p.interval, 1000)
    check_latencies(o, "to-ahead", [o.p.service] * len(arrivals))
    check_latencies(o, "to-behind", [o.p.slow + (o.p.slow - o.p.interval) * i for i in range(len(arrivals))])
    o.check_exact("ahead.in_system.mean", o.p.service * len(arrivals) / 1000, relative=2e-3)
    o.check_exact("ahead.wait.max", 0)


def coordinated_omission():
    o = suite.oracle("coordinated-omission")
    p = o.p
    latencies = queue_with_stall(every(p.interval, p.duration), p.service, p["at"], p.lasts)
    check_latencies(o, "web", latencies)
    slow = sum(latency > 2 * p.service for latency in latencies) / len(latencies)
    suite.case(slow > 0.1 and sample_quantile(latencies, 0.95) > 50,
               "coordinated-omission: %.1f %% of the requests are slow, and p95 is %.1f s" %
               (100 * slow, sample_quantile(latencies, 0.95)))
    # One user: thinks, calls, thinks; the stall is one latency.
    now, latencies = p.interval - p.service, []
    while now < p.duration:
        (latency,) = queue_with_stall([now], p.service, p["at"], p.lasts)
        latencies.append(latency)
        now += latency + p.interval - p.service
    check_latencies(o, "single", latencies)


def breaker():
    o = suite.oracle("breaker")
    p, duration = o.p, 300.5
    ended, open_until, probing = [], -1.0, False  # (end, failed) of attempts
    count = {"completed": 0, "failed.error": 0, "failed.breaker": 0}
    for now in every(1.0, duration):
        if now < open_until:
            count["failed.breaker"] += 1
            continue
        end = now + p.service
        failed = p["at"] <= end < p["at"] + p.lasts
        count["failed.error" if failed else "completed"] += 1
        if probing:
            probing = failed
            ended = []
        else:
            ended = [(t, f) for t, f in ended if t > end - p.window]
            ended.append((end, failed))
            probing = len(ended) >= 10 and sum(f for _, f in ended) >= p.failures * len(ended)
        if probing:
            open_until = end + p.open_for
    # An outage of 50 s: six failures open it, then four are refused and one probes, nine times; the ninth succeeds.
    suite.case(count["failed.error"] == 6 + 8 and count["failed.breaker"] == 9 * 4, "breaker: as counted by hand")
    for name, value in count.items():
        o.check_exact("web." + name, value)
    o.check_exact("web.attempts", count["completed"] + count["failed.error"])


def codel():
    """CoDel as the pseudo-code of RFC 8289 (Nichols and Jacobson 2018, section 5) has it, where a request takes the
    place of the largest packet: the last one in the queue is never refused, so that no thread idles for it."""
    o = suite.oracle("codel")
    p = o.p
    arrivals = deque(every(p.interval, p.duration))
    queue, latencies, refused = deque(), [], 0
    first_above, dropping, drop_next, count, last_count = 0.0, False, 0.0, 0, 0

    def take(now):
        """(request or None, whether it may be dropped)"""
        nonlocal first_above
        if not queue:
            first_above = 0.0
            return None, False
        request = queue.popleft()
        if now - request < p.target or not queue:
            first_above = 0.0
            return request, False
        if first_above == 0.0:
            first_above = now + p.window
            return request, False
        return request, now >= first_above

    free = 0.0
    while arrivals or queue:
        if not queue:
            queue.append(arrivals.popleft())
        now = max(free, queue[0])
        while arrivals and arrivals[0] <= now:
            queue.append(arrivals.popleft())
        request, may_drop = take(now)
        if dropping:
            if not may_drop:
                dropping = False
            while dropping and now >= drop_next:
                refused += 1
                count += 1
                request, may_drop = take(now)
                if may_drop:
                    drop_next += p.window / count ** 0.5
                else:
                    dropping = False
        elif may_drop:
            refused += 1
            request, _ = take(now)
            dropping = True
            delta = count - last_count
            count = delta if delta > 1 and now - drop_next < 16 * p.window else 1
            drop_next = now + p.window / count ** 0.5
            last_count = count
        if request is not None:
            free = now + p.service
            latencies.append(free - request)
    suite.case(refused > 100, "codel: refuses %d of %d by the reference" % (refused, refused + len(latencies)))
    check_latencies(o, "web", latencies)
    o.check_exact("web.failed.refused", refused)
    o.check_exact("api.dropped", refused)


def rows():
    """Every request's row: the figures follow from the rows, and the rows are those of an M/M/1 queue: intervals and
    services, which first in first out gives back, are independent and exponential. (Kolmogorov and Smirnov's distance
    times the root of n exceeds 2.3 with a probability of 5e-5; so does a correlation times it 4.06.)"""
    model = os.path.join(MODELS, "mm1.lua")
    p = parameters(model)
    options = {"runs": 2, "duration": 100000, "warmup": 0}
    o = suite.oracle("mm1", None, **options)
    text = suite.run(["simulate", model, "--csv", "-", "--quiet"] +
                     [word for name, value in options.items() for word in ("--" + name, str(value))]).decode()
    header, *lines = [line.split(",") for line in text.splitlines()]
    for run in range(2):
        table = [dict(zip(header, line)) for line in lines if line[0] == str(run)]
        requests = sorted((float(row["arrival"]), float(row["latency"])) for row in table)
        latencies = [latency for _, latency in requests]
        figures = {name: o.metrics[name]["runs"][run] for name in o.metrics}
        mean = sum(latencies) / len(latencies)
        std = math.sqrt(sum((latency - mean) ** 2 for latency in latencies) / (len(latencies) - 1))
        suite.case(len(requests) == figures["web.completed"] and max(latencies) == figures["web.latency.max"] and
                   abs(mean / figures["web.latency.mean"] - 1) < 1e-9 and
                   abs(std / figures["web.latency.std"] - 1) < 1e-9 and
                   all(abs(sample_quantile(latencies, share) / figures["web.latency." + name] - 1) < RESOLUTION
                       for name, share in PERCENTILES), "rows of run %d: give the run's figures" % run)
        free, before, services, intervals = 0.0, 0.0, [], []
        for arrival, latency in requests:
            services.append(arrival + latency - max(arrival, free))
            intervals.append(arrival - before)
            free, before = arrival + latency, arrival
        for name, values, rate in (("services", services, p.mu), ("intervals", intervals, p["lambda"])):
            n = len(values)
            distance = max(max(abs(share - i / n), abs(share - (i + 1) / n)) for i, share in
                           enumerate(-math.expm1(-rate * value) for value in sorted(values)))
            deviations = [rate * value - 1 for value in values]
            correlations = [abs(sum(a * b for a, b in zip(deviations, deviations[lag:]))) / math.sqrt(n)
                            for lag in (1, 2)]
            correlations.append(abs(sum(rate * a * p.mu * b - rate * a - p.mu * b + 1 for a, b in
                                        zip(values, services[1:]))) / math.sqrt(n))
            suite.case(min(values) >= 0 and distance * math.sqrt(n) < 2.3 and max(correlations) < 4.06,
                       "rows of run %d: %s independent and exponential (%.2f, %s)" % (
                           run, name, distance * math.sqrt(n), ", ".join("%.2f" % c for c in correlations)))


for check in (regular, coordinated_omission, breaker, codel, rows):
    check()
suite.finish()
