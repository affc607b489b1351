/* Servers that call others or hand requests on, and the links between: by hand. */
#include "life.h"

#include <math.h>

#define TRACE "arrivals = trace { file = \"trace.csv\", format = \"csv\" }"
#define ONCE "time,service\n0,0\n"
#define WEB "client \"web\" { calls = \"front\", " TRACE " } run { duration = 32 }\n"
#define TWO_BEHIND "server \"a\" { service = 2 } server \"b\" { service = 3 }\n"

static const struct life calls_in_sequence = {WEB TWO_BEHIND
                                              "server \"front\" { service = 1, calls = { \"a\", \"b\" } }\n",
                                              ONCE,
                                              "web,0,0,6,ok,1\n",
                                              {{"front.service.mean", 6},
                                               {"front.utilization.mean", 6.0 / 32},
                                               {"front.calls.attempts", 2},
                                               {"a.sojourn.mean", 2},
                                               {"b.sojourn.mean", 3},
                                               {"a.throughput", 1.0 / 32}}};

static const struct life calls_in_parallel = {
    WEB TWO_BEHIND
    "server \"front\" { apis = { all = { work = 1, calls = { \"a\", \"b\" }, order = \"parallel\" } } }\n",
    ONCE,
    "web,0,0,4,ok,1\n",
    {{"front.service.mean", 4}, {"a.in_system.mean", 2.0 / 32}, {"b.in_system.mean", 3.0 / 32}}};

/* A sequence stops where a call fails. */
static const struct life call_that_fails = {
    WEB TWO_BEHIND
    "server \"front\" { service = 1, calls = { \"a\", \"b\" } }\n"
    "fault { at = 0, lasts = 9, crash = \"a\" }\n",
    ONCE,
    "web,0,0,1,error,1\n",
    {{"web.failed.error", 1}, {"front.calls.rejected", 1}, {"b.throughput", 0}, {"front.throughput", 0}}};

/* At once, though the other call goes on. */
static const struct life parallel_call_that_fails = {WEB TWO_BEHIND
                                                     "server \"front\" { apis = { all = { work = 1, calls = { \"b\", { "
                                                     "\"a\", timeout = 1 } }, order = \"parallel\" } } }\n",
                                                     ONCE,
                                                     "web,0,0,2,error,1\n",
                                                     {{"front.calls.timeouts", 1},
                                                      {"front.calls.late", 1},
                                                      {"front.utilization.mean", 2.0 / 32},
                                                      {"b.throughput", 1.0 / 32}}};

static const struct life optional_call_that_fails = {
    WEB TWO_BEHIND
    "server \"front\" { service = 1, calls = { { \"a\", optional = true }, \"b\" } }\n"
    "fault { at = 0, lasts = 9, crash = \"a\" }\n",
    ONCE,
    "web,0,0,4,ok,1\n",
    {{"front.calls.rejected", 1}, {"b.throughput", 1.0 / 32}}};

static const struct life fire_and_forget = {
    WEB TWO_BEHIND "server \"front\" { service = 1, calls = { { \"a\", wait = false }, { \"b\", wait = false } } }\n",
    "time,service\n0,0\n1.5,0\n",
    "web,0,0,1,ok,1\nweb,0,1.5,1,ok,1\n",
    {{"front.calls.attempts", 4}, {"a.throughput", 2.0 / 32}, {"b.sojourn.max", 4.5}, {"a.sojourn.max", 2.5}}};

/* What nobody waits for may fail, and the run goes on until it is done. */
static const struct life fire_and_forget_at_the_end = {
    "client \"web\" { calls = \"front\", " TRACE " } run { duration = 0.5 }\n" TWO_BEHIND
    "server \"front\" { service = 1, calls = { { \"a\", wait = false, timeout = 1 }, { \"b\", wait = false } } }\n",
    ONCE,
    "web,0,0,1,ok,1\n",
    {{"front.calls.timeouts", 1}, {"front.calls.late", 1}, {"b.sojourn.mean", 3}, {"b.throughput", 0}}};

