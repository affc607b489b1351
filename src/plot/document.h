/* What the report page shows, as one JSON document: the question, the answer, charts, tables. */
#ifndef SJ_PLOT_DOCUMENT_H
#define SJ_PLOT_DOCUMENT_H

#include <jansson.h>

#include "plot/varied.h"
#include "results/results.h"

/* The document of one result, of scenarios side by side, of a simulation and what was solved of the same model (those
 * two, in this order), of the points of a sweep (`varied`, of the same results, in their order; else NULL), or of a
 * suite of measurements; a new reference:
 *
 *   { "sojourn": VERSION, "title", "engine", "facts": [[NAME, VALUE], ...],
 *     "headline": "1 of 3 expectations is not met", "state": "good", "bad", "unsure" or "plain",
 *     "answers": [{ "state", "text" }, ...], "command", "source", "model", "report": [{ "name", "text" }, ...],
 *     "palette": ["#0072B2", ...], "charts": [sj_chart_json, ...], "left_out": [NAME, ...],
 *     "tables": [{ "caption", "columns": [{ "label", "unit", "number" }, ...], "rows": [[CELL, ...], ...],
 *                  "filter", "left_out": N }, ...],
 *     "notes": [...] }
 *
 * A CELL is a text, or of a number [VALUE, TEXT, HALF WIDTH or ""], VALUE null where there is none. `command`, `source`
 * and the expectations among the answers come from results->question, and are null or missing without. Wall-clock times
 * are not in it: the same results make the same document. Charts are thinned in place (sj_chart_thin) so far that the
 * document as compact text is at most `most_bytes` long, if that can be; at most 80 are shown, the others are named. */
json_t *sj_document(const struct sj_results *const *results, size_t count, const struct sj_varied *varied,
                    struct sj_charts *charts, size_t most_bytes);

/* The document as compact text that is safe inside of <script>: no "<" is in it. The caller frees it; NULL if memory
 * ran out. */
char *sj_document_text(const json_t *document);

#endif
