"""sojourn compare A.db B.db: a gate for changes of a service, held against theory and scipy's statistics."""
import json
import sys

from harness import MM1, case, contains, done, equal, run, sojourn, write

SHORT = ["--duration", "300", "--warmup", "20", "--quiet"]


def simulate(path, *options):
    done("simulate", write("m.lua", MM1), *SHORT, "-o", path, *options)


def judged(*arguments, code=0):
    result = sojourn("compare", *arguments, "--json")
    equal(result.returncode, code, result.stderr)
    return json.loads(result.stdout)


def changes(document):
    equal(len(document["results"]), 1)
    return {name: metric["change"] for name, metric in document["results"][0]["metrics"].items()}


@case("a slower server is a regression: exit code 1; a faster one is better; each way round")
def _():
    simulate("a.db")
    simulate("b.db", "--set", "api.service.rate=9.5")
    document = judged("a.db", "b.db", code=1)
    equal(changes(document), {"web.latency.mean": "worse", "web.latency.p50": "worse", "web.latency.p99": "worse",
                              "web.failed.ratio": "same", "web.goodput": "same", "api.dropped": "same"})
    latency = document["results"][0]["metrics"]["web.latency.mean"]
    # Theory: 1 / (9.5 - 8) - 1 / (10 - 8) = 1 / 6.
    assert abs(latency["difference"] - 1 / 6) < 2 * latency["ci95"], latency
    equal(latency["good"], "low")
    back = judged("b.db", "a.db")
    equal(changes(back)["web.latency.mean"], "better")
    equal((back["worse"], document["worse"], document["same"]), (0, 3, 3))
    table = sojourn("compare", "a.db", "b.db")
    equal((table.returncode, table.stderr), (1, ""))
    contains(table.stdout, r"a.db, then b.db; changes up to 5 % do not matter\n")
    contains(table.stdout, r"8 and 8 runs, the same random numbers: compared run by run\n")
    contains(table.stdout, r"web.latency.mean \(ms\) +\d+\.?\d* +\d+\.?\d* +\d+ ± \d+ +WORSE\n|"
                           r"web.latency.mean \(ms\) .* WORSE\n")
    contains(table.stdout, r"\n3 worse, 0 better, 3 the same, 0 inconclusive\n$")
    assert all(len(line) <= 80 for line in table.stdout.splitlines()), table.stdout
    quiet = sojourn("compare", "a.db", "b.db", "--quiet")
    equal((quiet.returncode, quiet.stdout), (1, ""))
    contains(quiet.stderr, r"sojourn: simulate m.lua: web.latency.mean is worse\n")


@case("run by run what Welch's t cannot tell is told; other seeds leave only that")
def _():
    simulate("a.db")
    simulate("b.db", "--set", "api.service.rate=9.8")
    simulate("c.db", "--set", "api.service.rate=9.8", "--seed", "2")
    equal(changes(judged("a.db", "b.db", code=1))["web.latency.mean"], "worse")
    unpaired = judged("a.db", "c.db")
    equal((unpaired["results"][0]["paired"], changes(unpaired)["web.latency.mean"]), (False, "inconclusive"))
    # The interval is scipy's: stats.ttest_ind(c, a, equal_var=False).confidence_interval().
    runs = [json.loads(done("simulate", "m.lua", *SHORT[:4], *options, "--json"))["metrics"]["web.latency.mean"]["runs"]
            for options in ([], ["--set", "api.service.rate=9.8", "--seed", "2"])]
    mean = [sum(x) / 8 for x in runs]
    variance = [sum((v - m) ** 2 for v in x) / 7 / 8 for x, m in zip(runs, mean)]
    degrees = sum(variance) ** 2 / sum(v ** 2 / 7 for v in variance)
    metric = unpaired["results"][0]["metrics"]["web.latency.mean"]
    assert abs(metric["difference"] - (mean[1] - mean[0])) < 1e-12
    ratio = metric["ci95"] / sum(variance) ** 0.5  # Student's quantile, for 7 to 14 degrees of freedom
    assert 7 <= degrees <= 14 and 2.1447 <= ratio <= 2.3647, (degrees, ratio)


@case("nothing changed: the same, not better or worse; a floor makes small changes nothing")
def _():
    simulate("a.db")
    document = judged("a.db", "a.db")
    equal(set(changes(document).values()), {"same"})
    simulate("b.db", "--set", "api.service.rate=9.9")
    equal(changes(judged("a.db", "b.db", "--metric", "web.latency.mean", "--relative", "0", code=1)),
          {"web.latency.mean": "worse"})
    equal(changes(judged("a.db", "b.db", "--metric", "web.latency.mean", "--relative", "0.5")),
          {"web.latency.mean": "same"})
    equal(changes(judged("a.db", "b.db", "--metric", "web.latency.mean", "--relative", "0", "--absolute", "0.2")),
          {"web.latency.mean": "same"})
    # One run is no evidence.
    simulate("one.db", "--runs", "1")
    simulate("two.db", "--runs", "1", "--set", "api.service.rate=9")
    equal(changes(judged("one.db", "two.db", "--metric", "web.latency.mean")), {"web.latency.mean": "inconclusive"})


