/* The figures `original....`: those of the load-balancing notebook, which takes them in its own way.
 *
 * Only completions at ticks that are multiples of `every` and later than `after` are recorded. Latencies count the
 * ticks of five states (picking, sending, queue, processing, receiving), which overlap: they are 3 ticks longer than
 * the time that passed, those of probes, which nobody picks, 2. Utilizations are those that came with answers, of
 * requests and probes, recorded before arrivals stop; of all of them only distinct values count, each once, so their
 * mean is no average over servers; but the deviation of each server counts all that came from it. */
#ifndef SJ_SIMULATE_ORIGINAL_H
#define SJ_SIMULATE_ORIGINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "stats/moments.h"

struct original {
  struct sj_original settings;
  double *latencies, *utilizations; /* recorded so far */
  size_t latency_count, latency_capacity, utilization_count, utilization_capacity;
  struct sj_moments *servers; /* utilization by server */
  uint32_t server_count;
  bool no_memory;
};

/* Does nothing, and wants nothing, where the settings are not given. `servers`: members of all pools. False: no
 * memory. */
bool sj_original_create(struct original *original, const struct sj_original *settings, uint32_t servers);
void sj_original_destroy(struct original *original);

/* Whether completions at `time` are recorded. */
bool sj_original_wants(const struct original *original, double time);
/* The latency, in ticks, that the original gives to what took `elapsed` ticks. */
static inline double sj_original_latency(uint32_t elapsed, bool probe) { return elapsed + (probe ? 2.0 : 3.0); }

/* One completion. `running`: arrivals have not stopped. `utilization`: that came with the answer of `server`, NAN if
 * none did. */
void sj_original_note(struct original *original, bool running, bool probe, uint32_t elapsed, uint32_t server,
                      double utilization);

/* The figures, in this order. */
enum { ORIGINAL_FIGURES = 13 };
extern const char *const sj_original_names[ORIGINAL_FIGURES];
/* Sorts what was recorded. Latencies in units of `quantum`. */
void sj_original_figures(struct original *original, double quantum, double figures[ORIGINAL_FIGURES]);

#endif
