#include "solve/field.h"

#include <stdlib.h>

/* Whose drift: of q or of o. */
struct drift {
  const struct sj_chain *chain;
  const struct sj_plane *plane;
  bool of_orbit;
};

static struct sj_scaled drift_of(const void *context, size_t state) {
  const struct drift *const d = context;
  const size_t rows = d->plane->rows, from = d->plane->point[state];
  double drift = 0;
  for (size_t t = d->chain->begin[state]; t < d->chain->begin[state + 1]; t++) {
    const size_t to = d->plane->point[d->chain->to[t]];
    const size_t before = d->of_orbit ? from % rows : from / rows, after = d->of_orbit ? to % rows : to / rows;
    drift += d->chain->rate[t] * ((double)after - (double)before);
  }
  return sj_scaled(drift);
}

enum sj_status sj_drift_field_create(const struct sj_space *space, const struct sj_plane *plane,
                                     struct sj_drift_field *field) {
  const size_t points = plane->columns * plane->rows;
  *field = (struct sj_drift_field){.columns = plane->columns, .rows = plane->rows};
  field->drift_q = malloc(2 * points * sizeof *field->drift_q);
  if (!field->drift_q) return SJ_NO_MEMORY;
  field->drift_o = field->drift_q + points;
  struct drift drift = {&space->chain, plane, false};
  enum sj_status status = sj_plane_means(plane, drift_of, &drift, sj_scaled_double, field->drift_q);
  drift.of_orbit = true;
  if (status == SJ_OK) status = sj_plane_means(plane, drift_of, &drift, sj_scaled_double, field->drift_o);
  if (status != SJ_OK) sj_drift_field_clear(field);
  return status;
}

void sj_drift_field_clear(struct sj_drift_field *field) {
  free(field->drift_q);
  *field = (struct sj_drift_field){0};
}
