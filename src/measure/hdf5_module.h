/* What the module for HDF5 shows to who loads it: one table. */
#ifndef SJ_MEASURE_HDF5_MODULE_H
#define SJ_MEASURE_HDF5_MODULE_H

#include "measure/store.h"

/* Goes up with each change of struct sj_store or of the structures handed over. */
enum { SJ_HDF5_MODULE_VERSION = 1 };
#define SJ_HDF5_MODULE_SYMBOL "sj_hdf5_module"

struct sj_hdf5_module {
  unsigned version;
  struct sj_store store;
};

#endif
