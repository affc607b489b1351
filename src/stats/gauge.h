/* The time average of a level (requests waiting, threads busy): how long each level lasted, hence mean, deviation,
 * maximum, quantiles and the share of time at any level. */
#ifndef SJ_STATS_GAUGE_H
#define SJ_STATS_GAUGE_H

#include <stdint.h>

/* Zero-initialize. `time_at[n]` is the time spent at level n since the last reset, in model time units. Levels are
 * whole and not negative. */
struct sj_gauge {
  double since; /* when the level was last accounted for */
  uint32_t level, capacity;
  double *time_at;
};

/* Grows `time_at` so that `level` has a place; aborts if memory runs out (8 bytes a level, up to the highest seen). */
void sj_gauge_grow(struct sj_gauge *g, uint32_t level);

/* Accounts for the time up to `now` and changes to `level`. */
static inline void sj_gauge_set(struct sj_gauge *g, double now, uint32_t level) {
  if (__builtin_expect(g->level >= g->capacity, 0)) sj_gauge_grow(g, g->level);
  g->time_at[g->level] += now - g->since;
  g->since = now;
  g->level = level;
}

/* Forgets the past (the end of the warm-up), keeps the level. */
void sj_gauge_reset(struct sj_gauge *g, double now);
void sj_gauge_destroy(struct sj_gauge *g);

/* Figures over the time accounted for; NAN if that is zero. */
double sj_gauge_mean(const struct sj_gauge *g);
double sj_gauge_std(const struct sj_gauge *g);
double sj_gauge_max(const struct sj_gauge *g);                        /* highest level that lasted a positive time */
double sj_gauge_share_at(const struct sj_gauge *g, uint32_t level);   /* of time at exactly this level */
double sj_gauge_share_from(const struct sj_gauge *g, uint32_t level); /* of time at this level or above */
double sj_gauge_area(const struct sj_gauge *g);                       /* integral of the level over time */
/* The smallest level that lasted a positive time and had at least the share p, 0 ... 1, of the time at or below it. */
double sj_gauge_quantile(const struct sj_gauge *g, double p);

#endif
