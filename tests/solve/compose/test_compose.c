/* Exact chains against closed forms. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "composing.h"

/* P(n) of M/M/c/K, up to K. */
static void mmck(double arrivals, double rate, unsigned c, unsigned capacity, double *p) {
  double sum = p[0] = 1;
  for (unsigned n = 1; n <= capacity; n++) sum += p[n] = p[n - 1] * arrivals / (rate * (n < c ? n : c));
  for (unsigned n = 0; n <= capacity; n++) p[n] /= sum;
}

static void one_queue(void **state) {
  (void)state;
  struct solved s;
  double p[21];
  mmck(7, 2.5, 3, 20, p);
  solved_create(&s, false,
                "server 'api' { service = exponential { rate = 2.5 }, threads = 3, capacity = 20 }\n"
                "client 'web' { calls = 'api', arrivals = poisson { rate = 7 } }");
  assert_int_equal(s.space.chain.count, 21);
  double mean = 0, busy = 0;
  for (unsigned n = 0; n <= 20; n++) {
    close_to(server_holds(&s, 0, n), p[n], 1e-12);
    mean += n * p[n];
    busy += (n < 3 ? n : 3) * p[n];
  }
  close_to(server_mean(&s, 0, SJ_IN_SYSTEM), mean, 1e-12);
  close_to(server_mean(&s, 0, SJ_BUSY), busy, 1e-12);
  close_to(server_mean(&s, 0, SJ_WAITING), mean - busy, 1e-12);
  close_to(server_mean(&s, 0, SJ_COMPLETIONS), 7 * (1 - p[20]), 1e-12);
  close_to(server_mean(&s, 0, SJ_LOST), 7 * p[20], 1e-12);
  close_to(client_mean(&s, 0, SJ_OPEN), mean, 1e-12);
  close_to(client_mean(&s, 0, SJ_ANSWERED), 7 * (1 - p[20]), 1e-12);
  close_to(client_mean(&s, 0, SJ_ARRIVING), 7, 1e-12);
  assert_int_equal(s.space.servers[0].capacity, 20);
  assert_int_equal(s.space.server(&s.space, 0, SJ_IN_SYSTEM, s.space.full[0]), 20);
  assert_int_equal(s.space.server(&s.space, 0, SJ_IN_SYSTEM, s.space.empty), 0);
  solved_destroy(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_queue),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
