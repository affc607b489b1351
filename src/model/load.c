/* From a file to a model: reading, scenarios, overrides. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/build.h"
#include "model/lua/reader.h"
#include "model/path.h"

struct load {
  const char *file, *text;
  size_t length;
  const struct sj_lua_limits *limits;
  const struct sj_model_options *options;
  struct sj_overrides overrides;
  bool *resolved; /* overrides that some part of the file knew */
  struct sj_resources *resources;
};

/* ---- overrides ---- */

static struct sj_value parse_value(struct sj_document *document, const char *text) {
  struct sj_value value = {.kind = SJ_VALUE_NUMBER};
  char *end;
  value.as.number = strtod(text, &end);
  if (end != text && !*end && isfinite(value.as.number) && !strpbrk(text, "xXnN")) return value;
  if (!strcmp(text, "true") || !strcmp(text, "false")) {
    value.kind = SJ_VALUE_BOOLEAN;
    value.as.boolean = *text == 't';
    return value;
  }
  value.kind = SJ_VALUE_STRING;
  value.as.string = sj_arena_string(&document->arena, text);
  return value;
}

/* Applies what no parameter took. With `strict`, one that leads nowhere is a mistake. */
static void apply_overrides(struct load *load, struct sj_document *document, bool strict,
                            struct sj_mistakes *mistakes) {
  for (size_t i = 0; i < load->overrides.count; i++) {
    const char *const text = load->overrides.texts[i], *const equals = strchr(text, '=');
    if (load->overrides.used[i]) load->resolved[i] = true;
    if (load->overrides.used[i] || !equals) continue;
    char *const path = sj_arena_take(&document->arena, (size_t)(equals - text) + 1);
    memcpy(path, text, (size_t)(equals - text));
    struct sj_value value = parse_value(document, equals + 1);
    value.origin = sj_arena_format(&document->arena, "--set %s", text);
    struct sj_error error = {{0}};
    if (!sj_path_set(document, path, value, &error))
      load->resolved[i] = true;
    else if (strict && !document->incomplete)
      sj_mistake(mistakes, load->file, 0, value.origin, "%s", error.message);
  }
}

static enum sj_status check_overrides(const struct load *load, struct sj_error *error) {
  for (size_t i = 0; i < load->overrides.count; i++) {
    const char *const text = load->overrides.texts[i];
    if (!strchr(text, '=') || *text == '=')
      return sj_error_set(error, SJ_INVALID, "--set %s: expected PATH=VALUE", text);
  }
  return SJ_OK;
}

/* ---- one reading ---- */

/* The common part (`scenario` is SIZE_MAX) or a scenario: read, overridden and built. `*model` is NULL if there were
 * mistakes. */
static enum sj_status load_part(struct load *load, size_t scenario, bool strict, struct sj_mistakes *mistakes,
                                struct sj_model **model, struct sj_error *error) {
  *model = NULL;
  for (size_t i = 0; i < load->overrides.count; i++) load->overrides.used[i] = false;
  struct sj_document *document = NULL;
  const enum sj_status status = sj_read_document(load->file, load->text, load->length, load->limits, scenario,
                                                 &load->overrides, mistakes, &document, error);
  if (status) return status;
  apply_overrides(load, document, strict, mistakes);
  /* Where reading stopped early much would seem to be missing: report what is certain. */
  if (mistakes->count && !document->component_count) {
    sj_document_destroy(document);
    return SJ_OK;
  }
  const char *const name = scenario == SIZE_MAX ? NULL : document->scenarios[scenario];
  sj_build_model(document, load->resources, name, NULL, mistakes, model);
  if (!*model) return SJ_OK;
  sj_check_changes(*model, mistakes);
  if (!mistakes->count) return SJ_OK;
  sj_model_destroy(*model);
  *model = NULL;
  return SJ_OK;
}

/* ---- scenarios ---- */

static size_t find_scenario(const struct sj_document *document, const char *name) {
  for (size_t i = 0; i < document->scenario_count; i++)
    if (!strcmp(document->scenarios[i], name)) return i;
  return SIZE_MAX;
}

