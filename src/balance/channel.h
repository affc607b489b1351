/* One way from a caller member to a server member, as the caller knows it.
 *
 * A caller of 1,000 members has 1,000 channels, and there may be 1,000 such callers: a channel is a line of the
 * cache, which has all that most policies look at, and what not every policy needs is made when it is first needed. */
#ifndef SJ_BALANCE_CHANNEL_H
#define SJ_BALANCE_CHANNEL_H

#include <stdint.h>

#include "balance/report.h"
#include "balance/window.h"

struct sj_channel {
  uint32_t member;              /* of the called pool */
  uint32_t name;                /* the first channel of the same caller to the same member: itself, but for twins */
  uint32_t in_flight;           /* requests and probes sent and not yet over */
  struct sj_report *report;     /* that came last, held; NULL: none yet */
  struct sj_window *latencies;  /* of the last 100 completions, probes too; NULL: none yet */
  struct sj_aggregates latency; /* the figures of that window */
  double reported_in_flight;    /* what the last report says; NAN: unknown */
};
enum { SJ_CHANNEL_LATENCIES = 100 };
#define SJ_CHANNEL_GAIN 0.2 /* of the newest latency in their exponentially weighted mean */

#endif
