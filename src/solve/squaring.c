#include "solve/squaring.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solve/multiply.h"

/* Up to so many states; the short time is half of what the fastest transition takes on average, and so many terms of
 * the series make its rest vanish. */
enum { MOST_STATES = 512, TERMS = 18 };

static int doublings(const struct sj_uniformized *u, double time) {
  const double steps = 2 * u->rate * time;
  return steps > 1 ? ilogb(steps) + 1 : 0;
}

bool sj_squaring_pays(const struct sj_uniformized *u, double time) {
  const double n = (double)u->count;
  /* Full products run some four times as quickly as sparse ones. */
  return u->count <= MOST_STATES && n * n * doublings(u, time) < 4 * (double)u->terms * u->rate * time;
}

/* Row i over the short time. `work` has room for two vectors. */
static void find_row(const struct sj_uniformized *u, size_t i, double mean, double *row, double *work) {
  const size_t n = u->count;
  double weight = exp(-mean), *now = work, *next = work + n;
  memset(now, 0, n * sizeof *now);
  memset(row, 0, n * sizeof *row);
  now[i] = 1;
  row[i] = weight;
  for (int term = 1; term < TERMS; term++) {
    weight *= mean / term;
    sj_uniformized_step(u, now, next, weight, row);
    double *const swap = now;
    now = next;
    next = swap;
  }
}

/* Makes the sum of row i 1: by the probability to stay where that is large, in proportion where it is not. */
static void make_whole(double *row, size_t i, size_t n) {
  double others = 0;
  for (size_t j = 0; j < n; j++)
    if (j != i) others += row[j];
  if (others <= 0.5) {
    row[i] = 1 - others;
    return;
  }
  const double factor = 1 / (others + row[i]);
  for (size_t j = 0; j < n; j++) row[j] *= factor;
}

enum sj_status sj_squaring_advance(const struct sj_uniformized *u, double *p, double time, double *error) {
  const size_t n = u->count, work_size = sj_multiply_work(n, n);
  const int count = doublings(u, time);
  double *const room = malloc((2 * n * n + 2 * n + work_size) * sizeof *room);
  if (!room) return SJ_NO_MEMORY;
  double *matrix = room, *square = room + n * n, *const work = room + 2 * n * n, *const vector = work + work_size;
  for (size_t i = 0; i < n; i++) {
    find_row(u, i, ldexp(u->rate * time, -count), matrix + i * n, vector);
    make_whole(matrix + i * n, i, n);
  }
  for (int k = 0; k < count; k++) {
    memset(square, 0, n * n * sizeof *square);
    sj_multiply_add(sj_processor(), n, n, n, matrix, n, matrix, n, square, n, work);
    for (size_t i = 0; i < n; i++) make_whole(square + i * n, i, n);
    double *const swap = matrix;
    matrix = square;
    square = swap;
  }
  memset(vector, 0, n * sizeof *vector);
  for (size_t i = 0; i < n; i++) sj_add_multiple(sj_processor(), p[i], matrix + i * n, vector, n);
  memcpy(p, vector, n * sizeof *p);
  /* Each squaring rounds sums of n products, which is like a change of all rates by so much. */
  *error += (double)(count + 1) * (double)n * DBL_EPSILON;
  free(room);
  return SJ_OK;
}
