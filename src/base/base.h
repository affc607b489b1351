/* Small things every folder needs: memory that cannot fail quietly, growing strings, the nearest known name. */
#ifndef SJ_BASE_BASE_H
#define SJ_BASE_BASE_H

#include <stddef.h>
#include <stdint.h>

/* malloc, calloc, realloc and strdup that end the program with a message when memory runs out. For small, bounded
 * amounts (names, tables of components); what grows with the user's data uses plain malloc and reports SJ_NO_MEMORY. */
void *sj_allocate(size_t size);                     /* zeroed */
void *sj_allocate_array(size_t count, size_t size); /* zeroed; checks the product */
void *sj_reallocate_array(void *p, size_t count, size_t size);
char *sj_copy_string(const char *s);
char *sj_format(const char *format, ...) __attribute__((format(printf, 1, 2))); /* a new string */

/* A growing string. Zero-initialize; `data` is NULL while empty, else terminated; free(data) ends it. */
struct sj_text {
  char *data;
  size_t length, capacity;
};
void sj_text_add(struct sj_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sj_text_add_bytes(struct sj_text *t, const char *bytes, size_t length);
/* A field of a CSV row, quoted where RFC 4180 wants that; and a number in its shortest exact notation, a NAN as
 * nothing.
 */
void sj_text_add_csv(struct sj_text *t, const char *field);
void sj_text_add_csv_number(struct sj_text *t, double x);

/* The fewest digits that read back as exactly `x`, with an exponent only below 1e-4 and from 1e15 on ("0.1", "10000",
 * "1e+30", "inf", "nan"), into a buffer of 32 bytes; returns it. */
const char *sj_number_text(double x, char buffer[32]);
/* Up to ten digits of it, whole numbers without an exponent: for a length of time in a heading. */
const char *sj_length_text(double x, char buffer[32]);

/* The candidate nearest to `name` by edits (Damerau-Levenshtein, at most a third of its length, at least one), or NULL.
 * The list ends with NULL. Ties: the first. */
const char *sj_nearest(const char *name, const char *const *candidates);

/* SHA-256 of `length` bytes as 64 hexadecimal digits and a zero. */
void sj_sha256_hex(const void *data, size_t length, char hex[65]);

#endif
