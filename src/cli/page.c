#include "cli/page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/base.h"
#include "base/files.h"
#include "cli/expectations.h"
#include "cli/page_parts.h"
#include "model/model.h"
#include "plot/document.h"
#include "results/json.h"
#include "results/store.h"

/* ---- what was asked ---- */

/* A word as a shell wants it. */
static void add_word(struct sj_text *text, const char *word) {
  static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  sj_text_add(text, "%s", text->length > 0 ? " " : "");
  if (*word && strspn(word, harmless) == strlen(word)) {
    sj_text_add(text, "%s", word);
    return;
  }
  sj_text_add(text, "'");
  for (; *word; word++) sj_text_add(text, "%s%c", *word == '\'' ? "'\\'" : "", *word);
  sj_text_add(text, "'");
}

static json_t *command_of(const struct sj_options *options) {
  struct sj_text text = {0};
  add_word(&text, "sojourn");
  add_word(&text, options->command);
  for (int i = 0; i < options->word_count; i++) add_word(&text, options->words[i]);
  json_t *const json = sj_json_string(text.data);
  free(text.data);
  return json;
}

/* The model's file as it is; null where that is too long for a page, or gone. */
static json_t *source_of(const char *path) {
  enum { MOST = 200000 };
  FILE *const file = fopen(path, "rb");
  char *const text = sj_allocate(MOST + 2);
  const size_t length = file ? fread(text, 1, MOST + 1, file) : MOST + 1;
  if (file) fclose(file);
  json_t *const json = length <= MOST && !memchr(text, 0, length) ? sj_json_string(text) : json_null();
  free(text);
  return json;
}

static json_t *expectations_of(const struct sj_model *model, const struct sj_results *results) {
  json_t *const list = sj_expectations_json(model, results);
  for (size_t i = 0; i < model->expectation_count; i++) {
    const struct sj_checked checked = sj_expectation_check(&model->expectations[i], results);
    char *const line = sj_expectation_line(&model->expectations[i], &checked);
    json_object_set_new(json_array_get(list, i), "line", sj_json_string(line));
    free(line);
  }
  return list;
}

enum sj_status sj_page_ask(const struct sj_options *options, const struct sj_model *model, struct sj_results *results,
                           const char *name, json_t *particular, struct sj_store *store, struct sj_error *error) {
  json_t *const question = json_object(), *const changes = json_array();
  for (size_t i = 0; i < options->override_count; i++)
    json_array_append_new(changes, sj_json_string(options->overrides[i]));
  json_object_set_new(question, "command", command_of(options));
  json_object_set_new(question, "changes", changes);
  if (model) json_object_set_new(question, "source", source_of(options->file));
  if (model) json_object_set_new(question, "expectations", expectations_of(model, results));
  if (name) json_object_set_new(question, name, particular);
  free(results->question);
  results->question = json_dumps(question, JSON_COMPACT | JSON_REAL_PRECISION(17));
  json_decref(question);
  if (!results->question) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  return store ? sj_store_keep_question(store, results, error) : SJ_OK;
}

/* ---- where it goes ---- */

