/* The heat maps of clients' latencies. They cost nothing where a request is answered: at the end of a column, what is
 * in the client's histogram by then is noted, and in the end each column keeps what it has more than the one before. */
#include <stdlib.h>

#include "simulate/engine.h"

bool sj_over_time_start(struct engine *engine) {
  if (!engine->heatmaps) return true;
  for (size_t i = 0; i < engine->model->client_count; i++) {
    struct client_statistics *const s = engine->clients[i].statistics;
    sj_heatmap_start(&engine->heatmaps[i], sj_heatmap_columns(engine->results->grid_count));
    s->uncounted = calloc(1, sizeof *s->uncounted);
    if (!s->uncounted) return false;
    sj_heatmap_start(s->uncounted, 1);
  }
  return true;
}

/* All that the client had answered so far, in the histogram or gathered for it. */
static void add_all(const struct client *client, struct sj_heatmap *map, size_t column) {
  const struct client_statistics *const s = client->statistics;
  sj_heatmap_add_column(map, column, s->uncounted, 0);
  if (client->latency_from) {
    const struct server_statistics *const from = client->latency_from->statistics;
    sj_heatmap_add_histogram(map, column, &from->sojourn.histogram);
    for (uint32_t k = 0; k < from->visits.gathered; k++)
      sj_heatmap_add(map, column, from->visits.left[k] - from->visits.arrived[k]);
  } else {
    sj_heatmap_add_histogram(map, column, &s->latency.histogram);
    for (uint32_t k = 0; k < s->latency.gathered; k++) sj_heatmap_add(map, column, s->latency.values[k]);
  }
}

void sj_over_time_cell(struct engine *engine, size_t cell) {
  const size_t cells = engine->results->grid_count, each = sj_heatmap_cells_of_column(cells);
  if ((cell + 1) % each != 0 && cell + 1 < cells) return;
  for (size_t i = 0; i < engine->model->client_count; i++) {
    struct sj_heatmap *const map = &engine->heatmaps[i];
    add_all(&engine->clients[i], map, cell / each);
    if (cell + 1 == cells) sj_heatmap_subtract_previous(map);
  }
}
