/* The store that writes HDF5 loads the module that can. */
#include <dlfcn.h>
#include <stdlib.h>

#include "base/base.h"
#include "base/module.h"
#include "measure/hdf5_module.h"

static const char file_name[] = "libsojourn-store-hdf5.so";

struct loaded {
  const struct sj_store *store;
  void *state;
};

static enum sj_status load(const struct sj_store **store, struct sj_error *error) {
  char path[PATH_MAX];
  if (!sj_module_find(file_name, path))
    return sj_error_set(
        error, SJ_FAILED,
        "this sojourn was built without HDF5 (there is no %.512s). Install libhdf5-dev and build it again, "
        "or choose the store `file`",
        path);
  /* Never closed: the library leaves work for the program's end. */
  void *const handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return sj_error_set(error, SJ_FAILED, "the module for HDF5 cannot be loaded: %s", dlerror());
  const struct sj_hdf5_module *const module = dlsym(handle, SJ_HDF5_MODULE_SYMBOL);
  if (!module) return sj_error_set(error, SJ_FAILED, "%s is not sojourn's module for HDF5", path);
  if (module->version != SJ_HDF5_MODULE_VERSION)
    return sj_error_set(error, SJ_FAILED, "%s is of another version of sojourn", path);
  *store = &module->store;
  return SJ_OK;
}

static enum sj_status open_loaded(const struct sj_store_target *target, void **state, struct sj_error *error) {
  struct loaded loaded = {0};
  enum sj_status status = load(&loaded.store, error);
  if (status == SJ_OK && loaded.store) status = loaded.store->open(target, &loaded.state, error);
  if (status != SJ_OK) return status;
  struct loaded *const kept = sj_allocate(sizeof *kept);
  *kept = loaded;
  *state = kept;
  return SJ_OK;
}

static enum sj_status write_loaded(void *state, const struct sj_table *table, struct sj_table_label label,
                                   struct sj_error *error) {
  const struct loaded *const loaded = state;
  return loaded->store->write(loaded->state, table, label, error);
}

static enum sj_status finish_loaded(void *state, struct sj_error *error) {
  struct loaded *const loaded = state;
  const enum sj_status status = loaded->store->finish(loaded->state, error);
  free(loaded);
  return status;
}

const struct sj_store sj_store_hdf5 = {.open = open_loaded, .write = write_loaded, .finish = finish_loaded};
