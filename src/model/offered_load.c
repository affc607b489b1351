/* How much each server is offered: its own work, and the time for which its threads are held for calls. */
#include <math.h>
#include <stdlib.h>

#include "model/build.h"
#include "model/graph.h"

static double recorded_mean(const struct sj_client *client) {
  return client->arrivals.trace ? sj_trace_summary_of(client->arrivals.trace)->service_mean : NAN;
}

static double known(double x) { return x > 0 ? x : 0; }
static double known_mean(const struct sj_model *model, const struct sj_law *law) {
  return known(sj_law_mean(model, law, NAN));
}

/* What a request of one client takes at each api where nothing waits; what is not known counts as 0. */
struct times {
  const struct sj_model *model;
  const struct sj_graph *graph;
  double recorded, bytes;
  double *answer; /* [node]: until its answer */
  double *held;   /* [node]: of that, a thread held for calls */
};

/* One attempt, no longer than its timeout. */
static double call_time(const struct times *t, const struct sj_call *call) {
  double weights = 0, sum = 0;
  for (size_t i = 0; i < call->target_count; i++) {
    const struct sj_target *const target = &call->targets[i];
    weights += target->weight;
    sum += target->weight * t->answer[t->graph->base[target->server] + target->api];
  }
  double time = weights > 0 ? sum / weights : 0;
  const struct sj_link *const link = &call->network;
  if (link->given)
    time += known_mean(t->model, &link->rtt) + 2 * known_mean(t->model, &link->one_way) + link->per_byte * t->bytes;
  const double timeout = known_mean(t->model, &call->timeout);
  return timeout > 0 ? fmin(time, timeout) : time;
}

/* Those whom it calls come first. */
static void find_times(struct times *t, size_t node) {
  const struct sj_server *const server = &t->model->servers[t->graph->server[node]];
  const struct sj_api *const api = &server->apis[t->graph->api[node]];
  const double work = known(sj_law_mean(t->model, &api->work, t->recorded)) / server->speed;
  double all = 0, longest = 0;
  for (size_t i = 0; i < api->call_count; i++) {
    if (!api->calls[i].wait) continue;
    const double time = call_time(t, &api->calls[i]);
    all += time;
    longest = fmax(longest, time);
  }
  const double calls = api->parallel ? longest : all;
  t->answer[node] = work + (server->kind == SJ_STORE ? server->store.per_byte * t->bytes : calls);
  t->held[node] = server->kind != SJ_SERVER || server->async || api->forward ? 0 : calls;
}

/* The client's highest rate, as a multiple of its mean. */
static double peak_of(const struct sj_client *client, double duration) {
  const struct sj_arrivals *const arrivals = &client->arrivals;
  double most = 0;
  if (arrivals->kind != SJ_ARRIVALS_PIECEWISE) return 1;
  for (size_t i = 0; i < arrivals->piece_count; i++)
    if (arrivals->from[i] < duration) most = fmax(most, arrivals->rates[i]);
  return most * (client->per_client ? client->count : 1) / arrivals->mean_rate;
}

static void add_client(struct times *t, const struct sj_client *client, double *visits, struct sj_offered_load *load) {
  const double rate = client->arrivals.mean_rate, peak = peak_of(client, t->model->run.duration);
  t->recorded = recorded_mean(client);
  t->bytes = known_mean(t->model, &client->size);
  sj_graph_visits(t->model, t->graph, &client->call, visits);
  for (size_t i = t->graph->count; i-- > 0;) find_times(t, t->graph->order[i]);
  for (size_t j = 0; j < t->graph->count; j++) {
    if (visits[j] <= 0 || rate <= 0) continue;
    const struct sj_server *const server = &t->model->servers[t->graph->server[j]];
    struct sj_offered_load *const of = &load[t->graph->server[j]];
    const double work = sj_law_mean(t->model, &server->apis[t->graph->api[j]].work, t->recorded) / server->speed;
    of->work += rate * visits[j] * work;
    of->held += rate * visits[j] * t->held[j];
    of->peak += rate * peak * visits[j] * (work + t->held[j]);
  }
}

struct sj_offered_load *sj_model_offered_load(const struct sj_model *model) {
  struct sj_offered_load *const load = sj_allocate_array(model->server_count, sizeof *load);
  struct sj_graph graph;
  sj_graph_create(model, &graph);
  double *const visits = sj_allocate_array(graph.count, sizeof *visits);
  struct times times = {.model = model,
                        .graph = &graph,
                        .answer = sj_allocate_array(graph.count, sizeof(double)),
                        .held = sj_allocate_array(graph.count, sizeof(double))};
  for (size_t i = 0; i < model->client_count; i++) add_client(&times, &model->clients[i], visits, load);
  for (size_t i = 0; i < model->server_count; i++) {
    const struct sj_server *const server = &model->servers[i];
    /* What is no server has no threads that could be busy. */
    const double threads =
        server->kind == SJ_SERVER ? server->count * sj_law_threads_mean(model, &server->threads) : (double)NAN;
    load[i].work /= threads;
    load[i].held /= threads;
    load[i].peak /= threads;
  }
  free(visits);
  free(times.answer);
  free(times.held);
  sj_graph_clear(&graph);
  return load;
}
