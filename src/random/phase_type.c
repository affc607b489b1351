/* Tails and moments of phase-type laws (Neuts, "Matrix-Geometric Solutions in Stochastic Models", 1981, chapter 2),
 * without subtractions: everything computed is a sum of products of numbers that are not negative. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "random/tails.h"

/* The uniformized chain: one step of mean length 1/rate. `step` is the count x count matrix of probabilities to be in
 * another phase after it, `absorbed` the probability to be absorbed by it, from each phase. */
struct uniformized {
  size_t count;
  double rate;
  double *step, *absorbed;
};

static struct uniformized uniformize(const struct node *n) {
  const size_t count = n->phase_type.count;
  struct uniformized u = {.count = count};
  for (size_t i = 0; i < count; i++) u.rate = fmax(u.rate, 1 / n->phase_type.holding[i]);
  u.step = sj_allocate_array(count * count, sizeof *u.step);
  u.absorbed = sj_allocate_array(count, sizeof *u.absorbed);
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < count; j++) u.step[i * count + j] = n->phase_type.generator[i * count + j] / u.rate;
    u.step[i * count + i] = fmax(0, 1 - 1 / (n->phase_type.holding[i] * u.rate));
    u.absorbed[i] = n->phase_type.exit[i] / u.rate;
  }
  return u;
}

/* sum over i of row[i] * column[i]. */
static double dot(size_t count, const double *row, const double *column) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += row[i] * column[i];
  return sum;
}

/* result = row * matrix. */
static void row_times(size_t count, const double *row, const double *matrix, double *result) {
  memset(result, 0, count * sizeof *result);
  for (size_t i = 0; i < count; i++) {
    if (row[i] == 0) continue;
    for (size_t j = 0; j < count; j++) result[j] += row[i] * matrix[i * count + j];
  }
}

static double total_of(size_t count, const double *row) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += row[i];
  return sum;
}

/* From the distribution `phases` over the phases to that after `time`, with rate * time of at most a few hundred;
 * returns what is absorbed on the way. Poisson-weighted powers of the uniformized chain (Jensen 1953). */
static double advance(const struct uniformized *u, double time, double *phases) {
  const size_t count = u->count;
  const double mean = u->rate * time;
  double *const now = sj_allocate_array(3 * count, sizeof *now), *const next = now + count, *const sum = next + count;
  memcpy(now, phases, count * sizeof *now);
  double weight = exp(-mean), gone = 0, absorbed = 0;
  const double steps = mean + 12 * sqrt(mean) + 50; /* beyond lie less than 1e-30 of a Poisson law */
  for (double k = 0; k < steps; k++) {
    absorbed += weight * gone;
    for (size_t i = 0; i < count; i++) sum[i] += weight * now[i];
    gone += dot(count, now, u->absorbed);
    row_times(count, now, u->step, next);
    memcpy(now, next, count * sizeof *now);
    weight *= mean / (k + 1);
  }
  memcpy(phases, sum, count * sizeof *sum);
  free(now);
  return absorbed;
}

/* A row of the transition matrix and what is absorbed from it sum to 1. Each squaring doubles the rounding errors,
 * which would let a chain leak that is absorbed rarely; put back on that sum they stay small (after Xue and Alfa 2002).
 */
static void conserve(size_t count, double *row, double absorbed) {
  if (absorbed > 0.5) return;
  const double factor = (1 - absorbed) / total_of(count, row);
  for (size_t i = 0; i < count; i++) row[i] *= factor;
}

/* The same for any length of time, by doubling a short one: E(2t) = E(t) E(t), and absorbed(2t) = absorbed(t) + E(t)
 * absorbed(t). */
