/* Faults, by hand. */
#include "life.h"

#include <math.h>

#define TRACE "arrivals = trace { file = \"trace.csv\", format = \"csv\" }"
#define ONCE "time,service\n0,0\n"
#define WEB "client \"web\" { calls = \"db\", " TRACE " } run { duration = 32 }\n"
#define SLOW_DB "server \"db\" { service = 4 }\n"

/* A second thread from 2 to 3.5. */
static const struct life set = {WEB SLOW_DB "fault { at = 2, lasts = 1.5, set = { [\"db.threads\"] = 2 } }\n",
                                "time,service\n0,0\n0,0\n0,0\n",
                                "web,0,0,4,ok,1\nweb,0,0,6,ok,1\nweb,0,0,10,ok,1\n",
                                /* 33.5 threads times time; busy 1 on [0, 2), 2 on [2, 4), 1 on [4, 10) */
                                {{"db.utilization.mean", 12.0 / 33.5}, {"db.in_system.mean", 20.0 / 32}}};

/* Fewer threads than are busy: nothing stops, nothing begins. */
static const struct life fewer_threads = {
    WEB "server \"db\" { threads = 2, service = 4 } fault { at = 2, lasts = 30, set = { [\"db.threads\"] = 1 } }\n",
    "time,service\n0,0\n1,0\n1.5,0\n",
    "web,0,0,4,ok,1\nweb,0,1,4,ok,1\nweb,0,1.5,7.5,ok,1\n",
    {{"db.waiting.mean", 3.5 / 32}}};

static const struct life set_capacity = {
    WEB "server \"db\" { capacity = 2, service = 8 } fault { at = 1, lasts = 3, set = { [\"db.capacity\"] = 1 } }\n",
    "time,service\n0,0\n2,0\n5,0\n",
    "web,0,2,0,refused,1\nweb,0,0,8,ok,1\nweb,0,5,11,ok,1\n",
    /* one there and room for one on [1, 4); two on [5, 8) */
    {{"db.full", 6.0 / 32}, {"db.dropped", 1}}};

static const struct life set_speed = {WEB SLOW_DB "fault { at = 2, lasts = 4, set = { [\"db.speed\"] = 0.25 } }\n",
                                      "time,service\n0,0\n",
                                      "web,0,0,7,ok,1\n",
                                      {{"db.utilization.mean", 7.0 / 32}}};

static const struct life set_timeout = {SLOW_DB "client \"web\" { calls = \"db\", timeout = 20, " TRACE
                                                " } run { duration = 32 }\n"
                                                "fault { at = 2, lasts = 4, set = { [\"web.timeout\"] = 1 } }\n",
                                        "time,service\n1.5,0\n5,0\n8.5,0\n",
                                        /* the first arrives at 0: with 20; the second at 3.5: with 1; the third at 7 */
                                        "web,0,0,4,ok,1\nweb,0,3.5,1,timeout,1\nweb,0,7,5,ok,1\n",
                                        {{"web.timeouts", 1}}};

/* A timeout that was set going before one that is shorter does not wait for it, nor the other way round. */
static const struct life timeouts_of_two_lengths = {
    "server \"db\" { threads = 9, service = 30 } client \"web\" { calls = \"db\", timeout = 8, " TRACE
    " }\n"
    "run { duration = 32 } fault { at = 1, lasts = 2, set = { [\"web.timeout\"] = 2 } }\n",
    "time,service\n0,0\n1.5,0\n2,0\n4,0\n",
    "web,0,1.5,2,timeout,1\nweb,0,2,2,timeout,1\nweb,0,0,8,timeout,1\nweb,0,4,8,timeout,1\n",
    {{"web.timeouts", 4}}};

static const struct life set_retries = {
    "server \"db\" { service = 1 } client \"web\" { calls = \"db\", " TRACE
    " } run { duration = 32 }\n"
    "fault { at = 0, lasts = 30, crash = \"db\" } fault { at = 2, lasts = 4, set = { [\"web.retries\"] = 3 } }\n",
    "time,service\n0,0\n3,0\n7,0\n",
    "web,0,0,0,refused,1\nweb,0,3,0,refused,4\nweb,0,7,0,refused,1\n",
    {{"web.retries", 3}}};

