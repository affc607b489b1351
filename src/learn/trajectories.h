/* Trajectories on a regular grid: what learning learns from. */
#ifndef SJ_LEARN_TRAJECTORIES_H
#define SJ_LEARN_TRAJECTORIES_H

#include <stdbool.h>
#include <stddef.h>

#include "sojourn/learn.h"

struct sj_trajectory {
  char *name;     /* of the run: the file's, the run column's text, "before the fault" */
  double start;   /* time of the first state */
  size_t length;  /* states */
  double *states; /* features x length, NAN where not known; the first state is known whole */
  bool held_out;
};

/* Features that are learned by themselves: those of one server. */
struct sj_trajectory_group {
  char *server;
  size_t first, count; /* features */
};

struct sj_trajectories {
  char *source; /* the file's name, of several the first */
  char time_unit[16];
  size_t feature_count, count;
  char **features;
  size_t group_count; /* 0: all features belong together */
  struct sj_trajectory_group *groups;
  double step;
  struct sj_trajectory *items;
  size_t note_count;
  char **notes;
};

/* Without trajectories; `features` are copied. */
struct sj_trajectories *sj_trajectories_create(const char *source, const char *const *features, size_t feature_count);
/* Appends a trajectory, whose `name` is copied and whose `states` become its own. */
void sj_trajectories_append(struct sj_trajectories *trajectories, const char *name, double start, double *states,
                            size_t length, bool held_out);
void sj_trajectories_note(struct sj_trajectories *trajectories, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Marks the last `share` of the trajectories, rounded down, held out; of NAN a quarter. */
void sj_trajectories_hold_out(struct sj_trajectories *trajectories, double share);
size_t sj_held_out(size_t count, double share);

/* As sj_trajectories_from_results, but of several servers each by itself, in groups, if `reading` names neither
 * features nor a server. All servers' trajectories begin and end alike. A server whose features never change, or are
 * not known early on, is left out, with a note. */
enum sj_status sj_trajectories_by_server(const struct sj_results *results, const struct sj_reading *reading,
                                         struct sj_trajectories **trajectories, struct sj_error *error);
/* The trajectories of one group's features, without notes; the caller destroys them. NULL: no memory. */
struct sj_trajectories *sj_trajectories_select(const struct sj_trajectories *trajectories,
                                               const struct sj_trajectory_group *group);

/* SHA-256 over names, step and all numbers, in hexadecimal: the same for the same data. */
void sj_trajectories_hash(const struct sj_trajectories *trajectories, char hex[65]);

/* What a file holds of one run, as it was sampled. */
struct sj_samples {
  char *run; /* the run column's text; NULL without one */
  size_t count, capacity;
  double *times;  /* ascending */
  double *values; /* features x count, NAN where the field was empty */
};

/* A regular grid from the first sample with all features known: each point has, of every feature, the last sample at or
 * before it, or NAN where that is further than `gap` ago. (A point that rounding puts less than 1e-6 steps before a
 * sample has that one.) NULL: no memory, or with *length = 0 no sample has all features. */
double *sj_resample(const struct sj_samples *samples, size_t feature_count, double step, double gap, double *start,
                    size_t *length);

#endif
