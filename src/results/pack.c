#include "results/pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ---- */

void sj_pack_whole(struct sj_text *bytes, uint64_t x) { sj_text_add_bytes(bytes, (const char *)&x, sizeof x); }

void sj_pack_number(struct sj_text *bytes, double x) { sj_text_add_bytes(bytes, (const char *)&x, sizeof x); }

static void add_block(struct sj_text *bytes, const void *data, size_t size) {
  sj_pack_whole(bytes, size);
  sj_text_add_bytes(bytes, data, size);
}

void sj_pack_text(struct sj_text *bytes, const char *text) {
  if (text)
    add_block(bytes, text, strlen(text));
  else
    sj_pack_whole(bytes, UINT64_MAX);
}

void sj_pack_results(struct sj_text *bytes, const struct sj_results *results) {
  sj_pack_text(bytes, results->engine);
  sj_pack_text(bytes, results->model);
  sj_pack_text(bytes, results->scenario);
  sj_pack_text(bytes, results->canonical);
  sj_pack_text(bytes, results->picture);
  sj_pack_text(bytes, results->time_unit);
  sj_pack_whole(bytes, results->seed);
  sj_pack_number(bytes, results->duration);
  sj_pack_number(bytes, results->warmup);
  sj_pack_number(bytes, results->drain);
  sj_pack_whole(bytes, results->warmup_found);
  sj_pack_whole(bytes, results->partial);
  sj_pack_number(bytes, results->wall_seconds);
  sj_pack_number(bytes, results->grid_start);
  sj_pack_number(bytes, results->grid_step);
  sj_pack_whole(bytes, results->grid_count);
  sj_pack_whole(bytes, results->metric_count);
  for (size_t i = 0; i < results->metric_count; i++) {
    sj_pack_text(bytes, results->metrics[i].name);
    sj_pack_whole(bytes, results->metrics[i].reduction);
    sj_pack_whole(bytes, results->metrics[i].suppressed);
  }
  sj_pack_whole(bytes, results->histogram_count);
  for (size_t i = 0; i < results->histogram_count; i++) sj_pack_text(bytes, results->histogram_names[i]);
  sj_pack_whole(bytes, results->series_count);
  for (size_t i = 0; i < results->series_count; i++) {
    sj_pack_text(bytes, results->series[i].name);
    sj_pack_text(bytes, results->series[i].unit);
    sj_pack_whole(bytes, sj_results_heatmap_of(results, i) != SIZE_MAX);
  }
  sj_pack_whole(bytes, results->note_count);
  for (size_t i = 0; i < results->note_count; i++) sj_pack_text(bytes, results->notes[i]);
}

static void add_histogram(struct sj_text *bytes, const struct sj_histogram *histogram) {
  size_t size = 0;
  unsigned char *const data = sj_histogram_serialize(histogram, &size);
  add_block(bytes, data ? (const void *)data : "", data ? size : 0);
  free(data);
}

/* Each column, or none of a map that is not known. */
static void add_heatmap(struct sj_text *bytes, const struct sj_heatmap *map) {
  sj_pack_whole(bytes, map->columns);
  for (size_t c = 0; c < map->columns; c++) {
    size_t size = 0;
    unsigned char *const data = sj_heatmap_serialize(map, c, &size);
    add_block(bytes, data ? (const void *)data : "", data ? size : 0);
    free(data);
  }
}

void sj_pack_run(struct sj_text *bytes, const struct sj_results *results, const struct sj_run *run) {
  sj_pack_whole(bytes, run->number);
  sj_pack_whole(bytes, run->events);
  sj_pack_whole(bytes, run->truncated);
  add_block(bytes, run->values, results->metric_count * sizeof *run->values);
  sj_pack_whole(bytes, run->exact != NULL);
  for (size_t i = 0; run->exact && i < results->metric_count; i++) {
    sj_pack_number(bytes, run->exact[i].error);
    sj_pack_number(bytes, run->exact[i].log10);
    sj_pack_text(bytes, run->exact[i].word);
  }
  const bool whole = run->histograms && run->series;
  sj_pack_whole(bytes, whole);
  if (!whole) return;
  for (size_t i = 0; i < results->histogram_count; i++) add_histogram(bytes, &run->histograms[i]);
  add_block(bytes, run->series, results->series_count * results->grid_count * sizeof *run->series);
  for (size_t i = 0; i < results->heatmap_count; i++) add_heatmap(bytes, &run->heatmaps[i]);
}

