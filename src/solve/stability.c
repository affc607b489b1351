#include "solve/stability.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

const char *sj_stability_word(enum sj_stability stability) {
  static const char *const words[] = {"stable", "metastable", "overloaded"};
  return words[stability];
}

void sj_regimes_clear(struct sj_regimes *regimes) {
  free(regimes->low.in);
  free(regimes->high.in);
  *regimes = (struct sj_regimes){0};
}

static void weigh(const struct sj_eliminated *e, struct sj_regime *regime) {
  for (size_t i = 0; i < e->chain->count; i++) {
    if (!regime->in[i]) continue;
    regime->states++;
    regime->share = sj_scaled_add(regime->share, e->pi[i]);
  }
}

enum sj_status sj_regimes_start(const struct sj_eliminated *e, const double *level, double low, double high,
                                struct sj_regimes *regimes) {
  const size_t count = e->chain->count;
  *regimes = (struct sj_regimes){.separation = NAN};
  regimes->low.in = malloc(count * sizeof(bool));
  regimes->high.in = malloc(count * sizeof(bool));
  if (!regimes->low.in || !regimes->high.in) {
    sj_regimes_clear(regimes);
    return SJ_NO_MEMORY;
  }
  regimes->low.requests = low;
  regimes->high.requests = high;
  for (size_t i = 0; i < count; i++) {
    regimes->low.in[i] = level[i] <= low;
    regimes->high.in[i] = level[i] >= high;
  }
  weigh(e, &regimes->low);
  weigh(e, &regimes->high);
  regimes->known = low < high && regimes->low.share.fraction > 0 && regimes->high.share.fraction > 0;
  return SJ_OK;
}

struct sj_scaled sj_mean_within(const struct sj_eliminated *e, const bool *in, struct sj_scaled share,
                                const struct sj_scaled *h) {
  struct sj_scaled sum = {0};
  for (size_t i = 0; i < e->chain->count; i++)
    if (in[i]) sum = sj_scaled_add(sum, sj_scaled_multiply(e->pi[i], h[i]));
  return sj_scaled_divide(sum, share);
}

/* ---- the relaxation time inside a regime ---- */

/* A regime's own chain; if it has transient states of its own, they are left out in a second step. */
struct inside {
  struct sj_chain chain;
  size_t *state_of;
  size_t classes, *class_of;
};

static void clear_inside(struct inside *inside) {
  sj_chain_clear(&inside->chain);
  free(inside->state_of);
  free(inside->class_of);
  *inside = (struct inside){0};
}

static enum sj_status take_inside(const struct sj_chain *chain, const struct sj_order *order, const bool *in,
                                  struct inside *inside) {
  *inside = (struct inside){.state_of = malloc(chain->count * sizeof(size_t)),
                            .class_of = malloc(chain->count * sizeof(size_t))};
  enum sj_status status = inside->state_of && inside->class_of ? SJ_OK : SJ_NO_MEMORY;
  if (status == SJ_OK) status = sj_chain_part(chain, order, in, &inside->chain, NULL, inside->state_of);
  if (status == SJ_OK) status = sj_chain_closed_classes(&inside->chain, &inside->classes, inside->class_of);
  if (status != SJ_OK) clear_inside(inside);
  return status;
}

/* Keeps the one closed class. */
static enum sj_status leave_transients_out(struct inside *inside) {
  const size_t count = inside->chain.count;
  bool *const closed = malloc(count * sizeof *closed);
  if (!closed) return SJ_NO_MEMORY;
  bool all = true;
  for (size_t k = 0; k < count; k++) {
    closed[k] = inside->class_of[k] != SIZE_MAX;
    all = all && closed[k];
  }
  enum sj_status status = SJ_OK;
  if (!all) {
    const struct sj_order natural = {0};
    struct inside smaller;
    status = take_inside(&inside->chain, &natural, closed, &smaller);
    if (status == SJ_OK) {
      clear_inside(inside);
      *inside = smaller;
    }
  }
  free(closed);
  return status;
}

/* Where the gap cannot be had: the longest mean time h to the likeliest state. In a reversible chain the relaxation
 * time does not pass it: the slowest rate r of the chain that ends there is at most the gap (shift the gap's function
 * so that it is 0 there, which leaves its energy and only adds to its square), and 1 / r is at most the largest h. In
 * others it hardly does. */
static enum sj_status bound_relaxation(const struct sj_eliminated *e, struct sj_regime *regime) {
  const size_t count = e->chain->count;
  bool *const target = calloc(count, sizeof *target);
  struct sj_scaled *const mean = calloc(count, sizeof *mean);
  enum sj_status status = target && mean ? SJ_OK : SJ_NO_MEMORY;
  if (status == SJ_OK) {
    size_t likeliest = 0;
    for (size_t i = 1; i < count; i++)
      if (sj_scaled_compare(e->pi[i], e->pi[likeliest]) > 0) likeliest = i;
    target[likeliest] = true;
    status = sj_passage(e, target, mean, NULL);
  }
  struct sj_scaled longest = {0};
  for (size_t i = 0; status == SJ_OK && i < count; i++)
    if (sj_scaled_compare(mean[i], longest) > 0) longest = mean[i];
  if (status == SJ_OK) regime->relaxation_time = regime->relaxation_error = sj_scaled_double(longest);
  free(target);
  free(mean);
  return status == SJ_INVALID ? SJ_OK : status;
}

