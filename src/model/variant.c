/* The model while a fault's changes are in force. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "model/path.h"

static bool keeps_nothing(const struct sj_policy *policy) {
  return policy->kind == SJ_POLICY_RANDOM || policy->kind == SJ_POLICY_ROUND_ROBIN;
}

/* What a policy knows is gathered from the start of a run, by its figures. */
static bool same_policy(const struct sj_policy *a, const struct sj_policy *b) {
  if (keeps_nothing(a) && keeps_nothing(b)) return true;
  struct sj_text texts[2] = {{0}};
  sj_policy_text(a, &texts[0]);
  sj_policy_text(b, &texts[1]);
  const bool same = !strcmp(texts[0].data, texts[1].data);
  free(texts[0].data);
  free(texts[1].data);
  return same;
}

/* What an engine builds once for a run must be the same in every variant. NULL, or what differs. */
static const char *call_difference(const struct sj_call *a, const struct sj_call *b) {
  if (a->target_count != b->target_count) return "whom it calls";
  for (size_t i = 0; i < a->target_count; i++)
    if (a->targets[i].server != b->targets[i].server || a->targets[i].api != b->targets[i].api) return "whom it calls";
  if (a->wait != b->wait || a->optional != b->optional) return "whether a call is waited for";
  if (a->subset != b->subset || a->subset_replacement != b->subset_replacement) return "a subset";
  return same_policy(&a->policy, &b->policy) ? NULL : "a policy";
}

static const char *batcher_difference(const struct sj_batcher *a, const struct sj_batcher *b) {
  if (a->ordered != b->ordered) return "`ordered`";
  if (a->timer_rounds != b->timer_rounds || a->timer_forgets != b->timer_forgets ||
      a->one_batch_per_answer != b->one_batch_per_answer || a->abandoned_vanish != b->abandoned_vanish ||
      (a->retry_polls > 0) != (b->retry_polls > 0) || a->sample_every != b->sample_every)
    return "the flaws of a batcher";
  return NULL;
}

static bool same_publish(const struct sj_publish *a, const struct sj_publish *b) {
  return a->window == b->window && a->ewma == b->ewma && a->pid.proportional == b->pid.proportional &&
         a->pid.integral == b->pid.integral && a->pid.derivative == b->pid.derivative &&
         a->pid.margin == b->pid.margin && a->pid.ceiling == b->pid.ceiling;
}

static const char *server_difference(const struct sj_server *a, const struct sj_server *b) {
  const char *const batching = batcher_difference(&a->batcher, &b->batcher);
  if (batching) return batching;
  if (a->count != b->count || a->pool != b->pool) return "the size of a pool";
  if (a->discipline != b->discipline) return "a discipline";
  if (a->async != b->async || a->join != b->join) return "`async` or `join`";
  if (!same_publish(&a->publish, &b->publish)) return "what a server publishes";
  if (a->admission_count != b->admission_count) return "the list of admissions";
  for (size_t i = 0; i < a->admission_count; i++)
    if (a->admissions[i].kind != b->admissions[i].kind) return "the kind of an admission";
  if (a->api_count != b->api_count) return "the list of apis";
  for (size_t i = 0; i < a->api_count; i++) {
    const struct sj_api *const x = &a->apis[i], *const y = &b->apis[i];
    if (!x->name != !y->name || (x->name && strcmp(x->name, y->name) != 0)) return "the list of apis";
    if (x->call_count != y->call_count || x->forward != y->forward || x->parallel != y->parallel)
      return "the calls of an api";
    for (size_t j = 0; j < x->call_count; j++) {
      const char *const difference = call_difference(&x->calls[j], &y->calls[j]);
      if (difference) return difference;
    }
  }
  return NULL;
}

