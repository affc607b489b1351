/* Exponential and logarithm for the samplers.
 *
 * The C library's own choose another code path where the processor has fused multiplications, and may differ in the
 * last bit then; a last bit can decide a rejection, and with it every draw after. These use only additions,
 * multiplications and divisions of doubles, in a fixed order: the same bits wherever doubles are IEEE 754. Errors stay
 * below 1 unit in the last place. */
#ifndef SJ_RANDOM_ELEMENTARY_H
#define SJ_RANDOM_ELEMENTARY_H

/* e^x; INFINITY above the doubles, 0 below them. Not for NAN. */
double sj_exp(double x);

/* The natural logarithm of 0 < x < INFINITY, x not subnormal. */
double sj_log(double x);

/* ln(1 + x) for 0 <= x < INFINITY, to a few units in the last place (Kahan's correction of the rounding of 1 + x;
 * Higham, "Accuracy and Stability of Numerical Algorithms", 2nd edition 2002, problem 1.5). */
double sj_log1p(double x);

/* x^y for x >= 0 and y > 0, as sj_exp(y * sj_log(x)): its relative error grows with |y log x|, some 1e-14 at most. For
 * samples, not for tables. */
double sj_power(double x, double y);

#endif
