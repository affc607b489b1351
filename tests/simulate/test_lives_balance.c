/* Load balancing: whom a policy may pick, what it knows and when, by hand. Ties are broken at random: where the outcome
 * depends on them the policy is a function that says what it takes. */
#include "life.h"

#include <math.h>

#define TRACE "arrivals = trace { file = \"trace.csv\", format = \"csv\" }"
#define ONCE "time,service\n0,0\n"
#define PAIR "servers \"db\" { count = 2, service = 2 } run { duration = 32 }\n"

/* The second goes where nothing is in flight, whichever that is; the third, when both are back, anywhere. */
static const struct life least_in_flight = {
    PAIR "client \"web\" { calls = \"db\", policy = least_cost { cost = client_in_flight }, " TRACE " }\n",
    "time,service\n0,0\n1,0\n4,0\n",
    "web,0,0,2,ok,1\nweb,0,1,2,ok,1\nweb,0,4,2,ok,1\n",
    {{"db.wait.max", 0}}};

/* What another client has there it sees only if it looks at the servers themselves. */
static const struct life in_flight_of_others = {
    PAIR "client \"a\" { calls = \"db\", policy = pick_first, " TRACE
         " }\n"
         "client \"b\" { calls = \"db\", policy = function() return 1 end, " TRACE
         " }\n"
         "client \"c\" { calls = \"db\", policy = least_cost { cost = actual(in_flight) }, " TRACE " }\n",
    ONCE,
    "a,0,0,2,ok,1\nc,0,0,2,ok,1\nb,0,0,4,ok,1\n",
    {{"db[0].throughput", 2.0 / 32}, {"db[1].throughput", 1.0 / 32}}};

/* It is down; after ten refusals its breaker is open, and the first of the choices is the other member. */
static const struct life breaker_takes_a_member_out = {
    "servers \"db\" { count = 2, service = 0.125 } fault { at = 0, lasts = 99, crash = \"db[0]\" } run { duration = 64 "
    "}\n"
    "client \"web\" { calls = \"db\", arrivals = every(1), policy = function(request, choices)\n"
    "  if #choices == 1 then assert(choices[1].name == \"db[1]\" and choices[1].member == 1) end return 1 end,\n"
    "  circuit_breaker = { failures = 1, window = 100, open_for = 100 } }\n",
    NULL,
    NULL,
    {{"web.failed.refused", 10}, {"web.completed", 53}, {"db[1].throughput", 53.0 / 64}}};

/* Both breakers are open. */
static const struct life nobody_may_be_picked = {
    "servers \"db\" { count = 2, service = 1 } fault { at = 0, lasts = 99, crash = \"db\" } run { duration = 24.5 }\n"
    "client \"web\" { calls = \"db\", arrivals = every(1), policy = pick_first,\n"
    "  circuit_breaker = { failures = 1, window = 100, open_for = 100 } }\n",
    NULL,
    NULL,
    {{"web.failed.refused", 20}, {"web.failed.breaker", 4}}};

#define UNEQUAL_PAIR                            \
  "servers \"db\" { count = 2, service = 2 }\n" \
  "fault { at = 0, lasts = 99, slow = \"db[0]\", by = 4 } run { duration = 32 }\n"

/* On the slow one from 0 to 8; the only choice of the copy is the other. */
static const struct life copy_avoids_the_first = {
    UNEQUAL_PAIR "client \"web\" { calls = \"db\", hedge = { delay = 1 }, " TRACE
                 ",\n"
                 "  policy = function(request, choices) assert(#choices == 3 - request.attempt) return 1 end }\n",
    ONCE,
    "web,0,0,3,ok,2\n",
    {{"web.hedges", 1}, {"db[0].utilization.mean", 8.0 / 32}, {"db[1].utilization.mean", 2.0 / 32}}};

