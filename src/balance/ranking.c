#include "balance/ranking.h"

#include <assert.h>
#include <stdlib.h>

#include "base/base.h"

bool sj_ranking_create(struct sj_ranking *ranking, uint32_t size) {
  *ranking = (struct sj_ranking){.size = size, .levels = 4};
  ranking->order = calloc(size, sizeof *ranking->order);
  ranking->place = calloc(size, sizeof *ranking->place);
  ranking->number = calloc(size, sizeof *ranking->number);
  ranking->end = calloc(ranking->levels, sizeof *ranking->end);
  if (!ranking->order || !ranking->place || !ranking->number || !ranking->end) return false;
  for (uint32_t i = 0; i < size; i++) ranking->order[i] = ranking->place[i] = i;
  for (uint32_t k = 0; k < ranking->levels; k++) ranking->end[k] = size;
  return true;
}

void sj_ranking_destroy(struct sj_ranking *ranking) {
  free(ranking->order);
  free(ranking->place);
  free(ranking->number);
  free(ranking->end);
  *ranking = (struct sj_ranking){0};
}

static void grow(struct sj_ranking *ranking) {
  ranking->end = sj_reallocate_array(ranking->end, 2 * (size_t)ranking->levels, sizeof *ranking->end);
  for (uint32_t k = 0; k < ranking->levels; k++) ranking->end[ranking->levels + k] = ranking->size;
  ranking->levels *= 2;
}

static void swap(struct sj_ranking *ranking, uint32_t member, uint32_t place) {
  const uint32_t other = ranking->order[place], from = ranking->place[member];
  ranking->order[from] = other;
  ranking->place[other] = from;
  ranking->order[place] = member;
  ranking->place[member] = place;
}

void sj_ranking_raise(struct sj_ranking *ranking, uint32_t member) {
  const uint32_t k = ranking->number[member]++;
  if (k + 1 >= ranking->levels) grow(ranking);
  swap(ranking, member, --ranking->end[k]);
}

void sj_ranking_lower(struct sj_ranking *ranking, uint32_t member) {
  const uint32_t k = ranking->number[member]--;
  assert(k > 0);
  swap(ranking, member, ranking->end[k - 1]++);
}

uint32_t sj_ranking_least(const struct sj_ranking *ranking, struct sj_stream *stream) {
  const uint32_t least = ranking->number[ranking->order[0]];
  const uint32_t many = sj_ranking_end(ranking, least);
  return ranking->order[many > 1 ? sj_stream_below(stream, many) : 0];
}
