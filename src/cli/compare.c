#include "cli/compare.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cli/engines.h"
#include "cli/expectations.h"
#include "cli/gate.h"
#include "cli/page.h"
#include "model/model.h"
#include "results/json.h"
#include "results/results.h"

static bool given(const struct sj_contest *c, uint64_t option) { return c->options->given & option; }

/* ---- models ---- */

static enum sj_exit read_scenarios(struct sj_contest *c) {
  c->models = sj_allocate_array(c->count, sizeof *c->models);
  c->alternatives = sj_allocate_array(c->count, sizeof *c->alternatives);
  c->runs_wanted = sj_allocate_array(c->count, sizeof *c->runs_wanted);
  c->stored = sj_allocate_array(c->count, sizeof *c->stored);
  for (size_t i = 0; i < c->count; i++) {
    const enum sj_exit code = sj_read_scenario(c->options, c->names[i], &c->models[i]);
    if (code != SJ_EXIT_DONE) return code;
    c->alternatives[i].model = c->models[i];
    c->runs_wanted[i] = c->options->runs ? c->options->runs : c->models[i]->run.runs;
  }
  return SJ_EXIT_DONE;
}

/* ---- runs ---- */

static void on_progress(void *context, const struct sj_simulate_progress *state) {
  sj_progress_show(&((struct sj_contest *)context)->progress, state);
}

static enum sj_status on_run(void *context, const struct sj_results *results, const struct sj_run *run,
                             struct sj_error *error) {
  const struct sj_contest *const c = context;
  if (!c->store) return SJ_OK;
  size_t i = 0;
  while (c->alternatives[i].results != results) i++;
  return sj_store_add_run(c->store, c->stored[i], results, run, error);
}

/* Takes over what the results file holds. Of thousands of runs the histograms and series would fill the memory, and
 * nothing here needs them. */
static enum sj_status begin_results(struct sj_contest *c, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  for (size_t i = 0; c->store && i < c->count && status == SJ_OK; i++) {
    struct sj_results *const results = c->alternatives[i].results;
    status = sj_store_begin(c->store, results, c->runs_wanted[i], given(c, SJ_OPTION_AGAIN), &c->stored[i], error);
    for (size_t r = 0; r < results->run_count && !c->options->html; r++) sj_run_keep_values(results, &results->runs[r]);
  }
  return status;
}

static json_t *question(const struct sj_contest *c) {
  json_t *const compare = json_object();
  json_object_set_new(compare, "by", sj_json_string(c->by));
  json_object_set_new(compare, "high_is_good", json_boolean(c->direction == SJ_HIGH_IS_GOOD));
  if (c->against != SIZE_MAX) json_object_set_new(compare, "against", sj_json_string(c->names[c->against]));
  return compare;
}

static enum sj_status ask(struct sj_contest *c, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < c->count && status == SJ_OK; i++)
    status = sj_page_ask(c->options, c->models[i], c->alternatives[i].results, "compare", question(c), c->store, error);
  return status;
}

static enum sj_status finish_results(struct sj_contest *c, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  for (size_t i = 0; c->store && i < c->count && status == SJ_OK; i++)
    status = sj_store_finish(c->store, c->stored[i], c->alternatives[i].results, error);
  return status;
}

/* SJ_OK or SJ_INTERRUPTED with results to report (with the latter perhaps none), or what went wrong. */
static enum sj_status compute(struct sj_contest *c, FILE **csv, struct sj_error *error) {
  struct sj_simulate_options simulate;
  sj_settings(c->options, &simulate);
  simulate.values_only = !c->options->html; /* a page has their distributions */
  simulate.stop = sj_signals_defer();
  simulate.on_run = on_run;
  simulate.on_progress = on_progress;
  simulate.context = c;
  sj_progress_start(&c->progress, given(c, SJ_OPTION_QUIET));
  enum sj_status status =
      c->options->output ? sj_store_open(c->options->output, SJ_STORE_WRITE, &c->store, error) : SJ_OK;
  if (status == SJ_OK) status = sj_csv_open(c->options, csv, error);
  if (status == SJ_OK) status = sj_simulate_prepare_all(c->alternatives, c->count, &simulate, error);
  if (status == SJ_OK) status = begin_results(c, error);
  if (status != SJ_OK) return status;
  status = sj_simulate_run_all(c->alternatives, c->count, &simulate, error);
  sj_progress_end(&c->progress);
  if (status != SJ_OK && status != SJ_INTERRUPTED) return status;
  enum sj_status stored = finish_results(c, error);
  if (stored == SJ_OK) stored = ask(c, error);
  return stored == SJ_OK ? status : stored;
}

