/* The tables of load balancing: policies, costs, what servers report. To add a policy, add its fields to struct
 * sj_policy, its schema and its line in sj_policy_schemas here, and see src/balance/balancer.h. */
#include "model/schema_macros.h"

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are initializers */

#define COST(word, member, says) \
  { .name = word, .type = SJ_FIELD_COST, AT(sj_policy, member), REQUIRED, .unit = "", .comment = says }
#define INNER(says) \
  { .name = "policy", .type = SJ_FIELD_POLICY, AT(sj_policy, inner), REQUIRED, .unit = "", .comment = says }
#define ZERO_IS_UNKNOWN                                                                                   \
  FLAG("zero_is_unknown", AT(sj_policy, zero_is_unknown), "a cost of 0 counts as one of which nothing is known")
#define PID_FIELDS(structure, base, kp, kp_text, ki, ki_text, kd, kd_text)                                            \
  {.name = "kp", .type = SJ_FIELD_NUMBER, .offset = (base) + offsetof(struct sj_pid_settings, proportional), ANY,     \
   .below = true, DEFAULT(kp, kp_text), .unit = "", .comment = "of the distance from the target"},                    \
      {.name = "ki", .type = SJ_FIELD_NUMBER, .offset = (base) + offsetof(struct sj_pid_settings, integral), ANY,     \
       .below = true, DEFAULT(ki, ki_text), .unit = "", .comment = "of the sum of all distances so far"},             \
      {.name = "kd", .type = SJ_FIELD_NUMBER, .offset = (base) + offsetof(struct sj_pid_settings, derivative), ANY,   \
       .below = true, DEFAULT(kd, kd_text), .unit = "", .comment = "of the distance's last change"},                  \
      {.name = "margin", .type = SJ_FIELD_NUMBER, .offset = (base) + offsetof(struct sj_pid_settings, margin),        \
       RANGE(0, 100), DEFAULT(10, "10"), .unit = "per cent",                                                          \
       .comment = "the target is the mean utilization of the members, and this more while that is under `ceiling`"},  \
      {.name = "ceiling", .type = SJ_FIELD_NUMBER, .offset = (base) + offsetof(struct sj_pid_settings, ceiling),      \
       RANGE(0, 100), DEFAULT(80, "80"), .unit = "per cent", .comment = "see `margin`"}

static const struct sj_field_schema pid_fields[] = {
    PID_FIELDS(sj_pid_settings, 0, 1, "1", 1.0 / 50, "1/50", 5, "5"),
};
const struct sj_schema sj_schema_pid = {.name = "pid", .family = SJ_FAMILY_TABLE, FIELDS(pid_fields),
    .example = "{ kp=, ki=, kd= }",
    .comment = "A controller: at each step it adds kp e + ki (sum of all e) + kd (change of e) to a member's weight, where "
               "e is the target less the utilization, in per cent."};

static const struct sj_field_schema publish_fields[] = {
    {.name = "window", .type = SJ_FIELD_NUMBER, AT(sj_publish, window), ABOVE(0), .below = true, DEFAULT(100, "100"),
     .unit = "time", .comment = "over which members average"},
    {.name = "ewma", .type = SJ_FIELD_NUMBER, AT(sj_publish, ewma), .min = 0, .above = true, .max = 1,
     DEFAULT(0.2, "0.2"), .unit = "", .comment = "the newest value's share of the exponentially weighted mean"},
    PART("pid", "{ kp=, ki=, kd= }", &sj_schema_pid, "the defaults", "the controller behind `pid_weight`"),
};
const struct sj_schema sj_schema_publish = {.name = "publish", .family = SJ_FAMILY_TABLE, FIELDS(publish_fields),
    .example = "{ window=, ewma=, pid= }", .comment = "How the members of a pool measure what they report of themselves."};

