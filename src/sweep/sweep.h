/* What the files of the sweep share. */
#ifndef SJ_SWEEP_SWEEP_H
#define SJ_SWEEP_SWEEP_H

#include <pthread.h>
#include <signal.h>

#include "results/results.h"
#include "sojourn/sweep.h"

/* ---- design.c: what the points are ---- */

/* Reads the axes and counts the points. */
enum sj_status sj_sweep_design(const struct sj_sweep_options *options, struct sj_sweep *sweep, struct sj_error *error);

/* Whether the paths lead somewhere and the model takes the values, as far as a few looks tell. `*model` is the one
 * without further overrides, the caller's. */
enum sj_status sj_sweep_check(const struct sj_sweep_options *options, struct sj_sweep *sweep, struct sj_model **model,
                              struct sj_error *error);

/* All that the points follow from, as a text that the caller frees. */
char *sj_sweep_definition(const struct sj_sweep_options *options, const struct sj_sweep *sweep,
                          const struct sj_model *model);

/* Reads the model of a point. */
enum sj_status sj_sweep_load(const struct sj_sweep_options *options, const struct sj_sweep *sweep, size_t point,
                             struct sj_model **model, struct sj_error *error);

/* ---- point.c: one point ---- */

/* Whoever keeps what is found: the process itself, or through a socket the first one. Called from several threads. A
 * status other than SJ_OK ends the sweep. */
struct sj_keeper {
  /* Whether the point is there, whole: `canonical` is of its model, `identity` that of its results where that is known
   * before they are computed, else NULL. */
  enum sj_status (*recall)(void *context, size_t point, const char *canonical, const char *identity, bool *there,
                           struct sj_error *error);
  /* Results that were prepared: runs that are kept are added, values only. */
  enum sj_status (*begin)(void *context, size_t point, struct sj_results *results, uint32_t runs,
                          struct sj_error *error);
  enum sj_status (*add_run)(void *context, size_t point, const struct sj_results *results, const struct sj_run *run,
                            struct sj_error *error);
  /* The point is done; `results` become the keeper's. Of what was solved this is the only call: it has the one run. */
  enum sj_status (*finish)(void *context, size_t point, struct sj_results *results, struct sj_error *error);
  /* It cannot be done. */
  enum sj_status (*fail)(void *context, size_t point, enum sj_status why, const char *message, struct sj_error *error);
  void *context;
};

/* What a computing thread has to know. `share` (atomic) is kept up to date for the progress. */
struct sj_sweep_slot {
  const struct sj_sweep_options *options;
  const struct sj_sweep *sweep;
  const struct sj_keeper *keeper;
  const volatile sig_atomic_t *stop;
  double share;
};

/* Computes a point in `threads` threads. SJ_OK also where it failed and the keeper knows; SJ_INTERRUPTED; else what the
 * keeper said. */
enum sj_status sj_sweep_compute(struct sj_sweep_slot *slot, size_t point, uint32_t threads, struct sj_error *error);

/* ---- sweep.c: all of them ---- */

/* A sweep in the process that keeps the results. */
struct sj_sweeping {
  const struct sj_sweep_options *options;
  struct sj_sweep *sweep;
  struct sj_keeper keeper;
  struct sj_store *store;
  char *definition; /* sj_sweep_definition */
  int64_t stored;   /* the sweep's number in the file */
  int64_t *results; /* [point]: its result's number there, 0: not begun */
  uint32_t threads; /* of this process */
  size_t slot_count;
  struct sj_sweep_slot *slots;

  pthread_mutex_t lock; /* over everything below, the sweep's points and the store */
  pthread_cond_t changed;
  size_t *queue; /* points to do; [first, last) */
  size_t first, last;
  unsigned char *tries; /* [point]: how many processes died over it */
  size_t out;           /* points that somebody works on */
  size_t workers_left;
  bool over;
  enum sj_status status;
  struct sj_error *error;
  volatile sig_atomic_t stop; /* what the slots look at */
};

/* Takes a point: waits while there is none but some may come back. False: it is over. */
bool sj_sweep_take(struct sj_sweeping *sweeping, size_t *point, uint32_t *threads);
/* The same without waiting, the lock held: false if there is none now. */
bool sj_sweep_take_now(struct sj_sweeping *sweeping, size_t *point);
/* The point is done, or will be done by nobody. The lock is held. */
void sj_sweep_return(struct sj_sweeping *sweeping);
/* Who worked on it died: somebody else tries, up to three times. The lock is held. */
void sj_sweep_retry(struct sj_sweeping *sweeping, size_t point);
/* Ends all with a status, the first of which counts. The lock is held. */
void sj_sweep_give_up(struct sj_sweeping *sweeping, enum sj_status status, const struct sj_error *error);

/* Fills in the keeper that keeps in this process, with the store if there is one: keep.c. */
void sj_sweep_keep_here(struct sj_sweeping *sweeping);
/* Finds the indices of a sample that is whole, and keeps them in the store if there is one: indices.c. */
enum sj_status sj_sweep_find_indices(struct sj_sweeping *sweeping, struct sj_error *error);

/* The threads of a process, as options and machine have it. */
uint32_t sj_sweep_threads(const struct sj_sweep_options *options);

#endif
