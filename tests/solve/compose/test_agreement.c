/* Both engines on the same models: every mean of the chain lies where the simulator finds it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "composing.h"
#include "model/model.h"
#include "sojourn/results.h"
#include "sojourn/simulate.h"

/* Half widths of a 95 % interval of 8 runs that hold all but one in 10,000. */
#define WIDE (7.885 / 2.365)

static struct sj_results *simulate(const struct sj_model *model) {
  struct sj_simulate_options options;
  struct sj_results *results = NULL;
  struct sj_error error = {""};
  sj_simulate_options_default(&options);
  enum sj_status status = sj_simulate_prepare(model, &options, &results, &error);
  if (status == SJ_OK) status = sj_simulate_run(model, &options, results, &error);
  if (status != SJ_OK) fail_msg("%s", error.message);
  return results;
}

/* How far an approximate chain may be off, relatively; 0: the chain is exact. */
static double slack;

/* `per` is what the simulator's figure is divided by. */
static void compare(const struct sj_results *results, const char *component, const char *metric, double per,
                    double solved) {
  char name[128];
  snprintf(name, sizeof name, "%s.%s", component, metric);
  const size_t index = sj_results_find(results, name);
  if (index == SIZE_MAX) fail_msg("no metric %s", name);
  struct sj_figure figure = sj_results_figure(results, index);
  figure.value /= per;
  figure.ci95 /= per;
  if (getenv("SOJOURN_SHOW"))
    print_message("%-30s solved %-10.6g simulated %.6g +- %.2g %s\n", name, solved, figure.value, figure.ci95,
                  fabs(solved - figure.value) > figure.ci95 ? "<--" : "");
  if (!(fabs(solved - figure.value) <= WIDE * figure.ci95 + slack * (solved + 0.01) + 1e-12))
    fail_msg("%s: solved %.8g, simulated %.8g +- %.2g", name, solved, figure.value, figure.ci95);
  if (solved > 0.05 && !(figure.ci95 < 0.1 * solved))
    fail_msg("%s: +- %.2g is too wide to tell anything of %.8g", name, figure.ci95, solved);
}

/* Little's law. */
static void compare_times(const struct solved *s, const struct sj_results *results, size_t i) {
  const struct sj_server *const server = &s->model->servers[i];
  const double finished = server_mean(s, i, SJ_FINISHED), in_system = server_mean(s, i, SJ_IN_SYSTEM);
  if (server->kind != SJ_STORE) compare(results, server->name, "sojourn.mean", 1, in_system / finished);
  if (server->kind != SJ_SERVER) return;
  const double waiting = server_mean(s, i, SJ_WAITING);
  compare(results, server->name, "wait.mean", 1, waiting / finished);
  compare(results, server->name, "service.mean", 1, (in_system - waiting) / finished);
}

static bool any_retries(const struct sj_model *model) {
  for (size_t i = 0; i < model->client_count; i++)
    if (model->clients[i].call.retries > 0) return true;
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t a = 0; a < model->servers[i].api_count; a++)
      for (size_t c = 0; c < model->servers[i].apis[a].call_count; c++)
        if (model->servers[i].apis[a].calls[c].retries > 0) return true;
  return false;
}

/* What is refused is lost, unless it is tried again. */
static void compare_server(const struct solved *s, const struct sj_results *results, size_t i) {
  const struct sj_server *const server = &s->model->servers[i];
  const double threads = s->space.servers[i].threads;
  compare(results, server->name, "in_system.mean", 1, server_mean(s, i, SJ_IN_SYSTEM));
  if (server->kind == SJ_SERVER) {
    compare(results, server->name, "waiting.mean", 1, server_mean(s, i, SJ_WAITING));
    compare(results, server->name, "utilization.mean", 1, server_mean(s, i, SJ_BUSY) / threads);
  }
  compare(results, server->name, "throughput", 1, server_mean(s, i, SJ_COMPLETIONS));
  if (server->kind != SJ_STORE && !any_retries(s->model))
    compare(results, server->name, "dropped", sj_results_duration(results) - sj_results_warmup(results),
            server_mean(s, i, SJ_LOST));
  const double full = server_mean(s, i, SJ_FULL), empty = server_mean(s, i, SJ_EMPTY);
  if (server->kind != SJ_SERVER) return;
  compare(results, server->name, "full", 1, isnan(full) ? server_holds(s, i, s->space.servers[i].capacity) : full);
  compare(results, server->name, "empty", 1, isnan(empty) ? server_holds(s, i, 0) : empty);
}

