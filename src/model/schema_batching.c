/* The tables of batchers, stores and what these cost. */
#include <math.h>
#include <stdint.h>

#include "model/model.h"
#include "model/schema.h"
#include "model/schema_macros.h"

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are initializers */

static const struct sj_field_schema flush_fields[] = {
    {.name = "after", .type = SJ_FIELD_NUMBER, AT(sj_batcher, after), AT_LEAST(0), .below = true,
     DEFAULT(INFINITY, "or `when_idle`"), .unit = "time", .comment = "since the first waiting request came"},
    {.name = "bytes", .type = SJ_FIELD_NUMBER, AT(sj_batcher, bytes), ABOVE(0), DEFAULT(INFINITY, "unlimited"),
     .unit = "bytes", .comment = "waiting; a batch takes requests until it has them"},
    {.name = "count", .type = SJ_FIELD_COUNT, AT(sj_batcher, count), RANGE(1, MOST_COUNT), DEFAULT(0, "unlimited"),
     .unit = "requests", .comment = "likewise"},
    FLAG("when_idle", AT(sj_batcher, when_idle), "at once, if fewer than `in_flight` are on the way: group commit"),
};
const struct sj_schema sj_schema_flush = {.name = "flush", .family = SJ_FAMILY_TABLE, FIELDS(flush_fields),
    .example = "{ after=, bytes=, count=, when_idle= }", .comment = "When a batch is sent: whichever comes first."};

#define CALL(member) .offset = offsetof(struct sj_call, member)
static const struct sj_field_schema batcher_fields[] = {
    PART("target", "\"store\", \"server\" or \"server.api\"", NULL, NULL, "where batches are sent, each one request"),
    PART("flush", "{ after=, bytes=, count=, when_idle= }", &sj_schema_flush, NULL, "when a batch is sent"),
    {.name = "in_flight", .type = SJ_FIELD_COUNT, AT(sj_server, batcher.in_flight), RANGE(1, MOST_COUNT),
     DEFAULT(0, "unlimited"), .unit = "batches",
     .comment = "most on the way; one that backs off is not, and goes first when its wait is over"},
    FLAG("ordered", AT(sj_server, batcher.ordered), "requests are answered in the order in which they were sent"),
    {.name = "capacity", .type = SJ_FIELD_NUMBER, AT(sj_server, capacity), AT_LEAST(1), .whole = true,
     DEFAULT(INFINITY, "unlimited"), .unit = "requests", .comment = "most held, on the way included; more are refused"},
    {.name = "timeout", .type = SJ_FIELD_LAW, BY_CODE, ABOVE(0), OPTIONAL, .unit = "time",
     .comment = "of each sending of a batch"},
    {.name = "retries", .type = SJ_FIELD_COUNT, BY_CODE, RANGE(0, MOST_COUNT), DEFAULT(0, "0"), .unit = "",
     .comment = "of a batch; after the last its requests fail"},
    PART("backoff", "exponential_backoff{base=}", &sj_schema_exponential_backoff, "none: at once",
         "the wait before each retry"),
    PART("retry_budget", "token_bucket{capacity=, rate=}", &sj_schema_token_bucket, "none",
         "a retry or a hedged copy takes a token; where there is none the batch is abandoned"),
    PART("circuit_breaker", "{ failures=, window=, open_for= }", &sj_schema_breaker, "none", "as for a client"),
    PART("hedge", "{ after= } or { delay= }", &sj_schema_hedge, "none",
         "a second copy of a batch that takes long; it takes no slot of `in_flight`, and the first answer wins"),
    FLAG("cancel", BY_CODE, "what timed out or lost is withdrawn from queues"),
    {.name = "priority", .type = SJ_FIELD_INTEGER, BY_CODE, RANGE(-1e9, 1e9), DEFAULT(0, "0"), .unit = "",
     .comment = "of batches, where the target is a server with that discipline"},
    PART("policy", "random or round_robin", NULL, "random", "which member of a pool is taken"),
    PART("network", "link{rtt=} or link{one_way=}", &sj_schema_link, "no delay", "between batcher and target"),
    FLAG("timer_rounds", AT(sj_server, batcher.timer_rounds),
         "a flaw: a batch is due if (now - start) >= after, which rounding makes false; the timer is not set again"),
    FLAG("timer_forgets", AT(sj_server, batcher.timer_forgets),
         "a flaw: only a request that begins a batch sets the timer, it is forgotten at the limit, an answer does not "
         "send what is due, and a batch's age counts from its filling"),
    FLAG("one_batch_per_answer", AT(sj_server, batcher.one_batch_per_answer),
         "a flaw: at the limit requests wait apart, an answer sends one batch of them and a failure none, and later "
         "ones overtake"),
    {.name = "retry_polls", .type = SJ_FIELD_NUMBER, AT(sj_server, batcher.retry_polls), AT_LEAST(0), .below = true,
     DEFAULT(0, "0"), .unit = "time", .comment = "a flaw: a retry that finds no slot asks again after this time"},
    FLAG("abandoned_vanish", AT(sj_server, batcher.abandoned_vanish),
         "a flaw: the requests of an abandoned batch are never answered"),
    {.name = "sample_every", .type = SJ_FIELD_NUMBER, AT(sj_server, batcher.sample_every), AT_LEAST(0), .below = true,
     DEFAULT(0, "never"), .unit = "time",
     .comment = "the levels are also looked at so often, from 0 on: metrics `original.*`; of one batcher at most"},
};
const struct sj_schema sj_schema_batcher = {.name = "batcher", .family = SJ_FAMILY_COMPONENT, FIELDS(batcher_fields),
    .example = "batcher \"name\" { target=, flush= }",
    .comment = "Collects requests and sends them on together. Called like a server."};

