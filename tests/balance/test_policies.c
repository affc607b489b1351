/* Each policy on a state made by hand in which the right pick is evident: ties and what is unknown included. */
#include "hand.h"

#define IN_FLIGHT_HERE \
  { .kind = SJ_COST_CLIENT_IN_FLIGHT }
#define IN_FLIGHT_THERE \
  { .kind = SJ_COST_REPORTED, .figure = SJ_FIGURE_IN_FLIGHT }
#define LATENCY_HERE \
  { .kind = SJ_COST_CLIENT_LATENCY, .aggregate = SJ_MEAN }

static void send(struct hand *hand, uint32_t channel, int times) {
  for (int i = 0; i < times; i++) sj_balancer_sent(&hand->balancer, channel);
}

static void nobody_to_pick(void **state) {
  (void)state;
  for (int kind = 0; kind < SJ_POLICY_WITH_PROBES; kind++) { /* others have tests of their own */
    static const struct sj_policy inner = {.kind = SJ_POLICY_RANDOM};
    const struct sj_policy policy = {.kind = (enum sj_policy_kind)kind, .inner = &inner, .size = 2, .per_request = 1};

    struct hand hand;
    hand_create(&hand, &policy, 3, NULL);
    hand.choices = (struct sj_choices){hand.list, 0};
    uint32_t channel;
    assert_int_equal(hand_try(&hand, NULL, &channel), SJ_PICK_NOBODY);
    hand_destroy(&hand);
  }
}

/* ---- those that look at nothing ---- */

static void random_takes_any(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_RANDOM};
  struct hand hand;
  uint32_t counts[MOST];
  hand_create(&hand, &policy, 4, NULL);
  hand_count(&hand, 10000, counts);
  for (int i = 0; i < 4; i++) assert_share(counts[i], 10000, 0.25);
  hand_allow(&hand, 2, (const uint32_t[]){1, 3});
  hand_count(&hand, 10000, counts);
  assert_share(counts[1], 10000, 0.5);
  assert_int_equal(counts[1] + counts[3], 10000);
  hand_allow(&hand, 1, (const uint32_t[]){2});
  const struct sj_stream before = hand.stream;
  assert_int_equal(hand_pick(&hand), 2);
  assert_memory_equal(&hand.stream, &before, sizeof before); /* nothing to draw */
  hand_destroy(&hand);
}

static void round_robin_takes_turns(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_ROUND_ROBIN};
  struct hand hand;
  hand_create(&hand, &policy, 3, NULL);
  for (uint32_t i = 0; i < 7; i++) assert_int_equal(hand_pick(&hand), i % 3);
  hand_allow(&hand, 2, (const uint32_t[]){0, 2});
  const uint32_t first = hand_pick(&hand), second = hand_pick(&hand);
  assert_true(first != second && first != 1 && second != 1);
  hand_destroy(&hand);
}

static void pick_first_takes_the_first(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_PICK_FIRST};
  struct hand hand;
  hand_create(&hand, &policy, 3, NULL);
  assert_int_equal(hand_pick(&hand), 0);
  hand_allow(&hand, 2, (const uint32_t[]){2, 1});
  assert_int_equal(hand_pick(&hand), 2);
  hand_destroy(&hand);
}

/* ---- least_cost ---- */

static void least_cost_takes_the_least(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_LEAST_COST, .cost = IN_FLIGHT_HERE};
  struct hand hand;
  uint32_t counts[MOST];
  hand_create(&hand, &policy, 4, NULL);
  send(&hand, 0, 2);
  send(&hand, 1, 1);
  send(&hand, 2, 3);
  send(&hand, 3, 2);
  for (int i = 0; i < 20; i++) assert_int_equal(hand_pick(&hand), 1);
  send(&hand, 1, 1); /* now 0, 1 and 3 are equal */
  hand_count(&hand, 9000, counts);
  for (int i = 0; i < 4; i++) assert_share(counts[i], 9000, i == 2 ? 0 : 1.0 / 3);
  sj_balancer_over(&hand.balancer, 2);
  sj_balancer_over(&hand.balancer, 2);
  assert_int_equal(hand_pick(&hand), 2);
  hand_allow(&hand, 1, (const uint32_t[]){3}); /* the least of what may be picked */
  assert_int_equal(hand_pick(&hand), 3);
  hand_destroy(&hand);
}

