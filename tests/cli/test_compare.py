"""sojourn compare: the ranking and what can be told apart, held against theory; JSON, CSV, results files, signals."""
import csv
import io
import json
import math
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import time

from harness import MM1, PROGRAM, SOURCE, case, contains, done, equal, on_terminal, run, sojourn, write

SHORT = ["--duration", "500", "--runs", "4"]
T_3 = 3.182446305284263  # 97.5 % quantile of Student's t, 3 degrees of freedom

# The same load on one, two and three servers that do 10 a second together: M/M/1, M/M/2, M/M/3.
THEORY = """local rate = param("rate", 7)
client "web" { calls = "api", arrivals = poisson { rate = rate } }
for _, threads in ipairs { 3, 1, 2 } do
  scenario("M/M/" .. threads, function()
    server "api" { threads = threads, service = exponential { rate = 10 / threads } }
  end)
end
"""
TWINS = MM1 + """
scenario("one", function() end)
scenario("the same", function() end)
scenario("faster", function() set { ["api.service.rate"] = 11 } end)
"""
OVERLOADED = MM1 + """
scenario("too much", function() set { ["web.arrivals.rate"] = 20 } end)
scenario("fine", function() set { ["web.arrivals.rate"] = 5 } end)
"""
FOUR = MM1 + "\n".join(f'scenario("{name}", function() set {{ ["api.service.rate"] = {rate} }} end)'
                       for name, rate in (("a", 10), ("b", 10.5), ("c", 11), ("d", 12)))


def compare(model, *options):
    return json.loads(done("compare", write("m.lua", model), "--json", *options))


def mean_time_in_system(servers, arrival_rate, service_rate):
    """M/M/c by Erlang's formula."""
    load = arrival_rate / service_rate
    terms = [load ** k / math.factorial(k) for k in range(servers)]
    last = load ** servers / math.factorial(servers) / (1 - load / servers)
    return last / (sum(terms) + last) / (servers * service_rate - arrival_rate) + 1 / service_rate


@case("three queues that theory knows come in theory's order, told apart, by their true differences")
def _():
    document = compare(THEORY, "--by", "web.latency.mean", "--against", "M/M/1")
    equal([entry["scenario"] for entry in document["ranking"]], ["M/M/1", "M/M/2", "M/M/3"])
    equal([entry["rank"] for entry in document["ranking"]], [1, 2, 3])
    equal([entry["to_above"] and entry["to_above"]["distinguishable"] for entry in document["ranking"]], [None, True, True])
    first = mean_time_in_system(1, 7, 10)
    for servers in (2, 3):
        wanted = mean_time_in_system(servers, 7, 10 / servers) - first
        got = document["against"]["differences"][f"M/M/{servers}"]
        # 2.4 half widths are 5.6 standard errors at 7 degrees of freedom: once in a thousand seeds.
        assert abs(got["value"] - wanted) < 2.4 * got["ci95"], (servers, got, wanted)
        assert got["ci95"] < 0.02 * wanted, got
        assert abs(got["relative"] - wanted / first) < 2.4 * got["relative_ci95"], (servers, got, wanted / first)


@case("models/compare-pools.lua: its comment is true")
def _():
    document = json.loads(done("compare", SOURCE / "models" / "compare-pools.lua", "--json", "--by", "web.latency.mean"))
    equal([entry["scenario"] for entry in document["ranking"]],
          ["one fast server", "one queue, two slow", "round robin pool", "random pool"])
    equal([entry["to_above"]["distinguishable"] for entry in document["ranking"][1:]], [True] * 3)
    for name, wanted in (("one fast server", mean_time_in_system(1, 16, 20)),
                         ("one queue, two slow", mean_time_in_system(2, 16, 10)),
                         ("random pool", mean_time_in_system(1, 8, 10))):
        got = document["scenarios"][name]["metrics"]["web.latency.mean"]
        assert abs(got["value"] - wanted) < 2.4 * got["ci95"], (name, got["value"], wanted)
        equal([e["met"] for e in document["scenarios"][name]["expectations"]], [True])


@case("pairing: the interval of a difference is much narrower than those of the figures")
def _():
    document = compare(THEORY, "--by", "web.latency.mean", *SHORT)
    for entry in document["ranking"][1:]:
        assert entry["to_above"]["ci95"] < entry["ci95"] / 4, entry


