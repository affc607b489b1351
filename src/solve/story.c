/* The transient from the empty system, through the model's faults, and how long recovery takes after them. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "random/distribution.h"
#include "solve/solution.h"

/* Of the 1-norm of a distribution, for each step. */
static const double tolerance = 1e-12;
/* With the chain, for the whole of a chapter: beyond it a transient is given up. */
static const size_t most_products = 10000000;
/* Transitions times the jumps that the fastest state makes until the end: some minutes. Beyond it a large chain's
 * transient is not begun. */
static const double most_work = 2e11;

/* A fault that the transient carries. */
struct episode {
  const struct sj_fault *fault;
  double end; /* INFINITY: it stays */
  char *path; /* slow: of the server's speed */
  struct sj_change slow;
};

/* What is drawn of one server. */
struct lines {
  double *orbit; /* by state; NULL: there is none */
  double *in_system_series, *orbit_series, *full_series;
};

struct story {
  const struct sj_solution *s;
  struct sj_findings *findings;
  struct sj_error *error;
  struct episode *episodes;
  size_t episode_count;
  struct lines *lines;        /* [server] */
  struct sj_transient usual;  /* where no fault is in force */
  double *p, now, wrong;      /* the distribution at `now`, and a bound of its error */
  size_t next_point;          /* of the grid */
  double last_end;            /* of the carried faults; NAN: there is none, or it stays */
  double *after, after_wrong; /* the distribution then */
};

/* ---- which faults ---- */

static bool befalls_all(const struct sj_model *model, const struct sj_fault *fault) {
  const uint32_t count = model->servers[fault->place.index].count;
  return (fault->place.member < 0 && (fault->members == 0 || fault->members >= count)) || count == 1;
}

/* Why the transient does not carry a fault; NULL: it does. */
static const char *why_not(const struct sj_model *model, const struct sj_fault *fault) {
  if (fault->every) return "it comes at random";
  if (fault->lasts && sj_distribution_is_random(fault->lasts)) return "its length is random";
  if (fault->kind == SJ_FAULT_SLOW) return befalls_all(model, fault) ? NULL : "it befalls some members of a pool";
  return fault->kind == SJ_FAULT_CHANGE ? NULL : "only `set`, `scale` and `slow` change rates";
}

static void take_episode(struct story *story, const struct sj_fault *fault) {
  struct episode *const episode = &story->episodes[story->episode_count++];
  episode->fault = fault;
  episode->end = fault->lasts ? fault->at + sj_distribution_mean(fault->lasts) : INFINITY;
  if (fault->kind == SJ_FAULT_SLOW) {
    episode->path = sj_format("%s.speed", story->s->model->servers[fault->place.index].name);
    episode->slow = (struct sj_change){.path = episode->path, .scale = true, .factor = 1 / fault->factor};
  }
  if (!(episode->end <= story->last_end)) story->last_end = episode->end;
}

static void take_episodes(struct story *story) {
  const struct sj_model *const model = story->s->model;
  story->episodes = sj_allocate_array(model->fault_count, sizeof *story->episodes);
  story->last_end = NAN;
  for (size_t i = 0; i < model->fault_count; i++) {
    const char *const reason = why_not(model, &model->faults[i]);
    if (reason)
      sj_findings_note(story->findings, "the transient leaves the fault of line %d out: %s", model->faults[i].line,
                       reason);
    else
      take_episode(story, &model->faults[i]);
  }
  if (isinf(story->last_end)) story->last_end = NAN;
}

static bool in_force(const struct episode *episode, double time) {
  return episode->fault->at <= time && time < episode->end;
}

/* The first time after `time` at which a fault begins or ends. */
static double next_change(const struct story *story, double time) {
  double next = INFINITY;
  for (size_t i = 0; i < story->episode_count; i++) {
    const double times[] = {story->episodes[i].fault->at, story->episodes[i].end};
    for (size_t k = 0; k < 2; k++)
      if (times[k] > time && times[k] < next) next = times[k];
  }
  return next;
}

