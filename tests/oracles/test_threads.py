"""The same bytes whatever the number of threads, on short runs of every oracle; and other bytes for another seed
where anything is random."""

import os
import re

from oracle import MODELS, Suite, without_time

suite = Suite()


def output(model, threads, seed=7):
    arguments = ["simulate", model, "--json", "--runs", "5", "--duration", "150", "--threads", str(threads), "--seed",
                 str(seed), "--data", os.path.join(suite.ready_models, "data")]
    with open(model, encoding="utf-8") as file:
        if re.search(r"run \{.*warmup", file.read()):
            arguments += ["--warmup", "20"]
    return re.sub(rb'"seed": *[0-9]+', b"", without_time(suite.run(arguments)))


NOTHING_RANDOM = ("breaker", "codel", "coordinated-omission", "recording", "regular")

for file in sorted(os.listdir(MODELS)):
    name = file[:-len(".lua")]
    try:
        one, two = (output(os.path.join(MODELS, file), threads) for threads in (1, 2))
        other = output(os.path.join(MODELS, file), 2, seed=8)
    except RuntimeError as error:
        suite.case(False, "%s: %s" % (name, str(error).replace("\n", " | ")))
        continue
    suite.case(one == two, "%s: the same bytes from one and from two threads" % name)
    suite.case((one == other) == (name in NOTHING_RANDOM), "%s: another seed, another result" % name)
suite.finish()
