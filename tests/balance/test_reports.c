/* What servers measure of themselves, and the costs made of it. */
#include "hand.h"

#include "balance/cost.h"
#include "balance/running_quantile.h"

static void assert_near(double found, double expected) {
  if (!(fabs(found - expected) <= 1e-12 * fmax(1, fabs(expected)))) fail_msg("%.17g, expected %.17g", found, expected);
}

/* ---- windows ---- */

static void window_keeps_the_last(void **state) {
  (void)state;
  struct sj_window window;
  sj_window_create(&window, 5, 0.25);
  assert_true(isnan(sj_window_mean(&window)) && isnan(sj_window_aggregates(&window).ewma));
  double values[40], ewma = NAN;
  for (int i = 0; i < 40; i++) {
    values[i] = (i * 7919) % 31;
    assert_true(sj_window_add(&window, values[i]));
    ewma = i ? 0.25 * values[i] + 0.75 * ewma : values[i];
    double sum = 0;
    const int first = i < 5 ? 0 : i - 4;
    for (int k = first; k <= i; k++) sum += values[k];
    const struct sj_aggregates found = sj_window_aggregates(&window);
    assert_near(found.latest, values[i]);
    assert_near(found.mean, sum / (i - first + 1));
    assert_near(found.ewma, ewma);
  }
  sj_window_clear(&window);
  assert_true(isnan(sj_window_latest(&window)));
  assert_true(sj_window_add(&window, 3) && sj_window_add(&window, 5));
  assert_near(sj_window_mean(&window), 4);
  assert_near(sj_window_latest(&window), 5);
  sj_window_destroy(&window);
}

/* ---- a quantile of what changes ---- */

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void quantile_is_that_of_sorting(void **state) {
  (void)state;
  enum { PLACES = 37 };
  static const double levels[] = {0, 0.3, 0.8, 1};
  for (int pass = 0; pass < 12; pass++) {
    const double p = levels[pass % 4];
    struct sj_running_quantile q;
    double values[PLACES], sorted[PLACES];
    uint32_t count = 0;
    struct sj_stream stream;
    sj_stream_seed(&stream, 3, (uint64_t)pass);
    assert_true(sj_running_quantile_create(&q, PLACES, p));
    assert_true(isnan(sj_running_quantile_get(&q)));
    for (int i = 0; i < PLACES; i++) values[i] = NAN;
    for (int step = 0; step < 2000; step++) {
      const uint32_t place = (uint32_t)sj_stream_below(&stream, PLACES);
      /* Whole numbers that are counted; whole numbers and others, from the start or from the middle on. */
      double value = (double)sj_stream_below(&stream, pass < 4 ? 10 : 4096);
      if ((pass >= 8 || step > 1000) && pass >= 4) value = (value - 100) / 3;
      values[place] = value;
      assert_true(sj_running_quantile_set(&q, place, value));
      count = 0;
      for (int i = 0; i < PLACES; i++)
        if (!isnan(values[i])) sorted[count++] = values[i];
      qsort(sorted, count, sizeof *sorted, compare);
      const double rank = p * (count - 1), low = floor(rank);
      const double next = low + 1 < count ? sorted[(size_t)low + 1] : sorted[(size_t)low];
      assert_near(sj_running_quantile_get(&q), sorted[(size_t)low] + (rank - low) * (next - sorted[(size_t)low]));
    }
    assert_int_equal(count, PLACES);
    sj_running_quantile_destroy(&q);
  }
}

/* ---- discrete time ---- */

static const struct sj_publish settings = {4, 0.5, {1, 0.5, 2, 10, 80}};

static const struct sj_report *step(struct sj_publishers *pool, uint32_t member, double now, struct sj_slot slot) {
  assert_true(sj_publisher_step(&pool->members[member], now, &slot));
  return pool->members[member].report;
}

