#include "web/exchange.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "render/text.h"
#include "shared/log.h"
#include "web/csrf.h"

#define REPLY_LIMIT ((size_t)8 * 1024 * 1024) /* bytes; longer answers are streams */

/* What everybody may read where the true message is for the log only. */
static const char *const public_sentence[ERROR_KIND_COUNT] = {
    [ERROR_NONE] = "Something broke on our side.",
    [ERROR_INTERNAL] = "Something broke on our side.",
    [ERROR_UNAVAILABLE] = "This cannot be done just now; please try again in a moment.",
    [ERROR_UNKNOWN_OUTCOME] =
        "We cannot tell yet whether this was recorded; please send it again, it is recorded once only.",
};

int64_t exchange_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Differs for each request of this process, and hardly meets those of an earlier one. */
static const char *next_id(struct arena *arena)
{
    static _Atomic uint64_t next;
    uint64_t                seed = atomic_load(&next), none = 0;

    if (seed == 0 && getrandom(&seed, sizeof seed, 0) == (ssize_t)sizeof seed)
        atomic_compare_exchange_strong(&next, &none, seed | 1);
    return arena_format(arena, "%016llx", (unsigned long long)atomic_fetch_add(&next, 1));
}

struct exchange *exchange_new(const struct listener_options *options, const char *target)
{
    struct arena    *arena = arena_new();
    struct exchange *exchange = ARENA_NEW(arena, struct exchange, 1);
    struct request  *request = &exchange->request;

    exchange->options = options;
    exchange->target = target ? arena_copy(arena, target) : NULL;
    exchange->reply =
        (struct reply){.status = 200, .type = "text/html; charset=utf-8", .body.limit = REPLY_LIMIT};
    request->arena = arena;
    request->id = next_id(arena);
    request->method = request->version = request->body = "";
    request->path = target ? arena_format(arena, "%.*s", (int)strcspn(target, "?"), target) : "";
    request->language = "en";
    request->principal = (struct principal){
        .actor_id = "", .party_id = "", .name = "", .login = "", .place_id = "", .form_token = ""};
    return exchange;
}

static bool refuse_head(struct exchange *exchange, const struct guard_refusal *refusal)
{
    exchange->must_close = true;
    exchange_refuse(exchange, refusal->status, &refusal->error);
    return false;
}

/* What stands after the address's question mark; it may name the language, if we have it. */
static bool read_query(struct exchange *exchange, struct form *query, struct error *error)
{
    struct request *request = &exchange->request;
    const char     *mark = exchange->target ? strchr(exchange->target, '?') : NULL, *wanted;

    if (!form_parse(request->arena, mark ? mark + 1 : "", mark ? strlen(mark + 1) : 0, query, error))
        return false;
    request->query = query->fields;
    request->query_count = query->count;
    wanted = request_query(request, "lang");
    if (strcmp(wanted, "en") == 0)
        request->language = "en";
    for (const struct text_language *language = text_languages; language->code; language++)
        if (strcmp(wanted, language->code) == 0)
            request->language = language->code;
    return true;
}

static bool find_route(struct exchange *exchange, bool has_body)
{
    const struct listener_options *options = exchange->options;
    struct request                *request = &exchange->request;
    struct form                    query;
    struct error                   error;

    request->route = router_find(options->routes, options->route_count, request->method, request->path,
                                 &request->parts, &error);
    if (request->route)
        return true;
    router_allow(options->routes, options->route_count, request->path, exchange->allow,
                 sizeof exchange->allow);
    if (exchange->allow[0] == '\0')
        (void)snprintf(exchange->allow, sizeof exchange->allow, "GET, HEAD, POST");
    /* A body that nobody asked for is not awaited. */
    exchange->must_close = exchange->must_close || has_body;
    (void)read_query(exchange, &query, &(struct error){0});
    exchange_refuse(exchange, 0, &error);
    return false;
}

bool exchange_accept_head(struct exchange *exchange, const struct guard_head *head)
{
    struct request      *request = &exchange->request;
    struct guard_refusal refusal = {0};

    exchange->began_us = exchange_now_us();
    request->method = arena_copy(request->arena, head->method ? head->method : "");
    request->version = arena_copy(request->arena, head->version ? head->version : "");
    request->address = exchange->client.address;
    request->from_loopback = exchange->client.is_loopback;
    if (exchange->options->choose_language)
        request->language = exchange->options->choose_language(guard_header(head, "Accept-Language"));
    if (!guard_frame(head, &refusal) ||
        !guard_host(head, exchange->options->host, exchange->client.is_loopback, exchange->port, &refusal))
        return refuse_head(exchange, &refusal);
    exchange->host = guard_header(head, "Host");
    if (!find_route(exchange, guard_length(head) > 0))
        return false;
    if (!guard_body(head, request->route, &refusal))
        return refuse_head(exchange, &refusal);
    request->headers = ARENA_NEW(request->arena, struct field, head->header_count + 1);
    memcpy(request->headers, head->headers, head->header_count * sizeof *head->headers);
    request->header_count = head->header_count;
    exchange->body.limit = guard_length(head);
    return true;
}

void exchange_add_body(struct exchange *exchange, const char *bytes, size_t count)
{
    buffer_add(&exchange->body, bytes, count);
}

