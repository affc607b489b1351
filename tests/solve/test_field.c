/* Drift fields, their fixed points, committors and pictures. */
#include "loading.h"
#include "reference.h"

#include "model/model.h"
#include "solve/eliminate.h"
#include "solve/field.h"
#include "solve/levels.h"
#include "solve/orbit.h"
#include "solve/picture.h"

static struct sj_space space_of(const char *text) {
  struct sj_model *const model = load(text);
  const struct sj_space_options options = {.most_bytes = INFINITY};
  struct sj_space space;
  struct sj_error error;
  if (sj_space_create(model, &options, &space, &error) != SJ_OK) fail_msg("%s", error.message);
  sj_model_destroy(model);
  return space;
}

/* ---- fields made by hand ---- */

enum { MOST = 8 };
struct made {
  double drift[2 * MOST * MOST];
  struct sj_drift_field field;
  struct sj_fixed_point *points;
  size_t count;
};

static void make(struct made *made, size_t columns, size_t rows) {
  *made = (struct made){.field = {.columns = columns, .rows = rows}};
  made->field.drift_q = made->drift;
  made->field.drift_o = made->drift + columns * rows;
}

static void solve(struct made *made) {
  assert_int_equal(sj_fixed_points(&made->field, &made->points, &made->count), SJ_OK);
}

/* Drift A (x - root) everywhere. */
static void make_linear(struct made *made, const double a[4], double q, double o) {
  make(made, 5, 4);
  for (size_t i = 0; i < 5; i++)
    for (size_t j = 0; j < 4; j++) {
      made->field.drift_q[i * 4 + j] = a[0] * ((double)i - q) + a[1] * ((double)j - o);
      made->field.drift_o[i * 4 + j] = a[2] * ((double)i - q) + a[3] * ((double)j - o);
    }
}

static void test_kinds(void **state) {
  (void)state;
  static const struct {
    double a[4], re[2], im;
    enum sj_fixed_kind kind;
  } cases[] = {{{-1, 0, 0, -3}, {-3, -1}, 0, SJ_ATTRACTOR},     {{-2, 1, 1, -2}, {-3, -1}, 0, SJ_ATTRACTOR},
               {{-1, 2, -2, -1}, {-1, -1}, 2, SJ_ATTRACTOR},    {{1, 0, 0, -1}, {1, -1}, 0, SJ_SADDLE},
               {{1, 2, 2, 1}, {3, -1}, 0, SJ_SADDLE},           {{2, 0, 0, 1}, {2, 1}, 0, SJ_REPELLER},
               {{0.5, 3, -3, 0.5}, {0.5, 0.5}, 3, SJ_REPELLER}, {{0, 1, -1, 0}, {0, 0}, 1, SJ_UNDECIDED}};
  /* Inside of a cell, on an edge that two share, on a corner that four share, on the boundary, in a corner of it. */
  static const double places[][2] = {{1.25, 2.7}, {2, 1.5}, {1.5, 1}, {3, 2}, {0, 0.5},
                                     {2.5, 0},    {0, 0},   {4, 3},   {4, 0}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
      struct made made;
      make_linear(&made, cases[c].a, places[p][0], places[p][1]);
      solve(&made);
      if (made.count != 1) fail_msg("case %zu at %zu: %zu points", c, p, made.count);
      const struct sj_fixed_point *const point = made.points;
      assert_within(point->q, places[p][0], 1e-12);
      assert_within(point->o, places[p][1], 1e-12);
      assert_int_equal(point->kind, cases[c].kind);
      assert_int_equal(point->focus, cases[c].im != 0);
      assert_within(point->re[0], cases[c].re[0], 1e-12);
      assert_within(point->re[1], cases[c].re[1], 1e-12);
      assert_within(point->im[0], cases[c].im, 1e-12);
      free(made.points);
    }
}

/* x = y and (x - 1/4) (y - 3/4) = 0: at (1/4, 1/4) and (3/4, 3/4), with components of very different size. */
static void test_two_in_a_cell(void **state) {
  (void)state;
  struct made made;
  make(&made, 2, 2);
  for (size_t i = 0; i < 2; i++)
    for (size_t j = 0; j < 2; j++) {
      made.field.drift_q[i * 2 + j] = 7 * ((double)i - (double)j);
      made.field.drift_o[i * 2 + j] = 1e-5 * ((double)i - 0.25) * ((double)j - 0.75);
    }
  solve(&made);
  assert_int_equal(made.count, 2);
  assert_within(made.points[0].q, 0.25, 1e-14);
  assert_within(made.points[0].o, 0.25, 1e-14);
  assert_within(made.points[1].q, 0.75, 1e-14);
  assert_within(made.points[1].o, 0.75, 1e-14);
  free(made.points);
}

