/* Laws, their arithmetic, per_member, units; expected moments are the textbook formulas. */
#include "loading.h"

#include "base/base.h"

/* The law of a server whose service is `expression`, with the model that owns it. */
static struct sj_model *load_law(const char *expression, const struct sj_law **law) {
  char *const text = sj_format("server 'api' { service = %s, count = 3 }\n%s", expression, WEB);
  struct sj_model *const model = load(text);
  free(text);
  *law = &model->servers[0].apis[0].work;
  return model;
}

static void moments(void **state) {
  (void)state;
  const double e = exp(1), pi = acos(-1);
  const struct {
    const char *expression;
    double mean, variance;
  } laws[] = {
      {"0.25", 0.25, 0},
      {"constant(0.25)", 0.25, 0},
      {"constant { value = 0.25 }", 0.25, 0},
      {"exponential { rate = 4 }", 0.25, 1.0 / 16},
      {"exponential { mean = 4 }", 4, 16},
      {"erlang { k = 3, rate = 6 }", 0.5, 3.0 / 36},
      {"erlang { k = 3, mean = 6 }", 6, 12},
      {"gamma { shape = 2, scale = 3 }", 6, 18},
      {"uniform { min = 1, max = 4 }", 2.5, 0.75},
      {"uniform_int { min = 1, max = 4 }", 2.5, 15.0 / 12},
      {"lognormal { mu = 0, sigma = 1 }", sqrt(e), (e - 1) * e},
      {"lognormal { mean = 5, cv = 2 }", 5, 100},
      {"lognormal { p50 = 80, p99 = 600 }", 116.4091358698,
       15141.40629689}, /* computed by Python's statistics.NormalDist */
      {"weibull { shape = 2, scale = 2 }", sqrt(pi), 4 - pi},
      {"pareto { shape = 3, scale = 2 }", 3, 3},
      {"hyperexponential { {0.25, 1}, {0.75, 3} }", 0.5, 2 * (0.25 + 0.75 / 9) - 0.25},
      {"mixture { {1, 2}, {3, exponential { mean = 4 } } }", 3.5, 0.25 * 4 + 0.75 * 32 - 12.25},
      {"phase_type { alpha = {1, 0}, T = { {-2, 2}, {0, -4} } }", 0.75, 0.25 + 1.0 / 16},
      {"empirical { values = {1, 2, 3, 6} }", 3, 3.5},
      {"0.5 + exponential { mean = 1 }", 1.5, 1},
      {"exponential { mean = 1 } + 0.5", 1.5, 1},
      {"2 * exponential { mean = 1 }", 2, 4},
      {"exponential { mean = 1 } * 2", 2, 4},
      {"exponential { mean = 1 } / 2", 0.5, 0.25},
      {"3 - uniform { min = 0, max = 2 }", 2, 1.0 / 3},
      {"-uniform { min = -2, max = 0 }", 1, 1.0 / 3},
      {"exponential { mean = 1 } + exponential { mean = 1 }", 2, 2},
      {"3 + uniform { min = 0, max = 1 } - uniform { min = 0, max = 1 }", 3, 1.0 / 6},
      {"min(exponential { rate = 1 }, exponential { rate = 3 })", 0.25, 1.0 / 16},
      {"max(exponential { rate = 1 }, exponential { rate = 1 })", 1.5, 1.25},
      {"max(1, 2, 3)", 3, 0},
      {"min(3, 2.5, 7)", 2.5, 0},
      {"max(exponential { rate = 1 }, 0, exponential { rate = 1 })", 1.5, 1.25},
      {"round(uniform { min = 0.5, max = 2.5 })", 1.5, 0.25},
      {"floor(uniform { min = 0, max = 3 })", 1, 2.0 / 3},
      {"ceil(uniform { min = 0, max = 3 })", 2, 2.0 / 3},
      {"round(2.5) + floor(-2.5) + ceil(0.2)", 1, 0},
  };
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    const struct sj_law *law;
    struct sj_model *const model = load_law(laws[i].expression, &law);
    print_message("# %s\n", laws[i].expression);
    assert_non_null(law->fixed);
    assert_near(sj_distribution_mean(law->fixed), laws[i].mean, 1e-8);
    if (laws[i].variance == 0)
      assert_true(sj_distribution_variance(law->fixed) == 0);
    else
      assert_near(sj_distribution_variance(law->fixed), laws[i].variance, 1e-7);
    sj_model_destroy(model);
  }
}

