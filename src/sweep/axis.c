/* --vary: from text to values. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "sojourn/sweep.h"

/* A number as people write one: none of strtod's spaces, hexadecimal, infinities and nans. `*decimals` are the places
 * behind its point that count. */
static bool read_number(const char *text, double *x, int *decimals) {
  if (!*text || strspn(text, "0123456789+-.eE") != strlen(text)) return false;
  char *end = NULL;
  *x = strtod(text, &end);
  if (*end || !isfinite(*x)) return false;
  const char *const point = strchr(text, '.'), *const exponent = strpbrk(text, "eE");
  const long digits = point ? (long)strspn(point + 1, "0123456789") : 0;
  const long shift = exponent ? strtol(exponent + 1, NULL, 10) : 0;
  *decimals = digits > shift ? (int)(digits - shift) : 0;
  return true;
}

static void add_text(struct sj_sweep_axis *axis, char *text) {
  if (!(axis->count & (axis->count - 1)))
    axis->texts = sj_reallocate_array(axis->texts, axis->count ? 2 * axis->count : 1, sizeof *axis->texts);
  axis->texts[axis->count++] = text;
}

static void add_number(struct sj_sweep_axis *axis, double x) {
  char text[32];
  add_text(axis, sj_copy_string(sj_number_text(x == 0 ? 0 : x, text)));
}

/* ---- ranges ---- */

/* "a:b:step" in its parts; `step` is empty without one. */
struct range {
  const char *whole; /* for messages */
  double low, high, step;
  int decimals;
  bool factor, stepless; /* *step; nothing behind the second colon, or no colon */
};

static enum sj_status wrong(const struct range *range, const char *what, struct sj_error *error) {
  return sj_error_set(error, SJ_INVALID, "--vary %s: %s", range->whole, what);
}

static enum sj_status read_range(const char *text, struct range *range, struct sj_error *error) {
  static const char expected[] = "expected PATH=a:b:step, PATH=a:b:*factor, PATH=x,y,z, or for --sobol PATH=a:b";
  char *const copy = sj_copy_string(text), *const first = strchr(copy, ':'), *const second = strchr(first + 1, ':');
  int a = 0, b = 0, c = 0;
  *first = 0;
  if (second) *second = 0;
  bool good = read_number(copy, &range->low, &a) && read_number(first + 1, &range->high, &b);
  range->stepless = !second || !strcmp(second + 1, "*");
  range->factor = second && second[1] == '*';
  if (!range->stepless) good = good && read_number(second + 1 + range->factor, &range->step, &c);
  range->decimals = a > c ? a : c;
  free(copy);
  return good ? SJ_OK : wrong(range, expected, error);
}

/* How many steps lie between the ends; the last may miss by 1e-9 of a step. */
static enum sj_status count_steps(const struct range *range, double *steps, struct sj_error *error) {
  static const char away[] = "the step leads away from the end";
  const double nearly = 1e-9;
  *steps = 0;
  if (range->factor) {
    if (!(range->low > 0 && range->high > 0))
      return wrong(range, "both ends of a range by factors must be above 0", error);
    if (!(range->step > 0) || range->step == 1)
      return wrong(range, "the factor must be above 0 and other than 1", error);
    *steps = log(range->high / range->low) / log(range->step);
  } else {
    if (range->step == 0) return wrong(range, "the step is 0", error);
    *steps = (range->high - range->low) / range->step;
  }
  if (*steps < -nearly) return wrong(range, away, error);
  *steps = floor(*steps + nearly);
  if (*steps >= SJ_SWEEP_MOST_POINTS) return wrong(range, "has more than a hundred thousand values", error);
  return SJ_OK;
}

static double rounded(const struct range *range, double x) {
  char text[400];
  enum { DIGITS = 12, MOST_DECIMALS = 40 };
  if (range->factor)
    snprintf(text, sizeof text, "%.*g", DIGITS, x);
  else if (range->decimals <= MOST_DECIMALS)
    snprintf(text, sizeof text, "%.*f", range->decimals, x);
  else
    return x;
  return strtod(text, NULL);
}

