#include "model/graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/build.h"

static const struct sj_api *api_of(const struct sj_model *model, const struct sj_graph *graph, size_t node) {
  return &model->servers[graph->server[node]].apis[graph->api[node]];
}

static size_t node_of(const struct sj_graph *graph, const struct sj_target *target) {
  return graph->base[target->server] + target->api;
}

/* ---- order and cycles: depth first, on a stack of our own, for chains can be long ---- */

struct frame {
  size_t node, call, target;
};

/* The next node that the frame's api calls, or SIZE_MAX. */
static size_t next_callee(const struct sj_model *model, const struct sj_graph *graph, struct frame *frame) {
  const struct sj_api *const api = api_of(model, graph, frame->node);
  while (frame->call < api->call_count) {
    const struct sj_call *const call = &api->calls[frame->call];
    if (frame->target < call->target_count) return node_of(graph, &call->targets[frame->target++]);
    frame->call++;
    frame->target = 0;
  }
  return SIZE_MAX;
}

static void keep_cycle(struct sj_graph *graph, const struct frame *stack, size_t depth, size_t closing) {
  size_t first = depth;
  while (first && stack[first - 1].node != closing) first--;
  graph->cycle_length = depth - first + 1;
  graph->cycle = sj_allocate_array(graph->cycle_length, sizeof *graph->cycle);
  for (size_t i = 0; i < graph->cycle_length; i++) graph->cycle[i] = stack[first - 1 + i].node;
}

static void sort(const struct sj_model *model, struct sj_graph *graph) {
  enum { NEW, OPEN, DONE };
  unsigned char *const state = sj_allocate_array(graph->count, 1);
  struct frame *const stack = sj_allocate_array(graph->count, sizeof *stack);
  size_t left = graph->count; /* the order is filled from its end */
  for (size_t root = 0; root < graph->count && !graph->cycle_length; root++) {
    if (state[root] != NEW) continue;
    size_t depth = 0;
    stack[depth++] = (struct frame){.node = root};
    state[root] = OPEN;
    while (depth && !graph->cycle_length) {
      struct frame *const frame = &stack[depth - 1];
      const size_t callee = next_callee(model, graph, frame);
      if (callee == SIZE_MAX) {
        state[frame->node] = DONE;
        graph->order[--left] = frame->node;
        depth--;
      } else if (state[callee] == OPEN) {
        keep_cycle(graph, stack, depth, callee);
      } else if (state[callee] == NEW) {
        state[callee] = OPEN;
        stack[depth++] = (struct frame){.node = callee};
      }
    }
  }
  free(stack);
  free(state);
}

void sj_graph_create(const struct sj_model *model, struct sj_graph *graph) {
  *graph = (struct sj_graph){0};
  graph->base = sj_allocate_array(model->server_count, sizeof *graph->base);
  for (size_t i = 0; i < model->server_count; i++) {
    graph->base[i] = graph->count;
    graph->count += model->servers[i].api_count;
  }
  graph->server = sj_allocate_array(graph->count, sizeof *graph->server);
  graph->api = sj_allocate_array(graph->count, sizeof *graph->api);
  graph->order = sj_allocate_array(graph->count, sizeof *graph->order);
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t j = 0; j < model->servers[i].api_count; j++) {
      graph->server[graph->base[i] + j] = (uint32_t)i;
      graph->api[graph->base[i] + j] = (uint32_t)j;
    }
  sort(model, graph);
}

void sj_graph_clear(struct sj_graph *graph) {
  free(graph->base);
  free(graph->server);
  free(graph->api);
  free(graph->order);
  free(graph->cycle);
  *graph = (struct sj_graph){0};
}

/* ---- visits ---- */

