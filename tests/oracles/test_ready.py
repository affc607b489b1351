"""The models that ship, each scenario of those that have some: requests are conserved, and one thread and two give the same
bytes."""

import json
import os

from oracle import Oracle, Suite, without_time

suite = Suite()


def scenarios_of(path):
    """The names of the file's scenarios; [None] if it has none."""
    return json.loads(suite.run(["show", path, "--json"]))["scenarios"] or [None]


def figures_of(path, scenario, threads):
    chosen = ["--scenario", scenario] if scenario else []
    return without_time(suite.run(["simulate", path, "--json", "--runs", "3", "--threads", threads, *chosen]))


def families():
    """models/load-balancing: each scenario, shortened, and the same bytes from one and two threads."""
    folder = os.path.join(suite.ready_models, "load-balancing")
    for model in sorted(os.listdir(folder)):
        path, figures = os.path.join(folder, model), {}
        for scenario in scenarios_of(path):
            name, duration = "%s, %s" % (model, scenario), 3000 if model == "long-run.lua" else 2000
            duration = 100 if model == "many-low-rate-clients.lua" else duration
            options = {"runs": 2, "duration": duration, "warmup": duration / 10, "scenario": scenario}
            o = Oracle(suite, name, path, None, options)
            figures[scenario] = o.document["metrics"]
            again = [without_time(suite.run(["simulate", path, "--json", "--threads", threads] + [
                word for option, value in options.items() for word in ("--" + option, str(value))]))
                for threads in ("1", "2")]
            suite.case(again[0] == again[1], "%s: the same bytes from one and two threads" % name)
        suite.case(len(figures) >= 5, "%s: %d scenarios" % (model, len(figures)))
        arrivals = {str(metrics["caller.arrivals"]["runs"]) for metrics in figures.values()}
        suite.case(len(arrivals) == 1, "%s: all scenarios have the same arrivals" % model)


families()
for model in sorted(name for name in os.listdir(suite.ready_models) if name.endswith(".lua")):
    model_path = os.path.join(suite.ready_models, model)
    for name in scenarios_of(model_path):
        title = "%s, %s" % (model, name) if name else model
        Oracle(suite, title, model_path, None, {"runs": 2, "scenario": name} if name else {"runs": 2})
        suite.case(figures_of(model_path, name, "1") == figures_of(model_path, name, "2"),
                   "%s: the same bytes from one and two threads" % title)
suite.finish()
