/* Batchers and stores: what happens to a handful of requests, computed by hand. */
#include "life.h"

#include <math.h>

/* One client whose requests come as the trace says, with their bytes, and a store that takes `latency`. */
#define COMMITS(target) \
  "client \"c\" { calls = \"" target "\", arrivals = trace { file = \"trace.csv\", format = \"csv\" } }\n"
#define RUN(duration) "run { duration = " #duration ", drain = 100 }\n"
#define STORE(fields) "store \"s\" { " fields " }\n"
#define BATCHER(fields) "batcher \"b\" { target = \"s\", " fields " }\n"

/* --- when a batch is sent ------------------------------------------------------------------------------------------
 */

/* The first two leave at 2, two after the first of them; the third at 5. */
static const struct life by_time = {STORE("latency = 4") BATCHER("flush = { after = 2 }") COMMITS("b") RUN(10),
                                    "time,size\n0,10\n1,10\n3,20\n",
                                    "c,0,0,6,ok,1\nc,0,1,5,ok,1\nc,0,3,6,ok,1\n",
                                    {{"b.batch.count", 2},
                                     {"b.batch.requests.mean", 1.5},
                                     {"b.batch.bytes.mean", 20},
                                     {"b.batch.latency.mean", 4},
                                     {"b.wait.mean", 5.0 / 3},
                                     {"b.flush.time", 1},
                                     {"b.current.mean", 5.0 / 10},
                                     {"b.current.max", 2},
                                     {"b.in_flight.mean", 8.0 / 10},
                                     {"b.unacknowledged.mean", 17.0 / 10},
                                     {"b.pending.max", 0},
                                     {"s.requests", 2},
                                     {"s.bytes", 40},
                                     {"s.requests.per_month", 2 / (10 / 2628000.0)},
                                     {"s.in_system.mean", 8.0 / 10}}};

/* The second makes it 20 bytes, at 1. */
static const struct life by_bytes = {STORE("latency = 4") BATCHER("flush = { after = 2, bytes = 20 }") COMMITS("b")
                                         RUN(10),
                                     "time,size\n0,10\n1,10\n3,10\n",
                                     "c,0,0,5,ok,1\nc,0,1,4,ok,1\nc,0,3,6,ok,1\n",
                                     {{"b.flush.size", 0.5}, {"b.flush.time", 0.5}, {"b.batch.bytes.max", 20}}};

/* Looked at after adding: a batch may be larger than it need be, and one request may be a batch. */
static const struct life larger_than_need_be = {STORE("latency = 1, per_byte = 0.5")
                                                    BATCHER("flush = { after = 2, bytes = 15 }") COMMITS("b") RUN(20),
                                                "time,size\n0,14\n1,10\n3,16\n",
                                                "c,0,3,9,ok,1\nc,0,0,14,ok,1\nc,0,1,13,ok,1\n",
                                                {{"b.batch.bytes.max", 24}, {"b.flush.size", 1}}};

static const struct life by_count = {STORE("latency = 4") BATCHER("flush = { after = 9, count = 2 }") COMMITS("b")
                                         RUN(10),
                                     "time,size\n0,10\n1,10\n3,10\n",
                                     "c,0,0,5,ok,1\nc,0,1,4,ok,1\nc,0,3,13,ok,1\n",
                                     {{"b.flush.size", 0.5}}};

/* At once, and then what has come meanwhile. */
static const struct life group_commit = {STORE("latency = 4") BATCHER("flush = { when_idle = true }, in_flight = 1")
                                             COMMITS("b") RUN(10),
                                         "time,size\n0,10\n1,10\n2,10\n3,10\n",
                                         "c,0,0,4,ok,1\nc,0,1,7,ok,1\nc,0,2,6,ok,1\nc,0,3,5,ok,1\n",
                                         {{"b.batch.count", 2},
                                          {"b.flush.idle", 1},
                                          {"b.pending.mean", 6.0 / 10},
                                          {"b.pending.max", 3},
                                          {"b.current.max", 0},
                                          {"b.in_flight.mean", 8.0 / 10},
                                          {"b.in_flight.max", 1}}};

