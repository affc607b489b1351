/* ZeroMQ as a table of functions, filled when a bus is opened: the program does not link libzmq, so that commands
 * without a bus do not pay for loading it. Needs zmq.h at build time (meson's option `bus`). */
#ifndef SJ_MEASURE_ZEROMQ_H
#define SJ_MEASURE_ZEROMQ_H

#include <zmq.h>

#include "sojourn/status.h"

/* Each member NAME is the function zmq_NAME of libzmq. */
#define SJ_ZEROMQ_FUNCTIONS(DO) \
  DO(ctx_new)                   \
  DO(ctx_term)                  \
  DO(socket)                    \
  DO(close)                     \
  DO(setsockopt)                \
  DO(getsockopt)                \
  DO(bind)                      \
  DO(connect)                   \
  DO(send)                      \
  DO(msg_init)                  \
  DO(msg_init_size)             \
  DO(msg_send)                  \
  DO(msg_recv)                  \
  DO(msg_close)                 \
  DO(msg_data)                  \
  DO(msg_size)                  \
  DO(poll)                      \
  DO(strerror)

#define SJ_ZEROMQ_MEMBER(name) __typeof__(zmq_##name) *name;
struct sj_zeromq {
  SJ_ZEROMQ_FUNCTIONS(SJ_ZEROMQ_MEMBER)
  int (*reason)(void); /* zmq_errno, whose name `errno` would spoil */
};
#undef SJ_ZEROMQ_MEMBER

/* Loads libzmq.so.5 and fills the table. SJ_FAILED: it is not installed, or is too old. The library stays loaded. */
enum sj_status sj_zeromq_load(struct sj_zeromq *zeromq, struct sj_error *error);

#endif
