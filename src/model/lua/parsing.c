/* What the parser will cost.
 *
 * Lua's parser runs outside the budget and is quadratic in two things: it walks a list of jumps at each `and`, `or`,
 * `elseif`, and it looks each name up in all functions around it. This counts words before it begins. Words in comments
 * and strings count too: it is a bound. */
#include <ctype.h>
#include <string.h>

#include "model/lua/internal.h"

static bool is(const char *word, size_t length, const char *name) {
  return length == strlen(name) && memcmp(word, name, length) == 0;
}

uint64_t sj_lua_parser_steps(const char *text, size_t length) {
  uint64_t jumps = 0, functions = 1, words = 0;
  for (size_t i = 0; i < length;) {
    const size_t start = i;
    while (i < length && (isalnum((unsigned char)text[i]) || text[i] == '_')) i++;
    const size_t size = i - start;
    if (!size) {
      i++;
      continue;
    }
    words++;
    static const char *const jumping[] = {"and", "or", "elseif", "goto", "break"};
    for (size_t k = 0; k < sizeof jumping / sizeof *jumping; k++) jumps += is(text + start, size, jumping[k]);
    functions += is(text + start, size, "function");
  }
  /* 1 MiB of `a or` takes 43 s, of names in 150 functions with 190 locals each 20 s. */
  return jumps * jumps / 4 + words * (functions - 1) * 8;
}
