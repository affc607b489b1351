"""Running an oracle: simulate a model, compare its figures with theory, print TAP.

A figure passes if
  - the half width of its 95 % interval is below 1 % of the expected value (it is sharp enough to mean something), and
  - a t-test of the runs against the expected value does not reject at LEVEL (two-sided, Student's t with runs - 1
    degrees of freedom), where a percentile is allowed the histogram's resolution on top.
With some 420 figures, a correct program would fail this suite for one choice of seeds in about eighty; the seeds are
fixed, so whoever sees a failure has changed something. No part of an expected value is taken from the program: the
model's parameters are read from its file, the rest is computed from them.

Only Python's standard library is used.
"""

import json
import math
import os
import re
import subprocess
import sys

LEVEL = 3e-5
PRECISION = 0.01
RESOLUTION = 0.001  # of the histogram, on percentiles

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, "models")


class Parameters(dict):
    """A model's parameters, as attributes."""

    __getattr__ = dict.__getitem__


def parameters(path, overrides=None):
    """The numbers among the `param`s of the model file at `path`, by name, after the overrides."""
    with open(path, encoding="utf-8") as file:
        found = re.findall(r'param\(\s*"(\w+)"\s*,\s*(-?[0-9][^,)]*)', file.read())
    values = Parameters((name, float(value)) for name, value in found)
    for name, value in (overrides or {}).items():
        if name in values:
            values[name] = value
    return values


# Student's t

def incomplete_beta(a, b, x):
    """Regularised incomplete beta function I_x(a, b) by its continued fraction (Lentz 1976)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d or tiny)
    result = d
    for m in range(1, 500):
        numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / ((1 + numerator * d) or tiny)
        c = (1 + numerator / c) or tiny
        result *= c * d
        numerator = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / ((1 + numerator * d) or tiny)
        c = (1 + numerator / c) or tiny
        result *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * result


def student_tail(t, degrees):
    """P(|T| > |t|) for Student's t."""
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


def student_quantile(tail, degrees):
    """The t with P(|T| > t) = tail."""
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if student_tail(middle, degrees) > tail else (low, middle)
    return high


