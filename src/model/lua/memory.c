#include "model/lua/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif
#ifdef ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

#define SLAB_BYTES ((size_t)16384)
#define COMMIT_BYTES ((size_t)1 << 20)
#define LARGEST_SMALL ((size_t)5120)
#define PAGE_BYTES ((size_t)4096)
#define FOUR_GIBIBYTES ((size_t)1 << 32)

/* A free block holds the next. */
struct block {
  struct block *next;
};

/* At the start of each slab, whose address is a multiple of its size. */
struct slab {
  struct slab *previous, *next; /* with free blocks of the same class; or `next` of the empty ones */
  struct block *free;
  unsigned class_index, live, untouched, capacity; /* blocks: in use, never used (the last ones), all */
};
#define FIRST_BLOCK ((size_t)64)
_Static_assert(sizeof(struct slab) <= FIRST_BLOCK, "the header fits before the first block");

/* ---- Size classes: steps of 16 up to 256, then four for each doubling ---- */

static unsigned class_of(size_t size) {
  if (size <= 256) return (unsigned)((size + 15) / 16 - 1);
  const unsigned shift = 63 - (unsigned)__builtin_clzll(size - 1);
  return 16 + (shift - 8) * 4 + (unsigned)(((size - 1) >> (shift - 2)) & 3);
}

static size_t class_size(unsigned index) {
  return index < 16 ? (index + 1) * (size_t)16 : (size_t)(5 + (index - 16) % 4) << (6 + (index - 16) / 4);
}

/* ---- The arena ---- */

