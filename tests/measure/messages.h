/* Messages that the tests of tables and stores share: what is in each is a function of its producer and sequence. */
#ifndef TESTS_MEASURE_MESSAGES_H
#define TESTS_MEASURE_MESSAGES_H

#include "measure/sink.h"
#include "measure/table.h"

enum { COLUMNS = 3 };
extern const struct sj_column columns[COLUMNS]; /* "timestamp", "value", "count": one of each type */

int64_t timestamp_of(uint64_t producer, uint64_t sequence, uint64_t row);
double value_of(uint64_t producer, uint64_t sequence, uint64_t row);
int64_t count_of(uint64_t producer, uint64_t sequence, uint64_t row);

/* A message in memory of its own, which free() ends, with its checksum. */
struct sj_sink_message make_message(uint64_t rows, uint64_t producer, uint64_t sequence);
void free_message(struct sj_sink_message *message);

#endif
