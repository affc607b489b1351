/* A policy written in Lua, in the model's file: see model/lua/program.h. What the file never names is not kept for it.
 */
#include <math.h>

#include "balance/policy.h"
#include "model/lua/program.h"

/* What the views of one call look at. */
struct sight {
  const struct sj_balancer *balancer;
  const struct sj_turn *turn;
};

static double one_of(const struct sj_aggregates *figures, enum sj_aggregate which) {
  return which == SJ_LATEST ? figures->latest : which == SJ_MEAN ? figures->mean : figures->ewma;
}

static double read_report(const struct sj_report *report, double now, enum sj_choice_figure figure,
                          enum sj_aggregate aggregate) {
  if (!report) return NAN;
  switch (figure) {
    case SJ_REPORT_AGE:
      return now - report->published;
    case SJ_REPORT_IN_FLIGHT:
      return report->in_flight;
    case SJ_REPORT_QUEUE:
      return report->waiting;
    case SJ_REPORT_UTILIZATION:
      return one_of(&report->utilization, aggregate);
    case SJ_REPORT_REQUEST_RATE:
      return one_of(&report->request_rate, aggregate);
    case SJ_REPORT_LATENCY:
      return one_of(&report->latency, aggregate);
    case SJ_REPORT_EXPECTED_LATENCY:
      return report->expected_latency;
    case SJ_REPORT_PID_WEIGHT:
      return report->pid_weight;
    case SJ_CHOICE_IN_FLIGHT:
    case SJ_CHOICE_MEMBER:
    case SJ_CHOICE_LATENCY:
      break;
  }
  return NAN;
}

static double read(const void *context, uint32_t choice, enum sj_choice_figure figure, enum sj_aggregate aggregate) {
  const struct sight *const sight = context;
  const uint32_t index = sj_choice(&sight->turn->choices, choice);
  const struct sj_channel *const channel = &sight->balancer->channels[index];
  if (figure == SJ_CHOICE_IN_FLIGHT) return channel->in_flight;
  if (figure == SJ_CHOICE_MEMBER) return channel->member;
  if (figure == SJ_CHOICE_LATENCY) return one_of(&channel->latency, aggregate);
  return read_report(channel->report, sight->turn->now, figure, aggregate);
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  const struct sj_policy *const spec = policy->spec;
  const struct sight sight = {balancer, turn};
  const struct sj_program_choices choices = {.count = turn->choices.count,
                                             .pool = balancer->pool_name,
                                             .is_pool = true,
                                             .keeps_latencies = spec->sees_latencies,
                                             .keeps_reports = spec->sees_reports,
                                             .context = &sight,
                                             .read = read};
  const struct sj_program_request request = {turn->size, turn->number, turn->attempt};
  uint32_t choice = 0;
  balancer->status = sj_program_pick(balancer->program, spec->function, &request, &choices, turn->now, turn->stream,
                                     &choice, balancer->error);
  if (balancer->status) return SJ_PICK_NOBODY;
  *channel = sj_choice(&turn->choices, choice);
  return SJ_PICKED;
}

static uint32_t needs(const struct sj_policy *spec) {
  return (spec->sees_latencies ? SJ_NEEDS_LATENCIES : 0) |
         (spec->sees_reports ? SJ_NEEDS_REPORTS | SJ_NEEDS_WINDOWS : 0) |
         (spec->sees_reports && spec->sees_expected_latency ? SJ_NEEDS_EXPECTED : 0) |
         (spec->sees_reports && spec->sees_pid_weight ? SJ_NEEDS_PID : 0);
}

const struct sj_policy_operations sj_policy_function = {.pick = pick, .needs = needs};
