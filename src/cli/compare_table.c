#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/compare.h"
#include "cli/heading.h"
#include "model/model.h"
#include "results/results.h"
#include "results/table.h"

enum { WIDTH = 80 };

static const struct sj_results *results_of(const struct sj_contest *c, size_t place) {
  return c->alternatives[c->ranks[place].alternative].results;
}

static const char *name_at(const struct sj_contest *c, size_t place) { return c->names[c->ranks[place].alternative]; }

static struct sj_figure figure_of(const struct sj_results *results, const char *metric) {
  const size_t index = sj_results_find(results, metric);
  return index == SIZE_MAX ? (struct sj_figure){NAN, NAN} : sj_results_figure(results, index);
}

/* ---- what stands in a column ---- */

/* A quantity and how it is shown. */
struct column {
  char *heading; /* "latency.p99 (ms)" */
  char *metric;  /* NULL: the utilization of the busiest server */
  double scale;
};

/* The utilization of the server that has most to do. */
static struct sj_figure busiest(const struct sj_results *results) {
  static const char ending[] = ".utilization.mean";
  struct sj_figure most = {NAN, NAN};
  for (size_t i = 0; i < results->metric_count; i++) {
    const char *const name = results->metrics[i].name;
    const size_t length = strlen(name);
    if (length < sizeof ending || strcmp(name + length - (sizeof ending - 1), ending) != 0) continue;
    const struct sj_figure figure = sj_results_figure(results, i);
    if (isnan(most.value) || figure.value > most.value) most = figure;
  }
  return most;
}

static struct sj_figure cell(const struct column *column, const struct sj_results *results) {
  return column->metric ? figure_of(results, column->metric) : busiest(results);
}

/* The name without the client that the whole table is about. */
static const char *short_name(const struct sj_contest *c, const char *metric) {
  const size_t length = c->client ? strlen(c->client) : 0;
  return length && !strncmp(metric, c->client, length) && metric[length] == '.' ? metric + length + 1 : metric;
}

/* The column of a metric, in a unit that suits the smallest time in it. */
static struct column column_of(const struct sj_contest *c, const char *metric, const char *name) {
  struct column column = {.metric = sj_copy_string(metric)};
  double least = NAN;
  for (size_t i = 0; i < c->count; i++) least = fmin(least, figure_of(c->alternatives[i].results, metric).value);
  column.heading = sj_heading(metric, name, least, c->alternatives[0].results->time_unit, &column.scale);
  return column;
}

enum { MOST_COLUMNS = 5 };

/* The figure ranked by first, then the others by importance. */
static size_t choose_columns(const struct sj_contest *c, struct column *columns) {
  static const char *const others[] = {"latency.mean", "latency.p99", "failed.ratio"};
  size_t count = 0;
  columns[count++] = column_of(c, c->by, short_name(c, c->by));
  /* Behind a latency it is clear what a mean is of. */
  static const char latency[] = "latency.";
  const size_t clear = sizeof latency - 1;
  const bool of_latency = !strncmp(short_name(c, c->by), latency, clear);
  for (size_t i = 0; c->client && i < sizeof others / sizeof *others; i++) {
    char *const metric = sj_format("%s.%s", c->client, others[i]);
    const bool shorter = of_latency && !strncmp(others[i], latency, clear);
    if (strcmp(metric, c->by) != 0) columns[count++] = column_of(c, metric, others[i] + (shorter ? clear : 0));
    free(metric);
  }
  if (count < MOST_COLUMNS) columns[count++] = (struct column){.heading = sj_copy_string("busiest (%)"), .scale = 100};
  return count;
}

static void free_columns(struct column *columns, size_t count) {
  for (size_t i = 0; i < count; i++) {
    free(columns[i].heading);
    free(columns[i].metric);
  }
}

/* ---- the ranking ---- */

static bool told_apart(const struct sj_contest *c, size_t place) { return c->ranks[place].above.distinguishable; }

