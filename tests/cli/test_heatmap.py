"""Heat maps of latency over time: what a results file keeps, read by Python's sqlite3, against the rows of --csv, theory
and other ways to the same runs."""
import collections
import contextlib
import csv
import math
import shutil
import sqlite3
import subprocess
import sys
import time

from harness import MM1, PROGRAM, SOURCE, case, contains, done, equal, run, write

# Two clients of one server, one of which gives up and tries again, and some are refused: no short way anywhere.
RETRIES = """server "api" { service = exponential { rate = 10 }, threads = 2, capacity = 12 }
client "web" { calls = "api", arrivals = poisson { rate = 14 }, timeout = 0.5, retries = 2, backoff = exponential_backoff { base = 0.1 } }
client "other" { calls = "api", arrivals = poisson { rate = 4 } }
fault { at = 90, lasts = 10, slow = "api", by = 3 }
"""


def ask(file, sql, *arguments):
    with contextlib.closing(sqlite3.connect(file)) as database:
        return database.execute(sql, arguments).fetchall()


def cells(file):
    """{(run, series, column's start): {(low, high): count}}"""
    found = collections.defaultdict(dict)
    for number, series, start, low, high, count in ask(
            file, "SELECT run, series, time_start, value_low, value_high, count FROM heatmap_cells"):
        found[number, series, start][low, high] = count
    return found


def stored(file):
    """All that is stored, whatever the numbers of the rows."""
    return ask(file, "SELECT number, name, cell, hex(bytes) FROM heatmap_columns JOIN runs ON runs.id = run JOIN series ON"
               " series.id = series ORDER BY 1, 2, 3")


def over_runs(file, series):
    """{column's start: {(low, high): count}} of all runs."""
    found = collections.defaultdict(collections.Counter)
    for (_, name, start), column in cells(file).items():
        if name == series:
            found[start].update(column)
    return found


def quantile(column, p):
    """By linear interpolation inside a cell."""
    rank, below = p * sum(column.values()), 0
    for (low, high), count in sorted(column.items()):
        if below + count >= rank:
            return low + (high - low) * (rank - below) / count
        below += count
    return math.nan


def sixteenth(value):
    """The bounds of the sixteenth of an octave that the value lies in."""
    fraction, exponent = math.frexp(value)
    part = math.floor(32 * fraction)
    return math.ldexp(part, exponent - 5), math.ldexp(part + 1, exponent - 5)


def binned(rows, column, end):
    """The same as cells(), of the rows of --csv."""
    found = collections.defaultdict(collections.Counter)
    for row in csv.DictReader(rows.splitlines()):
        latency, answer = float(row["latency"]), float(row["arrival"]) + float(row["latency"])
        if row["outcome"] == "ok" and answer < end:
            start = column * math.floor(answer / column)
            found[int(row["run"]), f"{row['client']}.latency", start][sixteenth(latency)] += 1
    return found


@case("what is kept is what the rows of --csv say")
def _():
    for name, model, duration in (("mm1", MM1, 200), ("retries", RETRIES, 200)):
        write("m.lua", model)
        rows = done("simulate", "m.lua", "--duration", duration, "--warmup", 0, "--runs", 3, "--quiet", "--csv", "-",
                    "-o", f"{name}.db")
        wanted, got = binned(rows, duration / 100, duration), cells(f"{name}.db")
        assert len(wanted) >= 280, len(wanted)
        equal({key: dict(value) for key, value in wanted.items()}, dict(got), name)


@case("what was answered in a column is what the time series count there, also of what came in the warm-up")
def _():
    write("m.lua", RETRIES)
    done("simulate", "m.lua", "--duration", 200, "--warmup", 50, "--runs", 3, "--quiet", "-o", "r.db")
    counts = {key: sum(column.values()) for key, column in cells("r.db").items()}
    answered = collections.Counter()
    for number, series, at, rate in ask("r.db", "SELECT run, series, time, value FROM series_points WHERE series LIKE '%goodput'"):
        answered[number, series.replace("goodput", "latency"), 2.0 * math.floor(at / 2 + 1e-9)] += round(rate * 0.2)
    equal(counts, {key: count for key, count in answered.items() if count > 0})
    assert sum(count for (_, _, start), count in counts.items() if start < 50) > 1000


