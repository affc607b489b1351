/* A balancer whose state a test makes by hand. */
#ifndef TESTS_BALANCE_HAND_H
#define TESTS_BALANCE_HAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "balance/balancer.h"

enum { MOST = 16 };

struct hand {
  struct sj_publish settings;
  struct sj_publishers publishers;
  struct sj_balancer balancer;
  struct sj_stream stream;
  uint32_t scratch[4 * MOST];
  double costs[4 * MOST];
  uint32_t list[MOST];
  struct sj_choices choices; /* at first all */
  double now;
};

/* `members` NULL: channel i leads to member i. */
static void hand_create(struct hand *hand, const struct sj_policy *policy, uint32_t count, const uint32_t *members) {
  memset(hand, 0, sizeof *hand);
  hand->settings = (struct sj_publish){100, 0.2, {1, 1.0 / 50, 5, 10, 80}};
  assert_true(sj_publishers_create(&hand->publishers, &hand->settings, MOST, 1, sj_policy_needs(policy)));
  sj_stream_seed(&hand->stream, 7, 0);
  const struct sj_balancer_setup setup = {.policy = policy,
                                          .members = members,
                                          .channel_count = count,
                                          .publishers = &hand->publishers,
                                          .caller_count = 1,
                                          .scratch = hand->scratch,
                                          .scratch_costs = hand->costs};
  assert_true(sj_balancer_create(&hand->balancer, &setup));
  hand->choices = (struct sj_choices){NULL, count};
}

static void hand_destroy(struct hand *hand) {
  assert_false(hand->balancer.no_memory);
  sj_balancer_destroy(&hand->balancer);
  sj_publishers_destroy(&hand->publishers);
}

static inline struct sj_turn hand_turn(struct hand *hand, struct sj_errand *errand) {
  return (struct sj_turn){.now = hand->now, .stream = &hand->stream, .choices = hand->choices, .errand = errand};
}

static inline enum sj_picked hand_try(struct hand *hand, struct sj_errand *errand, uint32_t *channel) {
  const struct sj_turn turn = hand_turn(hand, errand);
  return sj_balancer_pick(&hand->balancer, &turn, channel);
}

static inline uint32_t hand_pick(struct hand *hand) {
  uint32_t channel = UINT32_MAX;
  assert_int_equal(hand_try(hand, NULL, &channel), SJ_PICKED);
  assert_true(channel < hand->balancer.channel_count);
  return channel;
}

/* Only these channels may be picked. */
static inline void hand_allow(struct hand *hand, uint32_t count, const uint32_t *list) {
  memcpy(hand->list, list, count * sizeof *list);
  hand->choices = (struct sj_choices){hand->list, count};
}

/* A report that says only what the test fills in; the caller gives it back. */
static inline struct sj_report *hand_report(struct hand *hand) {
  struct sj_report *const report = sj_report_create(&hand->publishers.reports);
  assert_non_null(report);
  return report;
}

/* An answer came on the channel, after `latency`, with the report (NULL: none), whose reference it takes. */
static inline void hand_answer(struct hand *hand, uint32_t channel, double latency, struct sj_report *report) {
  const struct sj_ended ended = {SJ_END_OK, hand->now, latency, report};
  sj_balancer_ended(&hand->balancer, channel, &ended);
  sj_report_release(&hand->publishers.reports, report);
}

static inline void hand_reports_in_flight(struct hand *hand, uint32_t channel, double in_flight) {
  struct sj_report *const report = hand_report(hand);
  report->in_flight = in_flight;
  hand_answer(hand, channel, 1, report);
}

static inline void hand_reports_utilization(struct hand *hand, uint32_t channel, double utilization) {
  struct sj_report *const report = hand_report(hand);
  report->utilization = (struct sj_aggregates){utilization, utilization, utilization};
  hand_answer(hand, channel, 1, report);
}

/* How often each channel is picked in `picks`. */
static inline void hand_count(struct hand *hand, uint32_t picks, uint32_t counts[MOST]) {
  memset(counts, 0, MOST * sizeof *counts);
  for (uint32_t i = 0; i < picks; i++) counts[hand_pick(hand)]++;
}

/* Whether a count of `n` trials of probability p is within 4.5 deviations, which chance exceeds once in 150,000. */
static inline void assert_share(uint32_t count, uint32_t n, double p) {
  const double deviation = sqrt(n * p * (1 - p));
  if (fabs(count - n * p) > 4.5 * deviation + 1e-9) fail_msg("%u of %u, expected %g", count, n, n * p);
}

#endif
