#!/usr/bin/env python3
"""Writes expected.h: what the tests of src/random compare with, computed by SciPy and mpmath.

Usage: tests/random/expected.py > tests/random/expected.h   (needs scipy and mpmath; takes about a minute)

Special functions: mpmath with 40 digits and more. Laws: SciPy's distributions where it has the law, and mpmath's closed forms
or quadrature of densities where it has not. Nothing here knows how the library computes the same.
"""

import mpmath as mp
import numpy as np
from scipy import stats
from scipy.linalg import expm

mp.mp.dps = 40

# --- Special functions ---


def lower_gamma(a, x):
    """P(a, x) by its power series of positive terms, with digits to spare for 1 - P."""
    with mp.workdps(400 if x > a else 60):
        a, x = mp.mpf(a), mp.mpf(x)
        term = total = mp.mpf(1)
        n = 0
        while term > total * mp.mpf(10) ** (-mp.mp.dps - 2):
            n += 1
            term *= x / (a + n)
            total += term
        return total * mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1))


def upper_gamma(a, x):
    with mp.workdps(400):
        return 1 - lower_gamma(a, x)


def beta(a, b, x):
    """I_x(a, b) by the power series of positive terms DLMF 8.17.8."""
    with mp.workdps(300):
        a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
        if x > mp.mpf("0.9"):
            return 1 - beta_series(b, a, 1 - x)
        return beta_series(a, b, x)


def beta_series(a, b, x):
    term = total = mp.mpf(1)
    n = 0
    while term > total * mp.mpf(10) ** (5 - mp.mp.dps):
        term *= x * (a + b + n) / (a + 1 + n)
        total += term
        n += 1
    front = mp.exp(a * mp.log(x) + b * mp.log(1 - x) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b))
    return front * total / a


def normal_cdf(x):
    return mp.erfc(-mp.mpf(x) / mp.sqrt(2)) / 2


def solve(f, guess):
    with mp.workdps(50):
        return mp.findroot(f, guess, tol=mp.mpf(10) ** -60)


def normal_quantile(p):
    """To full precision whatever p: solved for the logarithm of the smaller tail."""
    if p > 0.5:
        return -normal_quantile(1 - mp.mpf(p))
    start = -mp.sqrt(-2 * mp.log(p)) if p < 0.1 else mp.mpf(stats.norm.ppf(float(p)))
    return solve(lambda x: mp.log(normal_cdf(x)) - mp.log(p), start)


def student_quantile(degrees, p):
    guess = stats.t.ppf(p, degrees)
    n = mp.mpf(degrees)

    def tail(t):
        # one half of I_x(n/2, 1/2), of which the arguments are computed with all digits
        return beta(n / 2, mp.mpf(1) / 2, n / (n + t * t)) / 2

    q = mp.mpf(p) if p < 0.5 else 1 - mp.mpf(p)
    t = solve(lambda t: tail(t) - q, (abs(guess), abs(guess) * 1.0001))
    return -t if p < 0.5 else t


def gamma_quantile(a, p):
    guess = stats.gamma.ppf(p, a)
    return solve(lambda x: lower_gamma(a, x) - mp.mpf(p), (guess, guess * (1 + 1e-7)))


