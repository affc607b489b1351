/* Comparing two or more systems by runs that share their random numbers.
 *
 * Run i of one system and run i of another saw the same arrivals and the same luck, so their figures go up and down
 * together, and the differences of the pairs vary much less than the figures themselves (Law, Simulation Modeling and
 * Analysis, 5th ed. 2015, section 10.2.1, paired-t confidence interval). */
#ifndef SJ_STATS_PAIRED_H
#define SJ_STATS_PAIRED_H

#include <stddef.h>

struct sj_paired {
  double difference; /* mean of x[i] - base[i] */
  double half_width; /* of its confidence interval, Student's t on the differences; NAN with fewer than two pairs */
  double ratio;      /* mean of x / mean of base - 1; NAN where the mean of base is 0 */
  double ratio_half_width;
  double p; /* two-sided p-value of "there is no difference": 1 where all differences are 0, 0 where all are the same
               other number; NAN with fewer than two pairs */
};

/* Compares the pairs (x[i], base[i]); `level` is that of the intervals (0.95). All are NAN if any value is NAN or there
 * is no pair. The ratio's interval is that of a ratio of correlated means (Cochran, Sampling Techniques, 3rd ed. 1977,
 * eq. 6.13: the variance of x[i] - R base[i], by the squared mean of base), by Student's t. */
struct sj_paired sj_paired_compare(const double *x, const double *base, size_t count, double level);

/* The same of two samples that share nothing: the mean of x minus that of `base` by Welch's t (Biometrika 34, 1947,
 * with Satterthwaite's degrees of freedom). The ratio's interval is that of a ratio of independent means, by the same
 * degrees of freedom. NANs if any value is NAN or a sample has no value; with one value in a sample there is a
 * difference, but no interval and no p. */
struct sj_paired sj_unpaired_compare(const double *x, size_t count, const double *base, size_t base_count,
                                     double level);

/* Holm's correction (Scandinavian Journal of Statistics 6, 1979) of `count` p-values, in place: of those below 0.05
 * afterwards all are real with probability 0.95 at least, whatever depends on what. A NAN is no test and stays. */
void sj_holm(double *p, size_t count);

/* The fifth that each value belongs to, 1 for the smallest ... 5 for the largest, as pandas.qcut(values, 5) does it:
 * value v is in the first fifth k with v <= the quantile k / 5 of all values (linear interpolation between order
 * statistics, R's type 7). Equal values are in the same fifth. A NAN is in none: 0, and not counted. */
void sj_quintiles(const double *values, size_t count, int *fifths);

#endif