static void fill(const struct sj_contest *c, const struct column *columns, size_t count, struct sj_grid *grid) {
  int digits = 1;
  for (size_t i = c->count; i >= 10; i /= 10) digits++;
  sj_grid_start(grid, count + 1);
  char *const corner = sj_format("%*s   scenario", digits, "");
  sj_grid_add(grid, corner);
  free(corner);
  for (size_t i = 0; i < count; i++) sj_grid_add(grid, columns[i].heading);
  for (size_t place = 0; place < c->count; place++) {
    const bool numbered = !isnan(c->ranks[place].figure.value);
    char *const rank = numbered ? sj_format("%zu", place + 1) : sj_copy_string("-");
    char *const label = sj_format("%*s %c %s", digits, rank, numbered && place > 0 && !told_apart(c, place) ? '=' : ' ',
                                  name_at(c, place));
    sj_grid_add(grid, label);
    for (size_t i = 0; i < count; i++)
      sj_grid_add_figure(grid, cell(&columns[i], results_of(c, place)), columns[i].scale);
    free(label);
    free(rank);
  }
}

/* Prints as many of the columns as fit, at least the first. */
static void add_ranking(const struct sj_contest *c, struct sj_text *text) {
  struct column columns[MOST_COLUMNS];
  const size_t all = choose_columns(c, columns);
  for (size_t count = all; count > 0; count--) {
    struct sj_grid grid = {0};
    struct sj_text table = {0};
    fill(c, columns, count, &grid);
    sj_grid_print(&grid, 0, &table);
    sj_grid_clear(&grid);
    const bool fits = count == 1 || sj_widest(table.data) <= WIDTH;
    if (fits) sj_text_add(text, "\n%s", table.data);
    free(table.data);
    if (fits) break;
  }
  free_columns(columns, all);
}

static size_t least_runs(const struct sj_contest *c) {
  size_t least = SIZE_MAX;
  for (size_t i = 0; i < c->count; i++) {
    const size_t runs = c->alternatives[i].results->run_count;
    if (runs < least) least = runs;
  }
  return least;
}

static void add_legend(const struct sj_contest *c, struct sj_text *text) {
  bool any = false, none = false;
  for (size_t place = 0; place < c->count; place++) {
    const bool numbered = !isnan(c->ranks[place].figure.value);
    any |= place > 0 && numbered && !told_apart(c, place);
    none |= !numbered;
  }
  if (any || none) sj_text_add(text, "\n");
  if (any && least_runs(c) < 2)
    sj_text_add(text, "= not distinguishable from the one above: that takes at least two runs\n");
  else if (any)
    sj_text_add(text,
                "= not distinguishable from the one above (paired differences of the runs; 95 %%\n"
                "  for all neighbours together, by Holm)\n");
  if (none) sj_text_add(text, "- no such number: not ranked\n");
}

/* ---- differences, scores ---- */

static void add_against(const struct sj_contest *c, struct sj_text *text) {
  struct column column = column_of(c, c->by, short_name(c, c->by));
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 4);
  sj_grid_add(&grid, "scenario");
  sj_grid_add(&grid, column.heading);
  sj_grid_add(&grid, "relative (%)");
  sj_grid_add(&grid, "");
  for (size_t place = 0; place < c->count; place++) {
    const size_t i = c->ranks[place].alternative;
    if (i == c->against) continue;
    const struct sj_difference *const difference = &c->differences[i];
    sj_grid_add(&grid, c->names[i]);
    sj_grid_add_figure(&grid, difference->absolute, column.scale);
    sj_grid_add_figure(&grid, difference->relative, 100);
    sj_grid_add(&grid, difference->distinguishable || isnan(difference->absolute.value) ? "" : "not distinguishable");
  }
  sj_text_add(text, "\ndifference to \"%s\", run by run\n", c->names[c->against]);
  sj_grid_print(&grid, 2, text);
  sj_grid_clear(&grid);
  free_columns(&column, 1);
}

/* a, b, c, ...; a number past z. */
static const char *letter_of(size_t index, char letter[8]) {
  if (index < 26)
    snprintf(letter, 8, "%c", (char)('a' + index));
  else
    snprintf(letter, 8, "%zu", index < 9999 ? index + 1 : 9999);
  return letter;
}

