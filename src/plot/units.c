#include "plot/units.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool ends(const char *name, const char *ending) {
  const size_t length = strlen(name), its = strlen(ending);
  return length >= its && strcmp(name + length - its, ending) == 0;
}

static bool begins(const char *name, const char *beginning) { return strncmp(name, beginning, strlen(beginning)) == 0; }

/* A rule asks for a part of the name; with "^" for its beginning, "$" its end, "=" for all of it (a component may have
 * any name). "*" stands for the unit of time. The first that fits counts, so what is particular comes first. */
static const struct {
  const char *part, *unit;
} rules[] = {
    {"=throughput.avg", "bytes per s"},
    {"=throughput.peak", "bytes per s"},
    {"=control.throughput", "bytes per s"},
    {"=messages.rate", "messages per s"},
    {"=messages.sent", "messages"},
    {"=messages.received", "messages"},
    {"=messages.lost", "messages"},
    {"=messages.duplicated", "messages"},
    {"=messages.corrupt", "messages"},
    {"=messages.dropped", "messages"},
    {"=queue.mean", "slots"},
    {"=queue.max", "slots"},
    {"=cpu.utilization", "cores"},
    {"=latency.p50", "s"},
    {"=latency.p95", "s"},
    {"=latency.p99", "s"},
    {"=latency.p99.9", "s"},
    {"=latency.max", "s"},
    {"=spectral_gap", "1/*"},
    {"=relaxation_time", "*"},
    {"=mixing_time", "*"},
    {"=mixing_time.bound", "*"},
    {"^time_constant[", "*"},
    {"^settling[", "*"},
    {".settling[", "*"},
    {"=error.train", "deviations"},
    {"=error.test", "deviations"},
    {".batch.count", "batches"},
    {".batch.requests.", "requests"},
    {".batch.bytes.", "bytes"},
    {".latency.", "*"},
    {".sojourn.", "*"},
    {".wait.", "*"},
    {".service.", "*"},
    {".hitting.", "*"},
    {"exit_time$", "*"},
    {"relaxation_time$", "*"},
    {".recovery.", "*"},
    {".goodput$", "requests per *"},
    {".throughput$", "requests per *"},
    {".rate$", "requests per *"},
    {".growth$", "requests per *"},
    {".ratio$", "share"},
    {".full$", "share"},
    {".empty$", "share"},
    {".share$", "share"},
    {".utilization.", "share"},
    {".in_flight.", "batches"},
    {".in_system.", "requests"},
    {".waiting.", "requests"},
    {".orbit.", "requests"},
    {".pending.", "requests"},
    {".current.", "requests"},
    {".unacknowledged.", "requests"},
    {".requests$", "requests"},
    {".arrivals$", "requests"},
    {".completed$", "requests"},
    {".failed$", "requests"},
    {".unfinished$", "requests"},
    {".dropped$", "requests"},
    {".late$", "requests"},
    {".attempts$", "attempts"},
    {".timeouts$", "attempts"},
    {".retries$", "attempts"},
    {".rejected$", "attempts"},
    {".hedges$", "attempts"},
};

static bool fits(const char *metric, const char *part) {
  const size_t length = strlen(part);
  if (part[0] == '=') return strcmp(metric, part + 1) == 0;
  if (part[0] == '^') return begins(metric, part + 1);
  if (part[length - 1] != '$') return strstr(metric, part) != NULL;
  char ending[SJ_UNIT_LENGTH];
  snprintf(ending, sizeof ending, "%.*s", (int)length - 1, part);
  return ends(metric, ending);
}

const char *sj_metric_unit(const char *metric, const char *time_unit, char unit[SJ_UNIT_LENGTH]) {
  *unit = 0;
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    if (!fits(metric, rules[i].part)) continue;
    const char *const star = strchr(rules[i].unit, '*');
    const int before = star ? (int)(star - rules[i].unit) : (int)strlen(rules[i].unit);
    snprintf(unit, SJ_UNIT_LENGTH, "%.*s%s", before, rules[i].unit, star ? time_unit : "");
    break;
  }
  return unit;
}

const char *sj_field_unit(const char *schema_unit, const char *time_unit, char unit[SJ_UNIT_LENGTH]) {
  const char *const slash = strchr(schema_unit, '/');
  const int above = slash ? (int)(slash - schema_unit) : (int)strlen(schema_unit);
  const bool time_above = above == 4 && begins(schema_unit, "time"), one = above == 1 && *schema_unit == '1';
  const char *const below = !slash ? "" : strcmp(slash + 1, "time") == 0 ? time_unit : slash + 1;
  snprintf(unit, SJ_UNIT_LENGTH, "%.*s%s%s%s",
           time_above ? (int)strlen(time_unit)
           : one      ? 0
                      : above,
           time_above ? time_unit : schema_unit, slash && !one ? " " : "", slash ? "per " : "", below);
  return unit;
}
