#include <string.h>

#include "endpoints/bench_find.h"
#include "endpoints/device_card.h"
#include "endpoints/endpoints.h"
#include "endpoints/kinds.h"
#include "endpoints/page.h"
#include "endpoints/promised_day.h"
#include "endpoints/search_link.h"
#include "endpoints/words.h"
#include "ledger/recorder.h"
#include "render/json.h"
#include "render/when.h"
#include "shared/label.h"
#include "shared/uuid.h"
#include "web/reply.h"

#define UNDO_MS 60000

static void add_today(const struct request *request, const struct rows *rows, struct view *view)
{
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct view *item = view_append(view, "today");
        const char  *kind = rows_text(rows, i, "kind");
        const char  *away = words_away(request, rows_text(rows, i, "outcome"));

        view_text(item, "when",
                  when_clock(request->arena, request->language, rows_integer(rows, i, "recorded_at")));
        view_text(item, "name",
                  words_device(request, rows_text(rows, i, "name"), "", rows_text(rows, i, "serial")));
        view_text(item, "code", words_code(request, rows_text(rows, i, "code")));
        view_text(item, "what",
                  *away                          ? away
                  : strcmp(kind, "waiting") == 0 ? words_column(request, rows, i, "waiting")
                                                 : words_column(request, rows, i, "step"));
        view_text(item, "href",
                  arena_format(request->arena, "/bench?device=%s", rows_text(rows, i, "device_id")));
    }
}

/* What colleagues offered to whoever is signed in. */
static void add_offers(const struct request *request, const struct rows *rows, struct view *view)
{
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct view *item = view_append(view, "offers");

        view_text(item, "name", words_device(request, rows_text(rows, i, "device"), "", ""));
        view_text(item, "code", words_code(request, rows_text(rows, i, "code")));
        view_text(item, "giver", rows_text(rows, i, "custodian"));
        view_text(item, "href",
                  arena_format(request->arena, "/bench?device=%s", rows_text(rows, i, "device_id")));
    }
    view_flag(view, "has_offers", rows_count(rows) > 0);
}

/* "Recorded: Ready", "Undone: Ready". */
static const char *done_words(const struct request *request, const struct rows *rows)
{
    for (size_t i = 1; strcmp(rows_text(rows, 0, "kind"), "corrected") == 0 && i < rows_count(rows); i++)
        if (strcmp(rows_text(rows, i, "event_id"), rows_text(rows, 0, "corrects")) == 0)
            return arena_format(request->arena, "%s: %s", page_text(request, "Undone"),
                                words_event(request, rows, i));
    return arena_format(request->arena, "%s: %s", page_text(request, "Recorded"),
                        words_event(request, rows, 0));
}

/* Who recorded the latest event, themselves or with their own scanner, may take it back for a minute. A
 * repair that was opened again ends with its return. */
static bool can_undo(const struct request *request, const struct rows *rows)
{
    static const char *const kept[] = {"corrected",  "reopened",     "received",     "announced",
                                       "registered", "label_linked", "label_revoked"};

    for (size_t i = 0; i < COUNT_OF(kept); i++)
        if (strcmp(rows_text(rows, 0, "kind"), kept[i]) == 0)
            return false;
    return strcmp(rows_text(rows, 0, "actor_party"), request->principal.party_id) == 0 &&
           !rows_flag(rows, 0, "corrected") && when_now() - rows_integer(rows, 0, "recorded_at") < UNDO_MS;
}

static void add_undo(const struct request *request, const struct rows *rows, const char *device_id,
                     struct view *view)
{
    char *undo_id = arena_take(request->arena, UUID_SIZE);

    uuid_make(undo_id);
    view_text(view, "undo_id", undo_id);
    view_text(view, "event_id", rows_text(rows, 0, "event_id"));
    view_text(view, "device_id", device_id);
}

