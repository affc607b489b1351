/* The tables of today's load-balancing policies, and where each policy comes from; those of the notebook are in
 * schema_balance.c. What they do is in src/balance, one file or family a policy. */
#include "model/schema_macros.h"

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are initializers */

#define POLICY(id, list, written, says) \
  const struct sj_schema sj_schema_##id = {.name = #id, .family = SJ_FAMILY_POLICY, FIELDS(list), .example = written, \
      .comment = says}
#define WRAPPER(id, list, second, written, says) \
  const struct sj_schema sj_schema_##id = {.name = #id, .family = SJ_FAMILY_POLICY, FIELDS(list), \
      .positional = "policy", .also_positional = second, .example = written, .comment = says}
#define INNER(says) \
  { .name = "policy", .type = SJ_FIELD_POLICY, AT(sj_policy, inner), REQUIRED, .unit = "", .comment = says }
#define CHOICES(member_says) \
  { .name = "choices", .type = SJ_FIELD_COUNT, AT(sj_policy, choices), RANGE(1, MOST_MEMBERS), DEFAULT(2, "2"), \
    .unit = "members", .comment = member_says }
#define TIME(word, member, number, text, says) \
  { .name = word, .type = SJ_FIELD_NUMBER, AT(sj_policy, member), ABOVE(0), .below = true, .in_seconds = true, \
    DEFAULT(number, text), .unit = "time", .comment = says }
#define SEES \
  { .name = "sees", .type = SJ_FIELD_EITHER, AT(sj_policy, sees_servers), .choices = sees_choices, \
    DEFAULT(0, "\"caller\""), .unit = "", \
    .comment = "requests that the caller has in flight, or \"servers\": those really there, which no real client knows" }

enum { MOST_KEYS = 10000000, MOST_POINTS = 10000, MOST_TABLE = 10000019, MOST_POOL = 10000, MOST_ZONES = 1000 };

static const char *const sees_choices[] = {"caller", "servers", NULL};
static const char *const subsetting_choices[] = {"random", "deterministic", "aperture", NULL};

static const struct sj_field_schema power_of_choices_fields[] = {
    CHOICES("d: that many are drawn at random"),
    SEES,
};
POLICY(power_of_choices, power_of_choices_fields, "power_of_choices or power_of_choices{choices=3}",
       "Of d members drawn at random the one with the fewest requests, ties at random.");

static const struct sj_field_schema join_shortest_queue_fields[] = {SEES};
POLICY(join_shortest_queue, join_shortest_queue_fields, "join_shortest_queue or join_shortest_queue{sees=\"servers\"}",
       "Of all members the one with the fewest requests, ties at random.");

static const struct sj_field_schema join_idle_queue_fields[] = {
    {.name = "callers", .type = SJ_FIELD_COUNT, AT(sj_policy, choices), RANGE(1, MOST_MEMBERS), DEFAULT(1, "1"),
     .unit = "callers",
     .comment = "how many a server that becomes idle draws, to tell the one that was told of the fewest others"},
};
POLICY(join_idle_queue, join_idle_queue_fields, "join_idle_queue or join_idle_queue{callers=2}",
       "A member that told this caller it is idle, the longest ago first; if there is none, any.");

static const struct sj_field_schema least_requests_fields[] = {
    CHOICES("where all weights are the same: that many are drawn at random, the one with the fewest in flight is taken"),
    PART("weights", "a list of numbers above 0", NULL, "none",
         "of the members, beginning again where there are more of these; where they differ members are scheduled by weight "
         "/ (in flight + 1)^active_request_bias"),
    {.name = "active_request_bias", .type = SJ_FIELD_NUMBER, AT(sj_policy, active_request_bias), AT_LEAST(0),
     .below = true, DEFAULT(1, "1"), .unit = "", .comment = "how much requests in flight lower a weight; 0: not at all"},
};
POLICY(least_requests, least_requests_fields, "least_requests or least_requests{weights=}",
       "The fewest requests in flight, in proportion to weights.");

static const struct sj_field_schema peak_ewma_fields[] = {
    TIME("decay", decay, 10, "10 s", "after which a latency counts for 1/e"),
    CHOICES("that many are drawn at random"),
};
POLICY(peak_ewma, peak_ewma_fields, "peak_ewma or peak_ewma{decay=}",
       "Of a few members the least latency, which follows peaks at once and forgets them slowly, times (in flight + 1).");

static const struct sj_field_schema success_latency_fields[] = {
    TIME("decay", decay, 60, "60 s", "after which an answer counts for 1/e"),
    CHOICES("that many are drawn at random"),
};
POLICY(success_latency, success_latency_fields, "success_latency or success_latency{decay=}",
       "Of a few members the least expected time to a success, failures and further attempts included, times (in flight + 1).");