def special_rows():
    rows = []
    for a in [1e-3, 0.1, 0.5, 0.9, 1, 1.5, 3, 11.9, 12, 20, 50, 100, 1000, 1e5]:
        for ratio in [1e-3, 0.29, 0.31, 0.7, 0.99, 1, 1.01, 1.5, 2.3, 2.4, 5]:
            x = a * ratio
            if a * abs(ratio - 1) ** 2 > 1000:
                continue
            rows += [("gamma_p", a, x, 0, lower_gamma(a, x)), ("gamma_q", a, x, 0, upper_gamma(a, x))]
    poisson = mp.exp(-30) * sum(mp.mpf(30) ** k / mp.factorial(k) for k in range(20))
    rows += [("gamma_q", 20, 30, 0, poisson)]  # a closed form: fewer than 20 events of a Poisson process
    for a in [1e-3, 0.3, 0.99]:
        for x in [1e-5, 0.5, 0.99, 1.01, 3, 100]:
            rows += [("gamma_p", a, x, 0, lower_gamma(a, x)), ("gamma_q", a, x, 0, upper_gamma(a, x))]
    for a, p in [(0.3, 0.01), (0.3, 0.99), (1, 0.5), (2.5, 1e-8), (2.5, 0.999999), (11, 0.3), (12, 0.3), (300, 1e-6),
                 (300, 0.975), (1e5, 0.001), (1e5, 0.6)]:
        rows.append(("gamma_p_inverse", a, p, 0, gamma_quantile(a, p)))
    for x in [-37, -20, -8, -2.5, -1, -0.1, 0, 0.5, 3, 8]:
        rows.append(("normal_cdf", x, 0, 0, normal_cdf(x)))
    for p in [1e-300, 1e-100, 1e-16, 1e-5, 0.02, 0.074, 0.076, 0.3, 0.5, 0.7, 0.924, 0.926, 0.999]:
        rows.append(("normal_quantile", p, 0, 0, mp.mpf(0) if p == 0.5 else normal_quantile(p)))
    for a in [0.1, 0.5, 2.5, 11.9, 30, 1000, 1e5]:
        for b in [0.2, 1, 3, 13, 1e4]:
            for x in [1e-5, 0.2, 0.5, 0.8, 0.99, a / (a + b)]:
                value = beta(a, b, x)
                if value > 1e-250:
                    rows.append(("beta_i", a, b, x, value))
    for degrees in [1, 2, 3, 7, 29.5, 199, 1e5]:
        for p in [1e-9, 0.005, 0.025, 0.26, 0.4, 0.501, 0.75, 0.975, 0.9995]:
            rows.append(("student_quantile", degrees, p, 0, student_quantile(degrees, p)))
    return rows


# --- Laws: name, parameters, mean, variance, cdf, quantile (None where the law has atoms and the test has its own) ---

PROBABILITIES = [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999, 1 - 1e-6]


class Scipy:
    def __init__(self, frozen):
        self.frozen = frozen
        self.mean, self.variance = frozen.mean(), frozen.var()
        self.cdf, self.quantile = frozen.cdf, frozen.ppf


class RectifiedNormal:
    def __init__(self, mean, std):
        m, s = mp.mpf(mean), mp.mpf(std)
        density = lambda x: mp.npdf(x, m, s)
        top = max(m, 0) + 40 * s
        points = [0, m, top] if m > 0 else [0, s, top]
        first = mp.quad(lambda x: x * density(x), points)
        second = mp.quad(lambda x: x * x * density(x), points)
        self.mean, self.variance = first, second - first**2
        self.cdf = lambda x: stats.norm.cdf(x, mean, std) if x >= 0 else 0.0
        self.quantile = lambda p: max(0.0, stats.norm.ppf(p, mean, std))


def numeric_quantile(cdf, p, low, high):
    low, high = mp.mpf(low), mp.mpf(high)
    for _ in range(120):
        middle = (low + high) / 2
        if cdf(middle) < p:
            low = middle
        else:
            high = middle
    return high


class Mixed:
    """A mixture of exponentials: what a hyperexponential is."""

    def __init__(self, weights, rates):
        w, r = [mp.mpf(x) for x in weights], [mp.mpf(x) for x in rates]
        self.mean = sum(a / b for a, b in zip(w, r))
        self.variance = sum(2 * a / b**2 for a, b in zip(w, r)) - self.mean**2
        self.cdf = lambda x: 1 - sum(a * mp.exp(-b * x) for a, b in zip(w, r))
        self.quantile = lambda p: numeric_quantile(self.cdf, mp.mpf(p), 0, 1e6)