/* The edge o = 0 where nobody times out: the drift of o is exactly 0 all along it. */
static void test_zero_edge(void **state) {
  (void)state;
  struct made made;
  make(&made, 4, 3);
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < 3; j++) {
      made.field.drift_q[i * 3 + j] = 2 - (double)i - 0.125 * (double)j;
      made.field.drift_o[i * 3 + j] = -(double)j;
    }
  solve(&made);
  assert_int_equal(made.count, 1);
  assert_within(made.points[0].q, 2, 0);
  assert_within(made.points[0].o, 0, 0);
  assert_int_equal(made.points[0].kind, SJ_ATTRACTOR);
  free(made.points);
}

static void test_single_row(void **state) {
  (void)state;
  static const double drift[] = {2, -2, -1, 0, 3, -1e-9};
  for (int along_q = 0; along_q < 2; along_q++) {
    struct made made;
    make(&made, along_q ? 6 : 1, along_q ? 1 : 6);
    memcpy(along_q ? made.field.drift_q : made.field.drift_o, drift, sizeof drift);
    solve(&made);
    assert_int_equal(made.count, 3);
    const double expected[] = {0.5, 3, 4 + 3 / (3 + 1e-9)};
    const enum sj_fixed_kind kinds[] = {SJ_ATTRACTOR, SJ_REPELLER, SJ_ATTRACTOR};
    for (size_t i = 0; i < 3; i++) {
      assert_within(along_q ? made.points[i].q : made.points[i].o, expected[i], 1e-14);
      assert_within(along_q ? made.points[i].o : made.points[i].q, 0, 0);
      assert_int_equal(made.points[i].kind, kinds[i]);
      assert_true(isnan(made.points[i].re[1]));
    }
    free(made.points);
  }
}

static void test_unknown_corners(void **state) {
  (void)state;
  struct made made;
  make_linear(&made, (const double[]){-1, 0, 0, -1}, 1.5, 1.5);
  made.field.drift_q[1 * 4 + 1] = NAN;
  solve(&made);
  assert_int_equal(made.count, 0);
  free(made.points);
}

/* ---- random fields, against bisection: a bilinear function has its extremes in a rectangle's corners ---- */

static double component(const double corners[4], double x, double y) {
  return (1 - x) * ((1 - y) * corners[0] + y * corners[1]) + x * ((1 - y) * corners[2] + y * corners[3]);
}

static bool without_root(const double corners[4], double x, double y, double size) {
  double least = INFINITY, largest = -INFINITY;
  for (int k = 0; k < 4; k++) {
    const double value = component(corners, x + size * (k & 1), y + size * (k >> 1));
    least = fmin(least, value);
    largest = fmax(largest, value);
  }
  return least > 0 || largest < 0;
}

struct bisection {
  double q[4], o[4];
  double found[64][2];
  size_t count;
};

static void bisect(struct bisection *b, double x, double y, double size) {
  if (without_root(b->q, x, y, size) || without_root(b->o, x, y, size)) return;
  if (size > 1e-9) {
    for (int k = 0; k < 4; k++) bisect(b, x + size / 2 * (k & 1), y + size / 2 * (k >> 1), size / 2);
    return;
  }
  for (size_t i = 0; i < b->count; i++)
    if (fabs(b->found[i][0] - x) + fabs(b->found[i][1] - y) < 1e-6) return;
  assert_true(b->count < 64);
  b->found[b->count][0] = x;
  b->found[b->count++][1] = y;
}

static double next_random(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (double)(*seed >> 11) * 0x1p-52 - 1;
}

