/* The world of models/load-balancing.lua against the runs of its original: are they samples of the same distributions?
 *
 *     agreement MODEL REFERENCE [--runs N] [--test subsets|permutations] [--rounds N] [--seed N] [--contrast FILE]...
 *               [--null TRIALS --pool N] [SCENARIO]...
 *
 * REFERENCE has a row for each run of the original: the scenario, then nine figures. For each scenario and figure p is
 *
 *   subsets       the share of random subsets of our runs, as many as the original has, whose mean is further from the
 *                 mean of all of ours than the original's mean is. It takes many more runs than the original has, and
 *                 is a little strict: the mean of ours is taken for exact.
 *   permutations  the share of random exchanges between our runs and the original's after which the two means differ
 *                 by more than they do. It is exact for any number of runs, but with few it sees only what is large.
 *                 So all scenarios are judged together as well, see pooled.h. A contrast is a file as REFERENCE is,
 *                 with weights in place of figures.
 *
 * With --seed each scenario has its own seed, N and its place in REFERENCE, and so its own luck; without, that of the
 * model is used for all, which then share their worlds (common random numbers), and so their luck: no 270 comparisons.
 *
 * Of 200 runs the subsets scatter about the whole less than other runs do, by a factor of 1.1, and of 600 by 1.03. What
 * that makes of equal programs --null tells: of --pool runs of each scenario it takes TRIALS times some for the
 * original's and --runs others for ours, and prints how p comes out. With 200 runs 78 % of the trials have every p
 * at least 10^-4, 57 % at most 8 % of them below 0.05, and 48.5 % both. See docs/simulation.md.
 *
 * One comparison is near the limit: p90 of ProbingWeightedServerRequestsInFlight, where the original's 19 runs are
 * higher than its own 19 of ProbingLeastServerRequestsInFlight, which is the same policy; p is 0.0003 against 1200 runs
 * of ours.
 *
 * Passes if every p is at least 10^-4 and at most 8 % of them are below 0.05, and of those of all scenarios together
 * every one is at least POOLED_LEVEL. The scenarios' figures have heavy tails, and a normal test would reject what is
 * right. Prints a table, and TAP. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pooled.h"
#include "random/stream.h"
#include "worlds.h"

/* Of one p. There are ten and one for each contrast: with three, of 154 seeds one would fail though all is well. */
#define POOLED_LEVEL 5e-4

struct settings {
  const char *model, *path;
  uint32_t runs;
  uint32_t trials, pool;
  bool permutations, seed_given;
  uint64_t rounds, seed;
  struct contrast contrasts[MOST_CONTRASTS];
  size_t contrast_count;
  char **scenarios;
  int scenario_count;
};

/* ---- the tests ---- */

/* Sums of `count` rows drawn without replacement. */
static void draw_sums(const double *rows, uint32_t *order, size_t all, size_t count, struct sj_stream *stream,
                      double *sums) {
  for (int f = 0; f < FIGURES; f++) sums[f] = 0;
  for (size_t i = 0; i < count; i++) {
    const size_t j = i + (size_t)sj_stream_below(stream, all - i);
    const uint32_t drawn = order[j];
    order[j] = order[i];
    order[i] = drawn;
    for (size_t f = 0; f < FIGURES; f++) sums[f] += rows[drawn * FIGURES + f];
  }
}

/* How often a difference as drawn is larger than the one found. What only roundings tell apart counts as larger. */
static void test(const struct settings *settings, const struct scenario *scenario, double *p) {
  const double *const ours = scenario->runs;
  const size_t theirs_count = scenario->count, ours_count = scenario->run_count;
  const size_t all = ours_count + (settings->permutations ? theirs_count : 0);
  double our_mean[FIGURES], their_mean[FIGURES], total[FIGURES], sums[FIGURES];
  double *const rows = malloc(all * FIGURES * sizeof *rows);
  uint32_t *const order = malloc(all * sizeof *order);
  if (!rows || !order) sj_fail(scenario->name, "no memory");
  memcpy(rows, ours, ours_count * FIGURES * sizeof *rows);
  if (settings->permutations)
    memcpy(rows + ours_count * FIGURES, scenario->figures, theirs_count * FIGURES * sizeof *rows);
  sj_means(ours, ours_count, our_mean);
  sj_means(scenario->figures[0], theirs_count, their_mean);
  sj_means(rows, all, total);
  for (size_t i = 0; i < all; i++) order[i] = (uint32_t)i;
  uint64_t larger[FIGURES] = {0};
  struct sj_stream stream;
  sj_stream_seed(&stream, sj_stream_key(1, 0, scenario->name, "agreement"), 0);
  for (uint64_t round = 0; round < settings->rounds; round++) {
    draw_sums(rows, order, all, theirs_count, &stream, sums);
    for (int f = 0; f < FIGURES; f++) {
      const double drawn = sums[f] / (double)theirs_count;
      const double rest = (total[f] * (double)all - sums[f]) / (double)ours_count;
      const double difference = fabs(drawn - (settings->permutations ? rest : our_mean[f]));
      larger[f] += difference > fabs(their_mean[f] - our_mean[f]) * (1 - 1e-12);
    }
  }
  for (int f = 0; f < FIGURES; f++) p[f] = (double)larger[f] / (double)settings->rounds;
  free(rows);
  free(order);
}

