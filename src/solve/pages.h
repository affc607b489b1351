/* Large arrays. */
#ifndef SJ_SOLVE_PAGES_H
#define SJ_SOLVE_PAGES_H

#include <stddef.h>

/* Zeros, in large pages where there are any: a sweep goes through hundreds of megabytes. NULL: no memory. */
double *sj_pages_get(size_t count);
/* `count` as it was got; NULL is let be. */
void sj_pages_release(double *pages, size_t count);

#endif
