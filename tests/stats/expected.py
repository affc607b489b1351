"""Writes expected.h: what numpy and scipy say, for the tests of src/stats to be held against.

    /usr/bin/python3 expected.py latencies.txt > expected.h

latencies.txt: one latency a line, in microseconds; expected.h holds a copy (1,000 transactions of a PostgreSQL under
pgbench), so the file is needed only to change the sample.
"""
import sys

import mpmath
import numpy
import scipy.stats


def c_array(name, values, kind="double", text="{:.17g}".format, per_line=5):
    print(f"static const {kind} {name}[] = {{")
    for i in range(0, len(values), per_line):
        print("    " + ", ".join(text(v) for v in values[i:i + per_line]) + ",")
    print("};")


def mser(values, batch):
    """Truncation point by the definition: over d the least variance of the remaining batch means over their number
    squared, each remainder summed anew (White 1997). Returns (index of the first observation kept, d, batches)."""
    means = numpy.array(values[:len(values) // batch * batch]).reshape(-1, batch).mean(axis=1)
    n = len(means)
    errors = [((means[d:] - means[d:].mean()) ** 2).sum() / (n - d) ** 2 for d in range(n // 2 + 1)]
    d = int(numpy.argmin(errors))
    return d * batch, d, n


def autoregressive(count, start, coefficient, seed):
    """x <- coefficient x + uniform noise, from far above its mean of 0; the noise is a 64-bit linear congruential
    generator's, which the test in C repeats."""
    state, x, out = seed, start, []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        x = coefficient * x + ((state >> 11) * 2.0**-53 - 0.5)
        out.append(x)
    return out


def student_quantile(p, degrees):
    """To 15 digits; scipy 1.10's own has 10, and is the starting point."""
    mpmath.mp.dps = 30

    def excess(t):
        tail = mpmath.betainc(degrees / mpmath.mpf(2), 0.5, 0, degrees / (degrees + t * t), regularized=True) / 2
        return tail - (1 - mpmath.mpf(p))

    return float(mpmath.findroot(excess, scipy.stats.t.ppf(p, degrees)))


microseconds = numpy.loadtxt(sys.argv[1], dtype=int)
latencies = microseconds * 1e-6
print("/* clang-format off */\n#include <stddef.h>\n#include <stdint.h>\n")
print("/* Written by expected.py; do not edit. Latencies of a PostgreSQL under pgbench; figures below are in seconds. */")
c_array("latencies_us", microseconds, "int", str, 16)
probabilities = [0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1]
c_array("probabilities", probabilities)
print("/* numpy.quantile(latencies, probabilities) */")
c_array("latency_quantiles", numpy.quantile(latencies, probabilities))
print(f"static const double latency_mean = {numpy.mean(latencies):.17g}, latency_variance = "
      f"{numpy.var(latencies, ddof=1):.17g};")
print("/* share of latencies <= 2 ms, 5 ms, 20 ms */")
c_array("latency_shares", [(latencies <= x).mean() for x in (0.002, 0.005, 0.020)])

print("/* {count, mean, half width} of 95 % and 99 % intervals of the first `count` latencies (mpmath, scipy.stats.sem) */")
print("static const struct { size_t count; double level, mean, half_width; } intervals[] = {")
for count, level in [(2, 0.95), (3, 0.95), (8, 0.95), (8, 0.99), (30, 0.95), (1000, 0.95)]:
    sample = latencies[:count]
    half = student_quantile(0.5 + level / 2, count - 1) * scipy.stats.sem(sample)
    print(f"    {{{count}, {level}, {sample.mean():.17g}, {half:.17g}}},")
print("};")

print("/* Autoregressive series: {observations, start, coefficient, seed, batch size, first kept, d, batches} */")
print("static const struct { size_t count; double start, coefficient; uint64_t seed; size_t batch, kept, d, batches; }")
print("truncations[] = {")
for count, start, coefficient, seed, batch in [(1000, 50, 0.9, 1, 5), (4003, 100, 0.99, 2, 5), (4003, 0, 0.5, 3, 5),
                                               (104, 2000, 0.98, 4, 5), (327700, 1e5, 0.9995, 5, 20)]:
    kept, d, batches = mser(autoregressive(count, start, coefficient, seed), batch)
    print(f"    {{{count}, {start}, {coefficient}, {seed}, {batch}, {kept}, {d}, {batches}}},")
print("};")
