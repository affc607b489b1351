/* The checked model that engines run: what include/sojourn/model.h keeps opaque.
 *
 * Everything here is immutable after loading and owned by the model. Times and rates are in the model's time unit.
 * "None" is NULL for pointers, INFINITY for limits, 0 for counts where said. */
#ifndef SJ_MODEL_MODEL_H
#define SJ_MODEL_MODEL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random/distribution.h"
#include "sojourn/model.h"
#include "trace/trace.h"

/* A drawn quantity. `fixed` is its distribution, the same for every member; or NULL for a per_member law, which each
 * member of a pool gets from sj_law_instantiate at its creation and at every replacement. */
struct sj_law {
  const struct sj_distribution *fixed;
  const struct sj_member_law *member; /* NULL if fixed */
};
/* Draws x from the law's own distribution with `stream` and returns the distribution that follows from it, the caller's
 * to destroy. For a fixed law returns NULL (use `fixed`). NULL with a message in `error` if the drawn x gives
 * impossible parameters. */
struct sj_distribution *sj_law_instantiate(const struct sj_law *law, struct sj_stream *stream, struct sj_error *error);
/* The same in two steps, for those who keep the distributions that follow from the same x: only for per_member laws.
 * `server_rtt` is that of the called member, for the laws of links. */
double sj_law_draw_parameter(const struct sj_law *law, struct sj_stream *stream, double server_rtt);
struct sj_distribution *sj_law_with_parameter(const struct sj_law *law, double x, struct sj_error *error);

static inline bool sj_law_given(const struct sj_law *law) { return law->fixed || law->member; }

struct sj_token_bucket {
  bool given;
  double capacity, rate; /* tokens, tokens per time; starts full */
};

enum sj_jitter { SJ_JITTER_NONE, SJ_JITTER_FULL, SJ_JITTER_EQUAL, SJ_JITTER_EXPONENTIAL };
/* Before retry i = 1, 2, ...: min(max, base * factor^(i-1)); full: uniform on [0, that]; equal: half of it plus uniform
 * on [0, half]; exponential: that is the mean. */
struct sj_backoff {
  bool given;
  double base, factor, max;
  enum sj_jitter jitter;
};

/* Opens when at least `failures` (share) of the attempts that ended in the last `window` failed, from 10 on. */
struct sj_circuit_breaker {
  bool given;
  double failures, window, open_for;
};

struct sj_hedge {
  bool given;
  double after; /* latency quantile in [0.5, 1), or NAN if `delay` is given */
  double delay;
};

/* Messages between a caller and a server. If `rtt` is given it is drawn once an attempt, and each direction takes half;
 * else `one_way`. Neither: no delay. */
struct sj_link {
  bool given;
  struct sj_law rtt, one_way;
  double per_byte; /* time a byte, on the way to the server */
  double loss;     /* probability that a message is lost, each direction */
  double redraw;   /* rate at which a channel's drawn parameter is drawn anew; 0: never */
};

/* ---- load balancing: see src/balance ---- */

/* A controller of a server's weight by its utilization (per cent): weight += proportional e + integral (sum of e) +
 * derivative (change of e) with e = target - utilization, where the target is the members' mean, plus `margin` if that
 * is under `ceiling`. */
struct sj_pid_settings {
  double proportional, integral, derivative, margin, ceiling;
};

/* How a server measures what it reports. */
struct sj_publish {
  double window; /* time over which it averages */
  double ewma;   /* weight of the newest value */
  struct sj_pid_settings pid;
};

enum sj_aggregate { SJ_LATEST, SJ_MEAN, SJ_EWMA };
/* What servers report. */
enum sj_reported {
  SJ_FIGURE_IN_FLIGHT,
  SJ_FIGURE_EXPECTED_LATENCY,
  SJ_FIGURE_UTILIZATION,
  SJ_FIGURE_REQUEST_RATE,
  SJ_FIGURE_LATENCY,
  SJ_FIGURE_CAPACITY, /* of `aggregate` utilization and `of_rate` request rate; likewise: */
  SJ_FIGURE_AVAILABLE_CAPACITY,
  SJ_FIGURE_PID_WEIGHT
};
enum sj_cost_kind {
  SJ_COST_CLIENT_IN_FLIGHT, /* what this caller has out there */
  SJ_COST_CLIENT_LATENCY,   /* of this caller's last requests there */
  SJ_COST_REPORTED,         /* `figure` as the last answer from there had it */
  SJ_COST_ACTUAL            /* `figure` as it is now */
};
struct sj_cost {
  enum sj_cost_kind kind;
  enum sj_reported figure;
  enum sj_aggregate aggregate, of_rate;
};

