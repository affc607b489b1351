#!/usr/bin/env python3
"""Writes data/orbit.txt and data/row.txt: made by another program, to hold orbit.c, row.c and fixed_point.c against.

Straight from the tables in docs/metastability.md, with mpmath's arithmetic (40 digits), dictionaries instead of
arrays and no thought of speed. Run it with Debian's python3-mpmath; the files it wrote are kept. Their lines:

    late SHAPE RATE TIMEOUT LATE IN_TIME    a timeout probability, exact; `bound` instead of `late`: Chebyshev's
    orbit K R lambda mu T r c alpha full tail arrivals    a chain, of which the following lines are
    row COUNT tail empty                    a chain of servers: its servers, then lines of it
    server K R lambda mu c T r own held parallel join
    call I J CALLS WAITED
    from STATE                              all transitions out of this state follow
    to STATE RATE
    sum K VALUE SCALE                       the sum over all transitions i -> j of z(i) rate (x(j) - x(i)), z and x
                                            being those of `vectors`; and the same of absolute values
    fixed Q O KIND                          a fixed point of the drift field; all of them are there
"""
import itertools
import os
import random

import mpmath
from mpmath import mpf

mpmath.mp.dps = 40
HERE = os.path.dirname(os.path.abspath(__file__))


def digits(x):
    return mpmath.nstr(x, 20, min_fixed=0, max_fixed=0) if x else "0"


def gamma_tails(shape, x):
    """Q and P: for whole shapes both are Poisson sums of positive terms; else P is a series of positive terms."""
    shape, x = mpf(shape), mpf(x)
    term = mpmath.exp(shape * mpmath.log(x) - x - mpmath.loggamma(shape + 1))
    lower, n, t = mpf(0), 0, term
    while t > lower * mpf(10) ** -38 or n < x - shape:
        lower += t
        n += 1
        t *= x / (shape + n)
    if shape != int(shape):
        with mpmath.workdps(400):
            return 1 - mpmath.gammainc(shape, 0, x, regularized=True), lower
    upper, t = mpf(0), term
    for k in range(int(shape), 0, -1):
        t *= k / x
        upper += t
        if t < upper * mpf(10) ** -38 and k < x:
            break
    return upper, lower


def tails(tail, shape, rate, timeout):
    shape, rate, timeout = mpf(shape), mpf(rate), mpf(timeout)
    if shape == 0:
        return mpf(0), mpf(1)
    if tail == "exact":
        return gamma_tails(shape, rate * timeout)
    mean, deviation = shape / rate, mpmath.sqrt(shape) / rate
    late = (deviation / (timeout - mean)) ** 2 if timeout - mean > deviation else mpf(1)
    return late, 1 - late


class Orbit:
    def __init__(self, K, R, lam, mu, T, r, c, alpha=0.25, full=False, tail="exact", arrivals="conserved"):
        self.line = f"orbit {K} {R} {lam!r} {mu!r} {T!r} {r!r} {c!r} {alpha!r} {int(full)} {tail} {arrivals}"
        self.K, self.R, self.c, self.full, self.tail, self.original = K, R, mpf(c), full, tail, arrivals == "original"
        self.lam, self.mu, self.T, self.alpha = mpf(lam), mpf(mu), mpf(T), mpf(alpha)
        self.a, self.d = mpf(r) / ((mpf(r) + 1) * self.T), 1 / ((mpf(r) + 1) * self.T)
        self.known = {}

    def p(self, q):
        if q not in self.known:
            self.known[q] = tails(self.tail, q, min(q, self.c) * self.mu, self.T)
        return self.known[q]

    def states(self):
        return itertools.product(range(self.K + 1), range(self.R + 1))

    def row(self, state):
        q, o = state
        out = {}

        def go(to, rate):
            if rate:
                out[to] = out.get(to, mpf(0)) + rate

        if q == self.K:
            if self.K > 0:
                go((q - 1, o), min(self.K + 1, self.c) * self.mu)
            if o > 0:
                go((q, o - 1), o * self.d if self.full else o * (self.a + self.d))
            if self.full and o < self.R:
                go((q, o + 1), self.alpha * (self.lam + o * self.a))
        elif q == 0:
            go((1, o), self.lam)
            if o > 0:
                go((0, o - 1), o * self.d)
                go((1, o - 1), o * self.a)
        else:
            late, in_time = self.p(q)
            room = 1 if o < self.R else 0
            if room:
                go((q + 1, o + 1), self.alpha * self.lam * late)
            stays = self.lam if self.original else self.lam * (1 - self.alpha * late * room)
            go((q + 1, o), stays + o * self.a * late)
            if o > 0:
                go((q + 1, o - 1), o * self.a * in_time)
                go((q, o - 1), o * self.d)
            go((q - 1, o), min(q, self.c) * self.mu)
        return out


