#include <math.h>
#include <stdio.h>
#include <string.h>

#include "results/solved.h"

/* Seconds in a model's unit of time; NAN for one of another name. */
static double seconds_of(const char *unit) {
  static const struct {
    const char *name;
    double seconds;
  } units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"minute", 60}, {"hour", 3600}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (strcmp(unit, units[i].name) == 0) return units[i].seconds;
  return NAN;
}

static const double year = 31557600; /* seconds, of 365.25 days */

/* Three digits, as few characters as that takes. */
static const char *short_number(double x, char text[32]) {
  const int decimals = x >= 100 ? 0 : x >= 10 ? 1 : 2;
  if (x != 0 && (x < 0.01 || x >= 1e6))
    snprintf(text, 32, "%.2e", x);
  else
    snprintf(text, 32, "%.*f", decimals, x);
  if (strchr(text, '.') && !strchr(text, 'e')) {
    size_t length = strlen(text);
    while (text[length - 1] == '0') length--;
    if (text[length - 1] == '.') length--;
    text[length] = 0;
  }
  return text;
}

void sj_duration_text(double value, double logarithm, const char *unit, char text[64]) {
  /* From each on, the next larger unit is the one to say. */
  static const struct {
    double seconds, until;
    const char *name;
  } steps[] = {{1e-6, 1e-3, "µs"},       {1e-3, 1, "ms"},         {1, 120, "s"},
               {60, 7200, "minutes"},    {3600, 172800, "hours"}, {86400, 6.3e7, "days"},
               {year, INFINITY, "years"}};
  const double unit_seconds = seconds_of(unit), seconds = value * unit_seconds;
  char number[32];
  if (isnan(value)) {
    snprintf(text, 64, "-");
  } else if (isnan(unit_seconds)) {
    if (isinf(value))
      snprintf(text, 64, "10^%.1f %ss", logarithm, unit);
    else
      snprintf(text, 64, "%s %ss", short_number(value, number), unit);
  } else if (value == 0) {
    snprintf(text, 64, "0 s");
  } else {
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof *steps && seconds >= steps[i].until) i++;
    const double shown = seconds / steps[i].seconds;
    if (isinf(value))
      snprintf(text, 64, "10^%.1f years", logarithm + log10(unit_seconds / year));
    else if (shown >= 1e9)
      snprintf(text, 64, "10^%.1f years", log10(shown));
    else
      snprintf(text, 64, "%s %s", short_number(shown, number), steps[i].name);
  }
}
