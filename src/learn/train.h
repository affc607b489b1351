/* Training the autoencoder: full roll-outs, Adam, a limit to the linear step, the best kept. */
#ifndef SJ_LEARN_TRAIN_H
#define SJ_LEARN_TRAIN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "learn/network.h"
#include "sojourn/status.h"

struct sj_training {
  uint64_t seed;
  size_t epochs;   /* at most */
  size_t patience; /* end after so many epochs in which the loss has not fallen by 0.1 %; 0: never */
  /* The first epochs, at most so many, in which the weights stay mirrored (sj_network_mirror), as `parameters` must
   * have them, and so the network linear. It is set free before that after a quarter of `patience` without progress. */
  size_t linear;
  double rate;  /* Adam's step */
  double limit; /* of K's spectral norm, kept after each step; 0.99 */
  unsigned threads;
  const volatile sig_atomic_t *stop; /* non-zero ends it; NULL: never */
  /* After each epoch; NULL: not called. */
  void (*on_epoch)(void *context, size_t epoch, size_t epochs, double loss);
  void *context;
};

/* How it went. */
struct sj_trained {
  size_t epochs;             /* done */
  size_t linear;             /* of them, in which the network was kept linear */
  size_t best_epoch;         /* whose parameters are kept: 0 is the start */
  double first_loss, loss;   /* of the start, and of what is kept */
  size_t halvings;           /* of the step, because the training diverged */
  double rate;               /* Adam's step in the end */
  bool patient, interrupted; /* ended by `patience`, by `stop` */
};

/* Starts from the parameters in `parameters` and leaves the best there. An epoch is one step: the loss of all
 * trajectories, Adam (Kingma and Ba 2015: 0.9, 0.999, 1e-8), then K scaled down to the limit where it is above it. An
 * epoch whose loss is not finite, or above 100 times the best and above the first, is divergence: it goes back to the
 * best, with half the step and Adam's means forgotten.
 *
 * SJ_OK, also when interrupted: `trained` says so. SJ_FAILED: 30 halvings did not help, or LAPACK failed; SJ_NO_MEMORY.
 */
enum sj_status sj_train(const struct sj_network *network, const struct sj_rollout *rollout,
                        const struct sj_training *how, double *parameters, struct sj_trained *trained,
                        struct sj_error *error);

#endif
