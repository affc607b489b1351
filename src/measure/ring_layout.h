/* What lies where in a ring's segment, and what its words mean. include/sojourn/ring.h is the manual.
 *
 *   struct ring_header | owners | entries of the order | free slots, a bit each | slots | (page) payloads
 *
 * The authority over a slot is its word: state, owner and generation in one, changed by compare-and-swap alone. All
 * else can be rebuilt from it: the bit of a free slot is a hint where to look; the order (ring_order.h) says who comes
 * next, not who holds what. A version has one layout: whatever changes a struct here, or its meaning, raises
 * RING_VERSION. */
#ifndef SJ_MEASURE_RING_LAYOUT_H
#define SJ_MEASURE_RING_LAYOUT_H

#include <stdalign.h>

#include "measure/ring_atomic.h"
#include "sojourn/ring.h"

#define RING_MAGIC "SojRing" /* and its zero */
#define RING_SLOT_BYTES_MAX (UINT64_C(1) << 40)
enum {
  RING_VERSION = 1,
  RING_LINE = 64,
  RING_PAGE = 4096,
  RING_HUGE_PAGE = 2 << 20,
  RING_NOBODY = 1023 /* the owner of a message whose publisher has died */
};

/* A slot's word: state (2 bits), owner (10), generation (52). */
enum ring_state { RING_FREE, RING_CLAIMED, RING_PUBLISHED, RING_TAKEN };
static inline uint64_t ring_word(enum ring_state state, uint32_t owner, uint64_t generation) {
  return (uint64_t)state | (uint64_t)owner << 2 | generation << 12;
}
static inline enum ring_state ring_word_state(uint64_t word) { return (enum ring_state)(word & 3); }
static inline uint32_t ring_word_owner(uint64_t word) { return (uint32_t)(word >> 2) & 1023; }
static inline uint64_t ring_word_generation(uint64_t word) { return word >> 12; }

/* An owner's word: state (2 bits), how often it was taken (8), pid (22), start time in ticks (32). */
enum ring_owner_state {
  RING_OWNER_LEFT,   /* the place is free */
  RING_OWNER_JOINED, /* whether its process lives or not */
  RING_OWNER_DEAD,   /* being reclaimed */
  RING_OWNER_BURIED  /* reclaimed: the place is free */
};
enum { RING_PID_BITS = 22 };
static inline enum ring_owner_state ring_owner_state(uint64_t word) { return (enum ring_owner_state)(word & 3); }
static inline uint64_t ring_owner_with(uint64_t word, enum ring_owner_state state) {
  return (word & ~UINT64_C(3)) | (uint64_t)state;
}
static inline uint32_t ring_owner_pid(uint64_t word) { return (uint32_t)(word >> 10) & ((1U << RING_PID_BITS) - 1); }

/* What happened at an owner's place, whoever had it; the first lines of each place are of its present or last one. */
enum ring_counter {
  RING_COUNT_CLAIMS,
  RING_COUNT_PUBLICATIONS,
  RING_COUNT_TAKES,
  RING_COUNT_RELEASES,
  RING_COUNT_ABANDONED,
  RING_COUNT_LOST_PUBLISHED,
  RING_COUNT_WAITS_FULL,
  RING_COUNT_WAITS_EMPTY,
  RING_COUNT_TIMEOUTS,
  RING_COUNT_SLEEPS,
  RING_COUNT_WAKES,
  RING_COUNT_IN_USE_NS,
  RING_COUNTERS
};

/* What a reclaim counts; written by who holds the lock. */
enum ring_loss { RING_LOST_CLAIMED, RING_LOST_TAKEN, RING_HANDED_ON, RING_LOSSES };

enum ring_event_name { RING_EVENT_PUBLISHED, RING_EVENT_RELEASED, RING_EVENTS };

struct ring_owner {
  alignas(RING_LINE) _Atomic uint64_t word;
  _Atomic uint64_t used;  /* when it was last left, in joins and leaves of the ring */
  _Atomic uint32_t woken; /* how often it was woken: what it sleeps on */
  _Atomic uint64_t losses[RING_LOSSES];
  _Atomic uint64_t losses_before[RING_LOSSES];
  alignas(RING_LINE) _Atomic uint64_t counters[RING_COUNTERS]; /* since the ring was made; written by the owner */
  _Atomic uint64_t before[RING_COUNTERS];                      /* their values when it joined */
};

