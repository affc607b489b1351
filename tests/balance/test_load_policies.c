/* Policies by load, each on states made by hand where the right pick is evident. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench_of_one.h"
#include "random/elementary.h"

static void about(uint32_t count, uint32_t picks, double p) {
  const double expected = picks * p, deviation = sqrt(picks * p * (1 - p));
  if (fabs(count - expected) > 6 * deviation + 1e-9) fail_msg("%u of %u, expected %g", count, picks, expected);
}

/* ---- the power of d choices ---- */

/* Of two of four, one of which is idle and one crowded: the idle one whenever it is drawn, the crowded one never, ties
 * at random. */
static void power_of_two_choices(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &(struct sj_policy){.kind = SJ_POLICY_POWER_OF_CHOICES, .choices = 2}, 4);
  static const uint32_t in_flight[] = {1, 0, 7, 1};
  for (uint32_t i = 0; i < 4; i++) bench_send_to(&bench, i, in_flight[i]);
  uint32_t counts[4];
  bench_count(&bench, 6000, counts);
  about(counts[1], 6000, 0.5);
  about(counts[0], 6000, 0.25);
  about(counts[3], 6000, 0.25);
  assert_int_equal(counts[2], 0);
  bench.list = (const uint32_t[]){2};
  bench.list_count = 1;
  assert_int_equal(bench_pick(&bench), 2);
  bench_destroy(&bench);
}

/* With as many choices as members it is the shortest of all; seen at the servers, whoever filled them. */
static void power_of_choices_sees_the_servers(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_POWER_OF_CHOICES,
                                   .choices = 3,
                                   .sees_servers = true,
                                   .cost = {.kind = SJ_COST_ACTUAL, .figure = SJ_FIGURE_IN_FLIGHT}};
  struct bench bench;
  bench_create(&bench, &policy, 3);
  for (uint32_t i = 0; i < 3; i++) sj_publisher_levels(&bench.publishers.members[i], 0, 1, 1, 1 + i, i);
  bench_send_to(&bench, 0, 20);
  assert_int_equal(bench_pick(&bench), 0);
  sj_publisher_levels(&bench.publishers.members[0], 1, 1, 1, 9, 8);
  assert_int_equal(bench_pick(&bench), 1);
  bench_destroy(&bench);
}

/* ---- join the shortest queue ---- */

static const struct sj_policy shortest = {.kind = SJ_POLICY_JOIN_SHORTEST_QUEUE};

static void shortest_queue_is_joined(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &shortest, 4);
  static const uint32_t in_flight[] = {3, 1, 2, 5};
  for (uint32_t i = 0; i < 4; i++) bench_send_to(&bench, i, in_flight[i]);
  assert_int_equal(bench_send(&bench), 1);
  /* 1 and 2 tie. */
  uint32_t counts[4];
  bench_count(&bench, 3000, counts);
  about(counts[1], 3000, 0.5);
  assert_int_equal(counts[1] + counts[2], 3000);
  bench_end(&bench, 3, SJ_END_OK, 1);
  bench_end(&bench, 3, SJ_END_TIMEOUT, 1);
  bench_end(&bench, 3, SJ_END_ERROR, 1);
  bench_end(&bench, 3, SJ_END_REFUSED, 1);
  assert_int_equal(bench_pick(&bench), 3);
  bench_destroy(&bench);
}

static void shortest_queue_passes_over_the_closed(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &shortest, 4);
  bench_send_to(&bench, 1, 2);
  bench_send_to(&bench, 3, 1);
  bench.list = (const uint32_t[]){1, 3};
  bench.list_count = 2;
  assert_int_equal(bench_pick(&bench), 3);
  bench_send_to(&bench, 3, 1);
  uint32_t counts[4];
  bench_count(&bench, 3000, counts);
  about(counts[1], 3000, 0.5);
  assert_int_equal(counts[1] + counts[3], 3000);
  bench_destroy(&bench);
}

/* What others have sent counts where the servers are seen. */
static void shortest_queue_sees_the_servers(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &(struct sj_policy){.kind = SJ_POLICY_JOIN_SHORTEST_QUEUE, .sees_servers = true}, 3);
  for (uint32_t i = 0; i < 3; i++) {
    struct sj_publisher *const member = &bench.publishers.members[i];
    sj_publisher_levels(member, 0, 1, 1, 5 - i, 4 - i);
  }
  bench_send_to(&bench, 2, 9);
  assert_int_equal(bench_pick(&bench), 2);
  sj_publisher_levels(&bench.publishers.members[0], 1, 1, 0, 0, 0);
  assert_int_equal(bench_pick(&bench), 0);
  bench.list = (const uint32_t[]){1, 2};
  bench.list_count = 2;
  assert_int_equal(bench_pick(&bench), 2);
  bench_destroy(&bench);
}

