/* The tables of the language. To add a field, add its line here; to add a constructor, its fields, its schema and its
 * place in sj_schemas. */
#include "model/schema_macros.h"

/* One field a line or two: a formatter would make one line of each member. */
/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are initializers */

/* ---- calls: what a client and a server's call have in common ---- */

#define CALL_AT(base, member) .offset = (base) + offsetof(struct sj_call, member)
#define CALL_FIELDS(base)                                                                                            \
  {.name = "timeout", .type = SJ_FIELD_LAW, CALL_AT(base, timeout), ABOVE(0), OPTIONAL, .unit = "time",                \
   .comment = "of each attempt, from its sending"},                                                                    \
      {.name = "retries", .type = SJ_FIELD_COUNT, CALL_AT(base, retries), RANGE(0, MOST_COUNT), DEFAULT(0, "0"),       \
       .unit = "", .comment = "after the first attempt; error, refusal and timeout are retried alike"},        \
      {.name = "deadline", .type = SJ_FIELD_NUMBER, CALL_AT(base, deadline), ABOVE(0), DEFAULT(INFINITY, "none"),      \
       .unit = "time", .comment = "of the request, from its arrival, all attempts together"},                          \
      PART("backoff", "exponential_backoff{base=}", &sj_schema_exponential_backoff, "none: at once",                   \
           "the wait before each retry"),                                                                              \
      PART("retry_budget", "token_bucket{capacity=, rate=}", &sj_schema_token_bucket, "none",                          \
           "a retry or a hedged copy takes a token; where there is none the request fails"),                           \
      PART("circuit_breaker", "{ failures=, window=, open_for= }", &sj_schema_breaker, "none",                         \
           "per caller member and server member"),                                                                     \
      PART("hedge", "{ after= } or { delay= }", &sj_schema_hedge, "none",                                              \
           "a second copy of a request that takes long; the first answer wins"),                                       \
      FLAG("cancel", CALL_AT(base, cancel), "what timed out or lost is withdrawn from queues"),                        \
      {.name = "late", .type = SJ_FIELD_EITHER, CALL_AT(base, late_accept), .choices = late_choices,                   \
       DEFAULT(0, "\"drop\""), .unit = "",                                                                             \
       .comment = "\"accept\": an answer after the timeout completes a request that is still open"},                   \
      {.name = "connections", .type = SJ_FIELD_COUNT, CALL_AT(base, connections), RANGE(1, MOST_COUNT),                \
       DEFAULT(0, "unlimited"), .unit = "attempts",                                                                    \
       .comment = "most attempts out per caller member; the rest wait in the caller"},                                 \
      {.name = "priority", .type = SJ_FIELD_INTEGER, CALL_AT(base, priority), RANGE(-1e9, 1e9), DEFAULT(0, "0"),       \
       .unit = "", .comment = "smaller first, where the server's discipline is \"priority\"; calls inherit it"},       \
      {.name = "subset", .type = SJ_FIELD_COUNT, CALL_AT(base, subset), RANGE(1, MOST_MEMBERS), DEFAULT(0, "all"),     \
       .unit = "members", .comment = "how many members of the called pool each caller member knows, drawn at random"}, \
      FLAG("subset_replacement", CALL_AT(base, subset_replacement), "the subset is drawn with replacement"),           \
      PART("policy", SJ_TAKES_POLICY, NULL, "random", "which member of a called pool is taken"),                       \
      {.name = "in_flight_until", .type = SJ_FIELD_EITHER, CALL_AT(base, until_served), .choices = until_choices,      \
       DEFAULT(0, "\"answer\""), .unit = "",                                                                           \
       .comment = "when what a policy counts as in flight ends: with the answer, or when the server has finished"},    \
      PART("network", "link{rtt=} or link{one_way=}", &sj_schema_link, "no delay",                                     \
           "what messages to the server and back meet")

static const char *const late_choices[] = {"drop", "accept", NULL};
static const char *const until_choices[] = {"answer", "served", NULL};
static const char *const order_choices[] = {"sequence", "parallel", NULL};
static const char *const discipline_choices[] = {"fifo", "lifo", "random", "priority", "ps", NULL};
static const char *const refuse_choices[] = {"answer", "silent", NULL};
static const char *const kind_choices[] = {"steady", "terminating", NULL};
static const char *const jitter_choices[] = {"none", "full", "equal", "exponential", NULL};
static const char *const lost_choices[] = {"silent", "error", NULL};
static const char *const format_choices[] = {"csv", "combined", "pgbench", NULL};

/* ---- plain tables and parts ---- */

static const struct sj_field_schema token_bucket_fields[] = {
    {.name = "capacity", .type = SJ_FIELD_NUMBER, AT(sj_token_bucket, capacity), AT_LEAST(1), REQUIRED,
     .unit = "tokens",
     .comment = "most tokens it holds; it starts full"},
    {.name = "rate", .type = SJ_FIELD_NUMBER, AT(sj_token_bucket, rate), AT_LEAST(0), REQUIRED, .unit = "tokens/time",
     .comment = "refilled continuously"},
};
const struct sj_schema sj_schema_token_bucket = {.name = "token_bucket", .family = SJ_FAMILY_BUCKET,
    FIELDS(token_bucket_fields), .example = "token_bucket{capacity=, rate=}",
    .comment = "An admission that takes one token an arrival, or a retry budget."};

