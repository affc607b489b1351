/* `sojourn compare A.db B.db`: has the service become worse? */
#ifndef SJ_CLI_GATE_H
#define SJ_CLI_GATE_H

#include "cli/cli.h"

/* The options of `compare` that are for this alone: --relative, --absolute, --metric (repeatable), --all. */
extern const struct sj_own_option sj_gate_options[];
enum { SJ_GATE_REPEATABLE = 1 << 2 };

/* Whether the files are results: then this is meant. */
bool sj_gate_asked(const struct sj_options *options);

enum sj_exit sj_gate_command(const struct sj_options *options);

#endif