/* The first is refused at once, the second attempt goes elsewhere. */
static const struct life retry_picks_again = {
    PAIR
    "fault { at = 0, lasts = 99, crash = \"db[0]\" }\n"
    "client \"web\" { calls = \"db\", retries = 1, " TRACE
    ",\n"
    "  policy = function(request, choices) return request.attempt end }\n",
    ONCE,
    "web,0,0,2,ok,2\n",
    {{"web.rejected", 1}, {"web.retries", 1}, {"db[1].throughput", 1.0 / 32}}};

/* An attempt that timed out is not in flight, though the server works on it from 0 to 10: at 0 to the first, at 0.5 to
 * the second, at 2 to the first. */
static const struct life timed_out_is_not_in_flight = {
    "servers \"db\" { count = 2, service = 10 } run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", timeout = 1, " TRACE
    ",\n"
    "  policy = function(request, choices) return choices[1].in_flight + 1 end }\n",
    "time,service\n0,0\n0.5,0\n2,0\n",
    "web,0,0,1,timeout,1\nweb,0,0.5,1,timeout,1\nweb,0,2,1,timeout,1\n",
    {{"web.late", 3}, {"db[0].throughput", 2.0 / 32}, {"db[1].throughput", 1.0 / 32}}};

#define LINKED "network = link { rtt = 1 }, "

/* Sent at 0, there at 0.5, answered at 2.5, known at 3: at 2.75 nothing is known, at 3.25 a report of 0.75 ago, which
 * says that nobody was left (the second comes at 3.25 there), and a latency of 3. */
static const struct life reports_come_with_answers = {
    PAIR "client \"web\" { calls = \"db\", " LINKED TRACE
         ", policy = function(request, choices, now)\n"
         "  local c = choices[1]\n"
         "  if not c.report.age then assert(now < 3 and not c.latency.mean) return 1 end\n"
         "  assert(c.report.age == 0.75 and c.report.in_flight == 0 and c.report.queue == 0)\n"
         "  assert(c.latency.latest == 3 and c.latency.mean == 3 and now == 3.25)\n"
         "  return 2 end }\n",
    "time,service\n0,0\n2.75,0\n3.25,0\n",
    "web,0,0,3,ok,1\nweb,0,2.75,3,ok,1\nweb,0,3.25,3,ok,1\n",
    {{"db[0].throughput", 2.0 / 32}, {"db[1].throughput", 1.0 / 32}}};

/* The answer is lost with the cut link: it is never known, and the latency neither. */
static const struct life lost_answers_tell_nothing = {
    PAIR
    "fault { at = 2, lasts = 1, cut = { \"web\", \"db[0]\" } }\n"
    "client \"web\" { calls = \"db\", timeout = 4, " LINKED TRACE
    ", policy = function(request, choices)\n"
    "  assert(not choices[1].report.age and not choices[1].latency.mean) return 1 end }\n",
    "time,service\n0,0\n5,0\n",
    "web,0,0,4,timeout,1\nweb,0,5,3,ok,1\n",
    {{"web.timeouts", 1}}};

/* Sixteen slots of 0.125 have ended at 2: in each one of two threads was busy. One request came in all that time, and
 * the slot in which one finishes has not ended. */
static const struct life what_servers_measure = {
    "servers \"db\" { count = 2, threads = 2, service = 2, publish = { window = 12.5, ewma = 0.5 } }\n"
    "run { duration = 32 }\n"
    "client \"web\" { calls = \"db\", " TRACE
    ", policy = function(request, choices)\n"
    "  local r = choices[1].report\n"
    "  if not r.age then return 1 end\n"
    "  assert(r.age == 0 and r.utilization.latest == 50 and r.utilization.mean == 50 and r.utilization.ewma == 50)\n"
    "  assert(r.latency.mean == nil and r.request_rate.latest == 0 and r.request_rate.mean == 0.5)\n"
    "  return 2 end }\n",
    "time,service\n0,0\n2,0\n",
    "web,0,0,2,ok,1\nweb,0,2,2,ok,1\n",
    {{"db[0].throughput", 1.0 / 32}, {"db[1].throughput", 1.0 / 32}}};

