/* Results as bytes, from one process of a sweep to another of the same program: no format for files. Numbers are those
 * of the machine: all processes run on machines of one kind. What is read is checked, and refused if it is cut or
 * makes no sense. */
#ifndef SJ_RESULTS_PACK_H
#define SJ_RESULTS_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "results/results.h"

/* Appends to a text of bytes. A NULL text is told from an empty one. */
void sj_pack_whole(struct sj_text *bytes, uint64_t x);
void sj_pack_number(struct sj_text *bytes, double x);
void sj_pack_text(struct sj_text *bytes, const char *text);
/* Everything but the runs; then one run of that shape, without histograms and series where it has none. */
void sj_pack_results(struct sj_text *bytes, const struct sj_results *results);
void sj_pack_run(struct sj_text *bytes, const struct sj_results *results, const struct sj_run *run);

/* Reads the same. After the first thing that is wrong `bad` is set, and all that follows is 0, NAN or NULL. */
struct sj_packed {
  const char *at;
  size_t left;
  bool bad;
};
uint64_t sj_unpack_whole(struct sj_packed *bytes);
double sj_unpack_number(struct sj_packed *bytes);
char *sj_unpack_text(struct sj_packed *bytes);                 /* the caller's to free */
struct sj_results *sj_unpack_results(struct sj_packed *bytes); /* the caller's; NULL if bad */
/* A run of the shape of `results`, the caller's to clear or to add; false if bad. */
bool sj_unpack_run(struct sj_packed *bytes, const struct sj_results *results, struct sj_run *run);

#endif
