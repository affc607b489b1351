"""sojourn sweep: tables, JSON, CSV; results files shared with single runs; interrupted, killed and gone on with; wrong
commands."""
import csv
import io
import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time

from harness import MM1, PROGRAM, case, contains, done, equal, on_terminal, run, sojourn, write

GRID = ["--vary", "web.arrivals.rate=5:7:1", "--vary", "api.threads=1,2"]
SHORT = ["--duration", "60", "--warmup", "5", "--runs", "3"]


def everything(path):
    return done("show", path, "--csv", "-")


@case("a grid: every value with every other, the last path changing fastest; each point as by itself")
def _():
    model = write("m.lua", MM1)
    document = json.loads(done("sweep", model, *GRID, *SHORT, "--json"))
    equal((document["command"], document["engine"], document["runs"], document["partial"], document["samples"]),
          ("sweep", "simulate", 3, False, None))
    equal([axis["path"] for axis in document["vary"]], ["web.arrivals.rate", "api.threads"])
    equal([list(point["values"].values()) for point in document["points"]],
          [[5, 1], [5, 2], [6, 1], [6, 2], [7, 1], [7, 2]])
    for point in document["points"]:
        settings = [word for path, value in point["values"].items() for word in ("--set", f"{path}={value:g}")]
        alone = json.loads(done("simulate", model, *settings, *SHORT, "--json"))
        equal(point["metrics"], alone["metrics"])


UNITS = {"api.service.mean": "time", "api.service.cv": "", "api.capacity": "requests",
         "web.retries": "", "web.timeout": "time", "web.timeout.p50": "time", "web.backoff.base": "time", "much": None,
         "web.size.mean": "bytes", "web.arrivals.rate": "1/time"}


@case("a file keeps the units of what is varied, also one of a version that did not")
def _():
    model = write("m.lua", """
param("much", 1, "a factor")
server "api" { service = lognormal { mean = 0.1, cv = 1 }, capacity = 9 }
client "web" { calls = "api", arrivals = poisson { rate = 3 }, size = exponential { mean = 100 }, timeout = lognormal { p50 = 1, p99 = 4 },
               retries = 1, backoff = exponential_backoff { base = 0.1 } }
""")
    for path, unit in UNITS.items():
        done("sweep", model, "--vary", f"{path}=1,2", "--duration", "5", "--runs", "1", "--quiet", "-o", "u.db")
        with sqlite3.connect("u.db") as database:
            equal(database.execute("SELECT path, unit FROM sweep_axes ORDER BY sweep DESC").fetchone(), (path, unit))
    with sqlite3.connect("u.db") as database:
        database.execute("ALTER TABLE sweep_axes DROP COLUMN unit")
    contains(done("plot", "u.db", "--list"), r"sweep\.web\.latency\.mean ")
    done("sweep", model, "--vary", "api.threads=1,2", "--duration", "5", "--runs", "1", "--quiet", "-o", "u.db")
    with sqlite3.connect("u.db") as database:
        equal(database.execute("SELECT unit FROM sweep_axes WHERE path IN ('web.retries', 'api.threads')").fetchall(),
              [(None,), ("",)])


@case("--csv has a row for each point and run, with the figures that a single run has")
def _():
    model = write("m.lua", MM1)
    rows = list(csv.DictReader(io.StringIO(done("sweep", model, *GRID, *SHORT, "--csv", "-"))))
    equal([(row["point"], row["run"]) for row in rows], [(str(p), str(r)) for p in range(6) for r in range(3)])
    equal((rows[3]["vary.web.arrivals.rate"], rows[3]["vary.api.threads"]), ("5", "2"))
    document = json.loads(done("sweep", model, *GRID, *SHORT, "--json"))
    for row in rows:
        value = document["points"][int(row["point"])]["metrics"]["web.latency.p99"]["runs"][int(row["run"])]
        equal(float(row["web.latency.p99"]), value)


