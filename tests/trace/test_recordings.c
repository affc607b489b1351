/* The recordings in models/data, replayed through the exact recursion of a first-in first-out queue with c workers
 * (Kiefer and Wolfowitz, "On the theory of queues with many servers", Trans. AMS 78, 1955), each request with its own
 * recorded service.
 *
 * The expected figures come from two other programs that read the same logs, and all their digits are compared. One
 * (numpy) kept whole microseconds, as the reader does, and requests of the same microsecond in the order of the file.
 * The other kept doubles of seconds since 1970 and sorted pairs of arrival and service: its arrivals are off by up to
 * 0.12 us, its ties in another order, and its figures differ in the fourth or fifth digit. Both must come out. */
#include "recording.h"

static void read_recording(struct recording *recording, const char *name) {
  const struct sj_trace_options options = whole();
  read_file(recording, open_data(name), name, &options);
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* By linear interpolation between order statistics; `values` are sorted. */
static double percentile(const double *values, size_t count, double p) {
  const double rank = p * (double)(count - 1);
  const size_t below = (size_t)rank;
  if (below + 1 >= count) return values[count - 1];
  return values[below] + (rank - (double)below) * (values[below + 1] - values[below]);
}

/* Mean and percentiles of `values` (seconds, sorted here) must print, in milliseconds, as the texts say: as many
 * decimals as each has. */
static void check_figures(const char *what, double *values, size_t count, const char *const texts[5]) {
  static const double levels[] = {0.5, 0.95, 0.99, 0.999};
  double figures[5], sum = 0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  figures[0] = sum / (double)count;
  qsort(values, count, sizeof *values, ascending);
  for (size_t i = 0; i < 4; i++) figures[i + 1] = percentile(values, count, levels[i]);
  for (size_t i = 0; i < 5; i++) {
    const char *const point = strchr(texts[i], '.');
    char printed[32];
    snprintf(printed, sizeof printed, "%.*f", point ? (int)strlen(point + 1) : 0, 1e3 * figures[i]);
    if (strcmp(printed, texts[i]) != 0) fail_msg("%s, figure %zu: %s instead of %s", what, i, printed, texts[i]);
  }
}

/* An arrival and what it asks for. */
struct arrival {
  double time, service;
};

/* The waiting times of arrivals, in their order, at `workers` workers. */
static void replay(const struct arrival *arrivals, size_t count, size_t workers, double *waits, double *latencies) {
  double free_at[8] = {0};
  assert_true(workers <= 8);
  for (size_t i = 0; i < count; i++) {
    size_t first = 0;
    for (size_t w = 1; w < workers; w++)
      if (free_at[w] < free_at[first]) first = w;
    const double start = free_at[first] > arrivals[i].time ? free_at[first] : arrivals[i].time;
    free_at[first] = start + arrivals[i].service;
    waits[i] = start - arrivals[i].time;
    latencies[i] = waits[i] + arrivals[i].service;
  }
}

static int by_time_then_service(const void *a, const void *b) {
  const struct arrival *const x = a, *const y = b;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  return (x->service > y->service) - (x->service < y->service);
}

/* The recording as a program sees it that keeps end times as seconds since 1970 in a double, 0.24 us apart, and breaks
 * ties by service. `origin_us` is the first arrival. */
static void coarsen(const struct recording *recording, int64_t origin_us, struct arrival *arrivals) {
  double earliest = INFINITY;
  for (size_t i = 0; i < recording->count; i++) {
    const struct sj_trace_record *const r = &recording->records[i];
    const long long latency_us = llround(1e6 * r->latency), wait_us = llround(1e6 * r->wait);
    const long long end_us = origin_us + llround(1e6 * r->arrival) + latency_us;
    const double end = (double)(end_us / 1000000) + (double)(end_us % 1000000) * 1e-6;
    arrivals[i].time = end - (double)latency_us * 1e-6;
    arrivals[i].service = (double)(latency_us - wait_us) * 1e-6;
    earliest = fmin(earliest, arrivals[i].time);
  }
  qsort(arrivals, recording->count, sizeof *arrivals, by_time_then_service);
  for (size_t i = 0; i < recording->count; i++) arrivals[i].time -= earliest;
}

static void check_replay(const struct arrival *arrivals, size_t count, size_t workers, const char *const latency[5],
                         const char *const wait[5]) {
  double *const waits = calloc(count, sizeof *waits);
  double *const latencies = calloc(count, sizeof *latencies);
  replay(arrivals, count, workers, waits, latencies);
  check_figures("replayed latency", latencies, count, latency);
  check_figures("replayed waiting", waits, count, wait);
  free(waits);
  free(latencies);
}

static void check_measured(const struct recording *recording, const char *const latency[5], const char *const wait[5]) {
  double *const waits = calloc(recording->count, sizeof *waits);
  double *const latencies = calloc(recording->count, sizeof *latencies);
  for (size_t i = 0; i < recording->count; i++) {
    waits[i] = recording->records[i].wait;
    latencies[i] = recording->records[i].latency;
  }
  check_figures("measured latency", latencies, recording->count, latency);
  check_figures("measured waiting", waits, recording->count, wait);
  free(waits);
  free(latencies);
}

/* `value` prints as `text`. */
static void check_printed(double value, const char *text) {
  const char *const point = strchr(text, '.');
  char printed[32];
  snprintf(printed, sizeof printed, "%.*f", point ? (int)strlen(point + 1) : 0, value);
  assert_string_equal(printed, text);
}

static struct arrival *exact_arrivals(const struct recording *recording) {
  struct arrival *const arrivals = calloc(recording->count, sizeof *arrivals);
  for (size_t i = 0; i < recording->count; i++)
    arrivals[i] = (struct arrival){recording->records[i].arrival, recording->records[i].service};
  return arrivals;
}

#define FIGURES(...) ((const char *const[]){__VA_ARGS__})

static void one_connection(void **state) {
  (void)state;
  struct recording recording;
  read_recording(&recording, "pgbench-1-connection.log.gz");
  const struct sj_trace_summary *const s = sj_trace_summary_of(recording.trace);
  assert_int_equal(s->count, 29967);
  assert_string_equal(s->format, "pgbench");
  assert_true(s->has_service && s->has_latency && s->has_wait && !s->has_size && !s->whole_seconds);
  check_printed((double)s->count / s->end, "749.3");
  check_printed(1e3 * s->service_mean, "0.580");
  check_printed(s->service_cv, "1.00");
  check_printed(s->service_mean * (double)s->count / s->end, "0.43");
  struct arrival *const arrivals = exact_arrivals(&recording);
  check_replay(arrivals, recording.count, 1, FIGURES("1.011353", "0.678000", "1.664000", "2.931780", "58.523714"),
               FIGURES("0.430989", "0.000000", "1.055000", "2.233680", "57.879752"));
  coarsen(&recording, INT64_C(1795338099950401), arrivals);
  check_replay(arrivals, recording.count, 1, FIGURES("1.011341", "0.678", "1.664108", "2.931588", "58.5237"),
               FIGURES("0.430977", "0", "1.054943", "2.233789", "57.8799"));
  free(arrivals);
  check_measured(&recording, FIGURES("1.112967", "0.776", "1.804", "3.09802", "58.7891"),
                 FIGURES("0.532603", "0.110", "1.2", "2.38104", "58.1365"));
  end_recording(&recording);
}

static void four_connections(void **state) {
  (void)state;
  struct recording recording;
  read_recording(&recording, "pgbench-4-connections.log.gz");
  const struct sj_trace_summary *const s = sj_trace_summary_of(recording.trace);
  assert_int_equal(s->count, 45692);
  check_printed((double)s->count / s->end, "2288.1");
  check_printed(1e3 * s->service_mean, "1.499");
  check_printed(s->service_cv, "0.36");
  check_printed(s->service_mean * (double)s->count / s->end / 4, "0.86");
  struct arrival *const arrivals = exact_arrivals(&recording);
  check_replay(arrivals, recording.count, 4, FIGURES("4.291361", "2.665000", "12.986900", "26.802810", "36.423978"),
               FIGURES("2.792145", "1.080000", "11.272900", "25.279000", "34.741017"));
  check_replay(arrivals, recording.count, 5, FIGURES("1.986400", "1.611000", "4.404000", "8.309090", "13.423309"),
               FIGURES("0.487185", "0.000000", "2.444000", "6.296360", "11.577652"));
  coarsen(&recording, INT64_C(1795338140003453), arrivals);
  check_replay(arrivals, recording.count, 4, FIGURES("4.291351", "2.665087", "12.990555", "26.803065", "36.4239"),
               FIGURES("2.792135", "1.080048", "11.273145", "25.278944", "34.7410"));
  check_replay(arrivals, recording.count, 5, FIGURES("1.986391", "1.611", "4.403337", "8.309144", "13.4234"),
               FIGURES("0.487176", "0", "2.443972", "6.296379", "11.5775"));
  free(arrivals);
  check_measured(&recording, FIGURES("4.559177", "2.858", "13.64245", "28.52399", "38.5864"),
                 FIGURES("3.059961", "1.274", "11.9559", "26.93518", "36.8032"));
  end_recording(&recording);
}

/* The access log. The expected figures were counted by awk and Python, in whole milliseconds. */
static const size_t seconds_logged[] = {146, 1233, 1097, 1269, 1151, 1186, 1161, 1249, 1135, 1153, 1215, 1190, 1083};
enum { SECONDS = 13, LOGGED = 14268 };

static void access_log(void **state) {
  (void)state;
  static const size_t in_second[SECONDS] = {1218, 1144, 1253, 1128, 1225, 1144, 1211, 1151, 1162, 1235, 1194, 1192, 11};
  struct recording recording;
  read_recording(&recording, "nginx-access.log.gz");
  const struct sj_trace_summary *const s = sj_trace_summary_of(recording.trace);
  assert_int_equal(s->count, LOGGED);
  assert_string_equal(s->format, "combined+msec");
  assert_true(s->has_size && s->has_latency && !s->has_service && !s->has_wait && !s->whole_seconds);
  assert_true(same(s->end, 12.006));
  assert_true(fabs(s->size_mean - 823458350.0 / LOGGED) < 1e-6);
  double latency_sum = 0, latency_max = 0;
  size_t counts[SECONDS] = {0};
  for (size_t i = 0; i < recording.count; i++) {
    const struct sj_trace_record *const r = &recording.records[i];
    latency_sum += r->latency;
    latency_max = fmax(latency_max, r->latency);
    counts[(size_t)r->arrival]++;
    assert_true(same(r->arrival, (double)llround(1e3 * r->arrival) / 1e3));
    assert_true(i == 0 || r->arrival >= r[-1].arrival);
  }
  assert_true(fabs(latency_sum - 138.184) < 1e-9 && same(latency_max, 0.051));
  for (size_t i = 0; i < SECONDS; i++) assert_int_equal(counts[i], in_second[i]);
  end_recording(&recording);
}

static void access_log_part(void **state) {
  (void)state;
  struct sj_trace_options options = whole();
  options.from = 2.5;
  options.to = 7.25;
  struct recording recording;
  read_file(&recording, open_data("nginx-access.log.gz"), "nginx", &options);
  assert_int_equal(recording.count, 5671);
  assert_true(same(sj_trace_summary_of(recording.trace)->end, 4.741));
  end_recording(&recording);
}

/* The same log as servers write it by default, without the two times at the end of each line. */
static int cut_log(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/nginx-access.log.gz", DATA_DIRECTORY);
  gzFile file = gzopen(path, "rb");
  assert_non_null(file);
  const int fd = file_of("", 0);
  char line[4096];
  while (gzgets(file, line, sizeof line)) {
    char *const end = strrchr(line, '"') + 1;
    *end = '\n';
    assert_true(write(fd, line, (size_t)(end + 1 - line)) == end + 1 - line);
  }
  gzclose(file);
  return fd;
}

/* Requests of whole seconds are spread inside them: sorted, the first 146 lie in one second, the next 1233 in the
 * next one, ... on a grid of seconds whose phase follows from that; and inside their seconds they are uniform
 * (Kolmogorov-Smirnov at 1 %: 1.63 / sqrt n). */
static void access_log_of_whole_seconds(void **state) {
  (void)state;
  struct sj_trace_options options = whole();
  struct recording first, again, other;
  read_file(&first, cut_log(), "access.log", &options);
  read_file(&again, cut_log(), "access.log", &options);
  options.seed = 2;
  read_file(&other, cut_log(), "access.log", &options);
  const struct sj_trace_summary *const s = sj_trace_summary_of(first.trace);
  assert_string_equal(s->format, "combined");
  assert_true(s->whole_seconds && s->has_size && !s->has_latency && isnan(first.records[0].latency));
  assert_int_equal(s->count, LOGGED);
  assert_true(fabs(s->size_mean - 823458350.0 / LOGGED) < 1e-6);
  assert_same_records(&first, &again);
  size_t equal = 0;
  for (size_t i = 0; i < LOGGED; i++) equal += first.records[i].arrival == other.records[i].arrival;
  assert_true(equal < 5);

  double phase_low = 0, phase_high = 1; /* how far inside its second the first arrival is */
  size_t i = 0;
  for (size_t second = 0; second < SECONDS; second++) {
    phase_low = fmax(phase_low, (double)second - first.records[i].arrival);
    i += seconds_logged[second];
    phase_high = fmin(phase_high, (double)second + 1 - first.records[i - 1].arrival);
  }
  assert_true(phase_low < phase_high && phase_high - phase_low < 0.01);
  double fractions[LOGGED], largest = 0;
  for (i = 0; i < LOGGED; i++) {
    const double time = first.records[i].arrival + (phase_low + phase_high) / 2;
    fractions[i] = time - floor(time);
  }
  qsort(fractions, LOGGED, sizeof *fractions, ascending);
  for (i = 0; i < LOGGED; i++)
    largest = fmax(largest, fmax((double)(i + 1) / LOGGED - fractions[i], fractions[i] - (double)i / LOGGED));
  assert_true(largest < 1.63 / sqrt(LOGGED));
  end_recording(&first);
  end_recording(&again);
  end_recording(&other);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(one_connection), cmocka_unit_test(four_connections),
                                     cmocka_unit_test(access_log), cmocka_unit_test(access_log_part),
                                     cmocka_unit_test(access_log_of_whole_seconds)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
