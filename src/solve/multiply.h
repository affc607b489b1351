/* Products of small dense matrices, the work that elimination consists of. */
#ifndef SJ_SOLVE_MULTIPLY_H
#define SJ_SOLVE_MULTIPLY_H

#include <stddef.h>

#include "base/processor.h"

/* The ways there are to do it, by what the processor has, may differ in the last bits of their results.
 *
 * c += a b, with c of `rows` x `columns`, the inner dimension `inner`; matrices by rows, each row `..._stride` elements
 * after the one before. They do not overlap. `work`: at least sj_multiply_work(columns, inner) elements. */
void sj_multiply_add(enum sj_processor processor, size_t rows, size_t columns, size_t inner, const double *a,
                     size_t a_stride, const double *b, size_t b_stride, double *c, size_t c_stride, double *work);
size_t sj_multiply_work(size_t columns, size_t inner);

/* sum of a[i] b[i]; and y += factor x. */
double sj_dot(enum sj_processor processor, const double *a, const double *b, size_t count);
void sj_add_multiple(enum sj_processor processor, double factor, const double *x, double *y, size_t count);

/* The same with four vectors: sum[r] = sum of a[r][i] b[i]; and y += sum of factor[r] x[r]. */
void sj_dot_4(enum sj_processor processor, const double *const a[4], const double *b, size_t count, double sum[4]);
void sj_add_multiple_4(enum sj_processor processor, const double factor[4], const double *const x[4], double *y,
                       size_t count);

/* On x86, numbers too small to be normal count as 0 from here on (they are slow, and too small to matter); what was set
 * before is returned, for sj_restore_tiny. */
unsigned sj_flush_tiny(void);
void sj_restore_tiny(unsigned before);

#endif
