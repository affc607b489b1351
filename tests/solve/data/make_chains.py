#!/usr/bin/env python3
"""Usage: make_chains.py > chains.txt

60 random small chains, and what is true of them, by plain elimination, QR and Taylor's series in mpmath with at least
60 digits; each is done again with twice as many until 25 digits stay. Takes some ten minutes. Not run by the tests.

Each chain is, one to a line:
  chain NUMBER KIND STATES TRANSITIONS
  t FROM TO RATE
  s STATE FRACTION EXPONENT               stationary probability, fraction * 2^exponent; 0 0 if the state is transient
  f STATE FRACTION EXPONENT FRACTION EXPONENT   mean and deviation of the time to reach state 0; left out if some state
                                          never reaches it
  l STATE FRACTION EXPONENT FRACTION EXPONENT   likewise of the last state
  v FRACTION EXPONENT FRACTION EXPONENT   real and imaginary part of each eigenvalue, by falling real part
  d TIME                                  then as many lines as states:
  p STATE PROBABILITY                     where the chain that starts in state 0 is at TIME
  end
"""
import math
import random
import sys

from mpmath import mp, mpf

DIGITS = 25


def scaled(x):
    """x as a fraction between 0.5 and 1 and a power of two."""
    if x == 0:
        return "0 0"
    fraction, exponent = mp.frexp(x)
    return f"{mp.nstr(fraction, 22, strip_zeros=False, min_fixed=-5)} {exponent}"


# ---- the chains: dictionaries from (from, to) to a rate ----

def loguniform(draw, low, high):
    return 10 ** draw.uniform(low, high)


def dense(draw, n):
    return {(i, j): loguniform(draw, -1, 1) for i in range(n) for j in range(n) if i != j}


def sparse(draw, n, span=12):
    """A cycle, so that it is irreducible, and one or two further transitions a state."""
    way = list(range(n))
    draw.shuffle(way)
    rates = {(way[k - 1], way[k]): loguniform(draw, -span, span) for k in range(n)}
    for i in range(n):
        for _ in range(draw.randint(1, 2)):
            j = draw.randrange(n)
            if j != i:
                rates[i, j] = loguniform(draw, -span, span)
    return rates


def decomposable(draw, n):
    """Three or four blocks that hardly ever see each other."""
    blocks, rates = draw.randint(3, 4), {}
    weak = draw.uniform(-14, -8)
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            if i * blocks // n == j * blocks // n:
                rates[i, j] = loguniform(draw, -1, 1)
            elif draw.random() < 0.3 or abs(i - j) == 1:
                rates[i, j] = loguniform(draw, weak - 1, weak + 1)
    return rates


def wells(draw, n, depth):
    """A path over a landscape with two or three wells, with a short cut here and there."""
    count, rates = draw.randint(2, 3), {}
    height = [depth * math.sin(math.pi * count * i / (n - 1)) ** 2 + draw.uniform(0, 0.3) for i in range(n)]
    for i in range(n):
        for j in (i - 1, i + 1):
            if 0 <= j < n:
                rates[i, j] = 10 ** (max(-11.5, min(11.5, (height[i] - height[j]) / 2)) + draw.uniform(-0.2, 0.2))
        j = i + draw.choice((-2, 2))
        if 0 <= j < n and draw.random() < 0.3:
            rates[i, j] = 10 ** max(-11.5, (height[i] - height[j]) / 2 - 1)
    return rates


def turning(draw, n):
    """Round a ring mostly one way: eigenvalues are complex."""
    rates = {(i, (i + 1) % n): loguniform(draw, -0.3, 0.3) for i in range(n)}
    for i in range(n):
        if draw.random() < 0.5:
            rates[i, (i - 1) % n] = loguniform(draw, -3, -1)
        if draw.random() < 0.2:
            j = draw.randrange(n)
            if j != i:
                rates[i, j] = loguniform(draw, -4, -1)
    return rates


def birth_and_death(draw, n, span):
    rates = {}
    for i in range(n - 1):
        rates[i, i + 1] = loguniform(draw, -span, span)
        rates[i + 1, i] = loguniform(draw, -span, span)
    return rates


def steep(draw, n, ratio):
    """Every step up is 10^ratio times as rare as one down: hitting times pass what a double holds."""
    rates = {}
    for i in range(n - 1):
        rates[i, i + 1] = 10 ** (-ratio / 2) * draw.uniform(0.5, 2)
        rates[i + 1, i] = 10 ** (ratio / 2) * draw.uniform(0.5, 2)
    return rates


