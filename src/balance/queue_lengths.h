/* How many requests each server of a pool has, waiting or in service, as the servers know it: for policies that see
 * true queue lengths, or are told when a server becomes idle. */
#ifndef SJ_BALANCE_QUEUE_LENGTHS_H
#define SJ_BALANCE_QUEUE_LENGTHS_H

#include <stdbool.h>
#include <stdint.h>

#include "balance/ranking.h"

/* Queues of idle servers, one a caller: an idle server leaves a token with one caller, who sends it a request when it
 * has one. A server has one token at most, and does not take it back when another caller makes it busy. Lu, Xie, Kliot,
 * Geller, Larus and Greenberg, "Join-Idle-Queue: a novel load balancing algorithm for dynamically scalable web
 * services", Performance Evaluation 68(11), 2011: JIQ-Random, where the server draws the caller, and JIQ-SQ(d), where
 * it draws d and takes the one with the shortest queue. */
struct sj_idle_queues {
  uint32_t callers, servers, choices;
  struct sj_stream stream;
  uint32_t *first, *last, *length; /* [caller]; SJ_NO_SERVER: none */
  uint32_t *next;                  /* [server] */
  bool *waiting;                   /* [server]: its token is in some queue */
  struct sj_idle_queues *others;   /* the next that is told by the same servers */
};
#define SJ_NO_SERVER UINT32_MAX

/* All servers are idle and have left their tokens. False: no memory (destroy it all the same). */
bool sj_idle_queues_create(struct sj_idle_queues *queues, uint32_t callers, uint32_t servers, uint32_t choices,
                           uint64_t key);
void sj_idle_queues_destroy(struct sj_idle_queues *queues);
/* A server has become idle. O(choices). */
void sj_idle_queues_add(struct sj_idle_queues *queues, uint32_t server);
/* The server whose token is the oldest in the caller's queue, taken out; SJ_NO_SERVER: none. O(1). */
uint32_t sj_idle_queues_take(struct sj_idle_queues *queues, uint32_t caller);
/* Puts a token back at the end of a caller's queue. */
void sj_idle_queues_return(struct sj_idle_queues *queues, uint32_t caller, uint32_t server);

struct sj_queue_lengths {
  struct sj_ranking ranking;
  struct sj_idle_queues *told; /* those who are told when a server becomes idle */
};

/* All empty. False: no memory (destroy it all the same). */
bool sj_queue_lengths_create(struct sj_queue_lengths *lengths, uint32_t servers);
void sj_queue_lengths_destroy(struct sj_queue_lengths *lengths);
/* A server has `requests` now. O(change). */
void sj_queue_lengths_set(struct sj_queue_lengths *lengths, uint32_t server, uint32_t requests);

#endif
