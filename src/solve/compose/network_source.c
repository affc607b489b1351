/* Where requests come from. Poisson clients that do the same are one: which of them a request is of is then
 * independent of everything else, and follows from their rates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "solve/compose/network.h"

bool sj_policy_is_blind(const struct sj_policy *policy) {
  return policy->kind == SJ_POLICY_RANDOM || policy->kind == SJ_POLICY_PICK_FIRST;
}

static bool picks_alone(const struct network *network, const struct sj_call *call) {
  for (size_t t = 0; t < call->target_count; t++)
    if (network->parts[call->targets[t].server].members > 1) return false;
  return true;
}

/* Its choice goes by what the caller has out there. */
static bool sees_own(const struct network *network, const struct sj_call *call) {
  if (picks_alone(network, call)) return false;
  const struct sj_policy *const policy = &call->policy;
  switch (policy->kind) {
    case SJ_POLICY_JOIN_SHORTEST_QUEUE:
      return !policy->sees_servers;
    case SJ_POLICY_LEAST_COST:
    case SJ_POLICY_POWER_OF_CHOICES:
      return policy->cost.kind != SJ_COST_ACTUAL;
    case SJ_POLICY_LEAST_REQUESTS:
      return true;
    default:
      return false;
  }
}

/* The caller remembers something of its own: whose turn it is, or what it has out there. */
static bool remembers(const struct network *network, const struct sj_call *call) {
  if (picks_alone(network, call)) return false;
  return call->policy.kind == SJ_POLICY_ROUND_ROBIN || sees_own(network, call);
}

static bool same_targets(const struct network *network, const struct sj_call *a, const struct sj_call *b) {
  if (a->target_count != b->target_count) return false;
  double total_a = 0, total_b = 0;
  for (size_t t = 0; t < a->target_count; t++) {
    total_a += a->targets[t].weight;
    total_b += b->targets[t].weight;
  }
  for (size_t t = 0; t < a->target_count; t++) {
    const struct sj_target *const x = &a->targets[t], *const y = &b->targets[t];
    if (x->server != y->server || x->weight / total_a != y->weight / total_b) return false;
    const uint32_t *const like = network->parts[x->server].api_like;
    if (like[x->api] != like[y->api]) return false;
  }
  return true;
}

static bool same_calls(const struct network *network, const struct sj_call *a, const struct sj_call *b) {
  if (!same_targets(network, a, b) || a->retries != b->retries || a->priority != b->priority) return false;
  if (remembers(network, a) || remembers(network, b)) return false;
  if (picks_alone(network, a)) return true;
  const struct sj_policy *const x = &a->policy, *const y = &b->policy;
  return x->kind == y->kind && x->choices == y->choices &&
         (sj_policy_is_blind(x) || x->kind == SJ_POLICY_JOIN_SHORTEST_QUEUE ||
          memcmp(&x->cost, &y->cost, sizeof x->cost) == 0);
}

static double poisson_rate(const struct sj_client *client) {
  return client->arrivals.rate * (client->per_client ? client->count : 1);
}

/* Adds the client to a source that is like it, if there is one. */
static bool merge(struct network *network, uint32_t index) {
  const struct sj_client *const client = &network->model->clients[index];
  if (client->arrivals.kind != SJ_ARRIVALS_POISSON) return false;
  for (size_t s = 0; s < network->source_count; s++) {
    struct source *const source = &network->sources[s];
    if (source->client->arrivals.kind != SJ_ARRIVALS_POISSON) continue;
    if (!same_calls(network, &source->client->call, &client->call)) continue;
    const double before = source->phases.exit[0], more = poisson_rate(client), all = before + more;
    for (size_t i = 0; i < source->client_count && all > 0; i++) source->shares[i] *= before / all;
    source->clients = sj_reallocate_array(source->clients, source->client_count + 1, sizeof *source->clients);
    source->shares = sj_reallocate_array(source->shares, source->client_count + 1, sizeof *source->shares);
    source->clients[source->client_count] = index;
    source->shares[source->client_count++] = all > 0 ? more / all : 0;
    source->phases.exit[0] = all;
    return true;
  }
  return false;
}

