#include "balance/queue_lengths.h"

#include <stdlib.h>

bool sj_idle_queues_create(struct sj_idle_queues *queues, uint32_t callers, uint32_t servers, uint32_t choices,
                           uint64_t key) {
  *queues = (struct sj_idle_queues){.callers = callers, .servers = servers, .choices = choices};
  sj_stream_seed(&queues->stream, key, 0);
  queues->first = calloc(callers, sizeof *queues->first);
  queues->last = calloc(callers, sizeof *queues->last);
  queues->length = calloc(callers, sizeof *queues->length);
  queues->next = calloc(servers, sizeof *queues->next);
  queues->waiting = calloc(servers, sizeof *queues->waiting);
  if (!queues->first || !queues->last || !queues->length || !queues->next || !queues->waiting) return false;
  for (uint32_t i = 0; i < callers; i++) queues->first[i] = queues->last[i] = SJ_NO_SERVER;
  for (uint32_t i = 0; i < servers; i++) sj_idle_queues_add(queues, i);
  return true;
}

void sj_idle_queues_destroy(struct sj_idle_queues *queues) {
  free(queues->first);
  free(queues->last);
  free(queues->length);
  free(queues->next);
  free(queues->waiting);
  *queues = (struct sj_idle_queues){0};
}

static uint32_t draw_caller(struct sj_idle_queues *queues) {
  if (queues->callers == 1) return 0;
  uint32_t shortest = (uint32_t)sj_stream_below(&queues->stream, queues->callers);
  for (uint32_t i = 1; i < queues->choices; i++) {
    const uint32_t other = (uint32_t)sj_stream_below(&queues->stream, queues->callers);
    if (queues->length[other] < queues->length[shortest]) shortest = other;
  }
  return shortest;
}

void sj_idle_queues_add(struct sj_idle_queues *queues, uint32_t server) {
  if (!queues->waiting[server]) sj_idle_queues_return(queues, draw_caller(queues), server);
}

uint32_t sj_idle_queues_take(struct sj_idle_queues *queues, uint32_t caller) {
  const uint32_t server = queues->first[caller];
  if (server == SJ_NO_SERVER) return server;
  queues->first[caller] = queues->next[server];
  if (queues->first[caller] == SJ_NO_SERVER) queues->last[caller] = SJ_NO_SERVER;
  queues->length[caller]--;
  queues->waiting[server] = false;
  return server;
}

void sj_idle_queues_return(struct sj_idle_queues *queues, uint32_t caller, uint32_t server) {
  queues->next[server] = SJ_NO_SERVER;
  if (queues->last[caller] == SJ_NO_SERVER)
    queues->first[caller] = server;
  else
    queues->next[queues->last[caller]] = server;
  queues->last[caller] = server;
  queues->length[caller]++;
  queues->waiting[server] = true;
}

bool sj_queue_lengths_create(struct sj_queue_lengths *lengths, uint32_t servers) {
  lengths->told = NULL;
  return sj_ranking_create(&lengths->ranking, servers);
}

void sj_queue_lengths_destroy(struct sj_queue_lengths *lengths) { sj_ranking_destroy(&lengths->ranking); }

void sj_queue_lengths_set(struct sj_queue_lengths *lengths, uint32_t server, uint32_t requests) {
  const uint32_t before = sj_ranking_number(&lengths->ranking, server);
  for (uint32_t k = before; k < requests; k++) sj_ranking_raise(&lengths->ranking, server);
  for (uint32_t k = before; k > requests; k--) sj_ranking_lower(&lengths->ranking, server);
  if (before == 0 || requests > 0) return;
  for (struct sj_idle_queues *queues = lengths->told; queues; queues = queues->others)
    sj_idle_queues_add(queues, server);
}
