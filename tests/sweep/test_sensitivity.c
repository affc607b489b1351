/* Sobol's sequence against scipy's, and the indices against functions whose indices are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "expected.h"
#include "sojourn/sweep.h"

static void sequence(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof sobol_indices / sizeof *sobol_indices; i++) {
    double x[SJ_SOBOL_DIMENSIONS];
    sj_sobol(sobol_indices[i], SJ_SOBOL_DIMENSIONS, 0, x);
    for (size_t k = 0; k < SJ_SOBOL_DIMENSIONS; k++) assert_true(x[k] == sobol_points[i][k]);
  }
}

/* Of the first 2^m points, every interval [j / 2^m, (j + 1) / 2^m) of a dimension has exactly one; in the first two
 * dimensions every box of that area. Scrambling keeps that, and moves the points. */
static void scrambling(void **state) {
  (void)state;
  enum { COUNT = 256, SIDE = 16 };
  double plain[SJ_SOBOL_DIMENSIONS], x[SJ_SOBOL_DIMENSIONS], other[SJ_SOBOL_DIMENSIONS];
  size_t strips[SJ_SOBOL_DIMENSIONS][COUNT] = {{0}}, boxes[SIDE][SIDE] = {{0}}, moved = 0;
  double sum = 0;
  for (uint32_t i = 0; i < COUNT; i++) {
    sj_sobol(i, SJ_SOBOL_DIMENSIONS, 0, plain);
    sj_sobol(i, SJ_SOBOL_DIMENSIONS, 7, x);
    sj_sobol(i, SJ_SOBOL_DIMENSIONS, 8, other);
    for (size_t k = 0; k < SJ_SOBOL_DIMENSIONS; k++) {
      assert_true(x[k] >= 0 && x[k] < 1);
      strips[k][(size_t)(x[k] * COUNT)]++;
      moved += x[k] != plain[k] && x[k] != other[k];
    }
    boxes[(size_t)(x[0] * SIDE)][(size_t)(x[1] * SIDE)]++;
    sum += (x[0] - 0.5) * (other[0] - 0.5);
  }
  for (size_t k = 0; k < SJ_SOBOL_DIMENSIONS; k++)
    for (size_t j = 0; j < COUNT; j++) assert_int_equal(strips[k][j], 1);
  for (size_t a = 0; a < SIDE; a++)
    for (size_t b = 0; b < SIDE; b++) assert_int_equal(boxes[a][b], 1);
  assert_true(moved * 100 > COUNT * SJ_SOBOL_DIMENSIONS * 99);
  assert_true(fabs(sum / COUNT) < 0.05); /* of independent uniforms: 0 with deviation 1 / 12 / 16 */
}

static void design(void **state) {
  (void)state;
  enum { D = 3 };
  double a[D], b[D], mixed[D], both[2 * D];
  sj_sobol(5, 2 * D, 3, both);
  sj_sensitivity_design(5, 0, D, 3, a);
  sj_sensitivity_design(5, 1, D, 3, b);
  for (size_t i = 0; i < D; i++) {
    assert_true(a[i] == both[i] && b[i] == both[D + i]);
    sj_sensitivity_design(5, 2 + i, D, 3, mixed);
    for (size_t j = 0; j < D; j++) assert_true(mixed[j] == (i == j ? b[j] : a[j]));
  }
}

/* ---- functions ---- */

enum { MOST = 8 };

static size_t indices_of(double (*f)(const double *x), size_t d, uint32_t rows, uint64_t scramble,
                         struct sj_sensitivity *first, struct sj_sensitivity *total) {
  double *const values = malloc(rows * (d + 2) * sizeof *values), x[MOST];
  for (uint32_t row = 0; row < rows; row++)
    for (size_t k = 0; k < d + 2; k++) {
      sj_sensitivity_design(row, k, d, scramble, x);
      values[row * (d + 2) + k] = f(x);
    }
  const size_t used = sj_sensitivity(values, rows, d, 1, first, total);
  free(values);
  return used;
}

/* Ishigami and Homma 1990, a = 7, b = 0.1. */
static double ishigami(const double *u) {
  const double pi = 3.14159265358979323846, x = pi * (2 * u[0] - 1), y = pi * (2 * u[1] - 1), z = pi * (2 * u[2] - 1);
  return sin(x) + 7 * sin(y) * sin(y) + 0.1 * z * z * z * z * sin(x);
}

