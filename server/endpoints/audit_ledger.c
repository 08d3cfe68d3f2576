/* The ledger as an auditor reads it, in the order of recording, and the search for one device. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/entry.h"
#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/find_device.h"
#include "endpoints/log_keys.h"
#include "endpoints/page.h"
#include "endpoints/verdict.h"
#include "endpoints/words.h"
#include "render/when.h"
#include "web/reply.h"

#define WINDOW 50 /* numbers on a page: events, and entries that are none */

/* A code, a serial number, or the number of a repair. */
static bool find_for_audit(struct session *session, const struct request *request, const char *asked,
                           const char **device_id, const char **problem, struct error *error)
{
    struct found_device found;
    const struct rows  *repair = QUERY(session, request->arena, SQL_REPAIR_FIND, error, asked);

    if (!repair || !find_device(session, request, asked, &found, error))
        return false;
    *device_id = rows_count(repair) ? rows_text(repair, 0, "device_id") : found.device_id;
    *problem = found.matches ? page_text(request, "Several devices have this number; use the label's code")
                             : found.problem;
    if (!**device_id && *found.unlinked)
        *problem = page_text(request, "This label is new: it belongs to no device yet.");
    return true;
}

struct audited_ledger {
    const struct request *request;
    struct session       *session;
    struct verdict        verdict;
    const struct rows    *events, *notices;
    int64_t               from, until;
};

static const char *number(struct arena *arena, int64_t value)
{
    return arena_format(arena, "%" PRId64, value);
}

static void add_event(const struct audited_ledger *ledger, size_t i, struct view *item)
{
    const struct request *request = ledger->request;
    const struct rows    *rows = ledger->events;
    int64_t               seq = rows_integer(rows, i, "seq");
    const char           *holder = verdict_name(rows_text(rows, i, "holder"));
    const char           *by = verdict_name(rows_text(rows, i, "recorder"));

    view_text(item, "number", rows_text(rows, i, "seq"));
    view_text(item, "when",
              when_moment(request->arena, request->language, rows_integer(rows, i, "recorded_ms")));
    view_text(item, "name",
              *rows_text(rows, i, "device") ? rows_text(rows, i, "device")
                                            : page_text(request, "Unknown device"));
    view_text(item, "code", words_code(request, rows_text(rows, i, "code")));
    view_text(item, "href",
              arena_format(request->arena, "/audit/devices/%s", rows_text(rows, i, "device_id")));
    view_text(item, "what", words_event(request, rows, i));
    view_text(
        item, "flags",
        words_flags(request, rows_text(rows, i, "kind"), (unsigned)rows_integer(rows, i, "flags") & ~2u));
    view_text(
        item, "to",
        *holder ? holder
                : verdict_erased(&ledger->verdict, request, rows_integer(rows, i, "holder_seq"), TAG_HOLDER));
    view_text(item, "by", *by ? by : verdict_erased(&ledger->verdict, request, seq, TAG_RECORDER));
    verdict_proof(request, &ledger->verdict.check.results[i], item);
}

/* What went wrong, as the sealer found it: the numbers are those of docs/ledger.md. */
static void add_incident(const struct request *request, const struct rows *rows, size_t i, struct view *item)
{
    static const char *const words[] = {
        "Something went wrong", "The database was restored from an older copy", "The clock went back"};
    int64_t incident = rows_integer(rows, i, "incident");

    view_text(item, "what",
              page_text(request, words[incident > 0 && incident < (int64_t)COUNT_OF(words) ? incident : 0]));
    if (incident == INCIDENT_BEHIND)
        verdict_lost(rows, i, view_within(item, "lost"));
}

static void add_notice(const struct audited_ledger *ledger, size_t i, struct view *item)
{
    static const struct {
        int64_t     type;
        const char *words;
    } types[] = {{2, "Values were erased"}, {5, "A new key was announced"}, {6, "The log begins"}};
    const struct request *request = ledger->request;
    const struct rows    *rows = ledger->notices;

    view_text(item, "number", rows_text(rows, i, "seq"));
    view_text(item, "when",
              when_moment(request->arena, request->language, rows_integer(rows, i, "recorded_ms")));
    for (size_t n = 0; n < COUNT_OF(types); n++)
        if (types[n].type == rows_integer(rows, i, "type"))
            view_text(item, "what", page_text(request, types[n].words));
    view_text(item, "reason", words_column(request, rows, i, "reason"));
    if (rows_integer(rows, i, "type") == ENTRY_INCIDENT)
        add_incident(request, rows, i, item);
    if (!rows_null(rows, i, "of_seq")) {
        view_text(item, "of_seq", rows_text(rows, i, "of_seq"));
        view_text(item, "href",
                  arena_format(request->arena, "/audit/devices/%s", rows_text(rows, i, "device_id")));
    }
    view_text(
        item, "by",
        rows_flag(rows, i, "put_back")
            ? page_text(request, "put back after a restore: who asked for it was lost with the database")
            : verdict_name(rows_text(rows, i, "value")));
    verdict_proof(request, &ledger->verdict.check.notice_results[i], item);
}

