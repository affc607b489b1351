/* What the parts of the event engine share: the state of one run. What they do for each other is in parts.h. Private to
 * src/simulate.
 *
 * Vocabulary. A *request* is one thing that somebody wants done: a client's, a server's call of another server, or one
 * stage of a pipeline. It is made by a *caller* (one per member and call of the model), in one or more *attempts*. An
 * attempt is a message to a server member and what becomes of it there; it has a side that the caller sees (out, or
 * over) and a side that happens (under way, waiting, in service, gone), and its memory lives until both are over. A
 * *flow* is the way of one attempt through a pipeline of servers that hand it on.
 *
 * Every attempt ends exactly once for its caller; a request is closed exactly once. */
#ifndef SJ_SIMULATE_ENGINE_H
#define SJ_SIMULATE_ENGINE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "balance/publisher.h"
#include "balance/shared.h"
#include "model/model.h"
#include "random/stream.h"
#include "results/results.h"
#include "simulate/batcher.h"
#include "simulate/event_list.h"
#include "simulate/pool.h"
#include "simulate/statistics.h"
#include "sojourn/simulate.h"
#include "stats/mser.h"
#include "trace/trace.h"

struct request;
struct attempt;
struct batch;
struct server;
struct caller;
struct flow;
struct engine;

enum event_kind {
  EVENT_CANCELLED = 0,
  EVENT_ARRIVAL,       /* struct arrivals */
  EVENT_THOUGHT,       /* struct customer: a closed population's member has thought */
  EVENT_SERVED,        /* struct attempt: its work is done */
  EVENT_SHARED,        /* struct server: the next of a processor-sharing server is done */
  EVENT_DELIVER,       /* struct attempt: reaches the server */
  EVENT_ANSWER,        /* struct attempt: the answer reaches the caller */
  EVENT_TIMEOUT,       /* struct attempt */
  EVENT_TIMEOUT_QUEUE, /* struct caller: its oldest attempt's timeout */
  EVENT_RETRY,         /* struct request: the backoff is over */
  EVENT_DEADLINE,      /* struct request */
  EVENT_HEDGE,         /* struct request: time for a copy */
  EVENT_PROBE_ARRIVES, /* struct probe: reaches the server */
  EVENT_PROBE_DONE,    /* struct probe: the server answers it */
  EVENT_PROBE_OVER,    /* struct probe: the answer has come, or none will */
  EVENT_FAULT,         /* struct fault_state: begins or ends */
  EVENT_REPLACE,       /* struct server */
  EVENT_REDRAW,        /* struct caller: a channel of its link is drawn anew */
  EVENT_BATCH_DUE,     /* struct server: a batcher's timer */
  EVENT_BATCH_ANSWERS, /* struct server: a batcher answers what ended as it was sent */
  EVENT_BATCH_SAMPLE,  /* struct server: time to look at a batcher's levels */
  EVENT_GRID,          /* a cell of the time series ends */
  EVENT_QUARTER,       /* a quarter of the measured window ends */
  EVENT_WARM,          /* the warm-up ends */
  EVENT_LAST_ARRIVAL,  /* arrivals stop, the drain begins */
  EVENT_GIVE_UP        /* the drain ends */
};

/* What became of an attempt for its caller. */
enum outcome {
  OUTCOME_OK,
  OUTCOME_TIMEOUT,
  OUTCOME_REFUSED,
  OUTCOME_ERROR,
  OUTCOME_BREAKER,
  OUTCOME_BUDGET,
  OUTCOME_DEADLINE
};

/* Where an attempt is. */
enum place {
  PLACE_TO_SERVER, /* on the link */
  PLACE_JOINING,   /* waits in the server for its other branches */
  PLACE_WAITING,   /* for a thread */
  PLACE_SERVED,    /* work in progress */
  PLACE_CALLING,   /* work done, calls out */
  PLACE_HELD,      /* work or calls done, but the server stands still */
  PLACE_FLOWING,   /* has become a flow */
  PLACE_TO_CALLER, /* the answer is on the link */
  PLACE_GONE       /* nothing of it is left but what the caller waits for */
};

