/* Exponential and normal draws by the ziggurat method (Marsaglia and Tsang 2000; 256 layers; Doornik 2005 for why layer
 * index and abscissa take different bits). Exact up to the resolution of a double; tails included. */
#ifndef SJ_RANDOM_ZIGGURAT_H
#define SJ_RANDOM_ZIGGURAT_H

#include <string.h>

#include "random/stream.h"

/* Tables and slow paths; ziggurat.c says how they are computed. */
struct sj_ziggurat_layer {
  uint64_t limit; /* a 56-bit abscissa below this is accepted at once */
  double scale;   /* abscissa times scale is the draw */
};
extern const struct sj_ziggurat_layer sj_ziggurat_exponential_layers[256];
extern const struct sj_ziggurat_layer sj_ziggurat_normal_layers[256];
double sj_ziggurat_exponential_slow(struct sj_stream *stream, uint64_t bits);
double sj_ziggurat_normal_slow(struct sj_stream *stream, uint64_t bits);

/* A draw from the exponential distribution with mean 1. One 64-bit number in 98.9 % of calls: the low 8 bits choose the
 * layer, the other 56 the abscissa. 2.2 ns. */
static inline double sj_draw_exponential(struct sj_stream *stream) {
  const uint64_t bits = sj_stream_next(stream);
  const struct sj_ziggurat_layer *const layer = &sj_ziggurat_exponential_layers[bits & 255];
  const uint64_t abscissa = bits >> 8;
  if (__builtin_expect(abscissa < layer->limit, 1)) return (double)(int64_t)abscissa * layer->scale;
  return sj_ziggurat_exponential_slow(stream, bits);
}

/* The same as the first sj_draw_exponential of the stream (key, number), without making the stream: half of its state
 * is not needed in 98.9 % of calls. */
static inline double sj_draw_exponential_at(uint64_t key, uint64_t number) {
  const uint64_t bits = sj_stream_first(key, number);
  const struct sj_ziggurat_layer *const layer = &sj_ziggurat_exponential_layers[bits & 255];
  const uint64_t abscissa = bits >> 8;
  if (__builtin_expect(abscissa < layer->limit, 1)) return (double)(int64_t)abscissa * layer->scale;
  struct sj_stream stream;
  sj_stream_seed(&stream, key, number);
  return sj_draw_exponential(&stream);
}

/* x with its sign turned where bit 8 is set; a branch would be mispredicted half the time. */
static inline double sj_ziggurat_sign(double x, uint64_t bits) {
  uint64_t word;
  memcpy(&word, &x, sizeof word);
  word ^= (bits & 256) << 55;
  memcpy(&x, &word, sizeof x);
  return x;
}

/* A draw from the standard normal distribution. The low 8 bits choose the layer, bit 8 the sign, the upper 55 the
 * abscissa. */
static inline double sj_draw_normal(struct sj_stream *stream) {
  const uint64_t bits = sj_stream_next(stream);
  const struct sj_ziggurat_layer *const layer = &sj_ziggurat_normal_layers[bits & 255];
  const uint64_t abscissa = bits >> 9;
  if (__builtin_expect(abscissa < layer->limit, 1))
    return sj_ziggurat_sign((double)(int64_t)abscissa * layer->scale, bits);
  return sj_ziggurat_normal_slow(stream, bits);
}

#endif
