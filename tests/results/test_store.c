#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "results/store.h"
#include "results/store_internal.h"
#include "sample.h"
#include "store_folder.h"

static void write_whole(const char *name, const char *scenario, uint64_t seed, uint64_t runs, bool again) {
  struct sj_store *const store = opened(name, SJ_STORE_WRITE);
  struct sj_results *const results = sample_results(scenario, seed);
  int64_t result;
  assert_int_equal(sj_store_begin(store, results, runs, again, &result, NULL), SJ_OK);
  store_runs(store, result, results, results->run_count, runs);
  results->wall_seconds = 1.5;
  assert_int_equal(sj_store_finish(store, result, results, NULL), SJ_OK);
  sj_results_destroy(results);
  sj_store_close(store);
}

static char *csv_of(const char *name) {
  struct sj_store *const store = opened(name, SJ_STORE_READ);
  char *text;
  assert_int_equal(sj_store_csv_text(store, &text, NULL), SJ_OK);
  sj_store_close(store);
  return text;
}

static void round_trip(void **state) {
  (void)state;
  struct sj_store *store = opened("a.db", SJ_STORE_WRITE);
  struct sj_results *const results = sample_results("burst", UINT64_MAX);
  int64_t result;
  assert_int_equal(sj_store_begin(store, results, 4, false, &result, NULL), SJ_OK);
  assert_int_equal(results->run_count, 0);
  store_runs(store, result, results, 0, 3);
  assert_true(sj_results_add_note(results, "It's a note, 100 %% of it."));
  assert_true(sj_results_add_note(results, "Another."));
  results->wall_seconds = 2.25;
  results->metrics[3].suppressed = true;
  /* As sj_simulate_run leaves it: with all runs. */
  for (uint64_t number = 0; number < 3; number++) {
    struct sj_run run;
    sample_run(results, number, &run);
    assert_true(sj_results_add_run(results, &run));
  }
  assert_int_equal(sj_store_finish(store, result, results, NULL), SJ_OK);
  assert_int_equal(sj_store_finish(store, result, results, NULL), SJ_OK);
  sj_store_close(store);
  assert_int_equal(access(path_of("a.db-journal"), F_OK), -1);
  assert_int_equal(access(path_of("a.db-wal"), F_OK), -1);
  assert_true(sj_store_is_database(path_of("a.db")));

  store = opened("a.db", SJ_STORE_READ);
  struct sj_store_entry *entries;
  size_t count;
  assert_int_equal(sj_store_list(store, &entries, &count, NULL), SJ_OK);
  assert_int_equal(count, 1);
  char identity[65];
  sj_results_identity(results, identity);
  assert_string_equal(entries[0].identity, identity);
  assert_int_equal(entries[0].result, result);
  assert_int_equal(entries[0].attempt, 0);
  assert_string_equal(entries[0].engine, "simulate");
  assert_string_equal(entries[0].version, SJ_VERSION);
  assert_string_equal(entries[0].model, "models/sample.lua");
  assert_string_equal(entries[0].scenario, "burst");
  assert_true(entries[0].seed == UINT64_MAX);
  assert_int_equal(entries[0].runs, 3);
  assert_int_equal(entries[0].runs_wanted, 4);
  sj_store_list_destroy(entries, count);

  struct sj_results *loaded;
  assert_int_equal(sj_store_load(store, result, &loaded, NULL), SJ_OK);
  sj_store_close(store);
  assert_string_equal(loaded->engine, results->engine);
  assert_string_equal(loaded->model, results->model);
  assert_string_equal(loaded->scenario, results->scenario);
  assert_string_equal(loaded->canonical, results->canonical);
  assert_string_equal(loaded->time_unit, results->time_unit);
  assert_true(loaded->seed == results->seed && loaded->duration == results->duration);
  assert_true(loaded->warmup == results->warmup && loaded->drain == results->drain && loaded->warmup_found);
  assert_true(loaded->grid_start == 12.5 && loaded->grid_step == 0.5 && loaded->grid_count == SAMPLE_GRID);
  assert_true(loaded->partial && loaded->wall_seconds == 4.5);
  assert_int_equal(loaded->note_count, 2);
  assert_string_equal(loaded->notes[0], "It's a note, 100 % of it.");
  assert_int_equal(loaded->metric_count, results->metric_count);
  for (size_t i = 0; i < results->metric_count; i++) {
    assert_string_equal(loaded->metrics[i].name, results->metrics[i].name);
    assert_int_equal(loaded->metrics[i].reduction, results->metrics[i].reduction);
    assert_int_equal(loaded->metrics[i].suppressed, i == 3);
  }
  assert_string_equal(loaded->histogram_names[0], "web.latency");
  assert_string_equal(loaded->series[1].name, "web.goodput");
  assert_string_equal(loaded->series[1].unit, "requests/time");
  assert_int_equal(loaded->run_count, 3);
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(loaded->runs[i].number, i);
    assert_true(sample_is_whole(loaded, &loaded->runs[i]));
  }
  sj_results_destroy(loaded);
  sj_results_destroy(results);
}

