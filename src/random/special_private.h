/* What special.c and special_beta.c share. */
#ifndef SJ_RANDOM_SPECIAL_PRIVATE_H
#define SJ_RANDOM_SPECIAL_PRIVATE_H

/* r - 1 - ln r without cancellation, given r > 0 and also r - 1, each as exactly as the caller knows it. */
double sj_phi(double ratio, double delta);

/* Gamma(a) / (sqrt(2 pi / a) (a / e)^a), a > 0: the correction to Stirling's formula (DLMF 5.11.3). */
double sj_gamma_star(double a);

#endif
