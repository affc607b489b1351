/* Comma-separated trajectories: any bytes are either refused with a message or become trajectories on a grid whose
 * first states are known. */
#include <math.h>
#include <string.h>

#include "learn/samples.h"
#include "trace.h"

static void read_with(const uint8_t *data, size_t size, const struct sj_reading *reading) {
  struct sj_error error = {{0}};
  struct sj_trajectories *trajectories = NULL;
  const int fd = fuzz_file(data, size);
  const enum sj_status status = sj_trajectories_read_descriptor(fd, "input", reading, &trajectories, &error);
  close(fd);
  PROMISED((status == SJ_OK) == (trajectories != NULL));
  if (!trajectories) {
    PROMISED(memchr(error.message, 0, sizeof error.message) && strncmp(error.message, "input", 5) == 0);
    return;
  }
  const size_t features = sj_trajectories_feature_count(trajectories);
  PROMISED(sj_trajectories_step(trajectories) > 0 && features > 0);
  for (size_t i = 0; i < sj_trajectories_count(trajectories); i++) {
    size_t length;
    const double *const states = sj_trajectories_states(trajectories, i, &length, NULL);
    for (size_t k = 0; k < length * features; k++) PROMISED(isfinite(states[k]) || (isnan(states[k]) && k >= features));
  }
  sj_trajectories_destroy(trajectories);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sj_reading reading;
  sj_reading_default(&reading);
  read_with(data, size, &reading);
  reading.run_column = "run";
  reading.any_length = true;
  read_with(data, size, &reading);
  return 0;
}
