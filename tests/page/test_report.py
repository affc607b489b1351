"""The report page as a file: what it says of each engine's results, and what becomes of --html where it cannot."""
import contextlib
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


@case("a comparison by a figure that scenarios lack does not name a best one among them")
def _():
    write("none.lua", 'server "api" { service = constant(1000) }\n'
          'client "web" { calls = "api", arrivals = poisson { rate = 8 }, timeout = 1, retries = 0 }\n'
          'scenario("a", function() end)\nscenario("b", function() set { ["web.timeout"] = 2 } end)\n'
          'scenario("good", function() set { ["api.service"] = exponential { rate = 20 } } end)\n')
    short = ("--runs", "3", "--duration", "60", "--quiet", "--html", "n.html")
    done("compare", "none.lua", "--scenario", "a", "--scenario", "b", *short)
    page = document("n.html")
    equal(page["headline"], "No scenario has a web.latency.p99")
    equal([answer["text"] for answer in page["answers"]],
          [f"{name}: has no web.latency.p99, not ranked" for name in ("a", "b")])
    equal([row[0] for row in page["tables"][0]["rows"]], [[None, "-", ""]] * 2)
    done("compare", "none.lua", *short)
    page = document("n.html")
    equal(page["headline"], "Lowest web.latency.p99: good")


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
    refused(2, "--html -: expected FILE", *long, "--html", "-")
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
    contains(page["headline"], r"^web\.arrivals\.rate matters most for web\.latency\.mean \(64 points of ")
    contains(page["answers"][0]["text"], r"^web\.latency\.mean depends most on web\.arrivals\.rate, which has a part in \d+ % of "
             r"its variance \(95 %: \d+ to 100 %\) .* It hardly depends on api\.service\.rate \(at most \d %\)")
    done("plot", "s.db", "--html", "again.html")
    equal(pathlib.Path("again.html").read_bytes() == pathlib.Path("s.html").read_bytes(), True)
    # The chart and the table have what the results file has, by Python's own SQLite.
    chart = page["charts"][0]
    equal((chart["name"], [label for _, label in chart["x"]["ticks"]]),
          ("sweep.web.latency.mean.indices", ["web.arrivals.rate", "api.service.rate"]))
    with contextlib.closing(sqlite3.connect("s.db")) as file:
        kept = dict(file.execute("SELECT metric, value FROM figures WHERE result = (SELECT indices FROM sweeps)"))
    for series, order in zip(chart["series"], ("first", "total")):
        for k, path in enumerate(("web.arrivals.rate", "api.service.rate")):
            wanted = [kept[f"web.latency.mean.sobol.{order}[{path}]{end}"] for end in ("", ".low", ".high")]
            equal([round(column[k], 6) for column in series["columns"][1:]], [round(value, 6) for value in wanted])
            row = next(row for row in page["tables"][0]["rows"] if row[1] == path)
            equal([round(cell[0], 6) for cell in row[2:][:3] if order == "first"] or
                  [round(cell[0], 6) for cell in row[2:][3:]], [round(value, 6) for value in wanted])
    equal(done("plot", "s.db", "--list", "--chart", "indices").split()[0], "sweep.web.latency.mean.indices")


