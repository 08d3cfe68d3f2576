/* Lists: repairs that are open, what a lead should look at. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/query.h"
#include "endpoints/bench_find.h"
#include "endpoints/endpoints.h"
#include "endpoints/find_device.h"
#include "endpoints/page.h"
#include "endpoints/search_link.h"
#include "endpoints/unknown_devices.h"
#include "endpoints/words.h"
#include "render/when.h"
#include "shared/label.h"
#include "web/reply.h"

#define PAGE_ROWS  50
#define PAGE_TEXT  "50"
#define LATEST_SEQ "9223372036854775807"

static bool is_number(const char *text)
{
    return strlen(text) <= 18 && text[strspn(text, "0123456789")] == '\0';
}

static const char *span_since(const struct request *request, int64_t ms)
{
    int64_t now = when_now();

    return when_span(request->arena, request->language, ms < now ? now - ms : 0);
}

static void add_repair(const struct request *request, const struct rows *rows, size_t i, struct view *item)
{
    static const char *const same[][2] = {
        {"number", "number"}, {"owner", "owner"}, {"problem", "problem"}, {"holder", "custodian"}};

    for (size_t n = 0; n < COUNT_OF(same); n++)
        view_text(item, same[n][0], words_kept(request, rows_text(rows, i, same[n][1])));
    view_text(item, "name",
              words_device(request, rows_text(rows, i, "name"), rows_text(rows, i, "code"),
                           rows_text(rows, i, "serial")));
    view_text(item, "href",
              arena_format(request->arena, "/bench?device=%s", rows_text(rows, i, "device_id")));
    view_text(item, "code", words_code(request, rows_text(rows, i, "code")));
    view_text(item, "away_label", words_away(request, rows_text(rows, i, "outcome")));
    view_text(item, "step_label", words_column(request, rows, i, "step"));
    view_text(item, "waiting_label", words_column(request, rows, i, "waiting"));
    view_text(item, "expected",
              when_short(request->arena, request->language, rows_text(rows, i, "expected_on")));
    view_flag(item, "late", rows_flag(rows, i, "late"));
    view_text(item, "age", span_since(request, rows_integer(rows, i, "opened_at")));
    view_text(item, "step_age",
              *rows_text(rows, i, "step") ? span_since(request, rows_integer(rows, i, "step_since")) : "");
}

static bool add_steps(struct session *session, const struct request *request, const char *chosen,
                      struct view *view, struct error *error)
{
    const struct rows *steps = query_run(session, request->arena, SQL_STEPS, NULL, 0, error);

    for (size_t i = 0; steps && i < rows_count(steps); i++) {
        struct view *item = view_append(view, "steps");

        view_text(item, "name", rows_text(steps, i, "name"));
        view_text(item, "label", words_column(request, steps, i, "label"));
        view_flag(item, "chosen", strcmp(rows_text(steps, i, "name"), chosen) == 0);
    }
    return steps != NULL;
}

/* The orders of the list: what is asked, and from where on. */
struct order {
    const char    *name;
    enum statement query;
    const char    *from; /* microseconds since 1970 */
};

static const struct order orders[] = {
    {"", SQL_REPAIRS_OPEN, "4102444800000000"},
    {"step", SQL_REPAIRS_LONGEST, "0"},
};

/* Where a page goes on, "MICROSECONDS.NUMBER" or "MICROSECONDS.DEVICE": of those of one moment each has its
 * turn. */
struct behind {
    char moment[19], which[37]; /* both "": at the beginning */
};

static bool read_behind(const char *text, struct behind *behind, struct error *error)
{
    int whole = 0;

    *behind = (struct behind){0};
    (void)sscanf(text, "%18[0-9]%n.%36[-R0-9a-f]%n", behind->moment, &whole, behind->which, &whole);
    return text[whole] == '\0' || error_field(error, "before", "'before' is what the page before says");
}

static const struct order *order_of(const char *name, struct error *error)
{
    for (size_t i = 0; i < COUNT_OF(orders); i++)
        if (strcmp(orders[i].name, name) == 0)
            return &orders[i];
    error_field(error, "sort", "There is no such order");
    return NULL;
}

static void add_asked(const struct request *request, struct view *view)
{
    static const char *const same[][2] = {{"asked", "q"}, {"step_asked", "step"}, {"sort_asked", "sort"}};

    for (size_t i = 0; i < COUNT_OF(same); i++)
        view_text(view, same[i][0], request_query(request, same[i][1]));
    view_flag(view, "only_late", *request_query(request, "late") != '\0');
}

