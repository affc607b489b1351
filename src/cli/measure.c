#include "sojourn/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/files.h"
#include "cli/cli.h"
#include "cli/page.h"
#include "results/json.h"
#include "results/results.h"
#include "results/store.h"
#include "results/table.h"

/* In the order of their texts in sj_options.own. */
enum own {
  TRANSPORT,
  PRODUCERS,
  PAYLOAD,
  DURATION,
  MESSAGES,
  RATE,
  ARRIVALS,
  STORE,
  STORE_PATH,
  QUEUE,
  WAIT,
  DROP,
  SOURCE,
  SEGMENT,
  NO_CEILINGS,
  SUITE,
  EMIT_MODEL
};
static const struct sj_own_option own[] = {
    {"--transport", "NAME", "shm (default): shared memory, handles on the bus; or ipc, tcp, inproc: all on the bus"},
    {"--producers", "N", "processes that make messages (default: 3)"},
    {"--payload", "ROWS", "rows of a message, 16 bytes each (default: 500000)"},
    {"--duration", "T", "how long, in seconds (default: 10)"},
    {"--messages", "N", "end after so many messages, if that is before the duration"},
    {"--rate", "R", "messages per second of all producers together (default: as fast as possible)"},
    {"--arrivals", "KIND", "with --rate: poisson (default) or even"},
    {"--store", "NAME", "memory (default), file (Arrow), hdf5 or sqlite"},
    {"--store-path", "FILE", "the file of that store, which is not there yet"},
    {"--queue", "N", "slots of the ring, or messages at each stage of the bus (default: 16 MB of them)"},
    {"--wait", "HOW", "spin, futex (sleep) or auto (default)"},
    {"--drop", NULL, "a full queue drops the newest message instead of making its producer wait"},
    {"--payload-source", "NAME", "values: random (default), constant or copy"},
    {"--segment", "NAME", "name the shared memory, in /dev/shm (default: it has no name)"},
    {"--no-ceilings", NULL, "do not measure memcpy and reading beside it"},
    {"--suite", NULL, "the series over payloads and over producers, 9 measurements"},
    {"--emit-model", "FILE.lua", "write what was measured as a model for sojourn simulate"},
    {NULL, NULL, NULL},
};

/* The series: payloads with three producers, then producers with the largest payload, without the one both have. */
static const struct {
  unsigned producers;
  uint64_t rows;
} suite[] = {{3, 1000},   {3, 10000},  {3, 50000},  {3, 100000}, {3, 500000},
             {1, 500000}, {2, 500000}, {4, 500000}, {8, 500000}};
enum { SUITE_COUNT = sizeof suite / sizeof *suite };
/* For a model, the same system with messages of these parts of the payload, to see how times grow with it. */
static const uint64_t parts[] = {2, 10, 50};
enum { PARTS = sizeof parts / sizeof *parts, PART_OF_DURATION = 4 };

/* One run of the command. */
struct job {
  const struct sj_options *options;
  struct sj_measure_options measure;
  struct sj_store *store;
  struct sj_results *points[SUITE_COUNT + PARTS + 1];
  size_t point_count;  /* of what was asked for */
  size_t extra_count;  /* behind them, measured for the model alone */
  bool live, drawn;    /* the line on standard error: wanted, on the screen */
  bool kept, modelled; /* something is in the results file; the model is written */
};

static bool given(const struct job *job, uint64_t option) { return job->options->given & option; }

/* ---- settings ---- */

