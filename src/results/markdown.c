#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/solved.h"
#include "results/store.h"
#include "results/store_internal.h"
#include "results/table.h"

/* Marks that Markdown would read are escaped. */
static void add_plain(struct sj_text *text, const char *s) {
  for (; *s; s++) {
    if (strchr("\\`*_[]<>|#", *s)) sj_text_add_bytes(text, "\\", 1);
    sj_text_add_bytes(text, *s == '\n' ? " " : s, 1);
  }
}

static void add_heading(const struct sj_store_entry *entry, const struct sj_results *results, struct sj_text *text) {
  sj_text_add(text, "## ");
  add_plain(text, entry->model);
  if (entry->scenario) {
    sj_text_add(text, ", ");
    add_plain(text, entry->scenario);
  }
  sj_text_add(text, "\n\n%s %s, seed %" PRIu64 ", %" PRIu64, entry->engine, entry->version, entry->seed, entry->runs);
  if (entry->runs < entry->runs_wanted) sj_text_add(text, " of %" PRIu64, entry->runs_wanted);
  sj_text_add(text, " run%s. Times are in %s.", entry->runs == 1 ? "" : "s", results->time_unit);
}

/* Of what was solved, the estimated error stands where an interval would. */
static void add_row(const struct sj_results *results, size_t metric, bool solved, struct sj_text *text) {
  char value[32], beside[32] = "";
  const struct sj_exact *const exact = solved ? &results->runs[0].exact[metric] : NULL;
  sj_figure_text(sj_results_figure(results, metric), 1, value, beside);
  if (exact && !isnan(exact->error)) snprintf(beside, sizeof beside, "%.1e", exact->error);
  sj_text_add(text, "| ");
  add_plain(text, results->metrics[metric].name);
  sj_text_add(text, " | ");
  if (exact && exact->word)
    add_plain(text, exact->word);
  else if (exact && !isnan(exact->log10) && !isfinite(results->runs[0].values[metric]))
    sj_text_add(text, "10^%.6g", exact->log10);
  else
    sj_text_add(text, "%s", value);
  sj_text_add(text, " | %s |\n", beside);
}

static void add_result(const struct sj_store_entry *entry, const struct sj_results *results, struct sj_text *text) {
  const bool solved = results->run_count == 1 && results->runs[0].exact;
  add_heading(entry, results, text);
  sj_text_add(text, "\n\n| metric | value | %s |\n|:---|---:|---:|\n", solved ? "estimated error" : "± (95 %)");
  for (size_t i = 0; i < results->metric_count; i++) add_row(results, i, solved, text);
  for (size_t i = 0; i < results->note_count; i++) {
    sj_text_add(text, "\nNote: ");
    add_plain(text, results->notes[i]);
    sj_text_add(text, "\n");
  }
}

enum sj_status sj_store_markdown(struct sj_store *store, int64_t result, char **text, struct sj_error *error) {
  struct sj_store_entry *entries;
  size_t count;
  *text = NULL;
  enum sj_status status = sj_store_list(store, &entries, &count, error);
  if (status != SJ_OK) return status;
  struct sj_text document = {0};
  sj_text_add_bytes(&document, "", 0);
  for (size_t i = 0; i < count && status == SJ_OK; i++) {
    struct sj_results *loaded;
    if (result != 0 && entries[i].result != result) continue;
    status = sj_store_load_metrics(store, entries[i].result, &loaded, error);
    if (status != SJ_OK) break;
    if (document.length > 0) sj_text_add(&document, "\n");
    add_result(&entries[i], loaded, &document);
    sj_results_destroy(loaded);
  }
  sj_store_list_destroy(entries, count);
  if (status == SJ_OK)
    *text = document.data;
  else
    free(document.data);
  return status;
}

enum sj_status sj_store_sql(struct sj_store *store, char **text, struct sj_error *error) {
  sqlite3_stmt *statement;
  *text = NULL;
  enum sj_status status = sj_store_prepare(
      store, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'view', type = 'index', rowid",
      &statement, error);
  if (status != SJ_OK) return status;
  struct sj_text document = {0};
  sj_text_add_bytes(&document, "", 0);
  bool row;
  while ((status = sj_store_step(store, statement, &row, error)) == SJ_OK && row)
    sj_text_add(&document, "%s;\n", (const char *)sqlite3_column_text(statement, 0));
  sqlite3_finalize(statement);
  if (status == SJ_OK)
    *text = document.data;
  else
    free(document.data);
  return status;
}
