/* Learning the dynamics of a system from its trajectories: how its state moves from one step to the next, how long it
 * takes to settle after a disturbance. No model is needed; what is recorded or simulated is enough.
 *
 *   sj_trajectories_read(files, count, &reading, &trajectories, error)     or sj_trajectories_from_results
 *   sj_learn_train(trajectories, &options, &model, error)
 *   sj_learn_results(model, trajectories, NAN, &results, error)            errors, spectrum, settling times, series
 *   sj_learned_save(model, "web.model", error)                             later: sj_learned_load, sj_learned_predict
 *
 * A state is a column of features (queue length, latency, ...) at one instant of a regular grid. Both methods make a
 * latent state z of it that moves linearly, z(t+1) = K z(t) + b, and go back:
 *
 *   autoencoder  a network encodes the first state, another decodes every latent state; trained on whole roll-outs
 *   edmd         extended dynamic mode decomposition: z holds the features, their past, monomials and radial functions
 *                of them; K and b by least squares (Williams, Kevrekidis and Rowley 2015)
 *
 * docs/learn.md tells what each figure means. Objects do not change once they are made, so any number of threads may
 * read them; training keeps OpenBLAS, where that is installed, to one thread meanwhile, in the whole process. */
#ifndef SOJOURN_LEARN_H
#define SOJOURN_LEARN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sj_results;
struct sj_trajectories;
struct sj_learned;

/* How to read trajectories. Zero-initialized but for NANs, as sj_reading_default makes it, it means: the column "time",
 * each file one trajectory, all other columns, the step that most samples have. Texts stay the caller's. */
struct sj_reading {
  const char *time_column;     /* NULL: "time" */
  const char *run_column;      /* rows with the same text there are one trajectory; NULL: each file is one */
  const char *const *features; /* columns, or time series of results; NULL: all columns; of results `server`'s */
  size_t feature_count;
  const char *server; /* of results: its in_system and its sojourn (a store's latency) are the features; NULL: every
                         server's in_system and every client's latency, all in one */
  double step;        /* of the grid; NAN: the median distance of the samples; of results, that of their series */
  double gap;         /* between samples further apart nothing is known; NAN: three steps */
  double test_share;  /* of the trajectories (of results: of the runs), from the last, held out; NAN: 0.25 */
  bool any_length;    /* trajectories of one state are fine too, to predict from */
};
SJ_PUBLIC void sj_reading_default(struct sj_reading *reading);

/* Reads trajectories from comma-separated files with a header, plain or gzip. Between samples a value stays what it was
 * (zero-order hold): the grid starts at a run's first sample, and each of its points has the last sample at or before
 * it. An empty field is a value that is not known: it counts neither in training nor in errors. On SJ_OK
 * `*trajectories` is the caller's. SJ_INVALID: FILE:LINE and what is wrong there (no number, time that does not go on,
 * a missing column, ...), up to twenty; SJ_FAILED: a file cannot be read. */
SJ_PUBLIC enum sj_status sj_trajectories_read(const char *const *paths, size_t path_count,
                                              const struct sj_reading *reading, struct sj_trajectories **trajectories,
                                              struct sj_error *error);

/* The same from the time series of simulated results, averaged over the runs that are not held out, and over those that
 * are: a trajectory from the beginning to the first fault of the model, one from the end of each fault to the next or
 * the end. A value that a run lacks (a latency where nothing was completed) is left out of the mean; one that all lack
 * stays what it was before, be that in a fault. SJ_INVALID: the results have no series, or not those named. */
SJ_PUBLIC enum sj_status sj_trajectories_from_results(const struct sj_results *results,
                                                      const struct sj_reading *reading,
                                                      struct sj_trajectories **trajectories, struct sj_error *error);

/* The same from memory: `states` is features x length, state by state, NAN where not known. The first of several makes
 * `*trajectories`, which must be NULL; the others are added to it, with as many features and the same step. `features`
 * are names, copied. */
SJ_PUBLIC enum sj_status sj_trajectories_add(struct sj_trajectories **trajectories, const char *const *features,
                                             size_t feature_count, double step, const double *states, size_t length,
                                             bool held_out, struct sj_error *error);
SJ_PUBLIC void sj_trajectories_destroy(struct sj_trajectories *trajectories); /* NULL is allowed */

SJ_PUBLIC size_t sj_trajectories_count(const struct sj_trajectories *trajectories);
SJ_PUBLIC size_t sj_trajectories_feature_count(const struct sj_trajectories *trajectories);
SJ_PUBLIC const char *sj_trajectories_feature(const struct sj_trajectories *trajectories, size_t feature);
SJ_PUBLIC double sj_trajectories_step(const struct sj_trajectories *trajectories);
/* The states of one (features x *length), valid as long as the trajectories; *held_out may be NULL. */
SJ_PUBLIC const double *sj_trajectories_states(const struct sj_trajectories *trajectories, size_t index, size_t *length,
                                               bool *held_out);

