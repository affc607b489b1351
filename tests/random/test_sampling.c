#include "laws.h"

static uint64_t key_of(const char *law, double parameter) {
  char name[64];
  snprintf(name, sizeof name, "%s %g", law, parameter);
  return sj_stream_key(2024, 0, name, "sampling");
}

/* --- Goodness of fit against the cdf, which test_distribution holds against SciPy --- */

static void continuous_laws_pass_kolmogorovs_test(void **state) {
  (void)state;
  enum { DRAWS = 100000 };
  double *const x = malloc(DRAWS * sizeof *x);
  bool fine = true;
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    if (!strcmp(laws[i].law, "uniform_int") || !strcmp(laws[i].law, "normal") || !strcmp(laws[i].law, "phase_type"))
      continue; /* atoms: below */
    struct sj_distribution *const d = make_law(laws[i].law, laws[i].parameters);
    struct sj_stream s;
    sj_stream_seed(&s, key_of(laws[i].law, laws[i].parameters[0]), 0);
    for (int k = 0; k < DRAWS; k++) x[k] = sj_draw(d, &s, NAN);
    qsort(x, DRAWS, sizeof *x, compare_doubles);
    fine &= plausible(laws[i].law, kolmogorov_p(DRAWS, x, d));
    sj_distribution_destroy(d);
  }
  free(x);
  assert_true(fine);
}

/* Bins that end at quantiles, closer together in both tails. An atom of the law is one draw that no quantile separates,
 * so that each bin's probability is the difference of the cdf at its ends. */
static double binned_p(const struct sj_distribution *d, uint64_t key, int draws, int middle) {
  enum { TAIL = 4, MOST = 100 };
  const int bins = middle + 2 * TAIL;
  double edges[MOST], mass[MOST];
  uint64_t counts[MOST] = {0};
  assert_true(bins <= MOST);
  for (int i = 0; i < bins - 1; i++) {
    double p = (double)(i - TAIL + 1) / middle;
    if (i < TAIL) p = 1.0 / middle * pow(0.4, TAIL - i);
    if (i >= TAIL + middle - 1) p = 1 - 1.0 / middle * pow(0.4, i - TAIL - middle + 2);
    edges[i] = sj_distribution_quantile(d, p);
  }
  edges[bins - 1] = INFINITY;
  double before = 0;
  for (int i = 0; i < bins; i++) {
    const double now = i == bins - 1 ? 1 : sj_distribution_cdf(d, edges[i]);
    mass[i] = now - before;
    before = now;
  }
  struct sj_stream s;
  sj_stream_seed(&s, key, 0);
  for (int k = 0; k < draws; k++) {
    const double x = sj_distribution_draw(d, &s, NAN);
    size_t low = 0, high = (size_t)bins - 1;
    while (low < high) {
      const size_t half = (low + high) / 2;
      if (x <= edges[half])
        high = half;
      else
        low = half + 1;
    }
    counts[low]++;
  }
  return chi_square_p((size_t)bins, counts, mass, draws);
}

static void every_law_passes_pearsons_test(void **state) {
  (void)state;
  bool fine = true;
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    struct sj_distribution *const d = make_law(laws[i].law, laws[i].parameters);
    fine &= plausible(laws[i].law, binned_p(d, key_of(laws[i].law, laws[i].parameters[0]) + 1, 300000, 60));
    sj_distribution_destroy(d);
  }
  assert_true(fine);
}

static void arithmetic_passes_pearsons_test(void **state) {
  (void)state;
  bool fine = true;
  for (size_t i = 0; i < sizeof arithmetic_cdf / sizeof *arithmetic_cdf; i++) {
    if (i && !strcmp(arithmetic_cdf[i].law, arithmetic_cdf[i - 1].law)) continue;
    struct sj_distribution *const d = make_arithmetic(arithmetic_cdf[i].law);
    fine &= plausible(arithmetic_cdf[i].law, binned_p(d, key_of(arithmetic_cdf[i].law, 0), 100000, 24));
    sj_distribution_destroy(d);
  }
  assert_true(fine);
}

