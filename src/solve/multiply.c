#include "solve/multiply.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* b is first copied into strips of STRIP columns, each strip by rows: then the innermost loop reads it straight on. */
enum { STRIP = 16, ROWS = 4 };

static size_t strips(size_t columns) { return (columns + STRIP - 1) / STRIP; }
size_t sj_multiply_work(size_t columns, size_t inner) { return strips(columns) * STRIP * inner + 8; }

static void pack(size_t columns, size_t inner, const double *b, size_t stride, double *packed) {
  for (size_t s = 0; s < strips(columns); s++) {
    const size_t first = s * STRIP, width = columns - first < STRIP ? columns - first : STRIP;
    for (size_t k = 0; k < inner; k++, packed += STRIP) {
      memcpy(packed, b + k * stride + first, width * sizeof *packed);
      for (size_t j = width; j < STRIP; j++) packed[j] = 0;
    }
  }
}

/* One row and one strip, of which `width` columns count. */
static void one_row(size_t inner, size_t width, const double *a, const double *strip, double *c) {
  double sum[STRIP] = {0};
  for (size_t k = 0; k < inner; k++, strip += STRIP)
    for (size_t j = 0; j < STRIP; j++) sum[j] += a[k] * strip[j];
  for (size_t j = 0; j < width; j++) c[j] += sum[j];
}

typedef void block_function(size_t inner, const double *a, size_t a_stride, const double *strip, double *c,
                            size_t c_stride);

