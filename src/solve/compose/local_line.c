/* Who waits at a server. In a line that is not counted places hold the number of the kind, plus 1, first come first. */
#include <string.h>

#include "solve/compose/walk.h"

static uint32_t kind_number(const struct part *part, uint32_t place) { return part->kinds[place - 1]; }

static uint32_t length_of(const struct walk *walk, const struct part *part, const struct line *line, uint32_t member) {
  const uint32_t waiting = walk->levels[level_of(part, member)].waiting;
  uint32_t length = 0;
  while (length < waiting && walk->slots[line->first[member] + length]) length++;
  return length;
}

void sj_line_join(struct walk *walk, uint32_t number, uint32_t member) {
  const struct kind *const kind = kind_of(walk->network, number);
  const struct part *const part = &walk->network->parts[kind->part];
  const struct line *const line = &part->lines[kind->line];
  if (line->counted)
    walk->slots[kind->waiting[member]]++;
  else
    walk->slots[line->first[member] + length_of(walk, part, line, member)] = kind->number + 1;
  walk->levels[level_of(part, member)].waiting++;
}

/* Takes one of a line whose order does not matter, or that has one kind; NONE if nobody is there. */
static uint32_t leave_counted(struct walk *walk, const struct part *part, size_t index, uint32_t member) {
  uint32_t total = 0;
  for (size_t i = 0; i < part->kind_count; i++) {
    const struct kind *const kind = kind_of(walk->network, part->kinds[i]);
    const uint32_t here = kind->line == index ? walk->slots[kind->waiting[member]] : 0;
    walk->weights[i] = here;
    total += here;
  }
  if (total == 0) return NONE;
  const uint32_t number = part->kinds[sj_walk_choose(walk, part->kind_count, walk->weights)];
  walk->slots[kind_of(walk->network, number)->waiting[member]]--;
  return number;
}

static uint32_t leave_in_order(struct walk *walk, const struct part *part, const struct line *line, uint32_t member) {
  uint32_t *const places = walk->slots + line->first[member];
  const uint32_t length = length_of(walk, part, line, member);
  if (length == 0) return NONE;
  const bool last_first = part->spec->discipline == SJ_LIFO;
  const uint32_t number = kind_number(part, places[last_first ? length - 1 : 0]);
  if (!last_first) memmove(places, places + 1, (length - 1) * sizeof *places);
  places[length - 1] = 0;
  return number;
}

uint32_t sj_line_leave(struct walk *walk, const struct part *part, uint32_t member) {
  uint32_t number = NONE;
  for (size_t i = 0; i < part->line_count && number == NONE; i++) {
    const struct line *const line = &part->lines[i];
    number = line->counted ? leave_counted(walk, part, i, member) : leave_in_order(walk, part, line, member);
  }
  walk->levels[level_of(part, member)].waiting--;
  return number;
}
