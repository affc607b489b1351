/* A small chain, of any bytes: rates from 2^-64 to 2^63 between up to 25 states. It is solved or refused, as it should
 * be, and what is found satisfies the equations, each to 1e-12 of its terms. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solve/eliminate.h"
#include "solve/spectrum.h"
#include "solve/transient.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 25 };

static void check(bool ok) {
  if (!ok) abort();
}

/* The first byte is the number of states, the second the state to solve for; then FROM, TO, RATE by turns. */
static size_t read_chain(const uint8_t *data, size_t size, struct sj_chain *chain) {
  const size_t states = 2 + data[0] % (MOST - 1);
  double rate[MOST][MOST] = {{0}};
  for (size_t k = 2; k + 2 < size; k += 3)
    rate[data[k] % states][data[k + 1] % states] = ldexp(1 + (data[k] / 32) / 8.0, data[k + 2] / 2 - 64);
  check(sj_chain_start(chain, states, 4) == SJ_OK);
  for (size_t i = 0; i < states; i++) {
    for (size_t j = 0; j < states; j++) check(sj_chain_add(chain, j, rate[i][j]) == SJ_OK);
    sj_chain_end_row(chain);
  }
  return data[1] % states;
}

/* Whether `target` can be reached from everywhere. */
static bool is_reached(const struct sj_chain *chain, size_t target) {
  bool reached[MOST] = {false};
  reached[target] = true;
  for (size_t round = 0; round < chain->count; round++)
    for (size_t i = 0; i < chain->count; i++)
      for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) reached[i] = reached[i] || reached[chain->to[t]];
  for (size_t i = 0; i < chain->count; i++)
    if (!reached[i]) return false;
  return true;
}

static struct sj_scaled times(double rate, struct sj_scaled x) { return sj_scaled_multiply(sj_scaled(rate), x); }

static void check_equal(struct sj_scaled a, struct sj_scaled b) {
  if (a.fraction == 0 && b.fraction == 0) return;
  check(fabs(sj_scaled_double(sj_scaled_divide(a, b)) - 1) < 1e-12);
}

static void check_stationary(const struct sj_chain *chain, const struct sj_scaled *pi) {
  struct sj_scaled in[MOST] = {{0}}, sum = {0};
  for (size_t i = 0; i < chain->count; i++) {
    check(pi[i].fraction >= 0);
    sum = sj_scaled_add(sum, pi[i]);
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
      struct sj_scaled *const into = &in[chain->to[t]];
      *into = sj_scaled_add(*into, times(chain->rate[t], pi[i]));
    }
  }
  check_equal(sum, sj_scaled(1));
  for (size_t i = 0; i < chain->count; i++) check_equal(times(sj_chain_exit_rate(chain, i), pi[i]), in[i]);
}

static void check_hitting(const struct sj_chain *chain, size_t target, const struct sj_scaled *mean,
                          const struct sj_scaled *deviation) {
  for (size_t i = 0; i < chain->count; i++) {
    check(mean[i].fraction >= 0 && deviation[i].fraction >= 0 && (mean[i].fraction == 0) == (i == target));
    if (i == target) continue;
    struct sj_scaled right = sj_scaled(1);
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++)
      right = sj_scaled_add(right, times(chain->rate[t], mean[chain->to[t]]));
    check_equal(times(sj_chain_exit_rate(chain, i), mean[i]), right);
  }
}

static void check_moved(const struct sj_chain *chain, size_t start) {
  struct sj_transient transient;
  check(sj_transient_start(&transient, chain, NULL, NULL) == SJ_OK);
  transient.most_products = 2000;
  double p[MOST] = {0}, sum = 0, error = 0;
  p[start] = 1;
  const enum sj_status status = sj_transient_advance(&transient, p, 1, &error);
  check(status == SJ_OK || status == SJ_FAILED);
  for (size_t i = 0; i < chain->count && status == SJ_OK; i++) {
    check(p[i] >= -error);
    sum += p[i];
  }
  check(status != SJ_OK || fabs(sum - 1) <= error + 1e-12);
  sj_transient_clear(&transient);
}

static void check_spectrum(const struct sj_chain *chain, const struct sj_order *order, const struct sj_factors *down,
                           const struct sj_scaled *pi) {
  struct sj_factors *up = NULL;
  struct sj_pinned *pinned = NULL;
  struct sj_spectrum spectrum = {0};
  size_t likeliest = 0;
  for (size_t i = 1; i < chain->count; i++)
    if (sj_scaled_compare(pi[i], pi[likeliest]) > 0) likeliest = i;
  if (sj_factors_create(chain, NULL, order, true, NULL, &up) != SJ_OK) return;
  check(sj_pinned_create(down, up, likeliest, &pinned) == SJ_OK);
  if (sj_spectrum_find(chain, pinned, pi, 6, &spectrum) == SJ_OK)
    for (size_t k = 1; k < spectrum.count; k++) check(spectrum.value[k].re <= 0 || isnan(spectrum.value[k].re));
  sj_spectrum_clear(&spectrum);
  sj_pinned_destroy(pinned);
  sj_factors_destroy(up);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2 || size > 4096) return 0;
  struct sj_chain chain;
  const size_t target = read_chain(data, size, &chain);
  size_t classes, class_of[MOST];
  check(sj_chain_closed_classes(&chain, &classes, class_of) == SJ_OK && classes >= 1);
  struct sj_order order;
  check(sj_order_find(&chain, target, &order) == SJ_OK);
  struct sj_factors *factors = NULL;
  const size_t first = order.state ? order.state[0] : 0;
  const enum sj_status status = sj_factors_create(&chain, NULL, &order, false, NULL, &factors);
  check(status == (is_reached(&chain, first) ? SJ_OK : SJ_INVALID));
  if (status == SJ_OK) {
    check(classes == 1 && class_of[first] == 0);
    struct sj_scaled pi[MOST], mean[MOST], deviation[MOST];
    check(sj_stationary(factors, pi) == SJ_OK);
    check_stationary(&chain, pi);
    check(sj_hitting_times(factors, 1, mean, deviation) == SJ_OK);
    check_hitting(&chain, first, mean, deviation);
    check_spectrum(&chain, &order, factors, pi);
  }
  check_moved(&chain, target);
  sj_factors_destroy(factors);
  sj_order_clear(&order);
  sj_chain_clear(&chain);
  return 0;
}
