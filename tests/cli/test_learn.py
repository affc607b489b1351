"""sojourn learn: data, models and results files, what is printed and kept, what is refused, signals."""
import csv
import io
import json
import math
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

from harness import PROGRAM, case, check, contains, done, equal, on_terminal, run, sojourn, write

QUEUE = """server "q" { service = exponential { rate = 1 }, capacity = 10 }
client "c" { calls = "q", arrivals = poisson { rate = 0.5 } }
run { duration = 300, runs = 400 }
fault { at = 100, lasts = 20, scale = { ["c.arrivals.rate"] = 6 } }
"""
TWO = """server "front" { service = exponential { rate = 2 }, capacity = 20, forward = { "back" } }
server "back" { service = exponential { rate = 1.5 }, capacity = 10 }
server "spare" { service = exponential { rate = 1 } }
client "c" { calls = "front", arrivals = poisson { rate = 0.7 } }
client "rare" { calls = "spare", arrivals = poisson { rate = 1e-9 } }
run { duration = 300, runs = 100 }
fault { at = 100, lasts = 20, scale = { ["c.arrivals.rate"] = 6 } }
"""
SMALL = ["--widths", "8", "--latent", "3", "--rate", "3e-3"]


def damped(name="m.csv", runs=4, length=60):
    """A damped oscillation, x(t) = a exp(-t / 10) cos(t / 2 + phase) and its quadrature; one run each phase."""
    text = "run,time,x,y\n"
    for r in range(runs):
        for i in range(length):
            t = 0.25 * i
            decay = (1 + 0.3 * r) * math.exp(-t / 10)
            text += f"{r},{t},{decay * math.cos(t / 2 + 1.3 * r)!r},{decay * math.sin(t / 2 + 1.3 * r)!r}\n"
    return write(name, text)


def learn(*arguments):
    return json.loads(done("learn", *arguments, "--json"))


def value(document, name):
    return document["metrics"][name]["value"]


@case("a known system from CSV: eigenvalue, time constant, errors, settling times, series")
def _():
    document = learn(damped(), "--run-column", "run", "--method", "edmd", "--delays", "0")
    equal((document["command"], document["model"], document["partial"], document["runs"]), ("learn", "m.csv", False, 1))
    modulus, angle = math.exp(-0.025), 0.125
    assert math.isclose(value(document, "spectrum[0].re"), modulus * math.cos(angle), rel_tol=1e-6)
    assert math.isclose(value(document, "spectrum[0].im"), modulus * math.sin(angle), rel_tol=1e-6)
    assert math.isclose(value(document, "time_constant[0]"), 10, rel_tol=1e-5)
    assert value(document, "error.train") < 1e-6 and value(document, "error.test") < 1e-6
    equal((value(document, "trajectories.train"), value(document, "trajectories.test")), (3, 1))
    assert value(document, "settling[0.01].mean") > value(document, "settling[1].mean") > 0
    series = document["series"]["trajectory[3].x.predicted"]
    equal((series["start"], series["step"], len(series["values"])), (0, 0.25, 60))
    assert "trajectory[0].latent[1]" in document["series"]


@case("the table is at most 80 columns wide and has what JSON has")
def _():
    table = done("learn", damped(), "--run-column", "run", "--method", "edmd", "--delays", "0")
    contains(table, r"(?m)^  0 +0\.96770 +±0\.12160 +10\.000 +12\.57$")
    contains(table, r"(?m)^  learned from +3 +180 ")
    contains(table, "held out")
    assert max(map(len, table.splitlines())) <= 80, table


@case("several files are runs; a gzip file is one too")
def _():
    import gzip
    for name, phase in (("a.csv", 0), ("b.csv.gz", 1)):
        text = "time,x\n" + "".join(f"{t},{2.0 ** -t + phase!r}\n" for t in range(20))
        write(name, gzip.compress(text.encode()) if name.endswith("gz") else text)
    document = learn("a.csv", "b.csv.gz", "--method", "edmd", "--delays", "1", "--test-share", "0")
    equal(value(document, "trajectories.train"), 2)
    contains(document["notes"][0], r"0 a\.csv, 1 b\.csv\.gz")


@case("the autoencoder: same bytes for any number of threads, other seeds give others; progress of training is told")
def _():
    damped()
    command = ["learn", "m.csv", "--run-column", "run", "--epochs", "60", *SMALL]
    documents = []
    for extra in (["--threads", "1"], ["--threads", "2"], ["--threads", "5"], ["--seed", "2"]):
        document = json.loads(done(*command, *extra, "--json"))
        del document["wall_seconds"]
        documents.append(document)
    equal(documents[1], documents[0])
    equal(documents[2], documents[0])
    assert documents[3]["metrics"] != documents[0]["metrics"]
    assert value(documents[0], "training.loss") < value(documents[0], "training.first_loss")
    equal(value(documents[0], "training.epochs"), 60)


