#include "results/solved.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/table.h"

enum { WIDTH = 80, MOST_ROWS = 7 };

struct report {
  const struct sj_results *results;
  struct sj_text *text;
  bool doubtful; /* a figure was marked */
};

/* ---- figures ---- */

/* The metric's index, SIZE_MAX if there is none. */
static size_t find(const struct report *report, const char *component, const char *metric) {
  char *const name = *component ? sj_format("%s.%s", component, metric) : sj_copy_string(metric);
  const size_t found = sj_results_find(report->results, name);
  free(name);
  return found;
}

static double value_of(const struct report *report, const char *component, const char *metric) {
  const size_t index = find(report, component, metric);
  return index == SIZE_MAX ? (double)NAN : sj_results_figure(report->results, index).value;
}

/* A figure to 4 digits; marked if it cannot be trusted to 6. */
static const char *figure_text(struct report *report, const char *component, const char *metric, double scale,
                               char text[64]) {
  char value[32], half_width[32];
  const size_t index = find(report, component, metric);
  if (index == SIZE_MAX) return "";
  const struct sj_exact_figure exact = sj_results_exact(report->results, index);
  const double x = sj_results_figure(report->results, index).value;
  if (isinf(x) && !isnan(exact.log10)) {
    snprintf(text, 64, "10^%.2f", exact.log10);
    return text;
  }
  sj_figure_text((struct sj_figure){x, NAN}, scale, value, half_width);
  snprintf(text, 64, "%s%s", value, exact.doubtful ? "?" : "");
  report->doubtful = report->doubtful || exact.doubtful;
  return text;
}

static void add_figure(struct report *report, struct sj_grid *grid, const char *component, const char *metric,
                       double scale) {
  char text[64];
  sj_grid_add(grid, figure_text(report, component, metric, scale, text));
}

/* A time as people say it. */
static const char *duration(const struct report *report, const char *component, const char *metric, char text[64]) {
  const size_t index = find(report, component, metric);
  *text = 0;
  if (index == SIZE_MAX) return text;
  sj_duration_text(sj_results_figure(report->results, index).value, sj_results_exact(report->results, index).log10,
                   report->results->time_unit, text);
  return text;
}

/* ---- sentences ---- */

/* Appends a paragraph, broken at blanks. */
static void paragraph(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void paragraph(struct report *report, const char *format, ...) {
  char text[2048];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments); /* NOLINT(clang-analyzer-valist.Uninitialized) */
  va_end(arguments);
  size_t used = 0;
  for (const char *word = text; *word;) {
    const size_t length = strcspn(word, " ");
    size_t width = 0;
    for (size_t i = 0; i < length; i++) width += ((unsigned char)word[i] & 0xc0) != 0x80;
    if (used > 0 && used + 1 + width > WIDTH) {
      sj_text_add(report->text, "\n");
      used = 0;
    }
    sj_text_add(report->text, "%s%.*s", used > 0 ? " " : "", (int)length, word);
    used += (used > 0) + width;
    word += length + (word[length] == ' ');
  }
  sj_text_add(report->text, "\n");
}

static const char *verdict_of(const struct report *report, const char *server) {
  const size_t index = find(report, server, "verdict");
  return index == SIZE_MAX ? NULL : sj_results_exact(report->results, index).word;
}

/* The verdict and what it means, in words. */
static void say_verdict(struct report *report, const char *server) {
  const char *const verdict = verdict_of(report, server);
  if (!verdict) return;
  char fall[64], back[64];
  const double low = value_of(report, server, "verdict.low.requests"),
               high = value_of(report, server, "verdict.high.requests"),
               share = value_of(report, server, "verdict.high.share");
  duration(report, server, "hitting.empty_to_high.mean", fall);
  duration(report, server, "hitting.high_to_low.mean", back);
  if (strcmp(verdict, "metastable") == 0)
    paragraph(report,
              "%s is metastable: once %.0f or more requests are in it, it stays that way for about %s, until %.0f or "
              "fewer are left, although nothing is wrong any more. Begun empty, it gets there by chance alone after "
              "about %s.",
              server, high, back, low, fall);
  else if (strcmp(verdict, "overloaded") == 0)
    paragraph(report,
              "%s is overloaded: %.3g %% of the time %.0f or more requests are in it. Begun empty, it is there after "
              "about %s; to get back to %.0f or fewer takes it about %s.",
              server, 100 * share, high, fall, low, back);
  else
    paragraph(report,
              "%s is stable: pushed to %.0f or more requests, it is back at %.0f or fewer after about %s. Begun empty, "
              "it gets there by chance alone after about %s.",
              server, high, low, back, fall);
}