static void add_hole(const struct seal_gap *gap, struct view *hole)
{
    view_number(hole, "first", (long)gap->first);
    view_number(hole, "last", (long)gap->last);
    view_flag(hole, "several", gap->last > gap->first);
}

static int64_t seq_at(const struct rows *rows, size_t i)
{
    return i < rows_count(rows) ? rows_integer(rows, i, "seq") : -1;
}

/* Events, notices and holes in one descending order. */
static void add_rows(const struct audited_ledger *ledger, struct view *view)
{
    const struct seal_check *check = &ledger->verdict.check;
    size_t                   event = 0, notice = 0, gap = 0;

    for (;;) {
        int64_t of_event = seq_at(ledger->events, event), of_notice = seq_at(ledger->notices, notice);
        int64_t of_gap = gap < check->gap_count ? check->gaps[gap].first : -1;

        if (of_event < 0 && of_notice < 0 && of_gap < 0)
            return;
        if (of_gap > of_event && of_gap > of_notice)
            add_hole(&check->gaps[gap++], view_within(view_append(view, "rows"), "hole"));
        else if (of_event > of_notice)
            add_event(ledger, event++, view_within(view_append(view, "rows"), "event"));
        else
            add_notice(ledger, notice++, view_within(view_append(view, "rows"), "notice"));
    }
}

static int descending(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;

    return (*a < *b) - (*a > *b);
}

static void find_gaps(struct audited_ledger *ledger)
{
    size_t   events = rows_count(ledger->events), notices = rows_count(ledger->notices);
    int64_t *numbers = ARENA_NEW(ledger->request->arena, int64_t, events + notices + 1);

    for (size_t i = 0; i < events; i++)
        numbers[i] = seq_at(ledger->events, i);
    for (size_t i = 0; i < notices; i++)
        numbers[events + i] = seq_at(ledger->notices, i);
    qsort(numbers, events + notices, sizeof *numbers, descending);
    seal_check_gaps(&ledger->verdict.check, numbers, events + notices, ledger->until - 1, ledger->from);
}

static bool load(struct audited_ledger *ledger, const char *before, struct error *error)
{
    struct arena      *arena = ledger->request->arena;
    const struct rows *head = query_run(ledger->session, arena, SQL_SEAL_HEAD, NULL, 0, error);
    const char        *from, *until;

    if (!head)
        return false;
    ledger->until = rows_integer(head, 0, "next_seq");
    if (*before && strtoll(before, NULL, 10) < ledger->until)
        ledger->until = strtoll(before, NULL, 10);
    ledger->from = ledger->until > WINDOW ? ledger->until - WINDOW : 0;
    from = number(arena, ledger->from);
    until = number(arena, ledger->until);
    ledger->events = QUERY(ledger->session, arena, SQL_AUDIT_LEDGER_ROWS, error, from, until);
    if (!ledger->events || !seal_check_rows(&ledger->verdict.check, ledger->events, error))
        return false;
    ledger->notices = QUERY(ledger->session, arena, SQL_AUDIT_NOTICES, error, from, until);
    if (!ledger->notices || !seal_check_notices(&ledger->verdict.check, ledger->notices, error))
        return false;
    find_gaps(ledger);
    return true;
}

static bool show(struct service *service, const struct request *request, struct session *session,
                 const char *before, struct view *view, struct error *error)
{
    struct audited_ledger ledger = {.request = request, .session = session};

    if (!verdict_begin(&ledger.verdict, service, request, session, view, error) ||
        !load(&ledger, before, error))
        return false;
    verdict_add(&ledger.verdict, request, "seq", 0, view);
    add_rows(&ledger, view);
    view_text(view, "older",
              ledger.from > 0 ? arena_format(request->arena, "?before=%" PRId64, ledger.from) : "");
    return true;
}

bool audit_search(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct view *view = page_view(service, request, "nav_audit");
    const char  *asked, *device_id = "", *problem = NULL, *before = request_query(request, "before");

    if (!request_only(request, "code before", error) ||
        !request_line(request, "code", "Code", 0, 200, &asked, error))
        return false;
    if (strlen(before) > 18 || before[strspn(before, "0123456789")] != '\0')
        return error_field(error, "before", "'before' is a whole number");
    SESSION *session = pool_borrow(service->audit_pool, service->config->session_wait_ms, error);

    if (!session || (*asked && !find_for_audit(session, request, asked, &device_id, &problem, error)))
        return false;
    if (*device_id) {
        reply_redirect(reply, arena_format(request->arena, "/audit/devices/%s", device_id));
        return true;
    }
    view_text(view, "title", page_text(request, "History"));
    view_text(view, "asked", asked);
    view_text(view, "error", problem);
    view_flag(view, "subject_ledger", true);
    view_text(view, "again_href", "/audit");
    view_text(view, "evidence_href", "/audit/evidence");
    view_text(view, "folder", "spoor-ledger");
    view_text(view, "id", "");
    view_text(view, "verifier_key", log_keys_current(service, session, request->arena));
    return show(service, request, session, before, view, error) &&
           page_show(service, request, reply, "audit_ledger", view, error);
}
