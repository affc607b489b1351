/* Putting requests into the order of arrival when their lines are nearly so.
 *
 * A reader holds a heap of H requests: it reads until the heap has H, hands out the earliest, and so on. What comes out
 * is in order if and only if no line has H or more earlier lines that arrived after it. The first pass finds the
 * smallest such H. */
#ifndef SJ_TRACE_REORDER_H
#define SJ_TRACE_REORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/format.h"

/* The largest H: a reader's heap is then 48 MiB. */
enum { SJ_REORDER_LARGEST = 1 << 20 };

/* Finds H. Zero-initialize, then call sj_displacement_start. It takes up to 16 bytes for each of SJ_REORDER_LARGEST
 * instants. */
struct sj_displacement {
  size_t need;      /* H for the instants so far, at least 1 */
  int64_t *emitted; /* the last instants handed out, ascending; a ring once there are SJ_REORDER_LARGEST */
  size_t next, emitted_count, emitted_capacity;
  int64_t *heap;
  size_t heap_count, heap_capacity;
};

enum sj_displacement_verdict { SJ_DISPLACEMENT_OK, SJ_DISPLACEMENT_TOO_LARGE, SJ_DISPLACEMENT_NO_MEMORY };

void sj_displacement_start(struct sj_displacement *d);
/* Takes the instant of the next line. O(log H), and over a whole file at most H further steps. */
enum sj_displacement_verdict sj_displacement_add(struct sj_displacement *d, int64_t instant);
void sj_displacement_end(struct sj_displacement *d);

/* A request and its place in the file, which orders those of the same instant. */
struct sj_reorder_entry {
  uint64_t sequence;
  struct sj_trace_line line;
};

/* A heap of fixed capacity with the earliest entry at entries[0]. */
struct sj_reorder_heap {
  struct sj_reorder_entry *entries;
  size_t count, capacity;
};
void sj_reorder_push(struct sj_reorder_heap *heap, const struct sj_reorder_entry *entry); /* there is room */
void sj_reorder_pop(struct sj_reorder_heap *heap, struct sj_reorder_entry *entry);        /* it is not empty */

#endif
