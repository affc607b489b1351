#include "stats/interval.h"

#include <math.h>

#include "random/special.h"

void sj_interval(const double *values, size_t count, double level, double *mean, double *half_width) {
  *mean = *half_width = NAN;
  if (count == 0) return;
  const double n = (double)count;
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  *mean = sum / n;
  if (count < 2) return;
  double squares = 0;
  for (size_t i = 0; i < count; i++) squares += (values[i] - *mean) * (values[i] - *mean);
  *half_width = sj_student_quantile(n - 1, 0.5 + level / 2) * sqrt(squares / (n - 1) / n);
}
