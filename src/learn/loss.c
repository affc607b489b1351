/* The loss of a network and its gradient: everything about many states at once. */
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "learn/blas.h"
#include "learn/network.h"

/* The decoder works on blocks of that many states. Block i belongs to lane i mod LANES, and a lane adds up its own
 * gradient; threads share the lanes out. Both numbers are fixed, so that no sum depends on the threads. */
enum { BLOCK = 128, LANES = 8 };
/* Below that many multiplications starting threads takes longer than it saves. */
static const double worth_a_thread = 4e6;

struct lane {
  double *layers[SJ_MOST_LAYERS]; /* what comes out of each layer of the decoder, for a block */
  double *error, *spare;          /* derivative of the loss by a layer's output, and by its input */
  double *gradient;               /* of the decoder's parameters alone */
  bool began;                     /* `gradient` holds something */
  double loss;
};

struct sj_network_work {
  struct sj_network network;
  struct sj_rollout rollout;
  size_t total, block_count, lane_count;
  double known;                            /* values that count */
  double *predicted, *latent;              /* of every state */
  double *pull;                            /* derivative of the loss by every latent state */
  double *first, *encoded[SJ_MOST_LAYERS]; /* first states, and what comes out of the encoder's layers for them */
  double *error, *spare;
  struct lane lanes[LANES];
  unsigned threads;
  /* Of the loss at hand. */
  const double *parameters;
  bool wanted; /* the gradient is */
  size_t next_lane;
};

static size_t decoder_start(const struct sj_network *network) { return network->offset + network->latent; }

static size_t decoder_size(const struct sj_network *network) {
  return network->parameter_count - decoder_start(network);
}

static double *numbers(size_t count, bool *ok) {
  double *const made = calloc(count > 0 ? count : 1, sizeof *made);
  if (!made) *ok = false;
  return made;
}

static void make_lane(struct lane *lane, const struct sj_network *network, bool *ok) {
  for (size_t i = 0; i < network->layer_count; i++) lane->layers[i] = numbers(network->decoder[i].out * BLOCK, ok);
  lane->error = numbers(network->widest * BLOCK, ok);
  lane->spare = numbers(network->widest * BLOCK, ok);
  lane->gradient = numbers(decoder_size(network), ok);
}

struct sj_network_work *sj_network_work_create(const struct sj_network *network, const struct sj_rollout *rollout,
                                               unsigned threads) {
  struct sj_network_work *const work = calloc(1, sizeof *work);
  if (!work) return NULL;
  bool ok = true;
  work->network = *network;
  work->rollout = *rollout;
  for (size_t i = 0; i < rollout->count; i++) work->total += rollout->lengths[i];
  const size_t total = work->total, widest = network->widest;
  for (size_t i = 0; i < total * network->features; i++) work->known += !isnan(rollout->states[i]);
  work->block_count = (total + BLOCK - 1) / BLOCK;
  work->lane_count = work->block_count < LANES ? work->block_count : LANES;
  work->predicted = numbers(total * network->features, &ok);
  work->latent = numbers(total * network->latent, &ok);
  work->pull = numbers(total * network->latent, &ok);
  work->first = numbers(rollout->count * network->features, &ok);
  for (size_t i = 0; i < network->layer_count; i++)
    work->encoded[i] = numbers(rollout->count * network->encoder[i].out, &ok);
  work->error = numbers(rollout->count * widest, &ok);
  work->spare = numbers(rollout->count * widest, &ok);
  for (size_t i = 0; i < work->lane_count; i++) make_lane(&work->lanes[i], network, &ok);
  const double multiplications = 3 * (double)total * (double)decoder_size(network);
  work->threads = multiplications < worth_a_thread ? 1 : threads;
  if (work->threads > work->lane_count) work->threads = (unsigned)work->lane_count;
  if (ok) return work;
  sj_network_work_destroy(work);
  return NULL;
}