/* Returns how many rates were zero before. */
static size_t add_targets(const struct sj_graph *graph, const struct sj_call *call, double rate, double *rates) {
  double sum = 0;
  size_t fresh = 0;
  for (size_t i = 0; i < call->target_count; i++) sum += call->targets[i].weight;
  for (size_t i = 0; i < call->target_count; i++) {
    double *const at = &rates[node_of(graph, &call->targets[i])];
    fresh += *at <= 0;
    *at += rate * (call->targets[i].weight / sum);
    fresh -= *at <= 0; /* a share too small to be a number */
  }
  return fresh;
}

/* One pipeline, begun at order[start] at the given rate: `stage` gets the rates of its stages, all zero before and
 * after. Calls made on the way begin pipelines of their own, later in the order. */
static void run_pipeline(const struct sj_model *model, const struct sj_graph *graph, size_t start, double rate,
                         double *stage, double *begun, double *visits) {
  stage[graph->order[start]] = rate;
  size_t pending = 1; /* stages that are yet to come: most pipelines are short */
  for (size_t i = start; pending; i++) {
    const size_t node = graph->order[i];
    double here = stage[node];
    if (here <= 0) continue;
    stage[node] = 0;
    pending--;
    if (model->servers[graph->server[node]].join && here > rate) here = rate;
    visits[node] += here;
    const struct sj_api *const api = api_of(model, graph, node);
    /* How many requests a batcher makes one of only the simulation tells. */
    const double onward = model->servers[graph->server[node]].kind == SJ_BATCHER ? NAN : here;
    for (size_t j = 0; j < api->call_count; j++) {
      const size_t fresh = add_targets(graph, &api->calls[j], onward, api->forward ? stage : begun);
      if (api->forward) pending += fresh;
    }
  }
}

void sj_graph_visits(const struct sj_model *model, const struct sj_graph *graph, const struct sj_call *call,
                     double *visits) {
  double *const begun = sj_allocate_array(graph->count, sizeof *begun);
  double *const stage = sj_allocate_array(graph->count, sizeof *stage);
  for (size_t i = 0; i < graph->count; i++) visits[i] = 0;
  add_targets(graph, call, 1, begun);
  for (size_t i = 0; i < graph->count; i++)
    if (!(begun[graph->order[i]] <= 0)) run_pipeline(model, graph, i, begun[graph->order[i]], stage, begun, visits);
  free(begun);
  free(stage);
}

/* ---- checks ---- */

static void add_name(const struct sj_model *model, const struct sj_graph *graph, size_t node, struct sj_text *text) {
  const struct sj_server *const server = &model->servers[graph->server[node]];
  const char *const api = server->apis[graph->api[node]].name;
  sj_text_add(text, "%s%s%s", server->name, api ? "." : "", api ? api : "");
}

static void report_cycle(struct sj_builder *builder, const struct sj_graph *graph) {
  struct sj_text names = {0};
  for (size_t i = 0; i <= graph->cycle_length; i++) {
    if (i) sj_text_add(&names, " -> ");
    add_name(builder->model, graph, graph->cycle[i % graph->cycle_length], &names);
  }
  sj_build_wrong(builder, builder->server_nodes[graph->server[graph->cycle[0]]], NULL, SIZE_MAX, NULL,
                 "the calls go round in a circle: %.300s", names.data);
  free(names.data);
}

static bool any_forwards_to(const struct sj_model *model, uint32_t server) {
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t j = 0; j < model->servers[i].api_count; j++) {
      const struct sj_api *const api = &model->servers[i].apis[j];
      for (size_t k = 0; api->forward && k < api->call_count; k++)
        for (size_t t = 0; t < api->calls[k].target_count; t++)
          if (api->calls[k].targets[t].server == server) return true;
    }
  return false;
}

static bool uses_recorded(const struct sj_law *work) {
  return work->fixed && sj_distribution_uses_recorded(work->fixed);
}

