/* The key of a request: what consistent hashing goes by.
 *
 * A real key is a user, a session or an object. Here it is one of a population of `count` keys, drawn for each request
 * from its number, hence the same for every attempt of it, and the same whatever policy is tried. The population is
 * uniform, or popular by Zipf's law: key k = 1, 2, ... with probability proportional to 1 / k^exponent. With no
 * population every request is a key of its own. */
#ifndef SJ_BALANCE_KEYS_H
#define SJ_BALANCE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

struct sj_keys {
  uint32_t count;     /* 0: every request is its own key */
  double *cumulative; /* Zipf: of the weights, `count` of them; else NULL */
};

/* exponent = 0: uniform. 8 bytes a key where it is not. False: no memory. */
bool sj_keys_create(struct sj_keys *keys, uint32_t count, double exponent);
void sj_keys_destroy(struct sj_keys *keys);

/* The key, 0 ... count - 1, of request `number` of the stream `stream_key`; with no population a number of its own.
 * O(log count) at most. */
uint64_t sj_keys_of(const struct sj_keys *keys, uint64_t stream_key, uint64_t number);

/* Where a key, or one of the points of a member, lies on the circle of 64-bit numbers; `salt` tells circles apart. */
uint64_t sj_key_hash(uint64_t salt, uint64_t value);

#endif
