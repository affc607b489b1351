"""What leaves the program for others: Markdown, the schema, HdrHistogram logs, pandas, DuckDB, completion in shells, manual pages, the
page of metrics, the site. What reads it is never sojourn itself; where a reader is not installed, its case is skipped."""
import base64
import json
import os
import pathlib
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import zlib

from harness import MM1, PROGRAM, SOURCE, Skip, case, contains, done, equal, from_npm, run, sojourn, write

COMMANDS = ["simulate", "solve", "compare", "sweep", "learn", "measure", "plot", "show"]


def output(*words, **options):
    """What a command prints, which must succeed."""
    result = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=100, check=False, **options)
    equal(result.returncode, 0, result.stderr)
    return result.stdout


def needed(program):
    if not shutil.which(program):
        raise Skip(f"{program} is not installed")
    return program


def results():
    """A results file of two results, and the first one's JSON."""
    write("m.lua", MM1)
    document = json.loads(done("simulate", "m.lua", "--duration", "500", "--json", "-o", "r.db"))
    done("solve", "m.lua", "--set", "api.capacity=20", "--quiet", "-o", "r.db")
    return document


# --- tables

@case("show --markdown: a table with a row a metric, of one result or of all")
def _():
    document = results()
    text = done("show", "r.db", "--markdown", "--result", "1")
    rows = dict(re.findall(r"^\| (\S+) \| (\S+) \|", text, re.M))
    names = {name.replace("_", r"\_") for name in document["metrics"]}
    equal(set(rows) - {"metric", ":---"}, names)
    for name, metric in document["metrics"].items():
        shown = rows[name.replace("_", r"\_")]
        equal(shown == "-", metric["value"] is None, name)
        if shown != "-":
            # With an interval, as many digits as the half width has two of.
            near = abs(float(shown) - metric["value"]) <= max(6e-4 * abs(metric["value"]), (metric["ci95"] or 0) / 20)
            equal(near, True, f"{name}: {shown} for {metric['value']}")
    both = done("show", "r.db", "--markdown")
    equal(both.startswith(text), True)
    contains(both, r"\| api\.verdict \| stable \|")


@case("show --sql: the statements make the same tables and views in an empty file")
def _():
    results()
    script = done("show", "r.db", "--sql")
    fresh, there = sqlite3.connect(":memory:"), sqlite3.connect("r.db")
    fresh.executescript(script)
    listing = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"
    equal(fresh.execute(listing).fetchall(), there.execute(listing).fetchall())


@case("show: one way of printing at a time, and results that are there")
def _():
    results()
    for words, message in {
            ("--markdown", "--json"): "of --json, --csv, --markdown, --sql and --hdr take one",
            ("--sql", "--result", "1"): "--result does not go with --sql, which is of the whole file"}.items():
        result = sojourn("show", "r.db", *words)
        equal((result.returncode, result.stderr), (2, f"sojourn: {message}\n"))
    result = sojourn("show", "r.db", "--markdown", "--result", "9")
    equal(result.returncode, 3)
    contains(result.stderr, "holds no result number 9")
    result = sojourn("show", "m.lua", "--hdr", "-")
    equal((result.returncode, result.stderr), (2, "sojourn: --hdr is for results files, and m.lua is a model\n"))


# --- HdrHistogram

