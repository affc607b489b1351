#include "check.h"
#include "random/ziggurat.h"

/* The first ten numbers after the state {1, 2, 3, 4}, which the reference implementation of Blackman and Vigna
 * (prng.di.unimi.it/xoshiro256plusplus.c) gives; also in the tests of Rust's rand_xoshiro. */
static void generator_is_xoshiro256_plus_plus(void **state) {
  (void)state;
  static const uint64_t published[] = {UINT64_C(41943041),
                                       UINT64_C(58720359),
                                       UINT64_C(3588806011781223),
                                       UINT64_C(3591011842654386),
                                       UINT64_C(9228616714210784205),
                                       UINT64_C(9973669472204895162),
                                       UINT64_C(14011001112246962877),
                                       UINT64_C(12406186145184390807),
                                       UINT64_C(15849039046786891736),
                                       UINT64_C(10450023813501588000)};
  struct sj_stream s = {{1, 2, 3, 4}};
  for (size_t i = 0; i < sizeof published / sizeof *published; i++) assert_true(sj_stream_next(&s) == published[i]);
}

/* SplitMix64 from the seeds 1234567 and 1477776061723855037, as other implementations (Rosetta Code; rand_xoshiro)
 * publish. */
static void finalizer_is_that_of_splitmix64(void **state) {
  (void)state;
  static const struct {
    uint64_t seed, published[5];
  } cases[] = {{UINT64_C(1234567),
                {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973), UINT64_C(9817491932198370423),
                 UINT64_C(4593380528125082431), UINT64_C(16408922859458223821)}},
               {UINT64_C(1477776061723855037),
                {UINT64_C(1985237415132408290), UINT64_C(2979275885539914483), UINT64_C(13511426838097143398),
                 UINT64_C(8488337342461049707), UINT64_C(15141737807933549159)}}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    for (uint64_t i = 0; i < 5; i++)
      assert_true(sj_mix(cases[k].seed + (i + 1) * UINT64_C(0x9e3779b97f4a7c15)) == cases[k].published[i]);
}

static void stream_is_a_function_of_key_and_number(void **state) {
  (void)state;
  struct sj_stream a, b;
  sj_stream_seed(&a, 17, 4);
  for (int i = 0; i < 100; i++) sj_stream_next(&a);
  sj_stream_seed(&a, 17, 4);
  sj_stream_seed(&b, 17, 4);
  assert_memory_equal(&a, &b, sizeof a);
  assert_true(sj_stream_next(&a) == sj_stream_next(&b));
}

static void first_number_without_the_stream_is_the_same(void **state) {
  (void)state;
  for (uint64_t number = 0; number < 1000; number++) {
    struct sj_stream s;
    sj_stream_seed(&s, 17, number);
    struct sj_stream copy = s;
    assert_true(sj_stream_first(17, number) == sj_stream_next(&copy));
    assert_true(sj_draw_exponential_at(17, number) == sj_draw_exponential(&s));
  }
}

static int compare_words(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static void distinct_arguments_give_distinct_keys(void **state) {
  (void)state;
  static const char *const pairs[][2] = {{"ab", "c"},
                                         {"a", "bc"},
                                         {"abc", ""},
                                         {"", "abc"},
                                         {"", ""},
                                         {"a", ""},
                                         {"", "a"},
                                         {"aa", ""},
                                         {"a", "a"},
                                         {"b", "a"},
                                         {"a", "b"},
                                         {"web", "arrivals"},
                                         {"web", "service"},
                                         {"api", "service"},
                                         {"web[0]", "service"},
                                         {"web[1]", "service"},
                                         {"12345678", ""},
                                         {"", "12345678"},
                                         {"123456789", ""},
                                         {"12345678", "9"},
                                         {"1234567", "89"},
                                         {"\x01", ""},
                                         {"\x02", ""},
                                         {"\x01\x01", ""},
                                         {"a-long-name-of-a-server", "x"},
                                         {"a-long-name-of-a-serveR", "x"}};
  enum { PAIRS = sizeof pairs / sizeof *pairs, SEEDS = 4, RUNS = 40 };
  uint64_t keys[PAIRS * SEEDS * RUNS] = {0};
  size_t count = 0;
  for (size_t i = 0; i < PAIRS; i++)
    for (uint64_t seed = 0; seed < SEEDS; seed++)
      for (uint64_t run = 0; run < RUNS; run++) keys[count++] = sj_stream_key(seed, run, pairs[i][0], pairs[i][1]);
  qsort(keys, count, sizeof *keys, compare_words);
  for (size_t i = 1; i < count; i++) assert_true(keys[i] != keys[i - 1]);
  /* Keys that differ in what looks alike share no more bits than chance allows. */
  for (size_t i = 1; i < count; i++) assert_true(keys[i] - keys[i - 1] > 1000);
}

static double first_uniform(uint64_t key, uint64_t number) {
  struct sj_stream s;
  sj_stream_seed(&s, key, number);
  return sj_stream_uniform(&s);
}

static double first_exponential(uint64_t key, uint64_t number) {
  struct sj_stream s;
  sj_stream_seed(&s, key, number);
  return -expm1(-sj_draw_exponential(&s)); /* its cdf, uniform again */
}

static double second_uniform(uint64_t key, uint64_t number) {
  struct sj_stream s;
  sj_stream_seed(&s, key, number);
  sj_stream_next(&s);
  return sj_stream_uniform(&s);
}

typedef double draw_of(uint64_t key, uint64_t number);

enum { NUMBERS = 1000000, CELLS = 64 };

/* Whether u and v look uniform on the unit square: chi-square over CELLS x CELLS cells, and their correlation. */
static bool look_independent(const char *what, const double *u, const double *v, size_t n) {
  static uint64_t cells[CELLS * CELLS];
  memset(cells, 0, sizeof cells);
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    cells[(size_t)(u[i] * CELLS) * CELLS + (size_t)(v[i] * CELLS)]++;
    sum += (u[i] - 0.5) * (v[i] - 0.5);
  }
  const double z = 12 * sum / sqrt((double)n); /* of variance 1 under independence */
  bool fine = plausible(what, uniform_p(CELLS * CELLS, cells, (double)n));
  fine &= plausible(what, normal_p(z));
  return fine;
}

