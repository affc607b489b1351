/* A store: a server without a queue, whose requests take longer the more bytes they carry, and may fail. */
#include "simulate/engine.h"

double sj_store_time(struct engine *engine, struct server *server, struct attempt *attempt) {
  const struct sj_store *const spec = &server->spec->store;
  const uint64_t lineage = attempt_lineage(attempt);
  const double size = attempt->request->size;
  double time = sj_draw_at(server->work[0], server->service_key, lineage, 0) + spec->per_byte * size;
  attempt->outcome = OUTCOME_OK;
  if (spec->failure > 0) {
    struct sj_stream stream = stream_of(server->failure_key, lineage);
    if (sj_stream_uniform(&stream) < spec->failure) {
      attempt->outcome = OUTCOME_ERROR;
      time *= spec->failure_slowdown;
    }
  }
  struct server_statistics *const s = server->statistics;
  s->cell_requests++;
  if (engine->counting) {
    s->store_requests++;
    s->store_bytes += size;
  }
  return time;
}
