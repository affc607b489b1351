/* The chains of servers in a row and of graphs of them, held against those that reference_orbit.py made. */
#include "reference.h"

#include "solve/eliminate.h"
#include "solve/row.h"

enum { MOST_SERVERS = MOST_PARTS / 2 };

struct held {
  struct sj_row row;
  struct sj_row_server server[MOST_SERVERS];
  double calls[MOST_SERVERS * MOST_SERVERS], waited[MOST_SERVERS * MOST_SERVERS];
};

static size_t number(const struct subject *subject, const uint32_t *parts) {
  uint32_t q[MOST_SERVERS], o[MOST_SERVERS];
  for (size_t i = 0; 2 * i < subject->parts; i++) {
    q[i] = parts[2 * i];
    o[i] = parts[2 * i + 1];
  }
  return sj_row_state(subject->own, q, o);
}

static void split(const struct subject *subject, size_t state, uint32_t *parts) {
  uint32_t q[MOST_SERVERS], o[MOST_SERVERS];
  sj_row_split(subject->own, state, q, o);
  for (size_t i = 0; 2 * i < subject->parts; i++) {
    parts[2 * i] = q[i];
    parts[2 * i + 1] = o[i];
  }
}

static void read_row(struct lines *lines, struct held *held) {
  char tail[16];
  int empty;
  memset(held, 0, sizeof *held);
  held->row.server = held->server;
  held->row.calls = held->calls;
  held->row.waited = held->waited;
  assert_int_equal(sscanf(lines->line, "row %zu %15s %d", &held->row.count, tail, &empty), 3);
  held->row.tail = strcmp(tail, "exact") ? SJ_TAIL_CHEBYSHEV : SJ_TAIL_EXACT;
  held->row.empty_times_out = empty;
  for (size_t i = 0; i < held->row.count; i++) {
    double n[11];
    assert_true(next_line(lines) && begins(lines, "server"));
    assert_int_equal(numbers_of(lines, n, 11), 11);
    held->server[i] = (struct sj_row_server){.capacity = (uint32_t)n[0],
                                             .orbit = (uint32_t)n[1],
                                             .arrival_rate = n[2],
                                             .service_rate = n[3],
                                             .threads = n[4],
                                             .timeout = n[5],
                                             .retries = n[6],
                                             .timeout_covers_own = n[7] != 0,
                                             .held = n[8] != 0,
                                             .parallel = n[9] != 0,
                                             .join = n[10] != 0};
  }
  while (next_line(lines)) {
    double n[4];
    if (!begins(lines, "call")) {
      lines->again = true;
      return;
    }
    assert_int_equal(numbers_of(lines, n, 4), 4);
    const size_t place = (size_t)n[0] * held->row.count + (size_t)n[1];
    held->calls[place] = n[2];
    held->waited[place] = n[3];
  }
}

static void test_reference(void **state) {
  (void)state;
  struct lines lines = {.file = fopen(DATA "/row.txt", "r")};
  assert_non_null(lines.file);
  size_t chains = 0, checks = 0;
  while (next_line(&lines)) {
    struct held held;
    struct sj_chain chain;
    read_row(&lines, &held);
    assert_int_equal(sj_row_chain(&held.row, &chain), SJ_OK);
    const struct sj_row_size size = sj_row_size(&held.row);
    assert_within(size.states, (double)chain.count, 0);
    assert_true((double)chain.end <= size.transitions && (double)bandwidth_of(&chain) <= size.bandwidth);
    const struct subject subject = {&chain, 2 * held.row.count, &held.row, number, split};
    checks += check_chain(&lines, &subject, 1e-11);
    check_numbering(&subject);
    sj_chain_clear(&chain);
    chains++;
  }
  fclose(lines.file);
  assert_int_equal(chains, 9);
  assert_true(checks >= 88);
}

