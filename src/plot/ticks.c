#include "plot/ticks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

struct list {
  struct sj_tick *ticks;
  size_t count;
};

static void add(struct list *list, double at, const char *label) {
  list->ticks = sj_reallocate_array(list->ticks, list->count + 1, sizeof *list->ticks);
  list->ticks[list->count++] = (struct sj_tick){.at = at, .label = label ? sj_copy_string(label) : NULL};
}

void sj_ticks_destroy(struct sj_tick *ticks, size_t count) {
  for (size_t i = 0; i < count; i++) free(ticks[i].label);
  free(ticks);
}

static void add_raised(int power, char *text, size_t size) {
  static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  char digits[16];
  snprintf(digits, sizeof digits, "%d", power);
  for (const char *d = digits; *d; d++) {
    const size_t length = strlen(text);
    snprintf(text + length, size - length, "%s", *d == '-' ? "⁻" : raised[*d - '0']);
  }
}

void sj_power_text(int power, bool written_out, char text[32]) {
  if (written_out || power == 0 || power == 1) {
    snprintf(text, 32, "%.*f", power < 0 ? -power : 0, pow(10, power));
  } else {
    snprintf(text, 32, "10");
    add_raised(power, text, 32);
  }
}

static void drop_zeros(char *text) {
  if (!strchr(text, '.')) return;
  size_t length = strlen(text);
  while (text[length - 1] == '0') length--;
  if (text[length - 1] == '.') length--;
  text[length] = 0;
}

void sj_short_text(double x, char text[48]) {
  const double size = fabs(x);
  if (x == 0 || !isfinite(x)) {
    snprintf(text, 48, "%g", x);
    return;
  }
  int power = (int)floor(log10(size));
  if (size / pow(10, power) >= 9.995) power++; /* as it will be rounded */
  if (power >= -3 && power < 5) {
    const int decimals = power >= 2 ? 0 : 2 - power;
    snprintf(text, 48, "%.*f", decimals, x);
    drop_zeros(text);
  } else {
    char digits[32];
    snprintf(digits, sizeof digits, "%.2f", x / pow(10, power));
    drop_zeros(digits);
    if (strcmp(digits, "1") == 0)
      snprintf(text, 48, "10");
    else
      snprintf(text, 48, "%s×10", digits);
    add_raised(power, text, 48);
  }
}

/* ---- linear ---- */

/* 1, 2 or 5 times a power of ten: the least that cuts the range into at most `most` pieces. */
static double step_of(double range, int most) {
  const double least = range / most, power = pow(10, floor(log10(least)));
  static const double steps[] = {1, 2, 5, 10};
  for (size_t i = 0; i < 3; i++)
    if (steps[i] * power >= least * (1 - 1e-9)) return steps[i] * power;
  return 10 * power;
}

static void linear(struct list *list, double low, double high) {
  const double step = step_of(high - low, 7);
  const int decimals = (int)fmax(0, -floor(log10(step) + 1e-9));
  const double first = ceil(low / step - 1e-9) + 0.0 /* not -0 */, last = floor(high / step + 1e-9);
  const bool powers = fmax(fabs(low), fabs(high)) >= 1e6 || decimals > 4;
  for (double k = first; k <= last; k++) {
    char text[48];
    if (powers)
      sj_short_text(k * step, text);
    else
      snprintf(text, sizeof text, "%.*f", decimals, k == 0 ? 0.0 : k * step);
    add(list, k * step, text);
  }
}

/* ---- logarithmic ---- */

/* Powers of ten, every `stride`-th labelled. */
static void powers(struct list *list, double log_low, double log_high, int stride, bool as_logarithms) {
  const bool written_out = log_low > -4 && log_high < 5;
  for (int p = (int)floor(log_low); p <= (int)ceil(log_high); p++) {
    if (p >= log_low - 1e-9 && p <= log_high + 1e-9) {
      char text[32] = "";
      sj_power_text(p, written_out, text);
      add(list, as_logarithms ? p : pow(10, p), p % stride == 0 ? text : NULL);
    }
    for (int m = 2; stride == 1 && m < 10; m++) {
      const double at = p + log10(m);
      if (at < log_low || at > log_high) continue;
      char text[48];
      sj_short_text(m * pow(10, p), text);
      const bool labelled = log_high - log_low < 2.2 && (m == 2 || m == 5);
      add(list, as_logarithms ? at : m * pow(10, p), labelled ? text : NULL);
    }
  }
}

static int stride_of(double decades) {
  static const int strides[] = {1, 2, 5, 10, 20, 50, 100};
  for (size_t i = 0; i < sizeof strides / sizeof *strides; i++)
    if (decades / strides[i] <= 8) return strides[i];
  return 200;
}

static const double fewest_decades = 0.7; /* in less there may be neither a 1 nor a 2 nor a 5 */

struct sj_tick *sj_logarithm_ticks(double low, double high, size_t *count) {
  struct list list = {0};
  if (high - low >= fewest_decades)
    powers(&list, low, high, stride_of(high - low), true);
  else
    linear(&list, pow(10, low), pow(10, high));
  for (size_t i = 0; high - low < fewest_decades && i < list.count; i++) list.ticks[i].at = log10(list.ticks[i].at);
  *count = list.count;
  return list.ticks;
}

struct sj_tick *sj_axis_ticks(const struct sj_axis *axis, double low, double high, size_t *count) {
  struct list list = {0};
  if (axis->tick_count > 0) {
    for (size_t i = 0; i < axis->tick_count; i++)
      if (axis->ticks[i].at >= low && axis->ticks[i].at <= high) add(&list, axis->ticks[i].at, axis->ticks[i].label);
  } else if (axis->scale == SJ_SCALE_LOG && log10(high / low) >= fewest_decades) {
    powers(&list, log10(low), log10(high), stride_of(log10(high / low)), false);
  } else {
    linear(&list, low, high);
  }
  *count = list.count;
  return list.ticks;
}
