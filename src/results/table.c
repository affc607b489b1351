#include "results/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/solved.h"

enum { WIDTH = 80 };

/* A metric by its name; `used` once a table has shown it or decided not to. */
struct entry {
  const char *name;
  size_t metric;
  bool used;
};

struct report {
  const struct sj_results *results;
  struct entry *entries; /* sorted by name */
  struct sj_text *text;
};

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static struct entry *find(const struct report *report, const char *name) {
  const struct entry key = {.name = name};
  const size_t count = report->results->metric_count;
  return count > 0 ? bsearch(&key, report->entries, count, sizeof key, by_name) : NULL;
}

static bool has(const struct report *report, const char *component, const char *metric) {
  char *const name = sj_format("%s.%s", component, metric);
  const bool found = find(report, name) != NULL;
  free(name);
  return found;
}

/* The figure COMPONENT.METRIC, which is thereby shown; NANs if there is none. */
static struct sj_figure take(struct report *report, const char *component, const char *metric) {
  char *const name = sj_format("%s.%s", component, metric);
  struct entry *const entry = find(report, name);
  free(name);
  if (!entry) return (struct sj_figure){.value = NAN, .ci95 = NAN};
  entry->used = true;
  return sj_results_figure(report->results, entry->metric);
}

static void add_or_blank(struct sj_grid *grid, bool there, struct sj_figure figure, double scale) {
  if (there)
    sj_grid_add_figure(grid, figure, scale);
  else
    sj_grid_add(grid, "");
}

/* A row of count, share and rate, unless there is no such metric; where `optional`, also unless it is zero. */
static void add_count(struct report *report, struct sj_grid *grid, const char *client, const char *metric,
                      const char *label, bool optional) {
  if (!has(report, client, metric)) return;
  char ratio[64], rate[64];
  snprintf(ratio, sizeof ratio, "%s.ratio", metric);
  snprintf(rate, sizeof rate, "%s.rate", metric);
  const bool has_ratio = has(report, client, ratio), has_rate = has(report, client, rate);
  const struct sj_figure count = take(report, client, metric), share = take(report, client, ratio),
                         speed = take(report, client, rate);
  if (optional && count.value == 0) return;
  sj_grid_add(grid, label);
  sj_grid_add_figure(grid, count, 1);
  add_or_blank(grid, has_ratio, share, 100);
  add_or_blank(grid, has_rate, speed, 1);
}

/* Whether any run has a number for it: there are none of requests that never completed, nor of suppressed metrics. */
static bool exists(const struct report *report, const char *component, const char *metric) {
  char *const name = sj_format("%s.%s", component, metric);
  const struct entry *const entry = find(report, name);
  free(name);
  return entry && !isnan(sj_results_figure(report->results, entry->metric).value);
}

static void take_all(struct report *report, const char *component, const char *quantity) {
  char *const prefix = sj_format("%s.%s.", component, quantity);
  for (size_t i = 0; i < report->results->metric_count; i++)
    if (strncmp(report->entries[i].name, prefix, strlen(prefix)) == 0) report->entries[i].used = true;
  free(prefix);
}

