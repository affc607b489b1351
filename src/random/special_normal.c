#include <math.h>

#include "random/special.h"

double sj_normal_cdf(double x) {
  /* Far out erfc multiplies a relative error of its argument by x^2, so the rounding of x / sqrt 2 is corrected to
   * first order. */
  const double root = 0.70710678118654752440, root_rest = -4.8336466567264567e-17;
  const double two_over_root_pi = 1.12837916709551257390;
  const double z = -x * root;
  if (isinf(x) || isnan(x)) return 0.5 * erfc(z);
  const double rest = fma(-x, root, -z) - x * root_rest;
  return 0.5 * (erfc(z) - two_over_root_pi * exp(-z * z) * rest);
}

static double rational(const double numerator[8], const double denominator[8], double r) {
  double above = 0, below = 0;
  for (int i = 7; i >= 0; i--) {
    above = above * r + numerator[i];
    below = below * r + denominator[i];
  }
  return above / below;
}

/* Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37(3), 1988
 * (PPND16, about 1e-16 relative). */
double sj_normal_quantile(double p) {
  static const double middle[2][8] = {
      {3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
       4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
      {1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
       3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}};
  static const double outer[2][8] = {
      {1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
       1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
      {1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
       1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}};
  static const double far[2][8] = {
      {6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
       2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
      {1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
       1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}};
  if (!(p > 0) || !(p < 1)) return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
  const double q = p - 0.5;
  if (fabs(q) <= 0.425) return q * rational(middle[0], middle[1], 0.180625 - q * q);
  const double r = sqrt(-log(q < 0 ? p : 1 - p));
  const double x = r <= 5 ? rational(outer[0], outer[1], r - 1.6) : rational(far[0], far[1], r - 5);
  return q < 0 ? -x : x;
}
