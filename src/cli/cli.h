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
enum sj_option {
  SJ_OPTION_SET = 1U << 0,
  SJ_OPTION_SCENARIO = 1U << 1,
  SJ_OPTION_SEED = 1U << 2,
  SJ_OPTION_RUNS = 1U << 3,
  SJ_OPTION_DURATION = 1U << 4,
  SJ_OPTION_WARMUP = 1U << 5,
  SJ_OPTION_DRAIN = 1U << 6,
  SJ_OPTION_THREADS = 1U << 7,
  SJ_OPTION_MEMBERS = 1U << 8,
  SJ_OPTION_OUTPUT = 1U << 9,
  SJ_OPTION_AGAIN = 1U << 10,
  SJ_OPTION_JSON = 1U << 11,
  SJ_OPTION_CSV = 1U << 12,
  SJ_OPTION_DATA = 1U << 13,
  SJ_OPTION_QUIET = 1U << 14,
  SJ_OPTION_HELP = 1U << 15,
  SJ_OPTION_BY = 1U << 16,
  SJ_OPTION_AGAINST = 1U << 17,
  SJ_OPTION_SCORE = 1U << 18,
  SJ_OPTION_SCORE_BY = 1U << 19,
  SJ_OPTION_FIND = 1U << 20,
  SJ_OPTION_SUCH_THAT = 1U << 21,
  SJ_OPTION_BETWEEN = 1U << 22,
  SJ_OPTION_HORIZON = 1U << 23,
  SJ_OPTION_STEP = 1U << 24,
  SJ_OPTION_EIGENVALUES = 1U << 25,
  SJ_OPTION_CHANGES = 1U << 26,
  SJ_OPTION_PICTURE = 1U << 27,
  SJ_OPTION_APPROXIMATE = 1U << 28,
  SJ_OPTION_MEMORY = 1U << 29,
  SJ_OPTION_LARGE = 1U << 30
};

/* The command line as understood. Texts belong to argv; the arrays are freed by sj_options_clear. */
struct sj_options {
  unsigned given;   /* of enum sj_option */
  const char *file; /* MODEL or RESULTS */
  const char **overrides;
  size_t override_count;
  const char **scenarios;
  size_t scenario_count; /* at most 1 where a command takes one */
  const char **score_by;
  size_t score_by_count;
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
  const char *name, *argument; /* "simulate", "MODEL" */
  const char *summary;         /* for the list of commands */
  const char *help;            /* paragraphs for --help, with an example */
  unsigned accepted;           /* of enum sj_option */
  unsigned repeatable;         /* of those: may be given several times */
  enum sj_exit (*run)(const struct sj_options *options);
};
extern const struct sj_command sj_command_simulate, sj_command_solve, sj_command_compare, sj_command_show;

/* Reads the arguments after the command's name. SJ_INVALID with a message that names the nearest known option; a --help
 * among them wins over whatever else is wrong behind it. `options` is to be cleared in any case. */
enum sj_status sj_options_parse(const struct sj_command *command, int argc, char **argv, struct sj_options *options,
                                struct sj_error *error);
void sj_options_clear(struct sj_options *options);

/* Prints the options that `accepted` holds, a line each. */
void sj_options_print(unsigned accepted);

/* Prints "sojourn: MESSAGE" on standard error (a message that begins with a place in a file as it is), and returns the
 * exit code of `status`. */
enum sj_exit sj_complain(enum sj_status status, const struct sj_error *error);

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
