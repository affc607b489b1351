/* A measured system as a model: what sj_measure_model writes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "results/results.h"
#include "sojourn/measure.h"
#include "stats/histogram.h"

/* Of each law, values of equal weight; each is the mean of its share of the measured times, so that the mean of all is
 * the measured one. */
enum { EMPIRICAL = 200, A_LINE = 8 };

/* A time that depends on the size of the message: base + per_row * rows on average, and how it varies. */
struct law {
  const char *name; /* of its times in the results */
  double base_s, per_row_s, cv;
};

static struct sj_histogram *histogram_of(const struct sj_results *results, const char *name) {
  for (size_t i = 0; i < results->histogram_count; i++)
    if (strcmp(results->histogram_names[i], name) == 0) return &results->runs[0].histograms[i];
  return NULL;
}

static double value_of(const struct sj_results *results, const char *name, const char *statistic) {
  char *const full = sj_format("%s%s", name, statistic);
  const double value = sj_results_value(results, full);
  free(full);
  return value;
}

static double middle_of(uint32_t cell) { return (sj_histogram_cell_low(cell) + sj_histogram_cell_high(cell)) / 2; }

/* The coefficient of variation of the times in a histogram. */
static double variation_of(const struct sj_histogram *h) {
  double count = 0, sum = 0, squares = 0;
  for (uint32_t i = 0; i < h->length; i++) {
    const double n = (double)h->counts[i], x = n > 0 ? middle_of(h->first + i) : 0;
    count += n;
    sum += n * x;
  }
  const double mean = sum / count;
  for (uint32_t i = 0; i < h->length; i++) {
    const double n = (double)h->counts[i], x = n > 0 ? middle_of(h->first + i) - mean : 0;
    squares += n * x * x;
  }
  return sqrt(squares / count) / mean;
}

/* Whether both have a rate, or both are as fast as possible: times under full load hold the time in which others ran.
 */
static bool alike(const struct sj_results *a, const struct sj_results *b) {
  return isnan(value_of(a, "parameters.rate", "")) == isnan(value_of(b, "parameters.rate", ""));
}

/* Least squares of the mean times over the rows, each relative to its size, neither coefficient below 0. */
static void fit(struct law *law, const struct sj_results *const *points, size_t count) {
  double w = 0, wx = 0, wxx = 0, wy = 0, wxy = 0, most_rows = 0;
  for (size_t i = 0; i < count; i++) {
    if (!alike(points[i], points[0])) continue;
    const double x = value_of(points[i], "parameters.payload", ""), y = value_of(points[i], law->name, ".mean");
    const double weight = 1 / (y * y);
    w += weight;
    wx += weight * x;
    wxx += weight * x * x;
    wy += weight * y;
    wxy += weight * x * y;
    if (x <= most_rows) continue;
    most_rows = x;
    law->cv = variation_of(histogram_of(points[i], law->name));
  }
  const double determinant = w * wxx - wx * wx;
  const bool two = determinant > 1e-9 * w * wxx;
  law->per_row_s = two ? (w * wxy - wx * wy) / determinant : 0;
  law->base_s = two ? (wy - law->per_row_s * wx) / w : wy / w;
  if (law->per_row_s < 0) *law = (struct law){law->name, wy / w, 0, law->cv};
  if (law->base_s < 0) *law = (struct law){law->name, 0, wxy / wxx, law->cv};
}

/* The means of `EMPIRICAL` equal shares of the times, ascending. */
static void shares_of(const struct sj_histogram *h, double values[EMPIRICAL]) {
  const double each = (double)sj_histogram_total(h) / EMPIRICAL;
  double room = each, sum = 0;
  size_t at = 0;
  for (uint32_t i = 0; i < h->length; i++) {
    const double x = middle_of(h->first + i);
    for (double left = (double)h->counts[i]; left > 0 && at < EMPIRICAL;) {
      const double part = left < room ? left : room;
      sum += part * x;
      left -= part;
      room -= part;
      if (room > 1e-9 * each) continue;
      values[at++] = sum / each;
      room = each;
      sum = 0;
    }
  }
  if (at < EMPIRICAL) values[at] = sum / (each - room > 0 ? each - room : 1); /* by rounding */
}

static void add_empirical(struct sj_text *text, const char *name, const struct sj_histogram *h) {
  double values[EMPIRICAL] = {0};
  shares_of(h, values);
  sj_text_add(text, "local %s_measured = empirical { values = {", name);
  for (size_t i = 0; i < EMPIRICAL; i++)
    sj_text_add(text, "%s%.4g%s", i % A_LINE ? " " : "\n  ", values[i], i + 1 < EMPIRICAL ? "," : "");
  sj_text_add(text, " } }\n");
}

static void add_fitted(struct sj_text *text, const struct law *law, const char *what) {
  sj_text_add(text, "-- %s: %.4g s and %.4g ns a row; deviation / mean %.3g\n", what, law->base_s, 1e9 * law->per_row_s,
              law->cv);
  sj_text_add(text, "local %s_fitted = lognormal { mean = %.6g + %.6g * rows, cv = %.4g }\n", law->name, law->base_s,
              law->per_row_s, law->cv > 1e-3 ? law->cv : 1e-3);
}