static void mixtures_and_recordings_pass_pearsons_test(void **state) {
  (void)state;
  const double values[] = {1, 2, 2, 3.5, 10};
  struct sj_distribution *d = sj_distribution_empirical(5, values, NULL);
  assert_true(plausible("empirical", binned_p(d, 21, 200000, 30)));
  struct sj_distribution *parts[] = {d, exponential(2), constant(4)};
  d = sj_distribution_mixture(3, (double[]){2, 5, 1}, parts, NULL);
  assert_true(plausible("mixture", binned_p(d, 22, 200000, 30)));
  sj_distribution_destroy(d);
  d = sj_distribution_phase_type(2, (double[]){0.5, 0.2}, (double[]){-3, 1, 0.5, -1}, NULL);
  assert_true(plausible("phase type with an atom", binned_p(d, 23, 200000, 30)));
  sj_distribution_destroy(d);
}

/* Trees for which no table of figures exists: their cdf takes the less usual ways through the integrals. */
static void deep_trees_pass_pearsons_test(void **state) {
  (void)state;
  enum { VALUES = 3000 };
  double values[VALUES];
  for (int i = 0; i < VALUES; i++) values[i] = sqrt(i);
  const struct {
    const char *name;
    struct sj_distribution *d;
  } trees[] = {
      {"floor of pareto + exponential", sum(rounded_to(SJ_FLOOR, pareto(0.8)), exponential(1))},
      {"wide uniform_int + gamma", sum(sj_distribution_uniform_int(0, 1e7, NULL), gamma_law(2, 1e6))},
      {"max(1, floor) + exponential",
       sum(maximum(constant(1), rounded_to(SJ_FLOOR, gamma_law(2.5, 1))), exponential(0.5))},
      {"floor + floor", sum(rounded_to(SJ_FLOOR, exponential(5)), rounded_to(SJ_FLOOR, gamma_law(2.5, 1)))},
      {"recording + recording", sum(sj_distribution_empirical(VALUES, values, NULL), recording())},
      {"max(recording, exponential) + exponential", sum(maximum(recording(), exponential(9)), exponential(3))},
      {"mixture + mixture", sum(mixed(), mixed())},
      {"max(sum, sum) + max", sum(maximum(sum(exponential(1), weibull()), sum(uniform(), exponential(2))),
                                  maximum(exponential(1), weibull()))},
      {"floor of a sum, scaled", shifted(-3, 0.25, rounded_to(SJ_FLOOR, sum(exponential(7), pareto(2.5))))},
      {"difference of sums", sum(sum(exponential(1), uniform()), shifted(0, -1, sum(exponential(2), die())))},
      {"min of a phase type", minimum(phases(), sum(phases(), constant(0.5)))},
      {"sum of three heavy tails", sum(sum(pareto(0.7), pareto(1.2)), pareto(3))},
  };
  bool fine = true;
  for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
    fine &= plausible(trees[i].name, binned_p(trees[i].d, key_of(trees[i].name, 0), 100000, 8));
    sj_distribution_destroy(trees[i].d);
  }
  assert_true(fine);
}

/* Sample means: the tests above see shapes, this one sees a scale that is off by a thousandth. */
static void sample_means_are_the_means(void **state) {
  (void)state;
  enum { DRAWS = 1000000 };
  bool fine = true;
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    if (!isfinite(laws[i].variance)) continue;
    struct sj_distribution *const d = make_law(laws[i].law, laws[i].parameters);
    struct sj_stream s;
    sj_stream_seed(&s, key_of(laws[i].law, laws[i].parameters[0]) + 2, 0);
    double sum = 0;
    for (int k = 0; k < DRAWS; k++) sum += sj_draw(d, &s, NAN) - laws[i].mean;
    fine &= plausible(laws[i].law, normal_p(sum / sqrt(DRAWS * laws[i].variance)));
    sj_distribution_destroy(d);
  }
  assert_true(fine);
}

static void both_ends_of_uniform_int_are_drawn_as_often_as_the_rest(void **state) {
  (void)state;
  struct sj_distribution *const d = sj_distribution_uniform_int(-2, 7, NULL);
  struct sj_stream s;
  sj_stream_seed(&s, 24, 0);
  uint64_t counts[10] = {0};
  for (int i = 0; i < 1000000; i++) {
    const double x = sj_distribution_draw(d, &s, 0);
    assert_true(x == trunc(x) && x >= -2 && x <= 7);
    counts[(int)x + 2]++;
  }
  assert_true(plausible("uniform_int", uniform_p(10, counts, 1e6)));
  sj_distribution_destroy(d);
}