/* What is known of eight runs is not undone by a command that asked for two of them. */
static void fewer_runs_change_no_notes(void **state) {
  (void)state;
  for (int round = 0; round < 2; round++) {
    struct sj_store *const store = opened("n.db", SJ_STORE_WRITE);
    struct sj_results *const results = sample_results(NULL, 1);
    int64_t result;
    assert_int_equal(sj_store_begin(store, results, round == 0 ? 8 : 2, false, &result, NULL), SJ_OK);
    for (uint64_t number = results->run_count; round == 0 && number < 8; number++) {
      struct sj_run run;
      sample_run(results, number, &run);
      assert_int_equal(sj_store_add_run(store, result, results, &run, NULL), SJ_OK);
      assert_true(sj_results_add_run(results, &run));
    }
    assert_true(sj_results_add_note(results, "%s", round == 0 ? "of eight" : "of two"));
    results->metrics[4].suppressed = round == 1;
    assert_int_equal(sj_store_finish(store, result, results, NULL), SJ_OK);
    sj_results_destroy(results);
    struct sj_results *loaded;
    assert_int_equal(sj_store_load(store, result, &loaded, NULL), SJ_OK);
    assert_int_equal(loaded->note_count, 1);
    assert_string_equal(loaded->notes[0], "of eight");
    assert_false(loaded->metrics[4].suppressed);
    assert_int_equal(loaded->run_count, 8);
    sj_results_destroy(loaded);
    sj_store_close(store);
  }
}

static void more_runs_add_the_missing_ones(void **state) {
  (void)state;
  write_whole("b.db", NULL, 1, 3, false);
  struct sj_store *store = opened("b.db", SJ_STORE_WRITE);
  struct sj_results *results = sample_results(NULL, 1);
  int64_t result;
  assert_int_equal(sj_store_begin(store, results, 2, false, &result, NULL), SJ_OK);
  assert_int_equal(results->run_count, 2); /* of three */
  sj_results_destroy(results);
  results = sample_results(NULL, 1);
  assert_int_equal(sj_store_begin(store, results, 8, false, &result, NULL), SJ_OK);
  assert_int_equal(results->run_count, 3);
  for (size_t i = 0; i < 3; i++) assert_true(sample_is_whole(results, &results->runs[i]));
  store_runs(store, result, results, 2, 8); /* run 2 once more */
  store_runs(store, result, results, 2, 8); /* and all of them */
  sj_results_destroy(results);
  struct sj_results *loaded;
  assert_int_equal(sj_store_load(store, result, &loaded, NULL), SJ_OK);
  assert_int_equal(loaded->run_count, 8);
  assert_false(loaded->partial);
  for (size_t i = 0; i < 8; i++) assert_true(sample_is_whole(loaded, &loaded->runs[i]));
  sj_results_destroy(loaded);
  sj_store_close(store);
}

