/* Reading trajectories from comma-separated values. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "learn/samples.h"
#include "learn/trajectories.h"
#include "trace/date.h"
#include "trace/field.h"
#include "trace/number.h"
#include "trace/source.h"

enum { MOST_COLUMNS = 1024, MOST_MISTAKES = 20, MOST_RUNS = 10000 };
static const double usual_gap = 3;           /* steps */
static const double most_points = 50e6;      /* numbers of one trajectory, 400 MB */
enum { NOT_READ = -1, TIME = -2, RUN = -3 }; /* what a column is, if not the feature of that number */

struct reader {
  const struct sj_reading *reading;
  const char *path;
  struct sj_source *source;
  struct sj_error *error;
  size_t mistakes, column_count;
  int columns[MOST_COLUMNS];
  size_t feature_count;
  char **features;
  double *row;
  struct sj_samples *runs;
  size_t run_count, first_run; /* of the file at hand */
};

static const char *time_column(const struct reader *reader) {
  return reader->reading->time_column ? reader->reading->time_column : "time";
}

static void mistake(struct reader *reader, const char *what, const char *name, const char *found,
                    const char *expected) {
  if (reader->mistakes++ >= MOST_MISTAKES) return;
  sj_error_add(reader->error, "%s:%llu: %s%s%s%s%s, expected %s", reader->path,
               (unsigned long long)reader->source->line_number, what, name ? "`" : "", name ? name : "",
               name ? "` is " : "", found, expected);
}

/* ---- the header ---- */

static size_t split(const char *line, struct sj_field *fields, size_t most) {
  size_t count = 0;
  for (const char *p = line;; p++) {
    const struct sj_field field = sj_read_field(p);
    if (!field.next || count == most) return 0;
    fields[count++] = field;
    p = field.next;
    if (!*p) return count;
  }
}

static const struct sj_field *find(const struct sj_field *fields, size_t count, const char *name, size_t *place) {
  for (size_t i = 0; i < count; i++)
    if (sj_field_is(&fields[i], name)) {
      *place = i;
      return &fields[i];
    }
  return NULL;
}

static enum sj_status no_column(struct reader *reader, const struct sj_field *fields, size_t count, const char *name,
                                const char *option) {
  struct sj_text there = {0};
  for (size_t i = 0; i < count && i < 12; i++)
    sj_text_add(&there, "%s`%.*s`", i ? ", " : "", (int)(fields[i].length < 40 ? fields[i].length : 40),
                fields[i].text);
  for (char *p = there.data; p && *p; p++)
    if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e) *p = '?';
  sj_error_set(reader->error, SJ_INVALID, "%s:1: no column `%s`; there are %s%s (%s)", reader->path, name, there.data,
               count > 12 ? ", ..." : "", option);
  free(there.data);
  return SJ_INVALID;
}

static void choose_all(struct reader *reader, const struct sj_field *fields, size_t count) {
  reader->features = sj_allocate_array(count, sizeof *reader->features);
  for (size_t i = 0; i < count; i++)
    if (reader->columns[i] == NOT_READ && fields[i].length > 0)
      reader->features[reader->feature_count++] = sj_format("%.*s", (int)fields[i].length, fields[i].text);
}

static enum sj_status choose(struct reader *reader, const struct sj_field *fields, size_t count) {
  const struct sj_reading *const reading = reader->reading;
  size_t place;
  reader->column_count = count;
  for (size_t i = 0; i < count; i++) reader->columns[i] = NOT_READ;
  if (!find(fields, count, time_column(reader), &place))
    return no_column(reader, fields, count, time_column(reader), "--time-column names it");
  reader->columns[place] = TIME;
  if (reading->run_column) {
    if (!find(fields, count, reading->run_column, &place))
      return no_column(reader, fields, count, reading->run_column, "--run-column");
    reader->columns[place] = RUN;
  }
  if (!reader->features) choose_all(reader, fields, count);
  for (size_t f = 0; f < reader->feature_count; f++) {
    if (!find(fields, count, reader->features[f], &place))
      return no_column(reader, fields, count, reader->features[f], "--features names those to learn");
    if (reader->columns[place] != NOT_READ)
      return sj_error_set(reader->error, SJ_INVALID, "%s:1: column `%s` is wanted twice", reader->path,
                          reader->features[f]);
    reader->columns[place] = (int)f;
  }
  if (reader->feature_count == 0)
    return sj_error_set(reader->error, SJ_INVALID, "%s:1: no column beside the time, expected features to learn",
                        reader->path);
  if (!reader->row) reader->row = sj_allocate_array(reader->feature_count, sizeof *reader->row);
  return SJ_OK;
}

