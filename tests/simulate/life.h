/* Lives: small models in which nothing is left to chance, whose outcome is computed by hand. */
#ifndef TESTS_SIMULATE_LIFE_H
#define TESTS_SIMULATE_LIFE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct life {
  const char *model; /* the Lua text; its data file is "trace.csv" */
  const char *trace; /* the data file's text, or NULL */
  const char *rows;  /* what --csv must say, request by request in the order of closing: "client,member,arrival,latency,
                      * outcome,attempts\n" (the run's number left out); NULL: not looked at */
  struct {
    const char *name;
    double value; /* exactly; NAN: there must be no number; times and figures are chosen such that doubles hold them */
  } metrics[16];
};

/* Runs the life that is its initial state, and compares. Whatever it finds must not depend on what else is watched
 * (time series, members) nor on whether a fault that never comes lets the engine take its short cuts: it runs each way.
 */
void check_life(void **state);

#define LIFE(name) \
  { #name, check_life, NULL, NULL, (void *)(uintptr_t)&name }

#endif