@case("the same scenario twice: differences of exactly 0, not distinguishable")
def _():
    document = compare(TWINS, *SHORT, "--against", "one")
    equal([entry["scenario"] for entry in document["ranking"]], ["faster", "one", "the same"])
    above = document["ranking"][2]["to_above"]
    equal((above["value"], above["ci95"], above["relative"], above["p"], above["p_holm"], above["distinguishable"]),
          (0, 0, 0, 1, 1, False))
    equal(document["against"]["differences"]["the same"]["value"], 0)
    equal(document["scenarios"]["one"]["metrics"], document["scenarios"]["the same"]["metrics"])
    text = done("compare", "m.lua", *SHORT)
    contains(text, r"\n1   faster .*\n2   one .*\n3 = the same ")
    contains(text, r"\n= not distinguishable from the one above")


@case("figures of one scenario are those of simulate --scenario")
def _():
    document = compare(TWINS, *SHORT)
    alone = json.loads(done("simulate", "m.lua", "--json", *SHORT, "--scenario", "faster"))
    equal(document["scenarios"]["faster"]["metrics"], alone["metrics"])


@case("JSON has the keys of the contract, and the differences are those of the runs")
def _():
    document = compare(FOUR, *SHORT, "--seed", "7", "--against", "d")
    for key, kind in {"sojourn": str, "command": str, "model": str, "seed": int, "runs": int, "partial": bool,
                      "wall_seconds": float, "events": int, "notes": list, "scenarios": dict, "ranking": list}.items():
        equal(type(document[key]), kind, key)
    equal((document["command"], document["model"], document["scenario"], document["seed"], document["runs"]),
          ("compare", "m.lua", None, 7, 4))
    equal(document["by"], {"metric": "web.latency.p99", "good": "low"})
    equal(list(document["scenarios"]), ["a", "b", "c", "d"])
    runs = {name: scenario["metrics"]["web.latency.p99"]["runs"] for name, scenario in document["scenarios"].items()}
    for name in "abc":
        differences = [x - y for x, y in zip(runs[name], runs["d"])]
        got = document["against"]["differences"][name]
        assert math.isclose(got["value"], statistics.fmean(differences), rel_tol=1e-9), name
        assert math.isclose(got["ci95"], T_3 * statistics.stdev(differences) / 2, rel_tol=1e-9), name
        ratio = sum(runs[name]) / sum(runs["d"])
        residuals = [x - ratio * y for x, y in zip(runs[name], runs["d"])]
        half_width = T_3 * statistics.stdev(residuals) / 2 / statistics.fmean(runs["d"])
        assert math.isclose(got["relative"], ratio - 1, rel_tol=1e-9), name
        assert math.isclose(got["relative_ci95"], half_width, rel_tol=1e-9), name
        equal(got["runs"], 4)
    assert "d" not in document["against"]["differences"]
    p = sorted(entry["to_above"]["p"] for entry in document["ranking"][1:])
    wanted = [min(1, max((3 - j) * p[j] for j in range(i + 1))) for i in range(3)]
    got = sorted(entry["to_above"]["p_holm"] for entry in document["ranking"][1:])
    for x, y in zip(got, wanted):
        assert math.isclose(x, y, rel_tol=1e-12), (got, wanted)


@case("the same bytes with 1 and 3 threads, another seed others")
def _():
    write("m.lua", FOUR)
    outputs = [re.sub(r'"wall_seconds": [^,]*', "", done("compare", "m.lua", "--json", *SHORT, "--seed", seed, "--threads",
                                                         threads, "--against", "a", "--score", "quintile"))
               for seed, threads in (("3", "1"), ("3", "3"), ("4", "3"))]
    equal(outputs[0], outputs[1])
    assert outputs[0] != outputs[2]
    equal(done("compare", "m.lua", *SHORT, "--threads", "1"), done("compare", "m.lua", *SHORT, "--threads", "3"))


