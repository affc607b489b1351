/* Streams: compressed and plain, in order, cut, several at once, in bounded memory, of files that change. */
#include <malloc.h>
#include <pthread.h>
#include <sys/stat.h>

#include "random/stream.h"
#include "recording.h"
#include "trace/reorder.h"

static char *read_all_bytes(const char *name, size_t *length) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", DATA_DIRECTORY, name);
  gzFile file = gzopen(path, "rb");
  assert_non_null(file);
  const size_t room = 1 << 22;
  char *const bytes = malloc(room);
  const int got = gzread(file, bytes, (unsigned)room);
  assert_true(got > 0 && (size_t)got < room);
  gzclose(file);
  *length = (size_t)got;
  return bytes;
}

/* Files of several members are what `cat a.gz b.gz` and log shippers make; cuts anywhere, also inside a line. */
static void compressed_is_as_plain(void **state) {
  (void)state;
  static const char *const names[] = {"pgbench-1-connection.log.gz", "pgbench-4-connections.log.gz",
                                      "nginx-access.log.gz"};
  const struct sj_trace_options options = whole();
  for (size_t i = 0; i < 3; i++) {
    size_t length, first_length, second_length, empty_length;
    char *const bytes = read_all_bytes(names[i], &length);
    struct recording plain, compressed, members;
    read_file(&plain, file_of(bytes, length), names[i], &options);
    read_file(&compressed, open_data(names[i]), names[i], &options);
    unsigned char *const first = compress_gzip(bytes, length / 3, &first_length);
    unsigned char *const empty = compress_gzip(bytes, 0, &empty_length);
    unsigned char *const second = compress_gzip(bytes + length / 3, length - length / 3, &second_length);
    unsigned char *const both = malloc(first_length + empty_length + second_length);
    memcpy(both, first, first_length);
    memcpy(both + first_length, empty, empty_length);
    memcpy(both + first_length + empty_length, second, second_length);
    read_file(&members, file_of(both, first_length + empty_length + second_length), "members", &options);
    assert_same_records(&plain, &compressed);
    assert_same_records(&plain, &members);
    end_recording(&plain);
    end_recording(&compressed);
    end_recording(&members);
    free(both);
    free(first);
    free(empty);
    free(second);
    free(bytes);
  }
}

static void hash_is_of_stored_bytes(void **state) {
  (void)state;
  const struct sj_trace_options options = whole();
  struct recording recording;
  read_text(&recording, "time\n1\n2\n", &options);
  /* printf 'time\n1\n2\n' | sha256sum */
  assert_string_equal(sj_trace_summary_of(recording.trace)->sha256,
                      "3f63d2e61c53904682c67860d28e49c70b7c621937f0bef608094749dc82435e");
  end_recording(&recording);
  read_file(&recording, open_data("pgbench-4-connections.log.gz"), "p", &options);
  assert_string_equal(sj_trace_summary_of(recording.trace)->sha256,
                      "ee53ed20146228a3f96c5b5c29f7e6db04b89c9f20e9a0792ad54bbaf4cd0e69");
  end_recording(&recording);
  /* Large enough for a thread of its own. */
  size_t length;
  char *const bytes = read_all_bytes("pgbench-4-connections.log.gz", &length);
  read_file(&recording, file_of(bytes, length), "p", &options);
  assert_string_equal(sj_trace_summary_of(recording.trace)->sha256,
                      "ec3ed5d2ef3f03551c0c6e668d80bee6eb29b55ccff82920769994031da0ded0");
  end_recording(&recording);
  free(bytes);
}

struct line {
  int64_t time;
  size_t number;
};

static int by_time(const void *a, const void *b) {
  const struct line *const x = a, *const y = b;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  return x->number < y->number ? -1 : 1;
}

/* What a program with all of it in memory would do: sort. Also what room is needed: one more than the largest number
 * of earlier lines that belong behind a line. */
