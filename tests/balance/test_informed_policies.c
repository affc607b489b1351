/* Policies that go by what servers report, or by the request's key, on states made by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "balance/hash_ring.h"
#include "balance/prequal.h"
#include "bench_of_one.h"

static void about(uint32_t count, uint32_t picks, double p) {
  const double expected = picks * p, deviation = sqrt(picks * p * (1 - p));
  if (fabs(count - expected) > 6 * deviation + 1e-9) fail_msg("%u of %u, expected %g", count, picks, expected);
}

/* ---- weighted round robin ---- */

static const struct sj_policy weighted = {
    .kind = SJ_POLICY_WEIGHTED_ROUND_ROBIN,
    .utilization_weights = {.blackout = 10, .expiry = 180, .update = 1, .error_penalty = 1}};

/* An answer from `channel` with a report of its rate, utilization (share) and error rate. */
static void report(struct bench *bench, uint32_t channel, double now, double rate, double used, double errors) {
  struct sj_report *const said = sj_report_create(&bench->publishers.reports);
  assert_non_null(said);
  said->request_rate.mean = rate;
  said->utilization.mean = 100 * used;
  said->error_rate.mean = errors;
  bench->now = now;
  sj_balancer_sent(&bench->balancer, channel);
  bench_end_with(bench, channel, SJ_END_OK, 1, said);
  sj_report_release(&bench->publishers.reports, said);
}

static void expect_shares(struct bench *bench, const double *weights) {
  uint32_t counts[3];
  double sum = 0;
  for (int i = 0; i < 3; i++) sum += weights[i];
  bench_count(bench, 1000, counts);
  for (int i = 0; i < 3; i++)
    if (fabs(counts[i] - 1000 * weights[i] / sum) > 1)
      fail_msg("member %d: %u of 1000, expected %g", i, counts[i], 1000 * weights[i] / sum);
}

/* Weights are rates over utilizations: 100 / 0.5, 100 / 0.25, and errors: 100 / (0.5 + 0.1). Not before the blackout
 * has passed; until then in turn. */
static void weights_follow_utilization(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &weighted, 3);
  for (int t = 0; t <= 9; t++) {
    report(&bench, 0, t, 100, 0.5, 0);
    report(&bench, 1, t, 100, 0.25, 0);
    report(&bench, 2, t, 100, 0.5, 10);
  }
  const uint32_t first = bench_pick(&bench);
  for (uint32_t i = 1; i < 30; i++) assert_int_equal(bench_pick(&bench), (first + i) % 3);
  bench.now = 10;
  expect_shares(&bench, (const double[]){200, 400, 100 / 0.6});
  bench_destroy(&bench);
}

/* A report between two updates does not count before the second. */
static void weights_wait_for_the_update(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &weighted, 3);
  for (int t = 0; t <= 10; t += 5)
    for (uint32_t i = 0; i < 3; i++) report(&bench, i, t, 100, 0.5, 0);
  expect_shares(&bench, (const double[]){1, 1, 1});
  report(&bench, 1, 10.2, 300, 0.5, 0);
  bench.now = 10.9;
  expect_shares(&bench, (const double[]){1, 1, 1});
  bench.now = 11;
  expect_shares(&bench, (const double[]){1, 3, 1});
  bench_destroy(&bench);
}

/* A member without a weight has the mean of the others; reports without rate or utilization say nothing. */
static void weights_that_lack_are_the_mean(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &weighted, 3);
  for (int t = 0; t <= 10; t++) {
    report(&bench, 0, t, 100, 0.5, 0);
    report(&bench, 1, t, 300, 0.5, 0);
    report(&bench, 2, t, t % 2 ? 100 : 0, t % 2 ? 0 : 0.5, 0);
  }
  expect_shares(&bench, (const double[]){200, 600, 400});
  /* One weight alone is none. */
  sj_balancer_replaced(&bench.balancer, 1);
  bench.now = 11;
  const uint32_t first = bench_pick(&bench);
  for (uint32_t i = 1; i < 30; i++) assert_int_equal(bench_pick(&bench), (first + i) % 3);
  bench_destroy(&bench);
}

