#include "measure/report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/base.h"
#include "measure/clock.h"
#include "measure/payload.h"
#include "measure/sink.h"

/* The windows of a series; longer measurements show their beginning. */
enum { MOST_CELLS = 100000 };

static const char *const transports[] = {"shm", "ipc", "tcp", "inproc"};
static const char *const waits[] = {"auto", "spin", "futex"};
static const char *const sources[] = {"random", "constant", "copy"};
const char *sj_transport_name(enum sj_transport transport) { return transports[transport]; }

/* ---- what identifies a measurement ---- */

/* What the figures depend on beside the options. */
static char *machine(void) {
  FILE *const file = fopen("/proc/cpuinfo", "r");
  char line[512], model[256] = "unknown processor";
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, "model name", 10) == 0 && sscanf(line, "model name%*[\t ]: %255[^\n]", model) == 1) break;
  if (file) fclose(file);
  return sj_format("%s, %ld cores", model, sysconf(_SC_NPROCESSORS_ONLN));
}

static char *identity(const struct sj_measure_options *o) {
  json_t *const document = json_object();
  char *const computer = machine();
  json_object_set_new(document, "transport", json_string(transports[o->transport]));
  json_object_set_new(document, "producers", json_integer(o->producers));
  json_object_set_new(document, "payload", json_integer((json_int_t)o->rows));
  json_object_set_new(document, "messages", json_integer((json_int_t)o->messages));
  json_object_set_new(document, "rate", json_real(o->rate));
  json_object_set_new(document, "arrivals", json_string(o->rate > 0 ? o->even ? "even" : "poisson" : "flat out"));
  json_object_set_new(document, "store", json_string(sj_sink_kind_name((enum sj_sink_kind)o->store)));
  /* A file that is asked for is to be written, not only measured. */
  if (o->store_path) json_object_set_new(document, "path", json_string(o->store_path));
  json_object_set_new(document, "queue", json_integer(o->queue));
  json_object_set_new(document, "wait", json_string(waits[o->wait]));
  json_object_set_new(document, "drop", json_boolean(o->drop));
  json_object_set_new(document, "source", json_string(sources[o->source]));
  json_object_set_new(document, "machine", json_string(computer));
  char *const text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(17));
  json_decref(document);
  free(computer);
  return text;
}

static char *title(const struct sj_measure_options *o) {
  char rate[64] = "";
  if (o->rate > 0) snprintf(rate, sizeof rate, " rate=%g%s", o->rate, o->even ? " even" : "");
  return sj_format("transport=%s producers=%u payload=%llu%s store=%s source=%s%s", transports[o->transport],
                   o->producers, (unsigned long long)o->rows, rate, sj_sink_kind_name((enum sj_sink_kind)o->store),
                   sources[o->source], o->drop ? " drop" : "");
}

/* ---- the columns ---- */

static const char *const quantiles[] = {"p50", "p95", "p99", "p99.9"};
static const double quantile_values[] = {0.5, 0.95, 0.99, 0.999};
enum { QUANTILES = 4 };
static const char *const times[] = {"latency", "generation", "service", "transit"};
enum { TIMES = 4 };

static const char *const figures[] = {"throughput.avg",
                                      "throughput.peak",
                                      "control.throughput",
                                      "messages.rate",
                                      "queue.mean",
                                      "queue.max",
                                      "cpu.utilization",
                                      "messages.sent",
                                      "messages.received",
                                      "messages.lost",
                                      "messages.duplicated",
                                      "messages.corrupt",
                                      "messages.dropped",
                                      "messages.unsent",
                                      "messages.control",
                                      "messages.statistics",
                                      "waits",
                                      "waits.time",
                                      "broker.waits",
                                      "slots.expired",
                                      "restarts.producer",
                                      "restarts.store",
                                      "restarts.broker",
                                      "ceilings.memcpy",
                                      "ceilings.read",
                                      "ratio.memcpy",
                                      "ratio.read",
                                      "parameters.producers",
                                      "parameters.payload",
                                      "parameters.rate",
                                      "parameters.queue",
                                      "measured.seconds",
                                      NULL};

