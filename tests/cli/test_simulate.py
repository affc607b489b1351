"""sojourn simulate: its JSON and CSV, expectations, threads, progress, signals, full disks."""
import csv
import io
import json
import math
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import time

from harness import MM1, PROGRAM, case, contains, done, equal, on_terminal, run, sojourn, write

SHORT = ["--duration", "500", "--runs", "4"]
# Long enough that a signal comes in the middle.
LONG = ["--duration", "20000", "--runs", "1000", "--threads", "2"]
T_3 = 3.182446305284263  # 97.5 % quantile of Student's t, 3 degrees of freedom


def simulate(model, *options):
    return json.loads(done("simulate", write("m.lua", model), "--json", *options))


@case("JSON has the keys of the contract")
def _():
    document = simulate(MM1, *SHORT)
    for key, kind in {"sojourn": str, "command": str, "model": str, "seed": int, "runs": int, "partial": bool,
                      "wall_seconds": float, "events": int, "notes": list, "metrics": dict}.items():
        equal(type(document[key]), kind, key)
    equal(document["command"], "simulate")
    equal(document["model"], "m.lua")
    equal(document["scenario"], None)
    equal((document["seed"], document["runs"], document["partial"]), (1, 4, False))
    for name in ("web.latency.mean", "web.latency.std", "web.latency.min", "web.latency.max", "web.latency.p50",
                 "web.latency.p90", "web.latency.p95", "web.latency.p99", "web.latency.p99.9", "web.arrivals",
                 "web.completed", "web.failed", "web.unfinished", "web.failed.ratio", "web.arrivals.rate",
                 "web.failed.timeout", "web.failed.refused", "web.failed.error", "web.failed.breaker",
                 "web.failed.budget", "web.failed.deadline", "web.attempts", "web.timeouts", "web.retries",
                 "web.rejected", "web.late", "web.hedges", "web.goodput", "api.in_system.mean", "api.in_system.std",
                 "api.in_system.max", "api.waiting.mean", "api.sojourn.mean", "api.wait.p99", "api.service.mean",
                 "api.utilization.mean", "api.full", "api.empty", "api.throughput", "api.dropped", "api.orbit.mean",
                 "api.orbit.std"):
        metric = document["metrics"][name]
        equal(len(metric["runs"]), 4, name)


@case("value is the mean of the runs, ci95 by Student's t; extremes are over all runs without an interval")
def _():
    metrics = simulate(MM1, *SHORT)["metrics"]
    for name in ("web.latency.mean", "web.latency.p99", "api.in_system.mean"):
        metric = metrics[name]
        assert math.isclose(metric["value"], statistics.fmean(metric["runs"]), rel_tol=1e-12), name
        half_width = T_3 * statistics.stdev(metric["runs"]) / 2
        assert math.isclose(metric["ci95"], half_width, rel_tol=1e-9), name
    equal(metrics["web.latency.max"]["value"], max(metrics["web.latency.max"]["runs"]))
    equal(metrics["web.latency.min"]["value"], min(metrics["web.latency.min"]["runs"]))
    equal((metrics["web.latency.max"]["ci95"], metrics["web.latency.min"]["ci95"]), (None, None))


@case("one run has no interval, and what does not exist is null")
def _():
    metrics = simulate(MM1.replace("rate = 8", "rate = 1e-9"), "--duration", "1", "--warmup", "0", "--runs", "1")["metrics"]
    equal(metrics["web.arrivals"], {"value": 0, "ci95": None, "runs": [0]})
    equal(metrics["web.latency.p99"], {"value": None, "ci95": None, "runs": [None]})
    equal(metrics["web.failed.ratio"]["value"], None)


@case("a seed gives the same bytes with 1 and 2 threads, another seed others")
def _():
    write("m.lua", MM1)
    outputs = [re.sub(r'"wall_seconds": [^,]*', "", done("simulate", "m.lua", "--json", *SHORT, "--seed", seed,
                                                         "--threads", threads))
               for seed, threads in (("3", "1"), ("3", "2"), ("4", "2"))]
    equal(outputs[0], outputs[1])
    assert outputs[0] != outputs[2]


@case("--seed, --runs, --duration, --warmup, --set reach the engine")
def _():
    document = simulate(MM1, *SHORT, "--seed", "18446744073709551615", "--warmup", "250", "--set",
                        "web.arrivals.rate=4", "--set", "web.arrivals.rate=2")
    equal(str(document["seed"]), "18446744073709551615")
    metrics = document["metrics"]
    assert 3 * 250 < metrics["web.arrivals"]["value"] * 2 < 5 * 250, metrics["web.arrivals"]
    assert math.isclose(metrics["api.utilization.mean"]["value"], 0.2, rel_tol=0.2)


