/* client.h: whom we are talking to, by address. */
#ifndef WEB_CLIENT_H
#define WEB_CLIENT_H

#include <stdbool.h>
#include <sys/socket.h>

#include "shared/compiler.h"

#define CLIENT_ADDRESS_SIZE 64

struct client {
    char address[CLIENT_ADDRESS_SIZE]; /* "192.0.2.7", "2001:db8::1" */
    bool is_loopback;
};

void client_of_peer(const struct sockaddr *peer, struct client *client);

/* The client behind the one proxy that is believed: the rightmost hop of X-Forwarded-For, which the proxy
 * itself wrote. Never loopback. Where the header names no address, the client stays the proxy. `forwarded`
 * may be NULL. */
void client_of_proxy(const char *forwarded, struct client *client);

/* Who is counted together: an IPv4 address, or the /64 of an IPv6 one ("2001:db8:0:1::"). */
void client_network(const char *address, char network[CLIENT_ADDRESS_SIZE]);

#endif
