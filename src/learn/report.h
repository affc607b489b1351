/* Results of learning, inside of sj_learn_results. */
#ifndef SJ_LEARN_REPORT_H
#define SJ_LEARN_REPORT_H

#include "learn/learned.h"
#include "learn/trajectories.h"

/* The limits of settling times: of z in its own units, of a feature in its deviations. */
enum { SJ_SETTLING_LIMITS = 7 };
/* Settling is looked for so many lengths of a trajectory beyond its start; and only of the first trajectories. */
enum { SJ_SETTLING_LONGER = 4, SJ_MOST_SHOWN = 16 };
extern const double sj_settling_limits[SJ_SETTLING_LIMITS];

/* What is learned by itself: one server of several, whose name stands before the names of its figures; or, with the
 * name NULL, all there is. */
struct sj_learn_subject {
  const char *name;
  const struct sj_learned *model;
  const struct sj_trajectories *trajectories;
};

/* Results with all that identifies them and nothing else, for asking a results file whether it has them: what learning
 * with `options` from `trajectories` would give, if it is not interrupted. */
struct sj_results *sj_learn_results_prepare(const struct sj_learn_options *options,
                                            const struct sj_trajectories *trajectories, double horizon, bool looked);

/* A figure that another engine knows of the same system. */
struct sj_beside {
  char *name;
  double value;
};

/* sj_learn_results of `subject_count` subjects (at least one), whose trajectories are parts of `trajectories`; with
 * `count` figures of another engine after their own, and a note, unless it is NULL. `looked` says that such figures
 * were looked for, also if there are none. */
enum sj_status sj_learn_report(const struct sj_trajectories *trajectories, const struct sj_learn_subject *subjects,
                               size_t subject_count, double horizon, bool looked, const struct sj_beside *beside,
                               size_t count, const char *note, struct sj_results **results, struct sj_error *error);

/* A trajectory and what the model makes of it, from its first known history on. */
struct sj_course {
  size_t length;     /* states: of the trajectory, or up to the horizon */
  size_t start;      /* the state from which it is predicted; SIZE_MAX: it has none */
  double *predicted; /* features x length; NAN before `start` */
  double *latent;    /* latent x length, likewise */
};
enum sj_status sj_course_make(const struct sj_learned *model, const struct sj_trajectory *trajectory, size_t length,
                              struct sj_course *course);
void sj_course_clear(struct sj_course *course);

/* Root mean square difference of a course to what is known of its trajectory after its start, in units of each
 * feature's deviation: adds up `*squares` and `*count`. */
void sj_course_errors(const struct sj_learned *model, const struct sj_trajectory *trajectory,
                      const struct sj_course *course, double *squares, size_t *count);

/* The index from which on values[0], values[stride], ... (count of them, NANs apart) stay within `limit` of `rest`; NAN
 * if the last does not. */
double sj_settled_from(const double *values, size_t count, size_t stride, double rest, double limit);

#endif