def decode(text):
    """A histogram of the compressed form V2, as HdrHistogram's AbstractHistogram.java reads it: {value: count}."""
    raw = base64.b64decode(text)
    cookie, length = struct.unpack(">II", raw[:8])
    equal(cookie & ~0xF0, 0x1C849304)
    plain = zlib.decompress(raw[8:8 + length])
    cookie, size, offset, digits, lowest, _highest, _ratio = struct.unpack(">IiiiqqD".replace("D", "d"), plain[:40])
    equal((cookie & ~0xF0, offset, digits, lowest), (0x1C849303, 0, 3, 1))
    payload, at, index, counts = plain[40:40 + size], 0, 0, {}
    while at < len(payload):
        number = 0
        for byte in range(9):
            last = payload[at]
            number |= (last if byte == 8 else last & 127) << (7 * byte)
            at += 1
            if byte == 8 or last < 128:
                break
        count = (number >> 1) ^ -(number & 1)
        if count < 0:
            index -= count
            continue
        bucket = max((index >> 10) - 1, 0)
        sub = (index & 1023) + (1024 if index >= 1024 else 0)
        counts[(sub << bucket) + (1 << bucket) // 2] = count
        index += 1
    return counts


def quantile(counts, share):
    rank, total = share * (sum(counts.values()) - 1), 0
    for value in sorted(counts):
        total += counts[value]
        if total > rank:
            return value
    return None


@case("show --hdr: a log of HdrHistogram holds every request, and its quantiles are those of all runs together")
def _():
    document = results()
    done("show", "r.db", "--result", "1", "--hdr", "r.hlog")
    log = pathlib.Path("r.hlog").read_text(encoding="ascii")
    equal(done("show", "r.db", "--result", "1", "--hdr", "-"), log)
    lines = dict(re.findall(r"^Tag=([^,]+),[\d.]+,[\d.]+,[\d.]+,(\S+)$", log, re.M))
    equal(sorted(lines), ["api.service", "api.sojourn", "api.wait", "web.latency"])
    counts = decode(lines["web.latency"])
    equal(sum(counts.values()), round(sum(document["metrics"]["web.completed"]["runs"])))
    # The database's own view of the cells is another way to the same numbers.
    cells = sqlite3.connect("r.db").execute(
        "SELECT value_low, value_high, sum(count) FROM histogram_cells WHERE histogram = 'web.latency' AND result = 1 "
        "GROUP BY value_low ORDER BY value_low").fetchall()
    total = sum(count for _, _, count in cells)
    for share in (0.1, 0.5, 0.9, 0.99, 0.999):
        below = 0
        for low, high, count in cells:
            below += count
            if below > share * (total - 1):
                equal(abs(quantile(counts, share) / 1e9 / ((low + high) / 2) - 1) < 0.0015, True, share)
                break


@case("show --hdr: HdrHistogram's own library reads it")
def _():
    from_npm(pathlib.Path("."), "hdr-histogram-js", "install", "hdr-histogram-js@3.0.0")
    results()
    done("show", "r.db", "--result", "1", "--hdr", "r.hlog")
    write("read.js", """
const hdr = require('hdr-histogram-js');
const reader = new hdr.HistogramLogReader(require('fs').readFileSync('r.hlog', 'utf8'));
for (let h; (h = reader.nextIntervalHistogram()) != null;)
  console.log(JSON.stringify([h.tag, h.totalCount, h.getValueAtPercentile(99) / 1e9]));
""")
    found = {line[0]: line[1:] for line in map(json.loads, output("node", "read.js").splitlines())}
    log = pathlib.Path("r.hlog").read_text(encoding="ascii")
    for tag, code in re.findall(r"^Tag=([^,]+),.*,(\S+)$", log, re.M):
        counts = decode(code)
        equal(found[tag][0], sum(counts.values()))
        equal(abs(found[tag][1] * 1e9 / quantile(counts, 0.99) - 1) < 0.002, True, tag)


# --- pandas and DuckDB: the two lines of docs/results-file.md

def documented(pattern):
    """The lines of the page's block that matches, for the file r.db."""
    page = (SOURCE / "docs/results-file.md").read_text(encoding="utf-8")
    lines = re.search(rf"^```\w+\n({pattern}.*?)^```$", page, re.M | re.S)[1].replace("FILE.", "r.")
    equal(lines.count("\n"), 2)
    return lines


def python_with(module):
    """A Python that has the module: the one that runs this, or the system's."""
    for python in (sys.executable, "/usr/bin/python3"):
        if os.path.exists(python) and not subprocess.run([python, "-c", f"import {module}"], capture_output=True,
                                                         check=False).returncode:
            return python
    raise Skip(f"{module} is not installed")


@case("pandas reads a results file in two lines")
def _():
    python = python_with("pandas")
    document = results()
    write("two.py", documented("import pandas") + "for value in table.sort_values('run').value: print(repr(float(value)))")
    equal([float(line) for line in output(python, "two.py").split()], document["metrics"]["web.latency.p99"]["runs"])


@case("DuckDB reads a results file in two lines")
def _():
    from_npm(pathlib.Path("."), "@duckdb/node-api", "install", "@duckdb/node-api@1.5.6-r.1")
    document = results()
    show, query = documented("sojourn show").splitlines()
    done(*show.split()[1:])
    write("query.js", """
const { DuckDBInstance } = require('@duckdb/node-api');
DuckDBInstance.create(':memory:').then((duckdb) => duckdb.connect())
  .then((connection) => connection.runAndReadAll(process.argv[2]))
  .then((reader) => console.log(JSON.stringify(reader.getRowsJson())));
""")
    rows = json.loads(output("node", "query.js", re.fullmatch(r'duckdb -c "(.*)"', query)[1]))
    equal([int(run) for _, run, _ in rows], list(range(8)))
    equal([value for _, _, value in rows], document["metrics"]["web.latency.p99"]["runs"])


# --- completion

WORDS = {
    ("",): COMMANDS + ["--help", "--version"],
    ("s",): ["simulate", "solve", "sweep", "show"],
    ("plot", "r.db", "--format", ""): ["svg", "png", "pdf"],
    ("plot", "r.db", "--format", "p"): ["png", "pdf"],
    ("show", "--mark"): ["--markdown"],
    ("compare", "s.lua", "--scenario", ""): ["slow server", "fast"],
    ("simulate", ""): [],
}
SCENARIOS = MM1 + 'scenario("slow server", function() set { ["api.threads"] = 1 } end)\n' \
    'scenario("fast", function() set { ["api.threads"] = 2 } end)\n'


def offered(words):
    write("s.lua", SCENARIOS)
    return done("--complete", *words).splitlines()


@case("sojourn --complete offers commands, options, values and scenarios")
def _():
    for words, wanted in WORDS.items():
        equal(sorted(offered(words)), sorted(wanted), words)
    for command in COMMANDS:
        listed = re.findall(r"^  (-\S+)", done(command, "--help"), re.M)
        equal(sorted(offered((command, "-"))), sorted(listed), command)


@case("completion in bash")
def _():
    write("s.lua", SCENARIOS)
    place = {**os.environ, "PATH": os.path.dirname(PROGRAM) + ":" + os.environ["PATH"]}
    for words, wanted in WORDS.items():
        quoted = " ".join(f"'{word}'" for word in ("sojourn",) + words)
        printed = output("bash", "-c", f". {SOURCE}/completions/sojourn.bash; COMP_WORDS=({quoted}); "
                         f"COMP_CWORD={len(words)}; _sojourn; printf '%s\\n' \"${{COMPREPLY[@]}}\"", env=place)
        equal(sorted(line.replace("\\ ", " ") for line in printed.splitlines() if line), sorted(wanted), words)


@case("completion in zsh")
def _():
    needed("zsh")
    write("s.lua", SCENARIOS)
    place = {**os.environ, "PATH": os.path.dirname(PROGRAM) + ":" + os.environ["PATH"]}
    for words, wanted in WORDS.items():
        quoted = " ".join(f"'{word}'" for word in ("sojourn",) + words)
        printed = output("zsh", "-f", "-c", "compadd() { print -rl -- \"${(@P)2}\" }; _files() { }; "
                         f"words=({quoted}); CURRENT={len(words) + 1}; . {SOURCE}/completions/_sojourn", env=place)
        equal(sorted(printed.splitlines()), sorted(wanted), words)


# --- manual pages

@case("every command has a manual page with all its options, without a warning")
def _():
    for command in COMMANDS:
        output(sys.executable, SOURCE / "scripts/manual_page.py", PROGRAM, command, "page.1")
        page = pathlib.Path("page.1").read_text(encoding="utf-8").replace("\\-", "-")
        for option, _argument in re.findall(r"^  (-\S+)( [A-Z|=a-z.:]+)?", done(command, "--help"), re.M):
            contains(page, rf"(?m)^\.B {re.escape(option)}\b")
        if shutil.which("groff"):
            warned = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "page.1"], capture_output=True, check=True)
            equal(warned.stderr, b"")