static void steps_publish_windows(void **state) {
  (void)state;
  struct sj_publishers pool;
  assert_true(sj_publishers_create(&pool, &settings, 1, 0.5, SJ_NEEDS_REPORTS)); /* of 8 slots */
  const struct sj_report *report = pool.members[0].report;
  assert_true(isnan(report->published) && isnan(report->in_flight) && isnan(report->utilization.latest) &&
              isnan(report->latency.mean) && isnan(report->pid_weight));
  struct sj_report *const before = sj_report_hold(pool.members[0].report);
  for (int i = 0; i < 20; i++) {
    const struct sj_slot slot = {.utilization = 10 * i, .in_flight = i + 2, .waiting = i, .arrivals = (uint64_t)i};
    report = step(&pool, 0, 0.5 * i, slot);
  }
  assert_near(report->published, 9.5);
  assert_near(report->in_flight, 21);
  assert_near(report->waiting, 19);
  assert_near(report->utilization.latest, 190);
  assert_near(report->utilization.mean, 155);       /* of 120 ... 190 */
  assert_near(report->request_rate.latest, 2 * 19); /* in half a time unit */
  assert_near(report->mean_in_flight, 17.5);
  assert_true(isnan(report->latency.latest)); /* nothing has finished */
  report = step(&pool, 0, 10, (struct sj_slot){.latency_sum = 12, .finished = 3});
  assert_near(report->latency.latest, 4);
  report = step(&pool, 0, 10.5, (struct sj_slot){.finished = 0}); /* a slot in which none does is skipped */
  assert_near(report->latency.latest, 4);
  assert_near(report->latency.ewma, 4);
  assert_true(isnan(before->in_flight)); /* what was published stays as it was */
  sj_report_release(&pool.reports, before);
  sj_publisher_replaced(&pool.members[0], 11);
  assert_true(isnan(pool.members[0].report->utilization.mean));
  report = step(&pool, 0, 11, (struct sj_slot){.utilization = 7});
  assert_near(report->utilization.mean, 7);
  assert_true(isnan(report->latency.mean));
  sj_publishers_destroy(&pool);
}

static void expected_latency_is_interpolated(void **state) {
  (void)state;
  struct sj_publishers pool;
  const struct sj_publish one = {1, 1, {0, 0, 0, 0, 0}}; /* a window of one slot: the mean is the latest */
  assert_true(sj_publishers_create(&pool, &one, 1, 1, SJ_NEEDS_EXPECTED));
  struct sj_slot slot = {.in_flight = 5};
  assert_true(isnan(step(&pool, 0, 0, slot)->expected_latency));
  static const double known[][2] = {{10, 20}, {30, 80}, {300, 90}, {30, 60}}; /* the last of 30 counts */
  for (int i = 0; i < 4; i++)
    step(&pool, 0, i, (struct sj_slot){.in_flight = known[i][0], .latency_sum = 2 * known[i][1], .finished = 2});
  static const double at[][2] = {{2, 20}, {10, 20}, {15, 30}, {30, 60}, {165, 75}, {300, 90}, {1000, 90}};
  for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
    slot.in_flight = at[i][0];
    assert_near(step(&pool, 0, 9, slot)->expected_latency, at[i][1]);
  }
  sj_publisher_replaced(&pool.members[0], 10);
  assert_true(isnan(step(&pool, 0, 10, slot)->expected_latency));
  sj_publishers_destroy(&pool);
}

static void weight_is_controlled(void **state) {
  (void)state;
  struct sj_publishers pool;
  assert_true(sj_publishers_create(&pool, &settings, 2, 1, SJ_NEEDS_PID));
  /* Nobody has a window yet: no step. The next goes by the first's alone. */
  assert_near(step(&pool, 0, 0, (struct sj_slot){.utilization = 40})->pid_weight, 0);
  double e = 50 - 20, sum = e, weight = e + 0.5 * sum + 2 * e;
  assert_near(step(&pool, 1, 0, (struct sj_slot){.utilization = 20})->pid_weight, weight);
  /* Means 40 and 20 now, the target 40; then 45 and 20: 42.5. */
  double first = (40 - 50) + 0.5 * (40 - 50) + 2 * (40 - 50);
  assert_near(step(&pool, 0, 1, (struct sj_slot){.utilization = 50})->pid_weight, first);
  const double before = e;
  e = 42.5 - 60;
  sum += e;
  weight += e + 0.5 * sum + 2 * (e - before);
  assert_near(step(&pool, 1, 1, (struct sj_slot){.utilization = 60})->pid_weight, weight);
  /* A new member begins anew, and is not in the mean until it has a window: the target is the other's 40 + 10. */
  sj_publisher_replaced(&pool.members[0], 2);
  assert_near(step(&pool, 0, 2, (struct sj_slot){.utilization = 50})->pid_weight, 0);
  sj_publishers_destroy(&pool);
}

