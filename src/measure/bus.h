/* The message bus: publishers, a broker that forwards (measure/broker.h), subscribers, on ZeroMQ.
 *
 * What travels is a handle, alone or with a payload behind it in the same message. A handle is SJ_BUS_HANDLE bytes,
 * little endian:
 *
 *   bytes       what
 *     0 ..   3  magic: "SjBh"; subscriptions are to it
 *     4         version of this form: 1
 *     5         kind: 0 data, 1 control, 2 statistics
 *     6 ..   7  producer, from 0
 *     8 ..  11  incarnation: how often that producer was started before
 *    12 ..  15  the ring in which the payload lies; 0: it is behind the handle
 *    16 ..  19  slot of the ring
 *    20 ..  23  zero
 *    24 ..  31  sequence: of data, numbered by each producer from 0 over all incarnations; else what `value` is of
 *    32 ..  39  intended: when the message was to be sent, in ns of CLOCK_MONOTONIC
 *    40 ..  47  claimed: when it took its place in the queue, likewise
 *    48 ..  55  published: when it was complete and handed over, likewise
 *    56 ..  63  generation of the slot
 *    64 ..  71  publication: the ring's number of the message
 *    72 ..  79  bytes of the payload
 *    80 ..  87  checksum of the payload
 *    88 ..  95  value: of control its number, of statistics a count
 *    96 .. 103  checksum of bytes 0 .. 95: FNV-1a (64 bits) over their 12 words of 64 bits, its upper half then xor-ed
 *               into the lower one
 *
 * Nothing is dropped on the way: a publisher whose queue is full waits (high-water marks with XPUB_NODROP), and so does
 * the broker. Sockets reconnect by themselves when the broker was restarted; what it held is lost, what publishers and
 * subscribers hold is not.
 *
 * A bus is for one process (transport inproc: for the threads of one), made after fork(). Each publisher and subscriber
 * is used by one thread. */
#ifndef SJ_MEASURE_BUS_H
#define SJ_MEASURE_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/status.h"

enum { SJ_BUS_HANDLE = 104, SJ_BUS_ENDPOINT = 108 };
enum sj_bus_kind { SJ_BUS_DATA, SJ_BUS_CONTROL, SJ_BUS_STATISTICS };

struct sj_bus_handle {
  uint64_t sequence, intended_ns, claimed_ns, published_ns, generation, publication, bytes, checksum, value;
  uint32_t incarnation, ring, slot;
  uint16_t producer;
  uint8_t kind; /* of enum sj_bus_kind */
};

void sj_bus_handle_encode(const struct sj_bus_handle *handle, unsigned char bytes[SJ_BUS_HANDLE]);
/* False: not a handle, of another version, or damaged. */
bool sj_bus_handle_decode(const unsigned char *bytes, size_t size, struct sj_bus_handle *handle);

/* ---- a process on the bus ---- */

struct sj_bus;
/* Whether this program was built with the bus. */
bool sj_bus_built(void);
/* Loads ZeroMQ. SJ_FAILED: it is not there, or this program was built without it. sj_bus_close waits until what was
 * sent is on its way, at most a few seconds after the peer is gone; sockets are closed before. */
enum sj_status sj_bus_open(struct sj_bus **bus, struct sj_error *error);
void sj_bus_close(struct sj_bus *bus); /* NULL is allowed */

enum sj_bus_outcome { SJ_BUS_DONE, SJ_BUS_WAITING, SJ_BUS_BROKEN };

/* ---- publishing ---- */

struct sj_bus_publisher;
/* `most` is the high-water mark: messages kept here before sending waits, at least 1. */
enum sj_status sj_bus_publisher_create(struct sj_bus *bus, const char *endpoint, unsigned most,
                                       struct sj_bus_publisher **publisher, struct sj_error *error);
void sj_bus_publisher_destroy(struct sj_bus_publisher *publisher); /* NULL is allowed */

/* Waits for the broker's subscription, before which all that is sent would go nowhere. SJ_BUS_WAITING after `wait_ms`.
 */
enum sj_bus_outcome sj_bus_publisher_ready(struct sj_bus_publisher *publisher, int wait_ms);

/* Memory for a payload of `bytes`, which goes behind the next handle that is sent; NULL: no memory. What was there
 * before is gone. */
void *sj_bus_payload(struct sj_bus_publisher *publisher, size_t bytes);

/* Sends a handle, with the payload if `with_payload`. SJ_BUS_WAITING after `wait_ms` (0: at once) in which the queue
 * stayed full: nothing was sent, and it may be called again. */
enum sj_bus_outcome sj_bus_send(struct sj_bus_publisher *publisher, const struct sj_bus_handle *handle,
                                bool with_payload, int wait_ms);

/* ---- receiving ---- */

struct sj_bus_subscriber;
enum sj_status sj_bus_subscriber_create(struct sj_bus *bus, const char *endpoint, unsigned most,
                                        struct sj_bus_subscriber **subscriber, struct sj_error *error);
void sj_bus_subscriber_destroy(struct sj_bus_subscriber *subscriber); /* NULL is allowed */

/* What arrived: the payload is NULL if none was behind the handle, and belongs to the subscriber until the next call.
 * `good` is false where the handle is damaged. */
struct sj_bus_arrival {
  struct sj_bus_handle handle;
  const void *payload;
  size_t payload_bytes, bytes; /* of the payload, of the whole message */
  bool good;
};
/* SJ_BUS_WAITING: nothing came for `wait_ms` (0: it does not wait). */
enum sj_bus_outcome sj_bus_receive(struct sj_bus_subscriber *subscriber, int wait_ms, struct sj_bus_arrival *arrival);

#endif
