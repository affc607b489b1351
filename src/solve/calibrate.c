/* An orbit's chain is bent to a simulation: three parameters that no model says, or that the chain means otherwise. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "results/results.h"
#include "sojourn/solve.h"
#include "solve/eliminated.h"
#include "solve/orbit_space.h"
#include "stats/interval.h"
#include "stats/minimize.h"

enum { TO_HIGH, LOW_IN_SYSTEM, HIGH_IN_SYSTEM, HIGH_ORBIT, HIGH_FULL };
static const char *const quantities[SJ_CALIBRATION_FIGURES] = {"empty_to_high", "low.in_system.mean",
                                                               "high.in_system.mean", "high.orbit.mean", "high.full"};

/* The regimes, as numbers of requests. */
struct limits {
  uint32_t low, high;
};

/* Sums over the stationary distribution within one regime. */
struct within {
  struct sj_scaled weight, in_system, orbit, full;
};

static void add(struct within *w, const struct sj_orbit *orbit, size_t state, struct sj_scaled p) {
  const uint32_t q = sj_orbit_in_system(orbit, state);
  w->weight = sj_scaled_add(w->weight, p);
  w->in_system = sj_scaled_add(w->in_system, sj_scaled_multiply(p, sj_scaled(q)));
  w->orbit = sj_scaled_add(w->orbit, sj_scaled_multiply(p, sj_scaled(sj_orbit_orbiting(orbit, state))));
  if (q == orbit->capacity) w->full = sj_scaled_add(w->full, p);
}

static double mean(struct sj_scaled sum, struct sj_scaled weight) {
  return weight.fraction > 0 ? sj_scaled_double(sj_scaled_divide(sum, weight)) : (double)NAN;
}

static enum sj_status time_to_high(const struct sj_eliminated *eliminated, const struct sj_orbit *orbit,
                                   const struct limits *limits, double *time) {
  const size_t count = eliminated->chain->count;
  bool *const target = calloc(count, sizeof *target);
  struct sj_scaled *const h = calloc(count, sizeof *h);
  enum sj_status status = target && h ? SJ_OK : SJ_NO_MEMORY;
  for (size_t i = 0; status == SJ_OK && i < count; i++) target[i] = sj_orbit_in_system(orbit, i) >= limits->high;
  if (status == SJ_OK) status = sj_passage(eliminated, target, h, NULL);
  if (status == SJ_OK) *time = sj_scaled_double(h[sj_orbit_state(orbit, 0, 0)]);
  free(target);
  free(h);
  return status;
}

/* The figures of one chain. */
static enum sj_status figures_of(const struct sj_orbit *orbit, const struct limits *limits,
                                 double figures[SJ_CALIBRATION_FIGURES]) {
  struct sj_chain chain = {0};
  struct sj_order order = {0};
  struct sj_eliminated eliminated = {0};
  struct within low = {.weight = {0}}, high = {.weight = {0}};
  enum sj_status status = sj_orbit_chain(orbit, &chain);
  if (status == SJ_OK) status = sj_eliminated_order(&chain, true, 0, &order);
  if (status == SJ_OK) status = sj_eliminated_create(&chain, order, NULL, &eliminated);
  if (status == SJ_OK) status = time_to_high(&eliminated, orbit, limits, &figures[TO_HIGH]);
  for (size_t i = 0; status == SJ_OK && i < chain.count; i++) {
    const uint32_t q = sj_orbit_in_system(orbit, i);
    if (q <= limits->low) add(&low, orbit, i, eliminated.pi[i]);
    if (q >= limits->high) add(&high, orbit, i, eliminated.pi[i]);
  }
  figures[LOW_IN_SYSTEM] = mean(low.in_system, low.weight);
  figures[HIGH_IN_SYSTEM] = mean(high.in_system, high.weight);
  figures[HIGH_ORBIT] = mean(high.orbit, high.weight);
  figures[HIGH_FULL] = mean(high.full, high.weight);
  sj_eliminated_clear(&eliminated);
  sj_chain_clear(&chain);
  return status;
}