static void least_cost_tries_the_unknown(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_LEAST_COST, .cost = LATENCY_HERE};
  struct hand hand;
  uint32_t counts[MOST];
  hand_create(&hand, &policy, 3, NULL);
  hand_answer(&hand, 0, 5, NULL);
  hand_count(&hand, 4000, counts); /* nothing is known of 1 and 2 */
  for (int i = 0; i < 3; i++) assert_share(counts[i], 4000, i ? 0.5 : 0);
  hand_answer(&hand, 1, 4, NULL);
  hand_answer(&hand, 2, 6, NULL);
  assert_int_equal(hand_pick(&hand), 1);
  hand_answer(&hand, 1, 8, NULL); /* a mean of 6 */
  assert_int_equal(hand_pick(&hand), 0);
  const struct sj_ended failed = {SJ_END_TIMEOUT, 0, 1000, NULL}; /* no answer, no latency */
  sj_balancer_ended(&hand.balancer, 0, &failed);
  assert_int_equal(hand_pick(&hand), 0);
  hand_destroy(&hand);
}

static void least_cost_takes_negative_for_nothing(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_LEAST_COST,
                                   .cost = {.kind = SJ_COST_REPORTED, .figure = SJ_FIGURE_PID_WEIGHT}};
  struct hand hand;
  uint32_t counts[MOST];
  hand_create(&hand, &policy, 3, NULL);
  static const double weights[] = {-2, 5, -7};
  for (uint32_t i = 0; i < 3; i++) {
    struct sj_report *const report = hand_report(&hand);
    report->pid_weight = weights[i];
    hand_answer(&hand, i, 1, report);
  }
  hand_count(&hand, 4000, counts);
  for (int i = 0; i < 3; i++) assert_share(counts[i], 4000, i == 1 ? 0 : 0.5);
  hand_destroy(&hand);
}

/* Two of three drawn: the middle one is the least unless the best is drawn too. */
static void least_cost_of_two_choices(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_LEAST_COST, .cost = IN_FLIGHT_HERE, .choices = 2};
  struct hand hand;
  uint32_t counts[MOST];
  hand_create(&hand, &policy, 3, NULL);
  send(&hand, 1, 1);
  send(&hand, 2, 2);
  hand_count(&hand, 9000, counts);
  assert_share(counts[0], 9000, 2.0 / 3);
  assert_share(counts[1], 9000, 1.0 / 3);
  assert_int_equal(counts[2], 0);
  hand_destroy(&hand);
}

/* ---- weighted ---- */

static void weighted_by_the_inverse(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_WEIGHTED, .cost = LATENCY_HERE};
  struct hand hand;
  uint32_t counts[MOST];
  hand_create(&hand, &policy, 3, NULL);
  hand_count(&hand, 9000, counts); /* nothing known of any */
  for (int i = 0; i < 3; i++) assert_share(counts[i], 9000, 1.0 / 3);
  hand_answer(&hand, 0, 1, NULL);
  hand_answer(&hand, 1, 3, NULL);
  hand_count(&hand, 9000, counts); /* weights 1, 1/3 and 1/2, that of the mean cost */
  assert_share(counts[0], 9000, 6.0 / 11);
  assert_share(counts[1], 9000, 2.0 / 11);
  assert_share(counts[2], 9000, 3.0 / 11);
  hand_destroy(&hand);
}

static void weighted_zero(void **state) {
  (void)state;
  struct sj_policy policy = {.kind = SJ_POLICY_WEIGHTED, .cost = IN_FLIGHT_HERE};
  struct hand hand;
  uint32_t counts[MOST];
  hand_create(&hand, &policy, 3, NULL);
  send(&hand, 0, 2);
  hand_count(&hand, 4000, counts); /* cost 0 is an infinite weight, here of two */
  for (int i = 0; i < 3; i++) assert_share(counts[i], 4000, i ? 0.5 : 0);
  hand_destroy(&hand);
  policy.zero_is_unknown = true;
  hand_create(&hand, &policy, 3, NULL);
  hand_count(&hand, 9000, counts); /* all 0: as if nothing were known */
  for (int i = 0; i < 3; i++) assert_share(counts[i], 9000, 1.0 / 3);
  send(&hand, 0, 2);
  send(&hand, 1, 4);
  hand_count(&hand, 9000, counts); /* weights 1/2, 1/4, 1/3 */
  assert_share(counts[0], 9000, 6.0 / 13);
  assert_share(counts[1], 9000, 3.0 / 13);
  assert_share(counts[2], 9000, 4.0 / 13);
  hand_destroy(&hand);
}

