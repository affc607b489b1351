/* A sweep of several processes. The launcher (mpirun, srun) only places and starts them: over MPI they learn once where
 * the first one listens, and MPI is ended again before any point is computed, in a process of its own. From then on
 * there are connections between workers and the first process (wire.h), and a process that dies is one that hung up.
 *
 * MPI itself would end all processes when one dies. What is left is the launcher: mpirun ends the others when a process
 * that it started is killed, unless it was called with --enable-recovery. So the processes that it started for workers
 * only look after a child that works, and start another if that one is killed: by the kernel, when memory runs out,
 * nearly always. */
#ifndef SJ_SWEEP_LAUNCH_H
#define SJ_SWEEP_LAUNCH_H

#include "sweep/sweep.h"
#include "sweep/wire.h"

/* What the module that is built with MPI shows to who loads it. */
enum { SJ_MEET_MODULE_VERSION = 1 };
#define SJ_MEET_MODULE_SYMBOL "sj_meet_module"
struct sj_meet_module {
  unsigned version;
  /* Starts MPI, gives everybody the first process's `size` bytes, and ends MPI. */
  enum sj_status (*meet)(void *bytes, size_t size, struct sj_error *error);
};

/* Every process calls it; in all but the first `meeting` is filled in. SJ_FAILED: this sojourn was built without MPI,
 * or the launcher's MPI is another. */
enum sj_status sj_meet(struct sj_meeting *meeting, struct sj_error *error);

/* The first process's part: serves the others until sj_serve_end. */
struct sj_server;
enum sj_status sj_serve_begin(struct sj_sweeping *sweeping, int listener, const struct sj_meeting *meeting,
                              unsigned workers, struct sj_server **server, struct sj_error *error);
void sj_serve_end(struct sj_server *server);

/* The part of all others: works until there is no more to do. SJ_OK also if the first process went away. */
enum sj_status sj_work_for(const struct sj_sweep_options *options, const struct sj_sweep *sweep,
                           const struct sj_meeting *meeting, const char *definition, struct sj_error *error);

#endif
