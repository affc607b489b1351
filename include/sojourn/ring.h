/* A ring of message slots in shared memory: many producers, one or more consumers, processes or threads. A payload is
 * written where it will be read; what travels is the slot. Nothing unread is overwritten: when all slots are in use,
 * producers wait. Any process may be killed at any instruction: the others go on, and what the dead one held is found,
 * freed and counted.
 *
 * Who made the ring has a `struct sj_ring`, a mapping of the segment. Whoever writes or reads joins it: a
 * `struct sj_ring_member` is one thread's place in the ring. A complete program, a producer and a consumer:
 *
 *   #include <stdio.h>
 *   #include <sojourn/ring.h>
 *   #include <sys/wait.h>
 *   #include <unistd.h>
 *
 *   int main(void) {
 *     struct sj_error error;
 *     struct sj_ring_options options = {.slots = 8, .slot_bytes = 4096};
 *     struct sj_ring *ring;
 *     if (sj_ring_create(&options, &ring, &error) != SJ_OK) return fprintf(stderr, "%s\n", error.message), 1;
 *     pid_t producer = fork();  // the mapping is inherited; a member is not: join after the fork
 *     struct sj_ring_member *member;
 *     if (sj_ring_join(ring, &member, &error) != SJ_OK) return fprintf(stderr, "%s\n", error.message), 1;
 *     struct sj_ring_message message;
 *     for (int i = 0; i < 1000; i++)
 *       if (producer == 0) {
 *         if (sj_ring_claim(member, SJ_RING_FOREVER, &message) != SJ_RING_OK) break;
 *         message.bytes = (uint64_t)snprintf(message.data, message.capacity, "message %d", i);
 *         sj_ring_publish(member, &message);
 *       } else {
 *         if (sj_ring_take(member, 1000000000, &message) != SJ_RING_OK) break;  // a second
 *         printf("%.*s\n", (int)message.bytes, (const char *)message.data);
 *         sj_ring_release(member, &message);
 *       }
 *     sj_ring_leave(member);
 *     sj_ring_close(ring);
 *     if (producer != 0) waitpid(producer, NULL, 0);
 *     return 0;
 *   }
 *
 * Programs that are not related meet by name (options.name; sj_ring_open), or pass a descriptor on (sj_ring_descriptor;
 * sj_ring_from_descriptor).
 *
 * Two orders. In a ring SJ_RING_ORDERED, consumers get messages from the ring itself, in the order in which they were
 * published (sj_ring_take). In a ring SJ_RING_BY_HANDLE the ring keeps no order: publishing gives a handle of 32 bytes,
 * which goes over any bus, and whoever gets it takes the message (sj_ring_take_handle), once, in any order.
 *
 * What a slot goes through: free, claimed (by a producer, who writes), published, taken (by a consumer, who reads),
 * free. Each step is one compare-and-swap of one 64-bit word, which also holds who did it and the slot's generation
 * (how often it was claimed), so there is no half-done step to be killed in, and a handle of an earlier generation is
 * told from a present one. A claimed slot is invisible, so a torn payload cannot be seen.
 *
 * When a member dies (its process ended without sj_ring_leave, however):
 *   - what it had claimed is freed, and counted in lost_claimed;
 *   - what it had published stays, to be taken;
 *   - what it had taken is freed, and counted in lost_taken; with options.hand_on it is published again instead, at the
 *     end of the order, and counted in handed_on (the next reader may see what the dead one had finished reading).
 * Of those who wait, one looks for the dead every 20 ms; sj_ring_reclaim does it at once. Death is told by the
 * process's number and start time, so a number used anew is no member; all members must see the same /proc (one
 * container, or the host). A stopped process is not dead: what it holds remains its own, and while it is stopped in the
 * middle of reclaiming, no other reclaims. A process that starts another program (exec) without leaving holds what it
 * held until that ends.
 *
 * Order in memory: what a producer wrote before sj_ring_publish is seen by who took the message; what a consumer did
 * before sj_ring_release is seen by who claims the slot next.
 *
 * Cost: claim, publish, take and release take 0.3 us together between two cores (0.12 us on one), and no system call
 * while nobody sleeps. In a ring nearly full of many slots, finding a free one reads a word for each 64 slots.
 */