@case("--csv has a row a request, and its latencies are those of the table")
def _():
    write("m.lua", MM1)
    metrics = json.loads(done("simulate", "m.lua", "--json", *SHORT, "--warmup", "0", "--csv", "requests.csv"))["metrics"]
    with open("requests.csv", encoding="ascii", newline="") as file:
        text = file.read()
    rows = list(csv.DictReader(io.StringIO(text)))
    equal(len(rows), round(metrics["web.arrivals"]["value"] * 4))
    by_run = {}
    for row in rows:
        by_run.setdefault(int(row["run"]), []).append(float(row["latency"]))
    equal(sorted(by_run), [0, 1, 2, 3])
    for number, latencies in by_run.items():
        assert math.isclose(statistics.fmean(latencies), metrics["web.latency.mean"]["runs"][number], rel_tol=1e-9)
    equal(done("simulate", "m.lua", *SHORT, "--warmup", "0", "--csv", "-", "--threads", "1"), text)


@case("--quiet prints nothing, and the table otherwise names the figures")
def _():
    write("m.lua", MM1)
    equal(done("simulate", "m.lua", "--quiet", *SHORT), "")
    contains(done("simulate", "m.lua", *SHORT), "(?s)web.*latency.*p99.*api.*utilization")


EXPECT = """expect { ["web.latency.mean"] = "%s" }
"""


@case("expectations: met")
def _():
    write("m.lua", MM1 + EXPECT % "< 5")
    contains(done("simulate", "m.lua", *SHORT), r"expectation met: web\.latency\.mean < 5 \(it is 0\.[0-9]+ ± 0\.[0-9]+\)")


@case("expectations: not met is exit code 1, and named on standard error where there is no table")
def _():
    write("m.lua", MM1 + EXPECT % "> 5" + 'expect { ["web.failed"] = "== 0" }\n')
    result = sojourn("simulate", "m.lua", *SHORT)
    equal((result.returncode, result.stderr), (1, ""))
    contains(result.stdout, r"expectation not met: web\.latency\.mean > 5 \(it is ")
    contains(result.stdout, r"expectation met: web\.failed == 0 \(it is 0")
    for quiet in ("--quiet", "--json"):
        result = sojourn("simulate", "m.lua", *SHORT, quiet)
        equal(result.returncode, 1)
        contains(result.stderr, r"\Asojourn: expectation not met: web\.latency\.mean > 5 \(it is [^)]*\)\n\Z")
    wanted = json.loads(result.stdout)["expectations"]
    equal([(e["metric"], e["expected"], e["met"]) for e in wanted],
          [("web.latency.mean", "> 5", False), ("web.failed", "== 0", True)])


@case("expectations: a number that does not exist is not met")
def _():
    write("m.lua", MM1.replace("rate = 8", "rate = 1e-9") + EXPECT % "< 5")
    result = sojourn("simulate", "m.lua", "--duration", "1", "--warmup", "0")
    equal(result.returncode, 1)
    contains(result.stdout, r"expectation not met: web\.latency\.mean < 5 \(there is no such number here\)")


@case("expectations: what only another engine gives is not checked")
def _():
    write("m.lua", MM1 + 'expect { spectral_gap = "> 0.01" }\n')
    contains(done("simulate", "m.lua", *SHORT), r"expectation not checked: spectral_gap > 0\.01 \(simulate does not give")


@case("expectations: an interval across the bound is marked")
def _():
    write("m.lua", MM1)
    metric = json.loads(done("simulate", "m.lua", "--json", *SHORT))["metrics"]["web.latency.mean"]
    write("m.lua", MM1 + EXPECT % f"< {metric['value'] + metric['ci95'] / 2!r}")
    contains(done("simulate", "m.lua", *SHORT), "expectation met: .*, which reaches across the bound")


@case("scenarios: one must be chosen")
def _():
    write("m.lua", MM1 + 'scenario("slow", function() set { ["api.service.rate"] = 9 } end)\n'
          'scenario("two threads", function() set { ["api.threads"] = 2 } end)\n')
    result = sojourn("simulate", "m.lua", *SHORT)
    equal((result.returncode, result.stdout, result.stderr),
          (2, "", 'sojourn: m.lua has scenarios; choose one of them:\n  --scenario "slow"\n  --scenario "two threads"\n'))
    document = json.loads(done("simulate", "m.lua", "--json", *SHORT, "--scenario", "two threads"))
    equal(document["scenario"], "two threads")
    assert 0.3 < document["metrics"]["api.utilization.mean"]["value"] < 0.5


def start(*arguments, **options):
    return subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL, text=True,  # pylint: disable=R1732
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def interrupted(number, pause):
    """What a signal in the middle leaves: the JSON document and standard error."""
    process = start("simulate", "m.lua", "--json", *LONG)
    time.sleep(pause)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    equal(process.returncode, 130, err)
    return json.loads(out) if out else {"runs": 0}, err  # nothing to report: it came while the warm-up was looked for


