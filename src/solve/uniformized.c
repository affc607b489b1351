#include "solve/uniformized.h"

#include <stdlib.h>

#include "solve/multiply.h"

/* A diagonal is kept as such if at least one in SPARSEST of its places is taken. So many states are worked on at a
 * time: their results stay in the first-level cache; and so many of these at once: theirs stay in registers. */
enum { SPARSEST = 5, AT_A_TIME = 512, AT_ONCE = 32 };

/* How many transitions lie on each diagonal; that of to - from is number to - from + states - 1. */
static size_t *count_diagonals(const struct sj_chain *chain) {
  const size_t n = chain->count;
  size_t *const taken = calloc(2 * n + 1, sizeof *taken);
  for (size_t i = 0; taken && i < n; i++)
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) taken[chain->to[t] + n - 1 - i]++;
  return taken;
}

/* Makes of the counts the number of the diagonal that is kept, or SIZE_MAX. */
static size_t number_diagonals(size_t states, size_t *taken) {
  size_t diagonals = 0;
  for (size_t d = 0; d + 1 < 2 * states; d++) taken[d] = taken[d] * SPARSEST >= states ? diagonals++ : SIZE_MAX;
  return diagonals;
}

static enum sj_status allocate(struct sj_uniformized *u, const struct sj_chain *incoming) {
  const size_t n = u->count;
  u->stay = calloc(n + 1, sizeof *u->stay);
  u->offset = calloc(u->diagonals + 1, sizeof *u->offset);
  u->entry = calloc(u->diagonals * n + 1, sizeof *u->entry);
  u->begin = calloc(n + 1, sizeof *u->begin);
  u->row = malloc((n + 1) * sizeof *u->row);
  u->from = malloc((incoming->end + 1) * sizeof *u->from);
  u->probability = malloc((incoming->end + 1) * sizeof *u->probability);
  return u->stay && u->offset && u->entry && u->begin && u->row && u->from && u->probability ? SJ_OK : SJ_NO_MEMORY;
}

static void fill(struct sj_uniformized *u, const struct sj_chain *incoming, const size_t *number) {
  const size_t n = u->count;
  size_t end = 0, most = 0;
  for (size_t j = 0; j < n; j++) {
    const size_t first = end, in = incoming->begin[j + 1] - incoming->begin[j];
    if (in > most) most = in;
    for (size_t t = incoming->begin[j]; t < incoming->begin[j + 1]; t++) {
      const size_t i = incoming->to[t], d = u->sink && j == n - 1 ? SIZE_MAX : number[j + n - 1 - i];
      const double probability = incoming->rate[t] / u->rate;
      if (d == SIZE_MAX) {
        u->from[end] = (uint32_t)i;
        u->probability[end++] = probability;
      } else {
        u->offset[d] = (ptrdiff_t)j - (ptrdiff_t)i;
        u->entry[d * n + j] = probability;
      }
    }
    if (end == first) continue;
    u->row[u->rows] = (uint32_t)j;
    u->begin[++u->rows] = end;
  }
  u->terms = most + 1;
}

static void find_reach(struct sj_uniformized *u, const struct sj_chain *chain) {
  const size_t n = u->count;
  for (size_t i = 0; i < n; i++)
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
      const size_t j = chain->to[t];
      if (u->sink && j == n - 1) continue;
      if (j < i && i - j > u->back) u->back = i - j;
      if (j > i && j - i > u->forth) u->forth = j - i;
    }
}

enum sj_status sj_uniformized_create(const struct sj_chain *chain, struct sj_uniformized *u) {
  *u = (struct sj_uniformized){.count = chain->count};
  struct sj_chain incoming = {0};
  size_t *const number = count_diagonals(chain);
  bool ok = number && sj_chain_transpose(chain, &incoming) == SJ_OK;
  if (ok) {
    u->diagonals = number_diagonals(u->count, number);
    ok = allocate(u, &incoming) == SJ_OK;
  }
  if (ok) {
    for (size_t i = 0; i < u->count; i++) {
      u->stay[i] = sj_chain_exit_rate(chain, i);
      if (u->stay[i] > u->rate) u->rate = u->stay[i];
    }
    for (size_t i = 0; i < u->count; i++) u->stay[i] = u->rate > 0 ? (u->rate - u->stay[i]) / u->rate : 1;
    u->sink = u->count > 1 && u->rate > 0 && chain->begin[u->count] == chain->begin[u->count - 1];
    fill(u, &incoming, number);
    find_reach(u, chain);
  } else {
    sj_uniformized_clear(u);
  }
  sj_chain_clear(&incoming);
  free(number);
  return ok ? SJ_OK : SJ_NO_MEMORY;
}

