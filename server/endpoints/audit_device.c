/* The history of one device as an auditor reads it: the verdict first, worked out anew at each look. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/log_keys.h"
#include "endpoints/page.h"
#include "endpoints/sealed_identity.h"
#include "endpoints/spent.h"
#include "endpoints/verdict.h"
#include "endpoints/words.h"
#include "ledger/sealer.h"
#include "render/when.h"
#include "shared/uuid.h"
#include "web/reply.h"

#define PAGE_ROWS 100
#define PAGE_TEXT "101" /* one more: who had it before the oldest that is shown */
#define LATEST    "2147483647"
#define FLAG_LATE 2u

struct audited {
    struct service       *service;
    const struct request *request;
    struct session       *session;
    const char           *device_id;
    struct verdict        verdict;
    const struct rows    *facts, *rows;
    size_t                shown;
};

/* A value from its opening, or who took it. */
static void add_value(const struct audited *audited, struct view *item, const char *name, const char *value,
                      int64_t seq, unsigned tag)
{
    const char *erased = *value ? NULL : verdict_erased(&audited->verdict, audited->request, seq, tag);

    view_text(item, name, value);
    view_text(item, arena_format(audited->request->arena, "%s_erased", name), erased);
}

static void add_values(const struct audited *audited, size_t i, struct view *item)
{
    const struct rows *rows = audited->rows;
    int64_t            seq = rows_integer(rows, i, "seq");

    add_value(audited, item, "to", verdict_name(rows_text(rows, i, "holder")),
              rows_integer(rows, i, "holder_seq"), TAG_HOLDER);
    add_value(audited, item, "by", verdict_name(rows_text(rows, i, "recorder")), seq, TAG_RECORDER);
    add_value(audited, item, "note", rows_text(rows, i, "public_note"), seq, TAG_PUBLIC_NOTE);
    add_value(audited, item, "private", rows_text(rows, i, "private_note"), seq, TAG_PRIVATE_NOTE);
    view_text(item, "place", verdict_name(rows_text(rows, i, "place")));
    if (strcmp(rows_text(rows, i, "from_id"), rows_text(rows, i, "to_id")) == 0)
        return;
    view_flag(item, "moved", true);
    if (i + 1 < rows_count(rows))
        add_value(audited, item, "from", verdict_name(rows_text(rows, i + 1, "holder")),
                  rows_integer(rows, i + 1, "holder_seq"), TAG_HOLDER);
}

static void add_times(const struct audited *audited, size_t i, struct view *item)
{
    const struct request *request = audited->request;
    int64_t               happened = rows_integer(audited->rows, i, "happened_ms");
    int64_t               recorded = rows_integer(audited->rows, i, "recorded_ms");

    view_text(item, "when", when_moment(request->arena, request->language, happened));
    if (!((unsigned)rows_integer(audited->rows, i, "flags") & FLAG_LATE))
        return;
    view_flag(item, "late", true);
    view_text(item, "recorded", when_moment_inside(request->arena, request->language, recorded));
    view_text(item, "later",
              when_span(request->arena, request->language, recorded > happened ? recorded - happened : 0));
}

static void add_row(const struct audited *audited, size_t i, struct view *item)
{
    const struct request *request = audited->request;
    const struct rows    *rows = audited->rows;
    unsigned              flags = (unsigned)rows_integer(rows, i, "flags");

    view_number(item, "number", (long)rows_integer(rows, i, "device_seq") + 1);
    view_number(item, "seq", (long)rows_integer(rows, i, "seq"));
    view_text(item, "what", words_event(request, rows, i));
    view_text(item, "said", words_said(request, rows, i));
    view_text(item, "flags", words_flags(request, rows_text(rows, i, "kind"), flags & ~FLAG_LATE));
    view_text(item, "receipt_href",
              arena_format(request->arena, "/audit/events/%s/receipt", rows_text(rows, i, "event_id")));
    if (!rows_null(rows, i, "corrected_by"))
        view_number(item, "corrected_by", (long)rows_integer(rows, i, "corrected_by") + 1);
    if (!rows_null(rows, i, "corrects_number"))
        view_number(item, "corrects", (long)rows_integer(rows, i, "corrects_number") + 1);
    words_overtaken(request, rows, i, item);
    add_times(audited, i, item);
    add_values(audited, i, item);
    verdict_proof(request, &audited->verdict.check.results[i], item);
}

/* Rows, and between them a line for each hole. */
static void add_rows(const struct audited *audited, struct view *view)
{
    const struct seal_check *check = &audited->verdict.check;
    size_t                   gap = 0;

    for (size_t i = 0; i <= audited->shown; i++) {
        int64_t number = i < audited->shown ? rows_integer(audited->rows, i, "device_seq") : -1;

        for (; gap < check->gap_count && check->gaps[gap].first > number; gap++) {
            struct view *hole = view_within(view_append(view, "rows"), "hole");

            view_number(hole, "first", (long)check->gaps[gap].first + 1);
            view_number(hole, "last", (long)check->gaps[gap].last + 1);
            view_flag(hole, "several", check->gaps[gap].last > check->gaps[gap].first);
        }
        if (i < audited->shown)
            add_row(audited, i, view_within(view_append(view, "rows"), "record"));
    }
}