/* The model: how long it is simulated is in it. */
static void agree(const char *text) {
  struct solved s;
  solved_create(&s, slack > 0, "%s", text);
  struct sj_results *const results = simulate(s.model);
  if (getenv("SOJOURN_SHOW")) print_message("-- %zu states\n", s.space.chain.count);
  for (size_t i = 0; i < s.space.server_count; i++) {
    compare_server(&s, results, i);
    compare_times(&s, results, i);
  }
  for (size_t i = 0; i < s.space.client_count; i++) {
    compare(results, s.space.clients[i], "goodput", 1, client_mean(&s, i, SJ_ANSWERED));
    compare(results, s.space.clients[i], "arrivals.rate", 1, client_mean(&s, i, SJ_ARRIVING));
    const double open = client_mean(&s, i, SJ_OPEN);
    if (!isnan(open)) compare(results, s.space.clients[i], "latency.mean", 1, open / client_mean(&s, i, SJ_ANSWERED));
  }
  sj_results_destroy(results);
  solved_destroy(&s);
}

/* An approximate chain. */
static void agree_nearly(const char *text, double share) {
  slack = share;
  agree(text);
  slack = 0;
}

#define MODEL(name, text)          \
  static void name(void **state) { \
    (void)state;                   \
    agree(text);                   \
  }

