/* Dates of the Gregorian calendar, as logs and exports of metrics have them. */
#ifndef SJ_TRACE_DATE_H
#define SJ_TRACE_DATE_H

#include <stdbool.h>
#include <stdint.h>

struct sj_date {
  int64_t year, month, day, hour, minute, second;
  int64_t zone_hours, zone_minutes; /* ahead of UTC; behind it where `west` */
  bool west;
};

/* Seconds since 1970, UTC. False: there is no such date, or it lies before 1970 or after 2261 (nanoseconds since 1970
 * fit 63 bits until 2262). A leap second counts as the one after it. */
bool sj_date_seconds(const struct sj_date *date, int64_t *seconds);

/* Exactly `count` digits. */
bool sj_scan_digits(const char *text, int count, int64_t *value);

/* A date of ISO 8601, "2026-11-22T09:03:25.5+01:00": a blank may stand for the T, the fraction may be missing, and the
 * zone, which then is UTC, as with Z. Returns what follows, or NULL if no such date is there. */
const char *sj_scan_iso_date(const char *text, double *seconds);

#endif
