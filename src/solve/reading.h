/* Reading servers with timeouts and retries out of a model, for the chains of orbit.h and row.h; or why they cannot be
 * solved. */
#ifndef SJ_SOLVE_READING_H
#define SJ_SOLVE_READING_H

#include "model/model.h"
#include "solve/row.h"
#include "solve/space.h"

/* All servers that the clients' requests reach, as one row, callers first; its memory is the caller's, to be ended with
 * sj_row_clear. `index` (to be freed) holds the place of each in model->servers. `arriving` gets the
 * rate of each client's requests, all its members together. What the chains leave out, but do not
 * need refused, becomes notes of `space`.
 *
 * Several callers of one server are merged: their rates add up, their timeouts and retries are averaged by the rates at
 * which they call. SJ_INVALID with a line FILE:LINE for each thing that cannot be solved: an unbounded queue, service
 * that is not exponential, arrivals that are not Poisson (these two, and a drawn timeout, pass with
 * options->approximate, by their means), retries without a timeout, a caller without a timeout beside others with one,
 * and whatever acts on timeouts or queues in a way that the chains know nothing of. */
enum sj_status sj_read_row(const struct sj_model *model, const struct sj_space_options *options, struct sj_space *space,
                           double *arriving, struct sj_row *row, uint32_t **index, struct sj_error *error);

#endif
