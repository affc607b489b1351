#include "stats/moments.h"

#include <math.h>

void sj_moments_merge(struct sj_moments *into, const struct sj_moments *from) {
  if (from->count == 0) return;
  if (into->count == 0) {
    *into = *from;
    return;
  }
  const double offset = from->shift - into->shift;
  const double n = (double)from->count;
  into->sum_of_squares += from->sum_of_squares + offset * (2 * from->sum + n * offset);
  into->sum += from->sum + n * offset;
  into->count += from->count;
  into->min = from->min < into->min ? from->min : into->min;
  into->max = from->max > into->max ? from->max : into->max;
}

double sj_moments_mean(const struct sj_moments *m) { return m->count > 0 ? m->shift + m->sum / (double)m->count : NAN; }

double sj_moments_variance(const struct sj_moments *m) {
  if (m->count < 2) return NAN;
  const double n = (double)m->count;
  const double squares = m->sum_of_squares - m->sum / n * m->sum;
  return squares > 0 ? squares / (n - 1) : squares <= 0 ? 0 : NAN;
}

double sj_moments_std(const struct sj_moments *m) { return sqrt(sj_moments_variance(m)); }
