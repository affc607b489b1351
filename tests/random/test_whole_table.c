/* The tabulated cdf of floor(offset + scale * gamma) is that of the law, and its draws are its inverse. */
#include "laws.h"

#include "random/whole_table.h"

static struct sj_distribution *whole(double offset, double scale, double shape) {
  return sj_distribution_rounded(
      SJ_FLOOR, sj_distribution_shifted(offset, scale, sj_distribution_gamma(shape, 1, NULL), NULL), NULL);
}

static void cdf_is_that_of_the_law(void **state) {
  (void)state;
  static const double parameters[][3] = {{1, 1, 1.0 / 3},  {1, 1, 5.0 / 6}, {1, 1, 4.0 / 3},   {1, 1, 16.0 / 3},
                                         {1, 1, 99.33333}, {0.25, 3, 2.5},  {-7.5, 0.125, 40}, {1000, 20, 0.05}};
  for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
    struct sj_distribution *const d = whole(parameters[i][0], parameters[i][1], parameters[i][2]);
    struct sj_whole_table *const table = sj_whole_table_create(d);
    assert_non_null(table);
    assert_true(table->first == sj_distribution_min(d));
    double mean = table->first;
    size_t k = 0;
    for (; table->cdf[k] < INFINITY; k++) {
      const double x = table->first + (double)k, expected = sj_distribution_cdf(d, x);
      if (!(fabs(table->cdf[k] - expected) < 1e-12)) fail_msg("%zu: %g: %.17g, %.17g", i, x, table->cdf[k], expected);
      mean += 1 - table->cdf[k];
    }
    assert_true(1 - table->cdf[k - 1] < 1e-12);
    assert_true(fabs(mean / sj_distribution_mean(d) - 1) < 1e-9);
    free(table);
    sj_distribution_destroy(d);
  }
}

static void draws_invert_it(void **state) {
  (void)state;
  struct sj_distribution *const d = whole(1, 1, 16.0 / 3);
  struct sj_whole_table *const table = sj_whole_table_create(d);
  struct sj_stream stream;
  sj_stream_seed(&stream, 5, 0);
  assert_true(sj_whole_table_at(table, 0) == table->first);
  for (int i = 0; i < 100000; i++) {
    const double u = sj_stream_uniform(&stream), x = sj_whole_table_at(table, u);
    const size_t k = (size_t)(x - table->first);
    assert_true(u < table->cdf[k] && (k == 0 || u >= table->cdf[k - 1]));
  }
  for (size_t k = 0; k < 10; k++) { /* at the very steps */
    assert_true(sj_whole_table_at(table, table->cdf[k]) == table->first + (double)k + 1);
    assert_true(sj_whole_table_at(table, nextafter(table->cdf[k], 0)) == table->first + (double)k);
  }
  assert_true(sj_whole_table_at(table, 1 - 0x1p-53) > 25);
  free(table);
  sj_distribution_destroy(d);
}

static void other_laws_have_none(void **state) {
  (void)state;
  struct sj_distribution *others[] = {
      sj_distribution_gamma(2, 1, NULL),
      sj_distribution_constant(3, NULL),
      sj_distribution_rounded(SJ_ROUND, sj_distribution_gamma(2, 1, NULL), NULL),
      sj_distribution_rounded(SJ_FLOOR, sj_distribution_exponential(2, NULL), NULL),
      whole(50, -1, 2),     /* falls */
      whole(0, 1000, 1000), /* of too many values */
  };
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    assert_non_null(others[i]);
    assert_null(sj_whole_table_create(others[i]));
    sj_distribution_destroy(others[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cdf_is_that_of_the_law),
      cmocka_unit_test(draws_invert_it),
      cmocka_unit_test(other_laws_have_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