/* Whether what would help was asked for. */
static bool has_changes(const struct report *report, const char *server) {
  char *const prefix = sj_format("%s.change.", server);
  bool found = false;
  for (size_t i = 0; i < report->results->metric_count && !found; i++)
    found = strncmp(report->results->metrics[i].name, prefix, strlen(prefix)) == 0;
  free(prefix);
  return found;
}

static void say_recovery(struct report *report, const char *server) {
  char time[64];
  if (find(report, server, "recovery.mean") == SIZE_MAX) return;
  duration(report, server, "recovery.mean", time);
  paragraph(
      report,
      "At the end of the model's fault it holds %.3g requests on average, and %.0f or more with probability %.3g. "
      "From there it takes about %s until %.0f or fewer are left.",
      value_of(report, server, "fault.in_system.mean"), value_of(report, server, "verdict.high.requests"),
      value_of(report, server, "fault.high"), time, value_of(report, server, "verdict.low.requests"));
}

/* ---- tables ---- */

static void heading(struct sj_grid *grid, const char *const *words, size_t count) {
  sj_grid_start(grid, count);
  for (size_t i = 0; i < count; i++) sj_grid_add(grid, words[i]);
}

static void print(struct report *report, struct sj_grid *grid, const char *title, const char *of) {
  if (grid->cells > grid->columns) {
    sj_text_add(report->text, "\n%s%s%s\n", title, *of ? " " : "", of);
    sj_grid_print(grid, 2, report->text);
  }
  sj_grid_clear(grid);
}

static void add_regimes(struct report *report, const char *server) {
  static const char *const names[] = {"low", "high"};
  if (find(report, server, "verdict.low.share") == SIZE_MAX) return;
  char *const exit = sj_format("exit (%s)", report->results->time_unit), *const relaxation =
                                                                             sj_format("relaxation (%s)",
                                                                                       report->results->time_unit);
  const char *const words[] = {"regime", "requests", "share of time", exit, relaxation, "exit, in words"};
  struct sj_grid grid = {0};
  heading(&grid, words, 6);
  free(exit);
  free(relaxation);
  for (size_t i = 0; i < 2; i++) {
    char text[64], *metric;
    snprintf(text, sizeof text, "%s%s", names[i], i ? " (H)" : " (L)");
    sj_grid_add(&grid, text);
    metric = sj_format("verdict.%s.requests", names[i]);
    snprintf(text, sizeof text, "%s %.0f", i ? "from" : "to", value_of(report, server, metric));
    sj_grid_add(&grid, text);
    free(metric);
    static const char *const columns[] = {"share", "exit_time", "relaxation_time"};
    for (size_t k = 0; k < 3; k++) {
      metric = sj_format("verdict.%s.%s", names[i], columns[k]);
      add_figure(report, &grid, server, metric, 1);
      free(metric);
    }
    metric = sj_format("verdict.%s.exit_time", names[i]);
    sj_grid_add(&grid, duration(report, server, metric, text));
    free(metric);
  }
  print(report, &grid, "What the verdict rests on: the regimes of", server);
  const double separation = value_of(report, server, "verdict.separation");
  if (!isnan(separation))
    sj_text_add(report->text, "  getting from one to the other: %.3g times slower than all else in the chain\n",
                separation);
}

/* A row with mean and deviation. */
static void add_level(struct report *report, struct sj_grid *grid, const char *component, const char *metric,
                      const char *label, double scale, bool std) {
  char *const mean = sj_format("%s%s", metric, std ? ".mean" : ""), *const deviation = sj_format("%s.std", metric);
  if (find(report, component, mean) != SIZE_MAX) {
    sj_grid_add(grid, label);
    add_figure(report, grid, component, mean, scale);
    if (std)
      add_figure(report, grid, component, deviation, scale);
    else
      sj_grid_add(grid, "");
  }
  free(mean);
  free(deviation);
}

