#include "solved.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

size_t bandwidth_as_it_is(const struct sj_chain *chain) {
  size_t most = 0;
  for (size_t i = 0; i < chain->count; i++)
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
      const size_t j = chain->to[t], distance = i < j ? j - i : i - j;
      if (distance > most) most = distance;
    }
  return most;
}

static void find_spectrum(const struct sj_chain *chain, size_t wanted, struct solved *s) {
  size_t likeliest = 0;
  for (size_t i = 1; i < chain->count; i++)
    if (sj_scaled_compare(s->pi[i], s->pi[likeliest]) > 0) likeliest = i;
  struct sj_pinned *pinned = NULL;
  assert_int_equal(sj_pinned_create(s->down, s->up, likeliest, &pinned), SJ_OK);
  assert_int_equal(sj_spectrum_find(chain, pinned, s->pi, wanted, &s->spectrum), SJ_OK);
  sj_pinned_destroy(pinned);
}

void solve_chain(const struct sj_chain *chain, size_t wanted, struct solved *s) {
  *s = (struct solved){.order = {NULL, NULL, bandwidth_as_it_is(chain)}};
  assert_int_equal(sj_factors_create(chain, NULL, &s->order, false, NULL, &s->down), SJ_OK);
  assert_int_equal(sj_factors_create(chain, NULL, &s->order, true, NULL, &s->up), SJ_OK);
  s->pi = calloc(chain->count, sizeof *s->pi);
  s->pi_rounded = calloc(chain->count, sizeof *s->pi_rounded);
  assert_int_equal(sj_stationary(s->down, s->pi), SJ_OK);
  for (size_t i = 0; i < chain->count; i++) s->pi_rounded[i] = sj_scaled_double(s->pi[i]);
  if (wanted) find_spectrum(chain, wanted, s);
}

void solved_clear(struct solved *s) {
  sj_spectrum_clear(&s->spectrum);
  sj_factors_destroy(s->down);
  sj_factors_destroy(s->up);
  free(s->pi);
  free(s->pi_rounded);
}