void sj_network_work_destroy(struct sj_network_work *work) {
  if (!work) return;
  for (size_t i = 0; i < work->lane_count; i++) {
    for (size_t k = 0; k < work->network.layer_count; k++) free(work->lanes[i].layers[k]);
    free(work->lanes[i].error);
    free(work->lanes[i].spare);
    free(work->lanes[i].gradient);
  }
  for (size_t k = 0; k < work->network.layer_count; k++) free(work->encoded[k]);
  free(work->predicted);
  free(work->latent);
  free(work->pull);
  free(work->first);
  free(work->error);
  free(work->spare);
  free(work);
}

static void layers_forward(const struct sj_network *network, const struct sj_layer *layers, const double *parameters,
                           const double *from, size_t columns, double *const *out) {
  for (size_t i = 0; i < network->layer_count; i++) {
    const struct sj_layer *const layer = &layers[i];
    double *const to = out[i];
    for (size_t c = 0; c < columns; c++) memcpy(to + c * layer->out, parameters + layer->bias, layer->out * sizeof *to);
    sj_multiply(false, false, layer->out, columns, layer->in, 1, parameters + layer->weights, from, 1, to);
    const bool last = i + 1 == network->layer_count;
    for (size_t k = 0; !last && k < columns * layer->out; k++) to[k] = to[k] > 0 ? to[k] : 0;
    from = to;
  }
}

/* `gradient` begins with the first of these layers' parameters, which is `base`. What is in it counts where `add`. The
 * derivative by the last layer's output comes in `*error`; that by the first one's input leaves in `*error`. */
static void layers_backward(const struct sj_network *network, const struct sj_layer *layers, const double *parameters,
                            const double *from, size_t columns, double *const *out, double **error, double **spare,
                            double *gradient, size_t base, bool add) {
  for (size_t i = network->layer_count; i-- > 0;) {
    const struct sj_layer *const layer = &layers[i];
    const double *const in = i > 0 ? out[i - 1] : from;
    double *const by_bias = gradient + (layer->bias - base);
    sj_multiply(false, true, layer->out, layer->in, columns, 1, *error, in, add, gradient + (layer->weights - base));
    if (!add) memset(by_bias, 0, layer->out * sizeof *by_bias);
    for (size_t c = 0; c < columns; c++)
      for (size_t row = 0; row < layer->out; row++) by_bias[row] += (*error)[c * layer->out + row];
    sj_multiply(true, false, layer->in, columns, layer->out, 1, parameters + layer->weights, *error, 0, *spare);
    for (size_t k = 0; i > 0 && k < columns * layer->in; k++)
      if (!(in[k] > 0)) (*spare)[k] = 0;
    double *const swap = *error;
    *error = *spare;
    *spare = swap;
  }
}

/* The latent states, one after the other. */
static void roll_out(struct sj_network_work *work) {
  const struct sj_network *const network = &work->network;
  const size_t n = network->latent;
  const double *const transition = work->parameters + network->transition, *const offset =
                                                                               work->parameters + network->offset;
  const double *start = work->encoded[network->layer_count - 1];
  double *z = work->latent;
  for (size_t i = 0; i < work->rollout.count; i++, start += n) {
    memcpy(z, start, n * sizeof *z);
    for (size_t t = 1; t < work->rollout.lengths[i]; t++, z += n) {
      memcpy(z + n, offset, n * sizeof *z);
      for (size_t column = 0; column < n; column++)
        for (size_t row = 0; row < n; row++) z[n + row] += transition[column * n + row] * z[column];
    }
    z += n;
  }
}

static void do_block(struct sj_network_work *work, struct lane *lane, size_t block) {
  const struct sj_network *const network = &work->network;
  const size_t begin = block * BLOCK, features = network->features,
               columns = work->total - begin < BLOCK ? work->total - begin : BLOCK;
  const double *const latent = work->latent + begin * network->latent, *const truth =
                                                                           work->rollout.states + begin * features;
  layers_forward(network, network->decoder, work->parameters, latent, columns, lane->layers);
  const double *const found = lane->layers[network->layer_count - 1];
  memcpy(work->predicted + begin * features, found, columns * features * sizeof *found);
  for (size_t k = 0; k < columns * features; k++) {
    const double difference = isnan(truth[k]) ? 0 : found[k] - truth[k];
    lane->loss += difference * difference;
    lane->error[k] = 2 * difference / work->known;
  }
  if (!work->wanted) return;
  layers_backward(network, network->decoder, work->parameters, latent, columns, lane->layers, &lane->error,
                  &lane->spare, lane->gradient, decoder_start(network), lane->began);
  lane->began = true;
  memcpy(work->pull + begin * network->latent, lane->error, columns * network->latent * sizeof *lane->error);
}