static void weighted_negative(void **state) {
  (void)state;
  struct sj_policy policy = {
      .kind = SJ_POLICY_WEIGHTED, .cost = {.kind = SJ_COST_REPORTED, .figure = SJ_FIGURE_PID_WEIGHT}, .negative = true};
  struct hand hand;
  uint32_t counts[MOST];
  for (int pass = 0; pass < 2; pass++) {
    hand_create(&hand, &policy, 2, NULL);
    for (uint32_t i = 0; i < 2; i++) {
      struct sj_report *const report = hand_report(&hand);
      report->pid_weight = i ? 0.4 : -0.5;
      hand_answer(&hand, i, 1, report);
    }
    hand_count(&hand, 9000, counts);
    assert_share(counts[0], 9000, policy.negative ? 0.1 / 1.1 : 0); /* shifted to 0.1 and 1, or left out */
    hand_destroy(&hand);
    policy.negative = false;
  }
}

/* ---- hot_cold ---- */

static const struct sj_policy hot_cold = {
    .kind = SJ_POLICY_HOT_COLD, .cost = LATENCY_HERE, .health = IN_FLIGHT_THERE, .cutoff = 0.8};

/* Five members whose health is 1 to 5 and whose latency is `ranks`. */
static void five(struct hand *hand, const struct sj_policy *policy, const double *ranks) {
  hand_create(hand, policy, 5, NULL);
  for (uint32_t i = 0; i < 5; i++) {
    struct sj_report *const report = hand_report(hand);
    report->in_flight = i + 1;
    hand_answer(hand, i, ranks[i], report);
  }
}

static void hot_cold_ranks_the_healthy(void **state) {
  (void)state;
  struct hand hand;
  /* The 0.8 quantile of 1 ... 5 is 4.2: member 4 is ill, though it has the best rank. */
  five(&hand, &hot_cold, (const double[]){9, 7, 8, 6, 1});
  for (int i = 0; i < 300; i++) assert_int_equal(hand_pick(&hand), 3);
  hand_destroy(&hand);
  five(&hand, &hot_cold, (const double[]){9, 6, 8, 6, 1}); /* of equals the first */
  assert_int_equal(hand_pick(&hand), 1);
  hand_allow(&hand, 2, (const uint32_t[]){0, 2});
  assert_int_equal(hand_pick(&hand), 2);
  hand_destroy(&hand);
}

static void hot_cold_when_all_are_ill(void **state) {
  (void)state;
  struct hand hand;
  five(&hand, &hot_cold, (const double[]){1, 2, 3, 4, 5});
  for (int i = 0; i < 200; i++) hand_pick(&hand); /* the history is full of 1 ... 5 */
  for (uint32_t i = 0; i < 5; i++) hand_reports_in_flight(&hand, i, 50 - i);
  assert_int_equal(hand_pick(&hand), 4);          /* the best health, not the best rank */
  for (int i = 0; i < 100; i++) hand_pick(&hand); /* by now 46 ... 50 is what one is used to */
  assert_int_equal(hand_pick(&hand), 1);          /* 50 is above the quantile, 49.2 */
  hand_destroy(&hand);
}

static void hot_cold_of_the_unknown(void **state) {
  (void)state;
  struct hand hand;
  uint32_t counts[MOST];
  hand_create(&hand, &hot_cold, 3, NULL);
  hand_count(&hand, 9000, counts); /* no health at all */
  for (int i = 0; i < 3; i++) assert_share(counts[i], 9000, 1.0 / 3);
  struct sj_report *report = hand_report(&hand);
  report->in_flight = 4;
  const struct sj_ended refused = {SJ_END_REFUSED, 0, 1, report}; /* it says its health, but there is no latency */
  sj_balancer_ended(&hand.balancer, 0, &refused);
  sj_report_release(&hand.publishers.reports, report);
  hand_count(&hand, 9000, counts); /* no rank at all */
  for (int i = 0; i < 3; i++) assert_share(counts[i], 9000, 1.0 / 3);
  hand_answer(&hand, 1, 8, NULL); /* the ranks of the others are 8, its mean: the first of equals */
  assert_int_equal(hand_pick(&hand), 0);
  hand_answer(&hand, 2, 6, NULL); /* ranks 7, 8, 6; healths 4, as the one that is known */
  assert_int_equal(hand_pick(&hand), 2);
  hand_destroy(&hand);
}

static void hot_cold_zero(void **state) {
  (void)state;
  struct sj_policy policy = hot_cold;
  policy.cost = (struct sj_cost)IN_FLIGHT_HERE;
  struct hand hand;
  uint32_t counts[MOST];
  for (int pass = 0; pass < 2; pass++) {
    hand_create(&hand, &policy, 3, NULL);
    for (uint32_t i = 0; i < 3; i++) hand_reports_in_flight(&hand, i, 0);
    hand_count(&hand, 9000, counts);
    for (int i = 0; i < 3; i++) assert_share(counts[i], 9000, policy.zero_is_unknown ? 1.0 / 3 : i == 0);
    hand_destroy(&hand);
    policy.zero_is_unknown = true;
  }
}