/* ---- all together ---- */

struct verdict {
  size_t tests, small;
  double squares, sums[FIGURES]; /* of the standardized differences */
  double least;
  char where[256];
};

static void judge(struct verdict *verdict, const char *scenario, const double *p) {
  for (int f = 0; f < FIGURES; f++) {
    verdict->tests++;
    verdict->small += p[f] < 0.05;
    if (p[f] >= verdict->least) continue;
    verdict->least = p[f];
    snprintf(verdict->where, sizeof verdict->where, "%s of %s", sj_figure_names[f], scenario);
  }
}

static double share_of(const struct verdict *verdict) {
  return verdict->tests ? (double)verdict->small / (double)verdict->tests : 1;
}

static void print_row(const char *scenario, const double *p) {
  printf("# %-56s", scenario);
  for (int f = 0; f < FIGURES; f++) printf(" %.4f", p[f]);
  printf("\n");
  fflush(stdout);
}

/* The original's mean less ours, in units of the error that the two would have if the original varied as ours do. */
static void standardize(struct verdict *verdict, const struct scenario *scenario) {
  const double theirs_count = (double)scenario->count, ours_count = scenario->run_count;
  double our_mean[FIGURES], their_mean[FIGURES];
  sj_means(scenario->runs, scenario->run_count, our_mean);
  sj_means(scenario->figures[0], scenario->count, their_mean);
  for (size_t f = 0; f < FIGURES; f++) {
    double squares = 0;
    for (size_t i = 0; i < scenario->run_count; i++) {
      const double difference = scenario->runs[i * FIGURES + f] - our_mean[f];
      squares += difference * difference;
    }
    if (squares <= 0) continue; /* too few runs for it */
    const double z =
        (their_mean[f] - our_mean[f]) / sqrt(squares / (ours_count - 1) * (1 / ours_count + 1 / theirs_count));
    verdict->sums[f] += z;
    verdict->squares += z * z;
  }
}

static void print_standardized(const struct verdict *verdict) {
  const double tests = (double)verdict->tests;
  printf("# standardized differences: root mean square %.2f; means", sqrt(verdict->squares / tests));
  for (int f = 0; f < FIGURES; f++) printf(" %.2f", verdict->sums[f] / (tests / FIGURES));
  printf("\n");
}

static bool wanted(const struct settings *settings, const char *scenario) {
  for (int i = 0; i < settings->scenario_count; i++)
    if (!strcmp(settings->scenarios[i], scenario)) return true;
  return settings->scenario_count == 0;
}

static void read_contrast(struct settings *settings, const char *path) {
  if (settings->contrast_count == MOST_CONTRASTS) sj_fail(path, "too many contrasts");
  struct contrast *const contrast = &settings->contrasts[settings->contrast_count++];
  contrast->path = path;
  contrast->weights = calloc(MOST_SCENARIOS, sizeof *contrast->weights);
  if (!contrast->weights) sj_fail(path, "no memory");
  contrast->count = sj_read_runs(path, contrast->weights);
}

