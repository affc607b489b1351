#include "learn/dictionary.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "learn/blas.h"

/* Monomials of one degree of `features` variables: combinations with repetition. */
static double monomials(size_t features, size_t degree) {
  double count = 1;
  for (size_t i = 1; i <= degree; i++) count = count * (double)(features + i - 1) / (double)i;
  return count;
}

size_t sj_dictionary_size(const struct sj_dictionary *dictionary, size_t most) {
  double size = (double)dictionary->features * ((double)dictionary->delays + 1) + (double)dictionary->radial;
  for (size_t degree = 2; degree <= dictionary->degree && size <= (double)most; degree++)
    size += monomials(dictionary->features, degree);
  return size <= (double)most ? (size_t)(size + 0.5) : 0;
}

/* All products of `degree` of the variables x[0] <= x[1] <= ..., by counting up the indices. */
static double *add_monomials(const double *x, size_t features, size_t degree, double *z) {
  size_t index[64] = {0};
  for (;;) {
    double product = 1;
    for (size_t i = 0; i < degree; i++) product *= x[index[i]];
    *z++ = product;
    size_t place = degree;
    while (place > 0 && index[place - 1] + 1 == features) place--;
    if (place == 0) return z;
    const size_t next = index[place - 1] + 1;
    for (size_t i = place - 1; i < degree; i++) index[i] = next;
  }
}

static double distance_square(const double *a, const double *b, size_t features) {
  double sum = 0;
  for (size_t f = 0; f < features; f++) sum += (a[f] - b[f]) * (a[f] - b[f]);
  return sum;
}

void sj_dictionary_lift(const struct sj_dictionary *dictionary, const double *history, double *z) {
  const size_t features = dictionary->features;
  const double *const present = history + dictionary->delays * features;
  for (size_t delay = 0; delay <= dictionary->delays; delay++, z += features)
    memcpy(z, present - delay * features, features * sizeof *z);
  for (size_t degree = 2; degree <= dictionary->degree; degree++) z = add_monomials(present, features, degree, z);
  for (size_t i = 0; i < dictionary->radial; i++)
    *z++ = exp(-distance_square(present, dictionary->centres + i * features, features) /
               (2 * dictionary->width * dictionary->width));
}

static bool known(const double *states, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (isnan(states[i])) return false;
  return true;
}

bool sj_dictionary_place(struct sj_dictionary *dictionary, const struct sj_rollout *rollout) {
  const size_t features = dictionary->features, radial = dictionary->radial;
  size_t total = 0;
  if (radial == 0) return true;
  assert(features > 0 && rollout->count > 0);
  for (size_t i = 0; i < rollout->count; i++) total += rollout->lengths[i];
  double *const nearest = malloc(total * sizeof *nearest); /* squared distance to the nearest centre */
  dictionary->centres = malloc(radial * features * sizeof *dictionary->centres);
  if (!nearest || !dictionary->centres) {
    free(nearest);
    return false;
  }
  for (size_t i = 0; i < total; i++) nearest[i] = known(rollout->states + i * features, features) ? INFINITY : -1;
  size_t chosen = 0; /* a first state is always known */
  for (size_t c = 0; c < radial; c++) {
    const double *const centre = rollout->states + chosen * features;
    memcpy(dictionary->centres + c * features, centre, features * sizeof *centre);
    for (size_t i = 0; i < total; i++) {
      if (nearest[i] < 0) continue;
      const double d = distance_square(rollout->states + i * features, centre, features);
      if (d < nearest[i]) nearest[i] = d;
    }
    chosen = 0;
    for (size_t i = 1; i < total; i++)
      if (nearest[i] > nearest[chosen]) chosen = i;
  }
  free(nearest);
  double sum = 0;
  for (size_t a = 0; a < radial; a++) {
    double least = INFINITY;
    for (size_t b = 0; b < radial; b++) {
      const double d =
          distance_square(dictionary->centres + a * features, dictionary->centres + b * features, features);
      if (a != b && d < least) least = d;
    }
    sum += sqrt(least);
  }
  dictionary->width = radial > 1 && sum > 0 ? sum / (double)radial : 1;
  return true;
}

/* Fills rows of z(t) and z(t+1), less their means, which go to `means` (2 x size). Returns how many. */
static size_t fill(const struct sj_dictionary *dictionary, const struct sj_rollout *rollout, size_t size, size_t rows,
                   double *from, double *to, double *means) {
  const size_t features = dictionary->features, span = dictionary->delays + 2;
  assert(size > 0);
  double *const z = means + 2 * size;
  size_t row = 0;
  const double *states = rollout->states;
  for (size_t i = 0; i < rollout->count; i++) {
    for (size_t t = 0; t + span <= rollout->lengths[i]; t++) {
      const double *const history = states + t * features;
      if (!known(history, span * features)) continue;
      for (int later = 0; later < 2; later++) {
        sj_dictionary_lift(dictionary, history + (later ? features : 0), z);
        double *const matrix = later ? to : from;
        for (size_t k = 0; k < size; k++) matrix[k * rows + row] = z[k];
      }
      row++;
    }
    states += rollout->lengths[i] * features;
  }
  for (size_t k = 0; k < 2 * size; k++) {
    double *const column = (k < size ? from : to) + (k % size) * rows, sum = 0;
    for (size_t r = 0; r < row; r++) sum += column[r];
    means[k] = row > 0 ? sum / (double)row : 0;
    for (size_t r = 0; r < row; r++) column[r] -= means[k];
  }
  return row;
}

static size_t count_pairs(const struct sj_dictionary *dictionary, const struct sj_rollout *rollout) {
  const size_t features = dictionary->features, span = dictionary->delays + 2;
  size_t pairs = 0;
  const double *states = rollout->states;
  for (size_t i = 0; i < rollout->count; i++) {
    for (size_t t = 0; t + span <= rollout->lengths[i]; t++) pairs += known(states + t * features, span * features);
    states += rollout->lengths[i] * features;
  }
  return pairs;
}

enum sj_status sj_dictionary_fit(const struct sj_dictionary *dictionary, const struct sj_rollout *rollout, double ridge,
                                 double *transition, double *offset, size_t *pairs) {
  const size_t size = sj_dictionary_size(dictionary, SIZE_MAX / 2);
  assert(size > 0);
  *pairs = count_pairs(dictionary, rollout);
  if (*pairs < size) return SJ_INVALID;
  /* The penalty is more rows: sqrt(ridge pairs) times the identity against zeros. */
  const size_t rows = *pairs + size;
  double *const from = calloc(rows * size, sizeof *from), *const to = calloc(rows * size, sizeof *to),
                *const means = calloc(3 * size, sizeof *means);
  enum sj_status status = SJ_NO_MEMORY;
  if (from && to && means) {
    fill(dictionary, rollout, size, rows, from, to, means);
    for (size_t k = 0; k < size; k++) from[k * rows + *pairs + k] = sqrt(ridge * (double)*pairs);
    status = sj_least_squares(rows, size, size, from, to);
  }
  if (status == SJ_OK) {
    /* What was found is K turned round. */
    for (size_t row = 0; row < size; row++)
      for (size_t column = 0; column < size; column++) transition[column * size + row] = to[row * rows + column];
    memcpy(offset, means + size, size * sizeof *offset);
    for (size_t column = 0; column < size; column++)
      for (size_t row = 0; row < size; row++) offset[row] -= transition[column * size + row] * means[column];
  }
  free(from);
  free(to);
  free(means);
  return status;
}
