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
                                     r"states in a band of 21 note: no spectrum: none was asked for \(--eigenvalues\) note: no hitting times, verdict and transient")
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
    command = MPIRUN + [PROGRAM, "solve", "m.lua", "--eigenvalues", "1", "--json", "-o", "r.db"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    equal(result.returncode, 0)
    close(value(json.loads(result.stdout), "db.in_system.mean"), 95.762194731, 1e-10)
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
