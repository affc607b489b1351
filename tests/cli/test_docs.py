"""Runs the examples of README.md and docs/*.md and compares what they print with what the pages say.

In a page, <!-- file: NAME --> before a fenced block makes the block a file of that name. In a block marked console each line
that starts with "$ " is a command, and the lines up to the next are what it prints, errors included; a line "..." stands for
any lines. A page's blocks share one folder, in which `models` is the project's and `sojourn` the program. The
date and time of day may differ.

With --update behind the arguments the pages get what is printed today; read the difference before you commit it."""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from harness import PROGRAM, SOURCE, case, equal, run

BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
UPDATE = "--update" in sys.argv
PAGES = [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]


def steps(body):
    """[(command, what it prints)] of a console block."""
    parts = re.split(r"^\$ (.*)\n", body, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


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
