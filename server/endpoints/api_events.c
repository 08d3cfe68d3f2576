/* POST /api/v1/events: up to 100 events in, one outcome for each out. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/kinds.h"
#include "endpoints/service.h"
#include "endpoints/signed_scan.h"
#include "ledger/recorder.h"
#include "ledger/submission.h"
#include "render/json.h"
#include "render/json_read.h"
#include "shared/label.h"
#include "shared/moment.h"
#include "shared/uuid.h"
#include "web/reply.h"
#include "web/request.h"

#define MEMBERS                                                                                              \
    "event_id code kind step reason to place expected_from happened_at scanner_seq public_note "             \
    "private_note corrects detail clock_skew_ms signature"

struct intake {
    struct service       *service;
    const struct request *request;
    struct session       *session; /* borrowed only when a lookup needs it */
    struct event_draft    drafts[RECORDER_BATCH_MOST];
    struct event_outcome  outcomes[RECORDER_BATCH_MOST];
    const char           *refused[RECORDER_BATCH_MOST]; /* why, for those that are not even submitted */
    size_t                count;
};

static bool need_session(struct intake *intake, struct error *error)
{
    if (!intake->session)
        intake->session = pool_borrow(intake->service->pool, intake->service->config->session_wait_ms, error);
    return intake->session != NULL;
}

static bool read_id(struct intake *intake, const struct json_value *event, const char *name, const char *path,
                    bool required, bool made_by_client, const char **id, struct error *error)
{
    char        canonical[UUID_SIZE], field[48];
    const char *text;

    if (!json_read_text(event, name, path, required, 60, false, &text, error))
        return false;
    if (!text)
        return true;
    if (!(made_by_client ? uuid_parse(text, canonical) : uuid_parse_any(text, canonical))) {
        snprintf(field, sizeof field, "%.20s%.24s", path, name);
        return error_field(
            error, field,
            "%s%s must be a UUID of version 4 or 7, such as 0d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e", path,
            name);
    }
    *id = arena_copy(intake->request->arena, canonical);
    return true;
}

static bool read_time(struct intake *intake, const struct json_value *event, const char *path,
                      struct event_draft *draft, struct error *error)
{
    struct moment moment;
    const char   *text;
    char          utc[MOMENT_SIZE];

    if (!json_read_text(event, "happened_at", path, false, 60, false, &text, error))
        return false;
    if (!text)
        return true;
    if (!moment_parse(text, &moment, error)) {
        snprintf(error->field, sizeof error->field, "%.30shappened_at", path);
        return false;
    }
    moment_format_utc(moment.ms, utc);
    draft->happened_at = arena_copy(intake->request->arena, utc);
    draft->offset_minutes = moment.offset_minutes;
    return true;
}

/* A label goes by its code, anything else as a serial number or asset tag; a misread label is refused with
 * what it may have been, unless it is exactly some device's number. */
static bool read_code(struct intake *intake, const char *text, struct event_draft *draft,
                      const char **refused, struct error *error)
{
    struct label       label;
    struct error       unreadable = {0};
    const struct rows *rows;

    if (!text)
        return true;
    if (label_parse(text, &label, &unreadable)) {
        draft->code = arena_copy(intake->request->arena, label.code);
        return true;
    }
    draft->alias = text;
    if (unreadable.kind != ERROR_INVALID)
        return true;
    rows = need_session(intake, error)
               ? QUERY(intake->session, intake->request->arena, SQL_DEVICES_BY_ALIAS, error, text)
               : NULL;
    if (rows && rows_count(rows) == 0)
        *refused = arena_copy(intake->request->arena, unreadable.message);
    return rows != NULL;
}

static bool read_place(struct intake *intake, const char *text, struct event_draft *draft,
                       const char **refused, struct error *error)
{
    struct label       label;
    struct error       unreadable = {0};
    const struct rows *rows;

    if (!text)
        return true;
    if (!label_parse(text, &label, &unreadable)) {
        *refused = "the place is not the code of a label";
        return true;
    }
    rows = need_session(intake, error)
               ? QUERY(intake->session, intake->request->arena, SQL_LABEL_FIND, error, label.code)
               : NULL;
    if (!rows)
        return false;
    if (rows_count(rows) == 0 || strcmp(rows_text(rows, 0, "party_kind"), "place") != 0)
        *refused = "there is no place with this label";
    else
        draft->place_id = rows_text(rows, 0, "party_id");
    draft->names_revoked = draft->names_revoked || (draft->place_id && rows_flag(rows, 0, "revoked"));
    return true;
}

