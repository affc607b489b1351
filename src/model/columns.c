/* One column of a csv file, for empirical distributions. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "model/resources.h"
#include "trace/number.h"
#include "trace/source.h"

enum { MOST_NAMES = 64, MOST_MESSAGES = 20 };
static const size_t most_values = 100000000;

/* The field that begins at `p`, without quotes and blanks around it, ended by a zero; returns what follows its comma,
 * NULL if it was the last. */
static char *cut_field(char *p, char **field) {
  while (*p == ' ' || *p == '\t') p++;
  char *end;
  if (*p == '"') {
    *field = ++p;
    end = strchr(p, '"');
    if (!end) end = p + strlen(p);
    p = *end ? end + 1 : end;
    p = strchrnul(p, ',');
  } else {
    *field = p;
    p = end = strchrnul(p, ',');
    while (end > *field && (end[-1] == ' ' || end[-1] == '\t')) end--;
  }
  const bool more = *p == ',';
  *end = 0;
  return more ? p + 1 : NULL;
}

static bool find_column(char *header, const char *column, size_t *index, struct sj_error *error, const char *file) {
  const char *names[MOST_NAMES + 1];
  size_t count = 0;
  if (strlen(header) > 3 && !memcmp(header, "\xef\xbb\xbf", 3)) header += 3;
  size_t i = 0;
  for (char *p = header; p; i++) {
    char *name;
    p = cut_field(p, &name);
    if (!strcmp(name, column)) {
      *index = i;
      return true;
    }
    if (count < MOST_NAMES) names[count++] = name;
  }
  names[count] = NULL;
  const char *const nearest = sj_nearest(column, names);
  if (nearest)
    sj_error_add(error, "%s:1: the header has no column `%s`; did you mean `%s`?", file, column, nearest);
  else
    sj_error_add(error, "%s:1: the header has no column `%s`", file, column);
  return false;
}

static bool parse_number(char *line, size_t index, double *value, const char **got) {
  char *p = line, *field = NULL;
  for (size_t i = 0; i <= index; i++) {
    if (!p) {
      *got = "no such field";
      return false;
    }
    p = cut_field(p, &field);
  }
  *got = field;
  struct sj_decimal decimal;
  const char *const end = sj_scan_decimal(field, &decimal);
  if (!end || *end) return false;
  *value = sj_decimal_value(&decimal);
  return *value < 1e300 && *value > -1e300;
}

struct column {
  double *values;
  size_t count, capacity, index, wrong;
  bool has_header;
};

static void take_line(struct column *column, const struct sj_source *source, struct sj_source_line *line,
                      const char *file, struct sj_error *error) {
  if (!line->text) {
    sj_error_add(error, "%s:%llu: the line is too long", file, (unsigned long long)source->line_number);
    column->wrong++;
    return;
  }
  double value;
  const char *got = "a zero byte";
  const bool has_zero_byte = strlen(line->text) != line->length;
  if (has_zero_byte || !parse_number(line->text, column->index, &value, &got)) {
    char quoted[SJ_QUOTED];
    sj_error_add(error, "%s:%llu: expected a number, got %s", file, (unsigned long long)source->line_number,
                 sj_quote(got, strlen(got), quoted));
    column->wrong++;
    return;
  }
  if (column->count == column->capacity) {
    column->capacity = column->capacity ? 2 * column->capacity : 1024;
    column->values = sj_reallocate_array(column->values, column->capacity, sizeof *column->values);
  }
  column->values[column->count++] = value;
}

static bool is_blank(const struct sj_source_line *line) {
  return line->text && !line->text[strspn(line->text, " \t")] && strlen(line->text) == line->length;
}

static enum sj_status read_lines(struct sj_source *source, const char *file, const char *name, struct column *column,
                                 struct sj_error *error) {
  for (;;) {
    struct sj_source_line line;
    bool more;
    const enum sj_status status = sj_source_next(source, &line, &more, error);
    if (status) return status;
    if (!more) break;
    if (is_blank(&line)) continue;
    if (!column->has_header) {
      if (!line.text || !find_column(line.text, name, &column->index, error, file)) return SJ_INVALID;
      column->has_header = true;
      continue;
    }
    take_line(column, source, &line, file, error);
    if (column->wrong == MOST_MESSAGES) return SJ_INVALID;
    if (column->count == most_values) return sj_error_set(error, SJ_INVALID, "%s: more than 10^8 lines", file);
  }
  if (column->wrong) return SJ_INVALID;
  if (!column->count) return sj_error_set(error, SJ_INVALID, "%s: there are no numbers in it", file);
  return SJ_OK;
}

enum sj_status sj_read_column(int fd, const char *file, const char *column, double **values, size_t *count,
                              struct sj_error *error) {
  struct sj_error own;
  if (!error) error = &own;
  error->message[0] = 0;
  struct stat identity;
  struct sj_source *source = NULL;
  struct column read = {0};
  enum sj_status status = fstat(fd, &identity) ? sj_error_set(error, SJ_FAILED, "%s: it cannot be read", file)
                                               : sj_source_create(fd, file, &identity, &source, error);
  if (source) status = read_lines(source, file, column, &read, error);
  sj_source_destroy(source);
  close(fd);
  if (status) {
    free(read.values);
    return status;
  }
  *values = read.values;
  *count = read.count;
  return SJ_OK;
}
