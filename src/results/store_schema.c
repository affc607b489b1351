#include "results/store_internal.h"

/* Files of versions that did not solve lack these tables. */
#define EXACT_COLUMNS                               \
  "  run INTEGER NOT NULL REFERENCES runs,\n"       \
  "  metric INTEGER NOT NULL REFERENCES metrics,\n" \
  "  error REAL,\n"                                 \
  "  log10 REAL,\n"                                 \
  "  word TEXT,\n"                                  \
  "  PRIMARY KEY (run, metric)\n"                   \
  ") WITHOUT ROWID;\n"

#define PICTURE_COLUMNS                                \
  "  result INTEGER PRIMARY KEY REFERENCES results,\n" \
  "  json TEXT NOT NULL\n"                             \
  ");\n"

#define QUESTION_COLUMNS                               \
  "  result INTEGER PRIMARY KEY REFERENCES results,\n" \
  "  json TEXT NOT NULL\n"                             \
  ");\n"

/* And of versions that kept no heat maps. */
#define HEATMAP_COLUMNS                            \
  "  run INTEGER NOT NULL REFERENCES runs,\n"      \
  "  series INTEGER NOT NULL REFERENCES series,\n" \
  "  cell INTEGER NOT NULL,\n"                     \
  "  bytes BLOB NOT NULL,\n"                       \
  "  PRIMARY KEY (run, series, cell)\n"            \
  ");\n"
#define HEATMAP_VIEW                                                                                                   \
  " heatmap_cells AS\n"                                                                                                \
  "SELECT runs.result, runs.number AS run, series.name AS series,\n"                                                   \
  "  results.grid_start + coded.cell * results.grid_step AS time_start,\n"                                             \
  "  results.grid_start + min(coded.cell + (results.grid_count + 99) / 100, results.grid_count) * results.grid_step\n" \
  "    AS time_end,\n"                                                                                                 \
  "  coalesce(octaves.low * (1 + json_extract(cells.value, '$[0]') % 16 / 16.0), 0.0) AS value_low,\n"                 \
  "  coalesce(octaves.low * (1 + (json_extract(cells.value, '$[0]') % 16 + 1) / 16.0), 0.0) AS value_high,\n"          \
  "  json_extract(cells.value, '$[1]') AS count\n"                                                                     \
  "FROM heatmap_columns AS coded\n"                                                                                    \
  "  JOIN runs ON runs.id = coded.run\n"                                                                               \
  "  JOIN results ON results.id = runs.result\n"                                                                       \
  "  JOIN series ON series.id = coded.series\n"                                                                        \
  "  JOIN json_each((\n"                                                                                               \
  "    WITH RECURSIVE reading (place, byte, number, shift, cell, counted, count) AS (\n"                               \
  "      SELECT 2,\n"                                                                                                  \
  "        instr('123456789ABCDEF', substr(hex(substr(coded.bytes, 2, 1)), 1, 1)) * 16\n"                              \
  "          + instr('123456789ABCDEF', substr(hex(substr(coded.bytes, 2, 1)), 2, 1)),\n"                              \
  "        0, 0, 0, NULL, NULL\n"                                                                                      \
  "      UNION ALL\n"                                                                                                  \
  "      SELECT place + 1,\n"                                                                                          \
  "        instr('123456789ABCDEF', substr(hex(substr(coded.bytes, place + 1, 1)), 1, 1)) * 16\n"                      \
  "          + instr('123456789ABCDEF', substr(hex(substr(coded.bytes, place + 1, 1)), 2, 1)),\n"                      \
  "        CASE WHEN byte < 128 THEN 0 ELSE number + ((byte & 127) << shift) END,\n"                                   \
  "        CASE WHEN byte < 128 THEN 0 ELSE shift + 7 END,\n"                                                          \
  "        CASE WHEN byte >= 128 THEN cell\n"                                                                          \
  "          WHEN (number + (byte << shift)) % 2 = 0 THEN cell + 1\n"                                                  \
  "          ELSE cell + (number + (byte << shift)) / 2 END,\n"                                                        \
  "        cell,\n"                                                                                                    \
  "        CASE WHEN byte < 128 AND (number + (byte << shift)) % 2 = 0 THEN (number + (byte << shift)) / 2 END\n"      \
  "      FROM reading\n"                                                                                               \
  "      WHERE place <= length(coded.bytes)\n"                                                                         \
  "    )\n"                                                                                                            \
  "    SELECT json_group_array(json_array(counted, count))\n"                                                          \
  "    FROM reading\n"                                                                                                 \
  "    WHERE count > 0\n"                                                                                              \
  "  )) AS cells\n"                                                                                                    \
  "  LEFT JOIN octaves ON octaves.octave = json_extract(cells.value, '$[0]') / 16;\n"