static void order_is_that_of_a_sort(void **state) {
  (void)state;
  enum { LINES = 3000 };
  static const int64_t spreads[] = {1, 3, 40, 1000, 100000};
  struct line lines[LINES];
  char *const text = malloc(LINES * 32 + 16);
  const struct sj_trace_options options = whole();
  for (size_t round = 0; round < 20; round++) {
    struct sj_stream stream;
    sj_stream_seed(&stream, 7, round);
    size_t length = (size_t)sprintf(text, "time,size\n"), need = 1;
    struct sj_displacement displacement = {0};
    sj_displacement_start(&displacement);
    for (size_t i = 0; i < LINES; i++) {
      const int64_t late = (int64_t)sj_stream_below(&stream, (uint64_t)spreads[round % 5]);
      lines[i] = (struct line){(int64_t)(i / 2) + late, i};
      if (round >= 10 && i % 1000 == 999) lines[i].time = 0; /* one that comes very late */
      length += (size_t)sprintf(text + length, "%lld,%zu\n", (long long)lines[i].time, i);
      size_t behind = 0;
      for (size_t j = 0; j < i; j++) behind += lines[j].time > lines[i].time;
      if (behind + 1 > need) need = behind + 1;
      assert_int_equal(sj_displacement_add(&displacement, lines[i].time), SJ_DISPLACEMENT_OK);
      assert_int_equal(displacement.need, need);
    }
    sj_displacement_end(&displacement);
    struct recording recording;
    read_text(&recording, text, &options);
    qsort(lines, LINES, sizeof *lines, by_time);
    for (size_t i = 0; i < LINES; i++) {
      assert_true(recording.records[i].size == (double)lines[i].number);
      assert_true(recording.records[i].arrival == (double)(lines[i].time - lines[0].time));
    }
    end_recording(&recording);
  }
  free(text);
}

/* The limit itself, and that it holds where the ring of what was handed out has long wrapped round. */
static void too_much_disorder(void **state) {
  (void)state;
  for (int64_t before = 0; before < 5000000; before += 2500000) {
    struct sj_displacement d = {0};
    sj_displacement_start(&d);
    for (int64_t i = 0; i < before; i++) assert_int_equal(sj_displacement_add(&d, i), SJ_DISPLACEMENT_OK);
    for (int64_t i = 1; i < SJ_REORDER_LARGEST; i++)
      assert_int_equal(sj_displacement_add(&d, before + i), SJ_DISPLACEMENT_OK);
    assert_int_equal(sj_displacement_add(&d, before), SJ_DISPLACEMENT_OK);
    assert_int_equal(d.need, SJ_REORDER_LARGEST);
    assert_int_equal(sj_displacement_add(&d, before), SJ_DISPLACEMENT_OK);
    assert_int_equal(sj_displacement_add(&d, before + SJ_REORDER_LARGEST), SJ_DISPLACEMENT_OK);
    assert_int_equal(sj_displacement_add(&d, before), SJ_DISPLACEMENT_TOO_LARGE);
    sj_displacement_end(&d);
  }
}

