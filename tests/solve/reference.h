/* Holding a chain against the lines that reference_orbit.py wrote of it. */
#ifndef TESTS_SOLVE_REFERENCE_H
#define TESTS_SOLVE_REFERENCE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "solve/chain.h"
#include "solve/orbit.h"

enum { MOST_PARTS = 16 };

/* A chain whose states are made of `parts` numbers. */
struct subject {
  const struct sj_chain *chain;
  size_t parts;
  const void *own;
  size_t (*number)(const struct subject *subject, const uint32_t *parts);
  void (*split)(const struct subject *subject, size_t state, uint32_t *parts);
};

/* The file's lines one by one; a line can be put back. */
struct lines {
  FILE *file;
  char line[512];
  bool again;
  size_t number;
};

static inline bool next_line(struct lines *lines) {
  if (lines->again) {
    lines->again = false;
    return true;
  }
  do {
    if (!fgets(lines->line, sizeof lines->line, lines->file)) return false;
    lines->number++;
  } while (lines->line[0] == '#');
  return true;
}

static inline bool begins(const struct lines *lines, const char *word) {
  const size_t length = strlen(word);
  return !strncmp(lines->line, word, length) && lines->line[length] == ' ';
}

/* The numbers after the line's first word; how many there are. */
static inline size_t numbers_of(const struct lines *lines, double *numbers, size_t most) {
  const char *at = strchr(lines->line, ' ');
  size_t count = 0;
  while (at && count < most) {
    char *end;
    numbers[count] = strtod(at, &end);
    if (end == at) break;
    at = end;
    count++;
  }
  return count;
}

static inline void assert_close(const struct lines *lines, double value, double expected, double tolerance) {
  if (!(fabs(value - expected) <= tolerance))
    fail_msg("line %zu: %.17g is not %.17g within %g", lines->number, value, expected, tolerance);
}

static inline void assert_within(double value, double expected, double tolerance) {
  if (!(fabs(value - expected) <= tolerance)) fail_msg("%.17g is not %.17g within %g", value, expected, tolerance);
}

/* As `vectors` in the program. */
static inline void vectors(uint32_t k, const uint32_t *parts, size_t count, double *z, double *x) {
  uint64_t mixed = 0;
  for (size_t i = 0; i < count; i++) mixed = mixed * 31 + parts[i] + k;
  *z = (double)(1 + mixed * 7 % 101) / 101;
  *x = (double)(mixed % 103 * (mixed % 103) % 103) / 103;
}

static inline void check_sum(const struct lines *lines, const struct subject *subject) {
  double expected[3], sum = 0;
  assert_int_equal(numbers_of(lines, expected, 3), 3);
  const struct sj_chain *const chain = subject->chain;
  for (size_t i = 0; i < chain->count; i++) {
    uint32_t parts[MOST_PARTS];
    double z, x, unused, there;
    subject->split(subject, i, parts);
    vectors((uint32_t)expected[0], parts, subject->parts, &z, &x);
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
      subject->split(subject, chain->to[t], parts);
      vectors((uint32_t)expected[0], parts, subject->parts, &unused, &there);
      sum += z * chain->rate[t] * (there - x);
    }
  }
  assert_close(lines, sum, expected[1], 1e-12 * expected[2]);
}

static inline size_t state_of(const struct subject *subject, const double *numbers) {
  uint32_t parts[MOST_PARTS];
  for (size_t i = 0; i < subject->parts; i++) parts[i] = (uint32_t)numbers[i];
  return subject->number(subject, parts);
}

/* All transitions out of a state: those that follow and no others, each to `relative`. */
static inline void check_row(struct lines *lines, const struct subject *subject, double relative) {
  double numbers[MOST_PARTS + 1];
  assert_int_equal(numbers_of(lines, numbers, MOST_PARTS), subject->parts);
  const size_t from = state_of(subject, numbers);
  const struct sj_chain *const chain = subject->chain;
  const size_t from_line = lines->number;
  size_t found = 0;
  while (next_line(lines)) {
    if (!begins(lines, "to")) {
      lines->again = true;
      break;
    }
    assert_int_equal(numbers_of(lines, numbers, MOST_PARTS + 1), subject->parts + 1);
    const double expected = numbers[subject->parts];
    if (expected < 1e-300) continue; /* may round to 0 */
    const size_t to = state_of(subject, numbers);
    size_t t = chain->begin[from];
    while (t < chain->begin[from + 1] && chain->to[t] != to) t++;
    if (t == chain->begin[from + 1]) fail_msg("line %zu: there is no such transition", lines->number);
    assert_close(lines, chain->rate[t], expected, relative * expected);
    found++;
  }
  size_t there = 0;
  for (size_t t = chain->begin[from]; t < chain->begin[from + 1]; t++) there += chain->rate[t] >= 1e-300;
  if (found != there) fail_msg("line %zu: %zu transitions, expected %zu", from_line, there, found);
}

static inline struct sj_orbit read_orbit(const char *line) {
  struct sj_orbit orbit = {0};
  char tail[16], arrivals[16];
  int full;
  const int read = sscanf(line, "orbit %u %u %lf %lf %lf %lf %lf %lf %d %15s %15s", &orbit.capacity, &orbit.orbit,
                          &orbit.arrival_rate, &orbit.service_rate, &orbit.timeout, &orbit.retries, &orbit.threads,
                          &orbit.alpha, &full, tail, arrivals);
  if (read != 11) fail_msg("not an orbit: %s", line);
  orbit.retry_when_full = full;
  orbit.tail = strcmp(tail, "exact") ? SJ_TAIL_CHEBYSHEV : SJ_TAIL_EXACT;
  orbit.arrivals = strcmp(arrivals, "conserved") ? SJ_AS_ORIGINAL : SJ_CONSERVED;
  return orbit;
}

/* All lines of one chain; how many. */
static inline size_t check_chain(struct lines *lines, const struct subject *subject, double relative) {
  size_t count = 0;
  for (; next_line(lines); count++) {
    if (begins(lines, "sum")) {
      check_sum(lines, subject);
    } else if (begins(lines, "from")) {
      check_row(lines, subject, relative);
    } else if (!begins(lines, "fixed")) {
      lines->again = true;
      break;
    }
  }
  return count;
}

/* Numbers of states are told apart, and lead back to their parts. */
static inline void check_numbering(const struct subject *subject) {
  for (size_t i = 0; i < subject->chain->count; i++) {
    uint32_t parts[MOST_PARTS];
    subject->split(subject, i, parts);
    assert_int_equal(subject->number(subject, parts), i);
  }
}

static inline size_t bandwidth_of(const struct sj_chain *chain) {
  size_t largest = 0;
  for (size_t i = 0; i < chain->count; i++)
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
      const size_t distance = chain->to[t] > i ? chain->to[t] - i : i - chain->to[t];
      if (distance > largest) largest = distance;
    }
  return largest;
}

#endif
