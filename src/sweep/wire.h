/* Messages between the processes of a sweep, over TCP.
 *
 * A message is 8 bytes of length (of what follows, the machine's order), a byte that says what it is, and the rest as
 * results/pack.h writes it. A worker's threads have a connection each:
 *
 *   worker                                          first process
 *   HELLO   token, hash of the sweep's definition   WELCOME, or REFUSED with a text
 *   TAKE                                            POINT number, threads; or OVER
 *   RECALL  point, canonical, identity              RECALLED 0 or 1: it is there, no more is to be done
 *   BEGIN   point, runs wanted, results             BEGUN number of runs, the runs
 *   RUN     point, run
 *   FINISH  point, results, number of runs, runs
 *   FAIL    point, status, text
 *
 * Whoever ends closes the connection. The token is known to the processes of this sweep only: anybody on the network
 * may connect. */
#ifndef SJ_SWEEP_WIRE_H
#define SJ_SWEEP_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/base.h"
#include "sojourn/status.h"

enum sj_message {
  SJ_HELLO = 1,
  SJ_TAKE,
  SJ_RECALL,
  SJ_BEGIN,
  SJ_RUN,
  SJ_FINISH,
  SJ_FAIL,
  SJ_WELCOME,
  SJ_REFUSED,
  SJ_POINT,
  SJ_OVER,
  SJ_RECALLED,
  SJ_BEGUN
};

enum { SJ_TOKEN = 32, SJ_MOST_ADDRESSES = 32 };

/* Where the first process listens: what the launcher's processes are told. Plain bytes. */
struct sj_meeting {
  unsigned char token[SJ_TOKEN];
  uint32_t valid; /* 0: there will be no sweep */
  uint32_t port, count;
  char addresses[SJ_MOST_ADDRESSES][64]; /* numeric; those of this machine alone come last */
};

/* Listens on all addresses of this machine and fills in `meeting`, with a new token. */
enum sj_status sj_wire_listen(int *listener, struct sj_meeting *meeting, struct sj_error *error);
/* Connects to the first address that answers. */
enum sj_status sj_wire_connect(const struct sj_meeting *meeting, int *connected, struct sj_error *error);
/* What every connection needs: no delay, an end where the other machine is gone (half a minute). */
void sj_wire_settle(int socket);

/* Sends a message whole; false: the connection is gone. */
bool sj_wire_send(int socket, enum sj_message kind, const struct sj_text *rest);
/* Receives a message whole; `rest` is replaced. False: the connection is gone, or nonsense came. */
bool sj_wire_receive(int socket, enum sj_message *kind, struct sj_text *rest);

/* Takes what has arrived, without waiting, into `buffer`; false: the connection is gone. */
bool sj_wire_read(int socket, struct sj_text *buffer);
/* The first message of a buffer: its size there, 0 if it is not whole yet; SIZE_MAX: nonsense. `at` points to what
 * follows the kind. */
size_t sj_wire_first(const struct sj_text *buffer, enum sj_message *kind, const char **at, size_t *size);

#endif
