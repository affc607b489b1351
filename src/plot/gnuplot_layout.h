/* Room for the words of a picture: how long lines are, whether words fit below an axis. */
#ifndef SJ_PLOT_GNUPLOT_LAYOUT_H
#define SJ_PLOT_GNUPLOT_LAYOUT_H

#include "plot/chart.h"

/* How many characters a text has; NULL has none. */
size_t sj_layout_characters(const char *text);

/* Where a line of at most `most` characters ends, between words if there is a place; of a metric's name (`dotted`) also
 * before a dot. */
size_t sj_layout_line_end(const char *text, size_t most, bool dotted);

/* Words below the axis share its width: how many characters a line of each has. What does not fit in three lines is
 * turned: then the axis is crowded. */
size_t sj_layout_tick_width(const struct sj_axis *axis);
bool sj_layout_crowded(const struct sj_axis *axis);

/* The characters of the longest of an axis' own words. */
size_t sj_layout_widest_tick(const struct sj_axis *axis);

/* Inches that long words beside the vertical axis take from the width. */
double sj_layout_words_beside(const struct sj_chart *chart);

/* Lines of the legend, of two names each. */
double sj_layout_legend_rows(const struct sj_chart *chart);

#endif
