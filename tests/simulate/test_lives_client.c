/* Timeouts, retries, budgets, breakers, copies, connections: what a client does with its requests, by hand. */
#include "life.h"

#include <math.h>

#define TRACE "arrivals = trace { file = \"trace.csv\", format = \"csv\" }"
#define ONCE "time,service\n0,0\n"

/* Sent at 0 and, in the queue behind it, at 2. The answers come at 5 and 10. */
static const struct life timeout_in_service_and_in_queue = {
    "server \"db\" { service = 5 } run { duration = 12 }\n"
    "client \"web\" { calls = \"db\", timeout = 2, retries = 1, " TRACE " }\n",
    ONCE,
    "web,0,0,4,timeout,2\n",
    {{"web.timeouts", 2},
     {"web.attempts", 2},
     {"web.retries", 1},
     {"web.late", 2},
     {"web.failed.timeout", 1},
     {"web.latency.mean", NAN},
     {"db.sojourn.mean", 6.5},
     {"db.throughput", 2.0 / 12},
     {"db.utilization.mean", 10.0 / 12},
     /* an open request one of whose attempts has timed out: on [2, 4) */
     {"db.orbit.mean", 2.0 / 12}}};

/* The run goes on until the server is empty, and what it answers then counts. */
static const struct life late_after_the_last_request = {
    "server \"db\" { service = 5 } run { duration = 1 }\n"
    "client \"web\" { calls = \"db\", timeout = 2, retries = 1, " TRACE " }\n",
    ONCE,
    "web,0,0,4,timeout,2\n",
    {{"web.late", 2}, {"db.sojourn.mean", 6.5}, {"db.sojourn.max", 8}}};

static const struct life timeout_at_the_instant_of_the_answer = {
    "server \"db\" { service = 2 } run { duration = 12 }\n"
    "client \"web\" { calls = \"db\", timeout = 2, retries = 1, " TRACE " }\n",
    ONCE,
    "web,0,0,2,ok,1\n",
    {{"web.timeouts", 0}}};

static const struct life late_answer_accepted = {
    "server \"db\" { service = 5 } run { duration = 12 }\n"
    "client \"web\" { calls = \"db\", timeout = 3, retries = 1, late = \"accept\", " TRACE " }\n",
    ONCE,
    "web,0,0,5,ok,2\n",
    {{"web.late", 1}, {"web.timeouts", 1}, {"web.completed", 1}, {"web.attempts", 2}, {"db.throughput", 2.0 / 12}}};

/* Too late even for that: the request has failed at 4. */
static const struct life late_answer_to_a_closed_request = {
    "server \"db\" { service = 5 } run { duration = 12 }\n"
    "client \"web\" { calls = \"db\", timeout = 2, retries = 1, late = \"accept\", " TRACE " }\n",
    ONCE,
    "web,0,0,4,timeout,2\n",
    {{"web.late", 2}, {"web.completed", 0}}};

#define REFUSING "server \"db\" { service = 1 } fault { at = 0, lasts = 500, crash = \"db\" } run { duration = 600 }\n"

/* At 0, 1, 1 + 2, 3 + min(3, 4), 6 + 3. */
static const struct life backoff = {REFUSING
                                    "client \"web\" { calls = \"db\", retries = 4, backoff = exponential_backoff { "
                                    "base = 1, factor = 2, max = 3 }, " TRACE " }\n",
                                    ONCE,
                                    "web,0,0,9,refused,5\n",
                                    {{"web.rejected", 5},
                                     {"web.retries", 4},
                                     {"web.retries.ratio", 4},
                                     {"web.failed.refused", 1},
                                     {"web.timeouts", 0}}};

/* Errors, refusals and timeouts alike: refused at 0, in error at 1 (the crash's), timed out from 2 to 6, then well. */
static const struct life retries_whatever_the_reason = {
    "server \"db\" { service = 5 } run { duration = 32 }\n"
    "fault { at = 0, lasts = 0.5, crash = \"db\" }\n"
    "fault { at = 2, lasts = 0.5, crash = \"db\", lost = \"error\" }\n"
    "fault { at = 3, lasts = 3, slow = \"db\", by = 3 }\n"
    "client \"web\" { calls = \"db\", timeout = 6, retries = 3,\n"
    "  backoff = exponential_backoff { base = 1, factor = 1, max = 1 }, " TRACE " }\n",
    ONCE,
    /* sent at 0: refused. At 1: lost at 2. At 3: slowed until 6, has done 1 of 5, times out at 9, done at 10. At 10:
     * done at 15. */
    "web,0,0,15,ok,4\n",
    {{"web.rejected", 1}, {"web.timeouts", 1}, {"web.late", 1}, {"web.attempts", 4}, {"web.retries", 3}}};

