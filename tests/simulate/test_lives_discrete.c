/* Lives in discrete time, tick by tick, by hand. */
#include "life.h"

#include <math.h>

#define TICKS "model { time_unit = \"tick\", quantum = 1 }\n"
#define WEB(more) \
  "client \"web\" { calls = \"db\", arrivals = trace { file = \"trace.csv\", format = \"csv\" }" more " }\n"
#define RUN "run { duration = 8 }\n"

/* Both come at 0, are sent and queued in the same tick, and seen by the server in the next. The first is served in
 * ticks 1 and 2 and answered in 2; only then a thread is free, for 3 and 4. The third comes in 3, waits in 4, is served
 * in 5 and 6. */
static const struct life one_thread = {TICKS "server \"db\" { service = 2 }\n" WEB("") RUN,
                                       "time\n0\n0\n3\n",
                                       "web,0,0,2,ok,1\nweb,0,0,4,ok,1\nweb,0,3,3,ok,1\n",
                                       {{"web.latency.mean", 3},
                                        {"web.goodput", 3.0 / 8},
                                        {"web.attempts", 3},
                                        {"db.utilization.mean", 6.0 / 8},
                                        {"db.in_system.mean", (2 + 4 + 3) / 8.0},
                                        {"db.in_system.max", 2},
                                        {"db.waiting.mean", 3.0 / 8},
                                        {"db.empty", 2.0 / 8},
                                        {"db.sojourn.mean", 3},
                                        {"db.wait.mean", 1},
                                        {"db.wait.max", 2},
                                        {"db.service.mean", 2},
                                        {"db.service.max", 2},
                                        {"db.throughput", 3.0 / 8}}};

/* The same in steps of a half; what is no whole number of them is rounded, and takes one at least. */
static const struct life half_ticks = {
    "model { quantum = 0.5 } server \"db\" { service = 1.2 } run { duration = 4 }\n" WEB(
        ", network = link { one_way = 0.1 }"),
    "time\n0\n0.4\n1.7\n",
    "web,0,0,1,ok,1\nweb,0,0,2,ok,1\nweb,0,1.5,1.5,ok,1\n",
    {{"db.utilization.mean", 0.75}, {"db.in_system.mean", 9.0 / 8}, {"db.sojourn.mean", 1.5}, {"web.goodput", 0.75}}};

/* Sent in 0, on the way in 0, 1 and 2, served in 3, back in 3, 4 and 5. */
static const struct life links = {TICKS "server \"db\" { service = 1 }\n" WEB(", network = link { one_way = 3 }") RUN,
                                  "time\n0\n",
                                  "web,0,0,5,ok,1\n",
                                  {{"db.sojourn.mean", 1}, {"db.wait.mean", 0}, {"db.utilization.mean", 1.0 / 8}}};

/* Longer than the calendar is at first. */
static const struct life far_away = {
    TICKS "server \"db\" { service = 150 }\n" WEB(", network = link { one_way = 300 }") "run { duration = 1000 }\n",
    "time\n0\n500\n",
    "web,0,0,748,ok,1\nweb,0,500,748,ok,1\n",
    {{"db.sojourn.max", 150}}};

/* A window from tick 2 on: of the three of one_thread only the third comes in it; the second is answered in it. */
static const struct life warm_up = {
    TICKS "server \"db\" { service = 2 }\n" WEB("") "run { duration = 6, warmup = 2, kind = \"steady\" }\n",
    "time\n0\n0\n3\n",
    "web,0,3,3,ok,1\n",
    {{"web.arrivals", 1},
     {"web.goodput", 2.0 / 4},
     {"db.throughput", 2.0 / 4},
     {"db.utilization.mean", 1},
     {"db.in_system.mean", (1 + 3 + 2) / 4.0},
     {"db.sojourn.mean", 3}}};

/* ---- servers ---- */

/* The first of each caller at each server takes 3 more; it is known from then on that it is dequeued, so the second of
 * `app` overtakes it. */
static const struct life cold_start = {
    TICKS "server \"db\" { service = 1, threads = 4, cold_start = 3 }\n" WEB("")
        "client \"app\" { calls = \"db\", arrivals = trace { file = \"trace.csv\", format = \"csv\", from = 5 } }\n"
        "run { duration = 12 }\n",
    "time\n0\n5\n6\n",
    "app,0,1,1,ok,1\nweb,0,0,4,ok,1\napp,0,0,4,ok,1\nweb,0,5,1,ok,1\nweb,0,6,1,ok,1\n",
    {{"db.service.max", 4}}};

/* A member that is replaced in every tick knows nobody. */
static const struct life cold_again = {
    TICKS "server \"db\" { service = 1, threads = 4, cold_start = 3, replace = { rate = 1 } }\n" WEB("") RUN,
    "time\n0\n2\n",
    "web,0,0,4,ok,1\nweb,0,2,4,ok,1\n",
    {{"db.utilization.mean", 8.0 / 32}}};