static void no_margin_above_the_ceiling(void **state) {
  (void)state;
  const struct sj_pid_settings pid = {1, 0, 0, 10, 80};
  assert_near(sj_pid_target(&pid, 79), 89);
  assert_near(sj_pid_target(&pid, 80), 80);
}

/* ---- continuous time ---- */

static void slots_close_by_themselves(void **state) {
  (void)state;
  struct sj_publishers pool;
  const struct sj_publish window = {100, 0.5, {0, 0, 0, 0, 0}}; /* slots of one time unit */
  assert_true(sj_publishers_create(&pool, &window, 1, 0, SJ_NEEDS_REPORTS | SJ_NEEDS_WINDOWS));
  struct sj_publisher *const member = &pool.members[0];
  sj_publisher_levels(member, 0, 4, 0, 0, 0);
  sj_publisher_arrived(member, 0.25);
  sj_publisher_levels(member, 0.25, 4, 1, 1, 0);
  struct sj_report *report = sj_publisher_report(member, 0.5);
  assert_near(report->in_flight, 1);              /* at this moment */
  assert_true(isnan(report->utilization.latest)); /* no slot has ended */
  sj_publisher_arrived(member, 0.75);
  sj_publisher_levels(member, 0.75, 4, 2, 2, 0);
  sj_publisher_finished(member, 1.5, 1.25);
  sj_publisher_levels(member, 1.5, 4, 1, 1, 0);
  report = sj_publisher_report(member, 1.5);
  assert_near(report->utilization.latest, 100 * (0.5 * 1 + 0.25 * 2) / 4);
  assert_near(report->request_rate.latest, 2);
  assert_near(report->mean_in_flight, 1);
  assert_true(isnan(report->latency.latest)); /* it finished in a slot that is open */
  report = sj_publisher_report(member, 3.5);
  assert_near(report->utilization.latest, 25);
  assert_near(report->utilization.mean, (25 + 100 * 1.5 / 4 + 25) / 3);
  assert_near(report->request_rate.mean, 2.0 / 3);
  assert_near(report->latency.latest, 1.25);
  assert_ptr_equal(sj_publisher_report(member, 3.75), report); /* nothing has changed */
  report = sj_publisher_report(member, 10000.5);               /* long after: a window of the same */
  assert_near(report->utilization.mean, 25);
  assert_near(report->request_rate.mean, 0);
  assert_near(report->in_flight, 1);
  sj_publishers_destroy(&pool);
}

/* ---- costs ---- */

static double figure(const struct sj_report *report, enum sj_reported what, enum sj_aggregate aggregate,
                     enum sj_aggregate of_rate) {
  const struct sj_cost cost = {SJ_COST_REPORTED, what, aggregate, of_rate};
  return sj_report_figure(report, &cost);
}

