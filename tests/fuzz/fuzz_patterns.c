/* The pattern matcher of the closed environment against the one of Lua's string library: same results, same complaints.
 * Input: two bytes for find's start and gsub's most, then subject, pattern and replacement, separated by bytes 255. */
#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lua/pattern_difference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next part of the input, up to a byte 255, at most `most` bytes of it. */
static const char *take(const uint8_t **data, size_t *size, size_t most, size_t *length) {
  const char *const start = (const char *)*data;
  const uint8_t *const end = *size ? memchr(*data, 255, *size) : NULL;
  const size_t whole = end ? (size_t)(end - *data) : *size;
  *data += whole + (end ? 1 : 0);
  *size -= whole + (end ? 1 : 0);
  *length = whole < most ? whole : most;
  return start;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  /* Made once: what a case leaves behind must not matter to the next. */
  static struct sj_lua *environment;
  static lua_State *stock;
  if (!stock && (!(stock = stock_create()) || sj_lua_create(NULL, &environment, NULL))) abort();
  if (size < 2) return 0;
  struct pattern_case c = {.start = (int8_t)data[0], .most = data[1] & 15};
  data += 2;
  size -= 2;
  c.subject = take(&data, &size, 64, &c.subject_length);
  c.pattern = take(&data, &size, 64, &c.pattern_length);
  c.replacement = take(&data, &size, 16, &c.replacement_length);
  size_t left_out = 0;
  char *const difference = pattern_difference(environment, stock, &c, 200000, &left_out);
  if (difference) {
    fprintf(stderr, "%s\n", difference);
    abort();
  }
  return 0;
}
