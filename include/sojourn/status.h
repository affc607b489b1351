/* Status codes and error messages shared by every function of the library. */
#ifndef SOJOURN_STATUS_H
#define SOJOURN_STATUS_H

#include "sojourn/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a function that can fail returns. The command line's exit code follows from it: SJ_INVALID is 2, SJ_FAILED and
 * SJ_NO_MEMORY are 3, SJ_INTERRUPTED is 130. */
enum sj_status {
  SJ_OK = 0,         /* done */
  SJ_INVALID = 2,    /* the command, the model or a data file's content is wrong; the error says where */
  SJ_FAILED = 3,     /* it could not be done: a file cannot be read or written, a solver did not converge */
  SJ_NO_MEMORY = 4,  /* memory ran out */
  SJ_INTERRUPTED = 5 /* the caller asked to stop; what was finished is valid */
};

/* Room for a message. The caller owns it, hands it in, and reads `message` only after a status other than SJ_OK. The
 * message is a complete text without a trailing newline; it begins with FILE:LINE where a place is known, and holds
 * several such lines, separated by newlines, where several mistakes were found (the loader reports up to twenty). A
 * text that does not fit is cut at a line's end and closed with "...". */
struct sj_error {
  char message[8192];
};

/* Formats into `error` (which may be NULL: then nothing is written) and returns `status`, so that a failure is one
 * statement: return sj_error_set(error, SJ_INVALID, "%s:%d: ...", file, line). */
SJ_PUBLIC enum sj_status sj_error_set(struct sj_error *error, enum sj_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends a line to `error`, for the reports of several mistakes; the first call must find message[0] == 0. */
SJ_PUBLIC void sj_error_add(struct sj_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif
#endif
