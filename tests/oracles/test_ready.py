"""The models that ship: requests are conserved, one thread and two give the same bytes, and what theory says of them."""

import os

import queues as theory
from oracle import Oracle, Suite, without_time

suite = Suite()


def figures_of(model, *threads):
    return without_time(suite.run(["simulate", os.path.join(suite.ready_models, model), "--json", "--runs", "3",
                                   "--threads", *threads]))


for model in sorted(name for name in os.listdir(suite.ready_models) if name.endswith(".lua")):
    Oracle(suite, model, os.path.join(suite.ready_models, model), None, {"runs": 2})
    suite.case(figures_of(model, "1") == figures_of(model, "2"), "%s: the same bytes from one and two threads" % model)

o = Oracle(suite, "mm1.lua", os.path.join(suite.ready_models, "mm1.lua"))
o.check("web.latency.mean", 1 / (10 - 8))
o.check("web.latency.p90", theory.exponential_quantile(0.9, 10 - 8))
o.check("api.utilization.mean", 0.8)
suite.finish()
