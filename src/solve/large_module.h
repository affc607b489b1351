/* What the module of large.h shows to who loads it: one table. */
#ifndef SJ_SOLVE_LARGE_MODULE_H
#define SJ_SOLVE_LARGE_MODULE_H

#include "solve/large.h"

/* Goes up with each change of what is below or of the structures handed over. */
enum { SJ_LARGE_MODULE_VERSION = 2 };
#define SJ_LARGE_MODULE_SYMBOL "sj_large_module"

struct sj_large_module {
  unsigned version;
  enum sj_status (*start)(unsigned *rank, unsigned *ranks, struct sj_error *error);
  enum sj_status (*stationary)(const struct sj_generator *generator, const struct sj_large_options *options, double *pi,
                               struct sj_certificate *certificate, struct sj_error *error);
  enum sj_status (*spectrum)(const struct sj_generator *generator, const struct sj_large_options *options,
                             size_t wanted, struct sj_spectrum *spectrum, struct sj_error *error);
  enum sj_status (*hitting)(const struct sj_generator *generator, const struct sj_large_options *options,
                            const bool *target, double *mean, double *error_bound, struct sj_error *error);
  enum sj_status (*transient)(const struct sj_generator *generator, const struct sj_large_options *options, double time,
                              double *p, double *apart, struct sj_error *error);
};

#endif
