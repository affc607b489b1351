#include "measure/zeromq.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

/* POSIX has functions fit into pointers to data, ISO C does not know. */
static bool find(void *library, const char *name, void *place) {
  void *const symbol = dlsym(library, name);
  memcpy(place, &symbol, sizeof symbol);
  return symbol;
}

enum sj_status sj_zeromq_load(struct sj_zeromq *zeromq, struct sj_error *error) {
  void *const library = dlopen("libzmq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return sj_error_set(error, SJ_FAILED, "the message bus needs ZeroMQ, which cannot be loaded (%s). Install libzmq5",
                        dlerror());
#define FIND(name)                                 \
  if (!find(library, "zmq_" #name, &zeromq->name)) \
    return sj_error_set(error, SJ_FAILED, "libzmq.so.5 has no function zmq_" #name ": expected ZeroMQ 4.2 or later");
  SJ_ZEROMQ_FUNCTIONS(FIND)
  if (!find(library, "zmq_errno", &zeromq->reason))
    return sj_error_set(error, SJ_FAILED, "libzmq.so.5 has no function zmq_errno: expected ZeroMQ 4.2 or later");
#undef FIND
  return SJ_OK;
}
