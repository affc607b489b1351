#include "solve/picture.h"

#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "results/json.h"

static struct sj_scaled by_state(const void *context, size_t state) {
  return ((const struct sj_scaled *)context)[state];
}

static enum sj_status means(const struct sj_plane *plane, const struct sj_scaled *figure,
                            double (*as_double)(struct sj_scaled), double **mean) {
  if (!figure) return SJ_OK;
  *mean = malloc(plane->columns * plane->rows * sizeof **mean);
  return *mean ? sj_plane_means(plane, by_state, figure, as_double, *mean) : SJ_NO_MEMORY;
}

static enum sj_status fill(const struct sj_plane *plane, const struct sj_picture_input *input,
                           struct sj_picture *picture) {
  const size_t points = plane->columns * plane->rows;
  picture->density = malloc(2 * points * sizeof *picture->density);
  if (!picture->density) return SJ_NO_MEMORY;
  picture->log10_density = picture->density + points;
  for (size_t p = 0; p < points; p++) {
    picture->density[p] = sj_scaled_double(plane->density[p]);
    picture->log10_density[p] = sj_scaled_log10(plane->density[p]);
  }
  enum sj_status status = means(plane, input->to_empty, sj_scaled_log10, &picture->log10_to_empty);
  if (status == SJ_OK) status = means(plane, input->committor, sj_scaled_double, &picture->committor);
  if (status == SJ_OK) status = sj_fixed_points(&picture->field, &picture->fixed_points, &picture->fixed_point_count);
  return status;
}

enum sj_status sj_picture_create(const struct sj_space *space, size_t server, const struct sj_picture_input *input,
                                 struct sj_picture *picture) {
  *picture = (struct sj_picture){.low = input->low, .high = input->high};
  struct sj_plane plane;
  enum sj_status status = sj_plane_create(space, server, input->pi, &plane);
  if (status != SJ_OK) return status;
  picture->server = sj_copy_string(space->servers[server].name);
  status = sj_drift_field_create(space, &plane, &picture->field);
  if (status == SJ_OK) status = fill(&plane, input, picture);
  sj_plane_clear(&plane);
  if (status != SJ_OK) sj_picture_clear(picture);
  return status;
}

void sj_picture_clear(struct sj_picture *picture) {
  free(picture->server);
  sj_drift_field_clear(&picture->field);
  free(picture->density);
  free(picture->log10_to_empty);
  free(picture->committor);
  free(picture->fixed_points);
  *picture = (struct sj_picture){0};
}

/* ---- JSON ---- */

/* Which points of a side are shown: every `step`-th, and the last. */
static size_t step_of(size_t count, size_t most) { return count <= most ? 1 : (count + most - 1) / most; }
static size_t shown(size_t count, size_t step) { return (count - 1) / step + ((count - 1) % step > 0) + 1; }
static size_t shown_at(size_t count, size_t step, size_t k) { return k * step < count ? k * step : count - 1; }

static json_t *side(size_t count, size_t step) {
  json_t *const list = json_array();
  for (size_t k = 0; k < shown(count, step); k++)
    json_array_append_new(list, json_integer((json_int_t)shown_at(count, step, k)));
  return list;
}

static json_t *grid(const struct sj_drift_field *field, size_t most, const double *values) {
  const size_t step_q = step_of(field->columns, most), step_o = step_of(field->rows, most);
  json_t *const outer = json_array();
  for (size_t k = 0; k < shown(field->columns, step_q); k++) {
    json_t *const inner = json_array();
    const size_t q = shown_at(field->columns, step_q, k);
    for (size_t j = 0; j < shown(field->rows, step_o); j++)
      json_array_append_new(inner, sj_json_number(values[q * field->rows + shown_at(field->rows, step_o, j)]));
    json_array_append_new(outer, inner);
  }
  return outer;
}

static json_t *fixed_point(const struct sj_fixed_point *point) {
  json_t *const eigenvalues = json_array();
  for (size_t k = 0; k < 2 && !isnan(point->re[k]); k++)
    json_array_append_new(eigenvalues, json_pack("{s:f, s:f}", "re", point->re[k], "im", point->im[k]));
  return json_pack("{s:f, s:f, s:s, s:b, s:o}", "q", point->q, "o", point->o, "kind", sj_fixed_kind_name(point->kind),
                   "focus", (int)point->focus, "eigenvalues", eigenvalues);
}

json_t *sj_picture_json(const struct sj_picture *picture, size_t most) {
  const struct sj_drift_field *const field = &picture->field;
  if (most < 2) most = 2;
  json_t *const points = json_array();
  for (size_t i = 0; i < picture->fixed_point_count; i++)
    json_array_append_new(points, fixed_point(&picture->fixed_points[i]));
  json_t *const drift =
      json_pack("{s:o, s:o}", "q", grid(field, most, field->drift_q), "o", grid(field, most, field->drift_o));
  json_t *const object = json_pack(
      "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "server", picture->server, "low", sj_json_number(picture->low),
      "high", sj_json_number(picture->high), "q", side(field->columns, step_of(field->columns, most)), "o",
      side(field->rows, step_of(field->rows, most)), "drift", drift, "density", grid(field, most, picture->density),
      "log10_density", grid(field, most, picture->log10_density));
  if (object && picture->log10_to_empty)
    json_object_set_new(object, "log10_to_empty", grid(field, most, picture->log10_to_empty));
  if (object && picture->committor) json_object_set_new(object, "committor", grid(field, most, picture->committor));
  if (object)
    json_object_set_new(object, "fixed_points", points);
  else
    json_decref(points);
  return object;
}
