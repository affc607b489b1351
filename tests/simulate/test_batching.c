/* What must hold for any batcher: random configurations, in front of stores and servers that fail, stand still and
 * crash, with clients that lose patience. In debug builds the engine's own assertions look on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "model/build.h"
#include "random/stream.h"
#include "results/results.h"
#include "sojourn/model.h"
#include "sojourn/simulate.h"

#ifdef NDEBUG
enum { LEAST_MODELS = 10000 };
#else
enum { LEAST_MODELS = 200 };
#endif
enum { MODELS = 10000, EACH_THREADS = 40, DURATION = 4 };
static const double most_seconds = 12; /* under a sanitizer as many as fit, but at least some */

/* One configuration, and what is known of it. */
struct configuration {
  struct sj_text text;
  bool ordered; /* answers come in the order of arrival */
  bool prompt;  /* nothing keeps a request from being sent when it is due */
  double after, bytes, largest;
  unsigned count, in_flight, retries;
};

struct chance {
  struct sj_stream stream;
};

static unsigned below(struct chance *c, unsigned n) { return (unsigned)sj_stream_below(&c->stream, n); }
static bool one_in(struct chance *c, unsigned n) { return below(c, n) == 0; }

/* --- making a configuration ----------------------------------------------------------------------------------------
 */

static void add_target(struct chance *c, struct configuration *k) {
  static const char *const laws[] = {"0.3", "exponential { mean = 0.2 }", "0.1 + gamma { shape = 2, scale = 0.05 }",
                                     "uniform { min = 0, max = 0.5 }", "0"};
  if (one_in(c, 4)) {
    sj_text_add(&k->text, "server 's' { service = %s, threads = %u, count = %u, capacity = %u }\n", laws[below(c, 4)],
                1 + below(c, 3), 1 + below(c, 3), 2 + below(c, 6));
    k->ordered = false;
    return;
  }
  sj_text_add(&k->text, "store 's' { latency = %s, per_byte = %s", laws[below(c, 5)], one_in(c, 2) ? "0.002" : "0");
  if (one_in(c, 2)) sj_text_add(&k->text, ", failure = 0.%u, failure_slowdown = %u", 1 + below(c, 6), below(c, 3));
  sj_text_add(&k->text, " }\n");
}

static void add_batcher(struct chance *c, struct configuration *k, const char *name, const char *target) {
  struct sj_text *const t = &k->text;
  sj_text_add(t, "batcher '%s' { target = '%s', flush = {", name, target);
  k->after = k->bytes = INFINITY;
  k->count = k->in_flight = 0;
  const bool idle = one_in(c, 3);
  if (!idle || one_in(c, 2)) {
    static const double afters[] = {0, 0.01, 0.1, 0.3, 1.7};
    k->after = afters[below(c, 5)];
    sj_text_add(t, " after = %g,", k->after);
  }
  if (idle) sj_text_add(t, " when_idle = true,");
  if (one_in(c, 2)) sj_text_add(t, " bytes = %g,", k->bytes = 1 + below(c, 60));
  if (one_in(c, 3)) sj_text_add(t, " count = %u,", k->count = 1 + below(c, 6));
  sj_text_add(t, " },");
  if (!one_in(c, 4)) sj_text_add(t, " in_flight = %u,", k->in_flight = 1 + below(c, 4));
  if (k->ordered) sj_text_add(t, " ordered = true,");
  if (one_in(c, 6)) sj_text_add(t, " capacity = %u,", 1 + below(c, 20));
  k->retries = below(c, 4);
  if (k->retries) sj_text_add(t, " retries = %u,", k->retries);
  if (one_in(c, 2)) sj_text_add(t, " backoff = exponential_backoff { base = 0.%u },", below(c, 5));
  if (one_in(c, 4)) sj_text_add(t, " hedge = { delay = 0.%u },", below(c, 4));
  if (one_in(c, 6)) sj_text_add(t, " retry_budget = token_bucket { capacity = 3, rate = 1 },");
  if (one_in(c, 6)) sj_text_add(t, " network = link { rtt = 0.05, per_byte = 0.001 },");
  if (one_in(c, 8)) sj_text_add(t, " circuit_breaker = { failures = 0.5, window = 1, open_for = 0.3 },");
  /* What is lost without a word is missed after this. */
  sj_text_add(t, " timeout = %u }\n", 2 + below(c, 3));
}

