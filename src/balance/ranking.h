/* Members in the order of a whole number each has, such as its requests in flight, kept while the numbers go up and
 * down by one: who has the least is known at once, however many members there are. For "join the shortest queue". */
#ifndef SJ_BALANCE_RANKING_H
#define SJ_BALANCE_RANKING_H

#include <stdbool.h>
#include <stdint.h>

#include "random/stream.h"

/* Members sorted by number: those with number k stand at end[k - 1] ... end[k] - 1 of `order` (end[-1] is 0). 12 bytes
 * a member, and 4 for each number up to the highest seen. */
struct sj_ranking {
  uint32_t size, levels;
  uint32_t *order, *place, *number, *end;
};

/* `size` members, all at 0. False: no memory (destroy it all the same). */
bool sj_ranking_create(struct sj_ranking *ranking, uint32_t size);
void sj_ranking_destroy(struct sj_ranking *ranking);
/* A member's number goes up or down by one; O(1). Not below 0. Ends the program when memory for a new highest number
 * runs out. */
void sj_ranking_raise(struct sj_ranking *ranking, uint32_t member);
void sj_ranking_lower(struct sj_ranking *ranking, uint32_t member);
/* Any of the members with the least number, each with the same probability; O(1). */
uint32_t sj_ranking_least(const struct sj_ranking *ranking, struct sj_stream *stream);
/* The member at a place of the order, which begins with those of the least number; for a walk past members that may not
 * be taken. */
static inline uint32_t sj_ranking_at(const struct sj_ranking *ranking, uint32_t place) { return ranking->order[place]; }
static inline uint32_t sj_ranking_number(const struct sj_ranking *ranking, uint32_t member) {
  return ranking->number[member];
}
/* One past the last place of those with number k. */
static inline uint32_t sj_ranking_end(const struct sj_ranking *ranking, uint32_t k) {
  return k < ranking->levels ? ranking->end[k] : ranking->size;
}

#endif