static void test_random_fields(void **state) {
  (void)state;
  uint64_t seed = 1;
  size_t total = 0;
  for (int round = 0; round < 150; round++) {
    struct made made;
    make(&made, 4, 4);
    for (size_t i = 0; i < 32; i++) made.drift[i] = next_random(&seed) * (i % 3 ? 1 : 1e3);
    solve(&made);
    size_t expected = 0;
    for (size_t i = 0; i < 3; i++)
      for (size_t j = 0; j < 3; j++) {
        struct bisection b = {.count = 0};
        for (size_t k = 0; k < 4; k++) {
          b.q[k] = made.field.drift_q[(i + k / 2) * 4 + j + k % 2];
          b.o[k] = made.field.drift_o[(i + k / 2) * 4 + j + k % 2];
        }
        bisect(&b, 0, 0, 1);
        expected += b.count;
        for (size_t f = 0; f < b.count; f++) {
          size_t p = 0;
          while (p < made.count && fabs(made.points[p].q - (double)i - b.found[f][0]) +
                                           fabs(made.points[p].o - (double)j - b.found[f][1]) >
                                       1e-5)
            p++;
          if (p == made.count) fail_msg("round %d: no root at %g, %g", round, b.found[f][0], b.found[f][1]);
        }
      }
    assert_int_equal(made.count, expected);
    total += expected;
    free(made.points);
  }
  assert_true(total > 100);
}

/* ---- fields of chains ---- */

/* A space of a chain alone, as far as a field looks at it; not to be cleared but for its chain. */
static double grid_quantity(const struct sj_space *space, size_t server, enum sj_server_quantity quantity,
                            size_t state) {
  (void)server;
  return quantity == SJ_ORBIT ? sj_orbit_orbiting(space->own, state) : sj_orbit_in_system(space->own, state);
}

static void make_field(const struct sj_space *space, struct sj_drift_field *field) {
  struct sj_plane plane;
  assert_int_equal(sj_plane_create(space, 0, NULL, &plane), SJ_OK);
  assert_int_equal(sj_drift_field_create(space, &plane, field), SJ_OK);
  sj_plane_clear(&plane);
}

static void find_fixed_points(const char *line, struct sj_fixed_point **points, size_t *count) {
  struct sj_orbit orbit = read_orbit(line);
  struct sj_space_server server = {.capacity = orbit.capacity, .orbit = orbit.orbit};
  struct sj_space space = {.server_count = 1, .servers = &server, .own = &orbit, .server = grid_quantity};
  struct sj_drift_field field;
  assert_int_equal(sj_orbit_chain(&orbit, &space.chain), SJ_OK);
  make_field(&space, &field);
  assert_int_equal(sj_fixed_points(&field, points, count), SJ_OK);
  sj_drift_field_clear(&field);
  sj_chain_clear(&space.chain);
}

/* The lines `fixed` of orbit.txt, found by bisection in another program. */
static void test_reference(void **state) {
  (void)state;
  struct lines lines = {.file = fopen(DATA "/orbit.txt", "r")};
  assert_non_null(lines.file);
  char orbit_line[512] = "";
  size_t checked = 0;
  struct sj_fixed_point *points = NULL;
  size_t count = 0, next = 0;
  while (next_line(&lines)) {
    if (begins(&lines, "orbit")) {
      assert_int_equal(next, count);
      free(points);
      points = NULL;
      next = count = 0;
      strcpy(orbit_line, lines.line);
    }
    if (!begins(&lines, "fixed")) continue;
    if (!points) find_fixed_points(orbit_line, &points, &count);
    double n[2];
    char kind[16];
    assert_int_equal(numbers_of(&lines, n, 2), 2);
    assert_int_equal(sscanf(lines.line, "fixed %*f %*f %15s", kind), 1);
    if (next == count) fail_msg("line %zu: not found", lines.number);
    assert_within(points[next].q, n[0], 1e-9);
    assert_within(points[next].o, n[1], 1e-9);
    assert_string_equal(sj_fixed_kind_name(points[next].kind), kind);
    next++;
    checked++;
  }
  assert_int_equal(next, count);
  free(points);
  fclose(lines.file);
  assert_int_equal(checked, 15);
}