/* How a batcher calls its target: the fields that a struct sj_call holds. */
static const struct sj_field_schema sending_fields[] = {
    {.name = "timeout", .type = SJ_FIELD_LAW, CALL(timeout), ABOVE(0), OPTIONAL, .unit = "time"},
    {.name = "retries", .type = SJ_FIELD_COUNT, CALL(retries), RANGE(0, MOST_COUNT), DEFAULT(0, "0"), .unit = ""},
    FLAG("cancel", CALL(cancel), ""),
    {.name = "priority", .type = SJ_FIELD_INTEGER, CALL(priority), RANGE(-1e9, 1e9), DEFAULT(0, "0"), .unit = ""},
    PART("backoff", "exponential_backoff{base=}", &sj_schema_exponential_backoff, "none: at once", ""),
};
const struct sj_schema sj_schema_sending = {.name = "batcher", .family = SJ_FAMILY_COMPONENT, FIELDS(sending_fields),
    .example = "batcher \"name\" { target=, flush= }"};

static const struct sj_field_schema store_fields[] = {
    {.name = "latency", .type = SJ_FIELD_LAW, BY_CODE, AT_LEAST(0), REQUIRED, .unit = "time",
     .comment = "of a request, without its bytes"},
    {.name = "per_byte", .type = SJ_FIELD_NUMBER, AT(sj_server, store.per_byte), AT_LEAST(0), .below = true,
     DEFAULT(0, "0"), .unit = "time/byte", .comment = "added for the request's size"},
    {.name = "failure", .type = SJ_FIELD_NUMBER, AT(sj_server, store.failure), RANGE(0, 1), DEFAULT(0, "0"),
     .unit = "probability", .comment = "that a request answers an error"},
    {.name = "failure_slowdown", .type = SJ_FIELD_NUMBER, AT(sj_server, store.failure_slowdown), AT_LEAST(0),
     .below = true, DEFAULT(1, "1"), .unit = "", .comment = "how many times as long a failing request takes"},
};
const struct sj_schema sj_schema_store = {.name = "store", .family = SJ_FAMILY_COMPONENT, FIELDS(store_fields),
    .example = "store \"name\" { latency= }",
    .comment = "An object store: any number of requests at once, none waits for another. Called like a server."};

static const struct sj_field_schema price_fields[] = {
    {.name = "per_1000_requests", .type = SJ_FIELD_NUMBER, AT(sj_price, per_1000_requests), AT_LEAST(0),
     .below = true, DEFAULT(0, "0"), .unit = "money", .comment = "of requests to stores, failed ones too"},
    {.name = "per_GB", .type = SJ_FIELD_NUMBER, AT(sj_price, per_GB), AT_LEAST(0), .below = true, DEFAULT(0, "0"),
     .unit = "money", .comment = "of 10^9 bytes sent to stores"},
};
const struct sj_schema sj_schema_price = {.name = "price", .family = SJ_FAMILY_SETTING, FIELDS(price_fields),
    .example = "price{per_1000_requests=, per_GB=}",
    .comment = "What stores cost; every store gets metrics of its cost. The time unit must be a real one."};

/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */
