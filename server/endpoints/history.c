/* The history of one device as technicians see it; the auditor's is audit_device.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "db/query.h"
#include "endpoints/device_card.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "endpoints/spent.h"
#include "endpoints/words.h"
#include "render/when.h"
#include "shared/uuid.h"
#include "web/reply.h"

#define PAGE_ROWS 100

struct history {
    struct service       *service;
    const struct request *request;
    struct session       *session;
    const char           *device_id;
    const struct rows    *facts, *events;
};

/* A name as it was sealed, or which record took it. */
static void add_name(const struct history *history, size_t i, const char *column, struct view *item,
                     const char *name)
{
    const struct request *request = history->request;
    const char *gone = rows_text(history->events, i, arena_format(request->arena, "%s_gone", column));
    const char *sealed = *column == 'a' ? column : arena_format(request->arena, "%s_name", column);

    view_text(item, name,
              *gone ? arena_format(request->arena, "(%s %s)", page_text(request, "erased: record"), gone)
                    : rows_text(history->events, i, sealed));
}

static void add_row(const struct history *history, size_t i, struct view *item)
{
    const struct request *request = history->request;
    const struct rows    *rows = history->events;
    unsigned              flags = (unsigned)rows_integer(rows, i, "flags");

    view_number(item, "number", (long)rows_integer(rows, i, "device_seq") + 1);
    view_text(item, "when",
              when_moment(request->arena, request->language, rows_integer(rows, i, "happened_at")));
    view_text(item, "what", words_event(request, rows, i));
    view_text(item, "said", words_said(request, rows, i));
    add_name(history, i, "from", item, "from");
    add_name(history, i, "to", item, "to");
    add_name(history, i, "actor", item, "by");
    view_flag(item, "moved", rows_flag(rows, i, "moved"));
    view_text(item, "place", rows_text(rows, i, "place"));
    view_text(item, "note", rows_text(rows, i, "public_note"));
    view_text(item, "private", rows_text(rows, i, "private_note"));
    view_flag(item, "corrected", rows_flag(rows, i, "corrected"));
    view_text(item, "receipt_href",
              arena_format(request->arena, "/events/%s/receipt", rows_text(rows, i, "event_id")));
    view_text(item, "flags", words_flags(request, rows_text(rows, i, "kind"), flags & ~(2u | 256u)));
    words_overtaken(request, rows, i, item);
    view_text(item, "late",
              flags & 2u ? arena_format(request->arena, "%s %s", page_text(request, "recorded"),
                                        when_moment_inside(request->arena, request->language,
                                                           rows_integer(rows, i, "recorded_at")))
                         : "");
}

/* What can be said from the rows alone; proof against those who rule the database comes with sealing. */
static bool add_verdict(const struct history *history, struct view *view, struct error *error)
{
    const struct request *request = history->request;
    const struct rows    *broken =
        QUERY(history->session, request->arena, SQL_DEVICE_CHECK, error, history->device_id);
    struct view *verdict = view_within(view, "verdict");

    if (!broken)
        return false;
    if (rows_count(broken) == 0) {
        view_text(verdict, "tone", "ok");
        view_format(verdict, "sentence", "%" PRId64 " %s", rows_integer(history->facts, 0, "device_seq") + 1,
                    page_text(request, "records, in an unbroken order."));
        view_text(verdict, "detail",
                  page_text(request,
                            "Numbers, times and holders follow from one record to the next. Checked now."));
    } else {
        view_text(verdict, "tone", "red");
        view_format(verdict, "sentence", "%s %" PRId64 ".",
                    page_text(request, "The order is broken at record"),
                    rows_integer(broken, 0, "device_seq") + 1);
        view_text(verdict, "detail",
                  page_text(request, "This record does not follow from the one before it. Tell the auditor "
                                     "of your organisation."));
    }
    return true;
}

static void add_facts(const struct history *history, struct view *view)
{
    static const char *const same[][2] = {{"number", "number"}, {"problem", "problem"},
                                          {"owner", "owner"},   {"from", "custodian"},
                                          {"place", "place"},   {"aliases", "aliases"}};
    const struct request    *request = history->request;
    const char              *away = words_away(request, rows_text(history->facts, 0, "outcome"));
    const char              *called =
        words_device(request, rows_text(history->facts, 0, "name"), rows_text(history->facts, 0, "code"),
                     rows_text(history->facts, 0, "aliases"));

    for (size_t i = 0; i < COUNT_OF(same); i++)
        view_text(view, same[i][0], words_kept(request, rows_text(history->facts, 0, same[i][1])));
    view_text(view, "name",
              rows_flag(history->facts, 0, "identified") ? called : page_text(request, "Unknown device"));
    view_text(view, "title", called);
    view_text(view, "code", words_code(request, rows_text(history->facts, 0, "code")));
    if (*rows_text(history->facts, 0, "code"))
        view_text(view, "label_href",
                  arena_format(request->arena, "/labels/%s", rows_text(history->facts, 0, "code")));
    view_text(view, "away_label", away);
    view_text(view, "step_label", words_column(request, history->facts, 0, "step"));
    view_text(view, "waiting_label", words_column(request, history->facts, 0, "waiting"));
    view_text(view, "bench_href", arena_format(request->arena, "/bench?device=%s", history->device_id));
    view_text(view, "csv_href", arena_format(request->arena, "/devices/%s/csv", history->device_id));
    view_text(view, "json_href", arena_format(request->arena, "/devices/%s/json", history->device_id));
    if (rows_flag(history->facts, 0, "returned") && !*away)
        view_text(view, "returned_href",
                  arena_format(request->arena, "/devices/%s/returned", history->device_id));
    view_flag(view, "may_link", *rows_text(history->facts, 0, "number"));
}

static bool load(struct history *history, const char *before, const char *limit, struct error *error)
{
    const struct request *request = history->request;
    char                  id[UUID_SIZE];

    if (!uuid_parse_any(request_part(request, 0), id))
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    history->device_id = arena_copy(request->arena, id);
    history->facts = QUERY(history->session, request->arena, SQL_DEVICE_FACTS, error, history->device_id);
    if (!history->facts)
        return false;
    if (rows_count(history->facts) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    history->events =
        QUERY(history->session, request->arena, SQL_DEVICE_EVENTS, error, history->device_id, before, limit);
    return history->events != NULL;
}

static bool show(struct history *history, struct reply *reply, struct error *error)
{
    const struct request *request = history->request;
    const char           *before = request_query(request, "before");
    struct view          *view = page_view(history->service, request, "nav_devices");
    long                  oldest;

    if (strlen(before) > 9 || before[strspn(before, "0123456789")] != '\0')
        return error_field(error, "before", "'before' is a whole number");
    if (!load(history, *before ? before : "2147483647", "100", error) || !add_verdict(history, view, error) ||
        !device_card_after_undo(history->session, request, history->device_id, view, error))
        return false;
    add_facts(history, view);
    if (rows_count(history->events) < PAGE_ROWS)
        spent_add(request, history->events, rows_count(history->events), "happened_at", view);
    for (size_t i = 0; i < rows_count(history->events); i++)
        add_row(history, i, view_append(view, "rows"));
    oldest = rows_count(history->events)
                 ? (long)rows_integer(history->events, rows_count(history->events) - 1, "device_seq")
                 : 0;
    view_text(view, "older", oldest > 0 ? arena_format(request->arena, "?before=%ld", oldest) : "");
    return page_show(history->service, request, reply, "history", view, error);
}

bool device_show(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    SESSION       *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    struct history history = {.service = service, .request = request, .session = session};

    return session && request_only(request, "before", error) && show(&history, reply, error);
}