static void identity_is_all_that_matters(void **state) {
  (void)state;
  char first[65], other[65];
  struct sj_results *const results = sample_results(NULL, 1);
  sj_results_identity(results, first);
  /* The hash of the documented text: engine, version, seed, duration, warm-up, drain, canonical model. */
  static const char text[] = "simulate\n" SJ_VERSION "\n1\n10000\n12.5\n100000\n{\"scenario\":\"\"}";
  sj_sha256_hex(text, sizeof text - 1, other);
  assert_string_equal(first, other);
#define DIFFERS_WITH(field, value)          \
  do {                                      \
    const __typeof__(field) kept = (field); \
    (field) = (value);                      \
    sj_results_identity(results, other);    \
    assert_string_not_equal(first, other);  \
    (field) = kept;                         \
  } while (0)
  char engine[] = "solve", canonical[] = "{}", model[] = "elsewhere/sample.lua";
  DIFFERS_WITH(results->engine, engine);
  DIFFERS_WITH(results->canonical, canonical);
  DIFFERS_WITH(results->seed, 2);
  DIFFERS_WITH(results->duration, nextafter(10000, 0));
  DIFFERS_WITH(results->warmup, 0);
  DIFFERS_WITH(results->drain, 1);
#undef DIFFERS_WITH
  char *const kept = results->model;
  results->model = model;
  sj_results_identity(results, other);
  assert_string_equal(first, other);
  results->model = kept;
  sj_results_destroy(results);
}

static void again_asks_for_a_new_result(void **state) {
  (void)state;
  write_whole("c.db", NULL, 1, 2, false);
  write_whole("c.db", NULL, 1, 3, true);
  write_whole("c.db", NULL, 2, 1, false);
  struct sj_store *const store = opened("c.db", SJ_STORE_WRITE);
  struct sj_store_entry *entries;
  size_t count;
  assert_int_equal(sj_store_list(store, &entries, &count, NULL), SJ_OK);
  assert_int_equal(count, 3);
  assert_true(entries[0].runs == 2 && entries[0].attempt == 0);
  assert_true(entries[1].runs == 3 && entries[1].attempt == 1);
  assert_true(entries[2].runs == 1 && entries[2].attempt == 0);
  assert_string_equal(entries[0].identity, entries[1].identity);
  assert_string_not_equal(entries[0].identity, entries[2].identity);
  const int64_t newest = entries[1].result;
  sj_store_list_destroy(entries, count);
  /* Without `again`, the newest is the one that goes on. */
  struct sj_results *const results = sample_results(NULL, 1);
  int64_t result;
  assert_int_equal(sj_store_begin(store, results, 5, false, &result, NULL), SJ_OK);
  assert_int_equal(result, newest);
  assert_int_equal(results->run_count, 3);
  sj_results_destroy(results);
  sj_store_close(store);
}

/* Rows are inserted in blocks and one by one: around each length of a block, all are there. */
static void any_number_of_rows(void **state) {
  (void)state;
  static const size_t metrics[] = {1, 9, 10, 11, 29, 60}, cells[] = {1, 49, 50, 51, 103, 0};
  struct sj_store *const store = opened("rows.db", SJ_STORE_WRITE);
  for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
    struct sj_results *const results = sample_results(NULL, i), *loaded = NULL;
    const size_t all = results->metric_count;
    results->metric_count = metrics[i];
    results->grid_count = cells[i];
    results->heatmap_count = 0; /* theirs are of the sample's grid */
    int64_t result;
    assert_int_equal(sj_store_begin(store, results, 2, false, &result, NULL), SJ_OK);
    store_runs(store, result, results, 0, 2);
    assert_int_equal(sj_store_load(store, result, &loaded, NULL), SJ_OK);
    assert_int_equal(loaded->metric_count, metrics[i]);
    assert_int_equal(loaded->grid_count, cells[i]);
    assert_int_equal(loaded->run_count, 2);
    for (size_t run = 0; run < 2; run++) assert_true(sample_is_whole(loaded, &loaded->runs[run]));
    sj_results_destroy(loaded);
    results->metric_count = all;
    sj_results_destroy(results);
  }
  sj_store_close(store);
}

