/* The spectrum, by what -Q does backwards: the largest eigenvalues of its group inverse, by Arnoldi's method.
 *
 * Slow modes are found one by one and taken out, as the constant one is: what is left has no large eigenvalue that
 * could drown the others in its rounding. These are found in coordinates weighted by the stationary distribution. Right
 * and left eigenvectors are found independently of each other, in two threads: how far their eigenvalues differ is part
 * of the error estimate. */
#include "solve/spectrum.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "solve/arnoldi.h"
#include "solve/inverse.h"
#include "solve/multiply.h"

/* The first slow mode is looked for in so many dimensions, which finds it also where it is but a few times slower than
 * the next: its vectors are then right everywhere, in weighted coordinates only where the chain is likely to be. */
enum { FIRST_DIMENSIONS = 16, SLOW_DIMENSIONS = 8, DIMENSIONS = 150 };

/* The relative error of the rates that elimination amounts to. */
static const double elimination_error = 2e-14;

struct search {
  const struct sj_chain *chain;
  size_t size;
  struct sj_taken_out out;
  struct sj_inverse right, left;
};

/* ---- one eigenvalue, from its vectors ---- */

/* How far a relative change of the rates moves the eigenvalue, |lambda| a unit: sum |y_i| q_ij |x_j - x_i| / |y x|. The
 * vectors' imaginary parts are NULL for a real one; y x = 1. Within a well x is constant but for rounding, of which
 * fast rates there would make too much; what really flows there is about |lambda| between any two states. So
 * differences of x may count only where they are more than that, if |lambda| is added for each state. */
static double condition(const struct sj_chain *chain, const double *x, const double *x_im, const double *y,
                        const double *y_im, double modulus) {
  const double small = 1e-10;
  double all = 0, large = 0;
  for (size_t i = 0; i < chain->count; i++) {
    const double weight = y_im ? hypot(y[i], y_im[i]) : fabs(y[i]);
    if (weight == 0) continue;
    double row = 0, large_row = 0;
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
      const size_t j = chain->to[t];
      const double size = x_im ? hypot(x[i], x_im[i]) + hypot(x[j], x_im[j]) : fabs(x[i]) + fabs(x[j]);
      const double difference = x_im ? hypot(x[j] - x[i], x_im[j] - x_im[i]) : fabs(x[j] - x[i]);
      row += chain->rate[t] * difference;
      if (difference > small * size) large_row += chain->rate[t] * difference;
    }
    all += weight * row;
    large += weight * large_row;
  }
  return fmin(all, large + (double)chain->count * modulus);
}

struct mode {
  double re, im, error;
  double *right, *right_im, *left, *left_im; /* imaginary parts NULL if real */
};

/* A growing list of what was found. */
struct modes {
  size_t count, capacity;
  struct mode *mode;
};

static struct mode *add_mode(struct modes *modes, size_t size, bool pair) {
  if (modes->count == modes->capacity) {
    const size_t capacity = 2 * modes->capacity + 8;
    struct mode *const grown = realloc(modes->mode, capacity * sizeof *grown);
    if (!grown) return NULL;
    modes->mode = grown;
    modes->capacity = capacity;
  }
  struct mode *const mode = &modes->mode[modes->count];
  *mode = (struct mode){.right = calloc((pair ? 4 : 2) * size, sizeof *mode->right)};
  if (!mode->right) return NULL;
  mode->left = mode->right + size;
  if (pair) {
    mode->right_im = mode->left + size;
    mode->left_im = mode->right_im + size;
  }
  modes->count++;
  return mode;
}

static void modes_clear(struct modes *modes) {
  for (size_t k = 0; k < modes->count; k++) free(modes->mode[k].right);
  free(modes->mode);
}

/* Turns the right vector so that its largest component is 1, and the left one so that y x = 1. False if they are
 * orthogonal: then they do not belong together, or the eigenvalue is defective. */
static bool normalize(struct mode *mode, size_t size) {
  double re = 0, im = 0, largest = 0;
  for (size_t i = 0; i < size; i++) {
    const double length = mode->right_im ? hypot(mode->right[i], mode->right_im[i]) : fabs(mode->right[i]);
    if (length <= largest) continue;
    largest = length;
    re = mode->right[i];
    im = mode->right_im ? mode->right_im[i] : 0;
  }
  if (largest == 0) return false;
  const double square = largest * largest;
  double product_re = 0, product_im = 0, absolute = 0;
  for (size_t i = 0; i < size; i++) {
    const double a = mode->right[i], b = mode->right_im ? mode->right_im[i] : 0;
    const double c = mode->left[i], d = mode->left_im ? mode->left_im[i] : 0;
    const double x = (a * re + b * im) / square, x_im = (b * re - a * im) / square;
    mode->right[i] = x;
    if (mode->right_im) mode->right_im[i] = x_im;
    product_re += c * x - d * x_im;
    product_im += c * x_im + d * x;
    absolute += hypot(c, d) * hypot(x, x_im);
  }
  const double product = product_re * product_re + product_im * product_im;
  if (!(sqrt(product) > 1e-12 * absolute)) return false;
  for (size_t i = 0; i < size; i++) {
    const double c = mode->left[i], d = mode->left_im ? mode->left_im[i] : 0;
    mode->left[i] = (c * product_re + d * product_im) / product;
    if (mode->left_im) mode->left_im[i] = (d * product_re - c * product_im) / product;
  }
  return true;
}

