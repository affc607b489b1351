#!/usr/bin/env python3
"""Makes queues.h: small queues solved by their own plain generators, dense, with 40 digits. Run by hand:

    python3 tests/solve/compose/queues.py > tests/solve/compose/queues.h
"""
from mpmath import mp, matrix, lu_solve, mpf

mp.dps = 40


def stationary(states, moves):
    """moves(state) yields (rate, next state)."""
    number = {s: i for i, s in enumerate(states)}
    n = len(states)
    a, b = matrix(n, n), matrix(n, 1)
    for s in states:
        for rate, to in moves(s):
            a[number[to], number[s]] += mpf(rate)
            a[number[s], number[s]] -= mpf(rate)
    for j in range(n):
        a[n - 1, j] = 1
    b[n - 1] = 1
    x = lu_solve(a, b)
    return {s: x[number[s]] for s in states}


def mean(pi, f):
    return sum(p * f(s) for s, p in pi.items())


def show(name, value):
    print(f'#define {name} {mp.nstr(value, 17)}')


def erlang_service():
    """M/E2/1/10: (in system, phase)."""
    states = [(0, 0)] + [(n, j) for n in range(1, 11) for j in (0, 1)]

    def moves(s):
        n, j = s
        if n < 10:
            yield '0.8', (n + 1, j)
        if n and j == 0:
            yield 2, (n, 1)
        if n and j == 1:
            yield 2, (n - 1, 0)
    pi = stationary(states, moves)
    show('ERLANG_SERVICE_MEAN', mean(pi, lambda s: s[0]))
    show('ERLANG_SERVICE_FULL', mean(pi, lambda s: s[0] == 10))


def modulated():
    """MMPP/M/1/20."""
    states = [(n, j) for n in range(21) for j in (0, 1)]

    def moves(s):
        n, j = s
        if n < 20:
            yield ('1.8', '0.2')[j], (n + 1, j)
        if n:
            yield 1, (n - 1, j)
        yield ('0.05', '0.03')[j], (n, 1 - j)
    pi = stationary(states, moves)
    show('MODULATED_MEAN', mean(pi, lambda s: s[0]))
    show('MODULATED_LOST', mean(pi, lambda s: (s[0] == 20) * (mpf('1.8'), mpf('0.2'))[s[1]]))


def renewal():
    """E2/H2/1/8: (in system, phase of arrival, phase of service)."""
    states = [(0, i, 0) for i in (0, 1)] + [(n, i, j) for n in range(1, 9) for i in (0, 1) for j in (0, 1)]
    start, rates = (mpf('0.25'), mpf('0.75')), (mpf('0.4'), mpf(2))

    def moves(s):
        n, i, j = s
        if i == 0:
            yield '1.6', (n, 1, j)
        elif n == 8:
            yield '1.6', (n, 0, j)
        elif n:
            yield '1.6', (n + 1, 0, j)
        else:
            for k in (0, 1):
                yield mpf('1.6') * start[k], (1, 0, k)
        if n == 1:
            yield rates[j], (0, i, 0)
        elif n:
            for k in (0, 1):
                yield rates[j] * start[k], (n - 1, i, k)
    pi = stationary(states, moves)
    show('RENEWAL_MEAN', mean(pi, lambda s: s[0]))
    show('RENEWAL_BUSY', mean(pi, lambda s: s[0] > 0))


def tandem():
    """M/M/1/5, then M/M/1/4 that refuses."""
    states = [(a, b) for a in range(6) for b in range(5)]

    def moves(s):
        a, b = s
        if a < 5:
            yield 1, (a + 1, b)
        if a:
            yield '1.2', (a - 1, min(b + 1, 4))
        if b:
            yield '0.9', (a, b - 1)
    pi = stationary(states, moves)
    show('TANDEM_FIRST', mean(pi, lambda s: s[0]))
    show('TANDEM_SECOND', mean(pi, lambda s: s[1]))
    show('TANDEM_LOST', mean(pi, lambda s: mpf('1.2') * (s[0] > 0 and s[1] == 4)))


def shortest():
    """Join the shorter of two queues, each of at most 9."""
    states = [(a, b) for a in range(10) for b in range(10)]

    def moves(s):
        a, b = s
        up = [(a + 1, b)] if a < b else [(a, b + 1)] if b < a else [(a + 1, b), (a, b + 1)]
        for to in up:
            if max(to) < 10:
                yield mpf('1.7') / len(up), to
        if a:
            yield 1, (a - 1, b)
        if b:
            yield 1, (a, b - 1)
    pi = stationary(states, moves)
    show('SHORTEST_MEAN', mean(pi, lambda s: s[0] + s[1]))
    show('SHORTEST_WAITING', mean(pi, lambda s: max(s[0] - 1, 0) + max(s[1] - 1, 0)))


def bulk():
    """Bulk service: all that wait, up to 4, are served together; at most 10 in the system."""
    states = [(0, 0)] + [(w, j) for j in range(1, 5) for w in range(11 - j)]

    def moves(s):
        w, j = s
        if w + j < 10:
            yield 3, (w + 1, j) if j else (0, 1)
        if j:
            k = min(w, 4)
            yield 1, (w - k, k)
    pi = stationary(states, moves)
    show('BULK_MEAN', mean(pi, lambda s: s[0] + s[1]))
    show('BULK_SERVED', mean(pi, lambda s: s[1]))


def held():
    """Two threads work at rate 2 and then call a server (rate 1.5, room for 1) that may refuse; at most 4 in all."""
    states = [(w, c) for w in range(5) for c in range(2) if w + c <= 4]  # not called yet; called

    def moves(s):
        w, c = s
        if w + c < 4:
            yield 2, (w + 1, c)
        working = min(w, 2 - c)
        if working:
            yield 2 * working, (w - 1, 1)  # called, or refused as the room is taken: then it ends with an error
        if c:
            yield '1.5', (w, 0)
    pi = stationary(states, moves)
    show('HELD_MEAN', mean(pi, lambda s: s[0] + s[1]))
    show('HELD_WAITING', mean(pi, lambda s: s[0] - min(s[0], 2 - s[1])))
    show('HELD_ANSWERED', mean(pi, lambda s: mpf('1.5') * s[1]))


print('/* Made by queues.py. */')
print('#ifndef TESTS_SOLVE_COMPOSE_QUEUES_H')
print('#define TESTS_SOLVE_COMPOSE_QUEUES_H')
for case in (erlang_service, modulated, renewal, tandem, shortest, bulk, held):
    case()
print('#endif')
