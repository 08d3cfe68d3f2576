/*
 * listener.h: takes HTTP requests from the network and has the routes answer them.
 *
 * The only place that decides on threads: libmicrohttpd's two epoll threads parse; a complete request is
 * suspended and handed to a pool of workers that run the handler and resume it. The guard refuses what
 * libmicrohttpd 0.9.75 lets through; the watchdog closes connections by absolute age.
 */
#ifndef WEB_LISTENER_H
#define WEB_LISTENER_H

#include <stdbool.h>

#include "shared/error.h"
#include "web/request.h"
#include "web/router.h"

struct listener;

/* Finds out who is asking (cookie, bearer token) and fills in request->principal. Runs on a worker, before
 * the role check. false: the error is the answer. */
typedef bool authenticator(struct service *service, struct request *request, struct error *error);

/* Turns an error into a body: an HTML page for DOOR_PAGE, problem+json for DOOR_API. reply->status is set
 * already. */
typedef void error_page(struct service *service, const struct request *request, struct reply *reply,
                        const struct error *error);

/* The best language for an Accept-Language header, which may be NULL: text_negotiate() of render/text.h. */
typedef const char *language_chooser(const char *accept_language);

/* Where a number may be 0, it then means what stands behind it. */
struct listener_options {
    const char *address;
    unsigned    port;    /* 0: any free one, see listener_port() */
    const char *host;    /* the only Host that is answered, in the form "name" or "name:port"; others: 421.
                          * A client on this machine may also say "localhost:port" or "127.0.0.1:port". */
    bool        secure;  /* people reach us by https: HSTS, and forms must come from https://host */
    const char *proxy;   /* "" : none */
    unsigned    workers; /* requests that are handled at once; 0: 64 */
    unsigned    waiting; /* requests that may wait for a worker, others get 503; 0: four for each worker */
    unsigned    connections_per_address;     /* 0: 256, and this machine's own are not counted */
    unsigned    requests_per_address;        /* handled or waiting; 0: 64, this machine's own not counted */
    unsigned    head_ms, whole_ms, piece_ms; /* see watchdog.h; 0: 10 s, 30 s, 5 s */
    const struct route *routes;
    size_t              route_count;
    struct service     *service;
    struct listener   **self; /* set before the first request comes, for handlers; may be NULL */
    authenticator      *authenticate;
    error_page         *error_page;
    language_chooser   *choose_language; /* NULL: English, unless ?lang= says otherwise */
};

/* ERROR_UNAVAILABLE names the address when it cannot be listened on. ERROR_INTERNAL: a route without a role.
 * The caller stops the listener before it frees what the service points to. */
struct listener *listener_start(const struct listener_options *options, struct error *error) MUST_USE;

/* Refuses new requests, finishes those that run or wait (at most 10 s; a handler that takes longer is waited
 * for), ends the threads. NULL is allowed. */
void listener_stop(struct listener *listener);

unsigned listener_port(const struct listener *listener);

/* For /metrics. Counters only grow. */
struct listener_state {
    unsigned connections, waiting, running; /* requests that wait for a worker; that a worker is at */
    unsigned long long requests[6];         /* by status class: [2] is 2xx */
    unsigned long long seconds_total_us;
    unsigned long long refused_by_guard, closed_by_watchdog;
};
void listener_state(struct listener *listener, struct listener_state *state);

#endif
