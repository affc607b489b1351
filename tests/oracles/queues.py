"""Single queues in the steady state: what theory says, with its sources.

lam is the arrival rate, mu the service rate of a busy thread, rho the load, W the wait before service, T the sojourn.
"""

import cmath
import math


# Service laws: the first three moments

def power_moments(moment):
    """[1, E S, E S^2, E S^3] from n -> E S^n."""
    return [1.0] + [moment(n) for n in (1, 2, 3)]


def erlang_moments(k, mean):
    return power_moments(lambda n: math.prod(k + i for i in range(n)) * (mean / k) ** n)


def exponential_moments(mean):
    return erlang_moments(1, mean)


def constant_moments(value):
    return power_moments(lambda n: value ** n)


def uniform_moments(low, high):
    return power_moments(lambda n: (high ** (n + 1) - low ** (n + 1)) / ((n + 1) * (high - low)))


def hyperexponential_moments(branches):
    return power_moments(lambda n: sum(p * math.factorial(n) / rate ** n for p, rate in branches))


def gamma_moments(shape, scale):
    return power_moments(lambda n: scale ** n * math.gamma(shape + n) / math.gamma(shape))


def lognormal_moments(mean, cv):
    variance = math.log1p(cv * cv)
    return power_moments(lambda n: math.exp(n * (math.log(mean) - variance / 2) + n * n * variance / 2))


def weibull_moments(shape, scale):
    return power_moments(lambda n: scale ** n * math.gamma(1 + n / shape))


def pareto_moments(shape, scale):
    return power_moments(lambda n: shape * scale ** n / (shape - n))


def sum_moments(a, b):
    """Of the sum of two independent variables."""
    return [sum(math.comb(n, k) * a[k] * b[n - k] for k in range(n + 1)) for n in range(4)]


def mixture_moments(parts):
    return [sum(weight * moments[n] for weight, moments in parts) for n in range(4)]


def max_of_exponentials_moments(rate1, rate2):
    """E max^n = E X^n + E Y^n - E min^n."""
    return power_moments(lambda n: math.factorial(n) * (rate1 ** -n + rate2 ** -n - (rate1 + rate2) ** -n))


# Markov

def erlang_b(load, threads):
    """Probability of loss in M/G/c/c (Erlang 1917), by the recursion in c."""
    b = 1.0
    for c in range(1, threads + 1):
        b = load * b / (c + load * b)
    return b


def erlang_c(load, threads):
    """Probability of waiting in M/M/c (Erlang 1917)."""
    b = erlang_b(load, threads)
    return threads * b / (threads - load * (1 - b))


class MMc:
    """M/M/c, first in first out (Erlang 1917; Kleinrock 1975, section 3.5)."""

    def __init__(self, lam, mu, threads=1):
        self.lam, self.mu, self.threads = lam, mu, threads
        self.wait_probability = erlang_c(lam / mu, threads)
        self.drain = threads * mu - lam
        self.wait = self.wait_probability / self.drain
        self.wait_second_moment = 2 * self.wait_probability / self.drain ** 2
        self.sojourn = self.wait + 1 / mu
        self.sojourn_std = math.sqrt(self.wait_second_moment - self.wait ** 2 + mu ** -2)
        self.waiting = lam * self.wait
        self.in_system = lam * self.sojourn
        self.utilization = lam / (threads * mu)

    def wait_quantile(self, p):
        return max(0.0, math.log(self.wait_probability / (1 - p)) / self.drain)

    def sojourn_cdf(self, t):
        """Exponential service after a wait that is 0 or exponential with rate `drain`."""
        mu, d, c = self.mu, self.drain, self.wait_probability
        if abs(d - mu) < 1e-12:
            waited = 1 - math.exp(-mu * t) * (1 + mu * t)
        else:
            waited = 1 - (d * math.exp(-mu * t) - mu * math.exp(-d * t)) / (d - mu)
        return (1 - c) * -math.expm1(-mu * t) + c * waited