/* Which members of a pool a caller knows: src/balance/subset.h. */
enum sj_subsetting { SJ_SUBSET_RANDOM, SJ_SUBSET_DETERMINISTIC, SJ_SUBSET_APERTURE };
/* gRPC's weighted round robin: src/balance/weighted_round_robin.c. */
struct sj_utilization_weights {
  double blackout, expiry, update; /* times */
  double error_penalty;
};
/* Consistent hashing: src/balance/hashing.c. */
struct sj_hashing {
  uint32_t keys;      /* population of keys; 0: every request has its own */
  double zipf;        /* exponent of their popularity; 0: all alike */
  double load_factor; /* bounded_hash */
  uint32_t points;    /* bounded_hash: on the ring, of each member */
  uint32_t table;     /* maglev: its size */
};
/* src/balance/prequal.c. */
struct sj_prequal {
  uint32_t pool;           /* most probe answers kept */
  double probes, removals; /* a request */
  double age;              /* time after which an answer is dropped */
  double delta;            /* of the reuse budget */
  double cutoff;           /* quantile of requests in flight above which a member is hot */
};

enum sj_policy_kind {
  SJ_POLICY_RANDOM,
  SJ_POLICY_ROUND_ROBIN,
  SJ_POLICY_PICK_FIRST,
  SJ_POLICY_LEAST_COST,
  SJ_POLICY_WEIGHTED,
  SJ_POLICY_HOT_COLD,
  SJ_POLICY_PID_WEIGHTED,
  SJ_POLICY_FASTEST_PROBE,
  SJ_POLICY_WITH_PROBES,
  SJ_POLICY_SUBSET_OF,
  SJ_POLICY_POWER_OF_CHOICES,
  SJ_POLICY_JOIN_SHORTEST_QUEUE,
  SJ_POLICY_JOIN_IDLE_QUEUE,
  SJ_POLICY_LEAST_REQUESTS,
  SJ_POLICY_PEAK_EWMA,
  SJ_POLICY_SUCCESS_LATENCY,
  SJ_POLICY_WEIGHTED_ROUND_ROBIN,
  SJ_POLICY_PREQUAL,
  SJ_POLICY_BOUNDED_HASH,
  SJ_POLICY_MAGLEV,
  SJ_POLICY_APERTURE,
  SJ_POLICY_ZONE_AWARE,
  SJ_POLICY_CALLER_SUBSET,
  SJ_POLICY_FUNCTION, /* has no name in the language, so it comes last */
  SJ_POLICY_KINDS
};
/* One node of a policy's tree. Zero is `random`. */
struct sj_policy {
  enum sj_policy_kind kind;
  uint64_t
      place; /* where it stands in the model: tells its policies apart, and is the same in all variants and copies */
  const struct sj_function
      *function; /* one's own, in Lua: lua/program.h; else NULL. What its file names, it may see: */
  bool sees_latencies, sees_reports, sees_expected_latency, sees_pid_weight;
  struct sj_cost cost;   /* least_cost, weighted; hot_cold: rank */
  struct sj_cost health; /* hot_cold */
  double cutoff;         /* hot_cold: the quantile of health up to which a member is healthy */
  uint32_t choices;      /* least_cost and others: sampled first; 0: all; join_idle_queue: queues a server looks at */
  bool negative;         /* weighted: costs may be negative */
  bool zero_is_unknown;  /* weighted: a cost of 0 says nothing */
  bool only_if_idle;     /* fastest_probe: answers of members where something waits do not count */
  uint32_t per_request;  /* with_probes: probes a request ... */
  bool at_most_idle;     /* ... but no more than there are members with nothing in flight */
  uint32_t size;         /* subset_of, caller_subset, aperture */
  bool replacement;      /* subset_of: drawn with replacement */
  struct sj_pid_settings pid;    /* pid_weighted */
  const struct sj_policy *inner; /* of policies that wrap another: the one that picks; else NULL */
  bool sees_servers; /* join_shortest_queue, power_of_choices: true queues, else the caller's own requests */
  enum sj_subsetting subsetting; /* caller_subset */
  double decay;                  /* peak_ewma, success_latency: time */
  const double *weights;         /* least_requests: of member i, weights[i mod weight_count]; count 0: all alike */
  size_t weight_count;
  double active_request_bias; /* least_requests */
  uint32_t zones,
      least_members; /* zone_aware: member i is in zone i mod zones; below so many zones are not looked at */
  struct sj_utilization_weights utilization_weights; /* weighted_round_robin */
  struct sj_hashing hashing;                         /* bounded_hash, maglev */
  struct sj_prequal prequal;                         /* prequal */
};