static void check(const struct sj_sensitivity *index, double expected, double tolerance) {
  if (fabs(index->value - expected) > tolerance) print_message("%g instead of %g\n", index->value, expected);
  assert_true(fabs(index->value - expected) <= tolerance);
  assert_true(index->low <= index->value && index->value <= index->high);
}

static void of_ishigami(void **state) {
  (void)state;
  const double pi4 = pow(3.14159265358979323846, 4), b = 0.1, a = 7;
  const double v1 = 0.5 * pow(1 + b * pi4 / 5, 2), v2 = a * a / 8, v13 = b * b * pi4 * pi4 * (1.0 / 18 - 1.0 / 50);
  const double v = v1 + v2 + v13;
  struct sj_sensitivity first[3], total[3];
  assert_int_equal(indices_of(ishigami, 3, 4096, 1, first, total), 4096);
  check(&first[0], v1 / v, 0.01);
  check(&first[1], v2 / v, 0.01);
  check(&first[2], 0, 0.01);
  check(&total[0], (v1 + v13) / v, 0.01);
  check(&total[1], v2 / v, 0.01);
  check(&total[2], v13 / v, 0.01);
}

static const double g_weights[MOST] = {0, 1, 4.5, 9, 99, 99, 99, 99};

/* Sobol's g-function: V_i = 1 / 3 / (1 + a_i)^2, V = prod (1 + V_i) - 1, V_Ti = V_i prod of the others' (1 + V_j). */
static double g(const double *x) {
  double product = 1;
  for (size_t i = 0; i < MOST; i++) product *= (fabs(4 * x[i] - 2) + g_weights[i]) / (1 + g_weights[i]);
  return product;
}

static void of_g(void **state) {
  (void)state;
  double product = 1;
  for (size_t i = 0; i < MOST; i++) product *= 1 + 1 / (3 * pow(1 + g_weights[i], 2));
  struct sj_sensitivity first[MOST], total[MOST];
  indices_of(g, MOST, 4096, 1, first, total);
  for (size_t i = 0; i < MOST; i++) {
    const double v = 1 / (3 * pow(1 + g_weights[i], 2));
    check(&first[i], v / (product - 1), 0.012);
    check(&total[i], v * product / (1 + v) / (product - 1), 0.012);
  }
}

/* Of independent samples the intervals hold the truth about as often as they say; scrambled sequences do better. */
static void intervals(void **state) {
  (void)state;
  enum { TIMES = 60 };
  const double pi4 = pow(3.14159265358979323846, 4), b = 0.1, a = 7;
  const double v1 = 0.5 * pow(1 + b * pi4 / 5, 2), v2 = a * a / 8, v13 = b * b * pi4 * pi4 * (1.0 / 18 - 1.0 / 50);
  size_t held = 0;
  for (uint64_t scramble = 1; scramble <= TIMES; scramble++) {
    struct sj_sensitivity first[3], total[3];
    indices_of(ishigami, 3, 128, scramble, first, total);
    const double truth = v1 / (v1 + v2 + v13);
    held += first[0].low <= truth && truth <= first[0].high;
    assert_true(first[0].high - first[0].low < 0.7 && first[0].high - first[0].low > 0.1);
  }
  assert_true(held * 10 >= 9 * TIMES);
}

static double constant(const double *x) { return 0 * x[0] + 3; }
static double holes(const double *x) { return x[0] < 0.25 ? (double)NAN : x[0] + x[1]; }

static void special_cases(void **state) {
  (void)state;
  struct sj_sensitivity first[2], total[2];
  assert_int_equal(indices_of(constant, 2, 64, 1, first, total), 64);
  assert_true(isnan(first[0].value) && isnan(total[1].value) && isnan(first[0].low) && isnan(total[1].high));
  /* A row is left out if any of its points has no value. */
  const size_t used = indices_of(holes, 2, 256, 1, first, total);
  assert_true(used < 192 && used > 100 && isfinite(first[0].value));
  assert_int_equal(sj_sensitivity(NULL, 0, 2, 1, first, total), 0);
  assert_true(isnan(first[0].value));
  double one[4] = {1, 2, 3, 4};
  assert_int_equal(sj_sensitivity(one, 1, 2, 1, first, total), 1);
  assert_true(isnan(first[0].value));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sequence),      cmocka_unit_test(scrambling), cmocka_unit_test(design),
      cmocka_unit_test(of_ishigami),   cmocka_unit_test(of_g),       cmocka_unit_test(intervals),
      cmocka_unit_test(special_cases),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
