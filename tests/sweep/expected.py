"""Prints expected.h: numbers of scipy (1.10) for the tests of this folder. Run it with a Python that has scipy:

python3 tests/sweep/expected.py > tests/sweep/expected.h"""
import numpy
from scipy import integrate, stats

INDICES = [0, 1, 2, 3, 5, 64, 100, 1000, 2047, 4095]
DIMENSIONS = 64

print("/* Made by expected.py: do not edit. */")
points = stats.qmc.Sobol(DIMENSIONS, scramble=False, bits=32).random(4096)
place = {n ^ (n >> 1): n for n in range(4096)}  # scipy goes in the order of Gray's code
print(f"static const unsigned sobol_indices[] = {{{', '.join(map(str, INDICES))}}};")
print(f"static const double sobol_points[][{DIMENSIONS}] = {{")
for index in INDICES:
    print("    {" + ", ".join(float(x).hex() for x in points[place[index]]) + "},")
print("};")

# Mean latency of M/M/1, 1 / (mu - lambda), with lambda uniform on [4, 7] and mu uniform on [10, 11]: the shares of its
# variance by quadrature of the definition.
LOW, HIGH, SLOW, FAST = 4, 7, 10, 11
latency = lambda rate, service: 1 / (service - rate)
area = (HIGH - LOW) * (FAST - SLOW)
mean = integrate.dblquad(latency, SLOW, FAST, LOW, HIGH)[0] / area
variance = integrate.dblquad(lambda r, s: (latency(r, s) - mean) ** 2, SLOW, FAST, LOW, HIGH)[0] / area


def share(given):
    """The variance of the mean over the other parameter."""
    if given == "rate":
        inner = lambda rate: integrate.quad(lambda s: latency(rate, s), SLOW, FAST)[0] / (FAST - SLOW)
        ends = LOW, HIGH
    else:
        inner = lambda service: integrate.quad(lambda r: latency(r, service), LOW, HIGH)[0] / (HIGH - LOW)
        ends = SLOW, FAST
    return integrate.quad(lambda x: (inner(x) - mean) ** 2, *ends)[0] / (ends[1] - ends[0]) / variance


first = numpy.array([share("rate"), share("service")])
print(f"static const double mm1_first[] = {{{first[0]:.12g}, {first[1]:.12g}}};")
print(f"static const double mm1_total[] = {{{1 - first[1]:.12g}, {1 - first[0]:.12g}}};")
