/* What could stand at the cursor: the shells' completion asks the program itself, so it is never out of date. */
#ifndef SJ_CLI_COMPLETE_H
#define SJ_CLI_COMPLETE_H

#include <stddef.h>

#include "cli/cli.h"

/* sojourn --complete WORD...: the words behind "sojourn", of which the last, which may be empty, is to be completed.
 * Prints every word that could stand there, a line each: commands, a command's options, the values of an option that
 * has a few ("--format svg|png|pdf"), the scenarios of a model that is named before. Where a file is expected nothing
 * is printed, and the shell completes as it does for files. */
enum sj_exit sj_complete(const struct sj_command *const *commands, size_t count, int word_count, char **words);

#endif
