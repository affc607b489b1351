/* Draws charts by the program gnuplot (5.2 or later; in Debian the package gnuplot-nox), which is found on the PATH and
 * run without a shell. Pictures are for print and screen: white ground, the colours of Okabe and Ito (2008), which
 * colour-blind people can tell apart, each with a dash or a marker of its own. */
#ifndef SJ_PLOT_GNUPLOT_H
#define SJ_PLOT_GNUPLOT_H

#include "base/base.h"
#include "plot/chart.h"
#include "sojourn/status.h"

enum sj_image_format { SJ_IMAGE_SVG, SJ_IMAGE_PNG, SJ_IMAGE_PDF, SJ_IMAGE_FORMATS };

/* "svg", "png", "pdf". */
const char *sj_image_format_name(enum sj_image_format format);

/* A picture's size in inches: 6.5 by 4.4, wider where many words stand below the axis. A PNG has 300 points an inch. */
void sj_chart_size(const struct sj_chart *chart, double *width, double *height);
enum { SJ_IMAGE_DPI = 300 };

/* Draws the chart into the file at `path`, which is there whole or not at all: it is written beside it and renamed. An
 * older one is replaced. SJ_FAILED: there is no gnuplot (the message says what package has it), it failed (with what it
 * said), or the file cannot be written. */
enum sj_status sj_gnuplot_draw(const struct sj_chart *chart, enum sj_image_format format, const char *path,
                               struct sj_error *error);

/* The commands for gnuplot, which print the picture on its standard output. No text of the chart can be taken for a
 * command. */
void sj_gnuplot_script(const struct sj_chart *chart, enum sj_image_format format, struct sj_text *script);

#endif