static const struct sj_field_schema throttle_fields[] = {
    {.name = "above", .type = SJ_FIELD_NUMBER, AT(sj_admission, above), RANGE(0, 1), REQUIRED, .unit = "share",
     .comment = "of the server's capacity; below it all are admitted"},
    {.name = "admit", .type = SJ_FIELD_NUMBER, AT(sj_admission, admit), RANGE(0, 1), REQUIRED, .unit = "probability",
     .comment = "of being admitted from there to the capacity"},
};
const struct sj_schema sj_schema_throttle = {.name = "throttle", .family = SJ_FAMILY_ADMISSION, FIELDS(throttle_fields),
    .example = "throttle{above=, admit=}", .comment = "Admission by chance as the server fills; it needs a capacity."};

static const struct sj_field_schema codel_fields[] = {
    {.name = "target", .type = SJ_FIELD_NUMBER, AT(sj_admission, target), ABOVE(0), REQUIRED, .unit = "time",
     .comment = "the waiting time that is acceptable"},
    {.name = "interval", .type = SJ_FIELD_NUMBER, AT(sj_admission, interval), ABOVE(0), REQUIRED, .unit = "time",
     .comment = "how long it may be exceeded before requests are refused"},
};
const struct sj_schema sj_schema_codel = {.name = "codel", .family = SJ_FAMILY_ADMISSION, FIELDS(codel_fields),
    .example = "codel{target=, interval=}",
     .comment = "Controlled delay: refuses at dequeue while waiting stays long."};

static const struct sj_field_schema max_in_flight_fields[] = {
    {.name = "limit", .type = SJ_FIELD_COUNT, AT(sj_admission, limit), RANGE(1, MOST_COUNT), REQUIRED,
     .unit = "requests", .comment = "most requests in service"},
};
const struct sj_schema sj_schema_max_in_flight = {.name = "max_in_flight", .family = SJ_FAMILY_ADMISSION,
    FIELDS(max_in_flight_fields), .positional = "limit", .example = "max_in_flight(limit)",
    .comment = "Refuses while that many requests are in service."};

static const struct sj_field_schema backoff_fields[] = {
    {.name = "base", .type = SJ_FIELD_NUMBER, AT(sj_backoff, base), AT_LEAST(0), REQUIRED, .unit = "time",
     .comment = "before the first retry"},
    {.name = "factor", .type = SJ_FIELD_NUMBER, AT(sj_backoff, factor), ABOVE(0), DEFAULT(2, "2"), .unit = "",
     .comment = "from each retry to the next"},
    {.name = "max", .type = SJ_FIELD_NUMBER, AT(sj_backoff, max), AT_LEAST(0), DEFAULT(INFINITY, "unlimited"),
     .unit = "time", .comment = "the longest wait"},
    {.name = "jitter", .type = SJ_FIELD_CHOICE, AT(sj_backoff, jitter), .choices = jitter_choices,
     DEFAULT(0, "\"none\""), .unit = "",
     .comment = "\"full\": uniform from 0 to the wait; \"equal\": half of it and uniform up to the other half; "
                "\"exponential\": that is the mean"},
};
const struct sj_schema sj_schema_exponential_backoff = {.name = "exponential_backoff", .family = SJ_FAMILY_BACKOFF,
    FIELDS(backoff_fields), .example = "exponential_backoff{base=}",
    .comment = "Retry i waits min(max, base * factor^(i-1))."};

static const struct sj_field_schema link_fields[] = {
    {.name = "rtt", .type = SJ_FIELD_LAW, AT(sj_link, rtt), AT_LEAST(0), OPTIONAL, .unit = "time",
     .instead = "one_way", .comment = "there and back: one draw an attempt, of which each direction takes half"},
    {.name = "one_way", .type = SJ_FIELD_LAW, AT(sj_link, one_way), AT_LEAST(0), OPTIONAL, .unit = "time",
     .instead = "rtt", .comment = "each direction by itself"},
    {.name = "per_byte", .type = SJ_FIELD_NUMBER, AT(sj_link, per_byte), AT_LEAST(0), DEFAULT(0, "0"),
     .unit = "time/byte", .comment = "on the way to the server"},
    {.name = "loss", .type = SJ_FIELD_NUMBER, AT(sj_link, loss), RANGE(0, 1), DEFAULT(0, "0"), .unit = "probability",
     .comment = "of a message in each direction"},
    {.name = "redraw", .type = SJ_FIELD_NUMBER, AT(sj_link, redraw), AT_LEAST(0), DEFAULT(0, "never"),
     .unit = "1/time", .comment = "rate at which the drawn parameter of a per_member law is drawn anew"},
};
const struct sj_schema sj_schema_link = {.name = "link", .family = SJ_FAMILY_LINK, FIELDS(link_fields),
    .example = "link{rtt=}", .comment = "What lies between a caller and a server."};

static const struct sj_field_schema hedge_fields[] = {
    {.name = "after", .type = SJ_FIELD_NUMBER, AT(sj_hedge, after), RANGE(0.5, 1), .below = true, OPTIONAL,
     .unit = "quantile", .instead = "delay",
     .comment = "a copy after this quantile of the member's last 1000 latencies (none before 100 of them)"},
    {.name = "delay", .type = SJ_FIELD_NUMBER, AT(sj_hedge, delay), AT_LEAST(0), OPTIONAL, .unit = "time",
     .instead = "after", .comment = "a copy after this time; 0: two race from the start"},
};
const struct sj_schema sj_schema_hedge = {.name = "hedge", .family = SJ_FAMILY_TABLE, FIELDS(hedge_fields),
    .example = "{ after= } or { delay= }", .comment = "A second copy of a slow request."};