static enum sj_status read_header(struct reader *reader) {
  struct sj_source_line line = {0};
  bool more = true;
  do {
    const enum sj_status status = sj_source_next(reader->source, &line, &more, reader->error);
    if (status != SJ_OK) return status;
  } while (more && line.text && line.length == 0);
  if (!more)
    return sj_error_set(reader->error, SJ_INVALID, "%s: an empty file, expected a header with `%s`", reader->path,
                        time_column(reader));
  struct sj_field *const fields = sj_allocate_array(MOST_COLUMNS, sizeof *fields);
  size_t count = 0;
  if (line.text && strlen(line.text) == line.length) count = split(sj_after_mark(line.text), fields, MOST_COLUMNS);
  const enum sj_status status =
      count > 0 ? choose(reader, fields, count)
                : sj_error_set(reader->error, SJ_INVALID,
                               "%s:%llu: no header of at most %d names between commas, which was expected",
                               reader->path, (unsigned long long)reader->source->line_number, MOST_COLUMNS);
  free(fields);
  return status;
}

/* ---- rows ---- */

/* Why a field is no finite number; NULL if it is one. */
static const char *read_number(const struct sj_field *field, double *value) {
  struct sj_decimal number;
  if (sj_scan_decimal(field->text, &number) != field->text + field->length) return "a number";
  *value = sj_decimal_value(&number);
  if (number.negative && *value > 0) *value = -*value;
  return isfinite(*value) ? NULL : "a number that a double holds";
}

/* Times may be dates, too; then they are in seconds. */
static const char *read_time(const struct sj_field *field, double *value) {
  if (sj_scan_iso_date(field->text, value) == field->text + field->length) return NULL;
  return read_number(field, value) ? "a number, or a date as 2026-11-22T09:03:25Z" : NULL;
}

static struct sj_samples *run_named(struct reader *reader, const struct sj_field *field) {
  for (size_t i = reader->run_count; i-- > reader->first_run;)
    if (!reader->runs[i].run || (field && sj_field_is(field, reader->runs[i].run))) return &reader->runs[i];
  if (reader->run_count - reader->first_run == MOST_RUNS) return NULL;
  reader->runs = sj_reallocate_array(reader->runs, reader->run_count + 1, sizeof *reader->runs);
  struct sj_samples *const made = &reader->runs[reader->run_count++];
  *made = (struct sj_samples){.run = field ? sj_format("%.*s", (int)field->length, field->text) : NULL};
  return made;
}

static bool keep(struct reader *reader, struct sj_samples *samples, double time) {
  if (samples->count == samples->capacity) {
    const size_t capacity = samples->capacity ? 2 * samples->capacity : 64;
    double *const times = reallocarray(samples->times, capacity, sizeof *times);
    if (times) samples->times = times;
    double *const values = reallocarray(samples->values, capacity, reader->feature_count * sizeof *values);
    if (values) samples->values = values;
    if (!times || !values) return false;
    samples->capacity = capacity;
  }
  samples->times[samples->count] = time;
  memcpy(samples->values + samples->count++ * reader->feature_count, reader->row,
         reader->feature_count * sizeof *reader->row);
  return true;
}

/* The fields of a row; false with a mistake. */
static bool read_fields(struct reader *reader, const struct sj_source_line *line, double *time, struct sj_field *run) {
  char quoted[SJ_QUOTED];
  size_t column = 0;
  bool good = true;
  for (const char *p = line->text;; p++, column++) {
    const struct sj_field field = sj_read_field(p);
    if (!field.next) {
      mistake(reader, "a quoted field that does not end where it should", NULL, "", "a quote and then a comma");
      return false;
    }
    const int kind = column < reader->column_count ? reader->columns[column] : NOT_READ;
    double value = NAN;
    if (kind == RUN) *run = field;
    if (kind == TIME || (kind >= 0 && field.length > 0)) {
      const char *const expected = kind == TIME ? read_time(&field, &value) : read_number(&field, &value);
      if (expected) {
        mistake(reader, "", kind == TIME ? time_column(reader) : reader->features[kind],
                field.length ? sj_quote(field.text, field.length, quoted) : "empty", expected);
        good = false;
      }
    }
    if (kind == TIME) *time = value;
    if (kind >= 0) reader->row[kind] = value;
    p = field.next;
    if (!*p) break;
  }
  if (column + 1 == reader->column_count) return good;
  char found[48], expected[48];
  snprintf(found, sizeof found, "%zu columns", column + 1);
  snprintf(expected, sizeof expected, "%zu as in the header", reader->column_count);
  mistake(reader, "", NULL, found, expected);
  return false;
}