@case("the table fits 80 columns, and names what is shown")
def _():
    model = write("m.lua", MM1 + "expect { [\"web.latency.mean\"] = \"< 0.24\" }\n")
    result = sojourn("sweep", model, *GRID, *SHORT)
    equal((result.returncode, result.stderr), (1, ""))
    assert all(len(line) <= 80 for line in result.stdout.splitlines()), result.stdout
    contains(result.stdout, r"m.lua: 6 points\n3 runs each of 60 s, seed 1; ")
    contains(result.stdout, r"\n6 +1 +\d+ ± \d+ .* not met\n")
    contains(result.stdout, r"\n5 +2 +\d+(\.\d+)? ± \d+(\.\d+)? .* met\n")
    contains(result.stdout, r"expectations: met at [345] of 6 points")
    equal(sojourn("sweep", model, *GRID, *SHORT, "--quiet").stdout, "")
    chosen = done("sweep", write("n.lua", MM1), *GRID, *SHORT, "--by", "api.utilization.mean")
    contains(chosen, r"utilization.mean \(%\)\n5 +1 +[\d.]+ ± [\d.]+\n")


@case("expectations that the engine cannot check are not said to be met")
def _():
    write("m.lua", MM1 + 'expect { ["web.latency.p99"] = "< 0.001" }\n')
    result = sojourn("sweep", "m.lua", "--solve", "--set", "api.capacity=20", "--vary", "web.arrivals.rate=5,6")
    equal(result.returncode, 0, result.stderr)
    contains(result.stdout, r"expectations: 1 of 1 not checked \(solve does not give it\)")
    equal(" met" in result.stdout, False, result.stdout)


@case("the same bytes for any number of threads")
def _():
    model = write("m.lua", MM1)
    for threads in ("1", "2", "5"):
        done("sweep", model, *GRID, *SHORT, "-o", threads + ".db", "--quiet", "--threads", threads)
    equal(everything("1.db"), everything("2.db"))
    equal(everything("1.db"), everything("5.db"))


@case("a sweep and single runs share what they find, and nothing is computed twice")
def _():
    model = write("m.lua", MM1)
    done("simulate", model, "--set", "web.arrivals.rate=6", "--set", "api.threads=2", *SHORT, "-o", "a.db", "--quiet")
    done("sweep", model, *GRID, *SHORT, "-o", "a.db", "--quiet")
    done("sweep", model, *GRID, *SHORT, "-o", "b.db", "--quiet")
    equal(everything("a.db"), everything("b.db"))
    contains(done("sweep", model, *GRID, *SHORT, "-o", "b.db"), "6 points, 6 of them kept from before\n")
    done("simulate", model, "--set", "web.arrivals.rate=7", "--set", "api.threads=1", *SHORT, "-o", "b.db", "--quiet")
    with sqlite3.connect("b.db") as database:
        count = lambda table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        equal([count(name) for name in ("results", "runs", "sweeps", "sweep_points", "sweep_values")], [6, 18, 1, 6, 12])
        equal(database.execute("SELECT path FROM sweep_axes ORDER BY axis").fetchall(),
              [("web.arrivals.rate",), ("api.threads",)])
        equal(database.execute("SELECT value FROM sweep_values WHERE point = 3 ORDER BY axis").fetchall(), [(6.0,), (2.0,)])
    # More runs: only the missing ones.
    done("sweep", model, *GRID, *SHORT[:4], "--runs", "4", "-o", "b.db", "--quiet")
    with sqlite3.connect("b.db") as database:
        equal(database.execute("SELECT count(*) FROM results").fetchone()[0], 6)
        equal(database.execute("SELECT count(*) FROM runs").fetchone()[0], 24)
    done("sweep", model, *GRID, *SHORT, "-o", "b.db", "--quiet", "--again")
    with sqlite3.connect("b.db") as database:
        equal(database.execute("SELECT count(*), max(attempt) FROM results").fetchone(), (12, 1))