static bool add_columns(struct sj_results *results) {
  bool good = true;
  char name[64];
  for (size_t i = 0; figures[i]; i++) good = good && sj_results_add_metric(results, figures[i], SJ_REDUCE_MEAN);
  for (int t = 0; t < TIMES; t++) {
    for (int q = 0; q < QUANTILES; q++) {
      snprintf(name, sizeof name, "%s.%s", times[t], quantiles[q]);
      good = good && sj_results_add_metric(results, name, SJ_REDUCE_MEAN);
    }
    snprintf(name, sizeof name, "%s.mean", times[t]);
    good = good && sj_results_add_metric(results, name, SJ_REDUCE_MEAN);
    snprintf(name, sizeof name, "%s.min", times[t]);
    good = good && sj_results_add_metric(results, name, SJ_REDUCE_MIN);
    snprintf(name, sizeof name, "%s.max", times[t]);
    good = good && sj_results_add_metric(results, name, SJ_REDUCE_MAX);
    good = good && sj_results_add_histogram(results, times[t]);
  }
  return good && sj_results_add_series(results, "throughput", "bytes/s") &&
         sj_results_add_series(results, "messages.rate", "messages/s") &&
         sj_results_add_series(results, "control.throughput", "bytes/s");
}

struct sj_results *sj_measure_prepare(const struct sj_measure_options *options) {
  char *const name = title(options);
  struct sj_results *const results = sj_results_create("measure", name, NULL);
  free(name);
  if (!results) return NULL;
  results->seed = options->seed;
  results->duration = options->duration;
  results->canonical = identity(options);
  snprintf(results->time_unit, sizeof results->time_unit, "s");
  results->grid_step = 1;
  results->grid_count = (size_t)fmin(MOST_CELLS, fmax(1, floor(options->duration)));
  if (results->canonical && add_columns(results)) return results;
  sj_results_destroy(results);
  return NULL;
}

/* ---- the run ---- */

struct report {
  const struct sj_measurement *measurement;
  const struct sj_measure_options *options;
  struct sj_board *board;
  const struct sj_watched *watched;
  struct sj_results *results;
  struct sj_run run;
};

static void set(struct report *report, const char *name, double value) {
  const size_t metric = sj_results_find(report->results, name);
  if (metric != SIZE_MAX) report->run.values[metric] = value;
}

/* Averages are over the time from the end of the first second; of a measurement that is no longer than two, over all of
 * it. */
static void set_throughput(struct report *report, double length_s) {
  const struct sj_board_store *const store = &report->board->store;
  const size_t whole = (size_t)fmin(length_s, SJ_BOARD_WINDOWS - 1), skipped = length_s > 2 ? 1 : 0;
  struct sj_board_window sum = {0};
  double peak = 0;
  /* The last window is cut short where the run is. */
  for (size_t i = skipped; i < whole + 1; i++) {
    const struct sj_board_window *const window = &store->windows[i];
    if (i == whole && length_s - (double)whole < 1e-3) break;
    sum.bytes += window->bytes;
    sum.messages += window->messages;
    sum.bus_bytes += window->bus_bytes;
    if (i < whole && (double)window->bytes > peak) peak = (double)window->bytes;
  }
  const double over = length_s - (double)skipped;
  set(report, "throughput.avg", (double)sum.bytes / over);
  set(report, "throughput.peak", whole > 0 ? peak : (double)sum.bytes / over);
  set(report, "messages.rate", (double)sum.messages / over);
  set(report, "control.throughput", (double)sum.bus_bytes / over);
  for (size_t i = 0; i < report->results->grid_count && i < whole; i++) {
    report->run.series[i] = (double)store->windows[i].bytes;
    report->run.series[report->results->grid_count + i] = (double)store->windows[i].messages;
    report->run.series[2 * report->results->grid_count + i] = (double)store->windows[i].bus_bytes;
  }
}

