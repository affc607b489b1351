"""One model, simulated and solved: sojourn compare --engines, sojourn solve --calibrate."""
import contextlib
import csv
import io
import json
import math
import sqlite3
import sys

from harness import case, contains, done, equal, run, sojourn, write

QUEUE = """run { duration = 4000, runs = 8 }
server "db" { threads = 2, service = erlang { k = 2, rate = 20 }, capacity = 6 }
client "web" { calls = "db", arrivals = poisson { rate = 18 } }
"""
STORM = """run { duration = 3000 }
server "db" { service = exponential { rate = 10 }, capacity = 49, orbit = 9 }
client "web" { calls = "db", arrivals = poisson { rate = 8.5 }, timeout = 2, retries = 3 }
fault { at = 1000, lasts = 50, set = { ["web.arrivals.rate"] = 90 } }
"""
SCENARIOS = """scenario("a", function() end)
scenario("b", function() end)
"""


@case("an exact chain agrees with the simulation in every figure")
def _():
    write("m.lua", QUEUE)
    document = json.loads(done("compare", "--engines", "m.lua", "--json"))
    engines = document["engines"]
    assert len(engines) >= 12, sorted(engines)
    for name in ("web.latency.mean", "db.in_system.mean", "db.full", "db.throughput"):
        one = engines[name]
        equal(one["difference"]["distinguishable"], False)
        # Five deviations; the half width of 8 runs is 2.365 of them.
        assert abs(one["simulate"]["value"] - one["solve"]["value"]) < 5 / 2.365 * one["simulate"]["ci95"], (name, one)
    contains(done("compare", "--engines", "m.lua"), r"All \d+ figures agree, as far as these runs can tell\.\n")


@case("what is not the same is seen: another service law in the simulation")
def _():
    # Approximated by its mean alone, since the chain with an orbit knows no other law.
    write("m.lua", STORM.replace("exponential { rate = 10 }", "lognormal { mean = 0.1, cv = 3 }")
          .replace("rate = 8.5", "rate = 5"))
    text = done("compare", "--engines", "m.lua", "--approximate")
    contains(text, r"db\.in_system\.mean +\S+ ± \S+ .*differs\n")
    contains(text, r"\d+ of \d+ figures differ by more than chance ")
    contains(text, r"solve --calibrate")
    assert max(map(len, text.splitlines())) <= 80


@case("faults are left out, rare things are said to be unseen, and the rows go into a CSV")
def _():
    write("m.lua", STORM.replace("rate = 8.5", "rate = 4"))
    text = done("compare", "--engines", "m.lua")
    contains(text, r"db\.full +0 +\S+e-\d+ +-100\.00 % +not seen\n")
    contains(text, r"note: faults are left out of both")
    contains(text, r"All \d+ figures agree, .*\n\d+ more were never seen in the simulation")
    assert any("faults are left out" in note for note in json.loads(done("compare", "--engines", "m.lua", "--json"))["notes"])
    rows = list(csv.DictReader(io.StringIO(done("compare", "--engines", "m.lua", "--csv", "-"))))
    row = next(row for row in rows if row["metric"] == "db.utilization.mean")
    equal(row["distinguishable"], "0")
    assert math.isclose(float(row["solved"]), 0.4, rel_tol=1e-3)


@case("one run tells nothing")
def _():
    write("m.lua", QUEUE)
    contains(done("compare", "--engines", "m.lua", "--runs", "1"), r"Nothing can be told from one run")


