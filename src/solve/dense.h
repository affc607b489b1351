/* Dense eigenproblems of moderate size, by LAPACK. */
#ifndef SJ_SOLVE_DENSE_H
#define SJ_SOLVE_DENSE_H

#include <stddef.h>

#include "sojourn/status.h"

/* The eigenvalues re[k] + i im[k] of the `size` x `size` matrix `a` (by columns; destroyed), and their right
 * eigenvectors as columns of `vectors`, of Euclidean length 1; a complex pair stands together, positive imaginary part
 * first, and its two columns are the real and the imaginary part of that one's vector. SJ_FAILED: no convergence; both
 * failures without a message. */
enum sj_status sj_dense_eigen(size_t size, double *a, double *re, double *im, double *vectors);

#endif