static void set_times(struct report *report, const char *name, size_t histogram, struct sj_board_times *times_of) {
  char metric[64];
  const struct sj_histogram view = sj_board_times_view(times_of);
  for (int q = 0; q < QUANTILES; q++) {
    snprintf(metric, sizeof metric, "%s.%s", name, quantiles[q]);
    set(report, metric, sj_board_times_quantile(times_of, quantile_values[q]));
  }
  snprintf(metric, sizeof metric, "%s.mean", name);
  set(report, metric, sj_board_times_mean(times_of));
  if (times_of->count == 0) return;
  snprintf(metric, sizeof metric, "%s.min", name);
  set(report, metric, (double)times_of->min_ns / 1e9);
  snprintf(metric, sizeof metric, "%s.max", name);
  set(report, metric, (double)times_of->max_ns / 1e9);
  sj_histogram_merge(&report->run.histograms[histogram], &view);
}

static void set_generation(struct report *report) {
  struct sj_board_times *const sum = sj_allocate(sizeof *sum);
  for (unsigned i = 0; i < report->options->producers; i++) {
    const struct sj_board_times *const one = &report->board->producers[i].generation;
    if (one->count == 0) continue;
    for (size_t k = 0; k < sizeof sum->counts / sizeof *sum->counts; k++) sum->counts[k] += one->counts[k];
    if (sum->count == 0 || one->min_ns < sum->min_ns) sum->min_ns = one->min_ns;
    if (one->max_ns > sum->max_ns) sum->max_ns = one->max_ns;
    sum->count += one->count;
    sum->sum_ns += one->sum_ns;
  }
  set_times(report, times[1], 1, sum);
  free(sum);
}

/* Returns how many were lost. */
static uint64_t set_counts(struct report *report) {
  const struct sj_board_store *const store = &report->board->store;
  uint64_t sent = 0, dropped = 0, unsent = 0, waited = 0, wait_ns = 0;
  for (unsigned i = 0; i < report->options->producers; i++) {
    sent += SJ_LOAD(report->board->producers[i].sent);
    dropped += SJ_LOAD(report->board->producers[i].dropped);
    unsent += SJ_LOAD(report->board->producers[i].unsent);
    waited += SJ_LOAD(report->board->producers[i].waits);
    wait_ns += SJ_LOAD(report->board->producers[i].wait_ns);
  }
  const uint64_t gone = SJ_LOAD(store->received) + SJ_LOAD(store->corrupt), lost = sent > gone ? sent - gone : 0;
  set(report, "messages.sent", (double)sent);
  set(report, "messages.received", (double)SJ_LOAD(store->received));
  set(report, "messages.lost", (double)lost);
  set(report, "messages.duplicated", (double)SJ_LOAD(store->duplicated));
  set(report, "messages.corrupt", (double)SJ_LOAD(store->corrupt));
  set(report, "messages.dropped", (double)dropped);
  set(report, "messages.unsent", (double)unsent);
  set(report, "messages.control", (double)SJ_LOAD(store->control));
  set(report, "messages.statistics", (double)SJ_LOAD(store->statistics));
  set(report, "waits", (double)waited);
  set(report, "waits.time", (double)wait_ns / 1e9);
  set(report, "broker.waits", (double)SJ_LOAD(report->board->broker.full));
  set(report, "slots.expired", (double)SJ_LOAD(store->expired));
  report->run.events = SJ_LOAD(store->received);
  return lost;
}

static void set_queue(struct report *report, double length_s) {
  set(report, "queue.mean", (double)SJ_LOAD(report->board->store.under_way_ns) / 1e9 / length_s);
  set(report, "queue.max", (double)SJ_LOAD(report->board->in_flight_max));
  if (!report->measurement->ring) return;
  struct sj_ring_statistics statistics;
  sj_ring_statistics_read(report->measurement->ring, &statistics);
  set(report, "queue.max", statistics.in_use_max);
}

