/* Exact count, mean, variance, minimum and maximum of a sample. */
#ifndef SJ_STATS_MOMENTS_H
#define SJ_STATS_MOMENTS_H

#include <stddef.h>
#include <stdint.h>

/* Sums are taken about `shift`, the first value seen, so that the variance does not cancel. Zero-initialize it. */
struct sj_moments {
  uint64_t count;
  double shift, sum, sum_of_squares; /* of (value - shift) */
  double min, max;
};

static inline void sj_moments_add(struct sj_moments *m, double value) {
  if (__builtin_expect(m->count == 0, 0)) {
    m->shift = m->min = m->max = value;
    m->count = 1;
    return;
  }
  const double deviation = value - m->shift;
  m->count++;
  m->sum += deviation;
  m->sum_of_squares += deviation * deviation;
  m->min = value < m->min ? value : m->min;
  m->max = value > m->max ? value : m->max;
}

/* Adds `count` values. The sums are taken in four interleaved parts, so the last bits differ from adding one by one. */
void sj_moments_add_many(struct sj_moments *m, const double *values, size_t count);

/* Adds the sample `from` to `into`; the result depends only on the two, not on who computes it. */
void sj_moments_merge(struct sj_moments *into, const struct sj_moments *from);

double sj_moments_mean(const struct sj_moments *m);     /* NAN if empty */
double sj_moments_variance(const struct sj_moments *m); /* unbiased (n - 1); NAN if count < 2; never negative */
double sj_moments_std(const struct sj_moments *m);

#endif