/* The only thread is held for 4. */
static const struct life thread_held = {
    WEB "server \"back\" { threads = 2, service = 3 } server \"front\" { service = 1, calls = { \"back\" } }\n",
    "time,service\n0,0\n0,0\n",
    "web,0,0,4,ok,1\nweb,0,0,8,ok,1\n",
    {{"front.utilization.mean", 8.0 / 32}, {"front.wait.max", 4}, {"back.in_system.max", 1}}};

/* The only thread is held for 1. */
static const struct life thread_free = {WEB
                                        "server \"back\" { threads = 2, service = 3 }\n"
                                        "server \"front\" { service = 1, async = true, calls = { \"back\" } }\n",
                                        "time,service\n0,0\n0,0\n",
                                        "web,0,0,4,ok,1\nweb,0,0,5,ok,1\n",
                                        {{"front.utilization.mean", 2.0 / 32},
                                         {"front.wait.max", 1},
                                         {"front.service.mean", 4},
                                         {"front.in_system.mean", 9.0 / 32},
                                         {"front.waiting.mean", 1.0 / 32},
                                         {"back.in_system.max", 2}}};

/* Tries at 1, 2 and 3. */
static const struct life retries_of_a_call = {
    WEB
    "server \"back\" { threads = 4, service = 5 }\n"
    "server \"front\" { service = 1, calls = { { \"back\", timeout = 1, retries = 2 } } }\n",
    ONCE,
    "web,0,0,4,error,1\n",
    {{"front.calls.attempts", 3},
     {"front.calls.timeouts", 3},
     {"front.calls.retries", 2},
     {"front.calls.late", 3},
     {"back.orbit.mean", 2.0 / 32},
     {"web.timeouts", 0},
     {"web.attempts", 1}}};

/* A call has what a client has: a copy at 1 + 1 to the other member, done at 4, where the first takes 8. */
static const struct life copy_of_a_call = {
    WEB
    "servers \"back\" { count = 2, service = 2 } fault { at = 0, lasts = 99, slow = \"back[0]\", by = 4 }\n"
    "server \"front\" { service = 1, calls = { { \"back\", policy = round_robin, hedge = { delay = 1 } } } }\n",
    ONCE,
    "web,0,0,4,ok,1\n",
    {{"front.calls.hedges", 1}, {"front.calls.attempts", 2}, {"front.calls.retries", 0}}};

/* The client has given up; the server finishes what it began all the same. */
static const struct life work_for_nobody = {
    TWO_BEHIND
    "server \"front\" { service = 1, calls = { \"a\", \"b\" } } run { duration = 32 }\n"
    "client \"web\" { calls = \"front\", timeout = 0.5, " TRACE " }\n",
    ONCE,
    "web,0,0,0.5,timeout,1\n",
    {{"web.late", 1}, {"b.throughput", 1.0 / 32}, {"front.throughput", 1.0 / 32}}};

/* Calls three deep. */
static const struct life chain = {
    WEB
    "server \"front\" { service = 1, calls = { \"middle\" } } server \"middle\" { service = 2, calls = { \"back\" } }\n"
    "server \"back\" { service = 4 }\n",
    "time,service\n0,0\n0.5,0\n",
    "web,0,0,7,ok,1\nweb,0,0.5,13.5,ok,1\n",
    {{"middle.service.mean", 6}, {"back.utilization.mean", 8.0 / 32}, {"middle.wait.max", 0}}};

/* Under processor sharing one that waits for its call keeps its share: 1 at full rate; then, from 1 to 4, half of the
 * rate for the other, which came at 2 and has work 2 from the trace; it is done at 5. */
static const struct life share_kept_while_calling = {
    WEB
    "server \"front\" { discipline = \"ps\", apis = { x = { work = recorded(), calls = { \"back\" } } } }\n"
    "server \"back\" { threads = 9, service = 3 }\n",
    "time,service\n0,1\n2,2\n",
    "web,0,0,4,ok,1\nweb,0,2,6,ok,1\n",
    {{"front.utilization.mean", 8.0 / 32}}};

/* --- pipelines ----------------------------------------------------------------------------------------------------
 */

static const struct life handed_on = {
    WEB
    "server \"front\" { service = 1, forward = { { \"back\", timeout = 4, retries = 1 } } }\n"
    "server \"back\" { service = 2 }\n",
    "time,service\n0,0\n0.5,0\n",
    "web,0,0,3,ok,1\nweb,0,0.5,4.5,ok,1\n",
    {{"front.utilization.mean", 2.0 / 32},
     {"front.sojourn.max", 1.5},
     {"back.stage.attempts", 2},
     {"back.stage.timeouts", 0},
     {"front.stage.attempts", 2},
     {"web.attempts", 2}}};

