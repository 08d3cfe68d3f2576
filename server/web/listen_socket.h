/* listen_socket.h: a TCP socket that takes connections. */
#ifndef WEB_LISTEN_SOCKET_H
#define WEB_LISTEN_SOCKET_H

#include "shared/error.h"

/* `address` is numeric: "127.0.0.1", "::". `port` 0: any free one; `bound` tells which. Returns the
 * descriptor, which the caller closes, or -1: ERROR_UNAVAILABLE names address and port. */
int listen_socket_open(const char *address, unsigned port, unsigned *bound, struct error *error) MUST_USE;

#endif