@case("a queue that has become unstable is worse, though it leaves no number")
def _():
    simulate("a.db")
    simulate("b.db", "--set", "web.arrivals.rate=14")
    table = sojourn("compare", "a.db", "b.db")
    equal(table.returncode, 1)
    contains(table.stdout, r"web.latency.mean .* - .*WORSE: unstable\n")


@case("which results belong together: scenarios, the points of sweeps, the newest of several")
def _():
    model = write("s.lua", MM1 + 'scenario("one", function() end)\n'
                                 'scenario("two", function() set { ["api.threads"] = 2 } end)\n')
    done("compare", model, *SHORT, "-o", "a.db")
    done("compare", model, *SHORT, "-o", "b.db", "--set", "api.service.rate=9")
    document = judged("a.db", "b.db", code=1)
    equal([result["result"] for result in document["results"]],
          ["simulate s.lua, scenario one", "simulate s.lua, scenario two"])
    model = write("m.lua", MM1)
    for name, rate in (("c.db", "10"), ("d.db", "9")):
        done("sweep", model, "--vary", "web.arrivals.rate=4,5.5", "--vary", "api.threads=1,2", *SHORT, "-o", name, "--set",
             "api.service.rate=" + rate)
    document = judged("c.db", "d.db", code=1)
    equal([result["result"] for result in document["results"]],
          [f"simulate m.lua, web.arrivals.rate={rate}, api.threads={threads}" for rate in ("4", "5.5") for threads in (1, 2)])
    simulate("e.db")
    simulate("e.db", "--set", "api.service.rate=9")
    simulate("f.db")
    simulate("f.db", "--set", "api.service.rate=9")
    document = judged("e.db", "f.db")
    equal(set(changes(document).values()), {"same"})
    equal(document["notes"], ["e.db has 2 results of simulate m.lua: the newest is taken",
                              "f.db has 2 results of simulate m.lua: the newest is taken"])
    equal(len(judged("a.db", "a.db")["results"]), 2)
    result = sojourn("compare", "a.db", "e.db")
    equal(result.returncode, 2)
    contains(result.stderr, r"no result in common: .*; a\.db has simulate s\.lua, scenario (one|two), simulate s\.lua, scenario (one|two); "
                            r"e\.db has simulate m\.lua$")


@case("other durations and warm-ups are told, but not a warm-up that was found")
def _():
    write("m.lua", MM1)
    for name, more in (("a.db", ("--duration", "100", "--warmup", "5")), ("b.db", ("--duration", "120", "--warmup", "10")),
                       ("c.db", ("--duration", "100")), ("d.db", ("--duration", "100", "--seed", "2"))):
        done("simulate", "m.lua", "--runs", "4", "--quiet", "-o", name, *more)
    for pair, notes in (("ab", ["simulate m.lua: the durations differ, 100 and then 120 s",
                                "simulate m.lua: the warm-ups differ, 5 and then 10 s"]), ("aa", []), ("ac", []), ("cd", [])):
        result = sojourn("compare", pair[0] + ".db", pair[1] + ".db", "--json")
        assert result.returncode in (0, 1), result.stderr
        equal([note for note in json.loads(result.stdout)["notes"] if "differ" in note], notes)


@case("solved results are exact: any difference is one")
def _():
    model = write("m.lua", MM1.replace("rate = 10 }", "rate = 10 }, capacity = 60"))
    done("solve", model, "-o", "a.db", "--quiet")
    done("solve", model, "-o", "b.db", "--quiet", "--set", "api.service.rate=9.99")
    document = judged("a.db", "b.db", "--metric", "web.latency.mean", "--relative", "0.001", code=1)
    equal(changes(document), {"web.latency.mean": "worse"})
    equal(changes(judged("a.db", "b.db", "--metric", "web.latency.mean")), {"web.latency.mean": "same"})


@case("wrong commands")
def _():
    simulate("a.db")
    model = write("m.lua", MM1)
    for arguments, message in (
            (["a.db"], "expected two results files"),
            (["a.db", "a.db", "a.db"], "expected two results files"),
            (["a.db", "none.db"], "none.db: No such file"),
            (["a.db", model], "not a results file"),
            (["a.db", "a.db", "--runs", "3"], "of two results files only"),
            (["a.db", "a.db", "--metric", "web.latency.p98"], "did you mean web.latency.p9"),
            (["a.db", "a.db", "--metric", "api.utilization.mean"], "is high good or low?"),
            (["a.db", "a.db", "--relative", "x"], "--relative x: expected a number"),
            ([model, "--relative", "0.1"], "is for two results files")):
        result = sojourn("compare", *arguments)
        assert result.returncode in (2, 3) and message in result.stderr, (arguments, result.stderr)
    equal(list(changes(judged("a.db", "a.db", "--metric", "-api.utilization.mean"))), ["api.utilization.mean"])
    assert len(changes(judged("a.db", "a.db", "--all"))) > 15


sys.exit(run())
