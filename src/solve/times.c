/* Hitting times, verdicts, the spectrum and what follows from it. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "solve/solution.h"

/* The variance is a difference: what roundings do to mean and second moment weighs more where it is small. */
static double std_roundings(double roundings, struct sj_scaled mean, struct sj_scaled std) {
  const double ratio = sj_scaled_double(sj_scaled_divide(mean, std));
  return roundings * (1 + 3 * ratio * ratio) / 2;
}

/* `error` is relative. `std` NULL: it is not known. */
static void add_times(struct sj_findings *findings, const char *server, const char *what, struct sj_scaled mean,
                      const struct sj_scaled *std, double error) {
  sj_findings_add_scaled(findings, mean, error, "%s.hitting.%s.mean", server, what);
  if (!std) return;
  sj_findings_add_scaled(findings, *std, std->fraction > 0 ? std_roundings(error, mean, *std) : 0, "%s.hitting.%s.std",
                         server, what);
}

/* From `from` to the states in which `level` is 0 (NULL: to `state` alone). */
static enum sj_status add_passage(const struct sj_solution *s, struct sj_findings *findings, const char *server,
                                  const char *what, size_t from, const double *level, size_t state) {
  const size_t count = s->space.chain.count;
  bool *const target = malloc(count * sizeof *target);
  struct sj_scaled *const mean = calloc(count, sizeof *mean), *const std = calloc(count, sizeof *std);
  enum sj_status status = target && mean && std ? SJ_OK : SJ_NO_MEMORY;
  struct sj_scaled weight = {0};
  for (size_t i = 0; status == SJ_OK && i < count; i++) {
    target[i] = level ? level[i] == 0 : i == state;
    if (target[i]) weight = sj_scaled_add(weight, s->eliminated.pi[i]);
  }
  if (status == SJ_OK && weight.fraction > 0) status = sj_passage(&s->eliminated, target, mean, std);
  if (status == SJ_OK && weight.fraction > 0)
    add_times(findings, server, what, mean[from], &std[from], s->eliminated.roundings);
  free(target);
  free(mean);
  free(std);
  return status;
}

/* Of the mean over the stationary distribution within a regime, relative: what is wrong with the distribution of a
 * large chain may all lie where it takes longest. */
static double exit_error(const struct sj_solution *s, const struct sj_regime *regime, const struct sj_scaled *h,
                         double error) {
  if (!s->is_large || s->large.streamed) return error + s->eliminated.roundings;
  struct sj_scaled longest = {0};
  for (size_t i = 0; i < s->space.chain.count; i++)
    if (regime->in[i] && sj_scaled_compare(h[i], longest) > 0) longest = h[i];
  const double spread = sj_scaled_double(sj_scaled_divide(longest, regime->exit));
  return error + 2 * s->large.error / sj_scaled_double(regime->share) * fmax(spread, 1);
}

/* The share of the time, likewise. */
static double share_error(const struct sj_solution *s, const struct sj_regime *regime) {
  if (!s->is_large || s->large.streamed) return s->eliminated.roundings;
  return s->large.error / sj_scaled_double(regime->share);
}

static void add_high_to_low(const struct sj_solution *s, struct sj_findings *findings, const char *name,
                            const struct sj_server_solution *server) {
  const struct sj_regime *const high = &server->regimes.high;
  struct sj_scaled soonest = {0}, latest = {0};
  bool any = false;
  for (size_t i = 0; i < s->space.chain.count; i++) {
    if (!high->in[i] || s->eliminated.pi[i].fraction == 0) continue;
    if (!any || sj_scaled_compare(server->to_low[i], soonest) < 0) soonest = server->to_low[i];
    if (!any || sj_scaled_compare(server->to_low[i], latest) > 0) latest = server->to_low[i];
    any = true;
  }
  sj_findings_add_scaled(findings, high->exit, exit_error(s, high, server->to_low, server->to_low_error),
                         "%s.hitting.high_to_low.mean", name);
  sj_findings_add_scaled(findings, soonest, server->to_low_error, "%s.hitting.high_to_low.soonest", name);
  sj_findings_add_scaled(findings, latest, server->to_low_error, "%s.hitting.high_to_low.latest", name);
}