# --- the page of metrics

def patterns():
    """Regular expressions of the names in docs/metrics.md and docs/learn.md. Counts have ratios and rates too."""
    found = []
    for page in ("metrics.md", "learn.md", "measure.md"):
        text = (SOURCE / "docs" / page).read_text(encoding="utf-8")
        for cell in re.findall(r"^\| (`.*?) \|", text, re.M):
            found += re.findall(r"`([^`]+)`", cell)
    result = []
    for name in found:
        name = re.escape(name).replace("\\{", "(?:").replace("\\}", ")").replace(",", "|").replace("\\ ", "")
        name = re.sub(r"\\\[[^]]*\\\]", r"\\[[^]]+\\]", name)
        name = re.sub(r"\b[A-Z]{3,}\b", r"[^.]+", name)
        result.append(re.compile(name + r"(?:\.(?:ratio|rate))?"))
    return result


@case("docs/metrics.md has every metric that the engines give")
def _():
    known = patterns()
    models = SOURCE / "models"
    for words in (["simulate", models / "mm1.lua"], ["simulate", models / "call-graph.lua"],
                  ["simulate", models / "retry-storm.lua"], ["simulate", models / "postgres.lua"],
                  ["simulate", models / "persistence.lua", "--scenario", "5 in flight"],
                  ["solve", models / "retry-storm.lua"]):
        few = ["--runs", "1", "--duration", "20"] if words[0] == "simulate" else []
        result = sojourn(*words, *few, "--json")
        names = json.loads(result.stdout)["metrics"]
        missing = sorted(name for name in names if not any(pattern.fullmatch(name) for pattern in known))
        equal(missing, [], words)


