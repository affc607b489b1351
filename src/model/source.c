/* Finding the line of a field. Lua tells the line of a call but not those of the fields in its table, so the text is
 * read again, only when a mistake is reported: enough of Lua's lexical structure to walk through table constructors. */
#include <ctype.h>
#include <string.h>

#include "model/document.h"
#include "model/schema.h"

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_STRING, TOKEN_NUMBER, TOKEN_SYMBOL };
struct token {
  enum token_kind kind;
  const char *text; /* string: without its quotes */
  size_t length;
  int line;
};
struct lexer {
  const char *at, *end;
  int line;
  struct token token;
};

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* The level of a long bracket at `p` ("[[" is 0, "[=[" 1), or -1. */
static int long_bracket(const struct lexer *lexer, const char *p) {
  if (p >= lexer->end || *p != '[') return -1;
  int level = 0;
  for (p++; p < lexer->end && *p == '='; p++) level++;
  return p < lexer->end && *p == '[' ? level : -1;
}

static void skip_long(struct lexer *lexer, int level) {
  lexer->at += level + 2;
  lexer->token.text = lexer->at;
  for (; lexer->at < lexer->end; lexer->at++) {
    if (*lexer->at == '\n') lexer->line++;
    if (*lexer->at != ']') continue;
    const char *p = lexer->at + 1;
    int found = 0;
    while (p < lexer->end && *p == '=') found++, p++;
    if (found == level && p < lexer->end && *p == ']') {
      lexer->token.length = (size_t)(lexer->at - lexer->token.text);
      lexer->at = p + 1;
      return;
    }
  }
  lexer->token.length = (size_t)(lexer->at - lexer->token.text);
}

static void skip_blank(struct lexer *lexer) {
  while (lexer->at < lexer->end) {
    const char c = *lexer->at;
    if (c == '\n') {
      lexer->line++;
      lexer->at++;
    } else if (isspace((unsigned char)c)) {
      lexer->at++;
    } else if (c == '-' && lexer->end - lexer->at > 1 && lexer->at[1] == '-') {
      lexer->at += 2;
      const int level = long_bracket(lexer, lexer->at);
      if (level >= 0)
        skip_long(lexer, level);
      else
        while (lexer->at < lexer->end && *lexer->at != '\n') lexer->at++;
    } else {
      return;
    }
  }
}

static void quoted(struct lexer *lexer) {
  const char quote = *lexer->at++;
  lexer->token.text = lexer->at;
  while (lexer->at < lexer->end && *lexer->at != quote && *lexer->at != '\n') {
    if (*lexer->at == '\\' && lexer->end - lexer->at > 1) {
      if (lexer->at[1] == '\n') lexer->line++;
      lexer->at++;
    }
    lexer->at++;
  }
  lexer->token.length = (size_t)(lexer->at - lexer->token.text);
  if (lexer->at < lexer->end) lexer->at++;
}

static void next(struct lexer *lexer) {
  skip_blank(lexer);
  struct token *const token = &lexer->token;
  *token = (struct token){.kind = TOKEN_END, .text = lexer->at, .line = lexer->line};
  if (lexer->at >= lexer->end) return;
  const int level = long_bracket(lexer, lexer->at);
  if (*lexer->at == '"' || *lexer->at == '\'') {
    token->kind = TOKEN_STRING;
    quoted(lexer);
  } else if (level >= 0) {
    token->kind = TOKEN_STRING;
    skip_long(lexer, level);
  } else if (is_word(*lexer->at)) {
    token->kind = isdigit((unsigned char)*lexer->at) ? TOKEN_NUMBER : TOKEN_NAME;
    while (lexer->at < lexer->end && (is_word(*lexer->at) || (token->kind == TOKEN_NUMBER && *lexer->at == '.')))
      lexer->at++;
    token->length = (size_t)(lexer->at - token->text);
  } else {
    token->kind = TOKEN_SYMBOL;
    token->length = 1;
    lexer->at++;
  }
}

static bool is(const struct token *token, enum token_kind kind, const char *text) {
  return token->kind == kind && token->length == strlen(text) && !memcmp(token->text, text, token->length);
}
static bool is_symbol(const struct token *token, char c) { return token->kind == TOKEN_SYMBOL && *token->text == c; }

/* How the nesting changes with a token: brackets, and the words that open and close blocks. */
static int nesting(const struct token *token) {
  if (token->kind == TOKEN_SYMBOL) {
    if (strchr("{([", *token->text)) return 1;
    return strchr("})]", *token->text) ? -1 : 0;
  }
  if (token->kind != TOKEN_NAME) return 0;
  if (is(token, TOKEN_NAME, "function") || is(token, TOKEN_NAME, "if") || is(token, TOKEN_NAME, "do") ||
      is(token, TOKEN_NAME, "repeat"))
    return 1;
  return is(token, TOKEN_NAME, "end") || is(token, TOKEN_NAME, "until") ? -1 : 0;
}

/* Steps over the rest of an entry; true if another may follow. */
static bool skip_entry(struct lexer *lexer) {
  for (int depth = 0; lexer->token.kind != TOKEN_END; next(lexer)) {
    if (!depth && (is_symbol(&lexer->token, ',') || is_symbol(&lexer->token, ';'))) {
      next(lexer);
      return true;
    }
    depth += nesting(&lexer->token);
    if (depth < 0) return false;
  }
  return false;
}

struct step {
  const char *field; /* NULL: the item */
  size_t item;
};

/* With the lexer behind a "{", finds the entry and leaves the lexer at its value. Returns its line or 0. */
static int find_entry(struct lexer *lexer, const struct step *step) {
  size_t item = 0;
  do {
    if (lexer->token.kind == TOKEN_END || is_symbol(&lexer->token, '}')) return 0;
    const struct lexer start = *lexer;
    const bool bracketed = is_symbol(&lexer->token, '[');
    if (bracketed) next(lexer);
    const struct token key = lexer->token;
    bool named = false;
    if (key.kind == TOKEN_NAME || (bracketed && key.kind == TOKEN_STRING)) {
      next(lexer);
      if (bracketed && is_symbol(&lexer->token, ']')) next(lexer);
      named = is_symbol(&lexer->token, '=');
      if (named) next(lexer);
      named = named && !is_symbol(&lexer->token, '=');
    }
    if (!named) {
      *lexer = start;
      if (!step->field && item == step->item) return start.token.line;
      item += !bracketed;
    } else if (step->field && key.length == strlen(step->field) && !memcmp(key.text, step->field, key.length)) {
      return start.token.line;
    }
  } while (skip_entry(lexer));
  return 0;
}

/* Walks `steps` (the last first) from the table behind the constructor's name. */
static int walk(struct lexer *lexer, const struct step *steps, size_t count) {
  while (is_symbol(&lexer->token, '(') || is_symbol(&lexer->token, ',') || lexer->token.kind == TOKEN_STRING)
    next(lexer);
  int line = 0;
  while (count--) {
    if (!is_symbol(&lexer->token, '{')) return 0;
    next(lexer);
    line = find_entry(lexer, &steps[count]);
    if (!line) return 0;
  }
  return line;
}

static const char *line_start(const struct sj_document *document, int line) {
  const char *at = document->source, *const end = document->source + document->source_length;
  for (int i = 1; i < line && at; i++) {
    at = memchr(at, '\n', (size_t)(end - at));
    if (at) at++;
  }
  return at;
}

int sj_document_line(const struct sj_document *document, const struct sj_node *node, const char *field, size_t item) {
  enum { DEEPEST = 32 };
  struct step steps[DEEPEST];
  size_t count = 0;
  if (field || item != SIZE_MAX) steps[count++] = (struct step){field, item};
  for (; node->owner && count < DEEPEST; node = node->owner)
    steps[count++] = (struct step){node->owner_field, node->owner_item};
  if (!count || node->owner || !node->line || !document->source) return node->line;
  const char *const start = line_start(document, node->line);
  if (!start) return node->line;
  struct lexer lexer = {.at = start, .end = document->source + document->source_length, .line = node->line};
  for (next(&lexer); lexer.token.kind != TOKEN_END && lexer.token.line == node->line; next(&lexer)) {
    if (!sj_schema_is_named(node->schema, lexer.token.text, lexer.token.length)) continue;
    struct lexer inside = lexer;
    next(&inside);
    const int line = walk(&inside, steps, count);
    if (line) return line;
  }
  return node->line;
}
