#include "random/quadrature.h"

#include <float.h>
#include <math.h>

static const double pi = 3.14159265358979323846;

enum { LAST_LEVEL = 6, MOST_PIECES = 64 };

static struct tails plus(struct tails s, struct tails t, double weight) {
  return (struct tails){s.below + weight * t.below, s.above + weight * t.above};
}

/* A rule maps t in (-infinity, infinity) to an abscissa and adds the weighted values at t and -t. */
struct rule {
  struct integrand f;
  double a, width;
  bool infinite;
  double direction;
  struct tails most; /* the largest values met */
};

static struct tails at(struct rule *r, double x) {
  const struct tails t = r->f.value(r->f.context, x);
  r->most = (struct tails){fmax(r->most.below, fabs(t.below)), fmax(r->most.above, fabs(t.above))};
  return t;
}

/* x = a + width / (1 + exp(-pi sinh t)): the distance from either end is exact. */
static struct tails finite_nodes(struct rule *r, double t) {
  const double e = exp(-pi * sinh(t));
  const double distance = r->width * (e / (1 + e));
  const double weight = r->width * pi * cosh(t) * e / ((1 + e) * (1 + e));
  const double low = r->a + distance, high = r->a + r->width - distance;
  struct tails sum = {0, 0};
  /* Where rounding reaches the end, the weight is beyond the last digit of a bounded function. */
  if (low > r->a) sum = plus(sum, at(r, low), weight);
  if (t > 0 && high < r->a + r->width) sum = plus(sum, at(r, high), weight);
  return sum;
}

/* x = a + width exp(pi/2 sinh t). */
static struct tails infinite_nodes(struct rule *r, double t) {
  struct tails sum = {0, 0};
  for (int side = t > 0 ? -1 : 1; side <= 1; side += 2) {
    const double distance = r->width * exp(side * 0.5 * pi * sinh(t));
    const double x = r->a + r->direction * distance;
    if (!isfinite(x) || x == r->a) continue;
    const struct tails value = at(r, x);
    sum = plus(sum, value, distance * 0.5 * pi * cosh(t));
  }
  return sum;
}

/* The trapezoidal sum over the nodes first, first + step, ..., until they are negligible. */
static struct tails add_nodes(struct rule *r, double first, double step) {
  const double last = r->infinite ? 6.8 : 3.6; /* exp(-pi sinh 3.6) = 1e-25; exp(pi/2 sinh 6.8) overflows */
  struct tails sum = {0, 0};
  int negligible = 0;
  for (double t = first; t <= last && negligible < 3; t += step) {
    const struct tails more = r->infinite ? infinite_nodes(r, t) : finite_nodes(r, t);
    sum = plus(sum, more, 1);
    const bool small = fabs(more.below) <= 1e-18 * fabs(sum.below) && fabs(more.above) <= 1e-18 * fabs(sum.above);
    negligible = small ? negligible + 1 : 0;
  }
  return sum;
}

/* `floor` is what rounding of the abscissas alone can make of a sum. */
static bool close(double now, double before, double total, double allowed, double floor) {
  return fabs(now - before) <= allowed * fmax(fabs(now), fabs(total)) + floor;
}

/* Halves the step until the sums agree. The error of the last is about the square of the last difference, so agreement
 * to more than half the digits is enough; but two sums can agree by accident, so it takes a margin. */
static bool converge(struct rule *r, struct tails total, struct tails *result) {
  struct tails sum = add_nodes(r, 0, 1);
  struct tails before = sum;
  double step = 1;
  for (int level = 1; level <= LAST_LEVEL; level++) {
    sum = plus(sum, add_nodes(r, step / 2, step), 1);
    step /= 2;
    const struct tails now = {sum.below * step, sum.above * step};
    *result = now;
    const double rounding = 8 * DBL_EPSILON * (fabs(r->a) + r->width);
    const double allowed = r->f.rough ? 1e-9 : 1e-11, noise = r->f.rough && !r->infinite ? 1e-14 * r->width : 0;
    if (level > 2 && close(now.below, before.below, total.below, allowed, rounding * r->most.below + noise) &&
        close(now.above, before.above, total.above, allowed, rounding * r->most.above + noise))
      return true;
    before = now;
  }
  return false;
}

/* `pieces` are those that may still be made. */
static void integrate(struct integrand f, double a, double b, int *pieces, struct tails *total) {
  if (!(a < b)) return;
  struct rule r = {.f = f, .a = a, .width = b - a};
  struct tails result;
  const double middle = a + (b - a) / 2;
  if (converge(&r, *total, &result) || *pieces <= 0 || middle <= a || middle >= b) {
    *total = plus(*total, result, 1);
    return;
  }
  *pieces -= 1;
  integrate(f, a, middle, pieces, total);
  integrate(f, middle, b, pieces, total);
}

void sj_integrate(struct integrand f, double a, double b, struct tails *total) {
  int pieces = MOST_PIECES;
  integrate(f, a, b, &pieces, total);
}

void sj_integrate_to_infinity(struct integrand f, double a, double scale, bool downward, struct tails *total) {
  struct rule r = {.f = f, .a = a, .width = scale, .infinite = true, .direction = downward ? -1 : 1};
  struct tails result;
  converge(&r, *total, &result);
  *total = plus(*total, result, 1);
}