static void add_time(struct report *report, struct sj_grid *grid, const char *component, const char *metric,
                     const char *label) {
  if (isnan(value_of(report, component, metric))) return;
  double scale = 1;
  const char *const unit = sj_time_unit_for(value_of(report, component, metric), report->results->time_unit, &scale);
  char *const whole = sj_format("%s (%s)", label, unit);
  add_level(report, grid, component, metric, whole, scale, false);
  free(whole);
}

static void add_rate(struct report *report, struct sj_grid *grid, const char *component, const char *metric,
                     const char *label) {
  char *const whole = sj_format("%s (per %s)", label, report->results->time_unit);
  add_level(report, grid, component, metric, whole, 1, false);
  free(whole);
}

static void add_server(struct report *report, const char *server) {
  static const char *const words[] = {"", "mean", "std"};
  struct sj_grid grid = {0};
  heading(&grid, words, 3);
  add_level(report, &grid, server, "in_system", "requests in the system", 1, true);
  add_level(report, &grid, server, "waiting", "of them waiting", 1, true);
  add_level(report, &grid, server, "orbit", "in the orbit, to retry", 1, true);
  add_level(report, &grid, server, "utilization.mean", "utilization (%)", 100, false);
  add_level(report, &grid, server, "full", "time full (%)", 100, false);
  add_level(report, &grid, server, "empty", "time empty (%)", 100, false);
  add_rate(report, &grid, server, "throughput", "throughput");
  add_rate(report, &grid, server, "lost.rate", "lost");
  add_time(report, &grid, server, "sojourn.mean", "time in the system");
  add_time(report, &grid, server, "wait.mean", "of it waiting");
  add_time(report, &grid, server, "service.mean", "of it in service");
  print(report, &grid, "Steady state of server", server);
}

static void add_client(struct report *report, const char *client) {
  static const char *const words[] = {"", "mean", ""};
  struct sj_grid grid = {0};
  heading(&grid, words, 3);
  add_time(report, &grid, client, "latency.mean", "latency");
  add_rate(report, &grid, client, "goodput", "goodput");
  print(report, &grid, "Steady state of client", client);
}

static void add_hitting(struct report *report, const char *server) {
  static const char *const rows[][3] = {
      {"hitting.full_to_empty.mean", "hitting.full_to_empty.std", "full until empty"},
      {"hitting.full_to_no_queue.mean", "hitting.full_to_no_queue.std", "full until nobody is in it"},
      {"hitting.full_to_low.mean", "hitting.full_to_low.std", "full until low"},
      {"hitting.empty_to_high.mean", "hitting.empty_to_high.std", "empty until high"},
      {"hitting.high_to_low.mean", "", "high until low, on average"},
      {"hitting.high_to_low.soonest", "", "  at the soonest"},
      {"hitting.high_to_low.latest", "", "  at the latest"},
      {"recovery.mean", "recovery.std", "end of the fault until low"}};
  char *const mean = sj_format("mean (%s)", report->results->time_unit), *const std = sj_format(
                                                                             "std (%s)", report->results->time_unit);
  const char *const words[] = {"", mean, std, "mean, in words"};
  struct sj_grid grid = {0};
  heading(&grid, words, 4);
  free(mean);
  free(std);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[64];
    if (find(report, server, rows[i][0]) == SIZE_MAX) continue;
    sj_grid_add(&grid, rows[i][2]);
    add_figure(report, &grid, server, rows[i][0], 1);
    add_figure(report, &grid, server, rows[i][1], 1);
    sj_grid_add(&grid, duration(report, server, rows[i][0], text));
  }
  print(report, &grid, "How long it takes", server);
}

