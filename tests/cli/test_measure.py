"""sojourn measure: every transport and store, what is printed and kept, what is refused; processes that are stopped and
killed, shared memory that is full, left over, forbidden or of another version. `test_measure.py PROGRAM SOURCE long`
sends 10^7 messages each way (some minutes, on a busy machine more)."""
import concurrent.futures
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from harness import PROGRAM, Skip, case, check, contains, done, equal, on_terminal, run, sojourn

LONG = len(sys.argv) > 3 and sys.argv[3] == "long"
QUICK = ["--no-ceilings", "--json"]
SMALL = ["--payload", "100"]
COMM = {"broker": "sojourn-broker", "store": "sojourn-store", "producer": "sojourn-produce", "all": "sojourn-measure"}


def value(document, name):
    return document["metrics"][name]["value"]


def counts(document):
    return {name: value(document, "messages." + name) for name in ("lost", "duplicated", "corrupt", "dropped")}


NOTHING = {"lost": 0, "duplicated": 0, "corrupt": 0, "dropped": 0}


def small(arguments):
    return [*QUICK, *([] if "--payload" in arguments else SMALL), *arguments]


def measure(*arguments, **options):
    return json.loads(done("measure", *small(arguments), **options))


def children(pid, name):
    """Processes of the measurement with that role."""
    found = []
    try:
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == name:
                found.append(int(child))
    except OSError:  # it ended meanwhile
        pass
    return found