/* ---- both sides at once ---- */

struct errand {
  struct sj_inverse *inverse;
  size_t wanted, most;
  double tolerance;
  struct sj_ritz ritz;
  enum sj_status status;
};

static void *go(void *context) {
  struct errand *const errand = context;
  struct sj_inverse *const inverse = errand->inverse;
  const struct sj_operator operator= {inverse->out->size, sj_inverse_apply, sj_inverse_project, inverse};
  inverse->unit_known = false;
  errand->status = sj_arnoldi(&operator, errand->wanted, errand->most, errand->tolerance, &errand->ritz);
  return NULL;
}

/* Right and left vectors of the `wanted` slowest modes that are not taken out. To be cleared in any case. */
static enum sj_status find_both(struct search *s, bool weighted, size_t wanted, size_t most, double tolerance,
                                struct errand *right, struct errand *left) {
  s->right.weighted = s->left.weighted = weighted;
  *right = (struct errand){.inverse = &s->right, .wanted = wanted, .most = most, .tolerance = tolerance};
  *left = *right;
  left->inverse = &s->left;
  pthread_t thread;
  const bool apart = !pthread_create(&thread, NULL, go, left);
  go(right);
  if (apart)
    pthread_join(thread, NULL);
  else
    go(left);
  return right->status != SJ_OK ? right->status : left->status;
}

/* An eigenvalue of the group inverse, in its unit, as one of the generator. */
static double part_of_eigenvalue(double part, double square, int64_t unit) {
  return sj_scaled_double(sj_scaled_of(part / square, -unit));
}

static size_t nearest(const struct sj_ritz *ritz, double re, double im, const bool *used) {
  size_t best = SIZE_MAX;
  double least = INFINITY;
  for (size_t k = 0; k < ritz->count; k++) {
    const double distance = hypot(ritz->re[k] - re, ritz->im[k] - im);
    if (used[k] || ritz->im[k] < 0 || (ritz->im[k] > 0) != (im > 0) || !(distance < least)) continue;
    least = distance;
    best = k;
  }
  return best;
}

/* Euclidean length in the coordinates that the residuals are in. */
static double length_of(struct sj_inverse *inverse, const double *x, const double *x_im) {
  double sum = 0;
  for (const double *part = x; part; part = part == x ? x_im : NULL) {
    const double *vector = part;
    if (inverse->weighted) {
      sj_inverse_weigh(inverse, part, true, inverse->work);
      vector = inverse->work;
    }
    sum += sj_dot(sj_processor(), vector, vector, inverse->out->size);
  }
  return sqrt(sum);
}

static void take_vector(const struct sj_inverse *inverse, const struct sj_ritz *ritz, size_t k, double *re,
                        double *im) {
  const size_t size = inverse->out->size;
  for (size_t part = 0; part < (im ? 2U : 1U); part++) {
    const double *const from = ritz->vectors + (k + part) * size;
    double *const to = part ? im : re;
    if (inverse->weighted)
      sj_inverse_weigh(inverse, from, false, to);
    else
      memcpy(to, from, size * sizeof *to);
  }
}

/* What elimination adds to an eigenvalue's error. */
static void add_elimination_error(const struct search *s, struct mode *mode) {
  const double modulus = hypot(mode->re, mode->im);
  const double moved = condition(s->chain, mode->right, mode->right_im, mode->left, mode->left_im, modulus);
  mode->error += elimination_error * fmax(moved, modulus);
}

