/* Recordings in the format "pgbench". */
#include "trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_trace(data, size, "pgbench");
  return 0;
}
