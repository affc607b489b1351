/* What was learned: a latent state that moves linearly, and the ways there and back. */
#ifndef SJ_LEARN_LEARNED_H
#define SJ_LEARN_LEARNED_H

#include <stdbool.h>

#include "learn/dictionary.h"
#include "learn/network.h"
#include "learn/train.h"
#include "sojourn/learn.h"

enum { SJ_MOST_FEATURES = 1024, SJ_MOST_LATENT = 2048 };

struct sj_learned {
  enum sj_learn_method method;
  size_t feature_count, latent;
  char **features;
  char time_unit[16];
  double step;
  double *mean, *deviation;  /* of the features: the methods see (x - mean) / deviation */
  double *transition;        /* K, by columns */
  double *offset;            /* b */
  struct sj_network network; /* autoencoder */
  double *parameters;        /* of it, K and b included */
  size_t widths[SJ_MOST_WIDTHS];
  struct sj_dictionary dictionary; /* edmd */
  /* How it was learned. */
  char source[65];               /* hash of the trajectories */
  struct sj_learn_options asked; /* but for stop, on_epoch and context; its widths are those above */
  struct sj_trained trained;     /* all zero for edmd */
};

/* Copies K and b out of the network's parameters. */
void sj_learned_take_operator(struct sj_learned *model);

/* z of a history (features x sj_learned_history, raw; the present state last). `scratch` as sj_learned_scratch says. */
void sj_learned_encode(const struct sj_learned *model, const double *history, double *latent, double *scratch);
/* The state (raw) that z stands for. */
void sj_learned_decode(const struct sj_learned *model, const double *latent, double *state, double *scratch);
/* z becomes K z + b; `scratch` of `latent` numbers. */
void sj_learned_advance(const struct sj_learned *model, double *latent, double *scratch);
size_t sj_learned_scratch(const struct sj_learned *model);

/* Rolls out `count` states after `history` into `states` (raw) and, unless NULL, `latents` (latent x count).
 * SJ_NO_MEMORY. */
enum sj_status sj_learned_roll(const struct sj_learned *model, const double *history, size_t count, double *states,
                               double *latents);

/* The latent state that stays, (I - K)^-1 b. SJ_FAILED without a message: there is none, 1 is an eigenvalue. */
enum sj_status sj_learned_rest(const struct sj_learned *model, double *rest);

/* Steps until the largest component of z - rest is below each of the ascending `limits`, from `start` on; NAN: not
 * within `most` steps. */
void sj_learned_settle(const struct sj_learned *model, const double *start, const double *rest, const double *limits,
                       size_t count, size_t most, double *steps, double *scratch);

#endif
