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

/* ---- probes ---- */

static struct sj_errand *arrive(struct hand *hand) {
  const struct sj_turn turn = hand_turn(hand, NULL);
  struct sj_errand *const errand = sj_balancer_arrived(&hand->balancer, &turn, hand);
  assert_non_null(errand);
  assert_ptr_equal(sj_errand_owner(errand), hand);
  return errand;
}

/* Takes all probes that are wanted; returns how many. */
static uint32_t take_probes(struct hand *hand, struct sj_probe probes[MOST]) {
  uint32_t count = 0;
  while (sj_balancer_next_probe(&hand->balancer, &probes[count])) assert_true(++count < MOST);
  return count;
}

static struct sj_errand *probe_ends(struct hand *hand, const struct sj_probe *probe, enum sj_end end, double latency,
                                    double waiting) {
  struct sj_report *const report = hand_report(hand);
  report->waiting = waiting;
  const struct sj_ended ended = {end, hand->now, latency, report};
  sj_balancer_over(&hand->balancer, probe->channel);
  struct sj_errand *const errand = sj_balancer_probe_ended(&hand->balancer, probe, &ended);
  sj_report_release(&hand->publishers.reports, report);
  return errand;
}

static void fastest_probe_waits_for_the_first(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_FASTEST_PROBE};
  struct hand hand;
  struct sj_probe probes[MOST], more[MOST];
  uint32_t channel, firsts[MOST] = {0};
  hand_create(&hand, &policy, 3, NULL);
  for (int i = 0; i < 900; i++) {
    struct sj_errand *const errand = arrive(&hand);
    assert_int_equal(take_probes(&hand, probes), 0); /* none before its first turn */
    assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICK_LATER);
    assert_int_equal(take_probes(&hand, probes), 3);
    for (uint32_t c = 0; c < 3; c++) assert_int_equal(hand.balancer.channels[c].in_flight, 1);
    firsts[probes[0].channel]++;
    assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICK_LATER);
    assert_int_equal(take_probes(&hand, more), 0);
    assert_ptr_equal(probe_ends(&hand, &probes[2], SJ_END_OK, 2, 5), errand);
    assert_null(probe_ends(&hand, &probes[1], SJ_END_OK, 2, 0)); /* no news: it may be picked for already */
    assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICKED);
    assert_int_equal(channel, probes[1].channel); /* both have answered: the first in the order of sending */
    sj_balancer_left(&hand.balancer, errand);
    assert_null(probe_ends(&hand, &probes[0], SJ_END_OK, 2, 5)); /* too late, and nobody is there */
  }
  for (int c = 0; c < 3; c++) assert_share(firsts[c], 900, 1.0 / 3);
  hand_destroy(&hand);
}

static void fastest_probe_when_probes_fail(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_FASTEST_PROBE};
  struct hand hand;
  struct sj_probe probes[MOST], again[MOST];
  uint32_t channel;
  hand_create(&hand, &policy, 2, NULL);
  struct sj_errand *const errand = arrive(&hand);
  assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICK_LATER);
  assert_int_equal(take_probes(&hand, probes), 2);
  assert_null(probe_ends(&hand, &probes[1], SJ_END_TIMEOUT, 9, 0));
  assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICK_LATER);
  assert_ptr_equal(probe_ends(&hand, &probes[0], SJ_END_ERROR, 9, 0), errand);
  assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICKED);
  assert_int_equal(channel, probes[0].channel);
  /* Another attempt of the same request races again, and does not mistake an old answer for a new one. */
  assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICK_LATER);
  assert_int_equal(take_probes(&hand, again), 2);
  assert_true(again[0].position != probes[0].position && again[0].position != probes[1].position);
  assert_ptr_equal(probe_ends(&hand, &again[1], SJ_END_OK, 1, 0), errand);
  assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICKED);
  assert_int_equal(channel, again[1].channel);
  sj_balancer_left(&hand.balancer, errand);
  hand_destroy(&hand); /* with a probe out */
}