static const struct sj_field_schema breaker_fields[] = {
    {.name = "failures", .type = SJ_FIELD_NUMBER, AT(sj_circuit_breaker, failures), .min = 0, .above = true, .max = 1,
     REQUIRED, .unit = "share", .comment = "of the attempts that ended in the window, from 10 on, that opens it"},
    {.name = "window", .type = SJ_FIELD_NUMBER, AT(sj_circuit_breaker, window), ABOVE(0), REQUIRED, .unit = "time",
     .comment = "over which attempts are counted"},
    {.name = "open_for", .type = SJ_FIELD_NUMBER, AT(sj_circuit_breaker, open_for), ABOVE(0), REQUIRED, .unit = "time",
     .comment = "then one attempt probes"},
};
const struct sj_schema sj_schema_breaker = {.name = "circuit_breaker", .family = SJ_FAMILY_TABLE,
    FIELDS(breaker_fields), .example = "{ failures=, window=, open_for= }",
    .comment = "Per caller member and server member; while open the policy skips the member."};

static const struct sj_field_schema replace_fields[] = {
    {.name = "rate", .type = SJ_FIELD_NUMBER, AT(sj_server, replace_rate), AT_LEAST(0), REQUIRED, .unit = "1/time",
     .comment = "at which each member is replaced, its drawn parameters drawn anew"},
    FLAG("requeue", AT(sj_server, replace_requeue),
         "requests in service beyond the new threads go back to the head of the queue, each before the last, and start "
         "over; else they are served to their end"),
};
const struct sj_schema sj_schema_replace = {.name = "replace", .family = SJ_FAMILY_TABLE, FIELDS(replace_fields),
    .example = "{ rate= }", .comment = "Random replacement of a pool's members."};

const struct sj_schema sj_schema_admissions = {.name = "admission", .family = SJ_FAMILY_TABLE,
    .items = &sj_schema_table, .example = "a list of admissions", .comment = "Met in the order of the list."};

static const struct sj_field_schema target_list_fields[] = {
    {.name = "stage_timeout", .type = SJ_FIELD_LAW, AT(sj_call, stage_timeout), ABOVE(0), OPTIONAL, .unit = "time",
     .comment = "of the first stage of a pipeline: its queue and service"},
    {.name = "stage_retries", .type = SJ_FIELD_COUNT, AT(sj_call, stage_retries), RANGE(0, MOST_COUNT),
     DEFAULT(0, "0"), .unit = "", .comment = "of that stage"},
};
const struct sj_schema sj_schema_target_list = {.name = "calls", .family = SJ_FAMILY_TABLE, FIELDS(target_list_fields),
    .items = &sj_schema_table, .example = "\"server\", \"server.api\" or { {weight, \"server\"}, ... }",
    .comment = "Whom a client calls."};

static const struct sj_field_schema call_fields[] = {
    CALL_FIELDS(0),
    {.name = "wait", .type = SJ_FIELD_BOOLEAN, AT(sj_call, wait), DEFAULT(1, "true"), .unit = "",
     .comment = "false: fire and forget"},
    FLAG("optional", AT(sj_call, optional), "a failure of this call does not fail the request"),
};
const struct sj_schema sj_schema_call = {.name = "call", .family = SJ_FAMILY_TABLE, FIELDS(call_fields),
    .items = &sj_schema_table, .example = "{ \"server\", timeout= }", .comment = "One downstream call of an api."};
const struct sj_schema sj_schema_calls = {.name = "calls", .family = SJ_FAMILY_TABLE, .items = &sj_schema_call,
    .example = "{ { \"server\", timeout= }, ... }", .comment = "The downstream calls of an api, after its work."};

static const struct sj_field_schema stage_fields[] = {
    {.name = "timeout", .type = SJ_FIELD_LAW, AT(sj_call, stage_timeout), ABOVE(0), OPTIONAL, .unit = "time",
     .comment = "covers the next server's queue and service only"},
    {.name = "retries", .type = SJ_FIELD_COUNT, AT(sj_call, stage_retries), RANGE(0, MOST_COUNT), DEFAULT(0, "0"),
     .unit = "", .comment = "a retry offers the request there again"},
    {.name = "priority", .type = SJ_FIELD_INTEGER, AT(sj_call, priority), RANGE(-1e9, 1e9), DEFAULT(0, "inherited"),
     .unit = "", .comment = "smaller first"},
    {.name = "subset", .type = SJ_FIELD_COUNT, AT(sj_call, subset), RANGE(1, MOST_MEMBERS), DEFAULT(0, "all"),
     .unit = "members", .comment = "as for a client"},
    FLAG("subset_replacement", AT(sj_call, subset_replacement), "as for a client"),
    PART("policy", SJ_TAKES_POLICY, NULL, "random", "which member of a pool is taken"),
    PART("network", "link{rtt=} or link{one_way=}", &sj_schema_link, "no delay", "on the way to the next server"),
};
const struct sj_schema sj_schema_stage = {.name = "stage", .family = SJ_FAMILY_TABLE, FIELDS(stage_fields),
    .items = &sj_schema_table, .example = "{ \"server\", timeout=, retries= }", .comment = "One entry of `forward`."};
const struct sj_schema sj_schema_stages = {.name = "forward", .family = SJ_FAMILY_TABLE, .items = &sj_schema_stage,
    .example = "{ { \"server\", timeout=, retries= }, ... }",
    .comment = "The next stages of a pipeline: the request is handed to all of them."};

#define API_FIELDS                                                                                              \
  PART("calls", "a list of calls", &sj_schema_calls, "none", "made after the work, before the answer"),         \
      {.name = "order", .type = SJ_FIELD_EITHER, AT(sj_api, parallel), .choices = order_choices,                \
       DEFAULT(0, "\"sequence\""), .unit = "", .comment = "of the calls"},                                      \
      PART("forward", "a list of stages", &sj_schema_stages, "none", "a pipeline's next stages, instead of calls")

