/* The model file.
 *
 *   sojourn-learned 1\n            the format and its version
 *   {...}\n                        JSON on one line: method, features, step, sizes, how it was learned
 *   numbers                        IEEE 754 doubles, little end first, as many as "numbers" says
 *   32 bytes                       SHA-256 of all bytes before
 *
 * The numbers are: each feature's mean, each one's deviation; then of the autoencoder its parameters (each layer of the
 * encoder: weights by columns, bias; K by columns; b; the decoder's layers), of edmd K by columns, b, and the centres.
 * docs/learn.md describes the JSON. */
#ifndef SJ_LEARN_MODEL_FILE_H
#define SJ_LEARN_MODEL_FILE_H

#include "base/base.h"
#include "learn/learned.h"

/* The file's bytes, into `bytes`, which is empty before. */
void sj_learned_write(const struct sj_learned *model, struct sj_text *bytes);

/* Appends the checksum of what is there. */
void sj_learned_seal(struct sj_text *bytes);

/* What the bytes of a file say; `name` is for messages. SJ_INVALID as for sj_learned_load. */
enum sj_status sj_learned_parse(const char *bytes, size_t length, const char *name, struct sj_learned **model,
                                struct sj_error *error);

#endif
