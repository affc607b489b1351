#include "learn/network.h"

#include <math.h>
#include <string.h>

#include "random/stream.h"

static void add_layers(struct sj_network *network, struct sj_layer *layers, const size_t *sizes) {
  for (size_t i = 0; i < network->layer_count; i++) {
    layers[i] = (struct sj_layer){.in = sizes[i], .out = sizes[i + 1], .weights = network->parameter_count};
    network->parameter_count += layers[i].in * layers[i].out;
    layers[i].bias = network->parameter_count;
    network->parameter_count += layers[i].out;
  }
}

struct sj_network sj_network_shape(size_t features, size_t latent, const size_t *widths, size_t width_count) {
  struct sj_network network = {.features = features, .latent = latent, .layer_count = width_count + 1};
  size_t up[SJ_MOST_LAYERS + 1], down[SJ_MOST_LAYERS + 1];
  up[0] = features;
  for (size_t i = 0; i < width_count; i++) up[i + 1] = widths[i];
  up[width_count + 1] = latent;
  for (size_t i = 0; i <= network.layer_count; i++) {
    down[i] = up[network.layer_count - i];
    if (up[i] > network.widest) network.widest = up[i];
  }
  add_layers(&network, network.encoder, up);
  network.transition = network.parameter_count;
  network.offset = network.transition + latent * latent;
  network.parameter_count = network.offset + latent;
  add_layers(&network, network.decoder, down);
  return network;
}

void sj_network_start(const struct sj_network *network, uint64_t seed, double *parameters) {
  static const double diagonal = 0.8;
  struct sj_stream stream;
  sj_stream_seed(&stream, sj_stream_key(seed, 0, "learn", "weights"), 0);
  memset(parameters, 0, network->parameter_count * sizeof *parameters);
  for (int part = 0; part < 2; part++)
    for (size_t i = 0; i < network->layer_count; i++) {
      const struct sj_layer *const layer = part ? &network->decoder[i] : &network->encoder[i];
      const double bound = 1 / sqrt((double)layer->in);
      const size_t end = layer->bias + layer->out;
      for (size_t p = layer->weights; p < end; p++) parameters[p] = bound * (2 * sj_stream_uniform(&stream) - 1);
    }
  for (size_t i = 0; i < network->latent; i++) parameters[network->transition + i * (network->latent + 1)] = diagonal;
}

bool sj_network_can_mirror(const struct sj_network *network) {
  bool can = network->layer_count > 1;
  for (size_t i = 0; i + 1 < network->layer_count; i++) can = can && network->encoder[i].out >= 2;
  return can;
}

/* A layer of which `from` inputs and `to` outputs have a negative each, so many places further on; 0: none have. */
struct halves {
  size_t from, to;
};

static struct halves halves_of(const struct sj_network *network, const struct sj_layer *layers, size_t index) {
  return (struct halves){.from = index > 0 ? layers[index].in / 2 : 0,
                         .to = index + 1 < network->layer_count ? layers[index].out / 2 : 0};
}

/* The mean of the (up to four) weights that are the same but for their sign takes the place of each. */
static void mirror_weights(const struct sj_layer *layer, struct halves halves, double *weights) {
  const size_t columns = halves.from ? halves.from : layer->in, rows = halves.to ? halves.to : layer->out;
  for (size_t column = 0; column < columns; column++)
    for (size_t row = 0; row < rows; row++) {
      double *const first = &weights[column * layer->out + row], *const across = first + halves.from * layer->out;
      double sum = *first;
      if (halves.to) sum -= first[halves.to];
      if (halves.from) sum -= *across;
      if (halves.to && halves.from) sum += across[halves.to];
      *first = sum / ((halves.to ? 2 : 1) * (halves.from ? 2 : 1));
      if (halves.to) first[halves.to] = -*first;
      if (halves.from) *across = -*first;
      if (halves.to && halves.from) across[halves.to] = *first;
    }
  for (size_t column = halves.from ? 2 * halves.from : layer->in; column < layer->in; column++)
    memset(&weights[column * layer->out], 0, layer->out * sizeof *weights);
  for (size_t row = halves.to ? 2 * halves.to : layer->out; row < layer->out; row++)
    for (size_t column = 0; column < layer->in; column++) weights[column * layer->out + row] = 0;
}

