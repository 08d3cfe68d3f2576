#include "web/listen_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

static bool prepare(int descriptor, const struct addrinfo *found)
{
    int yes = 1, no = 0;

    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0)
        return false;
    if (found->ai_family == AF_INET6 &&
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) != 0)
        return false;
    return bind(descriptor, found->ai_addr, found->ai_addrlen) == 0 && listen(descriptor, BACKLOG) == 0;
}

/* -1 with errno. */
static int open_one(const struct addrinfo *found)
{
    int descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (descriptor < 0 || prepare(descriptor, found))
        return descriptor;
    int cause = errno;

    close(descriptor);
    errno = cause;
    return -1;
}

static unsigned port_of(int descriptor)
{
    struct sockaddr_storage bound;
    socklen_t               size = sizeof bound;
    char                    port[16];

    if (getsockname(descriptor, (struct sockaddr *)&bound, &size) != 0 ||
        getnameinfo((struct sockaddr *)&bound, size, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0)
        return 0;
    return (unsigned)strtoul(port, NULL, 10);
}

int listen_socket_open(const char *address, unsigned port, unsigned *bound, struct error *error)
{
    const struct addrinfo wanted = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo      *found;
    char                  service[16];
    int                   code, descriptor;

    (void)snprintf(service, sizeof service, "%u", port);
    code = getaddrinfo(address, service, &wanted, &found);
    if (code != 0) {
        error_set(error, ERROR_UNAVAILABLE, "cannot listen on %s: %s", address, gai_strerror(code));
        return -1;
    }
    descriptor = open_one(found);
    if (descriptor < 0 && errno == EADDRINUSE)
        error_set(error, ERROR_CONFLICT, "port %u is in use by another program", port);
    else if (descriptor < 0)
        error_set(error, ERROR_UNAVAILABLE, "cannot listen on %s port %u: %s", address, port,
                  strerror(errno));
    else
        *bound = port_of(descriptor);
    freeaddrinfo(found);
    return descriptor;
}
