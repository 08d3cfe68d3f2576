#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "endpoints/words.h"
#include "render/when.h"
#include "shared/label.h"
#include "web/rate_limit.h"
#include "web/reply.h"

#define MISSES_PER_MINUTE 30u

static bool missed(struct service *service, const struct request *request, struct error *error)
{
    const char *key = arena_format(request->arena, "sticker %s", request->address);

    if (rate_limit_take(service->misses, key, MISSES_PER_MINUTE, error))
        error_set(error, ERROR_NOT_FOUND, "This label is not known here");
    return false;
}

static bool show(const struct service *service, const struct request *request, struct reply *reply,
                 const struct label *label, const struct rows *rows, struct error *error)
{
    struct view *view = page_view(service, request, "");
    unsigned     level = service->config->found_level;

    view_text(view, "title", page_text(request, "Found this device?"));
    view_text(view, "code", words_code(request, label->code));
    if (rows_flag(rows, 0, "revoked")) {
        view_flag(view, "is_revoked", true);
        reply->status = 410;
    } else if (level >= 2 && rows_flag(rows, 0, "in_repair")) {
        view_flag(view, "shows_phase", true);
        view_text(view, "phase_label", words_column(request, rows, 0, "phase"));
        if (level >= 3 && !when_day_is_over(rows_text(rows, 0, "expected_on")))
            view_text(view, "expected_day",
                      when_day(request->arena, request->language, rows_text(rows, 0, "expected_on")));
    }
    return page_show(service, request, reply, "sticker", view, error);
}

/* Who works here goes straight to the bench; anyone else sees what the site's level allows. */
bool sticker_show(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct label label;
    struct error unreadable = {0};

    if (!request_only(request, "", error))
        return false;
    if (!label_parse(request_part(request, 0), &label, &unreadable))
        return missed(service, request, error);
    if (request->principal.roles & (MAY_TECHNICIAN | MAY_LEAD)) {
        reply_redirect(reply, arena_format(request->arena, "/bench?code=%s", label.code));
        return true;
    }
    SESSION           *session = pool_borrow(service->public_pool, service->config->session_wait_ms, error);
    const struct rows *rows = session ? QUERY(session, request->arena, SQL_FOUND, error, label.code) : NULL;

    if (!rows)
        return false;
    if (rows_count(rows) == 0 || service->config->found_level == 0)
        return missed(service, request, error);
    return show(service, request, reply, &label, rows, error);
}