/* ---- reading ---- */

static bool take(struct sj_packed *bytes, void *to, size_t size) {
  if (bytes->bad || size > bytes->left) {
    bytes->bad = true;
    return false;
  }
  memcpy(to, bytes->at, size);
  bytes->at += size;
  bytes->left -= size;
  return true;
}

uint64_t sj_unpack_whole(struct sj_packed *bytes) {
  uint64_t x;
  return take(bytes, &x, sizeof x) ? x : 0;
}

double sj_unpack_number(struct sj_packed *bytes) {
  double x;
  return take(bytes, &x, sizeof x) ? x : (double)NAN;
}

/* A block of `size` bytes that stays where it is; NULL if bad. */
static const char *take_block(struct sj_packed *bytes, size_t size) {
  if (bytes->bad || size > bytes->left) {
    bytes->bad = true;
    return NULL;
  }
  const char *const block = bytes->at;
  bytes->at += size;
  bytes->left -= size;
  return block;
}

char *sj_unpack_text(struct sj_packed *bytes) {
  const uint64_t size = sj_unpack_whole(bytes);
  if (size == UINT64_MAX) return NULL;
  const char *const block = take_block(bytes, size);
  if (!block || memchr(block, 0, size)) {
    bytes->bad = true;
    return NULL;
  }
  char *const text = sj_allocate(size + 1);
  memcpy(text, block, size);
  return text;
}

/* A text that must be there. */
static char *take_name(struct sj_packed *bytes) {
  char *const text = sj_unpack_text(bytes);
  if (!text) bytes->bad = true;
  return text ? text : sj_copy_string("");
}

/* How many things follow, each of which takes a byte at least. */
static size_t take_count(struct sj_packed *bytes) {
  const uint64_t count = sj_unpack_whole(bytes);
  if (count > bytes->left) bytes->bad = true;
  return bytes->bad ? 0 : (size_t)count;
}

static void take_metrics(struct sj_packed *bytes, struct sj_results *results) {
  for (size_t left = take_count(bytes); left > 0 && !bytes->bad; left--) {
    char *const name = take_name(bytes);
    const uint64_t reduction = sj_unpack_whole(bytes), suppressed = sj_unpack_whole(bytes);
    if (reduction > SJ_REDUCE_MAX || !sj_results_add_metric(results, name, (enum sj_reduction)reduction))
      bytes->bad = true;
    else
      results->metrics[results->metric_count - 1].suppressed = suppressed != 0;
    free(name);
  }
}

static void take_columns(struct sj_packed *bytes, struct sj_results *results) {
  take_metrics(bytes, results);
  for (size_t left = take_count(bytes); left > 0 && !bytes->bad; left--) {
    char *const name = take_name(bytes);
    if (!sj_results_add_histogram(results, name)) bytes->bad = true;
    free(name);
  }
  for (size_t left = take_count(bytes); left > 0 && !bytes->bad; left--) {
    char *const name = take_name(bytes), *const unit = take_name(bytes);
    const bool has = sj_unpack_whole(bytes) != 0;
    if (!sj_results_add_series(results, name, unit) ||
        (has && !sj_results_add_heatmap(results, results->series_count - 1)))
      bytes->bad = true;
    free(name);
    free(unit);
  }
  for (size_t left = take_count(bytes); left > 0 && !bytes->bad; left--) {
    char *const note = take_name(bytes);
    if (!sj_results_add_note(results, "%s", note)) bytes->bad = true;
    free(note);
  }
}