/* Work 1.5, slowed to an eighth from 2 to 3: half a unit is left at 2, 3/8 at 3, when it times out. Sent again, it is
 * done at 4.5, and the first, which was done at 3.375, is too late. */
static const struct life stage_retried = {
    WEB
    "server \"front\" { service = 1, forward = { { \"back\", timeout = 2, retries = 1 } } }\n"
    "server \"back\" { threads = 2, service = 1.5 } fault { at = 2, lasts = 1, slow = \"back\", by = 8 }\n",
    ONCE,
    "web,0,0,4.5,ok,1\n",
    {{"back.stage.attempts", 2},
     {"back.stage.timeouts", 1},
     {"back.stage.retries", 1},
     {"back.stage.late", 1},
     {"web.timeouts", 0},
     {"back.sojourn.max", 2.375}}};

static const struct life stage_that_times_out = {
    WEB
    "server \"front\" { service = 1, forward = { { \"back\", timeout = 2, retries = 1 } } }\n"
    "server \"back\" { threads = 2, service = 9 }\n",
    ONCE,
    "web,0,0,5,timeout,1\n",
    {{"back.stage.attempts", 2}, {"back.stage.timeouts", 2}, {"back.stage.late", 2}, {"web.failed.timeout", 1}}};

/* The first stage's own timeout and retries are the client's to say. */
static const struct life first_stage = {
    "server \"front\" { threads = 4, service = 5, forward = { \"back\" } } server \"back\" { service = 1 }\n"
    "client \"web\" { calls = { \"front\", stage_timeout = 1, stage_retries = 3 }, " TRACE " } run { duration = 32 }\n",
    ONCE,
    "web,0,0,4,timeout,1\n",
    {{"front.stage.attempts", 4}, {"front.stage.timeouts", 4}, {"back.throughput", 0}}};

static const struct life refused_stage = {
    WEB
    "server \"front\" { service = 1, forward = { \"back\" } } server \"back\" { service = 1 }\n"
    "fault { at = 0, lasts = 9, crash = \"back\" }\n",
    ONCE,
    "web,0,0,1,refused,1\n",
    {{"back.stage.rejected", 1}}};

static const struct life stage_refused_in_silence = {
    "server \"front\" { service = 1, forward = { { \"back\", timeout = 2, retries = 1 } } }\n"
    "server \"back\" { capacity = 1, service = 1, refuse = \"silent\" } fault { at = 0, lasts = 9, crash = \"back\" }\n"
    "client \"web\" { calls = \"front\", timeout = 8, " TRACE " } run { duration = 32 }\n",
    ONCE,
    /* tries at 1 and 3, over at 5; nobody tells the client */
    "web,0,0,8,timeout,1\n",
    {{"back.stage.rejected", 0}, {"back.stage.timeouts", 2}, {"web.timeouts", 1}}};

#define DIAMOND(last)                                                           \
  WEB "server \"front\" { service = 1, forward = { " last                       \
      " } }\n"                                                                  \
      "server \"left\" { service = 2, forward = { \"back\" } }\n"               \
      "server \"right\" { threads = 2, service = 5, forward = { \"back\" } }\n" \
      "server \"back\" { service = 1, join = true }\n"

/* The left branch is there at 3, the right at 6; one service for both. */
static const struct life join = {DIAMOND("\"left\", \"right\""),
                                 ONCE,
                                 "web,0,0,7,ok,1\n",
                                 {{"back.sojourn.mean", 4},
                                  {"back.wait.mean", 3},
                                  {"back.service.mean", 1},
                                  {"back.throughput", 1.0 / 32},
                                  {"back.in_system.mean", 4.0 / 32},
                                  {"back.waiting.mean", 3.0 / 32},
                                  {"back.in_system.max", 1},
                                  {"back.utilization.mean", 1.0 / 32}}};

