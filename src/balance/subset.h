/* Which members of a pool a caller knows, where it does not know all.
 *
 * random         drawn without replacement, each caller by itself: simple, but how many callers a member has
 *                varies like a binomial number.
 * deterministic  callers are dealt out in rounds; each round shuffles the members in its own way and splits them among
 *                its callers, so that every member has the same number of callers in each full round. Beyer, Jones,
 *                Petoff and Murphy (eds.), "Site Reliability Engineering" (O'Reilly 2016), chapter 20, "Deterministic
 *                subsetting".
 * aperture       callers and members lie evenly on two rings laid on each other; a caller knows the members under its
 *                own stretch, as many times its share of the ring as it takes to cover `size` of them. Twitter's
 *                deterministic aperture: Finagle, loadbalancer/aperture (2017 on); Oanta and Anderson, "Aperture: a
 *                non-cooperative, client-side load balancing algorithm" (SREcon 2019). A member at the edge is covered
 * only in part; all members are covered to the same extent. */
#ifndef SJ_BALANCE_SUBSET_H
#define SJ_BALANCE_SUBSET_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "random/stream.h"

/* Fills `subset`, of `members` places, with the members, 0 ... members - 1, that caller `caller` of `callers` knows,
 * and returns how many there are: min(size, members), but for the aperture, which is up to a caller's share of the ring
 * and a member wider. `key` is that of the run's subsets of this pool; callers of one pool hand in the same.
 * O(members), O(size) for the aperture. */
uint32_t sj_subset_choose(enum sj_subsetting how, uint32_t caller, uint32_t callers, uint32_t members, uint32_t size,
                          uint64_t key, uint32_t *subset);

/* The stretch of the unit ring that is a caller's in an aperture of `size`: from caller / callers on. */
struct sj_aperture {
  double offset, width; /* 0 <= offset < 1, 0 < width <= 1 */
  uint32_t members;
};
struct sj_aperture sj_aperture_of(uint32_t caller, uint32_t callers, uint32_t members, uint32_t size);
/* The members under it, in their order around the ring from the offset on: the first, and how many. */
uint32_t sj_aperture_first(const struct sj_aperture *aperture);
uint32_t sj_aperture_count(const struct sj_aperture *aperture);
/* How much of a member lies under it, 0 ... 1. */
double sj_aperture_weight(const struct sj_aperture *aperture, uint32_t member);
/* A member under it at random, each in proportion to its weight; and a second, other than `first` if there is another.
 */
uint32_t sj_aperture_pick(const struct sj_aperture *aperture, struct sj_stream *stream);
uint32_t sj_aperture_pick_other(const struct sj_aperture *aperture, uint32_t first, struct sj_stream *stream);

#endif
