#include "base/chunks.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CACHE_LINE = 64, FIRST = 16 * 1024, LARGE = 2 * 1024 * 1024 };

struct sj_chunk {
  _Alignas(CACHE_LINE) struct sj_chunk *next;
  void *mapped; /* NULL: the chunk came from calloc */
  size_t mapped_size;
};

/* Some more is mapped than asked for, so that a multiple of the size of large pages is in it. */
static struct sj_chunk *map_large(size_t size) {
  char *const mapped =
      mmap(NULL, size + LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return NULL;
  char *const aligned = mapped + (LARGE - (uintptr_t)mapped % LARGE) % LARGE;
  madvise(aligned, size, MADV_HUGEPAGE); /* where that is not to be had, small pages do */
  struct sj_chunk *const chunk = (struct sj_chunk *)aligned;
  chunk->mapped = mapped;
  chunk->mapped_size = size + LARGE;
  return chunk;
}

struct sj_chunk_piece {
  struct sj_chunk_piece *next;
};

void *sj_chunks_take(struct sj_chunks *chunks, size_t size) {
  size = (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  const size_t lines = size / CACHE_LINE;
  if (lines <= SJ_CHUNK_LINES && chunks->unused[lines]) {
    struct sj_chunk_piece *const piece = chunks->unused[lines];
    chunks->unused[lines] = piece->next;
    return memset(piece, 0, size);
  }
  if ((size_t)(chunks->end - chunks->fresh) < size) {
    size_t wanted = chunks->size ? chunks->size : FIRST;
    while (wanted < size + sizeof(struct sj_chunk)) wanted *= 2;
    struct sj_chunk *const chunk = wanted >= LARGE ? map_large(wanted) : aligned_alloc(CACHE_LINE, wanted);
    if (!chunk) return NULL;
    if (wanted < LARGE) memset(chunk, 0, wanted);
    chunk->next = chunks->chunks;
    chunks->chunks = chunk;
    chunks->fresh = (char *)(chunk + 1);
    chunks->end = (char *)chunk + wanted;
    chunks->size = wanted < LARGE ? 2 * wanted : LARGE;
  }
  void *const taken = chunks->fresh;
  chunks->fresh += size;
  return taken;
}

void sj_chunks_give(struct sj_chunks *chunks, void *memory, size_t size) {
  struct sj_chunk_piece *const piece = memory;
  const size_t lines = (size + CACHE_LINE - 1) / CACHE_LINE;
  if (!piece || lines == 0 || lines > SJ_CHUNK_LINES) return;
  piece->next = chunks->unused[lines];
  chunks->unused[lines] = piece;
}

void sj_chunks_destroy(struct sj_chunks *chunks) {
  while (chunks->chunks) {
    struct sj_chunk *const chunk = chunks->chunks;
    chunks->chunks = chunk->next;
    if (chunk->mapped)
      munmap(chunk->mapped, chunk->mapped_size);
    else
      free(chunk);
  }
  *chunks = (struct sj_chunks){0};
}