/* Two requests do not mix. */
static const struct life join_of_two_requests = {DIAMOND("\"left\", \"right\""),
                                                 "time,service\n0,0\n0.5,0\n",
                                                 /* the second: front 1-2, left 3-5, right 2-7; back 7-8 */
                                                 "web,0,0,7,ok,1\nweb,0,0.5,7.5,ok,1\n",
                                                 {{"back.throughput", 2.0 / 32}, {"back.in_system.max", 2}}};

/* Without a join each branch is served for itself, and the last answers. */
static const struct life branches_that_do_not_meet = {
    WEB
    "server \"front\" { service = 1, forward = { \"left\", \"right\" } }\n"
    "server \"left\" { service = 2, forward = { \"back\" } }\n"
    "server \"right\" { service = 5, forward = { \"back\" } }\n"
    "server \"back\" { service = 1 }\n",
    ONCE,
    "web,0,0,7,ok,1\n",
    {{"back.throughput", 2.0 / 32}, {"back.wait.max", 0}}};

/* The right branch fails at 1: the left alone is served. */
static const struct life branch_fails_before_the_other_comes = {
    DIAMOND("\"left\", \"right\"") "fault { at = 0, lasts = 9, crash = \"right\" }\n",
    ONCE,
    "web,0,0,4,ok,1\n",
    {{"back.sojourn.mean", 1}, {"right.stage.rejected", 1}}};

/* The right branch tries at 1 and 3 and is over at 5, where the left waits for it. */
static const struct life branch_fails_while_the_other_waits = {
    DIAMOND("\"left\", { \"right\", timeout = 2, retries = 1 }"),
    ONCE,
    "web,0,0,6,ok,1\n",
    {{"back.sojourn.mean", 3}, {"right.stage.timeouts", 2}, {"right.stage.late", 2}, {"back.throughput", 1.0 / 32}}};

/* Both fail: the client learns it when the last has. */
static const struct life all_branches_fail = {
    DIAMOND("\"left\", { \"right\", timeout = 2 }") "fault { at = 0, lasts = 9, crash = \"left\" }\n",
    ONCE,
    "web,0,0,3,timeout,1\n",
    {{"back.throughput", 0}, {"left.stage.rejected", 1}}};

/* The middle join meets first, then the last. */
static const struct life joins_in_a_row = {
    WEB
    "server \"front\" { service = 1, forward = { \"a\", \"b\", \"c\" } }\n"
    "server \"a\" { service = 1, forward = { \"m\" } } server \"b\" { service = 3, forward = { \"m\" } }\n"
    "server \"m\" { service = 1, join = true, forward = { \"z\" } }\n"
    "server \"c\" { service = 9, forward = { \"z\" } }\n"
    "server \"z\" { service = 1, join = true }\n",
    ONCE,
    /* m from 2, serves 4-5; z from 5, serves 10-11 */
    "web,0,0,11,ok,1\n",
    {{"m.throughput", 1.0 / 32}, {"z.throughput", 1.0 / 32}, {"m.wait.mean", 2}, {"z.wait.mean", 5}}};

/* Six at once are there at 2, joined, and served one after the other. At 4 one has waited for more than the target; at
 * 8 it has been so for the interval, and one is dropped: both of its branches are told. The last is alone, and safe. */
static const struct life codel_at_a_join = {
    WEB
    "server \"front\" { threads = 9, service = 1, forward = { \"left\", \"right\" } }\n"
    "server \"left\" { threads = 9, service = 1, forward = { \"back\" } }\n"
    "server \"right\" { threads = 9, service = 1, forward = { \"back\" } }\n"
    "server \"back\" { service = 2, join = true, admission = codel { target = 1, interval = 3 } }\n",
    "time,service\n0,0\n0,0\n0,0\n0,0\n0,0\n0,0\n",
    NULL,
    {{"web.completed", 5},
     {"web.failed.refused", 1},
     {"web.latency.max", 12},
     {"web.latency.mean", (4 + 6 + 8 + 10 + 12) / 5.0},
     {"back.dropped", 1},
     {"back.stage.rejected", 2},
     {"back.in_system.max", 6},
     {"back.utilization.mean", 10.0 / 32}}};

/* --- links ----------------------------------------------------------------------------------------------------------
 */

#define LINKED(network)                                   \
  "server \"db\" { service = 1 } run { duration = 32 }\n" \
  "client \"web\" { calls = \"db\", network = link { " network " }, " TRACE

