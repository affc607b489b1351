/* Runs small programs of several ring members in many orders. Each program is a coroutine of one thread; before each
 * atomic operation of the ring (ring_step) another may go on instead, or the one at work may be killed: never go on.
 * Every such choice is a branch; all paths with at most so many unforced changes and so many kills are tried, or as
 * many paths as asked for drawn at random. The atomic operations are taken to be in one order that all see; that the
 * weaker order which they ask for is enough, the thread sanitizer checks elsewhere.
 *
 * A sleeper wakes only when woken, unless somebody was killed: without a kill, a lost wake-up is a program that never
 * ends, and fails. */
#ifndef SJ_TESTS_RING_MODEL_H
#define SJ_TESTS_RING_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "sojourn/ring.h"

enum { ACTORS_MOST = 4, MESSAGES_MOST = 16 };

struct model_run;

struct model_script {
  struct sj_ring_options options;
  uint32_t actors;
  void (*act[ACTORS_MOST])(struct model_run *run, struct sj_ring_member *member);
  int changes, kills; /* at most */
  uint64_t paths;     /* at most; 0: all */
  bool random;
};

/* One path. */
struct model_run {
  struct sj_ring *ring;
  struct sj_ring_member *witness; /* who looks when all is over; lives */
  uint64_t published;             /* publications that returned */
  uint64_t made;                  /* messages begun */
  int reads[MESSAGES_MOST];       /* how often each was read */
  struct sj_ring_handle handles[MESSAGES_MOST];
  _Atomic uint64_t handle_count;                     /* the bus */
  uint64_t given[MESSAGES_MOST], got[MESSAGES_MOST]; /* sequences + 1 at publication and when read */
  uint64_t last[ACTORS_MOST + 1];                    /* sequence + 1 that a member read last */
  bool out_of_order, corrupt;
  bool killed[ACTORS_MOST];
  bool asleep[ACTORS_MOST]; /* at the end, with nobody left to wake it */
};

/* Tries the paths, calling `check` after each; returns how many there were. */
uint64_t model_explore(const struct model_script *script, void (*check)(struct model_run *run));

/* The steps of one path, for a message. */
void model_fail(const char *what);

#endif