@case("directions: throughput is good when high; a sign says it for any figure")
def _():
    write("m.lua", FOUR)
    for by, first in (("web.latency.mean", "d"), ("+web.latency.mean", "a"), ("-web.latency.mean", "d"),
                      ("+api.utilization.mean", "a"), ("-api.utilization.mean", "d")):
        document = json.loads(done("compare", "m.lua", "--json", *SHORT, "--by", by))
        equal(document["ranking"][0]["scenario"], first, by)
        equal(document["by"], {"metric": by.lstrip("+-"), "good": "high" if by[0] == "+" else "low"})
    write("n.lua", MM1 + 'scenario("few", function() end)\nscenario("many", function() set { ["web.arrivals.rate"] = 9 } end)')
    document = json.loads(done("compare", "n.lua", "--json", *SHORT, "--by", "web.goodput"))
    equal([entry["scenario"] for entry in document["ranking"]], ["many", "few"])
    equal(document["by"]["good"], "high")


@case("what has no number is not ranked, comes last, and says why")
def _():
    document = compare(OVERLOADED, *SHORT)
    equal([(entry["rank"], entry["scenario"], entry["value"] is None, entry["to_above"]) for entry in document["ranking"]],
          [(1, "fine", False, None), (None, "too much", True, None)])
    text = done("compare", "m.lua", *SHORT, "--against", "fine")
    contains(text, r"\n1   fine .*\n-   too much +- ")
    contains(text, r"\n- no such number: not ranked\n")
    contains(text, r'note: scenario "too much": api is overloaded')


@case("scenarios with seeds of their own: said")
def _():
    document = compare(MM1 + 'scenario("a", function() run { seed = 1 } end)\nscenario("b", function() run { seed = 2 } end)\n',
                       *SHORT)
    contains(document["notes"][0], "share no random numbers")
    contains(done("compare", "m.lua", *SHORT), r"\nnote: the scenarios have seeds of their own")
    equal(json.loads(done("compare", "m.lua", "--json", *SHORT, "--seed", "3"))["notes"], [])


@case("names of any bytes")
def _():
    write("m.lua", MM1.encode() + b'scenario("caf\xe9", function() end)\nscenario("caf\xc3\xa9", function() end)\n')
    document = json.loads(done("compare", "m.lua", "--json", *SHORT))
    equal(sorted(document["scenarios"]), ["caf\u00e9", "caf\ufffd"])


@case("one run tells nothing about differences, unless nothing is random")
def _():
    document = compare(FOUR, "--duration", "500", "--runs", "1")
    equal([entry["to_above"]["distinguishable"] for entry in document["ranking"][1:]], [False] * 3)
    equal([entry["to_above"]["p"] for entry in document["ranking"][1:]], [None] * 3)
    contains(done("compare", "m.lua", "--duration", "500", "--runs", "1"), "that takes at least two runs")
    document = compare('server "api" { service = constant(0.1) }\nclient "web" { calls = "api", arrivals = every(1) }\n'
                       'scenario("slow", function() set { ["api.service.value"] = 0.2 } end)\n'
                       'scenario("fast", function() end)\nscenario("as fast", function() end)\n')
    equal([entry["to_above"] and entry["to_above"]["distinguishable"] for entry in document["ranking"]],
          [None, False, True])


def quintile(values, x):
    """As pandas.qcut(values, 5), 1 ... 5."""
    ordered = sorted(values)

    def edge(k):
        scaled = k * (len(ordered) - 1)
        low, part = scaled // 5, scaled % 5 / 5
        return ordered[low] + (part * (ordered[low + 1] - ordered[low]) if part else 0)
    return 1 + sum(x > edge(k) for k in range(1, 5))


@case("the model says what to rank by, and --by something else")
def _():
    write("m.lua", 'model { rank_by = "+api.utilization.mean" }\n' + FOUR)
    by = json.loads(done("compare", "m.lua", *SHORT, "--json"))["by"]
    equal((by["metric"], by["good"]), ("api.utilization.mean", "high"))
    by = json.loads(done("compare", "m.lua", *SHORT, "--json", "--by", "web.latency.mean"))["by"]
    equal((by["metric"], by["good"]), ("web.latency.mean", "low"))


