"""M/M/1 in SimPy, as Debian 12 packages it (python3-simpy 2.3.1, whose module is called SimPy), with no statistics but
the sum of sojourn times.

    simpy_mm1.py [JOBS [LOAD [SEED [store|resource]]]]

Two idioms, of which bench/run takes the faster: `resource` is that of SimPy's tutorials, a process for each job that
requests the server, holds it and releases it; `store` has one process that puts jobs into a store and one that gets
and serves them. Prints one line of JSON, as baseline_heap does."""

import json
import sys
import time
from math import log
from random import Random

from SimPy.Simulation import Process, Resource, Simulation, Store, get, hold, put, release, request


def simulate_resource(jobs, interval, random):
    class Job(Process):
        def visit(self):
            arrived = self.sim.now()
            yield request, self, server
            yield hold, self, -log(1.0 - random())
            yield release, self, server
            total[0] += self.sim.now() - arrived

    class Source(Process):
        def generate(self):
            for _ in range(jobs):
                yield hold, self, -interval * log(1.0 - random())
                job = Job(sim=self.sim)
                self.sim.activate(job, job.visit())

    total = [0.0]
    world = Simulation()
    server = Resource(capacity=1, sim=world)
    source = Source(sim=world)
    world.activate(source, source.generate())
    world.simulate(until=1e18)
    return total[0]


def simulate_store(jobs, interval, random):
    class Source(Process):
        def generate(self):
            now = self.sim.now
            for _ in range(jobs):
                yield hold, self, -interval * log(1.0 - random())
                yield put, self, queue, [now()]

    class Server(Process):
        def serve(self):
            now = self.sim.now
            for _ in range(jobs):
                yield get, self, queue, 1
                yield hold, self, -log(1.0 - random())
                total[0] += now() - self.got[0]

    total = [0.0]
    world = Simulation()
    queue = Store(sim=world)
    source = Source(sim=world)
    server = Server(sim=world)
    world.activate(source, source.generate())
    world.activate(server, server.serve())
    world.simulate(until=1e18)
    return total[0]


def main():
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 50000
    load = float(sys.argv[2]) if len(sys.argv) > 2 else 0.8
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    idiom = sys.argv[4] if len(sys.argv) > 4 else "store"
    simulate = {"store": simulate_store, "resource": simulate_resource}[idiom]
    random = Random(seed).random
    start = time.perf_counter()
    total = simulate(jobs, 1 / load, random)
    seconds = time.perf_counter() - start
    print(json.dumps({"jobs": jobs, "seconds": round(seconds, 6), "jobs_per_s": round(jobs / seconds),
                      "mean_sojourn": total / jobs, "idiom": idiom}))


if __name__ == "__main__":
    main()
