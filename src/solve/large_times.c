/* Of a chain too large to keep its factors: hitting times one by one, and what of the verdict follows from them. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/base.h"
#include "solve/solution.h"

/* Of what a regime weighs, relative: beyond it the mean over it says nothing. */
static const double most_share_error = 1e-3;
/* Multiplications for the relaxation inside a regime, some minutes. */
static const double most_work = 1e12;

struct search {
  struct sj_solution *s;
  struct sj_findings *findings;
  struct sj_large_wanted wanted;
  bool *target;
};

static bool first_rank(const struct search *search) { return search->s->large.rank == 0; }

/* The mean times to the targets, and their relative error; `*mean` is NULL where there are none to be had, and at other
 * ranks. */
static enum sj_status hit(struct search *search, const char *what, struct sj_scaled **mean, double *wrong) {
  const struct sj_solution *const s = search->s;
  struct sj_error error = {""};
  *mean = NULL;
  if (first_rank(search)) *mean = sj_allocate_array(s->space.chain.count, sizeof **mean);
  const enum sj_status status =
      sj_large_hit(&s->space, &search->wanted, &s->large, search->target, *mean, wrong, &error);
  if (status == SJ_OK) return SJ_OK;
  free(*mean);
  *mean = NULL;
  if (status == SJ_INTERRUPTED || status == SJ_NO_MEMORY) return status;
  sj_findings_note(search->findings, "no hitting time %s: %s", what, error.message);
  return SJ_OK;
}

static size_t aim(const struct search *search, const struct sj_server_solution *server, double least, double most) {
  size_t targets = 0;
  for (size_t i = 0; i < search->s->space.chain.count; i++) {
    search->target[i] = server->in_system[i] >= least && server->in_system[i] <= most;
    targets += search->target[i];
  }
  return targets;
}

/* One time alone, from the state in which the server is full. */
static enum sj_status hit_from_full(struct search *search, size_t index, const char *what, struct sj_scaled *time,
                                    double *wrong) {
  const size_t full = search->s->space.full[index];
  struct sj_scaled *mean = NULL;
  if (full == SIZE_MAX) return SJ_OK;
  const enum sj_status status = hit(search, what, &mean, wrong);
  if (mean) *time = mean[full];
  free(mean);
  return status;
}

static enum sj_status drain(struct search *search, size_t index) {
  struct sj_solution *const s = search->s;
  struct sj_server_solution *const server = &s->servers[index];
  for (size_t i = 0; i < s->space.chain.count; i++) search->target[i] = i == s->space.empty;
  const enum sj_status status =
      hit_from_full(search, index, "from full to empty", &server->full_to_empty, &server->full_to_empty_error);
  if (status != SJ_OK || aim(search, server, 0, 0) == 0) return status;
  return hit_from_full(search, index, "from full to no queue", &server->full_to_no_queue,
                       &server->full_to_no_queue_error);
}

/* ---- the verdict ---- */

static bool can_relax(const struct search *search, const struct sj_regime *regime) {
  const struct sj_solution *const s = search->s;
  const double bandwidth = (double)s->eliminated.order.bandwidth;
  return sj_eliminated_bytes(regime->states, s->eliminated.order.bandwidth, 2) <= s->options.most_bytes &&
         (double)regime->states * bandwidth * bandwidth <= most_work;
}

static bool weighs(const struct sj_solution *s, const struct sj_regime *regime) {
  return s->large.streamed || s->large.error <= most_share_error * sj_scaled_double(regime->share);
}

/* Why there is no verdict on a server whose hitting times are known; NULL: there can be one. */
static const char *why_not(const struct search *search, const struct sj_regimes *regimes) {
  const struct sj_regime *const both[] = {&regimes->low, &regimes->high};
  for (size_t k = 0; k < 2; k++) {
    if (!weighs(search->s, both[k])) return "the steady state is not exact enough in one of its regimes";
    if (!can_relax(search, both[k])) return "its regimes are too large for elimination";
  }
  return NULL;
}

