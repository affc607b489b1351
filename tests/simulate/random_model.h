/* Models put together at random, as Lua text: every feature of the language with every other. */
#ifndef TESTS_SIMULATE_RANDOM_MODEL_H
#define TESTS_SIMULATE_RANDOM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum { MOST_TEXT = 1 << 16, MOST_SERVERS = 8 };

struct random_model {
  char text[MOST_TEXT];
  bool ends_empty; /* arrivals stop long before the end */
  bool loses;      /* some leave a server without having been served: crashes, CoDel, withdrawals */
  double
      threads[MOST_SERVERS]; /* of each server, all members together; 0: not known, or not held all through service */
  int servers;               /* named "s0", "s1", ... */
};

/* The data file that the traces of a model read, "trace.csv". */
extern const char random_model_trace[];

void random_model_make(struct random_model *model, uint64_t seed);

#endif
