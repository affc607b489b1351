/* The laws that choose between branches: hyperexponential, mixture, phase type. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "random/node.h"

void sj_branches_fill(struct branch *branches, size_t count, const double *weights, double total) {
  size_t last = 0;
  double cumulated = 0;
  for (size_t i = 0; i < count; i++) {
    cumulated += weights[i];
    branches[i] = (struct branch){.probability = weights[i] / total, .cumulated = cumulated / total};
    if (weights[i] > 0) last = i;
  }
  for (size_t i = last; i < count; i++) branches[i].cumulated = INFINITY;
}

struct sj_distribution *sj_distribution_hyperexponential(size_t count, const double *probabilities, const double *rates,
                                                         struct sj_error *error) {
  const enum sj_distribution_kind kind = SJ_HYPEREXPONENTIAL;
  double total = 0;
  if (!sj_node_check(count >= 1, kind, "at least one branch is needed", (double)count, error)) return NULL;
  for (size_t i = 0; i < count; i++) {
    const double rate = rates[i], p = probabilities[i];
    if (!sj_node_check(p >= 0 && p <= 1 + 1e-9, kind, "probabilities must lie between 0 and 1", p, error) ||
        !sj_node_check(rate > 0 && isfinite(rate) && isfinite(1 / rate), kind, "rates must be positive and finite",
                       rate, error))
      return NULL;
    total += p;
  }
  if (!sj_node_check(fabs(total - 1) <= 1e-9, kind, "probabilities must sum to 1", total, error)) return NULL;
  struct node *const n = sj_node_create(kind);
  n->hyperexponential.count = count;
  n->hyperexponential.branches = sj_allocate_array(count, sizeof *n->hyperexponential.branches);
  n->hyperexponential.rates = sj_allocate_array(count, sizeof *rates);
  n->hyperexponential.means = sj_allocate_array(count, sizeof *n->hyperexponential.means);
  sj_branches_fill(n->hyperexponential.branches, count, probabilities, total);
  memcpy(n->hyperexponential.rates, rates, count * sizeof *rates);
  for (size_t i = 0; i < count; i++) n->hyperexponential.means[i] = 1 / rates[i];
  return &n->head;
}

static bool mixture_is_possible(size_t count, const double *weights, struct sj_distribution *const *parts,
                                uint32_t *nodes, uint32_t *levels, double *total, struct sj_error *error) {
  if (!sj_node_check(count >= 1, SJ_MIXTURE, "at least one part is needed", (double)count, error)) return false;
  uint64_t all = 1;
  *levels = 0;
  *total = 0;
  for (size_t i = 0; i < count; i++) {
    if (!parts[i]) return false;
    if (!sj_node_check(weights[i] >= 0 && isfinite(weights[i]), SJ_MIXTURE, "weights must be finite and not negative",
                       weights[i], error))
      return false;
    *total += weights[i];
    all += node_of(parts[i])->nodes;
    if (node_of(parts[i])->levels > *levels) *levels = node_of(parts[i])->levels;
  }
  *levels += 1;
  *nodes = (uint32_t)(all > UINT32_MAX ? UINT32_MAX : all);
  return sj_node_check(*total > 0 && isfinite(*total), SJ_MIXTURE, "weights must have a positive, finite sum", *total,
                       error) &&
         sj_node_limits(*nodes, *levels, error);
}

struct sj_distribution *sj_distribution_mixture(size_t count, const double *weights, struct sj_distribution **parts,
                                                struct sj_error *error) {
  uint32_t nodes, levels;
  double total;
  if (!mixture_is_possible(count, weights, parts, &nodes, &levels, &total, error)) {
    for (size_t i = 0; i < count; i++) sj_distribution_destroy(parts[i]);
    return NULL;
  }
  struct node *const n = sj_node_create(SJ_MIXTURE);
  n->nodes = nodes;
  n->levels = levels;
  n->mixture.count = count;
  n->mixture.branches = sj_allocate_array(count, sizeof *n->mixture.branches);
  n->mixture.weights = sj_allocate_array(count, sizeof *n->mixture.weights);
  n->mixture.parts = sj_allocate_array(count, sizeof(struct sj_distribution *));
  sj_branches_fill(n->mixture.branches, count, weights, total);
  memcpy(n->mixture.weights, weights, count * sizeof *weights);
  memcpy(n->mixture.parts, parts, count * sizeof *parts);
  return &n->head;
}

/* Rates below the rounding error of their row's sum are none. */
static double exit_rate(size_t count, const double *row, size_t i) {
  double off_diagonal = 0;
  for (size_t j = 0; j < count; j++)
    if (j != i) off_diagonal += row[j];
  const double rate = -row[i] - off_diagonal;
  return fabs(rate) <= (double)(count + 1) * DBL_EPSILON * -row[i] ? 0 : rate;
}

