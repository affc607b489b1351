/* Objects of one size, recycled: memory comes in large pieces that never move, and goes back all at once. */
#ifndef SJ_SIMULATE_POOL_H
#define SJ_SIMULATE_POOL_H

#include <stddef.h>
#include <string.h>

struct sj_pool_item {
  struct sj_pool_item *next;
};

struct sj_pool {
  size_t item_size;
  struct sj_pool_item *free_items;
  struct sj_pool_item *pieces; /* every piece of memory, linked through its first word */
  char *fresh, *fresh_end;     /* the newest piece's untouched part */
  size_t piece_size;
};

void sj_pool_create(struct sj_pool *pool, size_t item_size);
void sj_pool_destroy(struct sj_pool *pool);
void *sj_pool_take_slow(struct sj_pool *pool); /* NULL: no memory */

/* An item with undefined content, or NULL if memory ran out. */
static inline void *sj_pool_take(struct sj_pool *pool) {
  struct sj_pool_item *const item = pool->free_items;
  if (__builtin_expect(item != NULL, 1)) {
    pool->free_items = item->next;
    return item;
  }
  return sj_pool_take_slow(pool);
}

static inline void sj_pool_give(struct sj_pool *pool, void *memory) {
#ifndef NDEBUG
  memset(memory, 0xa5, pool->item_size); /* so that nobody reads what the next to take it has not set */
#endif
  struct sj_pool_item *const item = memory;
  item->next = pool->free_items;
  pool->free_items = item;
}

#endif