/* Wherever the longest queue stands, the band is as narrow as it makes it. */
static void test_narrow_band(void **state) {
  (void)state;
  for (size_t longest = 0; longest < 3; longest++) {
    struct held held = {.row = {.count = 3, .server = held.server, .calls = held.calls, .waited = held.waited}};
    for (size_t i = 0; i < 3; i++)
      held.server[i] = (struct sj_row_server){.capacity = i == longest ? 40 : 2,
                                              .orbit = 1,
                                              .arrival_rate = 1,
                                              .service_rate = 2,
                                              .threads = 1,
                                              .timeout = 3,
                                              .retries = 1};
    struct sj_chain chain;
    assert_int_equal(sj_row_chain(&held.row, &chain), SJ_OK);
    assert_int_equal(bandwidth_of(&chain), 6 * 6 * 3);
    assert_within(sj_row_size(&held.row).bandwidth, 6 * 6 * 3, 0);
    sj_chain_clear(&chain);
  }
}

/* A row of one server is that server with an orbit, with alpha 1, but for the full queue. */
static void test_row_of_one(void **state) {
  (void)state;
  struct held held = {.row = {.count = 1, .server = held.server, .calls = held.calls, .waited = held.waited}};
  held.server[0] = (struct sj_row_server){.capacity = 12,
                                          .orbit = 3,
                                          .arrival_rate = 4,
                                          .service_rate = 3,
                                          .threads = 2,
                                          .timeout = 1.5,
                                          .retries = 2,
                                          .held = true};
  const struct sj_orbit orbit = {.capacity = 12,
                                 .orbit = 3,
                                 .arrival_rate = 4,
                                 .service_rate = 3,
                                 .timeout = 1.5,
                                 .retries = 2,
                                 .threads = 2,
                                 .alpha = 1};
  struct sj_chain row, one;
  assert_int_equal(sj_row_chain(&held.row, &row), SJ_OK);
  assert_int_equal(sj_orbit_chain(&orbit, &one), SJ_OK);
  for (size_t i = 0; i < 12 * 4; i++) {
    assert_int_equal(row.begin[i + 1], one.begin[i + 1]);
    for (size_t t = row.begin[i]; t < row.begin[i + 1]; t++) {
      assert_int_equal(row.to[t], one.to[t]);
      assert_within(row.rate[t], one.rate[t], 1e-12 * one.rate[t]);
    }
  }
  sj_chain_clear(&row);
  sj_chain_clear(&one);
}

/* Two servers of the original's example, as solved once by another program: its parameters are the first lines of
 * row.txt, with Chebyshev's bound. */
static void test_solved(void **state) {
  (void)state;
  struct lines lines = {.file = fopen(DATA "/row.txt", "r")};
  assert_non_null(lines.file);
  assert_true(next_line(&lines));
  struct held held;
  struct sj_chain chain;
  struct sj_order order;
  struct sj_factors *factors;
  read_row(&lines, &held);
  fclose(lines.file);
  assert_int_equal(sj_row_chain(&held.row, &chain), SJ_OK);
  struct sj_scaled *const pi = calloc(2 * chain.count, sizeof *pi), *const time = pi + chain.count;
  assert_int_equal(sj_order_find(&chain, 0, &order), SJ_OK);
  assert_int_equal(sj_factors_create(&chain, NULL, &order, false, NULL, &factors), SJ_OK);
  assert_int_equal(sj_stationary(factors, pi), SJ_OK);
  assert_int_equal(sj_hitting_times(factors, 1, time, NULL), SJ_OK);
  double in_system[2] = {0}, orbit[2] = {0};
  for (size_t i = 0; i < chain.count; i++) {
    uint32_t q[2], o[2];
    sj_row_split(&held.row, i, q, o);
    for (size_t k = 0; k < 2; k++) {
      in_system[k] += q[k] * sj_scaled_double(pi[i]);
      orbit[k] += o[k] * sj_scaled_double(pi[i]);
    }
  }
  assert_within(in_system[0], 0.217864782271, 1e-12);
  assert_within(in_system[1], 0.0357032910785, 1e-13);
  assert_within(orbit[0], 0.00423487359819, 1e-14);
  assert_within(orbit[1], 0.00032483039128, 1e-15);
  const size_t full = sj_row_state(&held.row, (const uint32_t[]){9, 9}, (const uint32_t[]){2, 2});
  assert_within(sj_scaled_double(time[full]), 12.6041065785, 1e-10);
  sj_factors_destroy(factors);
  sj_order_clear(&order);
  sj_chain_clear(&chain);
  free(pi);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_reference), cmocka_unit_test(test_narrow_band),
                                     cmocka_unit_test(test_row_of_one), cmocka_unit_test(test_solved)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
