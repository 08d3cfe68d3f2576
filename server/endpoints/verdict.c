#include "endpoints/verdict.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "audit/tile.h"
#include "endpoints/page.h"
#include "endpoints/words.h"
#include "ledger/seal_status.h"
#include "render/when.h"

/* Longer than that nothing new waits for its seal. */
#define BEHIND_MS        60000
#define BEHIND_BACKUP_MS 900000 /* while a backup is made, or whoever holds the sealer up says so */

/* The key that signs now, and those before it: after a rotation the newest checkpoint is the old one's until
 * the next record. */
static void take_keys(struct verdict *verdict, const struct service *service, struct session *session,
                      struct arena *arena)
{
    verdict->options.keys = verdict->keys;
    verdict->options.key_count = log_keys(service, session, arena, verdict->keys);
}

void verdict_lost(const struct rows *incidents, size_t i, struct view *lost)
{
    int64_t first = rows_integer(incidents, i, "from_size"), last = rows_integer(incidents, i, "to_size") - 1;

    view_number(lost, "first", (long)first);
    view_number(lost, "last", (long)last);
    view_flag(lost, "several", last > first);
}

static void add_trouble(const struct request *request, const struct seal_status *status, struct view *view)
{
    bool         behind = !status->alarm && status->lag_ms > (status->backup ? BEHIND_BACKUP_MS : BEHIND_MS);
    int64_t      since = behind ? (int64_t)time(NULL) * 1000 - status->lag_ms : status->since_ms;
    struct view *trouble = status->alarm || behind ? view_within(view, behind ? "behind" : "alarm") : NULL;

    view_flag(view, "backup", status->backup);
    if (!trouble)
        return;
    view_text(trouble, "message", status->message);
    view_text(trouble, "since", when_moment_inside(request->arena, request->language, since));
}

static bool add_alarms(const struct request *request, struct session *session, struct view *view,
                       struct error *error)
{
    struct seal_status status;
    const struct rows *incidents =
        seal_status_read(session, request->arena, &status, error)
            ? query_run(session, request->arena, SQL_AUDIT_INCIDENTS, NULL, 0, error)
            : NULL;

    if (!incidents)
        return false;
    add_trouble(request, &status, view);
    for (size_t i = 0; i < rows_count(incidents); i++) {
        struct view *item = view_append(view, "incidents");

        view_flag(item, "restored", rows_integer(incidents, i, "incident") == 1);
        view_text(item, "when",
                  when_moment(request->arena, request->language, rows_integer(incidents, i, "recorded_ms")));
        verdict_lost(incidents, i, item);
    }
    return true;
}

bool verdict_begin(struct verdict *verdict, const struct service *service, const struct request *request,
                   struct session *session, struct view *view, struct error *error)
{
    *verdict = (struct verdict){.options = {.service_key = service->secret}};
    take_keys(verdict, service, session, request->arena);
    verdict->check =
        (struct seal_check){.session = session, .arena = request->arena, .options = &verdict->options};
    return seal_check_begin(&verdict->check, error) && add_alarms(request, session, view, error);
}

static const char *field_words(const struct request *request, unsigned tag)
{
    static const struct {
        unsigned    tag;
        const char *words;
    } fields[] = {
        {0, "content"},
        {TAG_EVENT_ID, "number of the event"},
        {TAG_DEVICE, "device"},
        {TAG_DEVICE_SEQ, "number"},
        {TAG_KIND, "kind of event"},
        {TAG_RECORDED_AT, "time of recording"},
        {TAG_HAPPENED_AT, "time at which it happened"},
        {TAG_OFFSET, "time zone"},
        {TAG_STEP, "step"},
        {TAG_FLAGS, "remarks"},
        {TAG_REPAIR, "repair"},
        {TAG_HOLDER, "holder"},
        {TAG_PLACE, "place"},
        {TAG_IDENTITY, "make and serial number"},
        {TAG_RECORDER, "name of who recorded it"},
        {TAG_PUBLIC_NOTE, "note for the owner"},
        {TAG_PRIVATE_NOTE, "internal note"},
        {TAG_DETAIL, "further details"},
        {TAG_SCANNER_SIGNATURE, "signature of the scanner"},
        {TAG_TARGET, "record that it corrects"},
        {TAG_REASON, "reason"},
    };

    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (fields[i].tag == tag)
            return page_text(request, fields[i].words);
    return "";
}

static const char *other_words(const struct request *request, uint64_t tags)
{
    const char *words = "";

    for (unsigned tag = 1; tag < 64; tag++)
        if (tags >> tag & 1)
            words =
                arena_format(request->arena, "%s%s%s", words, *words ? ", " : "", field_words(request, tag));
    return words;
}

/* fault_field, fault_gone …: the sentences stand in the page. */
static void add_fault(const struct request *request, const struct seal_result *result, struct view *view)
{
    static const char *const flags[FAULT_COUNT] = {
        [FAULT_FIELD] = "fault_field",       [FAULT_GONE] = "fault_gone",   [FAULT_CHAIN] = "fault_chain",
        [FAULT_NO_ENTRY] = "fault_no_entry", [FAULT_ENTRY] = "fault_entry", [FAULT_TREE] = "fault_tree",
        [FAULT_MARK] = "fault_mark"};

    if (flags[result->fault])
        view_flag(view, flags[result->fault], true);
    view_text(view, "field", field_words(request, result->tag));
    view_text(view, "also", other_words(request, result->others));
}