static const char *client_difference(const struct sj_client *a, const struct sj_client *b) {
  if (a->count != b->count || a->pool != b->pool || a->per_client != b->per_client) return "the size of a pool";
  if (a->arrivals.kind != b->arrivals.kind) return "the kind of arrivals";
  if (a->arrivals.trace != b->arrivals.trace) return "a recording";
  if (a->arrivals.kind == SJ_ARRIVALS_MMPP && a->arrivals.state_count != b->arrivals.state_count)
    return "the number of states of mmpp";
  if (a->arrivals.kind == SJ_ARRIVALS_SPREAD &&
      (a->arrivals.count != b->arrivals.count || a->arrivals.over != b->arrivals.over))
    return "`count` and `over` of spread arrivals";
  return call_difference(&a->call, &b->call);
}

static const char *difference(const struct sj_model *a, const struct sj_model *b, const char **component) {
  for (size_t i = 0; i < a->server_count; i++) {
    const char *const found = server_difference(&a->servers[i], &b->servers[i]);
    *component = a->servers[i].name;
    if (found) return found;
  }
  for (size_t i = 0; i < a->client_count; i++) {
    const char *const found = client_difference(&a->clients[i], &b->clients[i]);
    *component = a->clients[i].name;
    if (found) return found;
  }
  return NULL;
}

static void apply(struct sj_document *document, const struct sj_change *change, struct sj_mistakes *mistakes) {
  const struct sj_node *const run = document->run, *const settings = document->model, *const price = document->price,
                              *const solve = document->solve;
  struct sj_error error = {{0}};
  static const struct sj_value nothing = {.kind = SJ_VALUE_NONE};
  const struct sj_value *const value = change->value ? change->value : &nothing;
  const int line = value->line;
  const enum sj_status status = change->scale
                                    ? sj_path_scale(document, change->path, change->factor, NULL, line, &error)
                                    : sj_path_set(document, change->path, *value, &error);
  if (status)
    sj_mistake(mistakes, document->file, line, NULL, "%s", error.message);
  else if (document->run != run || document->model != settings || document->price != price ||
           document->solve != solve || !strncmp(change->path, "fault[", 6))
    sj_mistake(mistakes, document->file, line, NULL, "a fault changes components, it cannot change `%s`", change->path);
}

/* `mistakes` is empty at first. */
static struct sj_model *build_variant(const struct sj_model *model, const struct sj_change *const *changes,
                                      size_t count, struct sj_mistakes *mistakes) {
  struct sj_document *const document = sj_document_copy(model->document);
  for (size_t i = 0; i < count; i++) apply(document, changes[i], mistakes);
  if (mistakes->count) {
    sj_document_destroy(document);
    return NULL;
  }
  struct sj_model *variant = NULL;
  sj_build_model(document, model->document->resources, model->scenario, model, mistakes, &variant);
  if (!variant) return NULL;
  const char *component = NULL;
  const char *const what = difference(model, variant, &component);
  if (!what) {
    variant->faults = model->faults;
    variant->fault_count = model->fault_count;
    return variant;
  }
  sj_mistake(mistakes, model->file, count && changes[0]->value ? changes[0]->value->line : 0, NULL,
             "a fault can change figures and laws, but not %s (of `%s`)", what, component);
  sj_model_destroy(variant);
  return NULL;
}

enum sj_status sj_model_variant(const struct sj_model *model, const struct sj_change *const *changes, size_t count,
                                struct sj_model **variant, struct sj_error *error) {
  struct sj_mistakes mistakes = {0};
  *variant = build_variant(model, changes, count, &mistakes);
  const enum sj_status status = sj_mistakes_report(&mistakes, error);
  sj_mistakes_clear(&mistakes);
  return status;
}

void sj_check_changes(const struct sj_model *model, struct sj_mistakes *mistakes) {
  for (size_t i = 0; i < model->fault_count; i++) {
    const struct sj_fault *const fault = &model->faults[i];
    if (!fault->change_count) continue;
    const struct sj_change **const changes = sj_allocate_array(fault->change_count, sizeof *changes);
    for (size_t j = 0; j < fault->change_count; j++) changes[j] = &fault->changes[j];
    struct sj_mistakes found = {0};
    sj_model_destroy(build_variant(model, changes, fault->change_count, &found));
    for (size_t j = 0; j < found.count; j++) sj_mistake_text(mistakes, found.list[j].line, found.list[j].text);
    sj_mistakes_clear(&found);
    free(changes);
  }
}
