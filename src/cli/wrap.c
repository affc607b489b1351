#include "cli/wrap.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 80 };

/* Columns, not bytes: of a character in UTF-8 only the first byte counts. */
static size_t columns(const char *text, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) count += ((unsigned char)text[i] & 0xc0) != 0x80;
  return count;
}

/* The words of text[0 ... length), from `*column` on; `*column` is 0 at the beginning of a line. */
static void fill(const char *text, size_t length, size_t indent, size_t *column, bool *first) {
  for (size_t at = 0; at < length;) {
    at += strspn(text + at, " ");
    size_t end = at;
    while (end < length && text[end] != ' ') end++;
    if (end > length) end = length;
    if (at >= length || end == at) break;
    const size_t width = columns(text + at, end - at);
    if (!*first && *column + 1 + width > WIDTH) {
      printf("\n%*s", (int)indent, "");
      *column = indent;
    } else if (!*first) {
      putchar(' ');
      ++*column;
    }
    printf("%.*s", (int)(end - at), text + at);
    *column += width;
    *first = false;
    at = end;
  }
}

void sj_print_wrapped(const char *text, size_t column, size_t indent) {
  bool first = true;
  fill(text, strlen(text), indent, &column, &first);
  putchar('\n');
}

void sj_print_paragraphs(const char *text) {
  size_t column = 0;
  bool first = true;
  while (*text) {
    const size_t length = strcspn(text, "\n");
    const bool verbatim = !strncmp(text, "Example:", 8);
    if (!length || verbatim) {
      if (!first) putchar('\n');
      if (verbatim)
        printf("%.*s\n", (int)length, text);
      else
        putchar('\n');
      column = 0;
      first = true;
    } else {
      fill(text, length, 0, &column, &first);
    }
    text += length + (text[length] == '\n');
  }
  if (!first) putchar('\n');
}
