#include "model/mistakes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KEPT = 1000, LONGEST = 600 };

void sj_mistake_text(struct sj_mistakes *mistakes, int line, const char *message) {
  if (mistakes->count >= MOST_KEPT) return;
  for (size_t i = 0; i < mistakes->count; i++)
    if (!strcmp(mistakes->list[i].text, message)) return;
  if (mistakes->count == mistakes->capacity) {
    const size_t larger = mistakes->capacity ? 2 * mistakes->capacity : 16;
    struct sj_mistake *const moved = sj_arena_array(&mistakes->arena, larger, sizeof *moved);
    if (mistakes->count) memcpy(moved, mistakes->list, mistakes->count * sizeof *moved);
    mistakes->list = moved;
    mistakes->capacity = larger;
  }
  mistakes->list[mistakes->count++] =
      (struct sj_mistake){.line = line, .text = sj_arena_string(&mistakes->arena, message)};
}

void sj_mistake(struct sj_mistakes *mistakes, const char *file, int line, const char *origin, const char *format, ...) {
  char text[LONGEST];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  char whole[2 * LONGEST];
  if (origin)
    snprintf(whole, sizeof whole, "%.*s: %s", LONGEST / 2, origin, text);
  else if (line > 0)
    snprintf(whole, sizeof whole, "%s:%d: %s", file, line, text);
  else
    snprintf(whole, sizeof whole, "%s: %s", file, text);
  sj_mistake_text(mistakes, origin ? 0 : line, whole);
}

void sj_mistake_unreadable(struct sj_mistakes *mistakes, const char *file, int line, const char *origin,
                           const char *message) {
  const size_t before = mistakes->count;
  sj_mistake(mistakes, file, line, origin, "%s", message);
  if (mistakes->count > before) mistakes->list[before].unreadable = true;
}

void sj_mistakes_clear(struct sj_mistakes *mistakes) {
  sj_arena_clear(&mistakes->arena);
  *mistakes = (struct sj_mistakes){0};
}

enum sj_status sj_mistakes_report(struct sj_mistakes *mistakes, struct sj_error *error) {
  if (!mistakes->count) return SJ_OK;
  /* Insertion sort: stable, and the list is short and nearly in order. */
  for (size_t i = 1; i < mistakes->count; i++) {
    const struct sj_mistake moving = mistakes->list[i];
    size_t j = i;
    for (; j && mistakes->list[j - 1].line > moving.line; j--) mistakes->list[j] = mistakes->list[j - 1];
    mistakes->list[j] = moving;
  }
  if (error) error->message[0] = 0;
  for (size_t i = 0; i < mistakes->count && i < SJ_MISTAKES_REPORTED; i++)
    sj_error_add(error, "%s", mistakes->list[i].text);
  if (mistakes->count > SJ_MISTAKES_REPORTED)
    sj_error_add(error, "... and %zu more", mistakes->count - SJ_MISTAKES_REPORTED);
  for (size_t i = 0; i < mistakes->count; i++)
    if (!mistakes->list[i].unreadable) return SJ_INVALID;
  return SJ_FAILED;
}
