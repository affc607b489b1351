/* The figures of a measurement as results: docs/measure.md says what each means. */
#ifndef SJ_MEASURE_REPORT_H
#define SJ_MEASURE_REPORT_H

#include "measure/ceilings.h"
#include "measure/supervisor.h"
#include "results/results.h"

/* Results without a run: what was asked for, and the columns. NULL: no memory. */
struct sj_results *sj_measure_prepare(const struct sj_measure_options *options);

/* Adds the one run, from what the board and the ring hold at the end. */
enum sj_status sj_measure_report(const struct sj_measurement *measurement, const struct sj_watched *watched,
                                 const struct sj_ceilings *ceilings, struct sj_results *results,
                                 struct sj_error *error);

const char *sj_transport_name(enum sj_transport transport);

#endif
