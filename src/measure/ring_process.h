/* Which process is meant, and whether it lives: its number and start time, in the form of an owner's word. */
#ifndef SJ_MEASURE_RING_PROCESS_H
#define SJ_MEASURE_RING_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* Number (22 bits) and start time (clock ticks since boot modulo 2^32) of the calling process, shifted to where an
 * owner's word has them. */
uint64_t sj_ring_process_self(void);

/* Whether the process of an owner's word has not ended. One that ended and was not waited for yet has ended; a number
 * that another process has now is of one that ended. When /proc cannot be read, only the number counts. */
bool sj_ring_process_alive(uint64_t owner_word);

#endif
