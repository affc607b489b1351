/* Until src/random has them: only constants and exponentials. This file goes as soon as the real ones are there. */
#include <math.h>

#include "random/distribution.h"

__attribute__((weak)) double sj_distribution_mean(const struct sj_distribution *d) {
  return d->kind == SJ_CONSTANT || d->kind == SJ_EXPONENTIAL ? d->location : NAN;
}
__attribute__((weak)) double sj_distribution_quantile(const struct sj_distribution *d, double p) {
  return d->kind == SJ_CONSTANT ? d->location : -d->location * log1p(-p);
}
