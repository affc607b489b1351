#include "stats/mser.h"

#include <math.h>
#include <stdlib.h>

#include "base/base.h"

enum { FIRST_BATCH_SIZE = 5, FEWEST_BATCHES = 20 };

static void join_neighbours(struct sj_mser *m) {
  m->batch_count /= 2;
  for (size_t i = 0; i < m->batch_count; i++) {
    m->means[i] = (m->means[2 * i] + m->means[2 * i + 1]) / 2;
    m->starts[i] = m->starts[2 * i];
  }
  m->batch_size *= 2;
}

void sj_mser_add(struct sj_mser *m, double time, double value) {
  if (!m->means) {
    m->batch_size = FIRST_BATCH_SIZE;
    m->means = sj_allocate_array(SJ_MSER_BATCHES, sizeof *m->means);
    m->starts = sj_allocate_array(SJ_MSER_BATCHES, sizeof *m->starts);
  }
  if (m->in_batch == 0) {
    /* Only between batches, so that the batch begun now already has the new size. */
    if (m->batch_count == SJ_MSER_BATCHES) join_neighbours(m);
    m->batch_start = time;
    m->batch_sum = 0;
  }
  m->batch_sum += value;
  if (++m->in_batch < m->batch_size) return;
  m->means[m->batch_count] = m->batch_sum / (double)m->batch_size;
  m->starts[m->batch_count++] = m->batch_start;
  m->in_batch = 0;
}

double sj_mser_warmup(const struct sj_mser *m, int *at_limit) {
  if (at_limit) *at_limit = 0;
  if (m->batch_count < FEWEST_BATCHES) return 0;
  const size_t last = m->batch_count / 2;
  /* From the end, so that each remainder's mean and sum of squares follow from the one before (Welford 1962). */
  double mean = 0, squares = 0, least = INFINITY;
  size_t best = 0;
  for (size_t d = m->batch_count; d-- > 0;) {
    const double n = (double)(m->batch_count - d), deviation = m->means[d] - mean;
    mean += deviation / n;
    squares += deviation * (m->means[d] - mean);
    if (d > last) continue;
    const double error = squares / (n * n);
    if (error <= least) {
      least = error;
      best = d;
    }
  }
  if (at_limit) *at_limit = best == last;
  return m->starts[best];
}

void sj_mser_destroy(struct sj_mser *m) {
  free(m->means);
  free(m->starts);
  *m = (struct sj_mser){0};
}
