"""M/M/1 as a person would write it in Python for speed: a heapq of (time, number, callback), a deque, no statistics
but the sum of sojourn times.

    heapq_mm1.py [JOBS [LOAD [SEED]]]

Prints one line of JSON, as baseline_heap does."""

import json
import sys
import time
from collections import deque
from heapq import heappop, heappush
from math import log
from random import Random


def simulate(jobs, load, seed):
    random = Random(seed).random
    interval = 1 / load
    heap = []
    queue = deque()
    now = 0.0
    number = 0  # breaks ties, so that callbacks are never compared
    to_arrive = jobs
    sojourn_sum = 0.0

    def complete():
        nonlocal number, sojourn_sum
        sojourn_sum += now - queue.popleft()
        if queue:
            number += 1
            heappush(heap, (now - log(1.0 - random()), number, complete))

    def arrive():
        nonlocal number, to_arrive
        to_arrive -= 1
        if to_arrive:
            number += 1
            heappush(heap, (now - interval * log(1.0 - random()), number, arrive))
        queue.append(now)
        if len(queue) == 1:
            number += 1
            heappush(heap, (now - log(1.0 - random()), number, complete))

    heappush(heap, (-interval * log(1.0 - random()), 0, arrive))
    while heap:
        now, _, call = heappop(heap)
        call()
    return sojourn_sum / jobs


def main():
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 500000
    load = float(sys.argv[2]) if len(sys.argv) > 2 else 0.8
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    start = time.perf_counter()
    mean = simulate(jobs, load, seed)
    seconds = time.perf_counter() - start
    print(json.dumps({"jobs": jobs, "events": 2 * jobs, "seconds": round(seconds, 6),
                      "jobs_per_s": round(jobs / seconds), "mean_sojourn": mean}))


if __name__ == "__main__":
    main()