/* Statistics of times, a column for each of `quantities` that there is; nothing if there is none. */
static void add_times(struct report *report, const char *component, const char *const *quantities,
                      const char *const *labels, const char *remark) {
  static const char *const statistics[] = {"mean", "std", "min", "p50", "p90", "p95", "p99", "p99.9", "max"};
  enum { STATISTICS = sizeof statistics / sizeof *statistics, MOST = 4 };
  const char *prefixes[MOST];
  char *names[MOST];
  size_t count = 0;
  double scale = 1;
  const char *unit = NULL, *separator = "\n  no figures: ";
  for (size_t i = 0; quantities[i]; i++) {
    char *const mean = sj_format("%s.mean", quantities[i]);
    if (exists(report, component, mean)) {
      if (!unit) unit = sj_time_unit_for(take(report, component, mean).value, report->results->time_unit, &scale);
      prefixes[count] = quantities[i];
      names[count++] = sj_format("%s (%s)", labels[i], unit);
    } else if (has(report, component, mean)) {
      sj_text_add(report->text, "%s%s %s", separator, component, labels[i]);
      separator = ", ";
      take_all(report, component, quantities[i]);
    }
    free(mean);
  }
  if (*separator == ',') sj_text_add(report->text, "\n");
  if (count == 0) return;
  struct sj_grid grid = {0};
  sj_grid_start(&grid, count + 1);
  sj_grid_add(&grid, "");
  for (size_t i = 0; i < count; i++) sj_grid_add(&grid, names[i]);
  for (size_t s = 0; s < STATISTICS; s++) {
    bool there = false;
    for (size_t i = 0; i < count; i++) {
      char *const metric = sj_format("%s.%s", prefixes[i], statistics[s]);
      there |= has(report, component, metric);
      free(metric);
    }
    if (!there) continue;
    sj_grid_add(&grid, statistics[s]);
    for (size_t i = 0; i < count; i++) {
      char *const metric = sj_format("%s.%s", prefixes[i], statistics[s]);
      add_or_blank(&grid, has(report, component, metric), take(report, component, metric), scale);
      free(metric);
    }
  }
  sj_text_add(report->text, "%s", remark);
  sj_grid_print(&grid, 2, report->text);
  sj_grid_clear(&grid);
  for (size_t i = 0; i < count; i++) free(names[i]);
}

static void add_client(struct report *report, const char *client) {
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 4);
  sj_grid_add(&grid, "");
  sj_grid_add(&grid, "requests");
  sj_grid_add(&grid, "share (%)");
  char *const per_time = sj_format("per %s", report->results->time_unit);
  sj_grid_add(&grid, per_time);
  free(per_time);
  static const char *const reasons[] = {"timeout", "refused", "error", "breaker", "budget", "deadline", NULL};
  static const char *const attempts[] = {"attempts", "timeouts", "retries", "rejected", "late", "hedges", NULL};
  add_count(report, &grid, client, "arrivals", "arrivals", false);
  add_count(report, &grid, client, "completed", "completed", false);
  add_count(report, &grid, client, "failed", "failed", false);
  for (size_t i = 0; reasons[i]; i++) {
    char metric[32], label[32];
    snprintf(metric, sizeof metric, "failed.%s", reasons[i]);
    snprintf(label, sizeof label, "  %s", reasons[i]);
    add_count(report, &grid, client, metric, label, true);
  }
  add_count(report, &grid, client, "unfinished", "unfinished", false);
  for (size_t i = 0; attempts[i]; i++) add_count(report, &grid, client, attempts[i], attempts[i], i > 0);
  if (has(report, client, "goodput")) {
    sj_grid_add(&grid, "goodput");
    sj_grid_add(&grid, "");
    sj_grid_add(&grid, "");
    sj_grid_add_figure(&grid, take(report, client, "goodput"), 1);
  }
  sj_text_add(report->text, "\nclient %s\n", client);
  sj_grid_print(&grid, 2, report->text);
  sj_grid_clear(&grid);
  static const char *const quantities[] = {"latency", "recorded.latency", "recorded.wait", NULL};
  static const char *const labels[] = {"latency", "recorded latency", "recorded wait"};
  const struct sj_figure unfinished = take(report, client, "unfinished");
  char *remark = NULL;
  if (unfinished.value > 0) {
    char value[32], half_width[32];
    sj_figure_text((struct sj_figure){unfinished.value, NAN}, 1, value, half_width);
    remark = sj_format("\n  latencies are of completed requests; %s unfinished ones are not in them\n", value);
  }
  add_times(report, client, quantities, labels, remark ? remark : "\n");
  free(remark);
}

/* A row of levels: mean, deviation, maximum. */
static void add_level(struct report *report, struct sj_grid *grid, const char *server, const char *quantity,
                      const char *label) {
  static const char *const statistics[] = {"mean", "std", "max"};
  char metric[64];
  snprintf(metric, sizeof metric, "%s.mean", quantity);
  if (!has(report, server, metric)) return;
  if (strcmp(quantity, "orbit") == 0 && take(report, server, metric).value == 0) {
    take_all(report, server, quantity);
    return;
  }
  sj_grid_add(grid, label);
  for (size_t i = 0; i < 3; i++) {
    snprintf(metric, sizeof metric, "%s.%s", quantity, statistics[i]);
    add_or_blank(grid, has(report, server, metric), take(report, server, metric), 1);
  }
}

