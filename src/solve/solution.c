#include "solve/solution.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "solve/banded_stream.h"

/* ---- options ---- */

/* What the machine could give without swapping, by the kernel's own estimate; else the pages that are free. */
static double available_bytes(void) {
  double bytes = (double)sysconf(_SC_AVPHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
  FILE *const file = fopen("/proc/meminfo", "r");
  char line[128];
  static const char word[] = "MemAvailable:";
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, word, sizeof word - 1) == 0) bytes = 1024 * strtod(line + sizeof word - 1, NULL);
  if (file) fclose(file);
  return bytes;
}

static const double most_points = 1e5;

enum sj_status sj_solution_settle(const struct sj_model *model, const struct sj_solve_options *options,
                                  struct sj_solution *solution, struct sj_error *error) {
  *solution = (struct sj_solution){.model = model, .options = *options, .settings = model->solve};
  struct sj_solve_settings *const settings = &solution->settings;
  if (!isnan(options->horizon)) settings->horizon = options->horizon;
  if (!isnan(options->step)) settings->step = options->step;
  if (!isnan(options->horizon) && isnan(options->step) && settings->step > settings->horizon)
    settings->step = settings->horizon;
  const double horizon = settings->horizon, step = settings->step;
  if (!(horizon > 0 && horizon < INFINITY))
    return sj_error_set(error, SJ_INVALID, "the horizon must be positive and finite, got %g", horizon);
  if (!(step > 0 && step <= horizon))
    return sj_error_set(error, SJ_INVALID, "the step must be above 0 and at most the horizon (%g), got %g", horizon,
                        step);
  if (horizon / step > most_points)
    return sj_error_set(error, SJ_INVALID, "at most %g steps lie in the horizon, got %g", most_points, horizon / step);
  if (isnan(options->most_bytes)) solution->options.most_bytes = 0.75 * available_bytes();
  return SJ_OK;
}

enum sj_status sj_solution_failed(const struct sj_solution *solution, enum sj_status status, struct sj_error *error) {
  const char *const file = solution->model->file;
  if (status == SJ_NO_MEMORY) return sj_error_set(error, status, "%s: out of memory", file);
  if (status == SJ_INTERRUPTED) return sj_error_set(error, status, "interrupted");
  if (status == SJ_FAILED) return sj_error_set(error, status, "%s: a solver did not converge", file);
  return sj_error_set(error, SJ_FAILED, "%s: the chain cannot be eliminated", file);
}

/* ---- states ---- */

static enum sj_status make_space(struct sj_solution *s, struct sj_error *error) {
  const struct sj_space_options options = {.approximate = s->options.approximate,
                                           .chain_only = true,
                                           .most_bytes = s->options.most_bytes,
                                           .calibration = s->options.calibration};
  struct sj_error own = {{0}};
  const enum sj_status status = sj_space_create(s->model, &options, &s->space, &own);
  if (status == SJ_OK) return SJ_OK;
  if (!*own.message) return sj_solution_failed(s, status, error);
  if (status == SJ_NO_MEMORY) return sj_error_set(error, status, "%s: %s", s->model->file, own.message);
  return sj_error_set(error, status, "%s", own.message);
}

static enum sj_status two_classes(const struct sj_solution *s, size_t classes, const size_t *class_of,
                                  struct sj_error *error) {
  char names[2][200] = {"", ""};
  for (size_t i = s->space.chain.count; i-- > 0;)
    if (class_of[i] < 2) s->space.describe(&s->space, i, names[class_of[i]], sizeof names[0]);
  return sj_error_set(error, SJ_INVALID,
                      "%s: the chain has no one steady state: it ends in one of %zu sets of states that it never "
                      "leaves, one of them with %s, another with %s",
                      s->model->file, classes, names[0], names[1]);
}