static void add_clients(struct chance *c, struct configuration *k, const char *target) {
  static const char *const arrivals[] = {"poisson { rate = 12 }", "every(0.1)", "spread { count = 30, over = 2 }",
                                         "mmpp { rates = {1, 60}, transitions = { {0, 1}, {3, 0} } }",
                                         "closed { population = 5, think = 0.1 }"};
  static const char *const sizes[] = {"uniform_int { min = 0, max = 20 }", "7", "0.3", "exponential { mean = 5 }"};
  static const double largest[] = {20, 7, 0.3, INFINITY};
  const unsigned size = below(c, 4);
  struct sj_text *const t = &k->text;
  k->largest = largest[size];
  sj_text_add(t, "client 'c' { calls = '%s', arrivals = %s, size = %s", target, arrivals[below(c, 5)], sizes[size]);
  if (one_in(c, 3)) sj_text_add(t, ", timeout = 0.%u, cancel = %s", 1 + below(c, 9), one_in(c, 2) ? "true" : "false");
  if (one_in(c, 4)) sj_text_add(t, ", retries = %u", 1 + below(c, 2));
  if (one_in(c, 6)) sj_text_add(t, ", hedge = { delay = 0.2 }");
  if (one_in(c, 8)) sj_text_add(t, ", deadline = 0.9");
  if (one_in(c, 8)) sj_text_add(t, ", late = 'accept'");
  if (one_in(c, 6)) {
    sj_text_add(t, ", count = 3, connections = %u", 1 + below(c, 3));
    k->ordered = false; /* they wait in the client, too */
  }
  if (one_in(c, 8)) sj_text_add(t, ", circuit_breaker = { failures = 0.5, window = 1, open_for = 0.3 }");
  sj_text_add(t, " }\n");
}

/* A server in front that calls the batcher, or hands requests on to it. */
static void add_front(struct chance *c, struct configuration *k) {
  static const char *const ways[] = {"calls = 'b'", "calls = { { 'b', wait = false } }", "forward = { 'b' }",
                                     "calls = { { 'b', timeout = 0.5, retries = 1 } }, async = true",
                                     "forward = { { 'b', timeout = 0.6, retries = 1 } }"};
  sj_text_add(&k->text, "server 'f' { service = 0.01, threads = 5, %s }\n", ways[below(c, 5)]);
  k->ordered = false;
}

static void add_faults(struct chance *c, struct configuration *k) {
  for (unsigned left = below(c, 4); left > 0; left--) {
    sj_text_add(&k->text, "fault { at = %u.%u, lasts = 0.%u, ", below(c, DURATION), below(c, 10), 1 + below(c, 9));
    const char *const lost = one_in(c, 2) ? "error" : "silent";
    switch (below(c, 9)) {
      case 0:
        sj_text_add(&k->text, "crash = 's', lost = '%s' }\n", lost);
        break;
      case 1:
        sj_text_add(&k->text, "crash = 'b', lost = '%s' }\n", lost);
        k->prompt = false;
        break;
      case 2:
        sj_text_add(&k->text, "stall = 's' }\n");
        break;
      case 3:
        sj_text_add(&k->text, "stall = 'b' }\n");
        k->prompt = k->ordered = false;
        break;
      case 4:
        sj_text_add(&k->text, "slow = 's', by = %u }\n", 1 + below(c, 5));
        break;
      case 5:
        sj_text_add(&k->text, "fail = '%s', ratio = 0.5 }\n", one_in(c, 3) ? "b" : "s");
        break;
      case 6:
        sj_text_add(&k->text, "cut = { 'b', 's' } }\n");
        break;
      case 7:
        sj_text_add(&k->text, "set = { ['b.in_flight'] = %u } }\n", k->in_flight = 1 + below(c, 3));
        k->in_flight = 0;
        break;
      default:
        sj_text_add(&k->text, "set = { ['c.size'] = 3, ['b.timeout'] = 2.5 } }\n");
        break;
    }
  }
}

static void make(struct configuration *k, uint64_t seed) {
  struct chance c;
  sj_stream_seed(&c.stream, 1, seed);
  *k = (struct configuration){.prompt = true, .ordered = one_in(&c, 3)};
  const bool second = one_in(&c, 5), server = one_in(&c, 4);
  add_target(&c, k);
  if (second) add_batcher(&c, k, "d", "s");
  if (second) sj_text_add(&k->text, "client 'e' { calls = 'd', arrivals = every(0.25), size = 3 }\n");
  add_batcher(&c, k, "b", "s");
  if (server) add_front(&c, k);
  add_clients(&c, k, server ? "f" : "b");
  add_faults(&c, k);
  sj_text_add(&k->text, "run { duration = %d, drain = 1000, runs = 1, kind = 'terminating' }\n", DURATION);
}

/* --- what must hold ------------------------------------------------------------------------------------------------
 */