static const struct sj_field_schema weighted_round_robin_fields[] = {
    TIME("blackout", utilization_weights.blackout, 10, "10 s", "reports must have come for so long before they count"),
    TIME("expiry", utilization_weights.expiry, 180, "180 s", "so long after its last report a member has no weight any more"),
    TIME("update", utilization_weights.update, 1, "1 s", "how often weights are taken into use"),
    {.name = "error_penalty", .type = SJ_FIELD_NUMBER, AT(sj_policy, utilization_weights.error_penalty), AT_LEAST(0),
     .below = true, DEFAULT(1, "1"), .unit = "", .comment = "what the share of errors adds to the utilization, times this"},
};
POLICY(weighted_round_robin, weighted_round_robin_fields, "weighted_round_robin or weighted_round_robin{blackout=}",
       "In turn, in proportion to the rate that each member serves for its utilization.");

static const struct sj_field_schema prequal_fields[] = {
    {.name = "pool", .type = SJ_FIELD_COUNT, AT(sj_policy, prequal.pool), RANGE(2, MOST_POOL), DEFAULT(16, "16"),
     .unit = "answers", .comment = "most that are kept"},
    {.name = "probes", .type = SJ_FIELD_NUMBER, AT(sj_policy, prequal.probes), ABOVE(0), .below = true,
     DEFAULT(3, "3"), .unit = "probes", .comment = "sent with each request, on average"},
    {.name = "removals", .type = SJ_FIELD_NUMBER, AT(sj_policy, prequal.removals), AT_LEAST(0), .below = true,
     DEFAULT(1, "1"), .unit = "answers", .comment = "taken out with each request, the oldest and the worst in turn"},
    TIME("age", prequal.age, 1, "1 s", "older answers are dropped"),
    {.name = "delta", .type = SJ_FIELD_NUMBER, AT(sj_policy, prequal.delta), ABOVE(0), .below = true, DEFAULT(1, "1"),
     .unit = "", .comment = "an answer serves max(1, (1 + delta) / ((1 - pool / members) probes - removals)) requests"},
    {.name = "cutoff", .type = SJ_FIELD_NUMBER, AT(sj_policy, prequal.cutoff), RANGE(0, 1),
     DEFAULT(0.8408964152537145, "2^-0.25"), .unit = "quantile",
     .comment = "a member is hot when it has more requests than this quantile of those in recent answers"},
};
POLICY(prequal, prequal_fields, "prequal or prequal{probes=}",
       "From a pool of recent answers to probes: the least latency among members that are not hot, else the fewest requests.");

#define KEY_FIELDS \
  {.name = "keys", .type = SJ_FIELD_COUNT, AT(sj_policy, hashing.keys), RANGE(1, MOST_KEYS), \
   DEFAULT(0, "none"), .unit = "keys", .comment = "that there are; a request's is drawn by its number; none: each has its own"}, \
      {.name = "zipf", .type = SJ_FIELD_NUMBER, AT(sj_policy, hashing.zipf), RANGE(0, 10), DEFAULT(0, "0"), \
       .unit = "", .comment = "key k is drawn in proportion to 1 / k^zipf; 0: all alike"}

static const struct sj_field_schema bounded_hash_fields[] = {
    {.name = "load_factor", .type = SJ_FIELD_NUMBER, AT(sj_policy, hashing.load_factor), ABOVE(1), .below = true,
     DEFAULT(1.25, "1.25"), .unit = "", .comment = "no member gets more than this times the mean in flight, rounded up"},
    {.name = "points", .type = SJ_FIELD_COUNT, AT(sj_policy, hashing.points), RANGE(1, MOST_POINTS),
     DEFAULT(160, "160"), .unit = "points", .comment = "of each member on the ring"},
    KEY_FIELDS,
};
POLICY(bounded_hash, bounded_hash_fields, "bounded_hash or bounded_hash{keys=}",
       "The next member on a hash ring from the request's key on that has not more than its share in flight.");

static const struct sj_field_schema maglev_fields[] = {
    {.name = "table", .type = SJ_FIELD_COUNT, AT(sj_policy, hashing.table), RANGE(2, MOST_TABLE),
     DEFAULT(65537, "65537"), .unit = "places", .comment = "a prime, of at least the number of members"},
    KEY_FIELDS,
};
POLICY(maglev, maglev_fields, "maglev or maglev{keys=}",
       "The member that a lookup table, in which all have equally many places, has for the request's key.");

static const struct sj_field_schema aperture_fields[] = {
    {.name = "size", .type = SJ_FIELD_COUNT, AT(sj_policy, size), RANGE(1, MOST_MEMBERS), DEFAULT(12, "12"),
     .unit = "members", .comment = "least that a caller knows"},
};
POLICY(aperture, aperture_fields, "aperture or aperture{size=}",
       "Of two members under the caller's stretch of a ring the one with fewer requests in flight.");

