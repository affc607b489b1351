/* One row a request, for --csv. */
#include <stdio.h>

#include "simulate/engine.h"

void sj_csv_header(FILE *csv) { fputs("run,client,member,arrival,latency,outcome,attempts\n", csv); }

static const char *const outcome_names[] = {"ok", "timeout", "refused", "error", "breaker", "budget", "deadline"};

void sj_csv_values(const struct engine *engine, const char *client, uint32_t member, double arrival, double latency,
                   enum outcome outcome, uint32_t attempts) {
  fprintf(engine->csv, "%llu,%s,%u,%.17g,%.17g,%s,%u\n", (unsigned long long)engine->run, client, member, arrival,
          latency, outcome_names[outcome], attempts);
}

void sj_csv_row(const struct engine *engine, const struct request *request, enum outcome outcome) {
  sj_csv_values(engine, request->caller->client->spec->name, request->caller->member, request->arrival,
                engine->now - request->arrival, outcome, engine->plain ? 1 : request->attempts_made);
}