static const struct sj_field_schema api_fields[] = {
    {.name = "work", .type = SJ_FIELD_LAW, AT(sj_api, work), AT_LEAST(0), REQUIRED, .unit = "time",
     .comment = "the time a thread works for the request"},
    API_FIELDS,
};
const struct sj_schema sj_schema_api = {.name = "api", .family = SJ_FAMILY_TABLE, FIELDS(api_fields),
    .example = "{ work=, calls= }", .comment = "One of a server's apis."};
const struct sj_schema sj_schema_apis = {.name = "apis", .family = SJ_FAMILY_TABLE, .any_field = &sj_schema_api,
    .example = "{ name = law or { work=, calls= }, ... }", .comment = "A server's apis by name."};

/* ---- components and settings ---- */

#define SERVICE_AND_APIS                                                                                         \
  {.name = "service", .type = SJ_FIELD_PART, BY_CODE, .takes = "a number or a distribution",                     \
   .fallback_text = "or `apis`", .unit = "time", .comment = "the work of the one nameless api"},                 \
      PART("apis", "{ name = law or { work=, calls= }, ... }", &sj_schema_apis, "or `service`",                  \
           "several apis by name; each a law, or a table")

static const struct sj_field_schema server_fields[] = {
    SERVICE_AND_APIS,
    API_FIELDS,
    {.name = "threads", .type = SJ_FIELD_LAW, AT(sj_server, threads), AT_LEAST(1), .whole = true, DEFAULT(1, "1"),
     .unit = "", .comment = "parallel workers; a law is drawn once a member and rounded, at least 1"},
    {.name = "capacity", .type = SJ_FIELD_NUMBER, AT(sj_server, capacity), AT_LEAST(1), .whole = true,
     DEFAULT(INFINITY, "unlimited"), .unit = "requests",
     .comment = "most requests in the system, waiting and in service"},
    {.name = "discipline", .type = SJ_FIELD_CHOICE, AT(sj_server, discipline), .choices = discipline_choices,
     DEFAULT(0, "\"fifo\""), .unit = "", .comment = "who is served next; \"ps\" is processor sharing"},
    PART("admission", "an admission or a list of them", &sj_schema_admissions, "none",
         "token_bucket, throttle, codel, max_in_flight"),
    {.name = "refuse", .type = SJ_FIELD_EITHER, AT(sj_server, refuse_silent), .choices = refuse_choices,
     DEFAULT(0, "\"answer\""), .unit = "", .comment = "\"silent\": the caller learns of a refusal by its timeout"},
    FLAG("async", AT(sj_server, async), "threads are free while waiting for calls"),
    FLAG("join", AT(sj_server, join), "the branches of one request are one request here, started when all have come"),
    {.name = "speed", .type = SJ_FIELD_NUMBER, AT(sj_server, speed), ABOVE(0), DEFAULT(1, "1"), .unit = "",
     .comment = "multiplies the service rate"},
    {.name = "orbit", .type = SJ_FIELD_NUMBER, AT(sj_server, orbit), AT_LEAST(0), .whole = true,
     .fallback = NAN, .fallback_text = "min(20, capacity)", .unit = "requests",
     .comment = "most retrying requests the Markov chain keeps apart; only for solve"},
    {.name = "count", .type = SJ_FIELD_COUNT, AT(sj_server, count), RANGE(1, MOST_MEMBERS), DEFAULT(1, "no pool"),
     .unit = "members", .comment = "a pool of that many servers"},
    PART("replace", "{ rate= }", &sj_schema_replace, "never", "members replaced at random"),
    {.name = "rtt", .type = SJ_FIELD_LAW, AT(sj_server, rtt), AT_LEAST(0), OPTIONAL, .unit = "time",
     .comment = "drawn once a member: its share of the round trip to each caller, `server_rtt` in a link's laws"},
    {.name = "cold_start", .type = SJ_FIELD_NUMBER, AT(sj_server, cold_start), AT_LEAST(0), DEFAULT(0, "0"),
     .unit = "time", .comment = "more work for the first request of each caller at each member; a probe does for it"},
    {.name = "probe_service", .type = SJ_FIELD_NUMBER, AT(sj_server, probe_service), AT_LEAST(0), DEFAULT(0, "0"),
     .unit = "time", .comment = "the work of a policy's probe"},
    PART("publish", "{ window=, ewma=, pid= }", &sj_schema_publish, "the defaults",
         "how members measure what they report"),
};
const struct sj_schema sj_schema_server = {.name = "server", .also = "servers", .family = SJ_FAMILY_COMPONENT,
    FIELDS(server_fields), .example = "server \"name\" { service= }",
    .comment = "What serves requests. `servers` is the same word."};

#define CLIENT_CALL offsetof(struct sj_client, call)
static const struct sj_field_schema client_fields[] = {
    PART("calls", "\"server\", \"server.api\" or { {weight, \"server\"}, ... }", &sj_schema_target_list, NULL,
         "whom it calls"),
    PART("arrivals", "an arrival process, such as poisson{rate=}", NULL, NULL, "when requests come"),
    {.name = "size", .type = SJ_FIELD_LAW, AT(sj_client, size), AT_LEAST(0), .fallback = NAN,
     .fallback_text = "0, or the trace's", .unit = "bytes", .comment = "carried by each request"},
    CALL_FIELDS(CLIENT_CALL),
    {.name = "count", .type = SJ_FIELD_COUNT, AT(sj_client, count), RANGE(1, MOST_MEMBERS), DEFAULT(1, "no pool"),
     .unit = "members", .comment = "a pool of that many clients"},
    FLAG("per_client", AT(sj_client, per_client), "each member has its own arrivals; else they are the pool's total"),
};
const struct sj_schema sj_schema_client = {.name = "client", .also = "clients", .family = SJ_FAMILY_COMPONENT,
    FIELDS(client_fields), .example = "client \"name\" { calls=, arrivals= }",
    .comment = "Where requests come from. `clients` is the same word."};