static const struct sj_field_schema zone_aware_fields[] = {
    INNER("which member of the zone is taken"),
    {.name = "zones", .type = SJ_FIELD_COUNT, AT(sj_policy, zones), RANGE(1, MOST_ZONES), REQUIRED, .unit = "zones",
     .comment = "member i of a pool, of callers or servers, is in zone i mod zones"},
    {.name = "least_members", .type = SJ_FIELD_COUNT, AT(sj_policy, least_members), RANGE(1, MOST_MEMBERS),
     DEFAULT(6, "6"), .unit = "members", .comment = "with fewer, zones are not looked at"},
};
WRAPPER(zone_aware, zone_aware_fields, "zones", "zone_aware(policy, zones)",
        "The policy within the caller's zone, and as much as the servers there cannot take in others.");

static const struct sj_field_schema caller_subset_fields[] = {
    INNER("which member of the subset is taken"),
    {.name = "size", .type = SJ_FIELD_COUNT, AT(sj_policy, size), RANGE(1, MOST_MEMBERS), REQUIRED,
     .unit = "members", .comment = "that each caller knows"},
    {.name = "how", .type = SJ_FIELD_CHOICE, AT(sj_policy, subsetting), .choices = subsetting_choices,
     DEFAULT(1, "\"deterministic\""), .unit = "",
     .comment = "\"random\": each by itself; \"deterministic\": dealt out in rounds; \"aperture\": stretches of a ring"},
};
WRAPPER(caller_subset, caller_subset_fields, "size", "caller_subset(policy, size)",
        "The policy over a few members, always the same for each caller.");

/* ---- where they come from ---- */

const struct sj_policy_note sj_policy_notes[] = {
    [SJ_POLICY_RANDOM] = {"nothing", "textbook"},
    [SJ_POLICY_ROUND_ROBIN] = {"nothing", "textbook"},
    [SJ_POLICY_PICK_FIRST] = {"nothing", "gRPC"},
    [SJ_POLICY_LEAST_COST] = {"its cost", "the notebook"},
    [SJ_POLICY_WEIGHTED] = {"its cost", "the notebook"},
    [SJ_POLICY_HOT_COLD] = {"two costs", "the notebook, after Prequal"},
    [SJ_POLICY_PID_WEIGHTED] = {"reported utilization", "the notebook"},
    [SJ_POLICY_FASTEST_PROBE] = {"answers to probes", "the notebook"},
    [SJ_POLICY_WITH_PROBES] = {"what the policy does, sooner", "the notebook"},
    [SJ_POLICY_SUBSET_OF] = {"what the policy does", "the notebook"},
    [SJ_POLICY_POWER_OF_CHOICES] = {"requests in flight", "Mitzenmacher 2001; Vvedenskaya, Dobrushin, Karpelevich 1996"},
    [SJ_POLICY_JOIN_SHORTEST_QUEUE] = {"requests in flight", "Winston 1977"},
    [SJ_POLICY_JOIN_IDLE_QUEUE] = {"idle servers' messages", "Lu, Xie, Kliot, Geller, Larus, Greenberg 2011"},
    [SJ_POLICY_LEAST_REQUESTS] = {"requests in flight, weights", "Envoy 1.17 (2021)"},
    [SJ_POLICY_PEAK_EWMA] = {"latencies, requests in flight", "Finagle, Linkerd (2016)"},
    [SJ_POLICY_SUCCESS_LATENCY] = {"latencies, failures, requests in flight", "Spotify's ELS (Polacek 2015)"},
    [SJ_POLICY_WEIGHTED_ROUND_ROBIN] = {"reported utilization, request and error rates", "gRPC, gRFC A58 (2023)"},
    [SJ_POLICY_PREQUAL] = {"answers to probes: requests in flight, latency",
                           "Wydrowski, Kleinberg, Rumble, Archer, NSDI 2024"},
    [SJ_POLICY_BOUNDED_HASH] = {"the request's key, requests in flight", "Mirrokni, Thorup, Zadimoghaddam 2016"},
    [SJ_POLICY_MAGLEV] = {"the request's key", "Eisenbud et al., NSDI 2016"},
    [SJ_POLICY_APERTURE] = {"its number among the callers, requests in flight", "Finagle's deterministic aperture (2017)"},
    [SJ_POLICY_ZONE_AWARE] = {"zones of callers and servers", "Envoy's zone aware routing (2017)"},
    [SJ_POLICY_CALLER_SUBSET] = {"its number among the callers",
                                 "Site Reliability Engineering, chapter 20 (2016); Finagle (2017)"},
};

/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */
