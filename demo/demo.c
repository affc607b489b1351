/* What Sojourn is for, in three tables, with nothing but the public library (include/sojourn):
 *
 *   1. the latency of a real PostgreSQL, predicted from a recording, beside what was measured;
 *   2. what would have been with more load, with more connections, with fewer;
 *   3. a short spike that takes a service down for good, because its clients try again.
 *
 * Run from the source folder: build/demo/demo [RESULTS_FILE]. What was found is kept in the results file; without an
 * argument that is demo.db beside the program, made anew each time. */
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sojourn/model.h"
#include "sojourn/results.h"
#include "sojourn/simulate.h"
#include "sojourn/store.h"

/* ---- simulating and keeping ---- */

/* A model, what is changed in it, and whether its course in time matters. */
struct experiment {
  const char *file;
  const char *changes[2]; /* "PATH=VALUE", or NULL */
  uint32_t runs;
  bool series;
};

struct keeping {
  struct sj_store *store;
  int64_t result;
};

static enum sj_status keep_run(void *context, const struct sj_results *results, const struct sj_run *run,
                               struct sj_error *error) {
  const struct keeping *const keeping = context;
  return sj_store_add_run(keeping->store, keeping->result, results, run, error);
}

static enum sj_status simulate_and_keep(const struct sj_model *model, const struct experiment *experiment,
                                        struct sj_store *store, struct sj_results **results, struct sj_error *error) {
  struct keeping keeping = {.store = store};
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.runs = experiment->runs;
  options.series = experiment->series;
  options.on_run = keep_run;
  options.context = &keeping;
  enum sj_status status = sj_simulate_prepare(model, &options, results, error);
  if (status == SJ_OK) status = sj_store_begin(store, *results, options.runs, false, &keeping.result, error);
  if (status == SJ_OK) status = sj_simulate_run(model, &options, *results, error);
  if (status == SJ_OK) status = sj_store_finish(store, keeping.result, *results, error);
  return status;
}

/* On SJ_OK `*results` is the caller's. */
static enum sj_status carry_out(const struct experiment *experiment, struct sj_store *store,
                                struct sj_results **results, struct sj_error *error) {
  const size_t count = experiment->changes[0] == NULL ? 0 : experiment->changes[1] == NULL ? 1 : 2;
  const struct sj_model_options changes = {.overrides = experiment->changes, .override_count = count};
  struct sj_model *model = NULL;
  *results = NULL;
  enum sj_status status = sj_model_load(experiment->file, &changes, &model, error);
  if (status == SJ_OK) status = simulate_and_keep(model, experiment, store, results, error);
  sj_model_destroy(model);
  if (status != SJ_OK) {
    sj_results_destroy(*results);
    *results = NULL;
  }
  return status;
}

/* ---- writing ---- */

static const char *const figures[] = {"mean", "p50", "p95", "p99", "p99.9"};
enum { FIGURES = sizeof figures / sizeof *figures };

static double value(const struct sj_results *results, const char *prefix, const char *figure) {
  char name[128];
  (void)snprintf(name, sizeof name, "%s.%s", prefix, figure);
  return sj_results_value(results, name);
}

static void print_rule(const char *title) {
  printf("\n%s\n", title);
  for (size_t i = 0; i < 80; i++) putchar('-');
  putchar('\n');
}

/* A whole number with commas: 45,692. */
static const char *grouped(double number, char buffer[32]) {
  char digits[32];
  const int length = snprintf(digits, sizeof digits, "%.0f", number);
  char *out = buffer;
  for (int i = 0; i < length && out < buffer + 30; i++) {
    if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-') *out++ = ',';
    *out++ = digits[i];
  }
  *out = 0;
  return buffer;
}

enum { BARS = 56 };

/* The mean of a series over [from, to), given as shares of the time it covers; cells without a number are left out. */
static double mean_over(const struct sj_series_view *series, double from, double to) {
  double sum = 0, count = 0;
  for (size_t i = 0; i < series->count; i++) {
    const double middle = ((double)i + 0.5) / (double)series->count;
    if (middle < from || middle >= to || isnan(series->values[i])) continue;
    sum += series->values[i];
    count++;
  }
  return sum / count;
}

/* A series as a row of bars, the highest an eighth's eight; plain letters where the terminal knows no others. */
static void print_bars(const char *name, const struct sj_series_view *series) {
  static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static const char *const letters[] = {"_", ".", ":", "-", "=", "+", "*", "#"};
  const bool wide = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  double bars[BARS], most = 0;
  for (size_t i = 0; i < BARS; i++) {
    bars[i] = mean_over(series, (double)i / BARS, (double)(i + 1) / BARS);
    most = fmax(most, bars[i]);
  }
  printf("%-13s ", name);
  for (size_t i = 0; i < BARS; i++) {
    const size_t level = bars[i] > 0 ? (size_t)fmin(7, 8 * bars[i] / most) : 0;
    fputs(wide ? blocks[level] : letters[level], stdout);
  }
  printf(" 0-%.0f\n", most);
}

/* ---- a database ---- */

