/* What the policies of today are made of: schedules, rankings, hash rings, Maglev tables, keys, subsets, zones,
 * latencies by load. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "balance/hash_ring.h"
#include "balance/keys.h"
#include "balance/load_latency.h"
#include "balance/maglev.h"
#include "balance/queue_lengths.h"
#include "balance/ranking.h"
#include "balance/schedule.h"
#include "balance/shared.h"
#include "balance/subset.h"
#include "balance/zones.h"

static void near(double value, double expected, double within) {
  if (!(fabs(value - expected) <= within)) fail_msg("%.17g is not %.17g within %g", value, expected, within);
}

/* ---- schedules ---- */

/* gRFC A31's example: a of weight 2 and b of weight 4. */
static void schedule_takes_by_weight(void **state) {
  (void)state;
  struct sj_schedule schedule;
  assert_true(sj_schedule_create(&schedule, 2));
  static const double weights[] = {2, 4};
  for (uint32_t i = 0; i < 2; i++) sj_schedule_add(&schedule, i, 1 / weights[i]);
  char taken[13] = "";
  for (int i = 0; i < 12; i++) {
    const uint32_t index = sj_schedule_take(&schedule);
    taken[i] = "ab"[index];
    sj_schedule_add(&schedule, index, 1 / weights[index]);
  }
  assert_string_equal(taken, "babbabbabbab");
  sj_schedule_destroy(&schedule);
}

/* Equal deadlines: the one added first, so equal weights go in turn. */
static void schedule_of_equals_is_round_robin(void **state) {
  (void)state;
  struct sj_schedule schedule;
  assert_true(sj_schedule_create(&schedule, 5));
  for (uint32_t i = 0; i < 5; i++) sj_schedule_add(&schedule, i, 1);
  for (uint32_t i = 0; i < 25; i++) {
    const uint32_t index = sj_schedule_take(&schedule);
    assert_int_equal(index, i % 5);
    sj_schedule_add(&schedule, index, 1);
  }
  sj_schedule_clear(&schedule);
  sj_schedule_add(&schedule, 3, 7);
  assert_int_equal(sj_schedule_take(&schedule), 3);
  assert_int_equal(schedule.count, 0);
  sj_schedule_destroy(&schedule);
}

/* Whatever the weights, after n takes each was taken within one of its share. */
static void schedule_is_never_one_off(void **state) {
  (void)state;
  static const double weights[] = {1, 10, 3, 0.5, 7, 3};
  uint32_t taken[6] = {0};
  struct sj_schedule schedule;
  assert_true(sj_schedule_create(&schedule, 6));
  for (uint32_t i = 0; i < 6; i++) sj_schedule_add(&schedule, i, 1 / weights[i]);
  for (int n = 1; n <= 5000; n++) {
    const uint32_t index = sj_schedule_take(&schedule);
    taken[index]++;
    sj_schedule_add(&schedule, index, 1 / weights[index]);
    for (uint32_t i = 0; i < 6; i++) assert_true(fabs(taken[i] - schedule.now * weights[i]) <= 1 + 1e-6);
  }
  sj_schedule_destroy(&schedule);
}

/* ---- rankings ---- */

static void ranking_knows_the_least(void **state) {
  (void)state;
  enum { SIZE = 7 };
  struct sj_ranking ranking;
  assert_true(sj_ranking_create(&ranking, SIZE));
  struct sj_stream stream;
  sj_stream_seed(&stream, 1, 0);
  uint32_t numbers[SIZE] = {0};
  for (int step = 0; step < 20000; step++) {
    const uint32_t member = (uint32_t)sj_stream_below(&stream, SIZE);
    if (numbers[member] > 0 && sj_stream_below(&stream, 2)) {
      numbers[member]--;
      sj_ranking_lower(&ranking, member);
    } else {
      numbers[member]++;
      sj_ranking_raise(&ranking, member);
    }
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < SIZE; i++) {
      assert_int_equal(sj_ranking_number(&ranking, i), numbers[i]);
      if (numbers[i] < least) least = numbers[i];
    }
    assert_int_equal(numbers[sj_ranking_least(&ranking, &stream)], least);
    for (uint32_t i = 1; i < SIZE; i++)
      assert_true(numbers[sj_ranking_at(&ranking, i - 1)] <= numbers[sj_ranking_at(&ranking, i)]);
  }
  sj_ranking_destroy(&ranking);
}

