/* What is left to chance at a server, a client, a link or in a fault: shares and bounds, at fixed seeds. A share is
 * required to lie within four standard deviations of what it should be (one test in 16,000 fails by chance, and these
 * seeds do not change). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"
#include "sojourn/results.h"

static double value(const struct rows *rows, const char *name) {
  if (sj_results_find(rows->results, name) == SIZE_MAX) fail_msg("there is no metric %s", name);
  return sj_results_value(rows->results, name);
}

static void share(double of, double all, double probability) {
  const double deviation = sqrt(probability * (1 - probability) / all);
  if (!(all > 0 && fabs(of / all - probability) < 4 * deviation))
    fail_msg("%g of %g is not %g, within %g", of, all, probability, 4 * deviation);
}

/* Three wait; all six orders of serving them are equally frequent (chi-squared, 5 degrees of freedom, 99.9 %). */
static void random_order(void **state) {
  (void)state;
  struct rows r = rows_of(
      "server \"db\" { discipline = \"random\", service = 4 } run { duration = 10, kind = \"terminating\" }\n"
      "client \"a\" { calls = \"db\", arrivals = every(6) } client \"b\" { calls = \"db\", arrivals = every(7) }\n"
      "client \"c\" { calls = \"db\", arrivals = every(8) } client \"d\" { calls = \"db\", arrivals = every(9) }\n",
      1200);
  double counts[27] = {0}, chi_squared = 0;
  assert_int_equal(r.count, 4800);
  for (size_t i = 0; i < r.count; i += 4) {
    assert_string_equal(r.list[i].client, "a");
    counts[9 * (r.list[i + 1].client[0] - 'b') + 3 * (r.list[i + 2].client[0] - 'b') + r.list[i + 3].client[0] - 'b']++;
  }
  int orders = 0;
  for (int i = 0; i < 27; i++) {
    if (counts[i] == 0) continue;
    orders++;
    chi_squared += (counts[i] - 200) * (counts[i] - 200) / 200;
  }
  assert_int_equal(orders, 6);
  assert_true(chi_squared < 20.5);
  rows_destroy(&r);
}

/* Two retries, after 1 and 2: their sum is 3; with full jitter uniform on [0, 1] plus uniform on [0, 2]; with equal
 * jitter half of both and half of that. */
static void jitter(void **state) {
  (void)state;
  static const struct {
    const char *name;
    double least, most, mean, deviation;
  } cases[] = {{"none", 3, 3, 3, 0}, {"full", 0, 3, 1.5, 0.6455}, {"equal", 1.5, 3, 2.25, 0.3227}};
  for (size_t c = 0; c < 3; c++) {
    char text[512];
    snprintf(text, sizeof text,
             "server \"db\" { service = 1 } fault { at = 0, crash = \"db\" } run { duration = 4000 }\n"
             "client \"web\" { calls = \"db\", arrivals = every(1), retries = 2,\n"
             "  backoff = exponential_backoff { base = 1, factor = 2, max = 9, jitter = \"%s\" } }\n",
             cases[c].name);
    struct rows r = rows_of(text, 1);
    double sum = 0, squares = 0, least = INFINITY, most = 0;
    assert_int_equal(r.count, 3999);
    for (size_t i = 0; i < r.count; i++) {
      const double x = r.list[i].latency;
      assert_string_equal(r.list[i].outcome, "refused");
      assert_int_equal(r.list[i].attempts, 3);
      sum += x;
      squares += x * x;
      least = fmin(least, x);
      most = fmax(most, x);
    }
    const double n = (double)r.count, mean = sum / n, deviation = sqrt(fmax(0, squares / n - mean * mean));
    assert_true(least >= cases[c].least - 1e-9 && most <= cases[c].most + 1e-9);
    assert_true(least < cases[c].least + 0.2 && most > cases[c].most - 0.2);
    assert_true(fabs(mean - cases[c].mean) <= 4 * cases[c].deviation / sqrt(n) + 1e-9);
    assert_true(fabs(deviation - cases[c].deviation) < 0.03);
    rows_destroy(&r);
  }
}

