#include "pooled.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random/special.h"
#include "random/stream.h"

/* All runs of a scenario, the original's first. */
struct stratum {
  size_t theirs, all;
  double *scores; /* [run][figure], of mean 0 */
  uint32_t *order;
  double deviations[FIGURES]; /* of the sum of the original's scores, when runs are exchanged; 0: all are equal */
  double weights[MOST_CONTRASTS][FIGURES];
};

struct entry {
  double value;
  size_t run;
};

static int compare(const void *a, const void *b) {
  const double x = ((const struct entry *)a)->value, y = ((const struct entry *)b)->value;
  return (x > y) - (x < y);
}

/* Replaces what `entries`, sorted, holds by the scores of the ranks. What only roundings tell apart is equal. */
static void score(struct entry *entries, size_t count) {
  for (size_t i = 0, end; i < count; i = end) {
    end = i + 1;
    while (end < count && entries[end].value - entries[i].value <= 1e-9 * fabs(entries[i].value)) end++;
    const double rank = 0.5 * (double)(i + end - 1) + 1;
    for (size_t j = i; j < end; j++) entries[j].value = sj_normal_quantile(rank / (double)(count + 1));
  }
}

static void score_figure(struct stratum *stratum, struct entry *entries, size_t f) {
  for (size_t i = 0; i < stratum->all; i++) entries[i] = (struct entry){stratum->scores[i * FIGURES + f], i};
  qsort(entries, stratum->all, sizeof *entries, compare);
  score(entries, stratum->all);
  const double all = (double)stratum->all, theirs = (double)stratum->theirs;
  double mean = 0, squares = 0;
  for (size_t i = 0; i < stratum->all; i++) mean += entries[i].value / all;
  for (size_t i = 0; i < stratum->all; i++) {
    const double centred = entries[i].value - mean;
    stratum->scores[entries[i].run * FIGURES + f] = centred;
    squares += centred * centred;
  }
  stratum->deviations[f] = sqrt(theirs * (all - theirs) / (all * (all - 1)) * squares);
}

static void fill(struct stratum *stratum, const struct scenario *scenario, const struct contrast *contrasts,
                 size_t contrast_count) {
  *stratum = (struct stratum){.theirs = scenario->count, .all = scenario->count + scenario->run_count};
  stratum->scores = malloc(stratum->all * FIGURES * sizeof(double));
  stratum->order = malloc(stratum->all * sizeof *stratum->order);
  struct entry *const entries = malloc(stratum->all * sizeof *entries);
  if (!stratum->scores || !stratum->order || !entries) sj_fail(scenario->name, "no memory");
  memcpy(stratum->scores, scenario->figures, scenario->count * FIGURES * sizeof(double));
  memcpy(stratum->scores + scenario->count * FIGURES, scenario->runs, scenario->run_count * FIGURES * sizeof(double));
  for (size_t f = 0; f < FIGURES; f++) score_figure(stratum, entries, f);
  for (size_t i = 0; i < stratum->all; i++) stratum->order[i] = (uint32_t)i;
  for (size_t c = 0; c < contrast_count; c++)
    for (size_t i = 0; i < contrasts[c].count; i++)
      if (!strcmp(contrasts[c].weights[i].name, scenario->name))
        memcpy(stratum->weights[c], contrasts[c].weights[i].figures[0], sizeof stratum->weights[c]);
  free(entries);
}

/* Draws who the original's runs are. */
static void exchange(struct stratum *stratum, struct sj_stream *stream) {
  for (size_t i = 0; i < stratum->theirs; i++) {
    const size_t j = i + (size_t)sj_stream_below(stream, stratum->all - i);
    const uint32_t drawn = stratum->order[j];
    stratum->order[j] = stratum->order[i];
    stratum->order[i] = drawn;
  }
}

/* Adds the scenario's share; `values` are the sums. */
static void add(const struct stratum *stratum, size_t contrast_count, double *values) {
  double sums[FIGURES] = {0};
  for (size_t i = 0; i < stratum->theirs; i++)
    for (size_t f = 0; f < FIGURES; f++) sums[f] += stratum->scores[stratum->order[i] * FIGURES + f];
  for (size_t f = 0; f < FIGURES; f++) {
    const double z = stratum->deviations[f] > 0 ? sums[f] / stratum->deviations[f] : 0;
    values[f] += z;
    values[FIGURES] += z * z;
    for (size_t c = 0; c < contrast_count; c++) values[FIGURES + 1 + c] -= stratum->weights[c][f] * sums[f];
  }
}

static void evaluate(const struct stratum *strata, size_t count, size_t contrast_count, double *values) {
  for (size_t i = 0; i < POOLED; i++) values[i] = 0;
  for (size_t s = 0; s < count; s++) add(&strata[s], contrast_count, values);
  for (size_t f = 0; f < FIGURES; f++) values[f] = fabs(values[f]);
}

void sj_pooled_test(const struct scenario *all, size_t count, const struct contrast *contrasts, size_t contrast_count,
                    uint64_t rounds, double p[POOLED]) {
  struct stratum *const strata = calloc(count + 1, sizeof *strata);
  if (!strata) sj_fail("pooled", "no memory");
  size_t used = 0;
  for (size_t i = 0; i < count; i++)
    if (all[i].runs) fill(&strata[used++], &all[i], contrasts, contrast_count);
  double found[POOLED], values[POOLED];
  uint64_t larger[POOLED] = {0};
  evaluate(strata, used, contrast_count, found);
  struct sj_stream stream;
  sj_stream_seed(&stream, sj_stream_key(1, 0, "pooled", "agreement"), 0);
  for (uint64_t round = 0; round < rounds; round++) {
    for (size_t s = 0; s < used; s++) exchange(&strata[s], &stream);
    evaluate(strata, used, contrast_count, values);
    for (size_t i = 0; i < POOLED; i++) larger[i] += values[i] >= found[i] - 1e-9 * fabs(found[i]);
  }
  for (size_t i = 0; i < POOLED; i++) p[i] = (double)(larger[i] + 1) / (double)(rounds + 1);
  for (size_t s = 0; s < used; s++) {
    free(strata[s].scores);
    free(strata[s].order);
  }
  free(strata);
}