@case("a model: simulated, split at the fault, held-out runs, exact figures beside; a results file gives the same")
def _():
    write("q.lua", QUEUE)
    common = ["--method", "edmd", "--features", "q.in_system"]
    document = learn("q.lua", "--step", "0.5", *common)
    equal((value(document, "trajectories.train"), value(document, "trajectories.test")), (2, 2))
    equal((value(document, "states.train")), 200 + 361)
    contains(" ".join(document["notes"]), r"0 before the fault, 1 after the fault, 2 before the fault \(held out\)")
    assert math.isclose(value(document, "relaxation_time"), 6.989486651898902, rel_tol=1e-6)
    # Of 400 runs, 300 are learned from: the chance in them moves a crossing by some steps.
    exact = value(document, "trajectory[1].q.in_system.settling[1].exact")
    for kind in ("recorded", "predicted"):
        assert abs(value(document, f"trajectory[1].q.in_system.settling[1].{kind}") - exact) <= 4, kind
    done("simulate", "q.lua", "--warmup", "0", "-o", "q.db", "--quiet")
    # The results file says what the model is, though that is gone: it is solved too.
    without = learn("q.lua", "--no-solve", *common)
    fresh = learn("q.lua", *common)
    os.remove("q.lua")
    equal(learn("q.db", *common)["metrics"], fresh["metrics"])
    equal(learn("q.db", "--no-solve", *common)["metrics"], without["metrics"])
    assert "relaxation_time" in fresh["metrics"] and "relaxation_time" not in without["metrics"]


@case("what is wrong from the beginning to the end is no fault that splits a run")
def _():
    write("q.lua", QUEUE + 'fault { at = 0, fail = "q", ratio = 0.01 }\n')
    document = learn("q.lua", "--method", "edmd", "--features", "q.in_system", "--no-solve", "--runs", "8")
    equal((value(document, "trajectories.train"), value(document, "trajectories.test")), (2, 2))
    contains(" ".join(document["notes"]), r"0 before the fault, 1 after the fault, 2 before the fault \(held out\)")


@case("a results file whose model is more than it says: no exact figures, and why")
def _():
    write("times.csv", "a\n" + "".join(f"{0.5 + i % 7}\n" for i in range(70)))
    write("q.lua", QUEUE.replace("exponential { rate = 1 }", 'empirical { file = "times.csv", column = "a" }'))
    done("simulate", "q.lua", "--runs", "20", "--warmup", "0", "-o", "q.db", "--quiet")
    document = learn("q.db", "--method", "edmd")
    contains(" ".join(document["notes"]), r"no exact figures beside the learned ones: q\.lua: the model cannot be made "
             "again from the results")


@case("several servers are learned each by itself: its level and its sojourn time, figures by its name")
def _():
    write("two.lua", TWO)
    common = ["--method", "edmd", "--step", "1"]
    both = learn("two.lua", *common)
    for server in ("front", "back"):
        one = learn("two.lua", *common, "--server", server)
        for name, figure in one["metrics"].items():
            plain = name.startswith(("trajectory[", server)) or name.startswith(("relaxation", "mixing"))
            equal(both["metrics"][name if plain else f"{server}.{name}"], figure, name)
        for name, series in one["series"].items():
            equal(both["series"][name.replace("latent", f"{server}.latent")], series, name)
        assert f"trajectory[1].{server}.sojourn.settling[1].recorded" in one["metrics"]
        named = learn("two.lua", *common, "--features", f"{server}.in_system,{server}.sojourn")
        equal(named["metrics"], one["metrics"])
    assert "spectrum[0].re" not in both["metrics"] and "back.spectrum[0].re" in both["metrics"]
    contains(" ".join(both["notes"]), r"spare is left out: spare\.\w+ (never changes|is not known early on)")
    rows = list(csv.DictReader(io.StringIO(done("learn", "two.lua", *common, "--csv", "-"))))
    equal((rows[0]["trajectory"], rows[0]["time"]), ("0", "0"))
    for name in ("front.in_system.recorded", "back.sojourn.predicted", "back.latent[1]"):
        values = [v for v in both["series"][f"trajectory[1].{name}"]["values"] if v is not None]
        equal([float(row[name]) for row in rows if row["trajectory"] == "1" and row[name]], values)
    table = done("learn", "two.lua", *common)
    contains(table, r"(?m)^  server +error +held out +time constant")
    contains(table, r"(?m)^  back +0\.\d+ +0\.\d+ ")
    contains(table, r"(?m)^  1 back\.sojourn recorded ")
    assert max(map(len, table.splitlines())) <= 80, table