enum sj_learn_method { SJ_LEARN_AUTOENCODER, SJ_LEARN_EDMD };

/* How to learn; sj_learn_options_default gives what is said here. */
struct sj_learn_options {
  enum sj_learn_method method; /* the autoencoder */
  /* The autoencoder. */
  size_t latent;        /* size of z: 20 */
  const size_t *widths; /* of the encoder's hidden layers, the decoder has them backwards: 100, 500 */
  size_t width_count;   /* at most 8; 0: none, a linear model */
  size_t epochs;        /* 1000 */
  size_t patience;      /* end after so many epochs in which the loss has not fallen by 0.1 %: 200; 0: never */
  double linear;        /* share of the epochs, the first, in which the network is kept linear: 0.7 */
  double rate;          /* Adam's step: 1e-4 */
  double limit;         /* of K's spectral norm, above 0: 0.99. No time constant is above -step / ln limit */
  uint64_t seed;        /* of the first weights: 1 */
  unsigned threads;     /* 0: all cores. The result does not depend on it */
  /* Extended dynamic mode decomposition. */
  size_t delays; /* earlier states that z holds beside the present one: 1 */
  size_t degree; /* of the monomials of the present state: 1 */
  size_t radial; /* how many radial functions of the present state: 0 */
  double ridge;  /* penalty of K's squared entries, per sample: 1e-10 */
  /* Non-zero ends the training with the best so far. NULL: never. */
  const volatile sig_atomic_t *stop;
  /* Called after each epoch with the best loss so far; NULL: not called. */
  void (*on_epoch)(void *context, size_t epoch, size_t epochs, double loss);
  void *context;
};
SJ_PUBLIC void sj_learn_options_default(struct sj_learn_options *options);

/* Learns from the trajectories that are not held out. SJ_OK: `*model` is the caller's. SJ_INTERRUPTED: likewise, the
 * best so far. SJ_INVALID: a feature is constant, there are fewer states than z has components, a trajectory whose
 * first state is not known, options that cannot be; SJ_FAILED: training diverges whatever the step. */
SJ_PUBLIC enum sj_status sj_learn_train(const struct sj_trajectories *trajectories,
                                        const struct sj_learn_options *options, struct sj_learned **model,
                                        struct sj_error *error);
SJ_PUBLIC void sj_learned_destroy(struct sj_learned *model); /* NULL is allowed */

/* A model file: docs/learn.md has its format. Written as a whole or not at all. Reading refuses with SJ_INVALID what is
 * no such file, damaged (its checksum tells), or of a later version. */
SJ_PUBLIC enum sj_status sj_learned_save(const struct sj_learned *model, const char *path, struct sj_error *error);
SJ_PUBLIC enum sj_status sj_learned_load(const char *path, struct sj_learned **model, struct sj_error *error);

SJ_PUBLIC size_t sj_learned_feature_count(const struct sj_learned *model);
SJ_PUBLIC const char *sj_learned_feature(const struct sj_learned *model, size_t feature);
SJ_PUBLIC double sj_learned_step(const struct sj_learned *model);
SJ_PUBLIC size_t sj_learned_latent(const struct sj_learned *model);
/* How many states a prediction starts from: 1, or with delays as many more. */
SJ_PUBLIC size_t sj_learned_history(const struct sj_learned *model);

/* The `count` states that follow `history` (features x sj_learned_history, the present one last) into `states`
 * (features x count). SJ_INVALID: a number of the history is not finite. */
SJ_PUBLIC enum sj_status sj_learned_predict(const struct sj_learned *model, const double *history, size_t count,
                                            double *states, struct sj_error *error);

/* The eigenvalues of K, by falling modulus: sj_learned_latent of them into `re` and `im`. SJ_FAILED: no convergence. */
SJ_PUBLIC enum sj_status sj_learned_spectrum(const struct sj_learned *model, double *re, double *im,
                                             struct sj_error *error);

/* How good the model is on trajectories with its features and step, and what it says about the system: metrics
 * (error.train, error.test, spectrum, time constants, settling times) and series (recorded, predicted and latent
 * trajectories, continued up to `horizon`; NAN: as long as the recorded ones) of one run. The results are the
 * caller's. */
SJ_PUBLIC enum sj_status sj_learn_results(const struct sj_learned *model, const struct sj_trajectories *trajectories,
                                          double horizon, struct sj_results **results, struct sj_error *error);

#ifdef __cplusplus
}
#endif
#endif
