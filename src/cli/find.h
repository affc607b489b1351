/* The search of `sojourn simulate --find PATH --such-that EXPECT`. */
#ifndef SJ_CLI_FIND_H
#define SJ_CLI_FIND_H

#include "cli/cli.h"

/* Searches and reports, for a model that was read before and is right. 0: found; 1: never met; 3: no value was tried at
 * which it is certainly not met; 130: interrupted. */
enum sj_exit sj_find_command(const struct sj_options *options);

#endif