@case("--score quintile: points by the quintile of mean + deviation, 5 the best, equal ones alike")
def _():
    model = MM1 + "".join(f'scenario("{i}", function() set {{ ["api.service.rate"] = {10 + i % 5 / 4} }} end)\n'
                          for i in range(7))
    document = compare(model, *SHORT, "--score", "quintile")
    metrics = ["web.latency.mean", "web.latency.std", "web.latency.p99", "web.failed.ratio"]
    for metric in metrics:
        bad = {name: statistics.fmean(s["metrics"][metric]["runs"]) + statistics.stdev(s["metrics"][metric]["runs"])
               for name, s in document["scenarios"].items()}
        for name, x in bad.items():
            equal(document["score"]["scenarios"][name]["points"][metric], 6 - quintile(bad.values(), x), (metric, name))
    for scores in document["score"]["scenarios"].values():
        equal(scores["total"], sum(scores["points"].values()))
        equal(list(scores["points"]), metrics)
    equal(document["score"]["scenarios"]["0"], document["score"]["scenarios"]["5"])
    equal(document["score"]["scenarios"]["4"]["points"]["web.latency.mean"], 5)
    high = compare(model, *SHORT, "--score", "quintile", "--score-by", "+api.empty", "--score-by", "web.latency.p99")
    equal(list(high["score"]["scenarios"]["4"]["points"]), ["api.empty", "web.latency.p99"])
    equal(high["score"]["scenarios"]["4"]["points"]["api.empty"], 5)
    equal(high["score"]["scenarios"]["0"]["points"]["api.empty"], 1)
    contains(done("compare", "m.lua", *SHORT, "--score", "quintile"), r"\n  a  latency\.mean\n(?s:.*)\n  scenario  a  b  c  d  total\n  4 +5 +5 +5 +5 +20\n")


@case("tables are 80 columns wide at most")
def _():
    write("m.lua", FOUR)
    for options in ([], ["--by", "web.failed.ratio"], ["--against", "a", "--score", "quintile"], ["--by", "web.goodput"]):
        for line in done("compare", "m.lua", *SHORT, *options).splitlines():
            assert len(line) <= 80, line


@case("--scenario picks some, in the order of the file")
def _():
    document = compare(FOUR, *SHORT, "--scenario", "d", "--scenario", "b")
    equal(list(document["scenarios"]), ["b", "d"])


@case("an override may concern one scenario only")
def _():
    write("m.lua", 'client "web" { calls = "api", arrivals = poisson { rate = 8 } }\n'
          'scenario("one", function() server "api" { service = exponential { rate = 10 } } end)\n'
          'scenario("two", function() server "api" { service = exponential { rate = 10 }, capacity = 5 } '
          'server "other" { service = exponential { rate = 1 } } end)')
    document = json.loads(done("compare", "m.lua", "--json", *SHORT, "--set", "other.threads=2"))
    equal(list(document["scenarios"]), ["one", "two"])
    result = sojourn("compare", "m.lua", *SHORT, "--set", "another.threads=2")
    equal((result.returncode, result.stdout), (2, ""))
    contains(result.stderr, "there is no parameter or component `another`")


@case("expectations of each scenario: one that is not met is named, exit code 1")
def _():
    write("m.lua", FOUR + '\nexpect { ["web.latency.mean"] = "< 0.42", ["web.failed"] = "== 0", spectral_gap = "> 0" }\n')
    result = sojourn("compare", "m.lua", *SHORT)
    equal((result.returncode, result.stderr), (1, ""))
    contains(result.stdout, r'\nscenario "a": expectation not met: web\.latency\.mean < 0\.42 \(it is 0\.[0-9]+ ± ')
    contains(result.stdout, r"\nexpectations: [5-7] of 8 are met; 4 are not checked, simulate does not give them\n")
    result = sojourn("compare", "m.lua", *SHORT, "--json")
    equal(result.returncode, 1)
    contains(result.stderr, r'\Asojourn: scenario "a": expectation not met: web\.latency\.mean < 0\.42')
    unmet = [name for name, scenario in json.loads(result.stdout)["scenarios"].items()
             if any(e["met"] is False for e in scenario["expectations"])]
    equal(re.findall(r'scenario "(.)"', result.stderr), unmet)
    result = sojourn("compare", "m.lua", *SHORT, "--quiet")
    equal((result.returncode, result.stdout), (1, ""))
    contains(result.stderr, r'\Asojourn: scenario "a": ')


