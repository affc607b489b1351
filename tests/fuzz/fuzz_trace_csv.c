/* Recordings in the format "csv". */
#include "trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_trace(data, size, "csv");
  return 0;
}