static enum sj_status unknown_scenario(const char *file, const struct sj_document *document, const char *name,
                                       struct sj_error *error) {
  if (!document->scenario_count)
    return sj_error_set(error, SJ_INVALID, "%s: there is no scenario \"%s\": the file has none", file, name);
  const char **const names = sj_allocate_array(document->scenario_count + 1, sizeof *names);
  struct sj_text list = {0};
  for (size_t i = 0; i < document->scenario_count; i++) {
    names[i] = document->scenarios[i];
    sj_text_add(&list, "%s\"%s\"", i ? ", " : "", names[i]);
  }
  const char *const nearest = sj_nearest(name, names);
  if (nearest)
    sj_error_set(error, SJ_INVALID, "%s: there is no scenario \"%s\"; did you mean \"%s\"?", file, name, nearest);
  else
    sj_error_set(error, SJ_INVALID, "%s: there is no scenario \"%s\"; the file has %.1000s", file, name, list.data);
  free(names);
  free(list.data);
  return SJ_INVALID;
}

/* Adds `part` to `all`; what not every scenario has names its scenario. */
static void merge(struct sj_mistakes *all, const struct sj_mistakes *parts, size_t count, size_t which,
                  const char *scenario) {
  for (size_t i = 0; i < parts[which].count; i++) {
    const struct sj_mistake *const mistake = &parts[which].list[i];
    size_t shared = 0;
    for (size_t j = 0; j < count; j++)
      for (size_t k = 0; k < parts[j].count; k++) shared += !strcmp(parts[j].list[k].text, mistake->text);
    const size_t before = all->count;
    if (shared == count) {
      sj_mistake_text(all, mistake->line, mistake->text);
    } else {
      char *const text = sj_format("%s (in scenario \"%.80s\")", mistake->text, scenario);
      sj_mistake_text(all, mistake->line, text);
      free(text);
    }
    if (all->count > before) all->list[before].unreadable = mistake->unreadable;
  }
}

static void report_unresolved(const struct load *load, struct sj_document *document, struct sj_mistakes *mistakes) {
  for (size_t i = 0; i < load->overrides.count; i++) load->overrides.used[i] = load->resolved[i];
  struct load again = *load;
  apply_overrides(&again, document, true, mistakes);
}

/* Every scenario on its own copy of the common part. */
static enum sj_status load_scenarios(struct load *load, struct sj_document *common, size_t wanted,
                                     struct sj_mistakes *mistakes, struct sj_model **model, struct sj_error *error) {
  const size_t count = common->scenario_count;
  struct sj_mistakes *const parts = sj_allocate_array(count, sizeof *parts);
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < count && !status; i++) {
    struct sj_model *part = NULL;
    status = load_part(load, i, i == wanted, &parts[i], &part, error);
    if (i == wanted)
      *model = part;
    else
      sj_model_destroy(part);
  }
  for (size_t i = 0; i < count; i++) merge(mistakes, parts, count, i, common->scenarios[i]);
  for (size_t i = 0; i < count; i++) sj_mistakes_clear(&parts[i]);
  free(parts);
  if (status || mistakes->count || wanted != SIZE_MAX) return status;
  /* No scenario is asked for: the common part, if it is a model by itself. */
  struct sj_mistakes ignored = {0};
  status = load_part(load, SIZE_MAX, false, &ignored, model, error);
  sj_mistakes_clear(&ignored);
  report_unresolved(load, common, mistakes);
  return status;
}

/* What is left of a model whose parts are all in scenarios: their names. */
static struct sj_model *empty_model(struct sj_document *common) {
  struct sj_document *const document = sj_document_copy(common);
  document->component_count = document->fault_count = document->expect_count = 0;
  struct sj_model *const model = sj_allocate(sizeof *model);
  model->document = document;
  model->file = sj_arena_string(&document->arena, common->file);
  model->scenario_count = document->scenario_count;
  model->scenarios = sj_arena_array(&document->arena, document->scenario_count, sizeof *model->scenarios);
  for (size_t i = 0; i < document->scenario_count; i++)
    model->scenarios[i] = sj_arena_string(&document->arena, common->scenarios[i]);
  model->run = (struct sj_run_settings){.duration = NAN, .warmup = NAN, .drain = NAN, .runs = 1, .seed = 1};
  snprintf(model->time_unit, sizeof model->time_unit, "s");
  model->seconds = 1;
  document->file = model->file;
  document->source = NULL;
  document->scenario_count = 0;
  document->model = document->run = NULL;
  document->parameter_count = 0;
  return model;
}