static const char *const laws[][2] = {{"generation", "to make a message"},
                                      {"transit", "from the producer to the store"},
                                      {"service", "to verify and keep it"}};
enum { LAWS = 3 };

static enum sj_status check(const struct sj_results *const *points, size_t count, struct sj_error *error) {
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < LAWS; k++) {
      const bool run = points[i]->run_count == 1;
      const struct sj_histogram *const h = run ? histogram_of(points[i], laws[k][0]) : NULL;
      if (!h || sj_histogram_total(h) < 2)
        return sj_error_set(error, SJ_INVALID, "%s: too few messages were received to make a model of them",
                            points[i]->model);
    }
  return count > 0 ? SJ_OK : sj_error_set(error, SJ_INVALID, "nothing was measured");
}

/* What the model is of is the largest message. */
static const struct sj_results *largest(const struct sj_results *const *points, size_t count) {
  const struct sj_results *found = points[0];
  for (size_t i = 1; i < count; i++)
    if (value_of(points[i], "parameters.payload", "") > value_of(found, "parameters.payload", "")) found = points[i];
  return found;
}

/* Processor time of a message in all processes, where they were busiest, without what making and keeping it takes. */
static double rest_of(const struct sj_results *const *points, size_t count, const struct sj_results *main) {
  double all = 0, busiest = 0;
  for (size_t i = 0; i < count; i++) {
    const double cores = value_of(points[i], "cpu.utilization", "");
    if (value_of(points[i], "parameters.payload", "") != value_of(main, "parameters.payload", "")) continue;
    if (cores > busiest) {
      busiest = cores;
      all = cores / value_of(points[i], "messages.rate", "");
    }
  }
  const double known = value_of(main, "generation", ".mean") + value_of(main, "service", ".mean");
  return all > known ? all - known : 0;
}

static void add_head(struct sj_text *model, const struct sj_results *results) {
  const double asked = value_of(results, "parameters.rate", ""), carried = value_of(results, "messages.rate", "");
  const double rows = value_of(results, "parameters.payload", "");
  sj_text_add(
      model,
      "-- Written by sojourn measure: %s\n"
      "-- Messages are made, go over the bus, are verified and kept. All processes share the machine's cores (or,\n"
      "-- with cores = 0, each has its own: then a producer makes one message at a time, and the store keeps one).\n"
      "-- What it does not know: that producers wait when the queue is full.\n"
      "model { title = \"measured: %s\", time_unit = \"s\" }\n\n"
      "local rate = param(\"rate\", %.6g, \"messages per second of all producers together\")\n"
      "local rows = param(\"rows\", %.0f, \"rows of a message\")\n"
      "local cores = param(\"cores\", %ld, \"that all processes share; 0: each has one of its own\")\n"
      "local law = param(\"law\", \"measured\", \"measured (at %.0f rows) or fitted (over rows)\")\n\n",
      results->model, results->model, asked > 0 ? asked : carried / 2, rows, sysconf(_SC_NPROCESSORS_ONLN), rows);
}

static void add_system(struct sj_text *model, const struct sj_results *results, double rest) {
  sj_text_add(model,
              "\n-- processor time of a message beside making and keeping it: the bus, waking others\n"
              "local rest = %.4g\n"
              "local function chosen(measured, fitted)\n"
              "  if law == \"fitted\" then return fitted end\n"
              "  return measured\n"
              "end\n"
              "local make = chosen(generation_measured, generation_fitted)\n"
              "local keep = chosen(service_measured, service_fitted)\n"
              "local bus = link { one_way = chosen(transit_measured, transit_fitted) }\n\n"
              "if cores > 0 then\n"
              "  server \"machine\" { threads = cores, discipline = \"ps\", async = true, apis = {\n"
              "    make = { work = make, calls = { { \"machine.bus\", wait = false }, { \"machine.keep\", network = "
              "bus } } },\n"
              "    bus = constant(rest), keep = keep } }\n"
              "  client \"messages\" { calls = \"machine.make\", arrivals = poisson { rate = rate } }\n"
              "else\n"
              "  servers \"producer\" { count = %.0f, service = make, forward = { { \"store\", network = bus } } }\n"
              "  server \"store\" { service = keep }\n"
              "  client \"messages\" { calls = \"producer\", arrivals = poisson { rate = rate } }\n"
              "end\n",
              rest, value_of(results, "parameters.producers", ""));
}

enum sj_status sj_measure_model(const struct sj_results *const *points, size_t count, char **text,
                                struct sj_error *error) {
  const enum sj_status status = check(points, count, error);
  if (status != SJ_OK) return status;
  struct sj_text model = {0};
  const struct sj_results *const main = largest(points, count);
  add_head(&model, main);
  for (size_t k = 0; k < LAWS; k++) {
    struct law law = {.name = laws[k][0]};
    fit(&law, points, count);
    add_fitted(&model, &law, laws[k][1]);
    add_empirical(&model, laws[k][0], histogram_of(main, laws[k][0]));
  }
  add_system(&model, main, rest_of(points, count, main));
  *text = model.data;
  return SJ_OK;
}