@case("a grid over three parameters: maps and main effects have what the results file has")
def _():
    write("m.lua", MM1)
    done("sweep", "m.lua", "--solve", "--vary", "web.arrivals.rate=2:8:2", "--vary", "api.threads=1,2", "--vary",
         "api.capacity=5,10,20", "--quiet", "-o", "g.db", "--html", "g.html")
    charts = {chart["name"]: chart for chart in document("g.html")["charts"]}
    with contextlib.closing(sqlite3.connect("g.db")) as file:
        values = {}
        for point, axis, value in file.execute("SELECT point, axis, value FROM sweep_values"):
            values.setdefault(point, {})[axis] = value
        figures = file.execute("SELECT p.point, f.value FROM sweep_points AS p JOIN figures AS f ON f.result = p.result "
                               "WHERE f.metric = 'web.latency.mean'").fetchall()
    cells = {tuple(values[point][axis] for axis in range(3)): value for point, value in figures}
    equal(len(cells), 4 * 2 * 3)
    for k, threads in enumerate((1, 2)):
        chart = charts[f"sweep.web.latency.mean.map-{k + 1}"]
        equal(chart["title"], f"web.latency.mean by web.arrivals.rate and api.capacity, api.threads = {threads}")
        wanted = [cells[rate, threads, capacity] for rate in (2, 4, 6, 8) for capacity in (5, 10, 20)]
        equal(all(abs(got / its - 1) < 1e-6 for got, its in zip(chart["series"][0]["grid"]["value"], wanted)), True)
        equal([round(chart["colours"][end], 5) for end in ("low", "high")],
              [round(end(cells.values()), 5) for end in (min, max)])
    chart = charts["sweep.web.latency.mean.api.capacity"]
    series = {one["kind"]: one for one in chart["series"]}
    for k, capacity in enumerate((5, 10, 20)):
        its = [value for (_, _, at), value in cells.items() if at == capacity]
        equal([round(series["line"]["columns"][1][k], 5), round(series["band"]["columns"][1][k], 5),
               round(series["band"]["columns"][2][k], 5)], [round(x, 5) for x in (sum(its) / 8, min(its), max(its))])
    contains(series["band"]["name"], "no confidence interval")
    done("plot", "g.db", "--html", "again.html")
    equal(pathlib.Path("again.html").read_bytes() == pathlib.Path("g.html").read_bytes(), True)


LIMITED = """run { duration = 2000, runs = 6 }
server "db" { threads = 2, service = erlang { k = 2, rate = 20 }, capacity = 6 }
client "web" { calls = "db", arrivals = poisson { rate = 18 } }
"""


@case("both engines: whether they agree comes first, then the figures side by side, charts, the command")
def _():
    import json
    write("m.lua", LIMITED)
    command = ("compare", "--engines", "m.lua", "--seed", "3", "-o", "e.db", "--html", "e.html")
    contains(done(*command), r"Kept in e\.db\nThe page is in e\.html\n$")
    page = document("e.html")
    engines = json.loads(done("compare", "--engines", "m.lua", "--seed", "3", "--json"))["engines"]
    equal((page["headline"], page["state"]), (f"All {len(engines)} figures agree, as far as these runs can tell", "good"))
    contains(page["answers"][0]["text"], r"^\d+ figures within the 95 % interval of the simulation: .*db\.throughput")
    equal((page["source"], facts(page)["seed"], facts(page)["runs"]), (LIMITED, "3", "6 of 2000 s each"))
    equal(page["command"], shlex.join(("sojourn",) + command))
    table = page["tables"][0]
    equal((table["caption"], [row[0] for row in table["rows"]]), ("The figures of both, side by side", list(engines)))
    for row in table["rows"]:
        its = engines[row[0]]
        widths = its["difference"]["value"] / its["simulate"]["ci95"]
        for cell, wanted in ((row[1], its["simulate"]["value"]), (row[2], its["solve"]["value"]), (row[5], widths)):
            equal((row[0], abs(cell[0] - wanted) <= 1e-5 * abs(wanted)), (row[0], True), (cell, wanted))
        equal(row[7], "agrees")
    names = [chart["name"] for chart in page["charts"]]
    for name in ("engines.differences", "engines.half-widths", "engines.db.numbers", "engines.db.in_system",
                 "web.distribution", "db.transient"):
        equal((name, name in names), (name, True))
    done("plot", "e.db", "--html", "again.html")
    equal(pathlib.Path("again.html").read_bytes() == pathlib.Path("e.html").read_bytes(), True)
    # A single command given later is what is asked then.
    done("simulate", "m.lua", "--seed", "3", "-o", "e.db", "--quiet")
    done("plot", "e.db", "--html", "again.html")
    equal(document("again.html")["title"], "m.lua: simulated, event by event")


