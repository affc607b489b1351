#include "composing.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../loading.h"
#include "base/base.h"
#include "model/model.h"
#include "solve/compose.h"
#include "solve/eliminate.h"

void composed_create(struct solved *solved, const struct sj_space_options *options, const char *text) {
  *solved = (struct solved){.error = {""}};
  solved->model = load(text);
  solved->status = sj_space_compose(solved->model, options, &solved->space, &solved->error);
}

static void solve(struct solved *solved) {
  const struct sj_chain *const chain = &solved->space.chain;
  struct sj_order order;
  struct sj_factors *factors;
  struct sj_scaled *const pi = sj_allocate_array(chain->count, sizeof *pi);
  assert_int_equal(sj_order_find(chain, solved->space.empty, &order), SJ_OK);
  assert_int_equal(sj_factors_create(chain, NULL, &order, false, NULL, &factors), SJ_OK);
  assert_int_equal(sj_stationary(factors, pi), SJ_OK);
  solved->pi = sj_allocate_array(chain->count, sizeof *solved->pi);
  for (size_t i = 0; i < chain->count; i++) solved->pi[i] = sj_scaled_double(pi[i]);
  sj_factors_destroy(factors);
  sj_order_clear(&order);
  free(pi);
}

void solved_create(struct solved *solved, bool approximate, const char *format, ...) {
  char text[4096];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  assert_true(length > 0 && (size_t)length < sizeof text);
  const struct sj_space_options options = {.approximate = approximate, .most_bytes = INFINITY};
  composed_create(solved, &options, text);
  if (solved->status != SJ_OK) fail_msg("%s", solved->error.message);
  solve(solved);
}

void solved_destroy(struct solved *solved) {
  sj_space_clear(&solved->space);
  sj_model_destroy(solved->model);
  free(solved->pi);
}

double server_mean(const struct solved *solved, size_t server, enum sj_server_quantity quantity) {
  double sum = 0;
  for (size_t i = 0; i < solved->space.chain.count; i++)
    sum += solved->pi[i] * solved->space.server(&solved->space, server, quantity, i);
  return sum;
}

double client_mean(const struct solved *solved, size_t client, enum sj_client_quantity quantity) {
  double sum = 0;
  for (size_t i = 0; i < solved->space.chain.count; i++)
    sum += solved->pi[i] * solved->space.client(&solved->space, client, quantity, i);
  return sum;
}

double server_holds(const struct solved *solved, size_t server, double count) {
  double sum = 0;
  for (size_t i = 0; i < solved->space.chain.count; i++)
    if (solved->space.server(&solved->space, server, SJ_IN_SYSTEM, i) == count) sum += solved->pi[i];
  return sum;
}

void close_to(double value, double expected, double tolerance) {
  if (!(fabs(value - expected) <= tolerance * fmax(fabs(expected), 1e-300)))
    fail_msg("%.15g, expected %.15g", value, expected);
}