enum {
  ATTEMPT_OUT = 1,      /* the caller still waits for it */
  ATTEMPT_HEDGE = 2,    /* a copy */
  ATTEMPT_FIRST = 4,    /* lies inside its request */
  ATTEMPT_IN_QUEUE = 8, /* its timeout is in its caller's queue of timeouts */
  ATTEMPT_HOST = 16,    /* stands for all branches of its flow at a join */
  ATTEMPT_THREAD = 32,  /* holds a thread */
  ATTEMPT_TIMED_OUT = 64,
  ATTEMPT_PROBE = 128 /* tries a member behind an open breaker */
};

struct attempt {
  struct request *request;
  struct attempt *next, *previous; /* in a queue, or among those in service */
  struct server *server;           /* NULL until a member is picked */
  double arrived, started;         /* at the server; service begins (at a quick server, while it waits: its work) */
  uint32_t event;                  /* pending event of its place (delivery, service, answer), or SJ_EVENT_NONE */
  uint32_t index;                  /* place in an array (random order, processor sharing) */
  uint32_t number;                 /* 0 for the first attempt of the request, then 1, 2, ... */
  uint16_t api;
  uint8_t place, flags;
  /* From here on zero at first, and only where the model needs it: see engine->plain. */
  uint32_t children;        /* calls (with wait) not yet closed */
  uint32_t channel;         /* of its caller's balancer, or NO_CHANNEL */
  double sent;              /* first message sent */
  struct sj_report *report; /* of the server, that goes with the answer; held; or NULL */
  uint16_t next_call;
  uint8_t begun_again;                         /* times that its service began anew, up to 255 */
  uint8_t outcome;                             /* that the answer under way carries */
  bool finished;                               /* in_flight_until = "served": its server has, so it is not in flight */
  bool answered;                               /* an answer was made: what its calls still do changes nothing */
  struct attempt *sibling;                     /* next of the request's attempts that are out */
  struct attempt *timer_next, *timer_previous; /* in the caller's queue of timeouts */
  double expires;                              /* when it times out */
  double message_sent;                         /* the message now under way was sent */
  double done_at;                              /* when its work will be done; while standing still: the work left */
  struct attempt *merged;                      /* next of the branches that this one stands for */
  struct server *guarded;                      /* whose breaker learns how it ends; NULL: none */
  struct flow *flow;                           /* what it has become; of a host: what it belongs to, until that ends */
  uint32_t timer;                              /* EVENT_TIMEOUT, or SJ_EVENT_NONE */
  uint32_t place_of_link;                      /* see link.h */
};

#define NO_CHANNEL UINT32_MAX

enum {
  REQUEST_OPEN = 1,
  REQUEST_COUNTED = 2, /* arrived in the measured window */
  REQUEST_QUEUED = 4,  /* waits for a connection */
  REQUEST_ORBIT = 8,   /* an attempt of it has timed out (counted in its server's orbit) */
  REQUEST_HEDGED = 16,
  REQUEST_ARRIVED = 32, /* a pipeline stage that has come to a join */
  REQUEST_STAGE = 64,   /* `parent` is not set, `flow` is */
  /* The policy waits for its probes: then an attempt is to be sent, or a copy. */
  REQUEST_WANTS_ATTEMPT = 128,
  REQUEST_WANTS_COPY = 256,
  REQUEST_BRIEF = 512 /* see caller_steps.h */
};

struct request {
  struct caller *caller;
  struct attempt *parent;   /* the attempt that made this call; NULL for a client's */
  struct attempt *attempts; /* those that are out */
  struct request *next;     /* waiting for a connection */
  double arrival;
  uint64_t lineage; /* its place in the random streams: which request of which client, and which call below it */
  uint32_t tries;   /* first attempt and retries made */
  int32_t priority;
  uint32_t references; /* attempts that live, one while open, one while queued */
  uint16_t call;       /* of its parent's */
  uint16_t target;     /* of its caller's */
  uint32_t flags;
  struct attempt first;
  /* From here on zero at first, and only where the model needs it. */
  double recorded, size;
  struct flow *flow;   /* stage of */
  struct batch *batch; /* that it is for a batcher; NULL for anything else */
  struct server *orbit_server;
  struct server *served_by;  /* a stage's, when it has succeeded */
  struct customer *customer; /* of a closed population; set for a client's requests alone */
  struct sj_errand *errand;  /* what its caller's policy keeps for it, or NULL */
  uint32_t deadline_event, retry_event, hedge_event;
  uint32_t attempts_made;
};

