#include "reference_chain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void check(bool ok, const char *line) {
  if (ok) return;
  fprintf(stderr, "not a line of chains.txt: %s\n", line);
  exit(1);
}

static void read_start(struct reference_chain *r, const char *line, size_t *left) {
  size_t states = 0;
  check(sscanf(line, "chain %d %31s %zu %zu", &r->number, r->kind, &states, left) == 4 && states <= MOST_STATES, line);
  check(sj_chain_start(&r->chain, states, *left) == SJ_OK, line);
}

/* Transitions come by state. */
static void read_transition(struct reference_chain *r, const char *line) {
  size_t from = 0, to = 0;
  double rate = 0;
  check(sscanf(line, "t %zu %zu %lf", &from, &to, &rate) == 3 && from >= r->chain.count, line);
  while (r->chain.count < from) sj_chain_end_row(&r->chain);
  check(sj_chain_add(&r->chain, to, rate) == SJ_OK, line);
}

static struct sj_scaled *place(struct reference_chain *r, char kind, size_t state, size_t which) {
  if (kind == 's') return which ? NULL : &r->pi[state];
  if (kind != 'f' && kind != 'l') return NULL;
  r->reached[kind == 'l'] = true;
  return which ? &r->deviation[kind == 'l'][state] : &r->mean[kind == 'l'][state];
}

static void read_numbers(struct reference_chain *r, const char *line) {
  size_t state = 0;
  double a = 0, b = 0;
  int64_t x = 0, y = 0;
  const int found = sscanf(line + 1, "%zu %lf %" SCNd64 " %lf %" SCNd64, &state, &a, &x, &b, &y);
  check(found >= 3 && state < r->chain.rows, line);
  *place(r, *line, state, 0) = sj_scaled_of(a, x);
  struct sj_scaled *const second = place(r, *line, state, 1);
  check(found == (second ? 5 : 3), line);
  if (second) *second = sj_scaled_of(b, y);
}

static void read_eigenvalue(struct reference_chain *r, size_t k, const char *line) {
  double a = 0, b = 0;
  int64_t x = 0, y = 0;
  check(sscanf(line, "v %lf %" SCNd64 " %lf %" SCNd64, &a, &x, &b, &y) == 4 && k < r->chain.rows, line);
  r->re[k] = sj_scaled_of(a, x);
  r->im[k] = sj_scaled_of(b, y);
}

static void read_moved(struct reference_chain *r, const char *line) {
  size_t state = 0;
  double probability = 0;
  check(sscanf(line, "p %zu %lf", &state, &probability) == 2 && r->times && state < r->chain.rows, line);
  r->moved[r->times - 1][state] = probability;
}

bool reference_chain_read(FILE *file, struct reference_chain *r) {
  char line[256];
  size_t transitions = 0, eigenvalues = 0;
  *r = (struct reference_chain){.number = -1};
  while (fgets(line, sizeof line, file)) {
    if (*line == 'c') {
      read_start(r, line, &transitions);
    } else if (*line == 't') {
      read_transition(r, line);
    } else if (*line == 's' || *line == 'f' || *line == 'l') {
      read_numbers(r, line);
    } else if (*line == 'v') {
      read_eigenvalue(r, eigenvalues++, line);
    } else if (*line == 'd') {
      check(r->times < MOST_TIMES && sscanf(line, "d %lf", &r->time[r->times]) == 1, line);
      r->times++;
    } else if (*line == 'p') {
      read_moved(r, line);
    } else {
      while (r->chain.count < r->chain.rows) sj_chain_end_row(&r->chain);
      check(!strcmp(line, "end\n") && r->chain.end == transitions && eigenvalues == r->chain.rows, line);
      return true;
    }
  }
  check(r->number < 0, "the file's end");
  return false;
}

void reference_chain_clear(struct reference_chain *r) { sj_chain_clear(&r->chain); }

double relative_difference(struct sj_scaled found, struct sj_scaled expected) {
  if (found.fraction == 0 && expected.fraction == 0) return 0;
  if (expected.fraction == 0) return INFINITY;
  const struct sj_scaled minus = {-expected.fraction, expected.exponent};
  return fabs(sj_scaled_double(sj_scaled_divide(sj_scaled_add(found, minus), expected)));
}
