/* Results as tables for people, at most 80 columns wide where names allow. */
#ifndef SJ_RESULTS_TABLE_H
#define SJ_RESULTS_TABLE_H

#include <stddef.h>

#include "base/base.h"
#include "results/results.h"

/* Appends the whole report of one results object to `text`: a heading with what was run; a table for each client, each
 * server, each pool; the other figures; the notes. Each ends with a newline. */
void sj_results_table(const struct sj_results *results, struct sj_text *text);

/* The same of results of the engine "learn", which sj_results_table leaves to it: errors, modes, settling times. */
void sj_learn_table(const struct sj_results *results, struct sj_text *text);

/* The same of results of the engine "measure"; and a row for each of several, in at most 80 columns. */
void sj_measure_table(const struct sj_results *results, struct sj_text *text);
void sj_measure_suite_table(const struct sj_results *const *points, size_t count, struct sj_text *text);
/* Bytes per second as people say it: "14.52 GB/s"; "-" of NAN. */
void sj_rate_text(double rate, char text[32]);

/* Appends "note: ..." in lines that fit the width, broken at blanks. */
void sj_note_text(const char *note, struct sj_text *text);

/* A figure as people read it, into `value` and `half_width` of 32 bytes each: with an interval, as many digits as its
 * half width has two of ("501.2", "3.1"), at most 7 significant ones; without, 4 significant digits, or a whole number
 * below 10^7 as it is; half_width is "" without an interval and if it is 0; a figure that does not exist is "-". Both
 * are of the figure times `scale`. Example: 0.50123 +- 0.0031 at scale 1000 gives "501.2" and "3.1". */
void sj_figure_text(struct sj_figure figure, double scale, char value[32], char half_width[32]);

/* The unit to show times of the size `typical` in, when the model's unit of time is `time_unit`: "s", "ms", "us" and
 * "ns" turn into whichever of s, ms, us, ns leaves a number of at least 1; any other unit stays. Returns the unit's
 * name (valid as long as `time_unit`) and in `*scale` what to multiply by. */
const char *sj_time_unit_for(double typical, const char *time_unit, double *scale);

/* A table whose cells are text. The first row are headings. The first column is left-aligned, the others are
 * right-aligned, and a cell's half width stands after a ± in a column of its own. Zero-initialize; sj_grid_clear ends
 * it. */
struct sj_grid {
  size_t columns, cells, capacity;
  size_t headings; /* rows of headings, from the first: sj_grid_start says 1 */
  struct sj_grid_cell {
    char *text, *half_width; /* half_width NULL or "": none */
  } * cell;
};
/* Starts a grid of `columns` columns (at least 1); cells are then added row by row, copied. */
void sj_grid_start(struct sj_grid *grid, size_t columns);
void sj_grid_add(struct sj_grid *grid, const char *text);
void sj_grid_add_figure(struct sj_grid *grid, struct sj_figure figure, double scale);
/* Appends the table to `text`, each line indented by `indent` blanks, without trailing blanks. A row that was not
 * filled ends early. */
void sj_grid_print(const struct sj_grid *grid, size_t indent, struct sj_text *text);
void sj_grid_clear(struct sj_grid *grid);

#endif
