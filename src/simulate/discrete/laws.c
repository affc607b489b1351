#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulate/discrete/discrete.h"

enum { FIRST_BUCKETS = 64, MOST_TICKS = 1 << 30 };

bool sj_tick_laws_create(struct tick_laws *laws, const struct sj_law *law) {
  *laws = (struct tick_laws){.law = law};
  if (law->member) {
    laws->bucket_count = FIRST_BUCKETS;
    laws->buckets = calloc(FIRST_BUCKETS, sizeof *laws->buckets);
    return laws->buckets != NULL;
  }
  laws->fixed = calloc(1, sizeof *laws->fixed);
  if (!laws->fixed) return false;
  laws->fixed->distribution = law->fixed;
  laws->fixed->references = 1;
  if (law->fixed) laws->fixed->table = sj_whole_table_create(law->fixed);
  return true;
}

static void destroy_law(struct tick_law *law) {
  sj_distribution_destroy(law->owned);
  free(law->table);
  free(law);
}

void sj_tick_laws_destroy(struct tick_laws *laws) {
  for (uint32_t b = 0; laws->buckets && b < laws->bucket_count; b++)
    for (struct tick_law *law = laws->buckets[b], *next; law; law = next) {
      next = law->next;
      destroy_law(law);
    }
  free(laws->buckets);
  if (laws->fixed) destroy_law(laws->fixed);
  *laws = (struct tick_laws){0};
}

static struct tick_law **bucket_of(const struct tick_laws *laws, double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return &laws->buckets[sj_mix(bits) & (laws->bucket_count - 1)];
}

static void grow(struct tick_laws *laws) {
  struct tick_law **const old = laws->buckets;
  const uint32_t old_count = laws->bucket_count;
  struct tick_law **const larger = calloc(2 * (size_t)old_count, sizeof *larger);
  if (!larger) return; /* it stays slower */
  laws->buckets = larger;
  laws->bucket_count = 2 * old_count;
  for (uint32_t b = 0; b < old_count; b++)
    for (struct tick_law *law = old[b], *next; law; law = next) {
      next = law->next;
      struct tick_law **const bucket = bucket_of(laws, law->x);
      law->next = *bucket;
      *bucket = law;
    }
  free(old);
}

static struct tick_law *make(struct engine *engine, struct tick_laws *laws, double x) {
  struct tick_law *const law = calloc(1, sizeof *law);
  if (!law) {
    sj_engine_out_of_memory(engine);
    return NULL;
  }
  struct sj_error error = {""};
  law->owned = sj_law_with_parameter(laws->law, x, &error);
  if (!law->owned) {
    sj_engine_fail(engine, SJ_INVALID, "%s", error.message);
    free(law);
    return NULL;
  }
  law->distribution = law->owned;
  law->table = sj_whole_table_create(law->owned);
  law->x = x;
  if (++laws->count > 2 * laws->bucket_count) grow(laws);
  struct tick_law **const bucket = bucket_of(laws, x);
  law->next = *bucket;
  *bucket = law;
  return law;
}

struct tick_law *sj_tick_law_draw(struct engine *engine, struct tick_laws *laws, struct sj_stream *stream,
                                  double server_rtt) {
  if (laws->fixed) {
    laws->fixed->references++;
    return laws->fixed;
  }
  const double x = sj_law_draw_parameter(laws->law, stream, server_rtt);
  struct tick_law *law = *bucket_of(laws, x);
  while (law && law->x != x) law = law->next;
  if (!law) law = make(engine, laws, x);
  if (law) law->references++;
  return law;
}

void sj_tick_law_release(struct tick_laws *laws, struct tick_law *law) {
  if (!law || --law->references || law == laws->fixed) return;
  struct tick_law **at = bucket_of(laws, law->x);
  while (*at != law) at = &(*at)->next;
  *at = law->next;
  laws->count--;
  destroy_law(law);
}

static double draw(const struct tick_law *law, uint64_t key, uint64_t number, double server_rtt) {
  if (law->table) return sj_whole_table_at(law->table, (double)(sj_stream_first(key, number) >> 11) * 0x1p-53);
  return sj_draw_at(law->distribution, key, number, server_rtt);
}

uint32_t sj_tick_law_ticks(const struct tick_law *law, uint64_t key, uint64_t number, double per_time,
                           double server_rtt) {
  if (!law->distribution) return 1;
  const double ticks = draw(law, key, number, server_rtt) * per_time + 0.5;
  return ticks >= 2 ? ticks < MOST_TICKS ? (uint32_t)ticks : MOST_TICKS : 1;
}
