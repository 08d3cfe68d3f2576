/* call.h: one request as libmicrohttpd knows it; web's own, shared by the files that speak with that library.
 */
#ifndef WEB_CALL_H
#define WEB_CALL_H

#include <microhttpd.h>
#include <pthread.h>

#include "web/exchange.h"
#include "web/linger.h"
#include "web/tally.h"
#include "web/watchdog.h"
#include "web/workers.h"

#define LISTENER_LOOPS 2 /* epoll threads, each with a daemon of its own on the same socket */

struct listener {
    struct listener_options options;
    struct MHD_Daemon      *daemons[LISTENER_LOOPS];
    int                     sockets[LISTENER_LOOPS]; /* -1: handed over to the daemon, or none */
    int                     pulse;                   /* a timer that wakes the loops */
    unsigned                port;
    struct watchdog        *watchdog;
    struct workers         *workers;
    struct linger_room     *linger;
    struct tally           *connections, *requests; /* of each address */

    pthread_mutex_t    lock; /* of what follows */
    pthread_cond_t     fewer;
    unsigned           active;    /* calls that were handed to a worker and are not completed */
    unsigned           suspended; /* connections that wait for a worker */
    bool               is_stopping, is_late;
    unsigned long long answered[6], took_us, refused;
};

/* A connection. */
struct peer {
    struct watched watched; /* stays first */
    struct client  client;
    char           network[CLIENT_ADDRESS_SIZE];
    bool           is_counted, is_proxy;
    bool           is_cut_short; /* its last answer came before the end of the request */
    unsigned       requests;
};

enum stage { STAGE_HEAD, STAGE_REFUSED, STAGE_BODY, STAGE_WORK, STAGE_SENT };

struct call {
    struct work            work; /* stays first */
    struct listener       *listener;
    struct peer           *peer;
    struct MHD_Connection *connection;
    struct exchange       *exchange;
    enum stage             stage;
    char                   network[CLIENT_ADDRESS_SIZE]; /* whom it is counted for; "" : not counted */
    bool                   is_active;
    struct buffer          piece; /* of a long answer */
    size_t                 piece_sent;
    bool                   is_ended, is_cut;
};

/* What libmicrohttpd calls: at the request line, for head, body and end of a request, when all is over; and
 * for a connection that came or goes. */
void           *call_begin(void *context, const char *target, struct MHD_Connection *connection);
enum MHD_Result call_request(void *context, struct MHD_Connection *connection, const char *path,
                             const char *method, const char *version, const char *bytes, size_t *byte_count,
                             void **state);
void            call_complete(void *context, struct MHD_Connection *connection, void **state,
                              enum MHD_RequestTerminationCode why);
void            peer_change(void *context, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode what);

/* Takes the connection out of its loop, for a worker to bring back; false when the listener is stopping. */
bool call_suspend(struct call *call) MUST_USE;
void call_resume(struct call *call);

/* Queues the exchange's reply. MHD_NO: the connection must be closed. */
enum MHD_Result answer_send(struct call *call) MUST_USE;

/* The response of a reply that is a stream. */
struct MHD_Response *stream_response(struct call *call) MUST_USE;

#endif