static void figures_of_a_report(void **state) {
  (void)state;
  struct sj_report report = {.in_flight = 7,
                             .utilization = {50, 40, 30},
                             .request_rate = {4, 5, 6},
                             .latency = {1, 2, 3},
                             .expected_latency = 9,
                             .pid_weight = -4};
  assert_near(figure(&report, SJ_FIGURE_IN_FLIGHT, 0, 0), 7);
  assert_near(figure(&report, SJ_FIGURE_EXPECTED_LATENCY, 0, 0), 9);
  assert_near(figure(&report, SJ_FIGURE_UTILIZATION, SJ_LATEST, 0), 50);
  assert_near(figure(&report, SJ_FIGURE_REQUEST_RATE, SJ_MEAN, 0), 5);
  assert_near(figure(&report, SJ_FIGURE_LATENCY, SJ_EWMA, 0), 3);
  assert_near(figure(&report, SJ_FIGURE_CAPACITY, SJ_LATEST, SJ_MEAN), 50.0 / (100 * 5));
  assert_near(figure(&report, SJ_FIGURE_AVAILABLE_CAPACITY, SJ_MEAN, SJ_LATEST), 1 / (4 / 0.4 - 4));
  assert_near(figure(&report, SJ_FIGURE_PID_WEIGHT, 0, 0), -0.25);
  report.pid_weight = 0.00001;
  assert_near(figure(&report, SJ_FIGURE_PID_WEIGHT, 0, 0), 1e4);
  report.pid_weight = -0.00001;
  assert_near(figure(&report, SJ_FIGURE_PID_WEIGHT, 0, 0), -1e4);
  report.utilization.mean = 100; /* nothing left */
  assert_true(isnan(figure(&report, SJ_FIGURE_AVAILABLE_CAPACITY, SJ_MEAN, SJ_MEAN)));
  report.utilization.mean = 0;
  assert_true(isnan(figure(&report, SJ_FIGURE_CAPACITY, SJ_MEAN, SJ_MEAN)));
  report.utilization.mean = NAN;
  assert_true(isnan(figure(&report, SJ_FIGURE_CAPACITY, SJ_MEAN, SJ_MEAN)));
  assert_true(isnan(figure(&report, SJ_FIGURE_AVAILABLE_CAPACITY, SJ_MEAN, SJ_MEAN)));
  report.pid_weight = NAN;
  assert_true(isnan(figure(&report, SJ_FIGURE_PID_WEIGHT, 0, 0)));
}

/* A caller knows what came with its last answer; `actual` is what is so. */
static void reported_and_actual(void **state) {
  (void)state;
  const struct sj_policy policy = {.kind = SJ_POLICY_LEAST_COST,
                                   .cost = {.kind = SJ_COST_ACTUAL, .figure = SJ_FIGURE_IN_FLIGHT}};
  struct hand hand;
  hand_create(&hand, &policy, 2, NULL);
  hand.balancer.needs |= SJ_NEEDS_REPORTS | SJ_NEEDS_LATENCIES;
  struct sj_cost cost = {.kind = SJ_COST_REPORTED, .figure = SJ_FIGURE_IN_FLIGHT};
  assert_true(isnan(sj_cost_of(&hand.balancer, &cost, 0, 0)));
  step(&hand.publishers, 0, 0, (struct sj_slot){.in_flight = 3});
  step(&hand.publishers, 1, 0, (struct sj_slot){.in_flight = 2});
  hand_answer(&hand, 0, 1, sj_report_hold(hand.publishers.members[0].report));
  step(&hand.publishers, 0, 1, (struct sj_slot){.in_flight = 1});
  assert_near(sj_cost_of(&hand.balancer, &cost, 0, 1), 3);
  cost.kind = SJ_COST_ACTUAL;
  assert_near(sj_cost_of(&hand.balancer, &cost, 0, 1), 1);
  assert_int_equal(hand_pick(&hand), 0);
  cost = (struct sj_cost){.kind = SJ_COST_CLIENT_LATENCY, .aggregate = SJ_EWMA};
  hand_answer(&hand, 0, 6, NULL);
  assert_near(sj_cost_of(&hand.balancer, &cost, 0, 1), 0.8 * 1 + 0.2 * 6);
  assert_near(sj_cost_of(&hand.balancer, &(struct sj_cost){.kind = SJ_COST_CLIENT_IN_FLIGHT}, 0, 1), 0);
  hand_destroy(&hand);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(window_keeps_the_last),     cmocka_unit_test(quantile_is_that_of_sorting),
      cmocka_unit_test(steps_publish_windows),     cmocka_unit_test(expected_latency_is_interpolated),
      cmocka_unit_test(weight_is_controlled),      cmocka_unit_test(no_margin_above_the_ceiling),
      cmocka_unit_test(slots_close_by_themselves), cmocka_unit_test(figures_of_a_report),
      cmocka_unit_test(reported_and_actual),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
