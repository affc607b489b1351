/* Laws as text, as the language writes them. */
#ifndef SJ_MODEL_EXPRESSION_H
#define SJ_MODEL_EXPRESSION_H

#include <stdbool.h>

#include "base/base.h"
#include "model/document.h"

/* Appends the expression. `canonical`: the same text for the same law (rates as means, constants as numbers, data by
 * their SHA-256); else close to what the file says. `resources` is for data files. */
void sj_expression_text(struct sj_resources *resources, const struct sj_value *value, bool canonical,
                        struct sj_text *text);

#endif
