/* A balancer of one caller, with what an engine would hand it: for tests of single policies. */
#ifndef SJ_TESTS_BALANCE_BENCH_OF_ONE_H
#define SJ_TESTS_BALANCE_BENCH_OF_ONE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "balance/balancer.h"
#include "balance/shared.h"

enum { BENCH_MOST = 256 };

struct bench {
  struct sj_balancer balancer;
  struct sj_policy policy;
  struct sj_publish publish;
  struct sj_publishers publishers;
  struct sj_stream stream;
  uint32_t scratch[2 * BENCH_MOST];
  double scratch_costs[2 * BENCH_MOST];
  double now;
  uint64_t key;
  const uint32_t *list; /* of channels that may be picked; NULL: all */
  uint32_t list_count;
};

/* `count` members; caller `caller` of `callers`. */
static inline void bench_create_as(struct bench *bench, const struct sj_policy *policy, uint32_t count, uint32_t caller,
                                   uint32_t callers, struct sj_shared *shared) {
  *bench = (struct bench){.policy = *policy, .publish = {.window = 10, .ewma = 0.2}};
  sj_stream_seed(&bench->stream, 17, 0);
  assert_true(sj_publishers_create(&bench->publishers, &bench->publish, count, 0, sj_policy_needs(&bench->policy)));
  const struct sj_balancer_setup setup = {.policy = &bench->policy,
                                          .channel_count = count,
                                          .publishers = &bench->publishers,
                                          .shared = shared,
                                          .caller = caller,
                                          .caller_count = callers,
                                          .key = 23,
                                          .scratch = bench->scratch,
                                          .scratch_costs = bench->scratch_costs};
  assert_true(sj_balancer_create(&bench->balancer, &setup));
}

static inline void bench_create(struct bench *bench, const struct sj_policy *policy, uint32_t count) {
  bench_create_as(bench, policy, count, 0, 1, NULL);
}

static inline void bench_destroy(struct bench *bench) {
  sj_balancer_destroy(&bench->balancer);
  sj_publishers_destroy(&bench->publishers);
}

/* Where the next request goes; it is not sent. */
static inline uint32_t bench_pick(struct bench *bench) {
  const struct sj_turn turn = {
      .now = bench->now,
      .stream = &bench->stream,
      .choices = {.list = bench->list, .count = bench->list ? bench->list_count : bench->balancer.channel_count},
      .key = bench->key};
  uint32_t channel = UINT32_MAX;
  assert_int_equal(sj_balancer_pick(&bench->balancer, &turn, &channel), SJ_PICKED);
  assert_true(channel < bench->balancer.channel_count);
  return channel;
}

static inline uint32_t bench_send(struct bench *bench) {
  const uint32_t channel = bench_pick(bench);
  sj_balancer_sent(&bench->balancer, channel);
  return channel;
}

static inline void bench_send_to(struct bench *bench, uint32_t channel, uint32_t count) {
  while (count-- > 0) sj_balancer_sent(&bench->balancer, channel);
}

/* The end of one that was sent, with what came along. */
static inline void bench_end_with(struct bench *bench, uint32_t channel, enum sj_end end, double latency,
                                  struct sj_report *report) {
  sj_balancer_over(&bench->balancer, channel);
  const struct sj_ended ended = {.end = end, .now = bench->now, .latency = latency, .report = report};
  sj_balancer_ended(&bench->balancer, channel, &ended);
}

static inline void bench_end(struct bench *bench, uint32_t channel, enum sj_end end, double latency) {
  bench_end_with(bench, channel, end, latency, NULL);
}

/* How many of `picks` went to each channel. */
static inline void bench_count(struct bench *bench, uint32_t picks, uint32_t *counts) {
  for (uint32_t i = 0; i < bench->balancer.channel_count; i++) counts[i] = 0;
  for (uint32_t i = 0; i < picks; i++) counts[bench_pick(bench)]++;
}

#endif