/* The code of a label in the text; "": none. */
static const char *label_in(const struct request *request, const char *text)
{
    struct label label;

    return label_parse(text, &label, &(struct error){0}) ? arena_copy(request->arena, label.code) : "";
}

static bool list_repairs(struct service *service, const struct request *request, struct reply *reply,
                         const char *asked, const struct order *order, const struct behind *behind,
                         struct error *error)
{
    const char        *step = request_query(request, "step"), *late = request_query(request, "late");
    struct view       *view = page_view(service, request, "nav_devices");
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *rows =
        session ? QUERY(session, request->arena, order->query, error, step, asked,
                        *behind->moment ? behind->moment : order->from, PAGE_TEXT, when_today(request->arena),
                        *late ? "true" : "false", label_in(request, asked), behind->which)
                : NULL;

    if (!rows || !add_steps(session, request, step, view, error) ||
        (*asked && rows_count(rows) == 0 && !*behind->moment &&
         !bench_find_all(session, request, asked, view, error)))
        return false;
    view_text(view, "title", page_text(request, "Devices in repair"));
    add_asked(request, view);
    for (size_t i = 0; i < rows_count(rows); i++)
        add_repair(request, rows, i, view_append(view, "rows"));
    view_text(view, "older", rows_count(rows) == PAGE_ROWS ? rows_text(rows, PAGE_ROWS - 1, "behind") : "");
    return page_show(service, request, reply, "repairs", view, error);
}

bool devices_list(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    const char         *asked, *step, *late, *sort, *problem = NULL;
    const struct order *order;
    struct behind       behind;

    if (!request_only(request, "q step late sort before", error) ||
        !request_line(request, "late", "Late", 0, 1, &late, error) ||
        !request_line(request, "q", "Search", 0, 120, &asked, error) ||
        !request_line(request, "sort", "Order", 0, 10, &sort, error) ||
        !request_line(request, "step", "Step", 0, 40, &step, error))
        return false;
    if (!(order = order_of(sort, error)) || !read_behind(request_query(request, "before"), &behind, error))
        return false;
    asked = find_device_trim(request, asked);
    if (!search_is_link(request, asked))
        return list_repairs(service, request, reply, asked, order, &behind, error);
    if (!search_open_link(service, request, reply, asked, &problem, error))
        return false;
    return !problem || error_set(error, ERROR_NOT_FOUND, "No repair has this tracking link");
}

/* Which device, as a lead may look for it: its model, the code of its label, its serial number. */
static void add_device(const struct request *request, const struct rows *rows, size_t i, struct view *item)
{
    const char *name = rows_text(rows, i, "device"), *id = rows_text(rows, i, "device_id");

    view_text(item, "name", *name ? name : page_text(request, "Unknown device"));
    view_text(item, "code", words_code(request, rows_text(rows, i, "code")));
    view_text(item, "serial", rows_text(rows, i, "serial"));
    view_text(item, "href", *id ? arena_format(request->arena, "/audit/devices/%s", id) : "");
}

static void add_event(const struct request *request, const struct rows *rows, size_t i, struct view *item)
{
    view_text(item, "seq", rows_text(rows, i, "seq"));
    view_text(item, "when",
              when_moment(request->arena, request->language, rows_integer(rows, i, "recorded_at")));
    add_device(request, rows, i, item);
    view_text(item, "what", words_event(request, rows, i));
    view_text(item, "to", rows_text(rows, i, "to_name"));
    view_text(item, "by", rows_text(rows, i, "actor"));
    view_text(
        item, "flags",
        words_flags(request, rows_text(rows, i, "kind"), (unsigned)rows_integer(rows, i, "flags") & ~2u));
}

static bool add_flagged(struct session *session, const struct request *request, struct view *view,
                        struct error *error)
{
    const char *before = request_query(request, "before");

    if (!is_number(before))
        return error_field(error, "before", "'before' is a whole number");
    const struct rows *rows =
        QUERY(session, request->arena, SQL_LEDGER_FLAGGED, error, *before ? before : LATEST_SEQ, PAGE_TEXT);

    for (size_t i = 0; rows && i < rows_count(rows); i++)
        add_event(request, rows, i, view_append(view, "rows"));
    if (rows && rows_count(rows) == PAGE_ROWS)
        view_text(view, "older",
                  arena_format(request->arena, "?before=%s", rows_text(rows, PAGE_ROWS - 1, "seq")));
    return rows != NULL;
}

