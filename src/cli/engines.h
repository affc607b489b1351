/* `sojourn compare --engines`: one model, simulated and solved. */
#ifndef SJ_CLI_ENGINES_H
#define SJ_CLI_ENGINES_H

#include "cli/cli.h"

enum sj_exit sj_engines_command(const struct sj_options *options);

/* Simulates `model`, its faults left out, with progress and as the options say, without a warm-up and with series of
 * cells that long: SJ_OK or SJ_INTERRUPTED with `*results`, the caller's; else NULL. */
struct sj_model;
struct sj_results;
enum sj_status sj_simulate_steady(const struct sj_options *options, const struct sj_model *model, double series_step,
                                  struct sj_results **results, struct sj_error *error);

#endif
