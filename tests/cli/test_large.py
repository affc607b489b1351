"""sojourn solve of what is too large for elimination: what is left out, --large, and mpirun."""
import json
import math
import os
import shutil
import subprocess
import sys

from harness import PROGRAM, Skip, case, contains, done, equal, run, sojourn, write

STORM = """server "db" { service = exponential { rate = 10 }, capacity = 99, orbit = 19 }
client "web" { calls = "db", arrivals = poisson { rate = 9.5 }, timeout = 3, retries = 4 }
"""
MODULE = os.path.join(os.path.dirname(PROGRAM), "libsojourn-solve-large.so")
MPIRUN = [shutil.which("mpirun"), "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", "2"]


def value(document, name):
    return document["metrics"][name]["value"]


def close(got, wanted, tolerance):
    assert math.isclose(got, wanted, rel_tol=tolerance), f"{got} instead of {wanted}"


def need_module():
    if not os.path.exists(MODULE):
        raise Skip("built without PETSc and SLEPc")


@case("where only the chain fits it is eliminated in two passes, and the reader is told")
def _():
    write("m.lua", STORM)
    text = done("solve", "m.lua", "--memory", "1000000", "--eigenvalues", "1")
    contains(text, r"requests in the system +95\.76 ")
    contains(" ".join(text.split()), r"not by one elimination, but by elimination without subtractions in two passes, 2000 "
                                     r"states in a band of 21 note: no spectrum: none was asked for \(--eigenvalues\)")
    contains(" ".join(text.split()), r"note: no verdict on `db`: both regimes hold it, and without a spectrum nothing tells")
    document = json.loads(done("solve", "m.lua", "--memory", "1000000", "--eigenvalues", "1", "--json"))
    close(value(document, "db.in_system.mean"), 95.762194731, 1e-10)
    assert document["metrics"]["db.in_system.mean"]["error"] < 1e-9


@case("--large gives the same, certified")
def _():
    need_module()
    write("m.lua", STORM)
    document = json.loads(done("solve", "m.lua", "--large", "--json"))
    close(value(document, "db.in_system.mean"), 95.762194731, 1e-10)
    close(value(document, "spectrum[1].re"), -0.00835065855, 1e-8)
    contains(" ".join(done("solve", "m.lua", "--large").split()), r"by MUMPS: error at most \d\.\de-1\d .* pinned at state 19\d\d")


# What a large chain does not have.
LEFT_OUT = {"db.hitting.full_to_empty.std", "db.hitting.full_to_no_queue.std", "db.hitting.full_to_low.std",
            "db.hitting.empty_to_high.std", "db.recovery.std", "mixing_time"}


def same_but_for(document, whole, left_out):
    """Every other figure is there, and within both errors of that of elimination."""
    names = set(whole["metrics"])
    equal(names - set(document["metrics"]), left_out)
    for name in names - left_out:
        got, wanted = document["metrics"][name], whole["metrics"][name]
        if isinstance(wanted["value"], str) or wanted["value"] is None:
            equal(got["value"], wanted["value"])
            continue
        errors = (got.get("error") or 0) + (wanted.get("error") or 0)
        assert abs(got["value"] - wanted["value"]) <= errors + 1e-8 * abs(wanted["value"]), f"{name}: {got}, {wanted}"
    for series, points in whole["series"].items():
        for got, wanted in zip(document["series"][series]["values"], points["values"]):
            assert abs(got - wanted) < 1e-6, f"{series}: {got}, {wanted}"


WITH_FAULT = STORM + 'fault { at = 50, lasts = 5, scale = { ["web.arrivals.rate"] = 5 } }\n'


@case("two passes find hitting times, verdict, transient and recovery, too")
def _():
    need_module()
    write("m.lua", WITH_FAULT)
    whole = json.loads(done("solve", "m.lua", "--horizon", "100", "--json"))
    document = json.loads(done("solve", "m.lua", "--horizon", "100", "--json", "--memory", "1000000"))
    equal(value(document, "db.verdict"), "metastable")
    same_but_for(document, whole, LEFT_OUT)


@case("and so does PETSc, whose times from the well are marked")
def _():
    need_module()
    write("m.lua", WITH_FAULT)
    whole = json.loads(done("solve", "m.lua", "--horizon", "100", "--json"))
    document = json.loads(done("solve", "m.lua", "--horizon", "100", "--json", "--large"))
    equal(value(document, "db.verdict"), "metastable")
    equal(document["metrics"]["db.hitting.full_to_low.mean"]["doubtful"], True)
    equal(document["metrics"]["db.hitting.empty_to_high.mean"].get("doubtful"), None)
    same_but_for(document, whole, LEFT_OUT)


@case("a transient that would take hours is not begun, and the note says so")
def _():
    need_module()
    write("m.lua", STORM)
    text = " ".join(done("solve", "m.lua", "--horizon", "1e9", "--step", "1e8", "--large").split())
    contains(text, r"note: no transient: 2\.\de\+10 jumps of the fastest state lie in 1e\+09 s, .* a shorter --horizon may do")


@case("without the module --large says what to do")
def _():
    os.mkdir("alone")
    program = shutil.copy(PROGRAM, "alone/sojourn")
    write("m.lua", STORM)
    result = subprocess.run([program, "solve", "m.lua", "--large", "--json"], capture_output=True, text=True, check=False)
    if result.returncode == 0:
        raise Skip("a module is installed on this machine")
    equal((result.returncode, result.stdout), (3, ""))
    contains(result.stderr, r"^sojourn: m\.lua: this sojourn was built without PETSc and SLEPc, which solve chains")
    result = subprocess.run([program, "solve", "m.lua"], capture_output=True, text=True, check=False,
                            env=dict(os.environ, OMPI_COMM_WORLD_SIZE="2", OMPI_COMM_WORLD_RANK="0"))
    equal((result.returncode, result.stdout), (3, ""))
    contains(result.stderr, r"^sojourn: m\.lua: mpirun started 2 processes, but this sojourn was built without PETSc")


@case("two processes of mpirun solve it together, and one of them says what they found")
def _():
    need_module()
    if not MPIRUN[0]:
        raise Skip("there is no mpirun")
    write("m.lua", STORM)
    command = MPIRUN + [PROGRAM, "solve", "m.lua", "--eigenvalues", "1", "--horizon", "2", "--step", "1", "--json", "-o", "r.db"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100,
                            env=dict(os.environ, OMP_NUM_THREADS="1"))
    equal(result.returncode, 0)
    close(value(json.loads(result.stdout), "db.in_system.mean"), 95.762194731, 1e-10)
    close(value(json.loads(result.stdout), "db.hitting.empty_to_high.mean"), 150.975378276, 1e-6)
    contains(done("show", "r.db"), r"m\.lua")


@case("mpirun: what cannot be done is said once")
def _():
    need_module()
    if not MPIRUN[0]:
        raise Skip("there is no mpirun")
    write("m.lua", STORM.replace("poisson { rate = 9.5 }", "piecewise { {0, 1}, {5, 2} }"))
    result = subprocess.run(MPIRUN + [PROGRAM, "solve", "m.lua"], capture_output=True, text=True, check=False, timeout=100)
    assert result.returncode != 0
    equal(result.stderr.count("m.lua:2: "), 1)


@case("--memory so small that nothing fits is refused")
def _():
    write("m.lua", STORM)
    result = sojourn("solve", "m.lua", "--memory", "100000")
    equal((result.returncode, result.stdout), (3, ""))
    contains(result.stderr, r"the chain would have 2000 states and 10000 transitions; it alone would take about")


sys.exit(run())
