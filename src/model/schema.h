/* The language as tables: every constructor and every field with its type, range, unit and default. The same tables
 * drive the check of a model, the names in messages, the paths of overrides, and the reference in docs/language.md. */
#ifndef SJ_MODEL_SCHEMA_H
#define SJ_MODEL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/base.h"

enum sj_family {
  SJ_FAMILY_TABLE,        /* a plain table, checked by what its place expects */
  SJ_FAMILY_COMPONENT,    /* server, client, batcher, store */
  SJ_FAMILY_SETTING,      /* model, run, solve, price, fault */
  SJ_FAMILY_DISTRIBUTION, /* exponential{...} and arithmetic on distributions */
  SJ_FAMILY_SYMBOL,       /* the argument of a per_member function, and arithmetic on it: a number known later */
  SJ_FAMILY_ARRIVALS,
  SJ_FAMILY_BACKOFF,
  SJ_FAMILY_BUCKET, /* token_bucket: an admission and a retry budget */
  SJ_FAMILY_ADMISSION,
  SJ_FAMILY_LINK,
  SJ_FAMILY_POLICY,
  SJ_FAMILY_COST,   /* what a policy ranks by */
  SJ_FAMILY_FIGURE, /* what a server reports, inside a cost */
  SJ_FAMILY_UNKNOWN /* stands for a name already reported as wrong, so that reading goes on; never reported again */
};

enum sj_field_type {
  SJ_FIELD_NUMBER,  /* double */
  SJ_FIELD_COUNT,   /* uint32_t: a whole number */
  SJ_FIELD_COUNT64, /* uint64_t: a whole number */
  SJ_FIELD_INTEGER, /* int32_t */
  SJ_FIELD_BOOLEAN,
  SJ_FIELD_CHOICE, /* an enum, in the order of `choices` */
  SJ_FIELD_EITHER, /* bool: whether it is the second of two `choices` */
  SJ_FIELD_TEXT,
  SJ_FIELD_LAW,          /* struct sj_law: a number, a distribution or per_member */
  SJ_FIELD_DISTRIBUTION, /* const struct sj_distribution *: the same without per_member */
  SJ_FIELD_POLICY,       /* const struct sj_policy *: the one inside another */
  SJ_FIELD_COST,         /* struct sj_cost */
  SJ_FIELD_PART,         /* anything else: its own code reads it */
  SJ_FIELD_LATER         /* known, refused as "not in this version" */
};

struct sj_schema;
struct sj_field_schema {
  const char *name;
  size_t offset;                /* in the struct the field is read into; SJ_NO_OFFSET: read by code */
  double min, max;              /* numbers: range; laws: min is the least a draw may be */
  double fallback;              /* the default of a number, count or boolean; NAN: none */
  const char *fallback_text;    /* the default as the reference prints it; NULL: required */
  const char *unit;             /* "time", "1/time", "bytes", "time/byte", "requests", "" */
  const char *const *choices;   /* SJ_FIELD_CHOICE and _EITHER, ends with NULL; the default is number `fallback` */
  const struct sj_schema *part; /* SJ_FIELD_PART: of the plain table expected here, for paths; NULL if none */
  const char *takes;            /* SJ_FIELD_PART: what is expected: "a server's name" */
  const char *instead;          /* a field that this one takes the place of when an override sets it (rate, mean) */
  const char *comment;          /* for the reference */
  enum sj_field_type type;
  bool above, below; /* the minimum or maximum itself is excluded (laws: a draw must not be always the minimum) */
  bool whole;        /* numbers: must be whole; laws: a constant must be */
  bool in_seconds;   /* the default is in seconds; where the model's time is in no real unit there is none */
};
#define SJ_NO_OFFSET ((size_t)-1)

struct sj_schema {
  const char *name, *also; /* `also`: a second word for the same, or NULL */
  enum sj_family family;
  const struct sj_field_schema *fields;
  size_t field_count;
  const char *positional;            /* the field that a single plain argument sets: every(2) is every{interval=2} */
  const char *also_positional;       /* the field that a second one sets, or NULL; a table may follow */
  const struct sj_schema *any_field; /* a table whose fields have names of their own: what each holds (`apis`) */
  const struct sj_schema *items;     /* what each item of its list part is, for paths; NULL if none */
  const char *example;               /* how it is written, for messages and the reference */
  const char *comment;
};

