"""sojourn simulate --find: the bracket held against theory; whole numbers, growth, what is never and always met, results
files, signals, wrong commands."""
import json
import math
import pathlib
import re
import signal
import subprocess
import sys
import time

from harness import MM1, PROGRAM, case, contains, done, equal, on_terminal, run, sojourn, write

RATE = ["--find", "web.arrivals.rate"]


def find(model, *options):
    return json.loads(done("simulate", write("m.lua", model), "--json", *options))["find"]


def check_bracket(found, path=None):
    """The bracket is made of tried points, decided as it says, and nothing decided lies between them."""
    points = {point["at"]: point for point in found["points"]}
    equal(list(points), sorted(points))
    equal((points[found["met"]]["met"], points[found["not_met"]]["met"]), (True, False))
    low, high = sorted((found["met"], found["not_met"]))
    between = [point for at, point in points.items() if low < at < high]
    equal([point["met"] for point in between], [None] * found["undecided"])
    for point in between:
        equal(point["runs"], found["most_runs"])
    equal(found["answer"], "largest" if found["met"] == low else "smallest")
    for point in points.values():
        if point["met"] is not None and point["ci95"] is not None:
            bound = float(found["expected"].split()[1])
            assert abs(point["value"] - bound) >= point["ci95"], point
    if path:
        equal(found["path"], path)
    return low, high


@case("M/M/1: the largest rate with p99 = ln(100) / (mu - lambda) under a bound, and the least service rate")
def _():
    found = find(MM1, *RATE, "--such-that", "web.latency.p99 < 2", "--duration", "1500")
    low, high = check_bracket(found, "web.arrivals.rate")
    equal((found["outcome"], found["answer"], found["metric"], found["expected"]),
          ("found", "largest", "web.latency.p99", "< 2"))
    answer = 10 - math.log(100) / 2
    assert low < answer < high and high - low < 0.08 * answer, (low, answer, high)
    found = find(MM1, "--find", "api.service.rate", "--such-that", "web.latency.p99 <= 1", "--duration", "1000")
    low, high = check_bracket(found)
    answer = 8 + math.log(100)
    equal(found["answer"], "smallest")
    assert low < answer < high and high - low < 0.08 * answer, (low, answer, high)


@case("M/M/c: the smallest number of threads is a whole one")
def _():
    model = MM1.replace("rate = 8", "rate = 25").replace("service", "threads = 7, service")
    # M/M/c with offered load 2.5: P(wait) W is 0.351 for 3 threads, 0.0533 for 4.
    for options in ([], ["--between", "1:3"], ["--between", "6:9"], ["--between", "1:30"]):
        found = find(model, "--find", "api.threads", "--such-that", "api.wait.mean < 0.1", "--duration", "500", *options)
        equal((found["answer"], found["met"], found["not_met"], found["undecided"]), ("smallest", 4, 3, 0), options)
        assert all(point["at"] == int(point["at"]) for point in found["points"])


@case("closed queue, whole population: mean latency N / mu for a server that is never idle")
def _():
    model = """server "api" { service = exponential { rate = 10 } }
client "web" { calls = "api", arrivals = closed { population = 3, think = constant(0) } }
run { duration = 500, warmup = 50 }
"""
    found = find(model, "--find", "web.arrivals.population", "--such-that", "web.latency.mean < 0.65")
    equal((found["answer"], found["met"], found["not_met"]), ("largest", 6, 7))


@case("a parameter: the same answer as by its path, at values that --set reproduces")
def _():
    model = 'local rate = param("rate", 8)\n' + MM1.replace("rate = 8", "rate = rate")
    short = ["--such-that", "web.latency.p99 < 2", "--duration", "200"]
    by_name = find(model, "--find", "rate", *short)
    by_path = find(MM1, *RATE, *short)
    equal(by_name["points"], by_path["points"])
    point = by_name["points"][3]
    alone = json.loads(done("simulate", write("m.lua", model), "--json", "--duration", "200", "--runs", point["runs"],
                            "--set", f"rate={point['at']!r}"))["metrics"]["web.latency.p99"]
    equal((alone["value"], alone["ci95"]), (point["value"], point["ci95"]))