/* A weight expires 180 after the last report, and then the blackout holds again. */
static void weights_expire(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &weighted, 3);
  for (int t = 0; t <= 10; t++) report(&bench, 2, t, 600, 0.5, 0);
  for (int t = 0; t <= 185; t++)
    for (uint32_t i = 0; i < 2; i++) report(&bench, i, t, 100, 0.5, 0);
  expect_shares(&bench, (const double[]){1, 1, 6});
  for (int t = 186; t <= 190; t++)
    for (uint32_t i = 0; i < 2; i++) report(&bench, i, t, 100, 0.5, 0);
  expect_shares(&bench, (const double[]){1, 1, 1});
  for (int t = 191; t <= 200; t++)
    for (uint32_t i = 0; i < 3; i++) report(&bench, i, t, i == 2 ? 600 : 100, 0.5, 0);
  expect_shares(&bench, (const double[]){1, 1, 1});
  report(&bench, 2, 201, 600, 0.5, 0);
  expect_shares(&bench, (const double[]){1, 1, 6});
  bench.list = (const uint32_t[]){0, 2};
  bench.list_count = 2;
  expect_shares(&bench, (const double[]){1, 0, 6});
  bench_destroy(&bench);
}

/* ---- Prequal ---- */

static const struct sj_policy prequal = {
    .kind = SJ_POLICY_PREQUAL,
    .prequal = {.pool = 16, .probes = 3, .removals = 1, .age = 1, .delta = 1, .cutoff = 0.8408964152537146}};

/* The paper's setting: 100 servers, 3 probes a query. 2 / ((1 - 0.16) 3 - 1) = 2 / 1.52. */
static void reuse_budget_is_the_papers(void **state) {
  (void)state;
  struct sj_prequal settings = prequal.prequal;
  assert_true(fabs(sj_prequal_reuse_budget(&settings, 100) - 1.3157894736842106) < 1e-12);
  settings.probes = 5;
  assert_true(sj_prequal_reuse_budget(&settings, 100) == 1);
  settings.probes = 1;
  assert_true(isnan(sj_prequal_reuse_budget(&settings, 100)));
  settings.probes = 1 / 0.84;
  assert_true(isnan(sj_prequal_reuse_budget(&settings, 100)) || sj_prequal_reuse_budget(&settings, 100) > 1e12);
  settings.probes = 3;
  assert_true(isnan(sj_prequal_reuse_budget(&settings, 16)));
  assert_true(isnan(sj_prequal_reuse_budget(&settings, 24)));
  assert_true(fabs(sj_prequal_reuse_budget(&settings, 25) - 25) < 1e-9);
}

/* A Prequal without removals and with answers that last, so that states can be made by hand. */
static struct sj_policy lasting(double cutoff) {
  struct sj_policy policy = prequal;
  policy.prequal.removals = 0;
  policy.prequal.delta = 1e6;
  policy.prequal.age = 100;
  policy.prequal.cutoff = cutoff;
  return policy;
}

/* An answer to a probe of `channel`: requests in flight, latency at that load (NAN: none yet). */
static void probe_answered(struct bench *bench, uint32_t channel, double in_flight, double latency) {
  struct sj_report *const said = sj_report_create(&bench->publishers.reports);
  assert_non_null(said);
  said->in_flight = in_flight;
  said->load_latency = latency;
  const struct sj_probe probe = {.channel = channel};
  const struct sj_ended ended = {.end = SJ_END_OK, .now = bench->now, .latency = 0.01, .report = said};
  sj_balancer_sent(&bench->balancer, channel);
  sj_balancer_over(&bench->balancer, channel);
  assert_null(sj_balancer_probe_ended(&bench->balancer, &probe, &ended));
  sj_report_release(&bench->publishers.reports, said);
}

static uint32_t count_probes(struct bench *bench, bool *different) {
  struct sj_probe probe;
  bool seen[BENCH_MOST] = {false};
  uint32_t count = 0;
  *different = true;
  while (sj_balancer_next_probe(&bench->balancer, &probe)) {
    *different = *different && !seen[probe.channel];
    seen[probe.channel] = true;
    count++;
    sj_balancer_over(&bench->balancer, probe.channel);
  }
  return count;
}

