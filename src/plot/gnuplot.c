/* Running gnuplot, and its picture's way into a file. */
#include "plot/gnuplot.h"

#include <arpa/inet.h>
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/files.h"

const char *sj_image_format_name(enum sj_image_format format) {
  static const char *const names[SJ_IMAGE_FORMATS] = {"svg", "png", "pdf"};
  return names[format];
}

static enum sj_status no_gnuplot(struct sj_error *error) {
  return sj_error_set(error, SJ_FAILED,
                      "charts are drawn by the program gnuplot, which is not on the PATH; Debian and Ubuntu have it "
                      "in the package gnuplot-nox");
}

/* ---- the process ---- */

/* Unnamed files for what goes in and comes out, so that neither side waits for the other. */
struct exchange {
  FILE *script, *picture, *complaints;
};

static bool open_exchange(struct exchange *exchange) {
  exchange->script = tmpfile();
  exchange->picture = tmpfile();
  exchange->complaints = tmpfile();
  return exchange->script && exchange->picture && exchange->complaints;
}

static void close_exchange(struct exchange *exchange) {
  if (exchange->script) fclose(exchange->script);
  if (exchange->picture) fclose(exchange->picture);
  if (exchange->complaints) fclose(exchange->complaints);
}

static enum sj_status run(const struct exchange *exchange, int *status, struct sj_error *error) {
  char *const arguments[] = {(char[]){"gnuplot"}, (char[]){"--default-settings"}, NULL};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(exchange->script), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(exchange->picture), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(exchange->complaints), STDERR_FILENO);
  pid_t child;
  const int failure = posix_spawnp(&child, "gnuplot", &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure == ENOENT || failure == EACCES) return no_gnuplot(error);
  if (failure) return sj_error_set(error, SJ_FAILED, "gnuplot could not be started: %s", strerror(failure));
  while (waitpid(child, status, 0) < 0)
    if (errno != EINTR) return sj_error_set(error, SJ_FAILED, "gnuplot was lost: %s", strerror(errno));
  return SJ_OK;
}

static enum sj_status read_all(FILE *file, struct sj_text *bytes, struct sj_error *error) {
  char piece[16384];
  size_t length;
  rewind(file);
  while ((length = fread(piece, 1, sizeof piece, file)) > 0) sj_text_add_bytes(bytes, piece, length);
  if (ferror(file)) return sj_error_set(error, SJ_FAILED, "what gnuplot wrote cannot be read: %s", strerror(errno));
  return SJ_OK;
}

/* What gnuplot said, on one line. */
static enum sj_status complain(const struct exchange *exchange, int status, struct sj_error *error) {
  struct sj_text said = {0};
  if (read_all(exchange->complaints, &said, NULL) != SJ_OK) said.length = 0;
  for (size_t i = 0; i < said.length; i++)
    if ((unsigned char)said.data[i] < ' ') said.data[i] = ' ';
  const int length = (int)(said.length < 1000 ? said.length : 1000);
  if (WIFSIGNALED(status))
    sj_error_set(error, SJ_FAILED, "gnuplot was ended by signal %d", WTERMSIG(status));
  else
    sj_error_set(error, SJ_FAILED, "gnuplot could not draw the chart (5.2 or later is needed): %.*s", length,
                 said.data ? said.data : "");
  free(said.data);
  return SJ_FAILED;
}

static enum sj_status draw(const struct sj_chart *chart, enum sj_image_format format, struct exchange *exchange,
                           struct sj_text *picture, struct sj_error *error) {
  if (!open_exchange(exchange)) return sj_error_set(error, SJ_FAILED, "a temporary file: %s", strerror(errno));
  struct sj_text script = {0};
  sj_gnuplot_script(chart, format, &script);
  const bool written = fwrite(script.data, 1, script.length, exchange->script) == script.length &&
                       fflush(exchange->script) == 0 && fseek(exchange->script, 0, SEEK_SET) == 0;
  free(script.data);
  if (!written) return sj_error_set(error, SJ_FAILED, "a temporary file: %s", strerror(errno));
  int ended = 0;
  enum sj_status status = run(exchange, &ended, error);
  if (status == SJ_OK) status = read_all(exchange->picture, picture, error);
  if (status == SJ_OK && (ended != 0 || picture->length == 0)) status = complain(exchange, ended, error);
  return status;
}

/* ---- the picture's file ---- */

/* Gnuplot's PNGs do not say how large they are to be printed: a pHYs chunk (PNG specification, 11.3.5.3) does, and
 * belongs behind the header, which is 33 bytes long. */
static void add_resolution(struct sj_text *png) {
  enum { HEADER = 33, CHUNK = 21 };
  if (png->length < HEADER) return;
  const uint32_t per_metre = htonl((uint32_t)(SJ_IMAGE_DPI / 0.0254 + 0.5)), size = htonl(9);
  unsigned char chunk[CHUNK] = {0};
  memcpy(chunk, &size, 4);
  memcpy(chunk + 4, "pHYs", 4);
  memcpy(chunk + 8, &per_metre, 4);
  memcpy(chunk + 12, &per_metre, 4);
  chunk[16] = 1;
  const uint32_t check = htonl((uint32_t)crc32(0, chunk + 4, CHUNK - 8));
  memcpy(chunk + CHUNK - 4, &check, 4);
  sj_text_add_bytes(png, (const char *)chunk, CHUNK); /* makes room */
  memmove(png->data + HEADER + CHUNK, png->data + HEADER, png->length - HEADER - CHUNK);
  memcpy(png->data + HEADER, chunk, CHUNK);
}

enum sj_status sj_gnuplot_draw(const struct sj_chart *chart, enum sj_image_format format, const char *path,
                               struct sj_error *error) {
  struct exchange exchange = {0};
  struct sj_text picture = {0};
  enum sj_status status = draw(chart, format, &exchange, &picture, error);
  close_exchange(&exchange);
  if (status == SJ_OK && format == SJ_IMAGE_PNG) add_resolution(&picture);
  if (status == SJ_OK) status = sj_replace_file(path, picture.data, picture.length, error);
  free(picture.data);
  return status;
}
