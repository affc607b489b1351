#include <petscsys.h>
#include <slepcsys.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solve/large/task.h"

static void end(void) { SlepcFinalize(); }

/* MPI can be started once in a process, and ended once. */
static enum sj_status start(unsigned *rank, unsigned *ranks, struct sj_error *error) {
  PetscBool ready = PETSC_FALSE;
  SlepcInitialized(&ready);
  if (!ready) {
    /* The program has its own ways with signals and its own command line. */
    PetscOptionsSetValue(NULL, "-no_signal_handler", "true");
    PetscOptionsSetValue(NULL, "-skip_petscrc", "true");
    if (SlepcInitialize(NULL, NULL, NULL, NULL)) return sj_error_set(error, SJ_FAILED, "PETSc and MPI do not start");
    MPI_Comm_set_errhandler(PETSC_COMM_WORLD, MPI_ERRORS_RETURN);
    atexit(end);
  }
  int r = 0, n = 1;
  MPI_Comm_rank(PETSC_COMM_WORLD, &r);
  MPI_Comm_size(PETSC_COMM_WORLD, &n);
  *rank = (unsigned)r;
  *ranks = (unsigned)n;
  return SJ_OK;
}

PetscErrorCode sj_task_fail(struct task *task, enum sj_status status, const char *format, ...) {
  char text[sizeof task->error->message];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  task->status = sj_error_set(task->error, status, "%s", text);
  return PETSC_ERR_USER;
}

static PetscErrorCode keep_message(MPI_Comm comm, int line, const char *function, const char *file, PetscErrorCode code,
                                   PetscErrorType type, const char *message, void *context) {
  (void)comm, (void)line, (void)file;
  struct task *const task = context;
  if (type == PETSC_ERROR_INITIAL && !task->petsc_message[0])
    snprintf(task->petsc_message, sizeof task->petsc_message, "%s: %s", function ? function : "PETSc",
             message && *message ? message : "error");
  return code;
}

/* The worst status of all ranks, with the message of the first rank that has it. */
static enum sj_status agree(enum sj_status status, struct sj_error *error) {
  struct {
    int status, rank;
  } mine, worst;
  MPI_Comm_rank(PETSC_COMM_WORLD, &mine.rank);
  mine.status = (int)status;
  worst = mine;
  MPI_Allreduce(&mine, &worst, 1, MPI_2INT, MPI_MAXLOC, PETSC_COMM_WORLD);
  if (worst.status != SJ_OK && error)
    MPI_Bcast(error->message, (int)sizeof error->message, MPI_CHAR, worst.rank, PETSC_COMM_WORLD);
  return (enum sj_status)worst.status;
}

enum sj_status sj_task_run(const struct sj_generator *generator, const struct sj_large_options *options,
                           PetscErrorCode (*work)(struct task *task, void *context), void *context,
                           struct sj_error *error) {
  struct sj_error unwanted = {""};
  struct task task = {.generator = generator, .options = *options, .error = error ? error : &unwanted};
  task.to = malloc((generator->most + 1) * sizeof *task.to);
  task.rate = malloc((generator->most + 1) * sizeof *task.rate);
  if (!task.to || !task.rate) task.status = sj_error_set(task.error, SJ_NO_MEMORY, "out of memory");
  if (generator->count > PETSC_MAX_INT)
    task.status = sj_error_set(task.error, SJ_FAILED, "%zu states: PETSc is built for at most %d", generator->count,
                               PETSC_MAX_INT);
  task.status = agree(task.status, task.error);
  MPI_Bcast(&task.options.most_bytes, 1, MPI_DOUBLE, 0, PETSC_COMM_WORLD);
  if (task.status == SJ_OK) {
    PetscPushErrorHandler(keep_message, &task);
    const PetscErrorCode code = work(&task, context);
    PetscPopErrorHandler();
    if (code && task.status == SJ_OK)
      task.status = code == PETSC_ERR_MEM ? sj_error_set(task.error, SJ_NO_MEMORY,
                                                         "PETSc ran out of memory with %zu states", generator->count)
                                          : sj_error_set(task.error, SJ_FAILED, "PETSc failed: %s", task.petsc_message);
    task.status = agree(task.status, task.error);
  }
  free(task.to);
  free(task.rate);
  return task.status;
}

__attribute__((visibility("default"))) extern const struct sj_large_module sj_large_module;
const struct sj_large_module sj_large_module = {SJ_LARGE_MODULE_VERSION,    start,
                                                sj_large_module_stationary, sj_large_module_spectrum,
                                                sj_large_module_hitting,    sj_large_module_transient};