static void set_rest(struct report *report, const struct sj_ceilings *ceilings) {
  const struct sj_watched *const watched = report->watched;
  const unsigned all = watched->restarts[SJ_ROLE_ALL];
  const double average = report->run.values[sj_results_find(report->results, "throughput.avg")];
  set(report, "cpu.utilization", watched->cpu_s / watched->wall_s);
  set(report, "restarts.producer", watched->restarts[SJ_ROLE_PRODUCER] + all);
  set(report, "restarts.store", watched->restarts[SJ_ROLE_STORE] + all);
  set(report, "restarts.broker", watched->restarts[SJ_ROLE_BROKER] + all);
  set(report, "ceilings.memcpy", ceilings->memcpy_rate);
  set(report, "ceilings.read", ceilings->read_rate);
  set(report, "ratio.memcpy", average / ceilings->memcpy_rate);
  set(report, "ratio.read", average / ceilings->read_rate);
  set(report, "parameters.producers", report->options->producers);
  set(report, "parameters.payload", (double)report->options->rows);
  set(report, "parameters.rate", report->options->rate > 0 ? report->options->rate : (double)NAN);
  set(report, "parameters.queue", report->options->queue);
}

static void add_notes(struct report *report, uint64_t lost, double length_s) {
  static const char *const names[SJ_ROLES] = {"broker", "store", "producer", "measuring process"};
  const struct sj_watched *const watched = report->watched;
  struct sj_results *const results = report->results;
  if (report->measurement->ring && *sj_ring_notice(report->measurement->ring))
    sj_results_add_note(results, "%s", sj_ring_notice(report->measurement->ring));
  for (int role = 0; role < SJ_ROLES; role++)
    if (watched->restarts[role] > 0)
      sj_results_add_note(results, "A %s was killed (signal %d) and started again%s.", names[role],
                          watched->last_signal[role], watched->restarts[role] > 1 ? ", several times" : "");
  if (lost > 0) sj_results_add_note(results, "%llu messages were sent and not received.", (unsigned long long)lost);
  if (watched->restarts[SJ_ROLE_STORE] > 0 && report->options->store_path)
    sj_results_add_note(
        results,
        "The killed store left its file, of which the last second may be missing; the next one wrote to "
        "a file with a number in its name.");
  if (watched->gave_up)
    sj_results_add_note(results, "The store made no headway at the end and was ended: what was under way is lost.");
  if (length_s <= 2) sj_results_add_note(results, "Averages hold the first second, since there is not much more.");
  const double unsent = report->run.values[sj_results_find(results, "messages.unsent")];
  /* One in the making is no backlog. */
  if (unsent > report->options->producers)
    sj_results_add_note(results,
                        "%.0f messages were due before the end and not sent by then, as producers were behind: "
                        "latencies do not hold them, and would grow with the length of the measurement.",
                        unsent);
}

enum sj_status sj_measure_report(const struct sj_measurement *measurement, const struct sj_watched *watched,
                                 const struct sj_ceilings *ceilings, struct sj_results *results,
                                 struct sj_error *error) {
  struct sj_board *const board = measurement->board;
  struct report report = {.measurement = measurement,
                          .options = measurement->options,
                          .board = board,
                          .watched = watched,
                          .results = results};
  if (!sj_run_prepare(results, &report.run, 0)) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  const double length_s = (double)(SJ_LOAD(board->stop_ns) - SJ_LOAD(board->start_ns)) / 1e9;
  set_throughput(&report, length_s);
  set_times(&report, times[0], 0, &board->store.latency);
  set_generation(&report);
  set_times(&report, times[2], 2, &board->store.service);
  set_times(&report, times[3], 3, &board->store.transit);
  set(&report, "measured.seconds", length_s);
  const uint64_t lost = set_counts(&report);
  set_queue(&report, length_s);
  set_rest(&report, ceilings);
  add_notes(&report, lost, length_s);
  results->partial = watched->interrupted;
  if (sj_results_add_run(results, &report.run)) return SJ_OK;
  sj_run_clear(results, &report.run);
  return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}