/* What was scanned stands for a device that nobody knows. */
static void add_review(const struct request *request, const struct rows *rows, size_t i, struct view *item)
{
    const char *scanned = rows_text(rows, i, "scanned"), *code = words_code(request, scanned);

    view_text(item, "id", rows_text(rows, i, "id"));
    view_text(item, "why", words_message(request, rows_text(rows, i, "why")));
    view_text(item, "by", rows_text(rows, i, "actor"));
    view_text(item, "when",
              when_moment(request->arena, request->language, rows_integer(rows, i, "received_at")));
    add_device(request, rows, i, item);
    view_text(item, "what", words_event(request, rows, i));
    if (!*rows_text(rows, i, "device_id"))
        view_text(item, "serial", *code ? code : scanned);
}

/* What waits for a lead, and how many more did not fit among it. */
static bool add_reviews(struct session *session, const struct request *request, struct view *view,
                        struct error *error)
{
    const struct rows *reviews = query_run(session, request->arena, SQL_REVIEWS, NULL, 0, error);

    for (size_t i = 0; reviews && i < rows_count(reviews); i++)
        add_review(request, reviews, i, view_append(view, "reviews"));
    view_flag(view, "has_reviews", reviews && rows_count(reviews) > 0);
    if (reviews && rows_count(reviews) > 0 && rows_integer(reviews, 0, "left_out") > 0)
        view_text(view, "left_out", rows_text(reviews, 0, "left_out"));
    return reviews != NULL;
}

/* Numbers that scanners counted and that never came. */
static bool add_gaps(struct session *session, const struct request *request, struct view *view,
                     struct error *error)
{
    const struct rows *gaps = query_run(session, request->arena, SQL_SCANNER_GAPS, NULL, 0, error);

    for (size_t i = 0; gaps && i < rows_count(gaps); i++) {
        struct view *item = view_append(view, "gaps");
        const char  *first = rows_text(gaps, i, "first"), *last = rows_text(gaps, i, "last");

        view_text(item, "name", rows_text(gaps, i, "name"));
        view_text(item, "numbers",
                  strcmp(first, last) ? arena_format(request->arena, "%s – %s", first, last) : first);
        view_text(item, "tag", rows_flag(gaps, i, "revoked") ? page_text(request, "revoked") : "");
    }
    view_flag(view, "has_gaps", gaps && rows_count(gaps) > 0);
    return gaps != NULL;
}

static bool add_refused(struct session *session, const struct request *request, struct view *view,
                        struct error *error)
{
    const struct rows *refused = query_run(session, request->arena, SQL_SCANNER_REFUSED, NULL, 0, error);

    for (size_t i = 0; refused && i < rows_count(refused); i++) {
        struct view *item = view_append(view, "refused");

        view_text(item, "name", rows_text(refused, i, "name"));
        view_text(item, "number", rows_text(refused, i, "number"));
        view_text(item, "why", words_message(request, rows_text(refused, i, "why")));
        view_text(item, "when",
                  when_moment(request->arena, request->language, rows_integer(refused, i, "at")));
    }
    view_flag(view, "has_refused", refused && rows_count(refused) > 0);
    return refused != NULL;
}

bool exceptions_show(struct service *service, const struct request *request, struct reply *reply,
                     struct error *error)
{
    struct view *view = page_view(service, request, "nav_exceptions");

    if (!request_only(request, "before", error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session || !unknown_devices_add(session, request, view, error) ||
        !add_reviews(session, request, view, error) || !add_gaps(session, request, view, error) ||
        !add_refused(session, request, view, error) || !add_flagged(session, request, view, error))
        return false;
    view_text(view, "title", page_text(request, "Exceptions"));
    view_text(view, "heading", page_text(request, "Exceptions"));
    view_text(view, "lead", page_text(request, "What was recorded, but deserves a look."));
    return page_show(service, request, reply, "ledger", view, error);
}

bool exceptions_settle(struct service *service, const struct request *request, struct reply *reply,
                       struct error *error)
{
    const char *id = request_field(request, "id");

    if (!request_only(request, "id", error))
        return false;
    if (!*id || !is_number(id))
        return error_field(error, "id", "'id' is a whole number");
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session ||
        !WRITE(session, request->arena, SQL_REVIEW_SETTLE, error, id, request->principal.actor_id))
        return false;
    reply_redirect(reply, "/exceptions");
    return true;
}