/* Ties are drawn evenly: 3 of 5 members with none, 30,000 draws, six deviations. */
static void ranking_breaks_ties_evenly(void **state) {
  (void)state;
  struct sj_ranking ranking;
  assert_true(sj_ranking_create(&ranking, 5));
  sj_ranking_raise(&ranking, 1);
  sj_ranking_raise(&ranking, 4);
  struct sj_stream stream;
  sj_stream_seed(&stream, 2, 0);
  uint32_t drawn[5] = {0};
  for (int i = 0; i < 30000; i++) drawn[sj_ranking_least(&ranking, &stream)]++;
  assert_int_equal(drawn[1] + drawn[4], 0);
  for (uint32_t i = 0; i < 4; i++)
    if (i != 1) near(drawn[i], 10000, 6 * sqrt(30000 * 2. / 9));
  sj_ranking_destroy(&ranking);
}

/* ---- idle queues ---- */

static void idle_servers_leave_one_token(void **state) {
  (void)state;
  struct sj_queue_lengths lengths;
  struct sj_idle_queues queues;
  assert_true(sj_queue_lengths_create(&lengths, 3));
  assert_true(sj_idle_queues_create(&queues, 1, 3, 1, 5));
  lengths.told = &queues;
  for (uint32_t i = 0; i < 3; i++) assert_int_equal(sj_idle_queues_take(&queues, 0), i);
  assert_int_equal(sj_idle_queues_take(&queues, 0), SJ_NO_SERVER);
  sj_queue_lengths_set(&lengths, 2, 2);
  sj_queue_lengths_set(&lengths, 0, 1);
  sj_queue_lengths_set(&lengths, 2, 1);
  assert_int_equal(queues.length[0], 0);
  sj_queue_lengths_set(&lengths, 2, 0);
  sj_queue_lengths_set(&lengths, 0, 0);
  /* Busy and idle again before its token is taken: still one. */
  sj_queue_lengths_set(&lengths, 2, 1);
  sj_queue_lengths_set(&lengths, 2, 0);
  assert_int_equal(queues.length[0], 2);
  assert_int_equal(sj_idle_queues_take(&queues, 0), 2);
  assert_int_equal(sj_idle_queues_take(&queues, 0), 0);
  sj_idle_queues_destroy(&queues);
  sj_queue_lengths_destroy(&lengths);
}

/* JIQ-SQ(d) evens out the queues of callers better than JIQ-Random, which is as uneven as balls in bins. */
static void idle_servers_prefer_short_queues(void **state) {
  (void)state;
  enum { CALLERS = 100, SERVERS = 1000 };
  uint32_t longest[2];
  for (uint32_t d = 1; d <= 2; d++) {
    struct sj_idle_queues queues;
    assert_true(sj_idle_queues_create(&queues, CALLERS, SERVERS, d, 6));
    uint32_t all = 0;
    longest[d - 1] = 0;
    for (uint32_t i = 0; i < CALLERS; i++) {
      all += queues.length[i];
      if (queues.length[i] > longest[d - 1]) longest[d - 1] = queues.length[i];
    }
    assert_int_equal(all, SERVERS);
    sj_idle_queues_destroy(&queues);
  }
  assert_true(longest[0] > 15);
  assert_true(longest[1] < 13);
}

/* ---- keys ---- */

static void keys_follow_their_law(void **state) {
  (void)state;
  enum { KEYS = 10, DRAWS = 100000 };
  double sum = 0;
  for (int k = 1; k <= KEYS; k++) sum += 1.0 / k;
  for (int zipf = 0; zipf < 2; zipf++) {
    struct sj_keys keys;
    assert_true(sj_keys_create(&keys, KEYS, zipf));
    uint32_t drawn[KEYS] = {0};
    for (uint64_t i = 0; i < DRAWS; i++) drawn[sj_keys_of(&keys, 9, i)]++;
    for (int k = 0; k < KEYS; k++) {
      const double p = zipf ? 1 / (k + 1.0) / sum : 1.0 / KEYS;
      near(drawn[k], DRAWS * p, 6 * sqrt(DRAWS * p * (1 - p)));
    }
    assert_int_equal(sj_keys_of(&keys, 9, 77), sj_keys_of(&keys, 9, 77));
    sj_keys_destroy(&keys);
  }
  const struct sj_keys none = {0};
  assert_int_equal(sj_keys_of(&none, 9, 77), 77);
}