/* ---- join the idle queue ---- */

static const struct sj_policy idle = {.kind = SJ_POLICY_JOIN_IDLE_QUEUE, .choices = 1};

static void idle_servers_are_taken_in_turn(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &idle, 3);
  for (uint32_t i = 0; i < 3; i++) assert_int_equal(bench_pick(&bench), i);
  for (uint32_t i = 0; i < 3; i++) sj_publisher_levels(&bench.publishers.members[i], 1, 1, 1, 1 + i, i);
  /* None is idle: any, evenly. */
  uint32_t counts[3];
  bench_count(&bench, 3000, counts);
  for (uint32_t i = 0; i < 3; i++) about(counts[i], 3000, 1. / 3);
  sj_publisher_levels(&bench.publishers.members[2], 2, 1, 0, 0, 0);
  sj_publisher_levels(&bench.publishers.members[0], 2, 1, 0, 0, 0);
  /* The one that has been idle for longer may not be picked now, but later. */
  bench.list = (const uint32_t[]){0, 1};
  bench.list_count = 2;
  assert_int_equal(bench_pick(&bench), 0);
  bench.list = NULL;
  assert_int_equal(bench_pick(&bench), 2);
  bench_destroy(&bench);
}

/* Two callers: a server's token goes to one of them. */
static void idle_servers_tell_one_caller(void **state) {
  (void)state;
  enum { SERVERS = 50 };
  struct sj_shared shared = {.key = 31};
  struct bench bench;
  bench_create_as(&bench, &idle, SERVERS, 0, 2, &shared);
  struct sj_balancer other;
  const struct sj_balancer_setup setup = {.policy = &bench.policy,
                                          .channel_count = SERVERS,
                                          .publishers = &bench.publishers,
                                          .shared = &shared,
                                          .caller = 1,
                                          .caller_count = 2,
                                          .key = 24,
                                          .scratch = bench.scratch,
                                          .scratch_costs = bench.scratch_costs};
  assert_true(sj_balancer_create(&other, &setup));
  for (uint32_t i = 0; i < SERVERS; i++) sj_publisher_levels(&bench.publishers.members[i], 1, 1, 1, 1, 0);
  bool seen[SERVERS] = {false};
  for (uint32_t i = 0; i < SERVERS; i++) {
    const struct sj_idle_queues *const queues = bench.publishers.lengths->told;
    struct sj_balancer *const caller = queues->length[0] ? &bench.balancer : &other;
    const struct sj_turn turn = {.stream = &bench.stream, .choices = {.count = SERVERS}};
    uint32_t channel;
    assert_int_equal(sj_balancer_pick(caller, &turn, &channel), SJ_PICKED);
    assert_false(seen[channel]);
    seen[channel] = true;
  }
  assert_null(bench.publishers.lengths->told->others);
  sj_balancer_destroy(&other);
  sj_balancer_destroy(&bench.balancer);
  sj_publishers_destroy(&bench.publishers);
  sj_shared_destroy(&shared);
}

/* ---- least requests ---- */

static void least_requests_of_two(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &(struct sj_policy){.kind = SJ_POLICY_LEAST_REQUESTS, .choices = 2, .active_request_bias = 1},
               3);
  bench_send_to(&bench, 0, 2);
  bench_send_to(&bench, 1, 1);
  uint32_t counts[3];
  bench_count(&bench, 9000, counts);
  /* Of three pairs: 2 wins both that it is in, 1 the other, 0 none. */
  assert_int_equal(counts[0], 0);
  about(counts[1], 9000, 1. / 3);
  about(counts[2], 9000, 2. / 3);
  bench_send_to(&bench, 2, 2);
  bench_count(&bench, 9000, counts);
  about(counts[0], 9000, 1. / 6);
  about(counts[1], 9000, 2. / 3);
  bench_destroy(&bench);
}

