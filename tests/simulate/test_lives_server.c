/* Queues, threads, capacity, admission: what happens to a handful of requests at one server, computed by hand. */
#include "life.h"

#include <math.h>

#define WEB_TO_DB "client \"web\" { calls = \"db\", arrivals = trace { file = \"trace.csv\", format = \"csv\" } }\n"

static const struct life fifo = {
    "server \"db\" { service = recorded() } run { duration = 8 }\n" WEB_TO_DB,
    "time,service\n0,2\n1,2\n1.5,0.5\n3,1\n",
    "web,0,0,2,ok,1\nweb,0,1,3,ok,1\nweb,0,1.5,3,ok,1\nweb,0,3,2.5,ok,1\n",
    /* in the system 1 on [0, 1), 2, from 1.5 on 3 on [1.5, 2), 2, 3 on [3, 4), 2, 1 on [4.5, 5.5) */
    {{"db.in_system.mean", 10.5 / 8},
     {"db.in_system.max", 3},
     {"db.waiting.mean", 5.0 / 8},
     {"db.waiting.max", 2},
     {"db.utilization.mean", 5.5 / 8},
     {"db.empty", 2.5 / 8},
     {"db.full", 0},
     {"db.throughput", 0.5},
     {"db.sojourn.mean", 10.5 / 4},
     {"db.wait.mean", 5.0 / 4},
     {"db.wait.max", 2.5},
     {"db.service.mean", 5.5 / 4},
     {"web.latency.mean", 10.5 / 4},
     {"web.latency.min", 2},
     {"web.latency.max", 3},
     {"web.goodput", 0.5}}};

static const struct life lifo = {
    "server \"db\" { discipline = \"lifo\", service = recorded() } run { duration = 8 }\n" WEB_TO_DB,
    "time,service\n0,2\n1,2\n1.5,0.5\n3,1\n",
    "web,0,0,2,ok,1\nweb,0,1.5,1,ok,1\nweb,0,1,3.5,ok,1\nweb,0,3,2.5,ok,1\n",
    {{"db.wait.max", 1.5}, {"db.in_system.mean", 9.0 / 8}}};

#define FIVE_CALLERS(extra)                      \
  "client \"first\" { calls = \"" extra          \
  "\", arrivals = every(6), priority = 7 }\n"    \
  "client \"low\" { calls = \"" extra            \
  "\", arrivals = every(7), priority = 2 }\n"    \
  "client \"middle\" { calls = \"" extra         \
  "\", arrivals = every(7.5), priority = 1 }\n"  \
  "client \"other\" { calls = \"" extra          \
  "\", arrivals = every(8), priority = 1 }\n"    \
  "client \"high\" { calls = \"" extra           \
  "\", arrivals = every(8.5), priority = -1 }\n" \
  "run { duration = 10, kind = \"terminating\" }\n"

#define BY_PRIORITY "first,0,6,3,ok,1\nhigh,0,8.5,3.5,ok,1\nmiddle,0,7.5,7.5,ok,1\nother,0,8,10,ok,1\nlow,0,7,14,ok,1\n"

static const struct life priority = {
    FIVE_CALLERS("db") "server \"db\" { discipline = \"priority\", service = 3 }\n", NULL, BY_PRIORITY, {{NULL, 0}}};

static const struct life priority_is_inherited_by_calls = {
    FIVE_CALLERS("front") "server \"front\" { threads = 8, service = 0, calls = { \"db\" } }\n"
                          "server \"db\" { discipline = \"priority\", service = 3 }\n",
    NULL, BY_PRIORITY, {{"db.wait.max", 11}, {"front.wait.max", 0}}};

/* All calls at one priority: first come, first served. */
static const struct life priority_of_a_call_of_its_own = {
    FIVE_CALLERS("front") "server \"front\" { threads = 8, service = 0, calls = { { \"db\", priority = 5 } } }\n"
                          "server \"db\" { discipline = \"priority\", service = 3 }\n",
    NULL,
    "first,0,6,3,ok,1\nlow,0,7,5,ok,1\nmiddle,0,7.5,7.5,ok,1\nother,0,8,10,ok,1\nhigh,0,8.5,12.5,ok,1\n",
    {{NULL, 0}}};

