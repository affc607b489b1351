/* The runs' heat maps: a row for each column that counts something, and for the first, so that a map of nothing is told
 * from none. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/base.h"
#include "results/store_internal.h"

enum sj_status sj_store_heatmaps_name(struct sj_store *store, int64_t result, struct sj_results *results,
                                      struct sj_error *error) {
  bool has;
  enum sj_status status = sj_store_has_table(store, "heatmap_columns", &has, error);
  if (status != SJ_OK || !has) return status;
  sqlite3_stmt *list;
  status =
      sj_store_prepare(store,
                       "SELECT name, EXISTS (SELECT 1 FROM runs JOIN heatmap_columns ON heatmap_columns.run = runs.id"
                       " WHERE runs.result = series.result AND heatmap_columns.series = series.id)"
                       " FROM series WHERE result = ? ORDER BY position, id",
                       &list, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(list, 1, result);
  bool row;
  for (size_t i = 0; (status = sj_store_step(store, list, &row, error)) == SJ_OK && row; i++) {
    if (!sqlite3_column_int(list, 1) || i >= results->series_count) continue;
    if (sj_results_add_heatmap(results, i)) continue;
    status = sj_error_set(error, SJ_NO_MEMORY, "%s: out of memory", store->path);
    break;
  }
  sqlite3_finalize(list);
  return status;
}

static enum sj_status write_column(struct sj_store *store, sqlite3_stmt *insert, const struct sj_heatmap *map,
                                   size_t column, struct sj_error *error) {
  size_t size;
  unsigned char *const bytes = sj_heatmap_serialize(map, column, &size);
  if (!bytes) return sj_error_set(error, SJ_NO_MEMORY, "%s: out of memory", store->path);
  sqlite3_bind_blob64(insert, 4, bytes, size, SQLITE_STATIC);
  const enum sj_status status = sj_store_once(store, insert, error);
  sqlite3_bind_null(insert, 4);
  free(bytes);
  return status;
}

static enum sj_status write_map(struct sj_store *store, sqlite3_stmt *insert, const struct sj_results *results,
                                const struct sj_heatmap *map, struct sj_error *error) {
  enum { OCTAVE = 1 << SJ_HEATMAP_SUBBITS };
  enum sj_status status = SJ_OK;
  for (uint32_t i = 0; i < map->length && status == SJ_OK; i += OCTAVE)
    status = sj_store_note_octave(store, (map->first + i) / OCTAVE, error);
  for (size_t c = 0; c < map->columns && status == SJ_OK; c++) {
    if (c > 0 && sj_heatmap_total(map, c) == 0) continue;
    sqlite3_bind_int64(insert, 3, (int64_t)(c * sj_heatmap_cells_of_column(results->grid_count)));
    status = write_column(store, insert, map, c, error);
  }
  return status;
}

enum sj_status sj_store_heatmaps_write(struct sj_store *store, const struct sj_store_columns *series,
                                       const struct sj_results *results, const struct sj_run *run, int64_t id,
                                       struct sj_error *error) {
  static const char sql[] = "INSERT OR IGNORE INTO heatmap_columns VALUES (?, ?, ?, ?)";
  if (results->heatmap_count == 0 || !run->heatmaps) return SJ_OK;
  sqlite3_stmt *insert = NULL;
  enum sj_status status = sj_store_get_kept(store, sql, &insert, error);
  for (size_t i = 0; i < series->count && status == SJ_OK; i++) {
    const size_t index = sj_results_heatmap_of(results, series->column[i].index);
    if (index == SIZE_MAX) continue;
    sqlite3_bind_int64(insert, 1, id);
    sqlite3_bind_int64(insert, 2, series->column[i].id);
    status = write_map(store, insert, results, &run->heatmaps[index], error);
  }
  sj_store_put_back(insert);
  return status;
}

/* Takes one row into the map of the series. */
static enum sj_status take_column(struct sj_store *store, sqlite3_stmt *row, const struct sj_results *results,
                                  size_t index, struct sj_run *run, struct sj_error *error) {
  struct sj_heatmap *const map = &run->heatmaps[index];
  const size_t each = sj_heatmap_cells_of_column(results->grid_count);
  const int64_t cell = sqlite3_column_int64(row, 1);
  const void *const bytes = sqlite3_column_blob(row, 2);
  const int size = sqlite3_column_bytes(row, 2);
  const bool placed = cell >= 0 && (uint64_t)cell < results->grid_count && (uint64_t)cell % each == 0;
  if (placed && map->columns == 0) sj_heatmap_start(map, sj_heatmap_columns(results->grid_count));
  if (placed && bytes && sj_heatmap_deserialize(map, (size_t)cell / each, bytes, (size_t)size)) return SJ_OK;
  return sj_error_set(error, SJ_FAILED, "%s: the results file is damaged: the heat map of %s of run %" PRIu64,
                      store->path, results->series[results->heatmap_series[index]].name, run->number);
}

enum sj_status sj_store_heatmaps_read(struct sj_store *store, const struct sj_store_columns *series,
                                      const struct sj_results *results, struct sj_run *run, int64_t id,
                                      struct sj_error *error) {
  static const char sql[] = "SELECT series, cell, bytes FROM heatmap_columns WHERE run = ?";
  if (results->heatmap_count == 0) return SJ_OK;
  sqlite3_stmt *list;
  enum sj_status status = sj_store_get_kept(store, sql, &list, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(list, 1, id);
  bool row;
  while ((status = sj_store_step(store, list, &row, error)) == SJ_OK && row) {
    const size_t index = sj_results_heatmap_of(results, sj_store_index_of(series, sqlite3_column_int64(list, 0)));
    if (index == SIZE_MAX) continue;
    if ((status = take_column(store, list, results, index, run, error)) != SJ_OK) break;
  }
  sj_store_put_back(list);
  return status;
}
