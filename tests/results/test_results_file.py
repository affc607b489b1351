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


def heatmap_column(run, column):
    """What sample.h puts there."""
    if column == 0:
        return []
    values = [] if column == 3 else [1.1 ** (i % 30) * 1e-3 * (run + 1) for i in range(10 * (column % 4 + 1))]
    return values + ([0.0] if column % 7 == 0 else [])


def decode_column(data):
    """The bytes of a heat map's column as docs/results-file.md describes them: {cell: count}."""
    assert data[0] == 1
    cells, cell, number, shift = {}, 0, 0, 0
    for byte in data[1:]:
        number |= (byte & 127) << shift
        shift += 7
        if byte >= 128:
            continue
        if number % 2:
            cell += number // 2
        else:
            cells[cell] = number // 2
            cell += 1
        number = shift = 0
    assert shift == 0
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
                ("web.goodput", "requests/time"), ("web.latency", "time")]) for cell in range(50)]
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

    sixteenth = lambda c: (math.ldexp(1 + c % 16 / 16, c // 16 - 1023), math.ldexp(1 + (c % 16 + 1) / 16, c // 16 - 1023))
    for run in range(3):
        stored = ask("SELECT cell, bytes FROM heatmap_columns JOIN runs ON runs.id = run JOIN series ON series.id = series"
                     " WHERE runs.result = 1 AND number = ? AND name = 'web.latency' ORDER BY cell", run)
        check(f"heat map of run {run}: a row for each column that counts something, and for the first",
              [cell for cell, _ in stored] == [c for c in range(50) if c == 0 or heatmap_column(run, c)], stored)
        wanted = sorted((12.5 + 0.5 * c, 13.0 + 0.5 * c, *(sixteenth(k) if k else (0.0, 0.0)), n)
                        for c, data in stored for k, n in decode_column(data).items())
        rows = ask("SELECT time_start, time_end, value_low, value_high, count FROM heatmap_cells WHERE result = 1 AND run = ?"
                   " AND series = 'web.latency' ORDER BY time_start, value_low", run)
        check(f"heat map of run {run}: the view and the bytes agree", rows == wanted, (rows[:3], wanted[:3]))
        counts = [sum(1 for x in heatmap_column(run, round((start - 12.5) / 0.5)) if (x == 0 if high == 0 else low <= x < high))
                  for start, _, low, high, _ in rows]
        check(f"heat map of run {run}: holds what was added", counts == [n for *_, n in rows] and sum(counts) ==
              sum(len(heatmap_column(run, c)) for c in range(50)), counts)

    for example in re.findall(r"```sql\n(SELECT.*?)```", text, re.S):
        try:
            check("example: " + " ".join(example.split())[:60], len(ask(example.strip().rstrip(";"))) > 0)
        except sqlite3.Error as error:
            check("example: " + " ".join(example.split())[:60], False, error)
    database.close()
print(f"1..{number}")