class Row:
    """servers: dictionaries; calls: {(i, j): (calls, waited)}."""

    def __init__(self, servers, calls, tail="exact", empty=False):
        default = dict(lam=0, T=None, r=0, own=False, held=True, parallel=False, join=False, c=1, R=0)
        self.servers = [{**default, **s} for s in servers]
        self.calls, self.tail, self.empty, self.count = calls, tail, empty, len(servers)
        lines = [f"row {self.count} {tail} {int(empty)}"]
        for s in self.servers:
            timeout = "inf" if s["T"] is None else repr(s["T"])
            lines.append(f"server {s['K']} {s['R']} {s['lam']!r} {s['mu']!r} {s['c']!r} {timeout} {s['r']!r} "
                         + " ".join(str(int(s[k])) for k in ("own", "held", "parallel", "join")))
        lines += [f"call {i} {j} {n!r} {w!r}" for (i, j), (n, w) in calls.items()]
        self.line = "\n".join(lines)

    def states(self):
        ranges = [r for s in self.servers for r in (range(s["K"] + 1), range(s["R"] + 1))]
        return itertools.product(*ranges)

    def visits(self, i, j):
        """How often j is visited for a request of i, by all the ways there."""
        ways = []
        for k in range(self.count):
            waited = mpf(self.calls.get((k, j), (0, 0))[1])
            if waited:
                ways.append(waited if k == i else waited * self.visits(i, k))
        ways = [w for w in ways if w]
        return mpf(0) if not ways else max(ways) if self.servers[j]["join"] else sum(ways)

    def own(self, j, q):
        s = self.servers[j]
        return mpf(s["mu"]) * min(q, s["c"])

    def service(self, i, q):
        rates = [self.own(i, q[i])]
        if self.servers[i]["held"]:
            for j in range(self.count):
                v = self.visits(i, j)
                if v:
                    rates.append(self.own(j, q[j] + 1) / v)
        return min(rates)

    def arrivals(self, j, q):
        streams = [mpf(n) * min(self.arrivals(i, q), self.service(i, q))
                   for (i, k), (n, _) in self.calls.items() if k == j and n]
        lam = mpf(self.servers[j]["lam"])
        if not streams:
            return lam
        return lam + (min(streams) if self.servers[j]["join"] else sum(streams))

    def time(self, i, q):
        """Mean, variance, and whether one of the servers is empty."""
        rate = self.own(i, q[i])
        mean, variance = (q[i] / rate, q[i] / rate**2) if q[i] else (mpf(0), mpf(0))
        empty = q[i] == 0
        called = []
        for (k, j), (_, w) in self.calls.items():
            if k != i or not w:
                continue
            m, v, e = self.time(j, q)
            empty = empty or e
            chance = mpf(w) - mpmath.floor(w)
            called.append((w * m, w * v + chance * (1 - chance) * m**2))
        if called and self.servers[i]["parallel"]:
            longest = max(m for m, _ in called)
            called = [next(c for c in called if c[0] == longest)]
        return mean + sum(m for m, _ in called), variance + sum(v for _, v in called), empty

    def timing(self, i, q):
        s = self.servers[i]
        if s["T"] is None:
            return mpf(0), mpf(1)
        mean, variance, empty = self.time(i, q)
        if s["own"]:
            rate = self.own(i, q[i])
            mean, variance, empty = (q[i] / rate, q[i] / rate**2, False) if q[i] else (mpf(0), mpf(0), True)
        if self.empty and empty:
            return mpf(1), mpf(0)
        if mean == 0:
            return mpf(0), mpf(1)
        return tails(self.tail, mean**2 / variance, mean / variance, s["T"])

    def row(self, state):
        q, o = state[0::2], state[1::2]
        out = {}
        for i, s in enumerate(self.servers):
            def go(dq, do, rate):
                if rate:
                    to = list(state)
                    to[2 * i] += dq
                    to[2 * i + 1] += do
                    out[tuple(to)] = out.get(tuple(to), mpf(0)) + rate

            lam, (late, in_time) = self.arrivals(i, q), self.timing(i, q)
            a = d = mpf(0)
            if s["T"] is not None:
                a, d = mpf(s["r"]) / ((mpf(s["r"]) + 1) * s["T"]), 1 / ((mpf(s["r"]) + 1) * mpf(s["T"]))
            room, orbit_room = q[i] < s["K"], o[i] < s["R"]
            if room and orbit_room:
                go(1, 1, lam * late)
                go(1, 0, lam * in_time + a * late * o[i])
            elif room:
                go(1, 0, lam + a * late * o[i])
            elif orbit_room:
                go(0, 1, lam)
            if o[i] > 0 and room:
                go(1, -1, a * in_time * o[i])
            if o[i] > 0:
                go(0, -1, d * o[i])
            if q[i] > 0:
                go(-1, 0, self.service(i, q))
        return out


