#include "random/ziggurat.h"

#include <stdbool.h>

#include "random/elementary.h"
#include "random/ziggurat_tables.h"

/* A height uniform within layer i > 0. */
static double height(struct sj_stream *stream, const double *heights, uint64_t i) {
  return heights[i] + sj_stream_uniform(stream) * (heights[i + 1] - heights[i]);
}

double sj_ziggurat_exponential_slow(struct sj_stream *stream, uint64_t bits) {
  double offset = 0;
  for (;;) {
    const uint64_t i = bits & 255;
    const uint64_t abscissa = bits >> 8;
    const double x = (double)(int64_t)abscissa * sj_ziggurat_exponential_layers[i].scale;
    if (abscissa < sj_ziggurat_exponential_layers[i].limit) return offset + x;
    /* The law has no memory: beyond r it begins anew. */
    if (i == 0)
      offset += sj_ziggurat_exponential_tail;
    else if (height(stream, sj_ziggurat_exponential_heights, i) < sj_exp(-x))
      return offset + x;
    bits = sj_stream_next(stream);
  }
}

/* Marsaglia, "Generating a variable from the tail of the normal distribution", Technometrics 6, 1964. */
static double normal_tail(struct sj_stream *stream) {
  const double r = sj_ziggurat_normal_tail;
  for (;;) {
    const double x = sj_draw_exponential(stream) / r;
    const double y = sj_draw_exponential(stream);
    if (y + y > x * x) return r + x;
  }
}

double sj_ziggurat_normal_slow(struct sj_stream *stream, uint64_t bits) {
  for (;;) {
    const uint64_t i = bits & 255;
    const uint64_t abscissa = bits >> 9;
    double x = (double)(int64_t)abscissa * sj_ziggurat_normal_layers[i].scale;
    bool accepted = abscissa < sj_ziggurat_normal_layers[i].limit;
    if (!accepted && i == 0) {
      x = normal_tail(stream);
      accepted = true;
    } else if (!accepted) {
      accepted = height(stream, sj_ziggurat_normal_heights, i) < sj_exp(-0.5 * x * x);
    }
    if (accepted) return sj_ziggurat_sign(x, bits);
    bits = sj_stream_next(stream);
  }
}
