/* What the ring asks the system: which process this is, which lives, what time it is, to sleep and to wake. A test of
 * the protocol has its own. */
#ifndef SJ_MEASURE_RING_SYSTEM_H
#define SJ_MEASURE_RING_SYSTEM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Number (22 bits) and start time (clock ticks since boot modulo 2^32) of the calling process, shifted to where an
 * owner's word has them. */
uint64_t sj_ring_system_self(void);

/* Whether the process of an owner's word has not ended. One that ended and was not waited for yet has ended; a number
 * that another process has now is of one that ended. When /proc cannot be read, only the number counts. */
bool sj_ring_system_alive(uint64_t owner_word);

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t sj_ring_system_now(void);

/* Sleeps while the version is as it was seen, at most `ns`; also between processes. */
void sj_ring_system_sleep(_Atomic uint32_t *version, uint32_t seen, uint64_t ns);

/* Wakes one who sleeps on the version; whether there was one. */
bool sj_ring_system_wake(_Atomic uint32_t *version);

#endif