#ifndef SOJOURN_RING_H
#define SOJOURN_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/export.h"
#include "sojourn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sj_ring;        /* a segment, mapped; may be used by all threads of the process and inherited by fork */
struct sj_ring_member; /* one thread's place in a ring; not inherited by fork */

enum sj_ring_order {
  SJ_RING_ORDERED,  /* consumers take in the order of publication */
  SJ_RING_BY_HANDLE /* consumers take by handles they are given */
};

/* How members wait. Spinning sees a message within 0.3 us, but takes a core; sleeping (futex) takes none, and a wake-up
 * takes some 10 to 50 us. Each publication or release wakes one sleeper, in turn. */
enum sj_ring_wait {
  SJ_RING_WAIT_AUTO, /* spin as long as it lately paid, at most 50 us, then sleep; sleep at once with more
                        members than cores, and for a while when another program was given the core */
  SJ_RING_WAIT_SPIN, /* never sleep */
  SJ_RING_WAIT_FUTEX /* sleep at once */
};

/* Zero-initialize, then set what differs. */
struct sj_ring_options {
  const char *name;    /* the segment's name in /dev/shm: letters, digits, and . _ - ; NULL: it has none (a memfd) */
  uint32_t slots;      /* 1 to SJ_RING_SLOTS_MAX */
  uint64_t slot_bytes; /* the largest payload. Payloads begin at multiples of 64 bytes, from 4096 bytes on at pages */
  uint32_t members;    /* how many can have joined at a time, at most SJ_RING_MEMBERS_MAX; 0: 64 */
  enum sj_ring_order order; /* default: SJ_RING_ORDERED */
  enum sj_ring_wait wait;   /* default: SJ_RING_WAIT_AUTO */
  bool hand_on;             /* what a dead consumer had taken is published again rather than lost; ordered rings only */
  bool huge_pages;          /* where the system has them; else ordinary pages */
  unsigned mode;            /* permissions of a named segment; 0: 0600 */
};

enum {
  SJ_RING_SLOTS_MAX = 65536,
  SJ_RING_MEMBERS_MAX = 1022,
  SJ_RING_NAME_MAX = 200 /* bytes of a name */
};

/* A time to wait, in nanoseconds; 0: not at all; negative: without end. */
#define SJ_RING_FOREVER INT64_C(-1)

/* Makes a ring. All its memory is taken now, so that none can be missing later. The segment appears under its name
 * complete or not at all, whenever this process is killed. A segment of that name whose creator and members all have
 * ended is removed first: sj_ring_notice says so.
 *
 * On SJ_OK `*ring` is the caller's, to be ended with sj_ring_close; a named segment stays until sj_ring_unlink.
 * SJ_INVALID: an option is out of range. SJ_FAILED: the name is in use (the message says by which process), belongs to
 * another program's file, or may not be written; shared memory is full (the message has what is needed and what is
 * free). */
SJ_PUBLIC enum sj_status sj_ring_create(const struct sj_ring_options *options, struct sj_ring **ring,
                                        struct sj_error *error);

/* Maps the ring called `name`. SJ_INVALID: not a name. SJ_FAILED: there is none; it may not be opened; it is another
 * program's file, another version's segment, or damaged (too short, sizes that do not fit together). */
SJ_PUBLIC enum sj_status sj_ring_open(const char *name, struct sj_ring **ring, struct sj_error *error);

/* The same by a descriptor that came from sj_ring_descriptor in another process. The descriptor is duplicated: the
 * caller's stays open and the caller's. */
SJ_PUBLIC enum sj_status sj_ring_from_descriptor(int descriptor, struct sj_ring **ring, struct sj_error *error);

/* The segment's descriptor, to be sent over a socket (SCM_RIGHTS) or inherited. It is the ring's: closed by
 * sj_ring_close, and on exec unless FD_CLOEXEC is taken off. */
SJ_PUBLIC int sj_ring_descriptor(const struct sj_ring *ring);

/* Unmaps. All members that this process joined through `ring` must have left. NULL is allowed. */
SJ_PUBLIC void sj_ring_close(struct sj_ring *ring);

/* Removes the name; who has the ring open keeps it. SJ_OK also when there is no such name. SJ_FAILED: it is not a
 * ring's, or may not be removed. */