/* A server that nothing goes out of in the orbit: R = 0 is a birth-death chain, whose drift is known. */
static void test_field_without_orbit(void **state) {
  (void)state;
  struct sj_space space = space_of(
      "server 'api' { service = exponential { rate = 2 }, capacity = 6, threads = 3, orbit = 0 "
      "}\n"
      "client 'web' { calls = 'api', arrivals = poisson { rate = 5 }, timeout = 3 }\n");
  struct sj_drift_field field;
  make_field(&space, &field);
  const double expected[] = {5, 3, 1, -1, -1, -1, -6};
  assert_int_equal(field.columns, 7);
  assert_int_equal(field.rows, 1);
  for (size_t q = 0; q < 7; q++) assert_within(field.drift_q[q], expected[q], 1e-14);
  struct sj_fixed_point *points;
  size_t count;
  assert_int_equal(sj_fixed_points(&field, &points, &count), SJ_OK);
  assert_int_equal(count, 1);
  assert_within(points[0].q, 2.5, 1e-14);
  free(points);
  sj_drift_field_clear(&field);
  sj_space_clear(&space);
}

/* ---- committors ---- */

/* The gambler's ruin: with r = down / up, h(i) = (1 - r^i) / (1 - r^n); here down to 10^-450. */
static void test_ruin(void **state) {
  (void)state;
  enum { N = 1500 };
  struct sj_chain chain;
  assert_int_equal(sj_chain_start(&chain, N + 1, 2 * N), SJ_OK);
  for (size_t i = 0; i <= N; i++) {
    if (i > 0) assert_int_equal(sj_chain_add(&chain, i - 1, 2), SJ_OK);
    if (i < N) assert_int_equal(sj_chain_add(&chain, i + 1, 1), SJ_OK);
    sj_chain_end_row(&chain);
  }
  bool low[N + 1] = {[0] = true}, high[N + 1] = {[N] = true};
  struct sj_scaled h[N + 1], back[N + 1];
  assert_int_equal(sj_committor(&chain, low, high, NULL, h), SJ_OK);
  assert_int_equal(sj_committor(&chain, high, low, NULL, back), SJ_OK);
  for (int i = 1; i < N; i++) {
    const double exact = i < 1000 ? -expm1(-i * M_LN2) : 1; /* (2^i - 1) / (2^N - 1) = exact 2^(i - N) */
    assert_within(sj_scaled_shifted(h[i], N - i), exact, 1e-12);
    assert_within(sj_scaled_double(sj_scaled_add(h[i], back[i])), 1, 1e-12);
  }
  assert_within(sj_scaled_double(h[0]), 0, 0);
  assert_within(sj_scaled_double(h[N]), 1, 0);
  sj_chain_clear(&chain);
}

static void test_committor_limits(void **state) {
  (void)state;
  struct sj_chain chain;
  assert_int_equal(sj_chain_start(&chain, 4, 4), SJ_OK);
  sj_chain_end_row(&chain); /* absorbing */
  assert_int_equal(sj_chain_add(&chain, 0, 1), SJ_OK);
  assert_int_equal(sj_chain_add(&chain, 2, 3), SJ_OK);
  sj_chain_end_row(&chain);
  sj_chain_end_row(&chain);
  assert_int_equal(sj_chain_add(&chain, 1, 2), SJ_OK);
  sj_chain_end_row(&chain);
  struct sj_scaled h[4];
  assert_int_equal(sj_committor(&chain, (const bool[]){true, false, false, false},
                                (const bool[]){false, false, true, false}, NULL, h),
                   SJ_OK);
  assert_within(sj_scaled_double(h[1]), 0.75, 1e-15);
  assert_within(sj_scaled_double(h[3]), 0.75, 1e-15);
  /* All states are in a regime. */
  assert_int_equal(
      sj_committor(&chain, (const bool[]){true, true, false, false}, (const bool[]){false, false, true, true}, NULL, h),
      SJ_OK);
  assert_within(sj_scaled_double(h[3]), 1, 0);
  /* State 2 leads nowhere. */
  assert_int_equal(sj_committor(&chain, (const bool[]){true, false, false, false},
                                (const bool[]){false, false, false, true}, NULL, h),
                   SJ_INVALID);
  sj_chain_clear(&chain);
}

/* ---- the picture ---- */

static double at(const json_t *grid, size_t q, size_t o) {
  const json_t *const value = json_array_get(json_array_get(grid, q), o);
  return json_is_null(value) ? (double)NAN : json_number_value(value);
}

