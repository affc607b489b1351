/* Paths: "web.arrivals.rate", "api.apis.insert.rate", "web.retries", "db.admission[2].rate", "run.duration",
 * "fault[1].lasts". A path leads from a component (or `run`, `model`, a numbered fault) through fields and, by number
 * from 1, items of lists to a value. A field at its default that the file does not write has a path too; a number
 * inside distribution arithmetic has none. In an api written as a table, the fields of its `work` can be named
 * directly. */
#ifndef SJ_MODEL_PATH_H
#define SJ_MODEL_PATH_H

#include "model/document.h"
#include "model/schema.h"
#include "sojourn/status.h"

/* What a path leads to. */
struct sj_path_target {
  struct sj_value value;               /* SJ_VALUE_NONE: a field that is not written */
  const struct sj_field_schema *field; /* NULL for an item, or a field of a table without a schema */
  const char *unit; /* as field schemas have it; of what a distribution is made of, that of what it is drawn for ("" is
                       a plain number); NULL: not known */
};

/* SJ_INVALID if the path exists nowhere, with the nearest one that does; the message has no place. */
enum sj_status sj_path_find(const struct sj_document *document, const char *path, struct sj_path_target *target,
                            struct sj_error *error);

/* Puts `value` there: the nodes on the way are copied, what is not on it stays shared. Setting one of two fields that
 * stand for each other (rate, mean) removes the other. */
enum sj_status sj_path_set(struct sj_document *document, const char *path, struct sj_value value,
                           struct sj_error *error);

/* Multiplies what is there by `factor`: a number, a distribution, or the default of a field that is not written. */
enum sj_status sj_path_scale(struct sj_document *document, const char *path, double factor, const char *origin,
                             int line, struct sj_error *error);

#endif
