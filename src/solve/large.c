#include "solve/large.h"

#include <dlfcn.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/module.h"
#include "solve/large_module.h"

struct sj_large {
  const struct sj_large_module *module;
  unsigned rank, ranks;
};

static const char file_name[] = "libsojourn-solve-large.so";

unsigned sj_large_launched(void) { return sj_launched(); }

unsigned sj_large_launched_rank(void) { return sj_launched_rank(); }

static enum sj_status absent(const char *path, struct sj_error *error) {
  char where[PATH_MAX + 64] = "";
  if (path) snprintf(where, sizeof where, " (there is no %s)", path);
  const unsigned launched = sj_large_launched();
  if (launched)
    return sj_error_set(
        error, SJ_FAILED,
        "mpirun started %u processes, but this sojourn was built without PETSc and SLEPc%s, so that each "
        "would do all of it by itself. Run it without mpirun, or install libpetsc-real-dev and "
        "libslepc-real-dev and build it again",
        launched, where);
  return sj_error_set(error, SJ_FAILED,
                      "this sojourn was built without PETSc and SLEPc%s, which solve chains that are too large for "
                      "elimination. Install libpetsc-real-dev and libslepc-real-dev and build it again",
                      where);
}

static enum sj_status load(const char *path, const struct sj_large_module **module, struct sj_error *error) {
  char found[PATH_MAX];
  if (path ? access(path, R_OK) != 0 : !sj_module_find(file_name, found)) return absent(path, error);
  /* Never closed: MPI cannot be unloaded. Open MPI's own modules look for its symbols among those of all. */
  void *const handle = dlopen(path ? path : found, RTLD_NOW | RTLD_GLOBAL);
  if (!handle) return sj_error_set(error, SJ_FAILED, "the module for large chains cannot be loaded: %s", dlerror());
  *module = dlsym(handle, SJ_LARGE_MODULE_SYMBOL);
  if (!*module)
    return sj_error_set(error, SJ_FAILED, "%s is not sojourn's module for large chains", path ? path : found);
  if ((*module)->version != SJ_LARGE_MODULE_VERSION)
    return sj_error_set(error, SJ_FAILED, "%s is of another version of sojourn", path ? path : found);
  return SJ_OK;
}

enum sj_status sj_large_open(const char *path, struct sj_large **large, struct sj_error *error) {
  const struct sj_large_module *module = NULL;
  unsigned rank = 0, ranks = 1;
  enum sj_status status = load(path, &module, error);
  if (status == SJ_OK && module) status = module->start(&rank, &ranks, error);
  if (status != SJ_OK) return status;
  *large = sj_allocate(sizeof **large);
  **large = (struct sj_large){.module = module, .rank = rank, .ranks = ranks};
  return SJ_OK;
}

void sj_large_close(struct sj_large *large) { free(large); }
unsigned sj_large_rank(const struct sj_large *large) { return large->rank; }

static double bytes_free(void) {
  const long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? (double)pages * (double)size : INFINITY;
}

static struct sj_large_options complete(const struct sj_large_options *options, const struct sj_generator *generator) {
  struct sj_large_options o = options ? *options : (struct sj_large_options){0};
  if (!(o.residual > 0)) o.residual = 1e-10;
  if (!o.iterations) o.iterations = 5000;
  if (!o.restart) o.restart = 30;
  if (!(o.error > 0)) o.error = 1e-6;
  if (!(o.most_bytes > 0)) o.most_bytes = 0.75 * bytes_free();
  if (o.start[0] == o.start[1]) {
    o.start[0] = 0;
    o.start[1] = generator->count - 1;
  }
  return o;
}

enum sj_status sj_large_stationary(struct sj_large *large, const struct sj_generator *generator,
                                   const struct sj_large_options *options, double *pi,
                                   struct sj_certificate *certificate, struct sj_error *error) {
  const struct sj_large_options o = complete(options, generator);
  return large->module->stationary(generator, &o, pi, certificate, error);
}

enum sj_status sj_large_spectrum(struct sj_large *large, const struct sj_generator *generator,
                                 const struct sj_large_options *options, size_t wanted, struct sj_spectrum *spectrum,
                                 struct sj_error *error) {
  const struct sj_large_options o = complete(options, generator);
  return large->module->spectrum(generator, &o, wanted, spectrum, error);
}

enum sj_status sj_large_hitting(struct sj_large *large, const struct sj_generator *generator,
                                const struct sj_large_options *options, const bool *target, double *mean,
                                double *error_bound, struct sj_error *error) {
  const struct sj_large_options o = complete(options, generator);
  return large->module->hitting(generator, &o, target, mean, error_bound, error);
}

enum sj_status sj_large_transient(struct sj_large *large, const struct sj_generator *generator,
                                  const struct sj_large_options *options, double time, double *p, double *apart,
                                  struct sj_error *error) {
  const struct sj_large_options o = complete(options, generator);
  return large->module->transient(generator, &o, time, p, apart, error);
}

void sj_certificate_text(const struct sj_certificate *c, char *text, size_t size) {
  int used = snprintf(text, size, "%s: error at most %.1e (residual %.1e, pinned at state %zu)",
                      c->method == SJ_LARGE_DIRECT ? "MUMPS" : "GMRES with ILU", c->bound, c->residual, c->pin);
  if (used > 0 && (size_t)used < size && !isnan(c->apart))
    used += snprintf(text + used, size - (size_t)used,
                     ", %.1e apart from a second solution (at most %.1e wrong, pinned at %zu)", c->apart,
                     c->second_bound, c->second_pin);
  if (used > 0 && (size_t)used < size)
    snprintf(text + used, size - (size_t)used, ", flows up and down differ by at most %.1e across %zu of %zu cuts",
             c->imbalance, c->trusted, c->cuts);
}
