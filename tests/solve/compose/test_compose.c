/* Exact chains against closed forms, and against the numbers of queues.py. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "composing.h"
#include "queues.h"

/* P(n) of M/M/c/K, up to K. */
static void mmck(double arrivals, double rate, unsigned c, unsigned capacity, double *p) {
  double sum = p[0] = 1;
  for (unsigned n = 1; n <= capacity; n++) sum += p[n] = p[n - 1] * arrivals / (rate * (n < c ? n : c));
  for (unsigned n = 0; n <= capacity; n++) p[n] /= sum;
}

static void one_queue(void **state) {
  (void)state;
  struct solved s;
  double p[21];
  mmck(7, 2.5, 3, 20, p);
  solved_create(&s, false,
                "server 'api' { service = exponential { rate = 2.5 }, threads = 3, capacity = 20 }\n"
                "client 'web' { calls = 'api', arrivals = poisson { rate = 7 } }");
  assert_int_equal(s.space.chain.count, 21);
  double mean = 0, busy = 0;
  for (unsigned n = 0; n <= 20; n++) {
    close_to(server_holds(&s, 0, n), p[n], 1e-12);
    mean += n * p[n];
    busy += (n < 3 ? n : 3) * p[n];
  }
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), mean, 1e-12);
  close_to(server_mean(&s, 0, SJ_BUSY), busy, 1e-12);
  close_to(server_mean(&s, 0, SJ_WAITING), mean - busy, 1e-12);
  close_to(server_mean(&s, 0, SJ_COMPLETIONS), 7 * (1 - p[20]), 1e-12);
  close_to(server_mean(&s, 0, SJ_LOST), 7 * p[20], 1e-12);
  close_to(client_mean(&s, 0, SJ_OPEN), mean, 1e-12);
  close_to(client_mean(&s, 0, SJ_ANSWERED), 7 * (1 - p[20]), 1e-12);
  close_to(client_mean(&s, 0, SJ_ARRIVING), 7, 1e-12);
  assert_int_equal(s.space.servers[0].capacity, 20);
  assert_int_equal(s.space.server(&s.space, 0, SJ_IN_SYSTEM, s.space.full[0]), 20);
  assert_int_equal(s.space.server(&s.space, 0, SJ_IN_SYSTEM, s.space.empty), 0);
  solved_destroy(&s);
}

/* Clients that do the same are one; each has its share. Apis that do the same are one, too. */
static void merged(void **state) {
  (void)state;
  struct solved s;
  double p[13];
  mmck(4, 2, 3, 12, p);
  solved_create(
      &s, false,
      "server 'api' { apis = { get = exponential { rate = 2 }, put = exponential { mean = 0.5 } }, threads = 3,\n"
      "  capacity = 12 }\n"
      "client 'web' { calls = 'api.get', arrivals = poisson { rate = 3 } }\n"
      "clients 'job' { count = 2, per_client = true, calls = 'api.put', arrivals = poisson { rate = 0.5 } }");
  assert_int_equal(s.space.chain.count, 13);
  double mean = 0;
  for (unsigned n = 0; n <= 12; n++) mean += n * p[n];
  close_to(client_mean(&s, 0, SJ_OPEN), 0.75 * mean, 1e-12);
  close_to(client_mean(&s, 1, SJ_OPEN), 0.25 * mean, 1e-12);
  close_to(client_mean(&s, 1, SJ_ARRIVING), 1, 1e-12);
  close_to(client_mean(&s, 0, SJ_ANSWERED), 3 * (1 - p[12]), 1e-12);
  solved_destroy(&s);
}

/* Erlang's loss formula holds for any law of service. */
static void loss(void **state) {
  (void)state;
  struct solved s;
  const double offered = 4 * (0.3 / 0.5 + 0.7 / 2);
  double p[7];
  mmck(offered, 1, 6, 6, p);
  solved_create(&s, false,
                "server 'line' { service = hyperexponential { {0.3, 0.5}, {0.7, 2} }, threads = 6, capacity = 6 }\n"
                "client 'caller' { calls = 'line', arrivals = poisson { rate = 4 } }");
  assert_int_equal(s.space.chain.count, 28);
  for (unsigned n = 0; n <= 6; n++) close_to(server_holds(&s, 0, n), p[n], 1e-12);
  close_to(server_mean(&s, 0, SJ_LOST), 4 * p[6], 1e-12);
  solved_destroy(&s);
}

