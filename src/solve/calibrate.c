/* An orbit's chain is bent to a simulation: three parameters that no model says, or that the chain means otherwise. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "results/results.h"
#include "sojourn/solve.h"
#include "solve/eliminate.h"
#include "solve/orbit_space.h"
#include "stats/minimize.h"

static const char *const quantities[SJ_CALIBRATION_FIGURES] = {"in_system.mean", "in_system.std", "orbit.mean",
                                                               "full",           "empty",         "throughput"};

/* The figures of one chain. `sum` is of what `weight` is by state. */
static enum sj_status figures_of(const struct sj_orbit *orbit, double figures[SJ_CALIBRATION_FIGURES]) {
  struct sj_chain chain = {0};
  struct sj_order order = {0};
  struct sj_factors *factors = NULL;
  struct sj_scaled *pi = NULL;
  enum sj_status status = sj_orbit_chain(orbit, &chain);
  if (status == SJ_OK) status = sj_order_find(&chain, 0, &order);
  if (status == SJ_OK) status = sj_factors_create(&chain, NULL, &order, false, NULL, &factors);
  if (status == SJ_OK && !(pi = calloc(chain.count, sizeof *pi))) status = SJ_NO_MEMORY;
  if (status == SJ_OK) status = sj_stationary(factors, pi);
  if (status == SJ_OK) {
    double q1 = 0, q2 = 0, o1 = 0, full = 0, empty = 0, busy = 0;
    for (size_t i = 0; i < chain.count; i++) {
      const double p = sj_scaled_double(pi[i]);
      const uint32_t in_system = sj_orbit_in_system(orbit, i);
      const double q = in_system;
      q1 += p * q;
      q2 += p * q * q;
      o1 += p * sj_orbit_orbiting(orbit, i);
      busy += p * fmin(q, orbit->threads);
      if (in_system == 0) empty += p;
      if (in_system == orbit->capacity) full += p;
    }
    const double values[SJ_CALIBRATION_FIGURES] = {q1,    sqrt(fmax(0, q2 - q1 * q1)), o1, full,
                                                   empty, busy * orbit->service_rate};
    memcpy(figures, values, sizeof values);
  }
  free(pi);
  sj_factors_destroy(factors);
  sj_order_clear(&order);
  sj_chain_clear(&chain);
  return status;
}

struct fit {
  struct sj_orbit orbit; /* the model's */
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
    const double apart = (figures[which] - figure->simulated) / figure->tolerance;
    sum += apart * apart;
  }
  return sqrt(sum / (double)calibration->figure_count);
}

static double misfit(void *context, const double *x) {
  struct fit *const fit = context;
  double figures[SJ_CALIBRATION_FIGURES];
  const struct sj_orbit orbit = bent(&fit->orbit, x);
  if (fit->stop && *fit->stop) fit->status = SJ_INTERRUPTED;
  if (fit->status == SJ_OK) {
    const enum sj_status status = figures_of(&orbit, figures);
    if (status == SJ_NO_MEMORY) fit->status = status;
    if (status == SJ_OK) return misfit_of(fit->calibration, figures);
  }
  return INFINITY;
}

/* What the quantity may range over, for a tolerance where the simulation has hardly any scatter. */
static double range_of(const struct sj_orbit *orbit, size_t which) {
  const double ranges[SJ_CALIBRATION_FIGURES] = {
      orbit->capacity + 1.0, orbit->capacity + 1.0, orbit->orbit + 1.0, 1, 1, orbit->threads * orbit->service_rate};
  return ranges[which];
}

/* The figures that the simulation has. */
static void read_figures(const struct fit *fit, const char *server, const struct sj_results *simulated) {
  struct sj_calibration *const calibration = fit->calibration;
  for (size_t k = 0; k < SJ_CALIBRATION_FIGURES; k++) {
    char name[300];
    snprintf(name, sizeof name, "%s.%s", server, quantities[k]);
    const size_t metric = sj_results_find(simulated, name);
    if (metric == SIZE_MAX) continue;
    const struct sj_figure figure = sj_results_figure(simulated, metric);
    if (!isfinite(figure.value)) continue;
    const double half_width = isfinite(figure.ci95) ? figure.ci95 : 0;
    calibration->figures[calibration->figure_count++] =
        (struct sj_calibration_figure){.quantity = quantities[k],
                                       .simulated = figure.value,
                                       .half_width = figure.ci95,
                                       .tolerance = hypot(half_width, 0.01 * range_of(&fit->orbit, k))};
  }
}

/* From several points, since there are several minima. */
static void search(struct fit *fit) {
  struct sj_minimize question = {.variables = VARIABLES, .value = misfit, .context = fit, .tolerance = 1e-4};
  const double low[VARIABLES] = {0, -0.7, -1.6}, high[VARIABLES] = {1, 0.7, 1.6}, step[VARIABLES] = {0.1, 0.05, 0.2};
  memcpy(question.low, low, sizeof low);
  memcpy(question.high, high, sizeof high);
  memcpy(question.step, step, sizeof step);
  const double starts[][VARIABLES] = {
      {fit->orbit.alpha, 0, 0}, {0.05, 0, 0}, {0.8, 0, 0}, {fit->orbit.alpha, 0, -0.7}, {fit->orbit.alpha, 0, 0.7}};
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
  enum sj_status status = figures_of(&fit->orbit, before);
  if (status == SJ_OK) status = figures_of(&other, after);
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

enum sj_status sj_solve_calibrate(const struct sj_model *model, const struct sj_results *simulated,
                                  const struct sj_solve_options *options, struct sj_calibration *calibration,
                                  struct sj_error *error) {
  const struct sj_space_options how = {.approximate = options->approximate,
                                       .most_bytes = isnan(options->most_bytes) ? INFINITY : options->most_bytes};
  *calibration = (struct sj_calibration){.arrival_factor = 1, .timeout_factor = 1};
  struct sj_space space;
  enum sj_status status = sj_space_create(model, &how, &space, error);
  if (status != SJ_OK) return status;
  const struct sj_orbit *const orbit = sj_space_orbit_parameters(&space);
  struct fit fit = {.calibration = calibration, .stop = options->stop};
  if (!orbit) {
    status = sj_error_set(error, SJ_INVALID,
                          "%s: only the chain of one server with timeouts and retries can be calibrated", model->file);
  } else {
    fit.orbit = *orbit;
    read_figures(&fit, space.servers[0].name, simulated);
    if (!calibration->figure_count)
      status = sj_error_set(error, SJ_INVALID, "the simulation has no figures of `%s` to calibrate by",
                            space.servers[0].name);
  }
  if (status == SJ_OK) {
    search(&fit);
    status = fit.status;
  }
  if (status == SJ_OK) status = look_at_both(&fit);
  if (status == SJ_NO_MEMORY) sj_error_set(error, status, "out of memory");
  sj_space_clear(&space);
  return status;
}
