"""Queues in a random environment, solved by matrix-geometric methods (Neuts 1981), and closed networks."""

import math


def solve(matrix, right):
    """x with matrix x = right: Gaussian elimination with partial pivoting."""
    n = len(matrix)
    rows = [list(row) + [value] for row, value in zip(matrix, right)]
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k])]
    x = [0.0] * n
    for k in reversed(range(n)):
        x[k] = (rows[k][n] - sum(rows[k][j] * x[j] for j in range(k + 1, n))) / rows[k][k]
    return x


def product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def inverse(a):
    n = len(a)
    columns = [solve(a, [float(i == k) for i in range(n)]) for k in range(n)]
    return [list(row) for row in zip(*columns)]


class ModulatedQueue:
    """M/M/1 whose rates depend on a phase: in phase i requests arrive at lam[i] and are served at mu[i], and the
    phase changes to j at switch[i][j]. The stationary distribution is pi_n = pi_0 R^n, R the least solution of A0 + R
    A1 + R^2 A2 = 0 (Neuts 1981, chapter 3)."""

    def __init__(self, lam, mu, switch):
        n = len(lam)
        out = [sum(row[j] for j in range(n) if j != i) for i, row in enumerate(switch)]
        up = [[lam[i] if i == j else 0.0 for j in range(n)] for i in range(n)]
        down = [[mu[i] if i == j else 0.0 for j in range(n)] for i in range(n)]
        local = [[-(lam[i] + mu[i] + out[i]) if i == j else switch[i][j] for j in range(n)] for i in range(n)]
        r = [[0.0] * n for _ in range(n)]
        while True:
            inner = [[-(local[i][j] + x) for j, x in enumerate(row)] for i, row in enumerate(product(r, down))]
            following = product(up, inverse(inner))
            change = max(abs(x - y) for a, b in zip(r, following) for x, y in zip(a, b))
            r = following
            if change < 1e-15:
                break
        # pi_0 (B0 + R A2) = 0 with the empty queue's local rates, and the sum of all is 1.
        boundary = [[local[i][j] + (mu[i] if i == j else 0.0) + x for j, x in enumerate(row)]
                    for i, row in enumerate(product(r, down))]
        rest = inverse([[float(i == j) - r[i][j] for j in range(n)] for i in range(n)])
        equations = [list(column) for column in zip(*boundary)][:-1] + [[sum(row) for row in rest]]
        self.empty_by_phase = solve(equations, [0.0] * (n - 1) + [1.0])
        self.empty = sum(self.empty_by_phase)
        by_phase = product([self.empty_by_phase], rest)[0]
        self.arrival_rate = sum(p * rate for p, rate in zip(by_phase, lam))
        self.in_system = sum(product(product([self.empty_by_phase], r), product(rest, rest))[0])
        self.sojourn = self.in_system / self.arrival_rate
        # Arrivals see the phases weighted with their rates.
        self.finds_empty = sum(p * rate for p, rate in zip(self.empty_by_phase, lam)) / self.arrival_rate


def breakdown_in_system(lam, mu, breaks, repairs):
    """M/M/1 with breakdowns, busy or idle, service resumed after the repair (White and Christie 1958; Avi-Itzhak and
    Naor 1963): the mean number in the system."""
    both = breaks + repairs
    return lam * (both ** 2 + mu * breaks) / (both * (mu * repairs - lam * both))


class Disasters:
    """M/M/1 where a breakdown clears the system and arrivals are refused until the repair. From the balance equations
    (Towsley and Tripathi 1991): pi_n = A (1 - r) r^n while up, A the availability, r the root in (0, 1) of mu r^2 -
    (lam + mu + breaks) r + lam = 0."""

    def __init__(self, lam, mu, breaks, repairs):
        b = lam + mu + breaks
        r = (b - math.sqrt(b * b - 4 * lam * mu)) / (2 * mu)
        self.availability = repairs / (breaks + repairs)
        self.in_system = self.availability * r / (1 - r)
        self.refused = 1 - self.availability
        self.cleared = breaks * self.in_system / lam
        self.served = mu * self.availability * r / lam


# Closed networks of product form

def mean_value_analysis(population, think, demands):
    """Throughput, and mean sojourn at each single-thread station with these mean demands per request (Reiser and
    Lavenberg 1980)."""
    numbers = [0.0] * len(demands)
    for n in range(1, population + 1):
        sojourns = [demand * (1 + number) for demand, number in zip(demands, numbers)]
        throughput = n / (think + sum(sojourns))
        numbers = [throughput * sojourn for sojourn in sojourns]
    return throughput, sojourns


def convolution(population, stations):
    """Throughput and mean numbers of a closed network by convolution (Buzen 1973). A station is (demand, threads);
    threads = inf for one where nobody waits."""
    def factors(demand, threads):
        values = [1.0]
        for n in range(1, population + 1):
            values.append(values[-1] * demand / min(n, threads))
        return values

    def convolve(a, b):
        return [math.fsum(a[k] * b[n - k] for k in range(n + 1)) for n in range(population + 1)]

    def all_but(skipped):
        total = [1.0] + [0.0] * population
        for index, station in enumerate(stations):
            if index != skipped:
                total = convolve(total, factors(*station))
        return total

    constant = all_but(None)
    numbers = []
    for index, station in enumerate(stations):
        others, own = all_but(index), factors(*station)
        weighted = math.fsum(n * own[n] * others[population - n] for n in range(population + 1))
        numbers.append(weighted / constant[population])
    return constant[population - 1] / constant[population], numbers


def fork_join_of_two(lam, mu):
    """Mean sojourn until both of two M/M/1 queues with common arrivals are done with a request: (12 - rho) / 8 times
    that of M/M/1 (Flatto and Hahn 1984; Nelson and Tantawi 1988, equation 6)."""
    return (12 - lam / mu) / 8 / (mu - lam)
