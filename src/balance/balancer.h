/* A balancer picks, for one caller member, which member of a pool gets each request: a policy, and what it knows of
 * the members. Both engines use it. It knows no messages and no clock: the engine says what it sent, what came back and
 * when, takes the probes that the policy wants sent, and asks for picks.
 *
 * An engine's part, in order:
 *   sj_balancer_arrived   when a request comes, once, if the policy keeps something for each (sj_balancer_has_errands)
 *   sj_balancer_pick      for each attempt: a channel, or nobody, or not yet; then, if picked,
 *   sj_balancer_sent      at once, so that the next pick sees it in flight
 *   sj_balancer_over      when it is no longer in flight (its answer came, or it timed out; in the notebook's world:
 * the server has finished it) sj_balancer_ended     what became of it, as far as the caller knows sj_balancer_left when
 * the request is closed, if it has an errand and after each of arrived, pick, ended and probe_ended,
 * sj_balancer_next_probe until there is none.
 *
 * Draws come from the stream that the engine hands in, which is one of (caller's policy, request), so that scenarios
 * share them.
 *
 * To add a policy: a kind and its figures in model.h, its constructor in the language's tables, one file here with its
 * operations (policy.h), and a line in the table in policy.c. */
#ifndef SJ_BALANCE_BALANCER_H
#define SJ_BALANCE_BALANCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "balance/channel.h"
#include "balance/publisher.h"
#include "base/chunks.h"
#include "model/model.h"
#include "random/stream.h"

/* What a policy wants to be told or to look at, as bits; what nobody needs need not be measured. */
enum {
  SJ_NEEDS_IN_FLIGHT = 1,       /* sent and over; always cheap, so always kept */
  SJ_NEEDS_LATENCIES = 2,       /* the channels' last latencies */
  SJ_NEEDS_REPORTS = 4,         /* reports come with all answers (struct sj_ended.report), and channels keep the last */
  SJ_NEEDS_LIVE = 8,            /* publishers are handed in and looked at */
  SJ_NEEDS_PROBES = 16,         /* probes are sent */
  SJ_NEEDS_ERRANDS = 32,        /* arrived and left are called for each request */
  SJ_NEEDS_EXPECTED = 64,       /* reports have expected_latency */
  SJ_NEEDS_PID = 128,           /* reports have pid_weight */
  SJ_NEEDS_ENDS = 256,          /* ended is called even where no latency or report is kept */
  SJ_NEEDS_COUNTS = 512,        /* the policy is told of each request sent and over; the balancer does that itself */
  SJ_NEEDS_LENGTHS = 1024,      /* publishers keep the members in the order of their queues */
  SJ_NEEDS_LOAD_LATENCY = 2048, /* reports have load_latency */
  SJ_NEEDS_ERRORS = 4096,       /* reports have error_rate: sj_publisher_failed is called */
  SJ_NEEDS_WINDOWS = 8192,      /* reports have more than the levels of their moment, in_flight and waiting */
  SJ_NEEDS_ANSWER_REPORTS = 16384, /* reports come with answers to requests, and nobody but the policy keeps them */
  SJ_NEEDS_PROBE_REPORTS = 32768,  /* the same with answers to probes */
  SJ_NEEDS_ANY_REPORTS = SJ_NEEDS_REPORTS | SJ_NEEDS_ANSWER_REPORTS | SJ_NEEDS_PROBE_REPORTS
};

/* Which may be picked (or probed) now: indices of channels, or NULL for all of them, 0 ... channel_count - 1. An
 * engine leaves out those behind an open breaker, and the one that a hedge avoids. A list may name a channel twice. */
struct sj_choices {
  const uint32_t *list;
  uint32_t count;
};
static inline uint32_t sj_choice(const struct sj_choices *choices, uint32_t i) {
  return choices->list ? choices->list[i] : i;
}

/* Draws `count` of the choices without replacement into `sample` (their channels), in random order. O(count^2) where
 * that is less than the choices, else O(choices), and then `sample` has room for all of them. count <=
 * choices->count. */
void sj_choices_sample(const struct sj_choices *choices, uint32_t count, struct sj_stream *stream, uint32_t *sample);

struct sj_errand;
struct sj_program;

/* One pick. */
struct sj_turn {
  double now;
  struct sj_stream *stream; /* this request's draws (attempt's, where it is tried again) */
  struct sj_choices choices;
  struct sj_errand *errand; /* of its request, or NULL where the policy keeps none */
  uint64_t key;             /* of the request, for consistent hashing */
  /* What a function is told of it. */
  double size;      /* bytes */
  uint64_t number;  /* at its client, from 1 */
  uint32_t attempt; /* 1 for the first, then 2, 3, ... */
};

enum sj_picked {
  SJ_PICKED,
  SJ_PICK_NOBODY, /* there is no choice */
  SJ_PICK_LATER   /* its probes are under way; ask again when one has come back: see sj_balancer_probe_ended */
};

enum sj_end { SJ_END_OK, SJ_END_TIMEOUT, SJ_END_REFUSED, SJ_END_ERROR, SJ_END_ABANDONED };
/* What came of an attempt or a probe. */
struct sj_ended {
  enum sj_end end;
  double now;
  double latency;           /* from its sending; for a timeout what it waited */
  struct sj_report *report; /* that came with the answer; NULL: none. A channel that keeps it takes its own reference */
};