static const struct life deadline = {
    "server \"db\" { service = 10 } run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", timeout = 1, retries = 100, deadline = 2.5, " TRACE " }\n",
    ONCE,
    "web,0,0,2.5,deadline,3\n",
    {{"web.failed.deadline", 1}, {"web.failed.timeout", 0}, {"web.timeouts", 2}, {"web.attempts", 3}, {"web.late", 2}}};

static const struct life deadline_during_backoff = {
    REFUSING
    "client \"web\" { calls = \"db\", retries = 5, deadline = 8,\n"
    "  backoff = exponential_backoff { base = 16, factor = 1, max = 16 }, " TRACE " }\n",
    ONCE,
    "web,0,0,8,deadline,1\n",
    {{"web.attempts", 1}}};

static const struct life deadline_and_connections = {
    "server \"db\" { service = 10 } run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", connections = 1, deadline = 12, " TRACE " }\n",
    "time,service\n0,0\n1,0\n2,0\n",
    /* the second is sent at 10, the third at 13 */
    "web,0,0,10,ok,1\nweb,0,1,12,deadline,1\nweb,0,2,12,deadline,1\n",
    {{"web.attempts", 3}, {"db.throughput", 3.0 / 32}, {"db.wait.max", 7}}};

/* Two tokens at first, one every four. */
static const struct life budget = {
    REFUSING
    "client \"web\" { calls = \"db\", retries = 10, retry_budget = token_bucket { capacity = 2, rate = 0.25 }, " TRACE
    " }\n",
    "time,service\n0,0\n4,0\n20,0\n",
    "web,0,0,0,budget,3\nweb,0,4,0,budget,2\nweb,0,20,0,budget,3\n",
    {{"web.failed.budget", 3}, {"web.failed.refused", 0}, {"web.attempts", 8}, {"web.retries", 5}}};

/* The tenth failure, at 4.5, opens it; at 9.5 one tries and fails; at 14.5 one tries, and while it does nobody else
 * may; it succeeds, and it is closed. */
static const struct life breaker = {
    "server \"db\" { service = 0.125 } fault { at = 0, lasts = 12, crash = \"db\" } run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", circuit_breaker = { failures = 0.5, window = 10, open_for = 5 }, " TRACE " }\n",
    "time,service\n0,0\n0.5,0\n1,0\n1.5,0\n2,0\n2.5,0\n3,0\n3.5,0\n4,0\n4.5,0\n5,0\n9,0\n9.5,0\n10,0\n13,0\n"
    "14.5,0\n14.5625,0\n14.75,0\n14.75,0\n",
    "web,0,0,0,refused,1\nweb,0,0.5,0,refused,1\nweb,0,1,0,refused,1\nweb,0,1.5,0,refused,1\nweb,0,2,0,refused,1\n"
    "web,0,2.5,0,refused,1\nweb,0,3,0,refused,1\nweb,0,3.5,0,refused,1\nweb,0,4,0,refused,1\nweb,0,4.5,0,refused,1\n"
    "web,0,5,0,breaker,1\nweb,0,9,0,breaker,1\nweb,0,9.5,0,refused,1\nweb,0,10,0,breaker,1\nweb,0,13,0,breaker,1\n"
    "web,0,14.5625,0,breaker,1\nweb,0,14.5,0.125,ok,1\nweb,0,14.75,0.125,ok,1\nweb,0,14.75,0.25,ok,1\n",
    {{"web.failed.breaker", 5}, {"web.failed.refused", 11}, {"web.completed", 3}, {"web.attempts", 14}}};

/* The tenth failure opens it; probes at 15, which fails, and at 20. */
static const struct life breaker_of_a_pipeline = {
    "server \"front\" { service = 0, forward = { { \"back\" } } } server \"back\" { service = 0 }\n"
    "client \"web\" { calls = \"front\", arrivals = every(1), "
    "circuit_breaker = { failures = 0.5, window = 99, open_for = 5 } }\n"
    "run { duration = 21.5, kind = \"terminating\" } fault { at = 0.5, lasts = 17, crash = \"back\", lost = \"error\" "
    "}\n",
    NULL,
    NULL,
    {{"web.arrivals", 21}, {"web.failed.refused", 11}, {"web.failed.breaker", 8}, {"web.completed", 2}}};