@case("--together: all servers and clients in one, as one latent state")
def _():
    write("two.lua", TWO.replace('server "spare"', '-- server "spare"').replace('client "rare"', '-- client "rare"'))
    document = learn("two.lua", "--method", "edmd", "--step", "1", "--together", "--delays", "0", "--no-solve")
    equal(sorted(name[:-5] for name in document["metrics"] if name.endswith(".rest")),
          ["back.in_system", "c.latency", "front.in_system"])
    assert "spectrum[2].re" in document["metrics"] and "spectrum[3].re" not in document["metrics"]


@case("the transient of a simulated M/M/1/10 at load 0.5: the time constant within 10 % of 6.99 service times")
def _():
    write("q.lua", """server "q" { service = exponential { rate = 1 }, capacity = 10 }
client "c" { calls = "q", arrivals = poisson { rate = 0.5 } }
run { duration = 160, runs = 3000 }
fault { at = 80, lasts = 20, scale = { ["c.arrivals.rate"] = 12 } }
""")
    for seed in ("1", "2"):
        document = learn("q.lua", "--method", "edmd", "--features", "q.in_system,q.waiting", "--step", "2", "--delays",
                         "0", "--no-solve", "--seed", seed)
        found = value(document, "time_constant[0]")
        assert abs(found / 6.989486651898902 - 1) < 0.1, found


@case("a model file: saved, and used to predict; other features and steps in the data do not matter")
def _():
    damped()
    first = learn("m.csv", "--run-column", "run", "--epochs", "40", *SMALL, "--save", "x.model")
    again = learn("m.csv", "--run-column", "run", "--predict", "x.model")
    equal(value(again, "spectrum[0].re"), value(first, "spectrum[0].re"))
    equal(value(again, "trajectories.train"), 0)
    write("now.csv", "time,other,y,x\n0,7,0.1,0.9\n")
    rows = list(csv.DictReader(io.StringIO(done("learn", "now.csv", "--predict", "x.model", "--horizon", "5",
                                                 "--csv", "-"))))
    equal(len(rows), 21)
    equal((rows[20]["time"], rows[20]["x.recorded"], rows[0]["x.recorded"]), ("5", "", "0.9"))
    assert all(math.isfinite(float(row["y.predicted"])) for row in rows)
    equal(sorted(os.listdir()), ["m.csv", "now.csv", "x.model"])


@case("what is in the results file is not learned again; --again does; show prints it")
def _():
    damped()
    command = ["learn", "m.csv", "--run-column", "run", "--epochs", "30", *SMALL, "-o", "r.db"]
    first = done(*command)
    contains(first, "Kept in r.db")
    started = time.monotonic()
    equal(done(*command), first)
    equal(time.monotonic() - started < 5, True)
    count = "SELECT count(*) FROM results"
    equal(sqlite3.connect("r.db").execute(count).fetchone(), (1,))
    done(*command, "--again")
    done(*command[:-2], "-o", "r.db", "--seed", "9")
    equal(sqlite3.connect("r.db").execute(count).fetchone(), (3,))
    contains(done("show", "r.db"), "modes of one step of 0.25 s")
    rows = sqlite3.connect("r.db").execute("SELECT value FROM figures WHERE metric = 'time_constant[0]'").fetchall()
    equal(len(rows), 3)


@case("expectations about what learning gives are checked; the others are not")
def _():
    write("q.lua", QUEUE + 'expect { ["settling[0.1].mean"] = "< 1", ["c.latency.p99"] = "< 1" }')
    result = sojourn("learn", "q.lua", "--method", "edmd")
    equal(result.returncode, 1)
    contains(result.stdout, r"expectation not met: settling\[0\.1\]\.mean < 1 \(it is ")
    contains(result.stdout, r"expectation not checked: c\.latency\.p99 < 1 \(learn does not give it\)")