/* What is due at the limit goes when a slot is free, both batches at once where two are: the two answers at 4. */
static const struct life every_free_slot_is_used = {
    STORE("latency = 4") BATCHER("flush = { after = 1, bytes = 10 }, in_flight = 2") COMMITS("b") RUN(20),
    "time,size\n0,10\n0,10\n1,10\n2,5\n2.5,10\n3.5,5\n",
    "c,0,0,4,ok,1\nc,0,0,4,ok,1\nc,0,1,7,ok,1\nc,0,2,6,ok,1\nc,0,2.5,5.5,ok,1\nc,0,3.5,8.5,ok,1\n",
    {{"b.batch.count", 5}, {"b.in_flight.max", 2}, {"b.wait.max", 4.5}}};

/* --- failures ------------------------------------------------------------------------------------------------------
 */

/* Sent at 0, fails at 4, again at 5, fails at 9, again at 11, fails at 15: abandoned. */
static const struct life abandoned = {
    STORE("latency = 2, failure = 1, failure_slowdown = 2")
        BATCHER("flush = { when_idle = true }, retries = 2, backoff = exponential_backoff { base = 1 }") COMMITS("b")
            RUN(20),
    "time,size\n0,10\n",
    "c,0,0,15,error,1\n",
    {{"b.retried", 1},
     {"b.abandoned", 1},
     {"b.retries[1]", 1},
     {"b.retries[2]", 1},
     {"b.failed", 1},
     {"b.failed.bytes", 10},
     {"b.calls.attempts", 3},
     {"b.batch.count", 0},
     {"s.failures", 3},
     {"s.failures.ratio", 1},
     {"b.in_flight.mean", 12.0 / 20},
     {"b.unacknowledged.mean", 12.0 / 20},
     {"b.in_system.mean", 15.0 / 20},
     {"s.latency.mean", 4}}};

/* The first batch fails at 2 and waits till 3; the second has taken its slot till 4; then the first goes before the
 * third. */
static const struct life a_retry_goes_first = {
    STORE("latency = 2") BATCHER("flush = { when_idle = true }, in_flight = 1, retries = 1,"
                                 "backoff = exponential_backoff { base = 1 }") COMMITS("b")
        RUN(20) "fault { at = 1.5, lasts = 1, fail = \"s\" }\n",
    "time,size\n0,10\n1,10\n3.5,10\n",
    "c,0,1,3,ok,1\nc,0,0,6,ok,1\nc,0,3.5,4.5,ok,1\n",
    {{"b.retried", 1}, {"b.abandoned", 0}, {"b.batch.latency.max", 6}, {"s.failures", 1}}};

/* Without a backoff it keeps its slot. */
static const struct life a_retry_at_once = {
    STORE("latency = 2") BATCHER("flush = { when_idle = true }, in_flight = 1, retries = 1") COMMITS("b")
        RUN(20) "fault { at = 1.5, lasts = 1, fail = \"s\" }\n",
    "time,size\n0,10\n1,10\n",
    "c,0,0,4,ok,1\nc,0,1,5,ok,1\n",
    {{"b.retried", 1}}};

/* The larger one is answered at 8; the later, smaller one has come back at 3, and waits for it. */
#define TWO_SIZES "time,size\n0,8\n1,2\n"
static const struct life unordered = {STORE("latency = 0, per_byte = 1") BATCHER("flush = { when_idle = true }")
                                          COMMITS("b") RUN(20),
                                      TWO_SIZES,
                                      "c,0,1,2,ok,1\nc,0,0,8,ok,1\n",
                                      {{"b.in_flight.mean", 10.0 / 20}}};
static const struct life ordered = {STORE("latency = 0, per_byte = 1")
                                        BATCHER("flush = { when_idle = true }, ordered = true") COMMITS("b") RUN(20),
                                    TWO_SIZES,
                                    "c,0,0,8,ok,1\nc,0,1,7,ok,1\n",
                                    {{"b.in_flight.mean", 10.0 / 20}, {"b.unacknowledged.mean", 15.0 / 20}}};

/* A batch that is tried again holds up the answers of those sent after it: the retry is answered at 7. */
static const struct life ordered_behind_a_retry = {
    STORE("latency = 2") BATCHER("flush = { when_idle = true }, in_flight = 2, retries = 1, ordered = true,"
                                 "backoff = exponential_backoff { base = 3 }") COMMITS("b")
        RUN(20) "fault { at = 1.5, lasts = 1, fail = \"s\" }\n",
    "time,size\n0,10\n1,10\n",
    "c,0,0,7,ok,1\nc,0,1,6,ok,1\n",
    {{"b.batch.latency.max", 7}, {"b.batch.latency.min", 2}, {"b.unacknowledged.max", 2}}};

