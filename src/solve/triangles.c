#include "solve/triangles.h"

#include <stdlib.h>
#include <string.h>

#include "solve/pages.h"

static size_t entries(size_t count, size_t bandwidth) { return count * bandwidth + 1; }

void sj_triangles_clear(struct sj_triangles *t) {
  sj_pages_release(t->left, entries(t->count, t->bandwidth));
  sj_pages_release(t->right, entries(t->count, t->bandwidth));
  free(t->exit);
  *t = (struct sj_triangles){0};
}

/* The part of the chain that is worked on: the places [low, end) stand in the band, those from `first` on are to be
 * taken out. */
struct part {
  struct sj_band band;
  size_t low, first, end;
  size_t length; /* so many are taken out at a time */
};

/* As many rows as leave the second-level cache some room, but not so few that moving them about counts. */
static size_t part_length(size_t count, size_t bandwidth) {
  enum { CACHE_BYTES = 1536 * 1024, WHOLE = 64 };
  const size_t rows = CACHE_BYTES / ((2 * bandwidth + 64) * sizeof(double));
  const size_t length = rows > 2 * bandwidth ? rows - bandwidth : bandwidth;
  const size_t whole = (length + WHOLE - 1) / WHOLE * WHOLE;
  return whole < count ? whole : count;
}

static size_t part_room(size_t count, size_t bandwidth) {
  const size_t room = part_length(count, bandwidth) + bandwidth;
  return room < count ? room : count;
}

double sj_triangles_bytes(size_t count, size_t bandwidth) {
  return (double)count * (2 * (double)bandwidth + 1) * sizeof(double) +
         sj_band_bytes(part_room(count, bandwidth), bandwidth);
}

static double *row_of(const struct part *part, size_t place) {
  const size_t local = place - part->low;
  return sj_band_at(&part->band, local, local);
}

/* Makes the part that ends where the last one began. Rows that elimination has changed already are kept. */
static void next_part(struct part *part, sj_fill_row *fill, const void *context) {
  const size_t width = part->band.width, row = 2 * width + 1, kept = part->first - part->low, kept_low = part->low;
  part->end = part->first;
  part->first = part->end > part->length ? part->end - part->length : 0;
  part->low = part->first > part->band.bandwidth ? part->first - part->band.bandwidth : 0;
  double *const entry = part->band.entry;
  memmove(entry + (kept_low - part->low) * row, entry, kept * row * sizeof *entry);
  memset(entry, 0, (kept_low - part->low) * row * sizeof *entry);
  part->band.count = part->end - part->low;
  for (size_t p = part->low; p < kept_low; p++) fill(context, p, row_of(part, p));
}

static void take_rows(const struct part *part, const struct sj_triangles *t) {
  const size_t b = t->bandwidth;
  for (size_t p = part->first; p < part->end; p++) {
    const double *const row = row_of(part, p);
    memcpy(t->left + p * b, row - b, b * sizeof *row);
    memcpy(t->right + p * b + 1, row + 1, b * sizeof *row);
  }
  memcpy(t->exit + part->first, part->band.exit + (part->first - part->low),
         (part->end - part->first) * sizeof *t->exit);
}

static enum sj_status eliminate_part(struct part *part, double *kill, const volatile sig_atomic_t *stop) {
  const size_t last = part->first > part->low ? part->first - part->low : kill ? 0 : 1;
  memset(part->band.exit, 0, part->band.count * sizeof *part->band.exit);
  if (!kill) return sj_band_eliminate_to(&part->band, last, stop);
  memcpy(part->band.kill, kill + part->low, part->band.count * sizeof *kill);
  const enum sj_status status = sj_band_eliminate_to(&part->band, last, stop);
  memcpy(kill + part->low, part->band.kill, part->band.count * sizeof *kill);
  return status;
}

enum sj_status sj_triangles_create(size_t count, size_t bandwidth, double *kill, sj_fill_row *fill, const void *context,
                                   const volatile sig_atomic_t *stop, struct sj_triangles *t) {
  if (!bandwidth) bandwidth = 1;
  *t = (struct sj_triangles){.count = count, .bandwidth = bandwidth};
  struct part part = {.low = count, .first = count, .end = count, .length = part_length(count, bandwidth)};
  t->left = sj_pages_get(entries(count, bandwidth));
  t->right = sj_pages_get(entries(count, bandwidth));
  t->exit = calloc(count + 1, sizeof *t->exit);
  enum sj_status status = t->left && t->right && t->exit ? SJ_OK : SJ_NO_MEMORY;
  if (status == SJ_OK) status = sj_band_start(&part.band, part_room(count, bandwidth), bandwidth, kill != NULL);
  while (status == SJ_OK && part.first > 0) {
    next_part(&part, fill, context);
    status = eliminate_part(&part, kill, stop);
    if (status == SJ_OK) take_rows(&part, t);
  }
  sj_band_clear(&part.band);
  if (status != SJ_OK) sj_triangles_clear(t);
  return status;
}