@case("runs are added while the interval holds the bound, and no more than the limit")
def _():
    found = find(MM1, *RATE, "--such-that", "web.latency.mean < 0.5", "--duration", "500", "--runs", "4")
    equal((found["first_runs"], found["most_runs"]), (4, 32))
    runs = {point["runs"] for point in found["points"]}
    assert runs <= {4, 8, 16, 32} and len(runs) > 1, runs
    for point in found["points"]:
        if point["met"] is None:
            equal(point["runs"], 32)
    assert found["undecided"] > 0
    check_bracket(found)


@case("the bracket grows upwards and downwards from what --between says")
def _():
    for between in ("0.5:1", "9:9.5", "7:8.5"):
        low, high = check_bracket(find(MM1, *RATE, "--such-that", "web.latency.p99 < 2", "--duration", "300", "--between",
                                       between))
        assert low < 10 - math.log(100) / 2 < high, (between, low, high)


@case("nothing random: one run a value, exact")
def _():
    model = 'server "api" { service = constant(0.1) }\nclient "web" { calls = "api", arrivals = every(0.2) }\n'
    found = find(model, "--find", "web.arrivals.interval", "--such-that", "web.latency.max < 0.11", "--duration", "100",
                 "--warmup", "0")
    equal((found["first_runs"], found["most_runs"], found["undecided"], found["answer"]), (1, 1, 0, "smallest"))
    assert found["not_met"] < 0.1 <= found["met"] * (1 + 1e-9) and found["met"] < 0.1002, found


@case("random at some values only: those get more runs")
def _():
    model = """local cv = param("cv", 0)
server "api" { service = cv > 0 and lognormal { mean = 0.1, cv = cv } or constant(0.1) }
client "web" { calls = "api", arrivals = every(0.2) }
"""
    found = find(model, "--find", "cv", "--such-that", "web.latency.mean < 0.12", "--duration", "400", "--warmup", "0",
                 "--between", "0:4")
    low, high = check_bracket(found)
    equal((found["answer"], found["first_runs"], found["most_runs"]), ("largest", 8, 64))
    equal((found["points"][0]["at"], found["points"][0]["runs"]), (0, 1))
    assert 0.5 < low < high < 2, (low, high)


@case("== is about every run")
def _():
    model = MM1.replace('"api" {', '"api" { capacity = 5,').replace("rate = 8", "rate = 1")
    found = find(model, "--find", "api.capacity", "--such-that", "web.failed == 0", "--duration", "300", "--runs", "4")
    equal(found["answer"], "smallest")
    for point in found["points"]:
        equal(point["met"], point["value"] == 0)
        equal(point["runs"], 4)


@case("the same bytes with 1 and 3 threads")
def _():
    write("m.lua", MM1)
    outputs = [re.sub(r'"wall_seconds": [^,]*', "", done("simulate", "m.lua", "--json", *RATE, "--such-that",
                                                         "web.latency.p99 < 2", "--duration", "200", "--threads", threads))
               for threads in ("1", "3")]
    equal(outputs[0], outputs[1])


@case("never met because the service alone takes longer: said, with the nearest")
def _():
    write("m.lua", 'server "api" { service = exponential { mean = 0.1 }, threads = 8 }\n'
                   'client "web" { calls = "api", arrivals = poisson { rate = 8 } }\n')
    result = sojourn("simulate", "m.lua", "--find", "api.threads", "--such-that", "web.latency.p99 < 0.3", "--duration", "2000", "--runs", "4",
                     "--between", "4:64")
    equal(result.returncode, 1)
    found = re.search(r";\nthe nearest is ([\d.]+) at api\.threads = \d+, and most of the others come as near: something else is in the way\n",
                      result.stdout)
    assert found, result.stdout
    assert math.isclose(float(found[1]), 0.1 * math.log(100), rel_tol=0.03), found[1]  # the 99th percentile of the work alone