struct fit {
  struct sj_orbit orbit; /* the model's */
  struct limits limits;
  struct sj_calibration *calibration;
  const volatile sig_atomic_t *stop;
  enum sj_status status; /* the first failure */
};

enum { ALPHA, LOG_ARRIVAL, LOG_TIMEOUT, VARIABLES };

static struct sj_orbit bent(const struct sj_orbit *orbit, const double *x) {
  struct sj_orbit other = *orbit;
  other.alpha = x[ALPHA];
  other.arrival_rate *= exp(x[LOG_ARRIVAL]);
  other.timeout *= exp(x[LOG_TIMEOUT]);
  return other;
}

static double misfit_of(const struct sj_calibration *calibration, const double figures[SJ_CALIBRATION_FIGURES]) {
  double sum = 0;
  for (size_t k = 0; k < calibration->figure_count; k++) {
    const struct sj_calibration_figure *const figure = &calibration->figures[k];
    size_t which = 0;
    while (quantities[which] != figure->quantity) which++;
    const double apart = which == TO_HIGH ? figure->simulated * log(figures[which] / figure->simulated)
                                          : figures[which] - figure->simulated;
    sum += apart * apart / (figure->tolerance * figure->tolerance);
  }
  return sqrt(sum / (double)calibration->figure_count);
}

/* Of the square of the misfit, a unit of the square of how far the parameters moved. */
static const double reluctance = 0.1;

static double misfit(void *context, const double *x) {
  struct fit *const fit = context;
  double figures[SJ_CALIBRATION_FIGURES];
  const struct sj_orbit orbit = bent(&fit->orbit, x);
  if (fit->stop && *fit->stop) fit->status = SJ_INTERRUPTED;
  if (fit->status == SJ_OK) {
    const enum sj_status status = figures_of(&orbit, &fit->limits, figures);
    if (status == SJ_NO_MEMORY) fit->status = status;
    /* What the figures say nothing of is to stay as the model has it. */
    const double moved = (x[ALPHA] - fit->orbit.alpha) * (x[ALPHA] - fit->orbit.alpha) +
                         x[LOG_ARRIVAL] * x[LOG_ARRIVAL] + x[LOG_TIMEOUT] * x[LOG_TIMEOUT];
    if (status == SJ_OK) return hypot(misfit_of(fit->calibration, figures), sqrt(reluctance * moved));
  }
  return INFINITY;
}

/* ---- what was simulated ---- */

/* Of each run what is known; NAN where the run was not in that regime. */
struct observed {
  double *of_run[SJ_CALIBRATION_FIGURES];
  double at_risk; /* time outside of the high regime before it was first reached, all runs */
  size_t reached; /* runs that reached it */
};

static double figure_of_run(const struct sj_results *simulated, const char *server, const char *figure, size_t run) {
  char name[300];
  snprintf(name, sizeof name, "%s.%s", server, figure);
  return sj_results_run_value(simulated, name, run);
}

static void observe_run(const struct fit *fit, const struct sj_results *simulated, const char *server, size_t run,
                        const struct sj_series_view *view, struct observed *observed) {
  double low_sum = 0, high_sum = 0;
  size_t low = 0, high = 0, cells = 0;
  for (size_t i = 0; i < view->count; i++) {
    const double q = view->values[i];
    if (isnan(q)) continue;
    cells++;
    if (q <= fit->limits.low) low_sum += q, low++;
    if (q < fit->limits.high) {
      if (!high) observed->at_risk += view->step;
      continue;
    }
    /* On average it came in the middle of the first such cell. */
    if (!high) observed->at_risk += view->step / 2;
    high_sum += q;
    high++;
  }
  observed->reached += high > 0;
  observed->of_run[LOW_IN_SYSTEM][run] = low ? low_sum / (double)low : NAN;
  observed->of_run[HIGH_IN_SYSTEM][run] = high ? high_sum / (double)high : NAN;
  /* Outside of the high regime nearly nobody retries and it is never full. */
  const double share = (double)high / (double)cells;
  const bool often = share > 0.05;
  observed->of_run[HIGH_ORBIT][run] = often ? figure_of_run(simulated, server, "orbit.mean", run) / share : NAN;
  observed->of_run[HIGH_FULL][run] = often ? figure_of_run(simulated, server, "full", run) / share : NAN;
}