static enum sj_status take_steps(const struct range *range, struct sj_sweep_axis *axis, struct sj_error *error) {
  double steps;
  const enum sj_status status = count_steps(range, &steps, error);
  if (status != SJ_OK) return status;
  for (double i = 0; i <= steps; i++) {
    const double x = range->factor ? range->low * pow(range->step, i) : range->low + i * range->step;
    add_number(axis, i == 0 ? range->low : rounded(range, x));
  }
  return SJ_OK;
}

static enum sj_status take_range(const struct range *range, bool sample, struct sj_sweep_axis *axis,
                                 struct sj_error *error) {
  if (!range->stepless) return take_steps(range, axis, error);
  if (!sample)
    return wrong(range, "expected a step, PATH=a:b:step or PATH=a:b:*factor; a range without is for --sobol", error);
  if (!(range->low < range->high)) return wrong(range, "expected a first end below the second", error);
  if (range->factor && !(range->low > 0))
    return wrong(range, "both ends of a logarithmic range must be above 0", error);
  axis->continuous = true;
  axis->logarithmic = range->factor;
  axis->low = range->low;
  axis->high = range->high;
  return SJ_OK;
}

/* ---- lists ---- */

/* The comma that ends the value at `text`, or its end: not one in brackets or quotes. */
static const char *end_of_value(const char *text) {
  int depth = 0;
  char quote = 0;
  for (; *text; text++) {
    if (quote) {
      if (*text == quote) quote = 0;
    } else if (*text == '"' || *text == '\'') {
      quote = *text;
    } else if (strchr("([{", *text)) {
      depth++;
    } else if (strchr(")]}", *text)) {
      depth--;
    } else if (*text == ',' && depth <= 0) {
      break;
    }
  }
  return text;
}

static enum sj_status take_list(const struct range *range, const char *text, struct sj_sweep_axis *axis,
                                struct sj_error *error) {
  for (const char *at = text;; at++) {
    const char *const start = at;
    at = end_of_value(at);
    if (at == start) return wrong(range, "a value is missing", error);
    if (axis->count == SJ_SWEEP_MOST_POINTS) return wrong(range, "has more than a hundred thousand values", error);
    char *const value = sj_format("%.*s", (int)(at - start), start);
    double x;
    int ignored;
    if (read_number(value, &x, &ignored)) {
      add_number(axis, x);
      free(value);
    } else {
      add_text(axis, value);
    }
    if (!*at) return SJ_OK;
  }
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static enum sj_status check_twice(const struct range *range, const struct sj_sweep_axis *axis, struct sj_error *error) {
  char **const sorted = sj_allocate_array(axis->count, sizeof *sorted);
  memcpy(sorted, axis->texts, axis->count * sizeof *sorted);
  qsort(sorted, axis->count, sizeof *sorted, by_text);
  const char *twice = NULL;
  for (size_t i = 1; i < axis->count && !twice; i++)
    if (!strcmp(sorted[i - 1], sorted[i])) twice = sorted[i];
  free(sorted);
  if (!twice) return SJ_OK;
  return sj_error_set(error, SJ_INVALID, "--vary %s: the value %s is there twice", range->whole, twice);
}

enum sj_status sj_sweep_axis_read(const char *text, bool sample, struct sj_sweep_axis *axis, struct sj_error *error) {
  *axis = (struct sj_sweep_axis){.low = NAN, .high = NAN};
  struct range range = {.whole = text};
  const char *const equals = strchr(text, '=');
  if (!equals || equals == text)
    return sj_error_set(error, SJ_INVALID,
                        "--vary %s: expected PATH=a:b:step or PATH=x,y,z, as in web.arrivals.rate=6:9:0.5", text);
  axis->path = sj_format("%.*s", (int)(equals - text), text);
  const char *const values = equals + 1;
  enum sj_status status;
  if (strchr(values, ':') && strchr("0123456789+-.", *values) && !strchr(values, ',')) {
    status = read_range(values, &range, error);
    if (status == SJ_OK) status = take_range(&range, sample, axis, error);
  } else {
    status = take_list(&range, values, axis, error);
  }
  return status == SJ_OK && axis->count ? check_twice(&range, axis, error) : status;
}

void sj_sweep_axis_clear(struct sj_sweep_axis *axis) {
  for (size_t i = 0; i < axis->count; i++) free(axis->texts[i]);
  free(axis->texts);
  free(axis->path);
  *axis = (struct sj_sweep_axis){0};
}
