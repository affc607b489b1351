#include "learn/learned.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "learn/blas.h"
#include "solve/dense.h"

void sj_learned_destroy(struct sj_learned *model) {
  if (!model) return;
  for (size_t i = 0; model->features && i < model->feature_count; i++) free(model->features[i]);
  free(model->features);
  free(model->mean);
  free(model->deviation);
  free(model->transition);
  free(model->offset);
  free(model->parameters);
  free(model->dictionary.centres);
  free(model);
}

void sj_learned_take_operator(struct sj_learned *model) {
  const size_t n = model->latent;
  memcpy(model->transition, model->parameters + model->network.transition, n * n * sizeof *model->transition);
  memcpy(model->offset, model->parameters + model->network.offset, n * sizeof *model->offset);
}

size_t sj_learned_feature_count(const struct sj_learned *model) { return model->feature_count; }

const char *sj_learned_feature(const struct sj_learned *model, size_t feature) {
  return feature < model->feature_count ? model->features[feature] : NULL;
}

double sj_learned_step(const struct sj_learned *model) { return model->step; }

size_t sj_learned_latent(const struct sj_learned *model) { return model->latent; }

size_t sj_learned_history(const struct sj_learned *model) {
  return model->method == SJ_LEARN_EDMD ? model->dictionary.delays + 1 : 1;
}

size_t sj_learned_scratch(const struct sj_learned *model) {
  const size_t history = model->feature_count * sj_learned_history(model), widest = 2 * model->network.widest;
  return history + widest + model->latent;
}

void sj_learned_encode(const struct sj_learned *model, const double *history, double *latent, double *scratch) {
  const size_t features = model->feature_count, length = sj_learned_history(model);
  for (size_t i = 0; i < features * length; i++)
    scratch[i] = (history[i] - model->mean[i % features]) / model->deviation[i % features];
  if (model->method == SJ_LEARN_EDMD)
    sj_dictionary_lift(&model->dictionary, scratch, latent);
  else
    sj_network_encode(&model->network, model->parameters, scratch, latent, scratch + features * length);
}

void sj_learned_decode(const struct sj_learned *model, const double *latent, double *state, double *scratch) {
  if (model->method == SJ_LEARN_EDMD)
    memcpy(state, latent, model->feature_count * sizeof *state);
  else
    sj_network_decode(&model->network, model->parameters, latent, state, scratch);
  for (size_t f = 0; f < model->feature_count; f++) state[f] = model->mean[f] + model->deviation[f] * state[f];
}

void sj_learned_advance(const struct sj_learned *model, double *latent, double *scratch) {
  const size_t n = model->latent;
  memcpy(scratch, model->offset, n * sizeof *scratch);
  for (size_t column = 0; column < n; column++)
    for (size_t row = 0; row < n; row++) scratch[row] += model->transition[column * n + row] * latent[column];
  memcpy(latent, scratch, n * sizeof *latent);
}

enum sj_status sj_learned_roll(const struct sj_learned *model, const double *history, size_t count, double *states,
                               double *latents) {
  double *const memory = malloc((model->latent + sj_learned_scratch(model)) * sizeof *memory);
  if (!memory) return SJ_NO_MEMORY;
  double *const latent = memory, *const scratch = memory + model->latent;
  sj_learned_encode(model, history, latent, scratch);
  for (size_t i = 0; i < count; i++) {
    sj_learned_advance(model, latent, scratch);
    sj_learned_decode(model, latent, states + i * model->feature_count, scratch);
    if (latents) memcpy(latents + i * model->latent, latent, model->latent * sizeof *latent);
  }
  free(memory);
  return SJ_OK;
}

enum sj_status sj_learned_predict(const struct sj_learned *model, const double *history, size_t count, double *states,
                                  struct sj_error *error) {
  for (size_t i = 0; i < model->feature_count * sj_learned_history(model); i++)
    if (!isfinite(history[i]))
      return sj_error_set(error, SJ_INVALID, "the state to start from has no number for `%s`",
                          model->features[i % model->feature_count]);
  const enum sj_status status = sj_learned_roll(model, history, count, states, NULL);
  return status == SJ_OK ? SJ_OK : sj_error_set(error, status, "out of memory");
}

struct eigenvalue {
  double re, im, modulus;
};

/* Of a pair the one with the positive imaginary part comes first; their moduli are the same. */
static int by_modulus(const void *a, const void *b) {
  const struct eigenvalue *const x = a, *const y = b;
  if (x->modulus != y->modulus) return x->modulus < y->modulus ? 1 : -1;
  if (x->re != y->re) return x->re < y->re ? 1 : -1;
  return (x->im < y->im) - (x->im > y->im);
}

enum sj_status sj_learned_spectrum(const struct sj_learned *model, double *re, double *im, struct sj_error *error) {
  const size_t n = model->latent;
  double *const copy = malloc(2 * n * n * sizeof *copy);
  struct eigenvalue *const list = malloc(n * sizeof *list);
  enum sj_status status = SJ_NO_MEMORY;
  if (copy && list) {
    memcpy(copy, model->transition, n * n * sizeof *copy);
    status = sj_dense_eigen(n, copy, re, im, copy + n * n);
  }
  if (status == SJ_OK) {
    for (size_t k = 0; k < n; k++) list[k] = (struct eigenvalue){re[k], im[k], hypot(re[k], im[k])};
    qsort(list, n, sizeof *list, by_modulus);
    for (size_t k = 0; k < n; k++) {
      re[k] = list[k].re;
      im[k] = list[k].im;
    }
  }
  free(copy);
  free(list);
  if (status == SJ_NO_MEMORY) return sj_error_set(error, status, "out of memory");
  return status == SJ_OK ? SJ_OK : sj_error_set(error, SJ_FAILED, "the eigenvalues of K did not converge");
}

enum sj_status sj_learned_rest(const struct sj_learned *model, double *rest) {
  const size_t n = model->latent;
  double *const matrix = malloc(n * n * sizeof *matrix);
  if (!matrix) return SJ_NO_MEMORY;
  for (size_t i = 0; i < n * n; i++) matrix[i] = (i % (n + 1) == 0) - model->transition[i];
  memcpy(rest, model->offset, n * sizeof *rest);
  enum sj_status status = sj_solve_linear(n, 1, matrix, rest);
  for (size_t i = 0; i < n && status == SJ_OK; i++)
    if (!isfinite(rest[i])) status = SJ_FAILED;
  free(matrix);
  return status;
}

void sj_learned_settle(const struct sj_learned *model, const double *start, const double *rest, const double *limits,
                       size_t count, size_t most, double *steps, double *scratch) {
  const size_t n = model->latent;
  double *const z = scratch, *const spare = scratch + n;
  memcpy(z, start, n * sizeof *z);
  size_t open = count; /* limits[0 ... open - 1] are not reached yet */
  for (size_t i = 0; i < count; i++) steps[i] = NAN;
  for (size_t t = 0; t <= most && open > 0; t++) {
    double largest = 0;
    for (size_t i = 0; i < n; i++)
      if (!(fabs(z[i] - rest[i]) <= largest)) largest = fabs(z[i] - rest[i]);
    if (!isfinite(largest)) return;
    while (open > 0 && largest < limits[open - 1]) steps[--open] = (double)t;
    sj_learned_advance(model, z, spare);
  }
}