def vectors(k, state):
    """z and x in one state: any numbers without a pattern that both programs can make exactly alike."""
    mixed = 0
    for n in state:
        mixed = mixed * 31 + n + k
    return mpf(1 + mixed * 7 % 101) / 101, mpf(mixed * mixed % 103) / 103


def fixed_points(chain):
    """By bisection: a bilinear function has its extremes in the corners of a rectangle."""
    drift = {}
    for q, o in chain.states():
        row = chain.row((q, o))
        drift[q, o] = (float(sum(rate * (to[0] - q) for to, rate in row.items())),
                       float(sum(rate * (to[1] - o) for to, rate in row.items())))

    def at(q, o, k):
        i, j = min(int(q), chain.K - 1), min(int(o), chain.R - 1)
        x, y = q - i, o - j
        return ((1 - x) * ((1 - y) * drift[i, j][k] + y * drift[i, j + 1][k])
                + x * ((1 - y) * drift[i + 1, j][k] + y * drift[i + 1, j + 1][k]))

    found = []
    boxes = [(i, i + 1, j, j + 1) for i in range(chain.K) for j in range(chain.R)]
    while boxes:
        q0, q1, o0, o1 = boxes.pop()
        if any(min(v) > 0 or max(v) < 0 for v in ([at(q, o, k) for q in (q0, q1) for o in (o0, o1)] for k in (0, 1))):
            continue
        if q1 - q0 > 1e-13:
            q, o = (q0 + q1) / 2, (o0 + o1) / 2
            boxes += [(a, b, c, d) for a, b in ((q0, q), (q, q1)) for c, d in ((o0, o), (o, o1))]
        elif all(abs(q0 - f[0]) + abs(o0 - f[1]) > 1e-9 for f in found):
            found.append((q0, o0))
    for q, o in sorted(found):
        h = 1e-3
        i, j = min(int(q), chain.K - 1), min(int(o), chain.R - 1)
        q, o = min(max(q, i + h), i + 1 - h), min(max(o, j + h), j + 1 - h)
        (a, b), (c, d) = (((at(q + h, o, k) - at(q - h, o, k)) / (2 * h), (at(q, o + h, k) - at(q, o - h, k)) / (2 * h))
                          for k in (0, 1))
        kind = "saddle" if a * d < b * c else "attractor" if a + d < 0 else "repeller"
        yield next(f for f in sorted(found) if abs(f[0] - q) < 2 * h and abs(f[1] - o) < 2 * h), kind


