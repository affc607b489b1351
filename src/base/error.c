#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sojourn/status.h"

enum sj_status sj_error_set(struct sj_error *error, enum sj_status status, const char *format, ...) {
  if (!error) return status;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  return status;
}

void sj_error_add(struct sj_error *error, const char *format, ...) {
  if (!error) return;
  const size_t used = strlen(error->message);
  const size_t room = sizeof error->message - used;
  char *const end = error->message + used;
  va_list arguments;
  va_start(arguments, format);
  const size_t lead = used ? 1 : 0;
  const int wanted = room > lead + 1 ? vsnprintf(end + lead, room - lead, format, arguments) : 0;
  va_end(arguments);
  if (room <= lead + 1) return;
  if (lead) *end = '\n';
  if (wanted >= 0 && (size_t)wanted < room - lead) return;
  /* It does not fit: drop this line, and say once that something is missing. */
  *end = 0;
  static const char dots[] = "\n...";
  if (used + sizeof dots <= sizeof error->message) memcpy(end, dots, sizeof dots);
}