class PhaseType:
    def __init__(self, alpha, generator):
        a, t = mp.matrix([alpha]), mp.matrix(generator)
        one = mp.matrix([[1]] * len(alpha))
        inverse = (-t) ** -1
        self.mean = (a * inverse * one)[0]
        self.variance = 2 * (a * inverse * inverse * one)[0] - self.mean**2
        self.cdf = lambda x: 1 - (a * mp.expm(t * x, method="taylor") * one)[0] if x >= 0 else mp.mpf(0)
        self.quantile = lambda p: mp.mpf(0) if p <= self.cdf(0) else numeric_quantile(self.cdf, mp.mpf(p), 0, 1000)


PHASES = ([0.6, 0.3, 0], [[-2, 1.5, 0.25], [0, -1, 0.5], [0.1, 0, -0.5]])

LAWS = [
    ("exponential", [0.1], Scipy(stats.expon(scale=0.1))),
    ("erlang", [3, 2], Scipy(stats.gamma(3, scale=2 / 3))),
    ("erlang", [200, 2], Scipy(stats.gamma(200, scale=2 / 200))),
    ("gamma", [2.5, 0.4], Scipy(stats.gamma(2.5, scale=0.4))),
    ("gamma", [0.3, 2], Scipy(stats.gamma(0.3, scale=2))),
    ("gamma", [5000, 0.01], Scipy(stats.gamma(5000, scale=0.01))),
    ("uniform", [-1, 3], Scipy(stats.uniform(-1, 4))),
    ("uniform_int", [-2, 7], Scipy(stats.randint(-2, 8))),
    ("normal", [50, 3], RectifiedNormal(50, 3)),
    ("normal", [1, 2], RectifiedNormal(1, 2)),
    ("normal", [-3, 2], RectifiedNormal(-3, 2)),
    ("lognormal", [-1, 0.5], Scipy(stats.lognorm(0.5, scale=np.exp(-1)))),
    ("lognormal_mean_cv", [3, 2], Scipy(stats.lognorm(np.sqrt(np.log1p(4)), scale=3 / np.sqrt(5)))),
    ("weibull", [0.7, 2], Scipy(stats.weibull_min(0.7, scale=2))),
    ("weibull", [3, 0.5], Scipy(stats.weibull_min(3, scale=0.5))),
    ("pareto", [2.5, 3], Scipy(stats.pareto(2.5, scale=3))),
    ("pareto", [1.5, 1], Scipy(stats.pareto(1.5, scale=1))),
    ("hyperexponential", [0.3, 0.1, 0.7, 5], Mixed([0.3, 0.7], [0.1, 5])),
    ("phase_type", [], PhaseType(*PHASES)),
]

# --- Arithmetic: densities integrated by mpmath ---


def gamma_pdf(shape, scale):
    c = 1 / (mp.gamma(shape) * mp.mpf(scale) ** shape)
    return lambda x: c * x ** (mp.mpf(shape) - 1) * mp.exp(-x / scale)


def gamma_cdf(shape, scale):
    return lambda x: mp.gammainc(shape, 0, x / mp.mpf(scale), regularized=True) if x > 0 else mp.mpf(0)


def weibull_cdf(shape, scale):
    return lambda x: -mp.expm1(-((x / mp.mpf(scale)) ** shape)) if x > 0 else mp.mpf(0)


def pareto_cdf(shape, scale):
    return lambda x: 1 - (mp.mpf(scale) / x) ** shape if x > scale else mp.mpf(0)


def exponential_cdf(mean):
    return lambda x: -mp.expm1(-x / mp.mpf(mean)) if x > 0 else mp.mpf(0)


def lognormal_cdf(mu, sigma):
    return lambda x: mp.ncdf((mp.log(x) - mu) / sigma) if x > 0 else mp.mpf(0)


def moments(cdf, points):
    """Of a law on [0, infinity), from its tail, cut at `points`."""
    with mp.workdps(25):
        first = mp.quad(lambda x: 1 - cdf(x), points)
        second = mp.quad(lambda x: 2 * x * (1 - cdf(x)), points)
    return first, second - first**2


def sum_cdf(density, cdf, low, x, edges=()):
    """P(A + B <= x) = integral over a > low of the density of A times P(B <= x - a); `edges` of B's support."""
    points = sorted({mp.mpf(low), *(x - mp.mpf(e) for e in edges if x - e > low)})
    with mp.workdps(25):
        return mp.quad(lambda a: density(a) * cdf(x - a), points) if len(points) > 1 else mp.mpf(0)


def dice(x):
    """Two fair dice."""
    return mp.mpf(sum(1 for i in range(1, 7) for j in range(1, 7) if i + j <= x)) / 36


def hypoexponential(means, x):
    """Sum of exponentials of different means (Ross, Introduction to Probability Models, section 5.2.4)."""
    rates = [1 / mp.mpf(m) for m in means]
    tail = 0
    for i, r in enumerate(rates):
        c = mp.mpf(1)
        for j, q in enumerate(rates):
            if j != i:
                c *= q / (q - r)
        tail += c * mp.exp(-r * x)
    return 1 - tail


def discrete_moments(mass, values):
    mean = sum(mass(k) * k for k in values)
    return mean, sum(mass(k) * (k - mean) ** 2 for k in values)


