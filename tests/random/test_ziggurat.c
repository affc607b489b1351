#include "check.h"
#include "random/ziggurat.h"

/* The layers as Marsaglia and Tsang's paper defines them, from their published r. The right edges are x[1] = r > x[2] >
 * ...; x[0] is the width of the base layer with the tail's area. */
struct layers {
  double r, v;
  double (*f)(double x), (*inverse)(double y);
  double x[257];
};

static double f_exponential(double x) { return exp(-x); }
static double f_exponential_inverse(double y) { return -log(y); }
static double f_normal(double x) { return exp(-0.5 * x * x); }
static double f_normal_inverse(double y) { return sqrt(-2 * log(y)); }

static struct layers layers_of(bool normal) {
  struct layers l = {.r = normal ? 3.6541528853610088 : 7.69711747013104972,
                     .v = normal ? 0.00492867323399 : 0.0039496598225815571993,
                     .f = normal ? f_normal : f_exponential,
                     .inverse = normal ? f_normal_inverse : f_exponential_inverse};
  l.x[0] = l.v / l.f(l.r);
  l.x[1] = l.r;
  for (int i = 2; i < 256; i++) l.x[i] = l.inverse(l.f(l.x[i - 1]) + l.v / l.x[i - 1]);
  return l;
}

static void check_table(const struct sj_ziggurat_layer *table, const struct layers *l, double abscissas) {
  for (int i = 0; i < 256; i++) {
    /* The published v of the normal has twelve digits, and errors grow towards the top. */
    const double scale = l->x[i] / abscissas, limit = (i ? l->x[i + 1] : l->r) / l->x[i];
    assert_true(near("scale", table[i].scale, scale, 1e-8, 0));
    assert_true(near("limit", (double)table[i].limit / abscissas, limit, i == 255 ? 0 : 1e-8, 0));
  }
}

static void tables_follow_the_published_construction(void **state) {
  (void)state;
  const struct layers exponential = layers_of(false), normal = layers_of(true);
  check_table(sj_ziggurat_exponential_layers, &exponential, 0x1p56);
  check_table(sj_ziggurat_normal_layers, &normal, 0x1p55);
}

enum { DRAWS = 5000000, BINS = 262 };

/* Counts |draws| between the edges of the layers, which is where a wrong table or wedge would show, and in six parts of
 * the tail beyond r. `upper_tail` is P(|X| > x). */
static double layer_p(double (*draw)(struct sj_stream *), const struct layers *l, double (*upper_tail)(double),
                      uint64_t seed) {
  double edges[BINS + 1] = {0};
  for (int i = 1; i < 256; i++) edges[i] = l->x[256 - i];
  for (int i = 0; i < 6; i++) edges[256 + i] = l->r * (1 + 0.06 * (i + 1));
  edges[BINS] = INFINITY;
  static uint64_t counts[BINS];
  static double probabilities[BINS];
  memset(counts, 0, sizeof counts);
  struct sj_stream s;
  sj_stream_seed(&s, seed, 0);
  for (int i = 0; i < DRAWS; i++) {
    const double x = fabs(draw(&s));
    size_t low = 0, high = BINS;
    while (high - low > 1) {
      const size_t middle = (low + high) / 2;
      if (x < edges[middle])
        high = middle;
      else
        low = middle;
    }
    counts[low]++;
  }
  for (int i = 0; i < BINS; i++) probabilities[i] = upper_tail(edges[i]) - upper_tail(edges[i + 1]);
  return chi_square_p(BINS, counts, probabilities, DRAWS);
}

static double exponential_tail(double x) { return exp(-x); }
static double normal_two_tails(double x) { return erfc(x / sqrt(2)); }

static void exponential_draws_fall_into_layers_and_tail_as_they_should(void **state) {
  (void)state;
  const struct layers l = layers_of(false);
  assert_true(plausible("exponential", layer_p(sj_draw_exponential, &l, exponential_tail, 11)));
}

static void normal_draws_fall_into_layers_and_tail_as_they_should(void **state) {
  (void)state;
  const struct layers l = layers_of(true);
  assert_true(plausible("normal", layer_p(sj_draw_normal, &l, normal_two_tails, 12)));
}

/* The tail beyond r by itself, many times as many draws as plain sampling would give: the slow path is started with
 * bits that choose the base layer and the largest abscissa. */
static void tails_have_their_shape(void **state) {
  (void)state;
  enum { TAIL_DRAWS = 1000000, CELLS = 1000 };
  static uint64_t exponential[CELLS], normal[CELLS];
  struct sj_stream s;
  sj_stream_seed(&s, 13, 0);
  const double start = layers_of(false).r, r = layers_of(true).r, below = sj_normal_cdf(-r);
  int negative = 0;
  for (int i = 0; i < TAIL_DRAWS; i++) {
    const double x = sj_ziggurat_exponential_slow(&s, UINT64_MAX << 8) - start;
    assert_true(x >= 0);
    exponential[(size_t)(exp(-x) * (CELLS - 1e-9))]++;
    const uint64_t sign = (uint64_t)(i % 2) << 8;
    const double y = sj_ziggurat_normal_slow(&s, UINT64_MAX << 9 | sign);
    negative += y < 0;
    assert_true(fabs(y) >= r && (y < 0) == (i % 2 == 1));
    normal[(size_t)(sj_normal_cdf(-fabs(y)) / below * (CELLS - 1e-9))]++;
  }
  assert_true(plausible("exponential tail", uniform_p(CELLS, exponential, TAIL_DRAWS)));
  assert_true(plausible("normal tail", uniform_p(CELLS, normal, TAIL_DRAWS)));
  assert_int_equal(negative, TAIL_DRAWS / 2);
}

static void normal_draws_take_either_sign_whatever_their_size(void **state) {
  (void)state;
  enum { CELLS = 64 };
  uint64_t negative[CELLS] = {0}, all[CELLS] = {0};
  struct sj_stream s;
  sj_stream_seed(&s, 14, 0);
  for (int i = 0; i < 10000000; i++) {
    const double x = sj_draw_normal(&s);
    const size_t cell = (size_t)fmin(fabs(x) * 16, CELLS - 1);
    all[cell]++;
    negative[cell] += x < 0;
  }
  double statistic = 0;
  for (int i = 0; i < CELLS; i++) {
    const double z = (2.0 * (double)negative[i] - (double)all[i]) / sqrt((double)all[i]);
    statistic += z * z;
  }
  assert_true(plausible("signs", sj_gamma_q(CELLS / 2.0, statistic / 2)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tables_follow_the_published_construction),
      cmocka_unit_test(exponential_draws_fall_into_layers_and_tail_as_they_should),
      cmocka_unit_test(normal_draws_fall_into_layers_and_tail_as_they_should),
      cmocka_unit_test(tails_have_their_shape),
      cmocka_unit_test(normal_draws_take_either_sign_whatever_their_size),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
