"""sojourn plot: what it draws of real results, and what it says where it cannot."""
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree

from harness import MM1, PROGRAM, SOURCE, Skip, case, contains, done, equal, run, sojourn, write

TWO = """
scenario("slow", function() server "api" { service = exponential { rate = 9 } } end)
scenario("fast", function() server "api" { service = exponential { rate = 12 } } end)
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
"""


def needs_gnuplot():
    if not shutil.which("gnuplot"):
        raise Skip("gnuplot is not on the PATH")


def simulated():
    write("m.lua", MM1)
    done("simulate", "m.lua", "--duration", "200", "--runs", "3", "--quiet", "-o", "r.db")


def names(*arguments):
    return [line.split()[0] for line in done("plot", *arguments, "--list").splitlines()]


def refused(code, text, *arguments, **options):
    result = sojourn("plot", *arguments, **options)
    equal(result.stdout, "")
    equal((text, text in result.stderr), (text, True), result.stderr)
    equal(result.returncode, code, result.stderr)


@case("a simulation's charts: listed, and drawn into the folder FILE-charts")
def _():
    needs_gnuplot()
    simulated()
    wanted = ["web.latency", "web.percentiles", "web.distribution", "stages", "web.latency-over-time", "web.latency-map",
              "api.queue", "utilization"]
    equal(names("r.db"), wanted)
    equal(done("plot", "r.db").splitlines(), [f"r-charts/{name}.svg" for name in wanted])
    equal(sorted(os.listdir("r-charts")), sorted(f"{name}.svg" for name in wanted))
    for name in wanted:
        root = xml.etree.ElementTree.parse(f"r-charts/{name}.svg").getroot()
        equal(root.tag, "{http://www.w3.org/2000/svg}svg")
        contains("".join(root.itertext()), "m.lua, web")


@case("what was solved: field, committor, transient, spectrum")
def _():
    needs_gnuplot()
    model = SOURCE / "models" / "retry-storm.lua"
    done("solve", model, "--quiet", "--picture", "-o", "s.db")
    equal(names("s.db"), ["52.field", "52.committor", "52.transient", "52.full", "spectrum"])
    equal(done("plot", "s.db", "--quiet", "--chart", "field", "-o", "f.svg"), "")
    text = "".join(xml.etree.ElementTree.parse("f.svg").getroot().itertext())
    for words in ("attractor", "saddle", "mean drift, longer: faster", "mean time until empty, ", "in the orbit, to retry (requests)"):
        equal((words, words in text), (words, True))
    done("solve", model, "--quiet", "--set", "client.arrivals.rate=6", "-o", "s.db")
    equal(names("s.db"), ["52.transient", "52.full", "spectrum"])
    refused(2, "--picture", "s.db", "--chart", "52.field", "-o", "f.svg")
    equal(names("s.db", "--result", "1")[0], "52.field")


@case("a server without an orbit: lines in place of the plane")
def _():
    write("k.lua", """server "api" { service = exponential { rate = 10 }, capacity = 20 }
                      client "web" { calls = "api", arrivals = poisson { rate = 8 } }""")
    done("solve", "k.lua", "--quiet", "--picture", "-o", "k.db")
    equal(names("k.db"), ["api.field", "api.density", "api.committor", "api.transient", "api.full", "spectrum"])


@case("--help has an example")
def _():
    for option in ("--help", "-h"):
        text = done("plot", "nowhere.db", option)
        equal("Example: sojourn plot results.db --chart latency -o latency.png" in text, True)
        equal("  -o DIR|FILE " in text and "FILE.db keep" not in text, True, text)


@case("scenarios side by side, any metric, and one of them alone")
def _():
    write("two.lua", TWO)
    done("compare", "two.lua", "--duration", "100", "--runs", "3", "--quiet", "-o", "c.db")
    equal(names("c.db"), [f"scenarios.{name}" for name in (
        "web.latency.mean", "web.latency.p50", "web.latency.p95", "web.latency.p99", "web.goodput",
        "api.utilization.mean", "stages", "web.distribution")])
    equal(names("c.db", "--chart", "scenarios.web.latency.max"), ["scenarios.web.latency.max"])
    equal(names("c.db", "--chart", "p95"), ["scenarios.web.latency.p95"])
    equal(names("c.db", "--scenario", "slow")[0], "web.latency")
    refused(2, "did you mean slow?", "c.db", "--scenario", "slo", "--list")


@case("one chart into a file, by its ending; PNG, PDF")
def _():
    needs_gnuplot()
    simulated()
    done("plot", "r.db", "--chart", "utilization", "-o", "u.png")
    equal(pathlib.Path("u.png").read_bytes()[:4], b"\x89PNG")
    done("plot", "r.db", "--chart", "utilization", "--chart", "latency", "-o", "all", "--format", "pdf")
    equal(sorted(os.listdir("all")), ["utilization.pdf", "web.latency.pdf"])
    equal(pathlib.Path("all/web.latency.pdf").read_bytes()[:5], b"%PDF-")
    refused(2, "-o all.svg is one picture, and there are 8 charts", "r.db", "-o", "all.svg")
    refused(2, "disagree", "r.db", "--chart", "latency", "-o", "x.svg", "--format", "png")


