#include <stdio.h>

#include "cli/cli.h"

static enum sj_exit run(const struct sj_options *options) {
  (void)options;
  struct sj_error error;
  sj_error_set(&error, SJ_FAILED, "not yet");
  return sj_complain(SJ_FAILED, &error);
}
const struct sj_command sj_command_show = {
    .name = "show",
    .argument = "MODEL|RESULTS",
    .summary = "the model as understood, or what a results file holds",
    .help =
        "A model: every component with its units and defaults, the offered load of each server, whether it is stable.\n"
        "A results file: tables of what it holds; --csv - prints all of it, for comparing two files.\n"
        "\n"
        "Example: sojourn show models/mm1.lua --set web.arrivals.rate=9.5",
    .accepted = SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_DATA | SJ_OPTION_JSON | SJ_OPTION_CSV | SJ_OPTION_HELP,
    .run = run,
};
