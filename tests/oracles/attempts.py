"""Requests where nobody queues: attempts, timeouts, backoffs, hedges and links, from elementary probability."""

import math


class Attempts:
    """Independent attempts, each answered in time with probability `success` after a time of mean `mean` and variance
    `variance` (given that it is), else over after `timeout`; at most `retries` more, the i-th after a wait with mean
    and variance pauses[i - 1]. The number of failed attempts of a completed request is geometric, truncated."""

    def __init__(self, success, mean, variance, timeout, retries, pauses=None):
        pauses = pauses or [(0.0, 0.0)] * retries
        fail = 1 - success
        self.completed = 1 - fail ** (retries + 1)
        self.attempts = self.completed / success
        self.timeouts = self.attempts * fail
        first = second = 0.0
        for failed in range(retries + 1):
            weight = success * fail ** failed / self.completed
            average = mean + failed * timeout + sum(pause[0] for pause in pauses[:failed])
            first += weight * average
            second += weight * (average ** 2 + variance + sum(pause[1] for pause in pauses[:failed]))
        self.latency = first
        self.latency_std = math.sqrt(second - first ** 2)


def truncated_exponential(rate, limit):
    """P(S <= limit), and mean and variance of S given that, S exponential."""
    p = -math.expm1(-rate * limit)
    mean = 1 / rate - limit * (1 - p) / p
    second = 2 / rate ** 2 - (limit ** 2 + 2 * limit / rate) * (1 - p) / p
    return p, mean, second - mean ** 2


def backoff(base, factor, most, jitter, retries):
    """Mean and variance of each wait: min(most, base factor^(i-1)), whole; uniform from 0 on ("full", Brooker 2015);
    or half of it and half uniform ("equal")."""
    pauses = []
    for i in range(retries):
        longest = min(most, base * factor ** i)
        pauses.append({"none": (longest, 0.0), "full": (longest / 2, longest ** 2 / 12),
                       "equal": (longest * 3 / 4, longest ** 2 / 48)}[jitter])
    return pauses


class LateAccepted:
    """No backoff, every answer counts while the request is open: with j + 1 attempts out the request is answered at
    rate (j + 1) mu, for j = 0 ... retries, each for `timeout`; then it fails."""

    def __init__(self, mu, timeout, retries):
        open_until, first, second = 1.0, 0.0, 0.0  # P(open) at the stage's start; moments of the time of the answer
        for j in range(retries + 1):
            start, rate = j * timeout, (j + 1) * mu
            p, mean, variance = truncated_exponential(rate, timeout)
            first += open_until * p * (start + mean)
            second += open_until * p * ((start + mean) ** 2 + variance)
            open_until *= 1 - p
        self.completed = 1 - open_until
        self.latency = first / self.completed
        self.latency_std = math.sqrt(second / self.completed - self.latency ** 2)


class Hedged:
    """Exponential service, a copy after `delay`: P(T > t) = e^{-mu t} up to it, e^{-mu delay - 2 mu (t - delay)}
    after."""

    def __init__(self, mu, delay):
        self.mu, self.delay = mu, delay
        self.hedged = math.exp(-mu * delay)
        self.latency = (1 - self.hedged) / mu + self.hedged / (2 * mu)

    def cdf(self, t):
        return 1 - math.exp(-self.mu * t - self.mu * max(0.0, t - self.delay))


def cut_link_success(cuts, heals, one_way, mu):
    """Probability that a message gets through, is worked on for an exponential time with rate mu, and its answer gets
    through too, where the link is cut and heals at these rates, and loses what is under way when it is cut: it must
    be up when each message is sent and stay up for `one_way`. Between the two, P(up at t | up at 0) = A + (1 - A)
    e^{-(cuts + heals) t}."""
    availability = heals / (cuts + heals)
    still_up = availability + (1 - availability) * mu / (mu + cuts + heals)
    return availability * math.exp(-2 * cuts * one_way) * still_up


def infinite_server_mean(pieces, mu, duration):
    """M(t)/M/infinity, empty at 0: the time average over [0, duration) of m(t), m' = lam(t) - mu m (Eick, Massey and
    Whitt 1993), and the expected arrivals. `pieces` are (from, lam)."""
    area = level = arrivals = 0.0
    for (start, rate), end in zip(pieces, [piece[0] for piece in pieces[1:]] + [duration]):
        span, target = end - start, rate / mu
        decay = math.exp(-mu * span)
        area += target * span + (level - target) * (1 - decay) / mu
        level = target + (level - target) * decay
        arrivals += rate * span
    return area / duration, arrivals


def spread_empty(count, over, stay):
    """Share of [0, over) with nobody there, if `count` independent uniform arrivals stay for `stay` each: nobody came
    in the last `stay`, P = (1 - min(t, stay) / over)^count at t."""
    start = over / (count + 1) * (1 - (1 - stay / over) ** (count + 1))
    return (start + (over - stay) * (1 - stay / over) ** count) / over


class Stage:
    """A stage of a pipeline with exponential work, offered the request again after each timeout. The exponential law
    forgets, so the time to its success is exponential, cut off when the last attempt times out."""

    def __init__(self, mean, timeout, retries):
        self.rate, self.limit = 1 / mean, (retries + 1) * timeout
        self.success, self.mean, self.variance = truncated_exponential(self.rate, self.limit)

    def cdf(self, t):
        """Of the time to success, given that it succeeds."""
        return -math.expm1(-self.rate * min(t, self.limit)) / self.success

    def density(self, t):
        return self.rate * math.exp(-self.rate * t) / self.success


def integral(function, low, high, steps=20000):
    """By the midpoint rule."""
    width = (high - low) / steps
    return width * math.fsum(function(low + (i + 0.5) * width) for i in range(steps))


def joined_branches(left, right, join_rate, join_timeout):
    """Two branches that start at 0 and join: (probability that the request is done, its mean time given that). If both
    come, the join's service starts with the later one, whose timeout has just begun: it must take less than
    `join_timeout`. If one fails (at its limit), the other has waited for that since it came, and its timeout has run
    meanwhile."""
    both = left.success * right.success
    served, mean, _ = truncated_exponential(join_rate, join_timeout)
    longest = integral(lambda t: 1 - left.cdf(t) * right.cdf(t), 0, max(left.limit, right.limit))
    done, time = both * served, both * served * (longest + mean)
    for here, other in ((left, right), (right, left)):
        alone = here.success * (1 - other.success)

        def left_over(came):
            """(probability of success, time at which it is done times that) if the branch came then"""
            start = max(came, other.limit)
            room = join_timeout - (start - came)
            if room <= 0:
                return 0.0, 0.0
            p, average, _ = truncated_exponential(join_rate, room)
            return p, p * (start + average)

        done += alone * integral(lambda t: here.density(t) * left_over(t)[0], 0, here.limit)
        time += alone * integral(lambda t: here.density(t) * left_over(t)[1], 0, here.limit)
    return done, time / done
