/* The discrete world: time is counted in ticks of one quantum, and in each tick three things happen in order.
 *
 *   1. New requests reach their callers; policies that send probes with a request, or draw a subset for it, do so.
 *   2. Servers, one after the other: a member may be replaced; waiting requests take free threads, first come first
 *      served; what was in service has been so for one tick more, and what is finished is answered, with the report
 *      published at the tick before; a new report is published.
 *   3. Callers, one after the other: each request that waits for it is picked a member (and its sending is seen by the
 *      next pick); the parameters of channels may be drawn anew; messages have been under way for one tick more, and
 *      those that arrive are queued at the server, which sees them at the next tick, or complete their request.
 *
 * So a message of one tick arrives in the tick in which it was sent, and a request that is served at once for one tick
 * completes in the tick after its arrival. Nothing ages: a message's last tick is known when it is sent, and it waits
 * for it in a calendar.
 *
 * The engine's statistics, arrivals, streams and columns are the continuous engine's (../engine.h); its events, callers
 * and servers are not used here. Private to this folder. */
#ifndef SJ_SIMULATE_DISCRETE_DISCRETE_H
#define SJ_SIMULATE_DISCRETE_DISCRETE_H

#include "balance/balancer.h"
#include "balance/shared.h"
#include "random/whole_table.h"
#include "simulate/engine.h"
#include "simulate/original.h"

/* ---- laws of whole ticks ---- */

/* The distribution that follows from one drawn parameter, shared by all who drew the same. */
struct tick_law {
  struct sj_distribution *owned; /* NULL: the model's */
  const struct sj_distribution *distribution;
  struct sj_whole_table *table; /* where there can be one */
  double x;
  uint32_t references;
  struct tick_law *next; /* in its hash bucket */
};
struct tick_laws {
  const struct sj_law *law;
  struct tick_law **buckets, *fixed;
  uint32_t bucket_count, count;
};

/* `law` must outlive it; not given: one tick, always. False: no memory. */
bool sj_tick_laws_create(struct tick_laws *laws, const struct sj_law *law);
void sj_tick_laws_destroy(struct tick_laws *laws);
/* The law for one member or channel, drawn from the stream; `server_rtt` is for laws of links. NULL with the engine's
 * status set if it is impossible. Released with sj_tick_law_release. */
struct tick_law *sj_tick_law_draw(struct engine *engine, struct tick_laws *laws, struct sj_stream *stream,
                                  double server_rtt);
void sj_tick_law_release(struct tick_laws *laws, struct tick_law *law);
/* A draw from the beginning of the stream (key, number), in ticks, rounded, at least one; `per_time` ticks are
 * a time unit. */
uint32_t sj_tick_law_ticks(const struct tick_law *law, uint64_t key, uint64_t number, double per_time,
                           double server_rtt);

/* ---- messages ---- */

/* A request or a probe, wherever it is: 64 bytes, for there are many. */
struct message {
  struct message *next; /* waiting for a pick or a thread, or due at the same tick */
  union {
    struct sj_report *report; /* that the answer carries, held */
    struct {
      uint32_t queued, started; /* ticks, before it is answered */
    };
  };
  struct sj_errand *errand; /* of the request; of a probe what the balancer gave with it */
  uint64_t lineage;
  uint32_t caller, channel;
  union {
    uint32_t position; /* of a probe */
    uint32_t sent;     /* tick, of a request; a probe is sent at its arrival */
  };
  uint32_t arrival, due; /* ticks */
  uint32_t sequence;     /* in the order of starting service at its server */
  uint8_t starts;        /* times that service began, up to 255 */
  bool probe, counted, answered;
};

/* First in, first out; a message may also be put first. */
struct message_queue {
  struct message *head, *tail;
  uint32_t count;
};
static inline void queue_push(struct message_queue *queue, struct message *message) {
  message->next = NULL;
  if (queue->head)
    queue->tail->next = message;
  else
    queue->head = message;
  queue->tail = message;
  queue->count++;
}
static inline void queue_push_front(struct message_queue *queue, struct message *message) {
  message->next = queue->head;
  queue->head = message;
  if (!queue->tail) queue->tail = message;
  queue->count++;
}
static inline struct message *queue_pop(struct message_queue *queue) {
  struct message *const message = queue->head;
  queue->head = message->next;
  if (!queue->head) queue->tail = NULL;
  queue->count--;
  return message;
}

/* Messages by the tick at which they are due and the lane (caller or server) that looks for them then, in the order in
 * which they were put there. */
