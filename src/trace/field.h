/* Fields of a line of comma-separated values (RFC 4180, but a field ends on its line). */
#ifndef SJ_TRACE_FIELD_H
#define SJ_TRACE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A field of a line, without blanks around it and without its quotes (doubled ones inside stay). `next` is its comma,
 * or the end; NULL if a quote does not end, or if something follows it. */
struct sj_field {
  const char *text;
  size_t length;
  const char *next;
};

static inline const char *sj_skip_blanks(const char *p) {
  while (*p == ' ' || *p == '\t') p++;
  return p;
}

static inline struct sj_field sj_read_field(const char *p) {
  p = sj_skip_blanks(p);
  struct sj_field field = {.text = p};
  if (*p == '"') {
    field.text++;
    do {
      p = strchr(p + 1, '"');
      if (!p) return field;
    } while (p[1] == '"' && *++p);
    field.length = (size_t)(p - field.text);
    p = sj_skip_blanks(p + 1);
    if (*p == ',' || !*p) field.next = p;
    return field;
  }
  field.next = strchrnul(p, ',');
  field.length = (size_t)(field.next - p);
  while (field.length && (p[field.length - 1] == ' ' || p[field.length - 1] == '\t')) field.length--;
  return field;
}

static inline bool sj_field_is(const struct sj_field *field, const char *word) {
  return field->length == strlen(word) && (field->length == 0 || memcmp(field->text, word, field->length) == 0);
}

/* Editors of spreadsheets put a byte order mark first. */
static inline const char *sj_after_mark(const char *text) {
  return strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
}

#endif