static void make_modulated(struct source *source, size_t count, const double *rates, const double *transitions) {
  struct sj_phases *const p = &source->phases;
  source->modulated = true;
  *p = (struct sj_phases){.count = count};
  p->start = sj_allocate_array(count, sizeof *p->start);
  p->exit = sj_allocate_array(count, sizeof *p->exit);
  p->rate = sj_allocate_array(count * count, sizeof *p->rate);
  p->start[0] = 1;
  memcpy(p->exit, rates, count * sizeof *p->exit);
  for (size_t i = 0; i < count * count && transitions; i++)
    if (i / count != i % count) p->rate[i] = transitions[i];
}

static void make_phases(struct network *network, struct source *source) {
  const struct sj_client *const client = source->client;
  const struct sj_arrivals *const arrivals = &client->arrivals;
  char what[128];
  switch (arrivals->kind) {
    case SJ_ARRIVALS_POISSON: {
      const double rate = poisson_rate(client);
      make_modulated(source, 1, &rate, NULL);
      return;
    }
    case SJ_ARRIVALS_MMPP:
      make_modulated(source, arrivals->state_count, arrivals->rates, arrivals->transitions);
      return;
    case SJ_ARRIVALS_CLOSED:
      source->closed = true;
      snprintf(what, sizeof what, "think time of `%s`", client->name);
      break;
    default:
      snprintf(what, sizeof what, "interval of `%s`", client->name);
      break;
  }
  sj_network_law(network, &arrivals->interval, client->line, what, &source->phases);
  if (!source->closed && source->phases.at_once > 0)
    sj_network_obstacle(network, client->line, "%s: it may be 0", what);
}

/* Each of its members has arrivals of its own, which are more than one Poisson process. */
static bool is_apart(const struct sj_client *client) {
  return client->per_client && client->count > 1 && client->arrivals.kind != SJ_ARRIVALS_POISSON;
}

static void make_source(struct network *network, uint32_t index, uint32_t member_copies) {
  const struct sj_client *const client = &network->model->clients[index];
  struct source *const source = &network->sources[network->source_count++];
  *source = (struct source){.client = client, .client_count = 1, .copies = 1, .member_count = 1};
  source->clients = sj_allocate_array(1, sizeof *source->clients);
  source->shares = sj_allocate_array(1, sizeof *source->shares);
  source->clients[0] = index;
  source->shares[0] = 1;
  make_phases(network, source);
  if (source->closed) source->copies = client->arrivals.population;
  source->copies *= member_copies;
  if (!remembers(network, &client->call) || is_apart(client)) return;
  source->member_count = client->count;
  source->members_differ = sees_own(network, &client->call);
}

/* A pool whose members have arrivals of their own are as many copies of a source; or, where each member remembers
 * something, as many sources. */
static void make_sources(struct network *network, uint32_t index) {
  const struct sj_client *const client = &network->model->clients[index];
  const bool apart = is_apart(client), remember = remembers(network, &client->call);
  const uint32_t first = (uint32_t)network->source_count;
  for (uint32_t i = 0; i < (apart && remember ? client->count : 1); i++) {
    make_source(network, index, apart && !remember ? client->count : 1);
    struct source *const source = &network->sources[first + i];
    source->account = source->closed || sees_own(network, &client->call) ? first + i : first;
  }
}

static size_t most_sources(const struct sj_model *model) {
  size_t count = 0;
  for (size_t i = 0; i < model->client_count; i++) count += model->clients[i].per_client ? model->clients[i].count : 1;
  return count;
}

void sj_network_sources(struct network *network) {
  const struct sj_model *const model = network->model;
  network->sources = sj_allocate_array(most_sources(model), sizeof *network->sources);
  for (size_t i = 0; i < model->client_count; i++)
    if (!merge(network, (uint32_t)i)) make_sources(network, (uint32_t)i);
}
