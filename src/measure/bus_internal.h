/* What the bus's files share. */
#ifndef SJ_MEASURE_BUS_INTERNAL_H
#define SJ_MEASURE_BUS_INTERNAL_H

#include "measure/bus.h"
#include "measure/zeromq.h"

/* What subscriptions are to: the handle's magic. */
#define SJ_BUS_TOPIC "SjBh"

struct sj_bus {
  struct sj_zeromq zeromq;
  void *context;
};

/* A socket bound to or connected with `endpoint`, with this high-water mark both ways; NULL, with a message. */
void *sj_bus_socket(struct sj_bus *bus, int type, bool bound, const char *endpoint, unsigned most,
                    struct sj_error *error);
/* Sets an option of type int, where a failure can only be a mistake of ours. */
void sj_bus_set(struct sj_bus *bus, void *socket, int option, int value);

#endif