/* Alone until 1, then both at half the speed until the short one is done at 3, then alone. */
static const struct life sharing = {
    "server \"db\" { discipline = \"ps\", service = recorded() } run { duration = 8 }\n" WEB_TO_DB,
    "time,service\n0,3\n1,1\n",
    "web,0,1,2,ok,1\nweb,0,0,4,ok,1\n",
    {{"db.utilization.mean", 0.5},
     {"db.waiting.max", 0},
     {"db.wait.max", 0},
     {"db.service.mean", 3},
     {"db.in_system.mean", 0.75}}};

/* Four at two threads run at half speed, two at full. */
static const struct life sharing_of_two_threads = {
    "server \"db\" { discipline = \"ps\", threads = 2, service = recorded() } run { duration = 4 }\n" WEB_TO_DB,
    "time,service\n0,2\n0,2\n0,1\n0,1\n",
    "web,0,0,2,ok,1\nweb,0,0,2,ok,1\nweb,0,0,3,ok,1\nweb,0,0,3,ok,1\n",
    {{"db.utilization.mean", 0.75}, {"db.in_system.mean", 2.5}}};

static const struct life sharing_with_capacity = {
    "server \"db\" { discipline = \"ps\", capacity = 2, service = 2 } run { duration = 8 }\n" WEB_TO_DB,
    "time,service\n0,0\n1,0\n2,0\n3.5,0\n",
    /* 1 and 2 left at 1; the third is refused; at 3 the first is done, the other has 1 left, at 3.5 half of it, which
     * takes until 4.5; then the last has 1.5 left */
    "web,0,2,0,refused,1\nweb,0,0,3,ok,1\nweb,0,1,3.5,ok,1\nweb,0,3.5,2.5,ok,1\n",
    {{"db.dropped", 1}, {"db.full", (2 + 1) / 8.0}}};

static const struct life capacity = {"server \"db\" { capacity = 2, service = 4 } run { duration = 12 }\n" WEB_TO_DB,
                                     "time,service\n0,0\n1,0\n2,0\n5,0\n",
                                     "web,0,2,0,refused,1\nweb,0,0,4,ok,1\nweb,0,1,7,ok,1\nweb,0,5,7,ok,1\n",
                                     {{"db.dropped", 1},
                                      {"db.full", 0.5},
                                      {"db.in_system.max", 2},
                                      {"web.rejected", 1},
                                      {"web.failed.refused", 1},
                                      {"web.failed", 1},
                                      {"web.failed.ratio", 0.25},
                                      {"web.completed", 3},
                                      {"web.completed.rate", 0.25},
                                      {"web.attempts", 4},
                                      {"web.unfinished", 0}}};

static const struct life refused_in_silence = {
    "server \"db\" { capacity = 2, service = 4, refuse = \"silent\" } run { duration = 12 }\n"
    "client \"web\" { calls = \"db\", timeout = 16, arrivals = trace { file = \"trace.csv\", format = \"csv\" } }\n",
    "time,service\n0,0\n1,0\n2,0\n5,0\n",
    "web,0,0,4,ok,1\nweb,0,1,7,ok,1\nweb,0,5,7,ok,1\nweb,0,2,16,timeout,1\n",
    {{"db.dropped", 1},
     {"web.rejected", 0},
     {"web.timeouts", 1},
     {"web.failed.timeout", 1},
     {"web.failed.refused", 0}}};

/* Nobody tells the client, and it does not look at the clock. */
static const struct life refused_in_silence_for_ever = {
    "server \"db\" { capacity = 1, service = 4, refuse = \"silent\" } run { duration = 12 }\n" WEB_TO_DB,
    "time,service\n0,0\n1,0\n5,0\n",
    "web,0,0,4,ok,1\nweb,0,5,4,ok,1\n",
    {{"db.dropped", 1}, {"web.unfinished", 1}, {"web.unfinished.ratio", 1.0 / 3}, {"web.completed", 2}}};

