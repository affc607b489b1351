#include "base/base.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <sha2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p) {
  if (p) return p;
  static const char message[] = "sojourn: out of memory\n";
  fwrite(message, 1, sizeof message - 1, stderr);
  abort();
}

void *sj_allocate(size_t size) { return checked(calloc(1, size ? size : 1)); }

void *sj_allocate_array(size_t count, size_t size) { return checked(calloc(count ? count : 1, size)); }

void *sj_reallocate_array(void *p, size_t count, size_t size) {
  return checked(reallocarray(p, count ? count : 1, size));
}

char *sj_copy_string(const char *s) { return checked(strdup(s)); }

char *sj_format(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *result = NULL;
  if (vasprintf(&result, format, arguments) < 0) result = NULL;
  va_end(arguments);
  return checked(result);
}

static void reserve(struct sj_text *t, size_t more) {
  if (t->length + more + 1 <= t->capacity) return;
  size_t capacity = t->capacity ? t->capacity : 64;
  while (capacity < t->length + more + 1) capacity *= 2;
  t->data = sj_reallocate_array(t->data, capacity, 1);
  t->capacity = capacity;
}

void sj_text_add_bytes(struct sj_text *t, const char *bytes, size_t length) {
  reserve(t, length);
  memcpy(t->data + t->length, bytes, length);
  t->length += length;
  t->data[t->length] = 0;
}

void sj_text_add(struct sj_text *t, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length >= 0) {
    reserve(t, (size_t)length);
    vsnprintf(t->data + t->length, (size_t)length + 1, format, again);
    t->length += (size_t)length;
  }
  va_end(again);
}

void sj_text_add_csv(struct sj_text *t, const char *field) {
  if (!strpbrk(field, ",\"\r\n")) {
    sj_text_add(t, "%s", field);
    return;
  }
  sj_text_add_bytes(t, "\"", 1);
  for (; *field; field++) {
    if (*field == '"') sj_text_add_bytes(t, "\"", 1);
    sj_text_add_bytes(t, field, 1);
  }
  sj_text_add_bytes(t, "\"", 1);
}

void sj_text_add_csv_number(struct sj_text *t, double x) {
  char number[32];
  sj_text_add(t, "%s", isnan(x) ? "" : sj_number_text(x, number));
}

const char *sj_number_text(double x, char buffer[32]) {
  /* %g drops trailing zeros, so 15 digits give the shortest text of every normal number that has one of up to 15. */
  for (int digits = fabs(x) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
    snprintf(buffer, 32, "%.*g", digits, x);
    if (isnan(x) || strtod(buffer, NULL) == x) break;
  }
  return buffer;
}

const char *sj_length_text(double x, char buffer[32]) {
  snprintf(buffer, 32, "%.10g", x);
  return buffer;
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one each; case does not
 * count. */
static size_t distance(const char *a, const char *b) {
  enum { LIMIT = 64 };
  const size_t n = strlen(a), m = strlen(b);
  if (n > LIMIT || m > LIMIT) return SIZE_MAX;
  size_t rows[3][LIMIT + 1];
  size_t *before = rows[0], *previous = rows[1], *current = rows[2];
  for (size_t j = 0; j <= m; j++) previous[j] = j;
  for (size_t i = 1; i <= n; i++) {
    current[0] = i;
    for (size_t j = 1; j <= m; j++) {
      const int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
      size_t best = previous[j - 1] + (x != y);
      if (previous[j] + 1 < best) best = previous[j] + 1;
      if (current[j - 1] + 1 < best) best = current[j - 1] + 1;
      if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) && tolower((unsigned char)a[i - 2]) == y &&
          before[j - 2] + 1 < best)
        best = before[j - 2] + 1;
      current[j] = best;
    }
    size_t *const spare = before;
    before = previous;
    previous = current;
    current = spare;
  }
  return previous[m];
}

const char *sj_nearest(const char *name, const char *const *candidates) {
  const char *best = NULL;
  const size_t length = strlen(name);
  size_t limit = length / 3 > 1 ? length / 3 : 1;
  for (; *candidates; candidates++) {
    const size_t d = distance(name, *candidates);
    if (d > limit || (best && d == limit)) continue;
    best = *candidates;
    limit = d;
  }
  return best;
}

void sj_sha256_hex(const void *data, size_t length, char hex[65]) {
  SHA2_CTX context;
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Init(&context);
  SHA256Update(&context, data, length);
  SHA256Final(digest, &context);
  for (size_t i = 0; i < sizeof digest; i++) snprintf(hex + 2 * i, 3, "%02x", (unsigned)digest[i]);
}
