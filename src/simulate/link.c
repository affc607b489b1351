#include "simulate/link.h"

double sj_link_delay(struct engine *engine, struct caller *caller, const struct server *server,
                     struct sj_stream *stream, bool *lost) {
  (void)engine;
  (void)server;
  const struct sj_link *const link = &caller->spec->network;
  *lost = link->loss > 0 && sj_stream_uniform(stream) < link->loss;
  if (caller->one_way) return sj_draw(caller->one_way, stream, 0);
  if (caller->rtt) return sj_draw(caller->rtt, stream, 0) / 2;
  return 0;
}