/* Normal draws below 0 become 0: the mean of the rectified standard normal is 1 / sqrt(2 pi). */
static void normal_is_cut_at_zero(void **state) {
  (void)state;
  const struct sj_law *law;
  struct sj_model *const model = load_law("normal { mean = 0, std = 1 }", &law);
  assert_near(sj_distribution_mean(law->fixed), 1 / sqrt(2 * acos(-1)), 1e-9);
  sj_model_destroy(model);
}

static void columns_of_files(void **state) {
  (void)state;
  static const char text[] = "server 'api' { service = empirical { file = 'values.csv', column = 'service' } }\n" WEB;
  const char *const directories[] = {WRONG_MODELS, NULL};
  /* The column `broken` beside it is not looked at. */
  struct sj_error error;
  struct sj_model *model;
  assert_int_equal(sj_model_load_text("t.lua", text, strlen(text), directories, NULL, NULL, &model, &error), SJ_OK);
  assert_near(sj_distribution_mean(model->servers[0].apis[0].work.fixed), 0.5, 1e-15);
  sj_model_destroy(model);
}

/* With a constant parameter the law that follows is known. */
static void per_member_arithmetic(void **state) {
  (void)state;
  static const struct {
    const char *body;
    double mean;
  } bodies[] = {
      {"x", 6},
      {"exponential { mean = x }", 6},
      {"exponential { rate = x / 3 }", 0.5},
      {"exponential { mean = -x + 10 }", 4},
      {"exponential { mean = 2 * x - 1 / (x - 5) }", 11},
      {"exponential { mean = max(x, 7, 2) }", 7},
      {"exponential { mean = min(7, x) }", 6},
      {"exponential { mean = round(x / 4) }", 2},
      {"exponential { mean = floor(x / 4) + ceil(x / 4) }", 3},
      {"x + exponential { mean = 1 }", 7},
      {"x * exponential { mean = 2 }", 12},
      {"exponential { mean = 2 } / x", 1.0 / 3},
      {"1 + gamma { shape = x - 1/1.5, scale = 1 }", 1 + 6 - 1 / 1.5},
      {"erlang { k = x, mean = 3 }", 3},
      {"mixture { {x, 1}, {2 * x, 4} }", 3},
      {"uniform { min = x, max = 2 * x }", 9},
  };
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    const struct sj_law *law;
    char *const text = sj_format("per_member(6, function(x) return %s end)", bodies[i].body);
    struct sj_model *const model = load_law(text, &law);
    struct sj_stream stream;
    sj_stream_seed(&stream, 1, 2);
    struct sj_error error;
    print_message("# %s\n", bodies[i].body);
    assert_null(law->fixed);
    struct sj_distribution *const d = sj_law_instantiate(law, &stream, &error);
    assert_non_null(d);
    assert_near(sj_distribution_mean(d), bodies[i].mean, 1e-9);
    sj_distribution_destroy(d);
    sj_model_destroy(model);
    free(text);
  }
}