static void add_single(struct report *report, struct sj_grid *grid, const char *server, const char *metric,
                       const char *label, double scale, bool optional) {
  if (!has(report, server, metric)) return;
  const struct sj_figure figure = take(report, server, metric);
  const double error = isnan(figure.ci95) ? 0 : figure.ci95;
  if (optional && figure.value <= error) return;
  sj_grid_add(grid, label);
  sj_grid_add_figure(grid, figure, scale);
  sj_grid_add(grid, "");
  sj_grid_add(grid, "");
}

static const char *const server_times[] = {"sojourn", "wait", "service", NULL};

/* The apis of a server are the middle parts of SERVER.API.sojourn.mean. */
static void add_apis(struct report *report, const char *server) {
  static const char ending[] = ".sojourn.mean";
  const size_t start = strlen(server) + 1;
  for (size_t i = 0; i < report->results->metric_count; i++) {
    const char *const name = report->results->metrics[i].name;
    const size_t length = strlen(name);
    if (strncmp(name, server, start - 1) != 0 || name[start - 1] != '.') continue;
    if (length <= start + sizeof ending - 1 || strcmp(name + length - (sizeof ending - 1), ending) != 0) continue;
    const int api = (int)(length - (sizeof ending - 1) - start);
    char *const component = sj_format("%s.%.*s", server, api, name + start);
    char *const remark = sj_format("\n  api %.*s\n", api, name + start);
    add_times(report, component, server_times, server_times, remark);
    free(remark);
    free(component);
  }
}

/* One figure of a table with two columns; not where `optional` and zero. */
static void add_value(struct report *report, struct sj_grid *grid, const char *component, const char *metric,
                      const char *label, double scale, bool optional) {
  if (!has(report, component, metric)) return;
  const struct sj_figure figure = take(report, component, metric);
  if (optional && figure.value == 0) return;
  sj_grid_add(grid, label);
  sj_grid_add_figure(grid, figure, scale);
}

static void add_throughput(struct report *report, struct sj_grid *grid, const char *component) {
  char *const label = sj_format("throughput (per %s)", report->results->time_unit);
  add_value(report, grid, component, "throughput", label, 1, false);
  free(label);
}

static void start_values(struct sj_grid *grid) {
  sj_grid_start(grid, 2);
  sj_grid_add(grid, "");
  sj_grid_add(grid, "value");
}

/* Levels with their mean, 95 % quantile and maximum. */
static void add_batcher_levels(struct report *report, const char *batcher) {
  static const char *const levels[] = {"pending", "current", "in_flight", "unacknowledged"}, *const statistics[] = {
                                                                                                 "mean", "p95", "max"};
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 4);
  sj_grid_add(&grid, "");
  for (size_t k = 0; k < 3; k++) sj_grid_add(&grid, statistics[k]);
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    sj_grid_add(&grid, levels[i]);
    for (size_t k = 0; k < 3; k++) {
      char *const metric = sj_format("%s.%s", levels[i], statistics[k]);
      sj_grid_add_figure(&grid, take(report, batcher, metric), 1);
      free(metric);
    }
  }
  sj_grid_print(&grid, 2, report->text);
  sj_grid_clear(&grid);
}

