"""Reads a results file as docs/results-file.md says, with nothing of ours: python3 test_results_file.py WRITER DOCS.

WRITER is tests/results/write_sample.c as a program; what it stores is known (tests/results/sample.h). TAP.
"""
import hashlib
import math
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

writer, docs = sys.argv[1:]
number = 0


def check(name, ok, why=""):
    global number
    number += 1
    print(f"{'ok' if ok else 'not ok'} {number} - {name}")
    if not ok and why:
        print("#", str(why).replace("\n", "\n# "))


def value(run, metric):
    return None if metric == 5 else math.inf if metric == 6 else (run + 1) / (metric + 3)


def latencies(run):
    return [0.0] * (run + 1) + [1.05 ** (i % 100) * 1e-3 * (run + 1) for i in range(300)]


def decode(data):
    """The bytes of a histogram as docs/results-file.md describes them: {cell: count}, 0 for the zeros."""
    numbers, current, shift = [], 0, 0
    assert data[0] == 1
    for byte in data[1:]:
        current |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(current)
            current = shift = 0
    assert shift == 0 and len(numbers) % 2 == 1
    cells, cell = {0: numbers[0]} if numbers[0] else {}, 511
    for skip, count in zip(numbers[1::2], numbers[2::2]):
        cell += 1 + skip
        cells[cell] = count
    return cells


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "sample.db")
    subprocess.run([writer, path], check=True)
    check("nothing lies beside the file", os.listdir(folder) == ["sample.db"], os.listdir(folder))
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    ask = lambda sql, *arguments: database.execute(sql, arguments).fetchall()
    check("SQLite finds no fault", ask("PRAGMA integrity_check") == [("ok",)] and ask("PRAGMA foreign_key_check") == [])
    check("rollback mode", ask("PRAGMA journal_mode") == [("delete",)])
    text = open(docs, encoding="utf-8").read()
    documented = [re.sub(r"\s+", " ", s).strip() for s in re.findall(r"^CREATE .*?;$", text, re.M | re.S)]
    stored = [re.sub(r"\s+", " ", s).strip() + ";" for (s,) in ask("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    check("the documented statements are the file's", documented == stored, "\n".join(set(documented) ^ set(stored)))
    check("marked as ours", ask("PRAGMA application_id") == [(0x536A526E,)] and ask("PRAGMA user_version") == [(1,)]
          and ask("SELECT value FROM meta WHERE key = 'schema_version'") == [("1",)])

    rows = ask("SELECT id, identity, attempt, engine, version, model, scenario, seed, duration, warmup, drain,"
               " warmup_found, time_unit, canonical, runs_wanted, grid_start, grid_step, grid_count FROM results")
    version, canonical = rows[0][4], '{"scenario":"burst"}'
    identity = hashlib.sha256(f"simulate\n{version}\n1\n10000\n12.5\n100000\n{canonical}".encode()).hexdigest()
    check("results", len(rows) == 2 and rows[0] == (1, identity, 0, "simulate", version, "models/sample.lua", "burst", 1,
          10000, 12.5, 100000, 1, "s", canonical, 3, 12.5, 0.5, 50) and rows[1][6] is None, rows)
    check("runs", ask("SELECT result, number, events, truncated FROM runs ORDER BY id") ==
          [(1, 0, 10**12, 0), (1, 1, 10**12 + 1, 1), (1, 2, 10**12 + 2, 0), (2, 0, 10**12, 0)])
    check("reductions", [r for (r,) in ask("SELECT reduction FROM metrics WHERE result = 1 ORDER BY position LIMIT 4")]
          == ["mean", "min", "max", "mean"])
    figures = ask("SELECT run, metric, value FROM figures WHERE result = 1 ORDER BY run")
    check("figures", sorted(figures, key=str) == sorted(
        ((run, f"web.figure{m}", value(run, m)) for run in range(3) for m in range(60)), key=str))
    mean, = ask("SELECT avg(value) FROM figures WHERE result = 1 AND metric = 'web.figure0'")[0]
    check("mean over runs", abs(mean - 2 / 3) < 1e-15, mean)
    check("notes", ask("SELECT result, position, text FROM notes") == [(1, 0, "A note."), (2, 0, "A note.")])

    points = ask("SELECT run, series, unit, time, value FROM series_points WHERE result = 1")
    expected = [(run, name, unit, 12.5 + 0.5 * cell, None if cell == 7 else run + 1000 * k + math.sqrt(cell))
                for run in range(3) for k, (name, unit) in enumerate([("db.waiting", "requests"),
                ("web.goodput", "requests/time")]) for cell in range(50)]
    check("time series", sorted(points, key=str) == sorted(expected, key=str))

    for run in range(3):
        data, = ask("SELECT bytes FROM histogram_bytes JOIN runs ON runs.id = run JOIN histograms ON"
                    " histograms.id = histogram WHERE runs.result = 1 AND number = ? AND name = 'web.latency'", run)[0]
        cells = decode(data)
        bounds = lambda c: (math.ldexp(1 + c % 512 / 512, c // 512 - 1023), math.ldexp(1 + (c % 512 + 1) / 512, c // 512 - 1023))
        wanted = sorted((*(bounds(c) if c else (0.0, 0.0)), n) for c, n in cells.items())
        rows = ask("SELECT value_low, value_high, count FROM histogram_cells WHERE result = 1 AND run = ?"
                   " AND histogram = 'web.latency' ORDER BY value_low", run)
        check(f"histogram of run {run}: the view and the bytes agree", rows == wanted, (rows[:3], wanted[:3]))
        counts = [sum(1 for x in latencies(run) if (x == 0 if high == 0 else low <= x < high)) for low, high, _ in rows]
        check(f"histogram of run {run}: holds what was added", counts == [n for _, _, n in rows]
              and sum(counts) == len(latencies(run)), counts)
    check("an empty histogram has no cells", ask("SELECT count(*) FROM histogram_cells WHERE histogram = 'db.wait'") == [(0,)])

    for example in re.findall(r"```sql\n(SELECT.*?)```", text, re.S):
        try:
            check("example: " + " ".join(example.split())[:60], len(ask(example.strip().rstrip(";"))) > 0)
        except sqlite3.Error as error:
            check("example: " + " ".join(example.split())[:60], False, error)
    database.close()
print(f"1..{number}")
