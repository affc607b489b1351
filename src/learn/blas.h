/* The parts of BLAS and LAPACK that learning uses, with the sizes of this program.
 *
 * Matrices are by columns, without gaps. Every call is of a size that depends on the data alone, and OpenBLAS, whose
 * threads would cut the sums elsewhere, is kept to one thread meanwhile (sj_blas_begin): so the bits do not depend on
 * the number of threads. */
#ifndef SJ_LEARN_BLAS_H
#define SJ_LEARN_BLAS_H

#include <stdbool.h>
#include <stddef.h>

#include "sojourn/status.h"

/* c = alpha op(a) op(b) + beta c, where op(a) has `rows` rows and `inner` columns, op(b) `inner` and `columns`; op
 * turns a matrix round where `a_turned` or `b_turned`. */
void sj_multiply(bool a_turned, bool b_turned, size_t rows, size_t columns, size_t inner, double alpha, const double *a,
                 const double *b, double beta, double *c);

/* The largest singular value of the `size` x `size` matrix `a`, which stays. NAN if LAPACK does not converge, as with
 * entries that are not finite; a negative number without memory. */
double sj_spectral_norm(size_t size, const double *a);

/* Solves a x = b, `a` of `size` x `size` and destroyed, `b` with `columns` columns and overwritten by x. SJ_FAILED: a
 * is singular. Failures have no message. */
enum sj_status sj_solve_linear(size_t size, size_t columns, double *a, double *b);

/* The x of least length that minimizes |a x - b|, column by column: `a` of `rows` x `size` (rows >= size, destroyed), b
 * of rows x columns, whose first `size` rows become x. Singular values below 1e-12 of the largest count as zero.
 * SJ_FAILED, SJ_NO_MEMORY without a message. */
enum sj_status sj_least_squares(size_t rows, size_t size, size_t columns, double *a, double *b);

/* OpenBLAS, if that is what runs, does with one thread from here to sj_blas_end, which takes what sj_blas_begin gave.
 * Other threads of the process that use BLAS then do likewise. */
int sj_blas_begin(void);
void sj_blas_end(int before);

#endif
