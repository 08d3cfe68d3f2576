#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "web/call.h"

#define CONNECTIONS_PER_ADDRESS 256u /* where the options say nothing */

static void connect_peer(struct listener *listener, struct MHD_Connection *connection, void **socket_context)
{
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    unsigned     most = listener->options.connections_per_address;
    struct peer *peer = calloc(1, sizeof *peer);

    if (!peer)
        abort();
    *socket_context = peer;
    client_of_peer(address->client_addr, &peer->client);
    client_network(peer->client.address, peer->network);
    peer->is_proxy = strcmp(peer->client.address, listener->options.proxy) == 0;
    watchdog_enter(listener->watchdog, &peer->watched, socket->connect_fd);
    if (peer->is_proxy || (most == 0 && peer->client.is_loopback))
        return;
    peer->is_counted =
        tally_enter(listener->connections, peer->network, most ? most : CONNECTIONS_PER_ADDRESS);
    if (!peer->is_counted)
        shutdown(socket->connect_fd, SHUT_RDWR);
}

void peer_change(void *context, struct MHD_Connection *connection, void **socket_context,
                 enum MHD_ConnectionNotificationCode what)
{
    struct listener *listener = context;
    struct peer     *peer = *socket_context;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        connect_peer(listener, connection, socket_context);
        return;
    }
    if (peer->is_cut_short)
        linger_keep(listener->linger, peer->watched.descriptor);
    watchdog_leave(listener->watchdog, &peer->watched);
    if (peer->is_counted)
        tally_leave(listener->connections, peer->network);
    free(peer);
}
