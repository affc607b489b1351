#include "model/document.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

struct sj_arena_block {
  struct sj_arena_block *next;
  size_t size, used;
  alignas(max_align_t) unsigned char bytes[];
};

void *sj_arena_take(struct sj_arena *arena, size_t size) {
  const size_t alignment = alignof(max_align_t);
  size = (size + alignment - 1) / alignment * alignment;
  struct sj_arena_block *block = arena->blocks;
  if (!block || block->size - block->used < size) {
    size_t room = block ? 2 * block->size : 4096;
    if (room > 1 << 20) room = 1 << 20;
    if (room < size) room = size;
    block = sj_allocate(sizeof *block + room);
    block->size = room;
    block->next = arena->blocks;
    arena->blocks = block;
  }
  void *const p = block->bytes + block->used;
  block->used += size;
  arena->used += size;
  return p;
}

void *sj_arena_array(struct sj_arena *arena, size_t count, size_t size) {
  if (size && count > SIZE_MAX / 2 / size) abort();
  return sj_arena_take(arena, count * size);
}

char *sj_arena_string(struct sj_arena *arena, const char *s) {
  const size_t size = strlen(s) + 1;
  return memcpy(sj_arena_take(arena, size), s, size);
}

char *sj_arena_format(struct sj_arena *arena, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *const text = sj_arena_take(arena, length < 0 ? 1 : (size_t)length + 1);
  if (length >= 0) vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text;
}

void sj_arena_clear(struct sj_arena *arena) {
  while (arena->blocks) {
    struct sj_arena_block *const next = arena->blocks->next;
    free(arena->blocks);
    arena->blocks = next;
  }
  arena->used = 0;
}

const struct sj_value *sj_node_field(const struct sj_node *node, const char *name) {
  for (size_t i = 0; i < node->field_count; i++)
    if (!strcmp(node->fields[i].name, name)) return &node->fields[i].value;
  return NULL;
}

/* Room for one more field, so that sj_node_with_field need not copy again. */
struct sj_node *sj_node_copy(struct sj_arena *arena, const struct sj_node *node) {
  struct sj_node *const copy = sj_arena_take(arena, sizeof *copy);
  *copy = *node;
  copy->fields = sj_arena_array(arena, node->field_count + 1, sizeof *copy->fields);
  if (node->field_count) memcpy(copy->fields, node->fields, node->field_count * sizeof *copy->fields);
  copy->items = sj_arena_array(arena, node->item_count, sizeof *copy->items);
  if (node->item_count) memcpy(copy->items, node->items, node->item_count * sizeof *copy->items);
  return copy;
}

struct sj_node *sj_node_with_field(struct sj_arena *arena, const struct sj_node *node, const char *name,
                                   struct sj_value value) {
  struct sj_node *const copy = sj_node_copy(arena, node);
  size_t i = 0;
  while (i < copy->field_count && strcmp(copy->fields[i].name, name) < 0) i++;
  const bool found = i < copy->field_count && !strcmp(copy->fields[i].name, name);
  if (value.kind == SJ_VALUE_NONE) {
    if (found) {
      memmove(copy->fields + i, copy->fields + i + 1, (copy->field_count - i - 1) * sizeof *copy->fields);
      copy->field_count--;
    }
    return copy;
  }
  if (!found) {
    memmove(copy->fields + i + 1, copy->fields + i, (copy->field_count - i) * sizeof *copy->fields);
    copy->field_count++;
    copy->fields[i].name = sj_arena_string(arena, name);
  }
  copy->fields[i].value = value;
  return copy;
}

struct sj_value sj_value_number(double number) {
  return (struct sj_value){.kind = SJ_VALUE_NUMBER, .as.number = number};
}

struct sj_value sj_value_node(const struct sj_node *node) {
  return (struct sj_value){.kind = SJ_VALUE_NODE, .as.node = node};
}

void *sj_document_grow(struct sj_document *document, void *array, size_t *count, size_t *capacity, size_t size) {
  void *current;
  memcpy(&current, array, sizeof current);
  if (*count == *capacity) {
    const size_t larger = *capacity ? 2 * *capacity : 8;
    void *const moved = sj_arena_array(&document->arena, larger, size);
    if (*count) memcpy(moved, current, *count * size);
    *capacity = larger;
    current = moved;
    memcpy(array, &current, sizeof current);
  }
  return (char *)current + size * (*count)++;
}

static void *shared_array(struct sj_arena *arena, const void *array, size_t count, size_t size) {
  void *const copy = sj_arena_array(arena, count, size);
  if (count) memcpy(copy, array, count * size);
  return copy;
}

struct sj_document *sj_document_copy(const struct sj_document *original) {
  struct sj_document *const copy = sj_allocate(sizeof *copy);
  *copy = *original;
  copy->arena = (struct sj_arena){0};
  copy->laws = NULL;
  copy->law_index = NULL;
  copy->law_count = 0;
  copy->owns_resources = false;
  copy->components = shared_array(&copy->arena, original->components, original->component_count, sizeof(void *));
  copy->component_capacity = original->component_count;
  copy->faults = shared_array(&copy->arena, original->faults, original->fault_count, sizeof(void *));
  copy->fault_capacity = original->fault_count;
  return copy;
}

void sj_document_destroy(struct sj_document *document) {
  if (!document) return;
  sj_arena_clear(&document->arena);
  free(document);
}
