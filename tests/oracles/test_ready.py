"""The models that ship, each scenario of those that have some: requests are conserved, and one thread and two give the same
bytes."""

import os
import re

from oracle import Oracle, Suite, without_time

suite = Suite()


def scenarios_of(path):
    with open(path, encoding="utf-8") as file:
        return re.findall(r'^\s*scenario\s*\(?\s*"([^"]+)"', file.read(), re.MULTILINE)


def figures_of(command, path, *threads):
    return without_time(suite.run([command, path, "--json", "--runs", "3", "--threads", *threads]))


for model in sorted(name for name in os.listdir(suite.ready_models) if name.endswith(".lua")):
    file = os.path.join(suite.ready_models, model)
    names = scenarios_of(file)
    for scenario in names:
        Oracle(suite, "%s, %s" % (model, scenario), file, None, {"runs": 2, "scenario": scenario})
    if not names:
        Oracle(suite, model, file, None, {"runs": 2})
    verb = "compare" if names else "simulate"
    suite.case(figures_of(verb, file, "1") == figures_of(verb, file, "2"),
               "%s: the same bytes from one and two threads" % model)
suite.finish()
