#include "balance/subset.h"

#include <assert.h>
#include <math.h>

/* ---- the aperture ---- */

/* Places on the ring this near each other are one. */
static const double same_place = 1e-9;

struct sj_aperture sj_aperture_of(uint32_t caller, uint32_t callers, uint32_t members, uint32_t size) {
  assert(callers > 0 && caller < callers && members > 0 && size > 0);
  /* As many of the callers' stretches as it takes to cover `size` members: in whole stretches, so that every part of
     the ring is covered by the same number of callers. */
  const double share = size < members ? (double)size / members : 1;
  const double stretches = ceil(share * callers * (1 - same_place));
  const double width = stretches / callers;
  return (struct sj_aperture){.offset = (double)caller / callers, .width = width < 1 ? width : 1, .members = members};
}

/* The member at a place of the ring, 0 <= place < 2. */
static uint32_t member_at(const struct sj_aperture *aperture, double place) {
  const double inside = place < 1 ? place : place - 1;
  const uint32_t member = (uint32_t)(inside * aperture->members);
  return member < aperture->members ? member : aperture->members - 1;
}

uint32_t sj_aperture_first(const struct sj_aperture *aperture) {
  return member_at(aperture, aperture->offset + same_place);
}

uint32_t sj_aperture_count(const struct sj_aperture *aperture) {
  const double begin = aperture->offset * aperture->members,
               end = (aperture->offset + aperture->width) * aperture->members;
  const double count = ceil(end - same_place * aperture->members) - floor(begin + same_place * aperture->members);
  return count < aperture->members ? (uint32_t)count : aperture->members;
}

static double overlap(double a, double b, double c, double d) {
  const double length = (b < d ? b : d) - (a > c ? a : c);
  return length > 0 ? length : 0;
}

/* What of the member lies under the aperture, as a share of the ring; the ring is laid out twice. */
static double covered(const struct sj_aperture *aperture, uint32_t member) {
  const double begin = (double)member / aperture->members, end = (member + 1.0) / aperture->members;
  const double from = aperture->offset, to = aperture->offset + aperture->width;
  return overlap(begin, end, from, to) + overlap(begin + 1, end + 1, from, to);
}

double sj_aperture_weight(const struct sj_aperture *aperture, uint32_t member) {
  const double weight = covered(aperture, member) * aperture->members;
  return weight < 1 ? weight : 1;
}

uint32_t sj_aperture_pick(const struct sj_aperture *aperture, struct sj_stream *stream) {
  return member_at(aperture, aperture->offset + sj_stream_uniform(stream) * aperture->width);
}

uint32_t sj_aperture_pick_other(const struct sj_aperture *aperture, uint32_t first, struct sj_stream *stream) {
  if (sj_aperture_count(aperture) < 2) return first;
  for (int attempt = 0; attempt < 64; attempt++) {
    const uint32_t other = sj_aperture_pick(aperture, stream);
    if (other != first) return other;
  }
  /* `first` covers nearly all of it. */
  const uint32_t begin = sj_aperture_first(aperture);
  return begin != first ? begin : begin + 1 < aperture->members ? begin + 1 : 0;
}

/* ---- subsets ---- */

/* The first `size` places of a random permutation of what `subset` holds (Fisher and Yates). */
static void shuffle(uint32_t *subset, uint32_t members, uint32_t size, struct sj_stream *stream) {
  for (uint32_t i = 0; i < size && i + 1 < members; i++) {
    const uint32_t j = i + (uint32_t)sj_stream_below(stream, members - i), member = subset[j];
    subset[j] = subset[i];
    subset[i] = member;
  }
}

/* The members are split into floor(members / size) parts, one a caller; what does not divide evenly is left over, other
   members in each round. */
static void deal(uint32_t caller, uint32_t members, uint32_t size, uint64_t key, uint32_t *subset) {
  assert(0 < size && size <= members);
  const uint32_t parts = members / size;
  const uint32_t round = caller / parts, start = caller % parts * size;
  struct sj_stream stream;
  sj_stream_seed(&stream, key, round);
  shuffle(subset, members, members, &stream);
  for (uint32_t i = 0; i < size; i++) subset[i] = subset[start + i];
}

uint32_t sj_subset_choose(enum sj_subsetting how, uint32_t caller, uint32_t callers, uint32_t members, uint32_t size,
                          uint64_t key, uint32_t *subset) {
  if (how == SJ_SUBSET_APERTURE) {
    const struct sj_aperture aperture = sj_aperture_of(caller, callers, members, size);
    const uint32_t first = sj_aperture_first(&aperture), count = sj_aperture_count(&aperture);
    for (uint32_t i = 0; i < count; i++) subset[i] = (uint32_t)(((uint64_t)first + i) % members);
    return count;
  }
  for (uint32_t i = 0; i < members; i++) subset[i] = i;
  if (size >= members) return members;
  if (how == SJ_SUBSET_DETERMINISTIC) {
    deal(caller, members, size, key, subset);
  } else {
    struct sj_stream stream;
    sj_stream_seed(&stream, key, caller);
    shuffle(subset, members, size, &stream);
  }
  return size;
}
