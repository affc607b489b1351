#include "measure/board.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "measure/clock.h"

/* Bits of a producer's map of received messages; memory is taken as it is touched. */
#define SEEN_BITS (UINT64_C(1) << 30)
#define PAGE_WORDS (4096 / sizeof(uint64_t))

static const double shortest_s = 0x1p-30, longest_s = 0x1.fffp+13;

void sj_board_times_add(struct sj_board_times *times, uint64_t ns) {
  const double seconds = (double)ns / 1e9;
  const double clamped = seconds < shortest_s ? shortest_s : seconds > longest_s ? longest_s : seconds;
  times->counts[sj_histogram_cell(clamped) - sj_histogram_cell(shortest_s)]++;
  times->sum_ns += ns;
  if (times->count == 0 || ns < times->min_ns) times->min_ns = ns;
  if (ns > times->max_ns) times->max_ns = ns;
  times->count++;
}

struct sj_histogram sj_board_times_view(struct sj_board_times *times) {
  return (struct sj_histogram){.counts = times->counts,
                               .first = sj_histogram_cell(shortest_s),
                               .length = SJ_BOARD_OCTAVES * (1 << SJ_HISTOGRAM_SUBBITS)};
}

double sj_board_times_quantile(struct sj_board_times *times, double p) {
  const struct sj_histogram view = sj_board_times_view(times);
  if (times->count == 0) return (double)NAN;
  return sj_histogram_quantile(&view, p, (double)times->min_ns / 1e9, (double)times->max_ns / 1e9);
}

double sj_board_times_mean(const struct sj_board_times *times) {
  return times->count ? (double)times->sum_ns / 1e9 / (double)times->count : (double)NAN;
}

static void *map(size_t bytes) {
  void *const memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

enum sj_status sj_board_create(unsigned producers, struct sj_board **board, struct sj_error *error) {
  struct sj_board *const made = map(sizeof *made);
  *board = made;
  bool whole = made;
  for (unsigned i = 0; i < producers && whole; i++) {
    made->seen[i] = map(SEEN_BITS / 8);
    whole = made->seen[i];
  }
  return whole ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

void sj_board_destroy(struct sj_board *board) {
  if (!board) return;
  for (unsigned i = 0; i < SJ_MEASURE_PRODUCERS_MAX; i++)
    if (board->seen[i]) munmap(board->seen[i], SEEN_BITS / 8);
  munmap(board, sizeof *board);
}

bool sj_board_see(struct sj_board *board, unsigned producer, uint64_t sequence) {
  uint64_t *const word = &board->seen[producer][sequence % SEEN_BITS / 64];
  const uint64_t bit = UINT64_C(1) << sequence % 64;
  /* After 2^30 messages the map begins anew, a page at a time. */
  if (sequence >= SEEN_BITS && sequence % (PAGE_WORDS * 64) == 0) memset(word, 0, PAGE_WORDS * sizeof *word);
  if (*word & bit) return false;
  *word |= bit;
  return true;
}

void sj_board_fail(struct sj_board *board, enum sj_status status, const char *message) {
  uint32_t nothing = 0;
  if (!atomic_compare_exchange_strong(&board->failed, &nothing, 1)) return;
  board->failure_status = status;
  snprintf(board->failure, sizeof board->failure, "%s", message);
  SJ_STORE(board->failed, 2);
}
