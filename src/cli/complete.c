#include "cli/complete.h"

#include <string.h>

#include "sojourn/model.h"

static void offer(const char *candidate, size_t length, const char *start) {
  if (strncmp(candidate, start, strlen(start)) != 0 || length < strlen(start)) return;
  printf("%.*s\n", (int)length, candidate);
}

static void offer_commands(const struct sj_command *const *commands, size_t count, const char *start) {
  for (size_t i = 0; i < count; i++) offer(commands[i]->name, strlen(commands[i]->name), start);
  offer("--help", 6, start);
  offer("--version", 9, start);
}

static const char *argument_of(const struct sj_command *command, const char *name) {
  struct sj_own_option option;
  for (size_t i = 0; sj_option_at(command, i, &option); i++)
    if (!strcmp(option.name, name)) return option.argument;
  return NULL;
}

/* "svg|png|pdf" names words to choose from, "MODEL|RESULTS" does not. */
static void offer_choices(const char *argument, const char *start) {
  if (!strchr(argument, '|') || strpbrk(argument, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) return;
  for (const char *choice = argument; choice; choice = strchr(choice, '|')) {
    choice += *choice == '|';
    offer(choice, strcspn(choice, "|"), start);
  }
}

/* Of the first file among the words that reads as a model; what is wrong with others is of no interest now. */
static void offer_scenarios(int word_count, char **words, const char *start) {
  for (int i = 1; i < word_count - 1; i++) {
    struct sj_model *model = NULL;
    struct sj_error error;
    if (words[i][0] == '-' || !strstr(words[i], ".lua")) continue;
    if (sj_model_load(words[i], NULL, &model, &error) != SJ_OK) continue;
    for (size_t k = 0; k < sj_model_scenario_count(model); k++)
      offer(sj_model_scenario_name(model, k), strlen(sj_model_scenario_name(model, k)), start);
    sj_model_destroy(model);
    return;
  }
}

static void offer_options(const struct sj_command *command, const char *start) {
  struct sj_own_option option;
  for (size_t i = 0; sj_option_at(command, i, &option); i++) offer(option.name, strlen(option.name), start);
}

enum sj_exit sj_complete(const struct sj_command *const *commands, size_t count, int word_count, char **words) {
  const char *const start = word_count > 0 ? words[word_count - 1] : "";
  if (word_count <= 1) {
    offer_commands(commands, count, start);
    return SJ_EXIT_DONE;
  }
  for (size_t i = 0; i < count; i++) {
    if (strcmp(commands[i]->name, words[0]) != 0) continue;
    const char *const before = words[word_count - 2], *const argument = argument_of(commands[i], before);
    if (argument && (!strcmp(before, "--scenario") || !strcmp(before, "--against")))
      offer_scenarios(word_count, words, start);
    else if (argument)
      offer_choices(argument, start);
    else if (*start == '-')
      offer_options(commands[i], start);
  }
  return SJ_EXIT_DONE;
}