def transient(draw, n):
    """Some states are left for ever; 0 and the last one stay (in one of three chains 0 does not)."""
    inner = sparse(draw, n - n // 3, 3)
    names = list(range(1, n - 1))
    draw.shuffle(names)
    leaves_first = draw.random() < 1 / 3
    lasting = [n - 1] + ([] if leaves_first else [0]) + names
    passing = lasting[n - n // 3:] + ([0] if leaves_first else [])
    rates = {(lasting[i], lasting[j]): rate for (i, j), rate in inner.items()}
    for k, i in enumerate(passing):
        rates[i, draw.choice(lasting[:n - n // 3])] = loguniform(draw, -3, 3)
        if k:
            rates[i, passing[k - 1]] = loguniform(draw, -3, 3)
            if draw.random() < 0.5:
                rates[passing[k - 1], i] = loguniform(draw, -3, 3)
    return rates


def chains():
    draw = random.Random(20261126)
    size = draw.randint
    for _ in range(8):
        yield "dense", dense, (size(5, 24),)
    for _ in range(10):
        yield "sparse", sparse, (size(5, 30),)
    for _ in range(8):
        yield "decomposable", decomposable, (size(8, 24),)
    for depth in (5, 8, 12, 15, 20, 30, 60, 100):
        yield "wells", wells, (size(15, 40), depth)
    for _ in range(8):
        yield "turning", turning, (size(5, 24),)
    for span in (1, 2, 3, 6, 9, 12):
        yield "birth_death", birth_and_death, (size(5, 40), span)
    for ratio in (3, 8, 12, 20):
        yield "steep", steep, (size(25, 40), ratio)
    for _ in range(8):
        yield "transient", transient, (size(6, 24),)


# ---- what is true of them ----

def generator(rates, n):
    q = mp.zeros(n, n)
    for (i, j), rate in rates.items():
        q[i, j] += mpf(rate)
        q[i, i] -= mpf(rate)
    return q


def reached(rates, start):
    """The states from which `start` can be reached."""
    found, left = {start}, [start]
    while left:
        j = left.pop()
        for (i, k) in rates:
            if k == j and i not in found:
                found.add(i)
                left.append(i)
    return found


def steady(lasting):
    def find(q, n):
        """pi Q = 0 on the states that stay, with the last equation replaced by the sum."""
        m = len(lasting)
        a, b = mp.zeros(m, m), mp.zeros(m, 1)
        for r, j in enumerate(lasting):
            for c, i in enumerate(lasting):
                a[r, c] = q[i, j] if r + 1 < m else mpf(1)
        b[m - 1] = 1
        x = mp.lu_solve(a, b)
        pi = [mpf(0)] * n
        for c, i in enumerate(lasting):
            pi[i] = x[c]
        return pi
    return find


def hitting(target):
    def find(q, n):
        others = [i for i in range(n) if i != target]
        a = mp.matrix(n - 1, n - 1)
        for r, i in enumerate(others):
            for c, j in enumerate(others):
                a[r, c] = -q[i, j]
        mean = mp.lu_solve(a, mp.ones(n - 1, 1))
        second = mp.lu_solve(a, 2 * mean)
        values = [mpf(0)] * (2 * n)
        for r, i in enumerate(others):
            values[i], values[n + i] = mean[r], mp.sqrt(second[r] - mean[r] ** 2)
        return values
    return find


def spectrum(q, n):
    values = [mp.mpc(x) for x in mp.eig(q, left=False, right=False)]
    values.sort(key=lambda x: abs(x))
    values[0] = mp.mpc(0)
    # By real part to 15 digits, so that rounding does not part a pair; imaginary parts that are all rounding are 0.
    values = [mp.mpc(x.real, 0 if abs(x.imag) < abs(x) * mpf(10) ** (-DIGITS - 5) else x.imag) for x in values]
    values.sort(key=lambda x: (-mpf(mp.nstr(x.real, 15)), x.imag))
    return values


def moved(time):
    def find(q, n):
        e = mp.expm(q * mpf(time), method="taylor")
        return [e[0, j] for j in range(n)]
    return find


def twice(find, rates, n, absolute=False):
    """The result of `find` with so many digits that twice as many do not change it."""
    digits, last = 60, None
    while True:
        mp.dps = digits
        try:
            found = find(generator(rates, n), n)
        except (ZeroDivisionError, ValueError):  # too few digits: singular; a negative variance
            found = None
        if last is not None and found is not None:
            if all(abs(a - b) <= mpf(10) ** -DIGITS * (1 if absolute else abs(a)) for a, b in zip(found, last)):
                return found
        last, digits = found, digits * 2


def main():
    for number, (kind, make, arguments) in enumerate(chains()):
        draw = random.Random(f"{kind} {number}")
        n = arguments[0]
        rates = make(draw, *arguments)
        print(f"chain {number} {kind} {n} {len(rates)}")
        for (i, j), rate in sorted(rates.items()):
            print(f"t {i} {j} {rate!r}")
        lasting = sorted(set.intersection(*(set(j for j in range(n) if i in reached(rates, j)) for i in range(n))))
        for i, x in enumerate(twice(steady(lasting), rates, n)):
            print(f"s {i} {scaled(x)}")
        for name, target in (("f", 0), ("l", n - 1)):
            if len(reached(rates, target)) < n:
                continue
            values = twice(hitting(target), rates, n)
            for i in range(n):
                print(f"{name} {i} {scaled(values[i])} {scaled(values[n + i])}")
        values = twice(spectrum, rates, n)
        for x in values:
            print(f"v {scaled(x.real)} {scaled(x.imag)}")
        slowest = abs(values[1].real)
        for share in (0.3, 3) if n <= 25 and slowest > mpf(10) ** -290 else ():
            time = float(share / slowest)
            print(f"d {time!r}")
            for i, x in enumerate(twice(moved(time), rates, n, absolute=True)):
                print(f"p {i} {float(max(x, 0))!r}")
        print("end", flush=True)
        print(number, kind, n, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
