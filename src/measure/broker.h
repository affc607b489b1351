/* The broker: an XSUB socket that publishers connect to, an XPUB socket that subscribers connect to, and a control
 * channel. Forwards whole messages without looking into them. */
#ifndef SJ_MEASURE_BROKER_H
#define SJ_MEASURE_BROKER_H

#include <stdatomic.h>

#include "measure/bus.h"

/* What went through, for others to see while it runs. */
struct sj_broker_counts {
  _Atomic uint64_t messages, bytes;
  _Atomic uint64_t full; /* how often it had to wait for a full subscriber */
};

struct sj_broker_settings {
  char in[SJ_BUS_ENDPOINT], out[SJ_BUS_ENDPOINT]; /* for publishers, for subscribers */
  unsigned most;                                  /* high-water mark of each socket */
  /* The control channel, a descriptor from which commands of one byte are read: 'T' ends the broker, 'P' pauses it, 'R'
   * resumes it. Its end ends the broker too. */
  int control;
  struct sj_broker_counts *counts;
};

/* Binds both endpoints; a "tcp://...:*" is replaced by the address with the port that was found. While nobody
 * subscribes nothing is read, so that publishers wait instead of talking to nobody. */
struct sj_broker;
enum sj_status sj_broker_create(struct sj_bus *bus, struct sj_broker_settings *settings, struct sj_broker **broker,
                                struct sj_error *error);
/* Forwards until the control channel says to end. */
enum sj_status sj_broker_run(struct sj_broker *broker, struct sj_error *error);
void sj_broker_destroy(struct sj_broker *broker); /* NULL is allowed */

#endif
