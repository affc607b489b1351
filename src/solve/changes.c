#include "solve/changes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/document.h"
#include "random/distribution.h"

/* Bisection ends at this ratio of the two values. */
static const double close_enough = 1.002;

struct search {
  const struct sj_solution *s;
  const char *server; /* which is to become stable */
  struct sj_findings *findings;
};

/* A number of the model that may change from `now` up to `far`. */
struct knob {
  char *path;
  double now, far;
  bool whole;
};

static bool is_stable(const struct sj_solution *solution, const char *server) {
  for (size_t i = 0; i < solution->space.server_count; i++) {
    const struct sj_regimes *const regimes = &solution->servers[i].regimes;
    if (strcmp(solution->space.servers[i].name, server) == 0)
      return !regimes->known || (regimes->judged && regimes->stability == SJ_STABLE);
  }
  return false;
}

/* Is the server stable where the knob stands at x? A model that cannot be so is not. */
static enum sj_status try_value(const struct search *search, const struct knob *knob, double x, bool *stable) {
  const struct sj_value value = sj_value_number(x);
  const struct sj_change change = {.path = knob->path, .value = &value}, *const changes[] = {&change};
  struct sj_model *variant = NULL;
  struct sj_solution solution = {0};
  struct sj_solve_options options = search->s->options;
  options.on_progress = NULL;
  *stable = false;
  enum sj_status status = sj_model_variant(search->s->model, changes, 1, &variant, NULL);
  if (status == SJ_OK) status = sj_solution_settle(variant, &options, &solution, NULL);
  if (status == SJ_OK) status = sj_solution_eliminate(&solution, NULL);
  if (status == SJ_OK) status = sj_solution_decompose(&solution, NULL);
  if (status == SJ_OK) status = sj_solution_judge(&solution, NULL);
  if (status == SJ_OK) *stable = is_stable(&solution, search->server);
  sj_solution_clear(&solution);
  sj_model_destroy(variant);
  return status == SJ_INVALID || status == SJ_FAILED ? SJ_OK : status;
}

/* Between a value that is not enough and one that is; false if they are close enough. Zero has no logarithm. */
static bool middle_of(const struct knob *knob, double bad, double good, double *middle) {
  if (knob->whole) {
    *middle = good + trunc((bad - good) / 2);
    return fabs(bad - good) > 1;
  }
  *middle = sqrt(bad * good);
  return fmax(bad, good) > close_enough * fmin(bad, good);
}

static enum sj_status turn(const struct search *search, const struct knob *knob) {
  double bad = knob->now, good = knob->far, middle;
  bool stable = false;
  enum sj_status status = try_value(search, knob, good, &stable);
  const bool enough = stable;
  while (status == SJ_OK && enough && middle_of(knob, bad, good, &middle)) {
    status = try_value(search, knob, middle, &stable);
    *(stable ? &good : &bad) = middle;
  }
  if (status != SJ_OK) return status;
  sj_findings_add(search->findings, knob->now, 0, "%s.change.%s.from", search->server, knob->path);
  sj_findings_add(search->findings, enough ? good : (double)NAN, knob->whole ? 0 : fabs(good - bad), "%s.change.%s.to",
                  search->server, knob->path);
  return SJ_OK;
}

/* A knob that a fixed number stands for, of a law that does not vary. */
static bool fixed_number(const struct sj_law *law, double *x) {
  if (!law->fixed || sj_distribution_is_random(law->fixed)) return false;
  *x = sj_distribution_mean(law->fixed);
  return *x > 0 && isfinite(*x);
}

static size_t client_knobs(const struct sj_client *client, struct knob *knobs) {
  size_t count = 0;
  double timeout;
  if (client->arrivals.kind == SJ_ARRIVALS_POISSON && client->arrivals.rate > 0)
    knobs[count++] = (struct knob){sj_format("%s.arrivals.rate", client->name), client->arrivals.rate,
                                   client->arrivals.rate / 1000, false};
  if (client->call.retries > 0)
    knobs[count++] = (struct knob){sj_format("%s.retries", client->name), client->call.retries, 0, true};
  if (fixed_number(&client->call.timeout, &timeout))
    knobs[count++] = (struct knob){sj_format("%s.timeout", client->name), timeout, 1000 * timeout, false};
  return count;
}

static size_t server_knobs(const struct sj_server *server, struct knob *knobs) {
  size_t count = 0;
  double threads;
  if (server->kind != SJ_SERVER) return 0;
  if (fixed_number(&server->threads, &threads) && threads == rint(threads))
    knobs[count++] = (struct knob){sj_format("%s.threads", server->name), threads, 64 * threads, true};
  knobs[count++] = (struct knob){sj_format("%s.speed", server->name), server->speed, 1000 * server->speed, false};
  if (isfinite(server->capacity) && server->capacity > 1)
    knobs[count++] = (struct knob){sj_format("%s.capacity", server->name), server->capacity, 1, true};
  return count;
}

static bool calls(const struct sj_client *client, size_t server) {
  for (size_t t = 0; t < client->call.target_count; t++)
    if (client->call.targets[t].server == server) return true;
  return false;
}

static enum sj_status turn_all(const struct search *search, struct knob *knobs, size_t count) {
  enum sj_status status = SJ_OK;
  for (size_t k = 0; k < count; k++) {
    sj_solution_report(search->s, "smallest changes", NAN);
    if (status == SJ_OK) status = turn(search, &knobs[k]);
    free(knobs[k].path);
  }
  return status;
}

/* The clients that call it, and the server's own. */
static enum sj_status change_for(const struct search *search, size_t server) {
  const struct sj_model *const model = search->s->model;
  struct knob knobs[3];
  enum sj_status status = SJ_OK;
  for (size_t c = 0; c < model->client_count && status == SJ_OK; c++)
    if (calls(&model->clients[c], server)) status = turn_all(search, knobs, client_knobs(&model->clients[c], knobs));
  return status == SJ_OK ? turn_all(search, knobs, server_knobs(&model->servers[server], knobs)) : status;
}

enum sj_status sj_find_changes(const struct sj_solution *solution, struct sj_findings *findings) {
  const struct sj_model *const model = solution->model;
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < solution->space.server_count && status == SJ_OK; i++) {
    const struct search search = {solution, solution->space.servers[i].name, findings};
    if (is_stable(solution, search.server)) continue;
    for (size_t m = 0; m < model->server_count && status == SJ_OK; m++)
      if (strcmp(model->servers[m].name, search.server) == 0) status = change_for(&search, m);
  }
  return status;
}