static void lost_messages(void **state) {
  (void)state;
  struct rows r = rows_of(
      "server \"db\" { threads = 99, service = 0.5 } run { duration = 8000, kind = \"terminating\" }\n"
      "client \"web\" { calls = \"db\", arrivals = every(1), timeout = 1, network = link { one_way = 0, loss = 0.3 } "
      "}\n",
      1);
  share(value(&r, "web.completed"), 7999, 0.49);
  share(value(&r, "db.throughput") * 8000, 7999, 0.7);
  assert_true(value(&r, "web.timeouts") + value(&r, "web.completed") == 7999);
  assert_true(value(&r, "web.late") == 0);
  rows_destroy(&r);
}

static void throttled(void **state) {
  (void)state;
  struct rows r = rows_of(
      "server \"db\" { threads = 9999, service = 1e6, capacity = 1e5,\n"
      "  admission = throttle { above = 0.00001, admit = 0.3 } }\n"
      "run { duration = 8000, kind = \"terminating\", drain = 0 }\n"
      "client \"web\" { calls = \"db\", arrivals = every(1) }\n",
      1);
  share(7999 - 1 - value(&r, "db.dropped"), 7998, 0.3); /* the first finds nobody there */
  rows_destroy(&r);
}

/* One half, and of the rest one half. */
static void failures_that_overlap(void **state) {
  (void)state;
  struct rows r = rows_of(
      "server \"db\" { service = 0.5 } run { duration = 8000 }\n"
      "client \"web\" { calls = \"db\", arrivals = every(1) }\n"
      "fault { at = 0, fail = \"db\", ratio = 0.5 } fault { at = 4000, lasts = 5000, fail = \"db\", ratio = 0.5 }\n",
      1);
  double early = 0, late = 0;
  for (size_t i = 0; i < r.count; i++) {
    if (strcmp(r.list[i].outcome, "error") != 0) continue;
    if (r.list[i].arrival < 3999)
      early++;
    else
      late++;
  }
  share(early, 3998, 0.5);
  share(late, 4001, 0.75);
  rows_destroy(&r);
}

/* Retries draw anew: of three tries one must get through. */
static void failures_and_retries(void **state) {
  (void)state;
  struct rows r = rows_of(
      "server \"db\" { threads = 9, service = 0.5 } run { duration = 8000 }\n"
      "client \"web\" { calls = \"db\", arrivals = every(1), retries = 2 } fault { at = 0, fail = \"db\", ratio = 0.5 "
      "}\n",
      1);
  share(value(&r, "web.failed.error"), 7999, 0.125);
  rows_destroy(&r);
}

static void weights(void **state) {
  (void)state;
  struct rows r = rows_of(
      "server \"a\" { service = 0.5 } server \"b\" { service = 0.5 }\n"
      "run { duration = 8000, kind = \"terminating\" }\n"
      "client \"web\" { calls = { { 3, \"a\" }, { 1, \"b\" } }, arrivals = every(1) }\n",
      1);
  share(value(&r, "a.throughput") * 8000, 7999, 0.75);
  share(value(&r, "b.throughput") * 8000, 7999, 0.25);
  rows_destroy(&r);
}

static void members_at_random(void **state) {
  (void)state;
  struct rows r = rows_of(
      "servers \"db\" { count = 4, service = 0.5 } run { duration = 8000, kind = \"terminating\" }\n"
      "clients \"web\" { count = 5, calls = \"db\", arrivals = every(1) }\n",
      1);
  for (int i = 0; i < 5; i++) {
    char name[32];
    snprintf(name, sizeof name, "web[%d].arrivals", i);
    share(value(&r, name), 7999, 0.2);
    snprintf(name, sizeof name, "db[%d].throughput", i % 4);
    share(value(&r, name) * 8000, 7999, 0.25);
  }
  rows_destroy(&r);
}