/* What the quantity may range over, for a tolerance where the simulation has hardly any scatter. */
static double range_of(const struct sj_orbit *orbit, size_t which) {
  return which == HIGH_FULL ? 1 : which == HIGH_ORBIT ? orbit->orbit + 1.0 : orbit->capacity + 1.0;
}

static void take_figure(const struct fit *fit, size_t which, double simulated, double half_width, double tolerance) {
  struct sj_calibration *const calibration = fit->calibration;
  calibration->figures[calibration->figure_count++] = (struct sj_calibration_figure){
      .quantity = quantities[which], .simulated = simulated, .half_width = half_width, .tolerance = tolerance};
}

static void take_figures(const struct fit *fit, const struct observed *observed, size_t runs) {
  /* Times until something rare are exponential: those of n runs have a relative error of 1 / sqrt(n). */
  if (observed->reached > 0) {
    const double time = observed->at_risk / (double)observed->reached;
    const double half_width = 1.96 * time / sqrt((double)observed->reached);
    take_figure(fit, TO_HIGH, time, half_width, hypot(half_width, 0.1 * time));
  }
  for (size_t k = LOW_IN_SYSTEM; k < SJ_CALIBRATION_FIGURES; k++) {
    double *const values = observed->of_run[k];
    size_t count = 0;
    for (size_t r = 0; r < runs; r++)
      if (!isnan(values[r])) values[count++] = values[r];
    if (!count) continue;
    double average, half_width;
    sj_interval(values, count, 0.95, &average, &half_width);
    const double scatter = isnan(half_width) ? 0 : half_width;
    take_figure(fit, k, average, half_width, hypot(scatter, 0.05 * range_of(&fit->orbit, k)));
  }
}

static enum sj_status read_figures(const struct fit *fit, const char *server, const struct sj_results *simulated) {
  const size_t runs = sj_results_run_count(simulated);
  struct observed observed = {.at_risk = 0};
  double *const room = calloc(SJ_CALIBRATION_FIGURES * runs + 1, sizeof *room);
  if (!room) return SJ_NO_MEMORY;
  for (size_t k = 0; k < SJ_CALIBRATION_FIGURES; k++) observed.of_run[k] = room + k * runs;
  char name[300];
  snprintf(name, sizeof name, "%s.in_system", server);
  bool all = runs > 0;
  for (size_t r = 0; r < runs && all; r++) {
    struct sj_series_view view;
    all = sj_results_series(simulated, name, r, &view);
    if (all) observe_run(fit, simulated, server, r, &view, &observed);
  }
  if (all) take_figures(fit, &observed, runs);
  free(room);
  return SJ_OK;
}

/* ---- the fit ---- */

/* From several points, since there are several minima. */
static void search(struct fit *fit) {
  struct sj_minimize question = {.variables = VARIABLES, .value = misfit, .context = fit, .tolerance = 1e-4};
  const double low[VARIABLES] = {0, -0.7, -1.6}, high[VARIABLES] = {1, 0.7, 1.6}, step[VARIABLES] = {0.1, 0.05, 0.2};
  memcpy(question.low, low, sizeof low);
  memcpy(question.high, high, sizeof high);
  memcpy(question.step, step, sizeof step);
  const double starts[][VARIABLES] = {
      {fit->orbit.alpha, 0, 0}, {0.05, 0, 0}, {0.8, 0, 0}, {fit->orbit.alpha, 0, -0.4}, {fit->orbit.alpha, 0, 0.4}};
  double best[VARIABLES] = {fit->orbit.alpha, 0, 0}, least = INFINITY;
  for (size_t k = 0; k < sizeof starts / sizeof *starts && fit->status == SJ_OK; k++) {
    double x[VARIABLES];
    size_t calls = 0;
    memcpy(x, starts[k], sizeof x);
    question.most = 250;
    const double value = sj_minimize(&question, x, &calls);
    fit->calibration->evaluations += calls;
    if (!(value < least)) continue;
    least = value;
    memcpy(best, x, sizeof best);
  }
  struct sj_calibration *const calibration = fit->calibration;
  calibration->alpha = best[ALPHA];
  calibration->arrival_factor = exp(best[LOG_ARRIVAL]);
  calibration->timeout_factor = exp(best[LOG_TIMEOUT]);
  for (size_t i = LOG_ARRIVAL; i < VARIABLES; i++)
    if (best[i] < low[i] + 1e-3 || best[i] > high[i] - 1e-3) calibration->at_bound = true;
}