static void add_chain(struct report *report) {
  static const char *const words[] = {"", "value", "in words"};
  static const char *const rows[][2] = {{"relaxation_time", "relaxation time, 1 / spectral gap"},
                                        {"mixing_time", "mixing time, to 1 % from empty or full"},
                                        {"mixing_time.bound", "log2(100) / spectral gap"}};
  struct sj_grid grid = {0};
  heading(&grid, words, 3);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[64];
    if (find(report, "", rows[i][0]) == SIZE_MAX) continue;
    char *const label = sj_format("%s (%s)", rows[i][1], report->results->time_unit);
    sj_grid_add(&grid, label);
    add_figure(report, &grid, "", rows[i][0], 1);
    sj_grid_add(&grid, duration(report, "", rows[i][0], text));
    free(label);
  }
  print(report, &grid, "How soon it forgets where it began", "");
}

static void add_spectrum(struct report *report) {
  char *const unit = sj_format("real (1/%s)", report->results->time_unit);
  const char *const words[] = {"eigenvalue", unit, "imaginary", "error"};
  struct sj_grid grid = {0};
  heading(&grid, words, 4);
  free(unit);
  for (size_t k = 0;; k++) {
    char re[32], im[32], number[32], error[32], none[32];
    snprintf(re, sizeof re, "spectrum[%zu].re", k);
    snprintf(im, sizeof im, "spectrum[%zu].im", k);
    const size_t index = find(report, "", re);
    if (index == SIZE_MAX) break;
    snprintf(number, sizeof number, "%zu", k);
    sj_grid_add(&grid, number);
    add_figure(report, &grid, "", re, 1);
    add_figure(report, &grid, "", im, 1);
    sj_figure_text((struct sj_figure){sj_results_exact(report->results, index).error, NAN}, 1, error, none);
    sj_grid_add(&grid, k ? error : "0");
  }
  print(report, &grid, "Spectrum of the chain", "");
}

static void add_transient(struct report *report) {
  const struct sj_results *const results = report->results;
  if (results->run_count == 0 || !results->runs[0].series || results->series_count == 0) return;
  struct sj_grid grid = {0};
  const size_t most = 4, shown = results->series_count < most ? results->series_count : most;
  const size_t stride = (results->grid_count + MOST_ROWS - 2) / (MOST_ROWS - 1);
  char *const time = sj_format("time (%s)", results->time_unit);
  sj_grid_start(&grid, shown + 1);
  sj_grid_add(&grid, time);
  free(time);
  for (size_t s = 0; s < shown; s++) sj_grid_add(&grid, results->series[s].name);
  for (size_t i = 0; i < results->grid_count; i++) {
    if (i % stride != 0 && i + 1 < results->grid_count) continue;
    char number[32];
    sj_grid_add(&grid, sj_number_text(results->grid_start + (double)i * results->grid_step, number));
    for (size_t s = 0; s < shown; s++)
      sj_grid_add_figure(&grid, (struct sj_figure){results->runs[0].series[s * results->grid_count + i], NAN}, 1);
  }
  print(report, &grid, "From the empty system on", "");
}

/* What would make it stable: the metrics SERVER.change.PATH.from and .to. */
static void add_changes(struct report *report, const char *server) {
  static const char *const words[] = {"", "is", "stable at", "change (%)"};
  char *const prefix = sj_format("%s.change.", server);
  const size_t length = strlen(prefix);
  struct sj_grid grid = {0};
  heading(&grid, words, 4);
  for (size_t i = 0; i < report->results->metric_count; i++) {
    const char *const name = report->results->metrics[i].name;
    const size_t whole = strlen(name);
    if (strncmp(name, prefix, length) != 0 || whole < length + 5 || strcmp(name + whole - 5, ".from") != 0) continue;
    char *const path = sj_format("%.*s", (int)(whole - length - 5), name + length), *const to =
                                                                                        sj_format("change.%s.to", path);
    const double from = sj_results_figure(report->results, i).value, stable = value_of(report, server, to);
    sj_grid_add(&grid, path);
    sj_grid_add_figure(&grid, (struct sj_figure){from, NAN}, 1);
    if (isnan(stable))
      sj_grid_add(&grid, "none is enough");
    else
      sj_grid_add_figure(&grid, (struct sj_figure){stable, NAN}, 1);
    sj_grid_add_figure(&grid, (struct sj_figure){100 * (stable / from - 1), NAN}, 1);
    free(path);
    free(to);
  }
  free(prefix);
  print(report, &grid, "The smallest change that makes it stable, each by itself, for", server);
}