/* The changes in force, in the order of the faults; NULL if there are none. The caller frees the list. */
static const struct sj_change **changes_at(const struct story *story, double time, size_t *count) {
  size_t most = 0;
  for (size_t i = 0; i < story->episode_count; i++) most += story->episodes[i].fault->change_count + 1;
  const struct sj_change **const changes = sj_allocate_array(most + 1, sizeof *changes);
  *count = 0;
  for (size_t i = 0; i < story->episode_count; i++) {
    const struct episode *const episode = &story->episodes[i];
    if (!in_force(episode, time)) continue;
    for (size_t k = 0; k < episode->fault->change_count; k++) changes[(*count)++] = &episode->fault->changes[k];
    if (episode->path) changes[(*count)++] = &episode->slow;
  }
  return changes;
}

/* ---- moving on ---- */

static double *expectation_series(struct story *story, const char *unit, const char *server, const char *what) {
  return sj_findings_add_series(story->findings, unit, "%s.%s", server, what);
}

static enum sj_status start_lines(struct story *story) {
  const struct sj_space *const space = &story->s->space;
  story->lines = sj_allocate_array(space->server_count, sizeof *story->lines);
  for (size_t k = 0; k < space->server_count; k++) {
    struct lines *const lines = &story->lines[k];
    const char *const name = space->servers[k].name;
    lines->in_system_series = expectation_series(story, "requests", name, "in_system");
    lines->full_series = expectation_series(story, "", name, "full");
    if (!lines->in_system_series || !lines->full_series) return SJ_NO_MEMORY;
    if (isnan(space->server(space, k, SJ_ORBIT, space->empty))) continue;
    lines->orbit = malloc(space->chain.count * sizeof *lines->orbit);
    lines->orbit_series = expectation_series(story, "requests", name, "orbit");
    if (!lines->orbit || !lines->orbit_series) return SJ_NO_MEMORY;
    for (size_t i = 0; i < space->chain.count; i++) lines->orbit[i] = space->server(space, k, SJ_ORBIT, i);
  }
  return SJ_OK;
}

static double expected(const double *p, const double *x, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += p[i] * x[i];
  return sum;
}

static void draw(struct story *story) {
  const struct sj_space *const space = &story->s->space;
  const size_t point = story->next_point++, count = space->chain.count;
  if (!story->p) return;
  for (size_t k = 0; k < space->server_count; k++) {
    const struct lines *const lines = &story->lines[k];
    const double *const in_system = story->s->servers[k].in_system;
    double full = 0;
    for (size_t i = 0; i < count; i++)
      if (in_system[i] == space->servers[k].capacity) full += story->p[i];
    lines->in_system_series[point] = expected(story->p, in_system, count);
    lines->full_series[point] = fmax(full, 0); /* Krylov leaves roundings on either side of 0 */
    if (lines->orbit) lines->orbit_series[point] = expected(story->p, lines->orbit, count);
  }
}

/* A large chain's by the module, if that found its steady state. */
static bool by_module(const struct sj_solution *s) { return s->is_large && !s->large.streamed; }

static enum sj_status move_on(const struct story *story, struct sj_transient *transient, double time, double *wrong) {
  const struct sj_solution *const s = story->s;
  if (!(time > 0)) return SJ_OK;
  if (!by_module(s)) return sj_transient_advance(transient, story->p, time, wrong);
  const struct sj_large_wanted wanted = sj_solution_wanted(s);
  return sj_large_advance(&s->large, &wanted, transient->chain, time, story->p, wrong, story->error);
}

static enum sj_status advance(struct story *story, struct sj_transient *transient, double to) {
  double wrong = 0;
  const enum sj_status status = move_on(story, transient, to - story->now, &wrong);
  if (status != SJ_OK) return status;
  story->now = to;
  story->wrong += wrong;
  return status;
}

static double next_point_time(const struct story *story) {
  return fmin((double)story->next_point * story->findings->grid_step, story->s->settings.horizon);
}

