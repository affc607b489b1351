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