/* Of the last 2 there are never ten. */
static const struct life breaker_forgets = {
    "server \"db\" { service = 0.125 } fault { at = 0, lasts = 12, crash = \"db\" } run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", circuit_breaker = { failures = 0.5, window = 2, open_for = 5 }, " TRACE " }\n",
    "time,service\n0,0\n0.5,0\n1,0\n1.5,0\n2,0\n2.5,0\n3,0\n3.5,0\n4,0\n4.5,0\n5,0\n5.5,0\n6,0\n6.5,0\n7,0\n",
    NULL,
    {{"web.failed.refused", 15}, {"web.failed.breaker", 0}}};

/* Ten fail on the member that is down; the next ones all go to the other. */
static const struct life breaker_skips_the_member = {
    "servers \"db\" { count = 2, service = 0.125 } fault { at = 0, lasts = 99, crash = \"db[0]\" } run { duration = 64 "
    "}\n"
    "client \"web\" { calls = \"db\", policy = round_robin, arrivals = every(1),\n"
    "  circuit_breaker = { failures = 1, window = 100, open_for = 100 } }\n",
    NULL,
    NULL,
    {{"web.failed.refused", 10},
     {"web.completed", 53},
     {"web.failed.breaker", 0},
     {"db[0].throughput", 0},
     {"db[1].throughput", 53.0 / 64}}};

#define UNEQUAL_PAIR                            \
  "servers \"db\" { count = 2, service = 2 }\n" \
  "fault { at = 0, lasts = 99, slow = \"db[0]\", by = 4 } run { duration = 32 }\n"

/* On the slow one from 0 to 8; the copy on the fast one from 1 to 3. */
static const struct life copy_after_a_delay = {
    UNEQUAL_PAIR "client \"web\" { calls = \"db\", policy = round_robin, hedge = { delay = 1 }, " TRACE " }\n",
    ONCE,
    "web,0,0,3,ok,2\n",
    {{"web.hedges", 1},
     {"web.attempts", 2},
     {"web.retries", 0},
     {"web.late", 0},
     {"db.utilization.mean", 10.0 / 64},
     {"db.sojourn.max", 8},
     {"db[0].utilization.mean", 8.0 / 32},
     {"db[1].utilization.mean", 2.0 / 32}}};

/* Nor is there one if the answer comes first. */
static const struct life no_copy_when_it_is_quick = {
    UNEQUAL_PAIR "client \"web\" { calls = \"db\", policy = round_robin, hedge = { delay = 9 }, " TRACE " }\n",
    ONCE,
    "web,0,0,8,ok,1\n",
    {{"web.hedges", 0}}};

static const struct life copy_takes_a_token = {
    UNEQUAL_PAIR
    "client \"web\" { calls = \"db\", policy = round_robin, hedge = { delay = 1 },\n"
    "  retry_budget = token_bucket { capacity = 1, rate = 0.0009765625 }, " TRACE " }\n",
    "time,service\n0,0\n16,0\n",
    "web,0,0,3,ok,2\nweb,0,16,8,ok,1\n",
    {{"web.hedges", 1}}};

/* There is one member only, or one that the client knows: the copy goes there too, behind the first. */
static const struct life copy_to_the_same_member = {
    "server \"db\" { service = 4 } run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", hedge = { delay = 1 }, " TRACE " }\n",
    ONCE,
    "web,0,0,4,ok,2\n",
    {{"web.hedges", 1}, {"web.attempts", 2}, {"db.throughput", 2.0 / 32}}};

static const struct life copy_to_the_only_known_member = {
    "servers \"db\" { count = 3, service = 4 } run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", subset = 1, hedge = { delay = 1 }, " TRACE " }\n",
    ONCE,
    "web,0,0,4,ok,2\n",
    {{"web.hedges", 1}, {"web.attempts", 2}, {"db.throughput", 2.0 / 32}, {"db.wait.max", 3}}};

/* The copy fails at once: the first goes on. */
static const struct life copy_that_fails = {
    "servers \"db\" { count = 2, service = 4 } fault { at = 0, lasts = 99, crash = \"db[1]\" } run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", policy = round_robin, hedge = { delay = 1 }, " TRACE " }\n",
    ONCE,
    "web,0,0,4,ok,2\n",
    {{"web.hedges", 1}, {"web.rejected", 1}, {"web.completed", 1}}};