static enum sj_status find_gap(const struct sj_chain *chain, const volatile sig_atomic_t *stop,
                               struct sj_regime *regime) {
  struct sj_order order;
  struct sj_eliminated eliminated = {0};
  struct sj_spectrum spectrum = {0};
  enum sj_status status = sj_eliminated_order(chain, true, 0, &order);
  if (status == SJ_OK) status = sj_eliminated_create(chain, order, stop, &eliminated);
  if (status == SJ_OK) {
    status = sj_eliminated_spectrum(&eliminated, 2, &spectrum);
    const double gap = status == SJ_OK && spectrum.count > 1 ? fabs(spectrum.value[1].re) : 0;
    if (gap > 0 && spectrum.value[1].error < gap / 2) {
      regime->relaxation_time = 1 / gap;
      regime->relaxation_error = spectrum.value[1].error / (gap * gap);
    } else if (status == SJ_OK || status == SJ_FAILED) {
      status = bound_relaxation(&eliminated, regime);
    }
  }
  sj_spectrum_clear(&spectrum);
  sj_eliminated_clear(&eliminated);
  return status == SJ_FAILED ? SJ_OK : status; /* then it stays unknown */
}

static enum sj_status relax(const struct sj_eliminated *e, struct sj_regime *regime) {
  struct inside inside;
  enum sj_status status = take_inside(e->chain, &e->order, regime->in, &inside);
  if (status != SJ_OK) return status;
  regime->relaxation_time = regime->relaxation_error = NAN;
  if (inside.classes != 1) {
    regime->relaxation_time = INFINITY;
  } else {
    status = leave_transients_out(&inside);
    if (status == SJ_OK && inside.chain.count == 1)
      regime->relaxation_time = regime->relaxation_error = 0;
    else if (status == SJ_OK)
      status = find_gap(&inside.chain, e->stop, regime);
  }
  clear_inside(&inside);
  return status;
}

/* ---- what sets the regimes apart ---- */

/* The share of its range by which the means of a function of the state in the two regimes differ. */
static double contrast(const struct sj_eliminated *e, const struct sj_regimes *regimes, const double *x) {
  double least = INFINITY, most = -INFINITY, low = 0, high = 0;
  for (size_t i = 0; i < e->chain->count; i++) {
    if (x[i] < least) least = x[i];
    if (x[i] > most) most = x[i];
    if (regimes->low.in[i]) low += x[i] * sj_scaled_double(sj_scaled_divide(e->pi[i], regimes->low.share));
    if (regimes->high.in[i]) high += x[i] * sj_scaled_double(sj_scaled_divide(e->pi[i], regimes->high.share));
  }
  return most > least ? fabs(high - low) / (most - least) : 0;
}

/* The largest ratio of neighbouring eigenvalues such that a function among those before tells the regimes apart. */
static double separation_of(const struct sj_eliminated *e, const struct sj_spectrum *spectrum,
                            const struct sj_regimes *regimes) {
  double found = NAN;
  bool tells = false;
  for (size_t k = 1; k + 1 < spectrum->count; k++) {
    tells = tells || contrast(e, regimes, spectrum->right + k * e->chain->count) >= 0.5;
    const double ratio = fabs(spectrum->value[k + 1].re / spectrum->value[k].re);
    if (tells && !(ratio <= found)) found = ratio;
  }
  return found;
}

static size_t recurrent_states(const struct sj_eliminated *e) {
  size_t count = 0;
  for (size_t i = 0; i < e->chain->count; i++) count += e->pi[i].fraction > 0;
  return count;
}

static bool holds(const struct sj_regime *regime, double factor) {
  if (isnan(regime->relaxation_time) || isinf(regime->relaxation_time)) return false;
  return sj_scaled_compare(regime->exit, sj_scaled(factor * regime->relaxation_time)) >= 0;
}

enum sj_status sj_regimes_find(const struct sj_eliminated *e, const struct sj_spectrum *spectrum,
                               double metastable_factor, const struct sj_scaled *to_low,
                               const struct sj_scaled *to_high, struct sj_regimes *regimes) {
  struct sj_regime *const low = &regimes->low, *const high = &regimes->high;
  if (!regimes->known) return SJ_OK;
  low->exit = sj_mean_within(e, low->in, low->share, to_high);
  high->exit = sj_mean_within(e, high->in, high->share, to_low);
  enum sj_status status = relax(e, low);
  if (status == SJ_OK) status = relax(e, high);
  if (status != SJ_OK) return status;
  low->holds = holds(low, metastable_factor);
  high->holds = holds(high, metastable_factor);
  regimes->separation = separation_of(e, spectrum, regimes);
  const bool apart = regimes->separation >= metastable_factor / 2;
  const bool both_known = !isnan(low->relaxation_time) && !isnan(high->relaxation_time);
  regimes->judged =
      both_known && (!(low->holds && high->holds) || spectrum->count > 2 || spectrum->count == recurrent_states(e));
  const bool mostly_high = sj_scaled_double(high->share) > 0.5;
  if (low->holds && high->holds && apart)
    regimes->stability = SJ_METASTABLE;
  else if ((high->holds && !low->holds) || mostly_high)
    regimes->stability = SJ_OVERLOADED;
  else
    regimes->stability = SJ_STABLE;
  return SJ_OK;
}