static double story_end(const struct story *story) {
  const double horizon = story->s->settings.horizon;
  return isnan(story->last_end) ? horizon : fmax(horizon, story->last_end);
}

/* To `end`, while the rates are those of `transient`; points of the grid on the way are drawn. */
static enum sj_status tell(struct story *story, struct sj_transient *transient, double end) {
  enum sj_status status = SJ_OK;
  while (status == SJ_OK && story->next_point < story->findings->points && next_point_time(story) <= end) {
    sj_solution_report(story->s, "transient", story->now / story_end(story));
    status = advance(story, transient, next_point_time(story));
    if (status == SJ_OK) draw(story);
  }
  return status == SJ_OK ? advance(story, transient, end) : status;
}

static void set_limits(const struct story *story, struct sj_transient *transient) {
  transient->tolerance = tolerance;
  transient->stop = story->s->options.stop;
  transient->most_products = most_products;
}

/* The module needs no more of the chain than itself. */
static enum sj_status start_moving(const struct story *story, struct sj_transient *transient,
                                   const struct sj_chain *chain, const struct sj_spectrum *spectrum, const double *pi) {
  const bool known = spectrum->count > 1;
  enum sj_status status = SJ_OK;
  if (by_module(story->s))
    *transient = (struct sj_transient){.chain = chain};
  else
    status = sj_transient_start(transient, chain, known ? spectrum : NULL, known ? pi : NULL);
  if (status == SJ_OK) set_limits(story, transient);
  return status;
}

/* ---- while faults are in force ---- */

static bool same_states(const struct sj_space *a, const struct sj_space *b) {
  if (a->chain.count != b->chain.count || a->kind != b->kind) return false;
  for (size_t i = 0; i < a->chain.count; i++) {
    char names[2][256];
    a->describe(a, i, names[0], sizeof names[0]);
    b->describe(b, i, names[1], sizeof names[1]);
    if (strcmp(names[0], names[1]) != 0) return false;
  }
  return true;
}

/* The chain while faults are in force. */
struct variant {
  struct sj_model *model;
  struct sj_space space;
  struct sj_eliminated eliminated;
  struct sj_spectrum spectrum;
  struct sj_transient transient;
};

static void clear_variant(struct variant *variant) {
  sj_transient_clear(&variant->transient);
  sj_spectrum_clear(&variant->spectrum);
  sj_eliminated_clear(&variant->eliminated);
  sj_space_clear(&variant->space);
  sj_model_destroy(variant->model);
}

static double fastest_exit(const struct sj_chain *chain) {
  double fastest = 0;
  for (size_t i = 0; i < chain->count; i++) fastest = fmax(fastest, sj_chain_exit_rate(chain, i));
  return fastest;
}

/* Where the fault is long for its rates, eigenvectors save most of the steps, and cost about as much as some thousand.
 * Without them it goes on all the same. */
static enum sj_status shorten(const struct story *story, struct variant *variant, double duration) {
  const struct sj_chain *const chain = &variant->space.chain;
  const double worth_it = 3000;
  if (chain->count >= SJ_LARGE || duration * fastest_exit(chain) < worth_it) return SJ_OK;
  size_t *const class_of = malloc(chain->count * sizeof *class_of), classes = 0;
  if (!class_of) return SJ_NO_MEMORY;
  enum sj_status status = sj_chain_closed_classes(chain, &classes, class_of);
  size_t first = 0;
  while (status == SJ_OK && classes == 1 && class_of[first] == SIZE_MAX) first++;
  free(class_of);
  struct sj_order order;
  if (status == SJ_OK && classes != 1) status = SJ_FAILED;
  if (status == SJ_OK) status = sj_eliminated_order(chain, variant->space.natural_order, first, &order);
  if (status == SJ_OK) status = sj_eliminated_create(chain, order, story->s->options.stop, &variant->eliminated);
  if (status == SJ_OK) status = sj_eliminated_spectrum(&variant->eliminated, SJ_EIGENVALUES, &variant->spectrum);
  return status == SJ_NO_MEMORY || status == SJ_INTERRUPTED ? status : SJ_OK;
}

