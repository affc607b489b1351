#include "model/metrics.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { SIMULATE = 1, SOLVE = 2, WORD = 4 };

/* What a name ends with, after the component's. "*" stands for the statistics of a time, "#" for a count that also has
 * a ratio and a rate. */
struct entry {
  const char *name;
  unsigned engines;
};
static const struct entry call_entries[] = {{"attempts.#", SIMULATE},
                                            {"timeouts.#", SIMULATE},
                                            {"retries.#", SIMULATE},
                                            {"rejected.#", SIMULATE},
                                            {"late.#", SIMULATE},
                                            {"hedges.#", SIMULATE},
                                            {NULL, 0}};
static const struct entry client_entries[] = {{"latency.mean", SIMULATE | SOLVE},
                                              {"latency.*", SIMULATE},
                                              {"arrivals.#", SIMULATE},
                                              {"completed.#", SIMULATE},
                                              {"failed.#", SIMULATE},
                                              {"unfinished.#", SIMULATE},
                                              {"failed.timeout.#", SIMULATE},
                                              {"failed.refused.#", SIMULATE},
                                              {"failed.error.#", SIMULATE},
                                              {"failed.breaker.#", SIMULATE},
                                              {"failed.budget.#", SIMULATE},
                                              {"failed.deadline.#", SIMULATE},
                                              {"attempts.#", SIMULATE},
                                              {"timeouts.#", SIMULATE},
                                              {"retries.#", SIMULATE},
                                              {"rejected.#", SIMULATE},
                                              {"late.#", SIMULATE},
                                              {"hedges.#", SIMULATE},
                                              {"goodput", SIMULATE | SOLVE},
                                              {NULL, 0}};
static const struct entry recorded_latency_entries[] = {{"recorded.latency.*", SIMULATE}, {NULL, 0}};
static const struct entry recorded_wait_entries[] = {{"recorded.wait.*", SIMULATE}, {NULL, 0}};
static const struct entry server_entries[] = {{"in_system.mean", SIMULATE | SOLVE},
                                              {"in_system.std", SIMULATE | SOLVE},
                                              {"in_system.max", SIMULATE},
                                              {"waiting.mean", SIMULATE | SOLVE},
                                              {"waiting.std", SIMULATE | SOLVE},
                                              {"waiting.max", SIMULATE},
                                              {"sojourn.mean", SIMULATE | SOLVE},
                                              {"sojourn.*", SIMULATE},
                                              {"wait.mean", SIMULATE | SOLVE},
                                              {"wait.*", SIMULATE},
                                              {"service.mean", SIMULATE | SOLVE},
                                              {"service.*", SIMULATE},
                                              {"utilization.mean", SIMULATE | SOLVE},
                                              {"full", SIMULATE | SOLVE},
                                              {"empty", SIMULATE | SOLVE},
                                              {"throughput", SIMULATE | SOLVE},
                                              {"dropped", SIMULATE},
                                              {"growth", SIMULATE},
                                              {"orbit.mean", SIMULATE | SOLVE},
                                              {"orbit.std", SIMULATE | SOLVE},
                                              {"lost.rate", SOLVE},
                                              {"hitting.full_to_empty.mean", SOLVE},
                                              {"hitting.full_to_empty.std", SOLVE},
                                              {"hitting.full_to_no_queue.mean", SOLVE},
                                              {"hitting.full_to_no_queue.std", SOLVE},
                                              {"hitting.full_to_low.mean", SOLVE},
                                              {"hitting.full_to_low.std", SOLVE},
                                              {"hitting.empty_to_high.mean", SOLVE},
                                              {"hitting.empty_to_high.std", SOLVE},
                                              {"hitting.high_to_low.mean", SOLVE},
                                              {"hitting.high_to_low.soonest", SOLVE},
                                              {"hitting.high_to_low.latest", SOLVE},
                                              {"verdict", SOLVE | WORD},
                                              {"verdict.low.requests", SOLVE},
                                              {"verdict.low.share", SOLVE},
                                              {"verdict.low.exit_time", SOLVE},
                                              {"verdict.low.relaxation_time", SOLVE},
                                              {"verdict.high.requests", SOLVE},
                                              {"verdict.high.share", SOLVE},
                                              {"verdict.high.exit_time", SOLVE},
                                              {"verdict.high.relaxation_time", SOLVE},
                                              {"verdict.separation", SOLVE},
                                              {"fault.in_system.mean", SOLVE},
                                              {"fault.orbit.mean", SOLVE},
                                              {"fault.high", SOLVE},
                                              {"recovery.mean", SOLVE},
                                              {"recovery.std", SOLVE},
                                              {NULL, 0}};
static const struct entry batcher_entries[] = {{"batch.count", SIMULATE},
                                               {"batch.requests.*", SIMULATE},
                                               {"batch.bytes.*", SIMULATE},
                                               {"batch.latency.*", SIMULATE},
                                               {"pending.mean", SIMULATE},
                                               {"pending.max", SIMULATE},
                                               {"pending.p95", SIMULATE},
                                               {"current.mean", SIMULATE},
                                               {"current.max", SIMULATE},
                                               {"current.p95", SIMULATE},
                                               {"in_flight.mean", SIMULATE},
                                               {"in_flight.max", SIMULATE},
                                               {"in_flight.p95", SIMULATE},
                                               {"unacknowledged.mean", SIMULATE},
                                               {"unacknowledged.max", SIMULATE},
                                               {"unacknowledged.p95", SIMULATE},
                                               {"retried", SIMULATE},
                                               {"abandoned", SIMULATE},
                                               {"retries[]", SIMULATE},
                                               {"flush.size", SIMULATE},
                                               {"flush.time", SIMULATE},
                                               {"flush.idle", SIMULATE},
                                               {"wait.mean", SIMULATE | SOLVE},
                                               {"wait.*", SIMULATE},
                                               {"sojourn.mean", SIMULATE | SOLVE},
                                               {"sojourn.*", SIMULATE},
                                               {"in_system.mean", SIMULATE | SOLVE},
                                               {"in_system.std", SIMULATE | SOLVE},
                                               {"in_system.max", SIMULATE},
                                               {"received", SIMULATE},
                                               {"received.bytes", SIMULATE},
                                               {"answered", SIMULATE},
                                               {"answered.bytes", SIMULATE},
                                               {"failed", SIMULATE},
                                               {"failed.bytes", SIMULATE},
                                               {"lost", SIMULATE},
                                               {"lost.bytes", SIMULATE},
                                               {"withdrawn", SIMULATE},
                                               {"withdrawn.bytes", SIMULATE},
                                               {"left", SIMULATE},
                                               {"left.bytes", SIMULATE},
                                               {"throughput", SIMULATE | SOLVE},
                                               {"dropped", SIMULATE},
                                               {"growth", SIMULATE},
                                               {NULL, 0}};
static const struct entry sampled_entries[] = {{"pending.mean", SIMULATE},
                                               {"pending.max", SIMULATE},
                                               {"pending.p95", SIMULATE},
                                               {"current.mean", SIMULATE},
                                               {"current.max", SIMULATE},
                                               {"current.p95", SIMULATE},
                                               {"in_flight.mean", SIMULATE},
                                               {"in_flight.max", SIMULATE},
                                               {"in_flight.p95", SIMULATE},
                                               {"unacknowledged.mean", SIMULATE},
                                               {"unacknowledged.max", SIMULATE},
                                               {"unacknowledged.p95", SIMULATE},
                                               {NULL, 0}};
static const struct entry store_entries[] = {{"latency.mean", SIMULATE | SOLVE},
                                             {"latency.*", SIMULATE},
                                             {"in_system.mean", SIMULATE | SOLVE},
                                             {"in_system.std", SIMULATE | SOLVE},
                                             {"in_system.max", SIMULATE},
                                             {"requests", SIMULATE},
                                             {"requests.rate", SIMULATE},
                                             {"failures", SIMULATE},
                                             {"failures.ratio", SIMULATE},
                                             {"failures.rate", SIMULATE},
                                             {"bytes", SIMULATE},
                                             {"bytes.rate", SIMULATE},
                                             {"throughput", SIMULATE | SOLVE},
                                             {"dropped", SIMULATE},
                                             {"growth", SIMULATE},
                                             {NULL, 0}};
static const struct entry per_month_entries[] = {
    {"requests.per_second", SIMULATE}, {"requests.per_month", SIMULATE}, {"bytes.per_month", SIMULATE}, {NULL, 0}};
static const struct entry cost_entries[] = {
    {"cost.per_month", SIMULATE}, {"cost.requests.per_month", SIMULATE}, {"cost.bytes.per_month", SIMULATE}, {NULL, 0}};
static const struct entry api_entries[] = {
    {"sojourn.*", SIMULATE}, {"wait.*", SIMULATE}, {"service.*", SIMULATE}, {NULL, 0}};
static const struct entry global_entries[] = {
    {"spectral_gap", SOLVE},      {"relaxation_time", SOLVE}, {"mixing_time", SOLVE},
    {"mixing_time.bound", SOLVE}, {"spectrum[].re", SOLVE},   {"spectrum[].im", SOLVE},
    {"time_constant[]", 0},       {"settling[].mean", 0},     {"settling[].std", 0},
    {"settling[].bound", 0},      {"error.train", 0},         {"error.test", 0},
    {"training.loss", 0},         {"training.halvings", 0},   {NULL, 0}};
static const struct entry original_entries[] = {{"original.mean_latency", SIMULATE},
                                                {"original.stdev_latency", SIMULATE},
                                                {"original.p50", SIMULATE},
                                                {"original.p90", SIMULATE},
                                                {"original.p99", SIMULATE},
                                                {"original.p99.9", SIMULATE},
                                                {"original.mean_utilization", SIMULATE},
                                                {"original.stdev_utilization", SIMULATE},
                                                {"original.mean_stdev_utilization", SIMULATE},
                                                {"original.p50_utilization_ratio", SIMULATE},
                                                {"original.p90_utilization_ratio", SIMULATE},
                                                {"original.p99_utilization_ratio", SIMULATE},
                                                {"original.p99.9_utilization_ratio", SIMULATE},
                                                {NULL, 0}};
static const char *const statistics[] = {"mean", "std", "min", "max", "p50", "p90", "p95", "p99", "p99.9", NULL};
static const char *const countings[] = {"", "ratio", "rate", NULL};

/* Calls `visit` with each name that `entries` stand for, until it returns false. */
struct visit {
  const char *wanted; /* the name looked for; NULL: none */
  bool simulated_only;
  bool only_wanted; /* pass over the components that `wanted` does not begin with */
  unsigned engines;
  bool found;
  struct sj_text all; /* every name, separated by zero bytes; for the nearest one */
  size_t count;
};

static void take(struct visit *visit, const char *prefix, const char *name, unsigned engines) {
  struct sj_text whole = {0};
  sj_text_add(&whole, "%s%s%s", prefix, *prefix ? "." : "", name);
  if (visit->wanted && !visit->found && !strcmp(whole.data, visit->wanted)) {
    visit->found = true;
    visit->engines = engines;
  }
  if (!visit->simulated_only || (engines & SIMULATE)) {
    sj_text_add_bytes(&visit->all, whole.data, whole.length + 1);
    visit->count++;
  }
  free(whole.data);
}

static void take_entries(struct visit *visit, const char *prefix, const struct entry *entries) {
  for (; entries->name; entries++) {
    const size_t length = strlen(entries->name);
    const char last = entries->name[length - 1];
    if (last != '*' && last != '#') {
      take(visit, prefix, entries->name, entries->engines);
      continue;
    }
    char name[96];
    for (const char *const *part = last == '*' ? statistics : countings; *part; part++) {
      snprintf(name, sizeof name, "%.*s%s", (int)length - (**part ? 1 : 2), entries->name, *part);
      take(visit, prefix, name, entries->engines);
    }
  }
}

static void take_store(struct visit *visit, const struct sj_model *model, const char *prefix) {
  take_entries(visit, prefix, store_entries);
  if (!isnan(model->seconds)) take_entries(visit, prefix, per_month_entries);
  if (model->price.given) take_entries(visit, prefix, cost_entries);
}

static void take_server(struct visit *visit, const struct sj_model *model, const char *prefix,
                        const struct sj_server *server) {
  if (server->kind == SJ_STORE) {
    take_store(visit, model, prefix);
    return;
  }
  if (server->kind == SJ_BATCHER) {
    take_entries(visit, prefix, batcher_entries);
    return;
  }
  take_entries(visit, prefix, server_entries);
  for (size_t i = 0; server->api_count > 1 && i < server->api_count; i++) {
    char *const inner = sj_format("%s.%s", prefix, server->apis[i].name);
    take_entries(visit, inner, api_entries);
    free(inner);
  }
}

static void take_client(struct visit *visit, const char *prefix, const struct sj_client *client) {
  take_entries(visit, prefix, client_entries);
  take_entries(visit, prefix, call_entries);
  if (!client->arrivals.trace) return;
  const struct sj_trace_summary *const summary = sj_trace_summary_of(client->arrivals.trace);
  if (summary->has_latency) take_entries(visit, prefix, recorded_latency_entries);
  if (summary->has_wait) take_entries(visit, prefix, recorded_wait_entries);
}

/* The number in the first brackets of `name`, which are left empty in `plain`. -1: there are none. */
static bool without_number(const char *name, char **plain, char number[32]) {
  const char *const open = strchr(name, '['), *const close = open ? strchr(open, ']') : NULL;
  number[0] = 0;
  if (!open) {
    *plain = sj_copy_string(name);
    return true;
  }
  if (!close || close == open + 1 || close - open > 30) return false;
  memcpy(number, open + 1, (size_t)(close - open - 1));
  number[close - open - 1] = 0;
  *plain = sj_format("%.*s[]%s", (int)(open - name), name, close + 1);
  return true;
}

static bool is_index(const char *number) { return *number && strspn(number, "0123456789") == strlen(number); }

/* What a server's own calls did, and what happened to the stages of a pipeline that were sent to it. */
static void take_calls(struct visit *visit, const struct sj_server *server, bool stage) {
  bool calls = false;
  for (size_t i = 0; i < server->api_count; i++) {
    calls = calls || (server->apis[i].call_count && !server->apis[i].forward);
    stage = stage || server->apis[i].forward;
  }
  char *prefix = sj_format("%s.calls", server->name);
  if (calls) take_entries(visit, prefix, call_entries);
  free(prefix);
  prefix = sj_format("%s.stage", server->name);
  if (stage) take_entries(visit, prefix, call_entries);
  free(prefix);
}

/* Which servers are forwarded to. */
static bool *mark_stages(const struct sj_model *model) {
  bool *const marks = sj_allocate_array(model->server_count, sizeof *marks);
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t j = 0; j < model->servers[i].api_count; j++) {
      const struct sj_api *const api = &model->servers[i].apis[j];
      for (size_t k = 0; api->forward && k < api->call_count; k++)
        for (size_t t = 0; t < api->calls[k].target_count; t++) marks[api->calls[k].targets[t].server] = true;
    }
  return marks;
}

/* Is the wanted name of this component? Where not all names are wanted the others need no look. */
static bool concerns(const struct visit *visit, const char *component) {
  if (!visit->only_wanted) return true;
  const size_t length = strlen(component);
  return !strncmp(visit->wanted, component, length) && strchr(".[", visit->wanted[length]);
}

static void collect(struct visit *visit, const struct sj_model *model) {
  take_entries(visit, "", global_entries);
  if (model->original.given) take_entries(visit, "", original_entries);
  for (size_t i = 0; i < model->client_count; i++) {
    const struct sj_client *const client = &model->clients[i];
    if (!concerns(visit, client->name)) continue;
    take_client(visit, client->name, client);
    if (!client->pool) continue;
    char *const member = sj_format("%s[]", client->name);
    take_client(visit, member, client);
    free(member);
  }
  bool *const stages = mark_stages(model);
  for (size_t i = 0; i < model->server_count; i++) {
    const struct sj_server *const server = &model->servers[i];
    if (server->batcher.sample_every > 0) take_entries(visit, "original", sampled_entries);
    if (!concerns(visit, server->name)) continue;
    take_server(visit, model, server->name, server);
    take_calls(visit, server, stages[i]);
    if (!server->pool) continue;
    char *const member = sj_format("%s[]", server->name);
    take_server(visit, model, member, server);
    free(member);
  }
  free(stages);
}

static enum sj_status unknown(const struct visit *visit, const char *name, struct sj_error *error) {
  const char **const names = sj_allocate_array(visit->count + 1, sizeof *names);
  const char *at = visit->all.data;
  for (size_t i = 0; i < visit->count; i++) {
    names[i] = at;
    at += strlen(at) + 1;
  }
  const char *const nearest = sj_nearest(visit->wanted, names);
  if (nearest)
    sj_error_set(error, SJ_INVALID, "there is no metric `%.100s`; did you mean `%s`?", name, nearest);
  else
    sj_error_set(error, SJ_INVALID, "there is no metric `%.100s`", name);
  free(names);
  return SJ_INVALID;
}

/* The members that a pool named in front of "[]" has; 0 if it is none. */
static uint32_t members_of(const struct sj_model *model, const char *plain) {
  const size_t length = strcspn(plain, "[");
  for (size_t i = 0; i < model->client_count; i++)
    if (strlen(model->clients[i].name) == length && !memcmp(model->clients[i].name, plain, length))
      return model->clients[i].pool ? model->clients[i].count : 0;
  for (size_t i = 0; i < model->server_count; i++)
    if (strlen(model->servers[i].name) == length && !memcmp(model->servers[i].name, plain, length))
      return model->servers[i].pool ? model->servers[i].count : 0;
  return 0;
}

/* The k of "BATCHER.retries[k]" goes from 1 to the batcher's retries. False, with a message, if it does not. */
static bool check_retry(const struct sj_model *model, const char *plain, const char *number, const char *name,
                        struct sj_error *error) {
  for (size_t i = 0; i < model->server_count; i++) {
    const struct sj_server *const server = &model->servers[i];
    const size_t length = strlen(server->name);
    if (server->kind != SJ_BATCHER || strncmp(server->name, plain, length) != 0 ||
        strcmp(plain + length, ".retries[]") != 0)
      continue;
    const uint32_t most = sj_batcher_retry_metrics(server);
    const unsigned long k = strtoul(number, NULL, 10);
    if (k >= 1 && k <= most) return true;
    if (most)
      sj_error_set(error, SJ_INVALID, "there is no metric `%.100s`: `%s` has the retries 1 to %u", name, server->name,
                   most);
    else
      sj_error_set(error, SJ_INVALID, "there is no metric `%.100s`: `%s` makes no retries", name, server->name);
    return false;
  }
  return true;
}

enum sj_status sj_metric_check(const struct sj_model *model, const char *name, bool *simulate, bool *solve,
                               struct sj_error *error) {
  char *plain = NULL;
  char number[32];
  *simulate = *solve = false;
  if (!without_number(name, &plain, number))
    return sj_error_set(error, SJ_INVALID, "there is no metric `%.100s`", name);
  struct visit visit = {.wanted = plain, .only_wanted = true};
  collect(&visit, model);
  if (!visit.found) { /* all of them, for the nearest */
    free(visit.all.data);
    visit = (struct visit){.wanted = plain};
    collect(&visit, model);
  }
  enum sj_status status = SJ_OK;
  const uint32_t members = *number ? members_of(model, plain) : 0;
  if (!visit.found)
    status = unknown(&visit, name, error);
  else if (visit.engines & WORD)
    status = sj_error_set(error, SJ_INVALID, "`%.100s` is a word, only numbers can be compared", name);
  else if (*number && strncmp(plain, "settling", 8) != 0 && !is_index(number))
    status = sj_error_set(error, SJ_INVALID, "there is no metric `%.100s`: expected a number in brackets", name);
  else if (members && strtoul(number, NULL, 10) >= members)
    status = sj_error_set(error, SJ_INVALID, "there is no metric `%.100s`: the pool has the members 0 to %u", name,
                          members - 1);
  else if (!check_retry(model, plain, number, name, error))
    status = SJ_INVALID;
  *simulate = visit.engines & SIMULATE;
  *solve = visit.engines & SOLVE;
  free(visit.all.data);
  free(plain);
  return status;
}

char *sj_metric_names(const struct sj_model *model, size_t *count) {
  struct visit visit = {.simulated_only = true};
  collect(&visit, model);
  *count = visit.count;
  return visit.all.data;
}
