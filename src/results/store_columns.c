#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/store_internal.h"

const struct sj_store_kind_name sj_store_kinds[SJ_STORE_KINDS] = {
    [SJ_STORE_METRICS] = {"metrics", "reduction"},
    [SJ_STORE_HISTOGRAMS] = {"histograms", NULL},
    [SJ_STORE_SERIES] = {"series", "unit"},
};

size_t sj_store_column_count(const struct sj_results *results, enum sj_store_kind kind) {
  if (kind == SJ_STORE_METRICS) return results->metric_count;
  return kind == SJ_STORE_HISTOGRAMS ? results->histogram_count : results->series_count;
}

const char *sj_store_column_name(const struct sj_results *results, enum sj_store_kind kind, size_t index) {
  if (kind == SJ_STORE_METRICS) return results->metrics[index].name;
  return kind == SJ_STORE_HISTOGRAMS ? results->histogram_names[index] : results->series[index].name;
}

/* The columns of `results` by name, so that a long list is matched in less than quadratic time. */
struct named {
  const char *name;
  size_t index;
};

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static struct named *names_of(const struct sj_results *results, enum sj_store_kind kind) {
  const size_t count = sj_store_column_count(results, kind);
  struct named *const names = sj_allocate_array(count, sizeof *names);
  for (size_t i = 0; i < count; i++)
    names[i] = (struct named){.name = sj_store_column_name(results, kind, i), .index = i};
  qsort(names, count, sizeof *names, by_name);
  return names;
}

enum sj_status sj_store_columns_read(struct sj_store *store, int64_t result, const struct sj_results *results,
                                     enum sj_store_kind kind, struct sj_store_columns *columns,
                                     struct sj_error *error) {
  *columns = (struct sj_store_columns){0};
  static const char *const sql[SJ_STORE_KINDS] = {
      [SJ_STORE_METRICS] = "SELECT id, name FROM metrics WHERE result = ? ORDER BY id",
      [SJ_STORE_HISTOGRAMS] = "SELECT id, name FROM histograms WHERE result = ? ORDER BY id",
      [SJ_STORE_SERIES] = "SELECT id, name FROM series WHERE result = ? ORDER BY id",
  };
  sqlite3_stmt *statement;
  enum sj_status status = sj_store_get_kept(store, sql[kind], &statement, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(statement, 1, result);
  const size_t wanted = sj_store_column_count(results, kind);
  struct named *const names = names_of(results, kind);
  size_t capacity = 0, found = 0;
  bool row;
  while ((status = sj_store_step(store, statement, &row, error)) == SJ_OK && row) {
    if (columns->count == capacity) {
      capacity = capacity > 0 ? 2 * capacity : 64;
      columns->column = sj_reallocate_array(columns->column, capacity, sizeof *columns->column);
    }
    const char *const name = (const char *)sqlite3_column_text(statement, 1);
    const struct named key = {.name = name ? name : ""};
    const struct named *const match = wanted > 0 ? bsearch(&key, names, wanted, sizeof *names, by_name) : NULL;
    found += match != NULL;
    columns->column[columns->count++] =
        (struct sj_store_column){.id = sqlite3_column_int64(statement, 0), .index = match ? match->index : SIZE_MAX};
  }
  columns->wanted = wanted;
  columns->complete = found == wanted;
  free(names);
  sj_store_put_back(statement);
  if (status != SJ_OK) {
    free(columns->column);
    columns->column = NULL;
  }
  return status;
}

static void clear(struct sj_store_known *known) {
  for (enum sj_store_kind kind = 0; kind < SJ_STORE_KINDS; kind++) free(known->columns[kind].column);
}

/* Its place among the known, or their end. */
static size_t place_of(const struct sj_store *store, int64_t result) {
  size_t i = store->known_count;
  /* The newest is asked for most often. */
  while (i > 0 && store->known[i - 1].result != result) i--;
  return i > 0 ? i - 1 : store->known_count;
}

void sj_store_columns_forget(struct sj_store *store, int64_t result) {
  if (result == 0) {
    for (size_t i = 0; i < store->known_count; i++) clear(&store->known[i]);
    store->known_count = 0;
    return;
  }
  const size_t i = place_of(store, result);
  if (i == store->known_count) return;
  clear(&store->known[i]);
  store->known[i] = store->known[--store->known_count];
}

static void keep_wanted(struct sj_store_columns *columns) {
  size_t kept = 0;
  for (size_t i = 0; i < columns->count; i++)
    if (columns->column[i].index != SIZE_MAX) columns->column[kept++] = columns->column[i];
  columns->count = kept;
}

static bool is_of(const struct sj_store_known *known, const struct sj_results *results) {
  for (enum sj_store_kind kind = 0; kind < SJ_STORE_KINDS; kind++)
    if (known->columns[kind].wanted != sj_store_column_count(results, kind)) return false;
  return true;
}

enum sj_status sj_store_columns_get(struct sj_store *store, int64_t result, const struct sj_results *results,
                                    const struct sj_store_columns **columns, struct sj_error *error) {
  const size_t found = place_of(store, result);
  if (found < store->known_count && is_of(&store->known[found], results)) {
    *columns = store->known[found].columns;
    return SJ_OK;
  }
  /* Results that were given up, as points of a sweep that fail, are never finished. */
  sj_store_columns_forget(store, store->known_count < SJ_STORE_MOST_KNOWN ? result : 0);
  struct sj_store_known known = {.result = result};
  enum sj_status status = SJ_OK;
  for (enum sj_store_kind kind = 0; kind < SJ_STORE_KINDS && status == SJ_OK; kind++)
    if ((status = sj_store_columns_read(store, result, results, kind, &known.columns[kind], error)) == SJ_OK)
      keep_wanted(&known.columns[kind]);
  if (status != SJ_OK) {
    clear(&known);
    return status;
  }
  if (store->known_count == store->known_capacity) {
    store->known_capacity = store->known_capacity > 0 ? 2 * store->known_capacity : 8;
    store->known = sj_reallocate_array(store->known, store->known_capacity, sizeof *store->known);
  }
  *columns = store->known[store->known_count].columns;
  store->known[store->known_count++] = known;
  return SJ_OK;
}
