#include "results/hdr.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/base.h"

/* HdrHistogram's own layout for three digits: an octave has 1024 places from 2048 on, and all below 2048 have their
 * own.
 */
enum { HALF_BITS = 10, HALF = 1 << HALF_BITS, PLACES = 2 * HALF };
#define MOST_VALUE (INT64_C(1) << 62)
/* V2EncodingCookieBase and V2CompressedEncodingCookieBase, with the mark of LEB128. */
#define COOKIE 0x1c849313u
#define COMPRESSED_COOKIE 0x1c849314u

static size_t place_of(int64_t value) {
  const unsigned bucket = 64u - (unsigned)__builtin_clzll((uint64_t)value | (PLACES - 1)) - (HALF_BITS + 1);
  return ((size_t)bucket << HALF_BITS) + (size_t)(value >> bucket);
}

static int64_t whole_value(double value) { return value < (double)MOST_VALUE ? llround(value) : MOST_VALUE; }

static void add_big_endian(struct sj_text *bytes, uint64_t x, unsigned length) {
  for (unsigned i = length; i-- > 0;) {
    const char byte = (char)(x >> (8 * i));
    sj_text_add_bytes(bytes, &byte, 1);
  }
}

/* ZigZag, then seven bits a byte, lowest first; the ninth byte holds eight. */
static void add_count(struct sj_text *bytes, int64_t count) {
  uint64_t x = ((uint64_t)count << 1) ^ (count < 0 ? UINT64_MAX : 0);
  for (unsigned i = 0; i < 8 && x > 127; i++, x >>= 7) {
    const char byte = (char)(x | 128);
    sj_text_add_bytes(bytes, &byte, 1);
  }
  const char last = (char)x;
  sj_text_add_bytes(bytes, &last, 1);
}

/* The counts by HdrHistogram's places, up to the last that is not zero; a calloc'd array. */
static uint64_t *counts_of(const struct sj_histogram *h, double scale, size_t *count, int64_t *most) {
  *most = 1;
  for (uint32_t i = h->length; i-- > 0;) {
    if (h->counts[i] == 0) continue;
    *most = whole_value(scale * sj_histogram_cell_high(h->first + i));
    break;
  }
  uint64_t *const counts = calloc(place_of(*most) + 1, sizeof *counts);
  if (!counts) return NULL;
  counts[0] = h->zeros;
  for (uint32_t i = 0; i < h->length; i++) {
    const uint32_t cell = h->first + i;
    if (h->counts[i] > 0)
      counts[place_of(whole_value(scale * (sj_histogram_cell_low(cell) + sj_histogram_cell_high(cell)) / 2))] +=
          h->counts[i];
  }
  *count = place_of(*most) + 1;
  while (*count > 1 && counts[*count - 1] == 0) --*count;
  return counts;
}

static void add_payload(const uint64_t *counts, size_t count, struct sj_text *payload) {
  for (size_t i = 0; i < count;) {
    size_t zeros = 0;
    while (i + zeros < count && counts[i + zeros] == 0) zeros++;
    add_count(payload, zeros > 0 ? -(int64_t)zeros : (int64_t)counts[i]);
    i += zeros > 0 ? zeros : 1;
  }
}

static char *base64(const unsigned char *bytes, size_t length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *const text = malloc((length + 2) / 3 * 4 + 1), *end = text;
  if (!text) return NULL;
  for (size_t i = 0; i < length; i += 3) {
    const unsigned second = i + 1 < length ? bytes[i + 1] : 0, third = i + 2 < length ? bytes[i + 2] : 0;
    const unsigned word = (unsigned)bytes[i] << 16 | second << 8 | third;
    for (unsigned k = 0; k < 4; k++) *end++ = i + k > length ? '=' : digits[word >> (18 - 6 * k) & 63];
  }
  *end = 0;
  return text;
}

/* Deflates what lies behind the header of the compressed form, and puts the header before it. */
static char *compress_and_encode(const struct sj_text *plain) {
  enum { HEADER = 8 };
  uLongf length = compressBound(plain->length);
  unsigned char *const bytes = malloc(HEADER + length);
  if (!bytes) return NULL;
  char *text = NULL;
  if (compress2(bytes + HEADER, &length, (const Bytef *)plain->data, plain->length, Z_DEFAULT_COMPRESSION) == Z_OK) {
    struct sj_text header = {0};
    add_big_endian(&header, COMPRESSED_COOKIE, 4);
    add_big_endian(&header, length, 4);
    memcpy(bytes, header.data, HEADER);
    free(header.data);
    text = base64(bytes, HEADER + length);
  }
  free(bytes);
  return text;
}

