#include "simulate/link.h"

double sj_link_delay(const struct caller *caller, size_t there, size_t direction, uint64_t lineage, bool *lost) {
  const struct sj_link *const link = &caller->spec->network;
  struct sj_stream stream = stream_of(caller->keys[direction], lineage);
  *lost = link->loss > 0 && sj_stream_uniform(&stream) < link->loss;
  if (caller->one_way) return sj_draw(caller->one_way, &stream, 0);
  if (!caller->rtt) return 0;
  return sj_draw_at(caller->rtt, caller->keys[there], lineage_below(lineage, UINT64_C(0x30000)), 0) / 2;
}
