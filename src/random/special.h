/* Special functions that the C library lacks. All accurate to about 1e-13 relative over the stated range. */
#ifndef SJ_RANDOM_SPECIAL_H
#define SJ_RANDOM_SPECIAL_H

/* Regularised incomplete gamma functions P(a, x) (lower) and Q(a, x) = 1 - P (upper), a > 0, x >= 0, each computed
 * without cancellation, for a up to 1e8 (series and continued fraction, Temme's uniform expansion near x = a for large
 * a; DLMF 8.7, 8.9, 8.12). */
double sj_gamma_p(double a, double x);
double sj_gamma_q(double a, double x);
/* x with P(a, x) = p, 0 <= p < 1. */
double sj_gamma_p_inverse(double a, double p);

/* The standard normal cdf and its inverse (0 < p < 1). */
double sj_normal_cdf(double x);
double sj_normal_quantile(double p);

/* Regularised incomplete beta function I_x(a, b). */
double sj_beta_i(double a, double b, double x);
/* The quantile of Student's t distribution with `degrees` > 0 degrees of freedom, 0 < p < 1. */
double sj_student_quantile(double degrees, double p);

#endif
