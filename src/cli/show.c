#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "results/json.h"
#include "results/store.h"
#include "sojourn/model.h"

/* Prints a text that it then frees; NULL means that memory ran out. */
static enum sj_exit print_text(char *text) {
  if (text) {
    sj_print(text);
    free(text);
    return SJ_EXIT_DONE;
  }
  struct sj_error error;
  return sj_complain(sj_error_set(&error, SJ_NO_MEMORY, "out of memory"), &error);
}

static enum sj_exit show_model(const struct sj_options *options) {
  struct sj_model *model = NULL;
  if (options->csv) {
    struct sj_error error;
    return sj_complain(sj_error_set(&error, SJ_INVALID, "--csv is for results files, and %s is a model", options->file),
                       &error);
  }
  enum sj_exit code = sj_read_model(options, &model);
  if (code == SJ_EXIT_DONE)
    code = print_text(options->given & SJ_OPTION_JSON ? sj_model_json(model) : sj_model_text(model));
  sj_model_destroy(model);
  return code;
}

static enum sj_status print_json(struct sj_store *store, const char *file, struct sj_error *error) {
  struct sj_store_entry *entries = NULL;
  size_t count = 0;
  enum sj_status status = sj_store_list(store, &entries, &count, error);
  json_t *const document = json_object(), *const list = json_array();
  json_object_set_new(document, "sojourn", json_string(SJ_VERSION));
  json_object_set_new(document, "command", json_string("show"));
  json_object_set_new(document, "file", sj_json_string(file));
  json_object_set_new(document, "results", list);
  for (size_t i = 0; i < count && status == SJ_OK; i++) {
    struct sj_results *results = NULL;
    status = sj_store_load(store, entries[i].result, &results, error);
    if (status == SJ_OK) json_array_append_new(list, sj_results_json(results, NULL));
    sj_results_destroy(results);
  }
  char *const text = status == SJ_OK ? sj_json_text(document) : NULL;
  if (status == SJ_OK && !text) status = sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  if (text) sj_print(text);
  free(text);
  json_decref(document);
  sj_store_list_destroy(entries, count);
  return status;
}

static enum sj_status print_csv(struct sj_store *store, const char *path, struct sj_error *error) {
  if (!strcmp(path, "-")) return sj_store_csv(store, stdout, error);
  FILE *const file = fopen(path, "w");
  if (!file) return sj_error_set(error, SJ_FAILED, "%s: %s", path, strerror(errno));
  const enum sj_status status = sj_store_csv(store, file, error);
  if (fclose(file) != 0 && status == SJ_OK) return sj_error_set(error, SJ_FAILED, "%s: %s", path, strerror(errno));
  return status;
}

static enum sj_status print_tables(struct sj_store *store, struct sj_error *error) {
  char *text = NULL;
  const enum sj_status status = sj_store_tables_text(store, 0, &text, error);
  if (text) sj_print(text);
  free(text);
  return status;
}

static enum sj_exit show_results(const struct sj_options *options) {
  struct sj_error error;
  if (options->given & (SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_DATA))
    return sj_complain(
        sj_error_set(&error, SJ_INVALID, "--set, --scenario and --data are for models, and %s is a results file",
                     options->file),
        &error);
  struct sj_store *store = NULL;
  enum sj_status status = sj_store_open(options->file, SJ_STORE_READ, &store, &error);
  if (status == SJ_OK) {
    if (options->csv)
      status = print_csv(store, options->csv, &error);
    else if (options->given & SJ_OPTION_JSON)
      status = print_json(store, options->file, &error);
    else
      status = print_tables(store, &error);
  }
  sj_store_close(store);
  return status == SJ_OK ? SJ_EXIT_DONE : sj_complain(status, &error);
}

/* What is called a results file but is not one deserves to hear that, not what Lua thinks of its bytes. */
static bool is_called_results(const char *path) {
  const char *const ending = strrchr(path, '.');
  return ending && !strcmp(ending, ".db");
}

static enum sj_exit run(const struct sj_options *options) {
  return sj_store_is_database(options->file) || is_called_results(options->file) ? show_results(options)
                                                                                 : show_model(options);
}

const struct sj_command sj_command_show = {
    .name = "show",
    .argument = "MODEL|RESULTS",
    .summary = "the model as understood, or results kept",
    .help =
        "A model: every component with its units and defaults, the offered load of each server, whether it is stable.\n"
        "A results file: tables of what it holds; --csv - prints all of it, for comparing two files.\n"
        "\n"
        "Example: sojourn show models/mm1.lua --set web.arrivals.rate=9.5",
    .accepted = SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_DATA | SJ_OPTION_JSON | SJ_OPTION_CSV | SJ_OPTION_HELP,
    .run = run,
};
