/* What scenarios share, they share to the last bit: a request arrives when it arrived and brings the work it brought,
 * whatever else is changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "rows.h"
#include "sojourn/results.h"

#define WEB(more) "client \"web\" { calls = \"db\", arrivals = poisson { rate = 4 }" more " }\n"
#define DB(more) "server \"db\" { service = lognormal { mean = 0.2, cv = 1 }" more " }\n"
#define RUN "run { duration = 200, kind = \"terminating\", runs = 2 }\n"

/* Nobody waits: the latency is the work. */
#define ALONE WEB("") DB(", threads = 10000") RUN

static void same_arrivals(const struct rows *a, const struct rows *b) {
  size_t n = 0, compared = 0;
  for (size_t i = 0; i < b->count; i++) {
    if (strcmp(b->list[i].client, "web") != 0) continue;
    assert_true(n < a->count && a->list[n].arrival == b->list[i].arrival && a->list[n].run == b->list[i].run);
    n++;
    compared++;
  }
  assert_true(n == a->count && compared > 1000);
}

static void same_latencies(const struct rows *a, const struct rows *b) {
  size_t n = 0;
  for (size_t i = 0; i < b->count; i++)
    if (strcmp(b->list[i].client, "web") == 0) {
      /* the same time; its difference to the arrival may have been rounded otherwise */
      assert_true(fabs(a->list[n].latency - b->list[i].latency) < 1e-9);
      n++;
    }
}

static void unchanged_by(const char *other, bool latencies) {
  struct rows a = rows_by_arrival(ALONE, 0), b = rows_by_arrival(other, 0);
  same_arrivals(&a, &b);
  if (latencies) same_latencies(&a, &b);
  rows_destroy(&a);
  rows_destroy(&b);
}

/* With one thread each waits as Lindley's recursion says for the works that the other scenario showed. */
static void threads(void **state) {
  (void)state;
  struct rows work = rows_by_arrival(ALONE, 0), queue = rows_by_arrival(WEB("") DB("") RUN, 0);
  same_arrivals(&work, &queue);
  double free_at = 0;
  for (size_t i = 0; i < work.count; i++) {
    if (i > 0 && work.list[i].run != work.list[i - 1].run) free_at = 0;
    const double start = fmax(free_at, work.list[i].arrival);
    free_at = start + work.list[i].latency;
    assert_true(fabs(free_at - work.list[i].arrival - queue.list[i].latency) < 1e-9);
  }
  rows_destroy(&work);
  rows_destroy(&queue);
}

static void speed(void **state) {
  (void)state;
  struct rows a = rows_by_arrival(ALONE, 0), b = rows_by_arrival(WEB("") DB(", threads = 10000, speed = 4") RUN, 0);
  same_arrivals(&a, &b);
  for (size_t i = 0; i < a.count; i++) assert_true(fabs(a.list[i].latency / 4 - b.list[i].latency) < 1e-9);
  rows_destroy(&a);
  rows_destroy(&b);
}

static void disciplines(void **state) {
  (void)state;
  unchanged_by(WEB("") DB(", discipline = \"lifo\"") RUN, false);
  unchanged_by(WEB("") DB(", discipline = \"ps\", threads = 10000") RUN, true);
  unchanged_by(WEB("") DB(", discipline = \"random\", capacity = 3") RUN, false);
}

/* Fields of the client that need draws of their own. */
static void clients_fields(void **state) {
  (void)state;
  unchanged_by(WEB(", timeout = exponential { mean = 100000 }, retries = 3") DB(", threads = 10000") RUN, true);
  unchanged_by(WEB(", timeout = 0.1, retries = 3, backoff = exponential_backoff { base = 0.1, factor = 2, max = 1, "
                   "jitter = \"full\" }") DB("") RUN,
               false);
  unchanged_by(WEB(", size = exponential { mean = 10 }, network = link { one_way = 0 }, hedge = { delay = 50 }")
                   DB(", threads = 10000") RUN,
               true);
}

static void other_components(void **state) {
  (void)state;
  unchanged_by(
      "server \"cache\" { service = exponential { rate = 1 } }\n"
      "client \"aaa\" { calls = \"cache\", arrivals = poisson { rate = 3 } }\n" WEB("") DB(", threads = 10000") RUN,
      true);
  unchanged_by(WEB("") DB(", threads = 10000") RUN "client \"batch\" { calls = \"db\", arrivals = every(0.3) }\n",
               true);
}

/* A fault that leaves the client alone; and one that touches only some of the time. */
static void faults(void **state) {
  (void)state;
  unchanged_by(WEB("") DB(", threads = 10000") RUN "fault { at = 1e6, lasts = 1, crash = \"db\" }\n", true);
  unchanged_by(WEB("") DB("") RUN
               "fault { every = exponential { mean = 20 }, lasts = exponential { mean = 2 }, slow = "
               "\"db\", by = 3 }\n",
               false);
}

/* A pool's members: who sends is drawn apart from when. */
static void pools(void **state) {
  (void)state;
  unchanged_by(
      "clients \"web\" { count = 5, calls = \"db\", arrivals = poisson { rate = 4 } }\n"
      "servers \"db\" { count = 7, threads = 1000, service = lognormal { mean = 0.2, cv = 1 } }\n" RUN,
      true);
}

/* Twice the rate: the same exponential draws, in half the time. */
static void rates(void **state) {
  (void)state;
  struct rows a = rows_by_arrival(ALONE, 1);
  struct rows b = rows_by_arrival(
      "client \"web\" { calls = \"db\", arrivals = poisson { rate = 8 } }\n" DB(", threads = 10000") RUN, 1);
  assert_true(b.count > a.count);
  for (size_t i = 0; i < a.count; i++) {
    assert_true(fabs(a.list[i].arrival / 2 - b.list[i].arrival) < 1e-9);
    assert_true(fabs(a.list[i].latency - b.list[i].latency) < 1e-9);
  }
  rows_destroy(&a);
  rows_destroy(&b);
}

/* Yet runs, and components of other names, have nothing in common. */
static void independent(void **state) {
  (void)state;
  struct rows a = rows_by_arrival(ALONE, 2);
  struct rows b = rows_by_arrival(
      "client \"other\" { calls = \"db\", arrivals = poisson { rate = 4 } }\n" DB(", threads = 10000") RUN, 1);
  size_t second = 0;
  while (a.list[second].run == 0) second++;
  assert_true(second > 0 && second < a.count && b.count > 0);
  for (size_t i = 0; i < 100; i++) {
    assert_true(a.list[i].arrival != a.list[second + i].arrival && a.list[i].latency != a.list[second + i].latency);
    assert_true(a.list[i].arrival != b.list[i].arrival && a.list[i].latency != b.list[i].latency);
  }
  rows_destroy(&a);
  rows_destroy(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(threads),          cmocka_unit_test(speed),  cmocka_unit_test(disciplines),
      cmocka_unit_test(clients_fields),   cmocka_unit_test(faults), cmocka_unit_test(pools),
      cmocka_unit_test(other_components), cmocka_unit_test(rates),  cmocka_unit_test(independent),
  };
  return cmocka_run_group_tests_name("common random numbers", tests, NULL, NULL);
}
