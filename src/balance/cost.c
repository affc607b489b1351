#include "balance/cost.h"

#include <math.h>

#include "balance/balancer.h"

static double aggregate(const struct sj_aggregates *figures, enum sj_aggregate which) {
  switch (which) {
    case SJ_LATEST:
      return figures->latest;
    case SJ_MEAN:
      return figures->mean;
    case SJ_EWMA:
      break;
  }
  return figures->ewma;
}

static double capacity(double utilization, double rate) {
  return utilization > 0 && rate > 0 ? utilization / (100 * rate) : NAN;
}

static double available_capacity(double utilization, double rate) {
  if (!(utilization > 0 && rate > 0)) return NAN;
  const double left = rate / (utilization / 100) - rate;
  return left > 0 ? 1 / left : NAN;
}

static double pid_weight(double weight) {
  const double least = 1e-4;
  if (fabs(weight) < least) weight = signbit(weight) ? -least : least;
  return 1 / weight;
}

double sj_report_figure(const struct sj_report *report, const struct sj_cost *cost) {
  switch (cost->figure) {
    case SJ_FIGURE_IN_FLIGHT:
      return report->in_flight;
    case SJ_FIGURE_EXPECTED_LATENCY:
      return report->expected_latency;
    case SJ_FIGURE_UTILIZATION:
      return aggregate(&report->utilization, cost->aggregate);
    case SJ_FIGURE_REQUEST_RATE:
      return aggregate(&report->request_rate, cost->aggregate);
    case SJ_FIGURE_LATENCY:
      return aggregate(&report->latency, cost->aggregate);
    case SJ_FIGURE_CAPACITY:
      return capacity(aggregate(&report->utilization, cost->aggregate),
                      aggregate(&report->request_rate, cost->of_rate));
    case SJ_FIGURE_AVAILABLE_CAPACITY:
      return available_capacity(aggregate(&report->utilization, cost->aggregate),
                                aggregate(&report->request_rate, cost->of_rate));
    case SJ_FIGURE_PID_WEIGHT:
      break;
  }
  return pid_weight(report->pid_weight); /* NAN stays NAN */
}

double sj_cost_of(const struct sj_balancer *balancer, const struct sj_cost *cost, uint32_t channel, double now) {
  const struct sj_channel *const c = &balancer->channels[channel];
  switch (cost->kind) {
    case SJ_COST_CLIENT_IN_FLIGHT:
      return c->in_flight;
    case SJ_COST_CLIENT_LATENCY:
      return aggregate(&c->latency, cost->aggregate);
    case SJ_COST_REPORTED:
      if (cost->figure == SJ_FIGURE_IN_FLIGHT) return c->reported_in_flight;
      return c->report ? sj_report_figure(c->report, cost) : NAN;
    case SJ_COST_ACTUAL:
      break;
  }
  struct sj_publisher *const publisher = &balancer->publishers->members[c->member];
  if (cost->figure == SJ_FIGURE_IN_FLIGHT && balancer->publishers->continuous) return publisher->level;
  return sj_report_figure(sj_publisher_report(publisher, now), cost);
}

uint32_t sj_cost_needs(const struct sj_cost *cost) {
  if (cost->kind == SJ_COST_CLIENT_IN_FLIGHT) return 0;
  if (cost->kind == SJ_COST_CLIENT_LATENCY) return SJ_NEEDS_LATENCIES;
  uint32_t needs = cost->kind == SJ_COST_REPORTED ? SJ_NEEDS_REPORTS : SJ_NEEDS_LIVE;
  if (cost->figure != SJ_FIGURE_IN_FLIGHT) needs |= SJ_NEEDS_WINDOWS;
  if (cost->figure == SJ_FIGURE_EXPECTED_LATENCY) needs |= SJ_NEEDS_EXPECTED;
  if (cost->figure == SJ_FIGURE_PID_WEIGHT) needs |= SJ_NEEDS_PID;
  return needs;
}
