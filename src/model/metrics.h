/* The catalogue of metric names. */
#ifndef SJ_MODEL_METRICS_H
#define SJ_MODEL_METRICS_H

#include <stdbool.h>

#include "model/model.h"

/* Is `name` ("web.latency.p99", "backend[3].utilization.mean", "spectral_gap") a metric that some engine gives for this
 * model? `*simulate` and `*solve` tell which; both false for figures of learn. SJ_INVALID with the nearest name
 * otherwise; the message has no place. */
enum sj_status sj_metric_check(const struct sj_model *model, const char *name, bool *simulate, bool *solve,
                               struct sj_error *error);

/* Every name that `simulate` gives for this model, one after the other, each ended by a zero byte; `*count` of them. An
 * index of a pool's member is left out: "db[].full". The caller frees it. */
char *sj_metric_names(const struct sj_model *model, size_t *count);

#endif
