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

/* Two doubles at once; SSE2 is part of x86-64. Each lane does what the plain form does, so the bits are the same. */
#ifdef __SSE2__
#include <emmintrin.h>
typedef __m128d pair;
static inline pair pair_of(double x) { return _mm_set1_pd(x); }
static inline pair pair_load(const double *p) { return _mm_loadu_pd(p); }
static inline void pair_store(double *p, pair x) { _mm_storeu_pd(p, x); }
static inline pair pair_add(pair a, pair b) { return _mm_add_pd(a, b); }
static inline pair pair_subtract(pair a, pair b) { return _mm_sub_pd(a, b); }
static inline pair pair_multiply(pair a, pair b) { return _mm_mul_pd(a, b); }
static inline pair pair_min(pair a, pair b) { return _mm_min_pd(a, b); }
static inline pair pair_max(pair a, pair b) { return _mm_max_pd(a, b); }
#else
typedef struct {
  double x[2];
} pair;
static inline pair pair_of(double x) { return (pair){{x, x}}; }
static inline pair pair_load(const double *p) { return (pair){{p[0], p[1]}}; }
static inline void pair_store(double *p, pair x) {
  p[0] = x.x[0];
  p[1] = x.x[1];
}
#define PAIRWISE(name, expression)          \
  static inline pair name(pair p, pair q) { \
    pair r;                                 \
    for (int i = 0; i < 2; i++) {           \
      const double a = p.x[i], b = q.x[i];  \
      r.x[i] = (expression);                \
    }                                       \
    return r;                               \
  }
PAIRWISE(pair_add, a + b)
PAIRWISE(pair_subtract, a - b)
PAIRWISE(pair_multiply, a *b)
PAIRWISE(pair_min, a < b ? a : b)
PAIRWISE(pair_max, a > b ? a : b)
#endif

void sj_moments_add_many(struct sj_moments *m, const double *values, size_t count) {
  if (count == 0) return;
  if (m->count == 0) m->shift = m->min = m->max = values[0];
  const pair shift = pair_of(m->shift);
  pair sum[2] = {pair_of(0), pair_of(0)}, squares[2] = {pair_of(0), pair_of(0)};
  pair min = pair_of(m->min), max = pair_of(m->max);
  size_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (size_t k = 0; k < 2; k++) {
      const pair value = pair_load(values + i + 2 * k);
      const pair deviation = pair_subtract(value, shift);
      sum[k] = pair_add(sum[k], deviation);
      squares[k] = pair_add(squares[k], pair_multiply(deviation, deviation));
      min = pair_min(value, min);
      max = pair_max(value, max);
    }
  double sums[2], squared[2], least[2], most[2];
  pair_store(sums, pair_add(sum[0], sum[1]));
  pair_store(squared, pair_add(squares[0], squares[1]));
  pair_store(least, min);
  pair_store(most, max);
  m->min = least[0] < least[1] ? least[0] : least[1];
  m->max = most[0] > most[1] ? most[0] : most[1];
  for (; i < count; i++) {
    const double deviation = values[i] - m->shift;
    sums[0] += deviation;
    squared[0] += deviation * deviation;
    m->min = values[i] < m->min ? values[i] : m->min;
    m->max = values[i] > m->max ? values[i] : m->max;
  }
  m->count += count;
  m->sum += sums[0] + sums[1];
  m->sum_of_squares += squared[0] + squared[1];
}

double sj_moments_mean(const struct sj_moments *m) { return m->count > 0 ? m->shift + m->sum / (double)m->count : NAN; }

double sj_moments_variance(const struct sj_moments *m) {
  if (m->count < 2) return NAN;
  const double n = (double)m->count;
  const double squares = m->sum_of_squares - m->sum / n * m->sum;
  return squares > 0 ? squares / (n - 1) : squares <= 0 ? 0 : NAN;
}

double sj_moments_std(const struct sj_moments *m) { return sqrt(sj_moments_variance(m)); }
