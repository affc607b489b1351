/* What the commands that simulate have in common: options into settings, the file of --csv. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "sojourn/simulate.h"

void sj_settings(const struct sj_options *options, struct sj_simulate_options *settings) {
  sj_simulate_options_default(settings);
  settings->seed_given = options->given & SJ_OPTION_SEED;
  settings->seed = options->seed;
  settings->runs = options->runs;
  settings->threads = options->threads;
  settings->duration = options->duration;
  settings->warmup = options->warmup;
  settings->drain = options->drain;
  settings->members = options->given & SJ_OPTION_MEMBERS;
  settings->series = options->output || options->html;
}

bool sj_csv_to_stdout(const struct sj_options *options) { return options->csv && !strcmp(options->csv, "-"); }

enum sj_status sj_csv_open(const struct sj_options *options, FILE **csv, struct sj_error *error) {
  const char *const path = options->csv;
  *csv = NULL;
  if (!path) return SJ_OK;
  if (sj_csv_to_stdout(options)) {
    *csv = stdout;
    return SJ_OK;
  }
  struct stat model, file;
  if (stat(options->file, &model) == 0 && stat(path, &file) == 0 && model.st_dev == file.st_dev &&
      model.st_ino == file.st_ino)
    return sj_error_set(error, SJ_INVALID, "--csv %s would overwrite the model", path);
  *csv = fopen(path, "w");
  if (!*csv) return sj_error_set(error, SJ_FAILED, "%s: %s", path, strerror(errno));
  return SJ_OK;
}

enum sj_status sj_csv_close(const struct sj_options *options, FILE **csv, struct sj_error *error) {
  FILE *const file = *csv;
  *csv = NULL;
  if (!file || file == stdout) return SJ_OK;
  const bool failed_before = ferror(file) != 0;
  errno = 0;
  if (fclose(file) == 0 && !failed_before) return SJ_OK;
  return sj_error_set(error, SJ_FAILED, "%s: %s", options->csv, errno ? strerror(errno) : "write error");
}