static const struct life threads = {
    "server \"db\" { threads = 2, service = recorded() } run { duration = 8 }\n" WEB_TO_DB,
    "time,service\n0,4\n1,1\n1.5,2.5\n",
    "web,0,1,1,ok,1\nweb,0,0,4,ok,1\nweb,0,1.5,3,ok,1\n",
    {{"db.utilization.mean", 7.5 / 16}, {"db.waiting.mean", 0.5 / 8}, {"db.waiting.max", 1}}};

static const struct life speed = {"server \"db\" { speed = 2, service = 4 } run { duration = 8 }\n" WEB_TO_DB,
                                  "time,service\n0,0\n1,0\n",
                                  "web,0,0,2,ok,1\nweb,0,1,3,ok,1\n",
                                  {{"db.utilization.mean", 0.5}}};

/* Who leaves makes room for who comes at the same instant. */
static const struct life one_leaves_one_comes = {
    "server \"db\" { capacity = 1, service = 1 }\n"
    "client \"web\" { calls = \"db\", arrivals = every(1) } run { duration = 8, kind = \"terminating\" }\n",
    NULL,
    NULL,
    {{"web.completed", 7}, {"db.dropped", 0}, {"db.wait.max", 0}, {"db.utilization.mean", 7.0 / 8}}};

static const struct life apis = {
    "server \"db\" { apis = { get = 1, put = { work = 2 } } }\n"
    "client \"reader\" { calls = \"db.get\", arrivals = every(6) }\n"
    "client \"writer\" { calls = \"db.put\", arrivals = every(6.5) }\n"
    "run { duration = 10, kind = \"terminating\" }\n",
    NULL,
    "reader,0,6,1,ok,1\nwriter,0,6.5,2.5,ok,1\n",
    {{"db.get.sojourn.mean", 1},
     {"db.put.sojourn.mean", 2.5},
     {"db.put.wait.mean", 0.5},
     {"db.put.service.mean", 2},
     {"db.get.wait.mean", 0},
     {"db.sojourn.mean", 1.75}}};

/* Two at once, then one every two time units. */
static const struct life bucket = {
    "server \"db\" { threads = 9, service = 0.75, admission = token_bucket { capacity = 2, rate = 0.5 } }\n"
    "run { duration = 16 }\n" WEB_TO_DB,
    "time,service\n0,0\n0,0\n0,0\n1,0\n2,0\n3,0\n4,0\n12,0\n12,0\n12,0\n",
    "web,0,0,0,refused,1\nweb,0,0,0.75,ok,1\nweb,0,0,0.75,ok,1\nweb,0,1,0,refused,1\nweb,0,2,0.75,ok,1\n"
    "web,0,3,0,refused,1\nweb,0,4,0.75,ok,1\nweb,0,12,0,refused,1\nweb,0,12,0.75,ok,1\nweb,0,12,0.75,ok,1\n",
    {{"db.dropped", 4}, {"web.rejected", 4}}};

static const struct life full_server_burns_no_token = {
    "server \"db\" { capacity = 1, service = 4, admission = token_bucket { capacity = 1, rate = 0.125 } }\n"
    "run { duration = 16 }\n" WEB_TO_DB,
    "time,service\n0,0\n1,0\n2,0\n8,0\n",
    "web,0,1,0,refused,1\nweb,0,2,0,refused,1\nweb,0,0,4,ok,1\nweb,0,8,4,ok,1\n",
    {{"db.dropped", 2}}};

/* Nor does one that another of the list turns away. */
static const struct life refused_by_another_burns_no_token = {
    "server \"db\" { threads = 4, service = 4,\n"
    "  admission = { token_bucket { capacity = 2, rate = 0.0009765625 }, max_in_flight(1) } }\n"
    "run { duration = 16 }\n" WEB_TO_DB,
    "time,service\n0,0\n1,0\n2,0\n5,0\n10,0\n",
    "web,0,1,0,refused,1\nweb,0,2,0,refused,1\nweb,0,0,4,ok,1\nweb,0,5,4,ok,1\nweb,0,10,0,refused,1\n",
    {{"db.dropped", 3}}};

