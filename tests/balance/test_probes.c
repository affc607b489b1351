/* Policies that send probes, and those that draw a subset for each request, on states made by hand. */
#include "hand.h"

#define IN_FLIGHT_HERE \
  { .kind = SJ_COST_CLIENT_IN_FLIGHT }
#define IN_FLIGHT_THERE \
  { .kind = SJ_COST_REPORTED, .figure = SJ_FIGURE_IN_FLIGHT }

static void send(struct hand *hand, uint32_t channel, int times) {
  for (int i = 0; i < times; i++) sj_balancer_sent(&hand->balancer, channel);
}

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
      cmocka_unit_test(fastest_probe_waits_for_the_first), cmocka_unit_test(fastest_probe_when_probes_fail),
      cmocka_unit_test(fastest_probe_to_an_idle_server),   cmocka_unit_test(with_probes_sends_them_first),
      cmocka_unit_test(with_probes_at_most_idle),          cmocka_unit_test(subset_of_draws_for_each_request),
      cmocka_unit_test(subset_of_what_may_be_picked),      cmocka_unit_test(subset_larger_than_the_pool),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