/* What will be undone, and who has the device then. */
static void add_last(const struct request *request, const struct rows *rows, const char *device_id,
                     struct view *view)
{
    struct view *last = view_within(view, "last");

    view_text(last, "what", words_event(request, rows, 0));
    view_text(last, "at",
              when_clock(request->arena, request->language, rows_integer(rows, 0, "recorded_at")));
    if (rows_flag(rows, 0, "moved"))
        view_text(last, "back", rows_text(rows, 0, "from_name"));
    add_undo(request, rows, device_id, last);
}

static void add_just_done(const struct request *request, const struct rows *rows, const char *device_id,
                          struct view *view)
{
    struct view *done = view_within(view, "done");

    view_format(done, "message", "%s · %s %s", done_words(request, rows), page_text(request, "now with"),
                rows_text(rows, 0, "to_name"));
    view_flag(done, "can_undo", can_undo(request, rows));
    add_undo(request, rows, device_id, done);
    view_text(done, "receipt_href",
              strcmp(rows_text(rows, 0, "kind"), "returned") == 0 &&
                      !*words_away(request, rows_text(rows, 0, "outcome"))
                  ? arena_format(request->arena, "/devices/%s/returned", device_id)
                  : "");
}

/* What was just recorded; or, when the page is opened anew, what can still be taken back. */
static bool add_done(struct session *session, const struct request *request, const char *device_id,
                     struct view *view, struct error *error)
{
    const struct rows *rows =
        QUERY(session, request->arena, SQL_DEVICE_EVENTS, error, device_id, "2147483647", "20");

    if (!rows || rows_count(rows) == 0)
        return rows != NULL;
    if (strcmp(rows_text(rows, 0, "event_id"), request_query(request, "done")) == 0)
        add_just_done(request, rows, device_id, view);
    else if (can_undo(request, rows))
        add_last(request, rows, device_id, view);
    return true;
}

static bool add_device(struct session *session, const struct request *request, const char *device_id,
                       struct view *view, struct error *error)
{
    const struct rows *facts = QUERY(session, request->arena, SQL_DEVICE_FACTS, error, device_id);

    if (!facts)
        return false;
    if (rows_count(facts) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    return device_card_fill(session, request, facts, view, error) &&
           add_done(session, request, device_id, view, error);
}

/* Looks for what was scanned or typed; a label that is to go on what is found is offered with it. */
static bool add_found(const struct service *service, struct session *session, const struct request *request,
                      const char *code, struct view *view, struct error *error)
{
    const char *label = request_query(request, "label"), *device_id = "";

    if (*label)
        return bench_find_for_label(service, session, request, code, label, view, error);
    return bench_find(session, request, code, view, &device_id, error) &&
           (!*device_id || add_device(session, request, device_id, view, error));
}

static bool show(struct service *service, const struct request *request, struct reply *reply,
                 const char *device_id, const char *problem, struct error *error)
{
    struct view *view = page_view(service, request, "nav_bench");
    const char  *code = request_query(request, "code");
    SESSION     *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session)
        return false;
    view_text(view, "title", page_text(request, "Scan"));
    view_text(view, "asked", search_is_link(request, code) ? "" : code);
    if (device_id ? !add_device(session, request, device_id, view, error)
                  : (*code || *request_query(request, "label")) && !problem &&
                        !add_found(service, session, request, code, view, error))
        return false;
    if (problem)
        view_text(view, "error", problem);
    const struct rows *today =
        QUERY(session, request->arena, SQL_ACTOR_TODAY, error, request->principal.actor_id);

    const struct rows *offers =
        today ? QUERY(session, request->arena, SQL_OFFERS, error, request->principal.party_id) : NULL;

    if (!offers)
        return false;
    add_today(request, today, view);
    add_offers(request, offers, view);
    return page_show(service, request, reply, "bench", view, error);
}

bool bench_show(struct service *service, const struct request *request, struct reply *reply,
                struct error *error)
{
    const char *device_id, *problem = NULL, *code = request_query(request, "code");

