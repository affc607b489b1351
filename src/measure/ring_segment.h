/* The files under the rings: how a segment is made, found, checked and mapped. */
#ifndef SJ_MEASURE_RING_SEGMENT_H
#define SJ_MEASURE_RING_SEGMENT_H

#include "measure/ring_layout.h"

#define RING_FOLDER "/dev/shm/"

/* A name that may be used: SJ_INVALID and a message otherwise. */
enum sj_status sj_ring_check_name(const char *name, struct sj_error *error);

/* An unnamed segment of this size: a file in RING_FOLDER still without a name, or a memfd. All its memory is taken.
 * Messages begin with `what`. */
enum sj_status sj_ring_segment_make(const struct sj_ring_options *options, const char *what, uint64_t bytes,
                                    int *descriptor, struct sj_error *error);

/* Maps `bytes` of a segment. */
enum sj_status sj_ring_segment_map(int descriptor, const char *what, uint64_t bytes, bool huge_pages, void **mapping,
                                   struct sj_error *error);

/* Reads a segment's header and checks it against itself, this version, and the file's size. `header` is a copy. */
enum sj_status sj_ring_segment_check(int descriptor, const char *what, struct ring_header *header,
                                     struct ring_layout *layout, struct sj_error *error);

/* Opens a named segment; `*descriptor` becomes -1 when there is none. */
enum sj_status sj_ring_segment_open(const char *name, int *descriptor, struct sj_error *error);

/* Makes way for a new segment called `name`: SJ_OK when there is none, or one of the dead was removed, which is then
 * told in `notice`; SJ_FAILED when it is in use or not a ring. */
enum sj_status sj_ring_segment_clear(const char *name, char *notice, size_t notice_size, struct sj_error *error);

#endif
