"""What other programs find in messages and in the files of the stores: Apache Arrow's library for JavaScript, Polars
(which has its own reader, in Rust), HDF5's h5dump, Python's sqlite3, xxhsum. Called with the program that writes them, the source folder, and a folder for npm's
packages. Where one of them is not there, its cases are skipped."""
import array
import json
import pathlib
import platform
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys

from harness import SOURCE, Skip, case, equal, from_npm, run

WRITER = pathlib.Path(sys.argv[1]).resolve()
PACKAGES = pathlib.Path(sys.argv[3]).resolve()
SCRIPTS = SOURCE / "tests" / "measure" / "js"
MESSAGES = [(0, 0, 5), (1, 1, 1000), (2, 2, 0), (0, 3, 7)]  # producer, sequence, rows


def command(*words, **options):
    words = [str(word) for word in words]
    result = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=100, check=False, **options)
    equal(result.returncode, 0, result.stderr)
    return result.stdout


def write_files():
    """Into the working folder; the names of the stores that this build has not."""
    return command(WRITER, ".", text=True).split()


def timestamps(producer, sequence, rows):
    return [1700000000123456789 + producer * 1000000000 + sequence * 1000000 + row for row in range(rows)]


def values(producer, sequence, rows):
    return [producer + sequence / 16 - row / 1024 for row in range(rows)]


def counts(producer, sequence, rows):
    return [2 ** 62 - (1000 * producer + 100 * sequence + row) for row in range(rows)]


def expected(column):
    return [value for message in MESSAGES for value in column(*message)]


# --- Apache Arrow's library

