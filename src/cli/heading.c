#include "cli/heading.h"

#include <stdbool.h>
#include <string.h>

#include "base/base.h"
#include "results/table.h"

static bool has_word(const char *metric, const char *word) {
  const char *const found = strstr(metric, word);
  return found && found > metric && found[-1] == '.' && strchr(".", found[strlen(word)]);
}

static bool ends_with(const char *text, const char *ending) {
  const size_t length = strlen(text), more = strlen(ending);
  return length >= more && !strcmp(text + length - more, ending);
}

static bool is_time(const char *metric) {
  return has_word(metric, "latency") || has_word(metric, "sojourn") || has_word(metric, "wait") ||
         has_word(metric, "service");
}

static bool is_share(const char *metric) {
  return ends_with(metric, ".ratio") || ends_with(metric, ".utilization.mean") || ends_with(metric, ".full") ||
         ends_with(metric, ".empty");
}

static bool is_rate(const char *metric) {
  return ends_with(metric, ".rate") || ends_with(metric, ".goodput") || ends_with(metric, ".throughput") ||
         ends_with(metric, ".growth");
}

char *sj_heading(const char *metric, const char *name, double least, const char *time_unit, double *scale) {
  *scale = 1;
  if (is_time(metric)) return sj_format("%s (%s)", name, sj_time_unit_for(least, time_unit, scale));
  if (is_share(metric)) {
    *scale = 100;
    const char *const ending = ends_with(name, ".ratio") ? ".ratio" : "";
    return sj_format("%.*s (%%)", (int)(strlen(name) - strlen(ending)), name);
  }
  if (is_rate(metric)) return sj_format("%s (per %s)", name, time_unit);
  return sj_copy_string(name);
}

size_t sj_widest(const char *text) {
  size_t most = 0, width = 0;
  for (; *text; text++) {
    width = *text == '\n' ? 0 : width + (((unsigned char)*text & 0xc0) != 0x80);
    if (width > most) most = width;
  }
  return most;
}