    if (!request_only(request, "code device done label", error) ||
        !request_line(request, "code", "Code", 0, 200, &device_id, error) ||
        !request_line(request, "label", "Label", 0, 200, &device_id, error) ||
        !request_uuid(request, "device", "Device", false, &device_id, error))
        return false;
    if (!*device_id && !*request_query(request, "label") && search_is_link(request, code) &&
        !search_open_link(service, request, reply, code, &problem, error))
        return false;
    return reply->status == 303 ||
           show(service, request, reply, *device_id ? device_id : NULL, problem, error);
}

/* Whether they may undo what it undoes, and whether it was undone, the ledger finds out. */
static bool may_record(const struct request *request, struct event_draft *draft, struct error *error)
{
    const char *refused = kinds_refused(request, draft->kind);

    draft->undo_once = *draft->corrects != '\0';
    draft->not_theirs = draft->undo_once ? kinds_not_theirs(request) : NULL;
    return !refused || error_set(error, ERROR_FORBIDDEN, "%s", refused);
}

/* A person at a screen is told before an unusual step; that is courtesy, not a wall: with a reason it goes
 * on. */
static bool is_unusual(struct session *session, const struct request *request,
                       const struct event_draft *draft, const char **problem, struct error *error)
{
    const struct rows *facts = QUERY(session, request->arena, SQL_DEVICE_FACTS, error, draft->device_id);
    const struct rows *steps = facts ? query_run(session, request->arena, SQL_STEPS, NULL, 0, error) : NULL;

    *problem = strcmp(draft->kind, "offered") == 0 && draft->to_id &&
                       strcmp(draft->to_id, request->principal.party_id) == 0
                   ? page_text(request, "An offer goes to somebody else. Choose another name.")
                   : NULL;
    if (!steps)
        return false;
    if (rows_count(facts) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    for (size_t i = 0; strcmp(draft->kind, "step") == 0 && i < rows_count(steps); i++)
        if (strcmp(rows_text(steps, i, "name"), draft->step) == 0 && !*draft->reason &&
            rows_integer(steps, i, "position") < rows_integer(facts, 0, "step_position"))
            *problem =
                page_text(request, "Going back a step needs a reason. Choose one under \"Another step\".");
    return true;
}

static const char *detail_of(const struct request *request)
{
    static const char *const names[] = {"next_update_on", "expected_on", "outcome"};
    struct buffer            text = {.limit = 1000};
    struct json              json;
    char                    *copy;
    struct label             label;
    bool is_label = label_parse(request_field(request, "label"), &label, &(struct error){0});

    json_begin(&json, &text);
    json_object_begin(&json);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        json_member(&json, names[i], request_field(request, names[i]));
    if (strcmp(request_field(request, "kind"), "offered") == 0)
        json_member(&json, "offered_to", request_field(request, "to"));
    if (*request_field(request, "corrects"))
        json_member(&json, "correction", "did_not_occur");
    if (is_label)
        json_member(&json, "label", label.code);
    json_object_end(&json);
    copy = arena_copy(request->arena, text.text);
    buffer_free(&text);
    return copy;
}

static bool read_draft(const struct request *request, struct event_draft *draft, struct error *error)
{
    static const char *const kinds[] = {"step",     "waiting", "waiting_ended", "handed_over", "moved",
                                        "note",     "eta",     "returned",      "corrected",   "offered",
                                        "accepted", "refused", "reopened",      "label_linked"};
    const char              *label;
    bool                     known = false;

    *draft = (struct event_draft){.actor_id = request->principal.actor_id,
                                  .taker_id = request->principal.party_id};
    if (!request_only(request,
                      "event_id device_id kind step reason to place public_note private_note next_update_on "
                      "expected_on outcome corrects label",
                      error) ||
        !request_uuid(request, "event_id", "Key", true, &draft->event_id, error) ||
        !request_uuid(request, "device_id", "Device", true, &draft->device_id, error) ||
        !request_line(request, "kind", "Kind", 1, 40, &draft->kind, error) ||
        !request_line(request, "step", "Step", 0, 40, &draft->step, error) ||
        !request_line(request, "reason", "Reason", 0, 40, &draft->reason, error) ||
        !request_uuid(request, "to", "Receiver", false, &draft->to_id, error) ||
        !request_uuid(request, "place", "Place", false, &draft->place_id, error) ||
        !request_uuid(request, "corrects", "Correction", false, &draft->corrects, error) ||
        !request_line(request, "label", "Label", 0, 200, &label, error))
        return false;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        known = known || strcmp(kinds[i], draft->kind) == 0;
    if (!known)
        return error_field(error, "kind", "This page cannot record '%.20s'", draft->kind);
    draft->detail = detail_of(request);
    return true;
}

/* What people type themselves: where it does not fit, they read why and go on with it. */
static bool read_typed(const struct request *request, struct event_draft *draft, struct error *error)
{
    const char *day;

    if (!request_day(request, "next_update_on", "Next update", &day, error) ||
        !request_day(request, "expected_on", "Expected back", &day, error) ||
        !request_text(request, "public_note", "Note for the owner", 0, 2000, &draft->public_note, error) ||
        !request_text(request, "private_note", "Note for us", 0, 2000, &draft->private_note, error))
        return false;
    if (strcmp(draft->kind, "reopened") == 0 && !*draft->private_note)
        return error_field(error, "private_note", "Say why the repair is opened again");
    return true;
}

static const char *label_slip(const struct request *request)
{
    const char  *text = request_field(request, "label");
    struct label label;
    struct error unreadable = {0};

    if (!text[strspn(text, " ")])
        return page_text(request, "Scan or type the code of the label first.");
    return label_parse(text, &label, &unreadable) ? NULL : words_message(request, unreadable.message);
}

/* What is recorded stays: a slip of whoever types is told while it can still be put right. A scanner's
 * promise that has passed on its way here is recorded. */
static const char *slip_of(const struct request *request, const struct event_draft *draft)
{
    static const char *const promises[] = {"expected_on", "next_update_on"};

    if (strcmp(draft->kind, "label_linked") == 0)
        return label_slip(request);
    if (kinds_lacks(request, draft))
        return page_text(request, strcmp(draft->kind, "eta") == 0
                                      ? "Choose the new expected date first."
                                      : "Write the note first: for the owner, or for us only.");
    for (size_t i = 0; i < COUNT_OF(promises); i++) {
        const char *slip = promised_day_slip(request_field(request, promises[i]));

        if (slip)
            return page_text(request, slip);
    }
    return NULL;
}

bool bench_record(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct event_draft   draft;
    struct event_outcome outcome;
    struct error         typed = {0};
    const char          *slip, *problem;

    if (!read_draft(request, &draft, error))
        return false;
    slip = read_typed(request, &draft, &typed) ? slip_of(request, &draft)
                                               : words_message(request, typed.message);
    {
        SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

        if (!session || !may_record(request, &draft, error) ||
            !is_unusual(session, request, &draft, &problem, error))
            return false;
    }
    problem = slip ? slip : problem;
    if (!problem && !recorder_record(service->recorder, request->arena, &draft, 1, &outcome, error))
        return false;
    if (!problem && outcome.kind == OUTCOME_REFUSED && kinds_say(request, outcome.message))
        return error_set(error, ERROR_FORBIDDEN, "%s", page_text(request, outcome.message));
    if (!problem && (outcome.kind == OUTCOME_RECORDED || outcome.kind == OUTCOME_REPLAYED)) {
        reply_redirect(
            reply, arena_format(request->arena, "/bench?device=%s&done=%s", draft.device_id, draft.event_id));
        return true;
    }
    reply->status = slip ? 400 : 409;
    return show(service, request, reply, draft.device_id,
                problem ? problem : words_message(request, outcome.message), error);
}