/* One of the weighted targets of a call. */
struct sj_target {
  double weight;
  uint32_t server; /* index into model->servers */
  uint32_t api;    /* index into its apis */
};

/* How a caller (a client, or a server for one of its downstream calls) calls: everything but where its requests come
 * from. */
struct sj_call {
  struct sj_target *targets; /* at least one */
  size_t target_count;
  struct sj_law timeout; /* of each attempt, from its sending; not given: none */
  uint32_t retries;      /* after the first attempt */
  double deadline;       /* of the request, from its arrival; INFINITY: none */
  struct sj_backoff backoff;
  struct sj_token_bucket retry_budget;
  struct sj_circuit_breaker breaker;
  struct sj_hedge hedge;
  bool cancel;          /* what timed out or lost is withdrawn from queues */
  bool late_accept;     /* late = "accept": a late answer completes a request that is still open */
  uint32_t connections; /* most attempts out per caller member; 0: no limit */
  int32_t priority;     /* smaller first */
  bool priority_given;  /* false for a server's call: inherit the caller's */
  uint32_t subset;      /* members each caller knows of a target pool, drawn at random; 0: all */
  bool subset_replacement;
  struct sj_policy policy;
  bool until_served; /* in_flight_until = "served": a channel counts what its server has not finished */
  struct sj_link network;
  /* Into a pipeline: the stage's own timeout (not given: none) and retries. For a client's call of a server that
   * forwards, and for the entries of `forward` (where the language's `timeout` and `retries` mean these). */
  struct sj_law stage_timeout;
  uint32_t stage_retries;
  /* Only for a server's calls. */
  bool wait;     /* false: fire and forget */
  bool optional; /* a failure does not fail the request */
  int line;
};

enum sj_arrivals_kind {
  SJ_ARRIVALS_POISSON,
  SJ_ARRIVALS_RENEWAL, /* `interval`; `every(x)` is one with a constant */
  SJ_ARRIVALS_MMPP,
  SJ_ARRIVALS_PIECEWISE,
  SJ_ARRIVALS_CLOSED,
  SJ_ARRIVALS_SPREAD,
  SJ_ARRIVALS_TRACE
};
struct sj_arrivals {
  enum sj_arrivals_kind kind;
  double rate;            /* poisson */
  struct sj_law interval; /* renewal; closed: the think time */
  size_t state_count;     /* mmpp: states; starts in the stationary distribution */
  double *rates;          /* mmpp: of each state; piecewise: of each piece */
  double *transitions;    /* mmpp: state_count x state_count by rows, diagonal 0 */
  size_t piece_count;     /* piecewise: rate 0 before the first `from`; the last piece has no end */
  double *from;           /* piecewise: increasing */
  uint32_t population;    /* closed */
  uint64_t count;         /* spread: that many ... */
  double over;            /* ... uniform on [0, over) */
  const struct sj_trace *trace;
  double replay_from, replay_to; /* trace: the part that is replayed, as sj_trace_options says */
  double rate_factor;            /* trace: recorded time is divided by it; services are not */
  double mean_rate;              /* long-run arrivals per time, all members together; NAN if unknown (closed) */
};

struct sj_client {
  char *name;
  uint32_t count;  /* members of the pool; 1 for a plain client */
  bool pool;       /* declared with count: members are name[0], name[1], ... */
  bool per_client; /* each member has its own arrivals; else the pool's go to a uniform member each */
  struct sj_call call;
  struct sj_arrivals arrivals;
  struct sj_law size; /* bytes; not given: 0 (or the trace's) */
  int line;
};

struct sj_api {
  char *name; /* NULL for the nameless one */
  struct sj_law work;
  struct sj_call *calls; /* after the work; or, if `forward`, the next stages */
  size_t call_count;
  bool parallel; /* order of the calls */
  bool forward;  /* `calls` are handed the request, which this server then forgets */
};

enum sj_discipline { SJ_FIFO, SJ_LIFO, SJ_RANDOM_ORDER, SJ_PRIORITY, SJ_PROCESSOR_SHARING };

enum sj_admission_kind { SJ_ADMIT_TOKEN_BUCKET, SJ_ADMIT_THROTTLE, SJ_ADMIT_CODEL, SJ_ADMIT_MAX_IN_FLIGHT };
struct sj_admission {
  enum sj_admission_kind kind;
  struct sj_token_bucket bucket;
  double above, admit;     /* throttle; needs a finite server capacity */
  double target, interval; /* codel */
  uint32_t limit;          /* max_in_flight: requests in service */
};

