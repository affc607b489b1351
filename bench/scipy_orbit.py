"""The chain of bench/orbit.lua as one would solve it in Python: scipy's sparse LU for the stationary distribution and
the hitting times, ARPACK in shift-invert mode for the eigenvalues nearest to 0.

    scipy_orbit.py [CAPACITY [ORBIT]]

Prints one line of JSON: results, and seconds by part."""

import json
import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two get in each other's way in products this small

import numpy
import scipy.sparse
import scipy.sparse.linalg
import scipy.special

ARRIVAL, SERVICE, TIMEOUT, RETRIES, ALPHA, EIGENVALUES = 9.5, 10.0, 3.0, 4.0, 0.25, 10


def generator(capacity, orbit):
    """State (q, o) is number q (orbit + 1) + o."""
    q, o = (x.ravel() for x in numpy.meshgrid(numpy.arange(capacity + 1), numpy.arange(orbit + 1), indexing="ij"))
    late = numpy.where(q > 0, scipy.special.gammaincc(numpy.maximum(q, 1), SERVICE * TIMEOUT), 0)
    retry, abandon = RETRIES / (RETRIES + 1) / TIMEOUT, 1 / (RETRIES + 1) / TIMEOUT
    room, inner = o < orbit, (q > 0) & (q < capacity)
    steps = [
        (q == 0, 1, 0, ARRIVAL),
        (q == 0, 0, -1, o * abandon),
        (q == 0, 1, -1, o * retry),
        (inner & room, 1, 1, ALPHA * ARRIVAL * late),
        (inner, 1, 0, ARRIVAL * (1 - ALPHA * late * room) + o * retry * late),
        (inner, 1, -1, o * retry * (1 - late)),
        (inner, 0, -1, o * abandon),
        (q > 0, -1, 0, SERVICE),
        (q == capacity, 0, -1, o * (retry + abandon)),
    ]
    rows, columns, rates = [], [], []
    for where, dq, do, rate in steps:
        rate = numpy.broadcast_to(rate, q.shape)
        where = where & (rate > 0)
        rows.append((q * (orbit + 1) + o)[where])
        columns.append(((q + dq) * (orbit + 1) + o + do)[where])
        rates.append(rate[where])
    n = q.size
    off = scipy.sparse.coo_matrix((numpy.concatenate(rates), (numpy.concatenate(rows), numpy.concatenate(columns))),
                                  shape=(n, n)).tocsc()
    return (off - scipy.sparse.diags(numpy.asarray(off.sum(axis=1)).ravel())).tocsc(), q


def main():
    capacity, orbit = [int(x) for x in sys.argv[1:3]] or (99, 39)
    start = time.perf_counter()
    seconds = {}

    def lap(name):
        nonlocal start
        now = time.perf_counter()
        seconds[name], start = now - start, now

    matrix, q = generator(capacity, orbit)
    lap("build")
    # The equation of state 0 is left out: pi[0] = 1, then scaled.
    inner = scipy.sparse.linalg.splu(matrix[1:, 1:])
    pi = numpy.concatenate([[1], inner.solve(-matrix[0, 1:].toarray().ravel(), trans="T")])
    pi /= pi.sum()
    lap("stationary")
    mean = inner.solve(-numpy.ones(q.size - 1))
    second = inner.solve(-2 * mean)
    low = q > 0.1 * (capacity + 1)
    to_low = scipy.sparse.linalg.splu(matrix[low][:, low]).solve(-numpy.ones(low.sum()))
    below = q < 0.9 * (capacity + 1)
    to_high = scipy.sparse.linalg.splu(matrix[below][:, below]).solve(-numpy.ones(below.sum()))
    lap("hitting")
    values = scipy.sparse.linalg.eigs(matrix, k=EIGENVALUES, sigma=1e-3, which="LM", return_eigenvectors=False)
    values = sorted(values, key=lambda x: -x.real)
    lap("eigenvalues")
    print(json.dumps({
        "in_system": float(q @ pi), "full_to_empty": float(mean[-1]),
        "full_to_empty_std": float(max(second[-1] - mean[-1] ** 2, 0) ** 0.5), "full_to_low": float(to_low[-1]),
        "empty_to_high": float(to_high[0]), "second": float(values[1].real), "seconds": seconds}))


if __name__ == "__main__":
    main()