/* One attempt's way through a pipeline. */
struct flow {
  struct attempt *root;
  struct flow *next, *previous;
  uint32_t live;   /* stages that are open */
  uint32_t stages; /* made so far */
  bool reached_end;
  bool silent;     /* the last branch failed without an answer */
  uint8_t failure; /* why it failed */
  struct {
    uint32_t live;        /* stages that may still come to this join */
    bool passed;          /* the joined request has gone on */
    struct attempt *host; /* the branch that stands there for all */
  } joins[];
};

struct original;  /* original.h */
struct breaker;   /* breaker.c */
struct hedging;   /* hedging.c */
struct balancing; /* balancing.c */
struct channels;  /* link.c */
struct probe;     /* balancing.c */

/* The members of a pool that a caller knows; `members` NULL: all. */
struct subset {
  uint32_t count, *members;
};

/* One way of calling: a client member, or one call of one server member. */
struct caller {
  const struct sj_call *spec;
  struct client *client; /* NULL for a server's */
  struct server *server; /* whose call it is; NULL for a client's */
  uint32_t member;
  struct call_counts *counts;
  const uint64_t *keys; /* KEY_... */
  bool direct;          /* one member to call, nothing between, nothing to watch: the attempt goes straight in */
  bool brief;           /* its requests are brief: see caller_steps.h */
  bool timeout_constant;
  bool mixed_timeouts; /* a fault has changed them */
  bool is_stage;
  struct server *only; /* the member, where there is just one */
  uint16_t only_api;

  uint32_t out; /* attempts out */
  struct request *queue_head, *queue_tail;
  bool draining;

  struct attempt *timer_head, *timer_tail; /* constant timeouts expire in the order of sending */
  uint32_t timer_event;

  uint64_t turn;                    /* round robin */
  struct balancing **balancings;    /* [target], each made when first needed, for the first of a server; or NULL */
  struct balancing *only_balancing; /* the array of one target */
  double tokens, tokens_at;
  struct subset *subsets;    /* [target], or NULL: all members are known */
  struct caller *guard;      /* whose breakers tell whom it may call: itself; of a pipeline's first stage, its caller */
  struct breaker **breakers; /* [target][member], made when first needed; NULL without breaker */
  uint32_t open_breakers;    /* of these: with none, all members may be picked */
  struct hedging *hedging;
  const struct sj_distribution *timeout;
  struct sj_distribution *owned_timeout; /* the same, where each member has its own */
  uint32_t **known_by;                   /* [target][member], of the first of a server: see work.c; or NULL */
  struct channels *channels;             /* of its link, where laws are drawn for each; or NULL */
  struct sj_call *stage_spec;            /* for a target that hands requests on: how its first stage is called */
  struct caller *stage;
};

/* The first of the caller's targets that is of the same server as this one. */
static inline size_t first_target(const struct caller *caller, size_t target) {
  const uint32_t server = caller->spec->targets[target].server;
  size_t first = 0;
  while (caller->spec->targets[first].server != server) first++;
  return first;
}

/* Purposes of a caller's random streams. */
enum {
  KEY_TIMEOUT,
  KEY_BACKOFF,
  KEY_TARGET,
  KEY_POLICY,
  KEY_LINK,
  KEY_BACK,
  KEY_SUBSET,
  KEY_LAW,
  KEY_ERRAND,
  KEY_BALANCER,
  KEY_PROBE,
  KEY_PROBE_BACK,
  KEY_PROBE_TIMEOUT,
  KEY_REDRAW,
  KEY_COUNT
};

struct customer {
  struct arrivals *arrivals;
  struct sj_stream stream; /* of its think times */
  uint32_t number;         /* it belongs to the population while that is larger */
  bool gone;               /* it does not: it came to an end of a request or a thought, and left */
};
struct customers {
  struct customers *next;
  uint32_t count;
  struct customer all[];
};

/* One source of requests: a whole pool's, or one member's. */
struct arrivals {
  struct client *client;
  const struct sj_arrivals *spec;
  int64_t member; /* -1: each request goes to a uniform member */
  struct sj_stream stream;
  uint64_t base_lineage, number; /* of the next request */
  double next_time;
  uint32_t event;
  struct customers *customers; /* those made last first */
  uint32_t customer_count;
  size_t state; /* mmpp */
  struct {
    struct sj_stream stream;
    size_t state;
    double time;
  } before;      /* mmpp: as it was when the next arrival was looked for */
  uint64_t left; /* spread */
  double last;   /* spread, piecewise: where the last arrival was */
  struct sj_trace_reader *reader;
  struct sj_trace_record record;
  double origin, recorded_origin; /* a recorded time t is replayed at origin + (t - recorded_origin) / rate_factor */
  const struct sj_distribution *interval;
  struct sj_distribution *owned_interval;
  double mean_interval; /* poisson: 1 / rate */
  double standstill;    /* of a source whose rate is 0: what is left, as rate times time; NAN: not known */
};

