#include "model/resources.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/files.h"

struct opened_trace {
  char *file, *format;
  struct sj_trace_options options;
  struct sj_trace *trace;
  struct opened_trace *next;
};
struct opened_column {
  char *file, *column;
  double *values;
  size_t count;
  struct opened_column *next;
};
struct sj_resources {
  char **directories; /* ends with NULL */
  struct opened_trace *traces;
  struct opened_column *columns;
};

struct sj_resources *sj_resources_create(const char *const *directories) {
  struct sj_resources *const resources = sj_allocate(sizeof *resources);
  size_t count = 0;
  while (directories[count]) count++;
  resources->directories = sj_allocate_array(count + 1, sizeof *resources->directories);
  for (size_t i = 0; i < count; i++) resources->directories[i] = sj_copy_string(directories[i]);
  return resources;
}

void sj_resources_destroy(struct sj_resources *resources) {
  if (!resources) return;
  while (resources->traces) {
    struct opened_trace *const trace = resources->traces;
    resources->traces = trace->next;
    sj_trace_close(trace->trace);
    free(trace->file);
    free(trace->format);
    free(trace);
  }
  while (resources->columns) {
    struct opened_column *const column = resources->columns;
    resources->columns = column->next;
    free(column->file);
    free(column->column);
    free(column->values);
    free(column);
  }
  for (size_t i = 0; resources->directories[i]; i++) free(resources->directories[i]);
  free(resources->directories);
  free(resources);
}

static enum sj_status open_file(const struct sj_resources *resources, const char *file, int *descriptor,
                                struct sj_error *error) {
  if (!resources->directories[0]) return sj_error_set(error, SJ_FAILED, "data file `%s`: there is no folder", file);
  return sj_open_below("data file", file, (const char *const *)resources->directories, descriptor, error);
}

static bool same_bound(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static bool same_options(const struct sj_trace_options *a, const struct sj_trace_options *b) {
  const bool same_format = a->format && b->format ? !strcmp(a->format, b->format) : a->format == b->format;
  return same_format && same_bound(a->from, b->from) && same_bound(a->to, b->to) &&
         same_bound(a->unit_seconds, b->unit_seconds) && a->seed == b->seed;
}

enum sj_status sj_resources_trace(struct sj_resources *resources, const char *file,
                                  const struct sj_trace_options *options, const struct sj_trace **trace,
                                  struct sj_error *error) {
  for (const struct opened_trace *t = resources->traces; t; t = t->next) {
    if (strcmp(t->file, file) != 0 || !same_options(&t->options, options)) continue;
    *trace = t->trace;
    return SJ_OK;
  }
  int descriptor = -1;
  enum sj_status status = open_file(resources, file, &descriptor, error);
  if (status) return status;
  struct sj_trace *opened = NULL;
  status = sj_trace_open(descriptor, file, options, &opened, error);
  if (status) return status;
  struct opened_trace *const kept = sj_allocate(sizeof *kept);
  *kept = (struct opened_trace){.file = sj_copy_string(file),
                                .format = options->format ? sj_copy_string(options->format) : NULL,
                                .options = *options,
                                .trace = opened,
                                .next = resources->traces};
  kept->options.format = kept->format;
  resources->traces = kept;
  *trace = opened;
  return SJ_OK;
}

enum sj_status sj_resources_column(struct sj_resources *resources, const char *file, const char *column,
                                   const double **values, size_t *count, struct sj_error *error) {
  const struct opened_column *found = resources->columns;
  while (found && (strcmp(found->file, file) != 0 || strcmp(found->column, column) != 0)) found = found->next;
  if (!found) {
    int descriptor = -1;
    enum sj_status status = open_file(resources, file, &descriptor, error);
    if (status) return status;
    double *numbers = NULL;
    size_t length = 0;
    status = sj_read_column(descriptor, file, column, &numbers, &length, error);
    if (status) return status;
    struct opened_column *const kept = sj_allocate(sizeof *kept);
    *kept = (struct opened_column){.file = sj_copy_string(file),
                                   .column = sj_copy_string(column),
                                   .values = numbers,
                                   .count = length,
                                   .next = resources->columns};
    resources->columns = kept;
    found = kept;
  }
  *values = found->values;
  *count = found->count;
  return SJ_OK;
}