static const struct sj_field_schema model_fields[] = {
    {.name = "title", .type = SJ_FIELD_TEXT, AT(sj_model, title), OPTIONAL, .unit = "",
     .comment = "of tables and charts"},
    {.name = "rank_by", .type = SJ_FIELD_TEXT, AT(sj_model, rank_by), OPTIONAL, .unit = "",
     .comment = "the metric by which `sojourn compare` ranks scenarios if it is not told; `+` before it: high is good"},
    PART("time_unit", "\"us\", \"ms\", \"s\", \"minute\", \"hour\" or a name of one's own", NULL, "\"s\"",
         "what times and rates are in; `model` then comes first in the file"),
    {.name = "quantum", .type = SJ_FIELD_NUMBER, AT(sj_model, quantum), AT_LEAST(0), .below = true,
     DEFAULT(0, "0: continuous"), .unit = "time", .comment = "the step of discrete time"},
    FLAG("overlapping_states", AT(sj_model, overlapping_states),
         "latencies that callers rank by count a quantum of each change of state twice: 3 quanta more for a request, 2 "
         "for a probe"),
    PART("original", "{ every=, after= }", &sj_schema_original, "none",
         "the figures `original....`, recorded as a shipped model's original does"),
};
const struct sj_schema sj_schema_model = {.name = "model", .family = SJ_FAMILY_SETTING, FIELDS(model_fields),
    .example = "model{title=, time_unit=}", .comment = "What the model is called and counted in."};

static const struct sj_field_schema run_fields[] = {
    {.name = "duration", .type = SJ_FIELD_NUMBER, AT(sj_run_settings, duration), ABOVE(0), .below = true,
     .fallback = NAN, .fallback_text = "10^5 expected arrivals; a trace: its end", .unit = "time",
     .comment = "requests that arrive before it count"},
    {.name = "warmup", .type = SJ_FIELD_NUMBER, AT(sj_run_settings, warmup), AT_LEAST(0), .below = true,
     .fallback = NAN, .fallback_text = "found", .unit = "time",
     .comment = "requests that arrive before it do not count"},
    {.name = "drain", .type = SJ_FIELD_NUMBER, AT(sj_run_settings, drain), AT_LEAST(0), .fallback = NAN,
     .fallback_text = "10 * duration", .unit = "time", .comment = "how much longer requests may take to end"},
    {.name = "runs", .type = SJ_FIELD_COUNT, AT(sj_run_settings, runs), RANGE(1, 1000000),
     DEFAULT(0, "8; 1 where nothing is random"),
     .unit = "", .comment = "independent repetitions"},
    {.name = "seed", .type = SJ_FIELD_COUNT64, AT(sj_run_settings, seed), RANGE(0, 9007199254740992.0),
     DEFAULT(1, "1"), .unit = "", .comment = "of the random numbers"},
    {.name = "kind", .type = SJ_FIELD_CHOICE, AT(sj_run_settings, kind), .choices = kind_choices, .fallback = 0,
     .fallback_text = "\"terminating\" with a fault, trace, piecewise or spread arrivals; else \"steady\"", .unit = "",
     .comment = "whether the run settles to a steady state or has a story"},
};
const struct sj_schema sj_schema_run = {.name = "run", .family = SJ_FAMILY_SETTING, FIELDS(run_fields),
    .example = "run{duration=, warmup=, drain=, runs=, seed=, kind=}", .comment = "How long and how often to run."};

static const struct sj_field_schema fault_fields[] = {
    {.name = "at", .type = SJ_FIELD_NUMBER, AT(sj_fault, at), AT_LEAST(0), .below = true, .fallback = NAN,
     .fallback_text = "or `every`", .unit = "time", .comment = "when it starts"},
    {.name = "every", .type = SJ_FIELD_DISTRIBUTION, AT(sj_fault, every), ABOVE(0), .fallback = NAN,
     .fallback_text = "or `at`", .unit = "time", .comment = "at random: the time from the end of one to the next"},
    {.name = "lasts", .type = SJ_FIELD_DISTRIBUTION, AT(sj_fault, lasts), ABOVE(0), .fallback = NAN,
     .fallback_text = "to the end", .unit = "time", .comment = "how long"},
    PART("set", "{ [\"path\"] = value }", NULL, "", "fields that have another value while it lasts"),
    PART("scale", "{ [\"path\"] = factor }", NULL, "", "fields that are multiplied while it lasts"),
    PART("crash", "a server's name", NULL, "", "what it holds is lost, calls are refused, it comes back empty"),
    PART("stall", "a server's name", NULL, "", "stands still, then goes on"),
    PART("slow", "a server's name", NULL, "", "remaining and new work takes `by` times as long"),
    PART("cut", "{ \"caller\", \"server\" }", NULL, "", "messages between them are lost, both ways"),
    PART("fail", "a server's name", NULL, "", "answers an error after the work, with probability `ratio`"),
    {.name = "by", .type = SJ_FIELD_NUMBER, AT(sj_fault, factor), ABOVE(0), .below = true, .fallback = NAN,
     .fallback_text = "required with `slow`", .unit = "", .comment = "the factor of `slow`"},
    {.name = "ratio", .type = SJ_FIELD_NUMBER, AT(sj_fault, ratio), RANGE(0, 1), DEFAULT(1, "1"),
     .unit = "probability", .comment = "of an error with `fail`"},
    {.name = "members", .type = SJ_FIELD_COUNT, AT(sj_fault, members), RANGE(1, MOST_MEMBERS), DEFAULT(0, "all"),
     .unit = "members", .comment = "that many random members of the pool"},
    {.name = "lost", .type = SJ_FIELD_EITHER, AT(sj_fault, lost_error), .choices = lost_choices,
     DEFAULT(0, "\"silent\""), .unit = "", .comment = "how the callers of what a crash lost learn of it"},
};
const struct sj_schema sj_schema_fault = {.name = "fault", .family = SJ_FAMILY_SETTING, FIELDS(fault_fields),
    .example = "fault{at=, lasts=, crash=}", .comment = "Something that goes wrong."};

