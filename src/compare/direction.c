#include <string.h>

#include "sojourn/compare.h"

/* Words of metrics' names. */
static const char *const low[] = {"latency",    "sojourn",   "wait",    "waiting",  "in_system", "failed",
                                  "unfinished", "timeouts",  "retries", "rejected", "late",      "dropped",
                                  "orbit",      "growth",    "full",    "lost",     "pending",   "unacknowledged",
                                  "retried",    "abandoned", NULL};
static const char *const high[] = {"goodput", "throughput", "completed", NULL};
/* `original` figures have names of their own kind: mean_latency, p99, stdev_utilization. */
static const char *const low_original[] = {"p50", "p90", "p95", "p99", "p99.9", NULL};

static bool listed(const char *const *list, const char *word, size_t length) {
  for (; *list; list++)
    if (strlen(*list) == length && !strncmp(*list, word, length)) return true;
  return false;
}

static enum sj_direction of_original(const char *rest) {
  if (strstr(rest, "latency") || strstr(rest, "stdev") || listed(low_original, rest, strlen(rest)))
    return SJ_LOW_IS_GOOD;
  return SJ_DIRECTION_UNKNOWN;
}

/* The last word that says something decides, so that an api called "throughput" does not; the first is a component's
 * name. */
enum sj_direction sj_compare_direction(const char *metric) {
  static const char original[] = "original.";
  if (!strncmp(metric, original, sizeof original - 1)) return of_original(metric + sizeof original - 1);
  const char *end = metric + strlen(metric);
  while (end > metric) {
    const char *start = end;
    while (start > metric && start[-1] != '.') start--;
    if (start == metric) break;
    const size_t length = (size_t)(end - start);
    if (listed(low, start, length)) return SJ_LOW_IS_GOOD;
    if (listed(high, start, length)) return SJ_HIGH_IS_GOOD;
    end = start - 1;
  }
  return SJ_DIRECTION_UNKNOWN;
}