/* Channels 0 and 1 lead to one member: its history has two samples a pick, and counts twice. */
static void hot_cold_twins(void **state) {
  (void)state;
  struct sj_policy policy = hot_cold;
  policy.cutoff = 0.75;
  struct hand hand;
  hand_create(&hand, &policy, 3, (const uint32_t[]){5, 5, 9});
  struct sj_report *report = hand_report(&hand);
  report->in_flight = 2;
  hand_answer(&hand, 0, 9, sj_report_hold(report));
  hand_answer(&hand, 1, 8, report);
  report = hand_report(&hand);
  report->in_flight = 10;
  hand_answer(&hand, 2, 1, report);
  /* Each pick gives the twins four places with 2 and the third one with 10, until their histories are full, and there
   * are two to one: then the quantile is 10, and the third healthy. */
  for (int i = 0; i < 20; i++) assert_int_equal(hand_pick(&hand), 1);
  for (int i = 0; i < 100; i++) hand_pick(&hand);
  assert_int_equal(hand_pick(&hand), 2);
  hand_destroy(&hand);
}

/* ---- pid_weighted ---- */

static void pid_weighted_follows_utilization(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_PID_WEIGHTED, .pid = {1, 0.5, 3, 10, 80}};
  struct hand hand;
  uint32_t counts[MOST];
  hand_create(&hand, &policy, 3, NULL);
  hand_count(&hand, 9000, counts); /* nothing known: uniform, and no step */
  for (int i = 0; i < 3; i++) assert_share(counts[i], 9000, 1.0 / 3);
  hand_reports_utilization(&hand, 0, 48);
  hand_reports_utilization(&hand, 1, 52);
  /* The target is 50 + 10; errors 12, 8 and, for the unknown, 10. Step n adds e + n e / 2, and 3 e the first time. */
  double weights[3], sum = 0;
  static const double errors[] = {12, 8, 10};
  for (int i = 0; i < 3; i++) weights[i] = errors[i] * (1 + 0.5 + 3);
  for (int i = 0; i < 3; i++) sum += weights[i] - weights[1] + 0.1;
  uint32_t first[MOST] = {0};
  for (int i = 0; i < 3000; i++) {
    struct hand again;
    hand_create(&again, &policy, 3, NULL);
    hand_reports_utilization(&again, 0, 48);
    hand_reports_utilization(&again, 1, 52);
    again.stream = hand.stream;
    first[hand_pick(&again)]++;
    hand.stream = again.stream;
    hand_destroy(&again);
  }
  for (int i = 0; i < 3; i++) assert_share(first[i], 3000, (weights[i] - weights[1] + 0.1) / sum);
  hand_destroy(&hand);
}

static void pid_weighted_twins_share_what_is_known(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_PID_WEIGHTED, .pid = {1, 0, 0, 10, 80}};
  struct hand hand;
  uint32_t counts[MOST];
  hand_create(&hand, &policy, 3, (const uint32_t[]){4, 4, 7});
  hand_reports_utilization(&hand, 0, 20); /* the later twin's counts: 90 */
  hand_reports_utilization(&hand, 1, 90);
  hand_reports_utilization(&hand, 2, 80);
  /* The mean of the names is 85, above the ceiling: errors -5, -5, 5; weights 0.1, 0.1 and 10.1, then -10, 20.1 ... */
  hand_count(&hand, 1, counts);
  hand_count(&hand, 200, counts);
  assert_true(counts[2] >= 195);
  hand_destroy(&hand);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nobody_to_pick),
      cmocka_unit_test(random_takes_any),
      cmocka_unit_test(round_robin_takes_turns),
      cmocka_unit_test(pick_first_takes_the_first),
      cmocka_unit_test(least_cost_takes_the_least),
      cmocka_unit_test(least_cost_tries_the_unknown),
      cmocka_unit_test(least_cost_takes_negative_for_nothing),
      cmocka_unit_test(least_cost_of_two_choices),
      cmocka_unit_test(weighted_by_the_inverse),
      cmocka_unit_test(weighted_zero),
      cmocka_unit_test(weighted_negative),
      cmocka_unit_test(hot_cold_ranks_the_healthy),
      cmocka_unit_test(hot_cold_when_all_are_ill),
      cmocka_unit_test(hot_cold_of_the_unknown),
      cmocka_unit_test(hot_cold_zero),
      cmocka_unit_test(hot_cold_twins),
      cmocka_unit_test(pid_weighted_follows_utilization),
      cmocka_unit_test(pid_weighted_twins_share_what_is_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