/* A probe that is to be sent, or has been. `errand` and `position` are the balancer's, to be handed back as they are.
 */
struct sj_probe {
  uint32_t channel;
  uint32_t position;
  struct sj_errand *errand; /* NULL: the policy's own */
};

struct sj_policy_state; /* policy.h */
struct sj_shared;       /* shared.h */

struct sj_balancer {
  uint32_t channel_count;
  struct sj_channel *channels;
  struct sj_publishers *publishers; /* of the called pool; NULL without SJ_NEEDS_ANY_REPORTS and _LIVE */
  uint32_t needs;
  struct sj_shared *shared;             /* what the callers of the pool have in common; NULL: each has its own */
  struct sj_chunks *memory, own_memory; /* of the channels */
  bool all_members;                     /* channel i is member i, for all members of the pool */
  uint32_t caller, caller_count;        /* which member of how many this is */
  uint64_t key;                         /* of streams of the policy's own */
  struct sj_policy_state *policy;
  size_t errand_size;
  uint32_t *scratch;       /* 2 x as many numbers as there can be choices, shared by all balancers of the run */
  double *scratch_costs;   /* likewise */
  struct sj_probe *probes; /* wanted, not yet taken: a queue */
  uint32_t probe_head, probe_count, probe_capacity;
  struct sj_errand *errands;  /* all that live */
  struct sj_errand *spare;    /* of requests that are over */
  bool no_memory;             /* something could not be kept; the engine ends the run */
  struct sj_program *program; /* of the run, for policies that are functions; else NULL */
  const char *pool_name;      /* of the servers, for functions */
  enum sj_status status;      /* other than SJ_OK: a function failed, *error says how, and the engine ends the run */
  struct sj_error *error;
};

struct sj_balancer_setup {
  const struct sj_policy *policy; /* must outlive it */
  const uint32_t *members;        /* [channel]: the members it knows, repeats allowed; NULL: 0, 1, ... */
  uint32_t channel_count;
  struct sj_publishers *publishers;
  struct sj_shared *shared; /* see struct sj_balancer; outlives it */
  uint32_t caller, caller_count;
  uint64_t key;
  struct sj_chunks *memory;   /* that outlives it, for channels; NULL: it has its own */
  struct sj_program *program; /* see struct sj_balancer; likewise: */
  const char *pool_name;
  struct sj_error *error;
  uint32_t *scratch; /* each of 2 x sj_policy_most_choices, at least; may be shared, balancers keep nothing there */
  double *scratch_costs;
};

/* SJ_NEEDS_... of a policy and what it is made of. */
uint32_t sj_policy_needs(const struct sj_policy *policy);

/* The most choices that any policy of the tree meets, where the balancer has so many channels. */
uint32_t sj_policy_most_choices(const struct sj_policy *policy, uint32_t channel_count);

/* False: no memory; destroy it all the same. */
bool sj_balancer_create(struct sj_balancer *balancer, const struct sj_balancer_setup *setup);
void sj_balancer_destroy(struct sj_balancer *balancer);

static inline bool sj_balancer_has_errands(const struct sj_balancer *balancer) {
  return (balancer->needs & SJ_NEEDS_ERRANDS) != 0;
}

/* A request has come: its errand, or NULL if there is no memory. `owner` is whatever finds the request again. The
 * turn's stream is of the request, for another purpose than that of its picks; turn->errand is not looked at. */
struct sj_errand *sj_balancer_arrived(struct sj_balancer *balancer, const struct sj_turn *turn, void *owner);
/* The request is closed: its errand is given back once its probes are over. NULL is fine. */
void sj_balancer_left(struct sj_balancer *balancer, struct sj_errand *errand);
void *sj_errand_owner(const struct sj_errand *errand);

enum sj_picked sj_balancer_pick(struct sj_balancer *balancer, const struct sj_turn *turn, uint32_t *channel);

/* The next probe that the policy wants sent now; it counts as sent. False: none. */
bool sj_balancer_next_probe(struct sj_balancer *balancer, struct sj_probe *probe);

/* Part of the next two. */
void sj_balancer_count(struct sj_balancer *balancer, uint32_t channel, bool sent);
static inline void sj_balancer_sent(struct sj_balancer *balancer, uint32_t channel) {
  balancer->channels[channel].in_flight++;
  if (balancer->needs & SJ_NEEDS_COUNTS) sj_balancer_count(balancer, channel, true);
}
static inline void sj_balancer_over(struct sj_balancer *balancer, uint32_t channel) {
  balancer->channels[channel].in_flight--;
  if (balancer->needs & SJ_NEEDS_COUNTS) sj_balancer_count(balancer, channel, false);
}

/* An attempt's end. The engine may leave the call out where needs has none of _LATENCIES, _REPORTS and _ENDS. */
void sj_balancer_ended(struct sj_balancer *balancer, uint32_t channel, const struct sj_ended *ended);
/* A probe's end, which is due for every probe taken, whatever became of it. Returns the errand that may be picked for
 * now, where that is news; else NULL. */
struct sj_errand *sj_balancer_probe_ended(struct sj_balancer *balancer, const struct sj_probe *probe,
                                          const struct sj_ended *ended);

/* The member of a channel is another now (replaced, or back from a crash). */
void sj_balancer_replaced(struct sj_balancer *balancer, uint32_t member);

#endif