static void add_facts(const struct audited *audited, struct view *view)
{
    static const char *const same[][2] = {
        {"number", "number"}, {"problem", "problem"}, {"owner", "owner"}, {"aliases", "aliases"}};
    const struct request *request = audited->request;
    const char           *code = words_code(request, rows_text(audited->facts, 0, "code"));

    for (size_t i = 0; i < COUNT_OF(same); i++)
        view_text(view, same[i][0], words_kept(request, rows_text(audited->facts, 0, same[i][1])));
    view_text(view, "name",
              rows_flag(audited->facts, 0, "identified") ? rows_text(audited->facts, 0, "name")
                                                         : page_text(request, "Unknown device"));
    view_text(view, "title", page_text(request, "History"));
    view_text(view, "code", code);
    view_text(view, "step_label", words_column(request, audited->facts, 0, "step"));
    view_text(view, "waiting_label", words_column(request, audited->facts, 0, "waiting"));
    view_text(view, "id", audited->device_id);
    view_text(view, "base", arena_format(request->arena, "/audit/devices/%s", audited->device_id));
    view_text(view, "folder", arena_format(request->arena, "spoor-%s", *code ? code : "device"));
    view_text(view, "verifier_key", log_keys_current(audited->service, audited->session, request->arena));
}

/* Who has it now, as it was sealed; the tables may say otherwise. */
static void add_holder(const struct audited *audited, struct view *view)
{
    const struct rows *rows = audited->rows;
    const char        *holder = rows_text(rows, 0, "holder");
    const char        *erased = *holder ? NULL
                                        : verdict_erased(&audited->verdict, audited->request,
                                                         rows_integer(rows, 0, "holder_seq"), TAG_HOLDER);

    view_text(view, "holder", erased ? erased : verdict_name(holder));
    view_text(view, "place", verdict_name(rows_text(rows, 0, "place")));
}

static bool load(struct audited *audited, const char *before, struct error *error)
{
    const struct request *request = audited->request;
    bool                  newest = *before == '\0';
    int64_t               bottom, top, *numbers, sealed = -1;

    if (newest) /* asked first: what is sealed is in the database by now, if it still is */
        sealed = sealer_latest_number(audited->service->sealer, audited->device_id);

    audited->facts = QUERY(audited->session, request->arena, SQL_DEVICE_FACTS, error, audited->device_id);
    if (!audited->facts)
        return false;
    if (rows_count(audited->facts) == 0)
        return error_set(error, ERROR_NOT_FOUND, "%s",
                         sealed < 0
                             ? "There is no such device"
                             : "Records of this device were sealed, and the database has none of them");
    audited->rows = QUERY(audited->session, request->arena, SQL_AUDIT_DEVICE_ROWS, error, audited->device_id,
                          newest ? LATEST : before, PAGE_TEXT);
    if (!audited->rows || !seal_check_rows(&audited->verdict.check, audited->rows, error))
        return false;
    audited->shown = rows_count(audited->rows) < PAGE_ROWS ? rows_count(audited->rows) : PAGE_ROWS;
    top = newest ? rows_integer(audited->facts, 0, "device_seq") : strtoll(before, NULL, 10) - 1;
    if (top < sealed)
        top = sealed;
    bottom = rows_count(audited->rows) > PAGE_ROWS ? rows_integer(audited->rows, PAGE_ROWS, "device_seq") : 0;
    numbers = ARENA_NEW(request->arena, int64_t, rows_count(audited->rows) + 1);
    for (size_t i = 0; i < rows_count(audited->rows); i++)
        numbers[i] = rows_integer(audited->rows, i, "device_seq");
    seal_check_gaps(&audited->verdict.check, numbers, rows_count(audited->rows), top, bottom);
    return true;
}

bool audit_device_show(struct service *service, const struct request *request, struct reply *reply,
                       struct error *error)
{
    struct audited audited = {.service = service, .request = request};
    const char    *before = request_query(request, "before");
    struct view   *view = page_view(service, request, "nav_audit");
    char           id[UUID_SIZE];

    if (!request_only(request, "before", error))
        return false;
    if (strlen(before) > 9 || before[strspn(before, "0123456789")] != '\0')
        return error_field(error, "before", "'before' is a whole number");
    if (!uuid_parse_any(request_part(request, 0), id))
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    SESSION *session = pool_borrow(service->audit_pool, service->config->session_wait_ms, error);

    audited.session = session;
    audited.device_id = id;
    view_text(view, "again_href", "?");
    view_text(view, "evidence_href", arena_format(request->arena, "/audit/devices/%s/evidence", id));
    if (!session || !verdict_begin(&audited.verdict, service, request, session, view, error) ||
        !load(&audited, before, error) ||
        !sealed_identity_add(&audited.verdict, request, id, audited.facts, view, error))
        return false;
    verdict_add(&audited.verdict, request, "device_seq", 1, view);
    add_facts(&audited, view);
    if (*before == '\0' && audited.shown > 0)
        add_holder(&audited, view);
    add_rows(&audited, view);
    if (audited.shown == rows_count(audited.rows))
        spent_add(request, audited.rows, audited.shown, "happened_ms", view);
    else
        view_format(view, "older", "?before=%" PRId64,
                    rows_integer(audited.rows, PAGE_ROWS - 1, "device_seq"));
    return page_show(service, request, reply, "audit_device", view, error);
}