/* Both sides of the table. */
static enum sj_status look_at_both(struct fit *fit) {
  struct sj_calibration *const calibration = fit->calibration;
  const double x[VARIABLES] = {calibration->alpha, log(calibration->arrival_factor), log(calibration->timeout_factor)};
  const struct sj_orbit other = bent(&fit->orbit, x);
  double before[SJ_CALIBRATION_FIGURES], after[SJ_CALIBRATION_FIGURES];
  enum sj_status status = figures_of(&fit->orbit, &fit->limits, before);
  if (status == SJ_OK) status = figures_of(&other, &fit->limits, after);
  if (status != SJ_OK) return status;
  for (size_t k = 0; k < calibration->figure_count; k++) {
    size_t which = 0;
    while (quantities[which] != calibration->figures[k].quantity) which++;
    calibration->figures[k].before = before[which];
    calibration->figures[k].after = after[which];
  }
  calibration->misfit_before = misfit_of(calibration, before);
  calibration->misfit = misfit_of(calibration, after);
  return SJ_OK;
}

/* The chain of the model, which must be one with one orbit; `orbit` points into it. */
static enum sj_status make_space(const struct sj_model *model, const struct sj_solve_options *options,
                                 struct sj_space *space, const struct sj_orbit **orbit, struct sj_error *error) {
  const struct sj_space_options how = {.approximate = options->approximate,
                                       .most_bytes = isnan(options->most_bytes) ? INFINITY : options->most_bytes};
  const enum sj_status status = sj_space_create(model, &how, space, error);
  if (status != SJ_OK) return status;
  *orbit = sj_space_orbit_parameters(space);
  if (*orbit) return SJ_OK;
  sj_space_clear(space);
  return sj_error_set(error, SJ_INVALID, "%s: only the chain of one server with timeouts and retries can be calibrated",
                      model->file);
}

enum sj_status sj_calibration_step(const struct sj_model *model, const struct sj_solve_options *options, double *step,
                                   struct sj_error *error) {
  struct sj_space space;
  const struct sj_orbit *orbit;
  const enum sj_status status = make_space(model, options, &space, &orbit, error);
  if (status != SJ_OK) return status;
  *step = 0.5 / (orbit->threads * orbit->service_rate);
  sj_space_clear(&space);
  return SJ_OK;
}

enum sj_status sj_solve_calibrate(const struct sj_model *model, const struct sj_results *simulated,
                                  const struct sj_solve_options *options, struct sj_calibration *calibration,
                                  struct sj_error *error) {
  *calibration = (struct sj_calibration){.arrival_factor = 1, .timeout_factor = 1};
  struct sj_space space;
  const struct sj_orbit *orbit;
  enum sj_status status = make_space(model, options, &space, &orbit, error);
  if (status != SJ_OK) return status;
  struct fit fit = {.orbit = *orbit,
                    .limits = {(uint32_t)floor(model->solve.low * (orbit->capacity + 1.0) + 1e-9),
                               (uint32_t)floor(model->solve.high * (orbit->capacity + 1.0) + 1e-9)},
                    .calibration = calibration,
                    .stop = options->stop};
  status = read_figures(&fit, space.servers[0].name, simulated);
  if (status == SJ_OK && !calibration->figure_count)
    status =
        sj_error_set(error, SJ_INVALID, "the simulation has no figures of `%s` to calibrate by", space.servers[0].name);
  if (status == SJ_OK) {
    search(&fit);
    status = fit.status;
  }
  if (status == SJ_OK) status = look_at_both(&fit);
  if (status == SJ_NO_MEMORY) sj_error_set(error, status, "out of memory");
  sj_space_clear(&space);
  return status;
}
