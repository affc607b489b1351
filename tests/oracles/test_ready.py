"""The models that ship: requests are conserved, and one thread and two give the same bytes."""

import os
import re

from oracle import Oracle, Suite, without_time

suite = Suite()


def scenarios_of(path):
    """The names of the file's scenarios; [None] if it has none."""
    listed = re.search(r"^scenarios \(.*?\): (.*)$", suite.run(["show", path]).decode(), re.MULTILINE)
    return re.findall(r'"([^"]*)"', listed[1]) if listed else [None]


def figures_of(path, scenario, threads):
    chosen = ["--scenario", scenario] if scenario else []
    return without_time(suite.run(["simulate", path, "--json", "--runs", "3", "--threads", threads, *chosen]))


for model in sorted(name for name in os.listdir(suite.ready_models) if name.endswith(".lua")):
    model_path = os.path.join(suite.ready_models, model)
    for name in scenarios_of(model_path):
        title = "%s, %s" % (model, name) if name else model
        Oracle(suite, title, model_path, None, {"runs": 2, "scenario": name} if name else {"runs": 2})
        suite.case(figures_of(model_path, name, "1") == figures_of(model_path, name, "2"),
                   "%s: the same bytes from one and two threads" % title)
suite.finish()