SJ_PUBLIC enum sj_status sj_ring_unlink(const char *name, struct sj_error *error);

/* What sj_ring_create found and removed, as a sentence; "" when nothing. Lives as long as the ring. */
SJ_PUBLIC const char *sj_ring_notice(const struct sj_ring *ring);

SJ_PUBLIC uint32_t sj_ring_slots(const struct sj_ring *ring);
SJ_PUBLIC uint64_t sj_ring_slot_bytes(const struct sj_ring *ring);
SJ_PUBLIC enum sj_ring_order sj_ring_order(const struct sj_ring *ring);
SJ_PUBLIC bool sj_ring_huge_pages(
    const struct sj_ring *ring); /* asked for; what the kernel gave, /proc/PID/smaps tells */

/* Takes a place in the ring for the calling thread, which alone may use the member; it may hold several slots at once.
 * On SJ_OK `*member` is the caller's, to be ended with sj_ring_leave. SJ_FAILED: all places are taken by the living. */
SJ_PUBLIC enum sj_status sj_ring_join(struct sj_ring *ring, struct sj_ring_member **member, struct sj_error *error);

/* Gives back what the member still holds (claimed slots are abandoned, taken ones released) and its place. NULL is
 * allowed. */
SJ_PUBLIC void sj_ring_leave(struct sj_ring_member *member);

/* What the calls between join and leave return. */
enum sj_ring_result {
  SJ_RING_OK,
  SJ_RING_TIMEOUT, /* claim: no slot was free; take: no message was there */
  SJ_RING_STALE,   /* take_handle, revoke: the message was taken, revoked or expired, or is of another ring */
  SJ_RING_FORGED,  /* take_handle, revoke: there was never such a message */
  SJ_RING_MISUSED  /* the member does not hold this slot (any more); the ring is of the other order; too many bytes */
};

/* A message by reference, of a fixed size, to be sent as it is between processes of one machine. */
struct sj_ring_handle {
  uint32_t ring;       /* which ring: a random number */
  uint32_t slot;       /* from 0 */
  uint64_t generation; /* the slot's */
  uint64_t sequence; /* of publications, from 0; what is handed on gets a new one. By handle, where a producer died one
                        may be missing */
  uint64_t bytes;    /* of payload */
};

/* A slot in the hands of a member: of a producer between claim and publish, of a consumer between take and release. */
struct sj_ring_message {
  void *data;     /* the payload, in shared memory */
  uint64_t bytes; /* its size: the producer sets it before sj_ring_publish (0 after a claim), the consumer reads it */
  uint64_t capacity;            /* the slot's size, at least options.slot_bytes */
  struct sj_ring_handle handle; /* set by publish, take and take_handle; after a claim, slot and generation */
};

/* Gets a free slot to write into. The free slot with the lowest number is taken, so that a ring which is nearly empty
 * stays in the cache. SJ_RING_OK or SJ_RING_TIMEOUT. */
SJ_PUBLIC enum sj_ring_result sj_ring_claim(struct sj_ring_member *member, int64_t timeout_ns,
                                            struct sj_ring_message *message);

/* Hands the message over; `message->handle` is then complete, and the payload no longer the caller's. SJ_RING_OK, or
 * SJ_RING_MISUSED (nothing was published; the slot, if held, is still held). */
SJ_PUBLIC enum sj_ring_result sj_ring_publish(struct sj_ring_member *member, struct sj_ring_message *message);

/* Gives a claimed slot back unpublished. SJ_RING_OK or SJ_RING_MISUSED. */
SJ_PUBLIC enum sj_ring_result sj_ring_abandon(struct sj_ring_member *member, const struct sj_ring_message *message);

/* Takes the oldest message of an ordered ring. SJ_RING_OK, SJ_RING_TIMEOUT or SJ_RING_MISUSED. */
SJ_PUBLIC enum sj_ring_result sj_ring_take(struct sj_ring_member *member, int64_t timeout_ns,
                                           struct sj_ring_message *message);

/* Takes the message a handle stands for, of a ring by handle, and never waits. Any 32 bytes are safe to try: all that
 * is in them is checked. SJ_RING_OK, SJ_RING_STALE, SJ_RING_FORGED or SJ_RING_MISUSED. */