void verdict_proof(const struct request *request, const struct seal_result *result, struct view *item)
{
    static const struct {
        const char *tone, *words;
    } states[] = {[SEAL_INTACT] = {"ok", "Intact"},
                  [SEAL_WAITING] = {"wait", "Not sealed yet"},
                  [SEAL_UNPROVEN] = {"wait", "Unproven"},
                  [SEAL_BROKEN] = {"broken", "Altered"}};
    const uint8_t *leaf = result->leaf;

    view_text(item, "proof_tone", states[result->state].tone);
    view_text(item, "proof_words", page_text(request, states[result->state].words));
    view_flag(item, "proof_intact", result->state == SEAL_INTACT);
    view_flag(item, "is_sealed", result->has_leaf);
    view_text(item, "leaf",
              result->has_leaf
                  ? arena_format(request->arena, "%02x%02x %02x%02x", leaf[0], leaf[1], leaf[2], leaf[3])
                  : "");
    if (result->state != SEAL_BROKEN)
        return;
    view_flag(item, "broken", true);
    add_fault(request, result, item);
}

struct earliest {
    int64_t                   number;
    const struct seal_result *result; /* NULL: none */
};

static void take_earliest(const struct rows *rows, const struct seal_result *results, size_t count,
                          const char *numbers, struct earliest *earliest)
{
    for (size_t i = 0; i < count; i++) {
        int64_t number = rows_integer(rows, i, numbers);

        if (results[i].state == SEAL_BROKEN && (!earliest->result || number < earliest->number))
            *earliest = (struct earliest){number, &results[i]};
    }
}

static void add_broken(const struct verdict *verdict, const struct request *request, const char *numbers,
                       int64_t first, struct view *view)
{
    const struct seal_check *check = &verdict->check;
    const struct seal_gap   *gap = check->gap_count ? &check->gaps[check->gap_count - 1] : NULL;
    struct earliest          earliest = {0};

    take_earliest(check->rows, check->results, check->count, numbers, &earliest);
    take_earliest(check->notices, check->notice_results, check->notice_count, "seq", &earliest);
    if (gap && (!earliest.result || gap->first < earliest.number)) {
        view_flag(view, "missing", true);
        view_number(view, "record", (long)(gap->first + first));
        return;
    }
    if (!earliest.result)
        return;
    view_flag(view, "altered", true);
    view_number(view, "record", (long)(earliest.number + first));
    if (check->state_count[SEAL_BROKEN] > 1)
        view_number(view, "others", (long)check->state_count[SEAL_BROKEN] - 1);
    add_fault(request, earliest.result, view);
}

static void add_head(const struct seal_check *check, const struct request *request, struct view *view)
{
    const uint8_t *root = check->head.root;

    if (check->head.size == 0)
        return;
    view_flag(view, "has_head", true);
    view_number(view, "size", (long)check->head.size);
    view_flag(view, "is_first", check->head.size == 1);
    view_text(view, "signed_at",
              when_moment_inside(request->arena, request->language, check->head.signed_ms));
    view_text(view, "root",
              arena_format(request->arena, "%02x%02x %02x%02x %02x%02x %02x%02x", root[0], root[1], root[2],
                           root[3], root[4], root[5], root[6], root[7]));
    view_flag(view, "unchecked_signature", check->signature == SIGNATURE_UNCHECKED);
}

void verdict_add(const struct verdict *verdict, const struct request *request, const char *numbers,
                 int64_t first, struct view *page)
{
    const struct seal_check *check = &verdict->check;
    struct view             *view = view_within(page, "verdict");
    bool                     bad = true;
    size_t                   count = check->count + check->notice_count;

    add_head(check, request, view);
    view_number(view, "count", (long)count);
    view_flag(view, "one", count == 1);
    view_flag(view, "more", check->head.size > count);
    view_number(view, "waiting", (long)check->state_count[SEAL_WAITING]);
    view_flag(view, "some_wait", check->state_count[SEAL_WAITING] > 0 && check->head.size > 0);
    view_text(view, "since",
              check->count ? when_short_moment(request->arena, request->language,
                                               rows_integer(check->rows, check->count - 1, "recorded_ms"))
                           : "");
    view_text(view, "now", when_clock(request->arena, request->language, when_now()));
    if (check->signature == SIGNATURE_BAD)
        view_flag(view, "bad_signature", true);
    else if (check->state_count[SEAL_BROKEN] > 0 || check->gap_count > 0)
        add_broken(verdict, request, numbers, first, view);
    else if (check->state_count[SEAL_UNPROVEN] > 0)
        view_flag(view, "unproven", true);
    else
        bad = false;
    view_flag(view, "nothing_sealed", !bad && check->head.size == 0);
    view_flag(view, "intact", !bad && check->head.size > 0);
    view_flag(view, "bad", bad);
    view_text(view, "tone", bad ? "red" : check->head.size > 0 ? "ok" : "amber");
}

const char *verdict_erased(const struct verdict *verdict, const struct request *request, int64_t seq,
                           unsigned tag)
{
    const struct rows *erasures = verdict->check.erasures;
    long               n = seal_check_erased(&verdict->check, seq, tag);

    if (n < 0)
        return NULL;
    return arena_format(request->arena, "%s %s (%s)", page_text(request, "erased on"),
                        when_short_moment(request->arena, request->language,
                                          rows_integer(erasures, (size_t)n, "recorded_ms")),
                        words_column(request, erasures, (size_t)n, "reason"));
}

const char *verdict_name(const char *value)
{
    const char *blank = strchr(value, ' ');

    return blank ? blank + 1 : value;
}
