/* What the commands share: their list, the options, messages, and the way out.
 *
 * Only this folder prints and only main ends the program. A command is a function of its parsed options that returns
 * the exit code. */
#ifndef SJ_CLI_CLI_H
#define SJ_CLI_CLI_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sojourn/status.h"

/* Exit codes of the contract. */
enum sj_exit { SJ_EXIT_DONE = 0, SJ_EXIT_UNMET = 1, SJ_EXIT_WRONG = 2, SJ_EXIT_FAILED = 3, SJ_EXIT_INTERRUPTED = 130 };
enum sj_exit sj_exit_of(enum sj_status status);

/* One bit an option, for the sets that commands accept. */
#define SJ_OPTION_SET (UINT64_C(1) << 0)
#define SJ_OPTION_SCENARIO (UINT64_C(1) << 1)
#define SJ_OPTION_SEED (UINT64_C(1) << 2)
#define SJ_OPTION_RUNS (UINT64_C(1) << 3)
#define SJ_OPTION_DURATION (UINT64_C(1) << 4)
#define SJ_OPTION_WARMUP (UINT64_C(1) << 5)
#define SJ_OPTION_DRAIN (UINT64_C(1) << 6)
#define SJ_OPTION_THREADS (UINT64_C(1) << 7)
#define SJ_OPTION_MEMBERS (UINT64_C(1) << 8)
#define SJ_OPTION_OUTPUT (UINT64_C(1) << 9)
#define SJ_OPTION_AGAIN (UINT64_C(1) << 10)
#define SJ_OPTION_JSON (UINT64_C(1) << 11)
#define SJ_OPTION_CSV (UINT64_C(1) << 12)
#define SJ_OPTION_DATA (UINT64_C(1) << 13)
#define SJ_OPTION_QUIET (UINT64_C(1) << 14)
#define SJ_OPTION_HELP (UINT64_C(1) << 15)
#define SJ_OPTION_BY (UINT64_C(1) << 16)
#define SJ_OPTION_AGAINST (UINT64_C(1) << 17)
#define SJ_OPTION_SCORE (UINT64_C(1) << 18)
#define SJ_OPTION_SCORE_BY (UINT64_C(1) << 19)
#define SJ_OPTION_FIND (UINT64_C(1) << 20)
#define SJ_OPTION_SUCH_THAT (UINT64_C(1) << 21)
#define SJ_OPTION_BETWEEN (UINT64_C(1) << 22)
#define SJ_OPTION_HORIZON (UINT64_C(1) << 23)
#define SJ_OPTION_STEP (UINT64_C(1) << 24)
#define SJ_OPTION_EIGENVALUES (UINT64_C(1) << 25)
#define SJ_OPTION_CHANGES (UINT64_C(1) << 26)
#define SJ_OPTION_PICTURE (UINT64_C(1) << 27)
#define SJ_OPTION_APPROXIMATE (UINT64_C(1) << 28)
#define SJ_OPTION_MEMORY (UINT64_C(1) << 29)
#define SJ_OPTION_ENGINES (UINT64_C(1) << 30)
#define SJ_OPTION_CALIBRATE (UINT64_C(1) << 31)
#define SJ_OPTION_CHART (UINT64_C(1) << 32)
#define SJ_OPTION_LIST (UINT64_C(1) << 33)
#define SJ_OPTION_RESULT (UINT64_C(1) << 34)
#define SJ_OPTION_FORMAT (UINT64_C(1) << 35)
#define SJ_OPTION_PLACE (UINT64_C(1) << 36) /* plot's -o */
#define SJ_OPTION_LARGE (UINT64_C(1) << 37)

/* An option that one command alone has: it reads the text itself (sj_read_...). */
struct sj_own_option {
  const char *name, *argument; /* argument: NULL for a flag, whose text is "" */
  const char *help;
};
enum { SJ_MOST_OWN = 24 };

/* The command line as understood. Texts belong to argv; the arrays are freed by sj_options_clear. */
struct sj_options {
  uint64_t given;   /* of SJ_OPTION_... */
  const char *file; /* MODEL or RESULTS; of several the first */
  const char **files;
  size_t file_count;            /* at most 1 where a command takes one */
  const char *own[SJ_MOST_OWN]; /* the texts of the command's own options, in their order; NULL: not given */
  const char **overrides;
  size_t override_count;
  const char **scenarios;
  size_t scenario_count; /* at most 1 where a command takes one */
  const char **score_by;
  size_t score_by_count;
  const char **charts; /* plot */
  size_t chart_count;
  const char *format, *place; /* plot; NULL: not given */
  uint64_t result;            /* plot; 0: not given */
  const char *output, *csv, *data;
  const char *by, *against, *score; /* compare */
  const char *find, *such_that;     /* simulate */
  double between_low, between_high; /* NAN: not given */
  uint64_t seed;
  uint32_t runs, threads;         /* 0: not given */
  double duration, warmup, drain; /* NAN: not given */
  double horizon, step, memory;   /* solve; NAN: not given */
  uint32_t eigenvalues;           /* solve; 0: not given */
};

