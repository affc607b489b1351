/* Writes files for test_readers.py to read with other programs: message_files FOLDER. Prints what was left out. With a
 * second argument it writes HDF5 only and kills itself. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "messages.h"

static const uint64_t rows[] = {5, 1000, 0, 7};
enum { MESSAGES = sizeof rows / sizeof *rows };

/* A slot's bytes as they are, and its checksum in its name. */
static int write_slot(const char *folder) {
  char path[512];
  struct sj_sink_message message = make_message(1001, 3, 1234567890);
  snprintf(path, sizeof path, "%s/slot-%016llx.arrows", folder, (unsigned long long)message.checksum);
  FILE *const file = fopen(path, "wb");
  if (!file) return 1;
  const bool written = fwrite(message.bytes, 1, message.size, file) == message.size;
  free_message(&message);
  return fclose(file) == 0 && written ? 0 : 1;
}

/* Messages of producers 0, 1, 2, 0 of different numbers of rows. */
static int write_store(const char *folder, enum sj_sink_kind kind) {
  char path[512];
  struct sj_sink *sink;
  struct sj_error error = {{0}};
  snprintf(path, sizeof path, "%s/store.%s", folder, sj_sink_kind_name(kind));
  enum sj_status status = sj_sink_open(kind, path, columns, COLUMNS, &sink, &error);
  if (kind == SJ_SINK_HDF5 && status != SJ_OK && strstr(error.message, "built without HDF5")) {
    puts("hdf5");
    return 0;
  }
  for (uint64_t m = 0; m < MESSAGES && status == SJ_OK; m++) {
    struct sj_sink_message message = make_message(rows[m], m % 3, m);
    status = sj_sink_write(sink, &message, &error);
    free_message(&message);
  }
  if (status == SJ_OK) status = sj_sink_close(sink, &error);
  if (status != SJ_OK) fprintf(stderr, "%s\n", error.message);
  return status == SJ_OK ? 0 : 1;
}

/* The store flushes once a second: four messages are before that. */
static int write_and_be_killed(const char *folder) {
  enum { FLUSHED = 4, WRITTEN = 6 };
  char path[512];
  struct sj_sink *sink;
  struct sj_error error = {{0}};
  snprintf(path, sizeof path, "%s/killed.hdf5", folder);
  if (sj_sink_open(SJ_SINK_HDF5, path, columns, COLUMNS, &sink, &error) != SJ_OK) return 1;
  for (uint64_t m = 0; m < WRITTEN; m++) {
    struct sj_sink_message message = make_message(100, 1, m);
    if (m == FLUSHED - 1) usleep(1100000);
    if (sj_sink_write(sink, &message, &error) != SJ_OK) return 1;
    free_message(&message);
  }
  return raise(SIGKILL);
}

int main(int argc, char **argv) {
  if (argc == 3) return write_and_be_killed(argv[1]);
  if (argc != 2) return 2;
  return write_slot(argv[1]) || write_store(argv[1], SJ_SINK_FILE) || write_store(argv[1], SJ_SINK_SQLITE) ||
         write_store(argv[1], SJ_SINK_HDF5);
}