/* By total, then by rank. The criteria's names would not fit in a line: letters stand for them. */
static void add_scores(const struct sj_contest *c, struct sj_text *text) {
  struct sj_grid grid = {0};
  char letter[8];
  sj_grid_start(&grid, c->criterion_count + 2);
  sj_grid_add(&grid, "scenario");
  for (size_t k = 0; k < c->criterion_count; k++) sj_grid_add(&grid, letter_of(k, letter));
  sj_grid_add(&grid, "total");
  for (int total = (int)(5 * c->criterion_count); total >= 0; total--)
    for (size_t place = 0; place < c->count; place++) {
      const size_t i = c->ranks[place].alternative;
      char number[16];
      if (c->totals[i] != total) continue;
      sj_grid_add(&grid, c->names[i]);
      for (size_t k = 0; k < c->criterion_count; k++) {
        const int points = c->points[i * c->criterion_count + k];
        snprintf(number, sizeof number, "%d", points);
        sj_grid_add(&grid, points ? number : "-");
      }
      snprintf(number, sizeof number, "%d", total);
      sj_grid_add(&grid, number);
    }
  sj_text_add(text, "\npoints by quintiles of mean + deviation over the runs, 5 for the best fifth\n");
  for (size_t k = 0; k < c->criterion_count; k++)
    sj_text_add(text, "  %s  %s\n", letter_of(k, letter), short_name(c, c->criteria[k].metric));
  sj_grid_print(&grid, 2, text);
  sj_grid_clear(&grid);
}

/* ---- heading, notes ---- */

static void add_heading(const struct sj_contest *c, struct sj_text *text) {
  char number[32], other[32];
  uint64_t events = 0;
  bool partial = false, same_duration = true;
  size_t least = least_runs(c), most = 0;
  const struct sj_results *const first = c->alternatives[0].results;
  for (size_t i = 0; i < c->count; i++) {
    const struct sj_results *const results = c->alternatives[i].results;
    for (size_t r = 0; r < results->run_count; r++) events += results->runs[r].events;
    if (results->run_count > most) most = results->run_count;
    partial |= results->partial;
    same_duration &= results->duration == first->duration;
  }
  sj_text_add(text, "%s: %zu scenario%s, ranked by %s (%s is good)\n", first->model, c->count, c->count == 1 ? "" : "s",
              c->by, c->direction == SJ_HIGH_IS_GOOD ? "high" : "low");
  if (least < most)
    sj_text_add(text, "%zu to %zu runs each", least, most);
  else
    sj_text_add(text, "%zu run%s each", least, least == 1 ? "" : "s");
  if (same_duration) sj_text_add(text, " of %s %s", sj_length_text(first->duration, number), first->time_unit);
  sj_figure_text((struct sj_figure){(double)events, NAN}, 1, number, other);
  sj_text_add(text, ", seed %" PRIu64 "; %s events\n", first->seed, number);
  if (partial) sj_text_add(text, "partial: fewer runs than were asked for\n");
}

/* In how many scenarios the note stands. */
static size_t occurrences(const struct sj_contest *c, const char *note) {
  size_t count = 0;
  for (size_t i = 0; i < c->count; i++)
    for (size_t n = 0; n < c->alternatives[i].results->note_count; n++)
      count += !strcmp(c->alternatives[i].results->notes[n], note);
  return count;
}

/* What all scenarios say once; the warm-ups, which each of them has, are left to the JSON document. */
static void add_notes(const struct sj_contest *c, struct sj_text *text) {
  struct sj_text notes = {0};
  if (sj_contest_has_seeds(c)) sj_note_text(sj_contest_seeds_note, &notes);
  for (size_t i = 0; i < c->count; i++) {
    const struct sj_results *const results = c->alternatives[i].results;
    for (size_t n = 0; n < results->note_count; n++) {
      const char *const note = results->notes[n];
      const bool common = c->count > 1 && occurrences(c, note) == c->count;
      if (!strncmp(note, "warm-up of ", 11) || (common && i > 0)) continue;
      char *const named = common ? sj_copy_string(note) : sj_format("scenario \"%s\": %s", c->names[i], note);
      sj_note_text(named, &notes);
      free(named);
    }
  }
  if (notes.length) sj_text_add(text, "\n%s", notes.data);
  free(notes.data);
}

void sj_contest_table(const struct sj_contest *c, struct sj_text *text) {
  add_heading(c, text);
  add_ranking(c, text);
  add_legend(c, text);
  if (c->differences) add_against(c, text);
  if (c->points) add_scores(c, text);
  add_notes(c, text);
  for (size_t i = 0; i < c->count; i++) {
    if (!c->models[i]->expectation_count) continue;
    sj_text_add(text, "\n");
    break;
  }
}