def birth_death(birth, death, top):
    """Stationary probabilities of 0 ... top from the rates birth(n), death(n)."""
    weights = [1.0]
    for n in range(1, top + 1):
        weights.append(weights[-1] * birth(n - 1) / death(n))
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def mean_of(probabilities):
    return math.fsum(n * p for n, p in enumerate(probabilities))


def std_of(probabilities):
    mean = mean_of(probabilities)
    return math.sqrt(math.fsum((n - mean) ** 2 * p for n, p in enumerate(probabilities)))


# M/G/1

class MG1:
    """M/G/1, first in first out: Pollaczek (1930) and Khinchine (1932) for the mean, Takacs (1962) for the second
    moment of the wait: E W^2 = 2 (E W)^2 + lam E S^3 / (3 (1 - rho)). `moments` is [1, E S, E S^2, E S^3]."""

    def __init__(self, lam, moments):
        self.lam, self.moments = lam, moments
        self.rho = lam * moments[1]
        self.wait = lam * moments[2] / (2 * (1 - self.rho))
        self.wait_second_moment = 2 * self.wait ** 2 + lam * moments[3] / (3 * (1 - self.rho))
        self.wait_std = math.sqrt(self.wait_second_moment - self.wait ** 2)
        self.sojourn = self.wait + moments[1]
        self.sojourn_std = math.sqrt(self.wait_std ** 2 + moments[2] - moments[1] ** 2)
        self.in_system = lam * self.sojourn

    def wait_cdf(self, service_transform):
        """The waiting time's distribution function, from the Laplace-Stieltjes transform of the service time: the
        Pollaczek-Khinchine transform inverted."""
        def transform(s):
            if s == 0:
                return 1.0
            return (1 - self.rho) * s / (s - self.lam * (1 - service_transform(s)))
        atom = 1 - self.rho
        return lambda t: atom if t <= 0 else atom + invert(lambda s: (transform(s) - atom) / s, t)


def invert(transform, t, terms=40, extra=14):
    """f(t) from its Laplace transform: the Fourier-series method with Euler summation (Abate and Whitt 1995,
    algorithm EULER), discretization error about e^-23."""
    a = 23.0
    partial = []
    total = math.exp(a / 2) / (2 * t) * transform(complex(a / (2 * t))).real
    for k in range(1, terms + extra + 1):
        total += (-1) ** k * math.exp(a / 2) / t * transform(complex(a, 2 * math.pi * k) / (2 * t)).real
        if k >= terms:
            partial.append(total)
    return sum(math.comb(extra, k) * value for k, value in enumerate(partial)) / 2 ** extra


def erlang_transform(k, mean):
    return lambda s: (1 + s * mean / k) ** -k


def hyperexponential_transform(branches):
    return lambda s: sum(p * rate / (rate + s) for p, rate in branches)


def shifted_gamma_transform(shift, shape, scale):
    return lambda s: cmath.exp(-s * shift) * (1 + s * scale) ** -shape


def md1_wait_cdf(lam, service):
    """M/D/1 (Erlang 1909): P(W <= t) = (1 - rho) sum over k <= t/D of (-y)^k e^y / k!, y = lam (t - k D)."""
    def cdf(t):
        terms = []
        for k in range(int(t / service) + 1):
            y = lam * (t - k * service)
            terms.append((-y) ** k * math.exp(y) / math.factorial(k))
        return (1 - lam * service) * math.fsum(terms)
    return cdf


def lifo_wait_second_moment(queue):
    """M/G/1, last in first out without preemption: E W^2 = E W^2 of fifo / (1 - rho) (Takacs 1963; Conway, Maxwell
    and Miller 1967)."""
    return queue.wait_second_moment / (1 - queue.rho)


def random_wait_second_moment(queue):
    """M/G/1 in random order: E W^2 = E W^2 of fifo / (1 - rho / 2) (Kingman 1962; Takacs 1963)."""
    return queue.wait_second_moment / (1 - queue.rho / 2)


