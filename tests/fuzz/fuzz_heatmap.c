/* A stored column of a heat map: any bytes are either refused, or the one serialization of what they become. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/heatmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
  if (!ok) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sj_heatmap map = {0};
  sj_heatmap_start(&map, 2);
  if (sj_heatmap_deserialize(&map, 1, data, size)) {
    size_t written_size;
    unsigned char *const written = sj_heatmap_serialize(&map, 1, &written_size);
    check(written && written_size == size && memcmp(written, data, size) == 0);
    free(written);
  }
  check(sj_heatmap_total(&map, 0) == 0);
  for (size_t row = 0; row <= map.length; row++) {
    const double low = sj_heatmap_bound(map.first, row), high = sj_heatmap_bound(map.first, row + 1);
    check(low < high || map.length == 0);
  }
  sj_heatmap_destroy(&map);
  return 0;
}