#define DATABASE_FILE "models/postgres.lua"
#define DATABASE "postgres" /* the server in it */
#define PGBENCH "pgbench"   /* the client in it */
static const double milliseconds = 1e3;

static void print_comparison(const struct sj_results *results, const char *what, const char *predicted,
                             const char *measured) {
  printf("%-9s predicted  ", what);
  for (int i = 0; i < FIGURES; i++) printf("%10.2f", milliseconds * value(results, predicted, figures[i]));
  printf("\n%-9s measured   ", "");
  for (int i = 0; i < FIGURES; i++) printf("%10.2f", milliseconds * value(results, measured, figures[i]));
  printf("\n%-9s difference ", "");
  for (int i = 0; i < FIGURES; i++)
    printf("%+8.1f %%", 100 * (value(results, predicted, figures[i]) / value(results, measured, figures[i]) - 1));
  printf("\n");
}

static void tell_prediction(const struct sj_results *results) {
  char count[32];
  print_rule("1  A real database, predicted from a recording");
  printf("pgbench sent %s transactions to PostgreSQL 15 over 4 connections in %.0f s.\n",
         grouped(value(results, PGBENCH, "arrivals"), count), sj_results_duration(results));
  printf("The model, %s, is one queue and 4 workers. Transactions come\n", DATABASE_FILE);
  printf(
      "when they came and take the time they took; how long they wait follows, and so\n"
      "does their latency: from when each was due to its answer. In milliseconds:\n\n");
  printf("%20s ", "");
  for (int i = 0; i < FIGURES; i++) printf("%10s", figures[i]);
  printf("\n");
  print_comparison(results, "latency", PGBENCH ".latency", PGBENCH ".recorded.latency");
  print_comparison(results, "waiting", DATABASE ".wait", PGBENCH ".recorded.wait");
  printf(
      "\n(p99: 99 of 100 are faster.) The difference is about a tenth of a millisecond a\n"
      "transaction that pgbench itself spends between two, which its log does not show.\n");
}

static void print_what_if(const char *name, const struct sj_results *results, double connections) {
  const double rate = sj_results_value(results, PGBENCH ".arrivals.rate");
  const double load = rate * sj_results_value(results, DATABASE ".service.mean") / connections;
  printf("%-27s %4.0f %% ", name, 100 * load);
  if (load < 1) {
    for (int i = 0; i < FIGURES; i++) printf("%9.2f", milliseconds * value(results, PGBENCH ".latency", figures[i]));
    printf("\n");
    return;
  }
  char growth[32], most[32];
  printf("  OVERLOADED: %s more wait every second,\n", grouped(value(results, DATABASE, "growth"), growth));
  printf("%-27s        up to %s when the recording ends\n", "", grouped(value(results, DATABASE, "waiting.max"), most));
}

static enum sj_status tell_database(struct sj_store *store, struct sj_error *error) {
  static const struct {
    const char *name, *change;
    double connections;
  } questions[] = {{"as recorded, 4 connections", NULL, 4},
                   {"10 % more load", PGBENCH ".arrivals.rate_factor=1.1", 4},
                   {"5 connections", DATABASE ".threads=5", 5},
                   {"3 connections", DATABASE ".threads=3", 3}};
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
    struct sj_results *results;
    const enum sj_status status =
        carry_out(&(struct experiment){DATABASE_FILE, {questions[i].change, NULL}, 1, false}, store, &results, error);
    if (status != SJ_OK) return status;
    if (i == 0) {
      tell_prediction(results);
      print_rule("2  What if?");
      printf("%-27s %6s ", "latency in milliseconds", "load");
      for (int f = 0; f < FIGURES; f++) printf("%9s", figures[f]);
      printf("\n");
    }
    print_what_if(questions[i].name, results, questions[i].connections);
    sj_results_destroy(results);
  }
  printf(
      "\nTake the last two with care: a transaction takes longer when more connections\n"
      "compete (0.58 ms alone, 1.50 ms with four); here each takes what it took with\n"
      "four. So 5 connections would do a little worse than this, and 3 a little better.\n");
  return SJ_OK;
}

/* ---- a retry storm ---- */

#define STORM_FILE "models/retry-storm.lua"
#define STORM_SERVER "52"
#define STORM_CLIENT "client"
#define STORM_RATE STORM_CLIENT ".arrivals.rate=6"
static const double spike_at = 4500, spike_lasts = 100; /* as the model's fault says */
enum { STORM_RUNS = 8 };

/* Whether, in one run, as many requests are answered in the last tenth of the time as before the spike. */
static bool recovers(const struct sj_results *results, size_t run) {
  struct sj_series_view goodput;
  const double end = sj_results_duration(results);
  return sj_results_series(results, STORM_CLIENT ".goodput", run, &goodput) &&
         mean_over(&goodput, 0.9, 1) >= 0.9 * mean_over(&goodput, 0, spike_at / end);
}