/* --- copies and timeouts -------------------------------------------------------------------------------------------
 */

/* A copy takes no slot; its answer comes together with the other's, and the first one wins. */
static const struct life racing = {
    STORE("latency = 3") BATCHER("flush = { when_idle = true }, in_flight = 1, hedge = { delay = 0 }") COMMITS("b")
        RUN(10),
    "time,size\n0,10\n1,20\n",
    "c,0,0,3,ok,1\nc,0,1,5,ok,1\n",
    {{"b.calls.hedges", 2}, {"b.in_flight.max", 1}, {"s.requests", 4}, {"s.bytes", 60}, {"s.in_system.max", 2}}};

/* The store stands still for what was sent at 0, which is lost when it crashes; the copy, sent at 4, is answered at 5.
 */
static const struct life a_copy_saves_a_lost_batch = {
    STORE("latency = 1") BATCHER("flush = { when_idle = true }, hedge = { delay = 4 }") COMMITS("b")
        RUN(10) "fault { at = 0.5, lasts = 1, crash = \"s\" }\n",
    "time,size\n0,10\n",
    "c,0,0,5,ok,1\n",
    {{"b.calls.hedges", 1}, {"b.batch.latency.mean", 5}}};

/* Lost at 1, given up at 5, refused at 6, 8 and 12 while the store is down till 15, answered at 22. */
static const struct life store_down = {
    STORE("latency = 2") BATCHER("flush = { when_idle = true }, timeout = 5, retries = 5,"
                                 "backoff = exponential_backoff { base = 1 }") COMMITS("b")
        RUN(30) "fault { at = 1, lasts = 14, crash = \"s\" }\n",
    "time,size\n0,10\n",
    "c,0,0,22,ok,1\n",
    {{"b.calls.timeouts", 1}, {"b.calls.rejected", 3}, {"b.retries[4]", 1}, {"b.retries[5]", 0}, {"s.requests", 2}}};

/* With an answer the batcher learns of the crash at once. */
static const struct life store_down_with_an_error = {
    STORE("latency = 2")
        BATCHER("flush = { when_idle = true }, retries = 5, backoff = exponential_backoff { base = 1 }") COMMITS("b")
            RUN(30) "fault { at = 1, lasts = 1.5, crash = \"s\", lost = \"error\" }\n",
    "time,size\n0,10\n",
    "c,0,0,6,ok,1\n",
    {{"b.calls.rejected", 1}, {"b.retries[2]", 1}}};

/* The first request is withdrawn at 3 and leaves no trace in the batch of the second. */
static const struct life withdrawn = {
    STORE("latency = 1")
        BATCHER("flush = { after = 4 }") "client \"c\" { calls = \"b\", timeout = 3, cancel = true,"
                                         " arrivals = trace { file = \"trace.csv\", format = \"csv\" } }\n"
                                         "client \"d\" { calls = \"b\", arrivals = every(2), size = 7 }\n" RUN(3),
    "time,size\n0,10\n",
    "c,0,0,3,timeout,1\nd,0,2,5,ok,1\n",
    {{"b.withdrawn", 1}, {"b.withdrawn.bytes", 10}, {"b.answered.bytes", 7}, {"b.batch.bytes.max", 7}}};

/* One that is not withdrawn is stored all the same. */
static const struct life given_up_and_stored = {
    STORE("latency = 1") BATCHER("flush = { after = 4 }") "client \"c\" { calls = \"b\", timeout = 3,"
                                                          " arrivals = trace { file = \"trace.csv\", format = \"csv\" } "
                                                          "}\n" RUN(9),
    "time,size\n0,10\n",
    "c,0,0,3,timeout,1\n",
    {{"c.late", 1}, {"b.answered", 1}, {"s.bytes", 10}}};

static const struct life capacity = {STORE("latency = 4") BATCHER("flush = { after = 1 }, capacity = 2") COMMITS("b")
                                         RUN(10),
                                     "time,size\n0,1\n0.5,1\n2,1\n6,1\n",
                                     "c,0,2,0,refused,1\nc,0,0,5,ok,1\nc,0,0.5,4.5,ok,1\nc,0,6,5,ok,1\n",
                                     {{"b.dropped", 1}}};

