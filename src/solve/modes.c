#include "solve/modes.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static double norm_of_mode(const double *re, const double *im, size_t states) {
  double norm = 0;
  for (size_t i = 0; i < states; i++) norm += im ? hypot(re[i], im[i]) : fabs(re[i]);
  return norm;
}

static double _Complex share_of(const struct sj_modes *modes, const struct sj_mode *mode, const double *p) {
  const size_t n = modes->states;
  const double *const re = modes->spectrum->right + mode->number * n, *const im = re + n;
  double a = 0, b = 0;
  if (cimag(mode->value) == 0) {
    for (size_t i = 0; i < n; i++) a += p[i] * re[i];
  } else {
    for (size_t i = 0; i < n; i++) {
      a += p[i] * re[i];
      b += p[i] * im[i];
    }
  }
  return a + b * I;
}

/* The 1-norm of y Q - value y. `work` has room for two vectors. */
static double defect_of(const struct sj_uniformized *u, double _Complex value, const double *re, const double *im,
                        double *work) {
  const size_t n = u->count;
  const double a = creal(value), b = cimag(value);
  double *const flow = work, *const flow_im = work + n;
  sj_uniformized_flow(u, re, flow);
  if (im) sj_uniformized_flow(u, im, flow_im);
  for (size_t i = 0; i < n; i++) {
    flow[i] -= a * re[i] - (im ? b * im[i] : 0);
    if (im) flow_im[i] -= a * im[i] + b * re[i];
  }
  return norm_of_mode(flow, im ? flow_im : NULL, n);
}

/* How much of the eigenvectors known besides is in y. Whatever else is, the flow out of it is in the defect, and is at
 * least as fast as the fastest known one. */
static double stray_of(const struct sj_modes *modes, const struct sj_mode *mode, const double *re, const double *im) {
  const size_t n = modes->states;
  double sum = 0, sum_im = 0, fastest = 0;
  for (size_t i = 0; i < n; i++) {
    sum += re[i];
    if (im) sum_im += im[i];
  }
  double stray = hypot(sum, sum_im);
  for (size_t j = 0; j < modes->count; j++) {
    const struct sj_mode *const other = &modes->mode[j];
    fastest = fmax(fastest, cabs(other->value));
    if (other->number == mode->number) continue;
    const double part = cabs(share_of(modes, other, re)) + (im ? cabs(share_of(modes, other, im)) : 0);
    stray += part * other->norm;
  }
  return stray + mode->defect / fastest;
}

static void judge(const struct sj_uniformized *u, struct sj_modes *modes, double *work) {
  for (size_t k = 0; k < modes->count; k++) {
    struct sj_mode *const mode = &modes->mode[k];
    const double *const re = modes->spectrum->left + mode->number * u->count;
    const double *const im = cimag(mode->value) != 0 ? re + u->count : NULL;
    assert(re);
    mode->defect = defect_of(u, mode->value, re, im, work);
    mode->stray = stray_of(modes, mode, re, im);
  }
}

static enum sj_status find_modes(const struct sj_uniformized *u, struct sj_modes *modes) {
  const struct sj_spectrum *const spectrum = modes->spectrum;
  double *const work = malloc((2 * u->count + 1) * sizeof *work);
  if (!work) return SJ_NO_MEMORY;
  for (size_t k = 1; k < spectrum->count; k++) {
    const struct sj_eigenvalue *const value = &spectrum->value[k];
    if (value->im != 0 && k + 1 == spectrum->count) break; /* half a pair */
    struct sj_mode *const mode = &modes->mode[modes->count];
    *mode = (struct sj_mode){.value = value->re + fabs(value->im) * I, .error = value->error, .number = k};
    const double *const re = spectrum->left + k * u->count;
    mode->norm = norm_of_mode(re, value->im != 0 ? re + u->count : NULL, u->count);
    if (value->re < 0 && mode->norm > 0 && isfinite(mode->norm)) modes->count++;
    if (value->im != 0) k++;
  }
  judge(u, modes, work);
  free(work);
  return SJ_OK;
}

enum sj_status sj_modes_create(const struct sj_uniformized *u, const struct sj_spectrum *spectrum, const double *pi,
                               struct sj_modes *modes) {
  *modes = (struct sj_modes){.spectrum = spectrum, .pi = pi, .states = u->count};
  const size_t most = spectrum ? spectrum->count : 0;
  modes->mode = calloc(most + 1, sizeof *modes->mode);
  modes->share = calloc(most + 1, sizeof *modes->share);
  modes->rest = calloc(u->count + 1, sizeof *modes->rest);
  enum sj_status status = modes->mode && modes->share && modes->rest ? SJ_OK : SJ_NO_MEMORY;
  if (status == SJ_OK && most) status = find_modes(u, modes);
  if (status != SJ_OK) sj_modes_clear(modes);
  return status;
}

void sj_modes_clear(struct sj_modes *modes) {
  free(modes->mode);
  free(modes->share);
  free(modes->rest);
  *modes = (struct sj_modes){0};
}

/* p += Re(factor y), twice that for a pair. */
static void add_mode(const struct sj_modes *modes, const struct sj_mode *mode, double _Complex factor,
                     double *restrict p) {
  const size_t n = modes->states;
  const double *const re = modes->spectrum->left + mode->number * n;
  if (cimag(mode->value) == 0) {
    const double a = creal(factor);
    for (size_t i = 0; i < n; i++) p[i] += a * re[i];
  } else {
    const double a = 2 * creal(factor), b = 2 * cimag(factor);
    const double *const im = re + n;
    for (size_t i = 0; i < n; i++) p[i] += a * re[i] - b * im[i];
  }
}

/* With z = y Q - value y: y exp(Qt) - exp(value t) y is the integral of exp(value s) z exp(Q (t - s)), so at most |z|
 * min(t, 1 / |Re value|). In a deep well the rounding in z alone makes that more than y. There the value's own error
 * counts, and what y holds of other eigenvectors, which goes on at their pace. */
static double error_of(const struct sj_mode *mode, double _Complex share, double time) {
  const double decay = -creal(mode->value), lasts = decay * time > 1 ? 1 / decay : time;
  const double bound = mode->defect * lasts;
  const double estimate = mode->norm * mode->error * time * exp(-decay * time) + mode->stray;
  return (cimag(mode->value) == 0 ? 1 : 2) * cabs(share) * fmin(bound, estimate);
}

static double norm_1(const double *x, size_t count) {
  double norm = 0;
  for (size_t i = 0; i < count; i++) norm += fabs(x[i]);
  return norm;
}

double sj_modes_split(struct sj_modes *modes, const double *p, double time) {
  for (size_t i = 0; i < modes->states; i++) modes->rest[i] = p[i] - modes->pi[i];
  double least = norm_1(modes->rest, modes->states), error = 0;
  modes->used = 0;
  for (size_t k = 0; k < modes->count; k++) {
    const struct sj_mode *const mode = &modes->mode[k];
    modes->share[k] = share_of(modes, mode, modes->rest);
    add_mode(modes, mode, -modes->share[k], modes->rest);
    error += error_of(mode, modes->share[k], time);
    const double total = norm_1(modes->rest, modes->states) + error;
    if (!(total < least)) continue;
    least = total;
    modes->used = k + 1;
  }
  return least;
}

void sj_modes_add(const struct sj_modes *modes, double weight, const double _Complex *factor, double *p) {
  for (size_t i = 0; i < modes->states; i++) p[i] += weight * modes->pi[i];
  for (size_t k = 0; k < modes->used; k++) add_mode(modes, &modes->mode[k], modes->share[k] * factor[k], p);
}