static bool same_file(const char *a, const char *b) {
  struct stat one, other;
  return b && stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

enum sj_status sj_page_check(const struct sj_options *options, struct sj_error *error) {
  const char *const path = options->html;
  if (!path) return SJ_OK;
  if (strcmp(path, "-") == 0)
    return sj_error_set(error, SJ_INVALID, "--html -: expected FILE; a page does not go to standard output");
  for (size_t i = 0; i < options->file_count; i++)
    if (same_file(path, options->files[i]))
      return sj_error_set(error, SJ_INVALID, "--html %s would overwrite %s", path, options->files[i]);
  if (same_file(path, options->output))
    return sj_error_set(error, SJ_INVALID, "--html %s would overwrite the results file", path);
  struct stat there;
  if (stat(path, &there) == 0 && S_ISDIR(there.st_mode))
    return sj_error_set(error, SJ_FAILED, "--html %s: %s", path, strerror(EISDIR));
  const char *const slash = strrchr(path, '/');
  char *const folder = slash ? sj_format("%.*s/", (int)(slash - path), path) : sj_copy_string(".");
  const bool good = access(folder, W_OK | X_OK) == 0;
  const int reason = errno;
  free(folder);
  return good ? SJ_OK : sj_error_set(error, SJ_FAILED, "--html %s: %s", path, strerror(reason));
}

/* ---- the page ---- */

static enum sj_status add_part(struct sj_text *page, const unsigned char *part, size_t packed, size_t size,
                               struct sj_error *error) {
  unsigned char *const plain = malloc(size);
  uLongf length = size;
  const bool good = plain && uncompress(plain, &length, part, packed) == Z_OK && length == size;
  if (good) sj_text_add_bytes(page, (const char *)plain, size);
  free(plain);
  return good ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}
#define ADD_PART(page, name, error) add_part(page, name, name##_packed, name##_size, error)

static void add_escaped(struct sj_text *page, const char *text) {
  for (; *text; text++) {
    const char *const entity = *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : *text == '&' ? "&amp;" : NULL;
    if (entity)
      sj_text_add(page, "%s", entity);
    else
      sj_text_add_bytes(page, text, 1);
  }
}

static enum sj_status add_head(struct sj_text *page, const char *title, struct sj_error *error) {
  /* The policy sees to it that nothing is ever asked of a network. */
  sj_text_add(page,
              "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; "
              "style-src 'unsafe-inline'; img-src data: blob:\">\n"
              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
              "<meta name=\"generator\" content=\"sojourn " SJ_VERSION "\">\n<title>");
  add_escaped(page, title);
  sj_text_add(page, "</title>\n<style>\n");
  const enum sj_status status = ADD_PART(page, sj_page_style, error);
  sj_text_add(page, "</style>\n</head>\n<body>\n<header>\n<h1>");
  add_escaped(page, title);
  sj_text_add(page,
              "</h1>\n<nav aria-label=\"On this page\"><ul>\n<li><a href=\"#asked\">What was asked</a></li>\n"
              "<li id=\"to-charts\"><a href=\"#charts\">Charts</a></li>\n<li><a href=\"#tables\">Tables</a></li>\n"
              "<li><a href=\"#repeat\">How to repeat it</a></li>\n</ul></nav>\n</header>\n");
  return status;
}

static enum sj_status add_scripts(struct sj_text *page, struct sj_error *error) {
  sj_text_add(page, "<script>\n");
  enum sj_status status = ADD_PART(page, sj_page_library, error);
  sj_text_add(page, "\n</script>\n<script>\n");
  if (status == SJ_OK) status = ADD_PART(page, sj_page_tables, error);
  if (status == SJ_OK) status = ADD_PART(page, sj_page_charts, error);
  if (status == SJ_OK) status = ADD_PART(page, sj_page_series, error);
  if (status == SJ_OK) status = ADD_PART(page, sj_page_figure, error);
  if (status == SJ_OK) status = ADD_PART(page, sj_page_page, error);
  sj_text_add(page, "</script>\n</body>\n</html>\n");
  return status;
}

static enum sj_status compose(const json_t *document, struct sj_text *page, struct sj_error *error) {
  const char *const title = json_string_value(json_object_get(document, "title"));
  enum sj_status status = add_head(page, title ? title : "Sojourn", error);
  if (status == SJ_OK) status = ADD_PART(page, sj_page_body, error);
  char *const data = sj_document_text(document);
  if (!data) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  sj_text_add(page, "<script type=\"application/json\" id=\"data\">");
  sj_text_add_bytes(page, data, strlen(data));
  sj_text_add(page, "</script>\n");
  free(data);
  return status == SJ_OK ? add_scripts(page, error) : status;
}

enum sj_status sj_page_write(const struct sj_options *options, const struct sj_results *const *results, size_t count,
                             const struct sj_varied *varied, struct sj_charts *charts, struct sj_error *error) {
  const size_t around = sj_page_style_size + sj_page_body_size + sj_page_library_size + sj_page_tables_size +
                        sj_page_charts_size + sj_page_series_size + sj_page_figure_size + sj_page_page_size + 4096;
  json_t *const document = sj_document(results, count, varied, charts, SJ_PAGE_MOST_BYTES - around);
  struct sj_text page = {0};
  enum sj_status status = compose(document, &page, error);
  if (status == SJ_OK) status = sj_replace_file(options->html, page.data, page.length, error);
  free(page.data);
  json_decref(document);
  return status;
}

enum sj_status sj_page_report(const struct sj_options *options, const struct sj_results *const *results, size_t count,
                              const struct sj_varied *varied, bool silent, struct sj_error *error) {
  if (!options->html || count == 0) return SJ_OK;
  struct sj_charts charts = {0};
  enum sj_status status = sj_charts_of_all(results, count, varied, &charts, error);
  if (status == SJ_OK) status = sj_page_write(options, results, count, varied, &charts, error);
  sj_charts_clear(&charts);
  if (status == SJ_OK && !silent) printf("The page is in %s\n", options->html);
  return status;
}
