#include "solve/compose/network.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

void sj_network_obstacle(struct network *network, int line, const char *format, ...) {
  char text[512], whole[768];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  snprintf(whole, sizeof whole, "%s:%d: %s", network->model->file, line, text);
  network->obstacles++;
  if (network->error && !strstr(network->error->message, whole)) sj_error_add(network->error, "%s", whole);
}

void sj_network_note(struct network *network, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  for (size_t i = 0; i < network->space->note_count; i++)
    if (strcmp(network->space->notes[i], text) == 0) return;
  sj_space_note(network->space, "%s", text);
}

static void note_fit(struct network *network, const char *part, const char *what, unsigned matched, size_t phases) {
  static const char *const moments[] = {"its mean alone", "its first two moments", "its first three moments"};
  sj_network_note(network, "%s: `%s` is fitted by a phase-type law of %zu phases with %s", what, part, phases,
                  moments[matched - 1]);
}

void sj_network_law(struct network *network, const struct sj_law *law, int line, const char *what,
                    struct sj_phases *phases) {
  if (law->member) {
    sj_network_obstacle(network, line, "%s: drawn anew for each member, a chain has the same law for all", what);
    sj_phases_erlang(1, 1, phases);
    return;
  }
  const char *const part = sj_phases_of(law->fixed, phases);
  if (!part) return;
  const unsigned matched = network->options->approximate ? sj_phases_fit(law->fixed, phases) : 0;
  if (matched) {
    note_fit(network, part, what, matched, phases->count);
    return;
  }
  sj_network_obstacle(
      network, line, "`%s` %s: not phase-type%s", part, what,
      network->options->approximate ? ", and it has no mean to fit" : "; `--approximate` fits the first three moments");
  sj_phases_erlang(1, 1, phases);
}

/* ---- parts ---- */

static bool same_phases(const struct sj_phases *a, const struct sj_phases *b) {
  const size_t n = a->count;
  return n == b->count && a->at_once == b->at_once && memcmp(a->start, b->start, n * sizeof *a->start) == 0 &&
         memcmp(a->exit, b->exit, n * sizeof *a->exit) == 0 && memcmp(a->rate, b->rate, n * n * sizeof *a->rate) == 0;
}

/* A store's law: with probability `failure` the request takes `slowdown` times as long and fails. */
static void add_failures(const struct sj_store *store, struct service *service) {
  const struct sj_phases well = service->phases;
  const size_t n = well.count;
  struct sj_phases *const p = &service->phases;
  *p = (struct sj_phases){.count = 2 * n, .at_once = well.at_once};
  p->start = sj_allocate_array(2 * n, sizeof *p->start);
  p->exit = sj_allocate_array(2 * n, sizeof *p->exit);
  p->rate = sj_allocate_array(4 * n * n, sizeof *p->rate);
  for (size_t k = 0; k < 2; k++) {
    const double share = k ? store->failure : 1 - store->failure, pace = k ? 1 / store->failure_slowdown : 1;
    for (size_t i = 0; i < n; i++) {
      p->start[k * n + i] = share * well.start[i];
      p->exit[k * n + i] = pace * well.exit[i];
      for (size_t j = 0; j < n; j++) p->rate[(k * n + i) * 2 * n + k * n + j] = pace * well.rate[i * n + j];
    }
  }
  service->failing = n;
  service->at_once_failing = store->failure * well.at_once;
  struct sj_phases gone = well;
  sj_phases_clear(&gone);
}

static void make_service(struct network *network, struct part *part, size_t api) {
  const struct sj_server *const spec = part->spec;
  struct service *const service = &part->services[part->service_count];
  struct sj_phases *const phases = &service->phases;
  if (spec->kind == SJ_BATCHER) { /* no work: what it sends has its own */
    *phases = (struct sj_phases){.at_once = 1};
    return;
  }
  char what[128];
  const char *const name = spec->apis[api].name;
  snprintf(what, sizeof what, "service of `%s%s%s`", spec->name, name ? "." : "", name ? name : "");
  sj_network_law(network, &spec->apis[api].work, spec->line, what, phases);
  sj_phases_speed_up(phases, spec->speed);
  service->failing = phases->count;
  if (spec->discipline == SJ_PROCESSOR_SHARING && (phases->count != 1 || phases->at_once > 0))
    sj_network_obstacle(network, spec->line, "%s: not exponential, with the discipline `ps`", what);
  if (spec->kind != SJ_STORE || spec->store.failure <= 0) return;
  if (spec->store.failure_slowdown > 0)
    add_failures(&spec->store, service);
  else
    sj_network_obstacle(network, spec->line, "`%s`: a failure that takes no time", spec->name);
}

