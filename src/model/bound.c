#include "model/bound.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of two that begin alike the longer comes first. */
static const struct {
  const char *text;
  enum sj_comparison comparison;
} operators[] = {{"<=", SJ_LESS_EQUAL}, {">=", SJ_GREATER_EQUAL}, {"==", SJ_EQUAL}, {"<", SJ_LESS}, {">", SJ_GREATER}};
enum { OPERATORS = sizeof operators / sizeof *operators };

bool sj_bound_parse(const char *text, enum sj_comparison *comparison, double *bound) {
  while (*text == ' ') text++;
  for (size_t i = 0; i < OPERATORS; i++) {
    const size_t length = strlen(operators[i].text);
    if (strncmp(text, operators[i].text, length) != 0) continue;
    *comparison = operators[i].comparison;
    text += length;
    while (*text == ' ') text++;
    char *end;
    *bound = strtod(text, &end);
    if (end == text || !isfinite(*bound) || strpbrk(text, "xX")) return false;
    while (*end == ' ') end++;
    return !*end;
  }
  return false;
}

bool sj_bound_holds(double value, enum sj_comparison comparison, double bound) {
  switch (comparison) {
    case SJ_LESS:
      return value < bound;
    case SJ_LESS_EQUAL:
      return value <= bound;
    case SJ_GREATER:
      return value > bound;
    case SJ_GREATER_EQUAL:
      return value >= bound;
    case SJ_EQUAL:
      return value == bound;
  }
  return false;
}

const char *sj_comparison_sign(enum sj_comparison comparison) {
  for (size_t i = 0; i < OPERATORS; i++)
    if (operators[i].comparison == comparison) return operators[i].text;
  return "";
}
