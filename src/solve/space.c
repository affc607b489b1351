#include "solve/space.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "model/model.h"
#include "solve/compose.h"
#include "solve/eliminate.h"
#include "solve/orbit_space.h"

void sj_space_note(struct sj_space *space, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  space->notes = sj_reallocate_array(space->notes, space->note_count + 1, sizeof *space->notes);
  space->notes[space->note_count++] = sj_copy_string(text);
}

void sj_space_clear(struct sj_space *space) {
  if (space->clear_own && space->own) space->clear_own(space);
  sj_chain_clear(&space->chain);
  for (size_t i = 0; i < space->server_count; i++) free(space->servers[i].name);
  for (size_t i = 0; i < space->client_count; i++) free(space->clients[i]);
  for (size_t i = 0; i < space->note_count; i++) free(space->notes[i]);
  free(space->servers);
  free(space->clients);
  free(space->notes);
  free(space->full);
  *space = (struct sj_space){0};
}

const char *sj_bytes_text(double bytes, char text[32]) {
  static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
  size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < sizeof units / sizeof *units) {
    bytes /= 1000;
    unit++;
  }
  snprintf(text, 32, bytes < 1e6 ? "%.3g %s" : "%.1e %s", bytes, units[unit]);
  return text;
}

double sj_space_bytes(double states, double transitions, double bandwidth) {
  /* Past what a size_t holds it does not matter by how much. */
  const double most = 0x1p62, a_transition = sizeof(uint32_t) + sizeof(double);
  const double factors = bandwidth > 0 && states < most && bandwidth < most && states * bandwidth < most
                             ? sj_factors_bytes((size_t)states, (size_t)fmin(bandwidth, states))
                             : states * bandwidth * sizeof(double);
  return states * sizeof(size_t) + transitions * a_transition + factors;
}

enum sj_status sj_space_check_size(const struct sj_space_options *options, double states, double transitions,
                                   double bandwidth, struct sj_error *error) {
  if (options->chain_only) bandwidth = 0;
  const double bytes = sj_space_bytes(states, transitions, bandwidth);
  char count[32], rates[32], needed[32], most[32];
  sj_number_text(states, count);
  sj_number_text(transitions, rates);
  sj_bytes_text(bytes, needed);
  if (states >= (double)UINT32_MAX)
    return sj_error_set(error, SJ_NO_MEMORY,
                        "the chain would have %s states and take about %s; at most %u states can be numbered. "
                        "A smaller `capacity` or `orbit` makes it smaller; `simulate` has no such limit",
                        count, needed, UINT32_MAX - 1);
  if (bytes <= options->most_bytes) return SJ_OK;
  if (options->chain_only)
    return sj_error_set(error, SJ_NO_MEMORY,
                        "the chain would have %s states and %s transitions; it alone would take about %s, more than "
                        "the %s that it may",
                        count, rates, needed, sj_bytes_text(options->most_bytes, most));
  return sj_error_set(error, SJ_NO_MEMORY,
                      "the chain would have %s states and %s transitions; eliminated, with a band of %.0f, it would "
                      "take about %s, more than the %s that it may",
                      count, rates, bandwidth, needed, sj_bytes_text(options->most_bytes, most));
}

/* ---- which chain ---- */

/* Retries of what was refused, at once or after a backoff, are exact as they are; but an orbit wants a timeout. */
static bool retries_in_orbit(const struct sj_model *model, const struct sj_call *call) {
  if (call->retries == 0 || (call->backoff.given && call->backoff.base > 0)) return false;
  for (size_t t = 0; t < call->target_count; t++)
    if (!isnan(model->servers[call->targets[t].server].orbit)) return true;
  return false;
}

static bool waits_or_retries(const struct sj_model *model, const struct sj_call *call) {
  return sj_law_given(&call->timeout) || sj_law_given(&call->stage_timeout) || call->stage_retries > 0 ||
         retries_in_orbit(model, call);
}

static bool has_orbits(const struct sj_model *model) {
  for (size_t i = 0; i < model->client_count; i++)
    if (waits_or_retries(model, &model->clients[i].call)) return true;
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t j = 0; j < model->servers[i].api_count; j++)
      for (size_t k = 0; k < model->servers[i].apis[j].call_count; k++)
        if (waits_or_retries(model, &model->servers[i].apis[j].calls[k])) return true;
  return false;
}

enum sj_status sj_space_create(const struct sj_model *model, const struct sj_space_options *options,
                               struct sj_space *space, struct sj_error *error) {
  *space = (struct sj_space){0};
  if (model->quantum > 0)
    return sj_error_set(error, SJ_INVALID, "%s:1: a model in discrete time (`quantum`) cannot be solved", model->file);
  if (has_orbits(model)) return sj_space_orbit(model, options, space, error);
  return sj_space_compose(model, options, space, error);
}
