/* Values of a model as `sojourn show MODEL` prints them. Functions with a `text` append to it. */
#ifndef SJ_MODEL_SHOW_VALUE_H
#define SJ_MODEL_SHOW_VALUE_H

#include "model/build.h"

/* A unit of the schema, with a blank before it: "time" becomes the model's unit. */
void sj_show_unit(const struct sj_model *model, const char *unit, struct sj_text *text);

/* A number with the fewest digits that read back; and a figure that follows from others, to four digits, for reading.
 */
void sj_show_number(double x, struct sj_text *text);
void sj_show_figure(double x, struct sj_text *text);

/* A law as the model has it, with its mean and what else is known of it. */
void sj_show_law(const struct sj_model *model, const struct sj_law *law, const char *unit, struct sj_text *text);

/* A field of a struct `source` that the schema describes, as a number; NAN if it is none. */
double sj_show_number_of(const struct sj_field_schema *field, const void *source);

/* One field of a struct `source` that the schema describes; `given`: the file has it. False if it has nothing to say.
 */
bool sj_show_field(const struct sj_model *model, const struct sj_field_schema *field, const void *source, bool given,
                   struct sj_text *text);

#endif
