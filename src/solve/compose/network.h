/* A model without timeouts as a network of parts whose states are small whole numbers. Private to the composer.
 *
 * The state of the network is a row of numbers, its slots: how many of a source's copies are in each of its phases; how
 * many requests of each kind wait at a server's member, and how many are in each phase of their service; in which order
 * they wait, where that matters; whose turn it is; how full a bucket is. A request's *kind* is everything that decides
 * what may become of it: where it is, in which api, at which priority, and whom it answers. Kinds form a forest: a call
 * that a server makes for a request has a kind of its own for each kind of request that it may be made for, so that the
 * request that is waited for needs no slot: it is there as often as requests of the kinds below it are. */
#ifndef SJ_SOLVE_NETWORK_H
#define SJ_SOLVE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "random/phases.h"
#include "solve/space.h"

#define NONE UINT32_MAX
#define NO_LIMIT UINT32_MAX

/* One number of the state, between `low` and `high`. */
struct slot {
  uint32_t low, high;
};

struct way;

/* Who is told when a request ends. */
struct origin {
  uint32_t kind, member; /* the request that made this call, and the member where it is; kind NONE: none waits for it */
  uint32_t call;         /* which of its api's */
  uint32_t source;       /* of the client's request behind it; NONE: nobody's (fire and forget) */
  uint32_t requests;     /* a batch: how many are in it; else 0 */
  uint32_t instance;     /* of calls in parallel: for which of the requests that wait for such, from 1; else 0 */
  /* A failure is tried again this way, if there are tries left, and only then told: NULL if it is not. `tries`: made
   * before this one. */
  const struct way *retry;
  uint32_t target, tries;
};

/* How long a caller waits before it tries again: the law before each retry, or, of retries without end, before all. */
struct pauses {
  size_t count;
  struct sj_phases *laws;
  bool endless;
};

/* A way of calling: of a source's member, or of one call of a kind at one member. */
struct way {
  const struct sj_call *call;
  struct origin origin;
  /* [target][tries made before]: what a request is there. One try stands for all where it does not matter how many
   * there were. */
  uint32_t *kinds;
  size_t tries;
  uint32_t turn; /* slot of the round robin, or NONE */
  uint32_t turns;
  struct pauses pauses;
  uint32_t *paused; /* [target][pause]: slots of the phases of those who wait to try again; NULL if nobody does */
  uint32_t most_paused;
};

/* A law of service; of a store that fails the phases from `failing` on are those of a request that will. */
struct service {
  const struct sj_distribution *law;
  struct sj_phases phases;
  size_t failing;
  double at_once_failing; /* of phases.at_once, what fails */
};

struct kind {
  uint32_t part, api;
  struct origin origin;
  int32_t priority;
  uint32_t service;      /* of the part */
  uint32_t bound;        /* most at one member, NO_LIMIT until found */
  uint32_t line;         /* where it waits */
  uint32_t number;       /* among the part's kinds */
  uint32_t first_token;  /* of its members, where tokens are counted */
  uint32_t *first_phase; /* [member]: slots of its phases; one more where service may take no time */
  uint32_t *waiting;     /* [member]: slot, where its line is counted; else NULL */
  struct way **ways;     /* [member][call], or of a batcher [member][requests - 1] */
  size_t way_count;      /* of each member */
  /* Calls in parallel: requests at one member that wait for some are told apart. A slot for each holds which calls are
   * out, a bit for each; 0: it is free. Ways are then [member][call][instance], and, where a failure leaves calls
   * behind that nobody waits for, [member][call] of those after them. */
  uint32_t instances;
  bool leaves_orphans;
  uint32_t *first_instance; /* [member]: slot */
};

/* Requests of one part that wait in one order. Counted: only how many of each kind. */
struct line {
  int32_t priority;
  bool counted;
  size_t kind_count;
  uint32_t *first; /* [member]: slots of those who wait, number of their kind + 1, the next to be served (of a stack:
                      the first to have come) first; NULL if counted */
};

/* A server, batcher or store. */
struct part {
  const struct sj_server *spec;
  uint32_t index, members, threads, capacity, bound; /* bound: most requests at one member */
  uint32_t first_level;                              /* of its members, in the walk's levels */
  size_t service_count, kind_count, line_count;
  struct service *services;
  uint32_t *kinds; /* numbers of the network's */
  struct line *lines;
  uint32_t **buckets; /* [admission]: NULL, or [member] slots; in parts of a token */
  uint32_t *turns;    /* [member][api][call]: slots of round robin, shared by all kinds; NONE where not made yet */
  size_t turn_count;  /* of each member */
  uint32_t *timer;    /* batcher: [member] slots; NULL without */
  uint32_t *api_like; /* [api]: the first that is the same to a request */
  uint32_t most_in_batch;
  bool asymmetric;                      /* members must be told apart; else they may be exchanged */
  uint32_t member_slots, member_stride; /* the first slot of the first member, and how many each has */
};