/* The k-th of the right ones with the m-th of the left ones; the error is all but what elimination adds. */
static enum sj_status join(struct search *s, const struct errand *r, size_t k, const struct errand *l, size_t m,
                           struct modes *modes) {
  const struct sj_ritz *const right = &r->ritz, *const left = &l->ritz;
  struct mode *const mode = add_mode(modes, s->size, right->im[k] != 0);
  if (!mode) return SJ_NO_MEMORY;
  take_vector(&s->right, right, k, mode->right, mode->right_im);
  take_vector(&s->left, left, m, mode->left, mode->left_im);
  const double modulus = hypot(right->re[k], right->im[k]), square = modulus * modulus;
  mode->re = part_of_eigenvalue(-right->re[k], square, s->right.unit);
  mode->im = part_of_eigenvalue(right->im[k], square, s->right.unit);
  mode->error = INFINITY;
  if (!normalize(mode, s->size)) return SJ_OK;
  const double same_unit = ldexp(1, (int)(s->left.unit - s->right.unit));
  const double both =
      length_of(&s->right, mode->right, mode->right_im) * length_of(&s->left, mode->left, mode->left_im);
  const double apart = hypot(right->re[k] - left->re[m] * same_unit, right->im[k] - left->im[m] * same_unit) / modulus;
  const double rounding = 8 * DBL_EPSILON * hypot(right->re[0], right->im[0]) / modulus * both;
  const double residual = fmax(right->residual[k], left->residual[m]);
  mode->error = (apart + rounding + fmin(residual, 1) * both) * hypot(mode->re, mode->im);
  return SJ_OK;
}

/* Arnoldi's vectors are right next to their largest component. What is far below that is forgotten, and made anew by
 * the inverse, which then gets it right by itself: it may be as small as the probability of the rarer of two wells. */
static enum sj_status polish_side(struct sj_inverse *inverse, double *x, double *x_im) {
  const size_t size = inverse->out->size;
  double largest = 0, *const next = malloc(size * sizeof *next);
  if (!next) return SJ_NO_MEMORY;
  for (double *part = x; part; part = part == x ? x_im : NULL)
    for (size_t i = 0; i < size; i++) largest = fmax(largest, fabs(part[i]));
  for (double *part = x; part; part = part == x ? x_im : NULL) {
    for (size_t i = 0; i < size; i++)
      if (fabs(part[i]) < 1e-11 * largest) part[i] = 0;
    for (int round = 0; round < 2; round++) {
      sj_inverse_apply(inverse, part, next);
      memcpy(part, next, size * sizeof *next);
    }
  }
  free(next);
  return SJ_OK;
}

static enum sj_status polish(struct search *s, struct mode *mode) {
  enum sj_status status = polish_side(&s->right, mode->right, mode->right_im);
  if (status == SJ_OK) status = polish_side(&s->left, mode->left, mode->left_im);
  normalize(mode, s->size);
  return status;
}

/* Of a pair, what y and x hold together with their conjugates is 2 Re y Re x - 2 Im y Im x. */
static enum sj_status take_out(struct search *s, const struct mode *mode) {
  if (!mode->right_im) return sj_take_out(&s->out, mode->right, mode->left);
  double *const twice = malloc(2 * s->size * sizeof *twice);
  if (!twice) return SJ_NO_MEMORY;
  for (size_t i = 0; i < s->size; i++) {
    twice[i] = 2 * mode->left[i];
    twice[s->size + i] = -2 * mode->left_im[i];
  }
  enum sj_status status = sj_take_out(&s->out, mode->right, twice);
  if (status == SJ_OK) status = sj_take_out(&s->out, mode->right_im, twice + s->size);
  free(twice);
  return status;
}

/* The slowest mode, real or a pair, if it stands apart from the others. */
static enum sj_status find_slow(struct search *s, struct modes *modes, bool *found) {
  struct errand right, left;
  const double close = 1e-9;
  const size_t dimensions = s->out.count == 1 ? FIRST_DIMENSIONS : SLOW_DIMENSIONS;
  enum sj_status status = find_both(s, false, 1, dimensions, 1e-13, &right, &left);
  *found = status == SJ_OK && right.ritz.count && left.ritz.count &&
           (right.ritz.im[0] == 0) == (left.ritz.im[0] == 0) && right.ritz.residual[0] < close &&
           left.ritz.residual[0] < close;
  if (*found) {
    status = join(s, &right, 0, &left, 0, modes);
    struct mode *const mode = status == SJ_OK && modes->mode ? &modes->mode[modes->count - 1] : NULL;
    *found = mode && mode->error < close * hypot(mode->re, mode->im);
    if (*found) status = polish(s, mode);
    if (*found && status == SJ_OK) {
      add_elimination_error(s, mode);
      *found = mode->error < close * hypot(mode->re, mode->im);
    }
    if (*found && status == SJ_OK) {
      status = take_out(s, mode);
    } else if (mode && status == SJ_OK) {
      free(mode->right);
      modes->count--;
    }
  }
  sj_ritz_clear(&right.ritz);
  sj_ritz_clear(&left.ritz);
  return status;
}

/* ---- all others ---- */

