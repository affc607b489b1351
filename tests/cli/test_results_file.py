"""Results files: what is there is not computed again, interrupted work goes on, a kill at any instant loses no finished
run, and files that are not results files are refused with a message."""
import contextlib
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import time

from harness import MM1, PROGRAM, Skip, case, contains, done, equal, run, sojourn, write

RUNS = 60
COMMAND = ["m.lua", "--duration", "20000", "--runs", str(RUNS), "--threads", "2"]


def start(*arguments):
    return subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL, text=True,  # pylint: disable=R1732
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def runs_in(file):
    """How many runs of m.lua a results file holds, as the program tells; 0 while another process makes it."""
    result = sojourn("show", file, "--json")
    if "holds no results" in result.stderr:
        return 0
    equal((result.returncode, result.stderr), (0, ""))
    results = json.loads(result.stdout)["results"]
    return sum(len(result["metrics"]["web.latency.mean"]["runs"]) for result in results)


def undisturbed():
    """The CSV of the same command, never interrupted."""
    write("m.lua", MM1)
    done("simulate", *COMMAND, "--quiet", "-o", "undisturbed.db")
    return done("show", "undisturbed.db", "--csv", "-")


@case("what is there is not computed again; --runs adds, --again asks for a new result")
def _():
    write("m.lua", MM1)
    short = ["simulate", "m.lua", "--duration", "500", "--json", "-o", "r.db"]
    first = json.loads(done(*short, "--runs", "3"))
    again = json.loads(done(*short, "--runs", "3"))
    more = json.loads(done(*short, "--runs", "5"))
    equal(again["metrics"], first["metrics"])
    equal(again["events"], first["events"])
    equal(more["metrics"]["web.latency.p99"]["runs"][:3], first["metrics"]["web.latency.p99"]["runs"])
    equal(more["metrics"], json.loads(done(*short[:-2], "--runs", "5"))["metrics"])
    equal(runs_in("r.db"), 5)
    fewer = json.loads(done(*short, "--runs", "2"))
    equal(fewer["metrics"]["web.latency.p99"]["runs"], first["metrics"]["web.latency.p99"]["runs"][:2])
    equal(len(json.loads(done("show", "r.db", "--json"))["results"]), 1)
    done(*short, "--runs", "3", "--again")
    equal(len(json.loads(done("show", "r.db", "--json"))["results"]), 2)
    done(*short, "--runs", "3", "--seed", "2")
    done(*short, "--runs", "3", "--set", "web.arrivals.rate=9")
    equal(len(json.loads(done("show", "r.db", "--json"))["results"]), 4)


@case("show: tables, JSON and CSV of a results file")
def _():
    write("m.lua", MM1)
    document = json.loads(done("simulate", "m.lua", "--duration", "500", "--json", "-o", "r.db"))
    contains(done("show", "r.db"), "(?s)m.lua.*web.*latency")
    shown = json.loads(done("show", "r.db", "--json"))
    equal(shown["results"][0]["metrics"], document["metrics"])
    text = done("show", "r.db", "--csv", "-")
    done("show", "r.db", "--csv", "copy.csv")
    equal(pathlib.Path("copy.csv").read_text(encoding="utf-8"), text)
    p99 = [line for line in text.splitlines() if ",web.latency.p99," in line]
    equal(len(p99), 8)
    result = sojourn("show", "r.db", "--set", "a=1")
    equal((result.returncode, result.stderr),
          (2, "sojourn: --set, --scenario and --data are for models, and r.db is a results file\n"))


def interrupted(number, least):
    """Starts the command, and sends the signal once the file holds `least` runs."""
    process = start("simulate", *COMMAND, "-o", "r.db")
    patience = time.monotonic() + 60
    while (not os.path.exists("r.db") or os.path.getsize("r.db") == 0 or runs_in("r.db") < least) and \
            time.monotonic() < patience:
        time.sleep(0.01)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    if process.returncode == 0:
        raise AssertionError("the command was done before the signal: make it longer")
    equal(process.returncode, 130, err)
    contains(err, "the same command goes on from there\n")


@case("interrupted twice and given again: the same file as undisturbed")
def _():
    wanted = undisturbed()
    interrupted(signal.SIGINT, 1)
    before = runs_in("r.db")
    interrupted(signal.SIGTERM, before + 1)
    assert before < runs_in("r.db") < RUNS, (before, runs_in("r.db"))
    done("simulate", *COMMAND, "--quiet", "-o", "r.db")
    equal(done("show", "r.db", "--csv", "-"), wanted)