/* ---- arrivals ---- */

static const struct sj_field_schema poisson_fields[] = {
    {.name = "rate", .type = SJ_FIELD_NUMBER, AT(sj_arrivals, rate), AT_LEAST(0), .below = true, REQUIRED,
     .unit = "1/time", .comment = "expected arrivals per time"},
};
static const struct sj_schema schema_poisson = {.name = "poisson", .family = SJ_FAMILY_ARRIVALS, FIELDS(poisson_fields),
    .example = "poisson{rate=}", .comment = "A Poisson process."};

static const struct sj_field_schema renewal_fields[] = {
    {.name = "interval", .type = SJ_FIELD_LAW, AT(sj_arrivals, interval), ABOVE(0), REQUIRED, .unit = "time",
     .comment = "between arrivals, independent"},
};
static const struct sj_schema schema_renewal = {.name = "renewal", .family = SJ_FAMILY_ARRIVALS, FIELDS(renewal_fields),
    .example = "renewal{interval=}", .comment = "Independent intervals of any law."};

static const struct sj_field_schema every_fields[] = {
    {.name = "interval", .type = SJ_FIELD_LAW, AT(sj_arrivals, interval), ABOVE(0), REQUIRED, .unit = "time",
     .comment = "between arrivals; the first comes after one"},
};
static const struct sj_schema schema_every = {.name = "every", .family = SJ_FAMILY_ARRIVALS, FIELDS(every_fields),
    .positional = "interval", .example = "every(interval)", .comment = "A regular beat."};

static const struct sj_field_schema mmpp_fields[] = {
    PART("rates", "a list of rates", &sj_schema_table, NULL, "the Poisson rate in each state"),
    PART("transitions", "a square matrix of rates", &sj_schema_table, NULL,
         "transitions[i][j]: the rate of switching from i to j; the diagonal is ignored"),
};
static const struct sj_schema schema_mmpp = {.name = "mmpp", .family = SJ_FAMILY_ARRIVALS, FIELDS(mmpp_fields),
    .example = "mmpp{rates=, transitions=}",
    .comment = "A Poisson process whose rate is switched by a Markov chain, from its stationary distribution."};

static const struct sj_schema schema_piecewise = {.name = "piecewise", .family = SJ_FAMILY_ARRIVALS,
    .items = &sj_schema_table, .example = "piecewise{ {from, rate}, ... }",
    .comment = "A Poisson process whose rate changes at given times; none before the first, the last has no end."};

static const struct sj_field_schema closed_fields[] = {
    {.name = "population", .type = SJ_FIELD_COUNT, AT(sj_arrivals, population), RANGE(1, 10000000), REQUIRED,
     .unit = "users", .comment = "each thinks, sends a request, waits for its end, and thinks again"},
    {.name = "think", .type = SJ_FIELD_LAW, AT(sj_arrivals, interval), AT_LEAST(0), REQUIRED, .unit = "time",
     .comment = "between a request's end and the user's next"},
};
static const struct sj_schema schema_closed = {.name = "closed", .family = SJ_FAMILY_ARRIVALS, FIELDS(closed_fields),
    .example = "closed{population=, think=}", .comment = "A closed loop of users."};

static const struct sj_field_schema spread_fields[] = {
    {.name = "count", .type = SJ_FIELD_COUNT64, AT(sj_arrivals, count), RANGE(1, 1e12), REQUIRED, .unit = "requests",
     .comment = "exactly that many"},
    {.name = "over", .type = SJ_FIELD_NUMBER, AT(sj_arrivals, over), ABOVE(0), .below = true, REQUIRED, .unit = "time",
     .comment = "at independent uniform times up to it"},
};
static const struct sj_schema schema_spread = {.name = "spread", .family = SJ_FAMILY_ARRIVALS, FIELDS(spread_fields),
    .example = "spread{count=, over=}", .comment = "A fixed number of arrivals."};

static const struct sj_field_schema trace_fields[] = {
    {.name = "file", .type = SJ_FIELD_TEXT, BY_CODE, REQUIRED, .unit = "",
     .comment = "below the model's folder or that of --data; may be gzipped"},
    {.name = "format", .type = SJ_FIELD_CHOICE, BY_CODE, .choices = format_choices, .fallback = 0,
     .fallback_text = "by name and content", .unit = "", .comment = "see traces.md"},
    {.name = "rate_factor", .type = SJ_FIELD_NUMBER, AT(sj_arrivals, rate_factor), ABOVE(0), .below = true,
     DEFAULT(1, "1"), .unit = "", .comment = "arrivals come that much faster; services stay"},
    {.name = "from", .type = SJ_FIELD_NUMBER, BY_CODE, AT_LEAST(0), .below = true, OPTIONAL, .unit = "time",
     .comment = "of the recording, from its first arrival"},
    {.name = "to", .type = SJ_FIELD_NUMBER, BY_CODE, ABOVE(0), .below = true, OPTIONAL, .unit = "time",
     .comment = "likewise; what arrives then or later is left out"},
};
const struct sj_schema sj_schema_trace = {.name = "trace", .family = SJ_FAMILY_ARRIVALS, FIELDS(trace_fields),
    .example = "trace{file=}", .comment = "A recording replayed; its first arrival is at time 0."};

