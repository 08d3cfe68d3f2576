/* Histories as files: CSV and JSON of one device, the whole ledger as a stream of bounded pieces. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/event_json.h"
#include "endpoints/page.h"
#include "ledger/recorder.h"
#include "render/csv.h"
#include "shared/moment.h"
#include "shared/uuid.h"
#include "web/reply.h"

#define PIECE_ROWS "500"

/* What stands in the file's columns. Those without a column of the row are worked out in csv_row(), in this
 * order. */
static const struct {
    const char *title, *column;
} columns[] = {
    {"seq", "seq"},
    {"event_id", "event_id"},
    {"device", NULL},
    {"code", NULL},
    {"kind", "kind"},
    {"happened_at", NULL},
    {"recorded_at", NULL},
    {"recorded_by", "actor"},
    {"from", "from_name"},
    {"to", "to_name"},
    {"place", "place"},
    {"step", "step"},
    {"reason", "reason"},
    {"flags", NULL},
    {"public_note", "public_note"},
    {"private_note", "private_note"},
    {"expected_on", "expected_on"},
    {"expected_before", "expected_before"},
    {"next_update_on", "next_update_on"},
    {"outcome", "outcome"},
    {"corrects", "corrects"},
    {"correction", "correction"},
};

static void csv_titles(struct buffer *out)
{
    buffer_text(out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        if (i > 0)
            buffer_text(out, ",");
        buffer_format(out, "\"%s\"", columns[i].title);
    }
    csv_line_end(out);
}

static void csv_row(struct arena *arena, struct buffer *out, const struct rows *rows, size_t i,
                    const char *device, const char *code)
{
    char        happened[MOMENT_SIZE], recorded[MOMENT_SIZE];
    const char *worked_out[] = {device, code, happened, recorded,
                                recorder_flag_words(arena, (unsigned)rows_integer(rows, i, "flags"))};
    size_t      next = 0;

    moment_format_utc(rows_integer(rows, i, "happened_at"), happened);
    moment_format_utc(rows_integer(rows, i, "recorded_at"), recorded);
    for (size_t n = 0; n < COUNT_OF(columns); n++)
        csv_field(out, columns[n].column ? rows_text(rows, i, columns[n].column) : worked_out[next++]);
    csv_line_end(out);
}

static bool load(struct session *session, const struct request *request, const struct rows **facts,
                 const struct rows **events, struct error *error)
{
    char id[UUID_SIZE];

    if (!request_only(request, "", error))
        return false;
    if (!uuid_parse_any(request_part(request, 0), id))
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    *facts = QUERY(session, request->arena, SQL_DEVICE_FACTS, error, id);
    if (!*facts)
        return false;
    if (rows_count(*facts) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    *events = QUERY(session, request->arena, SQL_DEVICE_EVENTS, error, id, "2147483647", "5000");
    return *events != NULL;
}

static const char *file_name(const struct request *request, const struct rows *facts, const char *ending)
{
    const char *code = rows_text(facts, 0, "code");

    return arena_format(request->arena, "spoor-%s.%s", *code ? code : "device", ending);
}

static bool export_csv(struct pool *pool, const struct service *service, const struct request *request,
                       struct reply *reply, struct error *error)
{
    SESSION           *session = pool_borrow(pool, service->config->session_wait_ms, error);
    const struct rows *facts = NULL, *events = NULL;

    if (!session || !load(session, request, &facts, &events, error))
        return false;
    reply->type = "text/csv; charset=utf-8";
    reply_download(request, reply, file_name(request, facts, "csv"));
    csv_titles(&reply->body);
    for (size_t i = 0; i < rows_count(events); i++)
        csv_row(request->arena, &reply->body, events, i, rows_text(facts, 0, "name"),
                rows_text(facts, 0, "code"));
    return true;
}

static bool export_json(struct pool *pool, const struct service *service, const struct request *request,
                        struct reply *reply, struct error *error)
{
    SESSION           *session = pool_borrow(pool, service->config->session_wait_ms, error);
    const struct rows *facts = NULL, *events = NULL;

    if (!session || !load(session, request, &facts, &events, error))
        return false;
    reply->type = "application/json";
    reply_download(request, reply, file_name(request, facts, "json"));
    event_json_device(request->arena, &reply->body, facts, events);
    return true;
}

bool device_csv(struct service *service, const struct request *request, struct reply *reply,
                struct error *error)
{
    return export_csv(service->pool, service, request, reply, error);
}

bool device_json(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    return export_json(service->pool, service, request, reply, error);
}

bool audit_device_csv(struct service *service, const struct request *request, struct reply *reply,
                      struct error *error)
{
    return export_csv(service->audit_pool, service, request, reply, error);
}

bool audit_device_json(struct service *service, const struct request *request, struct reply *reply,
                       struct error *error)
{
    return export_json(service->audit_pool, service, request, reply, error);
}

/* Each piece is a query of its own from where the last one ended: no open snapshot, no session held between
 * them. */
struct ledger_stream {
    struct service *service;
    int64_t         next_seq;
    bool            csv, begun;
};

static bool ledger_piece(void *context, struct buffer *out, struct error *error)
{
    struct ledger_stream *stream = context;
    ARENA                *arena = arena_new();
    SESSION              *session =
        pool_borrow(stream->service->audit_pool, stream->service->config->session_wait_ms, error);
    const struct rows *rows = session ? QUERY(session, arena, SQL_LEDGER_EVENTS, error,
                                              arena_format(arena, "%" PRId64, stream->next_seq), PIECE_ROWS)
                                      : NULL;

    if (!rows)
        return false;
    if (!stream->begun && stream->csv)
        csv_titles(out);
    stream->begun = true;
    for (size_t i = 0; i < rows_count(rows); i++) {
        if (stream->csv)
            csv_row(arena, out, rows, i, rows_text(rows, i, "device"), rows_text(rows, i, "code"));
        else
            event_json_line(arena, out, rows, i);
        stream->next_seq = rows_integer(rows, i, "seq") + 1;
    }
    return rows_count(rows) > 0;
}

static bool start(struct service *service, const struct request *request, struct reply *reply, bool csv,
                  struct error *error)
{
    struct ledger_stream *stream = calloc(1, sizeof *stream);
    const char           *since = request_query(request, "since");

    if (!stream)
        abort();
    *stream = (struct ledger_stream){.service = service, .csv = csv};
    if (strlen(since) > 18 || since[strspn(since, "0123456789")] != '\0') {
        free(stream);
        return error_field(error, "since", "'since' is the number of an event, from 0 on");
    }
    stream->next_seq = strtoll(*since ? since : "0", NULL, 10);
    reply->stream = ledger_piece;
    reply->stream_context = stream;
    reply->stream_end = free;
    return true;
}

bool ledger_csv(struct service *service, const struct request *request, struct reply *reply,
                struct error *error)
{
    if (!request_only(request, "since", error))
        return false;
    reply->type = "text/csv; charset=utf-8";
    reply_download(request, reply, "spoor-ledger.csv");
    return start(service, request, reply, true, error);
}

bool api_ledger(struct service *service, const struct request *request, struct reply *reply,
                struct error *error)
{
    if (!request_only(request, "since", error))
        return false;
    reply->type = "application/jsonl";
    return start(service, request, reply, false, error);
}