static void print_course(const struct sj_results *results) {
  struct sj_series_view wanted, inside, goodput;
  if (!sj_results_series(results, STORM_CLIENT ".arrivals", 0, &wanted) ||
      !sj_results_series(results, STORM_SERVER ".in_system", 0, &inside) ||
      !sj_results_series(results, STORM_CLIENT ".goodput", 0, &goodput))
    return;
  const double end = sj_results_duration(results), calm = spike_at + spike_lasts;
  const struct {
    const char *name;
    double from, to;
  } spans[] = {{"before the spike", 0, spike_at},
               {"the spike", spike_at, calm},
               {"just after it", calm, calm + 0.1 * end},
               {"at the end", 0.9 * end, end}};
  printf("%-18s %15s %14s %13s %15s\n", "", "seconds", "wanted, /s", "in the server", "answered, /s");
  for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
    const double from = spans[i].from / end, to = spans[i].to / end;
    char span[32];
    (void)snprintf(span, sizeof span, "%.0f - %.0f", spans[i].from, spans[i].to);
    printf("%-18s %15s %14.1f %13.1f %15.2f\n", spans[i].name, span, mean_over(&wanted, from, to),
           mean_over(&inside, from, to), mean_over(&goodput, from, to));
  }
  printf("\n");
  print_bars("in the server", &inside);
  print_bars("answered, /s", &goodput);
  const int mark = (int)(spike_at / end * BARS);
  printf("%14s0%*s^ %.0f s%*.0f s\n", "", mark - 1, "", spike_at, BARS - mark - 10, end);
}

static void print_cure(const char *name, const struct sj_results *results) {
  size_t recovered = 0;
  double at_end = 0;
  const size_t runs = sj_results_run_count(results);
  for (size_t run = 0; run < runs; run++) {
    struct sj_series_view goodput;
    recovered += recovers(results, run);
    if (sj_results_series(results, STORM_CLIENT ".goodput", run, &goodput)) at_end += mean_over(&goodput, 0.9, 1);
  }
  printf("%-44s %8zu of %zu runs %15.2f\n", name, recovered, runs, at_end / (double)runs);
}

static enum sj_status tell_storm(struct sj_store *store, struct sj_error *error) {
  static const struct {
    const char *name, *change;
  } cures[] = {{"as it is", NULL},
               {"1 retry instead of 4", STORM_CLIENT ".retries=1"},
               {"no retries", STORM_CLIENT ".retries=0"},
               {"senders wait 12 s instead of 3", STORM_CLIENT ".timeout=12"},
               {"room for 20 in the server instead of 99", STORM_SERVER ".capacity=20"}};
  print_rule("3  What a spike of 100 s does to a service whose clients try again");
  printf("In %s a server can do 10 requests a second, and 6 come. Who\n", STORM_FILE);
  printf(
      "has no answer after 3 s tries again, up to 4 times. At 4500 s, for 100 s, 95 a\n"
      "second come; then the load is what it was before. One run:\n\n");
  for (size_t i = 0; i < sizeof cures / sizeof *cures; i++) {
    const struct experiment experiment = {STORM_FILE, {STORM_RATE, cures[i].change}, STORM_RUNS, true};
    struct sj_results *results;
    const enum sj_status status = carry_out(&experiment, store, &results, error);
    if (status != SJ_OK) return status;
    if (i == 0) {
      print_course(results);
      printf("\n%-44s %18s %15s\n", "Would it have recovered, had it been so?", "recovers in", "answered, /s");
    }
    print_cure(cures[i].name, results);
    sj_results_destroy(results);
  }
  printf(
      "\nA full queue takes 10 s, its senders wait 3: the server works all the time, on\n"
      "requests that were given up and sent again, and nothing makes that end.\n");
  return SJ_OK;
}

/* ---- */

static enum sj_status tell(const char *path, struct sj_error *error) {
  struct sj_store *store = NULL;
  enum sj_status status = sj_store_open(path, SJ_STORE_WRITE, &store, error);
  if (status == SJ_OK) status = tell_database(store, error);
  if (status == SJ_OK) status = tell_storm(store, error);
  sj_store_close(store);
  return status;
}

int main(int argc, char **argv) {
  char beside[4096];
  const char *path = argv[1];
  (void)setlocale(LC_CTYPE, "");
  if (argc < 2) {
    const char *const slash = strrchr(argv[0], '/');
    (void)snprintf(beside, sizeof beside, "%.*sdemo.db", slash ? (int)(slash + 1 - argv[0]) : 0, argv[0]);
    path = beside;
    (void)remove(path);
  }
  struct sj_error error = {{0}};
  const enum sj_status status = tell(path, &error);
  if (status != SJ_OK) {
    (void)fflush(stdout);
    fprintf(stderr, "demo: %s\n", error.message);
    return status == SJ_INVALID ? 2 : 3;
  }
  print_rule("All of it is in the results file");
  printf("  build/sojourn show %s\n\nNext you could try\n\n", path);
  printf("  build/sojourn simulate %s --set %s.threads=6\n", DATABASE_FILE, DATABASE);
  printf("  build/sojourn simulate %s --set %s\n", STORM_FILE, STORM_RATE);
  printf("  build/sojourn show %s\n", STORM_FILE);
  return ferror(stdout) ? 3 : 0;
}
