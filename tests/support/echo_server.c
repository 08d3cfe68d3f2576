/*
 * echo_server.c: the listener with a few routes that show what reached a handler, for the tests of the wire.
 *
 *   echo_server [name=number ...]     names: port workers waiting connections requests head whole piece;
 * proxy=ADDRESS
 *
 * Prints its port on the first line; ends on SIGTERM, SIGINT, or when its input ends.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "web/listener.h"
#include "web/reply.h"
#include "web/request.h"

#define BODY_LIMIT ((size_t)65536)

struct service {
    struct listener *listener;
};

static void write_fields(struct buffer *out, const char *kind, const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "%s %s=%s\n", kind, fields[i].name, fields[i].value);
}

static bool echo(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    const char *header = request_header(request, "X-Test"), *cookie = request_cookie(request, "sid");

    (void)service;
    (void)error;
    reply->type = "text/plain; charset=utf-8";
    buffer_format(&reply->body, "echo %s %s\n", request->method, request->route->pattern);
    for (size_t i = 0; i < request->parts.count; i++)
        buffer_format(&reply->body, "part %s\n", request->parts.text[i]);
    write_fields(&reply->body, "query", request->query, request->query_count);
    write_fields(&reply->body, "form", request->form, request->form_count);
    buffer_format(&reply->body,
                  "body %zu\nheader %s\ncookie %s\nlogin %s\naddress %s\nloopback %d\nlanguage %s\n",
                  request->body_length, header ? header : "-", cookie ? cookie : "-",
                  request->principal.login, request->address, request->from_loopback, request->language);
    return true;
}

static bool checked(struct service *service, const struct request *request, struct reply *reply,
                    struct error *error)
{
    const char *title, *note, *device;

    (void)service;
    reply->type = "text/plain; charset=utf-8";
    if (!request_only(request, "title note device", error) ||
        !request_line(request, "title", "Title", 1, 40, &title, error) ||
        !request_text(request, "note", "Note", 0, 2000, &note, error) ||
        !request_uuid(request, "device", "Device", false, &device, error))
        return false;
    buffer_format(&reply->body, "title %s\nnote %zu\ndevice %s\n", title, strlen(note), device);
    return true;
}

static bool slow(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    const struct timespec pause = {.tv_nsec =
                                       1000000 * (strtol(request_query(request, "ms"), NULL, 10) % 1000)};

    nanosleep(&pause, NULL);
    return echo(service, request, reply, error);
}

static bool fail(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    (void)service;
    (void)request;
    buffer_text(&reply->body, "half a page");
    return error_set(error, ERROR_INTERNAL, "relation \"secret_table\" does not exist");
}

struct lines {
    unsigned long left;
    bool          fails;
};

static bool write_lines(void *context, struct buffer *out, struct error *error)
{
    struct lines *lines = context;

    for (unsigned n = 0; n < 1000 && lines->left > 0; n++, lines->left--)
        buffer_format(out, "line %lu of a long answer\n", lines->left);
    if (lines->left == 0 && lines->fails)
        return error_set(error, ERROR_INTERNAL, "the database went away");
    return lines->left > 0;
}

static void end_lines(void *context)
{
    struct lines *lines = context;

    (void)fprintf(stderr, "stream ended with %lu left\n", lines->left);
}

static bool stream(struct service *service, const struct request *request, struct reply *reply,
                   struct error *error)
{
    struct lines *lines = ARENA_NEW(request->arena, struct lines, 1);

    (void)service;
    (void)error;
    lines->left = strtoul(request_query(request, "lines"), NULL, 10);
    lines->fails = *request_query(request, "fails") != '\0';
    reply->type = "text/plain; charset=utf-8";
    buffer_text(&reply->body, "first\n");
    reply->stream = write_lines;
    reply->stream_end = end_lines;
    reply->stream_context = lines;
    return true;
}

static bool tagged(struct service *service, const struct request *request, struct reply *reply,
                   struct error *error)
{
    (void)service;
    (void)request;
    (void)error;
    reply->revalidate = true;
    buffer_text(&reply->body, "<p>the same each time");
    return true;
}

static bool fixed(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    static const char bytes[] = "fixed bytes";

    (void)service;
    (void)error;
    reply->fixed = bytes;
    reply->fixed_length = sizeof bytes - 1;
    reply->cacheable = true;
    reply_download(request, reply, "../fixed\r\nX-Bad: 1.txt");
    reply_header(reply, "X-Bad", "a\r\nb");
    return true;
}

static bool moved(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    (void)service;
    (void)request;
    (void)error;
    reply_redirect(reply, "/echo");
    return true;
}

static bool state(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct listener_state now;

    (void)request;
    (void)error;
    listener_state(service->listener, &now);
    reply->type = "application/json";
    buffer_format(
        &reply->body,
        "{\"connections\":%u,\"waiting\":%u,\"running\":%u,\"ok\":%llu,\"refused\":%llu,\"closed\":%llu}",
        now.connections, now.waiting, now.running, now.requests[2], now.refused_by_guard,
        now.closed_by_watchdog);
    return true;
}

/* Signed in is who has the cookie "sid=ada" or the bearer token "ada". */
static bool authenticate(struct service *service, struct request *request, struct error *error)
{
    const char *cookie = request_cookie(request, "sid"), *bearer = request_header(request, "Authorization");

    (void)service;
    if ((cookie && strcmp(cookie, "ada") == 0) || (bearer && strcmp(bearer, "Bearer ada") == 0)) {
        request->principal.roles = MAY_TECHNICIAN;
        request->principal.login = "ada";
        request->principal.actor_id = "00000000-0000-4000-8000-000000000001";
        request->principal.form_token = "right-token";
    } else if (bearer) {
        return error_set(error, ERROR_UNAUTHENTICATED, "This token is not known.");
    }
    return true;
}

