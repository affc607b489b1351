/* All that a sweep has to do with MPI. */
#include <mpi.h>

#include "sweep/launch.h"

static enum sj_status meet(void *bytes, size_t size, struct sj_error *error) {
  if (MPI_Init(NULL, NULL) != MPI_SUCCESS) return sj_error_set(error, SJ_FAILED, "MPI does not start");
  const int sent = MPI_Bcast(bytes, (int)size, MPI_BYTE, 0, MPI_COMM_WORLD);
  MPI_Finalize();
  return sent == MPI_SUCCESS ? SJ_OK : sj_error_set(error, SJ_FAILED, "MPI_Bcast failed");
}

__attribute__((visibility("default"))) extern const struct sj_meet_module sj_meet_module;
const struct sj_meet_module sj_meet_module = {SJ_MEET_MODULE_VERSION, meet};