@case("names that are not there: the nearest is named")
def _():
    simulated()
    refused(2, "unknown chart latencies, did you mean latency?", "r.db", "--chart", "latencies")
    refused(2, "unknown chart web.latncy, did you mean web.latency?", "r.db", "--chart", "web.latncy")
    refused(2, "--list names those there are", "r.db", "--chart", "xyz")
    refused(2, "--format gif: expected svg, png or pdf", "r.db", "--format", "gif")
    refused(2, "no result 7", "r.db", "--result", "7")
    refused(2, "did you mean --chart?", "r.db", "--chrt", "x")


@case("charts of a client that has no answer are not called unknown")
def _():
    write("never.lua", 'server "api" { service = constant(1000) }\n'
          'client "web" { calls = "api", arrivals = poisson { rate = 8 }, timeout = 1 }\n')
    done("simulate", "never.lua", "--duration", "50", "--runs", "2", "--quiet", "-o", "never.db")
    refused(2, "chart web.latency: no request of that client was answered", "never.db", "--chart", "web.latency")
    refused(2, "unknown chart api.latency", "never.db", "--chart", "api.latency")


@case("files that hold nothing to draw")
def _():
    refused(3, "none.db", "none.db")
    write("text.db", "no database at all, whatever it is called")
    refused(3, "text.db: not a results file", "text.db")
    sqlite3.connect("empty.db").close()
    refused(3, "empty.db: holds no results", "empty.db")


@case("where it cannot be written, and what is left there: nothing")
def _():
    needs_gnuplot()
    simulated()
    write("taken", "a file")
    refused(3, "taken", "r.db", "-o", "taken")
    refused(3, "away/x.svg: No such file or directory", "r.db", "--chart", "latency", "-o", "away/x.svg")
    os.mkdir("x.svg")
    refused(3, "x.svg: Is a directory", "r.db", "--chart", "latency", "-o", "x.svg")
    equal(sorted(os.listdir(".")), ["m.lua", "r.db", "taken", "x.svg"])


@case("without gnuplot, and with one that fails, the older picture stays")
def _():
    simulated()
    write("l.svg", "old")
    os.mkdir("bin")
    arguments = ("r.db", "--chart", "latency", "-o", "l.svg")
    refused(3, "Debian and Ubuntu have it in the package gnuplot-nox", *arguments, env={"PATH": os.path.abspath("bin")})
    write("bin/gnuplot", "#!/bin/sh\necho 'line 1: no such thing' >&2\nexit 1\n")
    os.chmod("bin/gnuplot", 0o755)
    refused(3, "line 1: no such thing", *arguments, env={"PATH": os.path.abspath("bin")})
    write("bin/gnuplot", "#!/bin/sh\nkill -9 $$\n")
    refused(3, "gnuplot was ended by signal 9", *arguments, env={"PATH": os.path.abspath("bin")})
    equal(pathlib.Path("l.svg").read_text(encoding="ascii"), "old")
    contains(done("plot", "r.db", "--list", env={"PATH": ""}), "web.latency")


@case("the commands of docs/plot.md")
def _():
    needs_gnuplot()
    os.symlink(SOURCE / "models", "models")
    os.mkdir("bin")
    os.symlink(PROGRAM, "bin/sojourn")
    text = (SOURCE / "docs" / "plot.md").read_text(encoding="utf-8")
    commands = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    equal(len(commands), 6)
    for block in commands:
        # Shorter than people would want it: it is the drawing that is tested.
        block = re.sub(r"^(sojourn (simulate|compare) .*)$", r"\1 --duration 200 --runs 3 --quiet",
                       re.sub(r" --runs \d+", "", block), flags=re.MULTILINE)
        result = subprocess.run(["bash", "-ec", block], stdin=subprocess.DEVNULL, text=True, timeout=100, check=False,
                                env=dict(os.environ, PATH=os.path.abspath("bin") + ":" + os.environ["PATH"]),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        equal((result.returncode, result.stderr), (0, ""))
    for file in ("percentiles.png", "pictures/52.queue.pdf", "field.svg", "p99.9.svg", "pools-charts/web.latency.svg",
                 "indices/sweep.web.latency.mean.indices.svg", "differences.svg"):
        equal((file, os.path.exists(file)), (file, True))


@case("scripts/draw-figures draws the pictures that the pages show, each below 200 kB")
def _():
    needs_gnuplot()
    subprocess.run([SOURCE / "scripts" / "draw-figures", PROGRAM, os.path.abspath("figures")], check=True, timeout=300,
                   stdin=subprocess.DEVNULL)
    kept = sorted(os.listdir(SOURCE / "docs" / "figures"))
    equal(sorted(os.listdir("figures")), kept)
    shown = set()
    for page in (SOURCE / "docs").glob("*.md"):
        shown |= set(re.findall(r"\]\(figures/([^)]*)\)", page.read_text(encoding="utf-8")))
    equal(sorted(shown), kept)
    for name in kept:
        file = SOURCE / "docs" / "figures" / name
        xml.etree.ElementTree.parse(file)
        equal((name, file.stat().st_size < 200000), (name, True))


sys.exit(run())