void sj_network_mirror(const struct sj_network *network, double *parameters) {
  for (int part = 0; part < 2; part++)
    for (size_t i = 0; i < network->layer_count; i++) {
      const struct sj_layer *const layers = part ? network->decoder : network->encoder, *const layer = &layers[i];
      const struct halves halves = halves_of(network, layers, i);
      double *const bias = parameters + layer->bias;
      mirror_weights(layer, halves, parameters + layer->weights);
      for (size_t row = 0; row < halves.to; row++) {
        bias[row] = (bias[row] - bias[row + halves.to]) / 2;
        bias[row + halves.to] = -bias[row];
      }
      if (halves.to && layer->out % 2) bias[layer->out - 1] = 0;
    }
}

/* The last row of a layer whose unit has no mirror image. */
static void start_odd_unit(const struct sj_layer *layer, struct sj_stream *stream, double *weights) {
  const double bound = 1 / sqrt((double)layer->in);
  for (size_t column = 0; column < layer->in; column++)
    weights[(column + 1) * layer->out - 1] = bound * (2 * sj_stream_uniform(stream) - 1);
}

void sj_network_start_mirrored(const struct sj_network *network, uint64_t seed, double *parameters) {
  struct sj_stream stream;
  sj_stream_seed(&stream, sj_stream_key(seed, 0, "learn", "odd units"), 0);
  sj_network_start(network, seed, parameters);
  for (int part = 0; part < 2; part++)
    for (size_t i = 0; i < network->layer_count; i++) {
      const struct sj_layer *const layers = part ? network->decoder : network->encoder, *const layer = &layers[i];
      const struct halves halves = halves_of(network, layers, i);
      /* Uniform in +-1/sqrt(in) now. A mean of some has so many times less of variance, and shall have 1 / (inputs that
       * count). */
      const double averaged = (halves.to ? 2 : 1) * (halves.from ? 2 : 1),
                   inputs = (double)(halves.from ? halves.from : layer->in),
                   scale = sqrt(3 * averaged * (double)layer->in / inputs);
      for (size_t p = 0; p < layer->in * layer->out; p++) parameters[layer->weights + p] *= scale;
      memset(parameters + layer->bias, 0, layer->out * sizeof *parameters);
    }
  sj_network_mirror(network, parameters);
  for (int part = 0; part < 2; part++)
    for (size_t i = 0; i + 1 < network->layer_count; i++) {
      const struct sj_layer *const layer = part ? &network->decoder[i] : &network->encoder[i];
      if (layer->out % 2) start_odd_unit(layer, &stream, parameters + layer->weights);
    }
}

/* One state through layers; the result is in the half of `scratch` that is returned. */
static const double *through(const struct sj_network *network, const struct sj_layer *layers, const double *parameters,
                             const double *from, double *scratch) {
  for (size_t i = 0; i < network->layer_count; i++) {
    const struct sj_layer *const layer = &layers[i];
    double *const to = scratch + (i & 1 ? network->widest : 0);
    memcpy(to, parameters + layer->bias, layer->out * sizeof *to);
    for (size_t column = 0; column < layer->in; column++) {
      const double *const weights = parameters + layer->weights + column * layer->out;
      for (size_t row = 0; row < layer->out; row++) to[row] += weights[row] * from[column];
    }
    if (i + 1 < network->layer_count)
      for (size_t row = 0; row < layer->out; row++) to[row] = to[row] > 0 ? to[row] : 0;
    from = to;
  }
  return from;
}

void sj_network_encode(const struct sj_network *network, const double *parameters, const double *state, double *latent,
                       double *scratch) {
  memcpy(latent, through(network, network->encoder, parameters, state, scratch), network->latent * sizeof *latent);
}

void sj_network_decode(const struct sj_network *network, const double *parameters, const double *latent, double *state,
                       double *scratch) {
  memcpy(state, through(network, network->decoder, parameters, latent, scratch), network->features * sizeof *state);
}