static void *do_lanes(void *context) {
  struct sj_network_work *const work = context;
  for (;;) {
    const size_t index = __atomic_fetch_add(&work->next_lane, 1, __ATOMIC_RELAXED);
    if (index >= work->lane_count) return NULL;
    struct lane *const lane = &work->lanes[index];
    lane->loss = 0;
    lane->began = false;
    for (size_t block = index; block < work->block_count; block += LANES) do_block(work, lane, block);
  }
}

/* Where no thread can be had, the others do its work. */
static void decode_all(struct sj_network_work *work) {
  pthread_t helpers[LANES];
  unsigned started = 0;
  work->next_lane = 0;
  while (started + 1 < work->threads && pthread_create(&helpers[started], NULL, do_lanes, work) == 0) started++;
  do_lanes(work);
  for (unsigned i = 0; i < started; i++) pthread_join(helpers[i], NULL);
}

/* From the last state back to the first, what a latent state does to those after it; the derivatives by K and b; and by
 * what the encoder gave, into `error`. */
static void pull_back(struct sj_network_work *work, double *gradient) {
  const struct sj_network *const network = &work->network;
  const size_t n = network->latent;
  const double *const transition = work->parameters + network->transition;
  double *const by_transition = gradient + network->transition, *const by_offset = gradient + network->offset;
  memset(by_transition, 0, (n * n + n) * sizeof *by_transition);
  double *pull = work->pull;
  const double *z = work->latent;
  for (size_t i = 0; i < work->rollout.count; i++) {
    const size_t length = work->rollout.lengths[i];
    for (size_t t = length; t-- > 1;) {
      double *const after = pull + t * n, *const before = after - n;
      for (size_t column = 0; column < n; column++) {
        double sum = 0;
        for (size_t row = 0; row < n; row++) sum += transition[column * n + row] * after[row];
        before[column] += sum;
      }
      for (size_t row = 0; row < n; row++) by_offset[row] += after[row];
    }
    sj_multiply(false, true, n, n, length - 1, 1, pull + n, z, 1, by_transition);
    memcpy(work->error + i * n, pull, n * sizeof *pull);
    pull += length * n;
    z += length * n;
  }
}

static void add_up_gradient(struct sj_network_work *work, double *gradient) {
  const struct sj_network *const network = &work->network;
  const size_t size = decoder_size(network);
  double *const decoder = gradient + decoder_start(network);
  memcpy(decoder, work->lanes[0].gradient, size * sizeof *decoder);
  for (size_t i = 1; i < work->lane_count; i++)
    for (size_t k = 0; k < size; k++) decoder[k] += work->lanes[i].gradient[k];
  pull_back(work, gradient);
  layers_backward(network, network->encoder, work->parameters, work->first, work->rollout.count, work->encoded,
                  &work->error, &work->spare, gradient, 0, false);
}

double sj_network_loss(struct sj_network_work *work, const double *parameters, double *gradient) {
  const struct sj_network *const network = &work->network;
  const double *state = work->rollout.states;
  work->parameters = parameters;
  work->wanted = gradient != NULL;
  for (size_t i = 0; i < work->rollout.count; i++) {
    memcpy(work->first + i * network->features, state, network->features * sizeof *state);
    state += work->rollout.lengths[i] * network->features;
  }
  layers_forward(network, network->encoder, parameters, work->first, work->rollout.count, work->encoded);
  roll_out(work);
  decode_all(work);
  if (gradient) add_up_gradient(work, gradient);
  double loss = 0;
  for (size_t i = 0; i < work->lane_count; i++) loss += work->lanes[i].loss;
  return loss / work->known;
}