/* Where the drift of one server vanishes: what it is drawn to, and where that tips over. */
static void add_fixed_points(struct report *report, const json_t *picture) {
  static const char *const words[] = {"kind", "requests", "in the orbit"};
  const json_t *point;
  size_t i;
  struct sj_grid grid = {0};
  heading(&grid, words, 3);
  json_array_foreach(json_object_get(picture, "fixed_points"), i, point) {
    sj_grid_add(&grid, json_string_value(json_object_get(point, "kind")));
    const double q = json_number_value(json_object_get(point, "q")), o = json_number_value(json_object_get(point, "o"));
    sj_grid_add_figure(&grid, (struct sj_figure){q, NAN}, 1);
    sj_grid_add_figure(&grid, (struct sj_figure){o, NAN}, 1);
  }
  print(report, &grid, "Where requests neither gather nor drain on average, at",
        json_string_value(json_object_get(picture, "server")));
}

static void add_pictures(struct report *report) {
  if (!report->results->picture) return;
  json_t *const pictures = json_loads(report->results->picture, 0, NULL);
  const json_t *picture;
  size_t i;
  json_array_foreach(pictures, i, picture) { add_fixed_points(report, picture); }
  json_decref(pictures);
}

/* ---- the whole ---- */

/* Calls `add` with each component that has the metric `ending`. */
static void each(struct report *report, const char *ending, void (*add)(struct report *report, const char *name)) {
  const size_t length = strlen(ending);
  for (size_t i = 0; i < report->results->metric_count; i++) {
    const char *const name = report->results->metrics[i].name;
    const size_t whole = strlen(name);
    if (whole <= length || strcmp(name + whole - length, ending) != 0) continue;
    char *const component = sj_format("%.*s", (int)(whole - length), name);
    if (find(report, component, "empty") != SIZE_MAX || find(report, component, "goodput") != SIZE_MAX)
      add(report, component);
    free(component);
  }
}

/* The solver says in a note what its verdict leaves out. */
static void say_doubt(struct report *report, const char *server) {
  char *const prefix = sj_format("the orbit of `%s` is full ", server);
  for (size_t i = 0; i < report->results->note_count; i++)
    if (strncmp(report->results->notes[i], prefix, strlen(prefix)) == 0)
      paragraph(report, "But this is doubtful: the orbit is too small for it, as a note below says.");
  free(prefix);
}

static void say_all(struct report *report, const char *server) {
  if (verdict_of(report, server)) sj_text_add(report->text, "\n");
  say_verdict(report, server);
  say_recovery(report, server);
  say_doubt(report, server);
  const char *const verdict = verdict_of(report, server);
  if (verdict && strcmp(verdict, "stable") != 0 && !has_changes(report, server))
    paragraph(report, "(--changes tells what would make it stable.)");
}

static void add_server_tables(struct report *report, const char *server) {
  add_changes(report, server);
  add_regimes(report, server);
  add_hitting(report, server);
  add_server(report, server);
}

void sj_solved_verdict(const struct sj_results *results, const char *server, struct sj_text *text) {
  struct report report = {.results = results, .text = text};
  say_verdict(&report, server);
  say_recovery(&report, server);
  say_doubt(&report, server);
}

void sj_solved_report(const struct sj_results *results, struct sj_text *text) {
  struct report report = {.results = results, .text = text};
  sj_text_add(text, "%s%s%s, solved\n", results->model, results->scenario ? ", scenario " : "",
              results->scenario ? results->scenario : "");
  each(&report, ".empty", say_all);
  each(&report, ".empty", add_server_tables);
  add_pictures(&report);
  each(&report, ".goodput", add_client);
  add_chain(&report);
  add_spectrum(&report);
  add_transient(&report);
  if (results->note_count > 0 || report.doubtful) sj_text_add(text, "\n");
  if (report.doubtful) sj_note_text("what is marked ? cannot be had to 6 digits", text);
  for (size_t i = 0; i < results->note_count; i++) sj_note_text(results->notes[i], text);
}