/* ---- the hash ring ---- */

static void ring_finds_the_next_point(void **state) {
  (void)state;
  struct sj_hash_ring ring;
  assert_true(sj_hash_ring_create(&ring, 50, NULL, 20, 3));
  assert_int_equal(ring.count, 1000);
  for (uint32_t i = 1; i < ring.count; i++) assert_true(ring.points[i - 1] < ring.points[i]);
  for (uint32_t i = 0; i < ring.count; i++) {
    assert_int_equal(sj_hash_ring_find(&ring, ring.points[i]), i);
    assert_int_equal(sj_hash_ring_find(&ring, (ring.points[i] | 0xffffff) + 1), sj_hash_ring_next(&ring, i));
  }
  assert_int_equal(sj_hash_ring_find(&ring, UINT64_MAX), ring.points[999] >> 24 == UINT64_MAX >> 24 ? 999 : 0);
  assert_int_equal(sj_hash_ring_next(&ring, 999), 0);
  sj_hash_ring_destroy(&ring);
}

/* When a member goes, only its own keys move. */
static void ring_moves_only_the_keys_of_the_one_that_goes(void **state) {
  (void)state;
  enum { MEMBERS = 20, GONE = 7, KEYS = 20000 };
  uint32_t names[MEMBERS - 1];
  for (uint32_t i = 0; i < MEMBERS - 1; i++) names[i] = i < GONE ? i : i + 1;
  struct sj_hash_ring all, rest;
  assert_true(sj_hash_ring_create(&all, MEMBERS, NULL, 160, 4));
  assert_true(sj_hash_ring_create(&rest, MEMBERS - 1, names, 160, 4));
  uint32_t moved = 0;
  for (uint64_t key = 0; key < KEYS; key++) {
    const uint64_t hash = sj_key_hash(11, key);
    const uint32_t before = sj_hash_ring_member(&all, sj_hash_ring_find(&all, hash));
    const uint32_t after = names[sj_hash_ring_member(&rest, sj_hash_ring_find(&rest, hash))];
    if (before == GONE)
      moved++;
    else
      assert_int_equal(before, after);
  }
  /* Its share of the circle is 1/20, to within what 160 points leave to chance (8 % of it; six deviations). */
  near(moved, KEYS / 20., 0.5 * KEYS / 20.);
  sj_hash_ring_destroy(&all);
  sj_hash_ring_destroy(&rest);
}

static void bounded_load_is_rounded_up(void **state) {
  (void)state;
  assert_int_equal(sj_bounded_load(1.25, 0, 10), 1);
  assert_int_equal(sj_bounded_load(1.25, 7, 10), 1);
  assert_int_equal(sj_bounded_load(1.25, 8, 10), 2);
  assert_int_equal(sj_bounded_load(2, 4, 5), 2);
  assert_int_equal(sj_bounded_load(2, 5, 5), 3);
}

/* ---- Maglev ---- */

/* Places of each member: within one of each other (the paper's section 3.4: "almost equal"). */
static void maglev_is_even(void **state) {
  (void)state;
  static const uint32_t sizes[][2] = {{3, 7}, {10, 101}, {1000, 65537}, {65537, 65537}, {1, 65537}, {2, 2}};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    const uint32_t members = sizes[s][0], size = sizes[s][1];
    struct sj_maglev maglev;
    assert_true(sj_maglev_create(&maglev, members, NULL, size, 8));
    uint32_t *const places = calloc(members, sizeof *places);
    assert_non_null(places);
    for (uint32_t i = 0; i < size; i++) places[maglev.table[i]]++;
    for (uint32_t i = 0; i < members; i++) assert_true(places[i] == size / members || places[i] == size / members + 1);
    free(places);
    sj_maglev_destroy(&maglev);
  }
}