/* ---- when it ends ---- */

/* Served in 4; the answer would be there in 7. */
static const struct life until_answered = {
    TICKS "server \"db\" { service = 1 }\n" WEB(", network = link { one_way = 4 }") "run { duration = 1 }\n",
    "time\n0\n",
    "web,0,0,7,ok,1\n",
    {{"web.unfinished", 0}}};
static const struct life until_served = {
    TICKS "server \"db\" { service = 1 }\n" WEB(
        ", network = link { one_way = 4 }, in_flight_until = \"served\"") "run { duration = 1 }\n",
    "time\n0\n",
    "",
    {{"web.unfinished", 1}, {"web.completed", 0}, {"web.latency.mean", NAN}}};
static const struct life drained = {
    TICKS "server \"db\" { service = 1 }\n" WEB(", network = link { one_way = 4 }") "run { duration = 1, drain = 6 }\n",
    "time\n0\n",
    "",
    {{"web.unfinished", 1}}};

/* ---- probes ---- */

/* The probe goes first, and takes 2 of the one thread; it is no request of the client, but the server's. */
static const struct life with_probes = {
    TICKS "server \"db\" { service = 1, count = 1, probe_service = 2, cold_start = 5 }\n" WEB(
        ", policy = with_probes(pick_first, { per_request = 1 })") RUN,
    "time\n0\n",
    "web,0,0,3,ok,1\n",
    {{"web.attempts", 1}, {"db.throughput", 2.0 / 8}, {"db.utilization.mean", 3.0 / 8}, {"db.service.max", 2}}};

/* The probe is back in 1, after the clients' turn to pick; in 2 the request is sent. */
static const struct life fastest_probe = {TICKS "server \"db\" { service = 1 }\n" WEB(", policy = fastest_probe") RUN,
                                          "time\n0\n",
                                          "web,0,0,3,ok,1\n",
                                          {{"db.throughput", 2.0 / 8}, {"web.latency.max", 3}}};

/* ---- policies that see the world ---- */

/* Two members, one of which is always taken first: what is sent is seen by the next pick of the same tick. */
static const struct life sends_are_seen = {
    TICKS "server \"db\" { service = 1, count = 2 }\n" WEB(", policy = least_cost { cost = client_in_flight }") RUN,
    "time\n0\n0\n2\n2\n",
    "web,0,0,1,ok,1\nweb,0,0,1,ok,1\nweb,0,2,1,ok,1\nweb,0,2,1,ok,1\n",
    {{"db[0].throughput", 2.0 / 8}, {"db[1].throughput", 2.0 / 8}, {"db.wait.max", 0}}};

/* ---- the figures of the original ---- */

/* Latencies of one_thread and 3 more: 5, 7, 6. Each answer says that the one thread was busy the tick before. */
static const struct life original = {
    "model { quantum = 1, original = { every = 1 } }\nserver \"db\" { service = 2 }\n" WEB("") RUN,
    "time\n0\n0\n3\n",
    NULL,
    {{"original.mean_latency", 6},
     {"original.stdev_latency", 1},
     {"original.p50", 6},
     {"original.p90", 6.8},
     {"original.mean_utilization", 100},
     {"original.stdev_utilization", NAN},
     {"original.mean_stdev_utilization", 0},
     {"original.p50_utilization_ratio", 1},
     {"web.latency.mean", 3}}};

/* Of completions in 2, 4 and 6 those after 2; utilizations only up to the last arrival's tick, 4. */
static const struct life original_every_other = {
    "model { quantum = 1, original = { every = 2, after = 2 } }\nserver \"db\" { service = 2 }\n" WEB(
        "") "run { duration = 5 }\n",
    "time\n0\n0\n3\n",
    NULL,
    {{"original.mean_latency", 6.5},
     {"original.stdev_latency", 0.70710678118654757},
     {"original.mean_utilization", 100},
     {"original.mean_stdev_utilization", NAN}}};

/* A member that is replaced has nothing to say. */
static const struct life original_of_the_new = {
    "model { quantum = 1, original = { every = 1 } }\nserver \"db\" { service = 2, replace = { rate = 1 } }\n" WEB("")
        RUN,
    "time\n0\n0\n3\n",
    NULL,
    {{"original.mean_latency", 6}, {"original.mean_utilization", NAN}, {"original.mean_stdev_utilization", NAN}}};

int main(void) {
  const struct CMUnitTest tests[] = {LIFE(one_thread),
                                     LIFE(half_ticks),
                                     LIFE(links),
                                     LIFE(far_away),
                                     LIFE(warm_up),
                                     LIFE(cold_start),
                                     LIFE(cold_again),
                                     LIFE(until_answered),
                                     LIFE(until_served),
                                     LIFE(drained),
                                     LIFE(with_probes),
                                     LIFE(fastest_probe),
                                     LIFE(sends_are_seen),
                                     LIFE(original),
                                     LIFE(original_every_other),
                                     LIFE(original_of_the_new)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
