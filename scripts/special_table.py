#!/usr/bin/env python3
"""Writes src/random/special_table.h: coefficients of series for src/random/special.c.

Usage: scripts/special_table.py > src/random/special_table.h

Everything is computed in rational arithmetic (or with 60 decimal digits) and rounded once.
"""

from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60


def eta_over_mu(count):
    """f_0 ... of eta / mu = sum f_n eta^n, where eta^2 / 2 = mu - ln(1 + mu) (Temme 1979).

    Differentiated: mu mu' = eta (1 + mu). With mu = sum a_n eta^n, a_1 = 1, the coefficient of eta^n in mu mu' is
    (n + 1) / 2 sum_k a_k a_(n+1-k), from which a_n follows.
    """
    a = [Fraction(0), Fraction(1)]
    for n in range(2, count + 2):
        known = sum(a[k] * a[n + 1 - k] for k in range(2, n))
        a.append((2 * a[n - 1] / (n + 1) - known) / 2)
    assert a[2:6] == [Fraction(1, 3), Fraction(1, 36), Fraction(-1, 270), Fraction(1, 4320)]
    f = []
    for n in range(count):
        f.append((1 if n == 0 else 0) - sum(f[k] * a[n + 1 - k] for k in range(n)))
    return f


def zeta_minus_one(k):
    """Euler and Maclaurin's summation after 20 terms."""
    first = 20
    total = sum(Decimal(n) ** -k for n in range(2, first))
    m = Decimal(first)
    total += m ** (1 - k) / (k - 1) + m**-k / 2
    bernoulli = [Fraction(1, 6), Fraction(-1, 30), Fraction(1, 42), Fraction(-1, 30), Fraction(5, 66),
                 Fraction(-691, 2730), Fraction(7, 6), Fraction(-3617, 510), Fraction(43867, 798)]
    rising, factorial = Decimal(k), Decimal(2)
    for j, b in enumerate(bernoulli, 1):
        total += Decimal(b.numerator) / b.denominator * rising / factorial * m ** (1 - k - 2 * j)
        rising *= (k + 2 * j - 1) * (k + 2 * j)
        factorial *= (2 * j + 1) * (2 * j + 2)
    return total


print("/* Written by scripts/special_table.py; do not edit. */")
print("/* clang-format off */")
print("#ifndef SJ_RANDOM_SPECIAL_TABLE_H\n#define SJ_RANDOM_SPECIAL_TABLE_H\n")
coefficients = eta_over_mu(36)
print("/* eta / mu as a power series in eta, where eta^2 / 2 = mu - ln(1 + mu). */")
print(f"static const double eta_over_mu[{len(coefficients)}] = {{")
for c in coefficients:
    print(f"    {(c.numerator / c.denominator).hex()},")
print("};\n\n/* zeta(k) - 1 for k = 2, 3, ... */")
print("static const double zeta_minus_one[28] = {")
for k in range(2, 30):
    print(f"    {float(zeta_minus_one(k)).hex()},")
print("};\n\n#endif")