static enum sj_status tell_with(struct story *story, const struct sj_change *const *changes, size_t count, double end) {
  const struct sj_solution *const s = story->s;
  const struct sj_space_options options = {.approximate = s->options.approximate,
                                           .chain_only = s->is_large,
                                           .most_bytes = s->options.most_bytes,
                                           .calibration = s->options.calibration};
  struct variant variant = {0};
  *story->error->message = 0;
  enum sj_status status = sj_model_variant(s->model, changes, count, &variant.model, story->error);
  if (status == SJ_OK) status = sj_space_create(variant.model, &options, &variant.space, story->error);
  if (status == SJ_OK && !same_states(&s->space, &variant.space))
    status = sj_error_set(story->error, SJ_INVALID,
                          "%s:%d: the transient cannot carry this fault: the chain has other states while it lasts",
                          s->model->file, story->episodes[0].fault->line);
  if (status == SJ_OK) status = shorten(story, &variant, end - story->now);
  if (status == SJ_OK)
    status = start_moving(story, &variant.transient, &variant.space.chain, &variant.spectrum, variant.eliminated.p);
  if (status == SJ_OK) status = tell(story, &variant.transient, end);
  clear_variant(&variant);
  return status;
}

static enum sj_status tell_chapter(struct story *story, double end) {
  size_t count = 0;
  const struct sj_change **const changes = changes_at(story, story->now, &count);
  const enum sj_status status = count ? tell_with(story, changes, count, end) : tell(story, &story->usual, end);
  free(changes);
  return status;
}

/* ---- what is found ---- */

static enum sj_status keep_after(struct story *story) {
  const size_t count = story->s->space.chain.count;
  if (story->now != story->last_end || story->after || !story->p) return SJ_OK;
  story->after = calloc(count, sizeof *story->after);
  if (!story->after) return SJ_NO_MEMORY;
  memcpy(story->after, story->p, count * sizeof *story->after);
  story->after_wrong = story->wrong;
  return SJ_OK;
}

/* What is wrong with the distribution may all lie where recovery takes longest. */
static void add_recovery(struct story *story, const char *name, const struct sj_server_solution *server) {
  struct sj_scaled mean = {0}, second = {0}, longest = {0};
  const bool spread_known = server->to_low_std != NULL;
  for (size_t i = 0; i < story->s->space.chain.count; i++) {
    const struct sj_scaled weight = sj_scaled(fmax(story->after[i], 0)), h = server->to_low[i],
                           std = spread_known ? server->to_low_std[i] : (struct sj_scaled){0};
    const struct sj_scaled square = sj_scaled_add(sj_scaled_multiply(h, h), sj_scaled_multiply(std, std));
    mean = sj_scaled_add(mean, sj_scaled_multiply(weight, h));
    second = sj_scaled_add(second, sj_scaled_multiply(weight, square));
    if (sj_scaled_compare(h, longest) > 0) longest = h;
  }
  struct sj_scaled minus = sj_scaled_multiply(mean, mean);
  minus.fraction = -minus.fraction;
  const struct sj_scaled variance = sj_scaled_add(second, minus);
  const double spread = sj_scaled_double(sj_scaled_divide(longest, mean));
  const double relative = mean.fraction > 0 ? story->after_wrong * spread + server->to_low_error : 0;
  sj_findings_add_scaled(story->findings, mean, relative, "%s.recovery.mean", name);
  if (spread_known && variance.fraction >= 0)
    sj_findings_add_scaled(story->findings, sj_scaled_sqrt(variance), 3 * relative, "%s.recovery.std", name);
}