/* Recorded 0, 4, 8, 12. Twice as fast from 2 to 6: 3, 5; 4 left at 5, 2 of it by 6, and then 2 more. */
static const struct life faster_recording = {
    "server \"db\" { threads = 9, service = 0 } client \"web\" { calls = \"db\", " TRACE
    " } run { duration = 32 }\n"
    "fault { at = 2, lasts = 4, scale = { [\"web.arrivals.rate_factor\"] = 2 } }\n",
    "time,service\n0,0\n4,0\n8,0\n12,0\n16,0\n",
    "web,0,0,0,ok,1\nweb,0,3,0,ok,1\nweb,0,5,0,ok,1\nweb,0,8,0,ok,1\nweb,0,12,0,ok,1\n",
    {{"web.arrivals", 5}}};

/* An interval of 4 becomes one of 1 from 2 on: half of it is left. */
static const struct life faster_arrivals = {
    "server \"db\" { threads = 9, service = 0 } client \"web\" { calls = \"db\", arrivals = renewal { interval = 4 } "
    "}\n"
    "run { duration = 15, kind = \"terminating\" } fault { at = 2, lasts = 3, set = { [\"web.arrivals.interval\"] = 1 "
    "} }\n",
    NULL,
    /* 2 + 2 / 4; then every 1; of the one due at 5.5 half is left at 5, which takes 2 */
    "web,0,2.5,0,ok,1\nweb,0,3.5,0,ok,1\nweb,0,4.5,0,ok,1\nweb,0,7,0,ok,1\nweb,0,11,0,ok,1\n",
    {{"web.arrivals", 5}}};

/* Two more come, think, and leave when a thought or a request ends after the fault; they come back with the second. */
static const struct life population = {
    "server \"db\" { threads = 9, service = 1 } client \"web\" { calls = \"db\", arrivals = closed { population = 1, "
    "think = 2 } }\n"
    "run { duration = 20, kind = \"terminating\" }\n"
    "fault { at = 4, lasts = 5, set = { [\"web.arrivals.population\"] = 3 } }\n"
    "fault { at = 12, lasts = 3, scale = { [\"web.arrivals.population\"] = 3 } }\n",
    NULL,
    "web,0,2,1,ok,1\nweb,0,5,1,ok,1\nweb,0,6,1,ok,1\nweb,0,6,1,ok,1\nweb,0,8,1,ok,1\nweb,0,11,1,ok,1\n"
    "web,0,14,1,ok,1\nweb,0,14,1,ok,1\nweb,0,14,1,ok,1\nweb,0,17,1,ok,1\n",
    {{"web.arrivals", 10}}};

/* When arrivals have stopped nothing brings them back, and nothing else is touched. */
static const struct life arrivals_changed_after_their_end = {
    "server \"db\" { threads = 9, service = 8 } client \"web\" { calls = \"db\", arrivals = renewal { interval = 3 } "
    "}\n"
    "run { duration = 10, kind = \"terminating\" }\n"
    "fault { at = 12.5, lasts = 1, set = { [\"web.arrivals.interval\"] = 1 } }\n",
    NULL,
    "web,0,3,8,ok,1\nweb,0,6,8,ok,1\nweb,0,9,8,ok,1\n",
    {{"web.arrivals", 3}}};

#define PATIENT_DB \
  "server \"db\" { threads = 9, service = 30 } client \"web\" { calls = \"db\", timeout = 1, " TRACE " }\n"

/* Of two that set, the later; when it ends, the earlier again. */
static const struct life last_set_wins = {
    PATIENT_DB
    "run { duration = 32 } fault { at = 1, lasts = 9, set = { [\"web.timeout\"] = 4 } }\n"
    "fault { at = 3, lasts = 3, set = { [\"web.timeout\"] = 2 } }\n",
    "time,service\n0,0\n1.5,0\n4,0\n7,0\n11,0\n",
    "web,0,0,1,timeout,1\nweb,0,1.5,4,timeout,1\nweb,0,4,2,timeout,1\nweb,0,7,4,timeout,1\nweb,0,11,1,timeout,1\n",
    {{"web.timeouts", 5}}};

