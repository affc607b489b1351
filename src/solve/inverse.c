#include "solve/inverse.h"

#include <stdlib.h>
#include <string.h>

#include "solve/multiply.h"

/* Below the largest one's; roots that are smaller are set to this, lest what is divided by them overflow.
 * Transient states, whose probability is 0, are not weighted at all. */
static const double least_weight = 1e-120;

void sj_taken_out_clear(struct sj_taken_out *out) {
  for (size_t k = 0; k < out->count; k++) {
    free(out->right[k]);
    free(out->left[k]);
  }
  free(out->right);
  free(out->left);
  free(out->weight);
  *out = (struct sj_taken_out){0};
}

static double *copy_of(const double *x, size_t size) {
  double *const copy = malloc(size * sizeof *copy);
  if (copy) memcpy(copy, x, size * sizeof *copy);
  return copy;
}

enum sj_status sj_take_out(struct sj_taken_out *out, const double *right, const double *left) {
  const size_t k = out->count++;
  out->right[k] = copy_of(right, out->size);
  out->left[k] = copy_of(left, out->size);
  return out->right[k] && out->left[k] ? SJ_OK : SJ_NO_MEMORY;
}

enum sj_status sj_taken_out_start(struct sj_taken_out *out, const struct sj_scaled *pi, size_t size, size_t room) {
  *out = (struct sj_taken_out){.size = size, .room = room};
  out->right = calloc(room, sizeof *out->right);
  out->left = calloc(room, sizeof *out->left);
  out->weight = calloc(size, sizeof *out->weight);
  double *const pair = malloc(2 * size * sizeof *pair);
  enum sj_status status = out->right && out->left && out->weight && pair ? SJ_OK : SJ_NO_MEMORY;
  for (size_t i = 0; status == SJ_OK && i < size; i++) {
    pair[i] = 1;
    pair[size + i] = sj_scaled_double(pi[i]);
    const double root = sj_scaled_double(sj_scaled_sqrt(pi[i]));
    out->weight[i] = pi[i].fraction == 0 ? 1 : root > least_weight ? root : least_weight;
  }
  if (status == SJ_OK) status = sj_take_out(out, pair, pair + size);
  free(pair);
  return status;
}

void sj_inverse_weigh(const struct sj_inverse *inverse, const double *x, bool back, double *y) {
  const struct sj_taken_out *const out = inverse->out;
  if (inverse->left == back)
    for (size_t i = 0; i < out->size; i++) y[i] = x[i] / out->weight[i];
  else
    for (size_t i = 0; i < out->size; i++) y[i] = x[i] * out->weight[i];
}

static void project(const struct sj_inverse *inverse, double *x) {
  const struct sj_taken_out *const out = inverse->out;
  const enum sj_processor processor = sj_processor();
  for (size_t k = 0; k < out->count; k++) {
    const double *const away = inverse->left ? out->left[k] : out->right[k];
    const double *const measure = inverse->left ? out->right[k] : out->left[k];
    sj_add_multiple(processor, -sj_dot(processor, measure, x, out->size), away, x, out->size);
  }
}

void sj_inverse_project(void *context, double *x) {
  const struct sj_inverse *const inverse = context;
  if (inverse->weighted) sj_inverse_weigh(inverse, x, false, x);
  project(inverse, x);
  if (inverse->weighted) sj_inverse_weigh(inverse, x, true, x);
}

void sj_inverse_apply(void *context, const double *x, double *y) {
  struct sj_inverse *const inverse = context;
  const size_t size = inverse->out->size;
  int64_t exponent = 0;
  memcpy(inverse->work, x, size * sizeof *y);
  if (inverse->weighted) sj_inverse_weigh(inverse, inverse->work, false, inverse->work);
  project(inverse, inverse->work);
  (inverse->left ? sj_pinned_solve_left : sj_pinned_solve)(inverse->pinned, inverse->work, y, &exponent);
  if (!inverse->unit_known) {
    inverse->unit = exponent;
    inverse->unit_known = true;
  }
  if (exponent != inverse->unit)
    for (size_t i = 0; i < size; i++) y[i] = sj_scaled_shifted(sj_scaled(y[i]), exponent - inverse->unit);
  project(inverse, y);
  if (inverse->weighted) sj_inverse_weigh(inverse, y, true, y);
}