/* One of 1000 members goes: besides its own places few others change hands, 3 % at most. */
static void maglev_disrupts_little(void **state) {
  (void)state;
  enum { MEMBERS = 1000, GONE = 500 };
  uint32_t names[MEMBERS - 1];
  for (uint32_t i = 0; i < MEMBERS - 1; i++) names[i] = i < GONE ? i : i + 1;
  struct sj_maglev all, rest;
  assert_true(sj_maglev_create(&all, MEMBERS, NULL, SJ_MAGLEV_TABLE, 8));
  assert_true(sj_maglev_create(&rest, MEMBERS - 1, names, SJ_MAGLEV_TABLE, 8));
  uint32_t moved = 0;
  for (uint32_t i = 0; i < SJ_MAGLEV_TABLE; i++)
    if (all.table[i] != GONE && names[rest.table[i]] != all.table[i]) moved++;
  assert_true(moved < 0.03 * SJ_MAGLEV_TABLE);
  sj_maglev_destroy(&all);
  sj_maglev_destroy(&rest);
}

/* The paper's table 1: the orders 3 0 4 1 5 2 6, 0 2 4 6 1 3 5 and 3 4 5 6 0 1 2, before and after member 1 goes. */
static void maglev_fills_as_published(void **state) {
  (void)state;
  struct sj_maglev maglev;
  assert_true(sj_maglev_fill(&maglev, 3, (uint32_t[]){3, 0, 3}, (const uint32_t[]){4, 2, 1}, 7));
  assert_memory_equal(maglev.table, ((const uint32_t[]){1, 0, 1, 0, 2, 2, 0}), 7 * sizeof(uint32_t));
  sj_maglev_destroy(&maglev);
  assert_true(sj_maglev_fill(&maglev, 2, (uint32_t[]){3, 3}, (const uint32_t[]){4, 1}, 7));
  assert_memory_equal(maglev.table, ((const uint32_t[]){0, 0, 0, 0, 1, 1, 1}), 7 * sizeof(uint32_t));
  sj_maglev_destroy(&maglev);
}

static void primes_are_known(void **state) {
  (void)state;
  static const uint64_t primes[] = {2, 3, 5, 7, 101, 65537, 655373, 10000019};
  static const uint64_t others[] = {0, 1, 4, 9, 65535, 65536, 655371, 25};
  for (size_t i = 0; i < sizeof primes / sizeof *primes; i++) assert_true(sj_is_prime(primes[i]));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) assert_false(sj_is_prime(others[i]));
}

/* ---- subsets ---- */

static bool all_different(const uint32_t *subset, uint32_t count, uint32_t members) {
  bool seen[1000] = {false};
  for (uint32_t i = 0; i < count; i++) {
    if (subset[i] >= members || seen[subset[i]]) return false;
    seen[subset[i]] = true;
  }
  return true;
}

/* The book's claim: each member has the same number of callers after every full round. 12 members in subsets of 3 make
 * rounds of 4 callers. */
static void deterministic_subsets_deal_evenly(void **state) {
  (void)state;
  uint32_t subset[12], callers_of[12] = {0};
  for (uint32_t caller = 0; caller < 40; caller++) {
    assert_int_equal(sj_subset_choose(SJ_SUBSET_DETERMINISTIC, caller, 40, 12, 3, 5, subset), 3);
    assert_true(all_different(subset, 3, 12));
    for (int i = 0; i < 3; i++) callers_of[subset[i]]++;
    if (caller % 4 != 3) continue;
    for (int i = 0; i < 12; i++) assert_int_equal(callers_of[i], caller / 4 + 1);
  }
  /* What does not divide evenly is left over, in each round others: within a few of the mean after many rounds. */
  memset(callers_of, 0, sizeof callers_of);
  for (uint32_t caller = 0; caller < 400; caller++) {
    assert_int_equal(sj_subset_choose(SJ_SUBSET_DETERMINISTIC, caller, 400, 11, 5, 5, subset), 5);
    for (int i = 0; i < 5; i++) callers_of[subset[i]]++;
  }
  for (int i = 0; i < 11; i++) assert_true(callers_of[i] <= 200 && callers_of[i] > 160);
  assert_int_equal(callers_of[11], 0);
}

