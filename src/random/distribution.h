/* Distributions and their arithmetic: sample, mean, variance, cdf, quantile.
 *
 * A distribution is an immutable tree made by the constructors below. Each takes ownership of the distributions handed
 * to it, also when it fails; each refuses impossible parameters by name ("exponential: rate must be positive and
 * finite, got -1") with SJ_INVALID in `error` (message without place; the caller adds it) and returns NULL. A NULL
 * handed in is taken for such a failure: the result is NULL and `error` is left as it is, so constructors nest. A law
 * whose parameters leave it no spread (std = 0, min = max, cv = 0) is made as the constant it is. A tree holds at most
 * 100,000 laws, nested at most 500 deep. A distribution may be shared by any number of threads. All are on times or
 * sizes: units are the caller's. */
#ifndef SJ_RANDOM_DISTRIBUTION_H
#define SJ_RANDOM_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random/stream.h"
#include "random/ziggurat.h"
#include "sojourn/status.h"

enum sj_distribution_kind {
  SJ_CONSTANT,
  SJ_EXPONENTIAL,
  SJ_ERLANG,
  SJ_GAMMA,
  SJ_UNIFORM,
  SJ_UNIFORM_INT,
  SJ_NORMAL, /* negative draws become 0 */
  SJ_LOGNORMAL,
  SJ_WEIBULL,
  SJ_PARETO,
  SJ_HYPEREXPONENTIAL,
  SJ_MIXTURE,
  SJ_PHASE_TYPE,
  SJ_EMPIRICAL,
  SJ_RECORDED, /* the value that came with the request from its trace */
  SJ_SHIFTED,  /* offset + scale * d: what 0.03 + d, 2 * d, d / 2, d - 1 become */
  SJ_SUM,      /* d1 + d2, independent; likewise the next two */
  SJ_MAX,
  SJ_MIN,
  SJ_ROUND, /* to the nearest integer, halves away from zero */
  SJ_FLOOR,
  SJ_CEIL
};

/* The head is visible so that the event loop can draw the two commonest laws without a call; everything else is
 * distribution.c's own and follows the head. */
struct sj_distribution {
  enum sj_distribution_kind kind;
  double location; /* SJ_CONSTANT: the value; SJ_EXPONENTIAL: the mean */
};

struct sj_distribution *sj_distribution_constant(double value, struct sj_error *error);          /* finite */
struct sj_distribution *sj_distribution_exponential(double mean, struct sj_error *error);        /* mean > 0, finite */
struct sj_distribution *sj_distribution_erlang(uint64_t k, double mean, struct sj_error *error); /* mean of the sum */
struct sj_distribution *sj_distribution_gamma(double shape, double scale, struct sj_error *error);
struct sj_distribution *sj_distribution_uniform(double min, double max, struct sj_error *error);
struct sj_distribution *sj_distribution_uniform_int(double min, double max, struct sj_error *error);
struct sj_distribution *sj_distribution_normal(double mean, double std, struct sj_error *error);
struct sj_distribution *sj_distribution_lognormal(double mu, double sigma, struct sj_error *error);
struct sj_distribution *sj_distribution_lognormal_mean_cv(double mean, double cv, struct sj_error *error);
struct sj_distribution *sj_distribution_lognormal_p50_p99(double p50, double p99, struct sj_error *error);
struct sj_distribution *sj_distribution_weibull(double shape, double scale, struct sj_error *error);
struct sj_distribution *sj_distribution_pareto(double shape, double scale,
                                               struct sj_error *error); /* on [scale, inf) */
/* `count` branches: probabilities (summing to 1 within 1e-9) and rates. The arrays are copied. */
struct sj_distribution *sj_distribution_hyperexponential(size_t count, const double *probabilities, const double *rates,
                                                         struct sj_error *error);
/* `count` parts with weights >= 0 that need not sum to 1 (they are normalized); the array of parts is copied. */
struct sj_distribution *sj_distribution_mixture(size_t count, const double *weights, struct sj_distribution **parts,
                                                struct sj_error *error);
/* Time to absorption of a chain of `count` phases: `alpha` initial probabilities (sum <= 1; the rest is an atom at 0),
 * `generator` the count x count sub-generator by rows (diagonal negative, rows summing to <= 0, absorption reachable).
 * At most 1000 phases. A draw takes a step for each phase that is visited. */
struct sj_distribution *sj_distribution_phase_type(size_t count, const double *alpha, const double *generator,
                                                   struct sj_error *error);
