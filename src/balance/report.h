/* What a server says of itself: with its answers to requests and probes, or, to those who may look, at once.
 *
 * A report is immutable once published and shared by reference: the server holds its latest, each answer under way the
 * one it left with, each channel the last that came. */
#ifndef SJ_BALANCE_REPORT_H
#define SJ_BALANCE_REPORT_H

#include <stdint.h>

#include "balance/window.h"
#include "base/chunks.h"

/* NAN: unknown. Utilizations are per cent of the threads; rates per time unit; latencies are times in the server,
 * waiting and service. */
struct sj_report {
  double published;      /* time; NAN in the blank report */
  double in_flight;      /* requests waiting or in service when it was published */
  double waiting;        /* of these, waiting */
  double mean_in_flight; /* over the window */
  struct sj_aggregates utilization, request_rate, latency;
  double expected_latency; /* at the mean number in flight: see publisher.h */
  double pid_weight;
  struct sj_aggregates error_rate; /* answers that are errors, per time unit */
  double load_latency;             /* with as many in flight as now: see load_latency.h */
  uint32_t references;
  struct sj_report *next; /* in the pool's list of free ones */
};

/* Where the reports of one run live. Zero-initialize. */
struct sj_report_pool {
  struct sj_report *unused;
  struct sj_chunks memory;
};
/* A report of which nothing is known, with one reference: the caller's, who fills it in before sharing it. NULL: no
 * memory. */
struct sj_report *sj_report_create(struct sj_report_pool *pool);
static inline struct sj_report *sj_report_hold(struct sj_report *report) {
  if (report) report->references++;
  return report;
}
/* Gives one reference back; NULL is fine. */
static inline void sj_report_release(struct sj_report_pool *pool, struct sj_report *report) {
  if (!report || --report->references) return;
  report->next = pool->unused;
  pool->unused = report;
}
/* All reports of the pool are gone with it, whoever held them. */
void sj_report_pool_destroy(struct sj_report_pool *pool);

#endif