@case("M/M/1: every column has the median of theory, ln 2 / (mu - lambda), and its 99th percentile")
def _():
    write("m.lua", MM1)
    done("simulate", "m.lua", "--set", "web.arrivals.rate=5", "--duration", 200000, "--runs", 4, "--quiet", "-o", "r.db")
    columns = over_runs("r.db", "web.latency")
    equal(sorted(columns), [2000.0 * k for k in range(100)])
    for start, column in columns.items():
        assert abs(quantile(column, 0.5) / (math.log(2) / 5) - 1) < 0.1, (start, quantile(column, 0.5))
        assert abs(quantile(column, 0.99) / (math.log(100) / 5) - 1) < 0.25, (start, quantile(column, 0.99))
    # 10^6 requests each, some 30 kB of bytes and rows.
    sizes = ask("r.db", "SELECT sum(length(bytes) + 12), count(*) FROM heatmap_columns GROUP BY run")
    assert len(sizes) == 4 and all(size < 33000 and rows == 100 for size, rows in sizes), sizes


@case("a retry storm: nothing is answered any more after the fault, and with more patience slow answers come and go")
def _():
    model = SOURCE / "models" / "retry-storm.lua"
    command = ["simulate", model, "--set", "client.arrivals.rate=6", "--quiet", "-o"]
    done(*command, "storm.db")
    columns = over_runs("storm.db", "client.latency")
    before, after = [[sum(c.values()) for start, c in columns.items() if low <= start < high]
                     for low, high in ((0, 4500), (4700, 10000))]
    assert len(before) == 45 and min(before) > 8 * 500, before  # 600 in each of 8 runs
    assert sum(after) < sum(before) / 1000, after
    done(*command, "patient.db", "--set", "client.timeout=12")
    columns = over_runs("patient.db", "client.latency")
    medians = {start: quantile(column, 0.5) for start, column in columns.items()}
    assert all(median < 0.4 for start, median in medians.items() if start < 4500 or start >= 5000), medians
    assert 5 < medians[4500] < 12, medians[4500]


@case("the same by one thread, by four, in two commands, and after being killed")
def _():
    write("m.lua", RETRIES)
    command = ["simulate", "m.lua", "--duration", "3000", "--quiet", "--runs"]
    done(*command, "12", "--threads", "1", "-o", "one.db")
    wanted = stored("one.db")
    equal(len({number for number, *_ in wanted}), 12)
    done(*command, "12", "--threads", "4", "-o", "four.db")
    equal(stored("four.db"), wanted)
    done(*command, "5", "-o", "two.db")
    done(*command, "12", "-o", "two.db")
    equal(stored("two.db"), wanted)
    for patience in (0.05, 0.1, 0.15, 0.2):
        process = subprocess.Popen([PROGRAM, *command, "12", "--threads", "2", "-o", "killed.db"])  # pylint: disable=R1732
        time.sleep(patience)
        process.kill()
        process.communicate()
    done(*command, "12", "-o", "killed.db")
    equal(stored("killed.db"), wanted)


@case("a file of an earlier version: no heat map is listed, and its runs are not computed again")
def _():
    write("m.lua", MM1)
    command = ["simulate", "m.lua", "--duration", 1000, "--quiet", "-o", "r.db", "--runs"]
    done(*command, 5)
    contains(done("plot", "r.db", "--list"), "web.latency-map ")
    with contextlib.closing(sqlite3.connect("r.db")) as database:
        database.executescript("DROP VIEW heatmap_cells; DROP TABLE heatmap_columns")
    shown = done("show", "r.db", "--csv", "-")
    listed = done("plot", "r.db", "--list")
    equal(("web.latency-map" in listed, "web.latency-spread" in listed), (False, True))
    shutil.copy("r.db", "old.db")
    done(*command, 5)
    equal(done("show", "r.db", "--csv", "-"), shown)
    done(*command, 7)
    equal({number for number, *_ in cells("r.db")}, {5, 6})
    contains(done("plot", "r.db", "--list"), "web.latency-map ")


@case("a sweep keeps none, but with --series those of each point")
def _():
    write("m.lua", RETRIES)
    command = ["sweep", "m.lua", "--vary", "web.arrivals.rate=14", "--duration", 500, "--runs", 3, "--quiet", "-o"]
    done(*command, "s.db")
    equal(stored("s.db"), [])
    done(*command, "series.db", "--series", "--threads", 2)
    done("simulate", "m.lua", "--duration", 500, "--runs", 3, "--quiet", "-o", "m.db")
    equal(stored("series.db"), stored("m.db"))
    equal(len({number for number, *_ in stored("m.db")}), 3)


sys.exit(run())