static const struct sj_field_schema original_fields[] = {
    {.name = "every", .type = SJ_FIELD_NUMBER, AT(sj_original, every), ABOVE(0), .below = true, REQUIRED,
     .unit = "time", .comment = "only completions at multiples of it are recorded"},
    {.name = "after", .type = SJ_FIELD_NUMBER, AT(sj_original, after), AT_LEAST(0), .below = true, DEFAULT(0, "0"),
     .unit = "time", .comment = "and only later ones"},
};
const struct sj_schema sj_schema_original = {.name = "original", .family = SJ_FAMILY_TABLE, FIELDS(original_fields),
    .example = "{ every=, after= }",
    .comment = "The figures `original.mean_latency` and so on of the load-balancing notebook, only in discrete time."};

/* ---- policies ---- */

#define POLICY(id, list, written, says) \
  static const struct sj_schema id##_schema = {.name = #id, .family = SJ_FAMILY_POLICY, FIELDS(list), \
      .example = written, .comment = says}
#define PLAIN_POLICY(id, says) \
  static const struct sj_schema id##_schema = {.name = #id, .family = SJ_FAMILY_POLICY, .example = #id, .comment = says}

PLAIN_POLICY(random, "Any member, uniformly.");
PLAIN_POLICY(round_robin, "Each caller takes the members in turn.");
PLAIN_POLICY(pick_first, "Always the first member that may be taken.");

static const struct sj_field_schema least_cost_fields[] = {
    COST("cost", cost, "the smallest is taken; what is unknown, or negative, counts as 0"),
    {.name = "choices", .type = SJ_FIELD_COUNT, AT(sj_policy, choices), RANGE(1, MOST_MEMBERS), DEFAULT(0, "all"),
     .unit = "members", .comment = "that many are drawn at random first"},
};
POLICY(least_cost, least_cost_fields, "least_cost{cost=}",
       "The member of least cost, ties broken at random. With `choices = 2` the power of two choices.");

static const struct sj_field_schema weighted_fields[] = {
    COST("cost", cost, "the weight is 1 / cost; where it is unknown, the mean cost of the others"),
    FLAG("negative", AT(sj_policy, negative),
         "costs may be negative: while the least weight is not above 0, all weights are shifted to make it 0.1"),
    ZERO_IS_UNKNOWN,
};
POLICY(weighted, weighted_fields, "weighted{cost=}",
       "At random, each member by its weight; uniform where nothing is known of any.");

static const struct sj_field_schema hot_cold_fields[] = {
    COST("rank", cost, "the least among the healthy is taken"),
    COST("health", health, "a member is healthy while this is not above the quantile `cutoff`"),
    {.name = "cutoff", .type = SJ_FIELD_NUMBER, AT(sj_policy, cutoff), RANGE(0, 1), DEFAULT(0.80, "0.8"),
     .unit = "quantile", .comment = "of the last 100 health costs seen of each member, all together"},
    ZERO_IS_UNKNOWN,
};
POLICY(hot_cold, hot_cold_fields, "hot_cold{rank=, health=}",
       "Hot/cold lexicographic: the best rank among the healthy members, the first of equals; if none is healthy the "
       "best health. What is unknown counts as the mean of the known.");

static const struct sj_field_schema pid_weighted_fields[] = {
    PID_FIELDS(sj_policy, offsetof(struct sj_policy, pid), 1, "1", 1.0 / 30, "1/30", 3, "3"),
};
POLICY(pid_weighted, pid_weighted_fields, "pid_weighted or pid_weighted{kp=, ki=, kd=}",
       "At random, by weights that each caller controls at every pick from the utilizations reported to it (see `pid`), "
       "shifted to make the least 0.1.");

static const struct sj_field_schema fastest_probe_fields[] = {
    FLAG("only_if_idle", AT(sj_policy, only_if_idle),
         "only answers of members where nothing waits count; if there are none, the fastest of all is taken"),
};
POLICY(fastest_probe, fastest_probe_fields, "fastest_probe or fastest_probe{only_if_idle=true}",
       "Probes every member and takes the one that answers first.");

