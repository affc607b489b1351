#include "base/processor.h"

enum sj_processor sj_processor(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return SJ_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return SJ_AVX2;
#endif
  return SJ_ANY_PROCESSOR;
}
