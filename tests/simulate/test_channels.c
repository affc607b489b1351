/* What is drawn for each channel, and what a replacement changes, in continuous time: rows tell one draw from another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "rows.h"
#include "sojourn/results.h"

static bool near(double a, double b) { return fabs(a - b) < 1e-9; }

/* Of the request that came at this time. */
static double latency_of(const struct rows *rows, const char *client, double arrival) {
  for (size_t i = 0; i < rows->count; i++)
    if (!strcmp(rows->list[i].client, client) && near(rows->list[i].arrival, arrival)) return rows->list[i].latency;
  fail_msg("%s has no request at %g", client, arrival);
  return NAN;
}

#define OWN(field, from) field " = per_member(" from ", function(x) return constant(x) end)"
#define TURNS(count) "policy = function(request) return request.number % " count " + 1 end"

/* Each of a caller's channels has a draw of its own, even two to the same member; each message there takes that. */
static void each_channel_has_its_own(void **state) {
  (void)state;
  static const char
      *const
          models
              [] =
                  {"servers \"db\" { count = 3, service = 1, threads = 99 }\n"
                   "client \"web\" { calls = \"db\", arrivals = every(1), " TURNS("3") ", network = link { " OWN(
                       "rtt",
                       "uniform { min = 1, max = 9 }") " } } run { duration = 30, kind = \"terminating\", runs = 1 }\n",
                   /* three of two: some member twice */
                   "servers \"db\" { count = 2, service = 1, threads = 99 }\n"
                   "client \"web\" { calls = \"db\", arrivals = every(1), subset = 3, subset_replacement = "
                   "true, " TURNS("3") ", network = link { " OWN(
                       "one_way",
                       "uniform { min = 1, max = 9 }") " } } run { duration = 30, kind = \"terminating\", runs = 1 }\n",
                   "servers \"db\" { count = 3, service = 1, threads = 99 }\n"
                   "client \"web\" { calls = \"db\", arrivals = every(1), policy = round_robin, network = link { " OWN(
                       "one_way",
                       "uniform { min = 1, max = 9 }") " } } run { duration = 30, kind = \"terminating\", runs = 1 "
                                                       "}\n"};
  for (size_t m = 0; m < 3; m++) {
    struct rows rows = rows_by_arrival(models[m], 0);
    assert_true(rows.count >= 29);
    for (size_t i = 0; i + 3 < rows.count; i++) {
      assert_true(near(rows.list[i].latency, rows.list[i + 3].latency));
      assert_false(near(rows.list[i].latency, rows.list[i + 1].latency));
      assert_false(near(rows.list[i].latency, rows.list[i + 2].latency));
    }
    rows_destroy(&rows);
  }
}

/* Two callers of the same member, and the same caller of two pools. */
static void callers_have_their_own(void **state) {
  (void)state;
  struct rows rows = rows_by_arrival(
      "server \"db\" { service = 1, threads = 99 } server \"log\" { service = 1, threads = 99 }\n"
      "clients \"web\" { count = 2, per_client = true, calls = \"db\", arrivals = every(1), network = link { "
      OWN("one_way", "uniform { min = 1, max = 9 }") " } }\n"
      "client \"app\" { calls = { { 1, \"db\" }, { 1, \"log\" } }, arrivals = every(1), network = link { "
      OWN("one_way", "uniform { min = 1, max = 9 }") " } }\n"
      "run { duration = 40, kind = \"terminating\", runs = 1 }\n",
      0);
  double first[2] = {NAN, NAN}, seen[2] = {NAN, NAN};
  size_t kinds = 0;
  for (size_t i = 0; i < rows.count; i++) {
    const struct row *const row = &rows.list[i];
    if (!strcmp(row->client, "web")) {
      if (isnan(first[row->member])) first[row->member] = row->latency;
      assert_true(near(first[row->member], row->latency));
    } else if (!(kinds > 0 && near(seen[0], row->latency)) && !(kinds > 1 && near(seen[1], row->latency))) {
      assert_true(kinds < 2);
      seen[kinds++] = row->latency;
    }
  }
  assert_true(kinds == 2 && !near(first[0], first[1]) && !near(seen[0], seen[1]));
  rows_destroy(&rows);
}

