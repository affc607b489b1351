/* What concerns the process: signals, exit codes, messages, standard output. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "solve/large.h"

/* A handler can reach nothing else. */
static volatile sig_atomic_t stop, deferred;

/* Why the first write that failed did; a later flush has forgotten it. */
static int output_error;

static void handle(int signal_number) {
  (void)signal_number;
  if (!deferred || __atomic_load_n(&stop, __ATOMIC_RELAXED)) _exit(SJ_EXIT_INTERRUPTED);
  __atomic_store_n(&stop, 1, __ATOMIC_RELAXED); /* threads look at it */
}

void sj_signals_catch(void) {
  struct sigaction action = {.sa_handler = handle}, before;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, NULL);
  /* A shell starts what runs in its background with SIGINT ignored. */
  if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler == SIG_IGN) return;
  sigaction(SIGINT, &action, NULL);
}

const volatile sig_atomic_t *sj_signals_defer(void) {
  deferred = 1;
  return &stop;
}

enum sj_exit sj_exit_of(enum sj_status status) {
  switch (status) {
    case SJ_OK:
      return SJ_EXIT_DONE;
    case SJ_INVALID:
      return SJ_EXIT_WRONG;
    case SJ_FAILED:
    case SJ_NO_MEMORY:
      return SJ_EXIT_FAILED;
    case SJ_INTERRUPTED:
      return SJ_EXIT_INTERRUPTED;
  }
  return SJ_EXIT_FAILED;
}

enum sj_exit sj_complain(enum sj_status status, const struct sj_error *error) {
  fprintf(stderr, "sojourn: %s\n", error->message);
  return sj_exit_of(status);
}

enum sj_exit sj_complain_of_model(const struct sj_options *options, enum sj_status status,
                                  const struct sj_error *error) {
  const size_t length = strlen(options->file);
  const char *const message = error->message;
  if (sj_large_launched_rank() > 0) return sj_exit_of(status); /* the first process says it */
  if (status == SJ_INTERRUPTED && !*message) {
    fprintf(stderr, "sojourn: interrupted\n");
    return sj_exit_of(status);
  }
  if (strncmp(message, options->file, length) != 0 || message[length] != ':' ||
      strspn(message + length + 1, "0123456789") == 0)
    return sj_complain(status, error);
  fprintf(stderr, "%s\n", message);
  return sj_exit_of(status);
}

void sj_print(const char *text) {
  if ((fputs(text, stdout) == EOF || fflush(stdout) != 0) && output_error == 0) output_error = errno;
}

bool sj_finish_output(void) {
  const bool failed_before = ferror(stdout) != 0;
  errno = 0;
  if (fflush(stdout) == 0 && !failed_before) return true;
  const int reason = output_error ? output_error : errno;
  fprintf(stderr, "sojourn: standard output: %s\n", reason ? strerror(reason) : "write error");
  return false;
}
