#include "measure/payload.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "measure/checksum.h"
#include "random/stream.h"

const struct sj_column sj_payload_columns[SJ_PAYLOAD_COLUMNS] = {{"timestamp", SJ_COLUMN_TIMESTAMP},
                                                                 {"value", SJ_COLUMN_FLOAT64}};

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

uint64_t sj_payload_write(struct sj_payload *payload, uint64_t sequence, void *place) {
  unsigned char *const bytes = place;
  int64_t *const timestamps = (int64_t *)(void *)(bytes + sj_table_offset(payload->layout, 0));
  double *const values = (double *)(void *)(bytes + sj_table_offset(payload->layout, 1));
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const int64_t timestamp = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
  sj_table_begin(payload->layout, (struct sj_table_label){payload->producer, sequence}, place);
  for (uint64_t i = 0; i < payload->rows; i++) timestamps[i] = timestamp;
  if (payload->source == SJ_PAYLOAD_RANDOM)
    draw(&payload->stream, values, payload->rows);
  else if (payload->source == SJ_PAYLOAD_COPY)
    memcpy(values, payload->values, payload->rows * sizeof *values);
  else
    for (uint64_t i = 0; i < payload->rows; i++) values[i] = 0.5;
  return sj_checksum(place, sj_table_size(payload->layout));
}
