/* What the slow paths of the ziggurats need beyond the layers of ziggurat.h; ziggurat_tables.c is written by
 * scripts/ziggurat_tables.py, which states the construction. */
#ifndef SJ_RANDOM_ZIGGURAT_TABLES_H
#define SJ_RANDOM_ZIGGURAT_TABLES_H

#include "random/ziggurat.h"

/* f(x_i), the heights of the layers' edges: layer i > 0 lies between [i] and [i + 1]. */
extern const double sj_ziggurat_exponential_heights[257];
extern const double sj_ziggurat_normal_heights[257];
/* r: beyond it lies the tail. */
extern const double sj_ziggurat_exponential_tail;
extern const double sj_ziggurat_normal_tail;

#endif