SJ_PUBLIC enum sj_ring_result sj_ring_take_handle(struct sj_ring_member *member, const struct sj_ring_handle *handle,
                                                  struct sj_ring_message *message);

/* Frees the slot of a message that was taken and read. SJ_RING_OK or SJ_RING_MISUSED. */
SJ_PUBLIC enum sj_ring_result sj_ring_release(struct sj_ring_member *member, const struct sj_ring_message *message);

/* What was found dead. */
struct sj_ring_loss {
  uint32_t members;   /* that had died */
  uint32_t claimed;   /* slots freed that they had claimed: never published */
  uint32_t taken;     /* slots freed that they had taken: published, perhaps not read to the end */
  uint32_t handed_on; /* the same, published again (options.hand_on) */
  uint32_t orphaned;  /* messages of theirs that stay published */
};

/* Looks for members that died and gives back what they held. `loss` (NULL is allowed) is what this call found; another
 * process may have been first (sj_ring_statistics_read has the totals). */
SJ_PUBLIC void sj_ring_reclaim(struct sj_ring_member *member, struct sj_ring_loss *loss);

/* By handle a message whose handle was lost (a broker died; a producer died before it could send) would stay for ever.
 * revoke frees it as if it had been taken, by its handle: SJ_RING_OK, or SJ_RING_STALE, SJ_RING_FORGED,
 * SJ_RING_MISUSED. expire frees all that were claimed more than `age_ns` ago and are published still; with
 * `orphans_only` only those of dead producers, as far as sj_ring_reclaim found them. It returns their number. Both
 * count in lost_published; a handle that comes later after all is SJ_RING_STALE. */
SJ_PUBLIC enum sj_ring_result sj_ring_revoke(struct sj_ring_member *member, const struct sj_ring_handle *handle);
SJ_PUBLIC uint32_t sj_ring_expire(struct sj_ring_member *member, int64_t age_ns, bool orphans_only);

/* The ring at one moment, and its totals since it was made. Totals are exact when no member is within a call. */
struct sj_ring_statistics {
  uint32_t slots, free, claimed, published, taken; /* slots now, by state */
  uint32_t in_use_max;                             /* the most slots that were not free at a time */
  uint32_t members;                                /* that have joined now */
  uint64_t in_use_ns;    /* slot-nanoseconds not free: the sum over slots of how long each was in use, to now. The mean
                            number in use over a time is its increase divided by that time. */
  uint64_t claims;       /* = publications + abandoned + lost_claimed, when none is claimed */
  uint64_t publications; /* that went well; what was handed on counts once */
  uint64_t takes, releases, abandoned;
  uint64_t waits_full, waits_empty; /* claims and takes that had to wait */
  uint64_t timeouts;                /* and those that gave up; a call with timeout 0 is no wait, but can time out */
  uint64_t sleeps, wakes;           /* system calls made for waiting, and for waking others */
  uint64_t lost_claimed, lost_taken, lost_published, handed_on; /* slots; see the top */
  uint64_t dead_members;
};

/* Reads them without joining. Reads every slot and every place, so rather a few times a second than for each message.
 * While members are within calls, in_use_ns may lack a slot's time, and be less than it was before. */
SJ_PUBLIC void sj_ring_statistics_read(const struct sj_ring *ring, struct sj_ring_statistics *statistics);

/* Slots not free, now: cheap enough to be sampled often (a load for 64 slots). */
SJ_PUBLIC uint32_t sj_ring_in_use(const struct sj_ring *ring);

/* A place in the ring: of a member, or of the last one that had it. */
struct sj_ring_owner {
  int64_t pid; /* 0: the place was never taken */
  bool joined; /* is (else: was) a member */
  bool died;   /* ended without leaving, and its slots were reclaimed */
  uint64_t claims, publications, takes, releases, abandoned;
  uint64_t lost_claimed, lost_taken, handed_on;
};

/* The place number `index` (from 0); false when there are not so many. A place is given to a new member when all
 * others have been used at least as lately. */
SJ_PUBLIC bool sj_ring_owner_read(const struct sj_ring *ring, uint32_t index, struct sj_ring_owner *owner);

#ifdef __cplusplus
}
#endif
#endif