@case("never met: exit code 1; overload has no number and is not met")
def _():
    write("m.lua", MM1)
    short = [*RATE, "--such-that", "web.latency.p99 < 0.01", "--duration", "20", "--runs", "2"]
    result = sojourn("simulate", "m.lua", *short)
    equal((result.returncode, result.stderr), (1, ""))
    contains(result.stdout, r"\n  16 +- +2 +not met\n")
    contains(result.stdout, r"\n- there is no such number, which is not met\n")
    contains(result.stdout, r"\nweb\.latency\.p99 < 0\.01 is met for certain at no web\.arrivals\.rate from 0\.001953125 to ")
    result = sojourn("simulate", "m.lua", *short, "--json")
    equal(result.returncode, 1)
    contains(result.stderr, r"\Asojourn: web\.latency\.p99 < 0\.01 is met for certain at no ")
    found = json.loads(result.stdout)["find"]
    equal((found["outcome"], found["met"], found["not_met"], found["answer"]), ("never met", None, None, None))


@case("always met: there is no answer, exit code 3; the limit of what the model takes is tried")
def _():
    write("m.lua", MM1.replace("arrivals =", "timeout = 5, network = link { rtt = 0.01, loss = 0.1 }, arrivals ="))
    result = sojourn("simulate", "m.lua", "--find", "web.network.loss", "--such-that", "web.failed.ratio <= 1", "--duration",
                     "100", "--warmup", "0", "--runs", "2")
    equal((result.returncode, result.stderr), (3, ""))
    contains(result.stdout, r"\n  1 +1 +2 +met\n")
    contains(result.stdout, r"no higher values were tried: --set web\.network\.loss=1\.6: .*expected a number from 0 to 1")


@case("the table, and the answer in words")
def _():
    write("m.lua", MM1.replace("service", "threads = 2, service"))
    text = done("simulate", "m.lua", "--find", "api.threads", "--such-that", "web.latency.mean < 0.2", "--duration", "2000")
    contains(text, r"\Am\.lua: the smallest api\.threads with web\.latency\.mean < 0\.2\n8 to 64 runs each, seed 1; \d+ events\n")
    contains(text, r"\n  1 +0\.\d+ ± 0\.\d+ +8  not met\n  2 +0\.1\d+ ± 0\.\d+ +8 +met\n")
    contains(text, r"\nweb\.latency\.mean < 0\.2 holds at api\.threads = 2 and not at 1, each with 95 % confidence\n\Z")
    equal(done("simulate", "m.lua", "--find", "api.threads", "--such-that", "web.latency.mean < 0.2", "--duration", "2000",
               "--quiet"), "")


@case("scenarios: one is searched in")
def _():
    write("m.lua", MM1 + 'scenario("two", function() set { ["api.threads"] = 2 } end)\n')
    options = [*RATE, "--such-that", "web.latency.mean < 0.2", "--duration", "400"]
    result = sojourn("simulate", "m.lua", *options)
    equal((result.returncode, result.stderr), (2, 'sojourn: m.lua has scenarios; choose one of them:\n  --scenario "two"\n'))
    document = json.loads(done("simulate", "m.lua", "--json", *options, "--scenario", "two"))
    equal(document["scenario"], "two")
    low, high = check_bracket(document["find"])
    assert low < 10 * math.sqrt(2) < high, (low, high)  # M/M/2: 0.1 / (1 - rho^2) = 0.2


