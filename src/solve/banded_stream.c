#include "solve/banded_stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solve/band.h"
#include "solve/sweep.h"

/* A segment's places are [begin, end) of the order; its band holds the `before` places before it, too. */
struct segment {
  size_t begin, end, before;
};

struct stream {
  const struct sj_generator *generator;
  const struct sj_stream_results *results;
  const volatile sig_atomic_t *stop;
  size_t count, bandwidth, length, segments; /* places in a segment */
  bool reversed;
  struct sj_band band; /* of one segment */
  double *borders;     /* [segments][bandwidth][bandwidth]: what is left of the chain before each segment */
  struct sj_scaled *x; /* of one segment */
  double *work;
  uint32_t *to;
  double *rate;
};

static size_t segment_length(size_t count, size_t bandwidth) {
  const double even = sqrt((double)count * (double)bandwidth / 2);
  const size_t length = even < 2 * (double)bandwidth + 64 ? 2 * bandwidth + 64 : (size_t)even;
  return length < count ? length : count;
}

static size_t at_least_one(size_t bandwidth) { return bandwidth ? bandwidth : 1; }

double sj_stream_bytes(size_t count, size_t bandwidth) {
  const size_t b = at_least_one(bandwidth), length = segment_length(count, b), segments = (count - 1) / length + 1;
  return sj_band_bytes(length + b, b) + (double)segments * (double)(b * b) * sizeof(double) +
         (double)(length + b) * (sizeof(struct sj_scaled) + sizeof(double));
}

double sj_stream_work(size_t count, size_t bandwidth) {
  return 2 * (double)count * (double)bandwidth * (double)bandwidth;
}

size_t sj_generator_bandwidth(const struct sj_generator *generator) {
  uint32_t *const to = malloc((generator->most + 1) * sizeof *to);
  double *const rate = malloc((generator->most + 1) * sizeof *rate);
  size_t bandwidth = 0;
  for (size_t i = 0; to && rate && i < generator->count; i++) {
    const size_t count = generator->row(generator->context, i, to, rate);
    for (size_t t = 0; t < count; t++) {
      const size_t distance = to[t] > i ? to[t] - i : i - to[t];
      if (distance > bandwidth) bandwidth = distance;
    }
  }
  free(to);
  free(rate);
  return bandwidth;
}

static size_t flip(const struct stream *s, size_t place) { return s->reversed ? s->count - 1 - place : place; }

static struct segment segment_at(const struct stream *s, size_t number) {
  struct segment g = {.begin = number * s->length};
  g.end = g.begin + s->length < s->count ? g.begin + s->length : s->count;
  g.before = g.begin < s->bandwidth ? g.begin : s->bandwidth;
  return g;
}

/* The rates from and to the segment's places and those before it, as the model has them. */
static void fill(struct stream *s, const struct segment *g) {
  const struct sj_generator *const generator = s->generator;
  const size_t low = g->begin - g->before;
  s->band.count = g->end - low;
  memset(s->band.entry, 0, (s->band.count * (2 * s->band.width + 1) + 1) * sizeof *s->band.entry);
  for (size_t p = low; p < g->end; p++) {
    const size_t count = generator->row(generator->context, flip(s, p), s->to, s->rate);
    for (size_t t = 0; t < count; t++) {
      const size_t to = flip(s, s->to[t]);
      if (to >= low && to < g->end) *sj_band_at(&s->band, p - low, to - low) = s->rate[t];
    }
  }
}

/* The square of the `size` places up to `end` of the band, there and back. */
static void take_square(const struct stream *s, size_t end, size_t size, double *square) {
  for (size_t r = 0; r < size; r++)
    memcpy(square + r * size, sj_band_at(&s->band, end - size + r, end - size), size * sizeof *square);
}
static void put_square(const struct stream *s, size_t end, size_t size, const double *square) {
  for (size_t r = 0; r < size; r++)
    memcpy(sj_band_at(&s->band, end - size + r, end - size), square + r * size, size * sizeof *square);
}

static double *border(const struct stream *s, size_t segment) {
  return s->borders + segment * s->bandwidth * s->bandwidth;
}

/* Makes segment `number`'s factors. */
static enum sj_status eliminate(struct stream *s, size_t number, const struct segment *g) {
  fill(s, g);
  if (number + 1 < s->segments) {
    const struct segment next = segment_at(s, number + 1);
    put_square(s, s->band.count, next.before, border(s, number + 1));
  }
  return sj_band_eliminate_to(&s->band, g->before ? g->before : 1, s->stop);
}

/* From the last segment to the first. Beside the squares it brings down, for hitting times, what reward of 1 in each
 * place collects on the way: kept in `hits`, for the second pass. */
