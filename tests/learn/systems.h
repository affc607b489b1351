/* Trajectories of systems whose eigenvalues are known, and checks. */
#ifndef TESTS_LEARN_SYSTEMS_H
#define TESTS_LEARN_SYSTEMS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sojourn/learn.h"

static inline void check_near(double got, double wanted, double relative) {
  if (fabs(got - wanted) <= relative * fabs(wanted)) return;
  fail_msg("got %.17g, wanted %.17g within %g", got, wanted, relative);
}

/* x(t+1) = A x(t) + c from `start`, `size` at most 8, A by rows. */
static inline void add_linear(struct sj_trajectories **trajectories, size_t size, const double *a, const double *c,
                              const double *start, size_t length, bool held_out) {
  static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  double *const states = malloc(size * length * sizeof *states);
  memcpy(states, start, size * sizeof *states);
  for (size_t t = 1; t < length; t++)
    for (size_t row = 0; row < size; row++) {
      states[t * size + row] = c[row];
      for (size_t k = 0; k < size; k++) states[t * size + row] += a[row * size + k] * states[(t - 1) * size + k];
    }
  struct sj_error error;
  assert_int_equal(sj_trajectories_add(trajectories, names, size, 0.5, states, length, held_out, &error), SJ_OK);
  free(states);
}

/* The mean number in an M/M/1/10 at load 0.5 (service rate 1), which starts with `start` requests: the exact chain,
 * its distribution moved on by a Taylor series of exp(Q h). And its second moment. */
static inline void add_mm1_10(struct sj_trajectories **trajectories, unsigned start, size_t length, bool held_out) {
  enum { CAPACITY = 10 };
  static const char *const names[] = {"in_system", "square"};
  const double arrival = 0.5, service = 1, step = 0.5;
  double p[CAPACITY + 1] = {0}, *const states = malloc(2 * length * sizeof *states);
  p[start] = 1;
  for (size_t t = 0; t < length; t++) {
    states[2 * t] = states[2 * t + 1] = 0;
    for (unsigned n = 0; n <= CAPACITY; n++) {
      states[2 * t] += n * p[n];
      states[2 * t + 1] += n * n * p[n];
    }
    double term[CAPACITY + 1], next[CAPACITY + 1];
    memcpy(term, p, sizeof p);
    for (int k = 1; k < 40; k++) {
      for (int n = 0; n <= CAPACITY; n++) {
        next[n] = -((n < CAPACITY ? arrival : 0) + (n > 0 ? service : 0)) * term[n];
        if (n > 0) next[n] += arrival * term[n - 1];
        if (n < CAPACITY) next[n] += service * term[n + 1];
      }
      for (int n = 0; n <= CAPACITY; n++) {
        term[n] = next[n] * step / k;
        p[n] += term[n];
      }
    }
  }
  struct sj_error error;
  assert_int_equal(sj_trajectories_add(trajectories, names, 2, step, states, length, held_out, &error), SJ_OK);
  free(states);
}

#endif