static const struct sj_field_schema with_probes_fields[] = {
    INNER("which member is taken"),
    {.name = "per_request", .type = SJ_FIELD_COUNT, AT(sj_policy, per_request), RANGE(1, MOST_MEMBERS),
     DEFAULT(2, "2"), .unit = "probes", .comment = "sent when a request comes, to members drawn at random"},
    FLAG("at_most_idle", AT(sj_policy, at_most_idle),
         "no more probes than there are members with nothing in flight, whichever they go to"),
};
static const struct sj_schema with_probes_schema = {.name = "with_probes", .family = SJ_FAMILY_POLICY,
    FIELDS(with_probes_fields), .positional = "policy", .example = "with_probes(policy, {per_request=2})",
    .comment = "The policy, which knows more for the answers to probes."};

static const struct sj_field_schema subset_of_fields[] = {
    INNER("which member of the subset is taken"),
    {.name = "size", .type = SJ_FIELD_COUNT, AT(sj_policy, size), RANGE(1, MOST_MEMBERS), REQUIRED,
     .unit = "members", .comment = "drawn at random for each request"},
    FLAG("replacement", AT(sj_policy, replacement), "drawn with replacement"),
};
static const struct sj_schema subset_of_schema = {.name = "subset_of", .family = SJ_FAMILY_POLICY,
    FIELDS(subset_of_fields), .positional = "policy", .also_positional = "size", .example = "subset_of(policy, size)",
    .comment = "The policy over a few members, drawn for each request."};

const struct sj_schema *const sj_policy_schemas[] = {
    [SJ_POLICY_RANDOM] = &random_schema,
    [SJ_POLICY_ROUND_ROBIN] = &round_robin_schema,
    [SJ_POLICY_PICK_FIRST] = &pick_first_schema,
    [SJ_POLICY_LEAST_COST] = &least_cost_schema,
    [SJ_POLICY_WEIGHTED] = &weighted_schema,
    [SJ_POLICY_HOT_COLD] = &hot_cold_schema,
    [SJ_POLICY_PID_WEIGHTED] = &pid_weighted_schema,
    [SJ_POLICY_FASTEST_PROBE] = &fastest_probe_schema,
    [SJ_POLICY_WITH_PROBES] = &with_probes_schema,
    [SJ_POLICY_SUBSET_OF] = &subset_of_schema,
    /* schema_policies.c */
    [SJ_POLICY_POWER_OF_CHOICES] = &sj_schema_power_of_choices,
    [SJ_POLICY_JOIN_SHORTEST_QUEUE] = &sj_schema_join_shortest_queue,
    [SJ_POLICY_JOIN_IDLE_QUEUE] = &sj_schema_join_idle_queue,
    [SJ_POLICY_LEAST_REQUESTS] = &sj_schema_least_requests,
    [SJ_POLICY_PEAK_EWMA] = &sj_schema_peak_ewma,
    [SJ_POLICY_SUCCESS_LATENCY] = &sj_schema_success_latency,
    [SJ_POLICY_WEIGHTED_ROUND_ROBIN] = &sj_schema_weighted_round_robin,
    [SJ_POLICY_PREQUAL] = &sj_schema_prequal,
    [SJ_POLICY_BOUNDED_HASH] = &sj_schema_bounded_hash,
    [SJ_POLICY_MAGLEV] = &sj_schema_maglev,
    [SJ_POLICY_APERTURE] = &sj_schema_aperture,
    [SJ_POLICY_ZONE_AWARE] = &sj_schema_zone_aware,
    [SJ_POLICY_CALLER_SUBSET] = &sj_schema_caller_subset,
};
const size_t sj_policy_schema_count = sizeof sj_policy_schemas / sizeof *sj_policy_schemas;

/* ---- costs ---- */

static const char *const aggregate_choices[] = {"latest", "mean", "ewma", NULL};

#define AGGREGATE(word, member, says) \
  { .name = word, .type = SJ_FIELD_CHOICE, AT(sj_cost, member), .choices = aggregate_choices, REQUIRED, .unit = "", \
    .comment = says }
#define COST_OF(id, list, word, written, says) \
  static const struct sj_schema id = {.name = word, .family = SJ_FAMILY_COST, FIELDS(list), \
      .positional = "of", .example = written, .comment = says}