static void add_batcher(struct report *report, const char *batcher) {
  static const char *const times[] = {"sojourn", "wait", "batch.latency", NULL}, *const labels[] = {"sojourn", "wait",
                                                                                                    "batch latency"};
  static const char *const rare[] = {"failed",         "lost",           "withdrawn", "left",
                                     "dropped",        "retried",        "abandoned", "calls.hedges",
                                     "calls.timeouts", "calls.rejected", "calls.late"};
  static const char *const shown_elsewhere[] = {"batch.requests", "batch.bytes", "in_system", "calls"};
  struct sj_grid grid = {0};
  sj_text_add(report->text, "\nbatcher %s\n", batcher);
  add_batcher_levels(report, batcher);
  start_values(&grid);
  add_value(report, &grid, batcher, "batch.count", "batches", 1, false);
  add_value(report, &grid, batcher, "batch.requests.mean", "requests in each", 1, false);
  add_value(report, &grid, batcher, "batch.bytes.mean", "bytes in each", 1, false);
  add_value(report, &grid, batcher, "flush.size", "sent by size (%)", 100, true);
  add_value(report, &grid, batcher, "flush.time", "sent by time (%)", 100, true);
  add_value(report, &grid, batcher, "flush.idle", "sent when idle (%)", 100, true);
  for (size_t i = 0; i < sizeof rare / sizeof *rare; i++)
    add_value(report, &grid, batcher, rare[i], strncmp(rare[i], "calls.", 6) ? rare[i] : rare[i] + 6, 1, true);
  for (int k = 1; k <= 10; k++) {
    char metric[16];
    snprintf(metric, sizeof metric, "retries[%d]", k);
    add_value(report, &grid, batcher, metric, metric, 1, true);
  }
  add_throughput(report, &grid, batcher);
  sj_text_add(report->text, "\n");
  sj_grid_print(&grid, 2, report->text);
  sj_grid_clear(&grid);
  add_times(report, batcher, times, labels, "\n");
  for (size_t i = 0; i < sizeof shown_elsewhere / sizeof *shown_elsewhere; i++)
    take_all(report, batcher, shown_elsewhere[i]);
  take(report, batcher, "growth");
  static const char *const sums[] = {"received", "answered", "failed", "lost", "withdrawn", "left"};
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
    take(report, batcher, sums[i]);
    take_all(report, batcher, sums[i]);
  }
}

static void add_store(struct report *report, const char *store) {
  static const char *const times[] = {"latency", NULL};
  struct sj_grid grid = {0};
  start_values(&grid);
  add_value(report, &grid, store, "in_system.mean", "in system, mean", 1, false);
  add_value(report, &grid, store, "in_system.max", "in system, max", 1, false);
  add_value(report, &grid, store, "requests", "requests", 1, false);
  add_value(report, &grid, store, "failures.ratio", "failures (%)", 100, false);
  add_value(report, &grid, store, "dropped", "dropped", 1, true);
  add_throughput(report, &grid, store);
  add_value(report, &grid, store, "requests.per_second", "requests per second", 1, false);
  add_value(report, &grid, store, "requests.per_month", "requests per month", 1, false);
  add_value(report, &grid, store, "bytes.per_month", "GB per month", 1e-9, false);
  add_value(report, &grid, store, "cost.per_month", "cost per month", 1, false);
  sj_text_add(report->text, "\nstore %s\n", store);
  sj_grid_print(&grid, 2, report->text);
  sj_grid_clear(&grid);
  add_times(report, store, times, times, "\n");
  static const char *const rest[] = {"in_system", "requests", "failures", "bytes", "cost", "growth"};
  for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
    take(report, store, rest[i]);
    take_all(report, store, rest[i]);
  }
}

static void add_server(struct report *report, const char *server) {
  if (has(report, server, "batch.count")) {
    add_batcher(report, server);
    return;
  }
  if (has(report, server, "requests.rate")) {
    add_store(report, server);
    return;
  }
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 4);
  static const char *const header[] = {"", "mean", "std", "max"};
  for (size_t i = 0; i < 4; i++) sj_grid_add(&grid, header[i]);
  add_level(report, &grid, server, "in_system", "in system");
  add_level(report, &grid, server, "waiting", "waiting");
  add_level(report, &grid, server, "orbit", "orbit");
  add_single(report, &grid, server, "utilization.mean", "utilization (%)", 100, false);
  add_single(report, &grid, server, "full", "time full (%)", 100, true);
  add_single(report, &grid, server, "empty", "time empty (%)", 100, false);
  char *const throughput = sj_format("throughput (per %s)", report->results->time_unit);
  add_single(report, &grid, server, "throughput", throughput, 1, false);
  free(throughput);
  add_single(report, &grid, server, "dropped", "dropped", 1, true);
  char *const growth = sj_format("growth (per %s)", report->results->time_unit);
  add_single(report, &grid, server, "growth", growth, 1, true);
  free(growth);
  sj_text_add(report->text, "\nserver %s\n", server);
  sj_grid_print(&grid, 2, report->text);
  sj_grid_clear(&grid);
  add_times(report, server, server_times, server_times, "\n");
  add_apis(report, server);
}