/* `now` takes the rtt of the member as it is, `kept` as it was drawn at the start for its channel, `anew` as it was at
 * the last of many drawings anew. The member is replaced now and then: `late` sends its first only after that, and has
 * what the channel would have had from the start. */
static void server_rtt_and_redraw(void **state) {
  (void)state;
  struct rows rows = rows_by_arrival(
      "server \"db\" { service = 1, threads = 99, rtt = uniform { min = 2, max = 18 }, replace = { rate = 0.02 } }\n"
      "local function web(name, law, redraw, from)\n"
      "  client(name) { calls = \"db\", arrivals = piecewise { {0, 0}, {from, 1} }, network = link {\n"
      "    one_way = law, redraw = redraw } }\n"
      "end\n"
      "local kept = per_member(server_rtt / 2, function(x) return constant(x) end)\n"
      "web(\"now\", server_rtt / 2, 0, 1) web(\"kept\", kept, 0, 1) web(\"late\", kept, 0, 200)\n"
      "web(\"anew\", kept, 1000, 1)\n"
      "run { duration = 400, kind = \"terminating\", runs = 1 }\n",
      0);
  double kept = NAN, now = NAN, late = NAN, anew = NAN;
  size_t changes = 0, changes_anew = 0;
  for (size_t i = 0; i < rows.count; i++) {
    const double latency = rows.list[i].latency;
    const char *const client = rows.list[i].client;
    if (!strcmp(client, "kept")) {
      assert_true(isnan(kept) || near(kept, latency));
      kept = latency;
    } else if (!strcmp(client, "late")) {
      assert_true(isnan(late) || near(late, latency));
      late = latency;
    } else if (!strcmp(client, "now")) {
      changes += !isnan(now) && !near(now, latency);
      now = latency;
    } else {
      changes_anew += !isnan(anew) && !near(anew, latency);
      anew = latency;
    }
    assert_true(latency > 3 - 1e-9 && latency < 19 + 1e-9);
  }
  assert_true(near(kept, late));
  /* Some 8 replacements in the time, each seen by two or three requests that are under way. */
  assert_true(changes >= 4 && changes < 60 && changes_anew >= 4 && changes_anew < 60);
  assert_true(near(now, anew) || changes > 0);
  rows_destroy(&rows);
}

/* With a constant rtt nothing is left to chance: there, 1 of service, and back. */
static void constant_server_rtt(void **state) {
  (void)state;
  static const char *const laws[] = {"one_way = server_rtt / 2", "rtt = server_rtt",
                                     "one_way = per_member((server_rtt + 2) / 2, function(x) return x - 1 end)",
                                     "rtt = per_member(server_rtt, function(x) return constant(x) end), redraw = 3"};
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    char *const text = sj_format(
        "servers \"db\" { count = 2, service = 1, rtt = 6, threads = 99 }\n"
        "server \"app\" { service = 1, threads = 99, calls = { { \"db\", network = link { %s } "
        "} } }\n"
        "client \"web\" { calls = \"db\", arrivals = every(5), network = link { %s } }\n"
        "client \"user\" { calls = \"app\", arrivals = every(5) }\n"
        "run { duration = 40, kind = \"terminating\", runs = 1 }\n",
        laws[i], laws[i]);
    struct rows rows = rows_by_arrival(text, 0);
    assert_true(near(latency_of(&rows, "web", 5), 7) && near(latency_of(&rows, "user", 5), 8));
    assert_true(near(latency_of(&rows, "web", 35), 7) && near(latency_of(&rows, "user", 35), 8));
    rows_destroy(&rows);
    free(text);
  }
}

