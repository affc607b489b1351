/* Nanoseconds a draw, with what one would do without this library beside it. The seed is fixed; each figure is the best
 * of five rounds of ten million draws, summed up so that none can be left out. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "random/distribution.h"

enum { DRAWS = 10000000, ROUNDS = 5 };

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Runs `draw` with `stream` and the draw's number `i` in scope. */
#define MEASURE(name, draw)                                                     \
  do {                                                                          \
    double best = INFINITY, sum = 0;                                            \
    for (int round = 0; round < ROUNDS; round++) {                              \
      struct sj_stream stream;                                                  \
      sj_stream_seed(&stream, key, (uint64_t)round);                            \
      const double start = now_ns();                                            \
      for (uint64_t i = 0; i < DRAWS; i++) sum += (double)(draw);               \
      best = fmin(best, (now_ns() - start) / DRAWS);                            \
    }                                                                           \
    printf("%-44s %6.2f ns   (mean %.4g)\n", name, best, sum / ROUNDS / DRAWS); \
  } while (0)

/* The first exponential draw of stream number `i`, as the simulator makes it for a request. */
static inline double seeded(uint64_t key, uint64_t i) {
  struct sj_stream stream;
  sj_stream_seed(&stream, key, i);
  return sj_draw_exponential(&stream);
}

static void measure_laws(uint64_t key) {
  struct sj_distribution *const laws[] = {
      sj_distribution_exponential(1, NULL),
      sj_distribution_erlang(3, 1, NULL),
      sj_distribution_gamma(2.5, 1, NULL),
      sj_distribution_gamma(0.5, 1, NULL),
      sj_distribution_lognormal(0, 1, NULL),
      sj_distribution_weibull(0.7, 1, NULL),
      sj_distribution_pareto(2.5, 1, NULL),
      sj_distribution_uniform_int(1, 100, NULL),
      sj_distribution_shifted(0.03, 1, sj_distribution_gamma(2, 1, NULL), NULL),
  };
  for (size_t k = 0; k < sizeof laws / sizeof *laws; k++) {
    char name[64];
    sj_distribution_format(laws[k], name, sizeof name);
    MEASURE(name, sj_draw(laws[k], &stream, 0));
    sj_distribution_destroy(laws[k]);
  }
}

int main(void) {
  const uint64_t key = sj_stream_key(1, 0, "bench", "draws");
  printf("best of %d rounds of %d draws\n", ROUNDS, DRAWS);
  MEASURE("64 bits (xoshiro256++)", (double)(int64_t)sj_stream_next(&stream));
  MEASURE("uniform", sj_stream_uniform(&stream));
  MEASURE("exponential, ziggurat", sj_draw_exponential(&stream));
  MEASURE("exponential, -log(u)", -log(sj_stream_uniform_open(&stream)));
  MEASURE("normal, ziggurat", sj_draw_normal(&stream));
  MEASURE("seed a stream and draw an exponential", seeded(key, i));
  measure_laws(key);
  return 0;
}