static void add_after(struct story *story) {
  const struct sj_solution *const s = story->s;
  const size_t count = s->space.chain.count;
  for (size_t k = 0; k < s->space.server_count; k++) {
    const struct sj_server_solution *const server = &s->servers[k];
    const char *const name = s->space.servers[k].name;
    const double capacity = s->space.servers[k].capacity, orbit = s->space.servers[k].orbit;
    sj_findings_add(story->findings, expected(story->after, server->in_system, count), story->after_wrong * capacity,
                    "%s.fault.in_system.mean", name);
    if (story->lines[k].orbit)
      sj_findings_add(story->findings, expected(story->after, story->lines[k].orbit, count), story->after_wrong * orbit,
                      "%s.fault.orbit.mean", name);
    if (!server->to_low) continue;
    double high = 0;
    const double least = sj_solve_high(&s->settings, capacity);
    for (size_t i = 0; i < count; i++)
      if (server->in_system[i] >= least) high += story->after[i];
    sj_findings_add(story->findings, high, story->after_wrong, "%s.fault.high", name);
    add_recovery(story, name, server);
  }
}

static enum sj_status tell_all(struct story *story) {
  const double end = story_end(story);
  enum sj_status status = SJ_OK;
  while (status == SJ_OK && story->now < end) {
    status = tell_chapter(story, fmin(next_change(story, story->now), end));
    if (status == SJ_OK) status = keep_after(story);
  }
  return status;
}

static enum sj_status start(struct story *story) {
  const struct sj_solution *const s = story->s;
  const struct sj_solve_settings *const settings = &s->settings;
  story->findings->grid_step = settings->step;
  story->findings->points = (size_t)floor(settings->horizon / settings->step + 1e-9) + 1;
  take_episodes(story);
  if (s->large.rank == 0) story->p = calloc(s->space.chain.count, sizeof *story->p);
  if (s->large.rank == 0 && !story->p) return SJ_NO_MEMORY;
  if (story->p) story->p[s->space.empty] = 1;
  const enum sj_status status = start_lines(story);
  return status == SJ_OK ? start_moving(story, &story->usual, &s->space.chain, &s->spectrum, s->eliminated.p) : status;
}

/* Whether it is told at all: a large chain's takes long. */
static bool worth_telling(const struct sj_solution *s, struct sj_findings *findings) {
  const double jumps = s->is_large ? s->settings.horizon * fastest_exit(&s->space.chain) : 0;
  if (jumps * (double)s->space.chain.end <= most_work) return true;
  sj_findings_note(findings,
                   "no transient: %.1e jumps of the fastest state lie in %g %s, each to be followed through %zu "
                   "transitions; a shorter --horizon may do",
                   jumps, s->settings.horizon, s->model->time_unit, s->space.chain.end);
  return false;
}

static void clear(struct story *story) {
  for (size_t i = 0; i < story->episode_count; i++) free(story->episodes[i].path);
  for (size_t k = 0; story->lines && k < story->s->space.server_count; k++) free(story->lines[k].orbit);
  free(story->episodes);
  free(story->lines);
  free(story->p);
  free(story->after);
  sj_transient_clear(&story->usual);
}

enum sj_status sj_find_story(const struct sj_solution *solution, struct sj_findings *findings, struct sj_error *error) {
  struct sj_error own = {{0}};
  struct story story = {.s = solution, .findings = findings, .error = &own};
  if (!worth_telling(solution, findings)) return SJ_OK;
  enum sj_status status = start(&story);
  if (status == SJ_OK) status = tell_all(&story);
  if (status == SJ_INVALID) { /* what the faults do to the model; the rest stands without it */
    sj_findings_note(findings, "%s", own.message);
    status = SJ_OK;
  } else if (status == SJ_FAILED) {
    sj_findings_note(findings, "%s: it ends at %g %s",
                     *own.message ? own.message : "the transient takes too many steps", story.now,
                     solution->model->time_unit);
    status = SJ_OK;
  } else if (status == SJ_OK) {
    if (story.after) add_after(&story);
    sj_findings_note(findings, "transients: what is wrong with a distribution adds up to %.1e at most", story.wrong);
  }
  clear(&story);
  return status == SJ_OK ? SJ_OK : sj_solution_failed(solution, status, error);
}
