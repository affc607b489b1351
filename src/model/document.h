/* A model as a document: the tree of what the file's constructors were given, before any of it is checked.
 *
 * Nodes are immutable once made and live in the document's arena, so trees may share parts. An edit (an override, a
 * scenario's `set`, a fault's change) copies the nodes on the way from the component to the edited field and leaves
 * everything else shared; see path.h. */
#ifndef SJ_MODEL_DOCUMENT_H
#define SJ_MODEL_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sj_schema;
struct sj_node;
struct sj_law_record;
struct sj_resources;

/* Memory that is given back all at once. Zero-initialize. */
struct sj_arena_block;
struct sj_arena {
  struct sj_arena_block *blocks;
  size_t used; /* bytes handed out so far */
};
void *sj_arena_take(struct sj_arena *arena, size_t size); /* zeroed, aligned for anything */
void *sj_arena_array(struct sj_arena *arena, size_t count, size_t size);
char *sj_arena_string(struct sj_arena *arena, const char *s); /* a copy */
char *sj_arena_format(struct sj_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sj_arena_clear(struct sj_arena *arena);

enum sj_value_kind {
  SJ_VALUE_NONE, /* not given */
  SJ_VALUE_BOOLEAN,
  SJ_VALUE_NUMBER,
  SJ_VALUE_STRING,
  SJ_VALUE_NODE,
  SJ_VALUE_FUNCTION, /* a function written in the file */
  SJ_VALUE_OTHER     /* something no field takes; `string` names it */
};

/* A function of the file, called by engines in environments of their own: see lua/program.h. */
struct sj_function {
  uint32_t number;     /* among those that were met when the file was read, from 0: the same at every reading */
  int line, last_line; /* where it stands */
};

struct sj_value {
  enum sj_value_kind kind;
  int line;           /* 0: where the table that holds it says */
  const char *origin; /* "--set api.threads=2" for what was not written in the file; else NULL */
  union {
    bool boolean;
    double number;
    const char *string;
    const struct sj_node *node;
    const struct sj_function *function;
  } as;
};

struct sj_field {
  const char *name;
  struct sj_value value;
};

/* One constructor call, or one plain table in it. Named fields are sorted by name; items are the list part. */
struct sj_node {
  const struct sj_schema *schema; /* of the constructor; sj_schema_table for a plain table */
  const char *name;               /* of a component; else NULL */
  int line;                       /* of the call; 0 for a plain table */
  const struct sj_node *owner;    /* plain table: the node that held it when the file was read; else NULL */
  const char *owner_field;        /* ... under this name, or NULL: */
  size_t owner_item;              /* ... as this item, from 0 */
  struct sj_field *fields;
  size_t field_count;
  struct sj_value *items;
  size_t item_count;
  uint32_t symbol; /* per_member and its symbol: which one */
  uint32_t size;   /* nodes in it, itself included, as often as they occur */
  uint16_t depth;  /* levels of nodes in it */
  bool symbolic;   /* arithmetic: on numbers with a per_member symbol, so that the result is a number */
};

/* One line of an `expect`, and one `param`. */
struct sj_expect_entry {
  const char *metric;
  struct sj_value value;
  int line;
};
struct sj_parameter {
  const char *name, *comment;
  struct sj_value value;
  int line;
};

/* What else than the text decides how a file is read: so that it can be read again. */
struct sj_reading {
  uint64_t instructions; /* limits of the environment; 0: the default */
  size_t memory_bytes;
  unsigned hash_seed;
  size_t scenario; /* whose function ran; SIZE_MAX: none */
  const char *const *overrides;
  size_t override_count;
};

struct sj_document {
  struct sj_arena arena;
  const char *file;   /* as messages name it */
  const char *source; /* the file's text, for the lines of fields */
  size_t source_length;
  struct sj_reading reading;
  bool incomplete; /* an error ended the reading: what is missing may have come later */
  const struct sj_node *model, *run, *solve, *price; /* NULL if not given */
  const struct sj_node **components; /* servers, clients, batchers and stores in the order of the file */
  size_t component_count, component_capacity;
  const struct sj_node **faults;
  size_t fault_count, fault_capacity;
  struct sj_expect_entry *expects;
  size_t expect_count, expect_capacity;
  struct sj_parameter *parameters;
  size_t parameter_count, parameter_capacity;
  const char **scenarios;
  size_t scenario_count, scenario_capacity;
  struct sj_law_record *laws;       /* what the model built from this document owns; see build.h */
  struct sj_law_record **law_index; /* the same by address of the law */
  size_t law_count;
  struct sj_resources *resources;
  bool owns_resources;
};

/* The named field of `node`, or NULL. */
const struct sj_value *sj_node_field(const struct sj_node *node, const char *name);
/* A copy of `node` in `arena`, whose arrays may be changed before it is shared. */
struct sj_node *sj_node_copy(struct sj_arena *arena, const struct sj_node *node);
/* The same with the field set (added or replaced; SJ_VALUE_NONE removes it). */
struct sj_node *sj_node_with_field(struct sj_arena *arena, const struct sj_node *node, const char *name,
                                   struct sj_value value);

struct sj_value sj_value_number(double number);
struct sj_value sj_value_node(const struct sj_node *node);
static inline bool sj_value_given(const struct sj_value *value) { return value && value->kind != SJ_VALUE_NONE; }

/* Appends to one of the document's arrays: `array`, `count` and `capacity` are its members. Returns the new element,
 * zeroed. */
void *sj_document_grow(struct sj_document *document, void *array, size_t *count, size_t *capacity, size_t size);
/* A copy that shares every node; `original` must outlive it. */
struct sj_document *sj_document_copy(const struct sj_document *original);
void sj_document_destroy(struct sj_document *document);

/* The line of the file on which `field` of `node` stands (`field` NULL: the item `item`; SIZE_MAX: the node itself).
 * Found by reading the source from the constructor's line on; where the text does not show it (a table made elsewhere),
 * the constructor's line. */
int sj_document_line(const struct sj_document *document, const struct sj_node *node, const char *field, size_t item);

#endif