extern const struct sj_schema sj_schema_table, sj_schema_unknown, sj_schema_symbol;
extern const struct sj_schema sj_schema_server, sj_schema_client, sj_schema_model, sj_schema_run, sj_schema_fault,
    sj_schema_solve;
extern const struct sj_schema sj_schema_batcher, sj_schema_store, sj_schema_flush, sj_schema_price, sj_schema_sending;
/* Plain tables. */
extern const struct sj_schema sj_schema_api, sj_schema_apis, sj_schema_call, sj_schema_calls, sj_schema_stage,
    sj_schema_stages, sj_schema_target_list, sj_schema_hedge, sj_schema_breaker, sj_schema_replace,
    sj_schema_admissions;
/* Calls by constructors. */
extern const struct sj_schema sj_schema_token_bucket, sj_schema_throttle, sj_schema_codel, sj_schema_max_in_flight,
    sj_schema_exponential_backoff, sj_schema_link;
/* Arithmetic; named "+", "-", ... in no file. */
extern const struct sj_schema sj_schema_add, sj_schema_subtract, sj_schema_multiply, sj_schema_divide, sj_schema_negate,
    sj_schema_max, sj_schema_min, sj_schema_round, sj_schema_floor, sj_schema_ceil;
extern const struct sj_schema sj_schema_constant, sj_schema_per_member, sj_schema_recorded, sj_schema_server_rtt,
    sj_schema_trace, sj_schema_empirical;
/* Load balancing: schema_balance.c. */
extern const struct sj_schema sj_schema_publish, sj_schema_pid, sj_schema_original;
/* By enum sj_policy_kind, enum sj_cost_kind and enum sj_reported. */
extern const struct sj_schema *const sj_policy_schemas[], *const sj_cost_schemas[], *const sj_figure_schemas[];
extern const size_t sj_policy_schema_count, sj_cost_schema_count, sj_figure_schema_count;
/* Policies of today: schema_policies.c. */
extern const struct sj_schema sj_schema_power_of_choices, sj_schema_join_shortest_queue, sj_schema_join_idle_queue,
    sj_schema_least_requests, sj_schema_peak_ewma, sj_schema_success_latency, sj_schema_weighted_round_robin,
    sj_schema_prequal, sj_schema_bounded_hash, sj_schema_maglev, sj_schema_aperture, sj_schema_zone_aware,
    sj_schema_caller_subset;
/* What a policy must know to decide, and where it was published; by enum sj_policy_kind. */
struct sj_policy_note {
  const char *knows, *source;
};
extern const struct sj_policy_note sj_policy_notes[];
#define SJ_TAKES_POLICY "a policy, such as least_cost{cost=}"
#define SJ_TAKES_COST "client_in_flight, client_latency(...), reported(...) or actual(...)"

/* Every constructor a file can call with one table (or its positional argument), ending with NULL; in the order of the
 * reference. Components and settings are among them. */
extern const struct sj_schema *const sj_schemas[];
/* The i-th of these, of the policies, costs and figures, one after the other; NULL after the last. */
const struct sj_schema *sj_schema_at(size_t i);
/* The plain tables that some fields take, for the reference; ends with NULL. */
extern const struct sj_schema *const sj_schema_plain_tables[];

const struct sj_field_schema *sj_schema_field(const struct sj_schema *schema, const char *name);
/* The nearest field name, or NULL. */
const char *sj_schema_nearest_field(const struct sj_schema *schema, const char *name);
/* Whether nothing must be given: then the bare word is a value. */
bool sj_schema_is_word(const struct sj_schema *schema);
bool sj_schema_is_named(const struct sj_schema *schema, const char *name, size_t length);

/* "a whole number of at least 1", "a number above 0, at most 1": what a field takes, for messages. Appends. */
void sj_field_expected(const struct sj_field_schema *field, struct sj_text *text);

/* The reference of all constructors as Markdown, for docs/language.md. */
void sj_schema_reference(struct sj_text *text);
/* The table of all policies as Markdown, for docs/load-balancing.md. */
void sj_policy_table(struct sj_text *text);

#endif
