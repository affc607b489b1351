/* A state space: a chain, and what its states mean. The builders (orbit.h, row.h, compose.h) make one of a model; the
 * solver knows no more of a model than this. */
#ifndef SJ_SOLVE_SPACE_H
#define SJ_SOLVE_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/status.h"
#include "solve/chain.h"

struct sj_model;

enum sj_space_kind {
  SJ_SPACE_ORBIT, /* one server with an orbit */
  SJ_SPACE_ROW,   /* servers in a row or graph, each with an orbit: an approximation */
  SJ_SPACE_EXACT  /* the model's components composed, exactly */
};

/* Quantities of one server (or a whole pool) in one state. Rates are per time. */
enum sj_server_quantity {
  SJ_IN_SYSTEM,   /* requests waiting or in service */
  SJ_WAITING,     /* of them waiting */
  SJ_BUSY,        /* threads that are busy */
  SJ_COMPLETIONS, /* rate at which requests leave served */
  SJ_LOST,        /* rate at which requests are lost: refused and not tried again, or given up in the orbit */
  SJ_ORBIT,       /* requests that timed out and may retry; NAN in spaces without orbits */
  SJ_FINISHED,    /* rate at which requests leave, served or with an error: what Little's law divides by */
  SJ_FULL,        /* share of the members that are at capacity, and ... */
  SJ_EMPTY,       /* ... that hold nobody; NAN where that is in_system = `capacity` (below), in_system = 0 */
  SJ_SERVER_QUANTITIES
};

/* Quantities of one client (or a whole pool). */
enum sj_client_quantity {
  SJ_OPEN,     /* its requests that are somewhere in the system; NAN where some of them will fail after a while, so that
                  it tells nothing of the latency of those answered, or where it is not known */
  SJ_ANSWERED, /* rate at which they are answered */
  SJ_ARRIVING, /* rate at which they are made */
  SJ_CLIENT_QUANTITIES
};

struct sj_space_server {
  char *name;
  double threads;    /* of all members together */
  uint32_t capacity; /* the largest in_system; for a pool: of all members together */
  uint32_t orbit;    /* the largest orbit; 0 without */
};

struct sj_space {
  enum sj_space_kind kind;
  struct sj_chain chain;
  size_t server_count, client_count;
  struct sj_space_server *servers;
  char **clients; /* names */
  size_t empty;   /* the state with nothing anywhere */
  size_t *full; /* [server]: the state that is "full" for it: of an orbit, (K, R); else the likeliest state in which the
                   server holds `capacity` and nothing else is anywhere; SIZE_MAX if there is none */
  /* The states in the order in which elimination makes the narrowest band, if the builder knows it: as they are. */
  bool natural_order;
  void *own; /* the builder's */
  double (*server)(const struct sj_space *space, size_t server, enum sj_server_quantity quantity, size_t state);
  double (*client)(const struct sj_space *space, size_t client, enum sj_client_quantity quantity, size_t state);
  void (*describe)(const struct sj_space *space, size_t state, char *text, size_t size); /* "(3, 1)", for messages */
  void (*clear_own)(struct sj_space *space);
  size_t note_count;
  char **notes; /* what the reader should know: which approximation, what was merged, what was left out */
};

/* "3.14 MB", for messages. */
const char *sj_bytes_text(double bytes, char text[32]);

/* Adds a note; sj_space_clear ends all of it, also a half-made one. */
void sj_space_note(struct sj_space *space, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sj_space_clear(struct sj_space *space);

/* How a model is to be turned into a chain. */
struct sj_space_options {
  bool approximate;  /* what is not phase-type is fitted by its first three moments */
  double most_bytes; /* a space that would take more is refused before it is allocated; INFINITY: no limit */
};

/* What a chain takes with one set of factors, in bytes; and the refusal of what would take more than
 * options->most_bytes, or has more states than can be numbered: SJ_NO_MEMORY with the figures. For builders, before
 * they allocate. */
double sj_space_bytes(double states, double transitions, double bandwidth);
enum sj_status sj_space_check_size(const struct sj_space_options *options, double states, double transitions,
                                   double bandwidth, struct sj_error *error);

/* Turns a model into a chain: one with timeouts or retries into that of section "orbit" (orbit.h, row.h), any other
 * into the exact one (compose.h). SJ_INVALID: FILE:LINE and what cannot be solved; SJ_NO_MEMORY: too large, with the
 * predicted size. */
enum sj_status sj_space_create(const struct sj_model *model, const struct sj_space_options *options,
                               struct sj_space *space, struct sj_error *error);

#endif
