/* What eliminate.c and pinned.c share. */
#ifndef SJ_SOLVE_FACTORS_H
#define SJ_SOLVE_FACTORS_H

#include "solve/eliminate.h"
#include "solve/triangles.h"

struct sj_factors {
  const struct sj_chain *chain;
  const struct sj_order *order;
  bool reversed;
  struct sj_triangles triangles; /* by place, counted from the other end if reversed */
};

static inline size_t sj_factors_state(const struct sj_factors *factors, size_t place) {
  if (factors->reversed) place = factors->triangles.count - 1 - place;
  return factors->order->state ? factors->order->state[place] : place;
}
static inline size_t sj_factors_place(const struct sj_factors *factors, size_t state) {
  const size_t place = factors->order->place ? factors->order->place[state] : state;
  return factors->reversed ? factors->triangles.count - 1 - place : place;
}

/* b by place, and back. */
void sj_factors_to_places(const struct sj_factors *factors, const struct sj_scaled *by_state,
                          struct sj_scaled *by_place);
void sj_factors_to_states(const struct sj_factors *factors, const struct sj_scaled *by_place,
                          struct sj_scaled *by_state);

#endif