/* After the crash it has forgotten everything; what the client knows is old. */
static const struct life crash_forgets = {
    PAIR
    "fault { at = 4, lasts = 1, crash = \"db[0]\" }\n"
    "client \"web\" { calls = \"db\", " TRACE
    ", policy = function(request, choices, now)\n"
    "  local r = choices[1].report\n"
    "  if now == 0 then return 1 end\n"
    "  if now == 6 then assert(r.age == 4 and r.utilization.mean == 100) return 1 end\n"
    "  assert(now == 9 and r.age == 1 and r.utilization.mean == 50)\n"
    "  return 1 end }\n",
    "time,service\n0,0\n6,0\n9,0\n",
    "web,0,0,2,ok,1\nweb,0,6,2,ok,1\nweb,0,9,2,ok,1\n",
    {{"db[0].throughput", 3.0 / 32}}};

/* Probes there and back take 1; then the request 0.5 + 2 + 0.5. The first member is down: its answer is an error. */
static const struct life fastest_probe = {PAIR
                                          "fault { at = 0, lasts = 99, crash = \"db[0]\" }\n"
                                          "client \"web\" { calls = \"db\", policy = fastest_probe, " LINKED TRACE
                                          " }\n",
                                          "time,service\n0,0\n1,0\n2,0\n",
                                          "web,0,0,4,ok,1\nweb,0,1,5,ok,1\nweb,0,2,6,ok,1\n",
                                          {{"web.rejected", 0}, {"db.throughput", 3.0 / 32}, {"db[1].wait.max", 2}}};

/* Probes to it are lost, and end when their answers would have come, or time out. */
static const struct life lost_probes = {
    "servers \"db\" { count = 2, service = 2, probe_service = 0.25 } run { duration = 32 }\n"
    "fault { at = 0, lasts = 99, cut = { \"web\", \"db[0]\" } }\n"
    "fault { at = 0, lasts = 99, cut = { \"hasty\", \"db\" } }\n"
    "client \"web\" { calls = \"db\", policy = fastest_probe, " LINKED TRACE
    " }\n"
    "client \"hasty\" { calls = \"db\", policy = fastest_probe, timeout = 2, " LINKED TRACE " }\n",
    ONCE,
    "hasty,0,0,4,timeout,1\nweb,0,0,4.25,ok,1\n",
    {{"web.attempts", 1}, {"hasty.attempts", 1}}};

/* One that stands still answers no probe. */
static const struct life stalled_does_not_answer = {
    PAIR
    "fault { at = 0, lasts = 16, stall = \"db[0]\" }\n"
    "client \"web\" { calls = \"db\", policy = fastest_probe, " LINKED TRACE " }\n",
    ONCE,
    "web,0,0,4,ok,1\n",
    {{"db[1].throughput", 1.0 / 32}}};

/* Both have probed at 1; the second waits for the connection until 4. */
static const struct life probes_and_connections = {
    PAIR "client \"web\" { calls = \"db\", policy = fastest_probe, connections = 1, " LINKED TRACE " }\n",
    "time,service\n0,0\n0,0\n",
    "web,0,0,4,ok,1\nweb,0,0,7,ok,1\n",
    {{"web.attempts", 2}}};

static const struct life deadline_before_the_probes = {
    PAIR "client \"web\" { calls = \"db\", policy = fastest_probe, deadline = 0.75, " LINKED TRACE " }\n",
    "time,service\n0,0\n4,0\n",
    "web,0,0,0.75,deadline,0\nweb,0,4,0.75,deadline,0\n",
    {{"web.attempts", 0}, {"db.throughput", 0}}};

/* Refused at 1.5, known at 2; then it probes again, from 2 to 3, and the crash is over. */
static const struct life probes_again_for_a_retry = {
    PAIR
    "fault { at = 1.25, lasts = 0.5, crash = \"db\" }\n"
    "client \"web\" { calls = \"db\", policy = fastest_probe, retries = 1, " LINKED TRACE " }\n",
    ONCE,
    "web,0,0,6,ok,2\n",
    {{"web.rejected", 1}}};