/* --- faults of the batcher -----------------------------------------------------------------------------------------
 */

/* One is on the way, one waits: both are lost at 3; one that comes while it is down is refused. */
static const struct life crashed = {
    STORE("latency = 4") BATCHER("flush = { after = 1 }, retries = 3") COMMITS("b")
        RUN(20) "fault { at = 3, lasts = 3, crash = \"b\", lost = \"error\" }\n",
    "time,size\n0,10\n2.5,20\n4,1\n7,2\n",
    "c,0,0,3,error,1\nc,0,2.5,0.5,error,1\nc,0,4,0,refused,1\nc,0,7,5,ok,1\n",
    {{"b.lost", 2}, {"b.lost.bytes", 30}, {"b.left", 0}, {"s.requests", 2}, {"b.in_flight.mean", 6.0 / 20}}};

/* The answer comes at 4 while it stands still, and is noticed at 10; what has come meanwhile is sent then. */
static const struct life stalled = {STORE("latency = 4") BATCHER("flush = { when_idle = true }") COMMITS("b")
                                        RUN(20) "fault { at = 3, lasts = 7, stall = \"b\" }\n",
                                    "time,size\n0,10\n5,10\n",
                                    "c,0,0,10,ok,1\nc,0,5,9,ok,1\n",
                                    {{"b.in_flight.mean", 8.0 / 20}}};

/* Stored, but not acknowledged. */
static const struct life failing = {STORE("latency = 4") BATCHER("flush = { when_idle = true }") COMMITS("b")
                                        RUN(20) "fault { at = 3, lasts = 7, fail = \"b\" }\n",
                                    "time,size\n0,10\n7,10\n",
                                    "c,0,0,4,error,1\nc,0,7,4,ok,1\n",
                                    {{"b.batch.count", 2}, {"b.failed", 1}, {"b.abandoned", 0}}};

/* A message to the store that is lost to a cut. */
static const struct life cut = {STORE("latency = 4") BATCHER("flush = { when_idle = true }, timeout = 6, retries = 1")
                                    COMMITS("b") RUN(20) "fault { at = 3, lasts = 2, cut = { \"b\", \"s\" } }\n",
                                "time,size\n0,10\n",
                                "c,0,0,10,ok,1\n",
                                {{"b.calls.timeouts", 1}, {"s.requests", 2}}};

/* The first has waited long enough for the new limit when that comes, at 5; the two new slots at 7 take the others. */
static const struct life other_figures = {
    STORE("latency = 4") BATCHER("flush = { after = 50 }, in_flight = 1") COMMITS("b")
        RUN(20) "fault { at = 5, lasts = 2, set = { [\"b.flush.after\"] = 3 } }\n"
                "fault { at = 7, set = { [\"b.in_flight\"] = 3, [\"b.flush.count\"] = 2 } }\n",
    "time,size\n0,10\n5.5,10\n6,10\n6.25,10\n6.5,10\n",
    "c,0,0,9,ok,1\nc,0,5.5,5.5,ok,1\nc,0,6,5,ok,1\nc,0,6.25,4.75,ok,1\nc,0,6.5,4.5,ok,1\n",
    {{"b.batch.count", 3}}};

static const struct life slow_store = {STORE("latency = 4") BATCHER("flush = { when_idle = true }") COMMITS("b")
                                           RUN(20) "fault { at = 2, lasts = 6, slow = \"s\", by = 3 }\n",
                                       "time,size\n0,10\n",
                                       "c,0,0,8,ok,1\n",
                                       {{"s.latency.mean", 8}}};

/* --- in company ----------------------------------------------------------------------------------------------------
 */

/* A batch is one request to a pool's member, with its bytes on the wire and one thread for it. */
static const struct life to_a_server = {
    "server \"s\" { service = 2 }\n"
    "batcher \"b\" { target = \"s\", flush = { after = 1 }, network = link { one_way = 0, per_byte = 0.25 } "
    "}\n" COMMITS("b") RUN(20),
    "time,size\n0,8\n0.5,4\n",
    "c,0,0,6,ok,1\nc,0,0.5,5.5,ok,1\n",
    {{"s.throughput", 1.0 / 20}, {"s.in_system.mean", 2.0 / 20}}};