static void add_regime(const struct sj_solution *s, struct sj_findings *findings, const char *server, const char *name,
                       const struct sj_regime *regime, const struct sj_scaled *h, double error) {
  sj_findings_add(findings, regime->requests, 0, "%s.verdict.%s.requests", server, name);
  sj_findings_add_scaled(findings, regime->share, share_error(s, regime), "%s.verdict.%s.share", server, name);
  sj_findings_add_scaled(findings, regime->exit, exit_error(s, regime, h, error), "%s.verdict.%s.exit_time", server,
                         name);
  sj_findings_add(findings, regime->relaxation_time, regime->relaxation_error, "%s.verdict.%s.relaxation_time", server,
                  name);
}

static enum sj_status add_draining(const struct sj_solution *s, struct sj_findings *findings, size_t index) {
  const struct sj_server_solution *const server = &s->servers[index];
  const char *const name = s->space.servers[index].name;
  const size_t full = s->space.full[index];
  if (full == SIZE_MAX) return SJ_OK;
  if (!s->is_large) {
    const enum sj_status status = add_passage(s, findings, name, "full_to_empty", full, NULL, s->space.empty);
    return status == SJ_OK ? add_passage(s, findings, name, "full_to_no_queue", full, server->in_system, 0) : status;
  }
  if (server->full_to_empty.fraction > 0)
    add_times(findings, name, "full_to_empty", server->full_to_empty, NULL, server->full_to_empty_error);
  if (server->full_to_no_queue.fraction > 0)
    add_times(findings, name, "full_to_no_queue", server->full_to_no_queue, NULL, server->full_to_no_queue_error);
  return SJ_OK;
}

/* An orbit that is full in the high regime has no room for those who would keep the server there. */
static void warn_of_full_orbit(const struct sj_solution *s, struct sj_findings *findings, size_t index) {
  const struct sj_regime *const high = &s->servers[index].regimes.high;
  const struct sj_space_server *const of = &s->space.servers[index];
  const double often = 0.2;
  struct sj_scaled full = {0};
  if (of->orbit == 0) return;
  for (size_t i = 0; i < s->space.chain.count; i++)
    if (high->in[i] && s->space.server(&s->space, index, SJ_ORBIT, i) >= of->orbit)
      full = sj_scaled_add(full, s->eliminated.pi[i]);
  const double share = sj_scaled_double(sj_scaled_divide(full, high->share));
  if (!(share > often)) return;
  const uint32_t more = of->orbit < of->capacity / 5 ? 5 * of->orbit : of->capacity;
  sj_findings_note(findings,
                   "the orbit of `%s` is full %.3g %% of the time in the high regime: more than %" PRIu32
                   " requests would be retrying, and the model gets out later than the chain says, or never; "
                   "try --set %s.orbit=%" PRIu32,
                   of->name, 100 * share, of->orbit, of->name, more > of->orbit ? more : 2 * of->orbit);
}

static enum sj_status add_server(const struct sj_solution *s, struct sj_findings *findings, size_t index) {
  const struct sj_server_solution *const server = &s->servers[index];
  const char *const name = s->space.servers[index].name;
  const size_t full = s->space.full[index], empty = s->space.empty;
  const enum sj_status status = add_draining(s, findings, index);
  if (status != SJ_OK) return status;
  const struct sj_scaled *const low_std = server->to_low_std, *const high_std = server->to_high_std;
  if (server->to_low && full != SIZE_MAX)
    add_times(findings, name, "full_to_low", server->to_low[full], low_std ? &low_std[full] : NULL,
              server->to_low_error);
  if (server->to_high)
    add_times(findings, name, "empty_to_high", server->to_high[empty], high_std ? &high_std[empty] : NULL,
              server->to_high_error);
  if (!server->regimes.known) return SJ_OK;
  assert(server->to_low && server->to_high);
  add_high_to_low(s, findings, name, server);
  if (server->regimes.judged)
    sj_findings_add_word(findings, sj_stability_word(server->regimes.stability), "%s.verdict", name);
  add_regime(s, findings, name, "low", &server->regimes.low, server->to_high, server->to_high_error);
  add_regime(s, findings, name, "high", &server->regimes.high, server->to_low, server->to_low_error);
  sj_findings_add(findings, server->regimes.separation, NAN, "%s.verdict.separation", name);
  warn_of_full_orbit(s, findings, index);
  return SJ_OK;
}

enum sj_status sj_find_times(const struct sj_solution *solution, struct sj_findings *findings) {
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < solution->space.server_count && status == SJ_OK; i++)
    status = add_server(solution, findings, i);
  return status;
}