static void test_picture(void **state) {
  (void)state;
  struct sj_space space = space_of(
      "server 'api' { service = exponential { rate = 10 }, capacity = 20, orbit = 3 }\n"
      "client 'web' { calls = 'api', arrivals = poisson { rate = 9 }, timeout = 1, retries = "
      "3 }\n");
  const size_t states = space.chain.count;
  struct sj_order order;
  struct sj_factors *factors;
  struct sj_scaled *const x = calloc(3 * states, sizeof *x);
  bool *const regimes = calloc(2 * states, sizeof *regimes);
  assert_int_equal(sj_order_find(&space.chain, space.empty, &order), SJ_OK);
  assert_int_equal(sj_factors_create(&space.chain, NULL, &order, false, NULL, &factors), SJ_OK);
  assert_int_equal(sj_stationary(factors, x), SJ_OK);
  assert_int_equal(sj_hitting_times(factors, 1, x + states, NULL), SJ_OK);
  for (size_t i = 0; i < states; i++) {
    regimes[i] = space.server(&space, 0, SJ_IN_SYSTEM, i) <= 2;
    regimes[states + i] = space.server(&space, 0, SJ_IN_SYSTEM, i) >= 18;
  }
  assert_int_equal(sj_committor(&space.chain, regimes, regimes + states, NULL, x + 2 * states), SJ_OK);
  const struct sj_picture_input input = {x, x + states, x + 2 * states, 2, 18};
  struct sj_picture picture;
  assert_int_equal(sj_picture_create(&space, 0, &input, &picture), SJ_OK);
  double sum = 0;
  for (size_t p = 0; p < states; p++) sum += picture.density[p];
  assert_within(sum, 1, 1e-14);
  json_t *const json = sj_picture_json(&picture, 10);
  assert_non_null(json);
  assert_string_equal(json_string_value(json_object_get(json, "server")), "api");
  assert_within(json_number_value(json_object_get(json, "high")), 18, 0);
  /* 21 points, every third: 0, 3, ... 18, and the last. */
  const json_t *const q = json_object_get(json, "q");
  assert_int_equal(json_array_size(q), 8);
  assert_int_equal(json_integer_value(json_array_get(q, 6)), 18);
  assert_int_equal(json_integer_value(json_array_get(q, 7)), 20);
  assert_int_equal(json_array_size(json_object_get(json, "o")), 4);
  const json_t *const drift = json_object_get(json, "drift");
  assert_within(at(json_object_get(drift, "q"), 0, 0), 9, 1e-14);
  assert_within(at(json_object_get(drift, "q"), 7, 0), -10, 1e-14);
  assert_within(at(json_object_get(drift, "o"), 0, 2), -2, 1e-14); /* o (a + d) = o / T */
  const size_t last = sj_orbit_state(&(struct sj_orbit){.capacity = 20, .orbit = 3}, 20, 1);
  assert_within(at(json_object_get(json, "density"), 7, 1), sj_scaled_double(x[last]), 1e-15);
  assert_within(at(json_object_get(json, "log10_density"), 7, 1), sj_scaled_log10(x[last]), 1e-12);
  assert_within(at(json_object_get(json, "log10_to_empty"), 7, 1), sj_scaled_log10(x[states + last]), 1e-12);
  assert_true(isnan(at(json_object_get(json, "log10_to_empty"), 0, 0)));
  assert_within(at(json_object_get(json, "committor"), 7, 0), 1, 0);
  assert_within(at(json_object_get(json, "committor"), 0, 3), 0, 0);
  const double between = at(json_object_get(json, "committor"), 3, 1);
  assert_true(between > 0 && between < 1);
  const json_t *const points = json_object_get(json, "fixed_points");
  assert_int_equal(json_array_size(points), picture.fixed_point_count);
  assert_true(picture.fixed_point_count >= 1);
  assert_string_equal(json_string_value(json_object_get(json_array_get(points, 0), "kind")), "attractor");
  assert_int_equal(json_array_size(json_object_get(json_array_get(points, 0), "eigenvalues")), 2);
  json_decref(json);
  sj_picture_clear(&picture);
  sj_factors_destroy(factors);
  sj_order_clear(&order);
  free(x);
  free(regimes);
  sj_space_clear(&space);
}