@case("SIGINT and SIGTERM: finished runs are reported, marked partial, exit code 130")
def _():
    write("m.lua", MM1)
    for number in (signal.SIGINT, signal.SIGTERM):
        pause = 0.5
        document, err = interrupted(number, pause)
        while document["runs"] == 0 and pause < 16:  # on a slow machine, or under a sanitizer
            pause *= 2
            document, err = interrupted(number, pause)
        equal(document["partial"], True)
        contains(err, rf"\Asojourn: interrupted; {document['runs']} of 1000 runs are done\n\Z")
        assert 0 < document["runs"] < 1000
        equal(len(document["metrics"]["web.latency.mean"]["runs"]), document["runs"])


@case("short runs end at the first signal too")
def _():
    write("m.lua", MM1)
    process = start("simulate", "m.lua", "--duration", "1", "--warmup", "0", "--runs", "200000", "--threads", "2", "--json",
                    "--quiet")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    equal(process.returncode, 130, err)
    assert json.loads(out)["runs"] < 200000


@case("a second signal ends the program at once")
def _():
    write("m.lua", MM1)
    # At once means that threads are left as they are, which the thread sanitizer would report.
    options = {**os.environ, "TSAN_OPTIONS": os.environ.get("TSAN_OPTIONS", "") + ":report_thread_leaks=0"}
    process = start("simulate", "m.lua", "--duration", "1e9", "--warmup", "0", "--runs", "2", env=options)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    equal(process.returncode, 130)


@case("a run of hours ends at the first signal too")
def _():
    write("m.lua", MM1)
    process = start("simulate", "m.lua", "--duration", "1e9", "--warmup", "0", "--runs", "2")
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=10)
    equal((process.returncode, out, err), (130, "", "sojourn: interrupted; 0 of 2 runs are done\n"))


@case("progress is drawn on a terminal, and taken away")
def _():
    write("m.lua", MM1)
    text = on_terminal("simulate", "m.lua", "--duration", "200000", "--runs", "16", "--threads", "2")
    contains(text, r"\r\x1b\[K[0-9]+/16 runs \[#* *\] +[0-9]+ %  [0-9]+ s left  [0-9.]+ [kM] events/s")
    assert text.endswith("\r\x1b[K"), repr(text[-40:])
    equal(on_terminal("simulate", "m.lua", "--duration", "200000", "--runs", "16", "--quiet"), "")


@case("a full disk under the table, the JSON, the CSV")
def _():
    write("m.lua", MM1)
    for options in ([], ["--json"]):
        with open("/dev/full", "w", encoding="ascii") as full:
            result = sojourn("simulate", "m.lua", *SHORT, *options, stdout=full)
        equal((result.returncode, result.stderr), (3, "sojourn: standard output: No space left on device\n"))
    for short in (["--duration", "1", "--runs", "1"], SHORT):
        result = sojourn("simulate", "m.lua", *short, "--csv", "/dev/full")
        equal((result.returncode, result.stdout), (3, ""))
        contains(result.stderr, r"\Asojourn: (/dev/full|the csv file cannot be written): No space left on device\n\Z")


@case("a CSV that may not grow further")
def _():
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))
    write("m.lua", MM1)
    result = sojourn("simulate", "m.lua", *SHORT, "--csv", "requests.csv", preexec_fn=limit)
    equal((result.returncode, result.stdout, result.stderr), (3, "", "sojourn: the csv file cannot be written: File too large\n"))


@case("--csv in a folder that is not there, and over the model itself")
def _():
    write("m.lua", MM1)
    result = sojourn("simulate", "m.lua", *SHORT, "--csv", "nowhere/x.csv")
    equal((result.returncode, result.stderr), (3, "sojourn: nowhere/x.csv: No such file or directory\n"))
    result = sojourn("simulate", "m.lua", *SHORT, "--csv", "./m.lua")
    equal((result.returncode, result.stderr), (2, "sojourn: --csv ./m.lua would overwrite the model\n"))
    with open("m.lua", encoding="ascii") as file:
        equal(file.read(), MM1)


@case("a queue that a fault left: said as such, and how long it is")
def _():
    # By hand: 10 a second come, 5 are served while it is slow, 20 afterwards. From 45 s to 60 s, the last quarter, 25 grow to 75 and fall to 25: 50 on
    # average; in the first quarter there is half a request.
    write("m.lua", 'server "db" { service = 0.05 }\nclient "web" { calls = "db", arrivals = every(0.1) }\n'
                   'fault { at = 40, lasts = 15, slow = "db", by = 4 }\nrun { duration = 60 }')
    text = " ".join(done("simulate", "m.lua").split())
    found = re.search(r"note: db holds (\d+) requests more in the last quarter of the run than in the first: what a fault left", text)
    assert found, text
    assert 48 <= int(found[1]) <= 51, found[1]
    contains(" ".join(done("simulate", "m.lua", "--set", "db.service=0.2", "--set", "fault[1].by=1").split()), "worked off yet, or never will be")
    assert "worked off" not in done("simulate", "m.lua", "--duration", "120")


sys.exit(run())