/* ---- the spectrum ---- */

/* The time to 1 % total variation from the worst of the start states empty and full: here from each of the starts
 * `first`, `first` + `stride`, ...: 0 is empty, k is where server k - 1 is full. */
struct starts {
  const struct sj_solution *s;
  size_t first, stride;
  double worst; /* NAN: one of them cannot be had */
  enum sj_status status;
};

static void *mix(void *context) {
  struct starts *const starts = context;
  const struct sj_solution *const s = starts->s;
  struct sj_transient transient = {0};
  double *const p = calloc(s->space.chain.count, sizeof *p);
  enum sj_status status = p ? SJ_OK : SJ_NO_MEMORY;
  if (status == SJ_OK) status = sj_transient_start(&transient, &s->space.chain, &s->spectrum, s->eliminated.p);
  transient.stop = s->options.stop;
  for (size_t k = starts->first; status == SJ_OK && k <= s->space.server_count; k += starts->stride) {
    const size_t start = k == 0 ? s->space.empty : s->space.full[k - 1];
    if (start == SIZE_MAX) continue;
    p[start] = 1;
    double time = NAN;
    status = sj_mixing_time(&transient, p, 0.01, &time);
    p[start] = 0;
    if (!(time <= starts->worst)) starts->worst = time;
    if (isnan(time)) break;
  }
  sj_transient_clear(&transient);
  free(p);
  starts->status = status;
  return NULL;
}

/* The start empty and every other one, and those between. */
struct sj_mixing {
  struct starts half, other;
  pthread_t thread;
  bool apart; /* the first half is on its way in the thread */
};

struct sj_mixing *sj_mixing_begin(const struct sj_solution *s) {
  struct sj_mixing *const mixing = calloc(1, sizeof *mixing);
  const size_t too_few = 1000; /* states */
  if (!mixing) return NULL;
  mixing->half = (struct starts){.s = s, .first = 0, .stride = 2};
  mixing->other = (struct starts){.s = s, .first = 1, .stride = 2};
  mixing->apart = s->spectrum.count > 1 && s->space.chain.count >= too_few &&
                  !pthread_create(&mixing->thread, NULL, mix, &mixing->half);
  return mixing;
}

static enum sj_status wait_for_mixing(struct sj_mixing *mixing, double *worst) {
  mix(&mixing->other);
  if (mixing->apart)
    pthread_join(mixing->thread, NULL);
  else
    mix(&mixing->half);
  mixing->apart = false;
  const double half = mixing->half.worst, other = mixing->other.worst;
  *worst = isnan(half) || other <= half ? half : other;
  return mixing->half.status != SJ_OK ? mixing->half.status : mixing->other.status;
}

void sj_mixing_end(struct sj_mixing *mixing) {
  if (mixing && mixing->apart) pthread_join(mixing->thread, NULL);
  free(mixing);
}

void sj_find_gap(const struct sj_solution *s, struct sj_findings *findings) {
  const struct sj_spectrum *const spectrum = &s->spectrum;
  if (spectrum->count < 2) return;
  const double gap = fabs(spectrum->value[1].re), error = spectrum->value[1].error;
  sj_findings_add(findings, gap, error, "spectral_gap");
  sj_findings_add(findings, 1 / gap, error / (gap * gap), "relaxation_time");
  sj_findings_add(findings, log2(100) / gap, log2(100) * error / (gap * gap), "mixing_time.bound");
  for (size_t k = 0; k < spectrum->count && k < s->eigenvalues; k++) {
    sj_findings_add(findings, spectrum->value[k].re, spectrum->value[k].error, "spectrum[%zu].re", k);
    const double im = spectrum->value[k].im;
    sj_findings_add(findings, im, im == 0 ? 0 : spectrum->value[k].error, "spectrum[%zu].im", k);
  }
}

enum sj_status sj_find_spectrum(const struct sj_solution *s, struct sj_mixing *mixing, struct sj_findings *findings) {
  if (s->spectrum.count < 2) return SJ_OK;
  sj_solution_report(s, "mixing time", NAN);
  sj_find_gap(s, findings);
  double time = NAN;
  const enum sj_status status = wait_for_mixing(mixing, &time);
  if (status != SJ_OK && status != SJ_FAILED) return status;
  sj_findings_add(findings, time, 5e-7 * time, "mixing_time");
  return SJ_OK;
}
