/* Results as the JSON document of the contract. */
#ifndef SJ_RESULTS_JSON_H
#define SJ_RESULTS_JSON_H

#include <jansson.h>

#include "results/results.h"

/* The whole document of one results object, as a new reference; NULL if memory ran out:
 *
 *   { "sojourn": VERSION, "command": ..., "model": ..., "scenario": ..., "seed": ..., "runs": ..., "partial": ...,
 *     "wall_seconds": ..., "events": ..., "time_unit": ..., "duration": ..., "warmup": ..., "drain": ...,
 *     "notes": [...], "metrics": { NAME: { "value": ..., "ci95": ..., "runs": [...] } },
 *     "series": { NAME: { "unit": ..., "start": ..., "step": ..., "values": [...], "ci95": [...] } } }
 *
 * What was solved with a picture has a member `picture`, an array with an object a server: solve/picture.h.
 *
 * A solved metric is { "value": ..., "error": ... } with "log10" where a double may not hold it and "doubtful": true
 * where it cannot be had to 6 digits; or { "value": "a word" }. Solved series have no ci95.
 *
 * `command` NULL means the engine's name. Metrics and series stand in the order of their creation; `series` is left out
 * when none was collected, or runs were forgotten but for their values. A number that does not exist (NAN, or of a
 * suppressed metric) and one that JSON cannot hold (infinity) is null. values[i] of a series belongs to the time from
 * start + i step to start + (i + 1) step; it is the mean over the runs that have a value there. A seed above 2^63 - 1
 * is a string, since JSON readers hold no such integer. Bytes of a name that are not UTF-8 become U+FFFD. */
json_t *sj_results_json(const struct sj_results *results, const char *command);

/* The `metrics` and `series` objects alone, for documents with several of them; new references, NULL if memory ran out;
 * the second is an empty object without series. */
json_t *sj_results_json_metrics(const struct sj_results *results);
json_t *sj_results_json_series(const struct sj_results *results);

/* A JSON string of any bytes: what is not UTF-8 becomes U+FFFD. NULL becomes null. */
json_t *sj_json_string(const char *text);
/* A number, or null for NAN and infinity. */
json_t *sj_json_number(double x);
/* A whole number; a string above 2^63 - 1. */
json_t *sj_json_whole(uint64_t x);

/* Sets a member of any name, as sj_json_string turns it, and takes `value` over; other than 0 if memory ran out. */
int sj_json_set(json_t *object, const char *name, json_t *value);

/* A document as text that ends with a newline, which the caller frees; NULL if memory ran out. Real numbers have 17
 * significant digits, members their order of insertion; what nests two deep or less stands on one line. */
char *sj_json_text(const json_t *document);

#endif
