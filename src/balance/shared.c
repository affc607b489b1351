#include "balance/shared.h"

#include <stdbool.h>
#include <stdlib.h>

void *sj_shared_part(struct sj_shared *shared, uint64_t place, size_t size, void (*destroy)(void *memory), bool *made) {
  *made = false;
  for (const struct sj_shared_part *part = shared->parts; part; part = part->next)
    if (part->place == place) return part->memory;
  struct sj_shared_part *const part = calloc(1, sizeof *part);
  if (!part) return NULL;
  *part = (struct sj_shared_part){.place = place, .destroy = destroy, .memory = calloc(1, size), .next = shared->parts};
  if (!part->memory) {
    free(part);
    return NULL;
  }
  shared->parts = part;
  *made = true;
  return part->memory;
}

void sj_shared_destroy(struct sj_shared *shared) {
  while (shared->parts) {
    struct sj_shared_part *const part = shared->parts;
    shared->parts = part->next;
    if (part->destroy) part->destroy(part->memory);
    free(part->memory);
    free(part);
  }
}