static void block_any(size_t inner, const double *a, size_t a_stride, const double *strip, double *c, size_t c_stride) {
  for (size_t i = 0; i < ROWS; i++) one_row(inner, STRIP, a + i * a_stride, strip, c + i * c_stride);
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void block_avx2(size_t inner, const double *a, size_t a_stride,
                                                           const double *strip, double *c, size_t c_stride) {
  for (size_t half = 0; half < STRIP; half += 8) {
    __m256d sum[ROWS][2];
    for (size_t i = 0; i < ROWS; i++)
      for (size_t v = 0; v < 2; v++) sum[i][v] = _mm256_loadu_pd(c + i * c_stride + half + 4 * v);
    for (size_t k = 0; k < inner; k++) {
      const __m256d b0 = _mm256_loadu_pd(strip + k * STRIP + half), b1 = _mm256_loadu_pd(strip + k * STRIP + half + 4);
      for (size_t i = 0; i < ROWS; i++) {
        const __m256d x = _mm256_broadcast_sd(a + i * a_stride + k);
        sum[i][0] = _mm256_fmadd_pd(x, b0, sum[i][0]);
        sum[i][1] = _mm256_fmadd_pd(x, b1, sum[i][1]);
      }
    }
    for (size_t i = 0; i < ROWS; i++)
      for (size_t v = 0; v < 2; v++) _mm256_storeu_pd(c + i * c_stride + half + 4 * v, sum[i][v]);
  }
}

__attribute__((target("avx512f"))) static void block_avx512(size_t inner, const double *a, size_t a_stride,
                                                            const double *strip, double *c, size_t c_stride) {
  __m512d sum[ROWS][2];
  for (size_t i = 0; i < ROWS; i++)
    for (size_t v = 0; v < 2; v++) sum[i][v] = _mm512_loadu_pd(c + i * c_stride + 8 * v);
  for (size_t k = 0; k < inner; k++) {
    const __m512d b0 = _mm512_loadu_pd(strip + k * STRIP), b1 = _mm512_loadu_pd(strip + k * STRIP + 8);
    for (size_t i = 0; i < ROWS; i++) {
      const __m512d x = _mm512_set1_pd(a[i * a_stride + k]);
      sum[i][0] = _mm512_fmadd_pd(x, b0, sum[i][0]);
      sum[i][1] = _mm512_fmadd_pd(x, b1, sum[i][1]);
    }
  }
  for (size_t i = 0; i < ROWS; i++)
    for (size_t v = 0; v < 2; v++) _mm512_storeu_pd(c + i * c_stride + 8 * v, sum[i][v]);
}
#endif

static block_function *block_of(enum sj_processor processor) {
#if defined(__x86_64__)
  if (processor == SJ_AVX512) return block_avx512;
  if (processor == SJ_AVX2) return block_avx2;
#else
  (void)processor;
#endif
  return block_any;
}

/* A block of fewer columns goes through one of the full size. */
static void part_of_block(block_function *block, size_t inner, size_t width, const double *a, size_t a_stride,
                          const double *strip, double *c, size_t c_stride) {
  double whole[ROWS * STRIP] = {0};
  for (size_t i = 0; i < ROWS; i++) memcpy(whole + i * STRIP, c + i * c_stride, width * sizeof *whole);
  block(inner, a, a_stride, strip, whole, STRIP);
  for (size_t i = 0; i < ROWS; i++) memcpy(c + i * c_stride, whole + i * STRIP, width * sizeof *whole);
}

void sj_multiply_add(enum sj_processor processor, size_t rows, size_t columns, size_t inner, const double *a,
                     size_t a_stride, const double *b, size_t b_stride, double *c, size_t c_stride, double *work) {
  block_function *const block = block_of(processor);
  pack(columns, inner, b, b_stride, work);
  for (size_t s = 0; s < strips(columns); s++) {
    const size_t first = s * STRIP, width = columns - first < STRIP ? columns - first : STRIP;
    const double *const strip = work + s * STRIP * inner;
    size_t i = 0;
    for (; i + ROWS <= rows; i += ROWS) {
      if (width == STRIP)
        block(inner, a + i * a_stride, a_stride, strip, c + i * c_stride + first, c_stride);
      else
        part_of_block(block, inner, width, a + i * a_stride, a_stride, strip, c + i * c_stride + first, c_stride);
    }
    for (; i < rows; i++) one_row(inner, width, a + i * a_stride, strip, c + i * c_stride + first);
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static double dot_avx2(const double *a, const double *b, size_t count) {
  __m256d sum[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd()};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (size_t v = 0; v < 4; v++)
      sum[v] = _mm256_fmadd_pd(_mm256_loadu_pd(a + i + 4 * v), _mm256_loadu_pd(b + i + 4 * v), sum[v]);
  for (; i + 4 <= count; i += 4) sum[0] = _mm256_fmadd_pd(_mm256_loadu_pd(a + i), _mm256_loadu_pd(b + i), sum[0]);
  double part[4], rest = 0;
  _mm256_storeu_pd(part, _mm256_add_pd(_mm256_add_pd(sum[0], sum[1]), _mm256_add_pd(sum[2], sum[3])));
  for (; i < count; i++) rest += a[i] * b[i];
  return (part[0] + part[1]) + (part[2] + part[3]) + rest;
}

__attribute__((target("avx2,fma"))) static void add_multiple_avx2(double factor, const double *x, double *y,
                                                                  size_t count) {
  const __m256d f = _mm256_set1_pd(factor);
  size_t i = 0;
  for (; i + 4 <= count; i += 4)
    _mm256_storeu_pd(y + i, _mm256_fmadd_pd(f, _mm256_loadu_pd(x + i), _mm256_loadu_pd(y + i)));
  for (; i < count; i++) y[i] = __builtin_fma(factor, x[i], y[i]); /* rounded alike, wherever the vector ends */
}
#endif

double sj_dot(enum sj_processor processor, const double *a, const double *b, size_t count) {
#if defined(__x86_64__)
  if (processor != SJ_ANY_PROCESSOR) return dot_avx2(a, b, count);
#else
  (void)processor;
#endif
  double sum[4] = {0};
  size_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (size_t v = 0; v < 4; v++) sum[v] += a[i + v] * b[i + v];
  for (; i < count; i++) sum[0] += a[i] * b[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void sj_add_multiple(enum sj_processor processor, double factor, const double *x, double *y, size_t count) {
#if defined(__x86_64__)
  if (processor != SJ_ANY_PROCESSOR) {
    add_multiple_avx2(factor, x, y, count);
    return;
  }
#else
  (void)processor;
#endif
  for (size_t i = 0; i < count; i++) y[i] += factor * x[i];
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static double total(__m256d x) {
  double part[4];
  _mm256_storeu_pd(part, x);
  return (part[0] + part[1]) + (part[2] + part[3]);
}

__attribute__((target("avx2,fma"))) static void dot_4_avx2(const double *const a[4], const double *b, size_t count,
                                                           double out[4]) {
  __m256d sum[4][2];
  for (size_t r = 0; r < 4; r++) sum[r][0] = sum[r][1] = _mm256_setzero_pd();
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256d b0 = _mm256_loadu_pd(b + i), b1 = _mm256_loadu_pd(b + i + 4);
    for (size_t r = 0; r < 4; r++) {
      sum[r][0] = _mm256_fmadd_pd(_mm256_loadu_pd(a[r] + i), b0, sum[r][0]);
      sum[r][1] = _mm256_fmadd_pd(_mm256_loadu_pd(a[r] + i + 4), b1, sum[r][1]);
    }
  }
  for (size_t r = 0; r < 4; r++) {
    double rest = 0;
    for (size_t k = i; k < count; k++) rest += a[r][k] * b[k];
    out[r] = total(_mm256_add_pd(sum[r][0], sum[r][1])) + rest;
  }
}

__attribute__((target("avx2,fma"))) static void add_multiple_4_avx2(const double factor[4], const double *const x[4],
                                                                    double *y, size_t count) {
  __m256d f[4];
  for (size_t r = 0; r < 4; r++) f[r] = _mm256_set1_pd(factor[r]);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    __m256d sum = _mm256_loadu_pd(y + i);
    for (size_t r = 0; r < 4; r++) sum = _mm256_fmadd_pd(f[r], _mm256_loadu_pd(x[r] + i), sum);
    _mm256_storeu_pd(y + i, sum);
  }
  for (; i < count; i++)
    for (size_t r = 0; r < 4; r++) y[i] = __builtin_fma(factor[r], x[r][i], y[i]);
}
#endif

void sj_dot_4(enum sj_processor processor, const double *const a[4], const double *b, size_t count, double sum[4]) {
#if defined(__x86_64__)
  if (processor != SJ_ANY_PROCESSOR) {
    dot_4_avx2(a, b, count, sum);
    return;
  }
#endif
  for (size_t r = 0; r < 4; r++) sum[r] = sj_dot(processor, a[r], b, count);
}

void sj_add_multiple_4(enum sj_processor processor, const double factor[4], const double *const x[4], double *y,
                       size_t count) {
#if defined(__x86_64__)
  if (processor != SJ_ANY_PROCESSOR) {
    add_multiple_4_avx2(factor, x, y, count);
    return;
  }
#endif
  for (size_t r = 0; r < 4; r++) sj_add_multiple(processor, factor[r], x[r], y, count);
}

unsigned sj_flush_tiny(void) {
#if defined(__x86_64__)
  enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x0040 };
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
  return before;
#else
  return 0;
#endif
}

void sj_restore_tiny(unsigned before) {
#if defined(__x86_64__)
  _mm_setcsr(before);
#else
  (void)before;
#endif
}