def library():
    """The folder in which node finds the package `apache-arrow`, of the version that js/package-lock.json says."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    wanted, there = SCRIPTS / "package-lock.json", PACKAGES / "package-lock.json"
    if not there.exists() or there.read_bytes() != wanted.read_bytes():
        shutil.rmtree(PACKAGES / "node_modules", ignore_errors=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SCRIPTS / name, PACKAGES / name)
    return from_npm(PACKAGES, "apache-arrow", "ci")


def polars():
    """The folder in which node finds Polars. npm does not always choose its part for this machine by itself."""
    version = "0.25.2"
    part = f"nodejs-polars-{sys.platform}-{ {'x86_64': 'x64', 'aarch64': 'arm64'}.get(platform.machine()) }-gnu"
    return from_npm(PACKAGES / f"polars-{version}", part, "install", f"nodejs-polars@{version}", f"{part}@{version}")


def read_by_library(path, skip=0):
    return json.loads(command("node", SCRIPTS / "read.mjs", pathlib.Path(path).resolve(), skip, cwd=library()))


def label(batch):
    return int(batch["label"]["producer"]), int(batch["label"]["sequence"])


def check_schema(table):
    equal(table["fields"], [["timestamp", "Timestamp<NANOSECOND>", False], ["value", "Float64", False],
                            ["count", "Int64", False]])
    equal(sum(batch["nulls"] for batch in table["batches"]), 0)


def check_batch(batch, producer, sequence, rows):
    equal(batch["rows"], rows)
    equal(label(batch), (producer, sequence))
    equal([int(text) for text in batch["columns"][0]], timestamps(producer, sequence, rows))
    equal(batch["columns"][1], values(producer, sequence, rows))
    equal([int(text) for text in batch["columns"][2]], counts(producer, sequence, rows))


def check_file(table):
    check_schema(table)
    equal(table["rows"], sum(rows for _, _, rows in MESSAGES))
    equal([(*label(batch), batch["rows"]) for batch in table["batches"]], MESSAGES)
    for batch, message in zip(table["batches"], MESSAGES):
        check_batch(batch, *message)


@case("Apache Arrow reads a slot's bytes")
def _():
    write_files()
    slot, = pathlib.Path(".").glob("slot-*.arrows")
    table = read_by_library(slot)
    check_schema(table)
    equal(len(table["batches"]), 1)
    check_batch(table["batches"][0], 3, 1234567890, 1001)


@case("Apache Arrow reads a slot's bytes by the two lines of docs/message-format.md")
def _():
    write_files()
    slot, = pathlib.Path(".").glob("slot-*.arrows")
    page = (SOURCE / "docs" / "message-format.md").read_text(encoding="utf-8")
    lines = re.search(r"^```javascript\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[1]
    pathlib.Path("lines.cjs").write_text(
        f"const require_ = require('node:module').createRequire({json.dumps(str(library()) + '/')});\n"
        "const { tableFromIPC } = require_('apache-arrow');\n"
        "const slot = require('node:fs').readFileSync(process.argv[2]);\n"
        f"{lines}\nconsole.log(JSON.stringify([producer, Array.from(values)]));\n", encoding="utf-8")
    equal(json.loads(command("node", "lines.cjs", slot)), [3, values(3, 1234567890, 1001)])


@case("Apache Arrow reads a file of several messages")
def _():
    write_files()
    check_file(read_by_library("store.file"))


def whole_without_footer(path):
    """Writes what a killed store leaves, which has no footer."""
    whole = pathlib.Path("store.file").read_bytes()
    footer, = struct.unpack("<I", whole[-10:-6])
    pathlib.Path(path).write_bytes(whole[:-10 - footer - 8])


@case("Apache Arrow reads the file of a killed store, which has no footer, as a stream")
def _():
    write_files()
    whole_without_footer("part")
    check_file(read_by_library("part", skip=8))


# --- Polars

def check_columns(found, messages):
    equal(found["timestamp"], [str(value) for message in messages for value in timestamps(*message)])
    equal(found["value"], [value for message in messages for value in values(*message)])
    equal(found["count"], [str(value) for message in messages for value in counts(*message)])
    equal(found["nulls"], 0)


def read_by_polars(path, kind, skip=0):
    return json.loads(command("node", SCRIPTS / "polars.cjs", pathlib.Path(path).resolve(), kind, skip, cwd=polars()))


@case("Polars reads a slot's bytes, a file of several messages, and that of a killed store")
def _():
    write_files()
    slot, = pathlib.Path(".").glob("slot-*.arrows")
    check_columns(read_by_polars(slot, "stream"), [(3, 1234567890, 1001)])
    check_columns(read_by_polars("store.file", "file"), MESSAGES)
    whole_without_footer("part")
    check_columns(read_by_polars("part", "stream", skip=8), MESSAGES)


# --- The others

@case("xxhsum finds the same checksum")
def _():
    if not shutil.which("xxhsum"):
        raise Skip("xxhsum is not installed")
    write_files()
    slot, = pathlib.Path(".").glob("slot-*.arrows")
    found = command("xxhsum", "-H3", slot, text=True)
    equal(slot.stem.removeprefix("slot-") in found, True, found)


@case("SQLite's rows are those of the messages")
def _():
    write_files()
    database = sqlite3.connect("store.sqlite")
    equal(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
    equal(database.execute("SELECT producer, sequence, rows FROM messages ORDER BY message").fetchall(), MESSAGES)
    rows = database.execute("SELECT timestamp, value, count FROM samples ORDER BY rowid").fetchall()
    equal(rows, list(zip(expected(timestamps), expected(values), expected(counts))))
    equal(database.execute("SELECT m.producer, m.sequence, count(*) FROM samples s JOIN messages m USING (message) "
                           "GROUP BY m.message").fetchall(), [message for message in MESSAGES if message[2] > 0])
    equal(database.execute("SELECT DISTINCT typeof(timestamp), typeof(value), typeof(count) FROM samples").fetchall(),
          [("integer", "real", "integer")])


def hdf5_numbers(path, name, kind):
    """All values of a dataset, as h5dump finds them."""
    command("h5dump", "-d", name, "-b", "LE", "-o", "dumped", path)
    found = array.array(kind, pathlib.Path("dumped").read_bytes())
    if sys.byteorder == "big":
        found.byteswap()
    return found.tolist()


def hdf5_files():
    if "hdf5" in write_files():
        raise Skip("this build has no store for HDF5")
    if not shutil.which("h5dump") or not shutil.which("h5clear"):
        raise Skip("h5dump is not installed")


@case("h5dump finds the columns and the messages in HDF5")
def _():
    hdf5_files()
    equal(hdf5_numbers("store.hdf5", "/timestamp", "q"), expected(timestamps))
    equal(hdf5_numbers("store.hdf5", "/value", "d"), expected(values))
    equal(hdf5_numbers("store.hdf5", "/count", "q"), expected(counts))
    for number, name in enumerate(("producer", "sequence", "rows")):
        equal(hdf5_numbers("store.hdf5", f"/messages/{name}", "Q"), [message[number] for message in MESSAGES])
    header = command("h5dump", "-A", "store.hdf5", text=True)
    equal("nanoseconds since 1970-01-01" in header, True, header)


@case("of a killed HDF5 store h5dump finds all messages up to the last flush")
def _():
    hdf5_files()
    killed = subprocess.run([WRITER, ".", "killed"], check=False)
    equal(killed.returncode, -signal.SIGKILL)
    command("h5clear", "-s", "killed.hdf5.part")
    sequences = hdf5_numbers("killed.hdf5.part", "/messages/sequence", "Q")
    equal(sequences[:4], [0, 1, 2, 3])
    found = hdf5_numbers("killed.hdf5.part", "/value", "d")
    equal(found, [value for sequence in range(len(found) // 100) for value in values(1, sequence, 100)])
    equal(len(found) >= 100 * len(sequences), True, f"{len(found)} rows, {len(sequences)} messages")


sys.exit(run())