const char sj_store_heatmap_tables[] =
    "CREATE TABLE IF NOT EXISTS heatmap_columns (\n" HEATMAP_COLUMNS "CREATE VIEW IF NOT EXISTS" HEATMAP_VIEW;

const char sj_store_question_table[] = "CREATE TABLE IF NOT EXISTS questions (\n" QUESTION_COLUMNS;

const char sj_store_exact_tables[] = "CREATE TABLE IF NOT EXISTS exact_values (\n" EXACT_COLUMNS
                                     "CREATE TABLE IF NOT EXISTS pictures (\n" PICTURE_COLUMNS;

/* Likewise of versions that did not sweep. */
#define SWEEP_COLUMNS                                       \
  "  id INTEGER PRIMARY KEY,\n"                             \
  "  identity TEXT NOT NULL,\n"                             \
  "  attempt INTEGER NOT NULL,\n"                           \
  "  engine TEXT NOT NULL,\n"                               \
  "  model TEXT NOT NULL,\n"                                \
  "  scenario TEXT,\n"                                      \
  "  samples INTEGER NOT NULL,\n"                           \
  "  points INTEGER NOT NULL,\n"                            \
  "  indices INTEGER REFERENCES results,\n"                 \
  "  created_at TEXT NOT NULL DEFAULT (datetime('now')),\n" \
  "  UNIQUE (identity, attempt)\n"                          \
  ");\n"
#define SWEEP_AXIS_COLUMNS                        \
  "  sweep INTEGER NOT NULL REFERENCES sweeps,\n" \
  "  axis INTEGER NOT NULL,\n"                    \
  "  path TEXT NOT NULL,\n"                       \
  "  logarithmic INTEGER NOT NULL,\n"             \
  "  unit TEXT,\n"                                \
  "  PRIMARY KEY (sweep, axis)\n"                 \
  ") WITHOUT ROWID;\n"
#define SWEEP_POINT_COLUMNS                         \
  "  sweep INTEGER NOT NULL REFERENCES sweeps,\n"   \
  "  point INTEGER NOT NULL,\n"                     \
  "  result INTEGER NOT NULL REFERENCES results,\n" \
  "  PRIMARY KEY (sweep, point)\n"                  \
  ") WITHOUT ROWID;\n"                              \
  "CREATE INDEX IF NOT EXISTS sweep_points_by_result ON sweep_points (result);\n"
#define SWEEP_VALUE_COLUMNS                       \
  "  sweep INTEGER NOT NULL REFERENCES sweeps,\n" \
  "  point INTEGER NOT NULL,\n"                   \
  "  axis INTEGER NOT NULL,\n"                    \
  "  value NOT NULL,\n"                           \
  "  PRIMARY KEY (sweep, point, axis)\n"          \
  ") WITHOUT ROWID;\n"

const char sj_store_sweep_tables[] =
    "CREATE TABLE IF NOT EXISTS sweeps (\n" SWEEP_COLUMNS "CREATE TABLE IF NOT EXISTS sweep_axes (\n" SWEEP_AXIS_COLUMNS
    "CREATE TABLE IF NOT EXISTS sweep_points (\n" SWEEP_POINT_COLUMNS
    "CREATE TABLE IF NOT EXISTS sweep_values (\n" SWEEP_VALUE_COLUMNS;

