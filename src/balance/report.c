#include "balance/report.h"

#include <math.h>
#include <stdlib.h>

struct sj_report *sj_report_create(struct sj_report_pool *pool) {
  struct sj_report *const report = pool->unused ? pool->unused : sj_chunks_take(&pool->memory, sizeof *report);
  if (!report) return NULL;
  if (report == pool->unused) pool->unused = report->next;
  *report = (struct sj_report){.published = NAN,
                               .in_flight = NAN,
                               .waiting = NAN,
                               .mean_in_flight = NAN,
                               .utilization = sj_aggregates_unknown,
                               .request_rate = sj_aggregates_unknown,
                               .latency = sj_aggregates_unknown,
                               .expected_latency = NAN,
                               .pid_weight = NAN,
                               .error_rate = sj_aggregates_unknown,
                               .load_latency = NAN,
                               .references = 1};
  return report;
}

void sj_report_pool_destroy(struct sj_report_pool *pool) {
  sj_chunks_destroy(&pool->memory);
  pool->unused = NULL;
}
