/* The verdict: does a server stay where a disturbance put it?
 *
 * A server's low regime L are the states with at most floor(low (K + 1)) requests in it, its high regime H those with
 * at least floor(high (K + 1)). A regime holds the server if the mean time to get from it to the other one, begun as
 * the stationary distribution lies in it, is at least `metastable_factor` times the relaxation time inside it: that of
 * the chain kept in the regime (its transitions out removed), 1 / spectral gap.
 *
 * A long queue that drains or fills steadily also takes long from one regime to the other, without being held by
 * anything. What tells a trap from a walk is the spectrum (Bovier, Eckhoff, Gayrard and Klein 2002): getting out of a
 * trap is slower than all else the chain does, so that the eigenvalues of such changes are set apart from the rest. A
 * walk's are not: those of a queue that neither fills nor drains are as 1 : 4 : 9 : ..., and others lie closer. So
 * there must also be an eigenvalue such that the next is at least metastable_factor / 2 (5) times as large, and a
 * function of the state among those up to it that tells the server's regimes apart.
 *
 * Metastable: both regimes hold it, and they are set apart. Else overloaded: only H holds it, or it spends more than
 * half of its time there. Else stable. */
#ifndef SJ_SOLVE_STABILITY_H
#define SJ_SOLVE_STABILITY_H

#include <stdbool.h>
#include <stddef.h>

#include "solve/eliminated.h"

enum sj_stability { SJ_STABLE, SJ_METASTABLE, SJ_OVERLOADED };
const char *sj_stability_word(enum sj_stability stability);

struct sj_regime {
  bool *in;                /* by state */
  double requests;         /* the most (low) or least (high) of its states */
  size_t states;           /* so many */
  struct sj_scaled share;  /* of the time */
  struct sj_scaled exit;   /* mean time to the other regime */
  double relaxation_time;  /* inside; 0 for a single state, INFINITY if it falls apart, NAN if it could not be had */
  double relaxation_error; /* absolute; as large as the time where that is a bound, for want of an eigenvalue */
  bool holds;
};
/* Zeroed is cleared. */
struct sj_regimes {
  struct sj_regime low, high;
  bool known;        /* false: one regime is never met, nothing below has a value */
  bool judged;       /* false: whether they are set apart could not be told, and it depends on that */
  double separation; /* the ratio of two neighbouring eigenvalues that sets the regimes apart; NAN: there is none */
  enum sj_stability stability;
};

/* Finds the regimes in which `level`, by state, is at most `low`, at least `high`. `spectrum` may lack further
 * eigenvalues, or all (count 0), where they did not converge. `to_low` and `to_high` are the mean hitting times of the
 * regimes, by state, as sj_passage gives them for `in`, which sj_regimes_start fills. */
enum sj_status sj_regimes_start(const struct sj_eliminated *eliminated, const double *level, double low, double high,
                                struct sj_regimes *regimes);
enum sj_status sj_regimes_find(const struct sj_eliminated *eliminated, const struct sj_spectrum *spectrum,
                               double metastable_factor, const struct sj_scaled *to_low,
                               const struct sj_scaled *to_high, struct sj_regimes *regimes);
void sj_regimes_clear(struct sj_regimes *regimes);

/* The mean of `h`, by state, over the stationary distribution within the states with `in`, which has the weight
 * `share`. */
struct sj_scaled sj_mean_within(const struct sj_eliminated *eliminated, const bool *in, struct sj_scaled share,
                                const struct sj_scaled *h);

#endif