struct calendar {
  struct message_queue *slots; /* [tick % length][lane] */
  uint32_t length, lanes;      /* length: a power of two */
};
bool sj_calendar_create(struct calendar *calendar, uint32_t lanes);
void sj_calendar_destroy(struct calendar *calendar);
/* Puts the message where message->due, not before `now`, says. False: no memory. */
bool sj_calendar_put(struct calendar *calendar, uint32_t now, uint32_t lane, struct message *message);
static inline struct message_queue *calendar_at(struct calendar *calendar, uint32_t tick, uint32_t lane) {
  return &calendar->slots[(size_t)(tick & (calendar->length - 1)) * calendar->lanes + lane];
}

/* ---- members ---- */

struct world;

struct member {
  struct pool *pool;
  uint32_t lane, index; /* among all servers; in its pool */
  uint32_t threads, in_service, sequence;
  struct message_queue queue;
  struct tick_law *work;
  double rtt;
  uint64_t *warm; /* callers that it has served, as bits; NULL without cold starts */
  uint64_t arrivals;
  uint32_t replaced_at; /* the tick of the next replacement */
  struct sj_stream replacements;
  uint64_t replacement_count;
  struct server_statistics *own; /* or NULL */
};

/* A server of the model. */
struct pool {
  const struct sj_server *spec;
  struct server_pool *figures; /* the engine's */
  struct member *members;
  struct sj_publishers publishers;
  struct sj_shared shared_by_policies;
  struct tick_laws work;
  uint64_t service_key, law_key;
  uint32_t probe_ticks, cold_ticks;
  double replace_probability;
  uint32_t present, serving; /* of all members, in the tick that is going on */
};

struct caller_pool;

/* A client member. */
struct discrete_caller {
  struct caller_pool *pool;
  uint32_t lane, index; /* among all callers; in its pool */
  struct sj_balancer balancer;
  struct message_queue waiting;
  struct tick_law **laws; /* [channel] */
  struct sj_stream redraws;
  uint32_t redrawn_at; /* the next tick at which some channel's law is drawn anew ... */
  uint32_t redrawn;    /* ... and which */
  uint64_t probes;     /* sent so far */
};

/* A client of the model. */
struct caller_pool {
  const struct sj_client *spec;
  struct client *figures; /* the engine's */
  struct pool *servers;
  struct discrete_caller *callers;
  uint32_t *
      *spread; /* [source][tick]: how many come of a number that is spread; NULL: they come as sj_arrivals_next says */
  struct tick_laws one_way;
  bool needs_ends;
  uint64_t policy_key, arrived_key, link_key, back_key, law_key, subset_key;
  double redraw_probability;
};

struct world {
  struct engine *engine;
  double quantum, per_time; /* per_time: 1 / quantum */
  uint32_t tick;
  uint32_t end, last; /* arrivals stop before the tick `end`; the run before `last` */
  struct pool *pools;
  struct caller_pool *clients;
  struct member **members;          /* of all pools, by lane */
  struct discrete_caller **callers; /* of all clients, by lane */
  uint32_t member_count, caller_count;
  struct sj_pool messages;
  struct calendar in_service, under_way;
  uint64_t unfinished; /* what the end of the run waits for */
  uint32_t *scratch;
  double *scratch_costs;
  struct original original;
  bool recorded; /* completions of this tick are among its figures */
};

/* world.c */
bool sj_world_create(struct world *world, struct engine *engine);
void sj_world_destroy(struct world *world);
/* How many times in a row something fails to happen that has this probability, above 0 and at most 1. */
uint64_t sj_failures_before(struct sj_stream *stream, double probability);
/* The first tick, from `tick` on, at which something happens that has this probability in each; UINT32_MAX: never. */
uint32_t sj_next_at_random(struct sj_stream *stream, double probability, uint32_t tick);

/* members.c: the second part of a tick. */
bool sj_member_draw_laws(struct world *world, struct member *member);
void sj_members_step(struct world *world);

/* arrivals.c: what comes in the first. False: no memory. */
bool sj_sources_create(struct world *world, struct caller_pool *pool);
void sj_sources_destroy(struct caller_pool *pool);
void sj_sources_step(struct world *world);

/* callers.c: the first and the third. */
bool sj_caller_draw_law(struct world *world, struct discrete_caller *caller, uint32_t channel, uint64_t number);
/* Finds the next channel to be drawn anew, after `channel` at `tick`. */
void sj_caller_next_redraw(struct discrete_caller *caller, uint32_t tick, uint32_t channel);
/* The next request of a source comes now. */
void sj_caller_arrive(struct world *world, struct caller_pool *pool, struct arrivals *arrivals);
void sj_callers_step(struct world *world);
/* The message leaves for its server, or its answer for the caller. */
void sj_message_send(struct world *world, struct message *message);

#endif
