/* What policies rank members by. Lower is better; NAN: unknown. */
#ifndef SJ_BALANCE_COST_H
#define SJ_BALANCE_COST_H

#include "balance/report.h"
#include "model/model.h"

struct sj_balancer;

/* The cost of sending to `channel` (an index) at `now`. */
double sj_cost_of(const struct sj_balancer *balancer, const struct sj_cost *cost, uint32_t channel, double now);

/* A figure of a report. `capacity` is the share of a thread pool that a unit of rate takes, utilization / (100 * rate):
 * one divided by the rate that would fill it; unknown where either is unknown or 0. `available_capacity` is one divided
 * by what is left of that rate, 1 / (rate / (utilization / 100) - rate), unknown where nothing is left. `pid_weight` is
 * 1 / weight, with |weight| kept at 10^-4 or above. */
double sj_report_figure(const struct sj_report *report, const struct sj_cost *cost);

/* What must be measured for `cost`: SJ_NEEDS_... */
uint32_t sj_cost_needs(const struct sj_cost *cost);

#endif