def cobham_waits(classes):
    """Mean waits of the classes of M/G/1 with non-preemptive priorities, most urgent first (Cobham 1954):
    W_k = R / ((1 - s_{k-1}) (1 - s_k)), R = sum of lam E S^2 / 2, s_k the load of the first k classes. `classes` are
    (lam, moments)."""
    residual = sum(lam * moments[2] / 2 for lam, moments in classes)
    waits, before = [], 0.0
    for lam, moments in classes:
        upto = before + lam * moments[1]
        waits.append(residual / ((1 - before) * (1 - upto)))
        before = upto
    return waits


def mm1_ps_sojourn_variance(lam, mu):
    """M/M/1 with processor sharing (Coffman, Muntz and Trotter 1970): Var T = (2 + rho) / (2 - rho) / (mu - lam)^2."""
    rho = lam / mu
    return (2 + rho) / (2 - rho) / (mu - lam) ** 2


def gim1_sigma(transform, mu):
    """GI/M/1 (Kendall 1953): an arrival finds the thread busy with probability sigma, the root in (0, 1) of
    sigma = A*(mu (1 - sigma)), A* the transform of the interval; T is exponential with rate mu (1 - sigma)."""
    sigma = 0.5
    for _ in range(10000):
        sigma = transform(mu * (1 - sigma))
    return sigma


# Impatience

def erlang_a(lam, mu, theta, threads, top=400):
    """Stationary probabilities of M/M/c+M (Palm 1957): each of those waiting leaves at rate theta."""
    return birth_death(lambda n: lam, lambda n: min(n, threads) * mu + max(0, n - threads) * theta, top)


class MM1D:
    """M/M/1+D: an arrival that would wait longer than `patience` leaves after it (Barrer 1957; Baccelli and Hebuterne
    1981). The work found by an arrival has an atom p0 at 0 and, by level crossing, the density lam p0 e^{-(mu - lam)
    x} up to `patience` and beyond it decays as e^{-mu x}."""

    def __init__(self, lam, mu, patience):
        self.lam, self.mu, self.patience = lam, mu, patience
        a = mu - lam
        self.below = -math.expm1(-a * patience) / a      # integral of e^{-a x} on [0, patience]
        self.beyond = math.exp(-a * patience) / mu       # and of what lies above
        self.empty = 1 / (1 + lam * (self.below + self.beyond))
        self.reneging = lam * self.empty * self.beyond   # probability to leave unserved
        # Served, and answered within `patience` of the arrival: wait + service <= patience.
        k = lam * self.empty
        self.in_time = (self.empty * -math.expm1(-mu * patience) + k * self.below
                        - k * math.exp(-mu * patience) * math.expm1(lam * patience) / lam)
        # E min(wait, patience), and from it the number waiting.
        first = (1 - (1 + a * patience) * math.exp(-a * patience)) / a ** 2
        self.waiting = lam * (k * first + patience * self.reneging)


# M/D/1/K

def md1k_loss(lam, service, capacity):
    """Loss probability of M/D/1/K: by the chain embedded at departures (Cooper 1981), P = 1 - 1 /
    (p_0 + rho). p_j is the probability that a departure leaves j behind."""
    rho = lam * service
    arrivals = [math.exp(-rho) * rho ** j / math.factorial(j) for j in range(capacity + 1)]
    weights = [1.0]  # p_{j+1} a_0 = p_j - p_0 a_j - sum_{1 <= i <= j} p_i a_{j+1-i}
    for j in range(capacity - 1):
        inflow = weights[0] * arrivals[j] + sum(weights[i] * arrivals[j + 1 - i] for i in range(1, j + 1))
        weights.append((weights[j] - inflow) / arrivals[0])
    p0 = 1 / sum(weights)
    return 1 - 1 / (p0 + rho)


def hypoexponential_cdf(rates):
    """Distribution function of a sum of independent exponentials with different rates."""
    def cdf(t):
        return 1 - sum(math.exp(-r * t) * math.prod(other / (other - r) for other in rates if other != r)
                       for r in rates)
    return cdf


def erlang_cdf(k, rate):
    return lambda t: 1 - math.exp(-rate * t) * math.fsum((rate * t) ** n / math.factorial(n) for n in range(k))


def exponential_quantile(p, rate):
    return -math.log1p(-p) / rate