def arithmetic_rows():
    """(name, x, cdf) and (name, None, mean, variance); the laws themselves are made by the test under these names."""
    rows = []

    def cdfs(name, f, xs):
        for x in xs:
            rows.append((name, x, f(mp.mpf(x))))

    def mean_variance(name, pair):
        rows.append((name, None, pair))

    cdfs("exponential 1 + exponential 2", lambda x: hypoexponential([1, 2], x), [1e-3, 0.5, 2.5, 10, 30])
    cdfs("exponentials 1 + 2 + 3", lambda x: hypoexponential([1, 2, 3], x), [0.05, 0.5, 4, 15, 40])
    cdfs("exponentials 1 + 2 + 3 + 4", lambda x: hypoexponential([1, 2, 3, 4], x), [0.5, 4, 15, 40])
    cdfs("eight exponentials", lambda x: hypoexponential(range(1, 9), x), [5, 36, 100])
    cdfs("three equal exponentials", lambda x: gamma_cdf(3, 2)(x), [0.1, 3, 20])
    cdfs("gamma 2.5 + weibull 0.7",
         lambda x: sum_cdf(gamma_pdf(2.5, 1), weibull_cdf(0.7, 2), 0, x, [0]), [0.01, 1, 5, 20])
    cdfs("gamma 0.5 + gamma 0.3",
         lambda x: sum_cdf(gamma_pdf(0.5, 1), gamma_cdf(0.3, 2), 0, x, [0]), [1e-4, 0.3, 4])
    cdfs("pareto 1.5 + exponential",
         lambda x: sum_cdf(gamma_pdf(1, 1), pareto_cdf(1.5, 1), 0, x, [1]), [1.01, 3, 50, 1e4])
    cdfs("lognormal + uniform",
         lambda x: mp.quad(lambda u: lognormal_cdf(0, 1)(x - u), [0, min(x, mp.mpf(1))]), [0.2, 1, 1.5, 8])
    cdfs("gamma 1e4 + exponential 1000",
         lambda x: mp.quad(lambda g: gamma_pdf(10000, 1e-4)(g) * exponential_cdf(1000)(x - g),
                           [0.9, 0.98, 1, 1.02, 1.1]) if x > 1.5 else mp.mpf(0), [500, 3000])
    cdfs("normal 1 2 + exponential 3",  # an atom at 0 of one
         lambda x: mp.ncdf(-0.5) * exponential_cdf(3)(x)
         + mp.quad(lambda y: mp.npdf(y, 1, 2) * exponential_cdf(3)(x - y), [0, x / 2, x]), [0.01, 1, 6, 20])
    cdfs("two dice", dice, [1, 2, 6.5, 7, 11.999, 12])
    cdfs("uniform_int 0 9 + gamma 0.3", lambda x: sum(gamma_cdf(0.3, 1)(x - k) for k in range(10)) / 10, [0.5, 3, 3.5, 12])
    cdfs("exponential 1 - exponential 2",
         lambda x: 1 - mp.exp(-x) / 3 if x > 0 else 2 * mp.exp(x / 2) / 3, [-5, -0.1, 0.1, 4])
    cdfs("phase_type + exponential 3",
         lambda x: mp.quad(lambda a: mp.exp(-a / 3) / 3 * PhaseType(*PHASES).cdf(x - a), [0, x]), [0.5, 5])

    def max_cdf(x):
        return gamma_cdf(2.5, 1)(x) * weibull_cdf(0.7, 2)(x)

    def min_cdf(x):
        return 1 - (1 - gamma_cdf(2.5, 1)(x)) * (1 - weibull_cdf(0.7, 2)(x))

    cdfs("max gamma weibull", max_cdf, [0.1, 1, 5, 30])
    mean_variance("max gamma weibull", moments(max_cdf, [0, 1, 3, 10, 30, 100, 1000, 10000]))
    cdfs("min gamma weibull", min_cdf, [0.1, 1, 5, 12])
    mean_variance("min gamma weibull", moments(min_cdf, [0, 0.5, 1, 3, 10, 30, 100]))
    # 1 + 2 - 1/(1 + 1/2) and so on (memorylessness)
    mean_variance("max exponentials 1 2", (mp.mpf(3) - mp.mpf(2) / 3, 2 * (1 + 4 - mp.mpf(4) / 9) - (3 - mp.mpf(2) / 3) ** 2))
    mean_variance("max of four exponentials",  # harmonic numbers (Renyi)
                  (sum(mp.mpf(1) / k for k in range(1, 5)), sum(mp.mpf(1) / k**2 for k in range(1, 5))))
    mean_variance("min pareto 0.7 0.8", (mp.mpf(1.5) / 0.5, mp.inf))
    a = mp.mpf(5)
    mean_variance("min pareto 2.5 2.5", (a / (a - 1), a / ((a - 1) ** 2 * (a - 2))))
    mean_variance("max pareto 2.5 2.5", (2 * mp.mpf(5) / 3 - a / (a - 1), 2 * mp.mpf(5) - mp.mpf(5) / 3 - (mp.mpf(10) / 3 - a / (a - 1)) ** 2))
    two = lambda x: hypoexponential([1, 2], x) * hypoexponential([1, 3], x)
    cdfs("max of two sums", two, [0.5, 3, 20])
    mean_variance("max of two sums", moments(two, [0, 1, 3, 10, 30, 100, 300]))
    exponential_of_five = lambda x: exponential_cdf(5)(x) if x >= 2 else mp.mpf(0)
    cdfs("max 2 exponential 5", exponential_of_five, [1.99, 2, 7])
    e = mp.exp(-mp.mpf(2) / 5)
    mean_variance("max 2 exponential 5", (2 + 5 * e, 50 * e - (5 * e) ** 2))
    wide = lambda x: mp.floor(x) / 6 * exponential_cdf(3)(x) if 0 <= x < 6 else exponential_cdf(3)(x) if x >= 6 else 0
    cdfs("max die exponential 3", wide, [0.5, 1, 2.5, 6, 9])
    mean_variance("max die exponential 3", moments(wide, [*range(7), 20, 60, 200]))

    g = gamma_cdf(2.5, 1)
    floor_mass = lambda k: g(k) - g(k - 1)  # floor(1 + X) = k
    cdfs("floor 1 + gamma", lambda x: g(mp.floor(x)), [0.99, 1, 2, 2.5, 9])
    mean_variance("floor 1 + gamma", discrete_moments(floor_mass, range(1, 120)))
    cdfs("ceil gamma", lambda x: g(mp.floor(x)), [0.99, 1, 2.5, 9])
    mean_variance("ceil gamma", discrete_moments(lambda k: g(k) - g(k - 1), range(1, 120)))
    cdfs("round gamma", lambda x: g(mp.floor(x) + mp.mpf(1) / 2) if x >= 0 else mp.mpf(0), [0, 0.99, 1, 2.5, 9])
    mean_variance("round gamma", discrete_moments(lambda k: g(k + mp.mpf(1) / 2) - g(k - mp.mpf(1) / 2), range(0, 120)))
    zeta = mp.zeta
    mean_variance("floor pareto 3", (zeta(3), 2 * zeta(2) - zeta(3) - zeta(3) ** 2))
    m = mp.expm1(mp.mpf(10) ** -7)
    mean_variance("floor exponential 1e7", (1 / m, (1 + m) / m**2))
    mean_variance("floor 1 + exponential 1", (1 / -mp.expm1(-1), mp.exp(-1) / mp.expm1(-1) ** 2))
    cdfs("3 - 2 uniform", lambda x: (x - 1) / 2, [1.25, 2, 2.9])
    return rows


