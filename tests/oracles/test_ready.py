"""The models that ship: requests are conserved, and one thread and two give the same bytes."""

import os
import re

from oracle import Oracle, Suite, without_time

suite = Suite()


def scenario_of(model):
    """The options that name the model's first scenario, if it has any."""
    with open(os.path.join(suite.ready_models, model), encoding="utf-8") as file:
        found = re.search(r'^scenario\("([^"]+)"', file.read(), re.MULTILINE)
    return {"scenario": found[1]} if found else {}


def figures_of(model, *threads):
    arguments = ["simulate", os.path.join(suite.ready_models, model), "--json", "--runs", "3", "--threads", *threads]
    for name, value in scenario_of(model).items():
        arguments += ["--" + name, value]
    return without_time(suite.run(arguments))


for model in sorted(name for name in os.listdir(suite.ready_models) if name.endswith(".lua")):
    Oracle(suite, model, os.path.join(suite.ready_models, model), None, {"runs": 2} | scenario_of(model))
    suite.case(figures_of(model, "1") == figures_of(model, "2"), "%s: the same bytes from one and two threads" % model)
suite.finish()
