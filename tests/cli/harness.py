"""What the tests of the command line share: running the program, and TAP on standard output.

A test script is called with the program and the source folder. It registers its cases with @case or check(), and ends
with sys.exit(run())."""
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

PROGRAM = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(sys.argv[2]).resolve()
PATIENCE_S = 120

_cases = []


def case(name):
    """Decorates a function of no arguments that raises if the case fails, as a case of this name."""
    def register(function):
        _cases.append((name, function))
        return function
    return register


def check(name, function, *arguments):
    _cases.append((name, lambda: function(*arguments)))


class Skip(Exception):
    """Raised by a case that cannot run on this machine; the text says why."""


def run():
    """Runs the cases in order, each in its own empty working folder; the exit code."""
    print(f"1..{len(_cases)}")
    failed = 0
    start = os.getcwd()
    for number, (name, function) in enumerate(_cases, 1):
        with tempfile.TemporaryDirectory(prefix="sojourn-test-") as folder:
            os.chdir(folder)
            try:
                function()
                print(f"ok {number} - {name}")
            except Skip as reason:
                print(f"ok {number} - {name} # SKIP {reason}")
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print(f"not ok {number} - {name}")
                print("# " + traceback.format_exc().strip().replace("\n", "\n# "))
            finally:
                os.chdir(start)
        sys.stdout.flush()
    return 1 if failed else 0


def from_npm(folder, package, *words):
    """The folder, in which npm, by `npm WORDS`, has put what is there then for node to find: `package`, and more."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Skip("node or npm is not installed")
    there = folder / "node_modules" / package
    folder.mkdir(parents=True, exist_ok=True)
    if not there.exists():
        command = ["npm", *words, "--prefix", ".", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            result = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                                    check=False)
        except subprocess.TimeoutExpired as reason:
            raise Skip(f"npm cannot get {package}: it takes too long") from reason
        if result.returncode != 0 or not there.exists():
            raise Skip(f"npm cannot get {package}")
    return folder


def sojourn(*arguments, **options):
    """Runs the program to its end; the result has returncode, stdout and stderr as text."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("timeout", PATIENCE_S)
    return subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, text=True, errors="replace",
                          check=False, **options)


def done(*arguments, **options):
    """Runs the program, which must succeed silently on standard error; its standard output."""
    result = sojourn(*arguments, **options)
    equal(result.returncode, 0, result.stderr)
    equal(result.stderr, "")
    return result.stdout


def on_terminal(*arguments):
    """What the program writes to standard error when that is a terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL,  # pylint: disable=R1732
                               stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    text = b""
    while True:
        try:
            piece = os.read(leader, 4096)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(leader)
    equal(process.wait(timeout=60), 0)
    return text.decode()


def write(name, content):
    """Writes a file of the working folder, text or bytes; its name."""
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def shortened(value):
    text = str(value)
    return text if len(text) < 4000 else text[:4000] + " ..."


def equal(got, wanted, note=""):
    if got == wanted:
        return
    if isinstance(got, dict) and isinstance(wanted, dict):  # only where they differ
        keys = [key for key in {**got, **wanted} if got.get(key) != wanted.get(key)]
        got, wanted = ({key: value[key] for key in keys if key in value} for value in (got, wanted))
    raise AssertionError(f"got\n{shortened(got)}\nwanted\n{shortened(wanted)}" + (f"\n{note}" if note else ""))


def contains(text, pattern):
    if not re.search(pattern, text):
        raise AssertionError(f"{pattern!r} is not in\n{text}")


MM1 = """server "api" { service = exponential { rate = 10 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
"""