static struct settings read_arguments(int count, char **arguments) {
  struct settings settings = {.runs = 200, .rounds = 100000};
  int i = 3;
  if (count < 3)
    sj_fail("usage",
            "agreement MODEL REFERENCE [--runs N] [--test NAME] [--rounds N] [--seed N] [--contrast FILE]... "
            "[SCENARIO]...");
  settings.model = arguments[1];
  settings.path = arguments[2];
  for (; i + 1 < count && !strncmp(arguments[i], "--", 2); i += 2) {
    if (!strcmp(arguments[i], "--runs")) settings.runs = (uint32_t)strtoul(arguments[i + 1], NULL, 10);
    if (!strcmp(arguments[i], "--null")) settings.trials = (uint32_t)strtoul(arguments[i + 1], NULL, 10);
    if (!strcmp(arguments[i], "--pool")) settings.pool = (uint32_t)strtoul(arguments[i + 1], NULL, 10);
    if (!strcmp(arguments[i], "--rounds")) settings.rounds = strtoull(arguments[i + 1], NULL, 10);
    if (!strcmp(arguments[i], "--seed")) {
      settings.seed = strtoull(arguments[i + 1], NULL, 10);
      settings.seed_given = true;
    }
    if (!strcmp(arguments[i], "--test")) settings.permutations = !strcmp(arguments[i + 1], "permutations");
    if (!strcmp(arguments[i], "--contrast")) read_contrast(&settings, arguments[i + 1]);
  }
  settings.scenarios = arguments + i;
  settings.scenario_count = count - i;
  return settings;
}

/* The path's last part, without its ending. */
static const char *name_of(const char *path, char name[64]) {
  const char *const slash = strrchr(path, '/');
  snprintf(name, 64, "%.60s", slash ? slash + 1 : path);
  char *const dot = strrchr(name, '.');
  if (dot) *dot = 0;
  return name;
}

/* Prints the cases from number 3 on; returns how many there are. */
static int judge_pooled(const struct settings *settings, const struct scenario *all, size_t count, bool *passed) {
  double p[POOLED], least = INFINITY;
  char name[64];
  sj_pooled_test(all, count, settings->contrasts, settings->contrast_count, settings->rounds, p);
  printf("# all scenarios together: p of each figure");
  for (size_t f = 0; f < FIGURES; f++) {
    printf(" %.4f", p[f]);
    if (p[f] < least) least = p[f];
  }
  printf("\n%s 3 - all scenarios together: no figure is shifted, least p %.5f\n",
         least >= POOLED_LEVEL ? "ok" : "not ok", least);
  printf("%s 4 - all scenarios and figures together: p %.5f\n", p[FIGURES] >= POOLED_LEVEL ? "ok" : "not ok",
         p[FIGURES]);
  *passed = least >= POOLED_LEVEL && p[FIGURES] >= POOLED_LEVEL;
  for (size_t c = 0; c < settings->contrast_count; c++) {
    const bool ok = p[FIGURES + 1 + c] >= POOLED_LEVEL;
    printf("%s %zu - the original is not where \"%s\" would leave it: p %.5f\n", ok ? "ok" : "not ok", 5 + c,
           name_of(settings->contrasts[c].path, name), p[FIGURES + 1 + c]);
    *passed &= ok;
  }
  return 2 + (int)settings->contrast_count;
}

/* ---- what the test says of equal programs ---- */

/* Some runs of the pool play the original's, as many as it has; others ours. */
static void play(const struct scenario *pool, uint32_t runs, struct sj_stream *stream, uint32_t *order,
                 struct scenario *played) {
  for (uint32_t i = 0; i < pool->run_count; i++) order[i] = i;
  snprintf(played->name, sizeof played->name, "%s", pool->name);
  played->count = pool->count;
  played->run_count = runs;
  for (uint32_t i = 0; i < pool->count + runs; i++) {
    const uint32_t j = i + (uint32_t)sj_stream_below(stream, pool->run_count - i);
    const uint32_t drawn = order[j];
    order[j] = order[i];
    double *const to = i < pool->count ? played->figures[i] : played->runs + (i - pool->count) * (size_t)FIGURES;
    memcpy(to, pool->runs + drawn * (size_t)FIGURES, FIGURES * sizeof(double));
  }
}