/* Two of five each time, each member as often as the others. */
static void subsets(void **state) {
  (void)state;
  struct rows r = rows_of(
      "servers \"db\" { count = 5, service = 0.5 } run { duration = 64, kind = \"terminating\" }\n"
      "client \"web\" { calls = \"db\", subset = 2, arrivals = every(1) }\n",
      500);
  double known[5] = {0};
  for (size_t run = 0; run < 500; run++) {
    int count = 0;
    for (int i = 0; i < 5; i++) {
      char name[32];
      snprintf(name, sizeof name, "db[%d].throughput", i);
      if (sj_results_run_value(r.results, name, run) > 0) {
        known[i]++;
        count++;
      }
    }
    assert_int_equal(count, 2);
  }
  for (int i = 0; i < 5; i++) share(known[i], 500, 0.4);
  rows_destroy(&r);
}

/* Of the five asked in turn two are down, other ones from fault to fault. */
static void some_members_fail(void **state) {
  (void)state;
  struct rows r = rows_of(
      "servers \"db\" { count = 5, service = 0.25 } run { duration = 8000 }\n"
      "client \"web\" { calls = \"db\", policy = round_robin, arrivals = every(1) }\n"
      "fault { every = 10.5, lasts = 10, crash = \"db\", members = 2 }\n",
      1);
  double refused[5] = {0};
  for (size_t i = 0; i < r.count; i++)
    if (strcmp(r.list[i].outcome, "refused") == 0) refused[(size_t)r.list[i].arrival % 5]++;
  /* 390 faults of ten requests each; the last may be cut short by the end */
  double all = 0;
  for (int i = 0; i < 5; i++) {
    all += refused[i];
    share(refused[i] / 2, 390, 0.4); /* two requests a fault meet each member that is down */
  }
  assert_true(all >= 4 * 389 && all <= 4 * 391);
  rows_destroy(&r);
}

/* No copy before a hundred answers; then after as long as nine of ten took. */
static void copies_by_quantile(void **state) {
  (void)state;
  struct rows r = rows_of(
      "server \"db\" { threads = 99, service = uniform { min = 1, max = 2 } }\n"
      "run { duration = 80000, kind = \"terminating\" }\n"
      "client \"web\" { calls = \"db\", arrivals = every(10), hedge = { after = 0.9 } }\n",
      1);
  double copies = 0;
  for (size_t i = 0; i < r.count; i++) {
    assert_true(i >= 100 || r.list[i].attempts == 1);
    copies += r.list[i].attempts == 2;
    /* the copy takes at least 1, and is sent after about 1.9 */
    assert_true(r.list[i].latency <= 2);
  }
  /* The quantile is an estimate itself, from 1000 answers: that widens the share's deviation to about the same again.
   */
  const double n = 7999 - 100;
  assert_true(fabs(copies / n - 0.1) < 4 * sqrt(0.09 / n + 0.09 / 1000));
  assert_true(copies == value(&r, "web.hedges"));
  rows_destroy(&r);
}

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static size_t distinct_latencies(const struct rows *r, unsigned run) {
  double *const all = calloc(r->count + 1, sizeof *all);
  size_t n = 0, distinct = 0;
  assert_non_null(all);
  for (size_t i = 0; i < r->count; i++)
    if (r->list[i].run == run) all[n++] = round(r->list[i].latency * 1e6);
  qsort(all, n, sizeof *all, by_value);
  for (size_t i = 0; i < n; i++) distinct += i == 0 || all[i] != all[i - 1];
  free(all);
  return distinct;
}

/* A member draws its law once; replaced, again: a Poisson number of times, here 50. */
static void replaced_members(void **state) {
  (void)state;
  static const char model[] =
      "servers \"db\" { count = 1, service = per_member(uniform { min = 1, max = 2 }, function(x) return x + 0 end)%s "
      "}\n"
      "client \"web\" { calls = \"db\", arrivals = every(4) } run { duration = 10000, kind = \"terminating\" }\n";
  char text[512];
  snprintf(text, sizeof text, model, "");
  struct rows r = rows_of(text, 3);
  assert_int_equal(distinct_latencies(&r, 0), 1);
  assert_int_equal(distinct_latencies(&r, 1), 1);
  assert_true(r.list[0].latency != r.list[r.count - 1].latency); /* another run, another draw */
  rows_destroy(&r);
  snprintf(text, sizeof text, model, ", replace = { rate = 0.005 }");
  r = rows_of(text, 1);
  /* 51 expected; of a request that was in service when its member was replaced the law is the old one */
  const double n = (double)distinct_latencies(&r, 0);
  assert_true(fabs(n - 51) < 4 * sqrt(50));
  rows_destroy(&r);
}

