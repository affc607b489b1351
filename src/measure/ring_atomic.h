/* The atomic operations of the ring. Each is one step of its protocol: tests/measure/test_ring_model.c compiles the
 * ring with SJ_RING_MODEL and its own ring_step, to try the orders of the steps of several members. */
#ifndef SJ_MEASURE_RING_ATOMIC_H
#define SJ_MEASURE_RING_ATOMIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef SJ_RING_MODEL
void ring_step(void); /* before every step */
#else
static inline void ring_step(void) {}
#endif

static inline uint64_t ring_load(const _Atomic uint64_t *place) {
  ring_step();
  return atomic_load(place);
}

static inline void ring_store(_Atomic uint64_t *place, uint64_t value) {
  ring_step();
  atomic_store(place, value);
}

static inline bool ring_swap(_Atomic uint64_t *place, uint64_t from, uint64_t to) {
  ring_step();
  return atomic_compare_exchange_strong(place, &from, to);
}

static inline void ring_set_bits(_Atomic uint64_t *place, uint64_t bits) {
  ring_step();
  atomic_fetch_or(place, bits);
}

/* Returns what was there. */
static inline uint64_t ring_clear_bits(_Atomic uint64_t *place, uint64_t bits) {
  ring_step();
  return atomic_fetch_and(place, ~bits);
}

static inline uint64_t ring_next(_Atomic uint64_t *place) {
  ring_step();
  return atomic_fetch_add(place, 1);
}

/* For what no other member's step depends on: a slot's description, which its word guards, and statistics. */
static inline uint64_t ring_peek(const _Atomic uint64_t *place) {
  return atomic_load_explicit(place, memory_order_relaxed);
}

static inline void ring_put(_Atomic uint64_t *place, uint64_t value) {
  atomic_store_explicit(place, value, memory_order_relaxed);
}

/* A counter with one writer. */
static inline void ring_count(_Atomic uint64_t *counter, uint64_t more) {
  ring_put(counter, ring_peek(counter) + more);
}

#endif
