/* The time of a message between a caller and a server's member. */
#ifndef SJ_SIMULATE_LINK_H
#define SJ_SIMULATE_LINK_H

#include "simulate/engine.h"

/* The time that a message without bytes takes, either way, and whether it is lost. */
double sj_link_delay(struct engine *engine, struct caller *caller, const struct server *server,
                     struct sj_stream *stream, bool *lost);

#endif
