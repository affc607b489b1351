#include "simulate/batcher.h"

void sj_batcher_statistics_account(struct batcher_statistics *s, double now) {
  for (size_t i = 0; i < LEVELS; i++) sj_gauge_set(&s->levels[i], now, s->levels[i].level);
}

void sj_batcher_statistics_reset(struct batcher_statistics *s, double now) {
  for (size_t i = 0; i < LEVELS; i++) sj_gauge_reset(&s->levels[i], now);
}

void sj_batcher_statistics_close(struct batcher_statistics *s, double now) {
  sj_batcher_statistics_account(s, now);
  for (size_t i = 0; i < LEVELS; i++) {
    s->window[i][0] = sj_gauge_mean(&s->levels[i]);
    s->window[i][1] = sj_gauge_max(&s->levels[i]);
    s->window[i][2] = sj_gauge_quantile(&s->levels[i], 0.95);
  }
}

void sj_batcher_statistics_clear(struct batcher_statistics *s) {
  for (size_t i = 0; i < LEVELS; i++) {
    sj_gauge_destroy(&s->levels[i]);
    sj_histogram_destroy(&s->sampled[i].histogram);
  }
  sj_histogram_destroy(&s->requests.histogram);
  sj_histogram_destroy(&s->bytes.histogram);
  sj_histogram_destroy(&s->latency.histogram);
}
