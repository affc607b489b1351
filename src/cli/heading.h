/* How the tables of several results call a column. */
#ifndef SJ_CLI_HEADING_H
#define SJ_CLI_HEADING_H

#include <stddef.h>

/* The heading of a metric's column, "latency.p99 (ms)", which the caller frees, and what to multiply its figures by:
 * times get a unit that suits the smallest, `least`; shares are per cent. `name` is what to call the metric. */
char *sj_heading(const char *metric, const char *name, double least, const char *time_unit, double *scale);

/* Characters of the longest line of a text. */
size_t sj_widest(const char *text);

#endif
