#include "simulate/plain.h"

void sj_plain_refused(struct engine *engine, struct server *server, struct attempt *attempt) {
  if (server->spec->refuse_silent) return; /* its caller waits for ever */
  struct request *const request = attempt->request;
  if (request->flags & REQUEST_COUNTED) request->caller->counts->rejected++;
  note_closed(engine, request, OUTCOME_REFUSED);
  sj_pool_give(&engine->requests, request);
}

void sj_plain_arrive(struct engine *engine, struct arrivals *arrivals) { plain_arrive(engine, arrivals); }
