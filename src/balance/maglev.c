#include "balance/maglev.h"

#include <assert.h>
#include <stdlib.h>

#include "balance/keys.h"

bool sj_is_prime(uint64_t n) {
  if (n < 4) return n > 1;
  if (n % 2 == 0) return false;
  for (uint64_t d = 3; d * d <= n; d += 2)
    if (n % d == 0) return false;
  return true;
}

static const uint32_t nobody = UINT32_MAX;

/* The next place in the member's order that is free. */
static uint32_t claim(const struct sj_maglev *maglev, uint32_t *place, uint32_t skip) {
  while (maglev->table[*place] != nobody) *place = (uint32_t)(((uint64_t)*place + skip) % maglev->size);
  return *place;
}

bool sj_maglev_fill(struct sj_maglev *maglev, uint32_t members, uint32_t *offset, const uint32_t *skip, uint32_t size) {
  assert(members > 0 && sj_is_prime(size));
  *maglev = (struct sj_maglev){.size = size};
  maglev->table = malloc(size * sizeof *maglev->table);
  if (!maglev->table) return false;
  for (uint32_t i = 0; i < size; i++) maglev->table[i] = nobody;
  for (uint32_t filled = 0; filled < size;)
    for (uint32_t i = 0; i < members && filled < size; i++, filled++)
      maglev->table[claim(maglev, &offset[i], skip[i])] = i;
  return true;
}

bool sj_maglev_create(struct sj_maglev *maglev, uint32_t members, const uint32_t *names, uint32_t size, uint64_t salt) {
  uint32_t *const offset = malloc(members * sizeof *offset), *const skip = malloc(members * sizeof *skip);
  for (uint32_t i = 0; offset && skip && i < members; i++) {
    const uint64_t name = names ? names[i] : i;
    offset[i] = (uint32_t)(sj_key_hash(salt, 2 * name) % size);
    skip[i] = (uint32_t)(sj_key_hash(salt, 2 * name + 1) % (size - 1)) + 1;
  }
  const bool ok = offset && skip && sj_maglev_fill(maglev, members, offset, skip, size);
  free(offset);
  free(skip);
  return ok;
}

void sj_maglev_destroy(struct sj_maglev *maglev) {
  free(maglev->table);
  *maglev = (struct sj_maglev){0};
}
