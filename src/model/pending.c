/* Until src/random has them: only constants and exponentials. This file goes as soon as the real ones are there. */
#include <math.h>
#include <stddef.h>

#include "random/distribution.h"
#include "sojourn/model.h"

__attribute__((weak)) double sj_distribution_mean(const struct sj_distribution *d) {
  return d->kind == SJ_CONSTANT || d->kind == SJ_EXPONENTIAL ? d->location : NAN;
}
__attribute__((weak)) double sj_distribution_quantile(const struct sj_distribution *d, double p) {
  return d->kind == SJ_CONSTANT ? d->location : -d->location * log1p(-p);
}
__attribute__((weak)) char *sj_model_text(const struct sj_model *model) { return model ? NULL : NULL; }
__attribute__((weak)) char *sj_model_json(const struct sj_model *model) { return model ? NULL : NULL; }
__attribute__((weak)) char *sj_model_canonical(const struct sj_model *model) { return model ? NULL : NULL; }
