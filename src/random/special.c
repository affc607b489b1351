#include "random/special.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "random/special_private.h"
#include "random/special_table.h"

static const double pi = 3.14159265358979323846;
static const double euler_gamma = 0.57721566490153286061;

/* Where the asymptotic series in 1/a have converged. */
static const double large = 12;

double sj_phi(double ratio, double delta) {
  if (fabs(delta) > 0.5) return delta - log(ratio);
  /* With s = delta / (2 + delta): ln(1 + delta) = 2 (s + s^3/3 + s^5/5 + ...) and delta - 2 s = s delta. */
  const double s = delta / (2 + delta);
  double power = 2 * s * s * s, sum = s * delta;
  for (int k = 3; k < 45; k += 2) {
    const double term = power / k;
    sum -= term;
    if (fabs(term) < 0.125 * DBL_EPSILON * fabs(sum)) break;
    power *= s * s;
  }
  return sum;
}

double sj_gamma_star(double a) {
  if (a < large) return tgamma(a + 1) * exp(a) / (sqrt(2 * pi * a) * pow(a, a));
  /* Stirling's series, DLMF 5.11.1. */
  const double r = 1 / (a * a);
  return exp((1.0 / 12 -
              r * (1.0 / 360 -
                   r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * (691.0 / 360360 - r * (1.0 / 156))))))) /
             a);
}

/* lgamma notes the sign in a global variable, which threads must not do. */
static double log_gamma(double a) {
  int sign;
  return lgamma_r(a, &sign);
}

/* ln Gamma(1 + a) for 0 <= a <= 1, relatively exact for small a (DLMF 5.7.3). */
static double log_gamma_1p(double a) {
  if (a > 0.5) return log_gamma(1 + a);
  double sum = -log1p(a) + a * (1 - euler_gamma);
  double power = -a;
  for (int k = 2; k < 30; k++) {
    power *= -a;
    sum += zeta_minus_one[k - 2] * power / k;
  }
  return sum;
}

double sj_log_gamma_excess(double x) {
  if (x > 0.02) return log_gamma(1 + 2 * x) - 2 * log_gamma(1 + x);
  double sum = 0, power = -x, powers_of_2 = 2;
  for (int k = 2; k < 14; k++) {
    power *= -x;
    powers_of_2 *= 2;
    sum += (1 + zeta_minus_one[k - 2]) * power * (powers_of_2 - 2) / k;
  }
  return sum;
}

/* x^a e^-x / Gamma(a + 1). */
static double gamma_front(double a, double x) {
  if (a >= large) return exp(-a * sj_phi(x / a, (x - a) / a)) / (sqrt(2 * pi * a) * sj_gamma_star(a));
  if (x > 1500) return 0;
  const double root = exp(-x / 2); /* e^-x alone may underflow where the product does not */
  return pow(x, a) * root / tgamma(a + 1) * root;
}

