#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/store.h"
#include "results/table.h"

static void add_line(const struct sj_store_entry *entry, struct sj_text *text) {
  sj_text_add(text, "%" PRId64 "  %s%s%s%s%s, %s, seed %" PRIu64 ", %" PRIu64, entry->result, entry->model,
              entry->scenario ? ", scenario " : "", entry->scenario ? entry->scenario : "", entry->point ? ", at " : "",
              entry->point ? entry->point : "", entry->engine, entry->seed, entry->runs);
  if (entry->runs < entry->runs_wanted) sj_text_add(text, " of %" PRIu64, entry->runs_wanted);
  sj_text_add(text, " run%s", entry->runs == 1 && entry->runs_wanted <= 1 ? "" : "s");
  if (entry->attempt > 0) sj_text_add(text, ", again (%" PRId64 ")", entry->attempt);
  sj_text_add(text, ", %.12s, %s UTC\n", entry->identity, entry->created_at);
}

enum sj_status sj_store_list_text(struct sj_store *store, char **text, struct sj_error *error) {
  struct sj_store_entry *entries;
  size_t count;
  *text = NULL;
  const enum sj_status status = sj_store_list(store, &entries, &count, error);
  if (status != SJ_OK) return status;
  struct sj_text lines = {0};
  sj_text_add_bytes(&lines, "", 0);
  for (size_t i = 0; i < count; i++) add_line(&entries[i], &lines);
  sj_store_list_destroy(entries, count);
  *text = lines.data;
  return SJ_OK;
}

enum sj_status sj_store_tables_text(struct sj_store *store, int64_t result, char **text, struct sj_error *error) {
  struct sj_store_entry *entries;
  size_t count;
  *text = NULL;
  enum sj_status status = sj_store_list(store, &entries, &count, error);
  if (status != SJ_OK) return status;
  struct sj_text tables = {0};
  sj_text_add_bytes(&tables, "", 0);
  bool found = result == 0;
  for (size_t i = 0; i < count && status == SJ_OK; i++) {
    if (result != 0 && entries[i].result != result) continue;
    found = true;
    struct sj_results *loaded;
    status = sj_store_load_metrics(store, entries[i].result, &loaded, error);
    if (status != SJ_OK) break;
    if (tables.length > 0) sj_text_add(&tables, "\n\n");
    add_line(&entries[i], &tables);
    sj_text_add(&tables, "\n");
    sj_results_table(loaded, &tables);
    sj_results_destroy(loaded);
  }
  sj_store_list_destroy(entries, count);
  if (status == SJ_OK && !found) {
    struct sj_results *none;
    status = sj_store_load_metrics(store, result, &none, error); /* fails, and says how */
  }
  if (status == SJ_OK)
    *text = tables.data;
  else
    free(tables.data);
  return status;
}

static const char *file_name(const char *path) {
  const char *const slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static int by_content(const void *a, const void *b) {
  const struct sj_store_entry *const x = a, *const y = b;
  int order = strcmp(file_name(x->model), file_name(y->model));
  if (order == 0) order = strcmp(x->scenario ? x->scenario : "", y->scenario ? y->scenario : "");
  if (order == 0) order = strcmp(x->engine, y->engine);
  if (order == 0) order = (x->seed > y->seed) - (x->seed < y->seed);
  if (order == 0) order = strcmp(x->identity, y->identity);
  return order != 0 ? order : (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

/* The fields that all rows of a result share. */
static void add_start(const struct sj_store_entry *entry, const struct sj_results *results, struct sj_text *text) {
  sj_text_add(text, "%.12s,%" PRId64 ",", entry->identity, entry->attempt);
  const char *const fields[] = {entry->engine, entry->version, file_name(entry->model),
                                entry->scenario ? entry->scenario : ""};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    sj_text_add_csv(text, fields[i]);
    sj_text_add_bytes(text, ",", 1);
  }
  sj_text_add(text, "%" PRIu64 ",", entry->seed);
  const double numbers[] = {results->duration, results->warmup, results->drain};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    sj_text_add_csv_number(text, numbers[i]);
    sj_text_add_bytes(text, ",", 1);
  }
}

/* Value, error and logarithm; a figure that is a word has it in place of the value. */
static void add_value(const struct sj_run *run, size_t metric, struct sj_text *row) {
  const struct sj_exact *const exact = run->exact ? &run->exact[metric] : NULL;
  if (exact && exact->word)
    sj_text_add_csv(row, exact->word);
  else
    sj_text_add_csv_number(row, run->values[metric]);
  sj_text_add_bytes(row, ",", 1);
  if (exact) sj_text_add_csv_number(row, exact->error);
  sj_text_add_bytes(row, ",", 1);
  if (exact) sj_text_add_csv_number(row, exact->log10);
}

static void write_result(const struct sj_store_entry *entry, const struct sj_results *results, FILE *out) {
  struct sj_text start = {0}, row = {0};
  add_start(entry, results, &start);
  for (size_t r = 0; r < results->run_count; r++) {
    for (size_t m = 0; m < results->metric_count; m++) {
      row.length = 0;
      sj_text_add_bytes(&row, start.data, start.length);
      sj_text_add(&row, "%" PRIu64 ",", results->runs[r].number);
      sj_text_add_csv(&row, results->metrics[m].name);
      sj_text_add_bytes(&row, ",", 1);
      add_value(&results->runs[r], m, &row);
      sj_text_add_bytes(&row, "\n", 1);
      fwrite(row.data, 1, row.length, out);
    }
  }
  free(start.data);
  free(row.data);
}

enum sj_status sj_store_csv(struct sj_store *store, FILE *out, struct sj_error *error) {
  struct sj_store_entry *entries;
  size_t count;
  enum sj_status status = sj_store_list(store, &entries, &count, error);
  if (status != SJ_OK) return status;
  if (count > 0) qsort(entries, count, sizeof *entries, by_content);
  fputs("result,attempt,engine,version,model,scenario,seed,duration,warmup,drain,run,metric,value,error,log10\n", out);
  for (size_t i = 0; i < count && status == SJ_OK && !ferror(out); i++) {
    struct sj_results *results;
    status = sj_store_load_metrics(store, entries[i].result, &results, error);
    if (status != SJ_OK) break;
    write_result(&entries[i], results, out);
    sj_results_destroy(results);
  }
  sj_store_list_destroy(entries, count);
  if (status == SJ_OK && (fflush(out) != 0 || ferror(out)))
    status = sj_error_set(error, SJ_FAILED, "the rows could not be written");
  return status;
}

enum sj_status sj_store_csv_text(struct sj_store *store, char **text, struct sj_error *error) {
  size_t size;
  *text = NULL;
  FILE *const out = open_memstream(text, &size);
  if (!out) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  enum sj_status status = sj_store_csv(store, out, error);
  if (fclose(out) != 0 && status == SJ_OK) status = sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  if (status == SJ_OK) return SJ_OK;
  free(*text);
  *text = NULL;
  return status;
}
