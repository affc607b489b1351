#include "simulate/pool.h"

#include <stdint.h>
#include <stdlib.h>

enum { PIECE_HEADER = 64, FIRST_PIECE = 16 * 1024, LARGEST_PIECE = 1024 * 1024 };

void sj_pool_create(struct sj_pool *pool, size_t item_size) {
  *pool = (struct sj_pool){.item_size = (item_size + 7) / 8 * 8, .piece_size = FIRST_PIECE};
}

void sj_pool_destroy(struct sj_pool *pool) {
  while (pool->pieces) {
    struct sj_pool_item *const piece = pool->pieces;
    pool->pieces = piece->next;
    free(piece);
  }
  *pool = (struct sj_pool){0};
}

void *sj_pool_take_slow(struct sj_pool *pool) {
  if ((size_t)(pool->fresh_end - pool->fresh) < pool->item_size) {
    struct sj_pool_item *const piece = aligned_alloc(64, pool->piece_size);
    if (!piece) return NULL;
    piece->next = pool->pieces;
    pool->pieces = piece;
    pool->fresh = (char *)piece + PIECE_HEADER;
    pool->fresh_end = (char *)piece + pool->piece_size;
    if (pool->piece_size < LARGEST_PIECE) pool->piece_size *= 2;
  }
  void *const item = pool->fresh;
  pool->fresh += pool->item_size;
  return item;
}