/* A command of `sojourn COMMAND`. `run` is NULL for those that a later version brings. */
struct sj_command {
  const char *name, *argument;     /* "simulate", "MODEL"; "" where it takes no file */
  const char *summary;             /* for the list of commands */
  const char *help;                /* paragraphs for --help, with an example */
  uint64_t accepted;               /* of SJ_OPTION_... */
  uint64_t repeatable;             /* of those: may be given several times */
  const struct sj_own_option *own; /* ends with a NULL name; NULL: none */
  bool several_files;
  enum sj_exit (*run)(const struct sj_options *options);
};
extern const struct sj_command sj_command_simulate, sj_command_solve, sj_command_compare, sj_command_learn,
    sj_command_measure, sj_command_plot, sj_command_show;

/* Reads the arguments after the command's name. SJ_INVALID with a message that names the nearest known option; a --help
 * among them wins over whatever else is wrong behind it. `options` is to be cleared in any case. */
enum sj_status sj_options_parse(const struct sj_command *command, int argc, char **argv, struct sj_options *options,
                                struct sj_error *error);
void sj_options_clear(struct sj_options *options);

/* The text of an own option as a whole number from `least` to `most`, and as a number above (or, where `zero`, of at
 * least) 0; SJ_INVALID with a message. */
enum sj_status sj_read_whole(const char *name, const char *text, uint64_t least, uint64_t most, uint64_t *n,
                             struct sj_error *error);
enum sj_status sj_read_positive(const char *name, const char *text, bool zero, double *x, struct sj_error *error);

/* Prints the options that the command has, a line each. */
void sj_options_print(const struct sj_command *command);

/* Prints "sojourn: MESSAGE" on standard error (a message that begins with a place in a file as it is), and returns the
 * exit code of `status`. */
enum sj_exit sj_complain(enum sj_status status, const struct sj_error *error);

/* The same of what an engine says of options->file: a message that begins with a place in that file is printed as it
 * is, as from the reader; an interruption without a message is said to be one. Under mpirun only the first process
 * speaks. */
enum sj_exit sj_complain_of_model(const struct sj_options *options, enum sj_status status,
                                  const struct sj_error *error);

/* Writes a text on standard output at once; sj_finish_output tells if that failed. */
void sj_print(const char *text);

/* Writes out what standard output still holds; false, with a message, if anything written there was lost. */
bool sj_finish_output(void);

/* Reads options->file as a model, with the overrides, scenario and data folder of `options`; a watchdog ends the
 * program (exit code 2) if a hostile file manages to hang the reader. Complains if it cannot, and returns the exit
 * code. */
struct sj_model;
enum sj_exit sj_read_model(const struct sj_options *options, struct sj_model **model);
/* The same without any scenario: what the file has in common, and their names. Then each of them by name. */
enum sj_exit sj_read_common(const struct sj_options *options, struct sj_model **model);
enum sj_exit sj_read_scenario(const struct sj_options *options, const char *scenario, struct sj_model **model);
/* A file with scenarios has no one model to run: SJ_INVALID with their names, unless one was chosen. */
enum sj_status sj_check_scenario(const struct sj_options *options, const struct sj_model *model,
                                 struct sj_error *error);
/* As sj_read_model, of a file that was read before, with one more override; it leaves the complaining to the caller. */
enum sj_status sj_read_point(const struct sj_options *options, const char *override, struct sj_model **model,
                             struct sj_error *error);

/* The options as settings of a simulation: all but what is the command's own (stop, callbacks, csv). */
struct sj_simulate_options;
void sj_settings(const struct sj_options *options, struct sj_simulate_options *settings);

/* What a results file holds of results that are one run: the newest of the identity of `asked`, if it is whole, else
 * NULL; and keeps such results, with `again` as new ones in any case. */
struct sj_store;
struct sj_results;
enum sj_status sj_load_kept(struct sj_store *store, const struct sj_results *asked, struct sj_results **results,
                            struct sj_error *error);
enum sj_status sj_keep(struct sj_store *store, bool again, struct sj_results *results, struct sj_error *error);

/* The file of --csv: opened for writing (standard output for "-", NULL without the option), never the model itself;
 * closed with what went wrong since then. sj_csv_close may be called again. */
bool sj_csv_to_stdout(const struct sj_options *options);
enum sj_status sj_csv_open(const struct sj_options *options, FILE **csv, struct sj_error *error);
enum sj_status sj_csv_close(const struct sj_options *options, FILE **csv, struct sj_error *error);

/* Ctrl-C and SIGTERM. Before sj_signals_defer they end the program at once with exit code 130; after it the first one
 * sets the flag that it returned, the second ends the program. */
void sj_signals_catch(void);
const volatile sig_atomic_t *sj_signals_defer(void);

#endif