/* Results that are written by turns, one with its columns in another order and fewer of them. */
static void results_by_turns(void **state) {
  (void)state;
  struct sj_store *store = opened("turns.db", SJ_STORE_WRITE);
  struct sj_results *results[12];
  int64_t ids[12];
  for (size_t i = 0; i < 12; i++) {
    results[i] = sample_results(NULL, i);
    const struct sj_metric first = results[i]->metrics[0];
    if (i % 3 == 1) {
      results[i]->metrics[0] = results[i]->metrics[4];
      results[i]->metrics[4] = first;
    }
    assert_int_equal(sj_store_begin(store, results[i], 4, false, &ids[i], NULL), SJ_OK);
  }
  for (uint64_t number = 0; number < 4; number++)
    for (size_t i = 0; i < 12; i++) store_runs(store, ids[i], results[i], number, number + 1);
  for (size_t i = 0; i < 12; i++) {
    struct sj_results *loaded = NULL;
    assert_int_equal(sj_store_finish(store, ids[i], results[i], NULL), SJ_OK);
    assert_int_equal(sj_store_load(store, ids[i], &loaded, NULL), SJ_OK);
    assert_string_equal(loaded->metrics[0].name, i % 3 == 1 ? "web.figure4" : "web.figure0");
    assert_int_equal(loaded->run_count, 4);
    for (size_t run = 0; run < 4; run++) assert_true(sample_is_whole(loaded, &loaded->runs[run]));
    sj_results_destroy(loaded);
    sj_results_destroy(results[i]);
  }
  sj_store_close(store);
}

/* What a transaction around several calls could not end is not there, and nothing remembers that it was. */
static void undone_as_a_whole(void **state) {
  (void)state;
  struct sj_store *const store = opened("undone.db", SJ_STORE_WRITE);
  int64_t before, result, after;
  struct sj_results *const other = sample_results("before", 1), *const results = sample_results(NULL, 1);
  assert_int_equal(sj_store_begin(store, other, 1, false, &before, NULL), SJ_OK);
  store_runs(store, before, other, 0, 1);
  for (int round = 0; round < 2; round++) {
    const enum sj_status status = round == 0 ? SJ_FAILED : SJ_OK;
    assert_int_equal(sj_store_start(store, NULL), SJ_OK);
    assert_int_equal(sj_store_begin(store, results, 1, false, &result, NULL), SJ_OK);
    assert_int_equal(results->run_count, 0);
    store_runs(store, result, results, 0, 1);
    assert_int_equal(sj_store_finish(store, result, results, NULL), SJ_OK);
    assert_int_equal(sj_store_end(store, status, NULL), status);
    struct sj_store_entry *entries;
    size_t count;
    assert_int_equal(sj_store_list(store, &entries, &count, NULL), SJ_OK);
    assert_int_equal(count, 1 + round);
    sj_store_list_destroy(entries, count);
  }
  assert_int_equal(sj_store_begin(store, results, 1, false, &after, NULL), SJ_OK);
  assert_int_equal(after, result);
  assert_int_equal(results->run_count, 1);
  assert_true(sample_is_whole(results, &results->runs[0]));
  sj_results_destroy(results);
  sj_results_destroy(other);
  sj_store_close(store);
}

/* The first command asks for fewer columns than the second: the runs are to be computed again, then all is there. */
static void columns_may_come_later(void **state) {
  (void)state;
  struct sj_store *const store = opened("d.db", SJ_STORE_WRITE);
  struct sj_results *const few = sample_results(NULL, 1);
  few->series_count = 1;
  few->heatmap_count = 0;
  few->metric_count = 10;
  int64_t result, same;
  assert_int_equal(sj_store_begin(store, few, 2, false, &result, NULL), SJ_OK);
  store_runs(store, result, few, 0, 2);
  struct sj_results *all = sample_results(NULL, 1);
  assert_int_equal(sj_store_begin(store, all, 2, false, &same, NULL), SJ_OK);
  assert_int_equal(result, same);
  assert_int_equal(all->run_count, 0);
  store_runs(store, result, all, 0, 1);
  sj_results_destroy(all);
  all = sample_results(NULL, 1);
  assert_int_equal(sj_store_begin(store, all, 2, false, &same, NULL), SJ_OK);
  assert_int_equal(all->run_count, 1);
  assert_true(sample_is_whole(all, &all->runs[0]));
  store_runs(store, result, all, 1, 2);
  sj_results_destroy(all);
  /* Fewer columns again: what is there does. */
  assert_int_equal(sj_store_begin(store, few, 2, false, &same, NULL), SJ_OK);
  assert_int_equal(few->run_count, 2);
  assert_true(sample_is_whole(few, &few->runs[1]));
  sj_store_close(store);
  few->series_count = 3;
  few->metric_count = SAMPLE_METRICS;
  for (size_t i = 0; i < few->run_count; i++) sj_run_clear(few, &few->runs[i]);
  sj_results_destroy(few);
  /* The file is as if all had been asked for at once. */
  write_whole("e.db", NULL, 1, 2, false);
  char *const grown = csv_of("d.db"), *const at_once = csv_of("e.db");
  assert_string_equal(grown, at_once);
  free(grown);
  free(at_once);
}