/* Three probes a request, of different members; 0.4 make two in five. None waits. */
static void prequal_probes_at_its_rate(void **state) {
  (void)state;
  static const double rates[] = {3, 2.4};
  for (int r = 0; r < 2; r++) {
    struct sj_policy policy = prequal;
    policy.prequal.probes = rates[r];
    struct bench bench;
    bench_create(&bench, &policy, 40);
    uint32_t all = 0;
    for (int i = 0; i < 500; i++) {
      bool different;
      bench_pick(&bench);
      const uint32_t count = count_probes(&bench, &different);
      assert_true(different && (count == floor(rates[r]) || count == ceil(rates[r])));
      all += count;
    }
    assert_true(fabs(all - 500 * rates[r]) <= 1);
    bench_destroy(&bench);
  }
}

/* With no or one answer: any member, evenly. */
static void prequal_without_answers_is_random(void **state) {
  (void)state;
  for (int answers = 0; answers < 2; answers++) {
    const struct sj_policy policy = lasting(1);
    struct bench bench;
    bench_create(&bench, &policy, 50);
    if (answers) probe_answered(&bench, 3, 0, 0.1);
    uint32_t counts[50];
    bench_count(&bench, 50000, counts);
    for (uint32_t i = 0; i < 50; i++) about(counts[i], 50000, 0.02);
    bench_destroy(&bench);
  }
}

/* Hot and cold, by the quantile of requests in flight: of 1 to 8 the quantile 3/4 (nearest rank) is 6. The cold one
 * with the least latency, then, when it is given one more request each time, still that. */
static void prequal_takes_the_fastest_cold(void **state) {
  (void)state;
  const struct sj_policy policy = lasting(0.75);
  struct bench bench;
  bench_create(&bench, &policy, 50);
  for (uint32_t i = 1; i <= 8; i++) probe_answered(&bench, i, i, 10. - i);
  /* 7 and 8 are faster, but hot; 6 is cold until it has been given a request. */
  assert_int_equal(bench_pick(&bench), 6);
  assert_int_equal(bench_pick(&bench), 5);
  assert_int_equal(bench_pick(&bench), 5);
  assert_int_equal(bench_pick(&bench), 4);
  /* Only hot ones to be had: the fewest in flight. 6 and 5 are at 7 now, as 7 is: the first that came. */
  bench.list = (const uint32_t[]){8, 6, 7, 5};
  bench.list_count = 4;
  assert_int_equal(bench_pick(&bench), 5);
  assert_int_equal(bench_pick(&bench), 6);
  assert_int_equal(bench_pick(&bench), 7);
  assert_int_equal(bench_pick(&bench), 5); /* all are at 8 */
  bench.list = (const uint32_t[]){30, 31};
  bench.list_count = 2;
  assert_true(bench_pick(&bench) >= 30);
  bench_destroy(&bench);
}

/* cutoff 0 goes by requests in flight alone, 1 by latency alone; no latency yet counts as 0. */
static void prequal_at_its_ends(void **state) {
  (void)state;
  struct sj_policy policy = lasting(0);
  struct bench bench;
  bench_create(&bench, &policy, 50);
  probe_answered(&bench, 1, 5, 0.1);
  probe_answered(&bench, 2, 3, 0.5);
  probe_answered(&bench, 3, 4, 0.2);
  assert_int_equal(bench_pick(&bench), 2);
  bench_destroy(&bench);
  policy = lasting(1);
  bench_create(&bench, &policy, 50);
  probe_answered(&bench, 1, 5, 0.1);
  probe_answered(&bench, 2, 3, 0.5);
  assert_int_equal(bench_pick(&bench), 1);
  probe_answered(&bench, 4, 900, NAN);
  assert_int_equal(bench_pick(&bench), 4);
  bench_destroy(&bench);
}

/* Answers are dropped after `age`, a newer one of the same member takes the place of the older, a full pool loses the
 * oldest, and a replaced member's goes. */