#define FIGURE(id, word, says) \
  static const struct sj_schema id = {.name = word, .family = SJ_FAMILY_FIGURE, .example = word, .comment = says}
#define AVERAGED_FIGURE(id, word, says) \
  static const struct sj_schema id = {.name = word, .family = SJ_FAMILY_FIGURE, FIELDS(aggregate_fields), \
      .positional = "of", .example = word "(\"mean\")", .comment = says}
#define SHARE_FIGURE(id, word, says) \
  static const struct sj_schema id = {.name = word, .family = SJ_FAMILY_FIGURE, FIELDS(share_fields), \
      .positional = "utilization", .also_positional = "rate", .example = word "(\"mean\", \"mean\")", .comment = says}

static const struct sj_field_schema aggregate_fields[] = {
    AGGREGATE("of", aggregate, "which of the last values"),
};
static const struct sj_field_schema figure_fields[] = {
    PART("of", "in_flight, utilization(...), latency(...) or another figure that servers report", NULL, NULL, "which figure"),
};
static const struct sj_field_schema share_fields[] = {
    AGGREGATE("utilization", aggregate, "which of the last utilizations"),
    AGGREGATE("rate", of_rate, "which of the last request rates"),
};

static const struct sj_schema client_in_flight_schema = {.name = "client_in_flight", .family = SJ_FAMILY_COST,
    .example = "client_in_flight", .comment = "What this caller has in flight to the member."};
COST_OF(client_latency_schema, aggregate_fields, "client_latency", "client_latency(\"mean\")",
        "Of the last 100 answers that this caller had from the member, probes too.");
COST_OF(reported_schema, figure_fields, "reported", "reported(in_flight)",
        "What the member said of itself in its last answer to this caller, probes too.");
COST_OF(actual_schema, figure_fields, "actual", "actual(in_flight)",
        "What the member would say now, which no real caller can know.");
FIGURE(in_flight_schema, "in_flight", "Requests at the member, waiting or in service.");
FIGURE(expected_latency_schema, "expected_latency",
       "The latency at the mean number in flight, by linear interpolation of those last seen at each number in flight.");
AVERAGED_FIGURE(utilization_schema, "utilization", "Busy threads, per cent.");
AVERAGED_FIGURE(request_rate_schema, "request_rate", "Arrivals per time, requests and probes.");
AVERAGED_FIGURE(latency_schema, "latency", "Time in the server, waiting and service, of those that finished.");
SHARE_FIGURE(capacity_schema, "capacity",
             "One divided by the request rate that would fill the member: utilization / (100 request rate).");
SHARE_FIGURE(available_capacity_schema, "available_capacity",
             "One divided by what is left of that rate; unknown where nothing is left.");
FIGURE(pid_weight_schema, "pid_weight", "One divided by the weight that the member's controller gives it (see `pid`).");

const struct sj_schema *const sj_cost_schemas[] = {
    [SJ_COST_CLIENT_IN_FLIGHT] = &client_in_flight_schema,
    [SJ_COST_CLIENT_LATENCY] = &client_latency_schema,
    [SJ_COST_REPORTED] = &reported_schema,
    [SJ_COST_ACTUAL] = &actual_schema,
};
const size_t sj_cost_schema_count = sizeof sj_cost_schemas / sizeof *sj_cost_schemas;

const struct sj_schema *const sj_figure_schemas[] = {
    [SJ_FIGURE_IN_FLIGHT] = &in_flight_schema,
    [SJ_FIGURE_EXPECTED_LATENCY] = &expected_latency_schema,
    [SJ_FIGURE_UTILIZATION] = &utilization_schema,
    [SJ_FIGURE_REQUEST_RATE] = &request_rate_schema,
    [SJ_FIGURE_LATENCY] = &latency_schema,
    [SJ_FIGURE_CAPACITY] = &capacity_schema,
    [SJ_FIGURE_AVAILABLE_CAPACITY] = &available_capacity_schema,
    [SJ_FIGURE_PID_WEIGHT] = &pid_weight_schema,
};
const size_t sj_figure_schema_count = sizeof sj_figure_schemas / sizeof *sj_figure_schemas;

/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */
