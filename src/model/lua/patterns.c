/* string.find, match, gmatch and gsub: Lua's patterns by a matcher that pays for its steps.
 *
 * The stock matcher backtracks inside one C function, where no hook runs: (("a"):rep(1e5)):find(".-b") takes minutes.
 * This one tries the same alternatives in the same order (Lua 5.4 reference manual, 6.4.1), up to the same depth, and
 * so gives the same results and complaints; each character that it looks at is a step of the budget. */
#include <ctype.h>
#include <lauxlib.h>
#include <string.h>

#include "model/lua/internal.h"

enum {
  ESCAPE = '%',
  MOST_CAPTURES = 32,
  MOST_NESTED = 200, /* calls of `match` inside each other, as the stock library allows */
  UNFINISHED = -1,   /* length of a capture that is still open */
  POSITION = -2      /* length of a capture () that is a position */
};

struct capture {
  ptrdiff_t start; /* in the subject */
  ptrdiff_t length;
};

struct matcher {
  lua_State *L;
  struct budget *budget;
  const char *subject, *subject_end;
  const char *pattern_end;
  int nesting_left;
  int capture_count;
  struct capture captures[MOST_CAPTURES];
};

static const char *match(struct matcher *m, const char *s, const char *p);

static inline void step(struct matcher *m, int64_t steps) {
  m->budget->left -= steps;
  if (m->budget->left <= 0) sj_lua_charge(m->L, 1);
}

static inline int byte_at(const char *s) { return (unsigned char)*s; }

/* ---- One character ---- */

static const char *end_of_set(struct matcher *m, const char *p) {
  if (*p == '^') p++;
  bool first = true;
  for (; first || *p != ']'; first = false) {
    step(m, 1);
    if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (missing ']')");
    if (*p++ == ESCAPE && p < m->pattern_end) p++;
  }
  return p + 1;
}

/* The end of the single-character item at `p`. */
static const char *end_of_item(struct matcher *m, const char *p) {
  const char c = *p++;
  if (c == '[') return end_of_set(m, p);
  if (c != ESCAPE) return p;
  if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (ends with '%%')");
  return p + 1;
}

static bool in_class(int c, int class) {
  bool is;
  switch (tolower(class)) {
    case 'a':
      is = isalpha(c);
      break;
    case 'c':
      is = iscntrl(c);
      break;
    case 'd':
      is = isdigit(c);
      break;
    case 'g':
      is = isgraph(c);
      break;
    case 'l':
      is = islower(c);
      break;
    case 'p':
      is = ispunct(c);
      break;
    case 's':
      is = isspace(c);
      break;
    case 'u':
      is = isupper(c);
      break;
    case 'w':
      is = isalnum(c);
      break;
    case 'x':
      is = isxdigit(c);
      break;
    case 'z': /* undocumented since Lua 5.2, but there */
      is = c == 0;
      break;
    default:
      return class == c;
  }
  return isupper(class) ? !is : is;
}

/* The set from its '[' at `p` to its ']' at `last`. */
static bool in_set(struct matcher *m, int c, const char *p, const char *last) {
  bool wanted = true;
  if (*++p == '^') {
    wanted = false;
    p++;
  }
  for (; p < last; p++) {
    step(m, 1);
    if (*p == ESCAPE) {
      p++;
      if (in_class(c, byte_at(p))) return wanted;
    } else if (p[1] == '-' && p + 2 < last) {
      if (byte_at(p) <= c && c <= byte_at(p + 2)) return wanted;
      p += 2;
    } else if (byte_at(p) == c) {
      return wanted;
    }
  }
  return !wanted;
}

/* Whether the character at `s` is one that the item from `p` to `end` stands for. */
static bool fits(struct matcher *m, const char *s, const char *p, const char *end) {
  step(m, 1);
  if (s >= m->subject_end) return false;
  switch (*p) {
    case '.':
      return true;
    case ESCAPE:
      return in_class(byte_at(s), byte_at(p + 1));
    case '[':
      return in_set(m, byte_at(s), p, end - 1);
    default:
      return *p == *s;
  }
}

/* ---- What is made of several ---- */

/* `p` is behind "%b". */
static const char *match_balanced(struct matcher *m, const char *s, const char *p) {
  if (m->pattern_end - p < 2) luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
  if (s >= m->subject_end || *s != p[0]) return NULL;
  size_t open = 1;
  while (++s < m->subject_end) {
    step(m, 1);
    if (*s == p[1]) {
      if (--open == 0) return s + 1;
    } else if (*s == p[0]) {
      open++;
    }
  }
  return NULL;
}

