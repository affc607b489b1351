"""sojourn sweep under mpirun: the same bytes for any number of processes, processes that are killed, two network
namespaces that stand for two machines."""
import contextlib
import functools
import glob
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from harness import MM1, PROGRAM, Skip, case, contains, done, equal, run, write

MODULE = os.path.join(os.path.dirname(PROGRAM), "libsojourn-sweep-mpi.so")
MPIRUN = [shutil.which("mpirun"), "--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]
COMMAND = ["--vary", "web.arrivals.rate=5:8.75:0.25", "--vary", "api.service.rate=10,11", "--runs", "2", "--threads", "1"]
LONG = [*COMMAND, "--duration", "8000"]


def need_mpi():
    if not os.path.exists(MODULE) or not MPIRUN[0]:
        raise Skip("built without MPI, or there is no mpirun")


def everything(path):
    return done("show", path, "--csv", "-")


def finished(command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100, check=False)
    equal(result.returncode, 0, result.stderr)
    return result


def processes(word):
    """[(process, parent, rank)] of the sojourns that have this word on their command line."""
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            with open(folder + "/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            if not words[0].endswith(b"sojourn") or word.encode() not in words:
                continue
            with open(folder + "/stat", encoding="utf-8") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
            with open(folder + "/environ", "rb") as file:
                rank = re.search(rb"OMPI_COMM_WORLD_RANK=(\d+)", file.read())
        except OSError:
            continue
        if rank:
            found.append((int(folder[6:]), parent, int(rank[1])))
    return found


def works_at_points(file):
    """Whether the first points are done: MPI has done its part."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM sweep_points").fetchone()[0] > 2
    except sqlite3.Error:
        return False


@functools.lru_cache
def undisturbed():
    """What a sweep of LONG finds in one process."""
    with tempfile.TemporaryDirectory() as folder:
        done("sweep", write(folder + "/m.lua", MM1), *LONG, "-o", folder + "/whole.db", "--quiet")
        return everything(folder + "/whole.db")


@case("one, two and four processes give the same bytes")
def _():
    need_mpi()
    model = write("m.lua", MM1)
    command = ["sweep", model, *COMMAND, "--duration", "200"]
    done(*command, "-o", "0.db", "--quiet")
    for count in ("1", "2", "4"):
        finished([*MPIRUN, "-n", count, PROGRAM, *command, "-o", count + ".db", "--quiet"])
        equal(everything(count + ".db"), everything("0.db"))
    # One prints, and solving is shared out likewise.
    model = write("s.lua", MM1.replace("rate = 10 }", "rate = 10 }, capacity = 80"))
    solve = ["sweep", model, "--solve", "--vary", "web.arrivals.rate=4:7:0.25", "-o"]
    alone = done(*solve, "s.db", "--json")
    shared = finished([*MPIRUN, "-n", "3", PROGRAM, *solve, "t.db", "--json"])
    without_clock = lambda text: re.sub(r'"wall_seconds": [^,]*,', "", text)
    equal(without_clock(shared.stdout), without_clock(alone))
    equal(everything("t.db"), everything("s.db"))


def kill_while_it_runs(command, file, choose, most):
    """Runs the command and kills up to `most` of the processes that `choose` picks; (killed, its result)."""
    killed = []
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        outputs = []
        reader = threading.Thread(target=lambda: outputs.extend(process.communicate(timeout=100)))
        reader.start()
        while process.poll() is None:
            time.sleep(0.1)
            if not works_at_points(file) or len(killed) == most:
                continue
            all_of_them = processes(file)
            candidates = choose(all_of_them)
            if candidates:
                os.kill(candidates[-1], signal.SIGKILL)
                killed.append(candidates[-1])
                time.sleep(0.15)
        reader.join()
    return killed, process.returncode, outputs[1]


def working(all_of_them):
    """Those that do the work of a rank but the first: children of the processes that mpirun started."""
    started = {process for process, _, _ in all_of_them}
    return [process for process, parent, rank in all_of_them if rank > 0 and parent in started]


def started_by_mpirun(all_of_them):
    started = {process for process, _, _ in all_of_them}
    return [process for process, parent, rank in all_of_them if rank > 0 and parent not in started]


@case("workers that are killed cost their points a retry, under a plain mpirun")
def _():
    need_mpi()
    model = write("m.lua", MM1)
    command = ["sweep", model, *LONG]
    killed, code, said = kill_while_it_runs([*MPIRUN, "-n", "3", PROGRAM, *command, "-o", "k.db"], "k.db", working, 2)
    assert killed and code == 0, (killed, code, said)
    contains(said, r"sojourn: process \d+ was ended by signal 9 \(Killed\)")
    contains(said, r"a process died at work on web.arrivals.rate=[\d.]+, api.service.rate=1[01]; another one takes it over")
    equal(everything("k.db"), undisturbed())


@case("whole ranks that are killed, under mpirun --enable-recovery")
def _():
    need_mpi()
    model = write("m.lua", MM1)
    command = ["sweep", model, *LONG]
    killed, code, said = kill_while_it_runs([*MPIRUN, "--enable-recovery", "-n", "4", PROGRAM, *command, "-o", "k.db"], "k.db",
                                            started_by_mpirun, 2)
    assert killed and code == 0, (killed, code, said)
    contains(said, r"a process died at work on web.arrivals.rate=")
    equal(everything("k.db"), undisturbed())


@case("the first process is killed: the same command goes on from there")
def _():
    need_mpi()
    model = write("m.lua", MM1)
    command = ["sweep", model, *LONG]
    first = lambda all_of_them: [process for process, _, rank in all_of_them if rank == 0]
    killed, code, _ = kill_while_it_runs([*MPIRUN, "-n", "3", PROGRAM, *command, "-o", "k.db"], "k.db", first, 1)
    assert len(killed) == 1 and code != 0
    deadline = time.time() + 10
    while processes("k.db") and time.time() < deadline:
        time.sleep(0.1)
    equal(processes("k.db"), [], "workers that outlived the sweep")
    result = finished([*MPIRUN, "-n", "3", PROGRAM, *command, "-o", "k.db"])
    kept = re.search(r"32 points, (\d+) of them kept from before", result.stdout)
    assert kept and int(kept[1]) > 0, result.stdout
    equal(everything("k.db"), undisturbed())


@case("a file that cannot be written ends all processes")
def _():
    need_mpi()
    model = write("m.lua", MM1)
    result = subprocess.run([*MPIRUN, "-n", "2", PROGRAM, "sweep", model, *COMMAND, "-o", "none/k.db"], timeout=60,
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    equal(result.returncode, 3)
    equal(result.stderr.count("none/k.db: cannot be made"), 1, result.stderr)


@case("started by mpirun but built without MPI, it says so rather than doing all of it in every process")
def _():
    os.mkdir("bin")
    shutil.copy(PROGRAM, "bin/sojourn")
    environment = dict(os.environ, OMPI_COMM_WORLD_SIZE="2", OMPI_COMM_WORLD_RANK="0")
    result = subprocess.run(["bin/sojourn", "sweep", write("m.lua", MM1), *COMMAND], env=environment, capture_output=True,
                            text=True, timeout=60, check=False)
    equal(result.returncode, 3)
    contains(result.stderr, "Run it without mpirun, or install libopenmpi-dev")


# ---- two machines ----

NAMES = (f"sj{os.getpid()}a", f"sj{os.getpid()}b")
ADDRESSES = ("10.231.77.1", "10.231.77.2")


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


def make_namespaces():
    if os.geteuid() != 0 or not shutil.which("ip"):
        raise Skip("network namespaces need root and iproute2")
    try:
        ip("netns", "add", NAMES[0])
        ip("netns", "add", NAMES[1])
        ip("link", "add", "va", "netns", NAMES[0], "type", "veth", "peer", "name", "vb", "netns", NAMES[1])
        for name, link, address in zip(NAMES, ("va", "vb"), ADDRESSES):
            ip("-n", name, "addr", "add", address + "/24", "dev", link)
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", link, "up")
    except subprocess.CalledProcessError as failure:
        raise Skip(f"no network namespaces here: {failure.stderr.decode().strip()}") from failure


def remove_namespaces():
    for name in NAMES:
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


@case("two network namespaces with their own addresses and host names; a worker in the other one is killed")
def _():
    need_mpi()
    model = write("m.lua", MM1)
    command = ["sweep", model, *LONG]
    try:
        make_namespaces()
        # What mpirun would start by ssh.
        agent = write("agent", "#!/bin/sh\nshift\nexec ip netns exec " + NAMES[1] +
                      " unshare --uts sh -c \"hostname other; $*\"\n")
        os.chmod(agent, 0o755)
        hosts = ",".join(address + ":2" for address in ADDRESSES)
        there = ["ip", "netns", "exec", NAMES[0], "unshare", "--uts", "sh", "-c", 'hostname one; exec "$@"', "sh", *MPIRUN,
                 "--host", hosts, "--mca", "plm", "rsh", "--mca", "plm_rsh_agent", os.path.abspath(agent), "-n", "4",
                 PROGRAM, *command, "-o", "k.db"]
        in_the_other = lambda all_of_them: [process for process in working(all_of_them) if lives_in(process, NAMES[1])]
        killed, code, said = kill_while_it_runs(there, "k.db", in_the_other, 1)
    finally:
        remove_namespaces()
    equal((len(killed), code), (1, 0), said)
    # It had a point, so the points came over the link between the two.
    contains(said, r"a process died at work on web.arrivals.rate=")
    equal(everything("k.db"), undisturbed())


def lives_in(process, name):
    try:
        return os.stat(f"/proc/{process}/ns/net").st_ino == os.stat(f"/run/netns/{name}").st_ino
    except OSError:
        return False


sys.exit(run())
