"""Runs the examples of README.md and docs/*.md and compares what they print with what the pages say.

In a page, <!-- file: NAME --> before a fenced block makes the block a file of that name. In a block marked console each line
that starts with "$ " is a command, and the lines up to the next are what it prints, errors included; a line "..." stands for
any lines. A page's blocks share one folder, in which `models` is the project's and `sojourn` the program. The
date and time of day may differ. Models without a name must load, queries of docs/sweep.md find something.

Commands elsewhere, in sentences or in other blocks, must have only options that there are. If their files are there as
well, they are run, shortened.

With --update behind the arguments the pages get what is printed today; read the difference before you commit it."""
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from harness import PROGRAM, SOURCE, case, equal, run

BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
UPDATE = "--update" in sys.argv
PAGES = [SOURCE / "README.md", SOURCE / "bench/README.md", *sorted((SOURCE / "docs").glob("*.md"))]


def steps(body):
    """[(command, what it prints)] of a console block."""
    parts = re.split(r"^\$ (.*)\n", body, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def elsewhere(text):
    """The commands of a page that are in no console block: in sentences, indented, or lines of other blocks."""
    rest = re.sub(r"^```console\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    found = [line for block in BLOCK.finditer(rest) if not block["file"] for line in block["body"].splitlines()]
    rest = BLOCK.sub("", rest)
    found += [line for line in rest.splitlines() if line.startswith("    ")]
    found += [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", rest)]
    return sorted({line.strip() for line in found if re.match(r"\s*(mpirun .*)?sojourn ", line)})


def check_options(line):
    """Of every sojourn in a command line: such a command, and such options."""
    for words in re.findall(r"\bsojourn ([^|&]*)", re.sub(r"  .*", "", line)):
        command, *words = shlex.split(words)
        if command in ("COMMAND", "--version", "--help"):
            continue
        known = subprocess.run([PROGRAM, command, "--help"], stdout=subprocess.PIPE, text=True, check=False)
        equal(known.returncode, 0, line)
        options = {word for word in words if re.match(r"-[-a-z]", word)}
        equal(options - set(re.findall(r"^  (-\S+)", known.stdout, re.MULTILINE)), set(), line)


def without_clock(text):
    return re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\b", "DATE UTC", text)


def matches(got, wanted):
    pattern = "".join("(?:.*\n)*" if line == "...\n" else re.escape(line) for line in wanted.splitlines(keepends=True))
    return re.fullmatch(pattern, got)


class Page:
    """A page's folder and the exit status of its last command."""

    def __init__(self, path):
        self.text = path.read_text(encoding="utf-8")
        self.path = path
        self.folder = tempfile.mkdtemp(prefix="sojourn-docs-")
        self.status = 0
        os.symlink(SOURCE / "models", os.path.join(self.folder, "models"))
        for folder in (".bin", "build"):
            os.mkdir(os.path.join(self.folder, folder))
            os.symlink(PROGRAM, os.path.join(self.folder, folder, "sojourn"))

    def execute(self, command):
        # The library where it was built, as if it were installed.
        library = os.path.dirname(PROGRAM)
        environment = dict(os.environ, PATH=os.path.join(self.folder, ".bin") + ":" + os.environ["PATH"],
                           PKG_CONFIG_PATH=os.path.join(library, "meson-uninstalled"), LD_LIBRARY_PATH=library,
                           CPATH=str(SOURCE / "include"))
        result = subprocess.run(["bash", "-c", f"(exit {self.status}); {command}"], cwd=self.folder, env=environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                timeout=120, check=False)
        self.status = result.returncode
        return result.stdout

    def compare(self, body):
        for command, wanted in steps(body):
            got = self.execute(command)
            if not matches(without_clock(got), without_clock(wanted)):
                equal(got, wanted, f"printed by: {command}")

    def query(self, body):
        """A query of the last results file that the page made."""
        newest = max(pathlib.Path(self.folder).glob("*.db"), key=os.path.getmtime)
        with contextlib.closing(sqlite3.connect(newest)) as database:
            equal(len(database.execute(body).fetchall()) > 0, True, body)

    def understands(self, body):
        (pathlib.Path(self.folder) / "nameless.lua").write_text(body, encoding="utf-8")
        self.compare_status("sojourn show nameless.lua > /dev/null")

    def compare_status(self, command):
        printed = self.execute(command)
        equal(self.status, 0, f"{command}\n{printed}")

    def check_elsewhere(self):
        for line in elsewhere(self.text):
            check_options(line)
            # A model's name and options, no placeholders; learning takes its time and is run by tests of its own.
            model = re.fullmatch(r"sojourn (simulate|sweep|compare|show|solve) ([\w./-]+\.lua)\b(.*)", line)
            if model and os.path.exists(os.path.join(self.folder, model[2])) and not re.search(r"  |…|\bFILE|\bNAME", line):
                kind = "solve" if "--solve" in line else model[1]
                short = {"solve": " --quiet", "show": " > shown"}.get(kind, " --quiet --runs 2 --duration 100")
                if "&&" not in line:
                    line = re.sub(r" --(quiet\b|(runs|duration) [\w.]+)", "", line) + short
                printed = self.execute(line)
                # An expectation that is not met, or no limit in so short a time, is no mistake of the page.
                equal(self.status in (0, 1, 3 if "--find" in line else 0), True, f"{line}\n{printed}")

    def updated(self, block):
        """The block with what its commands print today; what "..." left out stays out where the rest still fits."""
        if block["file"]:
            (pathlib.Path(self.folder) / block["file"]).write_text(block["body"], encoding="utf-8")
        if block["kind"] != "console":
            return block[0]
        body = ""
        for command, wanted in steps(block["body"]):
            got = self.execute(command)
            same = matches(without_clock(got), without_clock(wanted))
            body += f"$ {command}\n" + (wanted if same else got)
        return f"```console\n{body}```"


def register(path):
    page = Page(path)
    for number, block in enumerate(BLOCK.finditer(page.text), 1):
        if block["file"]:
            (pathlib.Path(page.folder) / block["file"]).write_text(block["body"], encoding="utf-8")
        if block["kind"] == "console":
            case(f"{path.relative_to(SOURCE)}, block {number}: {block['body'].splitlines()[0]}".replace("#", ""))(
                lambda body=block["body"]: page.compare(body))
        elif block["kind"] == "sql" and path.name == "sweep.md":
            case(f"docs/sweep.md, block {number}: SQL")(lambda body=block["body"]: page.query(body))
        elif block["kind"] == "lua" and not block["file"] and path.name != "language.md":  # that is tests/model's
            case(f"{path.relative_to(SOURCE)}, block {number}: a model")(lambda body=block["body"]: page.understands(body))
    if elsewhere(page.text):
        case(f"{path.relative_to(SOURCE)}: commands in sentences and other blocks")(page.check_elsewhere)
    return page


if UPDATE:
    for file in PAGES:
        the_page = Page(file)
        file.write_text(BLOCK.sub(the_page.updated, the_page.text), encoding="utf-8")
        shutil.rmtree(the_page.folder)
    sys.exit()
with contextlib.ExitStack() as stack:
    for file in PAGES:
        stack.callback(shutil.rmtree, register(file).folder)

    @case("docs/c-interface.md names every public function, and no other")
    def _():
        page = (SOURCE / "docs/c-interface.md").read_text(encoding="utf-8")
        for header in (SOURCE / "include/sojourn").glob("*.h"):
            declarations = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
            row = re.search(rf"^\| \[{header.name}\]\([^)]*\) \|[^|]*\|(.*)\|$", page, re.MULTILINE)[1]
            equal(re.findall(r"`(\w+)`", row), re.findall(r"^SJ_PUBLIC\b[^;{]*?\b(sj_\w+)\(", declarations, re.MULTILINE),
                  header.name)

    @case("the examples of the pages are there")
    def _():
        assert sum(len(steps(block["body"])) for file in PAGES for block in BLOCK.finditer(file.read_text("utf-8"))
                   if block["kind"] == "console") >= 8

    status = run()
sys.exit(status)
