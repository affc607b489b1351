#include "solve/large_space.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "solve/banded_stream.h"

/* Multiplications that take some five minutes. */
static const double most_work = 2e12;

bool sj_large_can_stream(size_t count, size_t bandwidth) { return sj_stream_work(count, bandwidth) <= most_work; }

/* ---- rows ---- */

struct ordered {
  const struct sj_space *space;
  const struct sj_order *order; /* NULL: as they are */
};

static size_t row(const void *context, size_t i, uint32_t *to, double *rate) {
  const struct ordered *const ordered = context;
  const struct sj_chain *const chain = &ordered->space->chain;
  const struct sj_order *const order = ordered->order;
  const size_t state = order && order->state ? order->state[i] : i, first = chain->begin[state];
  const size_t count = chain->begin[state + 1] - first;
  for (size_t t = 0; t < count; t++) {
    const size_t next = chain->to[first + t];
    to[t] = (uint32_t)(order && order->place ? order->place[next] : next);
    rate[t] = chain->rate[first + t];
  }
  return count;
}

/* In system and orbit of each server. */
static size_t coordinate(const void *context, size_t which, size_t i) {
  const struct sj_space *const space = ((const struct ordered *)context)->space;
  const double value = space->server(space, which / 2, which % 2 ? SJ_ORBIT : SJ_IN_SYSTEM, i);
  return value > 0 ? (size_t)value : 0;
}

static struct sj_generator generator_of(const struct ordered *ordered) {
  const struct sj_space *const space = ordered->space;
  struct sj_generator generator;
  sj_generator_of_chain(&space->chain, &generator);
  generator.context = ordered;
  generator.row = row;
  if (ordered->order) return generator;
  generator.coordinates = 2 * space->server_count;
  generator.coordinate = coordinate;
  return generator;
}

/* ---- stationary distribution ---- */

static enum sj_status stream(const struct sj_space *space, const struct sj_large_wanted *wanted,
                             struct sj_large_solution *solution, struct sj_error *error) {
  const size_t count = space->chain.count, bandwidth = wanted->order->bandwidth;
  const struct ordered ordered = {space, wanted->order};
  const struct sj_generator generator = generator_of(&ordered);
  struct sj_scaled *const by_place = malloc(count * sizeof *by_place);
  solution->pi = malloc(count * sizeof *solution->pi);
  const struct sj_stream_results results = {.pi = by_place};
  enum sj_status status = by_place && solution->pi ? SJ_OK : SJ_NO_MEMORY;
  if (status == SJ_OK) status = sj_stream_solve(&generator, bandwidth, false, wanted->stop, &results);
  for (size_t p = 0; status == SJ_OK && p < count; p++)
    solution->pi[wanted->order->state ? wanted->order->state[p] : p] = by_place[p];
  free(by_place);
  if (status == SJ_NO_MEMORY) return sj_error_set(error, status, "out of memory with %zu states", count);
  if (status == SJ_INTERRUPTED) return sj_error_set(error, status, "interrupted");
  if (status != SJ_OK) return sj_error_set(error, SJ_FAILED, "the chain of %zu states cannot be eliminated", count);
  solution->streamed = true;
  solution->error = 4 * DBL_EPSILON * sqrt((double)count * (double)(bandwidth + 1));
  snprintf(solution->how, sizeof solution->how,
           "elimination without subtractions in two passes, %zu states in a band of %zu", count, bandwidth);
  return SJ_OK;
}

static struct sj_large_options options_of(const struct sj_space *space, const struct sj_large_wanted *wanted) {
  size_t full = space->server_count > 0 && space->full ? space->full[0] : SIZE_MAX;
  if (full == SIZE_MAX) full = space->chain.count - 1;
  return (struct sj_large_options){.start = {space->empty, full},
                                   .once = space->chain.count > 1000000,
                                   .most_bytes = wanted->most_bytes,
                                   .stop = wanted->stop};
}

