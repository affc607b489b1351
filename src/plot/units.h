/* Units of metrics, by the names that all engines share. */
#ifndef SJ_PLOT_UNITS_H
#define SJ_PLOT_UNITS_H

enum { SJ_UNIT_LENGTH = 48 };

/* The unit of the metric: "s", "requests", "requests per s", "share" (of 1), "1/s", "bytes per s"; "" if it has none,
 * or the name does not tell. `time_unit` is the results'. Returns `unit`. */
const char *sj_metric_unit(const char *metric, const char *time_unit, char unit[SJ_UNIT_LENGTH]);

/* The unit of what a field of a model holds, from that of its schema: "s" of "time", "per s" of "1/time", "tokens per
 * s" of "tokens/time", "" of a plain number. Returns `unit`. */
const char *sj_field_unit(const char *schema_unit, const char *time_unit, char unit[SJ_UNIT_LENGTH]);

#endif
