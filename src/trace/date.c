#include "trace/date.h"

#include <stddef.h>

enum { FIRST_YEAR = 1970, LAST_YEAR = 2261 };

/* The number of days from 1970 to a date of the Gregorian calendar: whole years from March on, so that the leap day
 * comes last; 153 days in every five months from March. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day) {
  const int64_t y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
  return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

bool sj_date_seconds(const struct sj_date *date, int64_t *seconds) {
  static const int64_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int64_t year = date->year, month = date->month;
  if (month < 1 || month > 12 || year < FIRST_YEAR || year > LAST_YEAR) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (date->day < 1 || date->day > lengths[month - 1] + (month == 2 && leap)) return false;
  if (date->hour > 23 || date->minute > 59 || date->second > 60 || date->zone_hours > 14 || date->zone_minutes > 59)
    return false;
  const int64_t zone = (date->west ? -1 : 1) * (date->zone_hours * 3600 + date->zone_minutes * 60);
  *seconds =
      days_since_1970(year, month, date->day) * 86400 + date->hour * 3600 + date->minute * 60 + date->second - zone;
  return *seconds >= 0;
}

bool sj_scan_digits(const char *text, int count, int64_t *value) {
  *value = 0;
  for (int i = 0; i < count; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    *value = 10 * *value + (text[i] - '0');
  }
  return true;
}

/* ".25"; nothing is 0. */
static const char *scan_fraction(const char *text, double *fraction) {
  double unit = 1, sum = 0;
  if (*text != '.' || text[1] < '0' || text[1] > '9') {
    *fraction = 0;
    return text;
  }
  /* As a whole number over a power of ten, up to nanoseconds: one rounding. */
  for (text++; *text >= '0' && *text <= '9'; text++) {
    if (unit >= 1e9) continue;
    sum = 10 * sum + (*text - '0');
    unit *= 10;
  }
  *fraction = sum / unit;
  return text;
}

const char *sj_scan_iso_date(const char *text, double *seconds) {
  struct sj_date date = {0};
  int64_t whole;
  double fraction;
  if (!sj_scan_digits(text, 4, &date.year) || text[4] != '-' || !sj_scan_digits(text + 5, 2, &date.month) ||
      text[7] != '-' || !sj_scan_digits(text + 8, 2, &date.day) || (text[10] != 'T' && text[10] != ' ') ||
      !sj_scan_digits(text + 11, 2, &date.hour) || text[13] != ':' || !sj_scan_digits(text + 14, 2, &date.minute) ||
      text[16] != ':' || !sj_scan_digits(text + 17, 2, &date.second))
    return NULL;
  text = scan_fraction(text + 19, &fraction);
  if (*text == 'Z') {
    text++;
  } else if (*text == '+' || *text == '-') {
    date.west = *text++ == '-';
    if (!sj_scan_digits(text, 2, &date.zone_hours)) return NULL;
    text += text[2] == ':' ? 3 : 2;
    if (!sj_scan_digits(text, 2, &date.zone_minutes)) return NULL;
    text += 2;
  }
  if (!sj_date_seconds(&date, &whole)) return NULL;
  *seconds = (double)whole + fraction;
  return text;
}
