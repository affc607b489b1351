#include "sojourn/learn.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "learn/blas.h"
#include "learn/learned.h"
#include "learn/trajectories.h"

static const size_t usual_widths[] = {100, 500};

void sj_learn_options_default(struct sj_learn_options *options) {
  *options = (struct sj_learn_options){.method = SJ_LEARN_AUTOENCODER,
                                       .latent = 20,
                                       .widths = usual_widths,
                                       .width_count = sizeof usual_widths / sizeof *usual_widths,
                                       .epochs = 1000,
                                       .patience = 200,
                                       .linear = 0.7,
                                       .rate = 1e-4,
                                       .limit = 0.99,
                                       .seed = 1,
                                       .delays = 1,
                                       .degree = 1,
                                       .ridge = 1e-10};
}

static enum sj_status check_options(const struct sj_learn_options *options, struct sj_error *error) {
  enum { MOST_WIDTH = 100000, MOST_DEGREE = 16 };
  if (options->latent < 1 || options->latent > SJ_MOST_LATENT)
    return sj_error_set(error, SJ_INVALID, "a latent size of %zu, expected 1 to %d", options->latent, SJ_MOST_LATENT);
  if (options->width_count > SJ_MOST_WIDTHS)
    return sj_error_set(error, SJ_INVALID, "%zu widths, expected at most %d", options->width_count, SJ_MOST_WIDTHS);
  for (size_t i = 0; i < options->width_count; i++)
    if (options->widths[i] < 1 || options->widths[i] > MOST_WIDTH)
      return sj_error_set(error, SJ_INVALID, "a width of %zu, expected 1 to %d", options->widths[i], MOST_WIDTH);
  if (!(options->rate > 0) || !isfinite(options->rate))
    return sj_error_set(error, SJ_INVALID, "a step of Adam of %g, expected more than 0", options->rate);
  if (!(options->linear >= 0 && options->linear <= 1))
    return sj_error_set(error, SJ_INVALID, "a linear share of %g of the epochs, expected 0 to 1", options->linear);
  if (!(options->limit > 0) || !isfinite(options->limit))
    return sj_error_set(error, SJ_INVALID, "a limit of K's norm of %g, expected more than 0", options->limit);
  if (!(options->ridge >= 0) || !isfinite(options->ridge))
    return sj_error_set(error, SJ_INVALID, "a ridge of %g, expected at least 0", options->ridge);
  if (options->degree < 1 || options->degree > MOST_DEGREE)
    return sj_error_set(error, SJ_INVALID, "monomials of degree %zu, expected 1 to %d", options->degree, MOST_DEGREE);
  if (options->delays > SJ_MOST_LATENT)
    return sj_error_set(error, SJ_INVALID, "%zu delays, expected at most %d", options->delays, SJ_MOST_LATENT);
  return SJ_OK;
}

/* Mean and deviation of a feature over the known values of what is trained on. */
static enum sj_status normalize_feature(const struct sj_trajectories *from, size_t feature, double *mean,
                                        double *deviation, struct sj_error *error) {
  double sum = 0, squares = 0, low = INFINITY, high = -INFINITY;
  size_t count = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < from->count; i++) {
      if (from->items[i].held_out) continue;
      for (size_t t = 0; t < from->items[i].length; t++) {
        const double x = from->items[i].states[t * from->feature_count + feature];
        if (isnan(x)) continue;
        if (pass == 0) {
          sum += x;
          count++;
          if (x < low) low = x;
          if (x > high) high = x;
        } else {
          squares += (x - *mean) * (x - *mean);
        }
      }
    }
    *mean = sum / (double)count;
  }
  *deviation = sqrt(squares / (double)count);
  if (high > low && *deviation > 0 && isfinite(*deviation) && isfinite(*mean)) return SJ_OK;
  if (high > low)
    return sj_error_set(error, SJ_INVALID, "%s: the values of `%s` are too large or too close to compute with",
                        from->source, from->features[feature]);
  return sj_error_set(error, SJ_INVALID,
                      "%s: `%s` is constant (%g in all %zu samples): nothing to learn from it, leave it out "
                      "(--features)",
                      from->source, from->features[feature], low, count);
}

/* The normalized states that are trained on; the caller frees lengths and states. */
struct training_data {
  struct sj_rollout rollout;
  size_t *lengths;
  double *states;
  size_t total;
};

static enum sj_status count_states(const struct sj_trajectories *from, struct training_data *data,
                                   struct sj_error *error) {
  *data = (struct training_data){.lengths = sj_allocate_array(from->count + 1, sizeof *data->lengths)};
  for (size_t i = 0; i < from->count; i++) {
    if (from->items[i].held_out) continue;
    data->lengths[data->rollout.count++] = from->items[i].length;
    data->total += from->items[i].length;
  }
  if (data->total == 0)
    return sj_error_set(error, SJ_INVALID, "%s: every trajectory is held out, none is left to learn from",
                        from->source);
  return SJ_OK;
}

static enum sj_status gather(const struct sj_trajectories *from, const struct sj_learned *model,
                             struct training_data *data, struct sj_error *error) {
  const size_t features = from->feature_count;
  assert(features > 0 && data->total > 0);
  data->states = malloc(data->total * features * sizeof *data->states);
  if (!data->states) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  double *to = data->states;
  for (size_t i = 0; i < from->count; i++) {
    if (from->items[i].held_out) continue;
    for (size_t k = 0; k < from->items[i].length * features; k++)
      *to++ = (from->items[i].states[k] - model->mean[k % features]) / model->deviation[k % features];
  }
  data->rollout.lengths = data->lengths;
  data->rollout.states = data->states;
  return SJ_OK;
}

static struct sj_learned *create(const struct sj_trajectories *from, const struct sj_learn_options *options) {
  struct sj_learned *const model = sj_allocate(sizeof *model);
  const size_t features = from->feature_count;
  model->method = options->method;
  model->feature_count = features;
  model->features = sj_allocate_array(features, sizeof *model->features);
  for (size_t i = 0; i < features; i++) model->features[i] = sj_copy_string(from->features[i]);
  memcpy(model->time_unit, from->time_unit, sizeof model->time_unit);
  model->step = from->step;
  model->mean = sj_allocate_array(features, sizeof *model->mean);
  model->deviation = sj_allocate_array(features, sizeof *model->deviation);
  model->asked = *options;
  model->asked.stop = NULL;
  model->asked.on_epoch = NULL;
  model->asked.context = NULL;
  model->asked.widths = model->widths;
  memcpy(model->widths, options->widths, options->width_count * sizeof *model->widths);
  sj_trajectories_hash(from, model->source);
  return model;
}

static enum sj_status make_operator(struct sj_learned *model, struct sj_error *error) {
  const size_t n = model->latent;
  model->transition = calloc(n * n, sizeof *model->transition);
  model->offset = calloc(n, sizeof *model->offset);
  return model->transition && model->offset ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

static enum sj_status train_network(struct sj_learned *model, const struct sj_learn_options *options,
                                    const struct training_data *data, const char *source, struct sj_error *error) {
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  struct sj_training how = {.epochs = options->epochs,
                            .patience = options->patience,
                            .rate = options->rate,
                            .limit = options->limit,
                            .threads = options->threads ? options->threads
                                       : cores > 0      ? (unsigned)cores
                                                        : 1,
                            .stop = options->stop,
                            .on_epoch = options->on_epoch,
                            .context = options->context};
  model->latent = options->latent;
  model->network = sj_network_shape(model->feature_count, model->latent, options->widths, options->width_count);
  if (data->total <= model->latent)
    return sj_error_set(error, SJ_INVALID,
                        "%s: %zu states to learn from, expected more than the latent size of %zu (--latent, or a "
                        "smaller --step)",
                        source, data->total, model->latent);
  model->parameters = malloc(model->network.parameter_count * sizeof *model->parameters);
  if (!model->parameters) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  enum sj_status status = make_operator(model, error);
  if (status != SJ_OK) return status;
  const bool mirrored = options->linear > 0 && sj_network_can_mirror(&model->network);
  (mirrored ? sj_network_start_mirrored : sj_network_start)(&model->network, options->seed, model->parameters);
  if (mirrored) how.linear = (size_t)ceil(options->linear * (double)options->epochs);
  status = sj_train(&model->network, &data->rollout, &how, model->parameters, &model->trained, error);
  sj_learned_take_operator(model);
  return status;
}

static enum sj_status fit_dictionary(struct sj_learned *model, const struct sj_learn_options *options,
                                     const struct training_data *data, const char *source, struct sj_error *error) {
  struct sj_dictionary *const dictionary = &model->dictionary;
  *dictionary = (struct sj_dictionary){.features = model->feature_count,
                                       .delays = options->delays,
                                       .degree = options->degree,
                                       .radial = options->radial,
                                       .width = 1};
  model->latent = sj_dictionary_size(dictionary, SJ_MOST_LATENT);
  if (model->latent == 0)
    return sj_error_set(error, SJ_INVALID, "a dictionary of more than %d functions (--degree, --delays, --radial)",
                        SJ_MOST_LATENT);
  if (!sj_dictionary_place(dictionary, &data->rollout)) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  enum sj_status status = make_operator(model, error);
  if (status != SJ_OK) return status;
  size_t pairs;
  const int before = sj_blas_begin();
  status = sj_dictionary_fit(dictionary, &data->rollout, options->ridge, model->transition, model->offset, &pairs);
  sj_blas_end(before);
  switch (status) {
    case SJ_INVALID:
      return sj_error_set(error, SJ_INVALID,
                          "%s: %zu step%s between known states, expected at least as many as the dictionary has "
                          "functions, %zu (--degree, --delays, --radial, or a smaller --step)",
                          source, pairs, pairs == 1 ? "" : "s", model->latent);
    case SJ_NO_MEMORY:
      return sj_error_set(error, status, "out of memory");
    case SJ_FAILED:
      return sj_error_set(error, status, "the least squares of the dictionary did not converge");
    default:
      return status;
  }
}

enum sj_status sj_learn_train(const struct sj_trajectories *trajectories, const struct sj_learn_options *options,
                              struct sj_learned **model, struct sj_error *error) {
  *model = NULL;
  enum sj_status status = check_options(options, error);
  if (status != SJ_OK) return status;
  struct sj_learned *const made = create(trajectories, options);
  struct training_data data = {0};
  status = count_states(trajectories, &data, error);
  for (size_t f = 0; f < made->feature_count && status == SJ_OK; f++)
    status = normalize_feature(trajectories, f, &made->mean[f], &made->deviation[f], error);
  if (status == SJ_OK) status = gather(trajectories, made, &data, error);
  if (status == SJ_OK)
    status = (options->method == SJ_LEARN_EDMD ? fit_dictionary : train_network)(made, options, &data,
                                                                                 trajectories->source, error);
  free(data.states);
  free(data.lengths);
  if (status != SJ_OK) {
    sj_learned_destroy(made);
    return status;
  }
  *model = made;
  return made->trained.interrupted ? SJ_INTERRUPTED : SJ_OK;
}
