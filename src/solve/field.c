#include "solve/field.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

void sj_drift_field_points(const struct sj_space *space, size_t server, size_t *columns, size_t *rows, size_t *point) {
  const struct sj_space_server *const s = &space->servers[server];
  *columns = (size_t)s->capacity + 1;
  *rows = (size_t)s->orbit + 1;
  for (size_t i = 0; i < space->chain.count; i++) {
    const double q = space->server(space, server, SJ_IN_SYSTEM, i);
    const double o = s->orbit ? space->server(space, server, SJ_ORBIT, i) : 0;
    point[i] = (size_t)q * *rows + (size_t)o;
  }
}

/* Sums over the states of each grid point, in numbers of any size: its weights may all be below 10^-308. */
struct sums {
  struct sj_scaled *weight, *q, *o;
};

static void add_state(const struct sj_space *space, size_t rows, const size_t *point, const struct sj_scaled *pi,
                      size_t i, struct sums *sums) {
  const struct sj_chain *const chain = &space->chain;
  double drift_q = 0, drift_o = 0;
  for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
    const size_t from = point[i], to = point[chain->to[t]];
    drift_q += chain->rate[t] * ((double)(to / rows) - (double)(from / rows));
    drift_o += chain->rate[t] * ((double)(to % rows) - (double)(from % rows));
  }
  const struct sj_scaled weight = pi ? pi[i] : sj_scaled(1);
  const size_t p = point[i];
  sums->weight[p] = sj_scaled_add(sums->weight[p], weight);
  sums->q[p] = sj_scaled_add(sums->q[p], sj_scaled_multiply(weight, sj_scaled(drift_q)));
  sums->o[p] = sj_scaled_add(sums->o[p], sj_scaled_multiply(weight, sj_scaled(drift_o)));
}

static double mean(struct sj_scaled sum, struct sj_scaled weight) {
  return weight.fraction == 0 ? NAN : sj_scaled_double(sj_scaled_divide(sum, weight));
}

enum sj_status sj_drift_field_create(const struct sj_space *space, size_t server, const struct sj_scaled *pi,
                                     struct sj_drift_field *field) {
  const size_t states = space->chain.count;
  *field = (struct sj_drift_field){0};
  size_t *const point = malloc((states + 1) * sizeof *point);
  if (!point) return SJ_NO_MEMORY;
  sj_drift_field_points(space, server, &field->columns, &field->rows, point);
  const size_t points = field->columns * field->rows;
  struct sums sums = {.weight = calloc(3 * points, sizeof *sums.weight)};
  field->drift_q = malloc(2 * points * sizeof *field->drift_q);
  const bool ok = sums.weight && field->drift_q;
  if (ok) {
    field->drift_o = field->drift_q + points;
    sums.q = sums.weight + points;
    sums.o = sums.q + points;
    for (size_t i = 0; i < states; i++) add_state(space, field->rows, point, pi, i, &sums);
    for (size_t p = 0; p < points; p++) {
      field->drift_q[p] = mean(sums.q[p], sums.weight[p]);
      field->drift_o[p] = mean(sums.o[p], sums.weight[p]);
    }
  } else {
    sj_drift_field_clear(field);
  }
  free(point);
  free(sums.weight);
  return ok ? SJ_OK : SJ_NO_MEMORY;
}

void sj_drift_field_clear(struct sj_drift_field *field) {
  free(field->drift_q);
  *field = (struct sj_drift_field){0};
}