static enum sj_status word(const struct job *job, enum own option, const char *const *words, int *place,
                           struct sj_error *error) {
  const char *const text = job->options->own[option];
  if (!text) return SJ_OK;
  struct sj_text list = {0};
  for (int i = 0; words[i]; i++) {
    sj_text_add(&list, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
    if (strcmp(words[i], text) != 0) continue;
    *place = i;
    free(list.data);
    return SJ_OK;
  }
  const enum sj_status status =
      sj_error_set(error, SJ_INVALID, "%s %s: expected %s", own[option].name, text, list.data);
  free(list.data);
  return status;
}

static enum sj_status whole(const struct job *job, enum own option, uint64_t least, uint64_t most, uint64_t *n,
                            struct sj_error *error) {
  const char *const text = job->options->own[option];
  return text ? sj_read_whole(own[option].name, text, least, most, n, error) : SJ_OK;
}

static enum sj_status words(struct job *job, struct sj_error *error) {
  static const char *const transports[] = {"shm", "ipc", "tcp", "inproc", NULL};
  static const char *const arrivals[] = {"poisson", "even", NULL};
  static const char *const stores[] = {"memory", "file", "hdf5", "sqlite", NULL};
  static const char *const waits[] = {"auto", "spin", "futex", NULL};
  static const char *const sources[] = {"random", "constant", "copy", NULL};
  int transport = 0, arrival = 0, store = 0, wait = 0, source = 0;
  enum sj_status status = word(job, TRANSPORT, transports, &transport, error);
  if (status == SJ_OK) status = word(job, ARRIVALS, arrivals, &arrival, error);
  if (status == SJ_OK) status = word(job, STORE, stores, &store, error);
  if (status == SJ_OK) status = word(job, WAIT, waits, &wait, error);
  if (status == SJ_OK) status = word(job, SOURCE, sources, &source, error);
  job->measure.transport = (enum sj_transport)transport;
  job->measure.even = arrival == 1;
  job->measure.store = (enum sj_measure_store)store;
  job->measure.wait = (enum sj_measure_wait)wait;
  job->measure.source = (enum sj_payload_source)source;
  return status;
}

/* What would silently do nothing. */
static enum sj_status check_together(const struct job *job, struct sj_error *error) {
  const char *const *const texts = job->options->own;
  if (texts[ARRIVALS] && !texts[RATE]) return sj_error_set(error, SJ_INVALID, "--arrivals needs --rate");
  if (texts[SEGMENT] && job->measure.transport != SJ_TRANSPORT_SHM)
    return sj_error_set(error, SJ_INVALID, "--segment is for --transport shm");
  static const enum own fixed[] = {PRODUCERS, PAYLOAD, MESSAGES, STORE, STORE_PATH};
  for (size_t i = 0; texts[SUITE] && i < sizeof fixed / sizeof *fixed; i++)
    if (texts[fixed[i]])
      return sj_error_set(error, SJ_INVALID, "--suite and %s do not go together: the suite has its own",
                          own[fixed[i]].name);
  if (job->measure.store != SJ_MEASURE_MEMORY && !texts[STORE_PATH])
    return sj_error_set(error, SJ_INVALID, "--store %s needs --store-path FILE", texts[STORE]);
  if (job->measure.store == SJ_MEASURE_MEMORY && texts[STORE_PATH])
    return sj_error_set(error, SJ_INVALID, "--store-path needs --store file, hdf5 or sqlite");
  return SJ_OK;
}

static void on_second(void *context, const struct sj_measure_second *second) {
  struct job *const job = context;
  if (!job->live) return;
  job->drawn = true;
  fprintf(stderr, "\r\033[K%4.0f s %8.2f GB/s %9.0f msg/s  p99 %8.3f ms  queue %3.0f  dropped %llu", second->time,
          second->throughput / 1e9, second->rate, 1e3 * second->p99, second->queue,
          (unsigned long long)second->dropped);
  if (second->restarts) fprintf(stderr, "  restarts %llu", (unsigned long long)second->restarts);
  fflush(stderr);
}

static enum sj_status settings(struct job *job, struct sj_error *error) {
  const struct sj_options *const options = job->options;
  struct sj_measure_options *const measure = &job->measure;
  sj_measure_options_default(measure);
  uint64_t producers = measure->producers, queue = measure->queue;
  enum sj_status status = words(job, error);
  if (status == SJ_OK) status = whole(job, PRODUCERS, 1, SJ_MEASURE_PRODUCERS_MAX, &producers, error);
  if (status == SJ_OK) status = whole(job, PAYLOAD, 1, 1 << 30, &measure->rows, error);
  if (status == SJ_OK) status = whole(job, MESSAGES, 1, UINT64_C(1) << 40, &measure->messages, error);
  if (status == SJ_OK) status = whole(job, QUEUE, 1, 65536, &queue, error);
  if (status == SJ_OK && options->own[DURATION])
    status = sj_read_positive("--duration", options->own[DURATION], false, &measure->duration, error);
  if (status == SJ_OK && options->own[RATE])
    status = sj_read_positive("--rate", options->own[RATE], false, &measure->rate, error);
  measure->producers = (unsigned)producers;
  measure->queue = (unsigned)queue;
  measure->ceilings = !options->own[NO_CEILINGS];
  measure->drop = options->own[DROP];
  measure->segment = options->own[SEGMENT];
  measure->store_path = options->own[STORE_PATH];
  if (given(job, SJ_OPTION_SEED)) measure->seed = options->seed;
  measure->on_second = on_second;
  measure->context = job;
  job->live = !given(job, SJ_OPTION_QUIET) && isatty(STDERR_FILENO);
  return status == SJ_OK ? check_together(job, error) : status;
}

/* ---- measuring ---- */

static void clear_line(struct job *job) {
  if (job->drawn) fputs("\r\033[K", stderr);
  job->drawn = false;
}

/* One measurement, or what the results file holds of it; SJ_INTERRUPTED with what there is, too. */
static enum sj_status measure(struct job *job, struct sj_results **results, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  *results = NULL;
  if (job->store && !given(job, SJ_OPTION_AGAIN)) {
    struct sj_results *const asked = sj_measure_results_prepare(&job->measure);
    if (!asked) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
    status = sj_load_kept(job->store, asked, results, error);
    sj_results_destroy(asked);
    job->kept = job->kept || *results;
    if (status != SJ_OK || *results) return status;
  }
  status = sj_measure_run(&job->measure, results, error);
  clear_line(job);
  /* What was interrupted is shown, but not taken for the whole later. */
  if (status == SJ_OK && job->store) status = sj_keep(job->store, given(job, SJ_OPTION_AGAIN), *results, error);
  job->kept = job->kept || (status == SJ_OK && job->store);
  return status;
}

static enum sj_status measure_all(struct job *job, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  const size_t count = job->options->own[SUITE] ? SUITE_COUNT : 1;
  for (size_t i = 0; i < count && status == SJ_OK; i++) {
    if (job->options->own[SUITE]) {
      job->measure.producers = suite[i].producers;
      job->measure.rows = suite[i].rows;
      if (job->live)
        fprintf(stderr, "%zu of %zu: %u producers, %llu rows\n", i + 1, count, suite[i].producers,
                (unsigned long long)suite[i].rows);
    }
    struct sj_results **const point = &job->points[job->point_count];
    status = measure(job, point, error);
    if (!*point) continue;
    job->point_count++;
    struct sj_store *const store = status == SJ_OK ? job->store : NULL; /* which has nothing of what was interrupted */
    const enum sj_status asked = sj_page_ask(job->options, NULL, *point, NULL, NULL, store, error);
    if (asked != SJ_OK) status = asked;
  }
  return status;
}

/* ---- the model ---- */

static enum sj_status measure_more(struct job *job, struct sj_error *error) {
  struct sj_results **const place = &job->points[job->point_count + job->extra_count];
  const enum sj_status status = measure(job, place, error);
  if (*place) job->extra_count++;
  return status;
}

/* Smaller messages; and as fast as possible, to see how much processor time a message takes. */
static enum sj_status measure_parts(struct job *job, struct sj_error *error) {
  struct sj_measure_options *const o = &job->measure;
  const struct sj_measure_options asked = *o;
  enum sj_status status = SJ_OK;
  o->duration = asked.duration / PART_OF_DURATION;
  o->store_path = NULL;
  o->store = SJ_MEASURE_MEMORY;
  for (size_t i = 0; i < PARTS && status == SJ_OK && asked.rows / parts[i] > 0; i++) {
    o->rows = asked.rows / parts[i];
    status = measure_more(job, error);
  }
  *o = asked;
  o->duration = asked.duration / PART_OF_DURATION;
  o->rate = 0;
  if (status == SJ_OK && asked.rate > 0) status = measure_more(job, error);
  *o = asked;
  return status;
}

/* Of the suite, the points with the number of producers that all payloads have. */
static enum sj_status write_model(struct job *job, struct sj_error *error) {
  const struct sj_results *points[SUITE_COUNT + PARTS + 1];
  size_t count = 0;
  for (size_t i = 0; i < job->point_count + job->extra_count; i++)
    if (!job->options->own[SUITE] || suite[i].producers == suite[0].producers) points[count++] = job->points[i];
  char *text = NULL;
  enum sj_status status = sj_measure_model(points, count, &text, error);
  if (status == SJ_OK) status = sj_replace_file(job->options->own[EMIT_MODEL], text, strlen(text), error);
  job->modelled = status == SJ_OK;
  free(text);
  return status;
}

/* ---- what is printed ---- */

static enum sj_status print_json(const struct job *job, struct sj_error *error) {
  json_t *document = NULL;
  if (!job->options->own[SUITE]) {
    document = sj_results_json(job->points[0], "measure");
  } else {
    json_t *const points = json_array();
    document = json_object();
    json_object_set_new(document, "sojourn", json_string(SJ_VERSION));
    json_object_set_new(document, "command", json_string("measure"));
    json_object_set_new(document, "partial", json_boolean(job->point_count < SUITE_COUNT));
    json_object_set_new(document, "points", points);
    for (size_t i = 0; i < job->point_count; i++)
      json_array_append_new(points, sj_results_json(job->points[i], "measure"));
  }
  char *const text = document ? sj_json_text(document) : NULL;
  if (text) sj_print(text);
  free(text);
  json_decref(document);
  return text ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

static void print_table(const struct job *job) {
  struct sj_text text = {0};
  if (job->options->own[SUITE])
    sj_measure_suite_table((const struct sj_results *const *)job->points, job->point_count, &text);
  else
    sj_results_table(job->points[0], &text);
  if (text.data) sj_print(text.data);
  free(text.data);
  if (job->kept) printf("Kept in %s\n", job->options->output);
  if (job->modelled) printf("Model written to %s\n", job->options->own[EMIT_MODEL]);
}

static enum sj_status report(const struct job *job, struct sj_error *error) {
  const bool json = given(job, SJ_OPTION_JSON), table = !json && !given(job, SJ_OPTION_QUIET);
  if (job->point_count == 0) return SJ_OK;
  const enum sj_status status = json ? print_json(job, error) : SJ_OK;
  if (table) print_table(job);
  if (status != SJ_OK) return status;
  return sj_page_report(job->options, (const struct sj_results *const *)job->points, job->point_count, NULL, !table,
                        error);
}

static enum sj_exit carry_out(struct job *job) {
  const struct sj_options *const options = job->options;
  struct sj_error error = {{0}};
  enum sj_status status = settings(job, &error);
  if (status == SJ_OK) status = sj_page_check(options, &error);
  if (status == SJ_OK && options->output) status = sj_store_open(options->output, SJ_STORE_WRITE, &job->store, &error);
  if (status == SJ_OK) {
    job->measure.stop = sj_signals_defer();
    status = measure_all(job, &error);
    if (status == SJ_OK && options->own[EMIT_MODEL] && !options->own[SUITE]) status = measure_parts(job, &error);
  }
  clear_line(job);
  if (status != SJ_OK && status != SJ_INTERRUPTED) return sj_complain(status, &error);
  if (status == SJ_OK && options->own[EMIT_MODEL]) status = write_model(job, &error);
  /* A model that cannot be written is no reason to say nothing of what was measured for it. */
  struct sj_error other = {{0}};
  const enum sj_status reported = report(job, &other);
  if (reported != SJ_OK) return sj_complain(reported, &other);
  if (status == SJ_OK) return SJ_EXIT_DONE;
  fflush(stdout);
  if (status != SJ_INTERRUPTED) return sj_complain(status, &error);
  fprintf(stderr, "sojourn: interrupted; %s\n",
          job->point_count ? "what was measured so far is reported" : "nothing was measured yet");
  return SJ_EXIT_INTERRUPTED;
}

static enum sj_exit run(const struct sj_options *options) {
  struct job job = {.options = options};
  const enum sj_exit code = carry_out(&job);
  for (size_t i = 0; i < job.point_count + job.extra_count; i++) sj_results_destroy(job.points[i]);
  sj_store_close(job.store);
  return code;
}

const struct sj_command sj_command_measure = {
    .name = "measure",
    .argument = "",
    .summary = "real messages through shared memory or a bus",
    .help =
        "Measures what this machine carries: producer processes make tables and send them through shared memory,\n"
        "with handles on a message bus (ZeroMQ), or over the bus alone, to a store that reads and verifies every\n"
        "byte. Latency counts from the time a message was to be sent. Exit codes: 0 done, 2 the command is wrong,\n"
        "3 it could not be done, 130 interrupted (what was measured so far is reported).\n"
        "\n"
        "Example: sojourn measure --producers 3 --payload 500000 --duration 10\n"
        "Example: sojourn measure --transport ipc --rate 50 --json\n"
        "Example: sojourn measure --suite -o machine.db",
    .accepted = SJ_OPTION_SEED | SJ_OPTION_OUTPUT | SJ_OPTION_AGAIN | SJ_OPTION_JSON | SJ_OPTION_QUIET |
                SJ_OPTION_HELP | SJ_OPTION_HTML,
    .own = own,
    .run = run,
};
