/* Compressed recordings: broken gzip data, and gzip data of any content in several members, which must be read as that
 * content is. */
#include "trace.h"

#include <zlib.h>

static size_t compress_member(uint8_t *to, size_t room, const uint8_t *data, size_t size) {
  z_stream stream = {0};
  PROMISED(deflateInit2(&stream, 1, Z_DEFLATED, MAX_WBITS + 16, 1, Z_DEFAULT_STRATEGY) == Z_OK);
  uint8_t *const copy = malloc(size + 1); /* zlib's input pointer is not const */
  PROMISED(copy);
  memcpy(copy, data, size);
  stream.next_in = copy;
  stream.avail_in = (uInt)size;
  stream.next_out = to;
  stream.avail_out = (uInt)room;
  PROMISED(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  deflateEnd(&stream);
  free(copy);
  return room - stream.avail_out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 4) return 0;
  /* As it is, but for the magic number that says gzip. */
  const size_t room = 2 * size + 1024;
  uint8_t *const stored = malloc(room);
  PROMISED(stored);
  memcpy(stored, data, size);
  memcpy(stored, "\x1f\x8b\x08\x00", 4);
  fuzz_trace(stored, size, NULL);
  /* As content, cut in two where the first byte says. */
  if (data[1] == 0x1f && data[2] == 0x8b) {
    free(stored);
    return 0;
  }
  const size_t half = 1 + (size - 1) * data[0] / 255;
  size_t length = compress_member(stored, room, data + 1, half - 1);
  length += compress_member(stored + length, room - length, data + half, size - half);
  struct sj_trace *const plain = fuzz_open(fuzz_file(data + 1, size - 1), NULL, NAN, NAN);
  struct sj_trace *const compressed = fuzz_open(fuzz_file(stored, length), NULL, NAN, NAN);
  PROMISED(!plain == !compressed);
  if (plain && compressed) {
    const double a = fuzz_read(plain), b = fuzz_read(compressed);
    PROMISED(a == b);
  }
  sj_trace_close(plain);
  sj_trace_close(compressed);
  free(stored);
  return 0;
}