@case("SIGINT: the best so far is reported, saved and kept, marked partial")
def _():
    damped(length=400)
    with subprocess.Popen([PROGRAM, "learn", "m.csv", "--run-column", "run", "--epochs", "100000000", "--patience", "0",
                           "--json", "--save", "x.model", "-o", "r.db"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    equal(process.returncode, 130)
    equal(err, "sojourn: interrupted; what was learned so far is reported\n")
    document = json.loads(out)
    equal(document["partial"], True)
    assert value(document, "training.epochs") > 0
    contains(" ".join(document["notes"]), "training was interrupted after epoch")
    learn("m.csv", "--run-column", "run", "--predict", "x.model")
    equal(sqlite3.connect("r.db").execute("SELECT count(*) FROM runs").fetchone(), (1,))


@case("a bar with the loss and the time left where that is a terminal")
def _():
    damped(length=200)
    text = on_terminal("learn", "m.csv", "--run-column", "run", "--epochs", "150", "--patience", "0")
    contains(text, r"\d+/150 epochs \[#* *\] +\d+ %  .*left  loss \d")


@case("diverging training is told")
def _():
    document = learn(damped(), "--run-column", "run", "--epochs", "60", "--rate", "50", *SMALL[:4])
    assert value(document, "training.halvings") > 0
    contains(" ".join(document["notes"]), r"training diverged \d+ times? and went on from the best with half the step")


def wrong(arguments, message, code=2):
    damped()
    write("q.lua", QUEUE)
    write("two.lua", TWO)
    write("bad.csv", "time,a\n0,1\n1,two\n")
    write("flat.csv", "time,a\n" + "".join(f"{t},3\n" for t in range(50)))
    write("few.csv", "time,a\n" + "".join(f"{t},{t}\n" for t in range(10)))
    write("future.model", "sojourn-learned 7\n{}\n" + "x" * 40)
    write("damaged.model", "sojourn-learned 1\n{}\n" + "x" * 40)
    result = sojourn("learn", *arguments)
    equal((result.returncode, result.stdout, result.stderr), (code, "", f"sojourn: {message}\n"))


for case_arguments, case_message in [
        (["bad.csv"], "bad.csv:3: `a` is `two`, expected a number"),
        (["flat.csv"], "flat.csv: `a` is constant (3 in all 50 samples): nothing to learn from it, leave it out "
                       "(--features)"),
        (["few.csv"], "few.csv: 10 states to learn from, expected more than the latent size of 20 (--latent, or a "
                      "smaller --step)"),
        (["few.csv", "--method", "edmd", "--delays", "8"],
         "few.csv: 1 step between known states, expected at least as many as the dictionary has functions, 9 "
         "(--degree, --delays, --radial, or a smaller --step)"),
        (["m.csv", "--time-column", "when"],
         "m.csv:1: no column `when`; there are `run`, `time`, `x`, `y` (--time-column names it)"),
        (["q.lua", "--features", "q.in_sistem"], "q.lua has no series `q.in_sistem`; did you mean `q.in_system`?"),
        (["q.lua", "--run-column", "run"], "--run-column is for data of columns, and q.lua is none"),
        (["q.lua", "m.csv"], "expected one model or results file, got q.lua and m.csv"),
        (["m.csv", "--server", "q"], "--server is for models and results files, and m.csv is none"),
        (["q.lua", "--server", "p"], "q.lua has no series `p.in_system`; did you mean `q.in_system`?"),
        (["q.lua", "--server", "q", "--together"], "--server takes one, --together all: expected one of the two"),
        (["q.lua", "--features", "q.waiting", "--together"],
         "--features names all there is to learn: expected no --together beside it"),
        (["two.lua", "--method", "edmd", "--save", "x.model"],
         "--save: 2 servers are learned each by itself, front, back; expected --server with one, or --together"),
        (["m.csv", "--runs", "3"], "--set, --runs, --duration and --data are for models, and m.csv is none"),
        (["m.csv", "--method", "magic"], "--method magic: expected autoencoder or edmd"),
        (["m.csv", "--degree", "2"], "--degree is for --method edmd"),
        (["m.csv", "--method", "edmd", "--epochs", "2"], "--epochs is for --method autoencoder"),
        (["m.csv", "--widths", "3,0"], "0: expected a whole number from 1 to 100000"),
        (["m.csv", "--latent", "0"], "--latent 0: expected a whole number from 1 to 2048"),
        (["m.csv", "--rate=-1"], "--rate -1: expected a number above 0"),
        (["m.csv", "--test-share", "1"], "--test-share 1: expected less than 1"),
        (["m.csv", "--predict", "future.model"],
         "future.model: a model file of version 7; this sojourn reads version 1"),
        (["m.csv", "--predict", "damaged.model"],
         "damaged.model: damaged: its checksum is not that of its content"),
        (["m.csv", "--predict", "q.lua"], "q.lua: no model file of `sojourn learn --save`"),
        (["m.csv", "--predict", "x.model", "--epochs", "3"],
         "--epochs and --predict: the model of that file is learned already"),
        (["m.csv", "--epoch", "3"], "unknown option --epoch, did you mean --epochs?"),
        (["m.csv", "--epochs", "3", "--epochs", "4"], "--epochs was given twice"),
        (["m.csv", "--epochs"], "--epochs: expected N, got nothing")]:
    check("wrong: sojourn learn " + " ".join(case_arguments), wrong, case_arguments,
          case_message.replace("0: expected a whole number from 1 to 100000",
                               "--widths 0: expected a whole number from 1 to 100000")
          if "--widths" in case_arguments else case_message)
check("no such file", wrong, ["nowhere.csv"], "nowhere.csv: No such file or directory", 3)
check("no such model", wrong, ["m.csv", "--predict", "nowhere.model"], "nowhere.model: No such file or directory", 3)

sys.exit(run())
