/* What the programs here that judge models/load-balancing.lua share: the runs of its original, and runs of ours. They
 * print TAP; what they cannot do ends them with "Bail out!". */
#ifndef SJ_TESTS_BALANCE_WORLDS_H
#define SJ_TESTS_BALANCE_WORLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIGURES = 9, MOST_SCENARIOS = 64, MOST_ROWS = 64 };

/* mean_latency ... mean_stdev_utilization; our metrics have the prefix "original.". */
extern const char *const sj_figure_names[FIGURES];

/* One scenario: the runs known of it, and ours. */
struct scenario {
  char name[128];
  size_t count; /* rows */
  double figures[MOST_ROWS][FIGURES];
  uint32_t run_count;
  double *runs; /* [run][figure], or NULL */
};

void sj_fail(const char *what, const char *message) __attribute__((noreturn));

/* Reads "scenario,figure,...": rows of one scenario go together. `all` has room for MOST_SCENARIOS, zero at first.
 * Returns how many scenarios there are. */
size_t sj_read_runs(const char *path, struct scenario *all);

/* Simulates `runs` runs of the scenario, with the model's seed if `seed` is NULL, and keeps their figures. Returns the
 * seconds that it took. */
double sj_simulate_scenario(const char *model, uint32_t runs, const uint64_t *seed, struct scenario *scenario);

/* The means of `count` rows. */
void sj_means(const double *rows, size_t count, double *means);

#endif
