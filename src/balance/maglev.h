/* Maglev hashing: a table of members into which a key's hash points.
 *
 * Every member goes through the places of the table in an order of its own, offset + j * skip, and they take turns in
 * claiming the next place that is free, until none is: so each has the same number of places, to within one, and a
 * member that goes leaves nearly all other places as they were. Eisenbud et al., "Maglev: a fast and reliable software
 * network load balancer" (NSDI 2016), section 3.4. The table's size is a prime much larger than the number of members;
 * 65537 is the paper's. */
#ifndef SJ_BALANCE_MAGLEV_H
#define SJ_BALANCE_MAGLEV_H

#include <stdbool.h>
#include <stdint.h>

enum { SJ_MAGLEV_TABLE = 65537, SJ_MAGLEV_MOST_TABLE = 10000019 };

/* Immutable once made; shared by all callers. 4 bytes a place. */
struct sj_maglev {
  uint32_t size;
  uint32_t *table; /* the member of each place */
};

/* Fills a table of `size` places, a prime of at least `members`. A member's order depends on its number in `names`
 * (NULL: 0, 1, ...) alone. O(size log size) on average. False: no memory. */
bool sj_maglev_create(struct sj_maglev *maglev, uint32_t members, const uint32_t *names, uint32_t size, uint64_t salt);
/* The same with the members' orders handed in; `offset` is used up. */
bool sj_maglev_fill(struct sj_maglev *maglev, uint32_t members, uint32_t *offset, const uint32_t *skip, uint32_t size);
void sj_maglev_destroy(struct sj_maglev *maglev);

/* The place of a key's hash; the member of a place; the place that is tried next if that member may not be taken. */
static inline uint32_t sj_maglev_find(const struct sj_maglev *maglev, uint64_t hash) {
  return (uint32_t)(hash % maglev->size);
}
static inline uint32_t sj_maglev_next(const struct sj_maglev *maglev, uint32_t place) {
  return place + 1 < maglev->size ? place + 1 : 0;
}

bool sj_is_prime(uint64_t n);

#endif
