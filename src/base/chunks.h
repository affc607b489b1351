/* Memory that is taken in pieces of any size and given back all at once, for what is large and visited at random: from
 * 2 MiB on it lies in large pages, where the system has them. Zero-initialize. */
#ifndef SJ_BASE_CHUNKS_H
#define SJ_BASE_CHUNKS_H

#include <stddef.h>

struct sj_chunk;
struct sj_chunk_piece;
enum { SJ_CHUNK_LINES = 16 }; /* of 64 bytes: pieces up to that size can be given back */

struct sj_chunks {
  char *fresh, *end;                                 /* of the newest chunk, what is untouched */
  struct sj_chunk *chunks;                           /* all of them */
  size_t size;                                       /* of the next */
  struct sj_chunk_piece *unused[SJ_CHUNK_LINES + 1]; /* [lines]: pieces given back */
};

/* Zeroed, and lines of the cache of its own; NULL: no memory. */
void *sj_chunks_take(struct sj_chunks *chunks, size_t size);
/* Gives back what was taken with that size: it is taken again before new memory is; a larger one than SJ_CHUNK_LINES
 * waits for the end. */
void sj_chunks_give(struct sj_chunks *chunks, void *memory, size_t size);
void sj_chunks_destroy(struct sj_chunks *chunks);

#endif