struct client {
  const struct sj_client *spec;
  struct caller *callers; /* [member] */
  struct arrivals *arrivals;
  size_t arrivals_count;
  struct client_statistics *statistics; /* of the pool */
  struct client_statistics *members;    /* [member], or NULL */
  struct server_pool *latency_from; /* whose sojourn times are the latencies, which are then measured once; or NULL */
  const struct sj_distribution **sizes; /* [member], or NULL */
  struct sj_distribution **owned_sizes;
  uint64_t keys[KEY_COUNT];
  uint64_t size_key, member_key, lineage_key;
};

struct queue {
  struct attempt *head, *tail; /* fifo and lifo; of one priority */
  struct attempt **array;      /* random order */
  uint32_t count, array_capacity;
  struct queue_level *levels; /* priority: sorted */
  uint32_t level_count;
};

struct sharing; /* sharing.c: processor sharing */

struct admission {
  double tokens, at;             /* token bucket */
  double above_since, drop_next; /* codel */
  uint32_t drops, last_drops;
  bool dropping;
};

struct server {
  const struct sj_server *spec;
  struct engine *engine;
  uint32_t index, member;
  struct server_statistics *statistics;                                  /* of the pool */
  struct server_statistics *own;                                         /* of the member, or NULL */
  struct sj_publisher *publisher;                                        /* of its reports, where a policy looks at
                                                                            them; else NULL */
  uint64_t service_key, order_key, admission_key, fail_key, failure_key; /* failure: a store's own */

  uint32_t threads, busy, in_system, waiting;
  double capacity;
  double pace;    /* speed / slow factors: the rate at which work gets done */
  double stretch; /* 1 / pace */
  enum sj_discipline discipline;
  bool counted_apart;     /* levels are counted in more places than the pool\'s gauges */
  bool levels_follow;     /* waiting and busy follow from in_system, and only that is counted: see statistics.h */
  double slow;            /* product of the slow faults in force */
  uint32_t down, stalled; /* faults in force */
  double fail_ratio;      /* 1 - product of (1 - ratio) */
  bool simple;            /* nothing to check at arrival but capacity */
  bool particular;        /* its work is not just a draw: see work.c */
  bool ends_well;         /* work done there is a request done: nobody is called, nothing fails */
  bool quick;             /* of a plain model, and simple, first in first out, levels_follow: see plain.h */
  uint32_t room;          /* the capacity as a whole number while it is simple; else 0, so that one look is enough */
  bool codel;             /* some admission is CoDel */
  uint32_t sharers;       /* processor sharing: requests that hold a share */
  struct queue queue;
  struct attempt *working; /* in service: those whose EVENT_SERVED is pending or whose work stands still */
  struct attempt *other;   /* in the system but neither in the queue nor working: calling, joining, held */
  struct sharing *sharing;
  struct admission *admissions;
  struct batcher *batcher;             /* NULL for a server that is none */
  const struct sj_distribution **work; /* [api] */
  struct sj_distribution **owned_work; /* [api], NULL where fixed */
  struct caller **calls;               /* [api][call] */
  struct sj_stream replace_stream;
  uint64_t replacements;
  uint32_t lives;        /* replacements and crashes */
  double rtt, first_rtt; /* what it drew for its links, now and at the start; 0: not given */
  uint64_t law_key, random_number;
};

/* All members of a server of the model. */
struct server_pool {
  const struct sj_server *spec;
  struct server *members;
  uint32_t count;
  uint32_t join; /* index of the join + 1, 0: none */
  uint64_t join_key;
  uint64_t reach; /* joins that a stage sent here may come to, as bits */
  struct server_statistics *statistics;
  struct server_statistics *member_statistics;
  uint64_t **call_keys;      /* [api][call x KEY_COUNT] */
  struct call_counts calls;  /* that its members make */
  struct call_counts stages; /* of pipelines, sent to its members */
  uint32_t policy_needs;     /* SJ_NEEDS_... of all that pick among its members */
  struct sj_publishers *publishers;
  struct sj_shared shared_by_policies;
  struct balancing *balancings; /* of all callers, the last made first */
};

