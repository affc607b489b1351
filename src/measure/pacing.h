/* When messages are due: an open-loop schedule, which does not wait for anybody. */
#ifndef SJ_MEASURE_PACING_H
#define SJ_MEASURE_PACING_H

#include <stdbool.h>
#include <stdint.h>

#include "random/stream.h"
#include "sojourn/measure.h"

/* One producer's share of the schedule: of a Poisson process with the total rate, a Poisson process with an equal
 * share; of equal distances, every so manieth one, producers taking turns. */
struct sj_pacing {
  bool open, even;
  double interval_ns; /* mean distance of this producer's messages */
  struct sj_stream stream;
  double remainder_ns; /* of a nanosecond, so that rates are exact */
};
void sj_pacing_start(struct sj_pacing *pacing, const struct sj_measure_options *options, unsigned producer,
                     uint32_t incarnation);
/* The first due time of a run that starts then, and the one after `due_ns`. */
uint64_t sj_pacing_first(struct sj_pacing *pacing, const struct sj_measure_options *options, unsigned producer,
                         uint64_t start_ns);
uint64_t sj_pacing_next(struct sj_pacing *pacing, uint64_t due_ns);

#endif
