/* What happens at one instant in a network, step by step as the simulator does it. Private to the composer.
 *
 * Where chance decides - a target, a member, who is next, in which phase a service begins - the steps ask
 * sj_walk_choose. All outcomes of an event are found by walking it again and again: each walk repeats the choices of
 * the one before up to the last that has another outcome left, and takes that. */
#ifndef SJ_SOLVE_WALK_H
#define SJ_SOLVE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solve/compose/network.h"

/* One member of a part. */
struct level {
  uint32_t in_system, waiting;
  uint32_t busy;  /* threads; under processor sharing, shares */
  uint32_t slots; /* of a batcher: batches on the way */
  bool looking;   /* of a batcher: it sends what is due */
};

struct choice {
  uint32_t chosen, other; /* the next outcome to take, or NONE */
};

/* What is due at the same instant, after what is going on. */
enum due_kind { DUE_SERVED, DUE_RETRY, DUE_THOUGHT, DUE_BATCH };
struct due {
  enum due_kind kind;
  uint32_t kind_number, member; /* of the request; of a thought, the source */
  bool ok;                      /* a service, a batch: it ended well */
  const struct way *way;        /* retry */
  uint32_t target, tries, requests;
};

/* What was counted in a walk. */
struct tally {
  uint32_t *completions, *failures, *lost; /* [part]; lost: refused, and not tried again */
  uint32_t *arrived, *answered, *failed;   /* [source] */
};

struct walk {
  const struct network *network;
  uint32_t *slots;
  struct level *levels;
  uint32_t *waiting, *calling; /* [token], for the levels: of a kind at a member, those in a line that is not counted,
                                  and those whose calls are out */
  struct choice *script;
  size_t depth, length, script_capacity;
  double probability;
  struct due *queue;
  size_t queue_first, queue_end, queue_capacity;
  size_t steps;
  bool endless; /* something goes on for ever at one instant */
  struct tally tally;
  uint32_t *counts; /* of the tally, all of them */
  size_t count_count;
  double *weights; /* room for a choice among members or kinds */
};

/* Something that happens after an exponential time. */
enum clock_kind {
  CLOCK_SOURCE_MOVES,
  CLOCK_ARRIVAL,
  CLOCK_SERVICE_MOVES,
  CLOCK_SERVED,
  CLOCK_BUCKET,
  CLOCK_TIMER,
  CLOCK_PAUSE_MOVES,
  CLOCK_PAUSE
};
struct clock {
  enum clock_kind kind;
  uint32_t number, member; /* of the source, the kind, the part */
  uint32_t from, to;       /* phases; of a bucket: which admission */
  const struct way *way;   /* of a pause: also target and retry */
  uint32_t target, retry;
  double rate;
};
struct clocks {
  struct clock *all;
  size_t count, capacity;
};

void sj_walk_create(struct walk *walk, const struct network *network);
void sj_walk_clear(struct walk *walk);
/* All outcomes of an event: before the first sj_walk_start, then do { sj_walk_begin; ... } while (sj_walk_again). */
void sj_walk_start(struct walk *walk);
void sj_walk_begin(struct walk *walk, const uint32_t *slots, const struct level *levels);
bool sj_walk_again(struct walk *walk);
/* One of `count`, with probabilities in proportion to the weights (NULL: all alike); their sum must be positive. */
uint32_t sj_walk_choose(struct walk *walk, size_t count, const double *weights);
/* The phase in which the law begins; phases->count: it takes no time. */
uint32_t sj_walk_begin_phase(struct walk *walk, const struct sj_phases *phases);
struct due *sj_walk_later(struct walk *walk, enum due_kind kind);

/* clocks.c: levels that follow from a state, what may happen in it, and letting it happen. */
void sj_walk_levels(struct walk *walk, const uint32_t *slots, struct level *levels);
void sj_clocks_find(const struct network *network, const uint32_t *slots, const struct level *levels,
                    struct clocks *clocks);
void sj_clock_happen(struct walk *walk, const struct clock *clock);
/* What is due at the same instant, until nothing is. */
void sj_walk_finish(struct walk *walk);

/* local_source.c */
void sj_source_arrival(struct walk *walk, uint32_t source, uint32_t phase);
void sj_source_think(struct walk *walk, uint32_t source);
void sj_source_request(struct walk *walk, uint32_t source);
void sj_source_closed(struct walk *walk, uint32_t source, bool ok);

/* local_call.c: sends a request on its way; tells its origin that it has ended. */
void sj_call_make(struct walk *walk, const struct way *way);
void sj_call_try(struct walk *walk, const struct way *way, uint32_t target, uint32_t tries);
void sj_call_ended(struct walk *walk, const struct origin *origin, bool ok);

/* local_pick.c */
uint32_t sj_pick_member(struct walk *walk, const struct way *way, uint32_t target);

/* local_server.c */
bool sj_server_takes(struct walk *walk, uint32_t kind, uint32_t member); /* false: refused */
void sj_server_serve(struct walk *walk, uint32_t number, uint32_t member);
void sj_server_work_ends(struct walk *walk, uint32_t number, uint32_t member, bool ok);
void sj_server_call_ends(struct walk *walk, const struct origin *origin, bool ok);
void sj_server_calls_end(struct walk *walk, uint32_t number, uint32_t member, bool ok); /* all that it waited for */

/* local_parallel.c: calls at once, of one request. */
void sj_parallel_start(struct walk *walk, uint32_t number, uint32_t member);
void sj_parallel_call_ends(struct walk *walk, const struct origin *origin, bool ok);
uint32_t sj_parallel_waiting(const struct kind *kind, uint32_t member, const uint32_t *slots); /* for some */

/* local_line.c: who waits; the kind that is next. */
void sj_line_join(struct walk *walk, uint32_t number, uint32_t member);
uint32_t sj_line_leave(struct walk *walk, const struct part *part, uint32_t member);

/* local_admission.c */
bool sj_part_admits(struct walk *walk, const struct part *part, uint32_t member);
double sj_bucket_refill_rate(const struct network *network, const struct part *part, size_t admission);

/* local_batcher.c */
void sj_batches_look(struct walk *walk, uint32_t number, uint32_t member);
void sj_batch_ended(struct walk *walk, const struct origin *origin, bool ok);
void sj_batch_answers(struct walk *walk, uint32_t number, uint32_t member, uint32_t requests, bool ok);

#endif
