/* A bound that a figure is held against: "< 0.5". */
#ifndef SJ_MODEL_BOUND_H
#define SJ_MODEL_BOUND_H

#include <stdbool.h>

#include "model/model.h"

/* Reads one of < <= > >= == and a finite number, blanks around them allowed; false if it is anything else. */
bool sj_bound_parse(const char *text, enum sj_comparison *comparison, double *bound);

/* Whether `value` keeps to it; a NAN never does. */
bool sj_bound_holds(double value, enum sj_comparison comparison, double bound);

/* "<=" */
const char *sj_comparison_sign(enum sj_comparison comparison);

#endif
