/* A folder of its own for a run's sockets, in TMPDIR or /tmp, which also says what the run's segment in /dev/shm is
 * called. Folders of runs that were killed are removed when the next one is made, and their segments. */
#ifndef SJ_MEASURE_PLACE_H
#define SJ_MEASURE_PLACE_H

#include "sojourn/status.h"

enum { SJ_PLACE_PATH = 64 }; /* so that a socket's name, which may have 107 bytes, fits */

struct sj_place {
  char path[SJ_PLACE_PATH];
  int lock;         /* a descriptor that processes forked later keep open, too */
  char notice[320]; /* a segment that was removed, as a sentence; "": none */
};

/* `segment`: the name of the one that the run is going to make, NULL: none with a name. SJ_FAILED: no folder can be
 * made. */
enum sj_status sj_place_make(struct sj_place *place, const char *segment, struct sj_error *error);
void sj_place_remove(struct sj_place *place);

#endif