static void whole_numbers_of_54_bits_are_drawn_exactly(void **state) {
  (void)state;
  struct sj_distribution *const d = sj_distribution_uniform_int(-0x1p53, 0x1p53, NULL);
  struct sj_stream s;
  sj_stream_seed(&s, 25, 0);
  int odd = 0;
  for (int i = 0; i < 100000; i++) {
    const double x = sj_distribution_draw(d, &s, 0);
    assert_true(x == trunc(x) && fabs(x) <= 0x1p53);
    odd += fmod(fabs(x), 2) == 1;
  }
  assert_true(plausible("odd numbers", normal_p((2.0 * odd - 100000) / sqrt(100000))));
  sj_distribution_destroy(d);
}

static void recorded_values_pass_through_arithmetic(void **state) {
  (void)state;
  struct sj_stream s;
  sj_stream_seed(&s, 26, 0);
  struct sj_distribution *d = sj_distribution_recorded(NULL);
  assert_true(sj_distribution_draw(d, &s, 1.25) == 1.25 && sj_draw(d, &s, 1.25) == 1.25);
  d = shifted(3, 2, d);
  assert_true(sj_draw(d, &s, 1.25) == 5.5);
  d = rounded_to(SJ_FLOOR, maximum(d, constant(5.75)));
  assert_true(sj_draw(d, &s, 1.25) == 5 && sj_draw(d, &s, 10) == 23);
  sj_distribution_destroy(d);
  d = sum(sj_distribution_recorded(NULL), exponential(1));
  assert_true(sj_draw(d, &s, 1000) >= 1000);
  sj_distribution_destroy(d);
}

/* The short cuts in the headers and the general path are the same draw. */
static void inlined_draw_equals_the_general_one(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    struct sj_distribution *const d = make_law(laws[i].law, laws[i].parameters);
    struct sj_stream a, b;
    sj_stream_seed(&a, 27, i);
    b = a;
    assert_true(sj_draw_at(d, 27, i, 0) == sj_draw(d, &b, 0));
    b = a;
    for (int k = 0; k < 1000; k++) assert_true(sj_draw(d, &a, 0) == sj_distribution_draw(d, &b, 0));
    assert_memory_equal(&a, &b, sizeof a);
    sj_distribution_destroy(d);
  }
}

static void summands_are_independent(void **state) {
  (void)state;
  /* Var (X + Y) = Var X + Var Y; a law drawn once and doubled would have twice that. */
  struct sj_distribution *const d = sum(exponential(1), exponential(1));
  struct sj_stream s;
  sj_stream_seed(&s, 28, 0);
  enum { DRAWS = 1000000 };
  double squares = 0;
  for (int i = 0; i < DRAWS; i++) {
    const double x = sj_draw(d, &s, 0) - 2;
    squares += x * x;
  }
  /* The fourth central moment of a gamma law of shape 2 is 24, so that of a square's deviation is 24 - 2^2. */
  assert_true(plausible("variance", normal_p((squares / DRAWS - 2) / sqrt((24 - 4) / 1e6))));
  sj_distribution_destroy(d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(continuous_laws_pass_kolmogorovs_test),
      cmocka_unit_test(every_law_passes_pearsons_test),
      cmocka_unit_test(arithmetic_passes_pearsons_test),
      cmocka_unit_test(mixtures_and_recordings_pass_pearsons_test),
      cmocka_unit_test(deep_trees_pass_pearsons_test),
      cmocka_unit_test(sample_means_are_the_means),
      cmocka_unit_test(both_ends_of_uniform_int_are_drawn_as_often_as_the_rest),
      cmocka_unit_test(whole_numbers_of_54_bits_are_drawn_exactly),
      cmocka_unit_test(recorded_values_pass_through_arithmetic),
      cmocka_unit_test(inlined_draw_equals_the_general_one),
      cmocka_unit_test(summands_are_independent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