static void csv_does_not_tell_the_order_of_events(void **state) {
  (void)state;
  write_whole("f.db", "burst", 1, 2, false);
  write_whole("f.db", "burst", 1, 4, false);
  write_whole("f.db", NULL, 7, 3, false);
  write_whole("g.db", NULL, 7, 3, false);
  write_whole("g.db", "burst", 1, 4, false);
  char *const one = csv_of("f.db"), *const other = csv_of("g.db");
  assert_string_equal(one, other);
  static const char header[] =
      "result,attempt,engine,version,model,scenario,seed,duration,warmup,drain,run,metric,value,error,log10\n";
  assert_memory_equal(one, header, sizeof header - 1);
  char identity[65], row[256];
  struct sj_results *const results = sample_results(NULL, 7);
  sj_results_identity(results, identity);
  sj_results_destroy(results);
  static const char *const rows[] = {"0,web.figure0,0.3333333333333333", "2,web.figure0,1", "1,web.figure5,",
                                     "1,web.figure6,inf"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    snprintf(row, sizeof row, "\n%.12s,0,simulate," SJ_VERSION ",sample.lua,,7,10000,12.5,100000,%s,,\n", identity,
             rows[i]);
    assert_non_null(strstr(one, row));
  }
  size_t lines = 0;
  for (const char *c = one; *c; c++) lines += *c == '\n';
  assert_int_equal(lines, 1 + 7 * SAMPLE_METRICS);
  free(one);
  free(other);
  if (access("/dev/full", W_OK) == 0) {
    struct sj_store *const store = opened("f.db", SJ_STORE_READ);
    FILE *const full = fopen("/dev/full", "w");
    assert_int_equal(sj_store_csv(store, full, NULL), SJ_FAILED);
    fclose(full);
    sj_store_close(store);
  }
}

/* As a process leaves it that was killed before its first result. */
static void no_result_yet(void **state) {
  (void)state;
  sj_store_close(opened("none.db", SJ_STORE_WRITE));
  struct sj_store *const store = opened("none.db", SJ_STORE_READ);
  char *text = NULL;
  assert_int_equal(sj_store_csv_text(store, &text, NULL), SJ_OK);
  assert_string_equal(text,
                      "result,attempt,engine,version,model,scenario,seed,duration,warmup,drain,run,metric,value,error,"
                      "log10\n");
  free(text);
  sj_store_close(store);
}

static void names_that_need_quotes(void **state) {
  (void)state;
  struct sj_store *const store = opened("q.db", SJ_STORE_WRITE);
  struct sj_results *const results = sj_results_create("simulate", "a \"b\", c.lua", "it's; DROP TABLE runs");
  assert_true(sj_results_add_metric(results, "x,y", SJ_REDUCE_MEAN));
  int64_t result;
  assert_int_equal(sj_store_begin(store, results, 1, false, &result, NULL), SJ_OK);
  struct sj_run run;
  assert_true(sj_run_prepare(results, &run, 0));
  assert_int_equal(sj_store_add_run(store, result, results, &run, NULL), SJ_OK);
  sj_run_clear(results, &run);
  sj_results_destroy(results);
  sj_store_close(store);
  char *const csv = csv_of("q.db");
  assert_non_null(strstr(csv, ",\"a \"\"b\"\", c.lua\",it's; DROP TABLE runs,0,0,0,0,0,\"x,y\",,,\n"));
  free(csv);
}