/* The chain has one closed class; `*first` is a state of it, the empty one if it can be. */
static enum sj_status check_classes(const struct sj_solution *s, size_t *first, struct sj_error *error) {
  const size_t count = s->space.chain.count;
  size_t *const class_of = malloc(count * sizeof *class_of), classes = 0;
  if (!class_of) return sj_solution_failed(s, SJ_NO_MEMORY, error);
  enum sj_status status = sj_chain_closed_classes(&s->space.chain, &classes, class_of);
  if (status != SJ_OK)
    status = sj_solution_failed(s, status, error);
  else if (classes != 1)
    status = two_classes(s, classes, class_of, error);
  *first = s->space.natural_order ? 0 : s->space.empty;
  for (size_t i = 0; status == SJ_OK && class_of[*first] == SIZE_MAX && i < count; i++)
    if (class_of[i] != SIZE_MAX) *first = i;
  free(class_of);
  return status;
}

static unsigned least_eigenvalues(const struct sj_solution *s) {
  return s->space.chain.count < SJ_LARGE ? SJ_EIGENVALUES : SJ_EIGENVALUES_OF_LARGE;
}

static enum sj_status refuse(const struct sj_solution *s, size_t bandwidth, double bytes, struct sj_error *error) {
  char needed[32], most[32];
  return sj_error_set(error, SJ_NO_MEMORY,
                      "%s: the chain has %zu states in a band of %zu; solving it would take about %s, more than the %s "
                      "that it may (--memory)",
                      s->model->file, s->space.chain.count, bandwidth, sj_bytes_text(bytes, needed),
                      sj_bytes_text(s->options.most_bytes, most));
}

/* ---- large chains ---- */

/* What the module needs at least of a state and of a transition: the matrix, ILU's factors, GMRES's directions. */
static const double module_state_bytes = 500, module_transition_bytes = 24;

static double large_bytes(const struct sj_solution *s, size_t bandwidth) {
  const size_t states = s->space.chain.count;
  const double count = (double)states, transitions = (double)s->space.chain.end;
  const bool by_module = s->options.large || sj_large_launched() > 1 || !sj_large_can_stream(states, bandwidth);
  return sj_space_bytes(count, transitions, 0) + count * 2 * (sizeof(struct sj_scaled) + sizeof(double)) +
         (by_module ? count * module_state_bytes + transitions * module_transition_bytes
                    : sj_stream_bytes(states, bandwidth));
}

/* Beyond so many states the spectrum takes far longer than all else: it must be asked for. */
enum { SPECTRUM_UNASKED = 300000 };

struct sj_large_wanted sj_solution_wanted(const struct sj_solution *s) {
  return (struct sj_large_wanted){
      .order = &s->eliminated.order,
      .eigenvalues = s->options.eigenvalues || s->space.chain.count <= SPECTRUM_UNASKED ? s->eigenvalues : 1,
      .module = s->options.large,
      .alone = s->options.alone,
      .most_bytes = s->options.most_bytes,
      .stop = s->options.stop};
}

static enum sj_status solve_large(struct sj_solution *s, const struct sj_order *order, struct sj_error *error) {
  struct sj_error own = {{0}};
  sj_solution_report(s, "steady state and spectrum of a large chain", NAN);
  s->is_large = true;
  s->eliminated = (struct sj_eliminated){.chain = &s->space.chain, .order = *order, .stop = s->options.stop};
  const struct sj_large_wanted wanted = sj_solution_wanted(s);
  const enum sj_status status = sj_large_solve(&s->space, &wanted, &s->large, &own);
  if (status == SJ_INTERRUPTED) return sj_solution_failed(s, status, error);
  return status == SJ_OK ? SJ_OK : sj_error_set(error, status, "%s: %s", s->model->file, own.message);
}

enum sj_status sj_solution_eliminate(struct sj_solution *s, struct sj_error *error) {
  sj_solution_report(s, "states", NAN);
  enum sj_status status = make_space(s, error);
  size_t first = 0;
  if (status == SJ_OK) s->eigenvalues = s->options.eigenvalues ? s->options.eigenvalues : least_eigenvalues(s);
  if (status == SJ_OK) status = check_classes(s, &first, error);
  if (status != SJ_OK) return status;
  struct sj_order order;
  status = sj_eliminated_order(&s->space.chain, s->space.natural_order, first, &order);
  if (status != SJ_OK) return sj_solution_failed(s, status, error);
  const double bytes = sj_eliminated_bytes(s->space.chain.count, order.bandwidth, s->eigenvalues);
  if (s->options.large || (!s->options.alone && sj_large_launched() > 1) || bytes > s->options.most_bytes) {
    if (large_bytes(s, order.bandwidth) <= s->options.most_bytes) return solve_large(s, &order, error);
    status = refuse(s, order.bandwidth, large_bytes(s, order.bandwidth), error);
    sj_order_clear(&order);
    return status;
  }
  sj_solution_report(s, "elimination", NAN);
  status = sj_eliminated_create(&s->space.chain, order, s->options.stop, &s->eliminated);
  return status == SJ_OK ? SJ_OK : sj_solution_failed(s, status, error);
}

