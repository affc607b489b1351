/* Consistent hashing with bounded loads.
 *
 * Every member has `points` places on a circle (virtual nodes), a key has one, and belongs to the member whose point
 * comes next. A member that already has its fill is passed over for the next on the circle: with m requests in flight,
 * the new one included, and n members, none is given more than ceil(c m / n), where c > 1 is the load factor. Karger,
 * Lehman, Leighton, Panigrahy, Levine and Lewin, "Consistent hashing and random trees" (STOC 1997); Mirrokni, Thorup
 * and Zadimoghaddam, "Consistent hashing with bounded loads" (arXiv 1608.01350, 2016; SODA 2018), whose balls are here
 * the requests in flight, as in HAProxy and Envoy. The paper leaves c = 1 + epsilon open; 1.25 is what Vimeo published
 * with it (Rodland, "Improving load balancing with a new consistent-hashing algorithm", 2016), 160 points a member what
 * Ketama made the custom (2007). */
#ifndef SJ_BALANCE_HASH_RING_H
#define SJ_BALANCE_HASH_RING_H

#include <stdbool.h>
#include <stdint.h>

/* Immutable once made; shared by all callers. 8 bytes a point. */
struct sj_hash_ring {
  uint32_t members;
  uint32_t count;   /* of points */
  uint64_t *points; /* increasing: the upper 40 bits the place, the lower 24 the member */
};

enum { SJ_HASH_RING_MOST_MEMBERS = 1 << 24 };

/* The points of `members` members. `names` has a number for each (NULL: 0, 1, ...) on which alone its points depend, so
 * that the keys of others stay with them when it goes. False: no memory. */
bool sj_hash_ring_create(struct sj_hash_ring *ring, uint32_t members, const uint32_t *names, uint32_t points,
                         uint64_t salt);
void sj_hash_ring_destroy(struct sj_hash_ring *ring);

/* Which of the ring's points comes next after a key's hash; O(log points). */
uint32_t sj_hash_ring_find(const struct sj_hash_ring *ring, uint64_t hash);
/* The member at a point. */
static inline uint32_t sj_hash_ring_member(const struct sj_hash_ring *ring, uint32_t point) {
  return (uint32_t)(ring->points[point] & (SJ_HASH_RING_MOST_MEMBERS - 1));
}
/* The point after that, around the circle. */
static inline uint32_t sj_hash_ring_next(const struct sj_hash_ring *ring, uint32_t point) {
  return point + 1 < ring->count ? point + 1 : 0;
}

/* The most requests in flight that a member may have with the next one: ceil(load_factor * (in_flight + 1) / members),
 * where `in_flight` counts those of all members. */
uint64_t sj_bounded_load(double load_factor, uint64_t in_flight, uint32_t members);

#endif
