#!/usr/bin/env python3
"""Writes src/random/ziggurat_tables.c: the layers of the ziggurats of exp(-x) and exp(-x^2/2).

Usage: scripts/ziggurat_tables.py > src/random/ziggurat_tables.c

The method is Marsaglia and Tsang's ("The ziggurat method for generating random variables", J. Stat. Softw. 5(8), 2000)
with 256 layers of equal area v. Layer 0 is the rectangle under f(r), of width v / f(r), whose part beyond r stands for
the tail; layer i = 1 ... 255 is the rectangle of width x_i between the heights f(x_i) and f(x_(i+1)), where x_1 = r and
x_256 = 0. r is the value for which the last layer ends exactly at f(0) = 1.

Everything is computed with 60 decimal digits and rounded once, so the tables do not depend on anybody's libm.
"""

from decimal import Decimal, getcontext

getcontext().prec = 60
LAYERS = 256
ONE, TWO = Decimal(1), Decimal(2)


def pi():
    """Machin's formula."""

    def arctan_inverse(n):
        term = total = ONE / n
        k = 1
        while abs(term) > Decimal(10) ** -70:
            term /= -n * n
            k += 2
            total += term / k
        return total

    return 4 * (4 * arctan_inverse(5) - arctan_inverse(239))


HALF_NORMAL = (pi() / 2).sqrt()  # the integral of exp(-x^2/2) over x > 0


def normal_tail(r):
    """The integral of exp(-x^2/2) over x > r, by the power series of the integral from 0 to r."""
    term = total = r
    n = 0
    while abs(term) > Decimal(10) ** -70:
        n += 1
        term *= -r * r / (2 * n)
        total += term / (2 * n + 1)
    return HALF_NORMAL - total


EXPONENTIAL = dict(
    name="exponential",
    bits=56,
    f=lambda x: (-x).exp(),
    inverse=lambda y: -y.ln(),
    tail=lambda r: (-r).exp(),
    bracket=(Decimal(7), Decimal(8)),
)
NORMAL = dict(
    name="normal",
    bits=55,
    f=lambda x: (-x * x / 2).exp(),
    inverse=lambda y: (-2 * y.ln()).sqrt(),
    tail=normal_tail,
    bracket=(Decimal(3), Decimal(4)),
)


def edges(law, r):
    """[x_1 ... x_255], the height at which the last layer ends (None if they pass 1 too early), and v."""
    v = r * law["f"](r) + law["tail"](r)
    xs = [r]
    for _ in range(LAYERS - 2):
        y = law["f"](xs[-1]) + v / xs[-1]
        if y >= 1:
            return xs, None, v
        xs.append(law["inverse"](y))
    return xs, law["f"](xs[-1]) + v / xs[-1], v


def solve(law):
    low, high = law["bracket"]  # a small r makes the layers too thick: they pass 1
    for _ in range(190):
        middle = (low + high) / 2
        _, top, _ = edges(law, middle)
        if top is None or top > 1:
            low = middle
        else:
            high = middle
    xs, top, v = edges(law, high)
    assert abs(top - 1) < Decimal(10) ** -50
    return high, v, xs


def show(law):
    name, bits, f = law["name"], law["bits"], law["f"]
    r, v, xs = solve(law)
    widths = [v / f(r)] + xs + [Decimal(0)]  # x_0 ... x_256
    print(f"/* r = {r:.20f}, v = {v:.20f} */")
    print(f"const double sj_ziggurat_{name}_tail = {float(r).hex()};\n")
    print(f"const struct sj_ziggurat_layer sj_ziggurat_{name}_layers[{LAYERS}] = {{")
    for i in range(LAYERS):
        inside = r if i == 0 else widths[i + 1]
        limit = int(inside / widths[i] * 2**bits)
        print(f"    {{UINT64_C(0x{limit:014x}), {float(widths[i] / 2**bits).hex()}}},")
    print("};\n")
    print(f"const double sj_ziggurat_{name}_heights[{LAYERS + 1}] = {{")
    for i in range(LAYERS + 1):
        print(f"    {float(f(widths[i])).hex()},")
    print("};")


print("/* Written by scripts/ziggurat_tables.py; do not edit. */")
print("/* clang-format off */")
print('#include "random/ziggurat_tables.h"\n')
show(EXPONENTIAL)
print()
show(NORMAL)
