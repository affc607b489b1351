#include "solve/chain.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum sj_status sj_chain_start(struct sj_chain *chain, size_t count, size_t transitions_expected) {
  *chain = (struct sj_chain){.capacity = transitions_expected ? transitions_expected : 1, .rows = count};
  chain->begin = calloc(count + 1, sizeof *chain->begin);
  chain->to = malloc(chain->capacity * sizeof *chain->to);
  chain->rate = malloc(chain->capacity * sizeof *chain->rate);
  if (chain->begin && chain->to && chain->rate) return SJ_OK;
  sj_chain_clear(chain);
  return SJ_NO_MEMORY;
}

static enum sj_status grow(struct sj_chain *chain) {
  const size_t capacity = chain->capacity + chain->capacity / 2 + 16;
  uint32_t *const to = realloc(chain->to, capacity * sizeof *to);
  if (to) chain->to = to;
  double *const rate = realloc(chain->rate, capacity * sizeof *rate);
  if (rate) chain->rate = rate;
  if (!to || !rate) return SJ_NO_MEMORY;
  chain->capacity = capacity;
  return SJ_OK;
}

enum sj_status sj_chain_add(struct sj_chain *chain, size_t to, double rate) {
  const size_t i = chain->count, first = chain->begin[i], end = chain->end;
  assert(i < chain->rows && to < chain->rows && rate >= 0);
  if (to == i || rate == 0) return SJ_OK;
  size_t place = end;
  while (place > first && chain->to[place - 1] >= to) place--;
  if (place < end && chain->to[place] == to) {
    chain->rate[place] += rate;
    return SJ_OK;
  }
  if (end == chain->capacity && grow(chain) != SJ_OK) return SJ_NO_MEMORY;
  memmove(chain->to + place + 1, chain->to + place, (end - place) * sizeof *chain->to);
  memmove(chain->rate + place + 1, chain->rate + place, (end - place) * sizeof *chain->rate);
  chain->to[place] = (uint32_t)to;
  chain->rate[place] = rate;
  chain->end++;
  return SJ_OK;
}

void sj_chain_end_row(struct sj_chain *chain) {
  assert(chain->count < chain->rows);
  chain->begin[++chain->count] = chain->end;
}

void sj_chain_clear(struct sj_chain *chain) {
  free(chain->begin);
  free(chain->to);
  free(chain->rate);
  *chain = (struct sj_chain){0};
}

double sj_chain_exit_rate(const struct sj_chain *chain, size_t i) {
  double sum = 0;
  for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) sum += chain->rate[t];
  return sum;
}

enum sj_status sj_chain_transpose(const struct sj_chain *chain, struct sj_chain *transposed) {
  const size_t count = chain->count;
  const enum sj_status status = sj_chain_start(transposed, count, chain->end);
  if (status != SJ_OK) return status;
  size_t *const begin = transposed->begin;
  for (size_t t = 0; t < chain->end; t++) begin[chain->to[t] + 1]++;
  for (size_t i = 0; i < count; i++) begin[i + 1] += begin[i];
  /* begin[j] walks to where row j ends, which is where row j + 1 begins; then all move up by one. */
  for (size_t i = 0; i < count; i++) {
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
      const size_t place = begin[chain->to[t]]++;
      transposed->to[place] = (uint32_t)i;
      transposed->rate[place] = chain->rate[t];
    }
  }
  memmove(begin + 1, begin, count * sizeof *begin);
  begin[0] = 0;
  transposed->count = count;
  transposed->end = chain->end;
  return SJ_OK;
}

/* Tarjan's algorithm with a stack of its own. A component is closed if no transition leaves it. */
struct search {
  const struct sj_chain *chain;
  size_t *index, *low, *next; /* index 0: not seen */
  uint32_t *path, *stack;     /* the way from the root; the states not yet in a component */
  size_t path_length, stack_length, seen;
  size_t *class_of, classes; /* class_of SIZE_MAX - 1: in no component yet */
};

static void enter(struct search *s, uint32_t i) {
  s->index[i] = s->low[i] = ++s->seen;
  s->next[i] = s->chain->begin[i];
  s->path[s->path_length++] = s->stack[s->stack_length++] = i;
}

static void finish_component(struct search *s, uint32_t root) {
  size_t first = s->stack_length;
  while (s->stack[--first] != root) {
  }
  const size_t mark = s->classes;
  for (size_t k = first; k < s->stack_length; k++) s->class_of[s->stack[k]] = mark;
  bool closed = true;
  for (size_t k = first; k < s->stack_length && closed; k++) {
    const uint32_t i = s->stack[k];
    for (size_t t = s->chain->begin[i]; t < s->chain->begin[i + 1] && closed; t++)
      closed = s->class_of[s->chain->to[t]] == mark;
  }
  if (closed)
    s->classes++;
  else
    for (size_t k = first; k < s->stack_length; k++) s->class_of[s->stack[k]] = SIZE_MAX;
  s->stack_length = first;
}

static void search_from(struct search *s, uint32_t start) {
  static const size_t nowhere = SIZE_MAX - 1;
  for (enter(s, start); s->path_length;) {
    const uint32_t i = s->path[s->path_length - 1];
    if (s->next[i] < s->chain->begin[i + 1]) {
      const uint32_t j = s->chain->to[s->next[i]++];
      if (!s->index[j])
        enter(s, j);
      else if (s->class_of[j] == nowhere && s->index[j] < s->low[i])
        s->low[i] = s->index[j];
      continue;
    }
    s->path_length--;
    if (s->low[i] == s->index[i]) finish_component(s, i);
    if (s->path_length) {
      const uint32_t above = s->path[s->path_length - 1];
      if (s->class_of[i] == nowhere && s->low[i] < s->low[above]) s->low[above] = s->low[i];
    }
  }
}

enum sj_status sj_chain_closed_classes(const struct sj_chain *chain, size_t *classes, size_t *class_of) {
  const size_t count = chain->count;
  struct search s = {.chain = chain, .class_of = class_of};
  s.index = calloc(3 * count + 1, sizeof *s.index);
  s.path = malloc((2 * count + 1) * sizeof *s.path);
  const bool ok = s.index && s.path;
  if (ok) {
    s.low = s.index + count;
    s.next = s.low + count;
    s.stack = s.path + count;
    for (size_t i = 0; i < count; i++) class_of[i] = SIZE_MAX - 1;
    for (size_t i = 0; i < count; i++)
      if (!s.index[i]) search_from(&s, (uint32_t)i);
  }
  free(s.index);
  free(s.path);
  *classes = s.classes;
  return ok ? SJ_OK : SJ_NO_MEMORY;
}
