#include <string.h>

#include "measure/roles.h"

enum sj_status sj_role_broker(const struct sj_measurement *measurement, struct sj_bus *bus, int control,
                              struct sj_error *error) {
  struct sj_board *const board = measurement->board;
  struct sj_broker_settings settings = {.most = measurement->most, .control = control, .counts = &board->broker};
  struct sj_broker *broker = NULL;
  memcpy(settings.in, board->in, sizeof settings.in);
  memcpy(settings.out, board->out, sizeof settings.out);
  enum sj_status status = sj_broker_create(bus, &settings, &broker, error);
  if (status == SJ_OK) {
    memcpy(board->in, settings.in, sizeof settings.in); /* with the ports that were found */
    memcpy(board->out, settings.out, sizeof settings.out);
    SJ_STORE(board->broker_state, SJ_STATE_READY);
    status = sj_broker_run(broker, error);
  }
  sj_broker_destroy(broker);
  return status;
}