static enum sj_status write_page(const struct sj_contest *c, bool silent, struct sj_error *error) {
  const struct sj_results **const results = sj_allocate_array(c->count, sizeof *results);
  size_t count = 0;
  for (size_t i = 0; i < c->count; i++)
    if (sj_results_run_count(c->alternatives[i].results) > 0) results[count++] = c->alternatives[i].results;
  const enum sj_status status = sj_page_report(c->options, results, count, NULL, silent, error);
  free(results);
  return status;
}

static void judge(struct sj_contest *c) {
  c->ranks = sj_allocate_array(c->count, sizeof *c->ranks);
  sj_compare_rank(c->alternatives, c->count, c->by, c->direction, c->ranks);
  if (c->against != SIZE_MAX) {
    c->differences = sj_allocate_array(c->count, sizeof *c->differences);
    sj_compare_against(c->alternatives, c->count, c->by, c->against, c->differences);
  }
  if (!c->criterion_count) return;
  c->points = sj_allocate_array(c->count * c->criterion_count, sizeof *c->points);
  c->totals = sj_allocate_array(c->count, sizeof *c->totals);
  sj_compare_score(c->alternatives, c->count, c->criteria, c->criterion_count, c->points, c->totals);
}

/* ---- report ---- */

/* Names each unmet expectation (and, in a table, what another seed may decide otherwise); true if there is none. */
static bool report_expectations(const struct sj_contest *c, bool table) {
  size_t met = 0, unmet = 0, unchecked = 0;
  for (size_t i = 0; i < c->count; i++)
    for (size_t j = 0; j < c->models[i]->expectation_count; j++) {
      const struct sj_expectation *const expectation = &c->models[i]->expectations[j];
      const struct sj_checked checked = sj_expectation_check(expectation, c->alternatives[i].results);
      met += checked.verdict == SJ_MET;
      unmet += checked.verdict == SJ_NOT_MET;
      unchecked += checked.verdict == SJ_NOT_CHECKED;
      if (checked.verdict != SJ_NOT_MET && !(table && checked.uncertain)) continue;
      char *const line = sj_expectation_line(expectation, &checked);
      if (table)
        printf("scenario \"%s\": %s\n", c->names[i], line);
      else
        fprintf(stderr, "sojourn: scenario \"%s\": %s\n", c->names[i], line);
      free(line);
    }
  if (table && met + unmet + unchecked) {
    printf("expectations: %zu of %zu are met", met, met + unmet);
    if (unchecked) printf("; %zu are not checked, simulate does not give them", unchecked);
    puts("");
  }
  return !unmet;
}

static enum sj_status print_json(const struct sj_contest *c, struct sj_error *error) {
  json_t *const document = sj_contest_json(c);
  char *const text = document ? sj_json_text(document) : NULL;
  if (text) sj_print(text);
  free(text);
  json_decref(document);
  return text ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

/* Prints what was found; the exit code for a comparison that was not interrupted. */
static enum sj_exit report(struct sj_contest *c, FILE **csv) {
  const bool json = given(c, SJ_OPTION_JSON);
  const bool table = !json && !given(c, SJ_OPTION_QUIET) && !sj_csv_to_stdout(c->options);
  struct sj_error error;
  judge(c);
  if (*csv) sj_contest_csv(c, *csv);
  const enum sj_status closed = sj_csv_close(c->options, csv, &error);
  if (closed != SJ_OK) return sj_complain(closed, &error);
  if (json && print_json(c, &error) != SJ_OK) return sj_complain(SJ_NO_MEMORY, &error);
  if (table) {
    struct sj_text text = {0};
    sj_contest_table(c, &text);
    sj_print(text.data);
    free(text.data);
  }
  const bool met = report_expectations(c, table);
  if (table && c->store) printf("Kept in %s\n", c->options->output);
  const enum sj_status written = write_page(c, !table, &error);
  if (written != SJ_OK) return sj_complain(written, &error);
  return met ? SJ_EXIT_DONE : SJ_EXIT_UNMET;
}

static enum sj_exit report_interrupted(struct sj_contest *c, FILE **csv) {
  size_t done = 0;
  uint64_t wanted = 0;
  const bool prepared = c->alternatives[0].results != NULL;
  for (size_t i = 0; i < c->count; i++) {
    wanted += c->runs_wanted[i];
    done += prepared ? sj_results_run_count(c->alternatives[i].results) : 0;
  }
  if (prepared && (done || given(c, SJ_OPTION_JSON))) report(c, csv);
  fflush(stdout);
  fprintf(stderr, "sojourn: interrupted; %zu of %" PRIu64 " runs are done%s\n", done, wanted,
          c->store ? "; the same command goes on from there" : "");
  return SJ_EXIT_INTERRUPTED;
}

static enum sj_exit compare(struct sj_contest *c) {
  struct sj_error error = {{0}};
  FILE *csv = NULL;
  enum sj_status status = sj_contest_choose(c, &error);
  if (status != SJ_OK) return sj_complain(status, &error);
  enum sj_exit code = read_scenarios(c);
  if (code != SJ_EXIT_DONE) return code;
  status = sj_contest_ask(c, &error);
  if (status == SJ_OK) status = sj_page_check(c->options, &error);
  if (status == SJ_OK) status = compute(c, &csv, &error);
  sj_progress_end(&c->progress);
  if (status == SJ_OK)
    code = report(c, &csv);
  else if (status == SJ_INTERRUPTED)
    code = report_interrupted(c, &csv);
  else
    code = sj_complain(status, &error);
  sj_csv_close(c->options, &csv, NULL);
  return code;
}

static void clear(struct sj_contest *c) {
  sj_store_close(c->store);
  for (size_t i = 0; c->models && i < c->count; i++) {
    sj_results_destroy(c->alternatives[i].results);
    sj_model_destroy(c->models[i]);
  }
  for (size_t i = 0; i < c->criterion_count; i++) free(c->criterion_names[i]);
  free(c->criterion_names);
  free(c->criteria);
  free(c->ranks);
  free(c->differences);
  free(c->points);
  free(c->totals);
  free(c->by);
  free(c->client);
  free(c->names);
  free(c->models);
  free(c->alternatives);
  free(c->runs_wanted);
  free(c->stored);
  sj_model_destroy(c->common);
}

static enum sj_exit run(const struct sj_options *options) {
  struct sj_error error;
  if (sj_gate_asked(options)) return sj_gate_command(options);
  for (size_t i = 0; sj_gate_options[i].name; i++)
    if (options->own[i])
      return sj_complain(sj_error_set(&error, SJ_INVALID, "%s is for two results files: sojourn compare A.db B.db",
                                      sj_gate_options[i].name),
                         &error);
  if (options->given & SJ_OPTION_ENGINES) return sj_engines_command(options);
  if (options->given & SJ_OPTION_APPROXIMATE)
    return sj_complain(sj_error_set(&error, SJ_INVALID, "--approximate is for --engines"), &error);
  struct sj_contest contest = {.options = options, .against = SIZE_MAX};
  enum sj_exit code = sj_read_common(options, &contest.common);
  if (code == SJ_EXIT_DONE) code = compare(&contest);
  clear(&contest);
  return code;
}

const struct sj_command sj_command_compare = {
    .name = "compare",
    .argument = "MODEL",
    .summary = "scenarios, engines, or before and after",
    .help =
        "Simulates every scenario of the model (or those of --scenario) with the same random numbers, and ranks them\n"
        "by one figure. Neighbours that cannot be told apart are marked: the differences of their runs, pair by pair,\n"
        "are too small for the number of runs. --csv gets a row for each scenario and run.\n"
        "Without a sign --by knows that low latencies, waits and failures are good, and high goodput and throughput.\n"
        "\n"
        "With --engines one model is simulated and solved, and every figure that both engines give stands side by "
        "side,\n"
        "with its interval and whether the difference is more than chance; -o keeps both results.\n"
        "\n"
        "Of two results files it says what became better or worse from the first to the second, and exits with 1 if\n"
        "anything is worse: a gate for changes of a service. A change is real if its 95 % interval excludes zero; one\n"
        "that is too small for the number of runs is inconclusive.\n"
        "\n"
        "Example: sojourn compare before.db after.db --relative 0.1\n"
        "Example: sojourn compare models/compare-pools.lua --runs 16 --against \"one fast server\"\n"
        "Example: sojourn compare --engines models/retry-storm.lua --set client.arrivals.rate=6 --html engines.html",
    .accepted = SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_SEED | SJ_OPTION_RUNS | SJ_OPTION_DURATION |
                SJ_OPTION_WARMUP | SJ_OPTION_DRAIN | SJ_OPTION_THREADS | SJ_OPTION_MEMBERS | SJ_OPTION_OUTPUT |
                SJ_OPTION_AGAIN | SJ_OPTION_JSON | SJ_OPTION_CSV | SJ_OPTION_DATA | SJ_OPTION_QUIET | SJ_OPTION_HELP |
                SJ_OPTION_BY | SJ_OPTION_AGAINST | SJ_OPTION_SCORE | SJ_OPTION_SCORE_BY | SJ_OPTION_ENGINES |
                SJ_OPTION_APPROXIMATE | SJ_OPTION_HTML,
    .repeatable = SJ_OPTION_SCENARIO | SJ_OPTION_SCORE_BY,
    .own = sj_gate_options,
    .repeatable_own = SJ_GATE_REPEATABLE,
    .several_files = true,
    .run = run,
};