/* Services are recorded with the requests of a client; they do not travel on to other servers. */
static void check_recorded(struct sj_builder *builder) {
  const struct sj_model *const model = builder->model;
  for (size_t i = 0; i < model->client_count; i++) {
    const struct sj_client *const client = &model->clients[i];
    for (size_t t = 0; t < client->call.target_count; t++) {
      const struct sj_server *const server = &model->servers[client->call.targets[t].server];
      if (!uses_recorded(&server->apis[client->call.targets[t].api].work)) continue;
      if (!client->arrivals.trace)
        sj_build_wrong(builder, builder->client_nodes[i], NULL, SIZE_MAX, NULL,
                       "`%s` calls `%s`, whose work is recorded(), but its arrivals are not a trace", client->name,
                       server->name);
      else if (!sj_trace_summary_of(client->arrivals.trace)->has_service)
        sj_build_wrong(builder, builder->client_nodes[i], NULL, SIZE_MAX, NULL,
                       "`%s` calls `%s`, whose work is recorded(), but the recording %s has no service times",
                       client->name, server->name, sj_trace_name(client->arrivals.trace));
    }
  }
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t j = 0; j < model->servers[i].api_count; j++) {
      const struct sj_api *const api = &model->servers[i].apis[j];
      for (size_t k = 0; k < api->call_count; k++)
        for (size_t t = 0; t < api->calls[k].target_count; t++) {
          const struct sj_target *const target = &api->calls[k].targets[t];
          if (uses_recorded(&model->servers[target->server].apis[target->api].work))
            sj_build_wrong(builder, builder->server_nodes[i], NULL, SIZE_MAX, NULL,
                           "`%s` calls `%s`, whose work is recorded(): only a client's own calls carry it",
                           model->servers[i].name, model->servers[target->server].name);
        }
    }
}

static bool takes_no_time(const struct sj_law *law) {
  return !sj_law_given(law) || (law->fixed && sj_distribution_max(law->fixed) <= 0);
}

/* A batcher takes at least the time of what it sends to. */
static bool target_takes_no_time(const struct sj_model *model, const struct sj_target *target) {
  const struct sj_server *server = &model->servers[target->server];
  while (server->kind == SJ_BATCHER) {
    target = &server->apis[0].calls[0].targets[0];
    server = &model->servers[target->server];
  }
  return server->store.per_byte <= 0 && takes_no_time(&server->apis[target->api].work);
}

/* A closed loop in which nothing takes time would never come to its end. */
static void check_closed(struct sj_builder *builder) {
  const struct sj_model *const model = builder->model;
  for (size_t i = 0; i < model->client_count; i++) {
    const struct sj_client *const client = &model->clients[i];
    if (client->arrivals.kind != SJ_ARRIVALS_CLOSED || !takes_no_time(&client->arrivals.interval)) continue;
    for (size_t t = 0; t < client->call.target_count; t++) {
      const struct sj_server *const server = &model->servers[client->call.targets[t].server];
      if (target_takes_no_time(model, &client->call.targets[t]))
        sj_build_wrong(builder, builder->client_nodes[i], "arrivals", SIZE_MAX, NULL,
                       "`%s` thinks no time and the work of `%s` takes none: time would stand still", client->name,
                       server->name);
    }
  }
}

void sj_check_graph(struct sj_builder *builder) {
  const struct sj_model *const model = builder->model;
  if (!model->client_count)
    sj_mistake(builder->mistakes, model->file, 0, NULL, "the model has no client, so nothing would happen: expected %s",
               sj_schema_client.example);
  struct sj_graph graph;
  sj_graph_create(model, &graph);
  if (graph.cycle_length) report_cycle(builder, &graph);
  sj_graph_clear(&graph);
  for (size_t i = 0; i < model->server_count; i++)
    if (model->servers[i].join && !any_forwards_to(model, (uint32_t)i))
      sj_build_wrong(builder, builder->server_nodes[i], "join", SIZE_MAX, NULL,
                     "`%s.join`: no server forwards to it, so there is nothing to join", model->servers[i].name);
  check_recorded(builder);
  check_closed(builder);
}