static void random_subsets_are_as_uneven_as_chance(void **state) {
  (void)state;
  enum { CALLERS = 300, MEMBERS = 300, SIZE = 30 };
  uint32_t subset[MEMBERS], callers_of[MEMBERS] = {0};
  for (uint32_t caller = 0; caller < CALLERS; caller++) {
    assert_int_equal(sj_subset_choose(SJ_SUBSET_RANDOM, caller, CALLERS, MEMBERS, SIZE, 5, subset), SIZE);
    assert_true(all_different(subset, SIZE, MEMBERS));
    for (int i = 0; i < SIZE; i++) callers_of[subset[i]]++;
  }
  double squares = 0;
  for (int i = 0; i < MEMBERS; i++) squares += (callers_of[i] - 30.) * (callers_of[i] - 30.);
  /* Binomial: variance 300 * 0.1 * 0.9 = 27; its estimate from 300 members has a deviation of 8 %. */
  near(squares / MEMBERS, 27, 6 * 0.082 * 27);
  assert_int_equal(sj_subset_choose(SJ_SUBSET_RANDOM, 1, 2, 4, 9, 5, subset), 4);
  assert_true(all_different(subset, 4, 4));
}

/* Finagle's ring: 3 callers of 10 members, 4 each: a third of the ring covers 3 1/3 members, so two thirds are taken.
 */
static void apertures_cover_all_alike(void **state) {
  (void)state;
  static const uint32_t shapes[][3] = {{3, 10, 4}, {10, 3, 2},   {7, 7, 3}, {1, 5, 2},
                                       {5, 1, 1},  {40, 40, 12}, {6, 4, 9}};
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
    const uint32_t callers = shapes[s][0], members = shapes[s][1], size = shapes[s][2];
    double total[40] = {0};
    for (uint32_t caller = 0; caller < callers; caller++) {
      const struct sj_aperture aperture = sj_aperture_of(caller, callers, members, size);
      uint32_t subset[40];
      const uint32_t count = sj_subset_choose(SJ_SUBSET_APERTURE, caller, callers, members, size, 5, subset);
      assert_true(count >= (size < members ? size : members) && count <= members);
      assert_true(all_different(subset, count, members));
      double covered = 0;
      for (uint32_t i = 0; i < count; i++) {
        assert_true(sj_aperture_weight(&aperture, subset[i]) > 0);
        covered += sj_aperture_weight(&aperture, subset[i]);
      }
      near(covered, aperture.width * members, 1e-9);
      for (uint32_t i = 0; i < members; i++) total[i] += sj_aperture_weight(&aperture, i);
    }
    for (uint32_t i = 1; i < members; i++) near(total[i], total[0], 1e-9);
  }
  const struct sj_aperture aperture = sj_aperture_of(2, 3, 10, 4);
  near(aperture.offset, 2. / 3, 1e-12);
  near(aperture.width, 2. / 3, 1e-12);
  assert_int_equal(sj_aperture_first(&aperture), 6);
  assert_int_equal(sj_aperture_count(&aperture), 8);
  near(sj_aperture_weight(&aperture, 6), 1. / 3, 1e-9);
  near(sj_aperture_weight(&aperture, 9), 1, 1e-9);
  near(sj_aperture_weight(&aperture, 3), 1. / 3, 1e-9);
  near(sj_aperture_weight(&aperture, 4), 0, 1e-9);
}

/* Picks are in proportion to what is covered, and the second is another. */
static void apertures_pick_by_weight(void **state) {
  (void)state;
  enum { PICKS = 60000 };
  const struct sj_aperture aperture = sj_aperture_of(2, 3, 10, 4);
  struct sj_stream stream;
  sj_stream_seed(&stream, 3, 0);
  uint32_t picked[10] = {0};
  for (int i = 0; i < PICKS; i++) {
    const uint32_t first = sj_aperture_pick(&aperture, &stream);
    picked[first]++;
    const uint32_t second = sj_aperture_pick_other(&aperture, first, &stream);
    assert_true(second != first && sj_aperture_weight(&aperture, second) > 0);
  }
  for (uint32_t i = 0; i < 10; i++) {
    const double p = sj_aperture_weight(&aperture, i) / (aperture.width * 10);
    near(picked[i], PICKS * p, 6 * sqrt(PICKS * p * (1 - p)));
  }
  const struct sj_aperture narrow = sj_aperture_of(0, 4, 4, 1);
  assert_int_equal(sj_aperture_pick(&narrow, &stream), 0);
  assert_int_equal(sj_aperture_pick_other(&narrow, 0, &stream), 0);
}