static enum sj_status read_row(struct reader *reader, const struct sj_source_line *line) {
  struct sj_field run = {0};
  double time = NAN;
  if (!line->text) {
    mistake(reader, "", NULL, "a line of more than 65536 bytes", "a shorter one");
    return SJ_OK;
  }
  if (strlen(line->text) != line->length) {
    mistake(reader, "", NULL, "a zero byte", "text");
    return SJ_OK;
  }
  if (*sj_skip_blanks(line->text) == 0) return SJ_OK;
  if (!read_fields(reader, line, &time, &run)) return SJ_OK;
  struct sj_samples *const samples = run_named(reader, reader->reading->run_column ? &run : NULL);
  if (!samples) {
    char expected[32];
    snprintf(expected, sizeof expected, "at most %d", MOST_RUNS);
    mistake(reader, "one run more", NULL, "", expected);
    reader->mistakes = MOST_MISTAKES;
    return SJ_OK;
  }
  if (samples->count > 0 && !(time > samples->times[samples->count - 1])) {
    char found[32], expected[96], before[32];
    snprintf(expected, sizeof expected, "more than the %s of the run's row before (--run-column tells runs apart)",
             sj_number_text(samples->times[samples->count - 1], before));
    mistake(reader, "", time_column(reader), sj_number_text(time, found), expected);
    return SJ_OK;
  }
  return keep(reader, samples, time) ? SJ_OK : sj_error_set(reader->error, SJ_NO_MEMORY, "out of memory");
}

static enum sj_status read_rows(struct reader *reader) {
  enum sj_status status = read_header(reader);
  bool more = true;
  while (status == SJ_OK) {
    struct sj_source_line line;
    status = sj_source_next(reader->source, &line, &more, reader->error);
    if (status != SJ_OK || !more || reader->mistakes >= MOST_MISTAKES) break;
    status = read_row(reader, &line);
  }
  if (status != SJ_OK) return status;
  if (reader->mistakes > MOST_MISTAKES) sj_error_add(reader->error, "...");
  if (reader->mistakes > 0) return SJ_INVALID;
  if (reader->run_count == reader->first_run)
    return sj_error_set(reader->error, SJ_INVALID, "%s: a header alone, expected rows of samples", reader->path);
  return SJ_OK;
}

static enum sj_status read_descriptor(struct reader *reader, int descriptor) {
  struct stat identity;
  if (fstat(descriptor, &identity) != 0)
    return sj_error_set(reader->error, SJ_FAILED, "%s: %s", reader->path, strerror(errno));
  if (!S_ISREG(identity.st_mode)) return sj_error_set(reader->error, SJ_FAILED, "%s: not a regular file", reader->path);
  const enum sj_status status = sj_source_create(descriptor, reader->path, &identity, &reader->source, reader->error);
  const enum sj_status read = status == SJ_OK ? read_rows(reader) : status;
  sj_source_destroy(reader->source);
  reader->source = NULL;
  return read;
}

static enum sj_status read_file(struct reader *reader, const char *path) {
  reader->path = path;
  reader->first_run = reader->run_count;
  if (reader->error) reader->error->message[0] = 0;
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return sj_error_set(reader->error, SJ_FAILED, "%s: %s", path, strerror(errno));
  const enum sj_status status = read_descriptor(reader, descriptor);
  close(descriptor);
  return status;
}

/* ---- the grid ---- */

