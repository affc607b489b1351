#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "trace/internal.h"

enum { CHUNK = 1 << 16, LARGE = 1 << 20 };

static void *run(void *context) {
  struct sj_trace_hash *const hash = context;
  unsigned char *const chunk = malloc(CHUNK);
  if (!chunk) {
    hash->failure = ENOMEM;
    return NULL;
  }
  SHA2_CTX sha;
  SHA256Init(&sha);
  off_t position = 0;
  ssize_t got;
  while ((got = pread(hash->fd, chunk, CHUNK, position)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    SHA256Update(&sha, chunk, (size_t)got);
    position += got;
  }
  hash->failure = got < 0 ? errno : 0;
  free(chunk);
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Final(digest, &sha);
  for (size_t i = 0; i < sizeof digest; i++) snprintf(hash->hex + 2 * i, 3, "%02x", (unsigned)digest[i]);
  return NULL;
}

void sj_trace_hash_start(struct sj_trace_hash *hash, int fd, int64_t size) {
  *hash = (struct sj_trace_hash){.fd = fd};
  hash->threaded = size >= LARGE && pthread_create(&hash->thread, NULL, run, hash) == 0;
  if (!hash->threaded) run(hash);
}

int sj_trace_hash_end(struct sj_trace_hash *hash) {
  if (hash->threaded) pthread_join(hash->thread, NULL);
  return hash->failure;
}