static const struct life throttle = {
    "server \"db\" { capacity = 4, service = 8, admission = throttle { above = 0.5, admit = 0 } }\n"
    "run { duration = 16 }\n" WEB_TO_DB,
    "time,service\n0,0\n1,0\n2,0\n9,0\n",
    "web,0,2,0,refused,1\nweb,0,0,8,ok,1\nweb,0,1,15,ok,1\nweb,0,9,15,ok,1\n",
    {{"db.dropped", 1}}};

static const struct life throttle_that_admits_all = {
    "server \"db\" { capacity = 2, service = 8, admission = throttle { above = 0.5, admit = 1 } }\n"
    "run { duration = 16 }\n" WEB_TO_DB,
    "time,service\n0,0\n1,0\n2,0\n",
    "web,0,2,0,refused,1\nweb,0,0,8,ok,1\nweb,0,1,15,ok,1\n",
    {{"db.dropped", 1}}};

static const struct life in_flight = {
    "server \"db\" { threads = 4, service = 4, admission = max_in_flight(2) } run { duration = 16 }\n" WEB_TO_DB,
    "time,service\n0,0\n1,0\n2,0\n4.5,0\n",
    "web,0,2,0,refused,1\nweb,0,0,4,ok,1\nweb,0,1,4,ok,1\nweb,0,4.5,4,ok,1\n",
    {{"db.dropped", 1}}};

/* RFC 8289 with target 1 and interval 4. The wait is at least 1 from 2.5 on. Four later, at 6.5, the first is dropped;
 * the next at 6.5 + 4, then 4/sqrt(2) after that (13.3: at 14.5), then 4/sqrt(3) (15.6: at 16.5), then 4/sqrt(4) (17.6:
 * at 18.5). The last is alone in the queue, and so is safe. */
static const struct life codel = {
    "server \"db\" { service = recorded(), admission = codel { target = 1, interval = 4 } }\n"
    "run { duration = 24 }\n" WEB_TO_DB,
    "time,service\n0,2.5\n1,2\n2,2\n3,2\n4,2\n5,2\n6,2\n7,2\n8,2\n9,2\n10,2\n11,2\n12,2\n13,2\n14,2\n",
    NULL,
    {{"db.dropped", 5},
     {"web.completed", 10},
     {"web.failed.refused", 5},
     {"web.latency.max", 6.5},
     {"web.latency.mean", (2.5 + 3.5 + 4.5 + 4.5 + 5.5 + 5.5 + 4 * 6.5) / 10},
     {"db.wait.max", 4.5},
     /* the dropped ones waited 3.5, 4.5 and three times 5.5 */
     {"db.waiting.mean", (1.5 + 2.5 + 2.5 + 3.5 + 3.5 + 4 * 4.5 + 3.5 + 4.5 + 3 * 5.5) / 24}}};

/* A queue that empties in between: nothing is dropped. */
static const struct life codel_of_a_short_burst = {
    "server \"db\" { service = 2, admission = codel { target = 1, interval = 4 } }\n"
    "run { duration = 24 }\n" WEB_TO_DB,
    "time,service\n0,0\n0,0\n0,0\n10,0\n10,0\n10,0\n",
    NULL,
    {{"db.dropped", 0}, {"web.completed", 6}, {"web.latency.max", 6}}};

int main(void) {
  const struct CMUnitTest tests[] = {
      LIFE(fifo),
      LIFE(lifo),
      LIFE(priority),
      LIFE(priority_is_inherited_by_calls),
      LIFE(priority_of_a_call_of_its_own),
      LIFE(sharing),
      LIFE(sharing_of_two_threads),
      LIFE(sharing_with_capacity),
      LIFE(capacity),
      LIFE(refused_in_silence),
      LIFE(refused_in_silence_for_ever),
      LIFE(threads),
      LIFE(speed),
      LIFE(one_leaves_one_comes),
      LIFE(apis),
      LIFE(bucket),
      LIFE(full_server_burns_no_token),
      LIFE(refused_by_another_burns_no_token),
      LIFE(throttle),
      LIFE(throttle_that_admits_all),
      LIFE(in_flight),
      LIFE(codel),
      LIFE(codel_of_a_short_burst),
  };
  return cmocka_run_group_tests_name("lives at a server", tests, NULL, NULL);
}