/* Idle members with weights 1, 2 and 5: picks in proportion, evenly spread. */
static void least_requests_by_weight(void **state) {
  (void)state;
  static const double weights[] = {1, 2, 5};
  const struct sj_policy policy = {
      .kind = SJ_POLICY_LEAST_REQUESTS, .choices = 2, .weights = weights, .weight_count = 3, .active_request_bias = 1};
  struct bench bench;
  bench_create(&bench, &policy, 3);
  uint32_t counts[3];
  bench_count(&bench, 800, counts);
  for (uint32_t i = 0; i < 3; i++) assert_true(fabs(counts[i] - 100 * weights[i]) <= 1);
  bench_destroy(&bench);
}

/* Envoy's example: weight 2 and four active requests make 2 / (4 + 1)^1 = 0.4; against an idle member of weight 1 it
 * gets two of seven. With bias 0 requests do not count; with bias 2 it has 2 / 25. */
static void least_requests_biased(void **state) {
  (void)state;
  static const double weights[] = {2, 1}, biases[] = {1, 0, 2}, shares[] = {0.4 / 1.4, 2. / 3, 0.08 / 1.08};
  for (int i = 0; i < 3; i++) {
    const struct sj_policy policy = {.kind = SJ_POLICY_LEAST_REQUESTS,
                                     .choices = 2,
                                     .weights = weights,
                                     .weight_count = 2,
                                     .active_request_bias = biases[i]};
    struct bench bench;
    bench_create(&bench, &policy, 2);
    bench_send_to(&bench, 0, 4);
    uint32_t counts[2];
    bench_count(&bench, 100, counts); /* the periods that were set while it was idle pass */
    bench_count(&bench, 5400, counts);
    assert_true(fabs(counts[0] - 5400 * shares[i]) <= 2);
    bench_destroy(&bench);
  }
}

/* Weights come round again for further members; all the same is two choices. A closed member is passed over. */
static void least_requests_weights_repeat(void **state) {
  (void)state;
  static const double weights[] = {1, 3};
  struct sj_policy policy = {
      .kind = SJ_POLICY_LEAST_REQUESTS, .choices = 2, .weights = weights, .weight_count = 2, .active_request_bias = 1};
  struct bench bench;
  bench_create(&bench, &policy, 4);
  uint32_t counts[4];
  bench_count(&bench, 800, counts);
  for (uint32_t i = 0; i < 4; i++) assert_true(fabs(counts[i] - 100 * weights[i % 2]) <= 1);
  bench.list = (const uint32_t[]){0, 1, 2};
  bench.list_count = 3;
  bench_count(&bench, 500, counts);
  assert_true(counts[3] == 0 && fabs(counts[1] - 300.) <= 2);
  bench_destroy(&bench);
  policy.weight_count = 1;
  bench_create(&bench, &policy, 4);
  bench_send_to(&bench, 0, 1);
  bench_send_to(&bench, 1, 1);
  bench_send_to(&bench, 2, 1);
  bench_count(&bench, 8000, counts);
  about(counts[3], 8000, 0.5);
  bench_destroy(&bench);
}

/* ---- peak EWMA ---- */

static const struct sj_policy peak = {.kind = SJ_POLICY_PEAK_EWMA, .choices = 0, .decay = 10};

static void answer(struct bench *bench, uint32_t channel, double now, enum sj_end end, double latency) {
  bench->now = now;
  sj_balancer_sent(&bench->balancer, channel);
  bench_end(bench, channel, end, latency);
}

/* A peak counts in full, and is forgotten by e^-(time / decay). Two members: 1 at a steady 1, 0 with a peak of 8. */
static void peak_ewma_remembers_peaks(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &peak, 2);
  answer(&bench, 0, 0, SJ_END_OK, 1);
  answer(&bench, 1, 0, SJ_END_OK, 2);
  assert_int_equal(bench_pick(&bench), 0);
  answer(&bench, 0, 0, SJ_END_OK, 8);
  assert_int_equal(bench_pick(&bench), 1);
  /* Answered at once, it decays as if with 0s: 8 e^(-t/10); the other stays at 2 e^(-t/10) for as long as nothing is
     heard, and is at 2 again with each answer. */
  bench.now = 13.8;
  answer(&bench, 1, 13.8, SJ_END_OK, 2);
  assert_int_equal(bench_pick(&bench), 1); /* 8 e^-1.38 = 2.013 */
  answer(&bench, 1, 13.9, SJ_END_OK, 2);
  assert_int_equal(bench_pick(&bench), 0); /* 8 e^-1.39 = 1.993 */
  bench_destroy(&bench);
}