/* The example of the language page: the drawn x differs from member to member, and the mean follows it. */
static void per_member_draws(void **state) {
  (void)state;
  struct sj_model *const model = load(
      "local function G(m) return floor(1 + gamma { shape = m - 1/1.5, scale = 1 }) end\n"
      "servers 'backend' { count = 40, threads = G(100), service = per_member(G(6), G) }\n"
      "client 'web' { calls = 'backend', arrivals = poisson { rate = 8 } }\n");
  const struct sj_law *const law = &model->servers[0].apis[0].work;
  assert_non_null(model->servers[0].threads.fixed);
  struct sj_stream stream, same;
  sj_stream_seed(&stream, 7, 0);
  double least = INFINITY, most = 0;
  for (int i = 0; i < 200; i++) {
    same = stream;
    /* x by the same draw from floor(1 + gamma{shape = 6 - 1/1.5}), whose law is backend's `drawn`. */
    const double x = sj_draw(law->member->drawn, &same, NAN);
    struct sj_error error;
    struct sj_distribution *const d = sj_law_instantiate(law, &stream, &error);
    assert_non_null(d);
    assert_memory_equal(&stream, &same, sizeof stream);
    assert_true(sj_distribution_min(d) == 1);
    /* floor(1 + g) has a mean within (E g, E g + 1). */
    const double mean = sj_distribution_mean(d), g = x - 1 / 1.5;
    assert_true(mean > g && mean < g + 1);
    least = fmin(least, mean);
    most = fmax(most, mean);
    sj_distribution_destroy(d);
  }
  assert_true(least < 4 && most > 8);
  sj_model_destroy(model);
}

static void per_member_may_be_impossible(void **state) {
  (void)state;
  const struct sj_law *law;
  struct sj_model *const model =
      load_law("per_member(uniform { min = -1, max = 5 }, function(x) return exponential { mean = x } end)", &law);
  struct sj_stream stream;
  sj_stream_seed(&stream, 1, 1);
  int failures = 0;
  for (int i = 0; i < 1000; i++) {
    struct sj_error error = {{0}};
    struct sj_distribution *const d = sj_law_instantiate(law, &stream, &error);
    if (!d) {
      failures++;
      assert_non_null(strstr(error.message, "`api.service`: with the drawn parameter -0."));
      assert_non_null(strstr(error.message, "exponential: mean must be positive"));
    }
    sj_distribution_destroy(d);
  }
  /* Binomial(1000, 1/6): five deviations of 11.8. */
  assert_in_range(failures, 108, 226);
  sj_model_destroy(model);
}

static void fixed_laws_are_not_instantiated(void **state) {
  (void)state;
  const struct sj_law *law;
  struct sj_model *const model = load_law("1", &law);
  struct sj_stream stream = {{1, 2, 3, 4}};
  assert_null(sj_law_instantiate(law, &stream, NULL));
  sj_model_destroy(model);
}

static void units(void **state) {
  (void)state;
  static const struct {
    const char *unit, *word;
    double value;
  } words[] = {{"s", "ms", 1e-3},        {"s", "us", 1e-6},         {"s", "s", 1},
               {"s", "minute", 60},      {"s", "hour", 3600},       {"ms", "ms", 1},
               {"ms", "s", 1000},        {"ms", "us", 1e-3},        {"us", "ms", 1000},
               {"us", "hour", 3.6e9},    {"minute", "s", 1.0 / 60}, {"hour", "minute", 1.0 / 60},
               {"hour", "hour", 1},      {"s", "KB", 1e3},          {"s", "MB", 1e6},
               {"s", "GB", 1e9},         {"s", "KiB", 1024},        {"s", "MiB", 1048576},
               {"s", "GiB", 1073741824}, {"tick", "KiB", 1024}};
  static const struct {
    const char *unit;
    double seconds;
  } lengths[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"minute", 60}, {"hour", 3600}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    char *const text = sj_format("model { time_unit = '%s' }\nserver 'api' { service = 1 * %s }\n%s", words[i].unit,
                                 words[i].word, WEB);
    struct sj_model *const model = load(text);
    assert_string_equal(model->time_unit, words[i].unit);
    assert_true(model->servers[0].apis[0].work.fixed->location == words[i].value);
    for (size_t j = 0; j < 5; j++)
      if (!strcmp(lengths[j].unit, words[i].unit)) assert_true(model->seconds == lengths[j].seconds);
    if (!strcmp("tick", words[i].unit)) assert_true(isnan(model->seconds));
    sj_model_destroy(model);
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments),
      cmocka_unit_test(normal_is_cut_at_zero),
      cmocka_unit_test(columns_of_files),
      cmocka_unit_test(per_member_arithmetic),
      cmocka_unit_test(per_member_draws),
      cmocka_unit_test(per_member_may_be_impossible),
      cmocka_unit_test(fixed_laws_are_not_instantiated),
      cmocka_unit_test(units),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