/* A solved run: a number with its error, one past what a double holds, and a word. */
static struct sj_results *solved(struct sj_run *run) {
  static const char *const names[] = {"db.full", "db.hitting.full_to_empty.mean", "db.verdict", "spectrum[9].re"};
  struct sj_results *const results = sj_results_create("solve", "models/sample.lua", NULL);
  results->canonical = strdup("{}");
  results->duration = results->warmup = results->drain = NAN;
  for (size_t i = 0; i < 4; i++) assert_true(sj_results_add_metric(results, names[i], SJ_REDUCE_MEAN));
  assert_true(sj_run_prepare(results, run, 0) && sj_run_make_exact(results, run));
  run->values[0] = 0.25;
  run->exact[0].error = 1e-13;
  run->values[1] = INFINITY;
  run->exact[1].log10 = 312.5;
  run->exact[2].word = strdup("metastable");
  run->values[3] = -2;
  run->exact[3].error = 1e-3;
  return results;
}

static void assert_solved(const struct sj_results *results) {
  assert_int_equal(results->metric_count, 4);
  const struct sj_exact_figure full = sj_results_exact(results, 0), drain = sj_results_exact(results, 1),
                               verdict = sj_results_exact(results, 2), last = sj_results_exact(results, 3);
  assert_true(sj_results_value(results, "db.full") == 0.25 && full.error == 1e-13);
  assert_true(!full.word && isnan(full.log10) && !full.doubtful);
  assert_true(sj_results_value(results, "db.hitting.full_to_empty.mean") == INFINITY);
  assert_true(drain.log10 == 312.5 && isnan(drain.error) && !drain.doubtful);
  assert_string_equal(verdict.word, "metastable");
  assert_true(last.doubtful);
}

static void solved_figures(void **state) {
  (void)state;
  struct sj_store *store = opened("solved.db", SJ_STORE_WRITE);
  /* As an earlier version left it. */
  assert_int_equal(sj_store_execute(store, "DROP TABLE exact_values", NULL), SJ_OK);
  struct sj_run run, other;
  struct sj_results *results = solved(&run), *again = solved(&other), *loaded;
  sj_run_clear(again, &other);
  int64_t result;
  assert_int_equal(sj_store_begin(store, results, 1, false, &result, NULL), SJ_OK);
  assert_int_equal(results->run_count, 0);
  assert_int_equal(sj_store_add_run(store, result, results, &run, NULL), SJ_OK);
  sj_run_clear(results, &run);
  assert_int_equal(sj_store_load(store, result, &loaded, NULL), SJ_OK);
  assert_solved(loaded);
  sj_results_destroy(loaded);
  assert_int_equal(sj_store_begin(store, again, 1, false, &result, NULL), SJ_OK);
  assert_int_equal(again->run_count, 1);
  assert_solved(again);
  sj_store_close(store);
  char *const csv = csv_of("solved.db");
  assert_non_null(strstr(csv, "db.full,0.25,1e-13,\n"));
  assert_non_null(strstr(csv, "db.hitting.full_to_empty.mean,inf,,312.5\n"));
  assert_non_null(strstr(csv, "db.verdict,metastable,,\n"));
  free(csv);
  sj_results_destroy(results);
  sj_results_destroy(again);
}

/* What an earlier version left has no heat maps: it is read, it is extended, and what is added has them. */
static void heat_maps_may_come_later(void **state) {
  (void)state;
  struct sj_store *store = opened("h.db", SJ_STORE_WRITE);
  struct sj_results *results = sample_results(NULL, 1), *loaded;
  int64_t result;
  assert_int_equal(sj_store_begin(store, results, 2, false, &result, NULL), SJ_OK);
  store_runs(store, result, results, 0, 1);
  assert_int_equal(sj_store_execute(store, "DROP VIEW heatmap_cells; DROP TABLE heatmap_columns", NULL), SJ_OK);
  sj_results_destroy(results);
  assert_int_equal(sj_store_load(store, result, &loaded, NULL), SJ_OK);
  assert_int_equal(loaded->run_count, 1);
  assert_int_equal(loaded->heatmap_count, 0);
  sj_results_destroy(loaded);
  results = sample_results(NULL, 1);
  assert_int_equal(sj_store_begin(store, results, 2, false, &result, NULL), SJ_OK);
  assert_int_equal(results->run_count, 1); /* not to be computed again */
  assert_int_equal(results->runs[0].heatmaps[0].columns, 0);
  store_runs(store, result, results, 1, 2);
  bool has_view;
  assert_int_equal(sj_store_has_table(store, "heatmap_cells", &has_view, NULL), SJ_OK);
  assert_true(has_view);
  sj_store_close(store);
  store = opened("h.db", SJ_STORE_READ);
  assert_int_equal(sj_store_load(store, result, &loaded, NULL), SJ_OK);
  struct sj_heatmap_view view;
  assert_false(sj_results_heatmap(loaded, "web.latency", 0, &view));
  assert_true(sj_results_heatmap(loaded, "web.latency", 1, &view));
  assert_true(sample_is_whole(loaded, &loaded->runs[1]));
  sj_results_destroy(loaded);
  sj_results_destroy(results);
  sj_store_close(store);
}