static void peak_ewma_counts_what_is_pending(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &peak, 2);
  answer(&bench, 0, 0, SJ_END_OK, 1);
  answer(&bench, 1, 0, SJ_END_OK, 2.5);
  /* 1 (pending + 1) against 2.5 */
  assert_int_equal(bench_send(&bench), 0);
  assert_int_equal(bench_send(&bench), 0);
  assert_int_equal(bench_send(&bench), 1);
  assert_int_equal(bench_send(&bench), 0);
  assert_int_equal(bench_send(&bench), 0);
  assert_int_equal(bench_send(&bench), 1);
  bench_destroy(&bench);
}

/* One without data is tried at once, by one request; the next takes it only if all others are such, too. */
static void peak_ewma_tries_the_unknown_once(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &peak, 3);
  answer(&bench, 0, 0, SJ_END_OK, 5);
  answer(&bench, 1, 0, SJ_END_OK, 6);
  assert_int_equal(bench_send(&bench), 2);
  assert_int_equal(bench_send(&bench), 0);
  bench_send_to(&bench, 0, 5);
  assert_int_equal(bench_pick(&bench), 1);
  bench.list = (const uint32_t[]){2};
  bench.list_count = 1;
  assert_int_equal(bench_pick(&bench), 2);
  bench.list = NULL;
  /* Replaced, it is unknown again. */
  bench_end(&bench, 2, SJ_END_OK, 100);
  assert_int_equal(bench_pick(&bench), 1);
  sj_balancer_replaced(&bench.balancer, 2);
  assert_int_equal(bench_pick(&bench), 2);
  bench_destroy(&bench);
}

/* All unknown: ties at random; with something pending everywhere, the fewest. */
static void peak_ewma_without_data(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &peak, 4);
  uint32_t counts[4];
  bench_count(&bench, 4000, counts);
  for (uint32_t i = 0; i < 4; i++) about(counts[i], 4000, 0.25);
  static const uint32_t in_flight[] = {3, 2, 1, 4};
  for (uint32_t i = 0; i < 4; i++) bench_send_to(&bench, i, in_flight[i]);
  assert_int_equal(bench_pick(&bench), 2);
  bench_destroy(&bench);
}

/* Two choices: the worst of all is never taken, the best whenever it is drawn. */
static void peak_ewma_of_two(void **state) {
  (void)state;
  struct sj_policy policy = peak;
  policy.choices = 2;
  struct bench bench;
  bench_create(&bench, &policy, 4);
  for (uint32_t i = 0; i < 4; i++) answer(&bench, i, 0, SJ_END_OK, 1 + i);
  uint32_t counts[4];
  bench_count(&bench, 6000, counts);
  for (uint32_t i = 0; i < 4; i++) about(counts[i], 6000, (3. - i) / 6);
  assert_int_equal(counts[3], 0);
  bench_destroy(&bench);
}

/* ---- the expected time to a success ---- */

static const struct sj_policy success = {.kind = SJ_POLICY_SUCCESS_LATENCY, .choices = 0, .decay = 60};

/* The trap of plain latencies: 0 fails fast nine times in ten, 1 is ten times as slow and good. */
static void success_latency_is_not_deceived_by_fast_failures(void **state) {
  (void)state;
  struct bench bench;
  for (int policy = 0; policy < 2; policy++) {
    bench_create(&bench, policy ? &success : &peak, 2);
    for (int i = 0; i < 100; i++) {
      answer(&bench, 0, 0, i % 10 ? SJ_END_ERROR : SJ_END_OK, 0.1);
      answer(&bench, 1, 0, SJ_END_OK, 0.9);
    }
    /* E = 0.1 + 0.1 * 90 / 11 = 0.918 */
    assert_int_equal(bench_pick(&bench), policy);
    bench_destroy(&bench);
  }
}

/* E = l + f (1/s - 1): 0 has l = 1, f = 4 and, with one success in advance, s = 5/7; so E = 1 + 4 * 2/5 = 2.6. */
static void success_latency_is_what_it_says(void **state) {
  (void)state;
  static const double latencies[] = {2.59, 2.61};
  for (int i = 0; i < 2; i++) {
    struct bench bench;
    bench_create(&bench, &success, 2);
    static const double successes[] = {0.5, 1.5, 0.7, 1.3};
    for (int k = 0; k < 4; k++) answer(&bench, 0, 0, SJ_END_OK, successes[k]);
    answer(&bench, 0, 0, SJ_END_TIMEOUT, 7);
    answer(&bench, 0, 0, SJ_END_REFUSED, 1);
    answer(&bench, 1, 0, SJ_END_OK, latencies[i]);
    assert_int_equal(bench_pick(&bench), i == 0 ? 1 : 0);
    bench_destroy(&bench);
  }
}

