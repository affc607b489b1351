/* Cuthill-McKee. */
#include <stdlib.h>

#include "solve/eliminate.h"

void sj_order_clear(struct sj_order *order) {
  free(order->state);
  free(order->place);
  *order = (struct sj_order){0};
}

static size_t bandwidth_of(const struct sj_chain *chain, const size_t *place) {
  size_t bandwidth = 0;
  for (size_t i = 0; i < chain->count; i++) {
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
      const size_t p = place ? place[i] : i, q = place ? place[chain->to[t]] : chain->to[t];
      const size_t distance = p > q ? p - q : q - p;
      if (distance > bandwidth) bandwidth = distance;
    }
  }
  return bandwidth;
}

/* Both directions of every transition. */
struct graph {
  const struct sj_chain *out, *in;
};

static size_t degree(const struct graph *g, size_t i) {
  return g->out->begin[i + 1] - g->out->begin[i] + g->in->begin[i + 1] - g->in->begin[i];
}

/* Appends those neighbours in one row that were not seen yet. */
static size_t append(const struct sj_chain *chain, size_t i, bool *seen, size_t *list, size_t length) {
  for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
    const size_t j = chain->to[t];
    if (seen[j]) continue;
    seen[j] = true;
    list[length++] = j;
  }
  return length;
}

/* By degree, those of the same degree in the order they came in: insertion, since rows are short. */
static void sort(const struct graph *g, size_t *list, size_t length) {
  for (size_t a = 1; a < length; a++) {
    const size_t i = list[a], d = degree(g, i);
    size_t b = a;
    for (; b > 0 && degree(g, list[b - 1]) > d; b--) list[b] = list[b - 1];
    list[b] = i;
  }
}

/* All states in breadth-first order from `start`, and then from each that was not reached. */
static void visit(const struct graph *g, size_t start, bool *seen, size_t *list) {
  const size_t count = g->out->count;
  for (size_t i = 0; i < count; i++) seen[i] = false;
  size_t length = 0, next = 0;
  for (size_t k = 0; length < count; k++) {
    const size_t root = k == 0 ? start : k - 1;
    if (seen[root]) continue;
    seen[root] = true;
    list[length++] = root;
    for (; next < length; next++) {
      const size_t from = length;
      length = append(g->out, list[next], seen, list, length);
      length = append(g->in, list[next], seen, list, length);
      sort(g, list + from, length - from);
    }
  }
}

static enum sj_status search(const struct sj_chain *chain, size_t first, struct sj_order *order) {
  const size_t count = chain->count;
  struct sj_chain incoming;
  enum sj_status status = sj_chain_transpose(chain, &incoming);
  if (status != SJ_OK) return status;
  bool *const seen = calloc(count + 1, sizeof *seen);
  order->state = malloc((count + 1) * sizeof *order->state);
  order->place = malloc((count + 1) * sizeof *order->place);
  if (seen && order->state && order->place) {
    const struct graph graph = {chain, &incoming};
    /* Breadth first from `first` keeps it at the beginning. (Reversing matters for envelopes, not for bands.) */
    visit(&graph, first, seen, order->state);
    for (size_t p = 0; p < count; p++) order->place[order->state[p]] = p;
    order->bandwidth = bandwidth_of(chain, order->place);
  } else {
    status = SJ_NO_MEMORY;
  }
  free(seen);
  sj_chain_clear(&incoming);
  return status;
}

enum sj_status sj_order_find(const struct sj_chain *chain, size_t first, struct sj_order *order) {
  *order = (struct sj_order){0};
  const size_t natural = bandwidth_of(chain, NULL);
  /* Nothing joins fewer than three levels of a search; a band as narrow as the rows are long is not beaten. */
  size_t longest = 0;
  for (size_t i = 0; i < chain->count; i++)
    if (chain->begin[i + 1] - chain->begin[i] > longest) longest = chain->begin[i + 1] - chain->begin[i];
  enum sj_status status = SJ_OK;
  if (first != 0 || natural > longest) status = search(chain, first, order);
  if (status == SJ_OK && (!order->state || (first == 0 && order->bandwidth >= natural))) {
    sj_order_clear(order);
    order->bandwidth = natural;
  }
  if (status != SJ_OK) sj_order_clear(order);
  return status;
}