/* Engset: eight who think, and call one of three lines; one who finds none thinks again. */
static void engset(void **state) {
  (void)state;
  struct solved s;
  double p[4] = {1}, sum = 1;
  for (unsigned n = 1; n <= 3; n++) sum += p[n] = p[n - 1] * (8 - n + 1) * 0.5 / n;
  solved_create(&s, false,
                "server 'line' { service = exponential { rate = 1 }, threads = 3, capacity = 3 }\n"
                "client 'caller' { calls = 'line', arrivals = closed { population = 8,\n"
                "  think = exponential { mean = 2 } } }");
  for (unsigned n = 0; n <= 3; n++) close_to(server_holds(&s, 0, n), p[n] / sum, 1e-12);
  close_to(server_mean(&s, 0, SJ_LOST), 5 * 0.5 * p[3] / sum, 1e-12);
  solved_destroy(&s);
}

/* Queues whose numbers other programs found: queues.py. */
static void phases(void **state) {
  (void)state;
  struct solved s;
  solved_create(&s, false,
                "server 'api' { service = erlang { k = 2, mean = 1 }, capacity = 10 }\n"
                "client 'web' { calls = 'api', arrivals = poisson { rate = 0.8 } }");
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), ERLANG_SERVICE_MEAN, 1e-12);
  close_to(server_holds(&s, 0, 10), ERLANG_SERVICE_FULL, 1e-12);
  solved_destroy(&s);
  solved_create(&s, false,
                "server 'api' { service = exponential { rate = 1 }, capacity = 20 }\n"
                "client 'web' { calls = 'api', arrivals = mmpp { rates = {1.8, 0.2}, transitions = {{0, 0.05},\n"
                "  {0.03, 0}} } }");
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), MODULATED_MEAN, 1e-12);
  close_to(server_mean(&s, 0, SJ_LOST), MODULATED_LOST, 1e-12);
  solved_destroy(&s);
  solved_create(&s, false,
                "server 'api' { service = hyperexponential { {0.25, 0.4}, {0.75, 2} }, capacity = 8 }\n"
                "client 'web' { calls = 'api', arrivals = renewal { interval = erlang { k = 2, mean = 1.25 } } }");
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), RENEWAL_MEAN, 1e-12);
  close_to(server_mean(&s, 0, SJ_BUSY), RENEWAL_BUSY, 1e-12);
  solved_destroy(&s);
}

static void in_a_row(void **state) {
  (void)state;
  struct solved s;
  solved_create(
      &s, false,
      "server 'one' { capacity = 5, apis = { go = { work = exponential { rate = 1.2 }, forward = { 'two' } } } }\n"
      "server 'two' { capacity = 4, service = exponential { rate = 0.9 } }\n"
      "client 'web' { calls = 'one.go', arrivals = poisson { rate = 1 } }");
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), TANDEM_FIRST, 1e-12);
  close_to(server_mean(&s, 1, SJ_IN_SYSTEM), TANDEM_SECOND, 1e-12);
  close_to(server_mean(&s, 1, SJ_LOST), TANDEM_LOST, 1e-12);
  close_to(client_mean(&s, 0, SJ_ANSWERED), server_mean(&s, 1, SJ_COMPLETIONS), 1e-12);
  solved_destroy(&s);
  solved_create(&s, false,
                "server 'one' { threads = 2, capacity = 4, apis = { go = { work = exponential { rate = 2 },\n"
                "  calls = { 'two' } } } }\n"
                "server 'two' { capacity = 1, service = exponential { rate = 1.5 } }\n"
                "client 'web' { calls = 'one.go', arrivals = poisson { rate = 2 } }");
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), HELD_MEAN, 1e-12);
  close_to(server_mean(&s, 0, SJ_WAITING), HELD_WAITING, 1e-12);
  close_to(client_mean(&s, 0, SJ_ANSWERED), HELD_ANSWERED, 1e-12);
  close_to(server_mean(&s, 0, SJ_COMPLETIONS), HELD_ANSWERED, 1e-12);
  solved_destroy(&s);
}

/* Jackson: with room enough both queues of a row are M/M/1. */
static void product_form(void **state) {
  (void)state;
  struct solved s;
  solved_create(
      &s, false,
      "server 'one' { capacity = 40, apis = { go = { work = exponential { rate = 4 }, forward = { 'two' } } } }\n"
      "server 'two' { capacity = 40, threads = 2, service = exponential { rate = 2 } }\n"
      "client 'web' { calls = 'one.go', arrivals = poisson { rate = 1 } }");
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), 1.0 / 3, 1e-12);
  close_to(server_mean(&s, 1, SJ_IN_SYSTEM), 0.5 / (1 - 0.0625), 1e-12);
  for (unsigned n = 0; n < 6; n++) close_to(server_holds(&s, 0, n), 0.75 * pow(0.25, n), 1e-12);
  solved_destroy(&s);
}