/* In the order of their beginning, not of the file. */
static const struct life last_to_begin_wins = {
    PATIENT_DB
    "run { duration = 32 } fault { at = 3, lasts = 3, set = { [\"web.timeout\"] = 2 } }\n"
    "fault { at = 1, lasts = 9, set = { [\"web.timeout\"] = 4 } }\n",
    "time,service\n0,0\n1.5,0\n4,0\n7,0\n",
    "web,0,0,1,timeout,1\nweb,0,1.5,4,timeout,1\nweb,0,4,2,timeout,1\nweb,0,7,4,timeout,1\n",
    {{"web.timeouts", 4}}};

static const struct life factors_multiply = {
    PATIENT_DB
    "run { duration = 32 } fault { at = 1, lasts = 9, scale = { [\"web.timeout\"] = 2 } }\n"
    "fault { at = 3, lasts = 3, scale = { [\"web.timeout\"] = 3 } }\n",
    "time,service\n0,0\n1.5,0\n4,0\n7,0\n",
    "web,0,0,1,timeout,1\nweb,0,1.5,2,timeout,1\nweb,0,7,2,timeout,1\nweb,0,4,6,timeout,1\n",
    {{"web.timeouts", 4}}};

static const struct life set_and_scale = {
    PATIENT_DB
    "run { duration = 32 } fault { at = 1, lasts = 9, set = { [\"web.timeout\"] = 4 } }\n"
    "fault { at = 3, lasts = 3, scale = { [\"web.timeout\"] = 0.5 } }\n",
    "time,service\n0,0\n1.5,0\n4,0\n7,0\n",
    "web,0,0,1,timeout,1\nweb,0,1.5,4,timeout,1\nweb,0,4,2,timeout,1\nweb,0,7,4,timeout,1\n",
    {{"web.timeouts", 4}}};

/* What is there is lost and nobody learns of it; who comes is refused; then it is empty again. */
static const struct life crash = {SLOW_DB "client \"web\" { calls = \"db\", timeout = 12, " TRACE
                                          " } run { duration = 32 }\n"
                                          "fault { at = 1.5, lasts = 2, crash = \"db\" }\n",
                                  "time,service\n0,0\n1,0\n2,0\n4,0\n",
                                  "web,0,2,0,refused,1\nweb,0,4,4,ok,1\nweb,0,0,12,timeout,1\nweb,0,1,12,timeout,1\n",
                                  {{"web.rejected", 1},
                                   {"web.late", 0},
                                   {"db.utilization.mean", 5.5 / 32},
                                   {"db.in_system.mean", 6.0 / 32},
                                   {"db.waiting.mean", 0.5 / 32},
                                   {"db.throughput", 1.0 / 32},
                                   {"db.sojourn.mean", 4},
                                   /* refused because it is down, not at capacity nor by admission */
                                   {"db.dropped", 0}}};

static const struct life crash_with_errors = {
    SLOW_DB WEB "fault { at = 1.5, lasts = 2, crash = \"db\", lost = \"error\" }\n",
    "time,service\n0,0\n1,0\n2,0\n4,0\n",
    "web,0,1,0.5,error,1\nweb,0,0,1.5,error,1\nweb,0,2,0,refused,1\nweb,0,4,4,ok,1\n",
    {{"web.failed.error", 2}, {"web.failed.refused", 1}}};

/* No timeout: nobody will ever know. */
static const struct life crash_without_end = {SLOW_DB WEB "fault { at = 1.5, lasts = 2, crash = \"db\" }\n",
                                              "time,service\n0,0\n4,0\n",
                                              "web,0,4,4,ok,1\n",
                                              {{"web.unfinished", 1}, {"web.completed", 1}}};

/* The caller is lost with its thread; what it called goes on. */
static const struct life crash_of_a_caller = {
    "server \"db\" { service = 1, calls = { \"back\" } } server \"back\" { service = 8 }\n" WEB
    "fault { at = 2, lasts = 2, crash = \"db\", lost = \"error\" }\n",
    "time,service\n0,0\n5,0\n",
    "web,0,0,2,error,1\nweb,0,5,12,ok,1\n",
    {{"back.throughput", 2.0 / 32}, {"db.utilization.mean", 14.0 / 32}}};

