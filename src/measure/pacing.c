#include "measure/pacing.h"

#include "random/ziggurat.h"

void sj_pacing_start(struct sj_pacing *pacing, const struct sj_measure_options *options, unsigned producer,
                     uint32_t incarnation) {
  *pacing = (struct sj_pacing){.open = options->rate > 0, .even = options->even};
  if (pacing->open) pacing->interval_ns = 1e9 * options->producers / options->rate;
  sj_stream_seed(&pacing->stream, sj_stream_key(options->seed, incarnation, "producer", "arrivals"), producer);
}

static uint64_t advance(struct sj_pacing *pacing, uint64_t from_ns, double distance_ns) {
  const double whole = distance_ns + pacing->remainder_ns;
  const uint64_t step = (uint64_t)whole;
  pacing->remainder_ns = whole - (double)step;
  return from_ns + step;
}

uint64_t sj_pacing_next(struct sj_pacing *pacing, uint64_t due_ns) {
  return advance(pacing, due_ns, pacing->interval_ns * (pacing->even ? 1 : sj_draw_exponential(&pacing->stream)));
}

uint64_t sj_pacing_first(struct sj_pacing *pacing, const struct sj_measure_options *options, unsigned producer,
                         uint64_t start_ns) {
  if (!pacing->open) return start_ns;
  if (!pacing->even) return sj_pacing_next(pacing, start_ns);
  return advance(pacing, start_ns, pacing->interval_ns * (producer + 1) / options->producers);
}