@case("--csv: a row for each scenario and run with every figure, the same as in JSON")
def _():
    write("m.lua", FOUR.replace('"b"', '"b, the \\"second\\""'))
    document = json.loads(done("compare", "m.lua", "--json", *SHORT, "--csv", "runs.csv"))
    text = pathlib.Path("runs.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    equal([(row["scenario"], row["run"]) for row in rows],
          [(name, str(r)) for name in document["scenarios"] for r in range(4)])
    for row in rows:
        for name, metric in document["scenarios"][row["scenario"]]["metrics"].items():
            value = metric["runs"][int(row["run"])]
            equal(float(row[name]) if row[name] else None, value, name)
    equal(done("compare", "m.lua", *SHORT, "--csv", "-", "--threads", "1"), text)
    result = sojourn("compare", "m.lua", *SHORT, "--csv", "/dev/full")
    equal((result.returncode, result.stdout, result.stderr), (3, "", "sojourn: /dev/full: No space left on device\n"))


# Long enough that a signal comes in the middle.
LONG = ["compare", "m.lua", "--duration", "10000", "--runs", "100", "--threads", "2", "--quiet", "-o", "r.db"]


def start(*arguments):
    return subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL, text=True,  # pylint: disable=R1732
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def runs_in(file):
    result = sojourn("show", file, "--json")
    if "holds no results" in result.stderr:
        return 0
    return sum(entry["runs"] for entry in json.loads(result.stdout)["results"])


@case("a results file: what is there is not computed again; simulate and compare share it; show shows it")
def _():
    write("m.lua", FOUR)
    done("simulate", "m.lua", *SHORT, "--quiet", "-o", "r.db", "--scenario", "c")
    first = json.loads(done("compare", "m.lua", "--json", *SHORT, "-o", "r.db"))
    again = json.loads(done("compare", "m.lua", "--json", *SHORT, "-o", "r.db"))
    equal(again["scenarios"], first["scenarios"] | {
        name: scenario | {"wall_seconds": again["scenarios"][name]["wall_seconds"]}
        for name, scenario in first["scenarios"].items()})
    equal([scenario["wall_seconds"] for scenario in again["scenarios"].values()], [0.0] * 4)
    equal(runs_in("r.db"), 16)
    more = json.loads(done("compare", "m.lua", "--json", "--duration", "500", "--runs", "6", "-o", "r.db"))
    equal(more["scenarios"]["a"]["metrics"]["web.latency.mean"]["runs"][:4],
          first["scenarios"]["a"]["metrics"]["web.latency.mean"]["runs"])
    equal(runs_in("r.db"), 24)
    done("compare", "m.lua", "--quiet", *SHORT, "-o", "r.db", "--again")
    equal(runs_in("r.db"), 40)
    done("compare", "m.lua", "--quiet", *SHORT, "-o", "other.db")
    done("compare", "m.lua", "--quiet", *SHORT, "-o", "third.db", "--threads", "1")
    equal(done("show", "other.db", "--csv", "-"), done("show", "third.db", "--csv", "-"))
    contains(done("show", "other.db"), "scenario d")


@case("SIGINT: finished runs are reported and kept; the same command goes on where it was")
def _():
    write("m.lua", FOUR)
    pause = 0.4
    while True:
        process = start(*LONG[:-3], "--json", "-o", "r.db")
        time.sleep(pause)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        if process.returncode == 130 and out and json.loads(out)["runs"] > 0:
            break
        equal(process.returncode, 130, err)
        pause *= 2
    document = json.loads(out)
    equal(document["partial"], True)
    done_runs = sum(scenario["runs"] for scenario in document["scenarios"].values())
    contains(err, rf"\Asojourn: interrupted; {done_runs} of 400 runs are done; the same command goes on from there\n\Z")
    equal(runs_in("r.db"), done_runs)
    counts = [scenario["runs"] for scenario in document["scenarios"].values()]
    assert max(counts) - min(counts) <= 2, counts  # all scenarios advance together
    assert document["ranking"][1]["to_above"]["runs"] >= min(counts)
    shorter = [option if option != "100" else str(max(counts)) for option in LONG]
    done(*shorter)
    equal(runs_in("r.db"), 4 * max(counts))
    done(*shorter[:-1], "undisturbed.db")
    equal(done("show", "r.db", "--csv", "-"), done("show", "undisturbed.db", "--csv", "-"))


