"""A recording replayed gives what the exact recursion over it gives: each request takes its own recorded service on
the thread that is free first. Twice: against the figures that were published with the recordings (milliseconds;
percentiles by linear interpolation between order statistics), and against the recursion done here."""

import gzip
import heapq
import os

from oracle import Oracle, RESOLUTION, Suite, sample_quantile, MODELS

NAMES = ("mean", "p50", "p95", "p99", "p99.9")
ONE, FOUR = "pgbench-1-connection.log.gz", "pgbench-4-connections.log.gz"

# (recording, threads): latency and wait replayed, then latency and wait as measured.
PUBLISHED = {
    (ONE, 1): ((1.011341, 0.678, 1.664108, 2.931588, 58.5237), (0.430977, 0, 1.054943, 2.233789, 57.8799),
               (1.112967, 0.776, 1.804, 3.09802, 58.7891), (0.532603, 0.110, 1.2, 2.38104, 58.1365)),
    (FOUR, 4): ((4.291351, 2.665087, 12.990555, 26.803065, 36.4239),
                (2.792135, 1.080048, 11.273145, 25.278944, 34.7410),
                (4.559177, 2.858, 13.64245, 28.52399, 38.5864), (3.059961, 1.274, 11.9559, 26.93518, 36.8032)),
    (FOUR, 5): ((1.986391, 1.611, 4.403337, 8.309144, 13.4234), (0.487176, 0, 2.443972, 6.296379, 11.5775), None, None)}

suite = Suite()


def read(path):
    """(arrival, service) in ms, by arrival. Whole microseconds: latency, end, and the lag before the start."""
    requests = []
    with gzip.open(path, "rt") as file:
        for line in file:
            fields = line.split()
            latency, end, lag = int(fields[2]), int(fields[4]) * 1000000 + int(fields[5]), int(fields[6])
            requests.append((end - latency, latency - lag))
    requests.sort(key=lambda request: request[0])  # those of one microsecond stay in the order of the file
    return [((arrival - requests[0][0]) / 1000, service / 1000) for arrival, service in requests]


def replay(requests, threads):
    free, latencies, waits = [0.0] * threads, [], []
    for arrival, service in requests:
        start = max(arrival, free[0])
        heapq.heapreplace(free, start + service)
        latencies.append(start + service - arrival)
        waits.append(start - arrival)
    return latencies, waits


def figures(values):
    return [sum(values) / len(values)] + [sample_quantile(values, p) for p in (0.5, 0.95, 0.99, 0.999)]


def compare(o, prefixes, published, computed, unit):
    for prefix, by_paper, by_hand in zip(prefixes, published, computed):
        for name, paper, hand in zip(NAMES, by_paper, by_hand):
            metric = "%s.%s" % (prefix, name)
            o.check_exact(metric, paper / unit, "%s as published" % metric, relative=0.002)
            # The mean is exact; a percentile is the middle of a histogram's cell.
            o.check_exact(metric, hand / unit, "%s by recursion" % metric,
                          relative=1e-9 if name == "mean" else RESOLUTION)


data = os.path.join(suite.ready_models, "data")
for (file, threads), (latency, wait, measured_latency, measured_wait) in PUBLISHED.items():
    requests = read(os.path.join(data, file))
    computed = [figures(values) for values in replay(requests, threads)]
    recording = Oracle(suite, "recording", os.path.join(MODELS, "recording.lua"), {"file": file, "threads": threads},
                       {"data": data})
    ready = Oracle(suite, "postgres.lua", os.path.join(suite.ready_models, "postgres.lua"),
                   {"recording": "data/" + file, "postgres.threads": threads})
    # The first counts in milliseconds, the second, as users do, in seconds.
    for o, server, unit in ((recording, "database", 1), (ready, "postgres", 1000)):
        o.check_exact("pgbench.arrivals", len(requests))
        compare(o, ("pgbench.latency", server + ".wait"), (latency, wait), computed, unit)
        if measured_latency:
            for part, published in (("latency", measured_latency), ("wait", measured_wait)):
                for name, value in zip(NAMES, published):
                    o.check_exact("pgbench.recorded.%s.%s" % (part, name), value / unit, relative=0.002)
suite.finish()
