#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "sojourn/sweep.h"

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void sj_progress_start(struct sj_progress *progress, bool quiet) {
  *progress = (struct sj_progress){.wanted = !quiet && isatty(STDERR_FILENO), .started = now_s()};
  progress->part_started = progress->started;
}

void sj_progress_begin_part(struct sj_progress *progress, const char *path, const char *value) {
  snprintf(progress->label, sizeof progress->label, "%.30s=%s: ", path, value);
  progress->begun = false;
  progress->part_started = now_s();
}

static int bar_width(size_t label) {
  enum { TEXT = 60, LEAST = 10, MOST = 50 };
  struct winsize size;
  const int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
  const int width = columns - TEXT - (int)label;
  if (width < LEAST) return LEAST;
  return width < MOST ? width : MOST;
}

static void time_left(double seconds, char *text, size_t size) {
  if (seconds < 100)
    snprintf(text, size, "%.0f s left", seconds);
  else if (seconds < 6000)
    snprintf(text, size, "%.0f min left", seconds / 60);
  else
    snprintf(text, size, "%.1f h left", seconds / 3600);
}

static void events_per_s(double rate, char *text, size_t size) {
  if (rate >= 1e6)
    snprintf(text, size, "  %.1f M events/s", rate / 1e6);
  else
    snprintf(text, size, "  %.0f k events/s", rate / 1e3);
}

void sj_progress_show(struct sj_progress *progress, const struct sj_simulate_progress *state) {
  const double glance_s = 0.4, now = now_s(), elapsed = now - progress->part_started;
  if (!progress->wanted) return;
  if (!progress->begun) {
    progress->begun = true;
    progress->share_first = state->share;
  }
  if (now - progress->started < glance_s) return;
  char left[32] = "", speed[32] = "", bar[64];
  const double gained = state->share - progress->share_first;
  if (gained > 0) time_left(elapsed / gained * (1 - state->share), left, sizeof left);
  if (elapsed > 0) events_per_s((double)state->events / elapsed, speed, sizeof speed);
  const int width = bar_width(strlen(progress->label)), full = (int)(state->share * width);
  memset(bar, '#', sizeof bar);
  fprintf(stderr, "\r\033[K%s%" PRIu32 "/%" PRIu32 " runs [%.*s%*s] %3.0f %%  %s%s", progress->label, state->runs_done,
          state->runs_wanted, full < width ? full : width, bar, full < width ? width - full : 0, "", 100 * state->share,
          left, speed);
  fflush(stderr);
  progress->drawn = true;
}

void sj_progress_show_epoch(struct sj_progress *progress, size_t epoch, size_t epochs, double loss) {
  const double glance_s = 0.4, pause_s = 0.1, now = now_s(), elapsed = now - progress->part_started;
  if (!progress->wanted || now - progress->started < glance_s || now - progress->shown_at < pause_s) return;
  char left[32], bar[64];
  const double share = (double)epoch / (double)epochs;
  const int width = bar_width(0), full = (int)(share * width);
  time_left(elapsed / share * (1 - share), left, sizeof left);
  memset(bar, '#', sizeof bar);
  fprintf(stderr, "\r\033[K%zu/%zu epochs [%.*s%*s] %3.0f %%  %s  loss %.4g", epoch, epochs,
          full < width ? full : width, bar, full < width ? width - full : 0, "", 100 * share, left, loss);
  fflush(stderr);
  progress->shown_at = now;
  progress->drawn = true;
}

void sj_progress_show_sweep(struct sj_progress *progress, const struct sj_sweep_progress *state) {
  const double glance_s = 0.4, now = now_s(), elapsed = now - progress->started;
  if (!progress->wanted || elapsed < glance_s) return;
  char left[32] = "", bar[64];
  /* What was kept took no time. */
  const double kept = state->count ? (double)state->kept / (double)state->count : 0, gained = state->share - kept;
  if (gained > 0) time_left(elapsed / gained * (1 - state->share), left, sizeof left);
  const int width = bar_width(0), full = (int)(state->share * width);
  memset(bar, '#', sizeof bar);
  fprintf(stderr, "\r\033[K%zu/%zu points [%.*s%*s] %3.0f %%  %s", state->done, state->count,
          full < width ? full : width, bar, full < width ? width - full : 0, "", 100 * state->share, left);
  fflush(stderr);
  progress->drawn = true;
}

void sj_progress_end(struct sj_progress *progress) {
  if (!progress->drawn) return;
  fputs("\r\033[K", stderr);
  fflush(stderr);
  progress->drawn = false;
}
