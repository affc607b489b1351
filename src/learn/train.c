#include "learn/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/blas.h"

enum { MOST_HALVINGS = 30 };
static const double decay_mean = 0.9, decay_square = 0.999, least_square = 1e-8;
static const double worth_waiting = 0.999; /* a loss below that share of the last that counted is progress */
static const double far_above = 100;

struct optimizer {
  const struct sj_network *network;
  const struct sj_training *how;
  struct sj_network_work *work;
  double *parameters; /* the caller's: the best at the end */
  double *now, *gradient, *mean, *square;
  double rate, mean_power, square_power;
};

static void forget(struct optimizer *optimizer) {
  const size_t size = optimizer->network->parameter_count * sizeof *optimizer->mean;
  memset(optimizer->mean, 0, size);
  memset(optimizer->square, 0, size);
  optimizer->mean_power = optimizer->square_power = 1;
}

static void step(struct optimizer *optimizer) {
  optimizer->mean_power *= decay_mean;
  optimizer->square_power *= decay_square;
  const double rate = optimizer->rate / (1 - optimizer->mean_power), scale = 1 / (1 - optimizer->square_power);
  double *const now = optimizer->now, *const mean = optimizer->mean, *const square = optimizer->square;
  const double *const gradient = optimizer->gradient;
  const size_t count = optimizer->network->parameter_count;
  for (size_t i = 0; i < count; i++) {
    mean[i] = decay_mean * mean[i] + (1 - decay_mean) * gradient[i];
    square[i] = decay_square * square[i] + (1 - decay_square) * gradient[i] * gradient[i];
    now[i] -= rate * mean[i] / (sqrt(square[i] * scale) + least_square);
  }
}

/* A norm that is NAN is that of numbers that are not finite: the next loss tells. */
static enum sj_status hold(struct optimizer *optimizer) {
  const size_t n = optimizer->network->latent;
  double *const transition = optimizer->now + optimizer->network->transition;
  const double norm = sj_spectral_norm(n, transition);
  if (norm < 0) return SJ_NO_MEMORY;
  if (norm > optimizer->how->limit)
    for (size_t i = 0; i < n * n; i++) transition[i] *= optimizer->how->limit / norm;
  return SJ_OK;
}

static bool diverged(double loss, const struct sj_trained *trained) {
  return !isfinite(loss) || (loss > far_above * trained->loss && loss > trained->first_loss);
}

static enum sj_status epochs(struct optimizer *optimizer, struct sj_trained *trained, struct sj_error *error) {
  const struct sj_training *const how = optimizer->how;
  const size_t size = optimizer->network->parameter_count * sizeof *optimizer->now;
  double progress = INFINITY; /* the loss from which the waiting counts */
  size_t progress_epoch = 0;
  bool linear = how->linear > 0;
  for (size_t epoch = 0;; epoch++) {
    const double loss = sj_network_loss(optimizer->work, optimizer->now, optimizer->gradient);
    if (epoch == 0) trained->first_loss = trained->loss = loss;
    if (epoch == 0 && !isfinite(loss)) return sj_error_set(error, SJ_FAILED, "the first loss is not a finite number");
    trained->epochs = epoch;
    const bool lost = diverged(loss, trained);
    if (lost) {
      if (trained->halvings++ == MOST_HALVINGS)
        return sj_error_set(error, SJ_FAILED, "training diverges, also with a step of %.3g (--rate)", optimizer->rate);
      optimizer->rate /= 2;
      memcpy(optimizer->now, optimizer->parameters, size);
      forget(optimizer);
    } else if (loss < trained->loss) {
      trained->loss = loss;
      trained->best_epoch = epoch;
      memcpy(optimizer->parameters, optimizer->now, size);
    }
    if (trained->loss < worth_waiting * progress) {
      progress = trained->loss;
      progress_epoch = epoch;
    }
    if (epoch > 0 && how->on_epoch) how->on_epoch(how->context, epoch, how->epochs, trained->loss);
    trained->interrupted = how->stop && __atomic_load_n(how->stop, __ATOMIC_RELAXED);
    const size_t waited = epoch - progress_epoch;
    if (linear && (epoch >= how->linear || (how->patience > 0 && waited >= how->patience / 4 + 1))) {
      linear = false;
      progress_epoch = epoch;
    }
    trained->linear += linear && epoch < how->epochs;
    trained->patient = !linear && how->patience > 0 && epoch - progress_epoch >= how->patience;
    if (epoch >= how->epochs || trained->interrupted || trained->patient) return SJ_OK;
    if (lost) continue; /* the gradient is not that of where it is now */
    if (linear) sj_network_mirror(optimizer->network, optimizer->gradient);
    step(optimizer);
    if (hold(optimizer) != SJ_OK) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  }
}

enum sj_status sj_train(const struct sj_network *network, const struct sj_rollout *rollout,
                        const struct sj_training *how, double *parameters, struct sj_trained *trained,
                        struct sj_error *error) {
  const size_t count = network->parameter_count;
  *trained = (struct sj_trained){0};
  struct optimizer optimizer = {
      .network = network, .how = how, .parameters = parameters, .rate = how->rate, .mean_power = 1, .square_power = 1};
  double *const memory = calloc(4 * count, sizeof *memory);
  optimizer.work = sj_network_work_create(network, rollout, how->threads);
  enum sj_status status = SJ_NO_MEMORY;
  if (memory && optimizer.work) {
    optimizer.now = memory;
    optimizer.gradient = memory + count;
    optimizer.mean = memory + 2 * count;
    optimizer.square = memory + 3 * count;
    memcpy(optimizer.now, parameters, count * sizeof *parameters);
    const int before = sj_blas_begin();
    status = epochs(&optimizer, trained, error);
    sj_blas_end(before);
  } else {
    sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  }
  trained->rate = optimizer.rate;
  sj_network_work_destroy(optimizer.work);
  free(memory);
  return status;
}
