/* Our pattern matcher against Lua's own: a list of cases that are known to be delicate, and random ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>

#include "base/base.h"
#include "pattern_difference.h"
#include "random/stream.h"

struct both {
  struct sj_lua *environment;
  lua_State *stock;
};

static int open_both(void **state) {
  struct both *const both = sj_allocate(sizeof *both);
  both->stock = stock_create();
  *state = both;
  return both->stock && sj_lua_create(NULL, &both->environment, NULL) == SJ_OK ? 0 : -1;
}

static int close_both(void **state) {
  struct both *const both = *state;
  sj_lua_destroy(both->environment);
  lua_close(both->stock);
  free(both);
  return 0;
}

static void check(struct both *both, const struct pattern_case *c, size_t *left_out) {
  char *const difference = pattern_difference(both->environment, both->stock, c, 200000, left_out);
  if (difference) print_error("%s\n", difference);
  const bool same = !difference;
  free(difference);
  assert_true(same);
}

/* Subject and pattern; both may hold zero bytes, which are written \1 here. */
static const char *const delicate[][2] = {
    {"", ""},
    {"abc", ""},
    {"", "^$"},
    {"abc", "^"},
    {"abc", "$"},
    {"a$c", "$c"},
    {"a$c", "a$"},
    {"a^c", "^^"},
    {"^abc", "^^a"},
    {"aaa", "a-"},
    {"aaa", "a-$"},
    {"aaa", "^a-$"},
    {"aaab", "a*b"},
    {"aaab", "a+a"},
    {"ab", "a?b?c?"},
    {"a.b", "%."},
    {"a%b", "%%"},
    {"a]b", "[]]"},
    {"a]b", "[^]]"},
    {"a-b", "[a-]"},
    {"a-b", "[-a]"},
    {"a-b", "[a%-b]"},
    {"a^b", "[a^]"},
    {"b", "[^a]"},
    {"m", "[a-z]"},
    {"-", "[%a-z]"},
    {"z", "[%a-z]"},
    {"]", "[a-]]"},
    {"a", "[a-"},
    {"a", "[a"},
    {"a", "["},
    {"a", "[^"},
    {"a", "[]"},
    {"a", "[^]"},
    {"a", "[%"},
    {"a", "[%]"},
    {"a", "%"},
    {"b", "a%"},
    {"abc", "(a)(b)(c)"},
    {"abc", "((a)(b))"},
    {"abc", "()b()"},
    {"abc", "(a"},
    {"abc", "a)"},
    {"abc", "(()"},
    {"abab", "(ab)%1"},
    {"abab", "(a)%2"},
    {"abab", "(a%1)"},
    {"aa", "(a)%0"},
    {"a", "%1"},
    {"x", "()%1"},
    {"f(a(b)c)d", "%b()"},
    {"((", "%b()"},
    {"x", "%b"},
    {"x", "%bx"},
    {"xx", "%bxx"},
    {"", "%bxy"},
    {"\1a\1", "%b\1\1"},
    {"THE (quick) fox", "%f[%a]%a+"},
    {"THE (quick) fox", "%f[%A]"},
    {"x", "%f"},
    {"x", "%fa"},
    {"x", "%f["},
    {"foo", "%f[\1]"},
    {"foo", "%f[^\1]"},
    {"hello", "%f[%z]"},
    {"a\1b", "%z"},
    {"a\1b", "[%z]"},
    {"a\1b", "a\1b"},
    {"a\1b", "[\1]"},
    {"a b", "%S+"},
    {"a_b", "%W"},
    {"a1", "%D%d"},
    {"aB", "%l%u"},
    {"\177\200", "%c%C"},
    {"x1F", "%x+"},
    {"!a", "%p%P"},
    {"a\tb", "%s"},
    {"a b", "%g%G"},
    {"caf\303\251", "%a+"},
    {"\377", "[\200-\377]"},
    {"aXb", "%u"},
    {"a", "%q"},
    {"q", "%q"},
    {"Q", "%Q"},
    {"a*", "a%*"},
    {"*", "*"},
    {"**", "**"},
    {"+", "^+"},
    {"??", "??"},
    {"-", "-"},
    {"a--", "a--"},
    {"aaa", "a-a-a-"},
    {"  trim  ", "^%s*(.-)%s*$"},
    {"key = value", "(%w+)%s*=%s*(%w+)"},
    {"2024-01-31", "(%d+)-(%d+)-(%d+)"},
    {"((a", "%(+"},
    {"abc", ".-b"},
    {"abc", "(.-)(b)"},
    {"x", "(.)(.?)"},
    {"abcd", "()()()()"},
    {"aaaa", "(a*(.)%w(%s*))"},
    {"a", "(((((((((((((((((((((((((((((((((a"},
    {"a", "()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()"},
};

