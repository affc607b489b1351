#!/usr/bin/env python3
"""Usage: try-mutations.py BUILD [MUTATION]...

Do the tests `agreement` and `kept` notice when models/load-balancing.lua is wrong? Runs both, as CI does, on the model
as it is and with each mutation of mutations.py. Takes half a minute for each. The exit status is 0 if the model as it is
passes all and each mutation fails something. On 26 November 2026:

    as it is                       all 7 pass
    no cold start                  fails agreement 1 2 3 5, kept 1
    in flight until the answer     fails agreement 1 2 6, kept 1
    zero is known                  fails kept 1

The last one no number of runs of ours could tell from the right world by the original's: contrasts.py says that those
19 runs would differ from it by 1.2 deviations.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

from mutations import MODEL, MUTATIONS, mutated

HERE = pathlib.Path(__file__).resolve().parent


def failures(build, model):
    """"name number" of each case that fails."""
    contrasts = [word for path in sorted((HERE / "contrasts").glob("*.csv"), reverse=True)
                 for word in ("--contrast", path)]
    commands = {"agreement": [HERE / "reference.csv", "--runs", "25", "--seed", "1", "--test", "permutations", "--rounds",
                              "20000", *contrasts],
                "kept": [HERE / "kept.csv"]}
    failed = []
    for name, arguments in commands.items():
        output = subprocess.run([build / "tests/balance" / name, model, *arguments], stdout=subprocess.PIPE,
                                text=True).stdout
        failed += [f"{name} {number}" for number in re.findall(r"^not ok (\d+)", output, re.M)]
        if not re.search(r"^1\.\.\d+$", output, re.M):
            raise SystemExit(f"{name} {model}: {output}")
    return failed


def main():
    build, names = pathlib.Path(sys.argv[1]), sys.argv[2:] or list(MUTATIONS)
    as_it_is = failures(build, MODEL)
    print(f"{'as it is':<30} {'fails ' + ', '.join(as_it_is) if as_it_is else 'passes'}", flush=True)
    good = not as_it_is
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            model = pathlib.Path(folder, "model.lua")
            model.write_text(mutated(name))
            failed = failures(build, model)
            print(f"{name:<30} {'fails ' + ', '.join(failed) if failed else 'PASSES'}", flush=True)
            good = good and failed
    sys.exit(0 if good else 1)


main()