@case("kill -9 at any instant loses no finished run")
def _():
    write("m.lua", FOUR)
    command = [option if option != "100" else "12" for option in LONG]
    before = 0
    for pause in (0.15, 0.2, 0.3, 0.25):
        process = start(*command)
        time.sleep(pause)
        process.kill()
        process.communicate()
        if os.path.exists("r.db"):
            after = runs_in("r.db")
            assert after >= before, (before, after)
            before = after
    done(*command)
    done(*command[:-1], "undisturbed.db")
    equal(done("show", "r.db", "--csv", "-"), done("show", "undisturbed.db", "--csv", "-"))


@case("progress of all scenarios together, on a terminal")
def _():
    write("m.lua", FOUR)
    text = on_terminal("compare", "m.lua", "--duration", "120000", "--runs", "5", "--threads", "2")
    contains(text, r"\r\x1b\[K[0-9]+/20 runs \[#* *\] +[0-9]+ %  [0-9]+ s left  [0-9.]+ [kM] events/s")
    assert text.endswith("\r\x1b[K"), repr(text[-40:])


WRONG = [
    (MM1, [], 'm.lua has no scenarios to compare; scenario("NAME", function() ... end) makes one'),
    (FOUR, ["--scenario", "e"], '--scenario "e": there is no such scenario; did you mean "a"?'),
    (TWINS, ["--scenario", "fatser"], '--scenario "fatser": there is no such scenario; did you mean "faster"?'),
    (TWINS, ["--against", "nowhere"],
     '--against "nowhere": there is no such scenario; there are:\n  "one"\n  "the same"\n  "faster"'),
    (FOUR, ["--scenario", "a", "--scenario", "a"], '--scenario "a" was given twice'),
    (FOUR, ["--scenario", "a", "--against", "b"], '--against "b": there is no such scenario; did you mean "a"?'),
    (FOUR, ["--by", "web.latency.p98"],
     "--by web.latency.p98: there is no metric `web.latency.p98`; did you mean `web.latency.p90`?"),
    (FOUR, ["--by", "spectral_gap"], "--by spectral_gap: simulate does not give it"),
    (FOUR, ["--by", "api.utilization.mean"],
     "--by api.utilization.mean: is high good or low? Say --by +api.utilization.mean (high is) or --by "
     "-api.utilization.mean (low is)"),
    (FOUR, ["--by", "web.latency.max"],
     "--by web.latency.max: an extreme over all runs has no confidence interval to rank by; take a percentile or the mean"),
    (FOUR.replace('server "api" {', 'servers "api" { count = 2,'), ["--by", "api[1].wait.mean"],
     "--by api[1].wait.mean: figures of a pool's members need --members"),
    (FOUR, ["--score", "decile"], "--score decile: the only score is quintile"),
    (FOUR, ["--score-by", "web.latency.p99"], "--score-by needs --score quintile"),
    (FOUR, ["--score", "quintile", "--score-by", "web.arrivals"],
     "--score-by web.arrivals: is high good or low? Say --score-by +web.arrivals (high is) or --score-by -web.arrivals "
     "(low is)"),
    (FOUR, ["--json", "--csv", "-"], "--json and --csv - both want standard output"),
    (FOUR, ["--agianst", "a"], "unknown option --agianst, did you mean --against?"),
    (FOUR, ["--find", "x"], "--find is not an option of sojourn compare"),
    (FOUR, ["--csv", "./m.lua"], "--csv ./m.lua would overwrite the model"),
    (FOUR, ["--warmup", "600", "--duration", "500"],
     'the warm-up (600) must be shorter than the duration (500)\n(in scenario "a")'),
]


@case("wrong command lines, each with its message")
def _():
    for model, options, message in WRONG:
        write("m.lua", model)
        result = sojourn("compare", "m.lua", *options)
        equal((result.returncode, result.stdout, result.stderr), (2, "", f"sojourn: {message}\n"), options)


@case("a mistake in one scenario is that scenario's")
def _():
    write("m.lua", MM1 + 'scenario("a", function() end)\nscenario("b", function() set { ["api.thread"] = 2 } end)\n')
    result = sojourn("compare", "m.lua")
    equal((result.returncode, result.stdout), (2, ""))
    contains(result.stderr, r"\Am\.lua:4: .*api\.thread.*did you mean `api\.threads`")


sys.exit(run())