static enum sj_status load_all(struct load *load, struct sj_mistakes *mistakes, struct sj_model **model,
                               struct sj_error *error) {
  struct sj_document *common = NULL;
  enum sj_status status = sj_read_document(load->file, load->text, load->length, load->limits, SIZE_MAX,
                                           &load->overrides, mistakes, &common, error);
  if (status) return status;
  const char *const name = load->options ? load->options->scenario : NULL;
  const size_t wanted = name ? find_scenario(common, name) : SIZE_MAX;
  if (name && wanted == SIZE_MAX && !mistakes->count) {
    status = unknown_scenario(load->file, common, name, error);
  } else if (common->scenario_count && !mistakes->count) {
    status = load_scenarios(load, common, wanted, mistakes, model, error);
    if (!status && !mistakes->count && !*model) *model = empty_model(common);
  } else {
    struct sj_mistakes again = {0};
    status = load_part(load, SIZE_MAX, true, &again, model, error);
    merge(mistakes, &again, 1, 0, "");
    sj_mistakes_clear(&again);
  }
  sj_document_destroy(common);
  return status;
}

/* ---- the public functions ---- */

enum sj_status sj_model_load_text(const char *file, const char *text, size_t length, const char *const *directories,
                                  const struct sj_lua_limits *limits, const struct sj_model_options *options,
                                  struct sj_model **model, struct sj_error *error) {
  struct sj_error own;
  if (!error) error = &own;
  error->message[0] = 0;
  *model = NULL;
  struct load load = {.file = file, .text = text, .length = length, .limits = limits, .options = options};
  if (options) {
    load.overrides.texts = options->overrides;
    load.overrides.count = options->override_count;
  }
  enum sj_status status = check_overrides(&load, error);
  if (status) return status;
  load.overrides.used = sj_allocate_array(load.overrides.count, sizeof(bool));
  load.resolved = sj_allocate_array(load.overrides.count, sizeof(bool));
  load.resources = sj_resources_create(directories);
  struct sj_mistakes mistakes = {0};
  status = load_all(&load, &mistakes, model, error);
  if (!status) status = sj_mistakes_report(&mistakes, error);
  if (status || !*model) {
    sj_model_destroy(*model);
    *model = NULL;
    sj_resources_destroy(load.resources);
  } else {
    assert(*model);
    (*model)->document->resources = load.resources;
    (*model)->document->owns_resources = true;
  }
  sj_mistakes_clear(&mistakes);
  free(load.overrides.used);
  free(load.resolved);
  return status;
}

/* The whole file, up to a little more than a model may have. */
static enum sj_status read_file(const char *path, char **text, size_t *length, struct sj_error *error) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return sj_error_set(error, SJ_FAILED, "%s: %s", path, strerror(errno));
  const size_t most = SJ_LUA_FILE_BYTES + 1;
  char *const buffer = sj_allocate(most);
  size_t used = 0;
  ssize_t got = 0;
  do {
    got = read(fd, buffer + used, most - used);
    if (got > 0) used += (size_t)got;
  } while ((got > 0 && used < most) || (got < 0 && errno == EINTR));
  const int failure = got < 0 ? errno : 0;
  close(fd);
  if (failure) {
    free(buffer);
    return sj_error_set(error, SJ_FAILED, "%s: %s", path, strerror(failure));
  }
  *text = buffer;
  *length = used;
  return SJ_OK;
}

enum sj_status sj_model_load_within(const char *path, const struct sj_lua_limits *limits,
                                    const struct sj_model_options *options, struct sj_model **model,
                                    struct sj_error *error) {
  *model = NULL;
  char *text = NULL;
  size_t length = 0;
  enum sj_status status = read_file(path, &text, &length, error);
  if (status) return status;
  const char *const slash = strrchr(path, '/');
  char *const folder = !slash          ? sj_copy_string(".")
                       : slash == path ? sj_copy_string("/")
                                       : sj_format("%.*s", (int)(slash - path), path);
  const char *const directories[] = {folder, options ? options->data_directory : NULL, NULL};
  status = sj_model_load_text(path, text, length, directories, limits, options, model, error);
  free(folder);
  free(text);
  return status;
}

enum sj_status sj_model_load(const char *path, const struct sj_model_options *options, struct sj_model **model,
                             struct sj_error *error) {
  return sj_model_load_within(path, NULL, options, model, error);
}

void sj_model_destroy(struct sj_model *model) {
  if (!model) return;
  struct sj_document *const document = model->document;
  sj_build_free_laws(document);
  if (document->owns_resources) sj_resources_destroy(document->resources);
  sj_document_destroy(document);
  free(model);
}

size_t sj_model_scenario_count(const struct sj_model *model) { return model->scenario_count; }
const char *sj_model_scenario_name(const struct sj_model *model, size_t index) {
  return index < model->scenario_count ? model->scenarios[index] : NULL;
}
