/* What one run counts and measures, and the metrics made of it. */
#ifndef SJ_SIMULATE_STATISTICS_H
#define SJ_SIMULATE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/results.h"
#include "stats/gauge.h"
#include "stats/heatmap.h"
#include "stats/histogram.h"
#include "stats/moments.h"

struct engine;
struct sj_model;
struct server_pool;

/* Durations of one kind: exact moments, and a histogram for the quantiles. Values are gathered, and worked in some at a
 * time: sample_settle before reading. */
enum { SAMPLE_GATHERED = 64 };
struct sample {
  uint32_t gathered;
  double values[SAMPLE_GATHERED];
  struct sj_moments moments;
  struct sj_histogram histogram;
};
void sj_sample_settle(struct sample *sample);
static inline void sample_add(struct sample *sample, double value) {
  sample->values[sample->gathered++] = value;
  if (__builtin_expect(sample->gathered == SAMPLE_GATHERED, 0)) sj_sample_settle(sample);
}

/* Attempts that a server is done with: when each arrived, began to be served and left. The sojourn, waiting and service
 * times that follow are worked in some at a time: sj_visits_settle before reading those samples. */
struct visits {
  uint32_t gathered;
  uint32_t cell_from; /* those before it are in a cell of the time series already */
  double arrived[SAMPLE_GATHERED], started[SAMPLE_GATHERED], left[SAMPLE_GATHERED];
};

/* Attempts of counted requests. */
struct call_counts {
  uint64_t attempts, timeouts, retries, rejected, late, hedges;
};

enum { OUTCOME_COUNT = 7 }; /* enum outcome */

struct client_statistics {
  uint64_t arrivals, completed, failed; /* counted requests */
  uint64_t failed_by[OUTCOME_COUNT];
  uint64_t in_window;  /* completed inside the measured window, whenever they arrived */
  double last_arrival; /* the end of the measured window */
  struct call_counts calls;
  struct sample latency, recorded_latency, recorded_wait;
  bool latency_elsewhere; /* `latency` is filled at the end, with another sample that is the same */
  uint64_t cell_arrivals, cell_completed, cell_failed; /* since the time series' last cell */
  double cell_latency;
  struct sj_heatmap *uncounted; /* latencies of answers to requests that are not counted, but in the time series, in
                                   one column; NULL: no time series */
};

struct batcher_statistics;

struct server_statistics {
  struct visits visits;
  struct sample sojourn, wait, service;
  struct sample *apis; /* [api][sojourn, wait, service], or NULL where there is one api */
  struct sj_gauge in_system, waiting, busy, orbit;
  struct batcher_statistics *batching; /* of a batcher; or NULL */
  uint64_t dropped, in_window;
  uint64_t failures; /* answers that were errors, in the measured window, like the next two: what came to a store */
  uint64_t store_requests;
  double store_bytes;
  uint64_t cell_requests, cell_failures; /* likewise, since the time series' last cell */
  /* Those that left since that cell, counted requests or not, and the sum of their sojourn times; but for those in
   * `visits` from visits.cell_from on. */
  uint64_t cell_visits;
  double cell_sojourn;
  bool in_cells;    /* `visits` are wanted in the time series */
  uint32_t follows; /* if not 0: min(in_system, follows) threads are busy and the rest waits, at every instant; their
                       gauges are made of in_system's when the window closes */
  double threads_area, threads_since; /* integral of the number of threads over time */
  double threads;
  /* Of a pool of several, or where a fault may change the capacity: members at capacity, members with nobody, and their
   * integrals over time. Else in_system says it. */
  bool members_counted;
  uint32_t members, full_members, empty_members;
  double members_since, full_area, empty_area;
  double cell_busy, cell_threads; /* areas at the time series' last cell */
  double quarter_area;            /* in_system's area at the end of the last quarter */
  double quarter_mean[4];
  /* The figures of the measured window, taken at its end. */
  struct {
    double in_system[3], waiting[3]; /* mean, std, max */
    double orbit[2];
    double utilization, full, empty, throughput, growth;
  } window;
};

void sj_visits_settle(struct server_statistics *s);
static inline void visits_add(struct server_statistics *s, double arrived, double started, double left) {
  struct visits *const visits = &s->visits;
  const uint32_t i = visits->gathered++;
  visits->arrived[i] = arrived;
  visits->started[i] = started;
  visits->left[i] = left;
  if (__builtin_expect(i + 1 == SAMPLE_GATHERED, 0)) sj_visits_settle(s);
}

/* A visit that no sample counts, or that is not in `visits`: for the time series alone. */
static inline void cell_visits_add(struct server_statistics *s, double sojourn) {
  s->cell_visits++;
  s->cell_sojourn += sojourn;
}

/* Few answers are not counted, and seldom are there time series: apart, so that it is in nobody's way. */
void sj_uncounted_add(struct client_statistics *s, double latency) __attribute__((cold));
static inline void uncounted_add(struct client_statistics *s, double latency) {
  if (s->uncounted) sj_uncounted_add(s, latency);
}

/* The mean sojourn time of those that left since the last cell, which a new cell begins; NAN of none. */
double sj_cell_sojourn(struct server_statistics *s);

void sj_client_statistics_clear(struct client_statistics *s);
void sj_server_statistics_clear(struct server_statistics *s, size_t api_count);

/* Accounts for the time up to `now`; forgets what was before (the end of the warm-up); takes the window's figures. */
void sj_server_statistics_account(struct server_statistics *s, double now);
void sj_server_statistics_reset(struct server_statistics *s, double now);
/* The number of threads changes by `change`; the capacity of one of the members changes. */
void sj_server_statistics_threads(struct server_statistics *s, double now, double change);
void sj_server_statistics_capacity(struct server_statistics *s, uint32_t in_system, double before, double after,
                                   double now);
void sj_server_statistics_quarter(struct server_statistics *s, int quarter, double now, double quarter_length);
/* The integral of the busy threads over time up to `now`, since the last reset. Changes nothing: the sums of the gauges
 * must not depend on who looks. */
double sj_server_statistics_busy(const struct server_statistics *s, double now);
void sj_server_statistics_close(struct server_statistics *s, double capacity, double now, double window);

/* Names the columns of a model's results. False if memory ran out. */
bool sj_statistics_name(struct sj_results *results, const struct sj_model *model, bool members, bool series);
/* Notes one cell of the time series, which ends now. */
enum { SERIES_LATENCY = 3, SERIES_PER_CLIENT = 4, SERIES_PER_SERVER = 4, SERIES_PER_BATCHER = 7, SERIES_PER_STORE = 4 };
void sj_series_cell(struct engine *engine);
/* The same of heat maps, which the run has where it has time series: before the first cell; at the end of each. False
 * if memory ran out. */
bool sj_over_time_start(struct engine *engine);
void sj_over_time_cell(struct engine *engine, size_t cell);
/* Whether the server hands requests on, or is handed some: it has figures of the stages sent to it. */
bool sj_is_stage_of_pipeline(const struct sj_model *model, uint32_t server);
/* Fills a run's values and moves its histograms, in the order of the names. */
void sj_statistics_fill(struct engine *engine, bool members, struct sj_run *run);

#endif
