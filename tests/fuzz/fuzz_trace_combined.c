/* Recordings in the format "combined". */
#include "trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_trace(data, size, "combined");
  return 0;
}