/* Gordon and Newell's network by Buzen's convolution: seven customers who think, and then go to one of two servers. */
static void closed_network(void **state) {
  (void)state;
  struct solved s;
  enum { N = 7 };
  double g[N + 1] = {1}, next[N + 1];
  const double demands[] = {0.6 * 0.5, 0.4 * 1.25};
  for (unsigned n = 1; n <= N; n++) g[n] = g[n - 1] * 2 / n; /* the thinkers, of mean 2 */
  for (unsigned i = 0; i < 2; i++) {
    for (unsigned n = 0; n <= N; n++) {
      double share = 1;
      next[n] = 0;
      for (unsigned k = 0; k <= n; k++) {
        next[n] += share * g[n - k];
        share *= demands[i] / (i == 1 && k > 0 ? 2 : 1); /* the second server has two threads */
      }
    }
    for (unsigned n = 0; n <= N; n++) g[n] = next[n];
  }
  const double throughput = g[N - 1] / g[N];
  solved_create(&s, false,
                "server 'cpu' { service = exponential { mean = 0.5 } }\n"
                "server 'disk' { service = exponential { mean = 1.25 }, threads = 2 }\n"
                "client 'user' { calls = { {3, 'cpu'}, {2, 'disk'} }, arrivals = closed { population = 7,\n"
                "  think = exponential { mean = 2 } } }");
  assert_int_equal(s.space.chain.count, 36);
  close_to(client_mean(&s, 0, SJ_ARRIVING), throughput, 1e-12);
  close_to(server_mean(&s, 0, SJ_BUSY), throughput * demands[0], 1e-12);
  close_to(client_mean(&s, 0, SJ_OPEN), 7 - 2 * throughput, 1e-12);
  solved_destroy(&s);
}

/* Baskett, Chandy, Muntz and Palacios: two kinds of customers share a processor, and think by an Erlang law, of which
 * only the mean matters. */
static void two_kinds(void **state) {
  (void)state;
  struct solved s;
  enum { A = 4, B = 3 };
  double sum = 0, mean = 0, of_a = 0;
  for (unsigned a = 0; a <= A; a++)
    for (unsigned b = 0; b <= B; b++) {
      const double ways = tgamma(a + b + 1.0) / tgamma(a + 1.0) / tgamma(b + 1.0);
      const double p = pow(1.5, A - a) / tgamma(A - a + 1.0) * pow(3, B - b) / tgamma(B - b + 1.0) * ways *
                       pow(0.25, a) * pow(0.8, b);
      sum += p;
      mean += (a + b) * p;
      of_a += a * p;
    }
  solved_create(
      &s, false,
      "server 'cpu' { discipline = 'ps', apis = { a = exponential { mean = 0.25 }, b = exponential { mean = 0.8 } } }\n"
      "client 'a' { calls = 'cpu.a', arrivals = closed { population = 4, think = erlang { k = 2, mean = 1.5 } } }\n"
      "client 'b' { calls = 'cpu.b', arrivals = closed { population = 3, think = exponential { mean = 3 } } }");
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), mean / sum, 1e-12);
  close_to(client_mean(&s, 0, SJ_OPEN), of_a / sum, 1e-12);
  assert_true(server_mean(&s, 0, SJ_WAITING) == 0);
  solved_destroy(&s);
}

/* Cobham: mean waits of two priorities, not preemptive; the room is so large that nobody is refused. */
static void priorities(void **state) {
  (void)state;
  struct solved s;
  solved_create(&s, false,
                "server 'cpu' { discipline = 'priority', capacity = 45, apis = { a = exponential { mean = 0.5 },\n"
                "  b = exponential { mean = 1 } } }\n"
                "client 'a' { calls = 'cpu.a', arrivals = poisson { rate = 0.4 }, priority = 1 }\n"
                "client 'b' { calls = 'cpu.b', arrivals = poisson { rate = 0.15 }, priority = 2 }");
  const double residual = 0.4 * 0.25 + 0.15, rho_a = 0.2, rho = 0.35;
  close_to(client_mean(&s, 0, SJ_OPEN), 0.4 * (residual / (1 - rho_a) + 0.5), 1e-9);
  close_to(client_mean(&s, 1, SJ_OPEN), 0.15 * (residual / (1 - rho_a) / (1 - rho) + 1), 1e-9);
  solved_destroy(&s);
}