void sj_uniformized_clear(struct sj_uniformized *u) {
  free(u->stay);
  free(u->offset);
  free(u->entry);
  free(u->begin);
  free(u->row);
  free(u->from);
  free(u->probability);
  *u = (struct sj_uniformized){0};
}

/* y of the states low ... high - 1. */
static void step_plain(const struct sj_uniformized *u, size_t low, size_t high, const double *restrict x,
                       double *restrict y) {
  const ptrdiff_t n = (ptrdiff_t)u->count;
  for (size_t j = low; j < high; j++) y[j] = u->stay[j] * x[j];
  for (size_t d = 0; d < u->diagonals; d++) {
    const double *const entry = u->entry + d * u->count;
    const ptrdiff_t offset = u->offset[d];
    ptrdiff_t first = (ptrdiff_t)low, end = (ptrdiff_t)high;
    if (first < offset) first = offset;
    if (end > n + offset) end = n + offset;
    for (ptrdiff_t j = first; j < end; j++) y[j] += entry[j] * x[j - offset];
  }
}

#if defined(__x86_64__)
typedef double eight __attribute__((vector_size(64), aligned(8), may_alias));

/* The same sums in the same order, AT_ONCE of them in registers; where all that they read is inside of x. */
static inline __attribute__((always_inline)) void step_wide(const struct sj_uniformized *u, size_t low, size_t high,
                                                            const double *restrict x, double *restrict y) {
  enum { WIDTH = 8, VECTORS = AT_ONCE / WIDTH };
  const size_t n = u->count, diagonals = u->diagonals;
  const double *const stay = u->stay, *const all = u->entry;
  const ptrdiff_t *const offset = u->offset;
  const size_t inside = n > u->back + AT_ONCE ? n - u->back - AT_ONCE : 0;
  size_t j = low;
  for (; j + AT_ONCE <= high; j += AT_ONCE) {
    if (j < u->forth || j > inside) {
      step_plain(u, j, j + AT_ONCE, x, y);
      continue;
    }
    const double *const here = x + j;
    eight sum[VECTORS];
    for (size_t v = 0; v < VECTORS; v++)
      sum[v] = *(const eight *)(stay + j + WIDTH * v) * *(const eight *)(here + WIDTH * v);
    const double *entry = all + j;
    for (size_t d = 0; d < diagonals; d++, entry += n) {
      const double *const from = here - offset[d];
      for (size_t v = 0; v < VECTORS; v++)
        sum[v] += *(const eight *)(entry + WIDTH * v) * *(const eight *)(from + WIDTH * v);
    }
    for (size_t v = 0; v < VECTORS; v++) *(eight *)(y + j + WIDTH * v) = sum[v];
  }
  step_plain(u, j, high, x, y);
}

__attribute__((target("avx2"))) static void step_avx2(const struct sj_uniformized *u, size_t low, size_t high,
                                                      const double *x, double *y) {
  step_wide(u, low, high, x, y);
}

__attribute__((target("avx512f"))) static void step_avx512(const struct sj_uniformized *u, size_t low, size_t high,
                                                           const double *x, double *y) {
  step_wide(u, low, high, x, y);
}
#endif

static void step_diagonals(enum sj_processor processor, const struct sj_uniformized *u, size_t low, size_t high,
                           const double *x, double *y) {
#if defined(__x86_64__)
  if (processor == SJ_AVX512) {
    step_avx512(u, low, high, x, y);
    return;
  }
  if (processor == SJ_AVX2) {
    step_avx2(u, low, high, x, y);
    return;
  }
#else
  (void)processor;
#endif
  step_plain(u, low, high, x, y);
}

/* The first of `rows` that leads into a state of at least `least`. */
static size_t first_row(const struct sj_uniformized *u, size_t least) {
  size_t first = 0, end = u->rows;
  while (first < end) {
    const size_t middle = first + (end - first) / 2;
    if (u->row[middle] < least)
      first = middle + 1;
    else
      end = middle;
  }
  return first;
}

/* y and sum of the states begin ... end - 1. */
static void step_states(const struct sj_uniformized *u, size_t begin, size_t end, const double *restrict x,
                        double *restrict y, double weight, double *restrict sum) {
  const enum sj_processor processor = sj_processor();
  size_t r = first_row(u, begin);
  for (size_t low = begin; low < end; low += AT_A_TIME) {
    const size_t high = low + AT_A_TIME < end ? low + AT_A_TIME : end;
    step_diagonals(processor, u, low, high, x, y);
    for (; r < u->rows && u->row[r] < high; r++) {
      double in = 0;
      for (size_t t = u->begin[r]; t < u->begin[r + 1]; t++) in += u->probability[t] * x[u->from[t]];
      y[u->row[r]] += in;
    }
    if (sum) sj_add_multiple(processor, weight, y + low, sum + low, high - low);
  }
}

