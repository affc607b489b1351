/* Models written in a test, solved exactly. */
#ifndef TESTS_SOLVE_COMPOSING_H
#define TESTS_SOLVE_COMPOSING_H

#include <stdbool.h>
#include <stddef.h>

#include "solve/space.h"

struct solved {
  struct sj_model *model;
  struct sj_space space;
  double *pi; /* by state; NULL if the model was refused */
  enum sj_status status;
  struct sj_error error;
};

/* Composes the model whose text this is, and finds its stationary distribution; it must go well. */
void solved_create(struct solved *solved, bool approximate, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with the options and without the distribution; it may fail. */
void composed_create(struct solved *solved, const struct sj_space_options *options, const char *text);
void solved_destroy(struct solved *solved);

/* Long-run means. */
double server_mean(const struct solved *solved, size_t server, enum sj_server_quantity quantity);
double client_mean(const struct solved *solved, size_t client, enum sj_client_quantity quantity);
/* The probability that the server holds `count` requests. */
double server_holds(const struct solved *solved, size_t server, double count);

/* Fails unless |value - expected| <= tolerance * |expected|. */
void close_to(double value, double expected, double tolerance);

#endif