static void parts(void **state) {
  (void)state;
  struct recording all, part;
  struct sj_trace_options options = whole();
  read_file(&all, open_data("pgbench-4-connections.log.gz"), "p", &options);
  static const double bounds[][2] = {{0, 1},           {2.5, 7.25}, {NAN, 3},     {19, NAN},
                                     {19.969654, NAN}, {0, 1e-9},   {3, INFINITY}};
  for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
    options.from = bounds[b][0];
    options.to = bounds[b][1];
    read_file(&part, open_data("pgbench-4-connections.log.gz"), "p", &options);
    size_t first = 0, last = 0;
    while (first < all.count && all.records[first].arrival < options.from) first++;
    while (last < all.count && !(all.records[last].arrival >= options.to)) last++;
    assert_int_equal(part.count, last - first);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < part.count; i++) {
      const struct sj_trace_record *const a = &all.records[first + i], *const p = &part.records[i];
      assert_true(llround(1e6 * p->arrival) == llround(1e6 * a->arrival) - llround(1e6 * all.records[first].arrival));
      assert_true(same(p->arrival, (double)llround(1e6 * p->arrival) / 1e6));
      assert_true(p->service == a->service && p->latency == a->latency && p->wait == a->wait);
      sum += p->service;
    }
    const double n = (double)part.count, mean = sum / n;
    for (size_t i = 0; i < part.count; i++)
      squares += (part.records[i].service - mean) * (part.records[i].service - mean);
    const struct sj_trace_summary *const s = sj_trace_summary_of(part.trace);
    assert_true(same(s->end, part.records[part.count - 1].arrival));
    assert_true(fabs(s->service_mean - mean) < 1e-12);
    if (part.count > 1)
      assert_true(fabs(s->service_cv - sqrt(squares / (n - 1)) / mean) < 1e-9);
    else
      assert_true(isnan(s->service_cv));
    end_recording(&part);
  }
  end_recording(&all);
}

/* `from` is in, `to` is out. */
static void part_bounds(void **state) {
  (void)state;
  struct recording part;
  struct sj_trace_options options = whole();
  options.from = 1;
  options.to = 3;
  read_text(&part, "time,size\n13,4\n10,1\n11,2\n12,3\n", &options);
  assert_int_equal(part.count, 2);
  assert_true(part.records[0].size == 2 && part.records[0].arrival == 0);
  assert_true(part.records[1].size == 3 && part.records[1].arrival == 1);
  assert_true(sj_trace_summary_of(part.trace)->size_mean == 2.5);
  end_recording(&part);
}

struct job {
  const struct sj_trace *trace;
  const struct recording *expected;
  int differences;
};

static void *read_beside(void *context) {
  struct job *const job = context;
  struct sj_error error;
  struct sj_trace_reader *reader;
  job->differences = 1;
  if (sj_trace_reader_create(job->trace, &reader, &error) != SJ_OK) return NULL;
  size_t count = 0;
  for (;; count++) {
    bool more;
    struct sj_trace_record record;
    if (sj_trace_reader_next(reader, &record, &more, &error) != SJ_OK || !more) break;
    if (count >= job->expected->count || memcmp(&record, &job->expected->records[count], sizeof record) != 0) break;
  }
  sj_trace_reader_destroy(reader);
  job->differences = count != job->expected->count;
  return NULL;
}

static void readers_do_not_disturb_each_other(void **state) {
  (void)state;
  static const char *const names[] = {"pgbench-4-connections.log.gz", "nginx-access.log.gz"};
  const struct sj_trace_options options = whole();
  for (size_t i = 0; i < 2; i++) {
    struct recording recording;
    read_file(&recording, open_data(names[i]), names[i], &options);
    struct job jobs[3];
    pthread_t threads[3];
    for (size_t t = 0; t < 3; t++) {
      jobs[t] = (struct job){recording.trace, &recording, -1};
      assert_int_equal(pthread_create(&threads[t], NULL, read_beside, &jobs[t]), 0);
    }
    for (size_t t = 0; t < 3; t++) {
      pthread_join(threads[t], NULL);
      assert_int_equal(jobs[t].differences, 0);
    }
    end_recording(&recording);
  }
}