static enum sj_status find_others(struct search *s, size_t wanted, struct modes *modes) {
  struct errand right, left;
  enum sj_status status = find_both(s, true, wanted, DIMENSIONS, 1e-11, &right, &left);
  bool *const used = calloc(left.ritz.count + 1, sizeof *used);
  if (status == SJ_OK && !used) status = SJ_NO_MEMORY;
  const double same_unit = ldexp(1, (int)(s->right.unit - s->left.unit));
  for (size_t k = 0; status == SJ_OK && k < right.ritz.count; k++) {
    if (right.ritz.im[k] < 0) continue;
    const size_t m = nearest(&left.ritz, right.ritz.re[k] * same_unit, right.ritz.im[k] * same_unit, used);
    if (m == SIZE_MAX) continue;
    used[m] = true;
    status = join(s, &right, k, &left, m, modes);
    /* A generator has none with a positive real part: it is rounding, of what was taken out. */
    if (status != SJ_OK) break;
    if (modes->mode[modes->count - 1].re < 0)
      add_elimination_error(s, &modes->mode[modes->count - 1]);
    else
      free(modes->mode[--modes->count].right);
  }
  free(used);
  sj_ritz_clear(&right.ritz);
  sj_ritz_clear(&left.ritz);
  return status;
}

static int by_real_part(const void *a, const void *b) {
  const struct mode *const x = a, *const y = b;
  if (x->re != y->re) return x->re < y->re ? 1 : -1;
  return (x->im > y->im) - (x->im < y->im);
}

/* The first `wanted` values, a pair counting as two and standing together. */
static enum sj_status give(struct modes *modes, size_t size, size_t wanted, struct sj_spectrum *spectrum) {
  if (modes->count) qsort(modes->mode, modes->count, sizeof *modes->mode, by_real_part);
  size_t used = 0, count = 1;
  while (used < modes->count && count < wanted) count += modes->mode[used++].right_im ? 2 : 1;
  spectrum->value = calloc(count, sizeof *spectrum->value);
  spectrum->right = calloc(2 * count * size, sizeof *spectrum->right);
  if (!spectrum->value || !spectrum->right) return SJ_NO_MEMORY;
  spectrum->left = spectrum->right + count * size;
  spectrum->count = count;
  for (size_t m = 0, k = 1; m < used; m++) {
    const struct mode *const mode = &modes->mode[m];
    spectrum->value[k] = (struct sj_eigenvalue){mode->re, mode->im, mode->error};
    memcpy(spectrum->right + k * size, mode->right, size * sizeof *mode->right);
    memcpy(spectrum->left + k * size, mode->left, size * sizeof *mode->left);
    k++;
    if (!mode->right_im) continue;
    spectrum->value[k] = (struct sj_eigenvalue){mode->re, -mode->im, mode->error};
    memcpy(spectrum->right + k * size, mode->right_im, size * sizeof *mode->right);
    memcpy(spectrum->left + k * size, mode->left_im, size * sizeof *mode->left);
    k++;
  }
  return SJ_OK;
}

static enum sj_status start(struct search *s, struct sj_pinned *pinned, const struct sj_scaled *pi, size_t wanted) {
  enum sj_status status = sj_taken_out_start(&s->out, pi, s->size, wanted + 1);
  s->right = (struct sj_inverse){.out = &s->out, .pinned = pinned};
  s->left = (struct sj_inverse){.out = &s->out, .left = true};
  s->right.work = calloc(s->size, sizeof *s->right.work);
  s->left.work = calloc(s->size, sizeof *s->left.work);
  if (status == SJ_OK) status = sj_pinned_share(pinned, &s->left.pinned);
  return s->right.work && s->left.work ? status : SJ_NO_MEMORY;
}

enum sj_status sj_spectrum_find(const struct sj_chain *chain, struct sj_pinned *pinned, const struct sj_scaled *pi,
                                size_t wanted, struct sj_spectrum *spectrum) {
  *spectrum = (struct sj_spectrum){0};
  if (wanted > chain->count) wanted = chain->count;
  struct search s = {.chain = chain, .size = chain->count};
  struct modes modes = {0};
  enum sj_status status = start(&s, pinned, pi, wanted);
  bool found = true;
  while (status == SJ_OK && found && s.out.count < wanted) status = find_slow(&s, &modes, &found);
  if (status == SJ_OK && s.out.count < wanted) status = find_others(&s, wanted - s.out.count, &modes);
  if (status == SJ_OK && wanted > 1 && modes.count == 0) status = SJ_FAILED;
  if (status == SJ_OK) status = give(&modes, s.size, wanted, spectrum);
  sj_taken_out_clear(&s.out);
  sj_pinned_destroy(s.left.pinned);
  free(s.right.work);
  free(s.left.work);
  modes_clear(&modes);
  if (status != SJ_OK) sj_spectrum_clear(spectrum);
  return status;
}

void sj_spectrum_clear(struct sj_spectrum *spectrum) {
  free(spectrum->value);
  free(spectrum->right);
  *spectrum = (struct sj_spectrum){0};
}
