#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "model/path.h"

static const char *const kind_words[] = {"set", "scale", "crash", "stall", "slow", "cut", "fail", NULL};
static const enum sj_fault_kind kinds[] = {SJ_FAULT_CHANGE, SJ_FAULT_CHANGE, SJ_FAULT_CRASH, SJ_FAULT_STALL,
                                           SJ_FAULT_SLOW,   SJ_FAULT_CUT,    SJ_FAULT_FAIL};

/* ---- places: "db", "db[3]" ---- */

static const char *nearest_component(const struct sj_builder *builder, const char *name, bool clients) {
  const struct sj_model *const model = builder->model;
  const char **const names = sj_allocate_array(model->server_count + model->client_count + 1, sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < model->server_count; i++) names[count++] = model->servers[i].name;
  for (size_t i = 0; clients && i < model->client_count; i++) names[count++] = model->clients[i].name;
  const char *const nearest = sj_nearest(name, names);
  free(names);
  return nearest;
}

static bool find_component(const struct sj_model *model, const char *name, struct sj_place *place) {
  for (size_t i = 0; i < model->server_count; i++)
    if (!strcmp(model->servers[i].name, name)) {
      *place = (struct sj_place){.index = (uint32_t)i, .member = -1};
      return true;
    }
  for (size_t i = 0; i < model->client_count; i++)
    if (!strcmp(model->clients[i].name, name)) {
      *place = (struct sj_place){.is_client = true, .index = (uint32_t)i, .member = -1};
      return true;
    }
  return false;
}

/* Splits "db[3]"; false if what follows the name is not a number in brackets. */
static bool split_member(const char *text, char name[256], int64_t *member) {
  const size_t length = strcspn(text, "[");
  if (length >= 256) return false;
  memcpy(name, text, length);
  name[length] = 0;
  *member = -1;
  if (!text[length]) return true;
  char *end;
  if (!isdigit((unsigned char)text[length + 1])) return false;
  *member = (int64_t)strtoll(text + length + 1, &end, 10);
  return !strcmp(end, "]");
}

static bool read_place(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                       const struct sj_value *value, bool clients, struct sj_place *place) {
  if (sj_build_is_unknown(value)) return false;
  char name[256];
  int64_t member;
  const char *const wanted = clients ? "the name of a client or server" : "a server's name, or \"name[0]\" of a pool";
  if (value->kind != SJ_VALUE_STRING || !split_member(value->as.string, name, &member)) {
    sj_build_expected(builder, node, field, item, value, wanted);
    return false;
  }
  const bool found = find_component(builder->model, name, place);
  const char *const word = field ? field : "cut";
  if (!found && builder->document->incomplete) return false;
  if (!found || (place->is_client && !clients)) {
    const char *const nearest = found ? NULL : nearest_component(builder, name, clients);
    if (found)
      sj_build_wrong(builder, node, field, item, value, "`fault.%s`: `%s` is a client, expected %s", word, name,
                     wanted);
    else if (nearest)
      sj_build_wrong(builder, node, field, item, value, "`fault.%s`: there is no %s `%s`; did you mean `%s`?", word,
                     clients ? "component" : "server", name, nearest);
    else
      sj_build_wrong(builder, node, field, item, value, "`fault.%s`: there is no %s `%s`", word,
                     clients ? "component" : "server", name);
    return false;
  }
  const struct sj_model *const model = builder->model;
  const bool pool = place->is_client ? model->clients[place->index].pool : model->servers[place->index].pool;
  const uint32_t count = place->is_client ? model->clients[place->index].count : model->servers[place->index].count;
  if (member >= 0 && (!pool || member >= count)) {
    if (pool)
      sj_build_wrong(builder, node, field, item, value, "`fault.%s`: the members of `%s` are `%s[0]` to `%s[%u]`", word,
                     name, name, name, count - 1);
    else
      sj_build_wrong(builder, node, field, item, value, "`fault.%s`: `%s` is not a pool, it has no members", word,
                     name);
    return false;
  }
  place->member = member;
  return true;
}

/* ---- cut ---- */

static bool calls_server(const struct sj_call *call, uint32_t server) {
  for (size_t i = 0; i < call->target_count; i++)
    if (call->targets[i].server == server) return true;
  return false;
}

