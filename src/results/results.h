/* What an engine found: one record a run, and the tables made of them. Engines fill it, results/ keeps and prints it;
 * neither knows the other. */
#ifndef SJ_RESULTS_RESULTS_H
#define SJ_RESULTS_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/results.h"
#include "sojourn/status.h"
#include "stats/heatmap.h"
#include "stats/histogram.h"

/* How the figures of several runs become one. The value is always the mean over runs for SJ_MEAN; SJ_MIN and SJ_MAX
 * take the extreme over runs and have no interval. */
enum sj_reduction { SJ_REDUCE_MEAN, SJ_REDUCE_MIN, SJ_REDUCE_MAX };

struct sj_metric {
  char *name; /* as in the contract: "web.latency.p99" */
  enum sj_reduction reduction;
  bool suppressed; /* the figure has no meaning over these runs (a queue that grows without limit): its value is NAN */
};

/* A named time series on the grid start + step, start + 2 step, ... (the value belongs to the cell that ends there). */
struct sj_series {
  char *name; /* "db.waiting" */
  char *unit; /* "requests", "time", "requests/time" */
};

/* What a solved figure has beside its value. */
struct sj_exact {
  double error; /* estimated, absolute; NAN: not known */
  double log10; /* of |value|, where it may pass what a double holds (`value` is then infinite or 0); NAN: not given */
  char *word;   /* the figure is no number but this word, and its value is NAN; NULL: a number */
};
/* A figure whose error is above this share of it is marked as not to be trusted. */
#define SJ_EXACT_DIGITS 1e-6

/* One finished run. Arrays are as long as the results' metrics, histograms, series and heat maps; a figure that does
 * not exist is NAN. Series are laid out series by series, `grid_count` points each. A heat map is the distribution of
 * what the points of its series are means of, in columns of sj_heatmap_cells_of_column(grid_count) points; unknown
 * where an earlier version made the run. */
struct sj_run {
  uint64_t number; /* 0, 1, ...: the run's part in the random streams */
  uint64_t events; /* dispatched */
  bool truncated;  /* requests were left when the drain ended */
  double *values;
  struct sj_exact *exact; /* NULL: a run that was not solved */
  struct sj_histogram *histograms;
  double *series;
  struct sj_heatmap *heatmaps;
};

/* Everything about one model under one engine. Strings and arrays are owned by it. Runs are kept sorted by number. */
struct sj_results {
  char *engine;    /* "simulate" */
  char *model;     /* the file's name as given */
  char *scenario;  /* NULL if none */
  char *canonical; /* the model after overrides, canonical JSON with data files by their hash: part of the identity */
  uint64_t seed;
  double duration, warmup, drain; /* in the model's time unit */
  bool warmup_found;              /* by MSER-5, not given */
  bool partial;                   /* interrupted: fewer runs than asked for */
  double wall_seconds;
  char time_unit[16];

  size_t metric_count, histogram_count, series_count, grid_count;
  struct sj_metric *metrics;
  char **histogram_names; /* "web.latency": the name its percentiles share */
  struct sj_series *series;
  double grid_start, grid_step;
  size_t heatmap_count, *heatmap_series; /* which series have one, ascending */

  size_t run_count, run_capacity;
  struct sj_run *runs;

  char *question; /* what was asked, as JSON: see store.h and docs/results-file.md; NULL: not known */

  char *picture; /* of what was solved, as JSON: an array of the objects of solve/picture.h; NULL: none */

  size_t note_count;
  char **notes; /* sentences for the user, in the order they were made */
};

/* NULL: no memory. sj_results_destroy and the functions that only read are public: sojourn/results.h. */
struct sj_results *sj_results_create(const char *engine, const char *model, const char *scenario);

/* Append a column. All columns are added before the first run. Names and units are copied; they return false if memory
 * ran out. */
bool sj_results_add_metric(struct sj_results *results, const char *name, enum sj_reduction reduction);
bool sj_results_add_histogram(struct sj_results *results, const char *name);
bool sj_results_add_series(struct sj_results *results, const char *name, const char *unit);
/* The series of that index has a heat map, too; in their order. */
bool sj_results_add_heatmap(struct sj_results *results, size_t series);
/* The series of that name, and the heat map of a series; SIZE_MAX: there is none. */
size_t sj_results_find_series(const struct sj_results *results, const char *name);
size_t sj_results_heatmap_of(const struct sj_results *results, size_t series);
bool sj_results_add_note(struct sj_results *results, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A run of the right shape, values NAN, histograms empty, series NAN, heat maps unknown. Its arrays are freed by
 * sj_run_clear. */
bool sj_run_prepare(const struct sj_results *results, struct sj_run *run, uint64_t number);
void sj_run_clear(const struct sj_results *results, struct sj_run *run);
/* Gives the run `exact`, nothing known. False: no memory. */
bool sj_run_make_exact(const struct sj_results *results, struct sj_run *run);
/* Frees the run's histograms, series and heat maps, which are most of it; what reads them must not be called
 * afterwards. */
void sj_run_keep_values(const struct sj_results *results, struct sj_run *run);

/* Moves `run` (whose arrays change owner, and which is left empty) to its place; a run of that number must not be
 * there. */
bool sj_results_add_run(struct sj_results *results, struct sj_run *run);

#endif
