/* Work that is more than a draw of a law: at stores, for callers that a member does not know yet, and begun once more.
 *
 * A member with `cold_start` knows a caller (a member of a client, a call of a server's member) once it has begun to
 * serve one of its requests, or one of its probes has come. Replaced, or back from a crash, it knows nobody. While a
 * fault sets `cold_start` to 0 nobody is noted. */
#include <stdlib.h>

#include "simulate/engine.h"

#define AGAIN UINT64_C(0x50000) /* below a lineage: the work of a request that is begun anew */

bool sj_work_is_particular(const struct sj_server *spec) {
  return spec->kind == SJ_STORE || spec->cold_start > 0 || spec->replace_requeue;
}

/* Where it is noted in which of the server's lives it came to know the caller, from 1 on; NULL: no memory. */
static uint32_t *note_of(struct engine *engine, struct caller *caller, size_t target, const struct server *server) {
  const size_t first = first_target(caller, target);
  if (!caller->known_by) caller->known_by = calloc(caller->spec->target_count, sizeof *caller->known_by);
  if (caller->known_by && !caller->known_by[first])
    caller->known_by[first] = calloc(engine->servers[server->index].count, sizeof **caller->known_by);
  if (caller->known_by && caller->known_by[first]) return &caller->known_by[first][server->member];
  sj_engine_out_of_memory(engine);
  return NULL;
}

bool sj_server_meets(struct engine *engine, struct server *server, struct caller *caller, size_t target) {
  uint32_t *const note = note_of(engine, caller, target, server);
  if (!note || *note == server->lives + 1) return false;
  *note = server->lives + 1;
  return true;
}

void sj_work_forget_caller(struct caller *caller) {
  for (size_t t = 0; caller->known_by && t < caller->spec->target_count; t++) free(caller->known_by[t]);
  free(caller->known_by);
}

double sj_particular_work(struct engine *engine, struct server *server, struct attempt *attempt) {
  if (server->spec->kind == SJ_STORE) return sj_store_time(engine, server, attempt);
  const struct request *const request = attempt->request;
  uint64_t lineage = attempt_lineage(attempt);
  if (attempt->begun_again) lineage = lineage_below(lineage, AGAIN + attempt->begun_again);
  const double work = sj_draw_at(server->work[attempt->api], server->service_key, lineage, request->recorded);
  const double cold_start = server->spec->cold_start;
  return cold_start > 0 && sj_server_meets(engine, server, request->caller, request->target) ? work + cold_start : work;
}