static void fastest_probe_to_an_idle_server(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_FASTEST_PROBE, .only_if_idle = true};
  struct hand hand;
  struct sj_probe probes[MOST];
  uint32_t channel;
  hand_create(&hand, &policy, 3, NULL);
  struct sj_errand *errand = arrive(&hand);
  assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICK_LATER);
  assert_int_equal(take_probes(&hand, probes), 3);
  assert_null(probe_ends(&hand, &probes[0], SJ_END_OK, 1, 4)); /* something waits there */
  assert_ptr_equal(probe_ends(&hand, &probes[2], SJ_END_OK, 7, 0), errand);
  assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICKED);
  assert_int_equal(channel, probes[2].channel);
  sj_balancer_left(&hand.balancer, errand);
  probe_ends(&hand, &probes[1], SJ_END_OK, 8, 4);
  errand = arrive(&hand);
  assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICK_LATER);
  assert_int_equal(take_probes(&hand, probes), 3);
  assert_null(probe_ends(&hand, &probes[0], SJ_END_OK, 5, 1));
  assert_null(probe_ends(&hand, &probes[2], SJ_END_OK, 3, 1));
  assert_ptr_equal(probe_ends(&hand, &probes[1], SJ_END_OK, 4, 1), errand);
  assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICKED);
  assert_int_equal(channel, probes[2].channel); /* nobody is idle: the one that took least */
  sj_balancer_left(&hand.balancer, errand);
  hand_destroy(&hand);
}

static void with_probes_sends_them_first(void **state) {
  (void)state;
  static const struct sj_policy inner = {.kind = SJ_POLICY_LEAST_COST, .cost = IN_FLIGHT_THERE};
  const struct sj_policy policy = {.kind = SJ_POLICY_WITH_PROBES, .inner = &inner, .per_request = 2};
  struct hand hand;
  struct sj_probe probes[MOST];
  uint32_t counts[MOST] = {0};
  hand_create(&hand, &policy, 4, NULL);
  for (int i = 0; i < 3000; i++) {
    struct sj_errand *const errand = arrive(&hand);
    assert_int_equal(take_probes(&hand, probes), 2);
    assert_true(probes[0].channel != probes[1].channel);
    assert_null(probes[0].errand);
    for (int k = 0; k < 2; k++) {
      assert_int_equal(hand.balancer.channels[probes[k].channel].in_flight, 1);
      counts[probes[k].channel]++;
      assert_null(probe_ends(&hand, &probes[k], SJ_END_OK, 1, 0));
    }
    sj_balancer_left(&hand.balancer, errand);
  }
  for (int c = 0; c < 4; c++) assert_share(counts[c], 6000, 0.25);
  /* What a probe brings back is what the inner policy goes by. */
  for (uint32_t c = 0; c < 4; c++) hand_reports_in_flight(&hand, c, 9);
  struct sj_report *const report = hand_report(&hand);
  report->in_flight = 3;
  const struct sj_ended ended = {SJ_END_OK, 0, 1, report};
  const struct sj_probe probe = {.channel = 2};
  sj_balancer_sent(&hand.balancer, 2);
  sj_balancer_over(&hand.balancer, 2);
  sj_balancer_probe_ended(&hand.balancer, &probe, &ended);
  sj_report_release(&hand.publishers.reports, report);
  assert_int_equal(hand_pick(&hand), 2);
  hand_destroy(&hand);
}

static void with_probes_at_most_idle(void **state) {
  (void)state;
  static const struct sj_policy inner = {.kind = SJ_POLICY_RANDOM};
  struct sj_policy policy = {.kind = SJ_POLICY_WITH_PROBES, .inner = &inner, .per_request = 3, .at_most_idle = true};
  static const uint32_t wanted[] = {3, 3, 2, 1, 0};
  for (uint32_t busy = 0; busy <= 4; busy++) {
    struct hand hand;
    struct sj_probe probes[MOST];
    hand_create(&hand, &policy, 4, NULL);
    for (uint32_t c = 0; c < busy; c++) send(&hand, c, 1);
    struct sj_errand *const errand = arrive(&hand);
    assert_int_equal(take_probes(&hand, probes), wanted[busy]);
    sj_balancer_left(&hand.balancer, errand);
    hand_destroy(&hand);
  }
}

