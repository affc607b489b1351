/* From the document to the checked model. The tables of schema.h say what each field is; the functions here read nodes
 * by them into the structs of model.h, report what is wrong, and go on. */
#ifndef SJ_MODEL_BUILD_H
#define SJ_MODEL_BUILD_H

#include "base/base.h"
#include "model/document.h"
#include "model/mistakes.h"
#include "model/model.h"
#include "model/resources.h"
#include "model/schema.h"

/* A law that the model owns, with the expression it came from. */
struct sj_law_record {
  struct sj_distribution *distribution; /* NULL if member */
  struct sj_member_law *member;
  struct sj_value expression;
  struct sj_law_record *next;
};

/* x is drawn from `drawn`; the law is `body` with x for `symbol`. */
struct sj_member_law {
  struct sj_distribution *drawn;
  struct sj_value body;
  uint32_t symbol;
  struct sj_resources *resources;
  double least;     /* a draw of the law must not be below this */
  const char *what; /* "backend.service", for messages */
};

struct sj_lua_limits;

struct sj_name_index {
  const char *name;
  uint32_t index;
};

struct sj_builder {
  struct sj_document *document;
  struct sj_model *model;
  struct sj_mistakes *mistakes;
  struct sj_resources *resources;
  struct sj_text path;                               /* of the node being read: "api.calls[1]" */
  struct sj_name_index *server_names, *client_names; /* sorted */
  size_t server_name_count, client_name_count;
  const struct sj_node **server_nodes, **client_nodes; /* by index in the model */
  const struct sj_model *base;                         /* of a variant, which keeps its run settings; else NULL */
};

/* Builds the model that `document` describes; it owns the document from then on, also when it fails. `resources` must
 * outlive it, unless sj_model_own_resources hands them over. `base` is the model that this is a variant of, or NULL.
 * Mistakes are added to `mistakes`; `*result` is NULL if there are any, those of the reading included. */
void sj_build_model(struct sj_document *document, struct sj_resources *resources, const char *scenario,
                    const struct sj_model *base, struct sj_mistakes *mistakes, struct sj_model **result);

/* Loading from memory: the `length` bytes at `text` as the file `file`, data files below `directories` (ends with
 * NULL; none: no data files). `limits` may be NULL. Otherwise as sj_model_load; options->data_directory is not looked
 * at. */
enum sj_status sj_model_load_text(const char *file, const char *text, size_t length, const char *const *directories,
                                  const struct sj_lua_limits *limits, const struct sj_model_options *options,
                                  struct sj_model **model, struct sj_error *error);

/* As sj_model_load, with limits for the model's code (NULL: the defaults). */
enum sj_status sj_model_load_within(const char *path, const struct sj_lua_limits *limits,
                                    const struct sj_model_options *options, struct sj_model **model,
                                    struct sj_error *error);

/* Tries the changes of every fault, each fault alone; what is impossible goes to `mistakes`. */
void sj_check_changes(const struct sj_model *model, struct sj_mistakes *mistakes);

/* ---- messages ---- */

/* A mistake at `field` of `node` (NULL: at the item `item`; SIZE_MAX: at the node). `value` may be NULL; if it was
 * overridden its origin is the place. */
