/* What the processes of a measurement do, each until the board's phase says that it is over. Status and message of what
 * could not be done also go onto the board. */
#ifndef SJ_MEASURE_ROLES_H
#define SJ_MEASURE_ROLES_H

#include "measure/board.h"
#include "sojourn/measure.h"
#include "sojourn/ring.h"

/* Made before the processes are forked, the same for all. */
struct sj_measurement {
  const struct sj_measure_options *options;
  struct sj_board *board;
  struct sj_ring *ring; /* NULL: payloads go over the bus */
  size_t message_bytes;
  unsigned most; /* high-water mark of each socket */
};

/* Makes messages and sends them, from where the producer's earlier incarnation stopped; then says that it has ended. */
enum sj_status sj_role_producer(const struct sj_measurement *measurement, struct sj_bus *bus, unsigned index,
                                struct sj_error *error);

/* Receives, verifies and stores messages. */
enum sj_status sj_role_store(const struct sj_measurement *measurement, struct sj_bus *bus, struct sj_error *error);

/* Forwards, until the control channel says to end. */
enum sj_status sj_role_broker(const struct sj_measurement *measurement, struct sj_bus *bus, int control,
                              struct sj_error *error);

/* All of them as threads of this process. */
enum sj_status sj_role_all(const struct sj_measurement *measurement, int control, struct sj_error *error);

/* What control messages say: `sequence` of their handles. */
enum sj_control { SJ_CONTROL_START = 1, SJ_CONTROL_END = 2 };
/* What the value of a statistics message counts. */
enum sj_statistic { SJ_STATISTIC_SENT = 1, SJ_STATISTIC_DROPPED = 2, SJ_STATISTIC_WAITS = 3 };

#endif
