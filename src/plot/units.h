/* Units of metrics, by the names that all engines share. */
#ifndef SJ_PLOT_UNITS_H
#define SJ_PLOT_UNITS_H

enum { SJ_UNIT_LENGTH = 48 };

/* The unit of the metric: "s", "requests", "requests per s", "share" (of 1), "1/s", "bytes per s"; "" if it has none,
 * or the name does not tell. `time_unit` is the results'. Returns `unit`. */
const char *sj_metric_unit(const char *metric, const char *time_unit, char unit[SJ_UNIT_LENGTH]);

#endif
