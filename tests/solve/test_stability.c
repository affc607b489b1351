/* The verdict, on chains made by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "solve/stability.h"

enum { MOST = 200 };

/* A birth-death chain on 0 ... top. */
struct line {
  size_t top;
  double up[MOST], down[MOST]; /* from q to q + 1, q - 1 */
};

struct found {
  struct sj_chain chain;
  struct sj_eliminated eliminated;
  struct sj_spectrum spectrum;
  struct sj_regimes regimes;
  struct sj_scaled to_low[MOST], to_high[MOST];
};

static void judge(const struct line *line, struct found *found) {
  const size_t count = line->top + 1;
  struct sj_order order;
  double level[MOST];
  assert_int_equal(sj_chain_start(&found->chain, count, 2 * count), SJ_OK);
  for (size_t q = 0; q < count; q++) {
    level[q] = (double)q;
    if (q < line->top) assert_int_equal(sj_chain_add(&found->chain, q + 1, line->up[q]), SJ_OK);
    if (q > 0) assert_int_equal(sj_chain_add(&found->chain, q - 1, line->down[q]), SJ_OK);
    sj_chain_end_row(&found->chain);
  }
  assert_int_equal(sj_eliminated_order(&found->chain, true, 0, &order), SJ_OK);
  assert_int_equal(sj_eliminated_create(&found->chain, order, NULL, &found->eliminated), SJ_OK);
  assert_int_equal(sj_eliminated_spectrum(&found->eliminated, 10, &found->spectrum), SJ_OK);
  const double low = floor(0.1 * (double)count + 1e-9), high = floor(0.9 * (double)count + 1e-9);
  assert_int_equal(sj_regimes_start(&found->eliminated, level, low, high, &found->regimes), SJ_OK);
  if (!found->regimes.known) return;
  assert_int_equal(sj_passage(&found->eliminated, found->regimes.low.in, found->to_low, NULL), SJ_OK);
  assert_int_equal(sj_passage(&found->eliminated, found->regimes.high.in, found->to_high, NULL), SJ_OK);
  assert_int_equal(
      sj_regimes_find(&found->eliminated, &found->spectrum, 10, found->to_low, found->to_high, &found->regimes), SJ_OK);
}

static void clear(struct found *found) {
  sj_regimes_clear(&found->regimes);
  sj_spectrum_clear(&found->spectrum);
  sj_eliminated_clear(&found->eliminated);
  sj_chain_clear(&found->chain);
}

/* Drift towards the ends: up beyond `crest`, down before it. */
static struct line two_wells(size_t top, size_t crest, double low_drift, double high_drift) {
  struct line line = {.top = top};
  for (size_t q = 0; q <= top; q++) {
    line.up[q] = q < crest ? 10 : 10 * high_drift;
    line.down[q] = q < crest ? 10 * low_drift : 10;
  }
  return line;
}

static struct line queue(size_t top, double rho) {
  struct line line = {.top = top};
  for (size_t q = 0; q <= top; q++) {
    line.up[q] = 10 * rho;
    line.down[q] = 10;
  }
  return line;
}

static enum sj_stability stability_of(const struct line *line) {
  struct found found = {0};
  judge(line, &found);
  const enum sj_stability stability = found.regimes.stability;
  clear(&found);
  return stability;
}

static void two_wells_are_metastable(void **state) {
  (void)state;
  const struct line even = two_wells(99, 50, 1.5, 1.5), uneven = two_wells(99, 30, 1.5, 1.2);
  assert_int_equal(stability_of(&even), SJ_METASTABLE);
  assert_int_equal(stability_of(&uneven), SJ_METASTABLE);
}

/* A queue drains for long, but nothing holds it: however long it is, at any load. */
static void a_long_queue_is_no_trap(void **state) {
  (void)state;
  static const double loads[] = {0.1, 0.5, 0.8, 0.9, 0.95, 0.98, 1};
  for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
    const struct line line = queue(99, loads[i]), longer = queue(199, loads[i]);
    assert_int_equal(stability_of(&line), SJ_STABLE);
    assert_int_equal(stability_of(&longer), SJ_STABLE);
  }
}

static void more_comes_than_can_be_served(void **state) {
  (void)state;
  static const double loads[] = {1.2, 1.5, 3};
  for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
    const struct line line = queue(99, loads[i]);
    assert_int_equal(stability_of(&line), SJ_OVERLOADED);
  }
}

/* Two states, one of each regime: nothing to be set apart from. */
static void one_place(void **state) {
  (void)state;
  const struct line half = queue(1, 0.5), twice = queue(1, 2);
  assert_int_equal(stability_of(&half), SJ_STABLE);
  assert_int_equal(stability_of(&twice), SJ_OVERLOADED);
}

/* The numbers it rests on, in closed form: the relaxation time inside a regime of n states is that of M/M/1/(n - 1),
 * and the exit time the mean of sums of ratios. */
