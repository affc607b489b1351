/* One model, simulated and solved: what both found, side by side. */
#ifndef SJ_PLOT_ENGINES_H
#define SJ_PLOT_ENGINES_H

#include "plot/charts.h"
#include "sojourn/compare.h"

/* Whether these are a simulation and what was solved, in this order. */
bool sj_are_engines(const struct sj_results *const *results, size_t count);

/* Appends the charts of both:
 *
 *   "engines.differences"  how far each simulated figure is from the solved one, in per cent, with its interval
 *   "engines.half-widths"  the same in half widths of its interval
 *   "engines.COMPONENT.times", ".numbers", ".shares", ".rates"  figures of one unit, as simulated and as solved
 *   "engines.SERVER.in_system"  how it fills, begun empty
 *
 * and those that each has by itself. */
enum sj_status sj_charts_of_engines(const struct sj_results *simulated, const struct sj_results *solved,
                                    struct sj_charts *charts, struct sj_error *error);

/* What is to be said where a chain with an orbit differs from the simulation and could be fitted to it, and whether
 * that is so of the figures that both have of a model with so many servers. */
extern const char sj_engines_calibrate_note[];
bool sj_engines_may_calibrate(const struct sj_agreement *agreements, size_t count, size_t servers);

/* Simulated minus solved, in half widths of the simulation's interval: within it up to 1. NAN: not known. */
double sj_engines_half_widths(const struct sj_agreement *agreement);

#endif
