/* What is between a caller and one member, in continuous time, by hand: cold starts, what counts as in flight. What is
 * drawn for channels is in test_channels.c. */
#include "life.h"

#include <math.h>

#define WEB(more) \
  "client \"web\" { calls = \"db\", arrivals = trace { file = \"trace.csv\", format = \"csv\" }" more " }\n"
#define RUN "run { duration = 32 }\n"

/* The first of each caller takes 3 more; it is known from then on that it is begun, so the second of `app` overtakes
 * it. */
static const struct life cold_start = {
    "server \"db\" { service = 1, threads = 4, cold_start = 3 }\n" WEB("")
        "client \"app\" { calls = \"db\", arrivals = trace { file = \"trace.csv\", format = \"csv\", from = 5 } }\n" RUN,
    "time\n0\n5\n6\n",
    "app,0,1,1,ok,1\nweb,0,0,4,ok,1\napp,0,0,4,ok,1\nweb,0,5,1,ok,1\nweb,0,6,1,ok,1\n",
    {{"db.service.max", 4}}};

/* It counts from the beginning of service: the second waits for the first, and finds a member that knows its caller. */
static const struct life cold_and_waiting = {"server \"db\" { service = 1, cold_start = 3 }\n" WEB("") RUN,
                                             "time\n0\n0\n",
                                             "web,0,0,4,ok,1\nweb,0,0,5,ok,1\n",
                                             {{"db.utilization.mean", 5.0 / 32}}};

/* One that was down from 8 to 9 knows nobody. */
static const struct life cold_after_a_crash = {
    "server \"db\" { service = 1, cold_start = 3 } fault { at = 8, lasts = 1, crash = \"db\" }\n" WEB("") RUN,
    "time\n0\n5\n12\n14\n20\n",
    "web,0,0,4,ok,1\nweb,0,5,1,ok,1\nweb,0,12,4,ok,1\nweb,0,14,3,ok,1\nweb,0,20,1,ok,1\n",
    {{"db.service.max", 4}}};

/* At half the speed a cold start takes twice as long. */
static const struct life cold_and_slow = {"server \"db\" { service = 1, cold_start = 3, speed = 0.5 }\n" WEB("") RUN,
                                          "time\n0\n10\n",
                                          "web,0,0,8,ok,1\nweb,0,10,2,ok,1\n",
                                          {{"db.service.max", 8}}};

/* Works of 4 and 1 share the server: the second is done when each has had 1, at 2; the first needs 3 more. */
static const struct life cold_and_sharing = {
    "server \"db\" { service = 1, cold_start = 3, discipline = \"ps\" }\n" WEB("") RUN,
    "time\n0\n0\n",
    "web,0,0,2,ok,1\nweb,0,0,5,ok,1\n",
    {{"db.utilization.mean", 5.0 / 32}}};

/* Each member by itself, and the retry at the other member too. */
static const struct life cold_members = {"servers \"db\" { count = 2, service = 1, cold_start = 3 }\n" WEB(
                                             ", policy = function(request) return request.number < 3 and 1 or 2 end")
                                             RUN,
                                         "time\n0\n5\n10\n",
                                         "web,0,0,4,ok,1\nweb,0,5,1,ok,1\nweb,0,10,4,ok,1\n",
                                         {{"db.service.max", 4}}};

/* A call of a server's member is a caller too, and is known by what it did for others. */
static const struct life cold_calls = {
    "server \"store\" { service = 1, cold_start = 3 }\n"
    "server \"db\" { service = 1, threads = 2, calls = { { \"store\" } } }\n" WEB("") RUN,
    "time\n0\n8\n",
    "web,0,0,5,ok,1\nweb,0,8,2,ok,1\n",
    {{"store.service.max", 4}}};