@case("killed twenty times at random moments, a sweep ends with the file of one that was not disturbed")
def _():
    model = write("m.lua", MM1)
    command = ["sweep", model, "--vary", "web.arrivals.rate=5:9:0.25", "--vary", "api.service.rate=10,11", "--duration",
               "300", "--runs", "2", "--quiet"]
    done(*command, "-o", "whole.db")
    random.seed(8)
    killed = 0
    for _ in range(200):
        if killed == 20:
            break
        with subprocess.Popen([PROGRAM, *command, "-o", "k.db"], stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(timeout=random.uniform(0.005, 0.05))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
        if os.path.exists("k.db") and killed < 20 and killed % 5 == 4:  # it would be done too soon
            with sqlite3.connect("k.db") as database:
                equal(database.execute("pragma integrity_check").fetchall(), [("ok",)])
                equal(database.execute("pragma foreign_key_check").fetchall(), [])
                done_points = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'sweeps'").fetchone()[0] \
                    and database.execute("SELECT count(*) FROM sweep_points").fetchone()[0]
            if done_points == 34:
                os.remove("k.db")
    equal(killed, 20)
    done(*command, "-o", "k.db")
    equal(everything("k.db"), everything("whole.db"))
    with sqlite3.connect("k.db") as database:
        equal(database.execute("SELECT count(*), count(DISTINCT identity) FROM results").fetchone(), (34, 34))
        equal(database.execute("SELECT count(*), count(DISTINCT result) FROM sweep_points").fetchone(), (34, 34))
        equal(database.execute("SELECT count(*) FROM sweeps").fetchone()[0], 1)
        equal(database.execute("pragma foreign_key_check").fetchall(), [])


@case("interrupted by Ctrl-C it reports what is done and goes on from there")
def _():
    model = write("m.lua", MM1)
    command = [PROGRAM, "sweep", model, "--vary", "web.arrivals.rate=5:9:0.05", "--duration", "20000", "-o", "i.db"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(0.8)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    equal(process.returncode, 130)
    contains(err, r"sojourn: interrupted; \d+ of 81 points are done; the same command goes on from there\n$")
    before = int(re.search(r"(\d+) of 81", err)[1])
    assert 0 < before < 81, err
    contains(out, rf"m.lua: {before} points? of 81\n")
    with sqlite3.connect("i.db") as database:
        equal(database.execute("SELECT count(*) FROM sweep_points").fetchone()[0], before)
    # What is drawn is the sweep as far as it went, not the point that was being worked on.
    contains(done("plot", "i.db", "--list"), r"^sweep\.web\.latency\.mean ")
    done("plot", "i.db", "--html", "i.html")
    contains(pathlib.Path("i.html").read_text(encoding="utf-8"), f'\\["points","{before} of 81 that were asked for"\\]')


@case("of a sweep of one point its charts are those of that point")
def _():
    write("m.lua", MM1)
    done("sweep", "m.lua", "--vary", "web.arrivals.rate=5", "--runs", "2", "--duration", "50", "--quiet", "-o", "one.db",
         "--html", "one.html")
    contains(pathlib.Path("one.html").read_text(encoding="utf-8"), '"headline":"1 point of web.arrivals.rate"')
    contains(done("plot", "one.db", "--list"), r"^web\.latency ")


@case("solved: exact figures and words; a sample's indices, in the table, the document and the file")
def _():
    model = write("m.lua", MM1.replace("rate = 10 }", "rate = 10 }, capacity = 80"))
    table = done("sweep", model, "--solve", "--vary", "web.arrivals.rate=4,5,6")
    contains(table, r"m.lua: 3 points\nsolved\n")
    contains(table, r"\n4 +166.7 +stable .*\n5 +200.0? +stable .*\n6 +250.0? +stable ")
    sample = ["sweep", model, "--solve", "--sobol", "64", "--vary", "web.arrivals.rate=4:7", "--vary",
              "api.service.rate=10:11", "--by", "web.latency.mean", "-o", "s.db"]
    table = done(*sample)
    contains(table, r"256 points, a sample of 64 rows\n")
    contains(table, r"\nweb.latency.mean +first +95 % +total +95 %\n  web.arrivals.rate +0\.\d{3} +0\.\d{3} \.\.\. \d\.\d{3}  0\.\d{3} ")
    document = json.loads(done(*sample, "--json"))
    indices = document["sensitivity"]["web.latency.mean"]
    share = indices["web.arrivals.rate"]["first"]
    assert share["interval95"][0] < 0.88 < share["interval95"][1] and abs(share["value"] - 0.88) < 0.1, share
    with sqlite3.connect("s.db") as database:
        row = database.execute("SELECT value FROM figures JOIN sweeps ON figures.result = sweeps.indices WHERE metric ="
                               " 'web.latency.mean.sobol.first[web.arrivals.rate]'").fetchone()
        equal(row, (share["value"],))
    contains(done("show", "s.db"), r"web.latency.mean.sobol.total\[api.service.rate\]")
    first = done(*sample[:-2], "--csv", "-")
    equal(done(*sample[:-2], "--csv", "-"), first)
    assert done(*sample[:-2], "--csv", "-", "--scramble", "2") != first


@case("progress: points done, and the time left, on a terminal alone")
def _():
    model = write("m.lua", MM1)
    text = on_terminal("sweep", model, "--vary", "web.arrivals.rate=5:9:0.2", "--duration", "20000")
    contains(text, r"\d+/21 points \[#* *\] +\d+ %  .*left")
    assert text.endswith("\r\033[K"), text[-100:]


WRONG = [
    (["--vary", "web.arrivals.rate=5:9:0"], "--vary web.arrivals.rate=5:9:0: the step is 0"),
    (["--vary", "web.arrivals.rate=5:9:-1"], "the step leads away from the end"),
    (["--vary", "web.arrivals.rat=5:9:1"], "`web.arrivals.rat` does not exist; did you mean `web.arrivals.rate`?"),
    (["--vary", "wep.arrivals.rate=5:9:1"], "did you mean `web`?"),
    (["--vary", "web.arrivals.rate=5:9"], "a range without is for --sobol"),
    (["--vary", "web.arrivals.rate=0:9:*2"], "must be above 0"),
    (["--vary", "web.arrivals.rate=5,x"], "the model does not take the value x"),
    (["--vary", "web.arrivals.rate=0:1:1e-7"], "more than a hundred thousand values"),
    (["--vary", "web.arrivals.rate=1:1000:1", "--vary", "api.threads=1:1000:1"], "has 1000000 points"),
    (["--vary", "web.arrivals.rate=1,2", "--vary", "web.arrivals.rate=1,2"], "was given twice"),
    ([], "nothing varies"),
    (["--vary", "web.arrivals.rate=1,2", "--sobol", "1"], "--sobol 1: expected a whole number from 2"),
    (["--vary", "web.arrivals.rate=1,2", "--solve", "--runs", "3"], "are for --simulate"),
    (["--vary", "web.arrivals.rate=1,2", "--horizon", "3"], "are for --solve"),
    (["--vary", "web.arrivals.rate=1,2", "--solve", "--simulate"], "expected one of them"),
    (["--vary", "web.arrivals.rate=1,2", "--scramble", "3"], "--scramble needs --sobol N"),
    (["--vary", "web.arrivals.rate=1,2", "--by", "web.latency.p98"], "web.latency.p98"),
    (["--vary", "web.arrivals.rate=1,2", "--solve"], "an unbounded queue; give it a `capacity`"),
    (["--vari", "web.arrivals.rate=1,2"], "did you mean --vary?"),
]


@case("wrong commands: exit code 2 and what is wrong")
def _():
    model = write("m.lua", MM1)
    for options, message in WRONG:
        result = sojourn("sweep", model, *options)
        equal(result.returncode, 2, f"{options}: {result.stderr}")
        assert message in result.stderr, f"{message} is not in {result.stderr}"
        assert len(result.stderr.splitlines()) <= 3, result.stderr


sys.exit(run())