/* ---- distributions ---- */

#define PARAMETER(word, range, need, says) \
  { .name = word, .type = SJ_FIELD_NUMBER, BY_CODE, range, .below = true, need, .unit = "", .comment = says }
#define RATE_OR_MEAN                                                                                               \
  {.name = "rate", .type = SJ_FIELD_NUMBER, BY_CODE, ABOVE(0), .below = true, .fallback = NAN,                     \
   .fallback_text = "or `mean`", .unit = "1/time", .instead = "mean", .comment = "one divided by the mean"},       \
      {.name = "mean", .type = SJ_FIELD_NUMBER, BY_CODE, ABOVE(0), .below = true, .fallback = NAN,                 \
       .fallback_text = "or `rate`", .unit = "time", .instead = "rate", .comment = "one divided by the rate"}
#define DISTRIBUTION(id, word, list, written, says)                                                          \
  static const struct sj_schema id = {.name = word, .family = SJ_FAMILY_DISTRIBUTION, FIELDS(list),         \
                                      .example = written, .comment = says}

static const struct sj_field_schema constant_fields[] = {
    {.name = "value", .type = SJ_FIELD_NUMBER, BY_CODE, ANY, .below = true, REQUIRED, .unit = "",
     .comment = "a plain number means the same"},
};
const struct sj_schema sj_schema_constant = {.name = "constant", .family = SJ_FAMILY_DISTRIBUTION,
    FIELDS(constant_fields), .positional = "value", .example = "constant(value)", .comment = "Always the same."};

static const struct sj_field_schema exponential_fields[] = {RATE_OR_MEAN};
DISTRIBUTION(schema_exponential, "exponential", exponential_fields, "exponential{rate=} or exponential{mean=}",
             "Memoryless.");

static const struct sj_field_schema erlang_fields[] = {
    {.name = "k", .type = SJ_FIELD_COUNT64, BY_CODE, RANGE(1, 1e9), REQUIRED, .unit = "", .comment = "phases"},
    {.name = "rate", .type = SJ_FIELD_NUMBER, BY_CODE, ABOVE(0), .below = true, .fallback = NAN,
     .fallback_text = "or `mean`", .unit = "1/time", .instead = "mean",
     .comment = "of each phase: the mean is k / rate"},
    {.name = "mean", .type = SJ_FIELD_NUMBER, BY_CODE, ABOVE(0), .below = true, .fallback = NAN,
     .fallback_text = "or `rate`", .unit = "time", .instead = "rate", .comment = "of the sum of the phases"},
};
DISTRIBUTION(schema_erlang, "erlang", erlang_fields, "erlang{k=, rate=} or erlang{k=, mean=}",
             "The sum of k exponential phases.");

static const struct sj_field_schema gamma_fields[] = {
    PARAMETER("shape", ABOVE(0), REQUIRED, "1 is exponential"),
    PARAMETER("scale", ABOVE(0), REQUIRED, "the mean is shape * scale"),
};
DISTRIBUTION(schema_gamma, "gamma", gamma_fields, "gamma{shape=, scale=}", "The gamma law.");

static const struct sj_field_schema uniform_fields[] = {
    PARAMETER("min", ANY, REQUIRED, "the least"),
    PARAMETER("max", ANY, REQUIRED, "the most"),
};
DISTRIBUTION(schema_uniform, "uniform", uniform_fields, "uniform{min=, max=}", "Uniform from min to max.");
DISTRIBUTION(schema_uniform_int, "uniform_int", uniform_fields, "uniform_int{min=, max=}",
             "A whole number from min to max, both included.");

static const struct sj_field_schema normal_fields[] = {
    PARAMETER("mean", ANY, REQUIRED, "before negative draws become 0"),
    PARAMETER("std", AT_LEAST(0), REQUIRED, "the deviation, likewise"),
};
DISTRIBUTION(schema_normal, "normal", normal_fields, "normal{mean=, std=}", "Normal; negative draws become 0.");

static const struct sj_field_schema lognormal_fields[] = {
    PARAMETER("mu", ANY, DEFAULT(NAN, "or `mean`, `p50`"), "the mean of the logarithm"),
    PARAMETER("sigma", AT_LEAST(0), DEFAULT(NAN, "or `cv`, `p99`"), "the deviation of the logarithm"),
    PARAMETER("mean", ABOVE(0), DEFAULT(NAN, "or `mu`, `p50`"), "the mean"),
    PARAMETER("cv", AT_LEAST(0), DEFAULT(NAN, "or `sigma`, `p99`"), "the deviation divided by the mean"),
    PARAMETER("p50", ABOVE(0), DEFAULT(NAN, "or `mu`, `mean`"), "the median"),
    PARAMETER("p99", ABOVE(0), DEFAULT(NAN, "or `sigma`, `cv`"), "the 99th percentile, at least the median"),
};
DISTRIBUTION(schema_lognormal, "lognormal", lognormal_fields,
             "lognormal{mu=, sigma=}, lognormal{mean=, cv=} or lognormal{p50=, p99=}",
             "Its logarithm is normal.");

static const struct sj_field_schema weibull_fields[] = {
    PARAMETER("shape", ABOVE(0), REQUIRED, "below 1: a heavy tail; 1 is exponential"),
    PARAMETER("scale", ABOVE(0), REQUIRED, "63.2 % of draws are below it"),
};
DISTRIBUTION(schema_weibull, "weibull", weibull_fields, "weibull{shape=, scale=}", "The Weibull law.");