/* A person's badge, or the id of a party. */
static bool read_receiver(struct intake *intake, const char *text, struct event_draft *draft,
                          const char **refused, struct error *error)
{
    struct label       label;
    struct error       unreadable = {0};
    const struct rows *rows;
    char               canonical[UUID_SIZE];

    if (!text)
        return true;
    if (uuid_parse_any(text, canonical)) {
        draft->to_id = arena_copy(intake->request->arena, canonical);
        return true;
    }
    if (!label_parse(text, &label, &unreadable)) {
        *refused = "the receiver is neither the code of a badge nor an id";
        return true;
    }
    rows = need_session(intake, error)
               ? QUERY(intake->session, intake->request->arena, SQL_LABEL_FIND, error, label.code)
               : NULL;
    if (!rows)
        return false;
    if (rows_count(rows) > 0 && rows_flag(rows, 0, "nobodys"))
        *refused = "this badge is nobody's any more";
    else if (rows_count(rows) == 0 || !*rows_text(rows, 0, "party_id"))
        *refused = "this label is nobody's badge";
    else
        draft->to_id = rows_text(rows, 0, "party_id");
    draft->names_revoked = draft->names_revoked || (draft->to_id && rows_flag(rows, 0, "revoked"));
    return true;
}

/* Who may record what; whether they may undo what somebody recorded, the ledger finds out. */
static const char *check_kind(const struct request *request, struct event_draft *draft)
{
    if (draft->corrects)
        draft->not_theirs = kinds_not_theirs(request);
    return kinds_refused(request, draft->kind);
}

static bool read_event(struct intake *intake, const struct json_value *event, size_t n, struct error *error)
{
    struct event_draft *draft = &intake->drafts[n];
    const char         *code, *place, *to, *path = arena_format(intake->request->arena, "events[%zu].", n);

    *draft = (struct event_draft){.actor_id = intake->request->principal.actor_id,
                                  .taker_id = intake->request->principal.party_id};
    if (!json_read_only(event, MEMBERS, path, error) ||
        !read_id(intake, event, "event_id", path, true, true, &draft->event_id, error) ||
        !read_id(intake, event, "corrects", path, false, false, &draft->corrects, error) ||
        !read_id(intake, event, "expected_from", path, false, false, &draft->expected_from_id, error) ||
        !json_read_text(event, "code", path, false, 200, false, &code, error) ||
        !json_read_text(event, "kind", path, true, 40, false, &draft->kind, error) ||
        !json_read_text(event, "step", path, false, 40, false, &draft->step, error) ||
        !json_read_text(event, "reason", path, false, 40, false, &draft->reason, error) ||
        !json_read_text(event, "place", path, false, 200, false, &place, error) ||
        !json_read_text(event, "public_note", path, false, 2000, true, &draft->public_note, error) ||
        !json_read_text(event, "private_note", path, false, 2000, true, &draft->private_note, error) ||
        !json_read_text(event, "to", path, false, 200, false, &to, error) ||
        !json_read_object(event, "detail", path, 4000, EVENT_DETAIL_DERIVED, intake->request->arena,
                          &draft->detail, error) ||
        !read_time(intake, event, path, draft, error) ||
        !signed_scan_read(intake->request, event, path, draft, &intake->refused[n], error))
        return false;
    if (!intake->refused[n])
        intake->refused[n] = check_kind(intake->request, draft);
    if (!intake->refused[n])
        intake->refused[n] = kinds_lacks(intake->request, draft);
    if (intake->refused[n])
        return true;
    return read_receiver(intake, to, draft, &intake->refused[n], error) &&
           read_code(intake, code, draft, &intake->refused[n], error) &&
           read_place(intake, place, draft, &intake->refused[n], error);
}

static bool read_all(struct intake *intake, struct error *error)
{
    const struct json_value *body = json_read(intake->request->arena, intake->request->body,
                                              intake->request->body_length, error),
                            *events;

    if (!body || !json_read_only(body, "events", "", error) ||
        !json_read_array(body, "events", 1, RECORDER_BATCH_MOST, &events, &intake->count, error))
        return false;
    for (size_t i = 0; i < intake->count; i++)
        if (!read_event(intake, json_read_item(events, i), i, error))
            return false;
    return true;
}

/* Those that were refused before are left out of the batch; the outcomes come back to their places. */
static bool record(struct intake *intake, struct error *error)
{
    struct event_draft   batch[RECORDER_BATCH_MOST];
    struct event_outcome outcomes[RECORDER_BATCH_MOST];
    size_t               count = 0;

    for (size_t i = 0; i < intake->count; i++)
        if (!intake->refused[i])
            batch[count++] = intake->drafts[i];
    if (count > 0 &&
        !recorder_record(intake->service->recorder, intake->request->arena, batch, count, outcomes, error))
        return false;
    for (size_t i = intake->count; i-- > 0;)
        intake->outcomes[i] = intake->refused[i] ? (struct event_outcome){.kind = OUTCOME_REFUSED,
                                                                          .word = "refused",
                                                                          .seq = -1,
                                                                          .device_seq = -1,
                                                                          .message = intake->refused[i],
                                                                          .device_id = "",
                                                                          .step = ""}
                                                 : outcomes[--count];
    return true;
}

/* Scanners show what they scanned, and how it stands now, in words. */
static bool add_device(struct intake *intake, struct json *json, const char *device_id, struct error *error)
{
    static const char *const same[][2] = {{"code", "code"},           {"name", "name"},
                                          {"step", "step_en"},        {"waiting", "waiting_en"},
                                          {"custodian", "custodian"}, {"place", "place"}};
    const struct rows       *facts;

    if (!*device_id || !intake->request->principal.is_scanner)
        return true;
    facts = need_session(intake, error)
                ? QUERY(intake->session, intake->request->arena, SQL_DEVICE_FACTS, error, device_id)
                : NULL;
    if (!facts || rows_count(facts) == 0)
        return facts != NULL;
    json_key(json, "device");
    json_object_begin(json);
    for (size_t i = 0; i < COUNT_OF(same); i++)
        json_member(json, same[i][0], rows_text(facts, 0, same[i][1]));
    json_object_end(json);
    return true;
}

static void add_flags(struct json *json, unsigned flags, struct arena *arena)
{
    const char *words = recorder_flag_words(arena, flags);

    json_key(json, "flags");
    json_array_begin(json);
    while (*words) {
        size_t length = strcspn(words, ",");

        json_text(json, arena_format(arena, "%.*s", (int)length, words));
        words += length + (words[length] == ',');
    }
    json_array_end(json);
}

static bool add_outcome(struct intake *intake, struct json *json, size_t n, struct error *error)
{
    const struct event_outcome *outcome = &intake->outcomes[n];

    json_object_begin(json);
    json_member(json, "event_id", intake->drafts[n].event_id);
    json_member(json, "outcome", outcome->word);
    if (outcome->seq >= 0) {
        json_key(json, "seq");
        json_number(json, outcome->seq);
        json_key(json, "device_seq");
        json_number(json, outcome->device_seq);
    }
    add_flags(json, outcome->flags, intake->request->arena);
    json_member(json, "step", outcome->step);
    json_member(json, "message", outcome->message);
    if (!add_device(intake, json, outcome->device_id, error))
        return false;
    json_object_end(json);
    return true;
}

/* What came and was refused is no number that never came: a lead reads of both. */
static bool note_refused(struct intake *intake, struct error *error)
{
    CLEANUP(buffer_free) struct buffer list = {.limit = (size_t)1 << 20};
    struct json                        json;
    size_t                             count = 0;

    json_begin(&json, &list);
    json_array_begin(&json);
    for (size_t i = 0; i < intake->count; i++) {
        if (intake->outcomes[i].kind != OUTCOME_REFUSED || intake->drafts[i].scanner_seq == 0)
            continue;
        json_object_begin(&json);
        json_key(&json, "number");
        json_number(&json, intake->drafts[i].scanner_seq);
        json_member(&json, "why", intake->outcomes[i].message);
        json_object_end(&json);
        count++;
    }
    json_array_end(&json);
    return count == 0 || !intake->request->principal.is_scanner ||
           (need_session(intake, error) && WRITE(intake->session, intake->request->arena, SQL_SCANNER_REFUSE,
                                                 error, intake->request->principal.actor_id, list.text)) ||
           (error->kind = ERROR_UNKNOWN_OUTCOME, false);
}

/* So that a scanner whose queue was lost, or is an older copy, sees it. */
static bool add_highest(struct intake *intake, struct json *json, struct error *error)
{
    const struct rows *rows;

    if (!intake->request->principal.is_scanner)
        return true;
    rows = need_session(intake, error) ? QUERY(intake->session, intake->request->arena, SQL_SCANNER_HIGHEST,
                                               error, intake->request->principal.actor_id)
                                       : NULL;
    if (!rows)
        return false;
    json_key(json, "highest_scanner_seq");
    json_number(json, rows_integer(rows, 0, "highest"));
    return true;
}

static bool answer(struct intake *intake, struct reply *reply, struct error *error)
{
    struct json json;

    reply->type = "application/json";
    json_begin(&json, &reply->body);
    json_object_begin(&json);
    json_key(&json, "outcomes");
    json_array_begin(&json);
    for (size_t i = 0; i < intake->count; i++)
        if (!add_outcome(intake, &json, i, error))
            return error->kind = ERROR_UNKNOWN_OUTCOME,
                   false; /* recorded, but it cannot be said: try the same keys again */
    json_array_end(&json);
    if (!add_highest(intake, &json, error))
        return error->kind = ERROR_UNKNOWN_OUTCOME, false;
    json_object_end(&json);
    buffer_text(&reply->body, "\n");
    return true;
}

bool api_events_record(struct service *service, const struct request *request, struct reply *reply,
                       struct error *error)
{
    struct intake *intake = ARENA_NEW(request->arena, struct intake, 1);
    bool           done;

    intake->service = service;
    intake->request = request;
    done = signed_scan_may_send(request, error) && read_all(intake, error);
    pool_give_back(&intake->session);
    done = done && record(intake, error) && note_refused(intake, error) && answer(intake, reply, error);
    pool_give_back(&intake->session);
    return done;
}