static bool same_service(const struct service *a, const struct service *b) {
  return a->failing == b->failing && same_phases(&a->phases, &b->phases);
}

/* Apis that a request cannot tell apart are one: the same law, and nothing called. */
static void make_services(struct network *network, struct part *part) {
  const size_t count = part->spec->api_count;
  part->services = sj_allocate_array(count, sizeof *part->services);
  part->api_like = sj_allocate_array(count, sizeof *part->api_like);
  for (size_t a = 0; a < count; a++) {
    make_service(network, part, a);
    part->service_count++;
    part->api_like[a] = (uint32_t)a;
    for (size_t b = 0; b < a && part->spec->apis[a].call_count == 0; b++) {
      if (part->spec->apis[b].call_count > 0 || !same_service(&part->services[a], &part->services[b])) continue;
      part->api_like[a] = (uint32_t)b;
      break;
    }
  }
}

static uint32_t whole(double x) { return x < (double)NO_LIMIT ? (uint32_t)x : NO_LIMIT; }

static uint32_t thread_count(const struct sj_server *spec) {
  if (spec->kind != SJ_SERVER) return NO_LIMIT;
  if (!spec->threads.fixed) return 1;
  const double threads = round(sj_distribution_mean(spec->threads.fixed));
  return threads < 1 ? 1 : whole(threads);
}

static void make_part(struct network *network, size_t index) {
  const struct sj_server *const spec = &network->model->servers[index];
  struct part *const part = &network->parts[index];
  part->spec = spec;
  part->index = (uint32_t)index;
  part->members = spec->count;
  part->threads = thread_count(spec);
  part->capacity = whole(spec->capacity);
  part->first_level = (uint32_t)network->level_count;
  network->level_count += spec->count;
  make_services(network, part);
  for (size_t a = 0; a < spec->api_count; a++) part->turn_count += spec->apis[a].call_count;
  part->turns = sj_allocate_array(part->turn_count * part->members, sizeof *part->turns);
  for (size_t i = 0; i < part->turn_count * part->members; i++) part->turns[i] = NONE;
}

/* ---- the whole ---- */

enum sj_status sj_network_create(const struct sj_model *model, const struct sj_space_options *options,
                                 struct sj_space *space, struct network *network, struct sj_error *error) {
  *network = (struct network){.model = model, .options = options, .space = space, .error = error};
  sj_network_check(network);
  network->parts = sj_allocate_array(model->server_count, sizeof *network->parts);
  for (size_t i = 0; i < model->server_count; i++) make_part(network, i);
  if (!network->obstacles) sj_network_sources(network);
  if (!network->obstacles) sj_network_kinds(network);
  if (!network->obstacles) sj_network_slots(network);
  return network->obstacles ? SJ_INVALID : SJ_OK;
}

static void clear_kind(struct network *network, struct kind *kind) {
  const uint32_t members = network->parts[kind->part].members;
  for (size_t i = 0; kind->ways && i < members * kind->way_count; i++)
    if (kind->ways[i]) {
      sj_pauses_clear(kind->ways[i]);
      free(kind->ways[i]->kinds);
      free(kind->ways[i]);
    }
  free(kind->ways);
  free(kind->first_phase);
  free(kind->waiting);
  free(kind->first_instance);
}

static void clear_part(struct part *part) {
  for (size_t i = 0; i < part->service_count; i++) sj_phases_clear(&part->services[i].phases);
  for (size_t i = 0; i < part->line_count; i++) free(part->lines[i].first);
  for (size_t i = 0; part->buckets && i < part->spec->admission_count; i++) free(part->buckets[i]);
  free(part->services);
  free(part->kinds);
  free(part->lines);
  free(part->buckets);
  free(part->turns);
  free(part->timer);
  free(part->api_like);
}

void sj_network_clear(struct network *network) {
  for (size_t k = 0; k < network->kind_count; k++) clear_kind(network, &network->kinds[k]);
  for (size_t i = 0; network->parts && i < network->model->server_count; i++) clear_part(&network->parts[i]);
  for (size_t s = 0; s < network->source_count; s++) {
    struct source *const source = &network->sources[s];
    for (size_t m = 0; source->ways && m < source->member_count; m++) {
      sj_pauses_clear(&source->ways[m]);
      free(source->ways[m].kinds);
    }
    free(source->ways);
    free(source->clients);
    free(source->shares);
    sj_phases_clear(&source->phases);
  }
  free(network->kinds);
  free(network->parts);
  free(network->sources);
  free(network->slots);
  free(network->paused);
  *network = (struct network){0};
}
