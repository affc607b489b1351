/* What a batcher carries at most. */
#include <math.h>
#include <stdlib.h>

#include "model/build.h"

enum { BATCHES = 20000, MOST_DRAWS = 2000000 };

/* One source of requests. */
struct source {
  const struct sj_distribution *size; /* NULL: no bytes */
  double share;                       /* cumulative */
};

/* The clients that call the batcher; 0 if not all that is sent to it is known. */
static size_t find_sources(const struct sj_model *model, const struct sj_server *batcher, struct source *sources) {
  const uint32_t index = (uint32_t)(batcher - model->servers);
  size_t count = 0;
  double sum = 0;
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t a = 0; a < model->servers[i].api_count; a++)
      for (size_t c = 0; c < model->servers[i].apis[a].call_count; c++)
        for (size_t t = 0; t < model->servers[i].apis[a].calls[c].target_count; t++)
          if (model->servers[i].apis[a].calls[c].targets[t].server == index) return 0;
  for (size_t i = 0; i < model->client_count; i++) {
    const struct sj_client *const client = &model->clients[i];
    double share = 0, weights = 0;
    for (size_t t = 0; t < client->call.target_count; t++) {
      weights += client->call.targets[t].weight;
      if (client->call.targets[t].server == index) share += client->call.targets[t].weight;
    }
    if (share <= 0) continue;
    if (client->size.member || client->arrivals.kind == SJ_ARRIVALS_TRACE || isnan(client->arrivals.mean_rate))
      return 0;
    sum += share / weights * client->arrivals.mean_rate;
    sources[count++] = (struct source){.size = client->size.fixed, .share = sum};
  }
  if (!(sum > 0)) return 0;
  for (size_t i = 0; i < count; i++) sources[i].share /= sum;
  return count;
}

static double draw_size(const struct source *sources, size_t count, struct sj_stream *stream) {
  size_t i = 0;
  if (count > 1) {
    const double u = sj_stream_uniform(stream);
    while (i + 1 < count && u >= sources[i].share) i++;
  }
  return sources[i].size ? sj_draw(sources[i].size, stream, 0) : 0;
}

/* Mean requests and bytes of a batch taken from a queue without end; false if batches are too large to count. */
static bool fill(const struct sj_batcher *batcher, const struct source *sources, size_t count,
                 struct sj_batcher_limit *limit) {
  struct sj_stream stream;
  sj_stream_seed(&stream, 0, 1);
  double bytes = 0, requests = 0, batches = 0;
  for (uint32_t draws = 0; batches < BATCHES && draws < MOST_DRAWS; batches++) {
    double held = 0;
    uint32_t taken = 0;
    while (held < batcher->bytes && (batcher->count == 0 || taken < batcher->count) && draws < MOST_DRAWS) {
      held += draw_size(sources, count, &stream);
      taken++;
      draws++;
    }
    if (draws == MOST_DRAWS) break; /* this one may not be full */
    bytes += held;
    requests += taken;
  }
  limit->requests = requests / batches;
  limit->bytes = bytes / batches;
  return batches > 0;
}

bool sj_derive_batcher_limit(const struct sj_model *model, const struct sj_server *batcher,
                             struct sj_batcher_limit *limit) {
  const struct sj_batcher *const spec = &batcher->batcher;
  const struct sj_call *const call = &batcher->apis[0].calls[0];
  const struct sj_server *const store = &model->servers[call->targets[0].server];
  *limit = (struct sj_batcher_limit){0};
  if (!spec->in_flight || (isinf(spec->bytes) && !spec->count) || store->kind != SJ_STORE) return false;
  struct source *const sources = sj_allocate_array(model->client_count, sizeof *sources);
  const size_t count = find_sources(model, batcher, sources);
  const bool filled = count > 0 && fill(spec, sources, count, limit);
  free(sources);
  const double failure = store->store.failure;
  const double once = sj_law_mean(model, &store->apis[0].work, NAN) + store->store.per_byte * limit->bytes;
  if (!filled || !(once > 0) || failure >= 1) return false;
  /* Retries: 1 + f + f^2 + ... + f^retries sendings. */
  double sendings = 0, share = 1;
  for (uint32_t i = 0; i <= call->retries && share > 1e-12; i++, share *= failure) sendings += share;
  limit->time = sendings * once * (1 + failure * (store->store.failure_slowdown - 1));
  limit->rate = spec->in_flight * limit->requests / limit->time;
  return true;
}