/* Of two members that may be exchanged the state tells only how many hold how many. */
static void shortest_queue(void **state) {
  (void)state;
  struct solved s;
  solved_create(&s, false,
                "servers 'api' { count = 2, service = exponential { rate = 1 }, capacity = 9 }\n"
                "client 'web' { calls = 'api', arrivals = poisson { rate = 1.7 },\n"
                "  policy = join_shortest_queue { sees = 'servers' } }");
  assert_int_equal(s.space.chain.count, 55);
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), SHORTEST_MEAN, 1e-12);
  close_to(server_mean(&s, 0, SJ_WAITING), SHORTEST_WAITING, 1e-12);
  assert_int_equal(s.space.servers[0].capacity, 18);
  assert_true(s.space.servers[0].threads == 2);
  solved_destroy(&s);
}

/* Of two members called in turn each sees every second arrival. */
static void round_robin(void **state) {
  (void)state;
  struct solved pool, one;
  solved_create(&pool, false,
                "servers 'api' { count = 2, service = exponential { rate = 1 }, capacity = 6 }\n"
                "client 'web' { calls = 'api', arrivals = poisson { rate = 1.6 }, policy = round_robin }");
  solved_create(&one, false,
                "server 'api' { service = exponential { rate = 1 }, capacity = 6 }\n"
                "client 'web' { calls = 'api', arrivals = renewal { interval = erlang { k = 2, mean = 1.25 } } }");
  close_to(server_mean(&pool, 0, SJ_IN_SYSTEM), 2 * server_mean(&one, 0, SJ_IN_SYSTEM), 1e-12);
  close_to(server_mean(&pool, 0, SJ_LOST), 2 * server_mean(&one, 0, SJ_LOST), 1e-12);
  solved_destroy(&pool);
  solved_destroy(&one);
}

/* Bulk service. */
static void batches(void **state) {
  (void)state;
  struct solved s;
  solved_create(&s, false,
                "batcher 'log' { target = 'disk', flush = { count = 4, when_idle = true }, in_flight = 1,\n"
                "  capacity = 10 }\n"
                "store 'disk' { latency = exponential { rate = 1 } }\n"
                "client 'web' { calls = 'log', arrivals = poisson { rate = 3 } }");
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), BULK_MEAN, 1e-12);
  close_to(server_mean(&s, 0, SJ_COMPLETIONS), BULK_SERVED, 1e-12);
  solved_destroy(&s);
}

/* M/G/1/2 with a constant of 1 that an Erlang law of 20 phases stands for: P(0) is that of the Erlang law, in closed
 * form. */
static void approximate(void **state) {
  (void)state;
  struct solved s;
  solved_create(&s, true,
                "server 'api' { service = 1, capacity = 2 }\n"
                "client 'web' { calls = 'api', arrivals = poisson { rate = 0.8 } }");
  /* Services leave nobody behind with probability a = E exp(-0.8 S); the embedded chain on 0 and 1 left behind. */
  const double a = pow(20 / 20.8, 20), left_empty = a, cycle = 1 / 0.8 * left_empty + 1;
  close_to(server_holds(&s, 0, 0), left_empty / 0.8 / cycle, 1e-12);
  assert_int_equal(s.space.note_count, 1);
  assert_string_equal(s.space.notes[0],
                      "service of `api`: `constant` is fitted by a phase-type law of 20 phases with its mean alone");
  solved_destroy(&s);
}

/* A bucket of two tokens that fills evenly, 1 while `load` arrive: below one token its emptiness is the work before an
 * M/D/1 queue, so that it lets exp(load) / (1 + load exp(load)) in. With more and more phases it is as good as that. */
static void bucket(void **state) {
  (void)state;
  const double load = 1.25, exact = exp(load) / (1 + load * exp(load));
  const unsigned phases[] = {1, 8, 64};
  double before = INFINITY;
  for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
    struct solved s;
    solved_create(&s, true,
                  "server 'api' { service = exponential { rate = 100 }, capacity = 20,\n"
                  "  admission = token_bucket { capacity = 2, rate = 4 } }\n"
                  "client 'web' { calls = 'api', arrivals = poisson { rate = 5 } }\n"
                  "solve { phases = %u }",
                  phases[i]);
    const double off = fabs(client_mean(&s, 0, SJ_ANSWERED) / 5 - exact);
    assert_true(off < before / 5);
    before = off;
    solved_destroy(&s);
  }
  assert_true(before < 2e-3);
}

/* The M/M/1 queue without room to wait, whose refused customers try again: their mean number (Falin and Templeton,
 * "Retrial Queues", 1997, section 1.2). */
