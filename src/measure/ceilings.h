/* What one thread of this machine can do at most with messages of a size: to hold measured throughput against. */
#ifndef SJ_MEASURE_CEILINGS_H
#define SJ_MEASURE_CEILINGS_H

#include <stddef.h>

struct sj_ceilings {
  double memcpy_rate, read_rate; /* bytes/s, each byte counted once */
};

/* Copies, and reads every cache line of, buffers of `bytes` in turn, as many of them as `count` (a ring's slots), for
 * about 0.2 s each; the fastest of several rounds. NANs: no memory. */
struct sj_ceilings sj_ceilings_measure(size_t bytes, size_t count);

#endif