static bool read_fields(struct exchange *exchange, struct error *error)
{
    struct request *request = &exchange->request;
    struct form     query, form = {0};

    if (!read_query(exchange, &query, error))
        return false;
    if (exchange->body.length > 0) {
        request->body = exchange->body.text;
        request->body_length = exchange->body.length;
    }
    if (request->route->door == DOOR_PAGE &&
        !form_parse(request->arena, request->body, request->body_length, &form, error))
        return false;
    request->form = form.fields;
    request->form_count = form.count;
    for (size_t i = 0; i < query.count; i++)
        if (form_find(&form, query.fields[i].name))
            return error_field(error, query.fields[i].name,
                               "The field \"%s\" was sent in the address and in the form.",
                               query.fields[i].name);
    return true;
}

static bool check_role(const struct request *request, struct error *error)
{
    unsigned may = request->route->may;

    if (may & (MAY_ANYONE | request->principal.roles) || (may & MAY_LOOPBACK && request->from_loopback))
        return true;
    if (request->principal.roles == 0)
        return error_set(error, ERROR_UNAUTHENTICATED, "Please sign in first.");
    return error_set(error, ERROR_FORBIDDEN, "Your account is not allowed to do this.");
}

static bool check_form(const struct exchange *exchange, struct error *error)
{
    const struct request *request = &exchange->request;

    if (request->route->door != DOOR_PAGE || strcmp(request->method, "POST") != 0)
        return true;
    return csrf_check(
        request,
        arena_format(request->arena, "%s://%s", exchange->options->secure ? "https" : "http", exchange->host),
        error);
}

static bool handle(struct exchange *exchange, struct error *error)
{
    const struct listener_options *options = exchange->options;
    struct request                *request = &exchange->request;

    if (!read_fields(exchange, error) ||
        (options->authenticate && !options->authenticate(options->service, request, error)) ||
        !check_role(request, error) || !check_form(exchange, error))
        return false;
    if (!request->route->handle(options->service, request, &exchange->reply, error))
        return false;
    if (exchange->reply.body.overflowed)
        return error_set(error, ERROR_INTERNAL, "the answer is larger than %zu bytes",
                         exchange->reply.body.limit);
    return true;
}

static void note_etag(struct exchange *exchange)
{
    const struct reply *reply = &exchange->reply;

    if (!reply->revalidate || reply->status != 200 || reply->stream)
        return;
    exchange->etag = reply->etag.text[0] ? reply->etag
                     : reply->fixed      ? etag_of(reply->fixed, reply->fixed_length)
                                         : etag_of(reply->body.text, reply->body.length);
    exchange->has_etag = true;
    exchange->is_not_modified =
        etag_matches(&exchange->etag, request_header(&exchange->request, "If-None-Match"));
}

void exchange_run(struct exchange *exchange)
{
    struct error error = {0};
    bool         is_done = handle(exchange, &error);

    exchange->stream_is_open = exchange->reply.stream_end != NULL;
    if (is_done)
        note_etag(exchange);
    else
        exchange_refuse(exchange, 0, &error);
    if (!exchange->reply.stream || strcmp(exchange->request.method, "HEAD") == 0)
        exchange_end_stream(exchange);
    exchange->took_us = exchange_now_us() - exchange->began_us;
}

/* What of the error anyone may read. */
static struct error public_error(const struct exchange *exchange, const struct error *error)
{
    struct error copy = *error;

    if (public_sentence[error->kind])
        error_set(&copy, error->kind, "%s The number of this request is %s.", public_sentence[error->kind],
                  exchange->request.id);
    return copy;
}

void exchange_refuse(struct exchange *exchange, unsigned status, const struct error *error)
{
    const struct listener_options *options = exchange->options;
    struct reply                  *reply = &exchange->reply;
    struct error                   shown = public_error(exchange, error);

    exchange_end_stream(exchange);
    buffer_free(&reply->body);
    *reply = (struct reply){.status = status ? status : reply_status_of(error->kind),
                            .close = reply->close,
                            .type = "text/plain; charset=utf-8",
                            .body.limit = REPLY_LIMIT};
    exchange->failure = *error;
    exchange->retry_after_s = error->retry_after_s;
    if (options->error_page)
        options->error_page(options->service, &exchange->request, reply, &shown);
    else
        buffer_format(&reply->body, "%s\n", shown.message);
    exchange->took_us = exchange_now_us() - exchange->began_us;
}

void exchange_end_stream(struct exchange *exchange)
{
    if (exchange->stream_is_open)
        exchange->reply.stream_end(exchange->reply.stream_context);
    exchange->stream_is_open = false;
}

/* Never the address itself: a tracking link is a secret. */
void exchange_log(const struct exchange *exchange, bool is_sent)
{
    const struct request *request = &exchange->request;
    unsigned              status = exchange->is_not_modified ? 304 : exchange->reply.status;
    const char           *route = request->route ? request->route->pattern : "-";
    char                  method[16], status_text[16], took_ms[32];

    (void)snprintf(method, sizeof method, "%s", request->method);
    (void)snprintf(status_text, sizeof status_text, "%u", status);
    (void)snprintf(took_ms, sizeof took_ms, "%.1f", (double)exchange->took_us / 1000.0);
    log_line(LOG_LEVEL_INFO, "msg", "request", "method", method, "route", route, "status", status_text, "ms",
             took_ms, "id", request->id, "actor", request->principal.actor_id, "sent", is_sent ? "yes" : "no",
             NULL);
    if (status >= 500 && exchange->failure.kind != ERROR_NONE)
        log_line(exchange->failure.kind == ERROR_INTERNAL ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "msg",
                 "request failed", "id", request->id, "route", route, "kind",
                 error_word(exchange->failure.kind), "error", exchange->failure.message, NULL);
}

void exchange_free(struct exchange *exchange)
{
    buffer_free(&exchange->body);
    buffer_free(&exchange->reply.body);
    arena_free(exchange->request.arena);
}