/* The probes of the first request say at 0.5, known at 1, that nobody is at the second member. */
static const struct life probes_beside_requests = {
    PAIR "client \"web\" { calls = \"db\", " LINKED TRACE
         ", policy = with_probes(function(request, choices, now)\n"
         "  if now == 0 then assert(choices[2].in_flight == 1 and not choices[2].report.age) return 1 end\n"
         "  assert(choices[2].report.age == 0.75 and choices[2].report.in_flight == 0)\n"
         "  return 2 end, { per_request = 2 }) }\n",
    "time,service\n0,0\n1.25,0\n",
    "web,0,0,3,ok,1\nweb,0,1.25,3,ok,1\n",
    {{"db[0].throughput", 1.0 / 32}, {"db[1].throughput", 1.0 / 32}, {"web.attempts", 2}}};

/* Servers choose too, each member for itself: both begin with the first. */
static const struct life servers_choose = {
    "servers \"front\" { count = 2, service = 1, calls = { { \"db\", policy = function(request, choices)\n"
    "  return choices[1].in_flight == 0 and 1 or 2 end } } }\n" PAIR
    "client \"web\" { calls = \"front\", policy = round_robin, " TRACE " }\n",
    "time,service\n0,0\n0,0\n",
    "web,0,0,3,ok,1\nweb,0,0,5,ok,1\n",
    {{"db[0].throughput", 2.0 / 32}, {"db[1].throughput", 0}}};

/* A local outside of the function is one for the whole run, and begins anew in each. */
static const struct life shared_upvalues = {
    "local turn = 0\n"
    "local function next_one(request, choices) turn = turn + 1 return (turn - 1) % #choices + 1 end\n" PAIR
    "clients \"web\" { count = 3, per_client = true, calls = \"db\", policy = next_one, " TRACE " }\n",
    ONCE,
    "web,0,0,2,ok,1\nweb,1,0,2,ok,1\nweb,2,0,4,ok,1\n",
    {{"db[0].throughput", 2.0 / 32}, {"db[1].throughput", 1.0 / 32}}};

/* Numbers of requests and attempts. */
static const struct life what_a_function_is_told = {
    PAIR
    "fault { at = 0, lasts = 99, crash = \"db[0]\" }\n"
    "client \"web\" { calls = \"db\", retries = 2, " TRACE
    ", policy = function(request, choices, now)\n"
    "  assert(request.size == 10 * request.number and now == request.number - 1)\n"
    "  return request.attempt < 3 and 1 or 2 end }\n",
    "time,size,service\n0,10,0\n1,20,0\n",
    "web,0,0,2,ok,3\nweb,0,1,3,ok,3\n",
    {{"web.rejected", 4}}};

int main(void) {
  const struct CMUnitTest tests[] = {
      LIFE(least_in_flight),
      LIFE(in_flight_of_others),
      LIFE(breaker_takes_a_member_out),
      LIFE(nobody_may_be_picked),
      LIFE(copy_avoids_the_first),
      LIFE(retry_picks_again),
      LIFE(timed_out_is_not_in_flight),
      LIFE(reports_come_with_answers),
      LIFE(lost_answers_tell_nothing),
      LIFE(what_servers_measure),
      LIFE(crash_forgets),
      LIFE(fastest_probe),
      LIFE(lost_probes),
      LIFE(stalled_does_not_answer),
      LIFE(probes_and_connections),
      LIFE(deadline_before_the_probes),
      LIFE(probes_again_for_a_retry),
      LIFE(probes_beside_requests),
      LIFE(servers_choose),
      LIFE(shared_upvalues),
      LIFE(what_a_function_is_told),
  };
  return cmocka_run_group_tests_name("lives_balance", tests, NULL, NULL);
}
