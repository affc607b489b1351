/* Making and ending callers, and what changes in them when a fault sets a figure. */
#include <math.h>
#include <stdlib.h>

#include "simulate/balancing.h"
#include "simulate/engine.h"
#include "simulate/link.h"

static bool draw_subset(const struct engine *engine, const struct caller *caller, const struct sj_call *spec,
                        size_t target, struct subset *subset) {
  const uint32_t count = engine->servers[spec->targets[target].server].count;
  if (spec->subset == 0 || (spec->subset >= count && !spec->subset_replacement)) return true;
  subset->members = calloc(spec->subset_replacement || spec->subset > count ? spec->subset : count, sizeof(uint32_t));
  if (!subset->members) return false;
  subset->count = spec->subset;
  struct sj_stream stream = stream_of(caller->keys[KEY_SUBSET], lineage_below(caller->member, target));
  if (spec->subset_replacement) {
    for (uint32_t i = 0; i < spec->subset; i++) subset->members[i] = (uint32_t)sj_stream_below(&stream, count);
    return true;
  }
  /* The first `subset` places of a random permutation (Fisher and Yates). */
  for (uint32_t i = 0; i < count; i++) subset->members[i] = i;
  for (uint32_t i = 0; i < spec->subset; i++) {
    const uint32_t j = i + (uint32_t)sj_stream_below(&stream, count - i);
    const uint32_t member = subset->members[j];
    subset->members[j] = subset->members[i];
    subset->members[i] = member;
  }
  return true;
}

static bool draw_subsets(struct engine *engine, struct caller *caller, const struct sj_call *spec) {
  if (spec->subset == 0) return true;
  caller->subsets = calloc(spec->target_count, sizeof *caller->subsets);
  if (!caller->subsets) return false;
  for (size_t t = 0; t < spec->target_count; t++)
    if (!draw_subset(engine, caller, spec, t, &caller->subsets[t])) return false;
  return true;
}

static void draw_laws(struct engine *engine, struct caller *caller, const struct sj_call *spec) {
  const uint64_t number = (uint64_t)caller->member * 4;
  caller->timeout = sj_member_law(engine, &spec->timeout, caller->keys[KEY_LAW], number, &caller->owned_timeout);
  caller->timeout_constant = caller->timeout && caller->timeout->kind == SJ_CONSTANT;
}

/* Whether the request of some target becomes a flow. */
static bool any_flow(const struct engine *engine, const struct sj_call *spec) {
  for (size_t t = 0; t < spec->target_count; t++) {
    const struct sj_server *const server = engine->servers[spec->targets[t].server].spec;
    if (server->apis[spec->targets[t].api].forward || server->join) return true;
  }
  return sj_law_given(&spec->stage_timeout);
}

/* Whether nothing is between caller and server, and nothing watches. */
static bool goes_straight(const struct engine *engine, const struct caller *caller, const struct sj_call *spec) {
  const bool batches = caller->server && caller->server->batcher;
  return !caller->is_stage && !batches && !sj_law_given(&spec->timeout) && spec->deadline == INFINITY &&
         spec->connections == 0 && !spec->hedge.given && !spec->breaker.given && !spec->network.given &&
         !caller->stage && engine->cuts == 0;
}

/* Whether a server looks at no more of an attempt than its times, its priority and what it calls, and whoever picks
 * the server keeps nothing for a request. */
static bool is_brief(const struct engine *engine, const struct caller *caller, const struct sj_call *spec) {
  const struct sj_server *const server = engine->servers[spec->targets[0].server].spec;
  return spec->target_count == 1 && server->kind == SJ_SERVER && server->cold_start == 0 && !engine->listed &&
         !engine->csv && (caller->only || !(sj_policy_needs(&spec->policy) & SJ_NEEDS_ERRANDS));
}

static void decide_ways(const struct engine *engine, struct caller *caller, const struct sj_call *spec) {
  const bool straight = goes_straight(engine, caller, spec);
  caller->direct = straight && caller->only;
  caller->brief = straight && is_brief(engine, caller, spec);
}

static void fill_stage_spec(struct caller *caller, const struct sj_call *spec) {
  *caller->stage_spec = (struct sj_call){.targets = spec->targets,
                                         .target_count = spec->target_count,
                                         .timeout = spec->stage_timeout,
                                         .retries = spec->stage_retries,
                                         .deadline = INFINITY,
                                         .subset = spec->subset,
                                         .subset_replacement = spec->subset_replacement,
                                         .policy = spec->policy,
                                         .until_served = spec->until_served,
                                         .cancel = spec->cancel,
                                         .priority = spec->priority,
                                         .priority_given = spec->priority_given,
                                         .wait = true,
                                         .line = spec->line};
}

/* An entry of `forward`: its timeout and retries are those of the stage. */
static void fill_entry_spec(struct caller *caller, const struct sj_call *spec) {
  *caller->stage_spec = *spec;
  caller->stage_spec->timeout = spec->stage_timeout;
  caller->stage_spec->retries = spec->stage_retries;
}

static bool create(struct engine *engine, struct caller *caller, const struct sj_call *spec);

/* How the first stage of a pipeline is called on behalf of `caller`. */
static bool make_stage(struct engine *engine, struct caller *caller, const struct sj_call *spec) {
  caller->stage_spec = calloc(1, sizeof *caller->stage_spec);
  struct caller *const stage = calloc(1, sizeof *stage);
  if (!caller->stage_spec || !stage) {
    free(stage);
    return false;
  }
  fill_stage_spec(caller, spec);
  stage->client = caller->client;
  stage->server = caller->server;
  stage->member = caller->member;
  stage->counts = &engine->servers[spec->targets[0].server].stages;
  stage->keys = caller->keys;
  stage->is_stage = true;
  stage->guard = caller;
  caller->stage = stage;
  return create(engine, stage, caller->stage_spec);
}

static bool create(struct engine *engine, struct caller *caller, const struct sj_call *spec) {
  caller->spec = spec;
  if (!caller->guard) caller->guard = caller;
  caller->tokens = spec->retry_budget.given ? spec->retry_budget.capacity : 0;
  if (spec->target_count == 1 && engine->servers[spec->targets[0].server].count == 1 &&
      !caller->guard->spec->breaker.given)
    caller->only = &engine->servers[spec->targets[0].server].members[0];
  caller->only_api = (uint16_t)spec->targets[0].api;
  draw_laws(engine, caller, spec);
  if (!draw_subsets(engine, caller, spec) || !sj_link_create(engine, caller)) return false;
  if (spec->breaker.given && !sj_breakers_create(engine, caller)) return false;
  if (spec->hedge.given && !sj_hedging_create(caller)) return false;
  if (!caller->is_stage && any_flow(engine, spec) && !make_stage(engine, caller, spec)) return false;
  decide_ways(engine, caller, spec);
  return true;
}

bool sj_caller_create(struct engine *engine, struct caller *caller, const struct sj_call *spec) {
  if (!caller->is_stage) return create(engine, caller, spec);
  caller->stage_spec = calloc(1, sizeof *caller->stage_spec);
  if (!caller->stage_spec) return false;
  fill_entry_spec(caller, spec);
  return create(engine, caller, caller->stage_spec);
}

void sj_caller_destroy(struct engine *engine, struct caller *caller) {
  if (caller->stage) sj_caller_destroy(engine, caller->stage);
  free(caller->stage);
  if (caller->subsets)
    for (size_t t = 0; t < caller->spec->target_count; t++) free(caller->subsets[t].members);
  free(caller->subsets);
  sj_balancing_destroy(caller);
  sj_breakers_destroy(engine, caller);
  sj_hedging_destroy(caller);
  sj_distribution_destroy(caller->owned_timeout);
  sj_link_destroy(caller);
  sj_work_forget_caller(caller);
  free(caller->stage_spec);
}

static void change(struct engine *engine, struct caller *caller, const struct sj_call *spec) {
  const struct sj_token_bucket *const before = &caller->spec->retry_budget;
  if (before->given) caller->tokens = sj_bucket_tokens(before, caller->tokens, &caller->tokens_at, engine->now);
  const bool constant = caller->timeout_constant;
  const double timeout = constant ? caller->timeout->location : 0;
  const struct sj_link link = caller->spec->network;
  caller->spec = spec;
  draw_laws(engine, caller, spec);
  sj_link_changed(engine, caller, &link);
  /* With another timeout the order of sending is not that of expiring any more. */
  if (!constant || !caller->timeout_constant || caller->timeout->location != timeout) caller->mixed_timeouts = true;
  if (caller->mixed_timeouts) caller->timeout_constant = false;
  if (caller->stage) {
    fill_stage_spec(caller, spec);
    change(engine, caller->stage, caller->stage_spec);
  }
  decide_ways(engine, caller, spec);
}

void sj_caller_changed(struct engine *engine, struct caller *caller, const struct sj_call *spec) {
  if (caller->is_stage) {
    fill_entry_spec(caller, spec);
    spec = caller->stage_spec;
  }
  change(engine, caller, spec);
}
