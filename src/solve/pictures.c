/* What --picture asks for, of every server. */
#include <math.h>
#include <stdlib.h>

#include "solve/levels.h"
#include "solve/picture.h"
#include "solve/solution.h"

/* Most points of a side; of a longer one every k-th. */
enum { MOST_POINTS = 100 };

static enum sj_status to_empty(const struct sj_solution *s, struct sj_scaled *mean, bool *known) {
  bool *const target = calloc(s->space.chain.count, sizeof *target);
  if (!target) return SJ_NO_MEMORY;
  target[s->space.empty] = true;
  *known = s->eliminated.pi[s->space.empty].fraction > 0;
  const enum sj_status status = *known ? sj_passage(&s->eliminated, target, mean, NULL) : SJ_OK;
  free(target);
  return status;
}

static enum sj_status add_server(const struct sj_solution *s, size_t server, const struct sj_scaled *mean,
                                 struct sj_scaled *committor, json_t *list) {
  const struct sj_regimes *const regimes = &s->servers[server].regimes;
  struct sj_picture_input input = {.pi = s->eliminated.pi, .to_empty = mean, .low = NAN, .high = NAN};
  enum sj_status status = SJ_OK;
  if (regimes->known) {
    status = sj_committor(&s->space.chain, regimes->low.in, regimes->high.in, s->options.stop, committor);
    input.committor = committor;
    input.low = regimes->low.requests;
    input.high = regimes->high.requests;
  }
  struct sj_picture picture = {0};
  if (status == SJ_OK) status = sj_picture_create(&s->space, server, &input, &picture);
  if (status != SJ_OK) return status;
  const int failed = json_array_append_new(list, sj_picture_json(&picture, MOST_POINTS));
  sj_picture_clear(&picture);
  return failed ? SJ_NO_MEMORY : SJ_OK;
}

enum sj_status sj_find_pictures(const struct sj_solution *s, struct sj_findings *findings) {
  const size_t count = s->space.chain.count;
  struct sj_scaled *const mean = calloc(count, sizeof *mean), *const committor = calloc(count, sizeof *committor);
  json_t *const list = json_array();
  bool known = false;
  enum sj_status status = mean && committor && list ? to_empty(s, mean, &known) : SJ_NO_MEMORY;
  for (size_t i = 0; i < s->space.server_count && status == SJ_OK; i++)
    status = add_server(s, i, known ? mean : NULL, committor, list);
  if (status == SJ_OK) {
    findings->picture = json_dumps(list, JSON_COMPACT | JSON_REAL_PRECISION(12));
    if (!findings->picture) status = SJ_NO_MEMORY;
  }
  json_decref(list);
  free(mean);
  free(committor);
  return status;
}
