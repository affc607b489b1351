/* The tables of the language: how the Markov chain is made, and what is asked of it. */
#include "model/schema_macros.h"

/* clang-format off */

static const char *const tail_choices[] = {"exact", "chebyshev", NULL};
static const char *const arrivals_choices[] = {"conserved", "original", NULL};
static const char *const empty_choices[] = {"zero", "certain", NULL};

static const struct sj_field_schema solve_fields[] = {
    {.name = "timeout_tail", .type = SJ_FIELD_EITHER, AT(sj_solve_settings, chebyshev_tail), .choices = tail_choices,
     DEFAULT(0, "\"exact\""), .unit = "",
     .comment = "the probability that a request which finds n ahead times out: Erlang's tail, or Chebyshev's bound"},
    {.name = "tail_of_empty", .type = SJ_FIELD_EITHER, AT(sj_solve_settings, empty_times_out),
     .choices = empty_choices, DEFAULT(0, "\"zero\""), .unit = "",
     .comment = "servers in a row: what an empty one adds to a request's time; \"certain\": it counts as a sure timeout"},
    {.name = "arrivals", .type = SJ_FIELD_EITHER, AT(sj_solve_settings, original_arrivals),
     .choices = arrivals_choices, DEFAULT(0, "\"conserved\""), .unit = "",
     .comment = "\"conserved\": each arrival enters the queue once; \"original\": one that will time out enters twice"},
    {.name = "alpha", .type = SJ_FIELD_NUMBER, AT(sj_solve_settings, alpha), RANGE(0, 1), DEFAULT(0.25, "0.25"),
     .unit = "share", .comment = "of timed-out new arrivals that join the orbit"},
    FLAG("retry_when_full", AT(sj_solve_settings, retry_when_full), "requests refused at a full queue join the orbit"),
    {.name = "horizon", .type = SJ_FIELD_NUMBER, AT(sj_solve_settings, horizon), ABOVE(0), .below = true,
     DEFAULT(60, "60"), .unit = "time", .comment = "of the transient, from the empty system"},
    {.name = "step", .type = SJ_FIELD_NUMBER, AT(sj_solve_settings, step), ABOVE(0), .below = true,
     DEFAULT(10, "10"), .unit = "time", .comment = "between the transient's points"},
    {.name = "low", .type = SJ_FIELD_NUMBER, AT(sj_solve_settings, low), RANGE(0, 1), .below = true,
     DEFAULT(0.1, "0.1"), .unit = "share",
     .comment = "the low regime: at most floor(low (capacity + 1)) requests in the system"},
    {.name = "high", .type = SJ_FIELD_NUMBER, AT(sj_solve_settings, high), RANGE(0, 1), .above = true, .below = true,
     DEFAULT(0.9, "0.9"), .unit = "share", .comment = "the high regime: at least floor(high (capacity + 1))"},
    {.name = "metastable_factor", .type = SJ_FIELD_NUMBER, AT(sj_solve_settings, metastable_factor), AT_LEAST(1),
     .below = true, DEFAULT(10, "10"), .unit = "",
     .comment = "a regime holds the system if it stays there this many times as long as it takes to settle in it"},
    {.name = "phases", .type = SJ_FIELD_COUNT, AT(sj_solve_settings, phases), RANGE(1, 1000), DEFAULT(8, "8"),
     .unit = "", .comment = "with `--approximate`: exponential steps that stand for a token's or a batch's constant time"},
};
const struct sj_schema sj_schema_solve = {.name = "solve", .family = SJ_FAMILY_SETTING, FIELDS(solve_fields),
    .example = "solve{horizon=, step=, low=, high=}",
    .comment = "How `sojourn solve` makes the Markov chain, and what it computes of it."};

/* clang-format on */
