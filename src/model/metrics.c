#include "model/metrics.h"

#include <ctype.h>
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
static const struct entry recorded_entries[] = {
    {"recorded.latency.*", SIMULATE}, {"recorded.wait.*", SIMULATE}, {NULL, 0}};
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
                                              {"dropped.#", SIMULATE},
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
                                              {NULL, 0}};
static const struct entry api_entries[] = {
    {"sojourn.*", SIMULATE}, {"wait.*", SIMULATE}, {"service.*", SIMULATE}, {NULL, 0}};
static const struct entry global_entries[] = {
    {"spectral_gap", SOLVE},  {"relaxation_time", SOLVE}, {"mixing_time", SOLVE}, {"mixing_time.bound", SOLVE},
    {"spectrum[].re", SOLVE}, {"spectrum[].im", SOLVE},   {"time_constant[]", 0}, {"settling[].mean", 0},
    {"settling[].std", 0},    {"error.train", 0},         {"error.test", 0},      {NULL, 0}};
static const char *const statistics[] = {"mean", "std", "min", "max", "p50", "p90", "p95", "p99", "p99.9", NULL};
static const char *const countings[] = {"", "ratio", "rate", NULL};

/* Calls `visit` with each name that `entries` stand for, until it returns false. */
struct visit {
  const char *wanted; /* the name looked for */
  unsigned engines;
  bool found;
  struct sj_text all; /* every name, separated by zero bytes; for the nearest one */
  size_t count;
};

static void take(struct visit *visit, const char *prefix, const char *name, unsigned engines) {
  struct sj_text whole = {0};
  sj_text_add(&whole, "%s%s%s", prefix, *prefix ? "." : "", name);
  if (!visit->found && !strcmp(whole.data, visit->wanted)) {
    visit->found = true;
    visit->engines = engines;
  }
  sj_text_add_bytes(&visit->all, whole.data, whole.length + 1);
  visit->count++;
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

static void take_server(struct visit *visit, const char *prefix, const struct sj_server *server) {
  take_entries(visit, prefix, server_entries);
  for (size_t i = 0; i < server->api_count; i++) {
    if (!server->apis[i].name) continue;
    char *const inner = sj_format("%s.%s", prefix, server->apis[i].name);
    take_entries(visit, inner, api_entries);
    free(inner);
  }
}

static void take_client(struct visit *visit, const char *prefix, const struct sj_client *client) {
  take_entries(visit, prefix, client_entries);
  if (client->arrivals.kind == SJ_ARRIVALS_TRACE) take_entries(visit, prefix, recorded_entries);
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

static void collect(struct visit *visit, const struct sj_model *model) {
  take_entries(visit, "", global_entries);
  for (size_t i = 0; i < model->client_count; i++) {
    take_client(visit, model->clients[i].name, &model->clients[i]);
    if (!model->clients[i].pool) continue;
    char *const member = sj_format("%s[]", model->clients[i].name);
    take_client(visit, member, &model->clients[i]);
    free(member);
  }
  for (size_t i = 0; i < model->server_count; i++) {
    take_server(visit, model->servers[i].name, &model->servers[i]);
    if (!model->servers[i].pool) continue;
    char *const member = sj_format("%s[]", model->servers[i].name);
    take_server(visit, member, &model->servers[i]);
    free(member);
  }
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

enum sj_status sj_metric_check(const struct sj_model *model, const char *name, bool *simulate, bool *solve,
                               struct sj_error *error) {
  char *plain = NULL;
  char number[32];
  *simulate = *solve = false;
  if (!without_number(name, &plain, number))
    return sj_error_set(error, SJ_INVALID, "there is no metric `%.100s`", name);
  struct visit visit = {.wanted = plain};
  collect(&visit, model);
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
  *simulate = visit.engines & SIMULATE;
  *solve = visit.engines & SOLVE;
  free(visit.all.data);
  free(plain);
  return status;
}