/* ---- regimes ---- */

static enum sj_status find_passages(const struct sj_solution *s, struct sj_server_solution *server) {
  const size_t count = s->space.chain.count;
  struct sj_scaled **const vectors[] = {&server->to_low, &server->to_low_std, &server->to_high, &server->to_high_std};
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    *vectors[i] = malloc(count * sizeof(struct sj_scaled));
    if (!*vectors[i]) return SJ_NO_MEMORY;
  }
  server->to_low_error = server->to_high_error = s->eliminated.roundings;
  const enum sj_status status = sj_passage(&s->eliminated, server->regimes.low.in, server->to_low, server->to_low_std);
  if (status != SJ_OK) return status;
  return sj_passage(&s->eliminated, server->regimes.high.in, server->to_high, server->to_high_std);
}

static enum sj_status judge_server(const struct sj_solution *s, size_t index) {
  struct sj_server_solution *const server = &s->servers[index];
  const size_t count = s->space.chain.count;
  const double capacity = s->space.servers[index].capacity;
  server->in_system = malloc(count * sizeof *server->in_system);
  if (!server->in_system) return SJ_NO_MEMORY;
  for (size_t i = 0; i < count; i++) server->in_system[i] = s->space.server(&s->space, index, SJ_IN_SYSTEM, i);
  enum sj_status status = sj_regimes_start(&s->eliminated, server->in_system, sj_solve_low(&s->settings, capacity),
                                           sj_solve_high(&s->settings, capacity), &server->regimes);
  if (status != SJ_OK || !server->regimes.known) return status;
  status = find_passages(s, server);
  if (status != SJ_OK) return status;
  return sj_regimes_find(&s->eliminated, &s->spectrum, s->settings.metastable_factor, server->to_low, server->to_high,
                         &server->regimes);
}

void sj_solution_report(const struct sj_solution *s, const char *stage, double share) {
  const struct sj_solve_progress progress = {.stage = stage, .share = share};
  if (s->options.on_progress) s->options.on_progress(s->options.context, &progress);
}

enum sj_status sj_solution_decompose(struct sj_solution *s, struct sj_error *error) {
  const unsigned least = least_eigenvalues(s);
  const size_t wanted = s->eigenvalues > least ? s->eigenvalues : least;
  sj_solution_report(s, "spectrum", NAN);
  const enum sj_status status = sj_eliminated_spectrum(&s->eliminated, wanted, &s->spectrum);
  return status == SJ_OK || status == SJ_FAILED ? SJ_OK : sj_solution_failed(s, status, error);
}

enum sj_status sj_solution_judge(struct sj_solution *s, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  sj_solution_report(s, "hitting times", NAN);
  s->servers = sj_allocate_array(s->space.server_count, sizeof *s->servers);
  for (size_t i = 0; i < s->space.server_count && status == SJ_OK; i++) status = judge_server(s, i);
  return status == SJ_OK ? SJ_OK : sj_solution_failed(s, status, error);
}

void sj_solution_clear(struct sj_solution *s) {
  for (size_t i = 0; s->servers && i < s->space.server_count; i++) {
    struct sj_server_solution *const server = &s->servers[i];
    free(server->in_system);
    sj_regimes_clear(&server->regimes);
    free(server->to_low);
    free(server->to_low_std);
    free(server->to_high);
    free(server->to_high_std);
  }
  free(s->servers);
  sj_spectrum_clear(&s->spectrum);
  sj_large_solution_clear(&s->large);
  sj_eliminated_clear(&s->eliminated);
  sj_space_clear(&s->space);
  *s = (struct sj_solution){0};
}
