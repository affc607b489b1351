/* How `sojourn solve --calibrate` tells what it fitted. */
#ifndef SJ_CLI_CALIBRATION_H
#define SJ_CLI_CALIBRATION_H

#include <jansson.h>

#include "base/base.h"
#include "sojourn/solve.h"

/* A paragraph and a table for people, 80 columns wide. */
void sj_calibration_table(const struct sj_calibration *calibration, struct sj_text *text);

/* { "alpha": ..., "arrival_factor": ..., "timeout_factor": ..., "misfit_before": ..., "misfit": ..., "at_bound": ...,
 *   "figures": { QUANTITY: { "simulated": ..., "ci95": ..., "tolerance": ..., "before": ..., "after": ... } } } */
json_t *sj_calibration_json(const struct sj_calibration *calibration);

#endif
