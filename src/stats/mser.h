/* Finding the end of the warm-up: MSER-5 (White, "An effective truncation heuristic for bias reduction in simulation
 * output", Simulation 69(6), 1997; White, Cobb and Spratt 2000). */
#ifndef SJ_STATS_MSER_H
#define SJ_STATS_MSER_H

#include <stddef.h>

/* Observations, averaged in batches of 5; when memory would pass `SJ_MSER_BATCHES` batches, neighbours are joined
 * (batches of 10, 20, ...), so memory is bounded whatever the length of the run. Zero-initialize. */
enum { SJ_MSER_BATCHES = 1 << 15 };
struct sj_mser {
  size_t batch_size, batch_count, in_batch;
  double batch_sum, batch_start;
  double *means, *starts; /* of each batch: mean value, and time of its first observation */
};

/* Adds an observation made at `time` (not decreasing). Aborts if memory runs out. */
void sj_mser_add(struct sj_mser *m, double time, double value);

/* The time of the first observation to keep: the start of the batch d that minimizes the squared standard error of the
 * remaining batch means, d at most half of them. Returns 0 with fewer than 20 batches. `*at_limit`
 * (may be NULL) is set when the minimum lies at the last admissible d: the run is too short or not stationary. */
double sj_mser_warmup(const struct sj_mser *m, int *at_limit);
void sj_mser_destroy(struct sj_mser *m);

#endif
