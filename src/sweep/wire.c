#include "sweep/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = sizeof(uint64_t), LARGEST = 1 << 30 };

/* ---- addresses ---- */

static void add_address(struct sj_meeting *meeting, const struct sockaddr *address, bool local) {
  char text[64];
  if (meeting->count == SJ_MOST_ADDRESSES) return;
  const void *bytes;
  bool loopback;
  if (address->sa_family == AF_INET) {
    const struct in_addr *const in = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    bytes = in;
    loopback = ntohl(in->s_addr) >> 24 == 127;
  } else {
    const struct in6_addr *const in6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    bytes = in6;
    loopback = IN6_IS_ADDR_LOOPBACK(in6);
    if (IN6_IS_ADDR_LINKLOCAL(in6)) return; /* another machine does not know which of its links */
  }
  if (loopback != local || !inet_ntop(address->sa_family, bytes, text, sizeof text)) return;
  memcpy(meeting->addresses[meeting->count++], text, sizeof text);
}

static void list_addresses(struct sj_meeting *meeting) {
  struct ifaddrs *all = NULL;
  if (getifaddrs(&all) != 0) return;
  for (int local = 0; local < 2; local++)
    for (const struct ifaddrs *i = all; i; i = i->ifa_next)
      if (i->ifa_addr && (i->ifa_flags & IFF_UP) &&
          (i->ifa_addr->sa_family == AF_INET || i->ifa_addr->sa_family == AF_INET6))
        add_address(meeting, i->ifa_addr, local);
  freeifaddrs(all);
}

/* A socket that takes both kinds of addresses, or where there is no IPv6 the older one. */
static int listening_socket(void) {
  const int no = 0;
  int made = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made >= 0) {
    const struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
    setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (bind(made, (const struct sockaddr *)&any, sizeof any) == 0 && listen(made, SOMAXCONN) == 0) return made;
    close(made);
  }
  made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const struct sockaddr_in any = {.sin_family = AF_INET};
  if (made >= 0 && bind(made, (const struct sockaddr *)&any, sizeof any) == 0 && listen(made, SOMAXCONN) == 0)
    return made;
  if (made >= 0) close(made);
  return -1;
}

enum sj_status sj_wire_listen(int *listener, struct sj_meeting *meeting, struct sj_error *error) {
  struct sockaddr_in6 name = {0}; /* the port of an older address lies at the same place */
  socklen_t length = sizeof name;
  *meeting = (struct sj_meeting){.valid = 1};
  *listener = listening_socket();
  if (*listener < 0) return sj_error_set(error, SJ_FAILED, "no socket for the other processes: %s", strerror(errno));
  if (getsockname(*listener, (struct sockaddr *)&name, &length) != 0 ||
      getrandom(meeting->token, sizeof meeting->token, 0) != (ssize_t)sizeof meeting->token) {
    close(*listener);
    return sj_error_set(error, SJ_FAILED, "no socket for the other processes: %s", strerror(errno));
  }
  meeting->port = ntohs(name.sin6_port);
  list_addresses(meeting);
  return SJ_OK;
}

void sj_wire_settle(int socket) {
  const int yes = 1, idle_s = 10, pause_s = 5, probes = 4, patience_ms = 30000;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &pause_s, sizeof pause_s);
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
}

static bool connect_within(int s, const struct sockaddr *address, socklen_t length, int milliseconds) {
  fcntl(s, F_SETFL, O_NONBLOCK);
  if (connect(s, address, length) != 0) {
    if (errno != EINPROGRESS) return false;
    struct pollfd wait = {.fd = s, .events = POLLOUT};
    int failure = 0;
    socklen_t size = sizeof failure;
    if (poll(&wait, 1, milliseconds) != 1) return false;
    if (getsockopt(s, SOL_SOCKET, SO_ERROR, &failure, &size) != 0 || failure) return false;
  }
  fcntl(s, F_SETFL, 0);
  return true;
}

static int try_address(const char *text, uint32_t port) {
  enum { PATIENCE_MS = 3000 };
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
  const bool old = inet_pton(AF_INET, text, &in.sin_addr) == 1;
  if (!old && inet_pton(AF_INET6, text, &in6.sin6_addr) != 1) return -1;
  const int s = socket(old ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0) return -1;
  const struct sockaddr *const address = old ? (const struct sockaddr *)&in : (const struct sockaddr *)&in6;
  if (connect_within(s, address, old ? sizeof in : sizeof in6, PATIENCE_MS)) return s;
  close(s);
  return -1;
}

enum sj_status sj_wire_connect(const struct sj_meeting *meeting, int *connected, struct sj_error *error) {
  for (uint32_t i = 0; i < meeting->count && i < SJ_MOST_ADDRESSES; i++) {
    *connected = try_address(meeting->addresses[i], meeting->port);
    if (*connected < 0) continue;
    sj_wire_settle(*connected);
    return SJ_OK;
  }
  return sj_error_set(error, SJ_FAILED, "the first process cannot be reached at %s or %u more addresses, port %u",
                      meeting->addresses[0], meeting->count ? meeting->count - 1 : 0, meeting->port);
}

/* ---- messages ---- */

static bool send_all(int s, const char *data, size_t size) {
  while (size > 0) {
    const ssize_t sent = send(s, data, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    data += sent;
    size -= (size_t)sent;
  }
  return true;
}

bool sj_wire_send(int s, enum sj_message kind, const struct sj_text *rest) {
  const uint64_t length = 1 + (rest ? rest->length : 0);
  const char byte = (char)kind;
  struct sj_text whole = {0};
  sj_text_add_bytes(&whole, (const char *)&length, sizeof length);
  sj_text_add_bytes(&whole, &byte, 1);
  if (rest && rest->length) sj_text_add_bytes(&whole, rest->data, rest->length);
  const bool sent = send_all(s, whole.data, whole.length);
  free(whole.data);
  return sent;
}

static bool receive_all(int s, char *data, size_t size) {
  while (size > 0) {
    const ssize_t got = recv(s, data, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    data += got;
    size -= (size_t)got;
  }
  return true;
}

bool sj_wire_receive(int s, enum sj_message *kind, struct sj_text *rest) {
  uint64_t length;
  char byte;
  rest->length = 0;
  if (!receive_all(s, (char *)&length, sizeof length) || length < 1 || length > LARGEST) return false;
  if (!receive_all(s, &byte, 1)) return false;
  *kind = (enum sj_message)byte;
  for (size_t left = length - 1; left > 0;) {
    char piece[1 << 16];
    const size_t size = left < sizeof piece ? left : sizeof piece;
    if (!receive_all(s, piece, size)) return false;
    sj_text_add_bytes(rest, piece, size);
    left -= size;
  }
  return true;
}

bool sj_wire_read(int s, struct sj_text *buffer) {
  char piece[1 << 16];
  for (;;) {
    const ssize_t got = recv(s, piece, sizeof piece, MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (got == 0) return false;
    sj_text_add_bytes(buffer, piece, (size_t)got);
    if ((size_t)got < sizeof piece) return true;
  }
}

size_t sj_wire_first(const struct sj_text *buffer, enum sj_message *kind, const char **at, size_t *size) {
  uint64_t length;
  if (buffer->length < HEADER) return 0;
  memcpy(&length, buffer->data, sizeof length);
  if (length < 1 || length > LARGEST) return SIZE_MAX;
  if (buffer->length - HEADER < length) return 0;
  *kind = (enum sj_message)buffer->data[HEADER];
  *at = buffer->data + HEADER + 1;
  *size = length - 1;
  return HEADER + length;
}