/* ---- zones ---- */

static void zones_keep_what_they_can(void **state) {
  (void)state;
  double shares[3];
  /* As many of the callers as of the servers in each: all stay. */
  sj_zone_shares(3, 1, (const uint32_t[]){10, 10, 10}, (const uint32_t[]){2, 2, 2}, shares);
  assert_true(shares[0] == 0 && shares[1] == 1 && shares[2] == 0);
  /* Half of the callers, a quarter of the servers: half of the requests stay, the others go where there is room, in
     proportion to 1/2 - 3/8 and 1/4 - 1/8. */
  sj_zone_shares(3, 0, (const uint32_t[]){4, 3, 1}, (const uint32_t[]){2, 4, 2}, shares);
  near(shares[0], 0.5, 1e-12);
  near(shares[1], 0.25, 1e-12);
  near(shares[2], 0.25, 1e-12);
  sj_zone_shares(3, 1, (const uint32_t[]){4, 3, 1}, (const uint32_t[]){2, 4, 2}, shares);
  assert_true(shares[1] == 1);
  /* No server in the zone: all go elsewhere. */
  sj_zone_shares(2, 0, (const uint32_t[]){1, 1}, (const uint32_t[]){0, 3}, shares);
  assert_true(shares[0] == 0 && shares[1] == 1);
}

/* Envoy's aim: every server gets the same, whatever the zones. */
static void zones_load_servers_alike(void **state) {
  (void)state;
  const uint32_t callers[] = {7, 2, 5, 0}, servers[] = {3, 6, 2, 4};
  double arriving[4] = {0};
  for (uint32_t z = 0; z < 4; z++) {
    if (callers[z] == 0) continue;
    double shares[4];
    sj_zone_shares(4, z, callers, servers, shares);
    for (uint32_t to = 0; to < 4; to++) arriving[to] += callers[z] * shares[to];
  }
  for (uint32_t z = 0; z < 4; z++) near(arriving[z] / servers[z], 14. / 15, 1e-12);
}

/* ---- latency by load ---- */

static void add_latency(struct sj_load_latency *load, uint32_t in_flight, double latency) {
  assert_true(sj_load_latency_add(load, in_flight, latency));
}

