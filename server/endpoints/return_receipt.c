/* What the owner gets when the device goes back: on paper, with the seal of the hand-over. */
#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "endpoints/receipt_seal.h"
#include "endpoints/words.h"
#include "render/qr.h"
#include "shared/uuid.h"
#include "web/reply.h"

/* What is lost or stolen was not returned. */
static long find_return(const struct request *request, const struct rows *events)
{
    for (size_t i = 0; i < rows_count(events); i++)
        if (strcmp(rows_text(events, i, "kind"), "returned") == 0 && !rows_flag(events, i, "corrected") &&
            !*words_away(request, rows_text(events, i, "outcome")))
            return (long)i;
    return -1;
}

/* The secret of the tracking link is nowhere kept, so the label's address is what the code on this receipt
 * says. */
static bool add_code(const struct service *service, const struct request *request, const char *code,
                     struct view *view, struct error *error)
{
    const char *url = arena_format(request->arena, "%s/d/%s", service->config->base_url, code);
    struct qr   qr;

    if (*code == '\0')
        return true;
    if (!qr_make(request->arena, url, &qr, error))
        return false;
    view_text(view, "qr", qr_data_uri(request->arena, &qr));
    return true;
}

static bool show(const struct service *service, const struct request *request, struct session *session,
                 struct reply *reply, const struct rows *facts, const struct rows *events, size_t n,
                 struct error *error)
{
    struct view *view = page_view(service, request, "nav_devices"), *returned = view_within(view, "returned");

    view_text(view, "title", rows_text(facts, 0, "number"));
    view_text(view, "number", rows_text(facts, 0, "number"));
    view_text(view, "device_name", rows_text(facts, 0, "name"));
    view_text(view, "code", words_code(request, rows_text(facts, 0, "code")));
    view_text(view, "owner", words_kept(request, rows_text(facts, 0, "owner")));
    view_text(view, "problem", words_kept(request, rows_text(facts, 0, "problem")));
    view_text(view, "condition", rows_text(facts, 0, "condition"));
    view_text(view, "accessories", rows_text(facts, 0, "accessories"));
    view_text(view, "expected", "");
    view_text(view, "device_href",
              arena_format(request->arena, "/devices/%s", rows_text(facts, 0, "device_id")));
    view_text(returned, "when", receipt_moment(request, rows_integer(events, n, "happened_at")));
    view_text(returned, "by", rows_text(events, n, "actor"));
    view_text(returned, "outcome", words_outcome(request, rows_text(events, n, "outcome")));
    view_text(returned, "note", rows_text(events, n, "public_note"));
    receipt_seal_add(session, request, rows_integer(events, n, "seq"), view);
    return add_code(service, request, rows_text(facts, 0, "code"), view, error) &&
           page_show(service, request, reply, "receipt", view, error);
}

bool return_receipt(struct service *service, const struct request *request, struct reply *reply,
                    struct error *error)
{
    char               id[UUID_SIZE];
    const struct rows *facts, *events;

    if (!request_only(request, "", error))
        return false;
    if (!uuid_parse_any(request_part(request, 0), id))
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    facts = session ? QUERY(session, request->arena, SQL_DEVICE_FACTS, error, id) : NULL;
    events = facts ? QUERY(session, request->arena, SQL_DEVICE_EVENTS, error, id, "2147483647", "100") : NULL;
    if (!events)
        return false;
    if (rows_count(facts) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    if (find_return(request, events) < 0)
        return error_set(error, ERROR_NOT_FOUND, "This device was not returned yet");
    return show(service, request, session, reply, facts, events, (size_t)find_return(request, events), error);
}
