#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "random/special.h"
#include "random/special_private.h"

static const double pi = 3.14159265358979323846;

/* x^a y^b / B(a, b) for x + y = 1, relative to its maximum over x so that large a and b cancel nothing. */
static double beta_front(double a, double b, double x, double y) {
  const double excess = x * b - a * y; /* (a + b) times the distance from the maximum, a / (a + b) */
  const double exponent = a * sj_phi((a + b) / a * x, excess / a) + b * sj_phi((a + b) / b * y, -excess / b);
  const double correction = sj_gamma_star(a + b) / (sj_gamma_star(a) * sj_gamma_star(b));
  return sqrt(a / (a + b) * b / (2 * pi)) * correction * exp(-exponent);
}

/* What I_x(a, b) is times a / front, 1 / (1 + ...): the even part of the continued fraction DLMF 8.17.22 (DiDonato and
 * Morris, "Algorithm 708", ACM TOMS 18, 1992, eq. 9.1), which cancels nothing for x below the mean, by Lentz's
 * method. */
static double beta_fraction(double a, double b, double x, double y) {
  const double lambda = a * y - b * x;
  double h = a * (lambda + 1) / (a + 1), c = h, d = 0;
  for (double m = 1; m < 1e6; m++) {
    const double s = a + 2 * m - 1;
    const double numerator = (a + m - 1) / s * ((a + b + m - 1) / s) * m * (b - m) * x * x;
    const double term = m + m * (b - m) * x / s + (a + m) * (lambda + 1 + m * (1 + y)) / (s + 2);
    d = 1 / (term + numerator * d);
    c = term + numerator / c;
    h *= c * d;
    if (fabs(c * d - 1) < 0.5 * DBL_EPSILON) break;
  }
  return a / h;
}

/* I_x(a, b) with y = 1 - x given, so that neither need be computed from the other. */
static double beta_ratio(double a, double b, double x, double y) {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const double front = beta_front(a, b, x, y);
  if (x * b <= a * y) return front / a * beta_fraction(a, b, x, y);
  return 1 - front / b * beta_fraction(b, a, y, x);
}

double sj_beta_i(double a, double b, double x) {
  if (!(a > 0) || !(b > 0) || !(x >= 0) || !(x <= 1)) return NAN;
  return beta_ratio(a, b, x, 1 - x);
}

double sj_student_quantile(double degrees, double p) {
  if (!(degrees > 0) || !(p > 0) || !(p < 1)) return NAN;
  if (p == 0.5) return 0;
  const double tail = p < 0.5 ? p : 1 - p;
  const double z = fabs(sj_normal_quantile(p));
  const double sign = p < 0.5 ? -1 : 1;
  /* The Cornish-Fisher term of order 1/degrees; the next is beyond a double's digits. */
  if (degrees > 1e9) return sign * (z + z * (z * z + 1) / (4 * degrees));
  /* Near the middle the probability between 0 and t is solved for, else the tail, so that neither cancels. With x =
   * degrees / (degrees + t^2) the tail is I_x(degrees / 2, 1/2) / 2, and t times the density is x^a y^b / B(a, b). Both
   * logarithms are concave functions of log t, for which Newton's method converges from anywhere. */
  const bool central = tail > 0.25;
  const double target = central ? 0.5 - tail : tail;
  const double a = degrees / 2, b = 0.5;
  double t = z;
  for (int i = 0; i < 200; i++) {
    const double square = t * t / degrees;
    const double x = 1 / (1 + square), y = square / (1 + square);
    const double value = 0.5 * (central ? beta_ratio(b, a, y, x) : beta_ratio(a, b, x, y));
    double step = log1p((value - target) / target) * value / beta_front(a, b, x, y);
    if (!central) step = -step;
    if (!(fabs(step) < 50)) step = copysign(50, step);
    t *= exp(-step);
    if (fabs(step) <= 4 * DBL_EPSILON) break;
  }
  return sign * t;
}