/* What a component that can be called is. A batcher has one api without work, whose one call is how it calls its
 * target; a store has one api, whose work is its latency without the bytes, and never a queue. */
enum sj_server_kind { SJ_SERVER, SJ_BATCHER, SJ_STORE };

/* Collects requests and sends them on together. A batch is due when the waiting requests have `bytes` or are `count`,
 * when the first of them has waited `after`, or, if `when_idle`, at once; it is sent when fewer than `in_flight` are on
 * the way, and takes requests from the head until it has `bytes` or `count`. */
struct sj_batcher {
  double after, bytes; /* INFINITY: not a reason */
  uint32_t count;      /* 0: not a reason */
  bool when_idle;
  uint32_t in_flight; /* 0: no limit */
  bool ordered;       /* answers its requests in the order of sending */
  /* How some batchers go wrong; see docs/persistence.md. */
  bool timer_rounds;         /* due is (now - start) >= after; and the timer is not set again */
  bool timer_forgets;        /* set only by the request that begins a batch, not looked at again at the limit */
  bool one_batch_per_answer; /* at the limit requests wait apart; an answer sends one batch of them, a failure none */
  double retry_polls;        /* a retry without a slot asks again after this time; 0: it goes first */
  bool abandoned_vanish;     /* the requests of an abandoned batch are never answered */
  double sample_every;       /* its levels are also sampled so often, for metrics `original`; 0: not */
};

struct sj_store {
  double per_byte;         /* time a byte */
  double failure;          /* probability that a request fails */
  double failure_slowdown; /* how many times as long that takes */
};

/* What a store's requests cost. */
struct sj_price {
  bool given;
  double per_1000_requests, per_GB; /* money; a GB is 10^9 bytes */
};

/* A month of costs: 730 hours, as the bills of clouds have it. */
#define SJ_SECONDS_PER_MONTH 2628000.0

struct sj_server {
  char *name;
  enum sj_server_kind kind;
  struct sj_batcher batcher;
  struct sj_store store;
  uint32_t count;
  bool pool;
  struct sj_law threads; /* drawn once a member (and at replacement), rounded, at least 1 */
  double capacity;       /* INFINITY: unlimited */
  enum sj_discipline discipline;
  struct sj_api *apis;
  size_t api_count; /* at least 1 */
  struct sj_admission *admissions;
  size_t admission_count;
  bool refuse_silent;
  bool async;
  bool join;
  double speed;
  double replace_rate;  /* of each member, per time; 0: never */
  bool replace_requeue; /* what a new member has no threads for goes back to the queue's head and starts over */
  struct sj_law rtt;    /* each member's share of its callers' round trips; not given: none */
  double cold_start, probe_service;
  struct sj_publish publish;
  double orbit; /* solve only; NAN if not given */
  int line;
};

enum sj_fault_kind { SJ_FAULT_CHANGE, SJ_FAULT_CRASH, SJ_FAULT_STALL, SJ_FAULT_SLOW, SJ_FAULT_CUT, SJ_FAULT_FAIL };
/* One `path = value` (or `path` times `factor`) of a fault's `set` or `scale`. Opaque but for what engines pass on. */
struct sj_change {
  const char *path;
  bool scale;
  double factor;                /* scale */
  const struct sj_value *value; /* set */
};
/* A component named by a fault. */
struct sj_place {
  bool is_client;
  uint32_t index; /* into model->clients or ->servers */
  int64_t member; /* -1: all members (or `members` random ones) */
};
struct sj_fault {
  enum sj_fault_kind kind;
  double at;                           /* NAN if random */
  const struct sj_distribution *every; /* time from the end of one (or the start) to the next; NULL if `at` */
  const struct sj_distribution *lasts; /* INFINITY never occurs: a fault without `lasts` has NULL here and stays */
  struct sj_place place, other;        /* `other`: the second of a cut */
  uint32_t members;                    /* that many random members; 0: all that `place` names */
  double factor;                       /* slow: by */
  double ratio;                        /* fail */
  bool lost_error;                     /* crash: what was lost answers an error at once; else silence */
  struct sj_change *changes;
  size_t change_count;
  int line;
};

enum sj_run_kind { SJ_RUN_STEADY, SJ_RUN_TERMINATING };
struct sj_run_settings {
  enum sj_run_kind kind; /* resolved: the default of the contract is already applied */
  double duration;       /* resolved likewise (10^5 expected arrivals, or the trace's end) */
  double warmup;         /* NAN: find it (steady only); 0 for terminating */
  double drain;          /* resolved: 10 x duration by default */
  uint32_t runs;         /* resolved: 8, or 1 where nothing is random */
  bool nothing_random;   /* true if every run would be the same */
  uint64_t seed;
};