/* The draws of consecutive numbers: uniform, and each independent of the next few. */
static void check_sequence(const char *what, draw_of *draw, uint64_t key) {
  double *const u = malloc((NUMBERS + 100) * sizeof *u);
  for (uint64_t i = 0; i < NUMBERS + 100; i++) u[i] = draw(key, i);
  static uint64_t fine_cells[4096];
  memset(fine_cells, 0, sizeof fine_cells);
  for (int i = 0; i < NUMBERS; i++) fine_cells[(size_t)(u[i] * 4096)]++;
  bool fine = plausible(what, uniform_p(4096, fine_cells, NUMBERS));
  static const int lags[] = {1, 2, 3, 4, 8, 16, 64, 100};
  for (size_t k = 0; k < sizeof lags / sizeof *lags; k++) {
    char name[64];
    snprintf(name, sizeof name, "%s, lag %d", what, lags[k]);
    fine &= look_independent(name, u, u + lags[k], NUMBERS);
  }
  free(u);
  assert_true(fine);
}

static void first_draws_of_consecutive_numbers_look_independent(void **state) {
  (void)state;
  check_sequence("first uniform", first_uniform, sj_stream_key(1, 0, "web", "arrivals"));
  check_sequence("first uniform, key 0", first_uniform, 0);
  check_sequence("second uniform", second_uniform, sj_stream_key(1, 0, "web", "arrivals"));
}

static void first_exponentials_of_consecutive_numbers_look_independent(void **state) {
  (void)state;
  check_sequence("first exponential", first_exponential, sj_stream_key(1, 0, "web", "service"));
}

static double of_run(uint64_t key, uint64_t number) {
  (void)key;
  return first_uniform(sj_stream_key(1, number, "web", "arrivals"), 0);
}

static double of_seed(uint64_t key, uint64_t number) {
  (void)key;
  return first_uniform(sj_stream_key(number, 0, "web", "arrivals"), 0);
}

static void first_draws_of_consecutive_runs_and_seeds_look_independent(void **state) {
  (void)state;
  check_sequence("runs", of_run, 0);
  check_sequence("seeds", of_seed, 0);
}

static void streams_of_different_keys_look_independent(void **state) {
  (void)state;
  const uint64_t keys[] = {sj_stream_key(1, 0, "web", "arrivals"),
                           sj_stream_key(1, 0, "web", "service"),
                           sj_stream_key(1, 0, "web", "size"),
                           sj_stream_key(1, 1, "web", "arrivals"),
                           sj_stream_key(2, 0, "web", "arrivals"),
                           sj_stream_key(1, 0, "api", "arrivals"),
                           0,
                           1,
                           UINT64_C(0x9e3779b97f4a7c15)};
  enum { KEYS = sizeof keys / sizeof *keys, DRAWS = 200000 };
  double *const u = malloc(KEYS * DRAWS * sizeof *u);
  for (size_t k = 0; k < KEYS; k++)
    for (uint64_t i = 0; i < DRAWS; i++) u[k * DRAWS + i] = first_uniform(keys[k], i);
  bool fine = true;
  for (size_t j = 0; j < KEYS; j++) {
    for (size_t k = 0; k < j; k++) {
      char name[64];
      snprintf(name, sizeof name, "keys %zu and %zu", k, j);
      fine &= look_independent(name, u + k * DRAWS, u + j * DRAWS, DRAWS);
    }
  }
  free(u);
  assert_true(fine);
}