/* Of two servers: each has its own plane, onto which the other is summed. */
static void test_picture_of_row(void **state) {
  (void)state;
  struct sj_space space = space_of(
      "server 'front' { service = exponential { rate = 2.8 }, capacity = 9, orbit = 2, calls = { { 'back', timeout = "
      "5, retries = 3 } } }\n"
      "server 'back' { service = exponential { rate = 2.8 }, capacity = 5, orbit = 1 }\n"
      "client 'web' { calls = 'front', arrivals = poisson { rate = 0.5 }, timeout = 5, retries = 5 }\n");
  struct sj_order order;
  struct sj_factors *factors;
  struct sj_scaled *const pi = calloc(space.chain.count, sizeof *pi);
  assert_int_equal(sj_order_find(&space.chain, space.empty, &order), SJ_OK);
  assert_int_equal(sj_factors_create(&space.chain, NULL, &order, false, NULL, &factors), SJ_OK);
  assert_int_equal(sj_stationary(factors, pi), SJ_OK);
  for (size_t s = 0; s < 2; s++) {
    const struct sj_picture_input input = {.pi = pi, .low = NAN, .high = NAN};
    struct sj_picture picture;
    assert_int_equal(sj_picture_create(&space, s, &input, &picture), SJ_OK);
    assert_int_equal(picture.field.columns, s ? 6 : 10);
    assert_int_equal(picture.field.rows, s ? 2 : 3);
    /* In the long run the mean drift is none. */
    double mass = 0, drift_q = 0, drift_o = 0;
    for (size_t p = 0; p < picture.field.columns * picture.field.rows; p++) {
      mass += picture.density[p];
      drift_q += picture.density[p] * picture.field.drift_q[p];
      drift_o += picture.density[p] * picture.field.drift_o[p];
    }
    assert_within(mass, 1, 1e-13);
    assert_within(drift_q, 0, 1e-13);
    assert_within(drift_o, 0, 1e-13);
    json_t *const json = sj_picture_json(&picture, 100);
    assert_true(json_is_null(json_object_get(json, "low")));
    assert_null(json_object_get(json, "committor"));
    json_decref(json);
    sj_picture_clear(&picture);
  }
  sj_factors_destroy(factors);
  sj_order_clear(&order);
  free(pi);
  sj_space_clear(&space);
}

/* With alpha = 0 nobody is ever in the orbit, but where one would go from there is known. */
static void test_never_visited(void **state) {
  (void)state;
  struct sj_space space = space_of(
      "server 'api' { service = exponential { rate = 4 }, capacity = 1, orbit = 1 }\n"
      "client 'web' { calls = 'api', arrivals = poisson { rate = 1 }, timeout = 1 }\n"
      "solve { alpha = 0 }");
  const struct sj_scaled pi[] = {sj_scaled(0.8), sj_scaled(0), sj_scaled(0.2), sj_scaled(0)};
  const struct sj_scaled to_empty[] = {sj_scaled(0), sj_scaled(10), sj_scaled(100), sj_scaled(1000)};
  const struct sj_picture_input input = {.pi = pi, .to_empty = to_empty, .low = 0, .high = 1};
  struct sj_picture picture;
  assert_int_equal(sj_picture_create(&space, 0, &input, &picture), SJ_OK);
  json_t *const json = sj_picture_json(&picture, 0);
  assert_within(at(json_object_get(json, "density"), 1, 0), 0.2, 0);
  assert_within(at(json_object_get(json, "density"), 1, 1), 0, 0);
  assert_true(isnan(at(json_object_get(json, "log10_density"), 1, 1)));
  assert_within(at(json_object_get(json, "log10_to_empty"), 1, 1), 3, 1e-14);
  assert_within(picture.field.drift_o[1], -1, 0);
  assert_int_equal(picture.fixed_point_count, 1);
  assert_within(picture.fixed_points[0].q, 0.2, 1e-15);
  assert_within(picture.fixed_points[0].o, 0, 0);
  json_decref(json);
  sj_picture_clear(&picture);
  sj_space_clear(&space);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds),
                                     cmocka_unit_test(test_two_in_a_cell),
                                     cmocka_unit_test(test_zero_edge),
                                     cmocka_unit_test(test_single_row),
                                     cmocka_unit_test(test_unknown_corners),
                                     cmocka_unit_test(test_random_fields),
                                     cmocka_unit_test(test_reference),
                                     cmocka_unit_test(test_field_without_orbit),
                                     cmocka_unit_test(test_ruin),
                                     cmocka_unit_test(test_committor_limits),
                                     cmocka_unit_test(test_picture),
                                     cmocka_unit_test(test_picture_of_row),
                                     cmocka_unit_test(test_never_visited)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
