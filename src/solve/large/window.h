/* Where an iterative solver for the stationary distribution had best start: from the chain's window around the pin. */
#ifndef SJ_SOLVE_LARGE_WINDOW_H
#define SJ_SOLVE_LARGE_WINDOW_H

#include "solve/large/task.h"

/* The probability of a large chain is mostly in few of its states. So the window grows from the pin: the pinned system
 * of its states alone is solved by MUMPS (what leaves it is lost), and where it loses more than the residual allows,
 * the states around are added. In the end x, 0 outside, is a solution of the whole system but for what it loses. If
 * there are too many such states (a quarter of all, or more than memory holds), x is what was found before. Only a
 * start: what certifies the solution knows nothing of it. One rank does it, the others wait. */
PetscErrorCode sj_large_window(struct task *task, PetscInt pin, Vec x);

#endif