void sj_build_wrong(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                    const struct sj_value *value, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* "`db.threads`: expected a whole number of at least 1, got 0". The field's name is appended to the path. */
void sj_build_expected(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                       const struct sj_value *value, const char *expected);
/* "`db` lacks `service`: expected ..."; says nothing if a field of nearly that name was reported. */
void sj_build_lacks(struct sj_builder *builder, const struct sj_node *node, const struct sj_schema *schema,
                    const char *name, const char *expected);
/* Is a field there whose unknown name is nearest to `name`? Then it was reported as that. */
bool sj_build_misspelt(const struct sj_node *node, const struct sj_schema *schema, const char *name);
/* What a value is, for "got ...". */
const char *sj_value_describe(const struct sj_value *value, char buffer[96]);

/* Appends ".name" or "[item + 1]" to the builder's path; returns the length to go back to with sj_build_leave. */
size_t sj_build_enter(struct sj_builder *builder, const char *name, size_t item);
void sj_build_leave(struct sj_builder *builder, size_t length);

/* ---- reading by the tables ---- */

/* Reports fields that `schema` does not have, items where it has none, and words of later versions. */
void sj_build_known(struct sj_builder *builder, const struct sj_node *node, const struct sj_schema *schema);
/* Reads every field of `schema` that has an offset into `target`, defaults where it is not written, and reports
 * required fields that are missing. Includes sj_build_known. */
void sj_build_fields(struct sj_builder *builder, const struct sj_node *node, const struct sj_schema *schema,
                     void *target);
/* Reads one field; false if it is not written or wrong. */
bool sj_build_field(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                    void *target);
bool sj_build_is_unknown(const struct sj_value *value);
/* The node behind a value if it is a plain table, or one made by `schema`; reports and returns NULL otherwise. */
const struct sj_node *sj_build_part(struct sj_builder *builder, const struct sj_node *node, const char *field,
                                    const struct sj_schema *schema);

/* ---- laws ---- */

/* Reads a law; the builder's path is its own. `field` gives the range. */
bool sj_build_law(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                  const struct sj_value *value, bool recorded_allowed, struct sj_law *law);
/* Checks the fields and items of an expression without building it. */
void sj_build_check_law(struct sj_builder *builder, const struct sj_value *value);
/* Builds the distribution of an expression. `symbol` is bound to `x` (0: none). NULL with `error` set and `*place` the
 * node that is wrong. */
struct sj_distribution *sj_build_distribution(struct sj_resources *resources, const struct sj_value *value,
                                              uint32_t symbol, double x, const struct sj_node **place,
                                              struct sj_error *error);
/* The value of a number or of arithmetic on a symbol. NAN where it has none. */
double sj_build_number(const struct sj_value *value, uint32_t symbol, double x);
/* Once all laws are built: makes sj_build_law_record work. */
void sj_build_index_laws(struct sj_document *document);
/* The record of a law of the model, by its distribution or member law. */
const struct sj_law_record *sj_build_law_record(const struct sj_model *model, const void *law);
/* The law's mean; for a per_member law averaged over x. `recorded` stands for recorded() (NAN: unknown). */
double sj_law_mean(const struct sj_model *model, const struct sj_law *law, double recorded);
/* The mean of max(1, round(draw)). */
double sj_law_threads_mean(const struct sj_model *model, const struct sj_law *law);
void sj_build_free_laws(struct sj_document *document);

/* ---- parts; each reports what is wrong and goes on ---- */

/* build_balance.c: the field `policy` of a caller, if it is given. */
void sj_build_policy(struct sj_builder *builder, const struct sj_node *node, struct sj_policy *policy);
/* build_policy.c: what the tables do not read of one; whether a call's policy fits the pools that it calls, once their
 * members are known; a policy's weights as `sojourn show` has them. */
void sj_build_policy_parts(struct sj_builder *builder, const struct sj_node *node, struct sj_policy *policy);
void sj_check_policy(struct sj_builder *builder, const struct sj_node *node, const struct sj_call *call);
void sj_policy_weights_text(const struct sj_policy *policy, struct sj_text *text);
/* The policy inside another, and a cost; false with a report. */
bool sj_build_inner_policy(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                           const struct sj_value *value, const struct sj_policy **policy);
bool sj_build_cost(struct sj_builder *builder, const struct sj_node *node, const char *field,
                   const struct sj_value *value, struct sj_cost *cost);
void sj_build_publish(struct sj_builder *builder, const struct sj_node *server, struct sj_publish *publish);
void sj_build_original(struct sj_builder *builder, const struct sj_node *model, struct sj_original *original);
/* What a policy is made of, with every default, as the language writes it. */
void sj_policy_text(const struct sj_policy *policy, struct sj_text *text);

void sj_build_call(struct sj_builder *builder, const struct sj_node *node, const struct sj_schema *schema,
                   struct sj_call *call);
/* The targets of `call` from a name or a list { {weight, name}, ... }. */
void sj_build_targets(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                      const struct sj_value *value, struct sj_call *call);
void sj_build_servers(struct sj_builder *builder);      /* fields and apis, not what they call */
void sj_build_server_calls(struct sj_builder *builder); /* once all servers and apis are known */
/* A batcher, a store, whom a batcher sends to; what stores cost. */
void sj_build_batcher(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server);
void sj_build_store(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server);
void sj_build_batcher_call(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server);
void sj_build_price(struct sj_builder *builder);
void sj_build_clients(struct sj_builder *builder);
void sj_build_arrivals(struct sj_builder *builder, const struct sj_node *client, struct sj_arrivals *arrivals);
void sj_build_faults(struct sj_builder *builder);
void sj_build_run(struct sj_builder *builder);
void sj_build_solve(struct sj_builder *builder);
void sj_build_expectations(struct sj_builder *builder);
/* build_world.c: refuses what the world that the model wants, discrete or continuous, does not do. */
void sj_check_world(struct sj_builder *builder);
/* What concerns several components: cycles, joins, recorded services. */
void sj_check_graph(struct sj_builder *builder);
/* Arrival rates, run settings, whether anything is random. */
void sj_derive(struct sj_builder *builder);
/* A batcher at its limit: every slot taken, every batch filled. Requests have the sizes of the clients that call it,
 * mixed by their rates; batches are filled by a fixed sequence of draws, so that the figures are good to about 1 %.
 * False if it has no limit (in_flight, bytes or count), sends to something else than a store, or sizes are not known.
 */
struct sj_batcher_limit {
  double requests, bytes; /* in a batch, mean */
  double time;            /* that a batch holds a slot, mean, retries without their backoff */
  double rate;            /* requests per time that all slots carry */
};
bool sj_derive_batcher_limit(const struct sj_model *model, const struct sj_server *batcher,
                             struct sj_batcher_limit *limit);
void sj_build_note(struct sj_builder *builder, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