static bool calls(const struct sj_model *model, const struct sj_place *caller, const struct sj_place *server) {
  if (server->is_client) return false;
  if (caller->is_client) return calls_server(&model->clients[caller->index].call, server->index);
  const struct sj_server *const s = &model->servers[caller->index];
  for (size_t i = 0; i < s->api_count; i++)
    for (size_t j = 0; j < s->apis[i].call_count; j++)
      if (calls_server(&s->apis[i].calls[j], server->index)) return true;
  return false;
}

static void read_cut(struct sj_builder *builder, const struct sj_node *node, struct sj_fault *fault) {
  const struct sj_value *const value = sj_node_field(node, "cut");
  const struct sj_node *const pair = value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
  if (!pair || pair->schema != &sj_schema_table || pair->item_count != 2 || pair->field_count) {
    if (!sj_build_is_unknown(value))
      sj_build_expected(builder, node, "cut", SIZE_MAX, value, "{ \"caller\", \"server\" }");
    return;
  }
  const size_t length = sj_build_enter(builder, "cut", SIZE_MAX);
  const bool first = read_place(builder, pair, NULL, 0, &pair->items[0], true, &fault->place);
  const bool second = read_place(builder, pair, NULL, 1, &pair->items[1], true, &fault->other);
  sj_build_leave(builder, length);
  if (!first || !second) return;
  if (!calls(builder->model, &fault->place, &fault->other) && !calls(builder->model, &fault->other, &fault->place))
    sj_build_wrong(builder, node, "cut", SIZE_MAX, value, "`fault.cut`: neither of `%s` and `%s` calls the other",
                   pair->items[0].as.string, pair->items[1].as.string);
}

/* ---- changes ---- */

static void add_changes(struct sj_builder *builder, const struct sj_node *node, const char *word,
                        struct sj_fault *fault) {
  const struct sj_value *const value = sj_node_field(node, word);
  const bool scale = !strcmp(word, "scale");
  if (!value || sj_build_is_unknown(value)) return;
  const struct sj_node *const table = value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
  if (!table || table->schema != &sj_schema_table || !table->field_count || table->item_count) {
    sj_build_expected(builder, node, word, SIZE_MAX, value,
                      scale ? "{ [\"path\"] = factor }" : "{ [\"path\"] = value }");
    return;
  }
  struct sj_arena *const arena = &builder->document->arena;
  struct sj_change *const changes = sj_arena_array(arena, fault->change_count + table->field_count, sizeof *changes);
  if (fault->change_count) memcpy(changes, fault->changes, fault->change_count * sizeof *changes);
  for (size_t i = 0; i < table->field_count; i++) {
    struct sj_value *const kept = sj_arena_take(arena, sizeof *kept);
    *kept = table->fields[i].value;
    if (!kept->line) kept->line = sj_document_line(builder->document, table, table->fields[i].name, SIZE_MAX);
    struct sj_change *const change = &changes[fault->change_count++];
    *change = (struct sj_change){.path = table->fields[i].name, .scale = scale, .factor = 1, .value = kept};
    if (!scale) continue;
    if (kept->kind == SJ_VALUE_NUMBER && kept->as.number >= 0 && isfinite(kept->as.number)) {
      change->factor = kept->as.number;
    } else if (!sj_build_is_unknown(kept)) {
      char buffer[96];
      sj_build_wrong(builder, table, table->fields[i].name, SIZE_MAX, kept,
                     "`fault.scale`: expected a factor of at least 0 for `%s`, got %s", table->fields[i].name,
                     sj_value_describe(kept, buffer));
    }
  }
  fault->changes = changes;
}

/* ---- one fault ---- */