static void damaged_heat_maps_are_refused(void **state) {
  (void)state;
  static const char *const damages[] = {"UPDATE heatmap_columns SET bytes = x'0100' WHERE cell = 5",
                                        "UPDATE heatmap_columns SET bytes = '' WHERE cell = 5",
                                        "UPDATE heatmap_columns SET cell = 50 WHERE cell = 5",
                                        "UPDATE heatmap_columns SET cell = -1 WHERE cell = 5"};
  for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
    char *const file = sj_format("damaged%zu.db", i);
    write_whole(file, NULL, 1, 2, false);
    struct sj_store *const store = opened(file, SJ_STORE_WRITE);
    assert_int_equal(sj_store_execute(store, damages[i], NULL), SJ_OK);
    struct sj_results *loaded;
    struct sj_error error = {{0}};
    assert_int_equal(sj_store_load(store, 1, &loaded, &error), SJ_FAILED);
    assert_non_null(strstr(error.message, "damaged: the heat map of web.latency of run 0"));
    sj_store_close(store);
    free(file);
  }
}

static void texts_for_show(void **state) {
  (void)state;
  write_whole("t.db", "burst", 1, 2, false);
  write_whole("t.db", NULL, 9, 1, false);
  struct sj_store *const store = opened("t.db", SJ_STORE_READ);
  char *text;
  assert_int_equal(sj_store_list_text(store, &text, NULL), SJ_OK);
  assert_non_null(strstr(text, "1  models/sample.lua, scenario burst, simulate, seed 1, 2 runs, "));
  assert_non_null(strstr(text, "\n2  models/sample.lua, simulate, seed 9, 1 run, "));
  free(text);
  assert_int_equal(sj_store_tables_text(store, 2, &text, NULL), SJ_OK);
  assert_non_null(strstr(text, "web.figure0"));
  assert_null(strstr(text, "burst"));
  free(text);
  assert_int_equal(sj_store_tables_text(store, 0, &text, NULL), SJ_OK);
  assert_non_null(strstr(text, "burst"));
  free(text);
  struct sj_error error = {{0}};
  assert_int_equal(sj_store_tables_text(store, 3, &text, &error), SJ_FAILED);
  char wanted[256];
  snprintf(wanted, sizeof wanted, "%s: holds no result number 3", path_of("t.db"));
  assert_string_equal(error.message, wanted);
  assert_null(text);
  sj_store_close(store);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(round_trip),
      cmocka_unit_test(fewer_runs_change_no_notes),
      cmocka_unit_test(more_runs_add_the_missing_ones),
      cmocka_unit_test(identity_is_all_that_matters),
      cmocka_unit_test(again_asks_for_a_new_result),
      cmocka_unit_test(any_number_of_rows),
      cmocka_unit_test(results_by_turns),
      cmocka_unit_test(undone_as_a_whole),
      cmocka_unit_test(columns_may_come_later),
      cmocka_unit_test(csv_does_not_tell_the_order_of_events),
      cmocka_unit_test(solved_figures),
      cmocka_unit_test(heat_maps_may_come_later),
      cmocka_unit_test(damaged_heat_maps_are_refused),
      cmocka_unit_test(no_result_yet),
      cmocka_unit_test(names_that_need_quotes),
      cmocka_unit_test(texts_for_show),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
