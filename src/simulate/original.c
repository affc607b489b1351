#include "simulate/original.h"

#include <math.h>
#include <stdlib.h>

const char *const sj_original_names[ORIGINAL_FIGURES] = {"mean_latency",
                                                         "stdev_latency",
                                                         "p50",
                                                         "p90",
                                                         "p99",
                                                         "p99.9",
                                                         "mean_utilization",
                                                         "stdev_utilization",
                                                         "mean_stdev_utilization",
                                                         "p50_utilization_ratio",
                                                         "p90_utilization_ratio",
                                                         "p99_utilization_ratio",
                                                         "p99.9_utilization_ratio"};

bool sj_original_create(struct original *original, const struct sj_original *settings, uint32_t servers) {
  *original = (struct original){.settings = *settings, .server_count = servers};
  if (!settings->given) return true;
  original->servers = calloc(servers, sizeof *original->servers);
  return original->servers != NULL;
}

void sj_original_destroy(struct original *original) {
  free(original->latencies);
  free(original->utilizations);
  free(original->servers);
}

bool sj_original_wants(const struct original *original, double time) {
  const struct sj_original *const settings = &original->settings;
  return settings->given && time > settings->after && fmod(time, settings->every) == 0;
}

static bool append(double **values, size_t *count, size_t *capacity, double value) {
  if (*count == *capacity) {
    const size_t larger = *capacity ? 2 * *capacity : 1024;
    double *const grown = realloc(*values, larger * sizeof *grown);
    if (!grown) return false;
    *values = grown;
    *capacity = larger;
  }
  (*values)[(*count)++] = value;
  return true;
}

void sj_original_note(struct original *original, bool running, bool probe, uint32_t elapsed, uint32_t server,
                      double utilization) {
  bool ok = true;
  if (!probe)
    ok = append(&original->latencies, &original->latency_count, &original->latency_capacity,
                sj_original_latency(elapsed, false));
  if (running && !isnan(utilization)) {
    ok &= append(&original->utilizations, &original->utilization_count, &original->utilization_capacity, utilization);
    sj_moments_add(&original->servers[server], utilization);
  }
  if (!ok) original->no_memory = true;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts, and drops what is there twice if `distinct`; returns how many are left. */
static size_t sort(double *values, size_t count, bool distinct) {
  if (!count) return 0;
  qsort(values, count, sizeof *values, compare);
  if (!distinct) return count;
  size_t kept = 1;
  for (size_t i = 1; i < count; i++)
    if (values[i] != values[kept - 1]) values[kept++] = values[i];
  return kept;
}

static double quantile(const double *sorted, size_t count, double p) {
  if (!count) return NAN;
  const double rank = p * (double)(count - 1);
  const size_t low = (size_t)rank;
  if (low + 1 >= count) return sorted[count - 1];
  return sorted[low] + (rank - (double)low) * (sorted[low + 1] - sorted[low]);
}

static struct sj_moments moments_of(const double *values, size_t count) {
  struct sj_moments moments = {0};
  for (size_t i = 0; i < count; i++) sj_moments_add(&moments, values[i]);
  return moments;
}

/* The mean over servers of the deviation of what came from each. */
static double mean_deviation(const struct original *original) {
  double sum = 0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < original->server_count; i++) {
    const double deviation = sj_moments_std(&original->servers[i]);
    if (isnan(deviation)) continue;
    sum += deviation;
    count++;
  }
  return count ? sum / count : NAN;
}

void sj_original_figures(struct original *original, double quantum, double figures[ORIGINAL_FIGURES]) {
  static const double levels[] = {0.5, 0.9, 0.99, 0.999};
  const size_t latencies = sort(original->latencies, original->latency_count, false);
  const size_t distinct = sort(original->utilizations, original->utilization_count, true);
  const struct sj_moments latency = moments_of(original->latencies, latencies);
  const struct sj_moments utilization = moments_of(original->utilizations, distinct);
  figures[0] = sj_moments_mean(&latency) * quantum;
  figures[1] = sj_moments_std(&latency) * quantum;
  figures[6] = sj_moments_mean(&utilization);
  figures[7] = sj_moments_std(&utilization);
  figures[8] = mean_deviation(original);
  for (int i = 0; i < 4; i++) {
    figures[2 + i] = quantile(original->latencies, latencies, levels[i]) * quantum;
    figures[9 + i] = quantile(original->utilizations, distinct, levels[i]) / figures[6];
  }
}