/* What a reader holds, in bytes, after half of `lines` lines that are as much out of order as the recordings are. */
static size_t memory_in_use(size_t lines) {
  char *const text = malloc(lines * 24 + 16);
  size_t length = (size_t)sprintf(text, "time,size\n");
  struct sj_stream stream;
  sj_stream_seed(&stream, 11, 0);
  for (size_t i = 0; i < lines; i++)
    length +=
        (size_t)sprintf(text + length, "%zu,1\n", 1000 + i - (i < 1000 ? 0 : (size_t)sj_stream_below(&stream, 50)));
  const int fd = file_of(text, length);
  free(text);
  struct sj_trace *trace;
  struct sj_trace_reader *reader;
  struct sj_error error;
  const struct sj_trace_options options = whole();
  const struct mallinfo2 before = mallinfo2();
  if (sj_trace_open(fd, "csv", &options, &trace, &error) != SJ_OK) fail_msg("%s", error.message);
  assert_int_equal(sj_trace_reader_create(trace, &reader, &error), SJ_OK);
  bool more;
  struct sj_trace_record record;
  for (size_t i = 0; i < lines / 2; i++) assert_int_equal(sj_trace_reader_next(reader, &record, &more, &error), SJ_OK);
  const struct mallinfo2 after = mallinfo2();
  sj_trace_reader_destroy(reader);
  sj_trace_close(trace);
  return after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
}

static void memory_does_not_grow(void **state) {
  (void)state;
  const size_t little = memory_in_use(5000), much = memory_in_use(1000000);
  assert_int_equal(little, much);
  assert_true(much < 1000000);
}

/* What is done to a file of 100,000 lines between the check and the replay. */
struct change {
  const char *text; /* written over the line in the middle; NULL: nothing */
  bool hidden;      /* size and time of change stay */
  off_t longer;     /* bytes appended or cut off */
};

static void changed_files_are_noticed(void **state) {
  (void)state;
  static const struct change changes[] = {{"x", true, 0},
                                          {"9", true, 0} /* out of order */,
                                          {"\n\n\n\n\n\n\n", true, 0} /* a line less */,
                                          {"150000", false, 0},
                                          {NULL, false, -7000},
                                          {NULL, false, 7}};
  enum { LINES = 100000, LINE_LENGTH = 7 };
  char *const text = malloc(LINES * LINE_LENGTH + 16);
  size_t length = (size_t)sprintf(text, "time\n");
  for (size_t i = 0; i < LINES; i++) length += (size_t)sprintf(text + length, "%zu\n", 100000 + i);
  for (size_t c = 0; c < sizeof changes / sizeof *changes; c++) {
    const struct change *const change = &changes[c];
    const int fd = file_of(text, length);
    const struct timespec times[] = {{1, 0}, {1, 0}};
    assert_int_equal(futimens(fd, times), 0);
    struct recording recording = {0};
    struct sj_trace_reader *reader = NULL;
    struct sj_error error;
    const struct sj_trace_options options = whole();
    assert_int_equal(sj_trace_open(fd, "live.csv", &options, &recording.trace, &error), SJ_OK);
    if (change->text) {
      const off_t middle = 5 + (off_t)LINE_LENGTH * (LINES / 2);
      assert_int_equal(pwrite(fd, change->text, strlen(change->text), middle), strlen(change->text));
    }
    if (change->longer > 0) assert_int_equal(pwrite(fd, "200000\n", 7, (off_t)length), 7);
    if (change->longer < 0) assert_int_equal(ftruncate(fd, (off_t)length + change->longer), 0);
    if (change->hidden) assert_int_equal(futimens(fd, times), 0);
    enum sj_status status = sj_trace_reader_create(recording.trace, &reader, &error);
    struct sj_trace_record record;
    for (bool more = true; more && status == SJ_OK;) status = sj_trace_reader_next(reader, &record, &more, &error);
    assert_int_equal(status, SJ_FAILED);
    assert_string_equal(error.message, "live.csv: changed while it was read, expected a finished file");
    sj_trace_reader_destroy(reader);
    end_recording(&recording);
  }
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(compressed_is_as_plain),
                                     cmocka_unit_test(hash_is_of_stored_bytes),
                                     cmocka_unit_test(order_is_that_of_a_sort),
                                     cmocka_unit_test(too_much_disorder),
                                     cmocka_unit_test(parts),
                                     cmocka_unit_test(part_bounds),
                                     cmocka_unit_test(readers_do_not_disturb_each_other),
                                     cmocka_unit_test(memory_does_not_grow),
                                     cmocka_unit_test(changed_files_are_noticed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