void sj_uniformized_step(const struct sj_uniformized *u, const double *restrict x, double *restrict y, double weight,
                         double *restrict sum) {
  step_states(u, 0, u->count, x, y, weight, sum);
}

/* ---- several steps at once ---- */

/* After step k the states begin[k] ... end[k] - 1 may be there; up to done[k] they are known; what goes into the sink
 * from those up to there is in into[k + 1], as far as entry next[k + 1] of the sink's row. */
struct front {
  size_t begin[SJ_STEPS + 1], end[SJ_STEPS + 1], done[SJ_STEPS + 1];
  size_t next[SJ_STEPS + 1];
  double into[SJ_STEPS + 1];
};

static void start_front(const struct sj_uniformized *u, size_t steps, const struct sj_window *window, struct front *f) {
  const size_t states = u->count - (u->sink ? 1 : 0);
  f->begin[0] = window->low;
  f->end[0] = f->done[0] = window->high;
  for (size_t k = 1; k <= steps; k++) {
    f->begin[k] = f->begin[k - 1] > u->back ? f->begin[k - 1] - u->back : 0;
    f->end[k] = states - f->end[k - 1] > u->forth ? f->end[k - 1] + u->forth : states;
    f->done[k] = f->begin[k];
    f->next[k] = u->rows ? u->begin[u->rows - 1] : 0;
    f->into[k] = 0;
  }
}

/* Step k goes as far as state `end`, or as it can. */
static void move_front(const struct sj_uniformized *u, struct front *f, size_t k, size_t end, double *const x[2],
                       const double *weight, double *sum) {
  if (end > f->end[k]) end = f->end[k];
  if (end <= f->done[k]) return;
  step_states(u, f->done[k], end, x[(k + 1) % 2], x[k % 2], weight ? weight[k - 1] : 0, weight ? sum : NULL);
  f->done[k] = end;
}

/* The sink's row lists states in rising order; x is what was before step k, known up to done[k - 1]. */
static void into_sink(const struct sj_uniformized *u, struct front *f, size_t k, const double *x) {
  const size_t end = u->begin[u->rows];
  size_t t = f->next[k];
  for (; t < end && u->from[t] < f->done[k - 1]; t++)
    if (u->from[t] >= f->begin[k - 1]) f->into[k] += u->probability[t] * x[u->from[t]];
  f->next[k] = t;
}

static void fill_sink(const struct sj_uniformized *u, const struct front *f, size_t steps, double *const x[2],
                      const double *weight, double *sum) {
  const size_t sink = u->count - 1;
  for (size_t k = 1; k <= steps; k++) {
    x[k % 2][sink] = x[(k + 1) % 2][sink] + f->into[k];
    if (weight) sum[sink] += weight[k - 1] * x[k % 2][sink];
  }
}

void sj_uniformized_steps(const struct sj_uniformized *u, size_t steps, double **x, double **other,
                          struct sj_window *window, const double *weight, double *sum) {
  double *const both[2] = {*x, *other};
  const size_t reach = u->back > u->forth ? u->back : u->forth;
  const bool leaks = u->sink && u->rows && u->row[u->rows - 1] == u->count - 1;
  struct front f;
  start_front(u, steps, window, &f);
  /* Each step stays behind the one before by the reach of a step: then it finds all that it reads, and what it writes
   * over (the result of the step before last) is read no more. */
  for (size_t end = f.begin[steps]; f.done[steps] < f.end[steps];) {
    end += AT_A_TIME;
    for (size_t k = 1; k <= steps; k++) {
      if (leaks) into_sink(u, &f, k, both[(k + 1) % 2]);
      if (end > (k - 1) * reach) move_front(u, &f, k, end - (k - 1) * reach, both, weight, sum);
    }
  }
  if (u->sink) fill_sink(u, &f, steps, both, weight, sum);
  *window = (struct sj_window){f.begin[steps], f.end[steps]};
  *x = both[steps % 2];
  *other = both[(steps + 1) % 2];
}

void sj_uniformized_flow(const struct sj_uniformized *u, const double *restrict x, double *restrict y) {
  sj_uniformized_step(u, x, y, 0, NULL);
  for (size_t j = 0; j < u->count; j++) y[j] = u->rate * (y[j] - x[j]);
}