def kept(path):
    """(engine, runs) of each result of a file, by Python's own SQLite."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        return file.execute("SELECT engine, (SELECT count(*) FROM runs WHERE runs.result = results.id) FROM results "
                            "ORDER BY id").fetchall()


@case("-o keeps both results, each as its own command would, and does nothing twice")
def _():
    write("m.lua", QUEUE)
    text = done("compare", "--engines", "m.lua", "-o", "r.db")
    contains(text, r"\nKept in r\.db\n$")
    equal(text.replace("Kept in r.db\n", ""), done("compare", "--engines", "m.lua"))
    equal(kept("r.db"), [("solve", 1), ("simulate", 8)])
    for command in (("solve",), ("simulate",), ("compare", "--engines")):
        done(*command, "m.lua", "-o", "r.db", "--quiet")
        equal(kept("r.db"), [("solve", 1), ("simulate", 8)])
    done("compare", "--engines", "m.lua", "-o", "r.db", "--runs", "10", "--quiet")
    equal(kept("r.db"), [("solve", 1), ("simulate", 10)])
    done("compare", "--engines", "m.lua", "-o", "r.db", "--again", "--quiet", "--runs", "2")
    equal(kept("r.db"), [("solve", 1), ("simulate", 10), ("solve", 1), ("simulate", 2)])
    # With a fault neither is the result of the model as it is.
    write("s.lua", STORM.replace("rate = 8.5", "rate = 4"))
    done("compare", "--engines", "s.lua", "--runs", "2", "-o", "s.db", "--quiet")
    done("simulate", "s.lua", "--runs", "2", "-o", "s.db", "--quiet")
    equal(kept("s.db"), [("solve", 1), ("simulate", 2), ("simulate", 2)])


@case("what does not go with --engines")
def _():
    write("m.lua", QUEUE)
    for option, arguments in {"--by": ["db.full"], "--members": [], "--against": ["x"]}.items():
        got = sojourn("compare", "--engines", "m.lua", option, *arguments)
        equal((got.returncode, got.stderr), (2, f"sojourn: {option} does not go with --engines\n"))
    write("m.lua", SCENARIOS + QUEUE)
    got = sojourn("compare", "--engines", "m.lua")
    equal(got.returncode, 2)
    contains(got.stderr, r'--scenario "b"')
    contains(done("compare", "--engines", "m.lua", "--scenario", "a"), r'm\.lua, scenario "a": 8 runs simulated')


@case("a calibrated chain is nearer to the simulation than the model's, and the report is of it")
def _():
    write("m.lua", STORM)
    document = json.loads(done("solve", "m.lua", "--calibrate", "--json"))
    fit = document["calibration"]
    assert fit["misfit"] < 0.7 * fit["misfit_before"], fit
    assert 0 <= fit["alpha"] <= 1 and 0.5 < fit["arrival_factor"] < 2 and not fit["at_bound"]
    figures = fit["figures"]
    solved = document["metrics"]["db.hitting.empty_to_high.mean"]["value"]
    assert math.isclose(figures["empty_to_high"]["after"], solved, rel_tol=1e-9)
    plain = json.loads(done("solve", "m.lua", "--json"))["metrics"]["db.hitting.empty_to_high.mean"]["value"]
    assert math.isclose(figures["empty_to_high"]["before"], plain, rel_tol=1e-9)
    equal(json.loads(done("solve", "m.lua", "--calibrate", "--json"))["calibration"], fit)
    contains(done("solve", "m.lua", "--calibrate"), r"^Calibrated by a simulation \(\d+ chains tried\)\n")


@case("what no figure speaks of stays as the model has it")
def _():
    write("m.lua", STORM.replace("rate = 8.5", "rate = 2"))
    fit = json.loads(done("solve", "m.lua", "--calibrate", "--json"))["calibration"]
    equal(list(fit["figures"]), ["low.in_system.mean"])
    contains(done("solve", "m.lua", "--calibrate"), r"note: the simulation never came into the high regime")
    assert abs(fit["alpha"] - 0.25) < 0.01 and abs(fit["timeout_factor"] - 1) < 0.01, fit


@case("what cannot be calibrated")
def _():
    write("m.lua", QUEUE)
    got = sojourn("solve", "m.lua", "--calibrate")
    equal(got.returncode, 2)
    contains(got.stderr, r"only the chain of one server with timeouts and retries can be calibrated")
    got = sojourn("solve", "m.lua", "--calibrate", "-o", "r.db")
    equal((got.returncode, got.stderr),
          (2, "sojourn: -o does not go with --calibrate: what it finds depends on a simulation\n"))


sys.exit(run())