static const struct life crash_of_a_sharer = {
    "server \"db\" { discipline = \"ps\", service = 4 }\n" WEB
    "fault { at = 2, lasts = 2, crash = \"db\", lost = \"error\" }\n",
    "time,service\n0,0\n1,0\n5,0\n",
    NULL,
    {{"web.failed.error", 2}, {"web.completed", 1}, {"web.latency.mean", 4}, {"db.utilization.mean", 6.0 / 32}}};

/* Two crashes that overlap: up again when both are over. */
static const struct life two_crashes = {
    SLOW_DB WEB "fault { at = 1, lasts = 3, crash = \"db\" } fault { at = 2, lasts = 4, crash = \"db\" }\n",
    "time,service\n0,0\n5,0\n6.5,0\n",
    "web,0,5,0,refused,1\nweb,0,6.5,4,ok,1\n",
    {{"web.unfinished", 1}}};

static const struct life stall = {SLOW_DB WEB "fault { at = 1, lasts = 2, stall = \"db\" }\n",
                                  "time,service\n0,0\n2,0\n",
                                  "web,0,0,6,ok,1\nweb,0,2,8,ok,1\n",
                                  {{"db.utilization.mean", 10.0 / 32}, {"db.service.max", 6}}};

/* It takes nobody in while it stands still, though it has a thread to spare. */
static const struct life stall_with_a_free_thread = {"server \"db\" { threads = 2, service = 4 }\n" WEB
                                                     "fault { at = 1, lasts = 2, stall = \"db\" }\n",
                                                     "time,service\n0,0\n2,0\n",
                                                     "web,0,0,6,ok,1\nweb,0,2,5,ok,1\n",
                                                     {{"db.wait.max", 1}}};

static const struct life stalls_that_overlap = {
    SLOW_DB WEB "fault { at = 1, lasts = 2, stall = \"db\" } fault { at = 2, lasts = 3, stall = \"db\" }\n",
    ONCE,
    "web,0,0,8,ok,1\n",
    {{"db.utilization.mean", 8.0 / 32}}};

static const struct life stall_of_a_sharer = {"server \"db\" { discipline = \"ps\", service = 4 }\n" WEB
                                              "fault { at = 1, lasts = 2, stall = \"db\" }\n",
                                              "time,service\n0,0\n2,0\n",
                                              /* 3 and 4 left at 3, both at half the speed: 9, then 10 */
                                              "web,0,0,9,ok,1\nweb,0,2,8,ok,1\n",
                                              {{"db.in_system.mean", 17.0 / 32}}};

/* Its call comes back at 3, while it stands still; it goes on at 5 with the second one. */
static const struct life stall_between_calls = {
    "server \"db\" { service = 1, calls = { \"back\", \"back\" } } server \"back\" { service = 2 }\n" WEB
    "fault { at = 2, lasts = 3, stall = \"db\" }\n",
    ONCE,
    "web,0,0,7,ok,1\n",
    {{"back.utilization.mean", 4.0 / 32}}};

/* And one that has failed is answered when it goes on. */
static const struct life stall_and_a_call_that_fails = {
    "server \"db\" { service = 1, calls = { { \"back\", timeout = 2 } } } server \"back\" { service = 4 }\n" WEB
    "fault { at = 2, lasts = 3, stall = \"db\" }\n",
    ONCE,
    "web,0,0,5,error,1\n",
    {{"db.utilization.mean", 5.0 / 32}}};

/* 2 done at 2; 1 more at half the speed by 4; the last 1 by 5. */
static const struct life slow = {SLOW_DB WEB "fault { at = 2, lasts = 2, slow = \"db\", by = 2 }\n",
                                 "time,service\n0,0\n3,0\n",
                                 "web,0,0,5,ok,1\nweb,0,3,6,ok,1\n",
                                 {{"db.utilization.mean", 9.0 / 32}}};

/* By 2 on [0, 4), by 4 more on [2, 4): 1 done at 2, 1/4 more at 4. */
static const struct life slow_twice = {
    SLOW_DB WEB
    "fault { at = 0, lasts = 4, slow = \"db\", by = 2 } fault { at = 2, lasts = 2, slow = \"db\", by = 4 }\n",
    ONCE,
    "web,0,0,6.75,ok,1\n",
    {{"db.utilization.mean", 6.75 / 32}}};

