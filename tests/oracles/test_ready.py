"""The models that ship: requests are conserved, and one thread and two give the same bytes."""

import os

from oracle import Oracle, Suite, without_time

suite = Suite()


def figures_of(model, *threads):
    return without_time(suite.run(["simulate", os.path.join(suite.ready_models, model), "--json", "--runs", "3",
                                   "--threads", *threads]))


for model in sorted(name for name in os.listdir(suite.ready_models) if name.endswith(".lua")):
    Oracle(suite, model, os.path.join(suite.ready_models, model), None, {"runs": 2})
    suite.case(figures_of(model, "1") == figures_of(model, "2"), "%s: the same bytes from one and two threads" % model)
suite.finish()
