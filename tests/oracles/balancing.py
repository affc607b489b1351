"""Balancing theory: the supermarket model, and small pools as Markov chains."""

import math


def supermarket_sojourn(load, choices):
    """Mean sojourn at rate-1 servers, each arrival joining the shortest of `choices` random ones, as the number of
    servers grows: the fixed point has a share load^((d^i - 1) / (d - 1)) of queues of at least i (Vvedenskaya,
    Dobrushin and Karpelevich 1996; Mitzenmacher 1996, theorem 3.2), so E T = sum over i >= 1 of
    load^((d^i - d) / (d - 1))."""
    terms, i = [], 1
    while not terms or terms[-1] > 1e-18:
        exponent = (choices ** i - choices) / (choices - 1)
        terms.append(load ** exponent)
        i += 1
    return math.fsum(terms)


def solve(rows, right):
    """x of rows x = right, by elimination with row exchanges."""
    rows = [list(row) + [value] for row, value in zip(rows, right)]
    n = len(rows)
    for i in range(n):
        best = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[best] = rows[best], rows[i]
        for k in range(i + 1, n):
            factor = rows[k][i] / rows[i][i]
            if factor:
                rows[k] = [x - factor * y for x, y in zip(rows[k], rows[i])]
    x = [0.0] * n
    for i in range(n - 1, -1, -1):
        x[i] = (rows[i][n] - math.fsum(rows[i][k] * x[k] for k in range(i + 1, n))) / rows[i][i]
    return x


def supermarket_correction(load, choices, replacement=False):
    """V in E T = T + V / servers + O(1 / servers^2), where T is supermarket_sojourn: the refined mean field
    approximation (Gast and Van Houdt 2017, theorem 1 and section 4). With x_i the share of queues of at least i, drift
    f_i = load (x_{i-1}^d - x_i^d) - (x_i - x_{i+1}), A and B its first and second derivatives at the fixed point and Q
    the covariance of the jumps, the fluctuations have covariance W / servers with A W + W A' + Q = 0, and

        V = -A^-1 (C + 1/2 sum over k, l of B_kl W_kl).

    C is what the drift lacks when the choices are drawn without replacement: of n servers, m of which have a length,
    all d are among them with probability (m over d) / (n over d) = x^d - d (d - 1) / 2 (x^{d-1} - x^d) / n + ...; theirs
    are drawn with replacement, and C = 0."""
    d, n = choices, 1
    while supermarket_share(load, d, n) > 1e-17:
        n += 1
    x = [supermarket_share(load, d, i) for i in range(n + 2)]
    join = [load * d * share ** (d - 1) for share in x]             # derivative of the rate of joining those
    bend = [load * d * (d - 1) * share ** (d - 2) for share in x]   # and its second
    lack = [0 if replacement else -load * d * (d - 1) / 2 * (share ** (d - 1) - share ** d) for share in x]
    drift = [[0.0] * n for _ in range(n)]
    for i in range(n):  # length i + 1
        drift[i][i] = -join[i + 1] - 1
        if i > 0:
            drift[i][i - 1] = join[i]
        if i + 1 < n:
            drift[i][i + 1] = 1
    # The equation for W, whose unknowns are those with i <= k.
    place = {}
    for i in range(n):
        for k in range(i, n):
            place[i, k] = place[k, i] = len(set(place.values()))
    rows, right = [], []
    for i in range(n):
        for k in range(i, n):
            row = [0.0] * (n * (n + 1) // 2)
            for j in range(n):
                row[place[j, k]] += drift[i][j]
                row[place[i, j]] += drift[k][j]
            rows.append(row)
            right.append(-2 * (x[i + 1] - x[i + 2]) if i == k else 0.0)
    w = solve(rows, right)
    spread = [0.0] + [w[place[i, i]] for i in range(n)]
    push = [lack[i] - lack[i + 1] + (bend[i] * spread[i] - bend[i + 1] * spread[i + 1]) / 2 for i in range(n)]
    shares = solve(drift, [-value for value in push])
    return math.fsum(shares) / load


def supermarket_share(load, choices, length):
    """The share of queues of at least `length`."""
    return load ** ((choices ** length - 1) / (choices - 1))


class Pool:
    """`count` like servers of one thread with service rate 1, Poisson arrivals at `load` * count. A state is the
    sorted lengths, each at most `top`; where(lengths) gives [(probability, index)] of where an arrival goes. The
    stationary distribution by Gauss-Seidel iteration on the balance equations."""

    def __init__(self, count, load, top, where):
        self.count, self.load = count, load
        lam = load * count
        states = [()]
        for _ in range(count):
            states = [s + (n,) for s in states for n in range(s[-1] if s else 0, top + 1)]
        states.sort(key=lambda s: (sum(s), s))
        place = {s: i for i, s in enumerate(states)}
        inward, outward = [[] for _ in states], [0.0] * len(states)

        def go(origin, lengths, rate):
            target = place.get(tuple(sorted(lengths)))
            if target is None or rate == 0:  # beyond the top: the arrival is turned away
                return
            inward[target].append((origin, rate))
            outward[origin] += rate

        for i, s in enumerate(states):
            for probability, k in where(s):
                go(i, s[:k] + (s[k] + 1,) + s[k + 1:], lam * probability)
            for k in range(count):
                if s[k]:
                    go(i, s[:k] + (s[k] - 1,) + s[k + 1:], 1.0)
        self.states, self.p = states, self.iterate(inward, outward, lam)
        self.in_system = math.fsum(p * sum(s) for p, s in zip(self.p, states))
        self.in_system_std = math.sqrt(math.fsum(p * sum(s) ** 2 for p, s in zip(self.p, states)) - self.in_system ** 2)
        self.sojourn = self.in_system / lam
        self.idle = math.fsum(p * s.count(0) for p, s in zip(self.p, states)) / count
        self.at_top = math.fsum(p for p, s in zip(self.p, states) if s[-1] == top)

    @staticmethod
    def iterate(inward, outward, lam):
        levels = len(inward)
        p = [1.0 / levels] * levels
        for sweep in range(100000):
            change = 0.0
            for i in (range(levels) if sweep % 2 else range(levels - 1, -1, -1)):
                value = sum(p[j] * rate for j, rate in inward[i]) / outward[i]
                change = max(change, abs(value - p[i]))
                p[i] = value
            total = sum(p)
            p = [x / total for x in p]
            if change < 1e-15:
                return p
        raise ArithmeticError("no convergence")


def uniform(indices):
    return [(1 / len(indices), k) for k in indices]


def shortest(lengths):
    """Join the shortest queue, ties at random. (Sorted lengths: any of the ties leads to the same state.)"""
    return [(1.0, 0)]


def idle_or_random(lengths):
    """Join an idle queue, any if there is none."""
    idle = [k for k, n in enumerate(lengths) if n == 0]
    return uniform(idle or range(len(lengths)))


def shorter_of_two(lengths):
    """The shorter of two different ones drawn at random, ties at random: of sorted lengths the earlier."""
    count = len(lengths)
    pairs = count * (count - 1) / 2
    return [((count - 1 - k) / pairs, k) for k in range(count - 1)]