/* A server that has its work logged, and a batcher that sends to another one. */
static const struct life called_by_a_server = {
    STORE("latency = 2") BATCHER("flush = { after = 1 }") "batcher \"a\" { target = \"b\", flush = { after = 0.5 } }\n"
                                                          "server \"f\" { service = 1, threads = 2, calls = { \"a\" } "
                                                          "}\n" COMMITS("f") RUN(20),
    "time,size\n0,8\n0.25,4\n",
    "c,0,0,4.5,ok,1\nc,0,0.25,4.25,ok,1\n",
    {{"a.batch.requests.mean", 2}, {"b.batch.requests.mean", 1}, {"s.bytes", 12}, {"f.utilization.mean", 8.75 / 40}}};

/* Two on one store, which keeps nobody waiting. */
static const struct life two_on_one_store = {
    STORE("latency = 4") BATCHER("flush = { when_idle = true }") "batcher \"e\" { target = \"s\", flush = { after = 1 } }\n"
    "client \"d\" { calls = \"e\", arrivals = every(1), size = 5 }\n" COMMITS("b") RUN(1.5),
    "time,size\n0,8\n1,2\n",
    "c,0,0,4,ok,1\nc,0,1,4,ok,1\nd,0,1,5,ok,1\n",
    {{"s.requests", 2}, {"s.in_system.max", 2}}};

/* Straight to the store: two requests in 10 s, of 2e9 bytes. */
static const struct life bill = {
    STORE("latency = 1") "price { per_1000_requests = 4, per_GB = 0.5 }\n" COMMITS("s") RUN(10),
    "time,size\n0,1.5e9\n1,0.5e9\n",
    "c,0,0,1,ok,1\nc,0,1,1,ok,1\n",
    {{"s.requests.per_second", 2.0 / 10},
     {"s.requests.per_month", 2 / (10 / 2628000.0)},
     {"s.cost.requests.per_month", 2 / (10 / 2628000.0) / 1000 * 4},
     {"s.cost.bytes.per_month", 2e9 / (10 / 2628000.0) / 1e9 * 0.5},
     {"s.cost.per_month", 2 / (10 / 2628000.0) / 1000 * 4 + 2e9 / (10 / 2628000.0) / 1e9 * 0.5}}};

/* --- flaws ---------------------------------------------------------------------------------------------------------
 */

/* (100 + 0.1) - 100 is 0.0999...: the timer's look comes to nothing, and the batch waits for the next request. */
static const struct life timer_that_rounds = {
    STORE("latency = 1") BATCHER("flush = { after = 0.1 }, timer_rounds = true") COMMITS("b") RUN(200),
    "time,size\n0,1\n100,1\n101,1\n",
    "c,0,0,1.1000000000000001,ok,1\nc,0,100,2,ok,1\nc,0,101,1,ok,1\n",
    {{"b.batch.requests.max", 2}}};
static const struct life timer_that_does_not = {
    STORE("latency = 1") BATCHER("flush = { after = 0.125 }, timer_rounds = true") COMMITS("b") RUN(200),
    "time,size\n0,1\n100,1\n",
    "c,0,0,1.125,ok,1\nc,0,100,1.125,ok,1\n",
    {{NULL, 0}}};

/* The timer set at 2 comes at 3, at the limit; the answer at 5 does not look; the request stays. */
static const struct life timer_that_forgets = {
    STORE("latency = 4") BATCHER("flush = { after = 1 }, in_flight = 1, timer_forgets = true") COMMITS("b") RUN(20),
    "time,size\n0,1\n2,1\n",
    "c,0,0,5,ok,1\n",
    {{"c.unfinished", 1}, {"b.left", 1}}};
/* The next request looks, at 9; its own timer is not set, for it is the second of the batch. */
static const struct life looked_at_by_the_next = {
    STORE("latency = 4") BATCHER("flush = { after = 1 }, in_flight = 1, timer_forgets = true") COMMITS("b") RUN(20),
    "time,size\n0,1\n2,1\n9,1\n",
    "c,0,0,5,ok,1\nc,0,2,11,ok,1\nc,0,9,4,ok,1\n",
    {{NULL, 0}}};

