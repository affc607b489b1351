/* What was learned, as rows for other programs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/learn.h"
#include "results/results.h"
#include "results/table.h"

void sj_learn_write_rows(const struct sj_results *results, FILE *out) {
  const double *const series = results->runs[0].series;
  struct sj_text row = {0};
  char prefix[48];
  size_t end = 0;
  for (size_t trajectory = 0, first = 0; first < results->series_count; trajectory++, first = end) {
    const int length = snprintf(prefix, sizeof prefix, "trajectory[%zu].", trajectory);
    while (end < results->series_count && !strncmp(results->series[end].name, prefix, (size_t)length)) end++;
    if (end == first) break;
    for (size_t s = first; trajectory == 0 && s < end; s++) {
      sj_text_add(&row, s == first ? "trajectory,time," : ",");
      sj_text_add_csv(&row, results->series[s].name + length);
    }
    if (trajectory == 0) sj_text_add(&row, "\n");
    for (size_t cell = 0; cell < results->grid_count; cell++) {
      const size_t start = row.length;
      bool any = false;
      sj_text_add(&row, "%zu,", trajectory);
      sj_text_add_csv_number(&row, results->grid_start + (double)cell * results->grid_step);
      for (size_t s = first; s < end; s++) {
        const double value = series[s * results->grid_count + cell];
        any = any || !isnan(value);
        sj_text_add(&row, ",");
        sj_text_add_csv_number(&row, value);
      }
      sj_text_add(&row, "\n");
      if (!any) row.length = start;
    }
    fwrite(row.data, 1, row.length, out);
    row.length = 0;
  }
  free(row.data);
}
