/* Large chains, by PETSc and SLEPc: stationary distribution, spectrum and transient, in parallel under mpirun.
 *
 * All of it is in a module of its own, a shared object that is loaded when it is asked for: nobody else pays for MPI.
 * Every function but sj_large_launched must be called by all processes ("ranks") of an mpirun alike; each makes the
 * rows of its own states only, and rank 0 gets what comes out. Without mpirun there is one rank.
 *
 * None of these methods is exact as elimination is (eliminate.h, banded_stream.h): where wells are deep a solution with
 * a tiny residual can be wrong by orders of magnitude. So each comes with a certificate, and without one it is
 * SJ_FAILED.
 */
#ifndef SJ_SOLVE_LARGE_H
#define SJ_SOLVE_LARGE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sojourn/status.h"
#include "solve/generator.h"
#include "solve/spectrum.h"

/* The module, opened. */
struct sj_large;

/* Loads the module from the file `path`; NULL: from beside the program or library that this code is in, or from where
 * it is installed. Starts MPI and PETSc the first time; they end with the program. SJ_FAILED: built without PETSc and
 * SLEPc (the message says what to do, and so it does if mpirun started this), or it cannot be loaded. */
enum sj_status sj_large_open(const char *path, struct sj_large **large, struct sj_error *error);
void sj_large_close(struct sj_large *large);
unsigned sj_large_rank(const struct sj_large *large); /* 0 ... ranks - 1: only rank 0 should print and write files */

/* How many processes a launcher (mpirun, srun) started this one with, told from its environment; 0: none did. */
unsigned sj_large_launched(void);
unsigned sj_large_launched_rank(void); /* which of them it is */

enum sj_large_method {
  SJ_LARGE_AUTOMATIC, /* direct if MUMPS, asked for its estimate, says that its factors fit into most_bytes; it is not
                         asked of more than three million states */
  SJ_LARGE_DIRECT,    /* MUMPS */
  SJ_LARGE_ITERATIVE  /* GMRES with ILU, of several ranks each its own block; for what certifies it, with multigrid */
};

/* Zeroed means: as the comments say. */
struct sj_large_options {
  enum sj_large_method method;
  double residual;     /* GMRES ends where the residual is so small against the right-hand side (1e-10) */
  unsigned iterations; /* at the most, for one system (5,000) */
  unsigned restart;    /* of GMRES: directions kept (30) */
  double error;        /* what the certificate must show (1e-6) */
  bool once;           /* no second solution from another start and another pin: what must hold without it is enough */
  double most_bytes;   /* of all ranks together (three quarters of the memory that is free) */
  size_t start[2];     /* two states, one in each regime if there are two (0 and the last): (0, 0) counts as unset */
  const volatile sig_atomic_t *stop; /* non-zero ends GMRES: SJ_INTERRUPTED */
};

/* What is known of a stationary distribution, other than that its residual is small.
 *
 * Error bound. Let h(i) be the mean time from i until a state p, the pin, is reached, and r = pi Q. Then the error of
 * pi is at most 2 sum |r_i| h(i) in the 1-norm. h is not known; but any h >= 0 with (-Q h)(i) >= 1 off the pin lies
 * above it, as -Q without p is an M-matrix, and that is checked state by state. So h is solved for, by the transposed
 * system and at leisure, and then divided by the least (-Q h)(i), if that is positive. What rounding can do in r and in
 * the check is added, so it holds in floating point. (In a deep well h is so large that this fails, as it must, unless
 * the pin is where nearly all probability is.) Contradiction. A second solution, pinned in another state and begun in
 * another state, with its own bound: they may not lie further apart than both bounds together. The better one is taken.
 * Balance. Across each cut between two values of a coordinate of the state as much must flow up as down. Cuts count
 * that have more than a hundred bounds of probability on either side: less is not known anyway. */
struct sj_certificate {
  bool holds;
  enum sj_large_method method; /* the one used */
  unsigned iterations;         /* GMRES's, all systems together */
  double residual;             /* sum |r_i| / sum pi_i q_i */
  double bound;                /* of the error in the 1-norm; infinite if none could be shown */
  size_t pin;                  /* of the solution taken */
  double second_bound;         /* NAN without a second solution */
  double apart;                /* 1-norm of the difference of both solutions, likewise */
  size_t second_pin;
  double imbalance; /* the largest |up - down| / (up + down) over cuts that count; 0 if none does */
  size_t cut_coordinate, cut_value;
  double
      imbalance_of_all; /* over all cuts with flow: above about 1, what lies beyond some of them has no right digit */
  size_t trusted, cuts; /* cuts that count; cuts with flow */
};

/* The stationary distribution of a chain with one closed class: `count` elements at rank 0 (NULL at the others), that
 * sum to 1. SJ_FAILED: GMRES or MUMPS failed, with how far it came; or the certificate does not hold, with its numbers
 * (then pi and certificate are set all the same, to be shown as what they are). SJ_NO_MEMORY: MUMPS asks for more than
 * most_bytes and method is direct. SJ_INTERRUPTED. Each with a message, the same at every rank. */
enum sj_status sj_large_stationary(struct sj_large *large, const struct sj_generator *generator,
                                   const struct sj_large_options *options, double *pi,
                                   struct sj_certificate *certificate, struct sj_error *error);

/* One sentence with a certificate's numbers. */
void sj_certificate_text(const struct sj_certificate *certificate, char *text, size_t size);

/* The `wanted` eigenvalues nearest to 0, by shift-invert Krylov-Schur (Stewart 2001), certified by a second run: of the
 * transposed generator, with another shift and another start. `error` of each is the distance of both values plus their
 * residuals; what is above 1e-6 of a value is not to be trusted. Vectors of the right (at rank 0) as in spectrum.h, and
 * of the left. SJ_FAILED: fewer than two converged, or the second one differs by more than options->error of itself
 * (with both in the message; the spectrum is set all the same). */
enum sj_status sj_large_spectrum(struct sj_large *large, const struct sj_generator *generator,
                                 const struct sj_large_options *options, size_t wanted, struct sj_spectrum *spectrum,
                                 struct sj_error *error);

/* The mean time until one of the states with `target` (by state, the same at every rank) is reached, from every state:
 * `mean` at rank 0 (NULL at the others). Certified state by state: -Q without the targets is an M-matrix, so if (-Q
 * h)(i) lies within 1 - e and 1 + e everywhere, roundings included, no time is off by more than e / (1 - e) of itself,
 * which is `*error_bound`. SJ_FAILED: it did not converge, or that is more than options->error (as it must be where a
 * time is so long that roundings hide how the chain gets away; `mean` is set all the same). */
enum sj_status sj_large_hitting(struct sj_large *large, const struct sj_generator *generator,
                                const struct sj_large_options *options, const bool *target, double *mean,
                                double *error_bound, struct sj_error *error);

/* p exp(Q time) by Krylov's exponential, in place; p at rank 0 (NULL at the others). Certified by doing it a second
 * time in two halves, with smaller steps: `*apart` (NULL allowed) is the 1-norm of the difference, and of what the sum
 * misses to 1. SJ_FAILED: it did not converge, or `apart` is over options->error. */
enum sj_status sj_large_transient(struct sj_large *large, const struct sj_generator *generator,
                                  const struct sj_large_options *options, double time, double *p, double *apart,
                                  struct sj_error *error);

#endif