static enum sj_status by_module(const struct sj_space *space, const struct sj_large_wanted *wanted,
                                struct sj_large_solution *solution, struct sj_error *error) {
  const size_t count = space->chain.count;
  const struct ordered ordered = {space, NULL};
  const struct sj_generator generator = generator_of(&ordered);
  const struct sj_large_options options = options_of(space, wanted);
  double *const pi = solution->rank == 0 ? malloc(count * sizeof *pi) : NULL;
  if (solution->rank == 0) solution->pi = malloc(count * sizeof *solution->pi);
  if (solution->rank == 0 && (!pi || !solution->pi)) {
    free(pi);
    return sj_error_set(error, SJ_NO_MEMORY, "out of memory with %zu states", count);
  }
  const enum sj_status status =
      sj_large_stationary(solution->large, &generator, &options, pi, &solution->certificate, error);
  for (size_t i = 0; status == SJ_OK && pi && i < count; i++) solution->pi[i] = sj_scaled(pi[i]);
  free(pi);
  if (status != SJ_OK) return status;
  solution->error = solution->certificate.bound;
  sj_certificate_text(&solution->certificate, solution->how, sizeof solution->how);
  return SJ_OK;
}

/* ---- spectrum ---- */

static void find_spectrum(const struct sj_space *space, const struct sj_large_wanted *wanted,
                          struct sj_large_solution *solution) {
  const struct ordered ordered = {space, NULL};
  const struct sj_generator generator = generator_of(&ordered);
  const struct sj_large_options options = options_of(space, wanted);
  struct sj_error error = {""};
  if (sj_large_spectrum(solution->large, &generator, &options, wanted->eigenvalues, &solution->spectrum, &error) ==
      SJ_OK)
    return;
  sj_spectrum_clear(&solution->spectrum);
  snprintf(solution->no_spectrum, sizeof solution->no_spectrum, "%.580s", error.message);
}

enum sj_status sj_large_solve(const struct sj_space *space, const struct sj_large_wanted *wanted,
                              struct sj_large_solution *solution, struct sj_error *error) {
  *solution = (struct sj_large_solution){0};
  const bool together = !wanted->alone && sj_large_launched() > 1;
  const bool needed = wanted->module || together || !sj_large_can_stream(space->chain.count, wanted->order->bandwidth);
  struct sj_error absent = {""};
  enum sj_status status = SJ_OK;
  if (wanted->alone && sj_large_launched() > 1 && (needed || wanted->eigenvalues > 1))
    return sj_error_set(error, SJ_FAILED,
                        "the chain is so large (%zu states) that it needs PETSc, which a sweep under mpirun has not: "
                        "sweep without mpirun",
                        space->chain.count);
  if (needed || wanted->eigenvalues > 1) status = sj_large_open(NULL, &solution->large, &absent);
  if (status != SJ_OK && needed) return sj_error_set(error, status, "%s", absent.message);
  snprintf(solution->no_spectrum, sizeof solution->no_spectrum, "%.580s", absent.message);
  if (wanted->eigenvalues < 2)
    snprintf(solution->no_spectrum, sizeof solution->no_spectrum, "none was asked for (--eigenvalues)");
  if (solution->large) solution->rank = sj_large_rank(solution->large);
  status = needed ? by_module(space, wanted, solution, error) : stream(space, wanted, solution, error);
  if (status == SJ_OK && solution->large && wanted->eigenvalues > 1) find_spectrum(space, wanted, solution);
  if (status != SJ_OK) sj_large_solution_clear(solution);
  return status;
}

/* ---- hitting times ---- */

/* Solutions by the module take a minute or more where there are more states. */
enum { MOST_HIT = 1000000, PASSAGES = 4 };

bool sj_large_can_hit(const struct sj_space *space, const struct sj_large_wanted *wanted,
                      const struct sj_large_solution *solution) {
  if (!solution->streamed) return space->chain.count <= MOST_HIT;
  return PASSAGES * sj_stream_work(space->chain.count, wanted->order->bandwidth) <= most_work;
}

static size_t place_of(const struct sj_order *order, size_t state) {
  return order->place ? order->place[state] : state;
}