class Running:
    """A measurement in the background."""

    def __init__(self, *arguments, **options):
        self.process = subprocess.Popen([PROGRAM, "measure", *small(arguments)], text=True, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.pid = self.process.pid

    def wait_for(self, role, count=1):
        for _ in range(600):
            found = children(self.pid, COMM[role])
            if len(found) >= count:
                return found
            time.sleep(0.02)
        raise AssertionError(f"no {role}")

    def wait_for_messages(self):
        """Until the store works all the time, as it does when messages come; before, it looks around every 50 ms."""
        store, = self.wait_for("store")
        for _ in range(1000):
            ticks = pathlib.Path(f"/proc/{store}/stat").read_text().rpartition(")")[2].split()[11:13]
            if sum(map(int, ticks)) >= 8:
                return
            time.sleep(0.02)
        raise AssertionError("no messages come")

    def interrupt(self):
        """Ends it early; its document."""
        os.kill(self.pid, signal.SIGTERM)
        return self.end(130)[0]

    def end(self, code=0):
        out, err = self.process.communicate(timeout=60)
        equal(self.process.returncode, code, err)
        return json.loads(out) if out else None, err


# ---- each transport, each store ----

MESSAGES = 10**7 if LONG else 10**5 // 4


def carry(transport):
    document = measure("--transport", transport, "--messages", MESSAGES, "--duration", "100000", "--queue", "64",
                       **({"timeout": 3600} if LONG else {}))
    equal(counts(document), NOTHING)
    equal(value(document, "messages.sent"), MESSAGES)
    equal(value(document, "messages.received"), MESSAGES)
    equal(document["partial"], False)
    return document


pool = concurrent.futures.ThreadPoolExecutor(1 if LONG else 4)


def meanwhile(name, function, *arguments):
    """A case that mostly waits: it begins now, and its outcome is asked for later."""
    check(name, pool.submit(function, *arguments).result)


for transport in ("shm", "ipc", "tcp", "inproc"):
    meanwhile(f"{MESSAGES} messages by {transport}: none lost, duplicated or corrupt", carry, transport)


@case("the figures agree with each other")
def _():
    document = measure("--payload", "1000", "--rate", "400", "--arrivals", "even", "--duration", "3.5", "--queue", "8")
    rows, rate = 1000, value(document, "messages.rate")
    equal(value(document, "throughput.avg"), rate * 16 * rows)
    # All that was due is sent, or said to be late, however slow the machine is.
    due = value(document, "messages.sent") + value(document, "messages.unsent")
    equal(abs(due - 400 * 3.5) <= 3, True, due)
    equal(value(document, "measured.seconds") >= 3.5, True)
    equal(value(document, "throughput.peak"), max(document["series"]["throughput"]["values"][1:]))
    order = [value(document, "latency." + q) for q in ("min", "p50", "p95", "p99", "p99.9", "max")]
    equal(order, sorted(order))
    equal(0 < value(document, "queue.mean") <= value(document, "queue.max") <= 8, True)
    equal(0 < value(document, "cpu.utilization") <= os.cpu_count(), True)
    equal(value(document, "messages.statistics") > 0 and value(document, "messages.control") > 0, True)
    # A handle a message; 104 bytes each.
    equal(value(document, "control.throughput") >= rate * 104, True)
    equal(len(document["series"]["throughput"]["values"]), 3)


def overload():
    # One producer cannot make 10^5 rows so often.
    document = measure("--payload", "200000", "--producers", "1", "--rate", "20000", "--duration", "1")
    equal(value(document, "latency.max") > 0.5, True, value(document, "latency.max"))
    equal(value(document, "messages.unsent") > 1000, True)
    contains(" ".join(document["notes"]), "were due before the end and not sent")


meanwhile("overload shows in the latency from the schedule, and what was not sent is said", overload)


def drop():
    running = Running("--rate", "2000", "--drop", "--queue", "4", "--duration", "100")
    store, = running.wait_for("store")
    running.wait_for("producer", 3)
    time.sleep(0.2)
    os.kill(store, signal.SIGSTOP)
    time.sleep(0.4)
    os.kill(store, signal.SIGCONT)
    document = running.interrupt()
    equal({**counts(document), "dropped": 0}, NOTHING)
    equal(value(document, "messages.dropped") > 0, True)
    equal(value(document, "waits"), 0)


meanwhile("--drop drops the newest and says how many", drop)


def arrow(path):
    data = pathlib.Path(path).read_bytes()
    equal((data[:6], data[-6:]), (b"ARROW1", b"ARROW1"))
    return None


def sqlite(path):
    with sqlite3.connect(path) as database:
        return database.execute("SELECT count(*) FROM samples").fetchone()[0]


def hdf5(path):
    equal(pathlib.Path(path).read_bytes()[:8], b"\x89HDF\r\n\x1a\n")
    return None


def keep(store, read):
    try:
        document = measure("--store", store, "--store-path", "kept.data", "--messages", "500")
    except AssertionError as problem:
        if store == "hdf5" and "built without HDF5" in str(problem):
            raise Skip("built without HDF5") from problem
        raise
    equal(counts(document), NOTHING)
    equal(read("kept.data") in (None, 500 * 100), True)
    result = sojourn("measure", *small([]), "--store", store, "--store-path", "kept.data")
    equal(result.returncode, 2, result.stderr)
    contains(result.stderr, "kept.data")


check("--store file", keep, "file", arrow)
check("--store sqlite", keep, "sqlite", sqlite)
check("--store hdf5", keep, "hdf5", hdf5)

# ---- accidents ----


def stop_store(transport):
    """Stopped for 2 s: all wait, nothing is lost, the latency shows it."""
    running = Running("--transport", transport, "--duration", "100", "--rate", "3000")
    store, = running.wait_for("store")
    running.wait_for("producer", 3)
    time.sleep(0.5)
    os.kill(store, signal.SIGSTOP)
    time.sleep(2)
    os.kill(store, signal.SIGCONT)
    time.sleep(0.3)
    document = running.interrupt()
    equal(counts(document), NOTHING)
    equal(value(document, "latency.max") > 1, True, value(document, "latency.max"))
    equal(value(document, "messages.sent"), value(document, "messages.received"))
    equal(value(document, "messages.sent") > 64, True)  # more than were waiting


# Of messages of 2 kB, which the dead one, its sockets and the kernel's buffers for them had: 64 MB are more than all that.
LOST_AT_MOST = 30000


def kill(role, transport):
    """Started again; all that was sent is received or counted as lost, and the others are not disturbed."""
    running = Running("--transport", transport, "--duration", "100", "--queue", "16")
    if role != "all":
        running.wait_for("producer", 3)
    victim = running.wait_for(role)[0]
    time.sleep(0.4)
    os.kill(victim, signal.SIGKILL)
    for _ in range(600):
        now = children(running.pid, COMM[role])
        if len(now) == (3 if role == "producer" else 1) and victim not in now:
            break
        time.sleep(0.02)
    time.sleep(0.8)
    document = running.interrupt()
    sent, lost = value(document, "messages.sent"), value(document, "messages.lost")
    equal(sent, value(document, "messages.received") + lost)
    equal({**counts(document), "lost": 0}, NOTHING)
    equal(lost < LOST_AT_MOST, True, lost)
    name = "broker" if role == "all" else role
    equal(value(document, "restarts." + name), 1)
    contains(document["notes"][0], r"killed \(signal 9\) and started again")
    if lost:
        contains(document["notes"][1], f"{lost:.0f} messages were sent and not received")
    # Each producer's end came through to the store, so all of them were well at the end.
    equal("headway" in str(document["notes"]), False)


accidents = [("store stopped for 2 s", stop_store, t) for t in ("shm", "ipc")]
accidents += [(f"{role} killed", kill, role, t) for role in ("producer", "store", "broker") for t in ("shm", "tcp")]
accidents += [("measuring process killed", kill, "all", "inproc")]
for name, function, *rest in accidents:
    meanwhile(f"{name} ({rest[-1]})", function, *rest)


@case("interrupted: what is not kept or written is not said to be")
def _():
    running = Running("--duration", "100", "-o", "i.db", "--emit-model", "i.lua")
    running.wait_for_messages()
    os.kill(running.pid, signal.SIGINT)
    out, _ = running.process.communicate(timeout=60)
    equal(running.process.returncode, 130)
    equal(json.loads(out)["partial"], True)
    equal(os.path.exists("i.lua"), False)
    result = sojourn("show", "i.db")
    equal((result.returncode, "measure" in result.stdout), (0, False), result.stdout + result.stderr)


@case("--emit-model that cannot be written: the figures are there all the same")
def _():
    result = sojourn("measure", *SMALL, "--no-ceilings", "--messages", "100", "--duration", "1", "--emit-model", "no/m.lua")
    equal(result.returncode, 3)
    contains(result.stdout, "received +100\n")
    equal("Model written" in result.stdout, False)
    contains(result.stderr, "no/m.lua")


def left(temporary):
    return sorted(os.listdir(temporary))


@case("SIGTERM: what was measured is reported, exit code 130, nothing stays behind")
def _():
    os.mkdir("tmp")
    for number in (signal.SIGTERM, signal.SIGINT):
        running = Running("--duration", "100", env={**os.environ, "TMPDIR": os.path.abspath("tmp")})
        running.wait_for_messages()
        equal(len(left("tmp")), 1)
        os.kill(running.pid, number)
        document, err = running.end(130)
        equal(err, "sojourn: interrupted; what was measured so far is reported\n")
        equal(document["partial"], True)
        equal(counts(document), NOTHING)
        equal(value(document, "messages.received") > 0, True)
        equal(left("tmp"), [])


def killed_parent(next_has):
    name = f"sojourn-test-{os.getpid()}"
    environment = {**os.environ, "TMPDIR": os.path.abspath("tmp")}
    running = Running("--duration", "100", "--segment", name, env=environment)
    running.wait_for("producer", 3)
    mine = [pid for role in ("broker", "store", "producer") for pid in children(running.pid, COMM[role])]
    equal(len(mine), 5)
    time.sleep(0.2)
    os.kill(running.pid, signal.SIGKILL)
    running.process.communicate(timeout=60)
    for _ in range(1000):
        if not [pid for pid in mine if os.path.exists(f"/proc/{pid}")]:
            break
        time.sleep(0.02)
    equal([pid for pid in mine if os.path.exists(f"/proc/{pid}")], [])
    equal((len(left("tmp")), os.path.exists("/dev/shm/" + name)), (1, True))
    document = json.loads(done("measure", *small([]), "--messages", "10", *next_has, env=environment))
    contains(" ".join(document["notes"]), "removed what process")
    equal((left("tmp"), os.path.exists("/dev/shm/" + name)), ([], False))


@case("SIGKILL of the parent: no process survives, the next start removes what is left, also a named segment")
def _():
    os.mkdir("tmp")
    killed_parent(["--segment", f"sojourn-test-{os.getpid()}"])
    killed_parent([])


def refused(code, pattern, *arguments, **options):
    result = sojourn("measure", *small(arguments), "--messages", "10", **options)
    equal((result.returncode, result.stdout), (code, ""), result.stderr)
    contains(result.stderr, pattern)


class Segment:
    """A file in /dev/shm, removed at the end."""

    def __init__(self, content=b""):
        self.name = f"sojourn-test-{os.getpid()}-{len(content)}"
        self.path = pathlib.Path("/dev/shm") / self.name
        self.path.write_bytes(content)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.path.unlink(missing_ok=True)


@case("shared memory: another program's file, another version's segment, one in use")
def _():
    with Segment(b"something else entirely") as segment:
        refused(3, "not a ring: another program's file", "--segment", segment.name)
    running = Running("--duration", "100", "--segment", f"sojourn-test-{os.getpid()}")
    running.wait_for("producer", 3)
    refused(3, f"in use: process {running.pid} made it and is running", "--segment", f"sojourn-test-{os.getpid()}")
    copy = pathlib.Path(f"/dev/shm/sojourn-test-{os.getpid()}").read_bytes()
    os.kill(running.pid, signal.SIGTERM)
    running.end(130)
    with Segment(copy[:8] + b"\x63" + copy[9:]) as segment:
        refused(3, "a ring of version 99; this program knows version 1", "--segment", segment.name)


@case("shared memory: wrong permissions")
def _():
    with Segment(b"mine") as segment:
        if os.getuid() != 0:
            segment.path.chmod(0)
            refused(3, "permission denied", "--segment", segment.name)
            return
        segment.path.chmod(0o600)
        try:
            subprocess.run([PROGRAM, "--version"], user=65534, check=True, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError) as problem:
            raise Skip("another user may not start the program") from problem
        refused(3, "permission denied: it belongs to user 0, with mode 0600", "--segment", segment.name, user=65534,
                cwd="/")


@case("shared memory: /dev/shm is full")
def _():
    command = 'mount -t tmpfs -o size=64k tmpfs /dev/shm && exec "$@"'
    if not shutil.which("unshare") or subprocess.run(
            ["unshare", "-rm", "sh", "-c", command, "sh", "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        raise Skip("no namespace of its own can be made here")
    result = subprocess.run(["unshare", "-rm", "sh", "-c", command, "sh", PROGRAM, "measure", *small([]), "--segment", "x"],
                            capture_output=True, text=True, timeout=60, check=False)
    equal((result.returncode, result.stdout), (3, ""))
    contains(result.stderr, r"shared memory is full: the ring takes .* MB, in /dev/shm/ are .* MB free")


@case("more slots than memory")
def _():
    refused(3, r"slots of .* bytes are .* GB, more than three quarters of the memory", "--queue", "60000", "--payload",
            "500000000")


@case("a store that cannot write: its message, exit code 3, no process left")
def _():
    refused(3, "nowhere/kept.arrow", "--store", "file", "--store-path", "nowhere/kept.arrow")


# ---- the results file, the suite, the model ----


@case("-o keeps a measurement and does not repeat it, --again does")
def _():
    first = measure("--messages", "200", "-o", "m.db")
    equal(measure("--messages", "200", "-o", "m.db")["metrics"], first["metrics"])
    measure("--messages", "200", "-o", "m.db", "--again")
    text = done("show", "m.db")
    equal(text.count(", measure, seed 1, 1 run"), 2, text)
    # A file that is asked for is written, though another was.
    for name in ("a.arrow", "b.arrow"):
        measure("--messages", "20", "-o", "m.db", "--store", "file", "--store-path", name)
        arrow(name)
    contains(done("show", "m.db", "--csv", "-"), "throughput.avg")


@case("--suite: nine points, each kept with its parameters; a table of 80 columns")
def _():
    arguments = ["measure", "--suite", "--duration", "0.05", "--no-ceilings", "--payload-source", "constant",
                 "--emit-model", "m.lua", "-o", "s.db"]
    table = done(*arguments)
    equal(max(map(len, table.splitlines())) <= 80, True, table)
    document = json.loads(done(*arguments, "--json"))  # from the file
    equal([value(p, "parameters.queue") for p in document["points"]], [64, 64, 20, 10, 4, 2, 3, 5, 9])
    points = [(value(p, "parameters.producers"), value(p, "parameters.payload")) for p in document["points"]]
    equal(points, [(3, 1000), (3, 10000), (3, 50000), (3, 100000), (3, 500000), (1, 500000), (2, 500000), (4, 500000),
                   (8, 500000)])
    with sqlite3.connect("s.db") as database:
        found = database.execute("SELECT canonical FROM results WHERE engine = 'measure'").fetchall()
    equal([(p["producers"], p["payload"]) for p in (json.loads(row[0]) for row in found)], points)
    equal(json.loads(done("simulate", "m.lua", "--json", "--duration", "10", "--runs", "1"))["partial"], False)


@case("--emit-model: a model that simulate accepts, whose means are the measured ones")
def _():
    document = measure("--payload", "2000", "--rate", "500", "--duration", "1", "--emit-model", "m.lua")
    for law in ("measured", "fitted"):
        model = json.loads(done("simulate", "m.lua", "--json", "--set", "law=" + law, "--set", "rate=1", "--set",
                                "cores=0"))
        metrics = model["metrics"]
        wanted = value(document, "service.mean"), value(document, "generation.mean")
        got = metrics["store.service.mean"]["value"], metrics["producer.service.mean"]["value"]
        if law == "measured":  # fitted: least squares over four sizes on a busy machine
            for x, y in zip(got, wanted):
                equal(abs(x - y) < 0.05 * y, True, (law, got, wanted))
    # Sharing cores: the work is at least that of making and keeping (tests/measure knows how much more).
    shared = json.loads(done("simulate", "m.lua", "--json", "--set", "rate=1", "--set", "cores=2"))["metrics"]
    busy = 2 * shared["machine.utilization.mean"]["value"]
    equal(busy > 0.9 * sum(wanted), True, (busy, wanted))


@case("on a terminal a line each second, taken away at the end")
def _():
    text = on_terminal("measure", *small([]), "--duration", "2.5")
    contains(text, r"\r\x1b\[K   \d s .* GB/s .* msg/s  p99 .* ms  queue")
    equal(text.endswith("\r\x1b[K"), True, repr(text))


for words, message in [
        (["--transport", "smh"], "--transport smh: expected shm, ipc, tcp or inproc"),
        (["--store", "disk"], "--store disk: expected memory, file, hdf5 or sqlite"),
        (["--wait", "never"], "--wait never: expected auto, spin or futex"),
        (["--payload-source", "zero"], "--payload-source zero: expected random, constant or copy"),
        (["--producers", "0"], "--producers 0: expected a whole number from 1 to 64"),
        (["--producers", "65"], "--producers 65: expected a whole number from 1 to 64"),
        (["--rate", "0"], "--rate 0: expected a number above 0"),
        (["--duration", "-1"], "--duration -1: expected a number above 0"),
        (["--arrivals", "even"], "--arrivals needs --rate"),
        (["--store", "file"], "--store file needs --store-path FILE"),
        (["--store-path", "x"], "--store-path needs --store file, hdf5 or sqlite"),
        (["--segment", "x", "--transport", "ipc"], "--segment is for --transport shm"),
        (["--segment", "a/b"], '"a/b" is no name for a ring: expected letters, digits and . _ -'),
        (["--suite", "--producers", "2"], "--suite and --producers do not go together: the suite has its own"),
        (["--suite", "--store", "file"], "--suite and --store do not go together: the suite has its own"),
        (["--duration", "1e9"], "expected a duration above 0 s and of at most 131071 s, got 1e+09 s"),
        (["--payloads", "3"], "unknown option --payloads, did you mean --payload?"),
        (["file.lua"], "measure takes no file, got file.lua; see sojourn measure --help")]:
    def wrong(words=words, message=message):
        result = sojourn("measure", *words)
        equal((result.returncode, result.stdout, result.stderr), (2, "", f"sojourn: {message}\n"))
    check("wrong: " + " ".join(words), wrong)

if "built without ZeroMQ" in sojourn("measure", "--messages", "1").stderr:
    print("1..0 # SKIP built without ZeroMQ")
    sys.exit(0)
sys.exit(run())
