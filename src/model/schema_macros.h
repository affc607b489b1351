/* How the tables of the language are written; for the schema_*.c files only. */
#ifndef SJ_MODEL_SCHEMA_MACROS_H
#define SJ_MODEL_SCHEMA_MACROS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "model/schema.h"

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are initializers */

#define FIELDS(list) .fields = list, .field_count = sizeof list / sizeof *list
#define AT(structure, member) .offset = offsetof(struct structure, member)
#define BY_CODE .offset = SJ_NO_OFFSET
#define AT_LEAST(x) .min = (x), .max = INFINITY
#define ABOVE(x) .min = (x), .above = true, .max = INFINITY
#define ANY .min = -INFINITY, .above = true, .max = INFINITY
#define RANGE(lo, hi) .min = (lo), .max = (hi)
#define DEFAULT(number, text) .fallback = (number), .fallback_text = (text)
#define OPTIONAL .fallback = NAN, .fallback_text = "none"
#define REQUIRED .fallback = NAN
#define FLAG(word, where, says) \
  { .name = word, .type = SJ_FIELD_BOOLEAN, where, DEFAULT(0, "false"), .unit = "", .comment = says }
#define PART(word, wants, schema, text, says) \
  {                                           \
    .name = word, .type = SJ_FIELD_PART, BY_CODE, .takes = wants, .part = schema, .fallback_text = text, .unit = "", \
    .comment = says                                                                                                   \
  }
#define LATER(word) \
  { .name = word, .type = SJ_FIELD_LATER, BY_CODE, .fallback_text = "", .unit = "", .comment = "not in this version" }

enum { MOST_MEMBERS = 1000000, MOST_COUNT = 1000000000 };

/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

#endif