static int compare_numbers(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_quantiles(const char *what, double *values, uint32_t count, const char *format) {
  static const double levels[] = {0.05, 0.25, 0.5, 0.75, 0.95};
  qsort(values, count, sizeof *values, compare_numbers);
  printf("# %s: quantiles 0.05, 0.25, 0.5, 0.75, 0.95", what);
  for (int i = 0; i < 5; i++) printf(format, values[(size_t)(levels[i] * (count - 1) + 0.5)]);
  printf("\n");
}

/* Plays `trials` times; the scenarios have their pools in `runs`. */
static void try_null(const struct settings *settings, const struct scenario *all, size_t count) {
  double *const least = calloc(settings->trials, sizeof *least), *const shares =
                                                                     calloc(settings->trials, sizeof *shares);
  uint32_t *const order = calloc(settings->pool, sizeof *order);
  struct scenario played = {.runs = malloc(sizeof(double) * FIGURES * settings->runs)};
  if (!least || !shares || !order || !played.runs) sj_fail("null", "no memory");
  struct sj_stream stream;
  sj_stream_seed(&stream, sj_stream_key(1, 0, "null", "agreement"), 0);
  uint32_t pass_least = 0, pass_share = 0, pass_both = 0;
  for (uint32_t trial = 0; trial < settings->trials; trial++) {
    struct verdict verdict = {.least = INFINITY};
    for (size_t i = 0; i < count; i++) {
      if (!all[i].runs) continue;
      double p[FIGURES];
      play(&all[i], settings->runs, &stream, order, &played);
      test(settings, &played, p);
      judge(&verdict, all[i].name, p);
    }
    least[trial] = verdict.least;
    shares[trial] = share_of(&verdict);
    pass_least += least[trial] >= 1e-4;
    pass_share += shares[trial] <= 0.08;
    pass_both += least[trial] >= 1e-4 && shares[trial] <= 0.08;
  }
  printf("# %u times runs of ours in the place of the original's, %u runs of ours, drawn from %u\n", settings->trials,
         settings->runs, settings->pool);
  print_quantiles("least p", least, settings->trials, " %.5f");
  print_quantiles("share of p below 0.05", shares, settings->trials, " %.3f");
  printf("# least p at least 0.0001: %.3f; share at most 0.08: %.3f; both: %.3f\n",
         (double)pass_least / settings->trials, (double)pass_share / settings->trials,
         (double)pass_both / settings->trials);
  free(least);
  free(shares);
  free(order);
  free(played.runs);
}

static int explore_null(const struct settings *settings, struct scenario *all, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!wanted(settings, all[i].name)) continue;
    if (settings->pool < all[i].count + settings->runs) sj_fail("--pool", "too few runs");
    const uint64_t seed = settings->seed + i;
    sj_simulate_scenario(settings->model, settings->pool, settings->seed_given ? &seed : NULL, &all[i]);
  }
  try_null(settings, all, count);
  for (size_t i = 0; i < count; i++) free(all[i].runs);
  return 0;
}

int main(int count, char **arguments) {
  const struct settings settings = read_arguments(count, arguments);
  struct scenario *const all = calloc(MOST_SCENARIOS, sizeof *all);
  if (!all) sj_fail("reference", "no memory");
  const size_t scenarios = sj_read_runs(settings.path, all);
  if (settings.trials) return explore_null(&settings, all, scenarios);
  struct verdict verdict = {.least = INFINITY};
  double seconds = 0;
  printf("# %u runs of each scenario, %llu random %s; p of", settings.runs, (unsigned long long)settings.rounds,
         settings.permutations ? "permutations" : "subsets");
  for (int f = 0; f < FIGURES; f++) printf(" %s", sj_figure_names[f]);
  printf("\n");
  for (size_t i = 0; i < scenarios; i++) {
    if (!wanted(&settings, all[i].name)) continue;
    if (!settings.permutations && settings.runs <= all[i].count) sj_fail(all[i].name, "too few runs for subsets");
    double p[FIGURES];
    const uint64_t seed = settings.seed + i;
    seconds += sj_simulate_scenario(settings.model, settings.runs, settings.seed_given ? &seed : NULL, &all[i]);
    test(&settings, &all[i], p);
    judge(&verdict, all[i].name, p);
    print_row(all[i].name, p);
    standardize(&verdict, &all[i]);
  }
  const double share = share_of(&verdict);
  printf("# %zu tests in %.1f s of simulation; least p %.5f: %s\n", verdict.tests, seconds, verdict.least,
         verdict.where);
  print_standardized(&verdict);
  printf("%s 1 - every p is at least 0.0001\n", verdict.least >= 1e-4 ? "ok" : "not ok");
  printf("%s 2 - at most 8 %% of them are below 0.05: %.1f %%\n", share <= 0.08 ? "ok" : "not ok", 100 * share);
  bool passed = true;
  const int more = settings.permutations ? judge_pooled(&settings, all, scenarios, &passed) : 0;
  printf("1..%d\n", 2 + more);
  for (size_t i = 0; i < scenarios; i++) free(all[i].runs);
  for (size_t c = 0; c < settings.contrast_count; c++) free(settings.contrasts[c].weights);
  free(all);
  return verdict.least >= 1e-4 && share <= 0.08 && passed ? 0 : 1;
}