static void load_latency_is_the_median_nearby(void **state) {
  (void)state;
  struct sj_load_latency load = {0};
  assert_true(isnan(sj_load_latency_median(&load, 3)));
  add_latency(&load, 100, 7);
  assert_true(sj_load_latency_median(&load, 3) == 7);
  for (int i = 1; i <= 5; i++) add_latency(&load, 10, i);
  assert_true(sj_load_latency_median(&load, 10) == 3);
  /* Four at 20 are too few; at distance 1 there is a fifth. */
  for (int i = 0; i < 4; i++) add_latency(&load, 20, 30 + i);
  add_latency(&load, 21, 1000);
  assert_true(sj_load_latency_median(&load, 20) == 32);
  /* An even number: the lower of the two in the middle. */
  add_latency(&load, 10, 2.5);
  assert_true(sj_load_latency_median(&load, 10) == 2.5);
  /* Only the last 128 count. */
  for (int i = 0; i < SJ_LOAD_LATENCIES; i++) add_latency(&load, 50, 4);
  assert_true(sj_load_latency_median(&load, 10) == 4);
  sj_load_latency_clear(&load);
  assert_true(isnan(sj_load_latency_median(&load, 50)));
  sj_load_latency_destroy(&load);
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Against the definition, over levels near and far. */
static void load_latency_is_as_defined(void **state) {
  (void)state;
  enum { ADDED = 3000 };
  static uint32_t met[ADDED];
  static double latency[ADDED];
  struct sj_load_latency load = {0};
  struct sj_stream stream;
  sj_stream_seed(&stream, 14, 0);
  for (uint32_t n = 0; n < ADDED; n++) {
    met[n] = (uint32_t)sj_stream_below(&stream, n % 500 < 100 ? 2000 : 12);
    latency[n] = sj_stream_uniform(&stream);
    add_latency(&load, met[n], latency[n]);
    const uint32_t now = (uint32_t)sj_stream_below(&stream, n % 3 ? 12 : 2000);
    const uint32_t first = n + 1 > SJ_LOAD_LATENCIES ? n + 1 - SJ_LOAD_LATENCIES : 0, kept = n + 1 - first;
    double near[SJ_LOAD_LATENCIES];
    size_t count = 0;
    for (int64_t distance = 0; count < (kept < 5 ? kept : 5); distance = distance ? 2 * distance : 1) {
      static uint32_t of_level[2000];
      memset(of_level, 0, sizeof of_level);
      count = 0;
      for (uint32_t i = n + 1; i-- > first;)
        if (llabs((int64_t)met[i] - now) <= distance && of_level[met[i]]++ < 9) near[count++] = latency[i];
    }
    qsort(near, count, sizeof *near, compare);
    assert_true(sj_load_latency_median(&load, now) == near[(count - 1) / 2]);
  }
  sj_load_latency_destroy(&load);
}

/* Requests are tagged with what they met, whatever order they leave in. */
static void load_latency_knows_what_was_met(void **state) {
  (void)state;
  struct sj_load_latency load = {0};
  for (uint32_t i = 0; i < 500; i++) assert_true(sj_load_latency_arrived(&load, 0.1 * i, i));
  struct sj_stream stream;
  sj_stream_seed(&stream, 4, 0);
  for (int k = 0; k < 300; k++) {
    const uint32_t i = 300 + (uint32_t)sj_stream_below(&stream, 200);
    const double now = 60 + 0.37 * k;
    assert_true(sj_load_latency_finished(&load, now, now - 0.1 * i));
    assert_int_equal(load.samples[(load.total - 1) % SJ_LOAD_LATENCIES].in_flight, i);
  }
  sj_load_latency_destroy(&load);
}

/* ---- shared parts ---- */

static void part_ends(void *memory) { (**(int **)memory)++; }

static void shared_parts_are_made_once(void **state) {
  (void)state;
  struct sj_shared shared = {0};
  int ended = 0;
  bool made;
  int **const part = sj_shared_part(&shared, 1, sizeof *part, part_ends, &made);
  assert_non_null(part);
  assert_true(made && !*part);
  *part = &ended;
  assert_ptr_equal(sj_shared_part(&shared, 1, sizeof *part, part_ends, &made), part);
  assert_false(made);
  assert_ptr_not_equal(sj_shared_part(&shared, 2, 1, NULL, &made), part);
  assert_true(made);
  sj_shared_destroy(&shared);
  assert_int_equal(ended, 1);
  assert_null(shared.parts);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(schedule_takes_by_weight),
      cmocka_unit_test(schedule_of_equals_is_round_robin),
      cmocka_unit_test(schedule_is_never_one_off),
      cmocka_unit_test(ranking_knows_the_least),
      cmocka_unit_test(ranking_breaks_ties_evenly),
      cmocka_unit_test(idle_servers_leave_one_token),
      cmocka_unit_test(idle_servers_prefer_short_queues),
      cmocka_unit_test(keys_follow_their_law),
      cmocka_unit_test(ring_finds_the_next_point),
      cmocka_unit_test(ring_moves_only_the_keys_of_the_one_that_goes),
      cmocka_unit_test(bounded_load_is_rounded_up),
      cmocka_unit_test(maglev_is_even),
      cmocka_unit_test(maglev_disrupts_little),
      cmocka_unit_test(maglev_fills_as_published),
      cmocka_unit_test(primes_are_known),
      cmocka_unit_test(deterministic_subsets_deal_evenly),
      cmocka_unit_test(random_subsets_are_as_uneven_as_chance),
      cmocka_unit_test(apertures_cover_all_alike),
      cmocka_unit_test(apertures_pick_by_weight),
      cmocka_unit_test(zones_keep_what_they_can),
      cmocka_unit_test(zones_load_servers_alike),
      cmocka_unit_test(load_latency_is_the_median_nearby),
      cmocka_unit_test(load_latency_is_as_defined),
      cmocka_unit_test(load_latency_knows_what_was_met),
      cmocka_unit_test(shared_parts_are_made_once),
  };
  return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