/* Marks the phases from which absorption can be reached; returns the first from which it cannot, or `count`. */
static size_t trapped_phase(size_t count, const double *generator, const double *exit) {
  bool *const free_phase = sj_allocate_array(count, sizeof *free_phase);
  for (size_t i = 0; i < count; i++) free_phase[i] = exit[i] > 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < count; i++)
      for (size_t j = 0; j < count && !free_phase[i]; j++)
        if (j != i && free_phase[j] && generator[i * count + j] > 0) changed = free_phase[i] = true;
  }
  size_t trapped = 0;
  while (trapped < count && free_phase[trapped]) trapped++;
  free(free_phase);
  return trapped;
}

static bool alpha_is_possible(size_t count, const double *alpha, struct sj_error *error) {
  double total = 0;
  for (size_t i = 0; i < count; i++) {
    if (!sj_node_check(alpha[i] >= 0 && alpha[i] <= 1 + 1e-9, SJ_PHASE_TYPE, "alpha must lie between 0 and 1", alpha[i],
                       error))
      return false;
    total += alpha[i];
  }
  return sj_node_check(total <= 1 + 1e-9, SJ_PHASE_TYPE, "alpha must sum to at most 1", total, error);
}

static bool generator_is_possible(size_t count, const double *generator, double *exit, struct sj_error *error) {
  for (size_t i = 0; i < count; i++) {
    const double *const row = generator + i * count;
    for (size_t j = 0; j < count; j++) {
      if (j == i && row[j] < 0 && isfinite(row[j]) && isfinite(1 / row[j])) continue;
      if (j != i && row[j] >= 0 && isfinite(row[j])) continue;
      char text[32];
      sj_error_set(error, SJ_INVALID, "phase_type: T[%zu][%zu] must be finite and %s, got %s", i + 1, j + 1,
                   j == i ? "negative" : "not negative", sj_number_text(row[j], text));
      return false;
    }
    exit[i] = exit_rate(count, row, i);
    if (exit[i] < 0) {
      char text[32];
      sj_error_set(error, SJ_INVALID, "phase_type: row %zu of T must not sum to more than 0, got %s", i + 1,
                   sj_number_text(-exit[i], text));
      return false;
    }
  }
  const size_t trapped = trapped_phase(count, generator, exit);
  if (trapped == count) return true;
  sj_error_set(error, SJ_INVALID, "phase_type: absorption cannot be reached from phase %zu", trapped + 1);
  return false;
}

/* Branches to the phases with rates `weights` and then to the end with `last`. */
static void fill_with_end(struct branch *branches, size_t count, const double *weights, double last) {
  double *const all = sj_allocate_array(count + 1, sizeof *all);
  double total = last;
  for (size_t i = 0; i < count; i++) total += all[i] = weights[i];
  all[count] = last;
  sj_branches_fill(branches, count + 1, all, total);
  free(all);
}

static void fill_phases(struct node *n, const double *alpha, const double *generator) {
  const size_t count = n->phase_type.count;
  double started = 0;
  for (size_t i = 0; i < count; i++) started += alpha[i];
  const double atom = 1 - started > 1e-9 ? 1 - started : 0;
  fill_with_end(n->phase_type.start, count, alpha, atom);
  for (size_t i = 0; i < count; i++) n->phase_type.alpha[i] = n->phase_type.start[i].probability;
  memcpy(n->phase_type.generator, generator, count * count * sizeof *generator);
  for (size_t i = 0; i < count; i++) {
    double *const row = n->phase_type.generator + i * count;
    const double diagonal = row[i];
    n->phase_type.holding[i] = -1 / diagonal;
    row[i] = 0;
    fill_with_end(n->phase_type.jumps + i * (count + 1), count, row, n->phase_type.exit[i]);
    row[i] = diagonal;
  }
}

struct sj_distribution *sj_distribution_phase_type(size_t count, const double *alpha, const double *generator,
                                                   struct sj_error *error) {
  enum { MOST_PHASES = 1000 };
  if (!sj_node_check(count >= 1 && count <= MOST_PHASES, SJ_PHASE_TYPE, "the phases must be 1 to 1000", (double)count,
                     error))
    return NULL;
  double *const exit = sj_allocate_array(count, sizeof *exit);
  if (!alpha_is_possible(count, alpha, error) || !generator_is_possible(count, generator, exit, error)) {
    free(exit);
    return NULL;
  }
  bool starts = false;
  for (size_t i = 0; i < count; i++) starts |= alpha[i] > 0;
  if (!starts) {
    free(exit);
    return sj_distribution_constant(0, error);
  }
  struct node *const n = sj_node_create(SJ_PHASE_TYPE);
  n->phase_type.count = count;
  n->phase_type.exit = exit;
  n->phase_type.alpha = sj_allocate_array(count, sizeof(double));
  n->phase_type.generator = sj_allocate_array(count * count, sizeof(double));
  n->phase_type.holding = sj_allocate_array(count, sizeof(double));
  n->phase_type.start = sj_allocate_array(count + 1, sizeof(struct branch));
  n->phase_type.jumps = sj_allocate_array(count * (count + 1), sizeof(struct branch));
  fill_phases(n, alpha, generator);
  return &n->head;
}
