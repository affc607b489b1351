/* Who calls whom, api by api. */
#ifndef SJ_MODEL_GRAPH_H
#define SJ_MODEL_GRAPH_H

#include "model/model.h"

/* Nodes are apis: `base[server] + api`. */
struct sj_graph {
  size_t count;
  size_t *base;
  uint32_t *server, *api; /* of each node */
  size_t *order;          /* the nodes, callers before those they call; valid if `cycle` is empty */
  size_t *cycle;          /* the nodes of one cycle, each calling the next */
  size_t cycle_length;
};
void sj_graph_create(const struct sj_model *model, struct sj_graph *graph);
void sj_graph_clear(struct sj_graph *graph);

/* How often each api is visited per first attempt of the client (its weights sum to 1), retries left out; a join that
 * several branches of a request reach is visited once. `visits` has graph->count places. The graph has no cycle. */
void sj_graph_visits(const struct sj_model *model, const struct sj_graph *graph, const struct sj_call *call,
                     double *visits);

#endif
