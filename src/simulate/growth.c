/* Whether a queue has kept growing. Then the figures of a steady state do not exist, and a note says how fast it grew.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "simulate/engine.h"
#include "stats/interval.h"

/* A queue counts as growing if over the runs at least this share of what arrived stayed, at least so many requests in
 * each run, and the mean growth is further from zero than so many of its standard errors. */
static const double least_share = 0.01, least_requests = 20, standard_errors = 3;

static double mean_over_runs(const struct sj_results *results, const char *server, const char *name, double *error) {
  char *const full = sj_format("%s.%s", server, name);
  const size_t metric = sj_results_find(results, full);
  free(full);
  *error = NAN;
  if (metric == SIZE_MAX || results->run_count == 0) return NAN;
  double sum = 0, squares = 0;
  const double n = (double)results->run_count;
  for (size_t i = 0; i < results->run_count; i++) sum += results->runs[i].values[metric];
  for (size_t i = 0; i < results->run_count; i++) {
    const double deviation = results->runs[i].values[metric] - sum / n;
    squares += deviation * deviation;
  }
  if (n > 1) *error = sqrt(squares / (n - 1) / n);
  return sum / n;
}

static double growth_of(const struct sj_results *results, const char *server) {
  double error, ignored;
  const double growth = mean_over_runs(results, server, "growth", &error);
  const double through = mean_over_runs(results, server, "throughput", &ignored);
  const double window = results->duration - results->warmup;
  if (!(growth * window >= least_requests) || growth < least_share * (growth + through)) return 0;
  if (!isnan(error) && growth < standard_errors * error) return 0;
  return growth;
}

static bool call_reaches(const struct sj_model *model, const struct sj_call *call, size_t server) {
  for (size_t t = 0; t < call->target_count; t++) {
    if (call->targets[t].server == server) return true;
    const struct sj_api *const api = &model->servers[call->targets[t].server].apis[call->targets[t].api];
    for (size_t c = 0; c < api->call_count; c++)
      if (api->calls[c].wait && call_reaches(model, &api->calls[c], server)) return true;
  }
  return false;
}

/* Marks the metrics that begin with `name` and one of the endings (up to a NULL), of a pool's members too. */
static void suppress(struct sj_results *results, const char *name, const char *const *parts) {
  const size_t length = strlen(name);
  for (size_t i = 0; i < results->metric_count; i++) {
    const char *rest = results->metrics[i].name;
    if (strncmp(rest, name, length) != 0) continue;
    rest += length;
    if (*rest == '[') rest = strchr(rest, ']') + 1;
    if (*rest++ != '.') continue;
    for (const char *const *part = parts; *part; part++)
      if (strncmp(rest, *part, strlen(*part)) == 0) results->metrics[i].suppressed = true;
  }
}

/* After a fault a queue that is longer than before may be one that is being worked off. */
static void note_growth(const struct sj_model *model, struct sj_results *results, const char *server, double growth) {
  const bool steady = model->run.kind == SJ_RUN_STEADY;
  if (!steady && model->fault_count > 0)
    sj_results_add_note(results,
                        "%s holds %.0f requests more in the last quarter of the run than in the first: what a fault "
                        "left there is not worked off yet, or never will be; a longer --duration tells",
                        server, growth * 0.75 * (results->duration - results->warmup));
  else
    sj_results_add_note(
        results, "%s is overloaded: its queue keeps growing, by %.3g requests per %s%s", server, growth,
        results->time_unit,
        steady ? "; its waiting times and the latencies of its clients have no limit and are left out" : "");
}

void sj_judge_growth(const struct sj_model *model, struct sj_results *results) {
  static const char *const of_server[] = {"in_system.", "waiting.",        "sojourn.", "wait.",
                                          "pending.",   "unacknowledged.", NULL};
  static const char *const of_client[] = {"latency.", NULL};
  const bool steady = model->run.kind == SJ_RUN_STEADY;
  for (size_t i = 0; i < model->server_count; i++) {
    const double growth = growth_of(results, model->servers[i].name);
    if (growth <= 0) continue;
    note_growth(model, results, model->servers[i].name, growth);
    if (!steady) continue;
    suppress(results, model->servers[i].name, of_server);
    for (size_t c = 0; c < model->client_count; c++)
      if (call_reaches(model, &model->clients[c].call, i)) suppress(results, model->clients[c].name, of_client);
  }
}