/* How the Markov chain of a model is made, and what is asked of it: for src/solve. */
struct sj_solve_settings {
  bool chebyshev_tail;    /* timeout_tail: Chebyshev's bound; else exact */
  bool empty_times_out;   /* tail_of_empty: at an empty server of a row a timeout is certain; else it adds nothing */
  bool original_arrivals; /* arrivals that will time out enter the queue twice; else once */
  double alpha;           /* share of timed-out new arrivals that join the orbit */
  bool retry_when_full;
  double horizon, step; /* of the transient */
  double low, high;     /* the regimes, as shares of capacity + 1 */
  double metastable_factor;
  uint32_t phases; /* of the Erlang law that stands for what is deterministic, where that is allowed */
};
/* The regimes of a server of that capacity (largest number in the system): at most, at least so many in the system. */
static inline double sj_solve_low(const struct sj_solve_settings *solve, double capacity) {
  return floor(solve->low * (capacity + 1) + 1e-9);
}
static inline double sj_solve_high(const struct sj_solve_settings *solve, double capacity) {
  return floor(solve->high * (capacity + 1) + 1e-9);
}

enum sj_comparison { SJ_LESS, SJ_LESS_EQUAL, SJ_GREATER, SJ_GREATER_EQUAL, SJ_EQUAL };
struct sj_expectation {
  char *metric;
  enum sj_comparison comparison;
  double bound;
  bool simulate, solve; /* the engines that give this metric */
  int line;
};

/* How the original of a shipped model took its figures: of completions at multiples of `every` later than `after`. */
struct sj_original {
  bool given;
  double every, after;
};

struct sj_model {
  char *file, *title;      /* title: NULL if none */
  char *rank_by;           /* a metric, "+" or "-" before it; NULL: not said */
  char *scenario;          /* applied; NULL if none */
  char time_unit[16];      /* "s" */
  double seconds;          /* of one time unit; NAN for a unit of another name */
  double quantum;          /* > 0: discrete time */
  bool overlapping_states; /* discrete time: latencies that callers rank by count each change of state twice */
  struct sj_original original;
  struct sj_run_settings run;
  struct sj_solve_settings solve;
  struct sj_price price;
  size_t client_count, server_count, fault_count, expectation_count, scenario_count;
  struct sj_client *clients;
  struct sj_server *servers;
  struct sj_fault *faults;
  struct sj_expectation *expectations;
  char **scenarios;
  /* Derived. */
  size_t note_count;
  char *
      *notes; /* what the user should be told with every result ("times of ... are whole seconds: spread uniformly") */
  struct sj_document *document; /* the syntax it came from; model/ only */
};

/* The canonical form with the settings of solve, which no other engine looks at, as its last member. The caller frees
 * it.
 */
char *sj_model_canonical_to_solve(const struct sj_model *model, const struct sj_solve_settings *solve);

/* The model that a canonical form (not that to solve) describes, named `name`, with that duration of its runs.
 * SJ_INVALID: it cannot be had again exactly, since the form names data files by their hash, or has what this does not
 * read (networks, policies, batchers, ...): what is made is taken only if its own canonical form is the same, byte for
 * byte. */
enum sj_status sj_model_from_canonical(const char *name, const char *canonical, double duration,
                                       struct sj_model **model, struct sj_error *error);

/* How many metrics BATCHER.retries[k] there are, k = 1, 2, ...: one for each retry, ten at most. */
static inline uint32_t sj_batcher_retry_metrics(const struct sj_server *batcher) {
  const uint32_t retries = batcher->apis[0].calls[0].retries;
  return retries < 10 ? retries : 10;
}
/* What arrives per time at one member / its threads, first attempts only; NAN if unknown. */
struct sj_offered_load {
  double work; /* the server's own */
  double held; /* threads held for calls, where nothing waits; what takes a time that is not known counts as 0 */
  double peak; /* both together, with every client at its highest rate (piecewise arrivals) */
};
/* [server]; the caller frees it. The means behind it may take some milliseconds, so nothing computes it that does not
 * show it. */
struct sj_offered_load *sj_model_offered_load(const struct sj_model *model);

/* The model as it is while the `count` changes are in force, applied in order (the last `set` wins, factors multiply).
 * Components and their indices, members, targets and apis are the same as in `model`; only figures and laws differ. The
 * caller destroys it before `model`. A path that loads also works here: checked at load, for each fault alone.
 * SJ_INVALID if the values together are impossible. */
enum sj_status sj_model_variant(const struct sj_model *model, const struct sj_change *const *changes, size_t count,
                                struct sj_model **variant, struct sj_error *error);

#endif