/* docs/results-file.md shows the same statements, and a test compares them. */
const char sj_store_tables[] =
    "CREATE TABLE meta (\n"
    "  key TEXT PRIMARY KEY,\n"
    "  value TEXT NOT NULL\n"
    ");\n"
    "CREATE TABLE results (\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  identity TEXT NOT NULL,\n"
    "  attempt INTEGER NOT NULL,\n"
    "  engine TEXT NOT NULL,\n"
    "  version TEXT NOT NULL,\n"
    "  model TEXT NOT NULL,\n"
    "  scenario TEXT,\n"
    "  seed NOT NULL,\n"
    "  duration REAL,\n"
    "  warmup REAL,\n"
    "  drain REAL,\n"
    "  warmup_found INTEGER NOT NULL,\n"
    "  time_unit TEXT NOT NULL,\n"
    "  canonical TEXT NOT NULL,\n"
    "  runs_wanted INTEGER NOT NULL,\n"
    "  wall_seconds REAL NOT NULL DEFAULT 0,\n"
    "  grid_start REAL,\n"
    "  grid_step REAL,\n"
    "  grid_count INTEGER NOT NULL DEFAULT 0,\n"
    "  created_at TEXT NOT NULL DEFAULT (datetime('now')),\n"
    "  UNIQUE (identity, attempt)\n"
    ");\n"
    "CREATE TABLE runs (\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  result INTEGER NOT NULL REFERENCES results,\n"
    "  number INTEGER NOT NULL,\n"
    "  events INTEGER NOT NULL,\n"
    "  truncated INTEGER NOT NULL,\n"
    "  UNIQUE (result, number)\n"
    ");\n"
    "CREATE TABLE metrics (\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  result INTEGER NOT NULL REFERENCES results,\n"
    "  position INTEGER NOT NULL,\n"
    "  name TEXT NOT NULL,\n"
    "  reduction TEXT NOT NULL CHECK (reduction IN ('mean', 'min', 'max')),\n"
    "  suppressed INTEGER NOT NULL DEFAULT 0,\n"
    "  UNIQUE (result, name)\n"
    ");\n"
    "CREATE TABLE metric_values (\n"
    "  run INTEGER NOT NULL REFERENCES runs,\n"
    "  metric INTEGER NOT NULL REFERENCES metrics,\n"
    "  value REAL,\n"
    "  PRIMARY KEY (run, metric)\n"
    ") WITHOUT ROWID;\n"
    "CREATE TABLE exact_values (\n" EXACT_COLUMNS "CREATE TABLE pictures (\n" PICTURE_COLUMNS
    "CREATE TABLE questions (\n" QUESTION_COLUMNS
    "CREATE TABLE histograms (\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  result INTEGER NOT NULL REFERENCES results,\n"
    "  position INTEGER NOT NULL,\n"
    "  name TEXT NOT NULL,\n"
    "  UNIQUE (result, name)\n"
    ");\n"
    "CREATE TABLE histogram_bytes (\n"
    "  run INTEGER NOT NULL REFERENCES runs,\n"
    "  histogram INTEGER NOT NULL REFERENCES histograms,\n"
    "  bytes BLOB NOT NULL,\n"
    "  PRIMARY KEY (run, histogram)\n"
    ");\n"
    "CREATE TABLE octaves (\n"
    "  octave INTEGER PRIMARY KEY,\n"
    "  low REAL NOT NULL\n"
    ");\n"
    "CREATE TABLE series (\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  result INTEGER NOT NULL REFERENCES results,\n"
    "  position INTEGER NOT NULL,\n"
    "  name TEXT NOT NULL,\n"
    "  unit TEXT NOT NULL,\n"
    "  UNIQUE (result, name)\n"
    ");\n"
    "CREATE TABLE series_values (\n"
    "  run INTEGER NOT NULL REFERENCES runs,\n"
    "  series INTEGER NOT NULL REFERENCES series,\n"
    "  cell INTEGER NOT NULL,\n"
    "  value REAL,\n"
    "  PRIMARY KEY (run, series, cell)\n"
    ") WITHOUT ROWID;\n"
    "CREATE TABLE heatmap_columns (\n" HEATMAP_COLUMNS
    "CREATE TABLE notes (\n"
    "  result INTEGER NOT NULL REFERENCES results,\n"
    "  position INTEGER NOT NULL,\n"
    "  text TEXT NOT NULL,\n"
    "  PRIMARY KEY (result, position)\n"
    ") WITHOUT ROWID;\n"
    "CREATE TABLE sweeps (\n" SWEEP_COLUMNS "CREATE TABLE sweep_axes (\n" SWEEP_AXIS_COLUMNS
    "CREATE TABLE sweep_points (\n" SWEEP_POINT_COLUMNS "CREATE TABLE sweep_values (\n" SWEEP_VALUE_COLUMNS;