static const char *choose_language(const char *accept_language)
{
    return accept_language && strncmp(accept_language, "nl", 2) == 0 ? "nl" : "en";
}

static const struct route routes[] = {
    {"GET", "/", echo, MAY_ANYONE, DOOR_PAGE, READS, 0, "root"},
    {"GET", "/echo", echo, MAY_ANYONE, DOOR_PAGE, READS, 0, "shows what came"},
    {"POST", "/echo", echo, MAY_ANYONE, DOOR_PAGE, WRITES, BODY_LIMIT, "shows what came"},
    {"POST", "/small", echo, MAY_ANYONE, DOOR_PAGE, WRITES, 16, "takes little"},
    {"POST", "/checked", checked, MAY_ANYONE, DOOR_PAGE, WRITES, BODY_LIMIT, "checked values"},
    {"GET", "/devices/{code}", echo, MAY_ANYONE, DOOR_PAGE, READS, 0, "a part"},
    {"GET", "/t/{link}", echo, MAY_ANYONE, DOOR_PAGE, READS, 0, "a secret part"},
    {"GET", "/d/{code}", echo, MAY_ANYONE, DOOR_PAGE, READS, 0, "a printed part"},
    {"GET", "/mine", echo, MAY_TECHNICIAN, DOOR_PAGE, READS, 0, "for technicians"},
    {"POST", "/mine", echo, MAY_TECHNICIAN, DOOR_PAGE, WRITES, BODY_LIMIT, "for technicians"},
    {"GET", "/lead", echo, MAY_LEAD, DOOR_PAGE, READS, 0, "for leads"},
    {"GET", "/local", echo, MAY_LOOPBACK, DOOR_API, READS, 0, "for this machine"},
    {"GET", "/state", state, MAY_ANYONE, DOOR_API, READS, 0, "counters"},
    {"GET", "/api/v1/echo", echo, MAY_TECHNICIAN, DOOR_API, READS, 0, "by bearer"},
    {"POST", "/api/v1/echo", echo, MAY_TECHNICIAN, DOOR_API, WRITES, BODY_LIMIT, "by bearer"},
    {"GET", "/slow", slow, MAY_ANYONE, DOOR_PAGE, READS, 0, "takes its time"},
    {"GET", "/fail", fail, MAY_ANYONE, DOOR_PAGE, READS, 0, "fails"},
    {"GET", "/stream", stream, MAY_ANYONE, DOOR_PAGE, READS, 0, "a long answer"},
    {"GET", "/tagged", tagged, MAY_ANYONE, DOOR_PAGE, READS, 0, "revalidated"},
    {"GET", "/fixed", fixed, MAY_ANYONE, DOOR_PAGE, READS, 0, "embedded"},
    {"GET", "/moved", moved, MAY_ANYONE, DOOR_PAGE, READS, 0, "elsewhere"},
};

static bool read_number(const char *argument, const char *name, unsigned *number)
{
    size_t length = strlen(name);

    if (strncmp(argument, name, length) != 0 || argument[length] != '=')
        return false;
    *number = (unsigned)strtoul(argument + length + 1, NULL, 10);
    return true;
}

static bool read_option(const char *argument, struct listener_options *options)
{
    if (strncmp(argument, "proxy=", 6) == 0)
        options->proxy = argument + 6;
    else if (strcmp(argument, "secure=1") == 0)
        options->secure = true;
    else
        return read_number(argument, "port", &options->port) ||
               read_number(argument, "workers", &options->workers) ||
               read_number(argument, "waiting", &options->waiting) ||
               read_number(argument, "connections", &options->connections_per_address) ||
               read_number(argument, "requests", &options->requests_per_address) ||
               read_number(argument, "head", &options->head_ms) ||
               read_number(argument, "whole", &options->whole_ms) ||
               read_number(argument, "piece", &options->piece_ms);
    return true;
}

static void wait_for_end(void)
{
    char byte;

    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
}

static void on_signal(int number)
{
    (void)number;
}

int main(int argc, char **argv)
{
    struct service          service = {0};
    struct listener        *listener;
    struct error            error = {0};
    const struct sigaction  action = {.sa_handler = on_signal};
    struct listener_options options = {.address = "127.0.0.1",
                                       .host = "spoor.test",
                                       .routes = routes,
                                       .proxy = "",
                                       .route_count = COUNT_OF(routes),
                                       .service = &service,
                                       .self = &service.listener,
                                       .authenticate = authenticate,
                                       .choose_language = choose_language};

    for (int i = 1; i < argc; i++)
        if (!read_option(argv[i], &options))
            return fprintf(stderr, "unknown option %s\n", argv[i]), 2;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    listener = listener_start(&options, &error);
    if (!listener)
        return fprintf(stderr, "%s\n", error.message), 1;
    printf("%u\n", listener_port(listener));
    (void)fflush(stdout);
    wait_for_end();
    listener_stop(listener);
    return 0;
}
