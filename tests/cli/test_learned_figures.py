"""The figures of the autoencoder that docs/learn.md shows, against those it gives today.

After a thousand epochs the last digits depend on the BLAS and the processor, so the page's own test (test_docs.py) cannot
compare them byte by byte. In the page, <!-- figures: COMMAND --> before a block says what prints the block's lines, among
others; <!-- seeds: COMMAND --> before a block with lines "seed N: FIGURE" says what finds each as its first time constant."""
import json
import math
import re
import shlex
import statistics
import subprocess
import sys

from harness import SOURCE, case, done, run

PAGE = (SOURCE / "docs/learn.md").read_text(encoding="utf-8")
TOLERANCE = 0.05
SLOWEST = 6.989486651898902  # 1 / |second eigenvalue| of M/M/1/10 at load 0.5


def blocks(kind):
    return re.findall(rf"^<!-- {kind}: ([^\n]*) -->\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def number(token):
    """What the token says, or None; "±" belongs to it."""
    try:
        return float(token.lstrip("±"))
    except ValueError:
        return None


def alike(wanted, got, slack):
    """The same words, and numbers that are near, behind the same first word or number."""
    if len(wanted) != len(got) or wanted[0] != got[0]:
        return False
    for a, b in zip(wanted[1:], got[1:]):
        x, y = number(a), number(b)
        if (x is None) != (y is None) or (x is None and a != b):
            return False
        if x is not None and not math.isclose(x, y, rel_tol=TOLERANCE, abs_tol=slack):
            return False
    return True


def arguments(command):
    program, *rest = shlex.split(command)
    assert program == "sojourn", command
    return [str(SOURCE / word) if word.startswith("models/") else word for word in rest]


@case("the figures that the page shows are those of its commands")
def _():
    shown = blocks("figures")
    assert shown
    for command, block in shown:
        step = float(re.search(r"--step (\S+)", command)[1])
        output = done(*arguments(command))
        got = [line.split() for line in output.splitlines() if line.strip()]
        lines = [line.split() for line in block.splitlines() if line.strip() and line.strip() != "..."]
        assert len(lines) >= 5
        for line in lines:
            # A settling time is a whole number of steps.
            slack = 2.5 * step if "predicted" in line or "mean" in line else 0
            assert any(alike(line, other, slack) for other in got), f"{' '.join(line)}\nis not in\n{output}"


@case("ten seeds: what the page shows, each near to the truth; the farthest off again")
def _():
    (command, block), = blocks("seeds")
    seeds = {int(seed): float(figure) for seed, figure in re.findall(r"^seed (\d+): (\S+)$", block, re.MULTILINE)}
    assert sorted(seeds) == list(range(1, 11)), seeds
    assert all(abs(figure / SLOWEST - 1) < 0.1 for figure in seeds.values()), seeds
    least, most, middle = min(seeds.values()), max(seeds.values()), statistics.median(seeds.values())
    said = re.search(r"from ([\d.]+) to ([\d.]+),\s+the median ([\d.]+)", PAGE)
    for text, figure in zip(said.groups(), (least, most, middle)):
        assert abs(float(text) - figure) < 0.0051, (text, figure)
    script = re.search(r"^<!-- file: mm1-10.awk -->\n```awk\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1]
    with open("mm1-10.csv", "w", encoding="ascii") as file:
        subprocess.run(["awk", script], stdout=file, check=True)
    seed = max(seeds, key=seeds.get)  # the farthest off; each takes some seconds
    document = json.loads(done(*arguments(command), "--seed", str(seed), "--json"))
    found = document["metrics"]["time_constant[0]"]["value"]
    assert math.isclose(found, seeds[seed], rel_tol=TOLERANCE), (seed, found, seeds[seed])


sys.exit(run())