#define REQUIRE(condition)                                                                               \
  do {                                                                                                   \
    if (!(condition)) fail_msg("seed %llu: " #condition "\n%s", (unsigned long long)seed, k->text.data); \
  } while (0)

static double value(const struct sj_results *results, const char *name) {
  if (sj_results_find(results, name) == SIZE_MAX) fail_msg("there is no %s", name);
  return sj_results_run_value(results, name, 0);
}

static void check(const struct configuration *k, const struct sj_results *results, uint64_t seed) {
  static const char *const ends[] = {"answered", "failed", "lost", "withdrawn", "left"};
  double requests = 0, bytes = 0;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    char name[64];
    snprintf(name, sizeof name, "b.%s", ends[i]);
    requests += value(results, name);
    snprintf(name, sizeof name, "b.%s.bytes", ends[i]);
    bytes += value(results, name);
  }
  REQUIRE(value(results, "b.received") == requests);
  REQUIRE(fabs(value(results, "b.received.bytes") - bytes) <= 1e-9 * (1 + bytes));
  /* Nothing stalls: all that came has gone, and what was not lost in silence is answered. */
  REQUIRE(value(results, "b.left") == 0);
  if (value(results, "b.lost") == 0) REQUIRE(value(results, "c.unfinished") == 0);
  if (k->prompt && k->in_flight == 0 && strstr(k->text.data, "in_flight") == NULL &&
      value(results, "b.batch.count") > 0 && isfinite(k->after))
    REQUIRE(value(results, "b.wait.max") <= k->after * (1 + 1e-12) + 1e-12);
  if (k->in_flight) REQUIRE(value(results, "b.in_flight.max") <= k->in_flight);
  if (value(results, "b.batch.count") == 0) return;
  if (k->count) REQUIRE(value(results, "b.batch.requests.max") <= k->count);
  if (isfinite(k->bytes) && isfinite(k->largest))
    REQUIRE(value(results, "b.batch.bytes.max") < k->bytes + fmax(k->largest, 3));
  REQUIRE(value(results, "b.batch.latency.min") >= 0);
}

/* First in, first out: with `ordered` no answer overtakes. Rows are in the order of closing. */
static void check_order(const struct configuration *k, const char *rows, uint64_t seed) {
  double last = -1;
  for (const char *line = strchr(rows, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
    char client[16], outcome[16];
    double arrival, latency;
    unsigned attempts;
    if (sscanf(line + 1, "%*u,%15[^,],%*u,%lf,%lf,%15[^,],%u", client, &arrival, &latency, outcome, &attempts) != 5)
      fail_msg("row %s", line);
    if (strcmp(client, "c") != 0 || strcmp(outcome, "ok") != 0 || attempts > 1) continue;
    REQUIRE(arrival >= last);
    last = arrival;
  }
}

static void require_same(const struct configuration *k, const struct sj_results *a, const struct sj_results *b,
                         uint64_t seed) {
  REQUIRE(a->run_count == 3 && b->run_count == 3);
  for (size_t run = 0; run < 3; run++)
    for (size_t i = 0; i < a->metric_count; i++) {
      const double x = a->runs[run].values[i], y = b->runs[run].values[i];
      REQUIRE(memcmp(&x, &y, sizeof x) == 0 || (isnan(x) && isnan(y)));
    }
}

static struct sj_results *simulate(const struct sj_model *model, unsigned runs, unsigned threads, char **rows) {
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.runs = runs;
  options.threads = threads;
  options.series = runs > 1;
  size_t size;
  if (rows) options.csv = open_memstream(rows, &size);
  struct sj_results *results = NULL;
  struct sj_error error = {""};
  if (sj_simulate_prepare(model, &options, &results, &error) || sj_simulate_run(model, &options, results, &error))
    fail_msg("%s", error.message);
  if (rows) fclose(options.csv);
  return results;
}

static void check_one(uint64_t seed) {
  struct configuration configuration;
  struct configuration *const k = &configuration;
  make(k, seed);
  struct sj_model *model = NULL;
  struct sj_error error = {""};
  const char *const nowhere[] = {NULL};
  if (sj_model_load_text("b.lua", k->text.data, k->text.length, nowhere, NULL, NULL, &model, &error))
    fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, error.message, k->text.data);
  char *rows = NULL;
  struct sj_results *const results = simulate(model, 1, 1, k->ordered ? &rows : NULL);
  check(k, results, seed);
  if (k->ordered) check_order(k, rows, seed);
  free(rows);
  sj_results_destroy(results);
  if (seed % EACH_THREADS == 0) {
    struct sj_results *const one = simulate(model, 3, 1, NULL), *const two = simulate(model, 3, 2, NULL);
    require_same(k, one, two, seed);
    sj_results_destroy(one);
    sj_results_destroy(two);
  }
  sj_model_destroy(model);
  free(k->text.data);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void random_batchers(void **state) {
  (void)state;
  const char *const only = getenv("SOJOURN_TEST_SEED");
  const double begin = seconds();
  uint64_t seed = only ? strtoull(only, NULL, 10) : 1;
  const uint64_t end = only ? seed + 1 : MODELS + 1;
  for (; seed < end && (seed <= LEAST_MODELS || seconds() - begin < most_seconds); seed++) check_one(seed);
  print_message("# %llu configurations in %.1f s\n", (unsigned long long)seed - 1, seconds() - begin);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_batchers)};
  return cmocka_run_group_tests_name("batching", tests, NULL, NULL);
}
