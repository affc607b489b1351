#include "simulate/link.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* What was drawn for one channel. A link has one law, `rtt` or `one_way`. */
struct channel_law {
  struct sj_distribution *law; /* NULL: not used yet */
  uint64_t draws;              /* times that it was drawn anew */
  double server_rtt;           /* the member's, when it was; NAN: its first */
};

struct channels {
  uint32_t total;
  uint32_t event; /* EVENT_REDRAW, or SJ_EVENT_NONE */
  struct sj_stream redraws;
  uint32_t *first; /* [target]: where those of its server begin */
  struct channel_law laws[];
};

static const struct subset *subset_of(const struct caller *caller, size_t target) {
  return caller->subsets && caller->subsets[target].members ? &caller->subsets[target] : NULL;
}

/* At a join it may be a member that is not known: those have places behind the others. */
static uint32_t places(const struct engine *engine, const struct caller *caller, size_t target) {
  const struct server_pool *const pool = &engine->servers[caller->spec->targets[target].server];
  const struct subset *const subset = subset_of(caller, target);
  return subset ? subset->count + (pool->join ? pool->count : 0) : pool->count;
}

uint32_t sj_link_place(const struct caller *caller, size_t target, uint32_t member) {
  const struct subset *const subset = subset_of(caller, target);
  return subset ? subset->count + member : member;
}

static void plan_redraw(struct engine *engine, struct caller *caller) {
  const double rate = caller->spec->network.redraw * caller->channels->total;
  if (rate <= 0) return;
  const double time = engine->now + sj_draw_exponential(&caller->channels->redraws) / rate;
  caller->channels->event = sj_event_schedule(&engine->events, time, EVENT_REDRAW, caller, true);
}

bool sj_link_create(struct engine *engine, struct caller *caller) {
  const struct sj_call *const spec = caller->spec;
  if (!spec->network.rtt.member && !spec->network.one_way.member) return true;
  assert(spec->target_count > 0);
  uint32_t total = 0;
  for (size_t t = 0; t < spec->target_count; t++)
    if (first_target(caller, t) == t) total += places(engine, caller, t);
  struct channels *const channels = calloc(1, sizeof *channels + total * sizeof channels->laws[0]);
  if (!channels) return false;
  caller->channels = channels;
  channels->first = calloc(spec->target_count, sizeof *channels->first);
  if (!channels->first) return false;
  for (size_t t = 0; t < spec->target_count; t++) {
    if (first_target(caller, t) < t) continue;
    channels->first[t] = channels->total;
    channels->total += places(engine, caller, t);
  }
  for (uint32_t i = 0; i < total; i++) channels->laws[i].server_rtt = NAN;
  sj_stream_seed(&channels->redraws, caller->keys[KEY_REDRAW], caller->member);
  plan_redraw(engine, caller);
  return true;
}

static void forget(struct channel_law *law) {
  sj_distribution_destroy(law->law);
  law->law = NULL;
}

void sj_link_destroy(struct caller *caller) {
  if (!caller->channels) return;
  for (uint32_t i = 0; i < caller->channels->total; i++) forget(&caller->channels->laws[i]);
  free(caller->channels->first);
  free(caller->channels);
}

/* The draws stay the same, so that only what the fault changed is another. */
void sj_link_changed(struct engine *engine, struct caller *caller, const struct sj_link *before) {
  if (!caller->channels) {
    if (!sj_link_create(engine, caller)) sj_engine_out_of_memory(engine);
    return;
  }
  for (uint32_t i = 0; i < caller->channels->total; i++) forget(&caller->channels->laws[i]);
  if (caller->spec->network.redraw == before->redraw) return;
  if (caller->channels->event) sj_event_cancel(&engine->events, caller->channels->event);
  caller->channels->event = SJ_EVENT_NONE;
  plan_redraw(engine, caller);
}

/* ---- the laws of a channel ---- */

/* The member of one of the caller's channels. */
static const struct server *member_of(const struct engine *engine, const struct caller *caller, uint32_t channel) {
  const struct channels *const channels = caller->channels;
  size_t target = 0;
  for (size_t t = 1; t < caller->spec->target_count; t++)
    if (first_target(caller, t) == t && channels->first[t] <= channel) target = t;
  const uint32_t place = channel - channels->first[target];
  const struct subset *const subset = subset_of(caller, target);
  const uint32_t member = !subset ? place : place < subset->count ? subset->members[place] : place - subset->count;
  return &engine->servers[caller->spec->targets[target].server].members[member];
}

void sj_link_redraw(struct engine *engine, struct caller *caller) {
  struct channels *const channels = caller->channels;
  const uint32_t channel = (uint32_t)sj_stream_below(&channels->redraws, channels->total);
  struct channel_law *const law = &channels->laws[channel];
  forget(law);
  law->draws++;
  law->server_rtt = member_of(engine, caller, channel)->rtt;
  plan_redraw(engine, caller);
}

static const struct sj_distribution *law_of(struct engine *engine, const struct way *way, const struct sj_law *law) {
  if (!law->member) return law->fixed;
  const struct caller *const caller = way->caller;
  const size_t first = first_target(caller, way->target);
  const uint32_t channel = caller->channels->first[first] + way->place;
  struct channel_law *const drawn = &caller->channels->laws[channel];
  if (drawn->law) return drawn->law;
  const double first_rtt = way->server ? way->server->first_rtt : NAN;
  const double server_rtt = isnan(drawn->server_rtt) ? first_rtt : drawn->server_rtt;
  const uint64_t number = lineage_below(lineage_below(caller->member, channel), drawn->draws);
  return sj_member_law_with(engine, law, caller->keys[KEY_LAW], number, server_rtt, &drawn->law);
}

double sj_link_delay(struct engine *engine, const struct way *way, size_t there, size_t direction, uint64_t lineage,
                     bool *lost) {
  const struct caller *const caller = way->caller;
  const struct sj_link *const link = &caller->spec->network;
  const double server_rtt = way->server ? way->server->rtt : 0;
  struct sj_stream stream = stream_of(caller->keys[direction], lineage);
  *lost = link->loss > 0 && sj_stream_uniform(&stream) < link->loss;
  const bool one_way = sj_law_given(&link->one_way);
  const struct sj_distribution *const law = law_of(engine, way, one_way ? &link->one_way : &link->rtt);
  if (!law) return 0; /* none is given, or a drawn one was impossible, and the run ends */
  if (one_way) return sj_draw(law, &stream, server_rtt);
  return sj_draw_at(law, caller->keys[there], lineage_below(lineage, UINT64_C(0x30000)), server_rtt) / 2;
}
