/* What becomes of an arrival process whose figures change on the way. It goes on from where it is: as far as its law
 * allows it, no number is drawn again. */
#include <math.h>
#include <string.h>

#include "simulate/engine.h"

/* How fast a source runs: the time to the next arrival shrinks as this grows. 0: it stands still. */
static double speed_of(const struct sj_arrivals *spec) {
  switch (spec->kind) {
    case SJ_ARRIVALS_POISSON:
      return spec->rate;
    case SJ_ARRIVALS_RENEWAL: {
      const double mean = spec->interval.fixed ? sj_distribution_mean(spec->interval.fixed) : 1;
      return mean > 0 && mean < INFINITY ? 1 / mean : 1;
    }
    case SJ_ARRIVALS_TRACE:
      return spec->rate_factor;
    case SJ_ARRIVALS_MMPP:
    case SJ_ARRIVALS_PIECEWISE:
    case SJ_ARRIVALS_CLOSED:
    case SJ_ARRIVALS_SPREAD:
      break;
  }
  return 1;
}

static void forget_next(struct engine *engine, struct arrivals *a) {
  if (a->event) sj_event_cancel(&engine->events, a->event);
  a->event = SJ_EVENT_NONE;
}

/* What is left of the time to the next arrival passes faster or slower; for Poisson arrivals that is exact. */
static void change_speed(struct engine *engine, struct arrivals *a, double before, double after) {
  if (before == after) return;
  double left = a->standstill;
  if (a->event)
    left = (a->next_time - engine->now) * before;
  else if (before > 0)
    return; /* nothing more to come */
  forget_next(engine, a);
  if (isnan(left)) left = sj_draw_exponential(&a->stream); /* it never ran */
  a->standstill = left;
  a->next_time = after > 0 ? engine->now + left / after : INFINITY;
  a->origin = a->next_time;
  a->recorded_origin = a->record.arrival;
  sj_arrivals_schedule(engine, a);
}

/* Neither the arrivals nor the states remember anything: from the state in which it is, all is drawn anew. */
static void change_mmpp(struct engine *engine, struct arrivals *a, const struct sj_arrivals *before) {
  const size_t n = before->state_count;
  if (!memcmp(before->rates, a->spec->rates, n * sizeof *before->rates) &&
      !memcmp(before->transitions, a->spec->transitions, n * n * sizeof *before->transitions))
    return;
  forget_next(engine, a);
  sj_arrivals_go_to(a, before, engine->now);
  a->next_time = sj_arrivals_next(engine, a, engine->now);
  sj_arrivals_schedule(engine, a);
}

/* What is left of the amount by which the integral of the rate must grow is counted at the new rates. */
static void change_piecewise(struct engine *engine, struct arrivals *a, const struct sj_arrivals *before) {
  double left = sj_arrivals_piecewise_amount(before, engine->now, a->next_time);
  if (a->next_time == INFINITY) left += a->standstill;
  forget_next(engine, a);
  a->standstill = left;
  a->next_time = sj_arrivals_piecewise_time(a->spec, engine->now, &a->standstill);
  sj_arrivals_schedule(engine, a);
}

/* Who is too many leaves at the next end of a request or a thought; who had left comes back, and begins by thinking. */
static void change_population(struct engine *engine, struct arrivals *a) {
  for (struct customers *some = a->customers; some; some = some->next)
    for (uint32_t i = 0; i < some->count; i++)
      if (some->all[i].gone) sj_arrivals_think(engine, &some->all[i]);
  if (!sj_arrivals_add_customers(engine, a)) sj_engine_out_of_memory(engine);
}

static bool same_pieces(const struct sj_arrivals *a, const struct sj_arrivals *b) {
  return a->piece_count == b->piece_count && !memcmp(a->from, b->from, a->piece_count * sizeof *a->from) &&
         !memcmp(a->rates, b->rates, a->piece_count * sizeof *a->rates);
}

void sj_arrivals_changed(struct engine *engine, struct client *client, const struct sj_client *before) {
  for (size_t i = 0; i < client->arrivals_count && engine->arriving; i++) {
    struct arrivals *const a = &client->arrivals[i];
    a->spec = &client->spec->arrivals;
    a->mean_interval = 1 / a->spec->rate;
    a->interval = sj_member_law(engine, &a->spec->interval,
                                sj_stream_key(engine->seed, engine->run, client->spec->name, "interval law"),
                                (uint64_t)(a->member + 1), &a->owned_interval);
    switch (a->spec->kind) {
      case SJ_ARRIVALS_MMPP:
        change_mmpp(engine, a, &before->arrivals);
        break;
      case SJ_ARRIVALS_PIECEWISE:
        if (!same_pieces(a->spec, &before->arrivals)) change_piecewise(engine, a, &before->arrivals);
        break;
      case SJ_ARRIVALS_CLOSED:
        if (a->spec->population != before->arrivals.population) change_population(engine, a);
        break;
      default:
        change_speed(engine, a, speed_of(&before->arrivals), speed_of(a->spec));
    }
  }
}