static void retrials(void **state) {
  (void)state;
  struct solved s;
  const double load = 0.4, retrial = 0.5;
  solved_create(&s, false,
                "server 'line' { service = exponential { rate = 1 }, capacity = 1, orbit = 120 }\n"
                "client 'caller' { calls = 'line', arrivals = poisson { rate = 0.4 }, retries = 1000000,\n"
                "  backoff = exponential_backoff { base = 2, factor = 1, jitter = 'exponential' } }");
  assert_int_equal(s.space.chain.count, 2 * 121);
  close_to(server_mean(&s, 0, SJ_BUSY), load, 1e-12);
  assert_true(server_mean(&s, 0, SJ_LOST) < 1e-30); /* only where 120 try again already */
  close_to(client_mean(&s, 0, SJ_OPEN), load + load * load * (1 + retrial) / (retrial * (1 - load)), 1e-10);
  solved_destroy(&s);
}

static void refused(const char *text, const char *message) {
  struct solved s;
  const struct sj_space_options options = {.most_bytes = INFINITY};
  composed_create(&s, &options, text);
  assert_int_equal(s.status, SJ_INVALID);
  if (!strstr(s.error.message, message)) fail_msg("\"%s\" is not in \"%s\"", message, s.error.message);
  solved_destroy(&s);
}

static void refusals(void **state) {
  (void)state;
#define WEB "client 'web' { calls = 'api', arrivals = poisson { rate = 1 } }\n"
  refused("server 'api' { service = exponential { rate = 2 } }\n" WEB,
          ".lua:1: `api`: an unbounded queue; give it a `capacity`");
  refused("server 'api' { capacity = 3, service = gamma { shape = 2.5, scale = 1 } }\n" WEB,
          ".lua:1: `gamma` service of `api`: not phase-type; `--approximate` fits the first three moments");
  refused(
      "server 'api' { capacity = 3, service = exponential { rate = 2 } }\n\n"
      "client 'web' { calls = 'api', arrivals = every(2) }",
      ".lua:3: `constant` interval of `web`: not phase-type");
  refused(
      "server 'api' { capacity = 3, service = exponential { rate = 2 }, discipline = 'ps' }\n"
      "server 'db' { capacity = 3, service = erlang { k = 2, rate = 2 }, discipline = 'ps' }\n"
      "client 'job' { calls = 'db', arrivals = poisson { rate = 1 } }\n" WEB,
      ".lua:2: service of `db`: not exponential, with the discipline `ps`");
  refused(
      "server 'api' { capacity = 3, service = exponential { rate = 2 },\n"
      "  admission = token_bucket { capacity = 2, rate = 1 } }\n" WEB,
      ".lua:1: token bucket of `api`: it fills evenly, not at random; `--approximate`");
  refused(
      "server 'api' { capacity = 3, service = exponential { rate = 2 } }\n"
      "client 'web' { calls = 'api', arrivals = piecewise { {0, 1}, {5, 2} } }",
      ".lua:2: `piecewise` arrivals of `web`: they have no steady state");
  refused(
      "servers 'api' { count = 2, capacity = 3, service = exponential { rate = 2 } }\n"
      "client 'web' { calls = 'api', arrivals = poisson { rate = 1 }, policy = peak_ewma {} }",
      ".lua:2: policy of `web`: it goes by more than the chain's state tells");
  refused(
      "server 'api' { capacity = 1, service = exponential { rate = 2 } }\n"
      "client 'web' { calls = 'api', arrivals = closed { population = 2, think = 0 } }",
      "something happens again and again at one instant");
}

/* Growth stops at the memory that may be used. */
static void too_large(void **state) {
  (void)state;
  struct solved s;
  const struct sj_space_options options = {.most_bytes = 1e6};
  composed_create(&s, &options,
                  "servers 'api' { count = 8, capacity = 9, service = exponential { rate = 2 } }\n"
                  "client 'web' { calls = 'api', arrivals = poisson { rate = 1 }, policy = pick_first }\n"
                  "client 'job' { calls = 'api', arrivals = poisson { rate = 1 } }");
  assert_int_equal(s.status, SJ_NO_MEMORY);
  assert_non_null(strstr(s.error.message, "the chain has more than "));
  solved_destroy(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_queue),    cmocka_unit_test(merged),         cmocka_unit_test(loss),
      cmocka_unit_test(engset),       cmocka_unit_test(phases),         cmocka_unit_test(in_a_row),
      cmocka_unit_test(product_form), cmocka_unit_test(closed_network), cmocka_unit_test(two_kinds),
      cmocka_unit_test(priorities),   cmocka_unit_test(shortest_queue), cmocka_unit_test(round_robin),
      cmocka_unit_test(batches),      cmocka_unit_test(retrials),       cmocka_unit_test(approximate),
      cmocka_unit_test(bucket),       cmocka_unit_test(refusals),       cmocka_unit_test(too_large),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