static const struct life round_trip = {LINKED("rtt = 2") " }\n",
                                       "time,service\n0,0\n0.5,0\n",
                                       "web,0,0,3,ok,1\nweb,0,0.5,3.5,ok,1\n",
                                       {{"db.sojourn.max", 1.5}, {"db.in_system.mean", 2.5 / 32}}};

static const struct life one_way = {LINKED("one_way = 1.5") " }\n", ONCE, "web,0,0,4,ok,1\n", {{"db.sojourn.mean", 1}}};

/* Bytes take time on the way there. */
static const struct life bytes = {
    LINKED("one_way = 1, per_byte = 0.015625") ", size = 128 }\n", ONCE, "web,0,0,5,ok,1\n", {{"db.sojourn.mean", 1}}};

/* The timeout counts from the sending: at 2.5 the answer is on its way. */
static const struct life timeout_on_the_link = {LINKED("one_way = 1") ", timeout = 2.5, retries = 1 }\n",
                                                ONCE,
                                                "web,0,0,5,timeout,2\n",
                                                {{"web.late", 2}, {"web.timeouts", 2}, {"db.throughput", 2.0 / 32}}};

/* A refusal travels too. */
static const struct life refusal_on_the_link = {
    LINKED("one_way = 1") ", retries = 1 }\nfault { at = 0, lasts = 2, crash = \"db\" }\n",
    ONCE,
    /* refused at 1, known at 2, there again at 3, done at 4 */
    "web,0,0,5,ok,2\n",
    {{"web.rejected", 1}}};

/* What is withdrawn on its way never gets there. */
static const struct life withdrawn_on_the_link = {LINKED("one_way = 4") ", timeout = 1, cancel = true }\n",
                                                  ONCE,
                                                  "web,0,0,1,timeout,1\n",
                                                  {{"web.late", 0}, {"db.throughput", 0}}};

static const struct life link_of_a_call = {
    WEB
    "server \"back\" { service = 2 }\n"
    "server \"front\" { service = 1, calls = { { \"back\", network = link { rtt = 3 } } } }\n",
    ONCE,
    "web,0,0,6,ok,1\n",
    {{"front.service.mean", 6}, {"back.sojourn.mean", 2}}};

static const struct life link_into_a_pipeline = {
    "server \"front\" { service = 1, forward = { \"back\" } } server \"back\" { service = 2 }\n"
    "client \"web\" { calls = \"front\", network = link { rtt = 3 }, " TRACE " } run { duration = 32 }\n",
    ONCE,
    "web,0,0,6,ok,1\n",
    {{"front.sojourn.mean", 1}}};

int main(void) {
  const struct CMUnitTest tests[] = {
      LIFE(calls_in_sequence),
      LIFE(calls_in_parallel),
      LIFE(call_that_fails),
      LIFE(parallel_call_that_fails),
      LIFE(optional_call_that_fails),
      LIFE(fire_and_forget),
      LIFE(fire_and_forget_at_the_end),
      LIFE(thread_held),
      LIFE(thread_free),
      LIFE(retries_of_a_call),
      LIFE(copy_of_a_call),
      LIFE(work_for_nobody),
      LIFE(chain),
      LIFE(share_kept_while_calling),
      LIFE(handed_on),
      LIFE(stage_retried),
      LIFE(stage_that_times_out),
      LIFE(first_stage),
      LIFE(refused_stage),
      LIFE(stage_refused_in_silence),
      LIFE(join),
      LIFE(join_of_two_requests),
      LIFE(branches_that_do_not_meet),
      LIFE(branch_fails_before_the_other_comes),
      LIFE(branch_fails_while_the_other_waits),
      LIFE(all_branches_fail),
      LIFE(joins_in_a_row),
      LIFE(codel_at_a_join),
      LIFE(round_trip),
      LIFE(one_way),
      LIFE(bytes),
      LIFE(timeout_on_the_link),
      LIFE(refusal_on_the_link),
      LIFE(withdrawn_on_the_link),
      LIFE(link_of_a_call),
      LIFE(link_into_a_pipeline),
  };
  return cmocka_run_group_tests_name("lives in graphs of servers", tests, NULL, NULL);
}