static const struct life slow_sharer = {"server \"db\" { discipline = \"ps\", service = 4 }\n" WEB
                                        "fault { at = 2, lasts = 2, slow = \"db\", by = 2 }\n",
                                        ONCE,
                                        "web,0,0,5,ok,1\n",
                                        {{"db.utilization.mean", 5.0 / 32}}};

#define LINKED                                            \
  "server \"db\" { service = 1 } run { duration = 32 }\n" \
  "client \"web\" { calls = \"db\", timeout = 8, network = link { one_way = 1 }, " TRACE " }\n"

/* The first is under way, the second is sent into it, the third when it is over. */
static const struct life cut = {LINKED "fault { at = 0.5, lasts = 0.25, cut = { \"web\", \"db\" } }\n",
                                "time,service\n0,0\n0.625,0\n0.875,0\n",
                                "web,0,0.875,3,ok,1\nweb,0,0,8,timeout,1\nweb,0,0.625,8,timeout,1\n",
                                {{"web.timeouts", 2}, {"db.throughput", 1.0 / 32}}};

/* Cut while the answer is under way: the work was done. */
static const struct life cut_on_the_way_back = {LINKED "fault { at = 2.5, lasts = 0.25, cut = { \"web\", \"db\" } }\n",
                                                ONCE,
                                                "web,0,0,8,timeout,1\n",
                                                {{"db.throughput", 1.0 / 32}, {"web.late", 0}}};

/* Cut while it is served: neither message is touched. */
static const struct life cut_in_between = {LINKED "fault { at = 1.25, lasts = 0.5, cut = { \"web\", \"db\" } }\n",
                                           ONCE,
                                           "web,0,0,3,ok,1\n",
                                           {{"web.timeouts", 0}}};

/* It lasts from 1 to 2, not including 2. */
static const struct life cut_at_its_ends = {
    LINKED "fault { at = 1, lasts = 1, cut = { \"web\", \"db\" } }\n",
    "time,service\n0,0\n1,0\n2,0\n",
    /* the first arrives at 1: cut; the second is sent at 1: cut; the third is sent at 2 */
    "web,0,2,3,ok,1\nweb,0,0,8,timeout,1\nweb,0,1,8,timeout,1\n",
    {{"web.timeouts", 2}}};

static const struct life cut_without_a_link = {
    "server \"db\" { service = 1 } client \"web\" { calls = \"db\", timeout = 8, " TRACE
    " } run { duration = 32 }\n"
    "fault { at = 0.5, lasts = 1, cut = { \"web\", \"db\" } }\n",
    "time,service\n0,0\n1.25,0\n1.5,0\n",
    /* the answer to the first would come at 1, the second is sent at 1.25 */
    "web,0,1.5,1,ok,1\nweb,0,0,8,timeout,1\nweb,0,1.25,8,timeout,1\n",
    {{"db.throughput", 2.0 / 32}}};

/* Others' messages get through. */
static const struct life cut_between_two_of_three = {
    "server \"db\" { threads = 9, service = 1 } run { duration = 10, kind = \"terminating\" }\n"
    "client \"a\" { calls = \"db\", timeout = 2, arrivals = every(6) }\n"
    "client \"b\" { calls = \"db\", timeout = 2, arrivals = every(7) }\n"
    "fault { at = 1, lasts = 20, cut = { \"a\", \"db\" } }\n",
    NULL,
    "b,0,7,1,ok,1\na,0,6,2,timeout,1\n",
    {{"db.throughput", 0.1}}};

static const struct life cut_between_servers = {
    "server \"db\" { service = 1, calls = { { \"back\", timeout = 2, retries = 1 } } } server \"back\" { service = 1 "
    "}\n" WEB "fault { at = 0, lasts = 2, cut = { \"db\", \"back\" } }\n",
    ONCE,
    /* sent at 1 and lost; again at 3 */
    "web,0,0,4,ok,1\n",
    {{"db.calls.timeouts", 1}, {"back.throughput", 1.0 / 32}}};