/* The failure at 2 moves nothing: the one that came at 1 waits for the answer at 5 to the one that came at 3. */
static const struct life overtaken = {
    STORE("latency = 2") BATCHER("flush = { after = 0 }, in_flight = 1, retries = 1, one_batch_per_answer = true,"
                                 "backoff = exponential_backoff { base = 8 }") COMMITS("b")
        RUN(20) "fault { at = 1.5, lasts = 1, fail = \"s\" }\n",
    "time,size\n0,1\n1,1\n3,1\n",
    "c,0,3,2,ok,1\nc,0,1,6,ok,1\nc,0,0,12,ok,1\n",
    {{"b.pending.max", 1}, {"b.pending.mean", 4.0 / 20}}};

/* One batch an answer: what came at 1 and 2 fills two batches; two slots are free from 4 on, but only one is used. */
static const struct life one_slot_of_two = {
    STORE("latency = 4") BATCHER("flush = { after = 0, bytes = 10 }, in_flight = 1, one_batch_per_answer = true")
        COMMITS("b") RUN(20) "fault { at = 3, set = { [\"b.in_flight\"] = 2 } }\n",
    "time,size\n0,10\n1,10\n2,10\n",
    "c,0,0,4,ok,1\nc,0,1,7,ok,1\nc,0,2,10,ok,1\n",
    {{"b.in_flight.max", 1}}};

/* Due at 3, it finds the slot taken till 4 and asks again each 0.75: at 4.5. */
static const struct life retry_that_polls = {
    STORE("latency = 2") BATCHER("flush = { when_idle = true }, in_flight = 1, retries = 1, retry_polls = 0.75,"
                                 "backoff = exponential_backoff { base = 1 }") COMMITS("b")
        RUN(20) "fault { at = 1.5, lasts = 1, fail = \"s\" }\n",
    "time,size\n0,10\n1,10\n",
    "c,0,1,3,ok,1\nc,0,0,6.5,ok,1\n",
    {{NULL, 0}}};

static const struct life vanished = {STORE("latency = 2, failure = 1")
                                         BATCHER("flush = { when_idle = true }, abandoned_vanish = true") COMMITS("b")
                                             RUN(20),
                                     "time,size\n0,10\n",
                                     "",
                                     {{"c.unfinished", 1}, {"c.failed", 0}, {"b.failed", 1}, {"b.abandoned", 1}}};

/* Looked at at 0, 2, 4, 6 and 8: the first look comes before the first request. */
static const struct life sampled = {STORE("latency = 4") BATCHER("flush = { after = 3 }, sample_every = 2") COMMITS("b")
                                        RUN(10),
                                    "time,size\n0,10\n0.5,10\n",
                                    "c,0,0,7,ok,1\nc,0,0.5,6.5,ok,1\n",
                                    {{"original.current.mean", 2.0 / 5},
                                     {"original.current.max", 2},
                                     {"original.in_flight.mean", 2.0 / 5},
                                     {"original.unacknowledged.mean", 6.0 / 5},
                                     {"original.pending.max", 0}}};

int main(void) {
  const struct CMUnitTest tests[] = {
      LIFE(by_time),
      LIFE(by_bytes),
      LIFE(larger_than_need_be),
      LIFE(by_count),
      LIFE(group_commit),
      LIFE(every_free_slot_is_used),
      LIFE(abandoned),
      LIFE(a_retry_goes_first),
      LIFE(a_retry_at_once),
      LIFE(unordered),
      LIFE(ordered),
      LIFE(ordered_behind_a_retry),
      LIFE(racing),
      LIFE(a_copy_saves_a_lost_batch),
      LIFE(store_down),
      LIFE(store_down_with_an_error),
      LIFE(withdrawn),
      LIFE(given_up_and_stored),
      LIFE(capacity),
      LIFE(crashed),
      LIFE(stalled),
      LIFE(failing),
      LIFE(cut),
      LIFE(other_figures),
      LIFE(slow_store),
      LIFE(to_a_server),
      LIFE(called_by_a_server),
      LIFE(two_on_one_store),
      LIFE(bill),
      LIFE(timer_that_rounds),
      LIFE(timer_that_does_not),
      LIFE(timer_that_forgets),
      LIFE(looked_at_by_the_next),
      LIFE(overtaken),
      LIFE(one_slot_of_two),
      LIFE(retry_that_polls),
      LIFE(vanished),
      LIFE(sampled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