struct ring_slot {
  alignas(RING_LINE) _Atomic uint64_t word;
  _Atomic uint64_t bytes, sequence, claimed_ns;
};

/* Who sleeps for something, a bit each; who did it takes one bit away and wakes its owner. `turn`: whose next, so that
 * each gets his. A bit of one killed is taken away with a wake-up that is lost, or when its owner is buried. */
enum { RING_SLEEPER_WORDS = (SJ_RING_MEMBERS_MAX + 63) / 64 };
struct ring_event {
  alignas(RING_LINE) _Atomic uint64_t sleepers[RING_SLEEPER_WORDS];
  alignas(RING_LINE) _Atomic uint64_t turn;
};

/* What the holder of the lock is about to count, so that who takes the lock from a dead one can tell whether it did. */
struct ring_journal {
  _Atomic uint64_t valid, slot, from, loss, owner, total_after, owner_after;
};

struct ring_header {
  char magic[8];
  uint32_t version, header_bytes;
  uint64_t total_bytes, slot_bytes;
  uint32_t slots, members;
  uint32_t order, wait, hand_on, huge_pages;
  uint32_t identity, reserved;
  uint64_t creator; /* an owner's word */

  struct ring_event events[RING_EVENTS];
  alignas(RING_LINE) _Atomic uint64_t head; /* of the order: the next position to take, or one before it */
  alignas(RING_LINE) _Atomic uint64_t tail; /* the next position to fill, or one before it; by handle: the sequence */
  alignas(RING_LINE) _Atomic uint64_t in_use_max;
  alignas(RING_LINE) _Atomic uint64_t lock; /* the owner's word of who reclaims, or 0 */
  struct ring_journal journal;
  _Atomic uint64_t losses[RING_LOSSES];
  _Atomic uint64_t dead_members;
  _Atomic uint64_t uses;      /* joins and leaves */
  _Atomic uint64_t parties;   /* members at the last join, leave or reclaim */
  _Atomic uint64_t looked_ns; /* when someone last looked for the dead */
};

/* Offsets in bytes from the segment's begin. */
struct ring_layout {
  uint64_t owners, entries, free_bits, slots, payloads, total;
  uint64_t stride;      /* from one payload to the next */
  uint32_t entry_count; /* a power of two, at least the slots */
  uint32_t bit_words;
};

struct sj_ring {
  struct ring_header *header;
  struct ring_owner *owners;
  _Atomic uint64_t *entries;
  _Atomic uint64_t *free_bits;
  struct ring_slot *slots;
  char *payloads;
  struct ring_layout layout;
  uint32_t slot_count, member_count; /* copies: what others may write is not trusted after the check at opening */
  uint32_t entry_shift;
  uint64_t slot_bytes;
  enum sj_ring_order order;
  bool hand_on;
  int descriptor;
  char notice[SJ_RING_NAME_MAX + 200];
};

struct sj_ring_member {
  struct sj_ring *ring;
  struct ring_owner *owner;
  uint64_t word; /* the owner's, while joined */
  uint32_t index;
  enum sj_ring_wait wait;
  uint32_t cores;                /* that this process may run on */
  uint64_t spin_ns[RING_EVENTS]; /* how long it lately paid to spin for each */
  uint64_t calm_until, calm_ns;  /* no spinning until; how long after the next time it was taken off its core */
};

/* Where things lie in a ring with these numbers, which must be in range. */
struct ring_layout sj_ring_layout(uint32_t slots, uint64_t slot_bytes, uint32_t members, bool huge_pages);

/* Points `ring` into a mapping whose header has been checked. */
void sj_ring_locate(struct sj_ring *ring, void *mapping, const struct ring_layout *layout);

static inline void *ring_payload(const struct sj_ring *ring, uint32_t slot) {
  return ring->payloads + slot * ring->layout.stride;
}

static inline void ring_member_count(struct sj_ring_member *member, enum ring_counter counter, uint64_t more) {
  ring_count(&member->owner->counters[counter], more);
}

#endif
