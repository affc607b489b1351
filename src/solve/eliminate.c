#include "solve/eliminate.h"

#include <pthread.h>
#include <stdlib.h>

#include "solve/factors.h"
#include "solve/sweep.h"

double sj_factors_bytes(size_t count, size_t bandwidth) { return sj_triangles_bytes(count, bandwidth); }

void sj_factors_destroy(struct sj_factors *factors) {
  if (!factors) return;
  sj_triangles_clear(&factors->triangles);
  free(factors);
}

static void fill_row(const void *context, size_t p, double *row) {
  const struct sj_factors *const factors = context;
  const struct sj_chain *const chain = factors->chain;
  const size_t i = sj_factors_state(factors, p);
  for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++)
    row[(ptrdiff_t)(sj_factors_place(factors, chain->to[t]) - p)] = chain->rate[t];
}

static enum sj_status eliminate(struct sj_factors *factors, const double *kill, const volatile sig_atomic_t *stop) {
  const size_t count = factors->chain->count;
  double *by_place = NULL;
  factors->triangles.count = count; /* places are counted by it */
  if (kill) {
    by_place = malloc((count + 1) * sizeof *by_place);
    if (!by_place) return SJ_NO_MEMORY;
    for (size_t p = 0; p < count; p++) by_place[p] = kill[sj_factors_state(factors, p)];
  }
  const enum sj_status status =
      sj_triangles_create(count, factors->order->bandwidth, by_place, fill_row, factors, stop, &factors->triangles);
  free(by_place);
  return status;
}

enum sj_status sj_factors_create(const struct sj_chain *chain, const double *kill, const struct sj_order *order,
                                 bool reversed, const volatile sig_atomic_t *stop, struct sj_factors **out) {
  *out = NULL;
  struct sj_factors *const factors = calloc(1, sizeof *factors);
  if (!factors) return SJ_NO_MEMORY;
  *factors = (struct sj_factors){.chain = chain, .order = order, .reversed = reversed};
  const enum sj_status status = eliminate(factors, kill, stop);
  if (status == SJ_OK)
    *out = factors;
  else
    sj_factors_destroy(factors);
  return status;
}

/* The second of two factorizations, in a thread of its own. */
struct other_way {
  const struct sj_chain *chain;
  const struct sj_order *order;
  const volatile sig_atomic_t *stop;
  struct sj_factors *factors;
  enum sj_status status;
};

static void *go_other_way(void *context) {
  struct other_way *const other = context;
  other->status = sj_factors_create(other->chain, NULL, other->order, true, other->stop, &other->factors);
  return NULL;
}

enum sj_status sj_factors_create_both(const struct sj_chain *chain, const struct sj_order *order,
                                      const volatile sig_atomic_t *stop, struct sj_factors **down,
                                      struct sj_factors **up) {
  struct other_way other = {.chain = chain, .order = order, .stop = stop};
  pthread_t thread;
  const bool apart = !pthread_create(&thread, NULL, go_other_way, &other);
  enum sj_status status = sj_factors_create(chain, NULL, order, false, stop, down);
  if (apart)
    pthread_join(thread, NULL);
  else
    go_other_way(&other);
  *up = other.factors;
  if (status == SJ_OK) status = other.status;
  if (status != SJ_OK) {
    sj_factors_destroy(*down);
    sj_factors_destroy(*up);
    *down = *up = NULL;
  }
  return status;
}

void sj_factors_to_places(const struct sj_factors *factors, const struct sj_scaled *by_state,
                          struct sj_scaled *by_place) {
  for (size_t p = 0; p < factors->triangles.count; p++) by_place[p] = by_state[sj_factors_state(factors, p)];
}

void sj_factors_to_states(const struct sj_factors *factors, const struct sj_scaled *by_place,
                          struct sj_scaled *by_state) {
  for (size_t p = 0; p < factors->triangles.count; p++) by_state[sj_factors_state(factors, p)] = by_place[p];
}

/* A vector by place and the sweeps' room. */
struct room {
  size_t count;
  struct sj_scaled *x;
  struct sj_sweep sweep;
};

static bool make_room(const struct sj_factors *factors, struct room *room) {
  room->count = factors->triangles.count;
  room->x = calloc(room->count, sizeof *room->x);
  room->sweep = sj_sweep_of_triangles(&factors->triangles, calloc(factors->triangles.count, sizeof *room->sweep.work));
  return room->x && room->sweep.work;
}

static void clear_room(struct room *room) {
  free(room->x);
  free(room->sweep.work);
}

enum sj_status sj_stationary(const struct sj_factors *factors, struct sj_scaled *pi) {
  const size_t count = factors->triangles.count;
  struct room room;
  const bool ok = make_room(factors, &room);
  if (ok) {
    room.x[0] = sj_scaled(1);
    sj_sweep_spread_up(&room.sweep, 0, 0, count, room.x, room.x);
    /* Small ones first would be more exact; all are positive, so the error is a few roundings all the same. */
    struct sj_scaled sum = {0};
    for (size_t p = 0; p < count; p++) sum = sj_scaled_add(sum, room.x[p]);
    for (size_t p = 0; p < count; p++) room.x[p] = sj_scaled_divide(room.x[p], sum);
    sj_factors_to_states(factors, room.x, pi);
  }
  clear_room(&room);
  return ok ? SJ_OK : SJ_NO_MEMORY;
}

/* By place, x becomes the expected reward. */
static void expect(const struct room *room, size_t targets, const struct sj_scaled *reward, struct sj_scaled *x) {
  const size_t count = room->count;
  sj_sweep_collect_down(&room->sweep, targets, count, targets, reward, x);
  sj_sweep_collect_up(&room->sweep, targets, count, targets, x, x);
  for (size_t p = 0; p < targets; p++) x[p] = (struct sj_scaled){0};
}

enum sj_status sj_expected_until(const struct sj_factors *factors, size_t targets, const struct sj_scaled *reward,
                                 struct sj_scaled *h) {
  struct room room;
  const bool ok = make_room(factors, &room);
  if (ok) {
    sj_factors_to_places(factors, reward, room.x);
    expect(&room, targets, room.x, room.x);
    sj_factors_to_states(factors, room.x, h);
  }
  clear_room(&room);
  return ok ? SJ_OK : SJ_NO_MEMORY;
}

enum sj_status sj_hitting_times(const struct sj_factors *factors, size_t targets, struct sj_scaled *mean,
                                struct sj_scaled *deviation) {
  const size_t count = factors->triangles.count;
  struct room room;
  struct sj_scaled *const second = calloc(count, sizeof *second);
  const bool ok = make_room(factors, &room) && second;
  if (ok) {
    for (size_t p = 0; p < count; p++) room.x[p] = sj_scaled(1);
    expect(&room, targets, room.x, room.x);
    sj_factors_to_states(factors, room.x, mean);
    for (size_t p = 0; p < count; p++) {
      second[p] = sj_scaled_multiply(sj_scaled(2), room.x[p]);
      if (deviation) deviation[sj_factors_state(factors, p)] = (struct sj_scaled){0};
    }
    if (deviation) {
      expect(&room, targets, second, second);
      for (size_t p = targets; p < count; p++) {
        struct sj_scaled minus = sj_scaled_multiply(room.x[p], room.x[p]);
        minus.fraction = -minus.fraction;
        const struct sj_scaled variance = sj_scaled_add(second[p], minus);
        if (variance.fraction > 0) deviation[sj_factors_state(factors, p)] = sj_scaled_sqrt(variance);
      }
    }
  }
  clear_room(&room);
  free(second);
  return ok ? SJ_OK : SJ_NO_MEMORY;
}
