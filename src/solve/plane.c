#include "solve/plane.h"

#include <math.h>
#include <stdlib.h>

enum sj_status sj_plane_create(const struct sj_space *space, size_t server, const struct sj_scaled *pi,
                               struct sj_plane *plane) {
  const struct sj_space_server *const s = &space->servers[server];
  *plane = (struct sj_plane){
      .states = space->chain.count, .columns = (size_t)s->capacity + 1, .rows = (size_t)s->orbit + 1, .pi = pi};
  plane->point = malloc((plane->states + 1) * sizeof *plane->point);
  plane->density = calloc(plane->columns * plane->rows, sizeof *plane->density);
  if (!plane->point || !plane->density) {
    sj_plane_clear(plane);
    return SJ_NO_MEMORY;
  }
  for (size_t i = 0; i < plane->states; i++) {
    const double q = space->server(space, server, SJ_IN_SYSTEM, i);
    const double o = s->orbit ? space->server(space, server, SJ_ORBIT, i) : 0;
    const size_t p = plane->point[i] = (size_t)q * plane->rows + (size_t)o;
    if (pi) plane->density[p] = sj_scaled_add(plane->density[p], pi[i]);
  }
  return SJ_OK;
}

void sj_plane_clear(struct sj_plane *plane) {
  free(plane->point);
  free(plane->density);
  *plane = (struct sj_plane){0};
}

enum sj_status sj_plane_means(const struct sj_plane *plane,
                              struct sj_scaled (*figure)(const void *context, size_t state), const void *context,
                              double (*as_double)(struct sj_scaled mean), double *mean) {
  const size_t points = plane->columns * plane->rows;
  struct sj_scaled *const weight = calloc(2 * points, sizeof *weight), *const sum = weight ? weight + points : NULL;
  if (!weight) return SJ_NO_MEMORY;
  for (size_t i = 0; i < plane->states; i++) {
    const size_t p = plane->point[i];
    const struct sj_scaled one = plane->density[p].fraction == 0 ? sj_scaled(1) : plane->pi[i];
    weight[p] = sj_scaled_add(weight[p], one);
    sum[p] = sj_scaled_add(sum[p], sj_scaled_multiply(one, figure(context, i)));
  }
  for (size_t p = 0; p < points; p++)
    mean[p] = weight[p].fraction == 0 ? (double)NAN : as_double(sj_scaled_divide(sum[p], weight[p]));
  free(weight);
  return SJ_OK;
}
