#include "balance/report.h"

#include <math.h>
#include <stdlib.h>

enum { PIECE_REPORTS = 64 };

struct sj_report_piece {
  struct sj_report_piece *next;
  struct sj_report reports[PIECE_REPORTS];
};

static bool grow(struct sj_report_pool *pool) {
  struct sj_report_piece *const piece = malloc(sizeof *piece);
  if (!piece) return false;
  piece->next = pool->pieces;
  pool->pieces = piece;
  for (int i = PIECE_REPORTS; i-- > 0;) {
    piece->reports[i].next = pool->unused;
    pool->unused = &piece->reports[i];
  }
  return true;
}

struct sj_report *sj_report_create(struct sj_report_pool *pool) {
  if (!pool->unused && !grow(pool)) return NULL;
  struct sj_report *const report = pool->unused;
  pool->unused = report->next;
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
  while (pool->pieces) {
    struct sj_report_piece *const piece = pool->pieces;
    pool->pieces = piece->next;
    free(piece);
  }
  pool->unused = NULL;
}
