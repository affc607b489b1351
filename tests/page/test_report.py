"""The report page as a file: what it says of each engine's results, and what becomes of --html where it cannot."""
import os
import pathlib
import shlex
import sqlite3
import subprocess
import sys

from harness import MM1, PROGRAM, SOURCE, case, contains, done, equal, run, sojourn, write
from report import document

MODELS = SOURCE / "models"
EXPECTING = MM1 + 'expect { ["web.latency.mean"] = "< 100", ["web.failed.ratio"] = "> 0.5" }\n'
TWO = """
scenario("slow", function() server "api" { service = exponential { rate = 9 } } end)
scenario("fast", function() server "api" { service = exponential { rate = 12 } } end)
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
"""


def refused(code, text, *arguments):
    result = sojourn(*arguments)
    equal((text, text in result.stderr), (text, True), result.stderr)
    equal((result.returncode, result.stdout), (code, ""))


def facts(page):
    return dict(page["facts"])


@case("a simulation: what was asked, the answer, charts, tables, how to repeat it")
def _():
    write("m.lua", EXPECTING)
    result = sojourn("simulate", "m.lua", "--runs", "3", "--duration", "200", "--set", "web.arrivals.rate=7", "--html", "r.html")
    equal((result.returncode, result.stderr), (1, ""))
    contains(result.stdout, "The page is in r.html")
    page = document("r.html")
    equal((page["headline"], page["state"]), ("1 of 2 expectations is not met", "bad"))
    equal([answer["state"] for answer in page["answers"]], ["bad", "good", "plain"])
    equal(page["answers"][0]["text"], "expectation not met: web.failed.ratio > 0.5 (it is 0)")
    equal(page["source"], EXPECTING)
    equal(page["command"], "sojourn simulate m.lua --runs 3 --duration 200 --set web.arrivals.rate=7 --html r.html")
    equal((facts(page)["seed"], facts(page)["runs"], facts(page)["changed in it"]),
          ("1", "3 of 200 s each", "web.arrivals.rate=7"))
    contains(page["model"], '"rate": 7')
    contains(facts(page)["made by"], done("--version").strip())
    equal([table["caption"] for table in page["tables"]], ["Clients", "Servers", "All figures"])
    names = [chart["name"] for chart in page["charts"]]
    for name in ("web.latency", "web.percentiles", "web.latency-over-time", "api.queue", "utilization"):
        equal((name, name in names), (name, True))
    for chart in page["charts"]:
        for axis in (chart["x"], chart["y"]):
            equal((chart["name"], bool(axis["unit"] or axis.get("ticks"))), (chart["name"], True))


@case("its figures are those of --json, to the digit")
def _():
    import json
    write("m.lua", MM1)
    arguments = ("simulate", "m.lua", "--runs", "3", "--duration", "200")
    metrics = json.loads(done(*arguments, "--json", "--html", "r.html"))["metrics"]
    rows = document("r.html")["tables"][-1]["rows"]
    equal([row[0] for row in rows], list(metrics))
    for name, (value, _, _), _ in rows:
        wanted = metrics[name]["value"]
        equal((name, value is None), (name, wanted is None))
        if wanted is not None:
            equal((name, abs(value - wanted) <= 1e-6 * abs(wanted)), (name, True))


@case("plot --html makes of a results file the page that the engine made in one go, byte for byte")
def _():
    write("m.lua", MM1)
    write("two.lua", TWO)
    for engine, *arguments in (
            ("simulate", "m.lua", "--runs", "2", "--duration", "100"),
            ("solve", MODELS / "retry-storm.lua", "--picture"),
            ("compare", "two.lua", "--runs", "3", "--duration", "100", "--against", "slow", "--by", "web.latency.p95"),
            ("learn", MODELS / "fault-recovery.lua", "--method", "edmd", "--runs", "4")):
        done(engine, *arguments, "--quiet", "-o", f"{engine}.db", "--html", "one.html")
        equal(done("plot", f"{engine}.db", "--html", "two.html"), "two.html\n")
        equal((engine, pathlib.Path("one.html").read_bytes() == pathlib.Path("two.html").read_bytes()), (engine, True))
        equal((engine, os.path.getsize("one.html") < 3000000), (engine, True))


@case("the command on the page, given to a shell, makes the page again")
def _():
    write("it's a model.lua", MM1)
    done("simulate", "it's a model.lua", "--runs=2", "--duration", "50", "--quiet", "--html", "r.html")
    first = pathlib.Path("r.html").read_bytes()
    os.mkdir("bin")
    os.symlink(PROGRAM, "bin/sojourn")
    command = document("r.html")["command"]
    os.remove("r.html")
    subprocess.run(["bash", "-c", command], check=True, timeout=60,
                   env=dict(os.environ, PATH=os.path.abspath("bin") + ":" + os.environ["PATH"]))
    equal(pathlib.Path("r.html").read_bytes() == first, True)
    equal(shlex.split(command)[2], "it's a model.lua")


