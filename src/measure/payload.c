#include "measure/payload.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "measure/checksum.h"
#include "random/stream.h"

const struct sj_column sj_payload_columns[SJ_PAYLOAD_COLUMNS] = {{"timestamp", SJ_COLUMN_TIMESTAMP},
                                                                 {"value", SJ_COLUMN_FLOAT64}};

/* Values written before they are added to the checksum: they are in the first cache then. */
enum { PIECE = 2048 };

struct sj_payload {
  enum sj_payload_source source;
  uint64_t rows, producer;
  struct sj_table_layout *layout;
  struct sj_stream stream;
  double *values; /* SJ_PAYLOAD_COPY: what is copied */
};

static void draw(struct sj_stream *stream, double *values, uint64_t count) {
  struct sj_stream local = *stream; /* in registers */
  for (uint64_t i = 0; i < count; i++) values[i] = sj_stream_uniform(&local);
  *stream = local;
}

enum sj_status sj_payload_create(const struct sj_measure_options *options, unsigned producer, uint32_t incarnation,
                                 struct sj_payload **payload, struct sj_error *error) {
  struct sj_payload *const made = sj_allocate(sizeof *made);
  *made = (struct sj_payload){.source = options->source, .rows = options->rows, .producer = producer};
  *payload = made;
  sj_stream_seed(&made->stream, sj_stream_key(options->seed, incarnation, "producer", "values"), producer);
  const enum sj_status status =
      sj_table_layout_create(sj_payload_columns, SJ_PAYLOAD_COLUMNS, options->rows, &made->layout, error);
  if (status != SJ_OK || made->source != SJ_PAYLOAD_COPY) return status;
  made->values = calloc(options->rows ? options->rows : 1, sizeof *made->values);
  if (!made->values) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  draw(&made->stream, made->values, made->rows);
  return SJ_OK;
}

void sj_payload_destroy(struct sj_payload *payload) {
  if (!payload) return;
  sj_table_layout_destroy(payload->layout);
  free(payload->values);
  free(payload);
}

size_t sj_payload_size(const struct sj_payload *payload) { return sj_table_size(payload->layout); }

static void fill_timestamps(int64_t *place, int64_t timestamp, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) place[i] = timestamp;
}

static void fill_values(struct sj_payload *payload, double *place, uint64_t from, uint64_t count) {
  if (payload->source == SJ_PAYLOAD_RANDOM)
    draw(&payload->stream, place, count);
  else if (payload->source == SJ_PAYLOAD_COPY)
    memcpy(place, payload->values + from, count * sizeof *place);
  else
    for (uint64_t i = 0; i < count; i++) place[i] = 0.5;
}

/* Writes a column piece by piece, and adds to the checksum what is in front of each. */
static size_t write_column(struct sj_payload *payload, size_t column, int64_t timestamp, unsigned char *bytes,
                           size_t added, struct sj_checksum_sum *sum) {
  size_t at = sj_table_offset(payload->layout, column);
  for (uint64_t row = 0; row < payload->rows; row += PIECE) {
    const uint64_t count = payload->rows - row < PIECE ? payload->rows - row : PIECE;
    if (column == 0)
      fill_timestamps((int64_t *)(void *)(bytes + at), timestamp, count);
    else
      fill_values(payload, (double *)(void *)(bytes + at), row, count);
    at += count * sizeof(double);
    sj_checksum_add(sum, bytes + added, at - added);
    added = at;
  }
  return added;
}

uint64_t sj_payload_write(struct sj_payload *payload, uint64_t sequence, void *place) {
  struct sj_checksum_sum sum;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const int64_t timestamp = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
  sj_table_begin(payload->layout, (struct sj_table_label){payload->producer, sequence}, place);
  sj_checksum_begin(&sum);
  size_t added = 0;
  for (size_t column = 0; column < SJ_PAYLOAD_COLUMNS; column++)
    added = write_column(payload, column, timestamp, place, added, &sum);
  sj_checksum_add(&sum, (unsigned char *)place + added, sj_table_size(payload->layout) - added);
  return sj_checksum_end(&sum);
}
