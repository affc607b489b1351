/* How fast messages are verified, made and read, against a plain read of the memory and memcpy.
 *
 *   message_speed BYTES [ROUNDS]
 *
 * BYTES of memory, of which each round goes through some 64 MB. Alternatives take turns for ROUNDS rounds: `read` adds
 * all 64-bit words, as wide as the processor can; `memcpy` copies, counted once; `checksum` is sj_checksum,
 * `checksum_avx2` and `checksum_any` without what this processor has more. `filled` writes a message's two columns and
 * then takes the checksum of the whole; `filled_by_pieces` the same with the checksum of each 32 kB taken right after
 * it was written. Prints one line of JSON with medians: gigabytes (10^9) a second of processor time; and nanoseconds
 * for sj_table_begin and sj_table_read of one message. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "measure/checksum.h"
#include "measure/table.h"

enum { ROUNDS_MOST = 99, PIECE = 32768 };
static const size_t bytes_a_round = (size_t)64 << 20;
static const struct sj_column columns[] = {{"timestamp", SJ_COLUMN_TIMESTAMP}, {"value", SJ_COLUMN_FLOAT64}};

struct bench {
  size_t size;
  unsigned char *bytes, *copy;
  struct sj_table_layout *layout; /* of a message about as large */
  unsigned char *message;
  uint64_t rows, sum; /* `sum` keeps what was computed from being left out */
};

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef uint64_t eight __attribute__((vector_size(64), aligned(8), may_alias));

static inline __attribute__((always_inline)) uint64_t add_words(const unsigned char *bytes, size_t size) {
  enum { AT_ONCE = 4 };
  eight sum[AT_ONCE] = {{0}};
  size_t i = 0;
  for (; i + AT_ONCE * sizeof *sum <= size; i += AT_ONCE * sizeof *sum)
    for (size_t v = 0; v < AT_ONCE; v++) sum[v] += *(const eight *)(bytes + i + v * sizeof *sum);
  uint64_t all = 0;
  for (size_t v = 0; v < AT_ONCE; v++)
    for (size_t l = 0; l < 8; l++) all += sum[v][l];
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    all += word;
  }
  return all;
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static uint64_t add_words_avx512(const unsigned char *bytes, size_t size) {
  return add_words(bytes, size);
}
__attribute__((target("avx2"))) static uint64_t add_words_avx2(const unsigned char *bytes, size_t size) {
  return add_words(bytes, size);
}
#endif

static void plain_read(struct bench *b) {
#if defined(__x86_64__)
  if (sj_processor() != SJ_ANY_PROCESSOR) {
    b->sum += sj_processor() == SJ_AVX512 ? add_words_avx512(b->bytes, b->size) : add_words_avx2(b->bytes, b->size);
    return;
  }
#endif
  b->sum += add_words(b->bytes, b->size);
}

static void copy(struct bench *b) {
  memcpy(b->copy, b->bytes, b->size);
  b->sum += b->copy[b->sum % b->size];
}

static void checksum(struct bench *b) { b->sum += sj_checksum(b->bytes, b->size); }

static void checksum_as(struct bench *b, enum sj_processor processor) {
  struct sj_checksum_sum sum;
  sj_checksum_begin(&sum);
  if (processor < sum.processor) sum.processor = processor;
  sj_checksum_add(&sum, b->bytes, b->size);
  b->sum += sj_checksum_end(&sum);
}
static void checksum_avx2(struct bench *b) { checksum_as(b, SJ_AVX2); }
static void checksum_any(struct bench *b) { checksum_as(b, SJ_ANY_PROCESSOR); }

/* Rows [from, to) of column c: the time, or one half. */
static void fill_rows(struct bench *b, size_t c, uint64_t from, uint64_t to) {
  uint64_t word = 0x3fe0000000000000;
  if (c == 0) word = 1700000000000000000 + b->sum % 1024;
  uint64_t *const values = (uint64_t *)(void *)(b->message + sj_table_offset(b->layout, c));
  for (uint64_t r = from; r < to; r++) values[r] = word;
}

static void filled(struct bench *b) {
  sj_table_begin(b->layout, (struct sj_table_label){1, b->sum}, b->message);
  for (size_t c = 0; c < 2; c++) fill_rows(b, c, 0, b->rows);
  b->sum += sj_checksum(b->message, sj_table_size(b->layout));
}