struct sj_results *sj_unpack_results(struct sj_packed *bytes) {
  enum { LARGEST_GRID = 10000000 };
  char *const engine = take_name(bytes), *const model = take_name(bytes), *const scenario = sj_unpack_text(bytes);
  struct sj_results *const results = sj_results_create(engine, model, scenario);
  free(engine);
  free(model);
  free(scenario);
  if (!results) return NULL;
  results->canonical = sj_unpack_text(bytes);
  results->picture = sj_unpack_text(bytes);
  char *const unit = take_name(bytes);
  memcpy(results->time_unit, unit, strnlen(unit, sizeof results->time_unit - 1));
  free(unit);
  results->seed = sj_unpack_whole(bytes);
  results->duration = sj_unpack_number(bytes);
  results->warmup = sj_unpack_number(bytes);
  results->drain = sj_unpack_number(bytes);
  results->warmup_found = sj_unpack_whole(bytes) != 0;
  results->partial = sj_unpack_whole(bytes) != 0;
  results->wall_seconds = sj_unpack_number(bytes);
  results->grid_start = sj_unpack_number(bytes);
  results->grid_step = sj_unpack_number(bytes);
  results->grid_count = sj_unpack_whole(bytes);
  if (results->grid_count > LARGEST_GRID) bytes->bad = true;
  take_columns(bytes, results);
  if (!bytes->bad) return results;
  sj_results_destroy(results);
  return NULL;
}

static void take_exact(struct sj_packed *bytes, const struct sj_results *results, struct sj_run *run) {
  if (!sj_unpack_whole(bytes)) return;
  if (!sj_run_make_exact(results, run)) {
    bytes->bad = true;
    return;
  }
  for (size_t i = 0; i < results->metric_count; i++) {
    run->exact[i].error = sj_unpack_number(bytes);
    run->exact[i].log10 = sj_unpack_number(bytes);
    run->exact[i].word = sj_unpack_text(bytes);
  }
}

static void take_numbers(struct sj_packed *bytes, double *to, size_t count) {
  if (sj_unpack_whole(bytes) != count * sizeof *to)
    bytes->bad = true;
  else
    take(bytes, to, count * sizeof *to);
}

static void take_heatmap(struct sj_packed *bytes, const struct sj_results *results, struct sj_heatmap *map) {
  const uint64_t columns = sj_unpack_whole(bytes);
  if (columns == 0 || bytes->bad) return;
  if (columns != sj_heatmap_columns(results->grid_count)) bytes->bad = true;
  if (!bytes->bad) sj_heatmap_start(map, columns);
  for (size_t c = 0; c < columns && !bytes->bad; c++) {
    const uint64_t size = sj_unpack_whole(bytes);
    const char *const block = take_block(bytes, size);
    if (!block || !sj_heatmap_deserialize(map, c, (const unsigned char *)block, size)) bytes->bad = true;
  }
}

static void take_distributions(struct sj_packed *bytes, const struct sj_results *results, struct sj_run *run) {
  for (size_t i = 0; i < results->histogram_count && !bytes->bad; i++) {
    const uint64_t size = sj_unpack_whole(bytes);
    const char *const block = take_block(bytes, size);
    if (!block || !sj_histogram_deserialize(&run->histograms[i], (const unsigned char *)block, size)) bytes->bad = true;
  }
  take_numbers(bytes, run->series, results->series_count * results->grid_count);
  for (size_t i = 0; i < results->heatmap_count && !bytes->bad; i++) take_heatmap(bytes, results, &run->heatmaps[i]);
}

bool sj_unpack_run(struct sj_packed *bytes, const struct sj_results *results, struct sj_run *run) {
  const uint64_t number = sj_unpack_whole(bytes);
  if (bytes->bad || !sj_run_prepare(results, run, number)) return false;
  run->events = sj_unpack_whole(bytes);
  run->truncated = sj_unpack_whole(bytes) != 0;
  take_numbers(bytes, run->values, results->metric_count);
  take_exact(bytes, results, run);
  if (sj_unpack_whole(bytes))
    take_distributions(bytes, results, run);
  else
    sj_run_keep_values(results, run);
  if (!bytes->bad) return true;
  sj_run_clear(results, run);
  return false;
}