void sj_lua_memory_begin(struct sj_lua_memory *memory) {
  const size_t size = (memory->limit + COMMIT_BYTES) / COMMIT_BYTES * COMMIT_BYTES;
  char *const reserved =
      mmap(NULL, size + FOUR_GIBIBYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return;
  const size_t before = (FOUR_GIBIBYTES - (uintptr_t)reserved % FOUR_GIBIBYTES) % FOUR_GIBIBYTES;
  if (before) munmap(reserved, before);
  if (before < FOUR_GIBIBYTES) munmap(reserved + before + size, FOUR_GIBIBYTES - before);
  memory->base = memory->committed = memory->fresh = reserved + before;
  memory->end = memory->base + size;
}

void sj_lua_memory_end(struct sj_lua_memory *memory) {
  if (!memory->base) return;
  ASAN_UNPOISON_MEMORY_REGION(memory->base, (size_t)(memory->end - memory->base));
  munmap(memory->base, (size_t)(memory->end - memory->base));
}

static bool in_arena(const struct sj_lua_memory *memory, const void *block) {
  return (const char *)block >= memory->base && (const char *)block < memory->end;
}

static struct slab *slab_of(void *block) { return (struct slab *)((uintptr_t)block & ~(uintptr_t)(SLAB_BYTES - 1)); }

static void link_partial(struct sj_lua_memory *memory, struct slab *slab) {
  struct slab **const head = &memory->partial[slab->class_index];
  slab->previous = NULL;
  slab->next = *head;
  if (*head) (*head)->previous = slab;
  *head = slab;
}

static void unlink_partial(struct sj_lua_memory *memory, struct slab *slab) {
  if (slab->previous)
    slab->previous->next = slab->next;
  else
    memory->partial[slab->class_index] = slab->next;
  if (slab->next) slab->next->previous = slab->previous;
}

static struct slab *take_slab(struct sj_lua_memory *memory) {
  memory->limited = memory->used + SLAB_BYTES > memory->limit;
  if (memory->limited) return NULL;
  struct slab *slab = memory->empty;
  if (slab) {
    memory->empty = slab->next;
    memory->empty_count--;
    return slab;
  }
  if (memory->fresh == memory->end) return NULL;
  if (memory->fresh == memory->committed) {
    if (mprotect(memory->committed, COMMIT_BYTES, PROT_READ | PROT_WRITE) < 0) return NULL;
    memory->committed += COMMIT_BYTES;
  }
  slab = (struct slab *)(void *)memory->fresh;
  memory->fresh += SLAB_BYTES;
  return slab;
}

/* Many empty slabs give their pages back; the first, with the header, stays. */
static void leave_slab(struct sj_lua_memory *memory, struct slab *slab) {
  enum { KEPT = 1024 };
  memory->used -= SLAB_BYTES;
  slab->next = memory->empty;
  memory->empty = slab;
  if (++memory->empty_count > KEPT) madvise((char *)slab + PAGE_BYTES, SLAB_BYTES - PAGE_BYTES, MADV_DONTNEED);
}

static void *allocate_small(struct sj_lua_memory *memory, size_t size) {
  const unsigned index = class_of(size);
  const size_t block_size = class_size(index);
  struct slab *slab = memory->partial[index];
  if (!slab) {
    slab = take_slab(memory);
    if (!slab) return NULL;
    memory->used += SLAB_BYTES;
    const unsigned capacity = (unsigned)((SLAB_BYTES - FIRST_BLOCK) / block_size);
    *slab = (struct slab){.class_index = index, .untouched = capacity, .capacity = capacity};
    ASAN_POISON_MEMORY_REGION((char *)slab + FIRST_BLOCK, SLAB_BYTES - FIRST_BLOCK);
    link_partial(memory, slab);
  }
  void *block = slab->free;
  if (block) {
    slab->free = ((struct block *)block)->next;
  } else {
    block = (char *)slab + FIRST_BLOCK + block_size * (slab->capacity - slab->untouched);
    slab->untouched--;
  }
  if (++slab->live == slab->capacity) unlink_partial(memory, slab);
  ASAN_UNPOISON_MEMORY_REGION(block, size);
  return block;
}

static void release_small(struct sj_lua_memory *memory, void *block) {
  struct slab *const slab = slab_of(block);
  ASAN_UNPOISON_MEMORY_REGION(block, sizeof(struct block));
  ((struct block *)block)->next = slab->free;
  slab->free = block;
  ASAN_POISON_MEMORY_REGION((char *)block + sizeof(struct block), class_size(slab->class_index) - sizeof(struct block));
  if (slab->live-- == slab->capacity) link_partial(memory, slab);
  if (slab->live == 0) {
    unlink_partial(memory, slab);
    leave_slab(memory, slab);
  }
}

/* ---- Blocks of any size ---- */

static bool is_small(const struct sj_lua_memory *memory, size_t size) { return memory->base && size <= LARGEST_SMALL; }

static void release(struct sj_lua_memory *memory, void *block, size_t size) {
  if (!block) return;
  if (in_arena(memory, block)) {
    release_small(memory, block);
  } else {
    memory->used -= size;
    free(block);
  }
}

static void *resize_large(struct sj_lua_memory *memory, void *block, size_t old_size, size_t new_size) {
  memory->limited = new_size > old_size && new_size - old_size > memory->limit - memory->used;
  if (memory->limited) return NULL;
  void *const result = realloc(block, new_size);
  if (result) memory->used = memory->used - old_size + new_size;
  return result;
}

void *sj_lua_memory_resize(struct sj_lua_memory *memory, void *block, size_t old_size, size_t new_size) {
  if (!new_size) {
    release(memory, block, old_size);
    return NULL;
  }
  const bool was_small = block && in_arena(memory, block);
  const bool small = is_small(memory, new_size);
  if (!was_small && !small) return resize_large(memory, block, old_size, new_size);
  if (was_small && small && class_of(new_size) == slab_of(block)->class_index) {
    ASAN_POISON_MEMORY_REGION(block, class_size(class_of(new_size)));
    ASAN_UNPOISON_MEMORY_REGION(block, new_size);
    return block;
  }
  void *const result = small ? allocate_small(memory, new_size) : resize_large(memory, NULL, 0, new_size);
  if (!result) {
    if (!block || new_size > old_size) return NULL;
    if (!was_small) memory->used -= old_size - new_size;
    return block;
  }
  if (block) {
    memcpy(result, block, old_size < new_size ? old_size : new_size);
    release(memory, block, old_size);
  }
  return result;
}