@case("killed at random instants: the file opens and holds the finished runs; given again it becomes the same file")
def _():
    wanted = undisturbed().splitlines()
    dice = random.Random(7)
    before = kills = 0
    while kills < 12:
        process = start("simulate", *COMMAND, "--quiet", "-o", "r.db")
        time.sleep(dice.uniform(0.005, 0.25))
        process.kill()
        process.communicate()
        kills += 1
        if process.returncode == 0:
            break
        if not os.path.exists("r.db") or os.path.getsize("r.db") == 0:
            continue
        with contextlib.closing(sqlite3.connect("r.db")) as database:
            equal(database.execute("pragma integrity_check").fetchall(), [("ok",)])
            if not database.execute("SELECT 1 FROM sqlite_schema").fetchall():
                equal(before, 0)  # killed before the tables were there
                continue
            equal(database.execute("pragma foreign_key_check").fetchall(), [])
        rows = done("show", "r.db", "--csv", "-").splitlines()
        missing = set(rows) - set(wanted)
        equal(missing, set())  # each run is there wholly, with the figures of the undisturbed one
        count = runs_in("r.db")
        assert count >= before, (count, before)
        before = count
    done("simulate", *COMMAND, "--quiet", "-o", "r.db")
    equal(done("show", "r.db", "--csv", "-").splitlines(), wanted)


@case("four at once on one file: the same file as one after the other")
def _():
    wanted = undisturbed()
    all_of_them = [start("simulate", *COMMAND, "--quiet", "-o", "r.db") for _ in range(4)]
    for process in all_of_them:
        _, err = process.communicate(timeout=120)
        equal((process.returncode, err), (0, ""))
    equal(done("show", "r.db", "--csv", "-"), wanted)


def refused(file, message, *, code=3, show=True, simulate=True):
    """Both commands refuse the file with this message, and leave it as it is."""
    write("m.lua", MM1)
    before = pathlib.Path(file).read_bytes() if os.path.isfile(file) else None
    if simulate:
        result = sojourn("simulate", "m.lua", "--duration", "100", "-o", file)
        equal((result.returncode, result.stdout, result.stderr), (code, "", f"sojourn: {message}\n"))
    if show:
        result = sojourn("show", file)
        equal((result.returncode, result.stdout, result.stderr), (code, "", f"sojourn: {message}\n"))
    if before is not None:
        equal(pathlib.Path(file).read_bytes(), before)


@case("not there")
def _():
    refused("r.db", "r.db: No such file or directory", simulate=False)


@case("in a folder that is not there")
def _():
    refused("nowhere/r.db", "nowhere/r.db: No such file or directory", simulate=False)
    refused("nowhere/r.db", "nowhere/r.db: cannot be made: No such file or directory", show=False)


@case("a folder")
def _():
    os.mkdir("r.db")
    refused("r.db", "r.db: is a folder, not a results file")


@case("a text file")
def _():
    write("r.db", "metric,value\nweb.latency.mean,0.5\n" * 50)
    refused("r.db", "r.db: not a results file (it is not a SQLite database)")


@case("another program's database")
def _():
    with contextlib.closing(sqlite3.connect("r.db")) as database, database:
        database.execute("create table songs (title text)")
    refused("r.db", "r.db: a SQLite database, but not a results file")


@case("cut off in the middle")
def _():
    write("m.lua", MM1)
    done("simulate", "m.lua", "--duration", "500", "--quiet", "-o", "whole.db")
    write("r.db", pathlib.Path("whole.db").read_bytes()[:6000])
    refused("r.db", "r.db: the results file is damaged")


@case("overwritten in the middle")
def _():
    write("m.lua", MM1)
    done("simulate", "m.lua", "--duration", "500", "--quiet", "-o", "whole.db")
    content = bytearray(pathlib.Path("whole.db").read_bytes())
    content[4096:-4096] = bytes(len(content) - 8192)
    write("r.db", bytes(content))
    refused("r.db", "r.db: the results file is damaged")


@case("may not be read")
def _():
    write("m.lua", MM1)
    done("simulate", "m.lua", "--duration", "500", "--quiet", "-o", "r.db")
    os.chmod("r.db", 0)
    os.chmod(".", 0o755)
    anybody = 65534
    result = sojourn("show", "r.db", preexec_fn=lambda: os.geteuid() == 0 and os.setuid(anybody))
    equal((result.returncode, result.stdout, result.stderr),
          (3, "", "sojourn: r.db: cannot be opened: Permission denied\n"))


@case("a full disk: what was finished before is kept")
def _():
    os.mkdir("disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", "disk"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        raise Skip("needs a file system of its own, which only root may mount")
    try:
        write("m.lua", MM1)
        result = sojourn("simulate", "m.lua", "--duration", "2000", "--runs", "200", "-o", "disk/r.db")
        equal((result.returncode, result.stdout, result.stderr),
              (3, "", "sojourn: disk/r.db: no space left on the disk; the runs stored before are safe\n"))
        assert runs_in("disk/r.db") > 0
        result = sojourn("simulate", "m.lua", "--duration", "2000", "--csv", "disk/r.csv")
        equal((result.returncode, result.stdout, result.stderr),
              (3, "", "sojourn: the csv file cannot be written: No space left on device\n"))
    finally:
        subprocess.run(["umount", "disk"], check=True)


sys.exit(run())
