/* A model made again from its canonical form: the same form, and so the same figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/build.h"

static struct sj_model *load(const char *text) {
  static const char *const none[] = {NULL};
  struct sj_model *model;
  struct sj_error error = {{0}};
  if (sj_model_load_text("t.lua", text, strlen(text), none, NULL, NULL, &model, &error) != SJ_OK)
    fail_msg("%s", error.message);
  return model;
}

static const char *const whole[] = {
    "server \"q\" { service = exponential { rate = 1 }, capacity = 10 }\n"
    "client \"c\" { calls = \"q\", arrivals = poisson { rate = 0.5 } }\n"
    "run { duration = 300 }\nfault { at = 100, lasts = 20, scale = { [\"c.arrivals.rate\"] = 6 } }",
    "server \"52\" { apis = { insert = exponential { rate = 1/3 }, [\"a-b\"] = 0.1 }, capacity = 99, orbit = "
    "19, "
    "threads = 2, discipline = \"lifo\", refuse = \"silent\" }\n"
    "client \"c\" { calls = { {9, \"52.insert\"}, {1, \"52.a-b\"} }, timeout = 3, retries = 4, deadline = 9,\n"
    "  arrivals = mmpp { rates = {2, 60}, transitions = { {0, 0.1}, {1, 0} } },\n"
    "  backoff = exponential_backoff { base = 0.1, max = 1, jitter = \"full\" },\n"
    "  retry_budget = token_bucket { capacity = 100, rate = 30 } }\n"
    "run { duration = 10 }\nfault { at = 2, set = { [\"c.timeout\"] = 1, [\"52.threads\"] = 5 } }",
    "model { time_unit = \"ms\" }\n"
    "server \"front\" { service = erlang { k = 2, rate = 2 }, forward = { { \"mid\", timeout = 1, retries = 2 }, "
    "\"end\" },\n"
    "  admission = { token_bucket { capacity = 10, rate = 5 }, throttle { above = 0.8, admit = 0.5 } }, capacity = 8 "
    "}\n"
    "server \"mid\" { service = mixture { {0.9, 0.1}, {0.1, uniform { min = 1, max = 3 } } }, forward = { \"end\" } }\n"
    "server \"end\" { service = 1, join = true, count = 2 }\n"
    "client \"c\" { calls = { \"front\", stage_timeout = 2, stage_retries = 1 }, arrivals = poisson { rate = 0.4 } }\n"
    "client \"clerks\" { calls = \"mid\", arrivals = closed { population = 12, think = exponential { mean = 5 } } }\n"
    "client \"others\" { calls = \"mid\", arrivals = renewal { interval = weibull { shape = 2, scale = 3 } } }\n"
    "run { duration = 1000, kind = \"steady\" }",
    "server \"web\" { service = 0.1, order = \"parallel\", async = true,\n"
    "  calls = { { \"db\", timeout = 0.5, retries = 3 }, { \"log\", wait = false } } }\n"
    "server \"db\" { service = 0.2, speed = 2 } server \"log\" { service = 0.2 }\n"
    "client \"c\" { calls = \"web\", arrivals = spread { count = 100, over = 50 } } run { duration = 100 }"};

static void test_the_same_again(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
    struct sj_model *const model = load(whole[i]), *again;
    struct sj_error error = {{0}};
    char *const canonical = sj_model_canonical(model);
    if (sj_model_from_canonical("r.db", canonical, 77, &again, &error) != SJ_OK)
      fail_msg("%zu: %s\n%s", i, error.message, canonical);
    char *const second = sj_model_canonical(again);
    assert_string_equal(second, canonical);
    assert_true(again->run.duration == 77);
    free(second);
    free(canonical);
    sj_model_destroy(again);
    sj_model_destroy(model);
  }
}

static void refused(const char *canonical) {
  struct sj_model *again;
  struct sj_error error = {{0}};
  assert_int_equal(sj_model_from_canonical("r.db", canonical, 77, &again, &error), SJ_INVALID);
  assert_null(again);
  if (!strstr(error.message, "r.db: the model cannot be made again from the results: ")) fail_msg("%s", error.message);
}

/* Rather none than another. */
static void test_what_is_not_understood(void **state) {
  (void)state;
  static const char *const texts[] = {
      "server \"q\" { service = 1, count = 3 }\n"
      "client \"c\" { calls = \"q\", policy = \"round_robin\", arrivals = poisson { rate = 1 } } run { duration = 10 }",
      "server \"q\" { service = 1 }\n"
      "client \"c\" { calls = \"q\", hedge = { delay = 1 }, arrivals = poisson { rate = 1 } } run { duration = 10 }",
      "server \"q\" { service = 1 }\nclient \"c\" { calls = \"q\", arrivals = poisson { rate = 1 } }\n"
      "run { duration = 10 } fault { at = 1, crash = \"q\", lasts = 1 }"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct sj_model *const model = load(texts[i]);
    char *const canonical = sj_model_canonical(model);
    refused(canonical);
    free(canonical);
    sj_model_destroy(model);
  }
  refused("{}");
  refused("no JSON");
  refused("{\"servers\":[{\"name\":\"q\",\"apis\":[{\"name\":null,\"work\":\"1 } while true do end\"}]}]}");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_same_again),
                                     cmocka_unit_test(test_what_is_not_understood)};
  return cmocka_run_group_tests_name("models made again", tests, NULL, NULL);
}
