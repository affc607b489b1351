#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/cli.h"
#include "cli/complete.h"
#include "cli/wrap.h"

static const struct sj_command *const commands[] = {&sj_command_simulate, &sj_command_solve, &sj_command_compare,
                                                    &sj_command_sweep,    &sj_command_learn, &sj_command_measure,
                                                    &sj_command_plot,     &sj_command_show};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void print_help(FILE *out) {
  fputs("sojourn " SJ_VERSION ": how will this service behave under load, and why?\n\n", out);
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    char *const left = sj_format("sojourn %s %s", commands[i]->name, commands[i]->argument);
    fprintf(out, "  %-32s %s\n", left, commands[i]->summary);
    free(left);
  }
  fputs(
      "\nsojourn COMMAND --help tells more; sojourn --version prints the version.\n"
      "A first model: server \"api\" { service = exponential { rate = 10 } }\n"
      "               client \"web\" { calls = \"api\", arrivals = poisson { rate = 8 } }\n",
      out);
}

static void print_command_help(const struct sj_command *command) {
  printf("sojourn %s %s%s[options]\n", command->name, command->argument, *command->argument ? " " : "");
  sj_print_paragraphs(command->help);
  puts("\nOptions:");
  sj_options_print(command);
}

static const struct sj_command *find(const char *name) {
  for (size_t i = 0; i < COMMAND_COUNT; i++)
    if (!strcmp(commands[i]->name, name)) return commands[i];
  return NULL;
}

static enum sj_exit unknown(const char *word) {
  const char *names[COMMAND_COUNT + 3] = {NULL};
  for (size_t i = 0; i < COMMAND_COUNT; i++) names[i] = commands[i]->name;
  names[COMMAND_COUNT] = "--help";
  names[COMMAND_COUNT + 1] = "--version";
  const char *const kind = *word == '-' ? "option" : "command", *const nearest = sj_nearest(word, names);
  struct sj_error error;
  if (nearest)
    sj_error_set(&error, SJ_INVALID, "unknown %s %s, did you mean %s?", kind, word, nearest);
  else
    sj_error_set(&error, SJ_INVALID, "unknown %s %s; see sojourn --help", kind, word);
  return sj_complain(SJ_INVALID, &error);
}

static enum sj_exit run_command(const struct sj_command *command, int argc, char **argv) {
  struct sj_options options;
  struct sj_error error;
  const enum sj_status status = sj_options_parse(command, argc, argv, &options, &error);
  enum sj_exit code = SJ_EXIT_DONE;
  if (status != SJ_OK)
    code = sj_complain(status, &error);
  else if (options.given & SJ_OPTION_HELP)
    print_command_help(command);
  else
    code = command->run(&options);
  sj_options_clear(&options);
  return code;
}

static enum sj_exit run(int argc, char **argv) {
  if (argc < 2) {
    print_help(stderr);
    return SJ_EXIT_WRONG;
  }
  if (!strcmp(argv[1], "--version")) {
    puts("sojourn " SJ_VERSION);
  } else if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
    print_help(stdout);
  } else if (!strcmp(argv[1], "--complete")) {
    return sj_complete(commands, COMMAND_COUNT, argc - 2, argv + 2);
  } else {
    const struct sj_command *const command = find(argv[1]);
    return command ? run_command(command, argc - 2, argv + 2) : unknown(argv[1]);
  }
  return SJ_EXIT_DONE;
}

int main(int argc, char **argv) {
  sj_signals_catch();
  enum sj_exit code = run(argc, argv);
  /* A full disk shows only when the buffer is written. */
  if (!sj_finish_output() && code != SJ_EXIT_INTERRUPTED) code = SJ_EXIT_FAILED;
  return (int)code;
}
