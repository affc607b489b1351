/* Where an axis is labelled, and with what. */
#ifndef SJ_PLOT_TICKS_H
#define SJ_PLOT_TICKS_H

#include "plot/chart.h"

/* The labelled and the small ticks of an axis that covers [low, high], ascending: `*count` of them, to be freed by
 * sj_ticks_destroy. A small tick's label is NULL. An axis with ticks of its own has those that lie in the range. Of a
 * linear axis they are 1, 2 or 5 times a power of ten apart; of a logarithmic one they are powers of ten, or 1, 2 and 5
 * times one where there are fewer than three; in less than 0.7 decades as of a linear one. */
struct sj_tick *sj_axis_ticks(const struct sj_axis *axis, double low, double high, size_t *count);
/* The same where numbers on the axis are decimal logarithms, as the colours of a heat map. */
struct sj_tick *sj_logarithm_ticks(double low, double high, size_t *count);
void sj_ticks_destroy(struct sj_tick *ticks, size_t count);

/* 10 to the power: "10⁻⁴", "1", "10", "10⁴"; or written out, "0.001". */
void sj_power_text(int power, bool written_out, char text[32]);
/* Three digits: "0.25", "1230", "1.5×10⁹". */
void sj_short_text(double x, char text[48]);

#endif
