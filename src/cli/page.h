/* The report page: one HTML file with all it needs in it. */
#ifndef SJ_CLI_PAGE_H
#define SJ_CLI_PAGE_H

#include <jansson.h>

#include "cli/cli.h"
#include "plot/varied.h"
#include "results/results.h"

struct sj_model;

/* The most bytes that a page may have. */
#define SJ_PAGE_MOST_BYTES (3 * 1000 * 1000)

/* Sets what was asked: the command line, the model's text, how its expectations fare; `model` NULL if there is none.
 * Under `name`, unless that is NULL, what is particular (taken over): "compare", "engines", "sweep". Keeps it in
 * `store`, too, unless that is NULL. */
enum sj_status sj_page_ask(const struct sj_options *options, const struct sj_model *model, struct sj_results *results,
                           const char *name, json_t *particular, struct sj_store *store, struct sj_error *error);

/* Before anything is computed: whether --html, if it was given, names a file that can be written and is none of the
 * others of the command. */
enum sj_status sj_page_check(const struct sj_options *options, struct sj_error *error);

/* Writes the page of one result, of scenarios side by side, of both engines, of a sweep (`varied`, else NULL), or of
 * measurements, with these charts (which are thinned) to the file of --html; an older one is replaced, and is there
 * until the new one is whole. */
enum sj_status sj_page_write(const struct sj_options *options, const struct sj_results *const *results, size_t count,
                             const struct sj_varied *varied, struct sj_charts *charts, struct sj_error *error);

/* The same with all charts that there are of the results; nothing without --html. Says where the page is, unless
 * `silent`. */
enum sj_status sj_page_report(const struct sj_options *options, const struct sj_results *const *results, size_t count,
                              const struct sj_varied *varied, bool silent, struct sj_error *error);

#endif