static void prequal_keeps_its_pool_fresh(void **state) {
  (void)state;
  struct sj_policy policy = lasting(1);
  policy.prequal.pool = 3;
  policy.prequal.age = 1;
  struct bench bench;
  bench_create(&bench, &policy, 50);
  probe_answered(&bench, 1, 0, 0.1);
  bench.now = 0.5;
  probe_answered(&bench, 2, 0, 0.2);
  probe_answered(&bench, 3, 0, 0.3);
  bench.now = 1;
  assert_int_equal(bench_pick(&bench), 1);
  bench.now = 1.1;
  assert_int_equal(bench_pick(&bench), 2);
  probe_answered(&bench, 2, 0, 0.9);
  assert_int_equal(bench_pick(&bench), 3);
  probe_answered(&bench, 4, 0, 0.5);
  assert_int_equal(bench_pick(&bench), 3);
  probe_answered(&bench, 5, 0, 0.6);
  assert_int_equal(bench_pick(&bench), 4);
  sj_balancer_replaced(&bench.balancer, 4);
  assert_int_equal(bench_pick(&bench), 5);
  bench_destroy(&bench);
}

/* With one removal a request: the oldest, then the worst (the hot one with most in flight; where none is hot, the
 * slowest), in turn. */
static void prequal_removes_oldest_and_worst(void **state) {
  (void)state;
  for (int hot = 0; hot < 2; hot++) {
    struct sj_policy policy = lasting(hot ? 0.5 : 1);
    policy.prequal.removals = 1;
    policy.prequal.probes = 2;
    struct bench bench;
    bench_create(&bench, &policy, 200);
    /* The oldest is the fastest cold one. */
    probe_answered(&bench, 1, 1, 0.1);
    probe_answered(&bench, 2, 2, 0.9);
    probe_answered(&bench, 3, 3, 0.2);
    probe_answered(&bench, 4, 9, 0.3);
    probe_answered(&bench, 5, 8, 0.4);
    assert_int_equal(bench_pick(&bench), 1); /* and 1 goes, being the oldest */
    bench.list = (const uint32_t[]){hot ? 4 : 2, 1};
    bench.list_count = 2;
    assert_int_equal(bench_pick(&bench), hot ? 4 : 2); /* and goes, being the worst */
    bench.list_count = 1;
    bench.list = (const uint32_t[]){3};
    assert_int_equal(bench_pick(&bench), 3); /* and the oldest goes: 2 where 4 went, 3 where 2 did */
    bench.list = NULL;
    if (hot)
      assert_int_equal(bench_pick(&bench), 3); /* 3 and 5 are left */
    else
      assert_int_equal(bench_pick(&bench), 4); /* 4 and 5 are left */
    bench_destroy(&bench);
  }
}

/* Each answer serves 1.316 requests on average, once or twice. */
static void prequal_reuses_answers_fractionally(void **state) {
  (void)state;
  struct sj_policy policy = prequal;
  policy.prequal.cutoff = 1;
  struct bench bench;
  bench_create(&bench, &policy, 100);
  uint32_t twice = 0;
  enum { TRIALS = 20000 };
  for (uint32_t i = 0; i < TRIALS; i++) {
    bench.now = 10. * i;
    /* Removals take the two that only fill the pool, first the oldest, and then the worst. */
    probe_answered(&bench, 1, 0, 0.5);
    probe_answered(&bench, 3, 0, 0.1);
    probe_answered(&bench, 2, 0, 0.6);
    probe_answered(&bench, 4, 0, 0.4);
    assert_int_equal(bench_pick(&bench), 3);
    if (bench_pick(&bench) == 3) twice++;
    sj_balancer_replaced(&bench.balancer, 1);
    sj_balancer_replaced(&bench.balancer, 2);
    sj_balancer_replaced(&bench.balancer, 3);
    sj_balancer_replaced(&bench.balancer, 4);
    bool different;
    count_probes(&bench, &different);
  }
  about(twice, TRIALS, 0.3157894736842106);
  bench_destroy(&bench);
}

