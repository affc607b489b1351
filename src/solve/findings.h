/* What was found, as it is found: figures by name, time series, notes. Made into results at the end. */
#ifndef SJ_SOLVE_FINDINGS_H
#define SJ_SOLVE_FINDINGS_H

#include <stddef.h>

#include "sojourn/status.h"
#include "solve/scaled.h"

struct sj_results;

struct sj_finding {
  char *name;
  double value, error, log10; /* NAN: there is none, or it is not known */
  char *word;                 /* NULL: a number */
};
struct sj_finding_series {
  char *name, *unit;
  double *values; /* [points] */
};
struct sj_findings {
  struct sj_finding *list;
  size_t count, capacity;
  struct sj_finding_series *series;
  size_t series_count;
  double grid_step; /* point i of every series is at i times it */
  size_t points;
  char **notes;
  size_t note_count;
  char *picture; /* JSON; NULL: none */
};
void sj_findings_clear(struct sj_findings *findings); /* zeroed is cleared */

/* A number with its absolute error, under the name that `format` makes. */
void sj_findings_add(struct sj_findings *findings, double value, double error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* A number of any size, with its logarithm, and its relative error. */
void sj_findings_add_scaled(struct sj_findings *findings, struct sj_scaled value, double relative_error,
                            const char *format, ...) __attribute__((format(printf, 4, 5)));
void sj_findings_add_word(struct sj_findings *findings, const char *word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sj_findings_note(struct sj_findings *findings, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A series, whose `points` values are the caller's to fill; all NAN at first. NULL: no memory. */
double *sj_findings_add_series(struct sj_findings *findings, const char *unit, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Gives `results`, which has no columns yet, all of it, as run 0. SJ_NO_MEMORY without a message. */
enum sj_status sj_findings_into_results(const struct sj_findings *findings, struct sj_results *results);

#endif