# --- Output ---


def text(x):
    x = float(x)
    return "INFINITY" if x == float("inf") else repr(x)


def main():
    print("/* Written by tests/random/expected.py; do not edit. */")
    print("/* clang-format off */")
    print("#ifndef SJ_TESTS_RANDOM_EXPECTED_H\n#define SJ_TESTS_RANDOM_EXPECTED_H\n\n#include <math.h>\n")
    print("static const struct {\n  const char *function;\n  double a, b, c, value;\n} special_values[] = {")
    for function, a, b, c, value in special_rows():
        print(f'    {{"{function}", {text(a)}, {text(b)}, {text(c)}, {text(value)}}},')
    print("};\n\nenum { POINTS = %d };\n" % len(PROBABILITIES))
    print("static const double probabilities[POINTS] = {%s};\n" % ", ".join(map(text, PROBABILITIES)))
    alpha, generator = PHASES
    print("static const double phase_alpha[3] = {%s};" % ", ".join(map(text, alpha)))
    print("static const double phase_generator[9] = {%s};\n" % ", ".join(text(x) for row in generator for x in row))
    print("/* quantile[i] is that of probabilities[i]; cdf[i] is taken at at[i]. */")
    print("static const struct {\n  const char *law;\n  double parameters[4], mean, variance;")
    print("  double at[POINTS], cdf[POINTS], quantile[POINTS];\n} laws[] = {")
    for name, parameters, law in LAWS:
        quantiles = [law.quantile(p) for p in PROBABILITIES]
        at = [float(q) * 1.0625 + 0.001 for q in quantiles]
        print(f'    {{"{name}", {{{", ".join(map(text, parameters or [0]))}}}, {text(law.mean)}, {text(law.variance)},')
        for values in (at, [law.cdf(x) for x in at], quantiles):
            print("     {%s}%s" % (", ".join(map(text, values)), "}," if values is quantiles else ","))
    print("};\n\n/* P(X <= at). */")
    rows = arithmetic_rows()
    print("static const struct {\n  const char *law;\n  double at, cdf;\n} arithmetic_cdf[] = {")
    for name, x, value in rows:
        if x is not None:
            print(f'    {{"{name}", {text(x)}, {text(value)}}},')
    print("};\n\nstatic const struct {\n  const char *law;\n  double mean, variance;\n} arithmetic_moments[] = {")
    for name, x, value in rows:
        if x is None:
            print(f'    {{"{name}", {text(value[0])}, {text(value[1])}}},')
    print("};\n\n#endif")


main()
