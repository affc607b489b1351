/* The chain of one server with an orbit, held against the one that reference_orbit.py made. */
#include "reference.h"

#include "solve/orbit.h"

static size_t number(const struct subject *subject, const uint32_t *parts) {
  return sj_orbit_state(subject->own, parts[0], parts[1]);
}

static void split(const struct subject *subject, size_t state, uint32_t *parts) {
  parts[0] = sj_orbit_in_system(subject->own, state);
  parts[1] = sj_orbit_orbiting(subject->own, state);
}

/* gamma_q is good to 1e-13; what it is of a large shape adds to that where it is tiny. */
static void check_timing(const struct lines *lines, enum sj_timeout_tail tail) {
  double n[5];
  assert_int_equal(numbers_of(lines, n, 5), 5);
  const struct sj_timing timing = sj_timing(tail, n[0], n[1], n[2]);
  assert_close(lines, timing.late, n[3], fmax(2e-12 * n[3], 1e-300));
  assert_close(lines, timing.in_time, n[4], fmax(2e-12 * n[4], 1e-300));
  const struct sj_orbit orbit = {.service_rate = n[1], .timeout = n[2], .threads = 1, .tail = tail};
  if (n[0] == round(n[0]))
    assert_close(lines, sj_orbit_timing(&orbit, (uint32_t)n[0]).late, n[3], fmax(2e-12 * n[3], 1e-300));
}

static void test_reference(void **state) {
  (void)state;
  struct lines lines = {.file = fopen(DATA "/orbit.txt", "r")};
  assert_non_null(lines.file);
  size_t chains = 0, checks = 0, timings = 0;
  while (next_line(&lines)) {
    if (begins(&lines, "late") || begins(&lines, "bound")) {
      check_timing(&lines, begins(&lines, "late") ? SJ_TAIL_EXACT : SJ_TAIL_CHEBYSHEV);
      timings++;
      continue;
    }
    const struct sj_orbit orbit = read_orbit(lines.line);
    struct sj_chain chain;
    assert_int_equal(sj_orbit_chain(&orbit, &chain), SJ_OK);
    assert_true(chain.end <= sj_orbit_transitions(&orbit));
    const struct subject subject = {&chain, 2, &orbit, number, split};
    checks += check_chain(&lines, &subject, 4e-12);
    check_numbering(&subject);
    const uint32_t shorter = orbit.capacity < orbit.orbit ? orbit.capacity : orbit.orbit;
    assert_true(bandwidth_of(&chain) <= shorter + 2);
    sj_chain_clear(&chain);
    chains++;
  }
  fclose(lines.file);
  assert_int_equal(timings, 40);
  assert_int_equal(chains, 29);
  assert_true(checks > 300);
}

/* Written out by hand: K = 1, R = 1 has no state between empty and full. */
static void test_by_hand(void **state) {
  (void)state;
  const struct sj_orbit orbit = {.capacity = 1,
                                 .orbit = 1,
                                 .arrival_rate = 3,
                                 .service_rate = 5,
                                 .timeout = 2,
                                 .retries = 1,
                                 .threads = 2,
                                 .alpha = 0.25};
  assert_within(sj_orbit_retry_rate(&orbit), 0.25, 0);
  assert_within(sj_orbit_abandon_rate(&orbit), 0.25, 0);
  struct sj_chain chain;
  assert_int_equal(sj_orbit_chain(&orbit, &chain), SJ_OK);
  const size_t begin[] = {0, 1, 4, 5, 7}, to[] = {2, 0, 2, 3, 0, 1, 2};
  /* The full queue serves as if one more were there: two threads. */
  const double rate[] = {3, 0.25, 0.25, 3, 10, 10, 0.5};
  assert_int_equal(chain.count, 4);
  for (size_t i = 0; i <= 4; i++) assert_int_equal(chain.begin[i], begin[i]);
  for (size_t t = 0; t < 7; t++) {
    assert_int_equal(chain.to[t], to[t]);
    assert_within(chain.rate[t], rate[t], 0);
  }
  sj_chain_clear(&chain);
}

/* What flows in: with conserved arrivals each enters once, whatever their timeouts. */
static void test_arrivals_conserved(void **state) {
  (void)state;
  for (int original = 0; original < 2; original++) {
    const struct sj_orbit orbit = {.capacity = 20,
                                   .orbit = 4,
                                   .arrival_rate = 7,
                                   .service_rate = 4,
                                   .timeout = 1.5,
                                   .retries = 2,
                                   .threads = 2,
                                   .alpha = 0.5,
                                   .arrivals = original ? SJ_AS_ORIGINAL : SJ_CONSERVED};
    struct sj_chain chain;
    assert_int_equal(sj_orbit_chain(&orbit, &chain), SJ_OK);
    for (size_t i = 0; i < chain.count; i++) {
      const uint32_t q = sj_orbit_in_system(&orbit, i), o = sj_orbit_orbiting(&orbit, i);
      if (q == 0 || q == orbit.capacity) continue;
      double up = 0;
      for (size_t t = chain.begin[i]; t < chain.begin[i + 1]; t++)
        if (sj_orbit_in_system(&orbit, chain.to[t]) == q + 1) up += chain.rate[t];
      const double twice = original && o < orbit.orbit ? 0.5 * sj_orbit_timing(&orbit, q).late : 0;
      assert_within(up, 7 * (1 + twice) + o * sj_orbit_retry_rate(&orbit), 1e-12);
    }
    sj_chain_clear(&chain);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_reference), cmocka_unit_test(test_by_hand),
                                     cmocka_unit_test(test_arrivals_conserved)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
