#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "cli/cli.h"
#include "results/hdr.h"
#include "results/json.h"
#include "results/store.h"
#include "sojourn/model.h"

enum own { MARKDOWN, SQL, HDR };
static const struct sj_own_option own[] = {
    [MARKDOWN] = {"--markdown", NULL, "all metrics of a results file as tables in Markdown, for a pull request, say"},
    [SQL] = {"--sql", NULL, "the statements that made the tables and views of a results file"},
    [HDR] = {"--hdr", "FILE", "the histograms of a results file as a log of HdrHistogram; - is standard output"},
    {NULL, NULL, NULL},
};

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
  const char *const wrong = options->csv                        ? "--csv"
                            : options->own[MARKDOWN]            ? own[MARKDOWN].name
                            : options->own[SQL]                 ? own[SQL].name
                            : options->own[HDR]                 ? own[HDR].name
                            : options->given & SJ_OPTION_RESULT ? "--result"
                                                                : NULL;
  if (wrong) {
    struct sj_error error;
    return sj_complain(
        sj_error_set(&error, SJ_INVALID, "%s is for results files, and %s is a model", wrong, options->file), &error);
  }
  enum sj_exit code = sj_read_model(options, &model);
  if (code == SJ_EXIT_DONE)
    code = print_text(options->given & SJ_OPTION_JSON ? sj_model_json(model) : sj_model_text(model));
  sj_model_destroy(model);
  return code;
}

static enum sj_status print_json(struct sj_store *store, const struct sj_options *options, struct sj_error *error) {
  struct sj_store_entry *entries = NULL;
  size_t count = 0;
  enum sj_status status = sj_store_list(store, &entries, &count, error);
  json_t *const document = json_object(), *const list = json_array();
  json_object_set_new(document, "sojourn", json_string(SJ_VERSION));
  json_object_set_new(document, "command", json_string("show"));
  json_object_set_new(document, "file", sj_json_string(options->file));
  json_object_set_new(document, "results", list);
  for (size_t i = 0; i < count && status == SJ_OK; i++) {
    struct sj_results *results = NULL;
    if (options->result && entries[i].result != (int64_t)options->result) continue;
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

/* What `write` writes, on standard output or as the file at `path`, which is there whole or not at all. */
static enum sj_status export(struct sj_store *store, const struct sj_options *options, const char *path,
                             enum sj_status (*write)(struct sj_store *, int64_t, FILE *, struct sj_error *),
                             struct sj_error *error) {
  char *text = NULL; size_t length = 0; FILE *const out = strcmp(path, "-") ? open_memstream(&text, &length) : stdout;
  if (!out) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  enum sj_status status = write(store, (int64_t)options->result, out, error);
  if (out != stdout && fclose(out) != 0 && status == SJ_OK) status = sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  if (out != stdout && status == SJ_OK) status = sj_replace_file(path, text, length, error);
  free(text);
  return status;
}

static enum sj_status write_csv(struct sj_store *store, int64_t result, FILE *out, struct sj_error *error) {
  (void)result;
  return sj_store_csv(store, out, error);
}

static enum sj_status print(struct sj_store *store, const struct sj_options *options, struct sj_error *error) {
  const int64_t result = (int64_t)options->result;
  char *text = NULL;
  enum sj_status status = SJ_OK;
  if (options->csv) return export(store, options, options->csv, write_csv, error);
  if (options->own[HDR]) return export(store, options, options->own[HDR], sj_store_hdr, error);
  if (options->given & SJ_OPTION_JSON) return print_json(store, options, error);
  if (options->own[MARKDOWN])
    status = sj_store_markdown(store, result, &text, error);
  else if (options->own[SQL])
    status = sj_store_sql(store, &text, error);
  else
    status = sj_store_tables_text(store, result, &text, error);
  if (text) sj_print(text);
  free(text);
  return status;
}

/* One thing is printed at a time, and what is of a model is not asked of results. */
static enum sj_status check(const struct sj_options *options, struct sj_error *error) {
  if (options->given & (SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_DATA))
    return sj_error_set(error, SJ_INVALID, "--set, --scenario and --data are for models, and %s is a results file",
                        options->file);
  const int ways = !!options->csv + !!options->own[HDR] + !!options->own[MARKDOWN] + !!options->own[SQL] +
                   !!(options->given & SJ_OPTION_JSON);
  if (ways > 1) return sj_error_set(error, SJ_INVALID, "of --json, --csv, --markdown, --sql and --hdr take one");
  if ((options->given & SJ_OPTION_RESULT) && (options->csv || options->own[SQL]))
    return sj_error_set(error, SJ_INVALID, "--result does not go with %s, which is of the whole file",
                        options->csv ? "--csv" : "--sql");
  return SJ_OK;
}

/* A number that the file does not have is named. */
static enum sj_status check_result(struct sj_store *store, int64_t result, struct sj_error *error) {
  struct sj_results *found = NULL;
  if (result == 0) return SJ_OK;
  const enum sj_status status = sj_store_load_metrics(store, result, &found, error);
  sj_results_destroy(found);
  return status;
}

static enum sj_exit show_results(const struct sj_options *options) {
  struct sj_error error;
  struct sj_store *store = NULL;
  enum sj_status status = check(options, &error);
  if (status == SJ_OK) status = sj_store_open(options->file, SJ_STORE_READ, &store, &error);
  if (status == SJ_OK) status = check_result(store, (int64_t)options->result, &error);
  if (status == SJ_OK) status = print(store, options, &error);
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
        "A results file: tables of what it holds; --csv - prints all of it, for comparing two files;\n"
        "--hdr FILE its histograms, for the tools of HdrHistogram.\n"
        "\n"
        "Example: sojourn show models/mm1.lua --set web.arrivals.rate=9.5",
    .accepted = SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_DATA | SJ_OPTION_JSON | SJ_OPTION_CSV |
                SJ_OPTION_RESULT | SJ_OPTION_HELP,
    .own = own,
    .run = run,
};