/* Each bit of key and number, when it is turned, turns each bit of the first output half of the time. */
static void every_bit_of_key_and_number_matters(void **state) {
  (void)state;
  enum { TRIALS = 4000 };
  static uint32_t turned[128][64];
  for (uint64_t trial = 0; trial < TRIALS; trial++) {
    const uint64_t key = sj_mix(trial + 1), number = trial;
    struct sj_stream s;
    sj_stream_seed(&s, key, number);
    const uint64_t output = sj_stream_next(&s);
    for (int bit = 0; bit < 128; bit++) {
      const uint64_t mask = UINT64_C(1) << bit % 64;
      sj_stream_seed(&s, bit < 64 ? key ^ mask : key, bit < 64 ? number : number ^ mask);
      const uint64_t difference = sj_stream_next(&s) ^ output;
      for (int k = 0; k < 64; k++) turned[bit][k] += (uint32_t)(difference >> k & 1);
    }
  }
  double worst = 0;
  for (int bit = 0; bit < 128; bit++)
    for (int k = 0; k < 64; k++) worst = fmax(worst, fabs(2.0 * turned[bit][k] - TRIALS) / sqrt(TRIALS));
  /* The largest of 8192 standard normal deviations. */
  print_message("largest deviation: %.2f standard deviations\n", worst);
  assert_true(plausible("avalanche", -expm1(8192 * log1p(-normal_p(worst)))));
}

static void uniforms_stay_inside_their_intervals(void **state) {
  (void)state;
  /* States whose next output is all zeros or all ones. */
  struct sj_stream low = {{0, 1, 0, 0}}, high = {{0, 1, 0, UINT64_MAX}};
  struct sj_stream copy = low;
  assert_true(sj_stream_next(&copy) == 0);
  copy = low;
  assert_true(sj_stream_uniform(&copy) == 0);
  copy = low;
  assert_true(sj_stream_uniform_open(&copy) == 0x1p-53);
  copy = high;
  assert_true(sj_stream_next(&copy) == UINT64_MAX);
  copy = high;
  assert_true(sj_stream_uniform(&copy) == 1 - 0x1p-53);
  copy = high;
  assert_true(sj_stream_uniform_open(&copy) == 1 - 0x1p-53);
}

static void whole_numbers_below_n_are_equally_likely(void **state) {
  (void)state;
  struct sj_stream s;
  sj_stream_seed(&s, 5, 0);
  for (int i = 0; i < 100; i++) assert_true(sj_stream_below(&s, 1) == 0);
  static const uint64_t sizes[] = {2, 3, 7, 10, 1000};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    uint64_t counts[1000] = {0};
    for (int i = 0; i < 1000000; i++) {
      const uint64_t x = sj_stream_below(&s, sizes[k]);
      assert_true(x < sizes[k]);
      counts[x]++;
    }
    assert_true(plausible("below n", uniform_p(sizes[k], counts, 1e6)));
  }
  /* For n = 3 * 2^62 multiplication alone would make every third number twice as likely as the others. */
  const uint64_t n = UINT64_C(3) << 62;
  uint64_t thirds[3] = {0};
  for (int i = 0; i < 300000; i++) thirds[sj_stream_below(&s, n) % 3]++;
  assert_true(plausible("below 3 * 2^62", uniform_p(3, thirds, 3e5)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(generator_is_xoshiro256_plus_plus),
      cmocka_unit_test(finalizer_is_that_of_splitmix64),
      cmocka_unit_test(stream_is_a_function_of_key_and_number),
      cmocka_unit_test(first_number_without_the_stream_is_the_same),
      cmocka_unit_test(distinct_arguments_give_distinct_keys),
      cmocka_unit_test(first_draws_of_consecutive_numbers_look_independent),
      cmocka_unit_test(first_exponentials_of_consecutive_numbers_look_independent),
      cmocka_unit_test(first_draws_of_consecutive_runs_and_seeds_look_independent),
      cmocka_unit_test(streams_of_different_keys_look_independent),
      cmocka_unit_test(every_bit_of_key_and_number_matters),
      cmocka_unit_test(uniforms_stay_inside_their_intervals),
      cmocka_unit_test(whole_numbers_below_n_are_equally_likely),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