static int by_size(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The median of the distances; NAN if there is none. */
static double usual_step(const struct reader *reader) {
  size_t count = 0, most = 0;
  for (size_t i = 0; i < reader->run_count; i++) most += reader->runs[i].count;
  double *const distances = malloc((most + 1) * sizeof *distances);
  if (!distances) return NAN;
  for (size_t i = 0; i < reader->run_count; i++)
    for (size_t k = 1; k < reader->runs[i].count; k++)
      distances[count++] = reader->runs[i].times[k] - reader->runs[i].times[k - 1];
  if (count > 0) qsort(distances, count, sizeof *distances, by_size);
  const double median = count > 0 ? distances[count / 2] : (double)NAN;
  free(distances);
  return median;
}

static enum sj_status put_run(const struct reader *reader, const struct sj_samples *samples, const char *name,
                              double gap, struct sj_trajectories *made) {
  const double span = samples->times[samples->count - 1] - samples->times[0];
  double start;
  size_t length;
  if (span / made->step * (double)reader->feature_count > most_points)
    return sj_error_set(reader->error, SJ_INVALID, "%s: %.3g steps of %g, expected a larger step (--step)", name,
                        span / made->step, made->step);
  double *const states = sj_resample(samples, reader->feature_count, made->step, gap, &start, &length);
  if (!states && length == 0 && samples->count > 0) {
    sj_trajectories_note(made, "%s has no sample with all features and is left out", name);
    return SJ_OK;
  }
  if (!states) return sj_error_set(reader->error, SJ_NO_MEMORY, "out of memory");
  if (length < 2 && !reader->reading->any_length) {
    free(states);
    sj_trajectories_note(made, "%s is shorter than one step and is left out", name);
    return SJ_OK;
  }
  sj_trajectories_append(made, name, start, states, length, false);
  return SJ_OK;
}

static void note_gaps(struct sj_trajectories *made) {
  size_t unknown = 0, all = 0;
  for (size_t i = 0; i < made->count; i++)
    for (size_t k = 0; k < made->items[i].length * made->feature_count; k++, all++)
      unknown += isnan(made->items[i].states[k]) ? 1 : 0;
  if (unknown > 0)
    sj_trajectories_note(made, "%zu of %zu values lie in gaps: they count neither in training nor in errors", unknown,
                         all);
}

static enum sj_status make_grid(const struct reader *reader, const char *const *paths, const size_t *first_runs,
                                size_t path_count, struct sj_trajectories *made) {
  const struct sj_reading *const reading = reader->reading;
  made->step = isnan(reading->step) ? usual_step(reader) : reading->step;
  if (!(made->step > 0))
    return sj_error_set(reader->error, SJ_INVALID, "%s: no run has two samples, expected a step (--step)", paths[0]);
  const double gap = isnan(reading->gap) ? usual_gap * made->step : reading->gap;
  enum sj_status status = SJ_OK;
  for (size_t i = 0, file = 0; i < reader->run_count && status == SJ_OK; i++) {
    while (file + 1 < path_count && i >= first_runs[file + 1]) file++;
    char *const name =
        reader->runs[i].run ? sj_format("%s: %s", paths[file], reader->runs[i].run) : sj_copy_string(paths[file]);
    status = put_run(reader, &reader->runs[i], name, gap > made->step ? gap : made->step, made);
    free(name);
  }
  if (status != SJ_OK) return status;
  if (made->count == 0)
    return sj_error_set(reader->error, SJ_INVALID, "%s: no run is as long as one step of %g with all features",
                        paths[0], made->step);
  note_gaps(made);
  sj_trajectories_hold_out(made, reading->test_share);
  return SJ_OK;
}

static void clear(struct reader *reader) {
  for (size_t i = 0; i < reader->run_count; i++) {
    free(reader->runs[i].run);
    free(reader->runs[i].times);
    free(reader->runs[i].values);
  }
  for (size_t i = 0; i < reader->feature_count; i++) free(reader->features[i]);
  free(reader->features);
  free(reader->runs);
  free(reader->row);
  free(reader);
}

static struct reader *start(const struct sj_reading *reading, struct sj_error *error) {
  struct reader *const reader = sj_allocate(sizeof *reader);
  reader->reading = reading;
  reader->error = error;
  if (reading->feature_count == 0) return reader;
  reader->feature_count = reading->feature_count;
  reader->features = sj_allocate_array(reading->feature_count, sizeof *reader->features);
  for (size_t i = 0; i < reading->feature_count; i++) reader->features[i] = sj_copy_string(reading->features[i]);
  return reader;
}

static enum sj_status finish(struct reader *reader, enum sj_status status, const char *const *paths,
                             const size_t *first_runs, size_t path_count, struct sj_trajectories **trajectories) {
  struct sj_trajectories *made = NULL;
  if (status == SJ_OK) {
    made = sj_trajectories_create(paths[0], (const char *const *)reader->features, reader->feature_count);
    status = make_grid(reader, paths, first_runs, path_count, made);
  }
  if (status != SJ_OK) {
    sj_trajectories_destroy(made);
    made = NULL;
  }
  clear(reader);
  *trajectories = made;
  return status;
}

enum sj_status sj_trajectories_read(const char *const *paths, size_t path_count, const struct sj_reading *reading,
                                    struct sj_trajectories **trajectories, struct sj_error *error) {
  struct sj_error spare;
  struct reader *const reader = start(reading, error ? error : &spare);
  size_t *const first_runs = sj_allocate_array(path_count, sizeof *first_runs);
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < path_count && status == SJ_OK; i++) {
    status = read_file(reader, paths[i]);
    first_runs[i] = reader->first_run;
  }
  status = finish(reader, status, paths, first_runs, path_count, trajectories);
  free(first_runs);
  return status;
}

enum sj_status sj_trajectories_read_descriptor(int descriptor, const char *name, const struct sj_reading *reading,
                                               struct sj_trajectories **trajectories, struct sj_error *error) {
  struct reader *const reader = start(reading, error);
  const size_t first_run = 0;
  reader->path = name;
  reader->error->message[0] = 0;
  return finish(reader, read_descriptor(reader, descriptor), &name, &first_run, 1, trajectories);
}