def write(out, chain, rng, whole=60, sampled=8, sums=True):
    out.write(chain.line + "\n")
    states = list(chain.states()) if sums else None
    if sums:
        rows = {s: chain.row(s) for s in states}
        for k in range(3):
            value = scale = mpf(0)
            for s, row in rows.items():
                z, x = vectors(k, s)
                for to, rate in row.items():
                    difference = z * rate * (vectors(k, to)[1] - x)
                    value += difference
                    scale += abs(difference)
            out.write(f"sum {k} {digits(value)} {digits(scale)}\n")
        chosen = states if len(states) <= whole else sorted(rng.sample(states, sampled))
    else:
        chosen = sorted({(q, o) for q in (1, 2, chain.K // 3, chain.K // 2, chain.K * 2 // 3, chain.K - 1, chain.K)
                         for o in (0, chain.R // 2, chain.R)})
    if chain.line.startswith("orbit") and sums and chain.K >= 20:
        for (q, o), kind in fixed_points(chain):
            out.write(f"fixed {q:.13g} {o:.13g} {kind}\n")
    for s in chosen:
        out.write("from " + " ".join(map(str, s)) + "\n")
        for to, rate in sorted(chain.row(s).items()):
            out.write("to " + " ".join(map(str, to)) + f" {digits(rate)}\n")


def orbits():
    tiny = dict(lam=1.5, mu=1.25, T=2.0, r=2.5, c=2)
    for K, R in ((0, 0), (0, 3), (1, 0), (1, 2), (2, 1), (4, 2), (2, 5)):
        for full in (False, True):
            yield Orbit(K, R, **tiny, full=full), True
    yield Orbit(3, 2, 1.5, 1.25, 2.0, 2.5, 7, tail="chebyshev"), True  # more threads than room
    yield Orbit(6, 3, 2.0, 1.0, 0.5, 0.0, 2), True  # nobody retries
    yield Orbit(6, 3, 2.0, 1.0, 0.5, 3.0, 2, alpha=0.0), True
    yield Orbit(6, 3, 2.0, 1.0, 0.5, 3.0, 2, alpha=1.0), True
    yield Orbit(6, 3, 2.0, 1.0, 0.5, 3.0, 2, alpha=1.0, arrivals="original", tail="chebyshev", full=True), True
    for tail in ("exact", "chebyshev"):
        for arrivals in ("conserved", "original"):
            yield Orbit(99, 19, 9.5, 10.0, 3.0, 4.0, 1, tail=tail, arrivals=arrivals), True
    yield Orbit(29, 7, 9.0, 10.0, 2.0, 3.0, 2, full=True, tail="chebyshev", arrivals="original"), True
    yield Orbit(40, 60, 31.0, 3.0, 1.25, 1.7, 12.5, alpha=0.6, full=True), True  # the orbit is the longer side
    yield Orbit(200, 5, 80.0, 10.0, 1.5, 9.0, 9), True
    yield Orbit(100000, 4, 990.0, 10.0, 500.0, 3.0, 100), False
    yield Orbit(100000, 4, 990.0, 10.0, 66.6, 3.0, 100, alpha=1.0), False
    yield Orbit(100000, 4, 990.0, 10.0, 66.6, 3.0, 100, tail="chebyshev"), False


def rows():
    aws = [dict(K=9, R=2, lam=0.5, mu=2.8, T=5.0, r=5.0), dict(K=9, R=2, mu=2.8, T=5.0, r=3.0)]
    for tail in ("chebyshev", "exact"):
        for empty in (False, True):
            yield Row(aws, {(0, 1): (1, 1)}, tail, empty)
    yield Row([dict(K=2, R=1, lam=1.0, mu=1.5, c=2, T=3.0, r=2.0), dict(K=3, R=1, lam=0.25, mu=1.0, T=1.5, r=1.0),
               dict(K=2, mu=2.0)], {(0, 1): (1, 1), (1, 2): (1, 1)})
    # Choices and repetitions: half of the requests go one way, a quarter the other; the first calls it 2.5 times.
    yield Row([dict(K=3, R=2, lam=2.0, mu=1.5, c=2, T=4.0, r=2.0), dict(K=2, R=1, mu=1.0, T=1.0, r=1.0),
               dict(K=2, mu=2.0)], {(0, 1): (0.5, 0.5), (0, 2): (0.25, 0.125), (1, 2): (2.5, 2.5)})
    # A pipeline that forks and joins, with timeouts of stages.
    yield Row([dict(K=2, R=1, lam=1.0, mu=1.5, c=2, T=6.0, r=2.0, held=False, parallel=True),
               dict(K=2, R=1, mu=1.0, T=1.0, r=1.0, own=True, held=False),
               dict(K=1, R=1, mu=2.0, c=2, T=1.5, r=2.0, own=True, held=False),
               dict(K=2, mu=2.5, join=True, held=False)],
              {(0, 1): (1, 1), (0, 2): (1, 1), (1, 3): (1, 1), (2, 3): (1, 1)})
    # A server that waits for such a pipeline.
    yield Row([dict(K=2, R=1, lam=1.0, mu=2.5, c=2, T=6.0, r=2.0), dict(K=1, mu=3.0, held=False, parallel=True),
               dict(K=1, mu=2.0, held=False), dict(K=1, mu=2.25, held=False), dict(K=1, mu=0.5, join=True)],
              {(0, 1): (1, 1), (1, 2): (1, 1), (1, 3): (1, 1), (2, 4): (1, 1), (3, 4): (1, 1)})
    # Fan-out at once, threads held, one call not waited for.
    yield Row([dict(K=2, R=1, lam=1.0, mu=1.5, c=2, T=2.0, r=2.0, parallel=True), dict(K=3, mu=1.0), dict(K=2, mu=0.75),
               dict(K=1, mu=0.5)], {(0, 1): (1, 1), (0, 2): (1, 1), (0, 3): (1, 0)})


def main():
    rng = random.Random(5)
    with open(os.path.join(HERE, "data", "orbit.txt"), "w") as out:
        out.write("# Made by reference_orbit.py, which explains it.\n")
        for q, s, t in ((20, 10, 3), (1, 1, 1), (1, 10, 3), (1, 10, 60), (2, 0.5, 0.01), (5, 20, 3), (30, 10, 3),
                        (99, 10, 3),
                        (200, 10, 3), (1000, 10, 100), (1000, 10, 60), (10000, 100, 101), (10000, 100, 80),
                        (99999, 1000, 100), (100000, 1000, 99), (100000, 1000, 90), (100000, 1000, 101),
                        (100000, 1000, 110)):
            for tail, word in (("exact", "late"), ("chebyshev", "bound")):
                out.write(f"{word} {q} {s} {t} " + " ".join(digits(x) for x in tails(tail, q, s, t)) + "\n")
        for shape, rate, t in ((0.7, 1.5, 2), (2.5, 1.5, 2), (3.25, 0.5, 0.125), (17.5, 4, 9)):
            out.write(f"late {shape} {rate} {t} " + " ".join(digits(x) for x in tails("exact", shape, rate, t)) + "\n")
        for chain, sums in orbits():
            write(out, chain, rng, sums=sums)
    with open(os.path.join(HERE, "data", "row.txt"), "w") as out:
        out.write("# Made by reference_orbit.py, which explains it.\n")
        for chain in rows():
            write(out, chain, rng)


if __name__ == "__main__":
    main()
