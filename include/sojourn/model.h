/* Reading a model: a Lua file becomes a checked, immutable description of a request-response system. */
#ifndef SOJOURN_MODEL_H
#define SOJOURN_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "sojourn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sj_model;

/* How to read a model. Zero-initialized it means: no overrides, no scenario, no further data folder. All strings stay
 * the caller's and are not needed after the call. */
struct sj_model_options {
  const char *const *overrides; /* "PATH=VALUE" texts, as after --set; later ones win */
  size_t override_count;
  const char *scenario;       /* the scenario to apply; NULL for the common part alone */
  const char *data_directory; /* data files may also lie below this; NULL for the model's own folder only */
  bool scenario_only;         /* the file was read before and is right: read `scenario` without checking the others, and
                                 let an override that leads nowhere there pass; for reading one after the other */
};

/* Reads and checks the file at `path`. On SJ_OK `*model` is the caller's, to be ended with sj_model_destroy; it never
 * changes and any number of threads may use it. SJ_INVALID: the file is wrong, and the message has a line FILE:LINE for
 * each of up to twenty mistakes; SJ_FAILED: the file or a data file cannot be read; SJ_NO_MEMORY: the model's 1 GiB
 * were used up. A model with scenarios and no `options->scenario` loads (its common part is checked, and each scenario
 * on its copy); sj_model_scenario_count tells. */
SJ_PUBLIC enum sj_status sj_model_load(const char *path, const struct sj_model_options *options,
                                       struct sj_model **model, struct sj_error *error);

/* Ends a model and all that was read from it. NULL is allowed. */
SJ_PUBLIC void sj_model_destroy(struct sj_model *model);

/* The names of the file's scenarios, in the order of the file. */
SJ_PUBLIC size_t sj_model_scenario_count(const struct sj_model *model);
SJ_PUBLIC const char *sj_model_scenario_name(const struct sj_model *model, size_t index);

/* The model as it was understood, as a new string that the caller frees; NULL if memory ran out. _text is for people:
 * every component with its units and defaults, the offered load per server, whether it is stable; _json the same as one
 * JSON document; _canonical the part that identifies a result: the same bytes for the same model, data files by their
 * SHA-256. */
SJ_PUBLIC char *sj_model_text(const struct sj_model *model);
SJ_PUBLIC char *sj_model_json(const struct sj_model *model);
SJ_PUBLIC char *sj_model_canonical(const struct sj_model *model);

#ifdef __cplusplus
}
#endif
#endif