/* P(a, x) by its power series, DLMF 8.7.1; for x up to about a. */
static double lower_series(double a, double x) {
  double term = 1, sum = 1;
  for (double n = 1; term > 0.25 * DBL_EPSILON * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return gamma_front(a, x) * sum;
}

/* Q(a, x) by the continued fraction DLMF 8.9.2 in its even form, evaluated by Lentz's method; for x above a and 1. */
static double upper_fraction(double a, double x) {
  const double tiny = 1e-300;
  double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
  for (double i = 1; i < 10000; i++) {
    const double numerator = -i * (i - a);
    b += 2;
    d = numerator * d + b;
    c = b + numerator / c;
    if (fabs(d) < tiny) d = tiny;
    if (fabs(c) < tiny) c = tiny;
    d = 1 / d;
    h *= d * c;
    if (fabs(d * c - 1) < 0.5 * DBL_EPSILON) break;
  }
  return gamma_front(a, x) * a * h;
}

/* Q(a, x) for a < 1, x <= 1, where 1 - P would cancel: with x^a / Gamma(1 + a) = 1 - u (Gil, Segura and Temme,
 * "Efficient and accurate algorithms for the computation and inversion of the incomplete gamma function ratios", SIAM
 * J. Sci. Comput. 34, 2012, eq. 2.12 on). */
static double upper_small(double a, double x) {
  const double exponent = a * log(x) - log_gamma_1p(a);
  double term = 1, sum = 0;
  for (double n = 1; n < 60; n++) {
    term *= -x / n;
    sum += term / (a + n);
    if (fabs(term) < 0.1 * DBL_EPSILON * fabs(sum)) break;
  }
  return -expm1(exponent) - exp(exponent) * a * sum;
}

/* P or Q for large a and x/a between 0.3 and 2.35 (Temme 1979, DLMF 8.12.3). Q = erfc(eta sqrt(a/2))/2 + R, and R's
 * series in eta is computed as Gil, Segura and Temme do in their section 2.5: inserted into the differential equation
 * of Q it gives a recursion that is stable downwards, started where the coefficients are negligible. */
static double uniform_expansion(double a, double x, bool upper) {
  enum { TERMS = sizeof eta_over_mu / sizeof *eta_over_mu };
  const double mu = (x - a) / a;
  const double half_square = sj_phi(x / a, mu);
  const double eta = copysign(sqrt(2 * half_square), mu);
  double beta[TERMS + 2] = {0};
  for (int n = TERMS - 1; n >= 1; n--) beta[n - 1] = (n + 1) * beta[n + 1] / a + eta_over_mu[n];
  double sum = 0;
  for (int n = TERMS - 1; n >= 0; n--) sum = sum * eta + beta[n];
  const double rest = exp(-a * half_square) / sqrt(2 * pi * a) * sum * a / (a + beta[1]);
  const double z = sqrt(a * half_square);
  const double argument = eta < 0 ? -z : z;
  return upper ? 0.5 * erfc(argument) + rest : 0.5 * erfc(-argument) - rest;
}

static double gamma_tail(double a, double x, bool upper) {
  if (isnan(a) || isnan(x) || !(a > 0) || x < 0) return NAN;
  if (x == 0) return upper ? 1 : 0;
  if (isinf(x)) return upper ? 0 : 1;
  if (a >= large && x > 0.3 * a && x < 2.35 * a) return uniform_expansion(a, x, upper);
  if (a < 1 && x <= 1) return upper ? upper_small(a, x) : lower_series(a, x);
  if (x <= a) return upper ? 1 - lower_series(a, x) : lower_series(a, x);
  return upper ? upper_fraction(a, x) : 1 - upper_fraction(a, x);
}

double sj_gamma_p(double a, double x) { return gamma_tail(a, x, false); }
double sj_gamma_q(double a, double x) { return gamma_tail(a, x, true); }

/* Roughly the r with r - 1 - ln r = eta^2 / 2 and r - 1 of eta's sign: Newton's method on a convex function, from a
 * side where it cannot overshoot. */
static double ratio_of_eta(double eta) {
  const double target = 0.5 * eta * eta;
  if (eta < -3) return exp(-1 - target);
  double r = eta >= 0 ? 1 + eta + target : exp(-1 - target);
  for (int i = 0; i < 30 && r != 1; i++) {
    const double step = (sj_phi(r, r - 1) - target) * r / (r - 1);
    r -= step;
    if (fabs(step) <= 1e-6 * r) break;
  }
  return r;
}

static double gamma_first_guess(double a, double tail, bool upper) {
  const double z = upper ? -sj_normal_quantile(tail) : sj_normal_quantile(tail);
  if (a >= large) return a * ratio_of_eta(z / sqrt(a));
  const double root = 1 - 1 / (9 * a) + z / (3 * sqrt(a)); /* Wilson and Hilferty 1931 */
  if (root > 0.5) return a * root * root * root;
  /* P(a, x) < x^a / Gamma(a + 1). */
  const double log_p = upper ? log1p(-tail) : log(tail);
  return exp((log_p + (a <= 1 ? log_gamma_1p(a) : log_gamma(a + 1))) / a);
}

/* Newton's method for log P, or log Q, as a function of log x, which is concave; kept within a bracket because a first
 * guess on the flat side would throw it far. */
static double gamma_inverse(double a, double target, bool upper) {
  double x = gamma_first_guess(a, target, upper);
  if (x < DBL_MIN) return x; /* where that bound is the value itself */
  double low = DBL_MIN, high = 10 * a + 1000;
  for (int i = 0; i < 200; i++) {
    const double tail = gamma_tail(a, x, upper);
    if ((tail < target) == upper)
      high = x;
    else
      low = x;
    const double slope = gamma_front(a, x) * a; /* d P / d log x */
    const double step = log1p((tail - target) / target) * tail / slope;
    double next = x * exp(upper ? step : -step);
    if (!(next >= low && next <= high)) next = sqrt(low) * sqrt(high);
    const bool found = fabs(next - x) <= 4 * DBL_EPSILON * x;
    x = next;
    if (found) break;
  }
  return x;
}

double sj_gamma_inverse(double a, double tail, bool upper) {
  if (!(a > 0) || !(tail >= 0) || !(tail <= 1)) return NAN;
  if (tail == 0 || tail == 1) return (tail == 0) == upper ? INFINITY : 0;
  return tail <= 0.5 ? gamma_inverse(a, tail, upper) : gamma_inverse(a, 1 - tail, !upper);
}

double sj_gamma_p_inverse(double a, double p) { return sj_gamma_inverse(a, p, false); }
