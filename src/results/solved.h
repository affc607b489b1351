/* What solving found, as people on call read it: the verdict first, then what it rests on. */
#ifndef SJ_RESULTS_SOLVED_H
#define SJ_RESULTS_SOLVED_H

#include "base/base.h"
#include "results/results.h"

/* Appends the whole report, in lines of at most 80 columns where names allow, to `text`. */
void sj_solved_report(const struct sj_results *results, struct sj_text *text);

/* Appends what is said of one server's verdict: a sentence or a few, in lines. */
void sj_solved_verdict(const struct sj_results *results, const char *server, struct sj_text *text);

/* A duration as people say it, "49.5 years", where the unit of time is a real one; else "1.56e+09 ticks". `logarithm`
 * is the decimal one of the duration and counts where `value` is infinite; `unit` as a model has it. */
void sj_duration_text(double value, double logarithm, const char *unit, char text[64]);

#endif
