#include "web/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static void fill_in_v4(const struct in_addr *address, struct client *client)
{
    (void)inet_ntop(AF_INET, address, client->address, sizeof client->address);
    client->is_loopback = ntohl(address->s_addr) >> 24 == 127;
}

static void fill_in_v6(const struct in6_addr *address, struct client *client)
{
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        struct in_addr v4;

        memcpy(&v4, address->s6_addr + 12, sizeof v4);
        fill_in_v4(&v4, client);
        return;
    }
    (void)inet_ntop(AF_INET6, address, client->address, sizeof client->address);
    client->is_loopback = IN6_IS_ADDR_LOOPBACK(address);
}

void client_of_peer(const struct sockaddr *peer, struct client *client)
{
    *client = (struct client){.address = "unknown"};
    if (peer->sa_family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, peer, sizeof v4);
        fill_in_v4(&v4.sin_addr, client);
    } else if (peer->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;

        memcpy(&v6, peer, sizeof v6);
        fill_in_v6(&v6.sin6_addr, client);
    }
}

void client_of_proxy(const char *forwarded, struct client *client)
{
    const char     *hop = forwarded ? strrchr(forwarded, ',') : NULL;
    char            text[CLIENT_ADDRESS_SIZE] = "";
    struct in_addr  v4;
    struct in6_addr v6;

    hop = hop ? hop + 1 : forwarded;
    if (hop)
        (void)snprintf(text, sizeof text, "%.*s", (int)strcspn(hop + strspn(hop, " \t"), " \t"),
                       hop + strspn(hop, " \t"));
    if (inet_pton(AF_INET, text, &v4) == 1)
        fill_in_v4(&v4, client);
    else if (inet_pton(AF_INET6, text, &v6) == 1)
        fill_in_v6(&v6, client);
    client->is_loopback = false;
}

void client_network(const char *address, char network[CLIENT_ADDRESS_SIZE])
{
    struct in6_addr v6;

    if (inet_pton(AF_INET6, address, &v6) == 1) {
        memset(v6.s6_addr + 8, 0, 8);
        (void)inet_ntop(AF_INET6, &v6, network, CLIENT_ADDRESS_SIZE);
    } else {
        (void)snprintf(network, CLIENT_ADDRESS_SIZE, "%s", address);
    }
}
