/* Numerical integration of a pair of functions at once: double exponential formulas (Takahasi and Mori 1974), which do
 * not mind singularities at the ends. */
#ifndef SJ_RANDOM_QUADRATURE_H
#define SJ_RANDOM_QUADRATURE_H

#include <stdbool.h>

/* Two probabilities that belong together: P(X <= x) and P(X > x), each to full relative accuracy where that is
 * possible, or, `strict`ly, P(X < x) and P(X >= x). Also used for any two numbers that are integrated together. */
struct tails {
  double below, above;
};

struct integrand {
  struct tails (*value)(const void *context, double x);
  const void *context;
  bool rough; /* the values come from tables: they are good to some 1e-11, and not below 1e-15 */
};

/* The integrals over (a, b), a <= b finite, added to `total`. Bisects where needed; the error is about 1e-13 of the
 * larger of the piece and `total`, in each component. The function is analytic inside (a, b) or nearly so: what is not
 * belongs to the ends. Never evaluated at a or b. */
void sj_integrate(struct integrand f, double a, double b, struct tails *total);

/* Likewise over (a, infinity), or (-infinity, a) if `downward`, for a function that changes on the scale `scale` > 0
 * near a and decays at least like a power below -1. */
void sj_integrate_to_infinity(struct integrand f, double a, double scale, bool downward, struct tails *total);

#endif