/* The probe comes at 1, before the request. */
static const struct life probe_warms = {
    "servers \"db\" { count = 2, service = 1, cold_start = 3 }\n" WEB(
        ", network = link { one_way = 1 }, policy = with_probes(function(request) return request.number end, { "
        "per_request = 2 })") RUN,
    "time\n0\n8\n",
    "web,0,0,3,ok,1\nweb,0,8,3,ok,1\n",
    {{"db.service.max", 1}}};

/* The second is sent while the answer to the first is under way: served in 2 ... 3, back at 5. So the first member has
 * nothing in flight any more at 4, and at 2.5 it has. */
#define BY_FLIGHT(until)                                                                        \
  "servers \"db\" { count = 2, service = 1, threads = 9 }\n"                                    \
  "client \"web\" { calls = \"db\", network = link { one_way = 2 }, in_flight_until = \"" until \
  "\", arrivals = trace { file = \"trace.csv\", format = \"csv\" },\n"                          \
  "  policy = function(request, choices) return choices[1].in_flight == 0 and 1 or 2 end }\n" RUN
static const struct life in_flight_until_served = {BY_FLIGHT("served"),
                                                   "time\n0\n2.5\n4\n",
                                                   "web,0,0,5,ok,1\nweb,0,2.5,5,ok,1\nweb,0,4,5,ok,1\n",
                                                   {{"db[0].throughput", 2.0 / 32}, {"db[1].throughput", 1.0 / 32}}};
static const struct life in_flight_until_answered = {BY_FLIGHT("answer"),
                                                     "time\n0\n2.5\n4\n",
                                                     "web,0,0,5,ok,1\nweb,0,2.5,5,ok,1\nweb,0,4,5,ok,1\n",
                                                     {{"db[0].throughput", 1.0 / 32}, {"db[1].throughput", 2.0 / 32}}};

/* One that timed out at 1 is in flight no longer, though it is served from 2 to 12: so the second goes to the first. */
static const struct life timed_out_before_served = {
    "servers \"db\" { count = 2, service = 10, threads = 9 }\n" WEB(
        ", network = link { one_way = 2 }, in_flight_until = \"served\", timeout = 1,\n"
        "  policy = function(request, choices) return choices[1].in_flight == 0 and 1 or 2 end") RUN,
    "time\n0\n0.5\n1.5\n",
    "web,0,0,1,timeout,1\nweb,0,0.5,1,timeout,1\nweb,0,1.5,1,timeout,1\n",
    {{"db[0].throughput", 2.0 / 32}, {"db[1].throughput", 1.0 / 32}}};

/* Answered at 3, though the answer is lost in the cut from 4 to 9: at 5 the member has nothing in flight. What is sent
 * to it at 5 is lost on the way, and stays in flight. */
static const struct life lost_answer_was_served = {
    "servers \"db\" { count = 2, service = 1, threads = 9 } fault { at = 4, lasts = 5, cut = { \"web\", \"db[0]\" } "
    "}\n" WEB(", network = link { one_way = 2 }, in_flight_until = \"served\", timeout = 20,\n"
              "  policy = function(request, choices) return choices[1].in_flight == 0 and 1 or 2 end") RUN,
    "time\n0\n5\n10\n",
    "web,0,10,5,ok,1\nweb,0,0,20,timeout,1\nweb,0,5,20,timeout,1\n",
    {{"db[0].throughput", 1.0 / 32}, {"db[1].throughput", 1.0 / 32}}};

int main(void) {
  const struct CMUnitTest tests[] = {LIFE(cold_start),
                                     LIFE(cold_and_waiting),
                                     LIFE(cold_after_a_crash),
                                     LIFE(cold_and_slow),
                                     LIFE(cold_and_sharing),
                                     LIFE(cold_members),
                                     LIFE(cold_calls),
                                     LIFE(probe_warms),
                                     LIFE(in_flight_until_served),
                                     LIFE(in_flight_until_answered),
                                     LIFE(timed_out_before_served),
                                     LIFE(lost_answer_was_served)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