char *sj_hdr_encode(const struct sj_histogram *histogram, double scale) {
  size_t count = 0;
  int64_t most = 1;
  uint64_t *const counts = counts_of(histogram, scale, &count, &most);
  if (!counts) return NULL;
  struct sj_text payload = {0}, plain = {0};
  add_payload(counts, count, &payload);
  free(counts);
  const double ratio = 1; /* integers are not scaled when read */
  uint64_t ratio_bits;
  memcpy(&ratio_bits, &ratio, sizeof ratio_bits);
  add_big_endian(&plain, COOKIE, 4);
  add_big_endian(&plain, payload.length, 4);
  add_big_endian(&plain, 0, 4); /* normalizing index offset */
  add_big_endian(&plain, SJ_HDR_DIGITS, 4);
  add_big_endian(&plain, 1, 8); /* lowest discernible value */
  add_big_endian(&plain, (uint64_t)(most > 2 ? most : 2), 8);
  add_big_endian(&plain, ratio_bits, 8);
  sj_text_add_bytes(&plain, payload.data, payload.length);
  char *const text = compress_and_encode(&plain);
  free(payload.data);
  free(plain.data);
  return text;
}

double sj_hdr_scale(const char *time_unit) {
  return !strcmp(time_unit, "ms") ? 1e6 : !strcmp(time_unit, "us") ? 1e3 : !strcmp(time_unit, "ns") ? 1 : 1e9;
}

static bool sum_runs(const struct sj_results *results, size_t index, struct sj_histogram *sum) {
  for (size_t r = 0; r < results->run_count; r++)
    if (!sj_histogram_merge(sum, &results->runs[r].histograms[index])) return false;
  return true;
}

static double largest(const struct sj_histogram *h) {
  for (uint32_t i = h->length; i-- > 0;)
    if (h->counts[i] > 0) return sj_histogram_cell_high(h->first + i);
  return 0;
}

/* A tag may hold neither commas nor blanks. */
static void add_tag(struct sj_text *line, const char *name) {
  for (; *name; name++) {
    const char byte = *name == ',' || *name == ' ' || *name == '\n' || *name == '\r' ? '_' : *name;
    sj_text_add_bytes(line, &byte, 1);
  }
}

static enum sj_status write_histograms(const struct sj_store_entry *entry, const struct sj_results *results,
                                       bool numbered, FILE *out, struct sj_error *error) {
  const double scale = sj_hdr_scale(results->time_unit);
  const double start = isnan(results->warmup) ? 0 : results->warmup;
  for (size_t i = 0; i < results->histogram_count; i++) {
    struct sj_histogram sum = {0};
    char *const code = sum_runs(results, i, &sum) ? sj_hdr_encode(&sum, scale) : NULL;
    const double most = largest(&sum);
    sj_histogram_destroy(&sum);
    if (!code) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
    struct sj_text line = {0};
    sj_text_add(&line, "Tag=");
    if (numbered) sj_text_add(&line, "%" PRId64 ":", entry->result);
    add_tag(&line, results->histogram_names[i]);
    /* HdrHistogram's own log writer gives the times in s and the largest value in ms. */
    sj_text_add(&line, ",%.3f,%.3f,%.3f,%s\n", start * scale / 1e9,
                isnan(results->duration) ? 0.0 : (results->duration - start) * scale / 1e9, most * scale / 1e6, code);
    fwrite(line.data, 1, line.length, out);
    free(line.data);
    free(code);
  }
  return SJ_OK;
}

enum sj_status sj_store_hdr(struct sj_store *store, int64_t result, FILE *out, struct sj_error *error) {
  struct sj_store_entry *entries;
  size_t count, written = 0;
  enum sj_status status = sj_store_list(store, &entries, &count, error);
  if (status != SJ_OK) return status;
  fputs(
      "#[Histogram log format version 1.3]\n#[BaseTime: 0.000 (seconds since epoch)]\n"
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
      out);
  for (size_t i = 0; i < count && status == SJ_OK; i++) {
    struct sj_results *results;
    if (result != 0 && entries[i].result != result) continue;
    status = sj_store_load(store, entries[i].result, &results, error);
    if (status != SJ_OK) break;
    status = write_histograms(&entries[i], results, result == 0 && count > 1, out, error);
    written += results->histogram_count;
    sj_results_destroy(results);
  }
  sj_store_list_destroy(entries, count);
  if (status == SJ_OK && written == 0) return sj_error_set(error, SJ_FAILED, "there is no histogram to write");
  if (status == SJ_OK && (fflush(out) != 0 || ferror(out)))
    status = sj_error_set(error, SJ_FAILED, "the histograms could not be written");
  return status;
}
