/* Elimination without subtractions of a chain that is too large to be kept, and whose factors are, too.
 *
 * The same elimination, to the same digits, as eliminate.h, in two passes over the states, from rows made when they are
 * needed. What is left of the chain below a place differs from the chain itself only in the `bandwidth` places next to
 * it. So the first pass, from the last place to the first, keeps that small square at the borders of segments of the
 * order; the second eliminates each segment once more, from the first to the last, and has then, segment by segment,
 * the factors that carry the solution on. Twice the work, and of memory only the results and some 2 sqrt(count
 * bandwidth^3) doubles: 10^7 states with bandwidth 101 take 200 MB, where their factors would take 18 GB. */
#ifndef SJ_SOLVE_BANDED_STREAM_H
#define SJ_SOLVE_BANDED_STREAM_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "solve/generator.h"
#include "solve/scaled.h"

/* What it is to find, by state; a NULL is not wanted. */
struct sj_stream_results {
  struct sj_scaled *pi;   /* stationary distribution, sums to 1 */
  struct sj_scaled *hits; /* mean time until one of the first `targets` states of the order is reached */
  size_t targets;
};

/* The largest distance of two numbers that a transition joins. */
size_t sj_generator_bandwidth(const struct sj_generator *generator);

/* The bytes that it takes, results aside; and its multiplications, from which its time follows. */
double sj_stream_bytes(size_t count, size_t bandwidth);
double sj_stream_work(size_t count, size_t bandwidth);

/* The order is that of the states' numbers, from the last to the first (`reversed`: the other way round, and the
 * targets are the last states). The chain's only closed class must hold the state at which it ends, number 0 (reversed:
 * the last). SJ_NO_MEMORY and SJ_INTERRUPTED (*stop) without a message; SJ_INVALID: from some state that one cannot be
 * reached. */
enum sj_status sj_stream_solve(const struct sj_generator *generator, size_t bandwidth, bool reversed,
                               const volatile sig_atomic_t *stop, const struct sj_stream_results *results);

#endif