/* What loses is withdrawn from the queue: the second copy never runs. */
static const struct life loser_is_withdrawn = {
    "server \"db\" { service = 4 } run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", hedge = { delay = 1 }, cancel = true, " TRACE
    " }\n"
    "client \"other\" { calls = \"db\", arrivals = every(17) }\n",
    "time,service\n16,0\n16.5,0\n",
    /* 0-4, 4-8 (the second); its copies, from 1 and 1.5, wait until 4 and 8 */
    "web,0,0,4,ok,2\nweb,0,0.5,7.5,ok,2\nother,0,17,4,ok,1\n",
    {{"web.hedges", 2}, {"db.waiting.max", 3}}};

static const struct life withdrawn_from_the_queue = {
    "server \"db\" { service = 4 } run { duration = 10, kind = \"terminating\" }\n"
    "client \"first\" { calls = \"db\", arrivals = every(5.5) }\n"
    "client \"impatient\" { calls = \"db\", arrivals = every(6), timeout = 2, cancel = true }\n"
    "client \"last\" { calls = \"db\", arrivals = every(7) }\n",
    NULL,
    "impatient,0,6,2,timeout,1\nfirst,0,5.5,4,ok,1\nlast,0,7,6.5,ok,1\n",
    {{"impatient.late", 0}, {"db.sojourn.max", 6.5}, {"db.in_system.mean", (4 + 2 + 3 - 0.5 + 0.5) / 10}}};

static const struct life left_in_the_queue = {
    "server \"db\" { service = 4 } run { duration = 10, kind = \"terminating\" }\n"
    "client \"first\" { calls = \"db\", arrivals = every(5.5) }\n"
    "client \"impatient\" { calls = \"db\", arrivals = every(6), timeout = 2 }\n"
    "client \"last\" { calls = \"db\", arrivals = every(7) }\n",
    NULL,
    "impatient,0,6,2,timeout,1\nfirst,0,5.5,4,ok,1\nlast,0,7,10.5,ok,1\n",
    {{"impatient.late", 1}}};

/* In service it is not withdrawn. */
static const struct life cancelled_in_service = {
    "server \"db\" { service = 4 } run { duration = 10, kind = \"terminating\" }\n"
    "client \"impatient\" { calls = \"db\", arrivals = every(6), timeout = 2, cancel = true }\n"
    "client \"last\" { calls = \"db\", arrivals = every(7) }\n",
    NULL,
    "impatient,0,6,2,timeout,1\nlast,0,7,7,ok,1\n",
    {{"impatient.late", 1}, {"db.wait.max", 3}}};

/* The wait for a connection is the client's, and its timeout starts when it is sent. */
static const struct life connections = {
    "server \"db\" { threads = 4, service = 2 } run { duration = 16 }\n"
    "client \"web\" { calls = \"db\", connections = 1, timeout = 3, " TRACE " }\n",
    "time,service\n0,0\n0,0\n0,0\n",
    "web,0,0,2,ok,1\nweb,0,0,4,ok,1\nweb,0,0,6,ok,1\n",
    {{"db.wait.max", 0}, {"db.in_system.max", 1}, {"web.timeouts", 0}, {"db.utilization.mean", 6.0 / 64}}};

/* An attempt that has timed out is not out any more. A retry goes to the end of the client's queue. */
static const struct life connections_after_timeouts = {
    "server \"db\" { threads = 4, service = 2 } run { duration = 16 }\n"
    "client \"web\" { calls = \"db\", connections = 1, timeout = 1, retries = 1, " TRACE " }\n",
    "time,service\n0,0\n0.5,0\n",
    /* first at 0; second at 1; first again at 2: over at 3; second again at 3 */
    "web,0,0,3,timeout,2\nweb,0,0.5,3.5,timeout,2\n",
    {{"web.late", 4}, {"web.attempts", 4}}};

/* Nobody copies while all connections are taken. */
static const struct life connections_and_copies = {
    "server \"db\" { threads = 4, service = 4 } run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", connections = 1, hedge = { delay = 1 }, " TRACE " }\n",
    ONCE,
    "web,0,0,4,ok,1\n",
    {{"web.hedges", 0}}};

static const struct life closed_population = {
    "server \"db\" { service = 1 } run { duration = 9, kind = \"terminating\" }\n"
    "client \"web\" { calls = \"db\", arrivals = closed { population = 2, think = 3 } }\n",
    NULL,
    /* both have thought at 3; then at 4 + 3 and 5 + 3 */
    "web,0,3,1,ok,1\nweb,0,3,2,ok,1\nweb,0,7,1,ok,1\nweb,0,8,1,ok,1\n",
    {{"web.arrivals", 4}, {"web.arrivals.rate", 4.0 / 9}, {"db.utilization.mean", 4.0 / 9}}};

