/* Histograms in HdrHistogram's log format (version 1.3), which its tools and libraries in a dozen languages read.
 *
 * A log is text: comments, a line of headings, then one line a histogram: a tag, when it began, how long it lasted, its
 * largest value, and its counts in the compressed form V2 (HdrHistogram's AbstractHistogram.java): a header, the counts
 * as ZigZag LEB128 numbers in which a negative one stands for that many zeros, deflated, in base 64. */
#ifndef SJ_RESULTS_HDR_H
#define SJ_RESULTS_HDR_H

#include <stdio.h>

#include "results/store.h"
#include "stats/histogram.h"

/* HdrHistogram's values are whole: a histogram is recorded in nanoseconds where the model's unit of time is s, ms, us
 * or ns, else in thousand-millionths of that unit; with three significant digits. A cell of ours stands for its middle
 * (0.098 %), so what is read back is within 0.15 % of what was measured. */
enum { SJ_HDR_DIGITS = 3 };

/* What a value in the model's unit of time is multiplied by. */
double sj_hdr_scale(const char *time_unit);

/* The histogram's compressed form in base 64, a new string that the caller frees, with counts of values times `scale`;
 * NULL if memory ran out. A value past 2^62 counts as that. */
char *sj_hdr_encode(const struct sj_histogram *histogram, double scale);

/* Writes a log of all histograms of one result of the file (0: of all results), each the sum of the runs. The tag of a
 * line is the histogram's name (with several results led by the result's number); start and length are the time the
 * runs cover. SJ_FAILED if there is none, or if `out` cannot be written. */
enum sj_status sj_store_hdr(struct sj_store *store, int64_t result, FILE *out, struct sj_error *error);

#endif