static void subset_of_draws_for_each_request(void **state) {
  (void)state;
  static const struct sj_policy inner = {.kind = SJ_POLICY_LEAST_COST, .cost = IN_FLIGHT_HERE};
  struct sj_policy policy = {.kind = SJ_POLICY_SUBSET_OF, .inner = &inner, .size = 2};
  for (int pass = 0; pass < 2; pass++) {
    struct hand hand;
    uint32_t counts[MOST] = {0};
    hand_create(&hand, &policy, 3, NULL);
    send(&hand, 1, 1);
    send(&hand, 2, 2);
    for (int i = 0; i < 9000; i++) {
      struct sj_errand *const errand = arrive(&hand);
      uint32_t channel, same;
      assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICKED);
      assert_int_equal(hand_try(&hand, errand, &same), SJ_PICKED);
      assert_int_equal(channel, same); /* the subset stays */
      counts[channel]++;
      sj_balancer_left(&hand.balancer, errand);
    }
    /* With replacement the best is drawn with probability 5/9, and the worst twice with 1/9. */
    assert_share(counts[0], 9000, policy.replacement ? 5.0 / 9 : 2.0 / 3);
    assert_share(counts[1], 9000, policy.replacement ? 3.0 / 9 : 1.0 / 3);
    assert_share(counts[2], 9000, policy.replacement ? 1.0 / 9 : 0);
    hand_destroy(&hand);
    policy.replacement = true;
  }
}

static void subset_of_what_may_be_picked(void **state) {
  (void)state;
  static const struct sj_policy inner = {.kind = SJ_POLICY_PICK_FIRST};
  const struct sj_policy policy = {.kind = SJ_POLICY_SUBSET_OF, .inner = &inner, .size = 2};
  struct hand hand;
  hand_create(&hand, &policy, 4, NULL);
  for (int i = 0; i < 200; i++) {
    hand.choices = (struct sj_choices){NULL, 4};
    struct sj_errand *const errand = arrive(&hand);
    uint32_t channel, other;
    assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICKED);
    uint32_t rest[3], count = 0; /* that one may not be picked any more */
    for (uint32_t c = 0; c < 4; c++)
      if (c != channel) rest[count++] = c;
    hand_allow(&hand, 3, rest);
    assert_int_equal(hand_try(&hand, errand, &other), SJ_PICKED);
    assert_int_not_equal(other, channel);
    hand_allow(&hand, 1, &channel); /* nor the other: then whoever may */
    uint32_t same;
    assert_int_equal(hand_try(&hand, errand, &same), SJ_PICKED);
    assert_int_equal(same, channel);
    sj_balancer_left(&hand.balancer, errand);
  }
  hand_destroy(&hand);
}

static void subset_larger_than_the_pool(void **state) {
  (void)state;
  static const struct sj_policy inner = {.kind = SJ_POLICY_FASTEST_PROBE};
  struct sj_policy policy = {.kind = SJ_POLICY_SUBSET_OF, .inner = &inner, .size = 5};
  assert_int_equal(sj_policy_most_choices(&policy, 2), 5);
  for (int pass = 0; pass < 2; pass++) {
    struct hand hand;
    struct sj_probe probes[MOST];
    uint32_t channel;
    hand_create(&hand, &policy, 2, NULL);
    struct sj_errand *const errand = arrive(&hand);
    assert_int_equal(hand_try(&hand, errand, &channel), SJ_PICK_LATER);
    assert_int_equal(take_probes(&hand, probes), policy.replacement ? 5 : 2);
    sj_balancer_left(&hand.balancer, errand);
    hand_destroy(&hand);
    policy.replacement = true;
  }
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
      cmocka_unit_test(fastest_probe_waits_for_the_first),
      cmocka_unit_test(fastest_probe_when_probes_fail),
      cmocka_unit_test(fastest_probe_to_an_idle_server),
      cmocka_unit_test(with_probes_sends_them_first),
      cmocka_unit_test(with_probes_at_most_idle),
      cmocka_unit_test(subset_of_draws_for_each_request),
      cmocka_unit_test(subset_of_what_may_be_picked),
      cmocka_unit_test(subset_larger_than_the_pool),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