static const struct life closed_population_thinks_after_a_failure = {
    "server \"db\" { service = 5 } run { duration = 9, kind = \"terminating\" }\n"
    "client \"web\" { calls = \"db\", timeout = 1, arrivals = closed { population = 1, think = 3 } }\n",
    NULL,
    "web,0,3,1,timeout,1\nweb,0,7,1,timeout,1\n",
    {{"web.arrivals", 2}}};

static const struct life pool_of_clients = {
    "server \"db\" { threads = 9, service = 1 } run { duration = 32, kind = \"terminating\" }\n"
    "clients \"web\" { count = 3, per_client = true, calls = \"db\", arrivals = every(4) }\n",
    NULL,
    NULL,
    {{"web.arrivals", 21},
     {"web[0].arrivals", 7},
     {"web[1].arrivals", 7},
     {"web[2].arrivals", 7},
     {"web[2].completed", 7},
     {"web[2].attempts", 7},
     {"web[2].latency.mean", 1},
     {"web.latency.mean", 1},
     {"web.attempts", 21},
     {"db.in_system.max", 3}}};

/* The connections are each member's own. */
static const struct life connections_of_each_member = {
    "server \"db\" { threads = 9, service = 1 } run { duration = 6, kind = \"terminating\" }\n"
    "clients \"web\" { count = 3, per_client = true, calls = \"db\", connections = 1, arrivals = every(4) }\n",
    NULL,
    NULL,
    {{"web.arrivals", 3}, {"db.in_system.max", 3}, {"web.latency.max", 1}}};

static const struct life pool_of_clients_shares_one_population = {
    "server \"db\" { threads = 9, service = 1 } run { duration = 32, kind = \"terminating\" }\n"
    "clients \"web\" { count = 3, calls = \"db\", arrivals = closed { population = 2, think = 3 } }\n",
    NULL,
    NULL,
    {{"web.arrivals", 16}, {"db.in_system.max", 2}}};

static const struct life pool_of_servers_in_turn = {
    "servers \"db\" { count = 2, service = recorded() } run { duration = 8 }\n"
    "client \"web\" { calls = \"db\", policy = round_robin, " TRACE " }\n",
    "time,service\n0,4\n1,1\n2,1\n3,0.5\n",
    "web,0,1,1,ok,1\nweb,0,3,0.5,ok,1\nweb,0,0,4,ok,1\nweb,0,2,3,ok,1\n",
    {{"db.utilization.mean", 6.5 / 16},
     {"db[0].utilization.mean", 5.0 / 8},
     {"db[1].utilization.mean", 1.5 / 8},
     {"db.in_system.mean", 8.5 / 8},
     {"db[0].in_system.mean", 7.0 / 8},
     {"db[1].in_system.mean", 1.5 / 8},
     {"db.in_system.max", 3},
     {"db[0].empty", 3.0 / 8},
     {"db[1].empty", 6.5 / 8},
     {"db.empty", 9.5 / 16},
     {"db.throughput", 0.5},
     {"db[0].wait.max", 2},
     {"db[1].wait.max", 0}}};

int main(void) {
  const struct CMUnitTest tests[] = {
      LIFE(timeout_in_service_and_in_queue),
      LIFE(late_after_the_last_request),
      LIFE(timeout_at_the_instant_of_the_answer),
      LIFE(late_answer_accepted),
      LIFE(late_answer_to_a_closed_request),
      LIFE(backoff),
      LIFE(retries_whatever_the_reason),
      LIFE(deadline),
      LIFE(deadline_during_backoff),
      LIFE(deadline_and_connections),
      LIFE(budget),
      LIFE(breaker),
      LIFE(breaker_of_a_pipeline),
      LIFE(breaker_forgets),
      LIFE(breaker_skips_the_member),
      LIFE(copy_after_a_delay),
      LIFE(no_copy_when_it_is_quick),
      LIFE(copy_takes_a_token),
      LIFE(copy_to_the_same_member),
      LIFE(copy_to_the_only_known_member),
      LIFE(copy_that_fails),
      LIFE(loser_is_withdrawn),
      LIFE(withdrawn_from_the_queue),
      LIFE(left_in_the_queue),
      LIFE(cancelled_in_service),
      LIFE(connections),
      LIFE(connections_after_timeouts),
      LIFE(connections_and_copies),
      LIFE(closed_population),
      LIFE(closed_population_thinks_after_a_failure),
      LIFE(pool_of_clients),
      LIFE(connections_of_each_member),
      LIFE(pool_of_clients_shares_one_population),
      LIFE(pool_of_servers_in_turn),
  };
  return cmocka_run_group_tests_name("lives of clients", tests, NULL, NULL);
}