/* What is long ago counts for less: after one decay the two failures count as 2/e. */
static void success_latency_forgives(void **state) {
  (void)state;
  const double e = 1 + 4 * (2 * sj_exp(-1)) / (1 + sj_exp(-1));
  for (int i = 0; i < 2; i++) {
    struct bench bench;
    bench_create(&bench, &success, 2);
    answer(&bench, 0, 0, SJ_END_OK, 1);
    answer(&bench, 0, 0, SJ_END_ERROR, 4);
    answer(&bench, 0, 0, SJ_END_ERROR, 4);
    answer(&bench, 1, 60, SJ_END_OK, i ? e * 1.001 : e * 0.999);
    assert_int_equal(bench_pick(&bench), i ? 0 : 1);
    bench_destroy(&bench);
  }
}

static void success_latency_with_little_data(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &success, 3);
  answer(&bench, 0, 0, SJ_END_OK, 1);
  answer(&bench, 1, 0, SJ_END_ERROR, 0.6);
  /* 2 is unknown, and tried once; 1 has only failed: 0.6 + 0.6 * 1; then what is pending decides. */
  assert_int_equal(bench_send(&bench), 2);
  assert_int_equal(bench_send(&bench), 0);
  assert_int_equal(bench_send(&bench), 1);
  assert_int_equal(bench_send(&bench), 0);
  /* Abandoned attempts say nothing. */
  bench_end(&bench, 2, SJ_END_ABANDONED, 9);
  assert_int_equal(bench_pick(&bench), 2);
  bench_destroy(&bench);
}

/* ---- the aperture ---- */

static void aperture_takes_the_less_loaded(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_APERTURE, .size = 2};
  struct bench bench;
  /* The second of five callers of ten members: members 2 and 3. */
  bench_create_as(&bench, &policy, 10, 1, 5, NULL);
  uint32_t counts[10];
  bench_count(&bench, 4000, counts);
  about(counts[2], 4000, 0.5);
  assert_int_equal(counts[2] + counts[3], 4000);
  bench_send_to(&bench, 2, 1);
  for (int i = 0; i < 100; i++) assert_int_equal(bench_pick(&bench), 3);
  bench.list = (const uint32_t[]){0, 2, 9};
  bench.list_count = 3;
  for (int i = 0; i < 100; i++) assert_int_equal(bench_pick(&bench), 2);
  bench.list = (const uint32_t[]){0, 9};
  bench.list_count = 2;
  bench_count(&bench, 4000, counts);
  about(counts[0], 4000, 0.5);
  assert_int_equal(counts[0] + counts[9], 4000);
  bench_destroy(&bench);
}

/* ---- subsets ---- */

/* 12 members dealt out in threes: four callers have them all between them, and each keeps to its own. */
static void subsets_are_kept_to(void **state) {
  (void)state;
  static const struct sj_policy inner = {.kind = SJ_POLICY_JOIN_SHORTEST_QUEUE};
  const struct sj_policy policy = {
      .kind = SJ_POLICY_CALLER_SUBSET, .size = 3, .subsetting = SJ_SUBSET_DETERMINISTIC, .inner = &inner};
  uint32_t all[12] = {0};
  for (uint32_t caller = 0; caller < 4; caller++) {
    struct bench bench;
    bench_create_as(&bench, &policy, 12, caller, 4, NULL);
    uint32_t mine[3];
    for (int i = 0; i < 3; i++) {
      mine[i] = bench_send(&bench);
      all[mine[i]]++;
    }
    bench_send_to(&bench, mine[0], 1);
    bench_send_to(&bench, mine[2], 1);
    assert_int_equal(bench_send(&bench), mine[1]);
    /* Of its own that may be picked the emptiest; where none of them may, of all others. */
    bench_end(&bench, mine[2], SJ_END_OK, 1);
    bench.list = (const uint32_t[]){mine[0], mine[1]};
    bench.list_count = 2;
    const uint32_t picked = bench_pick(&bench);
    assert_true(picked == mine[0] || picked == mine[1]);
    uint32_t stranger = 0;
    while (stranger == mine[0] || stranger == mine[1] || stranger == mine[2]) stranger++;
    bench.list = &stranger;
    bench.list_count = 1;
    assert_int_equal(bench_pick(&bench), stranger);
    bench_destroy(&bench);
  }
  for (int i = 0; i < 12; i++) assert_int_equal(all[i], 1);
}