static double advance_by_doubling(const struct uniformized *u, double time, double *phases) {
  const size_t count = u->count;
  int doublings = 0;
  for (; u->rate * time > 1; time /= 2) doublings++;
  double *const matrix = sj_allocate_array(2 * count * count + 2 * count, sizeof *matrix);
  double *const square = matrix + count * count, *const absorbed = square + count * count,
                *const more = absorbed + count;
  for (size_t i = 0; i < count; i++) {
    matrix[i * count + i] = 1;
    absorbed[i] = advance(u, time, matrix + i * count);
  }
  for (int k = 0; k < doublings; k++) {
    for (size_t i = 0; i < count; i++) {
      row_times(count, matrix + i * count, matrix, square + i * count);
      more[i] = absorbed[i] + dot(count, matrix + i * count, absorbed);
    }
    memcpy(matrix, square, count * count * sizeof *matrix);
    memcpy(absorbed, more, count * sizeof *absorbed);
    for (size_t i = 0; i < count; i++) conserve(count, matrix + i * count, absorbed[i]);
  }
  const double result = dot(count, phases, absorbed);
  row_times(count, phases, matrix, more);
  memcpy(phases, more, count * sizeof *phases);
  free(matrix);
  return result;
}

struct tails sj_tails_phase_type(const struct node *n, double x) {
  const size_t count = n->phase_type.count;
  const double atom = n->phase_type.start[count].probability;
  if (isinf(x)) return (struct tails){1, 0};
  struct uniformized u = uniformize(n);
  double *const phases = sj_allocate_array(count, sizeof *phases);
  memcpy(phases, n->phase_type.alpha, count * sizeof *phases);
  const double steps = u.rate * x;
  /* Doubling costs count^3 for each factor of 2, stepping count^2 for each step. */
  const bool step_by_step = steps <= 500 && steps <= 30.0 * (double)count + 100;
  const double absorbed = step_by_step ? advance(&u, x, phases) : advance_by_doubling(&u, x, phases);
  const struct tails t = {atom + absorbed, total_of(count, phases)};
  free(phases);
  free(u.step);
  free(u.absorbed);
  return t;
}

/* The diagonal is not subtracted from but summed anew from the other rates, so no digit is lost however rarely the
 * chain is absorbed (Grassmann, Taksar and Heyman 1985). */
void sj_phase_type_solve(size_t count, double *rates, double *exit, double *b) {
  double *const out = sj_allocate_array(count, sizeof *out);
  for (size_t k = count; k-- > 0;) {
    const double *const row = rates + k * count;
    out[k] = exit[k];
    for (size_t j = 0; j < k; j++) out[k] += row[j];
    for (size_t i = 0; i < k; i++) {
      const double share = rates[i * count + k] / out[k];
      if (share == 0) continue;
      for (size_t j = 0; j < k; j++)
        if (j != i) rates[i * count + j] += share * row[j];
      exit[i] += share * exit[k];
      b[i] += share * b[k];
    }
  }
  for (size_t k = 0; k < count; k++) b[k] = (b[k] + dot(k, rates + k * count, b)) / out[k];
  free(out);
}

/* The mean times to absorption from each phase, (-T)^-1 b for b = 1, and for b = those the halved second moments. */
static void solve_for(const struct node *n, double *b) {
  const size_t count = n->phase_type.count;
  double *const rates = sj_allocate_array(count * count + count, sizeof *rates);
  memcpy(rates, n->phase_type.generator, count * count * sizeof *rates);
  memcpy(rates + count * count, n->phase_type.exit, count * sizeof *rates);
  sj_phase_type_solve(count, rates, rates + count * count, b);
  free(rates);
}

void sj_phase_type_moments(const struct node *n, double *mean, double *variance) {
  const size_t count = n->phase_type.count;
  double *const b = sj_allocate_array(count, sizeof *b);
  for (size_t i = 0; i < count; i++) b[i] = 1;
  solve_for(n, b);
  *mean = dot(count, n->phase_type.alpha, b);
  solve_for(n, b);
  *variance = 2 * dot(count, n->phase_type.alpha, b) - *mean * *mean;
  free(b);
}
