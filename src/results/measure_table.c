/* What was measured, as tables. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/table.h"

static double value_of(const struct sj_results *results, const char *name) { return sj_results_value(results, name); }

void sj_rate_text(double rate, char text[32]) {
  if (isnan(rate))
    snprintf(text, 32, "-");
  else if (rate >= 1e9)
    snprintf(text, 32, "%.2f GB/s", rate / 1e9);
  else if (rate >= 1e6)
    snprintf(text, 32, "%.1f MB/s", rate / 1e6);
  else
    snprintf(text, 32, "%.1f kB/s", rate / 1e3);
}

static void add_rate(struct sj_grid *grid, double rate) {
  char text[32];
  sj_rate_text(rate, text);
  sj_grid_add(grid, text);
}

static void add_percent(struct sj_grid *grid, double share) {
  char text[48];
  snprintf(text, sizeof text, isnan(share) ? "-" : "%.1f %%", 100 * share);
  sj_grid_add(grid, text);
}

static void add_row(struct sj_grid *grid, const char *label, double value) {
  sj_grid_add(grid, label);
  if (isnan(value))
    sj_grid_add(grid, "-");
  else
    sj_grid_add_figure(grid, (struct sj_figure){value, NAN}, 1);
}

static void print(struct sj_grid *grid, struct sj_text *text) {
  sj_text_add(text, "\n");
  sj_grid_print(grid, 2, text);
  sj_grid_clear(grid);
}

static void add_throughput(const struct sj_results *results, struct sj_text *text) {
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 2);
  sj_grid_add(&grid, "throughput");
  sj_grid_add(&grid, "value");
  sj_grid_add(&grid, "payload, average");
  add_rate(&grid, value_of(results, "throughput.avg"));
  sj_grid_add(&grid, "payload, peak second");
  add_rate(&grid, value_of(results, "throughput.peak"));
  sj_grid_add(&grid, "message bus");
  add_rate(&grid, value_of(results, "control.throughput"));
  add_row(&grid, "messages per second", value_of(results, "messages.rate"));
  sj_grid_add(&grid, "of memcpy here");
  add_percent(&grid, value_of(results, "ratio.memcpy"));
  sj_grid_add(&grid, "of reading here");
  add_percent(&grid, value_of(results, "ratio.read"));
  add_row(&grid, "cores busy", value_of(results, "cpu.utilization"));
  add_row(&grid, "queue, mean", value_of(results, "queue.mean"));
  add_row(&grid, "queue, most", value_of(results, "queue.max"));
  print(&grid, text);
}

static void add_times(const struct sj_results *results, struct sj_text *text) {
  static const char *const rows[] = {"mean", "p50", "p95", "p99", "p99.9", "max"};
  static const char *const names[] = {"latency", "generation", "transit", "service"};
  const char *units[4];
  double scales[4];
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 5);
  sj_grid_add(&grid, "times");
  for (int t = 0; t < 4; t++) {
    char name[48];
    snprintf(name, sizeof name, "%s.mean", names[t]);
    units[t] = sj_time_unit_for(value_of(results, name), results->time_unit, &scales[t]);
    snprintf(name, sizeof name, "%s (%s)", names[t], units[t]);
    sj_grid_add(&grid, name);
  }
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    sj_grid_add(&grid, rows[r]);
    for (int t = 0; t < 4; t++) {
      char name[48];
      snprintf(name, sizeof name, "%s.%s", names[t], rows[r]);
      sj_grid_add_figure(&grid, (struct sj_figure){value_of(results, name), NAN}, scales[t]);
    }
  }
  print(&grid, text);
}

static void add_counts(const struct sj_results *results, struct sj_text *text) {
  static const char *const always[][2] = {{"messages.sent", "sent"},       {"messages.received", "received"},
                                          {"messages.lost", "lost"},       {"messages.duplicated", "duplicated"},
                                          {"messages.corrupt", "corrupt"}, {"messages.dropped", "dropped"},
                                          {"waits", "waits for room"}};
  static const char *const rare[][2] = {{"messages.unsent", "due, not sent by the end"},
                                        {"slots.expired", "slots given up"},
                                        {"restarts.producer", "producers started again"},
                                        {"restarts.store", "stores started again"},
                                        {"restarts.broker", "brokers started again"}};
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 2);
  sj_grid_add(&grid, "messages");
  sj_grid_add(&grid, "number");
  for (size_t i = 0; i < sizeof always / sizeof *always; i++)
    add_row(&grid, always[i][1], value_of(results, always[i][0]));
  for (size_t i = 0; i < sizeof rare / sizeof *rare; i++)
    if (value_of(results, rare[i][0]) > 0) add_row(&grid, rare[i][1], value_of(results, rare[i][0]));
  print(&grid, text);
}

void sj_measure_table(const struct sj_results *results, struct sj_text *text) {
  sj_text_add(text, "%s\nmeasured for %.4g s%s\n", results->model, value_of(results, "measured.seconds"),
              results->partial ? ", partial: it was interrupted" : "");
  add_throughput(results, text);
  add_times(results, text);
  add_counts(results, text);
  if (results->note_count > 0) sj_text_add(text, "\n");
  for (size_t i = 0; i < results->note_count; i++) sj_note_text(results->notes[i], text);
}

void sj_measure_suite_table(const struct sj_results *const *points, size_t count, struct sj_text *text) {
  static const char *const header[] = {"producers", "rows",     "GB/s",  "peak",  "messages/s",
                                       "p95 (ms)",  "p99 (ms)", "cores", "memcpy"};
  enum { COLUMNS = sizeof header / sizeof *header };
  struct sj_grid grid = {0};
  sj_grid_start(&grid, COLUMNS);
  for (size_t i = 0; i < COLUMNS; i++) sj_grid_add(&grid, header[i]);
  for (size_t i = 0; i < count; i++) {
    const struct sj_results *const point = points[i];
    char cell[48];
    snprintf(cell, sizeof cell, "%.0f", value_of(point, "parameters.producers"));
    sj_grid_add(&grid, cell);
    snprintf(cell, sizeof cell, "%.0f", value_of(point, "parameters.payload"));
    sj_grid_add(&grid, cell);
    snprintf(cell, sizeof cell, "%.3f", value_of(point, "throughput.avg") / 1e9);
    sj_grid_add(&grid, cell);
    snprintf(cell, sizeof cell, "%.3f", value_of(point, "throughput.peak") / 1e9);
    sj_grid_add(&grid, cell);
    snprintf(cell, sizeof cell, "%.0f", value_of(point, "messages.rate"));
    sj_grid_add(&grid, cell);
    sj_grid_add_figure(&grid, (struct sj_figure){value_of(point, "latency.p95"), NAN}, 1e3);
    sj_grid_add_figure(&grid, (struct sj_figure){value_of(point, "latency.p99"), NAN}, 1e3);
    snprintf(cell, sizeof cell, "%.2f", value_of(point, "cpu.utilization"));
    sj_grid_add(&grid, cell);
    add_percent(&grid, value_of(point, "ratio.memcpy"));
  }
  sj_grid_print(&grid, 0, text);
  sj_grid_clear(&grid);
}