static void read_kind(struct sj_builder *builder, const struct sj_node *node, struct sj_fault *fault) {
  const char *found = NULL;
  for (size_t i = 0; kind_words[i]; i++) {
    if (!sj_node_field(node, kind_words[i])) continue;
    if (found && !(fault->kind == SJ_FAULT_CHANGE && kinds[i] == SJ_FAULT_CHANGE))
      sj_build_wrong(builder, node, kind_words[i], SIZE_MAX, NULL,
                     "a fault does one thing, this one has `%s` and `%s`: write two faults", found, kind_words[i]);
    found = kind_words[i];
    fault->kind = kinds[i];
  }
  for (size_t i = 0; !found && kind_words[i]; i++)
    if (sj_build_misspelt(node, &sj_schema_fault, kind_words[i])) return;
  if (!found) {
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL,
                   "the fault does nothing: expected `set`, `scale`, `crash`, `stall`, `slow`, `cut` or `fail`");
    return;
  }
  if (fault->kind == SJ_FAULT_CHANGE) {
    add_changes(builder, node, "set", fault);
    add_changes(builder, node, "scale", fault);
  } else if (fault->kind == SJ_FAULT_CUT) {
    read_cut(builder, node, fault);
  } else {
    const bool known = read_place(builder, node, found, SIZE_MAX, sj_node_field(node, found), false, &fault->place);
    if (known && fault->kind == SJ_FAULT_SLOW && builder->model->servers[fault->place.index].kind == SJ_BATCHER)
      sj_build_wrong(
          builder, node, found, SIZE_MAX, NULL,
          "`fault.slow`: `%s` is a batcher, which does no work of its own; slow what it sends to, or stall it",
          builder->model->servers[fault->place.index].name);
  }
}

static void check_window(struct sj_builder *builder, const struct sj_node *node) {
  const bool at = sj_node_field(node, "at"), every = sj_node_field(node, "every");
  if (at == every)
    sj_build_wrong(builder, node, at ? "every" : NULL, SIZE_MAX, NULL, "a fault takes `at` or `every`%s",
                   at ? ", not both" : "");
  if (every && !sj_node_field(node, "lasts"))
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL, "a fault with `every` needs `lasts`, else it comes only once");
}

static void check_words(struct sj_builder *builder, const struct sj_node *node, const struct sj_fault *fault) {
  static const struct {
    const char *word, *kind;
    enum sj_fault_kind needs;
  } rules[] = {{"by", "slow", SJ_FAULT_SLOW}, {"ratio", "fail", SJ_FAULT_FAIL}, {"lost", "crash", SJ_FAULT_CRASH}};
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (sj_node_field(node, rules[i].word) && fault->kind != rules[i].needs)
      sj_build_wrong(builder, node, rules[i].word, SIZE_MAX, NULL, "`fault.%s` goes with `%s`", rules[i].word,
                     rules[i].kind);
  if (fault->kind == SJ_FAULT_SLOW && !sj_node_field(node, "by"))
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL, "a fault with `slow` needs `by`, the factor");
}

static void check_members(struct sj_builder *builder, const struct sj_node *node, const struct sj_fault *fault) {
  if (!fault->members) return;
  const struct sj_value *const value = sj_node_field(node, "members");
  if (fault->kind == SJ_FAULT_CHANGE || fault->kind == SJ_FAULT_CUT) {
    sj_build_wrong(builder, node, "members", SIZE_MAX, value,
                   "`fault.members` goes with `crash`, `stall`, `slow` and `fail`");
    return;
  }
  const struct sj_server *const server = &builder->model->servers[fault->place.index];
  if (!server->pool || fault->place.member >= 0)
    sj_build_wrong(builder, node, "members", SIZE_MAX, value, "`fault.members` needs the name of a pool");
  else if (fault->members > server->count)
    sj_build_wrong(builder, node, "members", SIZE_MAX, value, "`fault.members`: `%s` has %u members, got %u",
                   server->name, server->count, fault->members);
}

void sj_build_faults(struct sj_builder *builder) {
  struct sj_model *const model = builder->model;
  model->fault_count = builder->document->fault_count;
  model->faults = sj_arena_array(&builder->document->arena, model->fault_count, sizeof *model->faults);
  for (size_t i = 0; i < model->fault_count; i++) {
    const struct sj_node *const node = builder->document->faults[i];
    struct sj_fault *const fault = &model->faults[i];
    const size_t before = builder->mistakes->count;
    const size_t length = sj_build_enter(builder, "fault", SIZE_MAX);
    fault->line = node->line;
    fault->place.member = fault->other.member = -1;
    sj_build_fields(builder, node, &sj_schema_fault, fault);
    read_kind(builder, node, fault);
    check_words(builder, node, fault);
    if (builder->mistakes->count == before) check_members(builder, node, fault);
    check_window(builder, node);
    sj_build_leave(builder, length);
  }
}