MODEL(modulated_arrivals,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'api' { threads = 2, capacity = 5, discipline = 'lifo',\n"
      "  service = hyperexponential { {0.3, 1}, {0.7, 6} } }\n"
      "client 'web' { calls = 'api', arrivals = mmpp { rates = {8, 1}, transitions = {{0, 0.5}, {0.3, 0}} } }\n"
      "client 'job' { calls = 'api', arrivals = renewal { interval = erlang { k = 2, mean = 2 } } }")

MODEL(order_matters,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'db' { capacity = 7, speed = 1.5, apis = { read = exponential { rate = 8 },\n"
      "  write = exponential { rate = 2 } } }\n"
      "client 'reader' { calls = 'db.read', arrivals = poisson { rate = 3 } }\n"
      "client 'writer' { calls = 'db.write', arrivals = poisson { rate = 2 } }")

MODEL(priorities,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'db' { capacity = 8, threads = 2, discipline = 'priority', apis = { read = exponential { rate = 4 },\n"
      "  write = erlang { k = 2, rate = 2 } } }\n"
      "client 'urgent' { calls = 'db.read', arrivals = poisson { rate = 3 }, priority = 1 }\n"
      "client 'usual' { calls = 'db.read', arrivals = poisson { rate = 2 }, priority = 2 }\n"
      "client 'slow' { calls = 'db.write', arrivals = poisson { rate = 1 }, priority = 2 }")

MODEL(sharing,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'db' { capacity = 9, threads = 2, discipline = 'ps', apis = { read = exponential { rate = 4 },\n"
      "  write = { work = exponential { rate = 2 }, calls = { 'log' } } } }\n"
      "server 'log' { capacity = 3, service = exponential { rate = 3 } }\n"
      "client 'reader' { calls = 'db.read', arrivals = poisson { rate = 3 } }\n"
      "client 'writer' { calls = 'db.write', arrivals = poisson { rate = 1.5 } }")

MODEL(calls_hold_threads,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'front' { capacity = 6, threads = 2, apis = { get = { work = exponential { rate = 5 },\n"
      "  calls = { { 'cache', optional = true }, { { {2, 'db'}, {1, 'cache'} } }, { 'log', wait = false } } } } }\n"
      "server 'cache' { capacity = 2, service = exponential { rate = 3 } }\n"
      "server 'db' { capacity = 2, service = erlang { k = 2, rate = 4 } }\n"
      "server 'log' { capacity = 3, service = exponential { rate = 1 } }\n"
      "client 'web' { calls = 'front.get', arrivals = poisson { rate = 2 } }\n"
      "client 'other' { calls = 'db', arrivals = poisson { rate = 0.5 } }")

MODEL(calls_free_threads,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'front' { capacity = 6, threads = 1, async = true, apis = { get = { work = exponential { rate = 5 },\n"
      "  calls = { 'db', 'log' } } } }\n"
      "server 'db' { capacity = 4, threads = 2, service = exponential { rate = 1.5 } }\n"
      "server 'log' { capacity = 3, service = exponential { rate = 3 } }\n"
      "client 'web' { calls = 'front.get', arrivals = poisson { rate = 2.5 } }")

MODEL(shortest_queue,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "servers 'api' { count = 3, capacity = 4, service = exponential { rate = 1 } }\n"
      "client 'web' { calls = 'api', arrivals = poisson { rate = 3 },\n"
      "  policy = join_shortest_queue { sees = 'servers' } }")

MODEL(two_choices,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "servers 'api' { count = 3, capacity = 3, service = exponential { rate = 1 } }\n"
      "client 'web' { calls = 'api', arrivals = poisson { rate = 1.5 }, policy = power_of_choices { choices = 2 } }\n"
      "client 'job' { calls = 'api', arrivals = poisson { rate = 1 }, policy = join_shortest_queue {} }")

MODEL(in_turn,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "servers 'api' { count = 3, capacity = 3, service = exponential { rate = 1 } }\n"
      "clients 'web' { count = 2, calls = 'api', arrivals = poisson { rate = 2 }, policy = round_robin }\n"
      "client 'job' { calls = 'api', arrivals = poisson { rate = 0.5 }, policy = pick_first }")

MODEL(closed,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'cpu' { discipline = 'random', apis = { a = exponential { rate = 3 },\n"
      "  b = { work = exponential { rate = 2 }, calls = { 'disk' } } } }\n"
      "server 'disk' { service = hyperexponential { {0.5, 1}, {0.5, 4} } }\n"
      "client 'one' { calls = 'cpu.a', arrivals = closed { population = 3, think = erlang { k = 2, mean = 1 } } }\n"
      "client 'two' { calls = { {1, 'cpu.b'}, {1, 'disk'} }, arrivals = closed { population = 2, think = 0 } }")

MODEL(
    pipeline,
    "run { duration = 6000, warmup = 100, seed = 5 }\n"
    "server 'first' { capacity = 5, apis = { go = { work = exponential { rate = 3 }, forward = { 'second.go' } } } }\n"
    "server 'second' { capacity = 4, threads = 2, apis = { go = { work = exponential { rate = 1.5 },\n"
    "  forward = { 'third' } } } }\n"
    "server 'third' { capacity = 3, service = exponential { rate = 2 } }\n"
    "client 'web' { calls = 'first.go', arrivals = poisson { rate = 2.5 } }")

MODEL(batches,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "batcher 'log' { target = 'disk', flush = { count = 3, when_idle = true }, in_flight = 2, capacity = 8 }\n"
      "store 'disk' { latency = exponential { rate = 1.5 }, failure = 0.2, failure_slowdown = 2 }\n"
      "client 'web' { calls = 'log', arrivals = poisson { rate = 5 } }")

MODEL(batches_of_a_server,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'db' { threads = 6, capacity = 9, apis = { put = { work = exponential { rate = 3 }, calls = { 'log' } } "
      "} }\n"
      "batcher 'log' { target = 'disk', flush = { count = 3, when_idle = true }, in_flight = 1 }\n"
      "server 'disk' { capacity = 1, service = exponential { rate = 1.5 } }\n"
      "client 'web' { calls = 'db.put', arrivals = poisson { rate = 5 } }")

MODEL(admissions,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'api' { threads = 2, capacity = 9, service = exponential { rate = 1 },\n"
      "  admission = throttle { above = 0.4, admit = 0.5 } }\n"
      "server 'other' { threads = 8, capacity = 9, service = exponential { rate = 1 },\n"
      "  admission = max_in_flight(3) }\n"
      "client 'web' { calls = { {3, 'api'}, {2, 'other'} }, arrivals = poisson { rate = 5 } }")

MODEL(retries_at_once,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "servers 'api' { count = 2, capacity = 2, service = exponential { rate = 1 } }\n"
      "client 'web' { calls = 'api', arrivals = poisson { rate = 2 }, retries = 2 }")

/* The room for those who wait to try again is so large that nobody notices its end. */
MODEL(retries_later,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'line' { threads = 2, capacity = 2, orbit = 14, service = exponential { rate = 1 } }\n"
      "client 'caller' { calls = 'line', arrivals = poisson { rate = 1.5 }, retries = 2,\n"
      "  backoff = exponential_backoff { base = 0.5, factor = 2, jitter = 'exponential' } }")

MODEL(retries_of_few,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'front' { threads = 3, async = true, apis = { get = { work = exponential { rate = 2 }, calls = {\n"
      "  { 'back', retries = 2, backoff = exponential_backoff { base = 1, jitter = 'exponential' } } } } } }\n"
      "server 'back' { capacity = 2, service = exponential { rate = 1 } }\n"
      "client 'user' { calls = 'front.get', arrivals = closed { population = 5, think = exponential { mean = 1 } } }\n"
      "client 'other' { calls = 'back', arrivals = closed { population = 3, think = exponential { mean = 2 } },\n"
      "  retries = 3, backoff = exponential_backoff { base = 0.5, max = 1, jitter = 'exponential' } }")

MODEL(forks,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'front' { threads = 2, capacity = 5, apis = { get = { work = exponential { rate = 4 }, order = "
      "'parallel',\n"
      "  calls = { 'left', { 'right', optional = true }, { 'log', wait = false } } } } }\n"
      "server 'left' { service = erlang { k = 2, rate = 4 } }\n"
      "server 'right' { capacity = 1, service = exponential { rate = 1.5 } }\n"
      "server 'log' { capacity = 2, service = exponential { rate = 3 } }\n"
      "client 'web' { calls = 'front.get', arrivals = poisson { rate = 1.5 } }")

/* What a failed request leaves behind goes on. */
MODEL(orphans,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'front' { threads = 2, capacity = 4, async = true, apis = { get = { work = exponential { rate = 4 },\n"
      "  order = 'parallel', calls = { 'left.go', 'right' } } } }\n"
      "server 'left' { capacity = 3, apis = { go = { work = exponential { rate = 3 }, calls = { 'right' } } } }\n"
      "server 'right' { capacity = 2, service = exponential { rate = 1.5 } }\n"
      "client 'web' { calls = 'front.get', arrivals = poisson { rate = 1 } }")

MODEL(callers_of_their_own,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "servers 'api' { count = 2, capacity = 2, service = exponential { rate = 1 } }\n"
      "clients 'web' { count = 2, per_client = true, calls = 'api', policy = round_robin,\n"
      "  arrivals = renewal { interval = erlang { k = 2, mean = 2 } } }\n"
      "clients 'user' { count = 2, per_client = true, calls = 'api', policy = join_shortest_queue {},\n"
      "  arrivals = closed { population = 1, think = exponential { mean = 1 } } }")

MODEL(no_work,
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'gate' { threads = 2, capacity = 5, apis = { get = { work = 0, calls = { 'api' } } } }\n"
      "server 'api' { capacity = 4, service = 2 * max(exponential { rate = 3 }, exponential { rate = 4 }) }\n"
      "client 'web' { calls = 'gate.get', arrivals = poisson { rate = 1.5 } }")

/* What is not phase-type, and what is deterministic. */
static void nearly(void **state) {
  (void)state;
  agree_nearly(
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'api' { capacity = 12, threads = 2, service = gamma { shape = 2.5, scale = 0.4 } }\n"
      "client 'web' { calls = 'api', arrivals = renewal { interval = lognormal { mean = 0.6, cv = 1 } } }",
      0.02);
  agree_nearly(
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "server 'api' { capacity = 12, service = exponential { rate = 3 },\n"
      "  admission = token_bucket { capacity = 3, rate = 2 } }\n"
      "client 'web' { calls = 'api', arrivals = poisson { rate = 2 } }",
      0.04);
  agree_nearly(
      "run { duration = 6000, warmup = 100, seed = 5 }\n"
      "batcher 'log' { target = 'disk', flush = { count = 4, after = 1 }, in_flight = 2, capacity = 12 }\n"
      "server 'disk' { threads = 2, capacity = 2, service = exponential { rate = 1.5 } }\n"
      "client 'web' { calls = 'log', arrivals = poisson { rate = 4 } }",
      0.03);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(modulated_arrivals),
      cmocka_unit_test(order_matters),
      cmocka_unit_test(priorities),
      cmocka_unit_test(sharing),
      cmocka_unit_test(calls_hold_threads),
      cmocka_unit_test(calls_free_threads),
      cmocka_unit_test(shortest_queue),
      cmocka_unit_test(two_choices),
      cmocka_unit_test(in_turn),
      cmocka_unit_test(closed),
      cmocka_unit_test(pipeline),
      cmocka_unit_test(batches),
      cmocka_unit_test(batches_of_a_server),
      cmocka_unit_test(admissions),
      cmocka_unit_test(retries_at_once),
      cmocka_unit_test(nearly),
      cmocka_unit_test(forks),
      cmocka_unit_test(orphans),
      cmocka_unit_test(callers_of_their_own),
      cmocka_unit_test(no_work),
      cmocka_unit_test(retries_later),
      cmocka_unit_test(retries_of_few),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
