#include "cli/cli.h"

static enum sj_exit run(const struct sj_options *options) {
  (void)options;
  struct sj_error error;
  return sj_complain(sj_error_set(&error, SJ_FAILED, "not yet"), &error);
}

const struct sj_command sj_command_simulate = {
    .name = "simulate",
    .argument = "MODEL",
    .summary = "run it: discrete events, replicated, with confidence intervals",
    .help =
        "Runs the model several times, each with other random numbers, and prints every figure as its mean over the\n"
        "runs with the half width of the 95 % confidence interval. The same seed gives the same figures, whatever\n"
        "the number of threads. Exit codes: 0 done, 1 an expectation of the model is not met, 2 the command or the\n"
        "model is wrong, 3 it could not be done, 130 interrupted (finished runs are reported).\n"
        "\n"
        "Example: sojourn simulate models/mm1.lua --set web.arrivals.rate=9.5 --runs 4 -o mm1.db",
    .accepted = SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_SEED | SJ_OPTION_RUNS | SJ_OPTION_DURATION |
                SJ_OPTION_WARMUP | SJ_OPTION_DRAIN | SJ_OPTION_THREADS | SJ_OPTION_MEMBERS | SJ_OPTION_OUTPUT |
                SJ_OPTION_AGAIN | SJ_OPTION_JSON | SJ_OPTION_CSV | SJ_OPTION_DATA | SJ_OPTION_QUIET | SJ_OPTION_HELP,
    .run = run,
};