static enum sj_status pass_down(struct stream *s) {
  const struct sj_sweep sweep = sj_sweep_of_band(&s->band, s->work);
  struct sj_scaled *const hits = s->results->hits;
  for (size_t number = s->segments; number-- > 0;) {
    const struct segment g = segment_at(s, number);
    const enum sj_status status = eliminate(s, number, &g);
    if (status != SJ_OK) return status;
    if (g.before) take_square(s, g.before, g.before, border(s, number));
    if (!hits) continue;
    const size_t low = g.begin - g.before, targets = s->results->targets;
    for (size_t p = low; p < g.end; p++) s->x[p - low] = hits[flip(s, p)];
    const size_t limit = targets > g.begin ? targets - low : g.before;
    if (limit < s->band.count) sj_sweep_collect_down(&sweep, 0, s->band.count, limit, s->x, s->x);
    for (size_t p = low; p < g.end; p++) hits[flip(s, p)] = s->x[p - low];
  }
  return SJ_OK;
}

static const struct sj_scaled none = {0};

static void carry_pi(struct stream *s, const struct segment *g) {
  const struct sj_sweep sweep = sj_sweep_of_band(&s->band, s->work);
  const size_t low = g->begin - g->before;
  struct sj_scaled *const pi = s->results->pi;
  for (size_t p = low; p < g->end; p++) s->x[p - low] = p < g->begin ? pi[flip(s, p)] : none;
  if (!g->begin) s->x[0] = sj_scaled(1);
  sj_sweep_spread_up(&sweep, 0, g->before, s->band.count, s->x, s->x);
  for (size_t p = g->begin; p < g->end; p++) pi[flip(s, p)] = s->x[p - low];
}

static void carry_hits(struct stream *s, const struct segment *g) {
  const struct sj_sweep sweep = sj_sweep_of_band(&s->band, s->work);
  const size_t low = g->begin - g->before, targets = s->results->targets;
  struct sj_scaled *const hits = s->results->hits;
  for (size_t p = low; p < g->end; p++) s->x[p - low] = p < targets ? none : hits[flip(s, p)];
  const size_t first = targets > g->begin ? targets - low : g->before;
  if (first < s->band.count) sj_sweep_collect_up(&sweep, first, s->band.count, 0, s->x, s->x);
  for (size_t p = g->begin; p < g->end; p++) hits[flip(s, p)] = s->x[p - low];
}

static enum sj_status pass_up(struct stream *s) {
  for (size_t number = 0; number < s->segments; number++) {
    const struct segment g = segment_at(s, number);
    const enum sj_status status = eliminate(s, number, &g);
    if (status != SJ_OK) return status;
    if (s->results->pi) carry_pi(s, &g);
    if (s->results->hits) carry_hits(s, &g);
  }
  return SJ_OK;
}

static void normalize(struct sj_scaled *pi, size_t count) {
  struct sj_scaled sum = {0};
  for (size_t i = 0; i < count; i++) sum = sj_scaled_add(sum, pi[i]);
  for (size_t i = 0; i < count; i++) pi[i] = sj_scaled_divide(pi[i], sum);
}

static enum sj_status make_room(struct stream *s) {
  const size_t places = s->length + s->bandwidth;
  s->borders = malloc((s->segments * s->bandwidth * s->bandwidth + 1) * sizeof *s->borders);
  s->x = malloc(places * sizeof *s->x);
  s->work = malloc(places * sizeof *s->work);
  s->to = malloc((s->generator->most + 1) * sizeof *s->to);
  s->rate = malloc((s->generator->most + 1) * sizeof *s->rate);
  if (!s->borders || !s->x || !s->work || !s->to || !s->rate) return SJ_NO_MEMORY;
  return sj_band_start(&s->band, places, s->bandwidth, false);
}

enum sj_status sj_stream_solve(const struct sj_generator *generator, size_t bandwidth, bool reversed,
                               const volatile sig_atomic_t *stop, const struct sj_stream_results *results) {
  const size_t count = generator->count, b = at_least_one(bandwidth), length = segment_length(count, b);
  struct stream s = {.generator = generator,
                     .results = results,
                     .stop = stop,
                     .count = count,
                     .bandwidth = b,
                     .length = length,
                     .segments = (count - 1) / length + 1,
                     .reversed = reversed};
  enum sj_status status = make_room(&s);
  for (size_t i = 0; status == SJ_OK && results->hits && i < count; i++) results->hits[i] = sj_scaled(1);
  if (status == SJ_OK) status = pass_down(&s);
  if (status == SJ_OK) status = pass_up(&s);
  if (status == SJ_OK && results->pi) normalize(results->pi, count);
  sj_band_clear(&s.band);
  free(s.borders);
  free(s.x);
  free(s.work);
  free(s.to);
  free(s.rate);
  return status;
}
