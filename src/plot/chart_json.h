/* A chart as JSON, for the page (plot/page/). The same struct that gnuplot draws, with ranges, ticks and contour lines
 * worked out, so that the page only draws. */
#ifndef SJ_PLOT_CHART_JSON_H
#define SJ_PLOT_CHART_JSON_H

#include <jansson.h>

#include "plot/chart.h"

/* { "name", "title", "subtitle", "x", "y": { "label", "unit", "log", "logarithms", "low", "high", "ticks": [[AT,
 * LABEL], ...] }, "map": BOOL, "colours": { as an axis, "diverging" } (of a map), "series": [...], "rules": [{
 * "vertical", "at", "name", "colour", "dash" }, ...], "spans": [{ "from", "to", "name" }, ...] }
 *
 * A series is { "kind", "name", "colour", "marker", "thinned_from" (if it was), "columns": [[...], ...] }; of a heat
 * map it has "grid": { "x", "y", "value" (as struct sj_chart_grid lays it out) } in place of columns; of contours
 * "lines": [{ "label", "x", "y" }, ...]. An axis' `ticks` are its own words, left out without; where `logarithms`
 * is true, in maps alone, the numbers along the axis are decimal logarithms, the ends too. What is not finite is null.
 */
json_t *sj_chart_json(const struct sj_chart *chart);

#endif
