#include "solve/generator.h"

#include <stdlib.h>
#include <string.h>

#include "random/stream.h"

static size_t chain_row(const void *context, size_t i, uint32_t *to, double *rate) {
  const struct sj_chain *const chain = context;
  const size_t first = chain->begin[i], count = chain->begin[i + 1] - first;
  memcpy(to, chain->to + first, count * sizeof *to);
  memcpy(rate, chain->rate + first, count * sizeof *rate);
  return count;
}

void sj_generator_of_chain(const struct sj_chain *chain, struct sj_generator *generator) {
  *generator = (struct sj_generator){.count = chain->count, .context = chain, .row = chain_row};
  for (size_t i = 0; i < chain->count; i++) {
    const size_t count = chain->begin[i + 1] - chain->begin[i];
    if (count > generator->most) generator->most = count;
  }
}

enum { STEPS = 256 };

size_t sj_generator_value(const struct sj_generator *generator, size_t which, size_t i) {
  if (generator->coordinates) return generator->coordinate(generator->context, which, i);
  return i / (generator->count / STEPS + 1);
}

size_t sj_generator_values(const struct sj_generator *generator, size_t which) {
  size_t largest = 0;
  for (size_t i = 0; i < generator->count; i++) {
    const size_t value = sj_generator_value(generator, which, i);
    if (value > largest) largest = value;
  }
  return largest + 1;
}

enum sj_status sj_generator_walk(const struct sj_generator *generator, size_t start, size_t jumps, size_t *state) {
  if (!jumps) jumps = 200 * generator->count;
  if (jumps < 1000) jumps = 1000;
  if (jumps > 2000000) jumps = 2000000;
  uint32_t *const to = malloc((generator->most + 1) * sizeof *to);
  double *const rate = malloc((generator->most + 1) * sizeof *rate);
  const bool ok = to && rate;
  struct sj_stream stream;
  sj_stream_seed(&stream, sj_stream_key(0, 0, "chain", "walk"), start);
  *state = start;
  /* It does not end in a state that is left at once: what counts is where time is spent. */
  double stay = 0;
  for (size_t jump = 0, i = start; ok && jump < jumps; jump++) {
    const size_t count = generator->row(generator->context, i, to, rate);
    double sum = 0;
    for (size_t t = 0; t < count; t++) sum += rate[t];
    if (jump + 100 >= jumps && (sum == 0 || 1 / sum > stay)) {
      stay = 1 / sum;
      *state = i;
    }
    if (sum == 0) break;
    double left = sj_stream_uniform(&stream) * sum;
    size_t t = 0;
    while (t + 1 < count && left >= rate[t]) left -= rate[t++];
    i = to[t];
  }
  free(to);
  free(rate);
  return ok ? SJ_OK : SJ_NO_MEMORY;
}