const char sj_store_views[] =
    "CREATE VIEW figures AS\n"
    "SELECT runs.result, runs.number AS run, metrics.name AS metric, metric_values.value\n"
    "FROM runs JOIN metric_values ON metric_values.run = runs.id JOIN metrics ON metrics.id = metric_values.metric;\n"
    "CREATE VIEW series_points AS\n"
    "SELECT runs.result, runs.number AS run, series.name AS series, series.unit,\n"
    "  results.grid_start + series_values.cell * results.grid_step AS time, series_values.value\n"
    "FROM runs JOIN results ON results.id = runs.result JOIN series_values ON series_values.run = runs.id\n"
    "  JOIN series ON series.id = series_values.series;\n"
    "CREATE VIEW histogram_cells AS\n"
    "SELECT runs.result, runs.number AS run, histograms.name AS histogram,\n"
    "  coalesce(octaves.low * (1 + json_extract(cells.value, '$[0]') % 512 / 512.0), 0.0) AS value_low,\n"
    "  coalesce(octaves.low * (1 + (json_extract(cells.value, '$[0]') % 512 + 1) / 512.0), 0.0) AS value_high,\n"
    "  json_extract(cells.value, '$[1]') AS count\n"
    "FROM histogram_bytes AS coded\n"
    "  JOIN runs ON runs.id = coded.run\n"
    "  JOIN histograms ON histograms.id = coded.histogram\n"
    "  JOIN json_each((\n"
    "    WITH RECURSIVE reading (place, byte, number, shift, numbers, cell, count) AS (\n"
    "      SELECT 2,\n"
    "        instr('123456789ABCDEF', substr(hex(substr(coded.bytes, 2, 1)), 1, 1)) * 16\n"
    "          + instr('123456789ABCDEF', substr(hex(substr(coded.bytes, 2, 1)), 2, 1)),\n"
    "        0, 0, 0, 511, NULL\n"
    "      UNION ALL\n"
    "      SELECT place + 1,\n"
    "        instr('123456789ABCDEF', substr(hex(substr(coded.bytes, place + 1, 1)), 1, 1)) * 16\n"
    "          + instr('123456789ABCDEF', substr(hex(substr(coded.bytes, place + 1, 1)), 2, 1)),\n"
    "        CASE WHEN byte < 128 THEN 0 ELSE number + ((byte & 127) << shift) END,\n"
    "        CASE WHEN byte < 128 THEN 0 ELSE shift + 7 END,\n"
    "        numbers + (byte < 128),\n"
    "        CASE WHEN byte < 128 AND numbers % 2 = 1 THEN cell + 1 + number + (byte << shift) ELSE cell END,\n"
    "        CASE WHEN byte < 128 AND numbers % 2 = 0 THEN number + (byte << shift) END\n"
    "      FROM reading\n"
    "      WHERE place <= length(coded.bytes)\n"
    "    )\n"
    "    SELECT json_group_array(json_array(CASE numbers WHEN 1 THEN 0 ELSE cell END, count))\n"
    "    FROM reading\n"
    "    WHERE count > 0\n"
    "  )) AS cells\n"
    "  LEFT JOIN octaves ON octaves.octave = json_extract(cells.value, '$[0]') / 512;\n";
