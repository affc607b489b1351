#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reference_chain.h"
#include "solve/transient.h"
#include "solved.h"

enum { CHAINS = 60, WANTED = 10 };

/* Calls `check` for every chain; it returns how many of its comparisons failed, and says which. */
static void for_each_chain(size_t (*check)(const struct reference_chain *reference, size_t *compared)) {
  FILE *const file = fopen(CHAINS_FILE, "r");
  assert_non_null(file);
  struct reference_chain reference;
  size_t chains = 0, failed = 0, compared = 0;
  for (; reference_chain_read(file, &reference); chains++) {
    failed += check(&reference, &compared);
    reference_chain_clear(&reference);
  }
  fclose(file);
  print_message("# %zu comparisons, %zu failed\n", compared, failed);
  assert_int_equal(chains, CHAINS);
  assert_int_equal(failed, 0);
}

static size_t compare(const struct reference_chain *r, const char *what, const struct sj_scaled *found,
                      const struct sj_scaled *expected, double tolerance, size_t *compared) {
  size_t failed = 0;
  for (size_t i = 0; i < r->chain.count; i++) {
    const double difference = relative_difference(found[i], expected[i]);
    ++*compared;
    if (difference <= tolerance) continue;
    if (!failed++)
      print_error("# chain %d (%s), %s of state %zu: off by %.3g; expected 10^%.6g\n", r->number, r->kind, what, i,
                  difference, sj_scaled_log10(expected[i]));
  }
  return failed;
}

/* Stationary distribution and hitting times by the factors that keep state 0 (target 0) or the last one. */
static size_t check_factors(const struct reference_chain *r, const struct sj_factors *factors, size_t target,
                            size_t *compared) {
  struct sj_scaled x[MOST_STATES], y[MOST_STATES];
  assert_int_equal(sj_stationary(factors, x), SJ_OK);
  size_t failed = compare(r, "probability", x, r->pi, 1e-12, compared);
  assert_int_equal(sj_hitting_times(factors, 1, x, y), SJ_OK);
  failed += compare(r, target ? "mean time to the last one" : "mean time to 0", x, r->mean[target], 1e-12, compared);
  return failed + compare(r, target ? "deviation of the time to the last one" : "deviation of the time to 0", y,
                          r->deviation[target], 1e-12, compared);
}

/* As they are, from either end, and in an order that is looked for. */
static size_t check_elimination(const struct reference_chain *r, size_t *compared) {
  size_t failed = 0;
  const struct sj_order as_they_are = {NULL, NULL, bandwidth_as_it_is(&r->chain)};
  for (size_t target = 0; target < 2; target++) {
    struct sj_order order;
    struct sj_factors *factors = NULL;
    assert_int_equal(sj_order_find(&r->chain, target ? r->chain.count - 1 : 0, &order), SJ_OK);
    for (int found = 0; found < 2; found++) {
      const struct sj_order *const used = found ? &order : &as_they_are;
      const enum sj_status status = sj_factors_create(&r->chain, NULL, used, target && !found, NULL, &factors);
      assert_int_equal(status, r->reached[target] ? SJ_OK : SJ_INVALID);
      if (status == SJ_OK) failed += check_factors(r, factors, target, compared);
      sj_factors_destroy(factors);
    }
    sj_order_clear(&order);
  }
  return failed;
}

static void elimination(void **state) {
  (void)state;
  for_each_chain(check_elimination);
}

/* The true eigenvalue nearest to a found one, not used yet. */
static size_t nearest(const struct reference_chain *r, const struct sj_eigenvalue *value, const bool *used,
                      double *distance) {
  size_t best = 0;
  *distance = INFINITY;
  for (size_t k = 0; k < r->chain.count; k++) {
    const double re = sj_scaled_double(r->re[k]), im = sj_scaled_double(r->im[k]);
    const double d = hypot(re - value->re, im - value->im);
    if (used[k] || d >= *distance) continue;
    best = k;
    *distance = d;
  }
  return best;
}

static double modulus_of(const struct reference_chain *r, size_t k) {
  return hypot(sj_scaled_double(r->re[k]), sj_scaled_double(r->im[k]));
}

static bool is_trusted(const struct sj_eigenvalue *value) { return value->error <= 1e-6 * hypot(value->re, value->im); }

