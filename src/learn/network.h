/* The Koopman autoencoder: an encoder, a linear step in the latent space, a decoder.
 *
 *   z(0) = encode(x(0)),  z(t+1) = K z(t) + b,  x(t) = decode(z(t))
 *
 * (Lusch, Kutz and Brunton, "Deep learning for universal linear embeddings of nonlinear dynamics", Nature
 * Communications 9, 2018, in the form of Takeishi, Kawahara and Yairi 2017: only the first state is encoded.) The
 * encoder has the widths features, widths[0], widths[1], ..., latent, the decoder the same backwards; between its
 * layers stands max(0, x). All of it is one vector of parameters, so that an optimizer needs to know no more.
 *
 * States are those of the caller, normalized or not; a state is a column of `features` numbers. */
#ifndef SJ_LEARN_NETWORK_H
#define SJ_LEARN_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/status.h"

enum { SJ_MOST_WIDTHS = 8, SJ_MOST_LAYERS = SJ_MOST_WIDTHS + 1 };

/* y = W x + bias. `weights` and `bias` are places in the vector of parameters; W is by columns, `out` x `in`. */
struct sj_layer {
  size_t in, out, weights, bias;
};

/* The shape; copied freely. Layers of the encoder, then K (by columns) and b, then layers of the decoder. */
struct sj_network {
  size_t features, latent, layer_count;
  struct sj_layer encoder[SJ_MOST_LAYERS], decoder[SJ_MOST_LAYERS];
  size_t transition, offset; /* places of K and b */
  size_t parameter_count, widest;
};
struct sj_network sj_network_shape(size_t features, size_t latent, const size_t *widths, size_t width_count);

/* Fills `parameters`: weights and biases uniform within 1/sqrt(in), as PyTorch's layers begin; K = 0.8 I, b = 0. */
void sj_network_start(const struct sj_network *network, uint64_t seed, double *parameters);

/* A hidden layer of mirrored weights: the second half of its units are the negatives of the first, and count with the
 * opposite sign; since max(0, x) - max(0, -x) = x, a network of such layers is linear ("looks linear": Balduzzi et al.,
 * "The shattered gradients problem", ICML 2017). False if a hidden layer has but one unit, or there is none. */
bool sj_network_can_mirror(const struct sj_network *network);
/* Makes of a vector of parameters, or of a gradient by them, the nearest with mirrored weights. The odd unit of a layer
 * has no part: zeros. K and b stay. */
void sj_network_mirror(const struct sj_network *network, double *parameters);
/* As sj_network_start, but with mirrored weights, as large as to keep lengths on average, and biases of 0. What an odd
 * unit takes in is as sj_network_start would have it. */
void sj_network_start_mirrored(const struct sj_network *network, uint64_t seed, double *parameters);

/* z = encode(x) and x = decode(z) for one state. `scratch` holds 2 x network->widest numbers. */
void sj_network_encode(const struct sj_network *network, const double *parameters, const double *state, double *latent,
                       double *scratch);
void sj_network_decode(const struct sj_network *network, const double *parameters, const double *latent, double *state,
                       double *scratch);

/* Trajectories to roll out, end to end in one array of states. A NAN is a value that is not known and does not count;
 * the first state of each must be known. */
struct sj_rollout {
  size_t count;          /* trajectories */
  const size_t *lengths; /* states of each, at least 1 */
  const double *states;  /* features x (sum of lengths) */
};

/* What computing the loss needs, made once for trajectories of given lengths. */
struct sj_network_work;
struct sj_network_work *sj_network_work_create(const struct sj_network *network, const struct sj_rollout *rollout,
                                               unsigned threads);
void sj_network_work_destroy(struct sj_network_work *work); /* NULL is allowed */

/* The mean squared error of the roll-outs from the first states, over all known values of all states, the first
 * included; and into `gradient`, unless it is NULL, its derivative by each parameter. The time steps are worked on in
 * blocks of a fixed size, whose sums are added in a fixed order: neither result depends on the number of threads. */
double sj_network_loss(struct sj_network_work *work, const double *parameters, double *gradient);

#endif
