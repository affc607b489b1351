/* Special functions for the rest of this folder. */
#ifndef SJ_RANDOM_SPECIAL_PRIVATE_H
#define SJ_RANDOM_SPECIAL_PRIVATE_H

#include <stdbool.h>

/* x with P(a, x) = tail, or Q(a, x) = tail if `upper`; 0 <= tail <= 1. */
double sj_gamma_inverse(double a, double tail, bool upper);

/* r - 1 - ln r without cancellation, given r > 0 and also r - 1, each as exactly as the caller knows it. */
double sj_phi(double ratio, double delta);

/* Gamma(a) / (sqrt(2 pi / a) (a / e)^a), a > 0: the correction to Stirling's formula (DLMF 5.11.3). */
double sj_gamma_star(double a);

/* ln (Gamma(1 + 2 x) / Gamma(1 + x)^2), x > 0, relatively exact for small x. */
double sj_log_gamma_excess(double x);

#endif