struct source {
  const struct sj_client *client; /* the first of those that are merged */
  size_t client_count;
  uint32_t *clients;
  double *shares;         /* of its requests, by client */
  uint32_t account;       /* the source that its requests are counted as: of an open pool's, the first */
  bool closed, modulated; /* modulated: an arrival does not change the phase */
  uint32_t copies;
  struct sj_phases phases; /* exit: the rate of arrivals */
  uint32_t first_phase;
  size_t member_count; /* 1 where members do not matter */
  bool members_differ; /* their requests must be told apart */
  struct way *ways;    /* [member] */
};

struct network {
  const struct sj_model *model;
  const struct sj_space_options *options;
  struct sj_space *space; /* gets the notes */
  struct sj_error *error;
  size_t obstacles;
  bool priorities; /* some server goes by them */
  struct part *parts;
  size_t source_count, kind_count, kind_capacity, slot_count, slot_capacity, level_count, token_count;
  struct source *sources;
  struct kind *kinds;
  struct slot *slots;
  size_t paused_count;
  struct way **paused; /* the ways with pauses */
};

/* How finely what is deterministic is cut where that is allowed: an Erlang law of so many phases. */
static inline uint32_t erlang_phases(const struct network *network) { return network->model->solve.phases; }

/* network.c. SJ_INVALID with a line for each thing that cannot be solved. Clear it in any case. */
enum sj_status sj_network_create(const struct sj_model *model, const struct sj_space_options *options,
                                 struct sj_space *space, struct network *network, struct sj_error *error);
void sj_network_clear(struct network *network);
/* One more thing that cannot be solved, "FILE:LINE: ..."; the same one is told once. */
void sj_network_obstacle(struct network *network, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A note to the reader of the results; the same one is told once. */
void sj_network_note(struct network *network, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The law as phases; one that is not of phases is an obstacle, or fitted. `what` names it ("service of `api`"). */
void sj_network_law(struct network *network, const struct sj_law *law, int line, const char *what,
                    struct sj_phases *phases);

/* network_check.c: obstacles in what has no local state at all. */
void sj_network_check(struct network *network);

/* network_source.c */
void sj_network_sources(struct network *network);
/* network_kind.c: kinds of requests, from the sources on, and how many of each there can be. */
void sj_network_kinds(struct network *network);
bool sj_policy_is_blind(const struct sj_policy *policy); /* looks at nothing that differs between requests */
/* network_pause.c: the pauses of a way, and their slots. Retries so many, after pauses so alike, that they have no end.
 */
bool sj_retries_endless(const struct sj_call *call);
void sj_network_pauses(struct network *network, struct way *way, const char *caller);
void sj_network_pause_slots(struct network *network, struct way *way);
void sj_pauses_clear(struct way *way);
/* Those of all phases. */
uint32_t sj_way_paused(const struct way *way, const uint32_t *slots);

/* network_slot.c */
uint32_t sj_network_add_slots(struct network *network, size_t count, uint32_t high);
void sj_network_slots(struct network *network);

/* Kinds whose bound is known before others that depend on it come first. */
static inline struct kind *kind_of(const struct network *network, uint32_t k) { return &network->kinds[k]; }
static inline const struct way *way_of(const struct kind *kind, uint32_t member, size_t call) {
  return kind->ways[member * kind->way_count + call];
}
static inline const struct way *parallel_way(const struct kind *kind, uint32_t member, size_t call, uint32_t instance) {
  return way_of(kind, member, call * kind->instances + instance);
}
static inline const struct way *orphan_way(const struct kind *kind, uint32_t member, size_t call, size_t calls) {
  return way_of(kind, member, calls * kind->instances + call);
}
static inline uint32_t kind_at(const struct way *way, uint32_t target, uint32_t tries) {
  return way->kinds[target * way->tries + (tries < way->tries ? tries : way->tries - 1)];
}
static inline size_t kinds_at(const struct way *way) { return way->call->target_count * way->tries; }
static inline const struct service *service_of(const struct network *network, const struct kind *kind) {
  return &network->parts[kind->part].services[kind->service];
}
/* Slots of a kind's phases at one member: one more where it may take no time. */
static inline size_t phase_slots(const struct service *service) {
  return service->phases.count + (service->phases.at_once > 0 ? 1 : 0);
}
static inline uint32_t level_of(const struct part *part, uint32_t member) { return part->first_level + member; }

#endif
