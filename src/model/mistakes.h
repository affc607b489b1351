/* The mistakes found in a model, so that many are reported in one go. */
#ifndef SJ_MODEL_MISTAKES_H
#define SJ_MODEL_MISTAKES_H

#include <stdarg.h>

#include "model/document.h"
#include "sojourn/status.h"

enum { SJ_MISTAKES_REPORTED = 20 };

struct sj_mistake {
  int line; /* 0: not in the file */
  const char *text;
  bool unreadable; /* a data file cannot be read: nothing is wrong with the model itself */
};

/* Zero-initialize; sj_mistakes_clear ends it. */
struct sj_mistakes {
  struct sj_arena arena;
  struct sj_mistake *list;
  size_t count, capacity;
};

/* Adds "FILE:LINE: text", or, where the mistake is in an override, "ORIGIN: text". The same line is kept once; past a
 * thousand nothing is kept. */
void sj_mistake(struct sj_mistakes *mistakes, const char *file, int line, const char *origin, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* The same for a data file that cannot be read. */
void sj_mistake_unreadable(struct sj_mistakes *mistakes, const char *file, int line, const char *origin,
                           const char *message);
/* Adds a message that already has its place, as Lua's errors do. */
void sj_mistake_text(struct sj_mistakes *mistakes, int line, const char *message);
void sj_mistakes_clear(struct sj_mistakes *mistakes);

/* SJ_OK if there is none; else SJ_INVALID (SJ_FAILED if all are data files that cannot be read), with up to twenty of
 * them in `error` in the order of their lines, those of overrides first. */
enum sj_status sj_mistakes_report(struct sj_mistakes *mistakes, struct sj_error *error);

#endif
