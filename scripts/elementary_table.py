#!/usr/bin/env python3
"""Writes src/random/elementary_table.h: 2^(j/32) and ln 2 as sums of two doubles, for src/random/elementary.c.

Usage: scripts/elementary_table.py > src/random/elementary_table.h
"""

from decimal import Decimal, getcontext

getcontext().prec = 60
LN2 = Decimal(2).ln()


def two_doubles(x):
    high = float(x)
    return high, float(x - Decimal(high))


def short_and_rest(x, bits):
    """x as a double of at most that many bits, whose products with small integers are exact, and the rest."""
    mantissa, exponent = x, 0
    while mantissa < 2 ** (bits - 1):
        mantissa *= 2
        exponent -= 1
    high = float(int(mantissa)) * 2.0**exponent
    return high, float(x - Decimal(high))


print("/* Written by scripts/elementary_table.py; do not edit. */")
print("/* clang-format off */")
print("#ifndef SJ_RANDOM_ELEMENTARY_TABLE_H\n#define SJ_RANDOM_ELEMENTARY_TABLE_H\n")
high, low = short_and_rest(LN2, 40)
print(f"static const double ln2_high = {high.hex()}, ln2_low = {low.hex()};")
high, low = short_and_rest(LN2 / 32, 36)
print(f"static const double step_high = {high.hex()}, step_low = {low.hex()}; /* ln 2 / 32 */")
print(f"static const double steps_per_unit = {float(32 / LN2).hex()}; /* 32 / ln 2 */")
print("/* 2^(j/32), high and low part. */")
print("static const double powers[32][2] = {")
for j in range(32):
    high, low = two_doubles((LN2 * j / 32).exp())
    print(f"    {{{high.hex()}, {low.hex()}}},")
print("};\n\n#endif")