/* What a server answers is the median of what requests took that met as many as there are now. */
static void prequal_servers_answer_by_load(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &prequal, 20);
  struct sj_publisher *const member = &bench.publishers.members[7];
  sj_publisher_levels(member, 0, 1, 0, 0, 0);
  assert_true(isnan(sj_publisher_report(member, 0)->load_latency));
  double now = 0;
  for (int round = 0; round < 10; round++) {
    /* One that finds nobody takes 1, one that finds another 3. */
    now += 10;
    sj_publisher_arrived(member, now);
    sj_publisher_levels(member, now, 2, 1, 1, 0);
    sj_publisher_arrived(member, now + 0.5);
    sj_publisher_levels(member, now + 0.5, 2, 2, 2, 0);
    sj_publisher_finished(member, now + 1, 1);
    sj_publisher_levels(member, now + 1, 2, 1, 1, 0);
    if (round == 9) assert_true(fabs(sj_publisher_report(member, now + 1)->load_latency - 3) < 1e-9);
    sj_publisher_finished(member, now + 3.5, 3);
    sj_publisher_levels(member, now + 3.5, 2, 0, 0, 0);
    if (round == 9) assert_true(fabs(sj_publisher_report(member, now + 4)->load_latency - 1) < 1e-9);
  }
  sj_publisher_replaced(member, now + 5);
  sj_publisher_levels(member, now + 5, 2, 0, 0, 0);
  assert_true(isnan(sj_publisher_report(member, now + 5)->load_latency));
  bench_destroy(&bench);
}

/* ---- consistent hashing ---- */

static const struct sj_policy bounded = {.kind = SJ_POLICY_BOUNDED_HASH,
                                         .hashing = {.keys = 1000, .load_factor = 1.25, .points = 160}};
static const struct sj_policy maglev = {.kind = SJ_POLICY_MAGLEV, .hashing = {.keys = 1000, .table = 1009}};

/* A key's requests go to one member as long as that has room: with four members 1.25 * 1 / 4 makes 1, ... */
static void bounded_keys_overflow_in_order(void **state) {
  (void)state;
  struct bench bench;
  bench_create(&bench, &bounded, 4);
  bench.key = 5;
  const uint32_t home = bench_pick(&bench);
  assert_int_equal(bench_pick(&bench), home);
  uint32_t in_flight[4] = {0}, total = 0;
  for (int i = 0; i < 200; i++) {
    const uint32_t channel = bench_send(&bench);
    in_flight[channel]++;
    total++;
    /* Never above ceil(c * mean), the new one counted; and home whenever it had room. */
    const uint64_t most = sj_bounded_load(1.25, total - 1, 4);
    assert_true(in_flight[channel] <= most);
    if (channel != home) assert_int_equal(in_flight[home], most);
  }
  assert_int_equal(in_flight[home], 63); /* ceil(1.25 * 200 / 4) */
  while (in_flight[home]-- > 0) bench_end(&bench, home, SJ_END_OK, 1);
  assert_int_equal(bench_pick(&bench), home);
  bench.list = (const uint32_t[]){(home + 1) % 4, (home + 2) % 4};
  bench.list_count = 2;
  assert_int_not_equal(bench_pick(&bench), home);
  bench_destroy(&bench);
}

/* Random arrivals and ends with Zipf's keys: no member ever beyond ceil(c m / n) when it is given a request. */
static void bounded_loads_are_bounded(void **state) {
  (void)state;
  struct sj_policy policy = bounded;
  policy.hashing.zipf = 1.2;
  struct bench bench;
  bench_create(&bench, &policy, 10);
  struct sj_stream stream;
  sj_stream_seed(&stream, 41, 0);
  uint32_t sent[2000], total = 0;
  for (uint64_t i = 0; i < 20000; i++) {
    if (total > 0 && sj_stream_below(&stream, 100) < (total < 50 ? 40 : 60)) {
      const uint32_t which = (uint32_t)sj_stream_below(&stream, total);
      bench_end(&bench, sent[which], SJ_END_OK, 1);
      sent[which] = sent[--total];
      continue;
    }
    bench.key = i;
    const uint32_t channel = bench_send(&bench);
    sent[total++] = channel;
    assert_true(bench.balancer.channels[channel].in_flight <= sj_bounded_load(1.25, total - 1, 10));
  }
  bench_destroy(&bench);
}