static void test_delicate(void **state) {
  struct both *const both = *state;
  static const char *const replacements[] = {"", "x", "%0", "%1", "%2", "%%", "%", "%x", "<%1%0>", "%9"};
  size_t left_out = 0;
  for (size_t i = 0; i < sizeof delicate / sizeof *delicate; i++) {
    char *const subject = sj_copy_string(delicate[i][0]);
    char *const pattern = sj_copy_string(delicate[i][1]);
    struct pattern_case c = {
        .subject = subject, .pattern = pattern, .subject_length = strlen(subject), .pattern_length = strlen(pattern)};
    for (char *p = subject; *p; p++)
      if (*p == 1) *p = 0;
    for (size_t k = 0; k < c.pattern_length; k++)
      if (pattern[k] == 1) pattern[k] = 0;
    for (size_t k = 0; k < sizeof replacements / sizeof *replacements; k++) {
      c.replacement = replacements[k];
      c.replacement_length = strlen(c.replacement);
      c.most = (lua_Integer)k - 2;
      for (c.start = -4; c.start <= 5; c.start++) check(both, &c, &left_out);
    }
    free(subject);
    free(pattern);
  }
  assert_int_equal(left_out, 0);
}

/* As deep as the stock matcher goes, and one deeper. */
static void test_depth(void **state) {
  struct both *const both = *state;
  size_t left_out = 0;
  static const char *const items[] = {"a?", "a*", "a-", "()", "x?", "x*", "x-", "(a", "a+"};
  char pattern[1024], subject[512];
  memset(subject, 'a', sizeof subject);
  for (size_t i = 0; i < sizeof items / sizeof *items; i++)
    for (size_t count = 30; count <= 220; count += count < 195 ? 33 : 1) {
      pattern[0] = 0;
      for (size_t k = 0; k < count; k++) strcat(pattern, items[i]);
      for (size_t length = 0; length <= sizeof subject; length += 256) {
        const struct pattern_case c = {.subject = subject,
                                       .subject_length = length,
                                       .pattern = pattern,
                                       .pattern_length = strlen(pattern),
                                       .replacement = "%1",
                                       .replacement_length = 2,
                                       .start = 1,
                                       .most = 1};
        check(both, &c, &left_out);
      }
    }
}

static size_t random_subject(struct sj_stream *stream, char *out, size_t most) {
  static const char alphabet[] = "aaabbc01 _.%]^-$(xX\n\0\303\377";
  const size_t length = sj_stream_below(stream, most + 1);
  for (size_t i = 0; i < length; i++) out[i] = alphabet[sj_stream_below(stream, sizeof alphabet - 1)];
  return length;
}

/* Patterns that mostly make sense: pieces of the grammar, sometimes a stray byte. */
static size_t random_pattern(struct sj_stream *stream, char *out, size_t most) {
  static const char *const pieces[] = {
      "a",      "b",  ".",    "a",    "b",     ".",     "%a",    "%d",    "%s",   "%w",   "%A",     "%S",
      "%p",     "%x", "[ab]", "[^a]", "[%a_]", "[a-c]", "[0-9]", "[^%s]", "[]a]", "[a-]", "%.",     "%%",
      "%]",     "(",  ")",    "(",    ")",     "()",    "%1",    "%2",    "%b()", "%bab", "%f[%w]", "%f[%W]",
      "%f[%z]", "^",  "$",    "[",    "]",     "%",     "-",     "*",     "\303", "%z"};
  static const char suffixes[] = "*+-?*-";
  size_t length = 0;
  if (sj_stream_below(stream, 5) == 0) out[length++] = '^';
  const size_t wanted = 1 + sj_stream_below(stream, 7);
  for (size_t i = 0; i < wanted && length + 8 < most; i++) {
    if (sj_stream_below(stream, 40) == 0) {
      out[length++] = (char)sj_stream_below(stream, 256);
      continue;
    }
    const char *const piece = pieces[sj_stream_below(stream, sizeof pieces / sizeof *pieces)];
    memcpy(out + length, piece, strlen(piece));
    length += strlen(piece);
    if (sj_stream_below(stream, 3) == 0) out[length++] = suffixes[sj_stream_below(stream, sizeof suffixes - 1)];
  }
  if (sj_stream_below(stream, 6) == 0) out[length++] = '$';
  return length;
}

static void test_random(void **state) {
  struct both *const both = *state;
  static const char *const replacements[] = {"<%0>", "%1", "x", "%2%1", "%%", "", "%3"};
  struct sj_stream stream;
  sj_stream_seed(&stream, sj_stream_key(1, 0, "patterns", "test"), 0);
  char subject[32], pattern[128];
  size_t left_out = 0;
  enum { CASES = 20000 };
  for (int i = 0; i < CASES; i++) {
    struct pattern_case c = {.subject = subject, .pattern = pattern};
    c.subject_length = random_subject(&stream, subject, sizeof subject);
    c.pattern_length = random_pattern(&stream, pattern, sizeof pattern);
    c.replacement = replacements[sj_stream_below(&stream, sizeof replacements / sizeof *replacements)];
    c.replacement_length = strlen(c.replacement);
    c.start = (lua_Integer)sj_stream_below(&stream, 12) - 4;
    c.most = (lua_Integer)sj_stream_below(&stream, 6) - 1;
    check(both, &c, &left_out);
  }
  /* Nearly all must have been compared. */
  assert_true(left_out < CASES / 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_delicate, open_both, close_both),
      cmocka_unit_test_setup_teardown(test_depth, open_both, close_both),
      cmocka_unit_test_setup_teardown(test_random, open_both, close_both),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