static void filled_by_pieces(struct bench *b) {
  struct sj_checksum_sum sum;
  sj_checksum_begin(&sum);
  sj_table_begin(b->layout, (struct sj_table_label){1, b->sum}, b->message);
  size_t done = 0;
  for (size_t c = 0; c < 2; c++)
    for (uint64_t from = 0; from < b->rows; from += PIECE / 8) {
      const uint64_t to = from + PIECE / 8 < b->rows ? from + PIECE / 8 : b->rows;
      fill_rows(b, c, from, to);
      const size_t end = sj_table_offset(b->layout, c) + 8 * to;
      sj_checksum_add(&sum, b->message + done, end - done);
      done = end;
    }
  sj_checksum_add(&sum, b->message + done, sj_table_size(b->layout) - done);
  b->sum += sj_checksum_end(&sum);
}

static const struct {
  const char *name;
  void (*run)(struct bench *b);
} alternatives[] = {{"read", plain_read},
                    {"memcpy", copy},
                    {"checksum", checksum},
                    {"checksum_avx2", checksum_avx2},
                    {"checksum_any", checksum_any},
                    {"filled", filled},
                    {"filled_by_pieces", filled_by_pieces}};
enum { ALTERNATIVES = sizeof alternatives / sizeof *alternatives };

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, int count) {
  qsort(values, (size_t)count, sizeof *values, ascending);
  return values[count / 2];
}

/* Nanoseconds that beginning and reading a message take. */
static void time_metadata(struct bench *b, double *begin_ns, double *read_ns) {
  enum { TIMES = 20000 };
  struct sj_table table;
  const size_t size = sj_table_size(b->layout);
  const double start = now_s();
  for (uint64_t i = 0; i < TIMES; i++) sj_table_begin(b->layout, (struct sj_table_label){1, i}, b->message);
  const double middle = now_s();
  for (uint64_t i = 0; i < TIMES; i++) b->sum += sj_table_read(b->message, size, &table, NULL) == SJ_OK;
  *begin_ns = 1e9 * (middle - start) / TIMES;
  *read_ns = 1e9 * (now_s() - middle) / TIMES;
}

static unsigned char *allocate(size_t size) {
  unsigned char *const bytes = aligned_alloc(64, (size + 63) / 64 * 64);
  if (!bytes) {
    fputs("out of memory\n", stderr);
    exit(3);
  }
  for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)(i * 2654435761U >> 13);
  return bytes;
}

int main(int argc, char **argv) {
  const size_t size = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  const int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 7;
  if (size < 1024 || rounds < 1 || rounds > ROUNDS_MOST) {
    fputs("usage: message_speed BYTES [ROUNDS]\n", stderr);
    return 2;
  }
  struct bench b = {.size = size, .rows = size / 16, .bytes = allocate(size), .copy = allocate(size)};
  if (sj_table_layout_create(columns, 2, b.rows, &b.layout, NULL) != SJ_OK) return 2;
  b.message = allocate(sj_table_size(b.layout));
  const size_t times = size < bytes_a_round ? bytes_a_round / size : 1;
  double speeds[ALTERNATIVES][ROUNDS_MOST];
  for (int round = -1; round < rounds; round++)
    for (size_t a = 0; a < ALTERNATIVES; a++) {
      const double start = now_s();
      for (size_t i = 0; i < times; i++) alternatives[a].run(&b);
      if (round >= 0) speeds[a][round] = (double)(times * size) / 1e9 / (now_s() - start);
    }
  double begin_ns, read_ns;
  time_metadata(&b, &begin_ns, &read_ns);
  printf("{\"bytes\": %zu", size);
  for (size_t a = 0; a < ALTERNATIVES; a++) printf(", \"%s\": %.2f", alternatives[a].name, median(speeds[a], rounds));
  printf(", \"begin_ns\": %.0f, \"read_ns\": %.0f, \"sum\": \"%" PRIx64 "\"}\n", begin_ns, read_ns, b.sum);
  sj_table_layout_destroy(b.layout);
  free(b.message);
  free(b.copy);
  free(b.bytes);
  return 0;
}