@case("both engines: what differs is named, and by how much; faults are left out of both; without an answer no page")
def _():
    write("m.lua", """run { duration = 2000 }
server "db" { service = lognormal { mean = 0.1, cv = 3 }, capacity = 49, orbit = 9 }
client "web" { calls = "db", arrivals = poisson { rate = 5 }, timeout = 2, retries = 3 }
fault { at = 1000, lasts = 50, set = { ["web.arrivals.rate"] = 90 } }
""")
    done("compare", "--engines", "m.lua", "--approximate", "--quiet", "--html", "e.html")
    page = document("e.html")
    contains(page["headline"], r"^\d+ of \d+ figures differ by more than chance$")
    equal((page["state"], page["answers"][0]["state"]), ("bad", "bad"))
    contains(page["answers"][0]["text"], r"^\S+ differs: simulated \S+ ± \S+.*, solved .*: [+−]\S+ %, \d+\.\d half widths$")
    equal([note for note in page["notes"] if "faults are left out of both" in note] != [], True, page["notes"])
    write("bad.lua", LIMITED.replace("erlang { k = 2, rate = 20 }", "constant(0.1)"))
    os.remove("e.html")
    refused(2, "", "compare", "--engines", "bad.lua", "--html", "e.html")
    equal(os.path.exists("e.html"), False)
    refused(3, "--html away/e.html: No such file", "compare", "--engines", "m.lua", "--html", "away/e.html")


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


@case("one request: its distribution reaches all, its time is a point of its own")
def _():
    write("one.lua", 'server "api" { service = exponential { rate = 10 } }\n'
          'client "web" { calls = "api", arrivals = poisson { rate = 1 } }\nrun { duration = 1, runs = 1 }\n')
    done("simulate", "one.lua", "--quiet", "--html", "one.html", "-o", "one.db")
    charts = {chart["name"]: chart for chart in document("one.html")["charts"]}
    with sqlite3.connect("one.db") as file:
        count, latency = (file.execute("SELECT value FROM figures WHERE metric = ?", [name]).fetchone()[0]
                          for name in ("web.completed", "web.latency.mean"))
    equal(count, 1)
    x, share = charts["web.distribution"]["series"][0]["columns"]
    equal((share[0], share[-1] >= 99.9, abs(x[-1] / latency - 1) < 0.01), (0, True, True))
    equal([y for y in charts["web.latency-over-time"]["series"][0]["columns"][1] if y is not None], [float(f"{latency:.7g}")])


@case("more charts than a page takes: some of each kind, and the others are named")
def _():
    write("many.lua", "".join(f'server "s{i}" {{ service = exponential {{ rate = 10 }} }}\n'
                              f'client "c{i}" {{ calls = "s{i}", arrivals = poisson {{ rate = 5 }} }}\n' for i in range(30)))
    done("simulate", "many.lua", "--runs", "2", "--duration", "40", "--quiet", "-o", "many.db", "--html", "many.html")
    page, there = document("many.html"), done("plot", "many.db", "--list").splitlines()
    drawn = [chart["name"] for chart in page["charts"]]
    equal((len(drawn), sorted(drawn + page["left_out"])), (80, sorted(line.split()[0] for line in there)))
    kinds = {name.split(".")[-1] for name in drawn}
    equal(kinds, {name.split(".")[-1] for name in page["left_out"]} | {"stages", "utilization"})


@case("chosen charts, and any metric of scenarios")
def _():
    write("two.lua", TWO)
    done("compare", "two.lua", "--duration", "100", "--runs", "3", "--quiet", "-o", "c.db")
    done("plot", "c.db", "--html", "c.html", "--chart", "scenarios.web.latency.max", "--chart", "p95", "--quiet")
    equal([chart["name"] for chart in document("c.html")["charts"]], ["scenarios.web.latency.max", "scenarios.web.latency.p95"])


sys.exit(run())