static const struct sj_field_schema pareto_fields[] = {
    PARAMETER("shape", ABOVE(0), REQUIRED, "the tail falls with this power; no mean up to 1, no variance up to 2"),
    PARAMETER("scale", ABOVE(0), REQUIRED, "the least value"),
};
DISTRIBUTION(schema_pareto, "pareto", pareto_fields, "pareto{shape=, scale=}", "A power law from `scale` on.");

static const struct sj_schema schema_hyperexponential = {.name = "hyperexponential",
    .family = SJ_FAMILY_DISTRIBUTION, .items = &sj_schema_table, .example = "hyperexponential{ {p, rate}, ... }",
    .comment = "Exponential with the rate drawn; the probabilities sum to 1."};
static const struct sj_schema schema_mixture = {.name = "mixture", .family = SJ_FAMILY_DISTRIBUTION,
    .items = &sj_schema_table, .example = "mixture{ {weight, law}, ... }",
    .comment = "One of several laws; weights need not sum to 1."};

static const struct sj_field_schema phase_type_fields[] = {
    PART("alpha", "a list of probabilities", &sj_schema_table, NULL,
     "of starting in each phase; what is missing to 1 is an atom at 0"),
    PART("T", "a square matrix of rates", &sj_schema_table, NULL,
     "the generator among the phases: diagonal negative, rows sum to 0 or less"),
};
DISTRIBUTION(schema_phase_type, "phase_type", phase_type_fields, "phase_type{alpha=, T=}",
             "The time to absorption of a Markov chain.");

static const struct sj_field_schema empirical_fields[] = {
    PART("values", "a list of numbers", &sj_schema_table, "or `file`", "the data"),
    {.name = "file", .type = SJ_FIELD_TEXT, BY_CODE, .fallback = NAN, .fallback_text = "or `values`", .unit = "",
     .comment = "csv with a header, may be gzipped; below the model's folder or that of --data"},
    {.name = "column", .type = SJ_FIELD_TEXT, BY_CODE, .fallback = NAN, .fallback_text = "with `file`", .unit = "",
     .comment = "its name in the header"},
};
const struct sj_schema sj_schema_empirical = {.name = "empirical", .family = SJ_FAMILY_DISTRIBUTION,
    FIELDS(empirical_fields), .example = "empirical{values=} or empirical{file=, column=}",
    .comment = "Sampled with replacement from data."};

const struct sj_schema sj_schema_recorded = {.name = "recorded", .family = SJ_FAMILY_DISTRIBUTION,
    .example = "recorded()", .comment = "The service time that came with the request from its trace."};
const struct sj_schema sj_schema_per_member = {.name = "per_member", .family = SJ_FAMILY_DISTRIBUTION,
    .example = "per_member(law, function(x) return law of x end)",
    .comment = "x is drawn once for each member of a pool, and again when it is replaced; the function, called once "
               "when the model is read, says which law follows."};

const struct sj_schema sj_schema_server_rtt = {.name = "server_rtt", .family = SJ_FAMILY_DISTRIBUTION,
    .example = "server_rtt", .comment = "The called member's `rtt`, in the laws of a link."};

const struct sj_schema *const sj_schemas[] = {&sj_schema_model,
    &sj_schema_run, &sj_schema_solve, &sj_schema_server, &sj_schema_client, &sj_schema_batcher, &sj_schema_store, &sj_schema_price,
    &sj_schema_fault,
    /* arrivals */
    &schema_poisson, &schema_renewal, &schema_every, &schema_mmpp, &schema_piecewise, &schema_closed, &schema_spread,
    &sj_schema_trace,
    /* distributions */
    &sj_schema_constant, &schema_exponential, &schema_erlang, &schema_gamma, &schema_uniform, &schema_uniform_int,
    &schema_normal, &schema_lognormal, &schema_weibull, &schema_pareto, &schema_hyperexponential, &schema_mixture,
    &schema_phase_type, &sj_schema_empirical, &sj_schema_recorded, &sj_schema_per_member,
    /* parts */
    &sj_schema_token_bucket, &sj_schema_throttle, &sj_schema_codel, &sj_schema_max_in_flight,
    &sj_schema_exponential_backoff, &sj_schema_link, &sj_schema_server_rtt, NULL};

const struct sj_schema *const sj_schema_plain_tables[] = {&sj_schema_api, &sj_schema_call, &sj_schema_stage,
    &sj_schema_target_list, &sj_schema_flush, &sj_schema_hedge, &sj_schema_breaker, &sj_schema_replace,
    &sj_schema_publish, &sj_schema_pid, &sj_schema_original, NULL};

const struct sj_schema sj_schema_table = {.name = "a table", .family = SJ_FAMILY_TABLE, .items = &sj_schema_table};
const struct sj_schema sj_schema_unknown = {.name = "an unknown name", .family = SJ_FAMILY_UNKNOWN};
const struct sj_schema sj_schema_symbol = {.name = "a drawn parameter", .family = SJ_FAMILY_SYMBOL};

#define OPERATION(id, word) const struct sj_schema id = {.name = word, .family = SJ_FAMILY_DISTRIBUTION}
OPERATION(sj_schema_add, "+");
OPERATION(sj_schema_subtract, "-");
OPERATION(sj_schema_multiply, "*");
OPERATION(sj_schema_divide, "/");
OPERATION(sj_schema_negate, "-");
OPERATION(sj_schema_max, "max");
OPERATION(sj_schema_min, "min");
OPERATION(sj_schema_round, "round");
OPERATION(sj_schema_floor, "floor");
OPERATION(sj_schema_ceil, "ceil");

/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */
