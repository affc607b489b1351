/* The functions of a model, alive: policies written in Lua, called by an engine.
 *
 * A model is immutable and shared by runs that go in parallel; what its functions keep in their upvalues is not. So
 * each run has a program of its own: the file is read once more, in a new closed environment, with the same overrides
 * and scenario, and its functions begin from the state that this reading leaves. What a function keeps (a counter in a
 * local outside of it) lives as long as the run, and is shared by everybody in the run who calls through it: all
 * members of a pool of clients, and every component that was given the same function or closures over the same locals.
 *
 * A function sees its request and its choices through views that can only be read and that hold only during the call. A
 * program belongs to one thread at a time. */
#ifndef SJ_MODEL_LUA_PROGRAM_H
#define SJ_MODEL_LUA_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "random/stream.h"
#include "sojourn/status.h"

struct sj_document;
struct sj_function;
struct sj_program;

/* What a function may ask about a choice: a value that is not known is NAN, in Lua nil. */
enum sj_choice_figure {
  SJ_CHOICE_IN_FLIGHT,    /* attempts of this caller that are out there */
  SJ_CHOICE_MEMBER,       /* its number in its pool, from 0, as in `pool[0]` */
  SJ_CHOICE_LATENCY,      /* of answers to this caller; of an aggregate */
  SJ_REPORT_AGE,          /* time since the server wrote what it last told this caller */
  SJ_REPORT_IN_FLIGHT,    /* what it told: requests waiting or in service */
  SJ_REPORT_QUEUE,        /* requests waiting */
  SJ_REPORT_UTILIZATION,  /* of an aggregate, like the next two */
  SJ_REPORT_REQUEST_RATE, /* arrivals per time */
  SJ_REPORT_LATENCY,      /* time in the server */
  SJ_REPORT_EXPECTED_LATENCY,
  SJ_REPORT_PID_WEIGHT
};

/* The choices of one call; `context` is handed to `read`, which must not fail. `choice` counts from 0. */
struct sj_program_choices {
  uint32_t count;
  const char *pool;                    /* the name of the servers */
  bool is_pool;                        /* members are called pool[i], not just by that name */
  bool keeps_latencies, keeps_reports; /* false: nothing is known of them, and asking is a mistake */
  const void *context;
  double (*read)(const void *context, uint32_t choice, enum sj_choice_figure figure, enum sj_aggregate aggregate);
};

/* The request as its function sees it. */
struct sj_program_request {
  double size;      /* bytes */
  uint64_t number;  /* of the request at its client, from 1; the same for each of its attempts */
  uint32_t attempt; /* 1 for the first, then 2, 3, ...: retries and copies */
};

/* Instructions that one call may take, and as many again for each choice; see environment.h. */
#define SJ_PROGRAM_INSTRUCTIONS UINT64_C(100000)
#define SJ_PROGRAM_INSTRUCTIONS_A_CHOICE UINT64_C(1000)

/* Reads the document's file again, for its functions. `document` must outlive the program, which changes nothing in it.
 * On SJ_OK `*program` is the caller's, to be ended with sj_program_destroy. SJ_NO_MEMORY, or SJ_INVALID with a message
 * if the file cannot be read any more (it could when the model was made, within the same limits). */
enum sj_status sj_program_create(const struct sj_document *document, struct sj_program **program,
                                 struct sj_error *error);
void sj_program_destroy(struct sj_program *program); /* NULL is allowed */

/* Calls `function(request, choices, now)`; `stream` is what its random() draws from. On SJ_OK `*choice` is what it
 * chose, counted from 0. SJ_INVALID with "FILE:LINE: ..." if it fails, takes too long, declares something, or returns
 * something else than a whole number from 1 to the number of choices; SJ_NO_MEMORY likewise. */
enum sj_status sj_program_pick(struct sj_program *program, const struct sj_function *function,
                               const struct sj_program_request *request, const struct sj_program_choices *choices,
                               double now, struct sj_stream *stream, uint32_t *choice, struct sj_error *error);

/* Whether the word `name` stands anywhere in the document's file, outside of longer words: what no function names, no
 * function can ask for, and an engine need not keep. */
bool sj_document_names(const struct sj_document *document, const char *name);

#endif