class Suite:
    """TAP output, one case a figure. The program's path is the first argument of the test."""

    def __init__(self):
        if len(sys.argv) < 2:
            sys.exit("usage: %s SOJOURN [FOLDER-OF-THE-READY-MODELS]" % sys.argv[0])
        self.program = sys.argv[1]
        self.ready_models = sys.argv[2] if len(sys.argv) > 2 else None
        self.cases = 0
        self.failures = 0

    def case(self, passed, text):
        self.cases += 1
        self.failures += not passed
        print("%sok %d - %s" % ("" if passed else "not ", self.cases, text.replace("#", "number")), flush=True)
        return passed

    def finish(self):
        print("1..%d" % self.cases)
        sys.exit(1 if self.failures else 0)

    def run(self, arguments, expected_status=(0,)):
        """Standard output of the program with these arguments; raises with its message if it fails."""
        done = subprocess.run([self.program] + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode not in expected_status:
            raise RuntimeError("%s: exit %d: %s" % (" ".join(arguments), done.returncode,
                                                    done.stderr.decode("utf-8", "replace").strip()))
        return done.stdout

    def simulate(self, path, overrides=None, **options):
        """The JSON document of `sojourn simulate`. Options are the program's: seed=, runs=, duration=, ..."""
        arguments = ["simulate", path, "--json"]
        for name, value in (overrides or {}).items():
            arguments += ["--set", "%s=%s" % (name, repr(value) if isinstance(value, float) else value)]
        for name, value in options.items():
            arguments += ["--" + name, str(value)]
        return json.loads(self.run(arguments))

    def oracle(self, name, overrides=None, **options):
        """Simulates tests/oracles/models/NAME.lua; see Oracle."""
        return Oracle(self, name, os.path.join(MODELS, name + ".lua"), overrides, options)


class Oracle:
    """One simulated model and its checks. `p` has the model's parameters."""

    def __init__(self, suite, name, path, overrides=None, options=None):
        self.suite, self.name = suite, name
        if overrides:
            self.name += " " + ",".join("%s=%s" % item for item in overrides.items())
        self.p = parameters(path, overrides)
        self.metrics = {}
        try:
            self.document = suite.simulate(path, overrides, **(options or {}))
        except (RuntimeError, ValueError) as error:
            suite.case(False, "%s: %s" % (self.name, str(error).replace("\n", " | ")))
            return
        self.metrics = self.document["metrics"]
        print("# %s: %.3g events, %.1f s" % (self.name, self.document["events"], self.document["wall_seconds"]))
        self.conservation()

    def values(self, figure):
        """The figure of each run: `figure` is a metric's name or a function of one run's {name: value}."""
        if isinstance(figure, str):
            if figure not in self.metrics:
                raise KeyError("no metric %s" % figure)
            values = self.metrics[figure]["runs"]
        else:
            count = max(len(metric["runs"]) for metric in self.metrics.values())
            values = [figure(Run(self.metrics, index)) for index in range(count)]
        if any(value is None for value in values):
            raise ValueError("null")
        return values

    def conservation(self):
        """In every run each client's arrivals are completed, failed or unfinished, and each failure has one reason."""
        clients = [name[:-len(".arrivals")] for name in self.metrics if name.endswith(".arrivals")]
        reasons = ("timeout", "refused", "error", "breaker", "budget", "deadline")
        wrong = []
        for client in clients:
            for arrivals, completed, failed, unfinished, *by_reason in zip(
                    *(self.metrics[client + "." + end]["runs"] for end in
                      ["arrivals", "completed", "failed", "unfinished"] + ["failed." + reason for reason in reasons])):
                if arrivals != completed + failed + unfinished or failed != sum(by_reason):
                    wrong.append("%s: %s = %s + %s + %s, reasons %s" % (client, arrivals, completed, failed, unfinished,
                                                                        by_reason))
        self.suite.case(bool(clients) and not wrong, "%s: requests are conserved %s" % (self.name, wrong[:1] or ""))

    def check(self, figure, expected, label=None, resolution=None):
        """`figure` (a metric's name, or a function of one run's metrics: then give a label) has the mean `expected`."""
        label = "%s: %s" % (self.name, label or figure)
        if not self.metrics:
            return self.suite.case(False, label + " was not simulated")
        try:
            values = self.values(figure)
        except (KeyError, ValueError, TypeError, ZeroDivisionError) as error:
            return self.suite.case(False, "%s: expected %.6g, got %s" % (label, expected, error))
        if resolution is None:
            resolution = RESOLUTION if isinstance(figure, str) and re.search(r"\.p[0-9.]+$", figure) else 0
        count = len(values)
        mean = sum(values) / count
        error = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1) / count)
        half_width = student_quantile(0.05, count - 1) * error
        excess = max(0.0, abs(mean - expected) - resolution * abs(expected))
        tail = student_tail(excess / error, count - 1) if error > 0 else float(excess <= 1e-9 * abs(expected))
        sharp = half_width < PRECISION * abs(expected)
        text = "%s = %.6g, theory %.6g (%+.2f %%, half width %.2f %%, p %.2g)" % (
            label, mean, expected, 100 * (mean / expected - 1), 100 * half_width / abs(expected), tail)
        return self.suite.case(sharp and tail >= LEVEL, text + ("" if sharp else " too blunt"))

    def check_exact(self, figure, expected, label=None, relative=1e-9):
        """The figure is `expected` in every run, but for rounding (or the histogram's resolution: `relative`)."""
        label = "%s: %s" % (self.name, label or figure)
        if not self.metrics:
            return self.suite.case(False, label + " was not simulated")
        try:
            values = self.values(figure)
        except (KeyError, ValueError, TypeError, ZeroDivisionError) as error:
            return self.suite.case(False, "%s: expected exactly %.9g, got %s" % (label, expected, error))
        worst = max(values, key=lambda value: abs(value - expected))
        return self.suite.case(abs(worst - expected) <= relative * max(abs(expected), 1e-300),
                               "%s = %.10g, exactly %.10g" % (label, worst, expected))


class Run:
    """The metrics of one run by name."""

    def __init__(self, metrics, index):
        self.metrics, self.index = metrics, index

    def __getitem__(self, name):
        if name not in self.metrics:
            raise KeyError("no metric %s" % name)
        return self.metrics[name]["runs"][self.index]

    def second_moment(self, name):
        """E X^2 of the sample whose mean and deviation are NAME.mean and NAME.std."""
        return self[name + ".mean"] ** 2 + self[name + ".std"] ** 2

    def ratio(self, part, whole):
        return self[part] / self[whole]


def without_time(output):
    """The JSON text without the one thing in it that may differ from one time to the next."""
    return re.sub(rb'"wall_seconds": *[-+0-9.eE]+', b"", output)


def bisect(function, low, high):
    """The root of an increasing function between low and high."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2


def quantile(distribution, p, high=1.0):
    """The smallest t >= 0 with distribution(t) >= p."""
    if distribution(0.0) >= p:
        return 0.0
    while distribution(high) < p:
        high *= 2
    return bisect(lambda t: distribution(t) - p, 0.0, high)


def sample_quantile(values, p):
    """Linear interpolation between order statistics at rank p (n - 1) (Hyndman and Fan 1996, type 7)."""
    ordered = sorted(values)
    rank = p * (len(ordered) - 1)
    below = int(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (rank - below) * (ordered[above] - ordered[below])