/* ---- zones ---- */

static void zones_are_kept_to(void **state) {
  (void)state;
  static const struct sj_policy inner = {.kind = SJ_POLICY_JOIN_SHORTEST_QUEUE};
  struct sj_policy policy = {.kind = SJ_POLICY_ZONE_AWARE, .zones = 3, .least_members = 6, .inner = &inner};
  struct bench bench;
  /* Caller 4 of 9 is in zone 1, and so are members 1, 4 and 7 of 9. */
  bench_create_as(&bench, &policy, 9, 4, 9, NULL);
  bench_send_to(&bench, 1, 2);
  bench_send_to(&bench, 4, 1);
  bench_send_to(&bench, 7, 3);
  assert_int_equal(bench_pick(&bench), 4);
  bench.list = (const uint32_t[]){0, 1, 2, 7};
  bench.list_count = 4;
  assert_int_equal(bench_pick(&bench), 1);
  /* None of the zone's: any. */
  bench.list = (const uint32_t[]){0, 8};
  bench.list_count = 2;
  bench_send_to(&bench, 0, 1);
  assert_int_equal(bench_pick(&bench), 8);
  bench_destroy(&bench);
  /* Too few members for zones. */
  bench_create_as(&bench, &policy, 5, 4, 9, NULL);
  for (uint32_t i = 0; i < 5; i++) bench_send_to(&bench, i, i == 3 ? 1 : 2);
  assert_int_equal(bench_pick(&bench), 3);
  bench_destroy(&bench);
}

/* A caller alone in the world, in zone 0 of three: a third of the servers are there, so it keeps a third. */
static void zones_spill_over(void **state) {
  (void)state;
  static const struct sj_policy inner = {.kind = SJ_POLICY_RANDOM};
  const struct sj_policy policy = {.kind = SJ_POLICY_ZONE_AWARE, .zones = 3, .least_members = 6, .inner = &inner};
  struct bench bench;
  bench_create(&bench, &policy, 6);
  uint32_t counts[6];
  bench_count(&bench, 6000, counts);
  for (uint32_t i = 0; i < 6; i++) about(counts[i], 6000, 1. / 6);
  bench_destroy(&bench);
  /* Callers 0 to 2 of 3, two zones: zone 0 has 2/3 of the callers and 1/2 of the servers, so keeps 3/4. */
  const struct sj_policy two = {.kind = SJ_POLICY_ZONE_AWARE, .zones = 2, .least_members = 6, .inner = &inner};
  bench_create_as(&bench, &two, 6, 2, 3, NULL);
  bench_count(&bench, 6000, counts);
  about(counts[0] + counts[2] + counts[4], 6000, 0.75);
  bench_destroy(&bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(power_of_two_choices),
      cmocka_unit_test(power_of_choices_sees_the_servers),
      cmocka_unit_test(shortest_queue_is_joined),
      cmocka_unit_test(shortest_queue_passes_over_the_closed),
      cmocka_unit_test(shortest_queue_sees_the_servers),
      cmocka_unit_test(idle_servers_are_taken_in_turn),
      cmocka_unit_test(idle_servers_tell_one_caller),
      cmocka_unit_test(least_requests_of_two),
      cmocka_unit_test(least_requests_by_weight),
      cmocka_unit_test(least_requests_biased),
      cmocka_unit_test(least_requests_weights_repeat),
      cmocka_unit_test(peak_ewma_remembers_peaks),
      cmocka_unit_test(peak_ewma_counts_what_is_pending),
      cmocka_unit_test(peak_ewma_tries_the_unknown_once),
      cmocka_unit_test(peak_ewma_without_data),
      cmocka_unit_test(peak_ewma_of_two),
      cmocka_unit_test(success_latency_is_not_deceived_by_fast_failures),
      cmocka_unit_test(success_latency_is_what_it_says),
      cmocka_unit_test(success_latency_forgives),
      cmocka_unit_test(success_latency_with_little_data),
      cmocka_unit_test(aperture_takes_the_less_loaded),
      cmocka_unit_test(subsets_are_kept_to),
      cmocka_unit_test(zones_are_kept_to),
      cmocka_unit_test(zones_spill_over),
  };
  return cmocka_run_group_tests_name("load policies", tests, NULL, NULL);
}
