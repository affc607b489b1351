#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sojourn/status.h"

static const char dots[] = "\n...";
enum { DOTS = sizeof dots - 1 };

static bool is_closed(const struct sj_error *error) {
  const size_t length = strlen(error->message);
  return length >= DOTS && memcmp(error->message + length - DOTS, dots, DOTS) == 0;
}

/* Says that something is missing, in place of the last lines if need be. */
static void close_message(struct sj_error *error) {
  while (strlen(error->message) + sizeof dots > sizeof error->message) {
    char *const line = strrchr(error->message, '\n');
    if (line)
      *line = 0;
    else
      error->message[sizeof error->message - sizeof dots] = 0; /* one endless line */
  }
  memcpy(error->message + strlen(error->message), dots, sizeof dots);
}

enum sj_status sj_error_set(struct sj_error *error, enum sj_status status, const char *format, ...) {
  if (!error) return status;
  va_list arguments;
  va_start(arguments, format);
  const int wanted = vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  if (wanted >= (int)sizeof error->message) {
    char *const line = strrchr(error->message, '\n');
    if (line) *line = 0;
    close_message(error);
  }
  return status;
}

void sj_error_add(struct sj_error *error, const char *format, ...) {
  if (!error || is_closed(error)) return;
  const size_t used = strlen(error->message), lead = used > 0 ? 1 : 0;
  const size_t room = sizeof error->message - used;
  char *const end = error->message + used;
  bool fits = false;
  if (room > lead) {
    va_list arguments;
    va_start(arguments, format);
    const int wanted = vsnprintf(end + lead, room - lead, format, arguments);
    va_end(arguments);
    if (lead) *end = '\n';
    fits = wanted >= 0 && (size_t)wanted < room - lead;
  }
  if (fits) return;
  if (used > 0) *end = 0;
  close_message(error);
}
