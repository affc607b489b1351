/* A stored histogram: any bytes are either refused, or the one serialization of what they become. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/histogram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
  if (!ok) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sj_histogram read = {0}, sum = {0};
  if (!sj_histogram_deserialize(&read, data, size)) {
    check(read.counts == NULL && read.length == 0);
    return 0;
  }
  size_t written_size;
  unsigned char *const written = sj_histogram_serialize(&read, &written_size);
  check(written && written_size == size && memcmp(written, data, size) == 0);
  free(written);
  const uint64_t total = sj_histogram_total(&read);
  double before = 0;
  for (int i = 0; i <= 4 && total > 0; i++) {
    const double quantile = sj_histogram_quantile(&read, i / 4.0, NAN, NAN);
    check(quantile >= before && isfinite(quantile));
    const double share = sj_histogram_share_below(&read, quantile);
    check(share >= 0 && share <= 1);
    before = quantile;
  }
  if (total < UINT64_MAX / 2) {
    check(sj_histogram_merge(&sum, &read) && sj_histogram_merge(&sum, &read));
    check(sj_histogram_total(&sum) == 2 * total);
  }
  sj_histogram_destroy(&sum);
  sj_histogram_destroy(&read);
  return 0;
}