/* The same key goes to the same member, keys spread evenly, and a closed member's keys spread over the others. */
static void maglev_keys_stay(void **state) {
  (void)state;
  struct bench bench;
  struct sj_policy policy = maglev;
  policy.hashing.keys = 0;
  bench_create(&bench, &policy, 5);
  uint32_t home[5000], counts[5] = {0}, moved[5] = {0};
  for (uint32_t k = 0; k < 5000; k++) {
    bench.key = k;
    home[k] = bench_pick(&bench);
    counts[home[k]]++;
    assert_int_equal(bench_pick(&bench), home[k]);
  }
  for (uint32_t i = 0; i < 5; i++) about(counts[i], 5000, 0.2);
  bench.list = (const uint32_t[]){0, 1, 3, 4};
  bench.list_count = 4;
  for (uint32_t k = 0; k < 5000; k++) {
    bench.key = k;
    const uint32_t channel = bench_pick(&bench);
    if (home[k] != 2)
      assert_int_equal(channel, home[k]);
    else
      moved[channel]++;
  }
  for (uint32_t i = 0; i < 5; i++) assert_true(i == 2 ? moved[i] == 0 : moved[i] > 150);
  bench_destroy(&bench);
}

/* Requests have keys of the population: 1000 keys, so that many requests make no more than 1000 different paths. */
static void keys_are_of_the_population(void **state) {
  (void)state;
  struct sj_policy policy = maglev;
  policy.hashing.keys = 2;
  struct bench bench;
  bench_create(&bench, &policy, 200);
  uint32_t counts[200] = {0}, used = 0;
  for (uint64_t i = 0; i < 1000; i++) {
    bench.key = i;
    counts[bench_pick(&bench)]++;
  }
  for (uint32_t i = 0; i < 200; i++) used += counts[i] > 0;
  assert_true(used <= 2 && used >= 1);
  bench_destroy(&bench);
}

/* Callers that share have one table, and so send a key to the same member. */
static void callers_share_a_table(void **state) {
  (void)state;
  struct sj_shared shared = {.key = 77};
  struct bench benches[2];
  bench_create_as(&benches[0], &bounded, 30, 0, 2, &shared);
  const struct sj_balancer_setup setup = {.policy = &benches[0].policy,
                                          .channel_count = 30,
                                          .shared = &shared,
                                          .caller = 1,
                                          .caller_count = 2,
                                          .key = 99,
                                          .scratch = benches[0].scratch,
                                          .scratch_costs = benches[0].scratch_costs};
  struct sj_balancer other;
  assert_true(sj_balancer_create(&other, &setup));
  for (uint64_t key = 0; key < 200; key++) {
    const struct sj_turn turn = {.stream = &benches[0].stream, .choices = {.count = 30}, .key = key};
    uint32_t channel;
    benches[0].key = key;
    assert_int_equal(sj_balancer_pick(&other, &turn, &channel), SJ_PICKED);
    assert_int_equal(channel, bench_pick(&benches[0]));
  }
  assert_non_null(shared.parts);
  assert_null(shared.parts->next);
  sj_balancer_destroy(&other);
  bench_destroy(&benches[0]);
  sj_shared_destroy(&shared);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weights_follow_utilization),
      cmocka_unit_test(weights_wait_for_the_update),
      cmocka_unit_test(weights_that_lack_are_the_mean),
      cmocka_unit_test(weights_expire),
      cmocka_unit_test(reuse_budget_is_the_papers),
      cmocka_unit_test(prequal_probes_at_its_rate),
      cmocka_unit_test(prequal_without_answers_is_random),
      cmocka_unit_test(prequal_takes_the_fastest_cold),
      cmocka_unit_test(prequal_at_its_ends),
      cmocka_unit_test(prequal_keeps_its_pool_fresh),
      cmocka_unit_test(prequal_removes_oldest_and_worst),
      cmocka_unit_test(prequal_reuses_answers_fractionally),
      cmocka_unit_test(prequal_servers_answer_by_load),
      cmocka_unit_test(bounded_keys_overflow_in_order),
      cmocka_unit_test(bounded_loads_are_bounded),
      cmocka_unit_test(maglev_keys_stay),
      cmocka_unit_test(keys_are_of_the_population),
      cmocka_unit_test(callers_share_a_table),
  };
  return cmocka_run_group_tests_name("informed policies", tests, NULL, NULL);
}