/* The tables of components, in the order in which the components' first such metrics were added. */
static void add_components(struct report *report) {
  static const struct {
    const char *ending;
    void (*add)(struct report *report, const char *component);
  } kinds[] = {{".arrivals", add_client}, {".in_system.mean", add_server}};
  for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
    const size_t ending = strlen(kinds[kind].ending);
    for (size_t i = 0; i < report->results->metric_count; i++) {
      const char *const name = report->results->metrics[i].name;
      const size_t length = strlen(name);
      if (length <= ending || strcmp(name + length - ending, kinds[kind].ending) != 0) continue;
      char *const component = sj_format("%.*s", (int)(length - ending), name);
      kinds[kind].add(report, component);
      free(component);
    }
  }
}

static void add_others(struct report *report) {
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 2);
  sj_grid_add(&grid, "");
  sj_grid_add(&grid, "value");
  bool any = false;
  for (size_t i = 0; i < report->results->metric_count; i++) {
    const struct entry *const entry = find(report, report->results->metrics[i].name);
    if (entry->used) continue;
    any = true;
    sj_grid_add(&grid, entry->name);
    sj_grid_add_figure(&grid, sj_results_figure(report->results, i), 1);
  }
  if (any) {
    sj_text_add(report->text, "\nother figures\n");
    sj_grid_print(&grid, 2, report->text);
  }
  sj_grid_clear(&grid);
}

static void add_heading(const struct sj_results *results, struct sj_text *text) {
  char number[32], other[32];
  uint64_t events = 0;
  for (size_t i = 0; i < results->run_count; i++) events += results->runs[i].events;
  sj_text_add(text, "%s", results->model);
  if (results->scenario) sj_text_add(text, ", scenario %s", results->scenario);
  if (strcmp(results->engine, "sweep") == 0) {
    sj_text_add(text, "\nshares of the variance over a sweep: by a parameter itself, and what it has a part in\n");
    return;
  }
  sj_text_add(text, "\n%zu run%s of %s %s, seed %" PRIu64, results->run_count, results->run_count == 1 ? "" : "s",
              sj_length_text(results->duration, number), results->time_unit, results->seed);
  if (results->warmup > 0)
    sj_text_add(text, results->warmup < 1e4 ? ", counted from %.4g %s%s" : ", counted from %.0f %s%s", results->warmup,
                results->time_unit, results->warmup_found ? " (found by MSER-5)" : "");
  sj_figure_text((struct sj_figure){(double)events, NAN}, 1, number, other);
  sj_text_add(text, "; %s events\n", number);
  if (results->partial) sj_text_add(text, "partial: fewer runs than were asked for\n");
}

void sj_note_text(const char *note, struct sj_text *text) {
  static const char first[] = "note: ", next[] = "      ";
  const char *lead = first;
  while (*note) {
    size_t length = strlen(note), width = sizeof first - 1, last_blank = 0;
    for (size_t i = 0; i < length; i++) {
      if (note[i] == ' ' && i > 0) last_blank = i;
      width += ((unsigned char)note[i] & 0xc0) != 0x80;
      if (width > WIDTH && last_blank > 0) length = last_blank;
    }
    sj_text_add(text, "%s%.*s\n", lead, (int)length, note);
    note += length;
    note += strspn(note, " ");
    lead = next;
  }
}

void sj_results_table(const struct sj_results *results, struct sj_text *text) {
  if (strcmp(results->engine, "solve") == 0) {
    sj_solved_report(results, text);
    return;
  }
  if (strcmp(results->engine, "learn") == 0) {
    sj_learn_table(results, text);
    return;
  }
  if (strcmp(results->engine, "measure") == 0) {
    sj_measure_table(results, text);
    return;
  }
  struct report report = {
      .results = results, .entries = sj_allocate_array(results->metric_count, sizeof *report.entries), .text = text};
  for (size_t i = 0; i < results->metric_count; i++)
    report.entries[i] = (struct entry){.name = results->metrics[i].name, .metric = i};
  qsort(report.entries, results->metric_count, sizeof *report.entries, by_name);
  add_heading(results, text);
  add_components(&report);
  add_others(&report);
  if (results->note_count > 0) sj_text_add(text, "\n");
  for (size_t i = 0; i < results->note_count; i++) sj_note_text(results->notes[i], text);
  free(report.entries);
}
