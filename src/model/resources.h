/* The data files of a model: recordings and columns of numbers, each opened once however often it is named. */
#ifndef SJ_MODEL_RESOURCES_H
#define SJ_MODEL_RESOURCES_H

#include <stddef.h>

#include "sojourn/status.h"
#include "trace/trace.h"

struct sj_resources;

/* `directories`: where files may lie, ending with NULL; none at all means that no file can be opened. Copied. */
struct sj_resources *sj_resources_create(const char *const *directories);
void sj_resources_destroy(struct sj_resources *resources); /* and all that was opened; NULL is fine */

/* The recording `file` read as `options` say. It stays the resources'. Errors as sj_open_below and sj_trace_open, named
 * by the file. */
enum sj_status sj_resources_trace(struct sj_resources *resources, const char *file,
                                  const struct sj_trace_options *options, const struct sj_trace **trace,
                                  struct sj_error *error);

/* The numbers in the column `column` of the csv file `file` (a header, then lines; gzip is recognized). They stay the
 * resources'. SJ_INVALID: no such column (with the nearest), a field that is no number, no lines; SJ_FAILED: it cannot
 * be read. */
enum sj_status sj_resources_column(struct sj_resources *resources, const char *file, const char *column,
                                   const double **values, size_t *count, struct sj_error *error);

/* "FILE:LINE: header lacks ..." from `fd`, which is closed. `*values` is the caller's to free. In columns.c. */
enum sj_status sj_read_column(int fd, const char *file, const char *column, double **values, size_t *count,
                              struct sj_error *error);

#endif
