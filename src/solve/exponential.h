/* The exponential of a small full matrix. */
#ifndef SJ_SOLVE_EXPONENTIAL_H
#define SJ_SOLVE_EXPONENTIAL_H

#include <stddef.h>

#include "sojourn/status.h"

/* result = exp(time matrix), both order x order, by Pade's approximation of degree 13 with scaling and squaring (Higham
 * 2005). SJ_NO_MEMORY without a message; what overflows is not a number. */
enum sj_status sj_exponential(const double *matrix, size_t order, double time, double *result);

#endif