/* Whether a trusted eigenvalue is a true one within its error, the second within 1e-8; marks which. */
static bool check_eigenvalue(const struct reference_chain *r, size_t k, const struct sj_eigenvalue *value, bool *used) {
  double distance;
  const size_t true_one = nearest(r, value, used, &distance);
  const double modulus = hypot(sj_scaled_double(r->re[true_one]), sj_scaled_double(r->im[true_one]));
  used[true_one] = true;
  if (distance <= value->error + 2e-16 * modulus && (k != 1 || distance <= 1e-8 * modulus)) return true;
  print_error("# chain %d (%s), eigenvalue %zu: %.17g %+.17g i is off by %.3g of it, said to be %.3g\n", r->number,
              r->kind, k, value->re, value->im, distance / modulus, value->error / modulus);
  return false;
}

/* How many are not among the trusted ones though they are nearer to 0 than one of these, by real part and modulus. */
static size_t count_missing(const struct reference_chain *r, const bool *used) {
  size_t missing = 0;
  for (size_t k = 1; k < r->chain.count; k++) {
    bool skipped = false;
    for (size_t other = 1; other < r->chain.count && !used[k]; other++)
      skipped = skipped || (used[other] && sj_scaled_compare(r->re[other], r->re[k]) < 0 &&
                            modulus_of(r, k) < modulus_of(r, other) * (1 - 1e-9));
    missing += skipped;
  }
  return missing;
}

/* The second eigenvalue of chain 51 cannot be had to 6 digits, and is marked so: probabilities go down to 10^-718. */
static bool is_beyond(const struct reference_chain *r) { return r->number == 51; }

static size_t check_spectrum(const struct reference_chain *r, size_t *compared) {
  if (!r->reached[0] || !r->reached[1] || fabs(sj_scaled_log10(r->re[1])) > 290) return 0;
  struct solved solved;
  solve_chain(&r->chain, WANTED, &solved);
  const struct sj_spectrum spectrum = solved.spectrum;
  bool used[MOST_STATES] = {false};
  size_t failed = 0, trusted = 0, wanted = r->chain.count < WANTED ? r->chain.count : WANTED;
  for (size_t k = 0; k < spectrum.count; k++) {
    if (!is_trusted(&spectrum.value[k])) continue;
    ++*compared;
    trusted++;
    failed += !check_eigenvalue(r, k, &spectrum.value[k], used);
  }
  const bool second = spectrum.count > 1 && is_trusted(&spectrum.value[1]), all = trusted >= wanted;
  const size_t missing = count_missing(r, used), marked = spectrum.count - trusted;
  *compared += 2;
  if (!(second || is_beyond(r)) || missing > marked) {
    failed++;
    print_error("# chain %d (%s): %zu of %zu eigenvalues, %zu of them trusted, %zu missing\n", r->number, r->kind,
                spectrum.count, wanted, trusted, missing);
  }
  if (!all) print_message("# chain %d (%s): %zu of %zu eigenvalues to 6 digits\n", r->number, r->kind, trusted, wanted);
  solved_clear(&solved);
  return failed;
}

static void eigenvalues(void **state) {
  (void)state;
  for_each_chain(check_spectrum);
}

static size_t check_moved(const struct reference_chain *r, bool known, size_t *compared) {
  size_t failed = 0;
  struct solved solved = {0};
  if (known) solve_chain(&r->chain, WANTED, &solved);
  struct sj_transient transient;
  assert_int_equal(
      sj_transient_start(&transient, &r->chain, known ? &solved.spectrum : NULL, known ? solved.pi_rounded : NULL),
      SJ_OK);
  for (size_t k = 0; k < r->times; k++) {
    double p[MOST_STATES] = {1}, difference = 0, error = 0;
    transient.most_products = transient.products + 300000;
    const enum sj_status status = sj_transient_advance(&transient, p, r->time[k], &error);
    for (size_t i = 0; i < r->chain.count; i++) difference += fabs(p[i] - r->moved[k][i]);
    ++*compared;
    if (status == SJ_OK && error < 1e-7 && difference <= error + 1e-13) continue;
    failed++;
    print_error("# chain %d (%s), known %d, at time %.3g: status %d, off by %.3g, said to be %.3g\n", r->number,
                r->kind, known, r->time[k], status, difference, error);
  }
  sj_transient_clear(&transient);
  solved_clear(&solved);
  return failed;
}

static size_t check_moved_both(const struct reference_chain *r, size_t *compared) {
  const size_t failed = check_moved(r, false, compared);
  return failed + (r->reached[0] && r->reached[1] ? check_moved(r, true, compared) : 0);
}

static void transients(void **state) {
  (void)state;
  for_each_chain(check_moved_both);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(elimination),
      cmocka_unit_test(eigenvalues),
      cmocka_unit_test(transients),
  };
  return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
