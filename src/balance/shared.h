/* What the callers of one pool have in common, so that it is made once: tables of consistent hashing, queues of idle
 * servers. The engine has one for each called pool and hands it to the balancers of all callers; it outlives them. */
#ifndef SJ_BALANCE_SHARED_H
#define SJ_BALANCE_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sj_shared_part {
  uint64_t place; /* of the policy in the model: callers with the same have the same part */
  void (*destroy)(void *memory);
  void *memory;
  struct sj_shared_part *next;
};

/* Zero-initialize but for the key: that of the run's draws for this pool, such as where members lie on a hash ring. */
struct sj_shared {
  uint64_t key;
  struct sj_shared_part *parts;
};

/* The part of the policy at `place`; if there is none yet, `size` bytes of zeros, *made = true, and `destroy` (of what
 * is in it; may be NULL) is called at the end. NULL: no memory. */
void *sj_shared_part(struct sj_shared *shared, uint64_t place, size_t size, void (*destroy)(void *memory), bool *made);
void sj_shared_destroy(struct sj_shared *shared);

#endif