struct fault_state {
  const struct sj_fault *spec;
  struct sj_stream stream;
  bool active;
  double started, ended; /* the last time */
  uint32_t *members;     /* affected while active: indices of place's pool */
  uint32_t member_count;
};

struct variant {
  struct sj_model *model;
  struct fault_state **faults; /* that make it, in order */
  size_t fault_count;
  struct variant *next;
};

struct engine {
  double now;
  struct sj_event_list events;
  const struct sj_model *model;   /* as loaded */
  const struct sj_model *current; /* with the changes in force */
  const struct sj_simulate_options *options;
  const struct sj_results *results;
  uint64_t seed, run;
  double warmup, duration, drain;
  bool counting; /* requests that arrive now are counted */
  bool arriving; /* arrivals go on */
  bool done;
  bool running; /* neither done nor failed */
  bool plain;   /* the short forms of request and attempt suffice */
  bool no_memory;
  uint64_t dispatched;
  uint64_t open;  /* clients' requests */
  uint64_t alive; /* requests, open or with something of them left somewhere; not counted where all are plain */

  struct sj_pool requests, attempts, probes;
  struct client *clients;
  struct server_pool *servers;
  size_t join_count;
  struct flow *flows;
  struct fault_state *faults;
  bool faulty;           /* the model has faults */
  bool listed;           /* those in service are kept in lists: for faults, and where some may be put back */
  size_t cuts;           /* cut faults of the model */
  uint32_t most_known;   /* members of a pool, by anybody */
  uint32_t *scratch;     /* as many numbers */
  uint32_t most_choices; /* that a balancer can meet; twice as many numbers each, for all of them: */
  uint32_t *choice_scratch;
  double *cost_scratch;
  struct sj_chunks balancing_memory;
  struct sj_program *program;          /* the functions of the model, where policies are some */
  struct fault_state **active_changes; /* faults with set or scale in force, in the order they began */
  size_t active_change_count;
  struct variant *variants;

  double grid_step;
  size_t grid_next;
  double *series;              /* the run's */
  struct sj_heatmap *heatmaps; /* [client], the run's; NULL where `series` is */
  int quarter;
  bool watched; /* csv, pilot or members: more is to be done at the end of a request */
  FILE *csv;
  struct sj_mser *pilot;     /* [client]: latencies of a pilot run, or NULL */
  struct original *original; /* discrete time, at the end of a run: its own figures */
  struct sj_error *error;
  enum sj_status status; /* other than SJ_OK ends the run */
};

/* Whether some request to it waits there for others, or makes others at least; those that it hands on aside. */
static inline bool calls_others(const struct sj_server *spec) {
  for (size_t a = 0; a < spec->api_count; a++)
    if (spec->apis[a].call_count > 0 && !spec->apis[a].forward) return true;
  return false;
}

/* The lineage of what comes out of `lineage`: an attempt after the first, a call, a stage. */
static inline uint64_t lineage_below(uint64_t lineage, uint64_t which) {
  return sj_mix(lineage ^ (which * UINT64_C(0xda942042e4dd58b5)));
}
static inline uint64_t attempt_lineage(const struct attempt *attempt) {
  return attempt->number == 0 ? attempt->request->lineage : lineage_below(attempt->request->lineage, attempt->number);
}

/* The lineage of stage `stage` (0, 1, ...) of the flow that an attempt of lineage `root` has become. */
static inline uint64_t stage_lineage(uint64_t root, uint32_t stage) {
  return lineage_below(root, UINT64_C(0x20000) + stage);
}

static inline void schedule(struct engine *engine, double time, enum event_kind kind, void *argument) {
  sj_event_schedule(&engine->events, time, (uint32_t)kind, argument, false);
}

/* A stream at its beginning for one draw or a few: of a purpose (key), for one attempt or request (lineage). */
static inline struct sj_stream stream_of(uint64_t key, uint64_t lineage) {
  struct sj_stream stream;
  sj_stream_seed(&stream, key, lineage);
  return stream;
}

/* Whether the user wishes to end: asked by several threads, told by one or by a signal's handler. `stop` may be NULL.
 */
static inline bool sj_stop_wanted(const volatile sig_atomic_t *stop) {
  return stop && __atomic_load_n(stop, __ATOMIC_RELAXED);
}

#include "simulate/parts.h"

#endif
