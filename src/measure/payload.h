/* The messages that producers make: an Arrow message of two columns, `timestamp` (when it was made, ns since 1970) and
 * `value` (doubles in [0, 1)). */
#ifndef SJ_MEASURE_PAYLOAD_H
#define SJ_MEASURE_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "measure/table.h"
#include "sojourn/measure.h"

enum { SJ_PAYLOAD_COLUMNS = 2, SJ_PAYLOAD_ROW = 16 };
extern const struct sj_column sj_payload_columns[SJ_PAYLOAD_COLUMNS];

/* One producer's. Random values come from (seed, producer, incarnation); `copy` copies a column of such values that was
 * drawn once, `constant` writes one value. */
struct sj_payload;
enum sj_status sj_payload_create(const struct sj_measure_options *options, unsigned producer, uint32_t incarnation,
                                 struct sj_payload **payload, struct sj_error *error);
void sj_payload_destroy(struct sj_payload *payload); /* NULL is allowed */

/* Bytes of a whole message. */
size_t sj_payload_size(const struct sj_payload *payload);

/* Writes the message with this number to `place` and returns its checksum. */
uint64_t sj_payload_write(struct sj_payload *payload, uint64_t sequence, void *place);

#endif