/* `p` is at the set of a "%f". */
static bool at_frontier(struct matcher *m, const char *s, const char *p, const char *end) {
  const int before = s == m->subject ? 0 : byte_at(s - 1);
  const int after = s < m->subject_end ? byte_at(s) : 0;
  return !in_set(m, before, p, end - 1) && in_set(m, after, p, end - 1);
}

static const char *match_capture_again(struct matcher *m, const char *s, int digit) {
  const int index = digit - '1';
  if (index < 0 || index >= m->capture_count || m->captures[index].length == UNFINISHED)
    luaL_error(m->L, "invalid capture index %%%d", index + 1);
  const struct capture *const capture = &m->captures[index];
  if (capture->length < 0 || m->subject_end - s < capture->length) return NULL;
  step(m, 1 + capture->length / 16);
  return memcmp(m->subject + capture->start, s, (size_t)capture->length) == 0 ? s + capture->length : NULL;
}

static const char *open_capture(struct matcher *m, const char *s, const char *p, ptrdiff_t length) {
  if (m->capture_count >= MOST_CAPTURES) luaL_error(m->L, "too many captures");
  m->captures[m->capture_count++] = (struct capture){s - m->subject, length};
  const char *const end = match(m, s, p);
  if (!end) m->capture_count--;
  return end;
}

static const char *close_capture(struct matcher *m, const char *s, const char *p) {
  int index = m->capture_count - 1;
  while (index >= 0 && m->captures[index].length != UNFINISHED) index--;
  if (index < 0) luaL_error(m->L, "invalid pattern capture");
  m->captures[index].length = s - m->subject - m->captures[index].start;
  const char *const end = match(m, s, p);
  if (!end) m->captures[index].length = UNFINISHED;
  return end;
}

/* As many as fit, then fewer; `end` is at the '*' or '+'. */
static const char *match_longest(struct matcher *m, const char *s, const char *p, const char *end) {
  const char *last = s;
  while (fits(m, last, p, end)) last++;
  for (; last >= s; last--) {
    const char *const result = match(m, last, end + 1);
    if (result) return result;
  }
  return NULL;
}

static const char *match_shortest(struct matcher *m, const char *s, const char *p, const char *end) {
  for (;; s++) {
    const char *const result = match(m, s, end + 1);
    if (result || !fits(m, s, p, end)) return result;
  }
}

/* An item and the suffix after it. Sets *next to where the pattern goes on at the place returned, or to NULL if the
 * result is that of the whole rest already. */
static const char *match_item(struct matcher *m, const char *s, const char *p, const char **next) {
  const char *const end = end_of_item(m, p);
  const char suffix = end < m->pattern_end ? *end : 0;
  *next = NULL;
  if (!fits(m, s, p, end)) {
    if (suffix != '*' && suffix != '-' && suffix != '?') return NULL;
    *next = end + 1;
    return s;
  }
  switch (suffix) {
    case '*':
      return match_longest(m, s, p, end);
    case '+':
      return match_longest(m, s + 1, p, end);
    case '-':
      return match_shortest(m, s, p, end);
    case '?': {
      const char *const result = match(m, s + 1, end + 1);
      if (!result) *next = end + 1;
      return result ? result : s;
    }
    default:
      *next = end;
      return s + 1;
  }
}

/* What begins with '%' and is more than an item. Sets *next as match_item does; false if it is an item after all. */
static bool match_escape(struct matcher *m, const char **s, const char *p, const char **next) {
  const int kind = p + 1 < m->pattern_end ? p[1] : 0;
  *next = NULL;
  if (kind == 'b') {
    *s = match_balanced(m, *s, p + 2);
    if (*s) *next = p + 4;
  } else if (kind == 'f') {
    p += 2;
    if (p >= m->pattern_end || *p != '[') luaL_error(m->L, "missing '[' after '%%f' in pattern");
    const char *const end = end_of_item(m, p);
    if (at_frontier(m, *s, p, end))
      *next = end;
    else
      *s = NULL;
  } else if (isdigit(kind)) {
    *s = match_capture_again(m, *s, kind);
    if (*s) *next = p + 2;
  } else {
    return false;
  }
  return true;
}

/* The end of the match of the pattern from `p` on at `s`, or NULL. */
static const char *match(struct matcher *m, const char *s, const char *p) {
  if (m->nesting_left-- == 0) luaL_error(m->L, "pattern too complex");
  while (p && p != m->pattern_end) {
    step(m, 1);
    if (*p == '(') {
      const bool position = p + 1 < m->pattern_end && p[1] == ')';
      s = open_capture(m, s, p + (position ? 2 : 1), position ? POSITION : UNFINISHED);
      break;
    }
    if (*p == ')') {
      s = close_capture(m, s, p + 1);
      break;
    }
    if (*p == '$' && p + 1 == m->pattern_end) {
      if (s != m->subject_end) s = NULL;
      break;
    }
    const char *next;
    if (*p != ESCAPE || !match_escape(m, &s, p, &next)) s = match_item(m, s, p, &next);
    p = s ? next : NULL;
  }
  m->nesting_left++;
  return s;
}

