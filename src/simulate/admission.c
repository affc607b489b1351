/* Whether a server lets a request in: token bucket, throttle, concurrency limit at its arrival; CoDel when it would be
 * served.
 *
 * CoDel (Nichols and Jacobson, "Controlling queue delay", ACM Queue 10(5), 2012; RFC 8289): once the time waited has
 * stayed above `target` for an `interval`, one is dropped, and further ones at interval / sqrt(drops) until it falls
 * below. */
#include <math.h>

#include "simulate/engine.h"

double sj_bucket_tokens(const struct sj_token_bucket *bucket, double tokens, double *at, double now) {
  const double refilled = tokens + (now - *at) * bucket->rate;
  *at = now;
  return refilled < bucket->capacity ? refilled : bucket->capacity;
}

static bool throttled(struct server *server, const struct sj_admission *spec, const struct attempt *attempt) {
  if ((double)server->in_system < spec->above * server->capacity) return false;
  struct sj_stream stream = stream_of(server->admission_key, attempt_lineage(attempt));
  return sj_stream_uniform(&stream) >= spec->admit;
}

/* A bucket refills in steps of rounding: without the allowance a token due exactly now would be missed half of the
 * time. */
static bool has_token(double tokens) { return tokens >= 1 - 1e-9; }

bool sj_admission_admits(struct engine *engine, struct server *server, struct attempt *attempt) {
  const size_t count = server->spec->admission_count;
  for (size_t i = 0; i < count; i++) {
    const struct sj_admission *const spec = &server->spec->admissions[i];
    struct admission *const state = &server->admissions[i];
    switch (spec->kind) {
      case SJ_ADMIT_TOKEN_BUCKET:
        state->tokens = sj_bucket_tokens(&spec->bucket, state->tokens, &state->at, engine->now);
        if (!has_token(state->tokens)) return false;
        break;
      case SJ_ADMIT_THROTTLE:
        if (throttled(server, spec, attempt)) return false;
        break;
      case SJ_ADMIT_MAX_IN_FLIGHT:
        if (server->in_system - server->waiting >= spec->limit) return false;
        break;
      case SJ_ADMIT_CODEL:
        break;
    }
  }
  /* Only an admitted request burns tokens. */
  for (size_t i = 0; i < count; i++)
    if (server->spec->admissions[i].kind == SJ_ADMIT_TOKEN_BUCKET) server->admissions[i].tokens -= 1;
  return true;
}

static bool codel_drops(struct admission *state, const struct sj_admission *spec, double waited, uint32_t left,
                        double now) {
  if (waited < spec->target || left == 0) {
    state->above_since = NAN;
    state->dropping = false;
    return false;
  }
  if (isnan(state->above_since)) state->above_since = now;
  if (state->dropping) {
    if (now < state->drop_next) return false;
    state->drops++;
    state->drop_next += spec->interval / sqrt((double)state->drops);
    return true;
  }
  if (now - state->above_since < spec->interval) return false;
  /* Dropping again soon after it stopped resumes near the rate that worked (RFC 8289, section 5.4). */
  const uint32_t recent = state->drops - state->last_drops;
  state->drops = recent > 1 && now - state->drop_next < 16 * spec->interval ? recent : 1;
  state->last_drops = state->drops;
  state->dropping = true;
  state->drop_next = now + spec->interval / sqrt((double)state->drops);
  return true;
}

bool sj_admission_drops(struct engine *engine, struct server *server, struct attempt *attempt) {
  for (size_t i = 0; i < server->spec->admission_count; i++) {
    const struct sj_admission *const spec = &server->spec->admissions[i];
    if (spec->kind == SJ_ADMIT_CODEL &&
        codel_drops(&server->admissions[i], spec, engine->now - attempt->arrived, server->queue.count, engine->now))
      return true;
  }
  return false;
}