# --- the site

@case("the site: every link and anchor leads somewhere, nothing comes from elsewhere")
def _():
    needed("mkdocs")
    output(sys.executable, SOURCE / "scripts/make-site", "documentation")
    site = pathlib.Path("documentation/site")
    pages = {path.name: path.read_text(encoding="utf-8") for path in site.glob("*.html")}
    equal(len(pages) > 25, True)
    anchors = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in pages.items()}
    for header in (SOURCE / "include/sojourn").glob("*.h"):
        declared = set(re.findall(r"^SJ_PUBLIC\b[^;{]*?\b(sj_\w+)\(", header.read_text(encoding="utf-8"), re.M))
        equal(declared - anchors[f"c-{header.stem}.html"], set(), header.name)
    for name, text in pages.items():
        if name == "404.html":
            continue
        loaded = re.findall(r'<(?:script|img|link)\b[^>]*?\b(?:src|href)="([^"]+)"', text)
        for address in loaded:
            equal(re.match(r"https?:|//", address), None, f"{name} loads {address}")
            equal((site / address.split("?")[0]).exists(), True, f"{name}: {address}")
        for address in re.findall(r'<a\b[^>]*?\bhref="([^"]+)"', text):
            if re.match(r"[a-z]+:", address):
                continue
            page, _, anchor = address.partition("#")
            page = page if page not in ("", ".") else name
            equal(page in pages, True, f"{name}: {address}")
            equal(not anchor or anchor in anchors[page], True, f"{name}: no such anchor: {address}")


sys.exit(run())