static void drawn_threads(void **state) {
  (void)state;
  struct rows r = rows_of(
      "servers \"db\" { count = 400, threads = uniform_int { min = 1, max = 4 }, service = 8 }\n"
      "run { duration = 16, kind = \"terminating\" }\n"
      "client \"web\" { calls = \"db\", policy = round_robin, arrivals = every(0.001) }\n",
      1);
  /* with 40 arrivals each in twice a service, all threads are busy when most are there, and the rest waits */
  double all = 0;
  int seen[5] = {0};
  for (int i = 0; i < 400; i++) {
    char name[32];
    snprintf(name, sizeof name, "db[%d].in_system.max", i);
    const double most = value(&r, name);
    snprintf(name, sizeof name, "db[%d].waiting.max", i);
    const int threads = (int)(most - value(&r, name));
    assert_true(threads >= 1 && threads <= 4);
    seen[threads]++;
    all++;
  }
  for (int t = 1; t <= 4; t++) share(seen[t], all, 0.25);
  rows_destroy(&r);
}

/* Poisson arrivals of 0.05 a second, of 10 a second from 10 to 20 (or 3 from 10 to 15 and then none): their number is
 * Poisson too. Rates that are all 0 are none. */
static void changed_arrivals(void **state) {
  (void)state;
  struct rows r = rows_of(
      "server \"api\" { threads = 1000, service = 0 } run { duration = 30, kind = \"terminating\" }\n"
      "local switching = { {0, 1}, {2, 0} }\n"
      "client \"states\" { calls = \"api\", arrivals = mmpp { rates = {0.05, 0.05}, transitions = switching } }\n"
      "client \"pieces\" { calls = \"api\", arrivals = piecewise { {0, 0.05} } }\n"
      "client \"none\" { calls = \"api\", arrivals = mmpp { rates = {2, 2}, transitions = switching } }\n"
      "fault { at = 10, lasts = 10, set = { [\"states.arrivals.rates\"] = {10, 10}, [\"none.arrivals.rates\"] = {0, "
      "0},\n"
      "  [\"pieces.arrivals\"] = piecewise { {0, 3}, {15, 0} } } }\n",
      400);
  static const struct {
    const char *client;
    double during, all;
  } expected[] = {{"states", 100, 101}, {"pieces", 15, 16}, {"none", 0, 40}};
  for (size_t i = 0; i < 3; i++) {
    double during = 0, all = 0;
    for (size_t j = 0; j < r.count; j++) {
      if (strcmp(r.list[j].client, expected[i].client) != 0) continue;
      all++;
      during += r.list[j].arrival >= 10 && r.list[j].arrival < 20;
    }
    assert_true(fabs(during - 400 * expected[i].during) <= 4 * sqrt(400 * expected[i].during));
    assert_true(fabs(all - 400 * expected[i].all) <= 4 * sqrt(400 * expected[i].all));
  }
  rows_destroy(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_order),
      cmocka_unit_test(changed_arrivals),
      cmocka_unit_test(jitter),
      cmocka_unit_test(lost_messages),
      cmocka_unit_test(throttled),
      cmocka_unit_test(failures_that_overlap),
      cmocka_unit_test(failures_and_retries),
      cmocka_unit_test(weights),
      cmocka_unit_test(members_at_random),
      cmocka_unit_test(subsets),
      cmocka_unit_test(some_members_fail),
      cmocka_unit_test(copies_by_quantile),
      cmocka_unit_test(replaced_members),
      cmocka_unit_test(drawn_threads),
  };
  return cmocka_run_group_tests_name("lives left to chance", tests, NULL, NULL);
}