/* A fault scales the law: the same draws, twice as long, and then as before. */
static void faults_keep_the_draws(void **state) {
  (void)state;
  struct rows rows = rows_by_arrival(
      "servers \"db\" { count = 2, service = 1, threads = 99 }\n"
      "client \"web\" { calls = \"db\", arrivals = every(1), " TURNS("2") ", network = link { one_way =\n"
      "  per_member(uniform { min = 1, max = 2 }, function(x) return constant(x) end), redraw = 0.25 } }\n"
      "fault { at = 50.5, lasts = 20, set = { [\"web.network.one_way\"] =\n"
"  per_member(uniform { min = 1, max = 2 }, function(x) return constant(2 * x) end) } }\n"
      "run { duration = 100, kind = \"terminating\", runs = 1 }\n",
      0);
  size_t between = 0;
  for (size_t i = 0; i < rows.count; i++) {
    const struct row *const row = &rows.list[i];
    const bool slow = row->arrival > 51 && row->arrival < 60;
    if (slow) assert_true(row->latency > 5 - 1e-9 && row->latency < 9 + 1e-9);
    if (row->arrival < 40 || row->arrival > 72) assert_true(row->latency > 3 - 1e-9 && row->latency < 5 + 1e-9);
    between += slow;
  }
  assert_true(between >= 8);
  rows_destroy(&rows);
}

/* ---- replacement ---- */

/* A member that has one thread or two, drawn anew all the time, and two requests for ever. Those that a new member has
 * no thread for wait half of the time if they are put back, and never after they began if not. */
static void replacement_puts_back(void **state) {
  (void)state;
  static const char *const disciplines[] = {"fifo", "lifo", "random", "priority"};
  for (int i = 0; i < 5; i++) {
    char *const text = sj_format(
        "run { duration = 2000, drain = 0, runs = 1, kind = \"terminating\" }\n"
        "server \"db\" { service = 1e6, threads = uniform_int { min = 1, max = 2 }, discipline = \"%s\",\n"
        "  replace = { rate = 1, requeue = %s } }\n"
        "client \"web\" { calls = \"db\", arrivals = spread { count = 2, over = 1 } }\n",
        disciplines[i % 4], i < 4 ? "true" : "false");
    struct rows rows = rows_of(text, 0);
    const double present = sj_results_value(rows.results, "db.in_system.mean");
    const double waiting = sj_results_value(rows.results, "db.waiting.mean");
    assert_true(present > 1.99);
    assert_true(i < 4 ? fabs(waiting - 0.5) < 0.06 : waiting < 0.02);
    rows_destroy(&rows);
    free(text);
  }
}

/* Three begin at 1, 2 and 3, of 100 each. At a replacement that leaves one thread the last two go back, the last one
 * first: so it is done 100 after the first, and the second after that. In half of the runs there is one thread from the
 * start, and they are done in their order; in none are they in order if they began together. */
static void order_of_those_put_back(void **state) {
  (void)state;
  struct rows rows = rows_by_arrival(
      "server \"db\" { service = 100, threads = per_member(uniform_int { min = 0, max = 1 }, function(x)\n"
      "  return constant(1 + 2 * x) end), replace = { rate = 0.01, requeue = true } }\n"
      "client \"web\" { calls = \"db\", arrivals = every(1) }\n"
      "run { duration = 3.5, drain = 9999, kind = \"terminating\", runs = 800 }\n",
      0);
  assert_int_equal(rows.count, 3 * 800);
  size_t turned = 0, straight = 0;
  for (size_t i = 0; i < rows.count; i += 3) {
    double done[3];
    for (size_t k = 0; k < 3; k++) {
      assert_true(rows.list[i + k].latency >= 100 - 1e-9);
      done[k] = rows.list[i + k].arrival + rows.list[i + k].latency;
    }
    turned += near(done[2], done[0] + 100) && near(done[1], done[0] + 200);
    straight += near(done[1], done[0] + 100) && near(done[2], done[0] + 200);
  }
  assert_true(turned > 20 && straight > 100);
  rows_destroy(&rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_channel_has_its_own), cmocka_unit_test(callers_have_their_own),
      cmocka_unit_test(server_rtt_and_redraw),    cmocka_unit_test(constant_server_rtt),
      cmocka_unit_test(faults_keep_the_draws),    cmocka_unit_test(replacement_puts_back),
      cmocka_unit_test(order_of_those_put_back)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