@case("what was solved: the verdict comes first")
def _():
    done("solve", MODELS / "retry-storm.lua", "--quiet", "--picture", "--html", "s.html")
    page = document("s.html")
    equal((page["headline"], page["state"]), ("Server 52 is metastable", "bad"))
    contains(page["answers"][0]["text"], "52 is metastable: once 90 or more requests are in it")
    field = page["charts"][0]
    equal(field["name"], "52.field")
    equal([series["kind"] for series in field["series"]], ["heatmap", "arrows", "contours", "points", "points"])
    equal(len(field["series"][0]["grid"]["value"]), len(field["series"][0]["grid"]["x"]) * len(field["series"][0]["grid"]["y"]))


@case("a comparison: the ranking comes first, as compare ranks")
def _():
    import json
    write("two.lua", TWO)
    ranked = json.loads(done("compare", "two.lua", "--runs", "4", "--duration", "300", "--json", "--html", "c.html",
                             "--by", "web.latency.p95", "--against", "slow"))
    page = document("c.html")
    equal(page["headline"].startswith("Lowest web.latency.p95: fast"), True, page["headline"])
    table = page["tables"][0]
    equal((table["caption"], [row[1] for row in table["rows"]]), ("Ranking by web.latency.p95, lowest first", ["fast", "slow"]))
    wanted = {name: entry["metrics"]["web.latency.p95"]["value"] for name, entry in ranked["scenarios"].items()}
    for row in table["rows"]:
        equal((row[1], abs(row[2][0] / wanted[row[1]] - 1) < 1e-6), (row[1], True))
    equal(page["tables"][1]["caption"], "Differences in web.latency.p95 to slow")
    equal("scenarios.web.distribution" in [chart["name"] for chart in page["charts"]], True)


@case("what was learned: how long it takes to settle")
def _():
    done("learn", MODELS / "fault-recovery.lua", "--method", "edmd", "--runs", "4", "--quiet", "--html", "l.html")
    page = document("l.html")
    contains(page["headline"], "After a disturbance it settles to within 0.1")
    contains(page["command"], "sojourn learn ")


@case("results that do not tell what was asked, and a later command's question in place of an earlier one's")
def _():
    import sqlite3
    write("m.lua", MM1)
    arguments = ("simulate", "m.lua", "--runs", "2", "--duration", "50", "--quiet", "-o", "r.db")
    done(*arguments)
    write("m.lua", EXPECTING)
    equal(sojourn(*arguments).returncode, 1)
    done("plot", "r.db", "--html", "r.html")
    equal(document("r.html")["headline"], "1 of 2 expectations is not met")
    connection = sqlite3.connect("r.db")
    connection.execute("DROP TABLE questions")
    connection.commit()
    connection.close()
    done("plot", "r.db", "--html", "r.html")
    page = document("r.html")
    equal((page["command"], page["source"]), (None, None))
    contains(page["headline"], "99 of 100 requests of web are answered within")


@case("hostile names do not break out of the page")
def _():
    name = "</script><b>&\"'<!--.lua"
    folder = name.replace("/", "\u2215")
    write(folder, MM1.replace('"web"', '"w<b>eb"').replace('"api"', '"</script>"') + f"-- {name}\n")
    result = sojourn("simulate", folder, "--runs", "2", "--duration", "50", "--quiet", "--html", "r.html")
    if result.returncode == 2:  # such a component is refused: then a comment and the file's name carry it
        write(folder, MM1 + f"-- {name}\n")
        done("simulate", folder, "--runs", "2", "--duration", "50", "--quiet", "--html", "r.html")
    text = pathlib.Path("r.html").read_text(encoding="utf-8")
    data = text.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    equal("<" in data, False)
    contains(document("r.html")["source"], name)
    equal((text.count("<script"), text.count("<b>")), (3, 0))


@case("where it cannot be written: exit code 3, before anything is computed, and an older page stays")
def _():
    write("m.lua", MM1)
    long = ("simulate", "m.lua", "--duration", "1e9")
    refused(3, "--html away/r.html: No such file or directory", *long, "--html", "away/r.html")
    os.mkdir("folder.html")
    refused(3, "--html folder.html: Is a directory", *long, "--html", "folder.html")
    refused(2, "--html m.lua would overwrite m.lua", *long, "--html", "m.lua")
    refused(2, "--html: expected FILE, got nothing", *long, "--html=")
    refused(2, "--find tries many", "simulate", "m.lua", "--find", "web.arrivals.rate", "--such-that", "web.latency.p99 < 2",
            "--html", "r.html")
    done("simulate", "m.lua", "--duration", "50", "--quiet", "-o", "r.db")
    refused(2, "--html r.db would overwrite r.db", "plot", "r.db", "--html", "r.db")
    refused(2, "--html makes a page", "plot", "r.db", "--html", "r.html", "--list")
    if os.path.exists("/dev/full"):
        refused(3, "/dev/full", "plot", "r.db", "--html", "/dev/full/r.html")
    if os.getuid() != 0:
        os.mkdir("closed", 0o555)
        refused(3, "--html closed/r.html: Permission denied", *long, "--html", "closed/r.html")
    equal(sorted(os.listdir(".")), sorted(["m.lua", "folder.html", "r.db"] + ["closed"] * (os.getuid() != 0)))