@case("a results file: an interrupted search goes on where it was, and gives the same answer")
def _():
    write("m.lua", MM1)
    command = ["simulate", "m.lua", *RATE, "--such-that", "web.latency.p99 < 2", "--duration", "200", "--runs", "2", "--threads",
               "2", "--json", "-o"]
    pause = 0.1
    while True:
        with subprocess.Popen([PROGRAM, *command, "r.db"], stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            time.sleep(pause)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        if process.returncode == 0 or (out and pathlib.Path("r.db").exists()):
            break
        pause *= 2
    if process.returncode != 0:
        equal(process.returncode, 130)
        partial = json.loads(out)
        equal((partial["partial"], partial["find"]["outcome"], partial["find"]["met"]), (True, None, None))
        count = len(partial["find"]["points"])
        contains(err, rf"\Asojourn: interrupted; {count} values? (was|were) tried; the same command goes on from there\n\Z")
    again = json.loads(done(*command, "r.db"))
    fresh = json.loads(done(*command[:-1]))
    equal(again["find"], fresh["find"])
    third = json.loads(done(*command, "r.db"))
    equal((third["find"], third["wall_seconds"]), (fresh["find"], 0.0))
    results = json.loads(done("show", "r.db", "--json"))["results"]
    equal(sorted(result["runs"] for result in results), sorted(point["runs"] for point in fresh["find"]["points"]))


@case("progress names the value, on a terminal")
def _():
    write("m.lua", MM1)
    # Long enough that a tenth of a second passes at some value.
    text = on_terminal("simulate", "m.lua", *RATE, "--such-that", "web.latency.mean < 1", "--between", "8:9.5",
                       "--duration", "60000", "--threads", "1")
    contains(text, r"\r\x1b\[Kweb\.arrivals\.rate=[0-9.]+: [0-9]+/[0-9]+ runs \[#* *\] +[0-9]+ %")
    assert text.endswith("\r\x1b[K"), repr(text[-40:])


WRONG = [
    (["--find", "web.arrivals.rate"], '--find PATH and --such-that "METRIC < BOUND" go together'),
    (["--such-that", "web.failed < 1"], '--find PATH and --such-that "METRIC < BOUND" go together'),
    (["--between", "1:2"], "--between needs --find PATH"),
    ([*RATE, "--such-that", "web.failed < 1", "--between", "2:1"],
     "--between 2:1: expected A:B with A below B, as in --between 1:100"),
    ([*RATE, "--such-that", "web.failed < 1", "--between", "2"],
     "--between 2: expected A:B with A below B, as in --between 1:100"),
    ([*RATE, "--such-that", "web.failed"],
     '--such-that web.failed: expected a metric, one of < <= > >= == and a number, as in "web.latency.p99 < 0.5"; times are in the model\'s unit, s'),
    ([*RATE, "--such-that", "web.failed < few"],
     '--such-that web.failed < few: expected a metric, one of < <= > >= == and a number, as in "web.latency.p99 < 0.5"; times are in the model\'s unit, s'),
    ([*RATE, "--such-that", "web.faild < 1"],
     "--such-that: there is no metric `web.faild`; did you mean `web.failed`?"),
    ([*RATE, "--such-that", "spectral_gap < 1"], "--such-that: simulate does not give spectral_gap"),
    (["--find", "web.arivals.rate", "--such-that", "web.failed < 1"],
     "--find: `web.arivals` does not exist; did you mean `web.arrivals`?"),
    (["--find", "wbe.arrivals.rate", "--such-that", "web.failed < 1"],
     "--find: there is no parameter or component `wbe`; did you mean `web`?"),
    (["--find", "api.capacity", "--such-that", "web.failed < 1"],
     "--find api.capacity: the model has no number there to start from; say where to look with --between A:B"),
    (["--find", "api.service", "--such-that", "web.failed < 1"],
     "--find api.service: the model has no number there to start from; say where to look with --between A:B"),
    (["--find", "web.retries", "--such-that", "web.failed < 1"],
     "--find web.retries: the model has no number there to start from; say where to look with --between A:B"),
    (["--find", "api.threads", "--such-that", "web.failed < 1", "--between", "0:5"],
     "--set api.threads=0: `api.threads`: expected a whole number of at least 1 or a distribution, got 0"),
    ([*RATE, "--such-that", "web.failed < 1", "--runs", "1"],
     "--find needs at least 2 runs, or it cannot tell what is certain; --runs says how many"),
    ([*RATE, "--such-that", "web.failed < 1", "--csv", "x.csv"],
     "--csv has rows of requests, which --find does not give"),
]


@case("wrong command lines, each with its message")
def _():
    write("m.lua", MM1)
    for options, message in WRONG:
        result = sojourn("simulate", "m.lua", *options)
        equal((result.returncode, result.stdout, result.stderr), (2, "", f"sojourn: {message}\n"), options)


sys.exit(run())
