#include "random/whole_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random/elementary.h"
#include "random/node.h"

/* ln Gamma(z), z > 0: Stirling's series from 10 on (DLMF 5.11.1), below by the recurrence. About 1e-14. */
static double log_gamma(double z) {
  double product = 1;
  while (z < 10) product *= z++;
  const double w = 1 / (z * z);
  const double series = (1.0 / 12 + w * (-1.0 / 360 + w * (1.0 / 1260 + w * (-1.0 / 1680 + w / 1188)))) / z;
  return (z - 0.5) * sj_log(z) - z + 0.91893853320467274178 + series - sj_log(product);
}

/* P(a, x) by its series of positive terms (DLMF 8.11.4). */
static double lower_gamma(double a, double log_gamma_above, double x) {
  if (x <= 0) return 0;
  double term = 1, sum = 1;
  for (double n = a + 1; term > 1e-17 * sum; n++) {
    term *= x / n;
    sum += term;
  }
  const double p = sum * sj_exp(a * sj_log(x) - x - log_gamma_above);
  return p < 1 ? p : 1;
}

/* d as floor(offset + scale * gamma(shape, 1)); false if it is not. */
static bool is_whole_gamma(const struct sj_distribution *d, double *offset, double *scale, double *shape) {
  if (d->kind != SJ_FLOOR) return false;
  d = node_of(d)->rounded.inner;
  *offset = 0;
  *scale = 1;
  if (d->kind == SJ_SHIFTED) {
    *offset = node_of(d)->shifted.offset;
    *scale = node_of(d)->shifted.scale;
    d = node_of(d)->shifted.inner;
  }
  if (d->kind != SJ_GAMMA) return false;
  *scale *= node_of(d)->gamma.scale;
  *shape = node_of(d)->gamma.shape;
  return *scale > 0 && *shape < SJ_WHOLE_TABLE_MOST;
}

static void fill_guide(struct sj_whole_table *table) {
  uint16_t entry = 0;
  for (uint32_t i = 0; i < SJ_WHOLE_TABLE_GUIDE; i++) {
    while (table->cdf[entry] <= (double)i / SJ_WHOLE_TABLE_GUIDE) entry++;
    table->guide[i] = entry;
  }
}

struct sj_whole_table *sj_whole_table_create(const struct sj_distribution *d) {
  double offset, scale, shape;
  if (!is_whole_gamma(d, &offset, &scale, &shape)) return NULL;
  const double first = floor(offset), above = log_gamma(shape + 1);
  double *const cdf = malloc(SJ_WHOLE_TABLE_MOST * sizeof *cdf);
  if (!cdf) return NULL;
  size_t count = 0;
  double last = 0, step = 1;
  /* Until a further value has no probability that a uniform could tell; roundings may keep the cdf from reaching 1. */
  while (count < SJ_WHOLE_TABLE_MOST && (last < 0.5 || step > 0x1p-54)) {
    cdf[count] = lower_gamma(shape, above, (first + (double)count + 1 - offset) / scale);
    step = cdf[count] - last;
    last = cdf[count++];
  }
  struct sj_whole_table *table = NULL;
  if (count < SJ_WHOLE_TABLE_MOST) table = malloc(sizeof *table + (count + 1) * sizeof *table->cdf);
  if (table) {
    table->first = first;
    memcpy(table->cdf, cdf, count * sizeof *cdf);
    table->cdf[count] = INFINITY;
    fill_guide(table);
  }
  free(cdf);
  return table;
}