/* Sampled with replacement from `count` >= 1 finite values (copied). The cdf is the step function. */
struct sj_distribution *sj_distribution_empirical(size_t count, const double *values, struct sj_error *error);
struct sj_distribution *sj_distribution_recorded(struct sj_error *error);

/* Arithmetic. Nested shifts are folded; a shift of a constant is a constant; a sum with a constant is a shift. */
struct sj_distribution *sj_distribution_shifted(double offset, double scale, struct sj_distribution *d,
                                                struct sj_error *error);
/* kind is SJ_SUM, SJ_MAX or SJ_MIN. */
struct sj_distribution *sj_distribution_combine(enum sj_distribution_kind kind, struct sj_distribution *a,
                                                struct sj_distribution *b, struct sj_error *error);
/* kind is SJ_ROUND, SJ_FLOOR or SJ_CEIL. */
struct sj_distribution *sj_distribution_rounded(enum sj_distribution_kind kind, struct sj_distribution *d,
                                                struct sj_error *error);

void sj_distribution_destroy(struct sj_distribution *d); /* NULL is fine */

/* A draw by the general path; `recorded` is what SJ_RECORDED yields (ignored otherwise). Draws are in a fixed order, so
 * a seed gives the same numbers with every compiler. */
double sj_distribution_draw(const struct sj_distribution *d, struct sj_stream *stream, double recorded);

/* The same draw, with the commonest kinds inlined. */
static inline double sj_draw(const struct sj_distribution *d, struct sj_stream *stream, double recorded) {
  if (__builtin_expect(d->kind == SJ_EXPONENTIAL, 1)) return d->location * sj_draw_exponential(stream);
  if (d->kind == SJ_CONSTANT) return d->location;
  if (d->kind == SJ_RECORDED) return recorded;
  return sj_distribution_draw(d, stream, recorded);
}

/* The first draw of the stream (key, number): what a request needs that draws once for a purpose. */
static inline double sj_draw_at(const struct sj_distribution *d, uint64_t key, uint64_t number, double recorded) {
  if (__builtin_expect(d->kind == SJ_EXPONENTIAL, 1)) return d->location * sj_draw_exponential_at(key, number);
  if (d->kind == SJ_CONSTANT) return d->location;
  if (d->kind == SJ_RECORDED) return recorded;
  struct sj_stream stream;
  sj_stream_seed(&stream, key, number);
  return sj_distribution_draw(d, &stream, recorded);
}

/* Of the arithmetic, moments of sums and shifts and everything about shifts are closed forms; the cdf of a maximum, a
 * minimum or a rounded law follows from those of its parts at once. The cdf of a sum is an integral (some 20
 * microseconds to a millisecond; a law with n atoms in it costs n evaluations), and its quantile some twenty of these.
 * Sums within sums, and moments of maxima and minima, and of rounded laws, are integrals again; the first of them
 * tabulates each sum it contains, which takes some 0.1 s a sum, and later ones read the table. */

/* Moments; INFINITY where they do not exist (pareto), NAN where unknown (anything with SJ_RECORDED). Closed form where
 * there is one, else adaptive quadrature to about 1e-9 relative. */
double sj_distribution_mean(const struct sj_distribution *d);
double sj_distribution_variance(const struct sj_distribution *d);

/* To about 1e-12 (1e-10 with sums within sums) relative: P(X <= x), right-continuous; and the smallest x with cdf(x) >=
 * p for 0 <= p <= 1 (may be INFINITY at 1). NAN with SJ_RECORDED. */
double sj_distribution_cdf(const struct sj_distribution *d, double x);
double sj_distribution_quantile(const struct sj_distribution *d, double p);

/* Bounds of the support: the smallest and the largest value a draw can take (INFINITY if unbounded). For SJ_RECORDED 0
 * and INFINITY. Used to refuse laws that can be negative where a time is wanted. */
double sj_distribution_min(const struct sj_distribution *d);
double sj_distribution_max(const struct sj_distribution *d);

/* True if a draw can differ from another (so, false for constants and their arithmetic, and for recorded values, which
 * are data). */
bool sj_distribution_is_random(const struct sj_distribution *d);
/* True if SJ_RECORDED occurs in the tree. */
bool sj_distribution_uses_recorded(const struct sj_distribution *d);

/* Writes the distribution as the model language writes it ("0.03 + gamma{shape=2, scale=0.025}"), cut to `size`;
 * returns the length it wanted, as snprintf does. Rates appear as means, cv as sigma, probabilities normalized; an
 * empirical law of more than 12 values appears as "empirical{1000 values from 0.1 to 5}". */
int sj_distribution_format(const struct sj_distribution *d, char *buffer, size_t size);

#endif
