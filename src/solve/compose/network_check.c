/* What has no exact chain at all, by name and line. */
#include <math.h>

#include "solve/compose/network.h"

static const char not_phase_type[] = "a time that is not phase-type";

static void check_call(struct network *network, const struct sj_call *call, const char *name, bool batcher) {
  const int line = call->line;
  if (sj_law_given(&call->timeout) || sj_law_given(&call->stage_timeout))
    sj_network_obstacle(network, line, "timeout of `%s`: %s", name, not_phase_type);
  if (call->deadline < INFINITY) sj_network_obstacle(network, line, "deadline of `%s`: %s", name, not_phase_type);
  if (call->hedge.given) sj_network_obstacle(network, line, "hedge of `%s`: %s", name, not_phase_type);
  if (call->breaker.given)
    sj_network_obstacle(network, line, "circuit breaker of `%s`: it remembers a window of time", name);
  if (call->subset > 0)
    sj_network_obstacle(network, line, "subset of `%s`: drawn once a run, a chain has no runs", name);
  if (call->connections > 0)
    sj_network_obstacle(network, line, "connections of `%s`: requests that wait in a client are not in this version",
                        name);
  if (call->network.given)
    sj_network_obstacle(network, line, "network of `%s`: messages on their way are not in this version", name);
  const bool retries = call->retries > 0 || call->stage_retries > 0;
  if (retries && call->retry_budget.given)
    sj_network_obstacle(network, line, "retry budget of `%s`: it fills evenly, not at random", name);
  if (batcher && call->retries > 0)
    sj_network_obstacle(network, line, "retries of batches of `%s` are not in this version", name);
}

static void check_client(struct network *network, const struct sj_client *client) {
  static const char *const names[] = {
      [SJ_ARRIVALS_PIECEWISE] = "piecewise", [SJ_ARRIVALS_SPREAD] = "spread", [SJ_ARRIVALS_TRACE] = "trace"};
  check_call(network, &client->call, client->name, false);
  switch (client->arrivals.kind) {
    case SJ_ARRIVALS_PIECEWISE:
    case SJ_ARRIVALS_SPREAD:
    case SJ_ARRIVALS_TRACE:
      sj_network_obstacle(network, client->line, "`%s` arrivals of `%s`: they have no steady state",
                          names[client->arrivals.kind], client->name);
      break;
    default:
      break;
  }
}

static void check_batcher(struct network *network, const struct sj_server *server) {
  const struct sj_batcher *const batcher = &server->batcher;
  if (batcher->timer_rounds || batcher->timer_forgets || batcher->one_batch_per_answer || batcher->retry_polls > 0 ||
      batcher->abandoned_vanish)
    sj_network_obstacle(network, server->line, "`%s`: a batcher with flaws has no exact chain in this version",
                        server->name);
  if (batcher->ordered && batcher->in_flight != 1)
    sj_network_obstacle(network, server->line, "`%s`: the order of batches on the way is not in this version",
                        server->name);
}

static void check_server(struct network *network, const struct sj_server *server) {
  const int line = server->line;
  if (server->threads.member || (server->threads.fixed && sj_distribution_is_random(server->threads.fixed)))
    sj_network_obstacle(network, line, "threads of `%s`: drawn once a run, a chain has no runs", server->name);
  if (server->replace_rate > 0)
    sj_network_obstacle(network, line, "replace of `%s`: members that are replaced are not in this version",
                        server->name);
  if (server->join)
    sj_network_obstacle(network, line, "join of `%s`: a request that comes together again is not in this version",
                        server->name);
  const bool refuses = server->capacity < INFINITY || server->admission_count > 0;
  if (server->refuse_silent && refuses)
    sj_network_obstacle(network, line, "`%s` refuses in silence, and nobody has a timeout: callers would wait for ever",
                        server->name);
  for (size_t i = 0; i < server->admission_count; i++)
    if (server->admissions[i].kind == SJ_ADMIT_CODEL)
      sj_network_obstacle(network, line, "`codel` of `%s`: it goes by how long each request has waited", server->name);
  if (server->kind == SJ_BATCHER) check_batcher(network, server);
  for (size_t a = 0; a < server->api_count; a++)
    for (size_t c = 0; c < server->apis[a].call_count; c++)
      check_call(network, &server->apis[a].calls[c], server->name, server->kind == SJ_BATCHER);
}

void sj_network_check(struct network *network) {
  const struct sj_model *const model = network->model;
  if (model->quantum > 0)
    sj_network_obstacle(network, 1, "`quantum`: discrete time, chains here are in continuous time");
  for (size_t i = 0; i < model->client_count; i++) check_client(network, &model->clients[i]);
  for (size_t i = 0; i < model->server_count; i++) check_server(network, &model->servers[i]);
}