static enum sj_status judge(struct search *search, size_t index) {
  struct sj_solution *const s = search->s;
  struct sj_server_solution *const server = &s->servers[index];
  const char *const name = s->space.servers[index].name;
  const double low = server->regimes.low.requests, high = server->regimes.high.requests;
  enum sj_status status = sj_regimes_start(&s->eliminated, server->in_system, low, high, &server->regimes);
  if (status != SJ_OK || !server->regimes.known) return status;
  const char *const reason = why_not(search, &server->regimes);
  if (reason) {
    sj_findings_note(search->findings, "no verdict on `%s`: %s", name, reason);
    server->regimes.known = false;
    return SJ_OK;
  }
  status = sj_regimes_find(&s->eliminated, &s->spectrum, s->settings.metastable_factor, server->to_low, server->to_high,
                           &server->regimes);
  if (status == SJ_OK && !server->regimes.judged)
    sj_findings_note(search->findings,
                     "no verdict on `%s`: both regimes hold it, and without a spectrum nothing tells "
                     "a trap from a long queue",
                     name);
  return status;
}

static enum sj_status search_server(struct search *search, size_t index) {
  struct sj_solution *const s = search->s;
  struct sj_server_solution *const server = &s->servers[index];
  const double capacity = s->space.servers[index].capacity;
  const double low = sj_solve_low(&s->settings, capacity), high = sj_solve_high(&s->settings, capacity);
  enum sj_status status = drain(search, index);
  if (status != SJ_OK || !(low < high)) return status;
  if (aim(search, server, 0, low) > 0)
    status = hit(search, "to the low regime", &server->to_low, &server->to_low_error);
  if (status == SJ_OK && aim(search, server, high, INFINITY) > 0)
    status = hit(search, "to the high regime", &server->to_high, &server->to_high_error);
  if (status != SJ_OK || !server->to_low || !server->to_high) return status;
  server->regimes.low.requests = low;
  server->regimes.high.requests = high;
  return judge(search, index);
}

/* ---- what came out of the solver ---- */

static void take(struct sj_solution *s) {
  const size_t count = s->space.chain.count;
  s->servers = sj_allocate_array(s->space.server_count, sizeof *s->servers);
  for (size_t k = 0; k < s->space.server_count; k++) {
    s->servers[k].in_system = sj_allocate_array(count, sizeof(double));
    for (size_t i = 0; i < count; i++) s->servers[k].in_system[i] = s->space.server(&s->space, k, SJ_IN_SYSTEM, i);
  }
  s->eliminated.roundings = s->large.error;
  if (s->large.rank > 0) return;
  s->eliminated.pi = s->large.pi;
  s->large.pi = NULL;
  s->eliminated.p = sj_allocate_array(count, sizeof *s->eliminated.p);
  for (size_t i = 0; i < count; i++) s->eliminated.p[i] = sj_scaled_double(s->eliminated.pi[i]);
  s->spectrum = s->large.spectrum;
  s->large.spectrum = (struct sj_spectrum){0};
}

enum sj_status sj_solution_judge_large(struct sj_solution *s, struct sj_findings *findings, struct sj_error *error) {
  struct search search = {.s = s, .findings = findings, .wanted = sj_solution_wanted(s)};
  take(s);
  if (!sj_large_can_hit(&s->space, &search.wanted, &s->large)) {
    sj_findings_note(findings, "no hitting times and no verdict of so many states: each would take minutes");
    return SJ_OK;
  }
  search.target = sj_allocate_array(s->space.chain.count, sizeof *search.target);
  enum sj_status status = SJ_OK;
  for (size_t k = 0; k < s->space.server_count && status == SJ_OK; k++) status = search_server(&search, k);
  free(search.target);
  sj_findings_note(findings, "of hitting times the means alone, and no mixing time, of a chain this large");
  return status == SJ_OK ? SJ_OK : sj_solution_failed(s, status, error);
}