/* ---- Results ---- */

static void prepare(struct matcher *m, lua_State *L, const char *subject, size_t length, const char *pattern,
                    size_t pattern_length) {
  *m = (struct matcher){.L = L,
                        .budget = &sj_lua_of(L)->budget,
                        .subject = subject,
                        .subject_end = subject + length,
                        .pattern_end = pattern + pattern_length};
}

static const char *attempt(struct matcher *m, const char *s, const char *p) {
  if (!s) __builtin_unreachable(); /* so that static analysis knows */
  m->nesting_left = MOST_NESTED;
  m->capture_count = 0;
  return match(m, s, p);
}

/* Pushes a capture; without any the whole match, from `s` to `end`, is the first. */
static void push_capture(struct matcher *m, int index, const char *s, const char *end) {
  if (index >= m->capture_count) {
    if (index != 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
    lua_pushlstring(m->L, s, (size_t)(end - s));
    return;
  }
  const struct capture *const capture = &m->captures[index];
  if (capture->length == UNFINISHED) luaL_error(m->L, "unfinished capture");
  if (capture->length == POSITION)
    lua_pushinteger(m->L, capture->start + 1);
  else
    lua_pushlstring(m->L, m->subject + capture->start, (size_t)capture->length);
}

/* All captures; the whole match if there is none and `s` is not NULL. */
static int push_captures(struct matcher *m, const char *s, const char *end) {
  const int count = m->capture_count == 0 && s ? 1 : m->capture_count;
  luaL_checkstack(m->L, count, "too many captures");
  for (int i = 0; i < count; i++) push_capture(m, i, s, end);
  return count;
}

/* ---- find and match ---- */

/* The first place to look at, from 0, of a subject of `length` bytes; may be past its end. */
static size_t start_place(lua_State *L, int argument, size_t length) {
  const lua_Integer place = luaL_optinteger(L, argument, 1);
  if (place > 0) return (size_t)place - 1;
  if (place == 0 || place < -(lua_Integer)length) return 0;
  return length - (size_t)-place;
}

static bool has_specials(const char *p, size_t length) {
  static const char specials[] = {'^', '$', '*', '+', '?', '.', '(', '[', '%', '-'};
  for (size_t i = 0; i < length; i++)
    if (memchr(specials, p[i], sizeof specials)) return true;
  return false;
}

static int find_plain(lua_State *L, const char *subject, size_t start, size_t length, const char *p,
                      size_t pattern_length) {
  sj_lua_charge(L, 1 + (length - start + pattern_length) / 4);
  const char *const found = memmem(subject + start, length - start, p, pattern_length);
  if (!found) {
    luaL_pushfail(L);
    return 1;
  }
  lua_pushinteger(L, found - subject + 1);
  lua_pushinteger(L, found - subject + (lua_Integer)pattern_length);
  return 2;
}

static int find_or_match(lua_State *L, bool find) {
  size_t length, pattern_length;
  const char *const subject = luaL_checklstring(L, 1, &length);
  const char *p = luaL_checklstring(L, 2, &pattern_length);
  const size_t start = start_place(L, 3, length);
  if (start > length) {
    luaL_pushfail(L);
    return 1;
  }
  sj_lua_charge(L, 1 + pattern_length / 4);
  if (find && (lua_toboolean(L, 4) || !has_specials(p, pattern_length)))
    return find_plain(L, subject, start, length, p, pattern_length);
  struct matcher m;
  prepare(&m, L, subject, length, p, pattern_length);
  const bool anchored = *p == '^';
  if (anchored) p++;
  for (const char *s = subject + start; s <= m.subject_end; s++) {
    const char *const end = attempt(&m, s, p);
    if (end && !find) return push_captures(&m, s, end);
    if (end) {
      lua_pushinteger(L, s - subject + 1);
      lua_pushinteger(L, end - subject);
      return 2 + push_captures(&m, NULL, NULL);
    }
    if (anchored) break;
  }
  luaL_pushfail(L);
  return 1;
}

static int string_find(lua_State *L) { return find_or_match(L, true); }

static int string_match(lua_State *L) { return find_or_match(L, false); }

/* ---- gmatch ---- */

/* Upvalues: subject, pattern, where to go on, where the last match ended (-1: none yet), both counted from 0. */
static int next_match(lua_State *L) {
  size_t length, pattern_length;
  const char *const subject = lua_tolstring(L, lua_upvalueindex(1), &length);
  const char *const p = lua_tolstring(L, lua_upvalueindex(2), &pattern_length);
  const lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
  struct matcher m;
  prepare(&m, L, subject, length, p, pattern_length);
  for (lua_Integer place = lua_tointeger(L, lua_upvalueindex(3)); place <= (lua_Integer)length; place++) {
    const char *const end = attempt(&m, subject + place, p);
    if (!end || end - subject == last) continue;
    lua_pushinteger(L, end - subject);
    lua_copy(L, -1, lua_upvalueindex(3));
    lua_replace(L, lua_upvalueindex(4));
    return push_captures(&m, subject + place, end);
  }
  return 0;
}

static int string_gmatch(lua_State *L) {
  size_t length;
  luaL_checklstring(L, 1, &length);
  luaL_checkstring(L, 2);
  const size_t start = start_place(L, 3, length);
  lua_settop(L, 2);
  lua_pushinteger(L, (lua_Integer)(start > length ? length + 1 : start));
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, next_match, 4);
  return 1;
}

/* ---- gsub ---- */

static void add_capture(struct matcher *m, luaL_Buffer *buffer, int index, const char *s, const char *end) {
  push_capture(m, index, s, end);
  luaL_addvalue(buffer);
}

/* The replacement text is argument 3. */
static void add_text(struct matcher *m, luaL_Buffer *buffer, const char *s, const char *end) {
  size_t length;
  const char *text = lua_tolstring(m->L, 3, &length);
  step(m, 1 + (int64_t)(length / 16));
  const char *const text_end = text + length;
  for (const char *escape; (escape = memchr(text, ESCAPE, (size_t)(text_end - text))); text = escape + 2) {
    step(m, 1);
    luaL_addlstring(buffer, text, (size_t)(escape - text));
    const char kind = escape + 1 < text_end ? escape[1] : 0;
    if (kind == ESCAPE) {
      luaL_addchar(buffer, ESCAPE);
    } else if (kind == '0') {
      luaL_addlstring(buffer, s, (size_t)(end - s));
    } else if (isdigit((unsigned char)kind)) {
      add_capture(m, buffer, kind - '1', s, end);
    } else {
      luaL_error(m->L, "invalid use of '%%' in replacement string");
    }
  }
  luaL_addlstring(buffer, text, (size_t)(text_end - text));
}

/* Adds what stands for the match from `s` to `end`; false if that is the match itself. */
static bool add_replacement(struct matcher *m, luaL_Buffer *buffer, const char *s, const char *end, int type) {
  lua_State *const L = m->L;
  if (type == LUA_TFUNCTION) {
    lua_pushvalue(L, 3);
    const int count = push_captures(m, s, end);
    lua_call(L, count, 1);
  } else if (type == LUA_TTABLE) {
    push_capture(m, 0, s, end);
    lua_gettable(L, 3);
  } else {
    add_text(m, buffer, s, end);
    return true;
  }
  if (!lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    luaL_addlstring(buffer, s, (size_t)(end - s));
    return false;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  luaL_addvalue(buffer);
  return true;
}

static int string_gsub(lua_State *L) {
  size_t length, pattern_length;
  const char *s = luaL_checklstring(L, 1, &length);
  const char *p = luaL_checklstring(L, 2, &pattern_length);
  const int type = lua_type(L, 3);
  const lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1);
  luaL_argexpected(L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
                   "string/function/table");
  struct matcher m;
  prepare(&m, L, s, length, p, pattern_length);
  const bool anchored = *p == '^';
  if (anchored) p++;
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  const char *last = NULL;
  bool changed = false;
  lua_Integer count = 0;
  while (count < most) {
    const char *const end = attempt(&m, s, p);
    if (end && end != last) {
      count++;
      if (add_replacement(&m, &buffer, s, end, type)) changed = true;
      s = last = end;
    } else if (s < m.subject_end) {
      luaL_addlstring(&buffer, s++, 1);
    } else {
      break;
    }
    if (anchored) break;
  }
  if (changed) {
    luaL_addlstring(&buffer, s, (size_t)(m.subject_end - s));
    luaL_pushresult(&buffer);
  } else {
    lua_pushvalue(L, 1);
  }
  lua_pushinteger(L, count);
  return 2;
}

void sj_lua_add_patterns(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"find", string_find}, {"gmatch", string_gmatch}, {"gsub", string_gsub}, {"match", string_match}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