/* Whether the targets are the first or (`*reversed`) the last `*targets` of the order. */
static bool at_one_end(const struct sj_order *order, const bool *target, size_t count, bool *reversed,
                       size_t *targets) {
  size_t last_place = 0, first_place = count;
  *targets = 0;
  for (size_t i = 0; i < count; i++) {
    if (!target[i]) continue;
    const size_t place = place_of(order, i);
    ++*targets;
    if (place > last_place) last_place = place;
    if (place < first_place) first_place = place;
  }
  *reversed = first_place > 0;
  return *targets > 0 && (*reversed ? count - first_place == *targets : last_place + 1 == *targets);
}

static enum sj_status hit_by_stream(const struct sj_space *space, const struct sj_large_wanted *wanted,
                                    const bool *target, struct sj_scaled *mean, struct sj_error *error) {
  const size_t count = space->chain.count;
  const struct ordered ordered = {space, wanted->order};
  const struct sj_generator generator = generator_of(&ordered);
  struct sj_stream_results results = {0};
  bool reversed = false;
  if (!at_one_end(wanted->order, target, count, &reversed, &results.targets))
    return sj_error_set(error, SJ_FAILED,
                        "hitting times by elimination in two passes need a target at one end of the order; --large "
                        "finds them by PETSc");
  struct sj_scaled *const by_place = results.hits = malloc(count * sizeof *by_place);
  if (!by_place) return sj_error_set(error, SJ_NO_MEMORY, "out of memory with %zu states", count);
  const enum sj_status status = sj_stream_solve(&generator, wanted->order->bandwidth, reversed, wanted->stop, &results);
  for (size_t i = 0; status == SJ_OK && i < count; i++) mean[i] = by_place[place_of(wanted->order, i)];
  free(by_place);
  if (status == SJ_NO_MEMORY) return sj_error_set(error, status, "out of memory with %zu states", count);
  if (status == SJ_INTERRUPTED) return sj_error_set(error, status, "interrupted");
  return status == SJ_OK ? SJ_OK : sj_error_set(error, SJ_FAILED, "no hitting times: a state is left for good");
}

static enum sj_status hit_by_module(const struct sj_space *space, const struct sj_large_wanted *wanted,
                                    const struct sj_large_solution *solution, const bool *target,
                                    struct sj_scaled *mean, double *relative_error, struct sj_error *error) {
  const size_t count = space->chain.count;
  const struct ordered ordered = {space, NULL};
  const struct sj_generator generator = generator_of(&ordered);
  struct sj_large_options options = options_of(space, wanted);
  options.error = 0.01; /* each goes with its error, and is marked */
  double *const times = mean ? malloc(count * sizeof *times) : NULL;
  if (mean && !times) return sj_error_set(error, SJ_NO_MEMORY, "out of memory with %zu states", count);
  const enum sj_status status =
      sj_large_hitting(solution->large, &generator, &options, target, times, relative_error, error);
  for (size_t i = 0; status == SJ_OK && mean && i < count; i++) mean[i] = sj_scaled(times[i]);
  free(times);
  return status;
}

enum sj_status sj_large_hit(const struct sj_space *space, const struct sj_large_wanted *wanted,
                            const struct sj_large_solution *solution, const bool *target, struct sj_scaled *mean,
                            double *relative_error, struct sj_error *error) {
  *relative_error = solution->error; /* of two passes: that of the stationary distribution, which is as often rounded */
  if (solution->streamed) return hit_by_stream(space, wanted, target, mean, error);
  return hit_by_module(space, wanted, solution, target, mean, relative_error, error);
}

/* ---- the transient ---- */

enum sj_status sj_large_advance(const struct sj_large_solution *solution, const struct sj_large_wanted *wanted,
                                const struct sj_chain *chain, double time, double *p, double *wrong,
                                struct sj_error *error) {
  const struct sj_large_options options = {.most_bytes = wanted->most_bytes, .stop = wanted->stop};
  struct sj_generator generator;
  sj_generator_of_chain(chain, &generator);
  return sj_large_transient(solution->large, &generator, &options, time, p, wrong, error);
}

void sj_large_solution_clear(struct sj_large_solution *solution) {
  sj_spectrum_clear(&solution->spectrum);
  free(solution->pi);
  sj_large_close(solution->large);
  *solution = (struct sj_large_solution){0};
}