static void numbers_of_a_queue(void **state) {
  (void)state;
  const double rho = 0.8, l = 8, m = 10;
  const struct line line = queue(99, rho);
  struct found found = {0};
  judge(&line, &found);
  const double low_gap = l + m - 2 * sqrt(l * m) * cos(acos(-1) / 11),
               high_gap = l + m - 2 * sqrt(l * m) * cos(acos(-1) / 10);
  assert_true(fabs(found.regimes.low.relaxation_time * low_gap - 1) < 1e-9);
  assert_true(fabs(found.regimes.high.relaxation_time * high_gap - 1) < 1e-9);
  double h = 0, exit = 0, weights = 0, share = 0;
  for (int q = 11; q <= 99; q++) { /* h becomes the time from q to 10 */
    for (int j = q; j <= 99; j++) h += pow(rho, j - q) / m;
    if (q < 90) continue;
    exit += pow(rho, q) * h;
    weights += pow(rho, q);
  }
  for (int q = 0; q <= 99; q++) share += pow(rho, q);
  assert_true(fabs(sj_scaled_double(found.regimes.high.exit) / (exit / weights) - 1) < 1e-9);
  assert_true(fabs(sj_scaled_double(found.regimes.high.share) / (weights / share) - 1) < 1e-9);
  clear(&found);
}

/* A regime that falls apart once its ways out are cut never settles, so it does not hold. */
static void a_regime_that_falls_apart(void **state) {
  (void)state;
  struct found found = {0};
  struct sj_order order;
  /* 0 - 2 - 1: states 0 and 1 are at level 0, joined only through state 2. */
  assert_int_equal(sj_chain_start(&found.chain, 3, 4), SJ_OK);
  sj_chain_add(&found.chain, 2, 1);
  sj_chain_end_row(&found.chain);
  sj_chain_add(&found.chain, 2, 1);
  sj_chain_end_row(&found.chain);
  sj_chain_add(&found.chain, 0, 1);
  sj_chain_add(&found.chain, 1, 1);
  sj_chain_end_row(&found.chain);
  const double level[] = {0, 0, 1};
  assert_int_equal(sj_eliminated_order(&found.chain, true, 0, &order), SJ_OK);
  assert_int_equal(sj_eliminated_create(&found.chain, order, NULL, &found.eliminated), SJ_OK);
  assert_int_equal(sj_eliminated_spectrum(&found.eliminated, 3, &found.spectrum), SJ_OK);
  assert_int_equal(sj_regimes_start(&found.eliminated, level, 0, 1, &found.regimes), SJ_OK);
  assert_true(found.regimes.known);
  assert_int_equal(sj_passage(&found.eliminated, found.regimes.low.in, found.to_low, NULL), SJ_OK);
  assert_int_equal(sj_passage(&found.eliminated, found.regimes.high.in, found.to_high, NULL), SJ_OK);
  assert_int_equal(sj_regimes_find(&found.eliminated, &found.spectrum, 10, found.to_low, found.to_high, &found.regimes),
                   SJ_OK);
  assert_true(isinf(found.regimes.low.relaxation_time) && !found.regimes.low.holds);
  assert_true(found.regimes.high.relaxation_time == 0 && found.regimes.high.holds);
  clear(&found);
}

/* Without eigenvalues both regimes of two wells hold, but nobody knows whether they are set apart; where one does not
 * hold it does not matter. */
static void no_verdict_without_a_spectrum(void **state) {
  (void)state;
  const struct line lines[] = {two_wells(99, 50, 1.5, 1.5), queue(99, 0.5), queue(10, 0.1)};
  for (size_t i = 0; i < 3; i++) {
    struct found found = {0};
    judge(&lines[i], &found);
    assert_true(found.regimes.judged);
    const struct sj_spectrum none = {0};
    assert_int_equal(sj_regimes_find(&found.eliminated, &none, 10, found.to_low, found.to_high, &found.regimes), SJ_OK);
    assert_true(found.regimes.judged == !(found.regimes.low.holds && found.regimes.high.holds));
    assert_true(found.regimes.judged == (i == 2));
    clear(&found);
  }
}

/* Passages to any set, by whichever factors: to the middle of a line from both ends. */
static void passages_to_the_middle(void **state) {
  (void)state;
  const struct line line = queue(20, 0.5);
  struct found found = {0};
  judge(&line, &found);
  bool target[MOST] = {false};
  target[10] = true;
  struct sj_scaled mean[MOST], std[MOST];
  assert_int_equal(sj_passage(&found.eliminated, target, mean, std), SJ_OK);
  double from_top = 0, from_bottom = 0;
  for (int q = 11; q <= 20; q++)
    for (int j = q; j <= 20; j++) from_top += pow(0.5, j - q) / 10;
  for (int q = 0; q < 10; q++)
    for (int j = 0; j <= q; j++) from_bottom += pow(0.5, j - q) / 5;
  assert_true(fabs(sj_scaled_double(mean[20]) / from_top - 1) < 1e-12);
  assert_true(fabs(sj_scaled_double(mean[0]) / from_bottom - 1) < 1e-12);
  assert_true(mean[10].fraction == 0 && std[10].fraction == 0);
  bool none[MOST] = {false};
  assert_int_equal(sj_passage(&found.eliminated, none, mean, std), SJ_INVALID);
  clear(&found);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_wells_are_metastable),
      cmocka_unit_test(a_long_queue_is_no_trap),
      cmocka_unit_test(more_comes_than_can_be_served),
      cmocka_unit_test(one_place),
      cmocka_unit_test(numbers_of_a_queue),
      cmocka_unit_test(a_regime_that_falls_apart),
      cmocka_unit_test(no_verdict_without_a_spectrum),
      cmocka_unit_test(passages_to_the_middle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