/* The error comes after the work. */
static const struct life fail = {
    SLOW_DB WEB "fault { at = 1, lasts = 5, fail = \"db\", ratio = 1 }\n",
    "time,service\n0,0\n5,0\n",
    "web,0,0,4,error,1\nweb,0,5,4,ok,1\n",
    {{"web.failed.error", 1}, {"db.utilization.mean", 8.0 / 32}, {"db.throughput", 1.0 / 32}}};

static const struct life faults_again_and_again = {
    "server \"db\" { service = 0.25 }\n" WEB "fault { every = 3, lasts = 1, crash = \"db\" }\n",
    /* down on [3, 4), [7, 8), [11, 12) */
    "time,service\n0,0\n3.5,0\n4.5,0\n6.5,0\n7.5,0\n8.5,0\n10.5,0\n11.5,0\n",
    NULL,
    {{"web.failed.refused", 3}, {"web.completed", 5}}};

static const struct life fault_of_one_member = {
    "servers \"db\" { count = 2, service = 1 }\n"
    "client \"web\" { calls = \"db\", policy = round_robin, " TRACE
    " } run { duration = 32 }\n"
    "fault { at = 1, lasts = 9, crash = \"db[1]\" }\n",
    "time,service\n0,0\n2,0\n4,0\n6,0\n11,0\n13,0\n",
    "web,0,0,1,ok,1\nweb,0,2,0,refused,1\nweb,0,4,1,ok,1\nweb,0,6,0,refused,1\nweb,0,11,1,ok,1\nweb,0,13,1,ok,1\n",
    {{"db[0].throughput", 3.0 / 32}, {"db[1].throughput", 1.0 / 32}}};

static const struct life fault_of_any_one_member = {
    "servers \"db\" { count = 2, service = 1 }\n"
    "client \"web\" { calls = \"db\", policy = round_robin, " TRACE
    " } run { duration = 32 }\n"
    "fault { at = 1.25, lasts = 9, crash = \"db\", members = 1 }\n",
    "time,service\n0,0\n1.5,0\n4,0\n6,0\n8,0\n11,0\n13,0\n",
    NULL,
    {{"web.failed.refused", 2}, {"web.completed", 5}}};

static const struct life fault_without_end = {SLOW_DB WEB "fault { at = 5, crash = \"db\" }\n",
                                              "time,service\n0,0\n6,0\n30,0\n",
                                              "web,0,0,4,ok,1\nweb,0,6,0,refused,1\nweb,0,30,0,refused,1\n",
                                              {{"web.failed.refused", 2}}};

int main(void) {
  const struct CMUnitTest tests[] = {
      LIFE(set),
      LIFE(fewer_threads),
      LIFE(set_capacity),
      LIFE(set_speed),
      LIFE(set_timeout),
      LIFE(timeouts_of_two_lengths),
      LIFE(set_retries),
      LIFE(faster_recording),
      LIFE(faster_arrivals),
      LIFE(population),
      LIFE(arrivals_changed_after_their_end),
      LIFE(last_set_wins),
      LIFE(last_to_begin_wins),
      LIFE(factors_multiply),
      LIFE(set_and_scale),
      LIFE(crash),
      LIFE(crash_with_errors),
      LIFE(crash_without_end),
      LIFE(crash_of_a_caller),
      LIFE(crash_of_a_sharer),
      LIFE(two_crashes),
      LIFE(stall),
      LIFE(stall_with_a_free_thread),
      LIFE(stalls_that_overlap),
      LIFE(stall_of_a_sharer),
      LIFE(stall_between_calls),
      LIFE(stall_and_a_call_that_fails),
      LIFE(slow),
      LIFE(slow_twice),
      LIFE(slow_sharer),
      LIFE(cut),
      LIFE(cut_on_the_way_back),
      LIFE(cut_in_between),
      LIFE(cut_at_its_ends),
      LIFE(cut_without_a_link),
      LIFE(cut_between_two_of_three),
      LIFE(cut_between_servers),
      LIFE(fail),
      LIFE(faults_again_and_again),
      LIFE(fault_of_one_member),
      LIFE(fault_of_any_one_member),
      LIFE(fault_without_end),
  };
  return cmocka_run_group_tests_name("lives through faults", tests, NULL, NULL);
}