@case("a sweep: where the expectations are met, its points in one table, maps and curves, the command")
def _():
    write("m.lua", EXPECTING)
    points = [(rate, discipline) for rate in (2, 4, 8) for discipline in ("fifo", "lifo")]
    command = ("sweep", "m.lua", "--runs", "3", "--duration", "60", "--vary", "web.arrivals.rate=2,4,8", "--vary",
               "api.discipline=fifo,lifo", "-o", "s.db", "--html", "s.html")
    equal(sojourn(*command, "--quiet").returncode, 1)
    page = document("s.html")
    equal((page["headline"], page["state"]),
          ("6 points of web.arrivals.rate, api.discipline. The expectations are met at 0 of them", "bad"))
    equal((page["command"], page["source"]), (shlex.join(("sojourn",) + command + ("--quiet",)), EXPECTING))
    done("plot", "s.db", "--html", "again.html")
    equal(pathlib.Path("again.html").read_bytes() == pathlib.Path("s.html").read_bytes(), True)
    table = page["tables"][0]
    equal([(row[0][0], row[1][1]) for row in table["rows"]], points)
    column = [c["label"] for c in table["columns"]].index("web.latency.mean")
    chart = next(c for c in page["charts"] if c["name"] == "sweep.web.latency.mean")
    equal(chart["series"][0]["grid"]["value"], [row[column][0] for row in table["rows"]])
    equal([label for _, label in chart["y"]["ticks"]], ["fifo", "lifo"])
    equal(done("plot", "s.db", "--list", "--chart", "sweep.web.latency.max").split()[0], "sweep.web.latency.max")
    equal(done("plot", "s.db", "--list", "--result", "1").split()[0], "web.latency")
    # A single command that finds its result among the points asks something else: not what the sweep's page is to tell.
    equal(sojourn("simulate", "m.lua", "--runs", "3", "--duration", "60", "--set", "web.arrivals.rate=2", "--quiet", "-o",
                  "s.db").returncode, 1)
    done("plot", "s.db", "--html", "again.html")
    equal((document("again.html")["headline"], document("again.html")["command"]),
          ("6 points of web.arrivals.rate, api.discipline", None))


@case("a sample: which parameters matter comes first")
def _():
    write("m.lua", MM1)
    done("sweep", "m.lua", "--solve", "--sobol", "16", "--set", "api.capacity=20", "--vary", "web.arrivals.rate=4:6", "--vary",
         "api.service.rate=10:10.1", "--by", "web.latency.mean", "--quiet", "-o", "s.db", "--html", "s.html")
    page = document("s.html")
    contains(page["answers"][0]["text"], r"^web\.arrivals\.rate explains \d+ % of the variance of web\.latency\.mean by itself")
    contains(page["answers"][1]["text"], r"^api\.service\.rate explains -?\d % of the variance of web\.latency\.mean by itself")
    done("plot", "s.db", "--html", "again.html")
    equal(pathlib.Path("again.html").read_bytes() == pathlib.Path("s.html").read_bytes(), True)


@case("measurements: the page in one go, and the same from the results file")
def _():
    few = ("--payload", "1000", "--messages", "20", "--producers", "1", "--no-ceilings", "--quiet")
    done("measure", *few, "-o", "m.db", "--html", "m.html")
    page = document("m.html")
    contains(page["headline"], r"^[\d.]+ [kMG]B/s of payload$")
    equal(page["answers"][-1], {"state": "good", "text": "no message was lost or corrupt"})
    table = page["tables"][0]
    row = dict(zip([column["label"] for column in table["columns"]], [cell[0] for cell in table["rows"][0]]))
    figures = dict(sqlite3.connect("m.db").execute("SELECT metric, value FROM figures").fetchall())
    equal((row["producers"], row["payload"], row["lost"]), (1, 1000, 0))
    equal(abs(row["throughput"] * 1e6 / figures["throughput.avg"] - 1) < 1e-3, True)
    equal(abs(row["latency.p99"] / 1e3 / figures["latency.p99"] - 1) < 1e-3, True)
    contains(page["command"], "sojourn measure --payload 1000")
    done("plot", "m.db", "--html", "again.html")
    equal(pathlib.Path("again.html").read_bytes() == pathlib.Path("m.html").read_bytes(), True)


@case("chosen charts, and any metric of scenarios")
def _():
    write("two.lua", TWO)
    done("compare", "two.lua", "--duration", "100", "--runs", "3", "--quiet", "-o", "c.db")
    done("plot", "c.db", "--html", "c.html", "--chart", "scenarios.web.latency.max", "--chart", "p95", "--quiet")
    equal([chart["name"] for chart in document("c.html")["charts"]], ["scenarios.web.latency.max", "scenarios.web.latency.p95"])


sys.exit(run())
