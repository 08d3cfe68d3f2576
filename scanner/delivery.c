#include "delivery.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "flags.h"
#include "shared/buffer.h"
#include "shared/moment.h"

#define BATCH_MOST 100u
#define BODY_MOST  ((size_t)500 * 1024) /* bytes */

/* {"events": [...]}, as many as fit. */
static size_t compose(const struct queue_item *items, size_t count, struct buffer *body)
{
    size_t taken = 0;

    buffer_text(body, "{\"events\": [");
    while (taken < count && body->length + strlen(items[taken].body) + 16 < body->limit) {
        buffer_format(body, "%s%s", taken ? ", " : "", items[taken].body);
        taken++;
    }
    buffer_text(body, "]}");
    return taken;
}

static void copy(char *to, size_t size, const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    snprintf(to, size, "%s", text ? text : "");
}

/* What stands in the object, each after its word; what no longer fits is left out whole. */
static void describe(const json_t *device, char *text, size_t size)
{
    static const char *const parts[][2] = {
        {"step", ""}, {"waiting", "waiting: "}, {"custodian", "with "}, {"place", "at "}};

    for (size_t i = 0, length = 0; i < COUNT_OF(parts); i++) {
        const char *value = json_string_value(json_object_get(device, parts[i][0]));

        if (!value || !*value || length + strlen(value) + 12 >= size)
            continue;
        length +=
            (size_t)snprintf(text + length, size - length, "%s%s%s", length ? ", " : "", parts[i][1], value);
    }
}

/* A word that no longer fits is left out whole. */
static void listen_to_flag(const char *flag, struct delivered *said)
{
    size_t length = strlen(said->flags);

    if (!flag || length + strlen(flag) + 2 >= sizeof said->flags)
        return;
    snprintf(said->flags + length, sizeof said->flags - length, "%s%s", length ? "," : "", flag);
    said->unknown_device = said->unknown_device || strcmp(flag, FLAG_UNKNOWN_DEVICE) == 0;
    said->look = flags_add(flag, *said->message, said->notes, sizeof said->notes) || said->look;
}

static void listen(const json_t *outcome, struct delivered *said)
{
    const json_t *device = json_object_get(outcome, "device");
    const json_t *flags = json_object_get(outcome, "flags"), *flag;
    size_t        i;

    copy(said->event_id, sizeof said->event_id, outcome, "event_id");
    copy(said->outcome, sizeof said->outcome, outcome, "outcome");
    copy(said->message, sizeof said->message, outcome, "message");
    copy(said->device, sizeof said->device, device, "name");
    copy(said->code, sizeof said->code, device, "code");
    describe(device, said->now, sizeof said->now);
    json_array_foreach(flags, i, flag) listen_to_flag(json_string_value(flag), said);
}

static const struct queue_item *sent_as(const struct queue_item *items, size_t count, const char *event_id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].event_id, event_id) == 0)
            return &items[i];
    return NULL;
}

/* One of the five answers; "unknown" and whatever else there may be decides nothing. */
static bool decides(const struct delivered *said)
{
    static const char *const words[] = {"recorded", "replayed", "conflict", "refused"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(said->outcome, words[i]) == 0)
            return true;
    return false;
}

struct hearing {
    int64_t              highest; /* the server knows numbers up to this one; 0: it did not say */
    struct delivered     said[BATCH_MOST];
    struct queue_verdict verdicts[BATCH_MOST];
    char                 texts[BATCH_MOST][720];
    size_t               count;
    char                 undone[BATCH_MOST][UUID_SIZE]; /* scans that were refused, and taken back */
    size_t               undone_count;
};

static bool is_refused(const char *outcome)
{
    return strcmp(outcome, "refused") == 0;
}

/* Whether the server refused this event, now or earlier. */
static bool was_refused(struct queue *queue, const struct hearing *hearing, const char *event_id)
{
    ARENA             *arena = arena_new();
    struct queue_item *item = NULL;
    struct error       ignored = {0};

    for (size_t i = 0; i < hearing->count; i++)
        if (strcmp(hearing->said[i].event_id, event_id) == 0)
            return is_refused(hearing->said[i].outcome);
    return queue_recent_event(queue, arena, event_id, &item, &ignored) && item && is_refused(item->outcome);
}

/* Its scan was refused, and whoever scanned took it back: neither needs attention. */
static bool is_undo_of_refused(struct queue *queue, struct hearing *hearing, const struct queue_item *item)
{
    json_t     *event = strcmp(item->context, QUEUE_UNDO) == 0 ? json_loads(item->body, 0, NULL) : NULL;
    const char *corrects = json_string_value(json_object_get(event, "corrects"));
    bool        is_one = corrects && was_refused(queue, hearing, corrects);

    if (is_one)
        snprintf(hearing->undone[hearing->undone_count++], UUID_SIZE, "%s", corrects);
    json_decref(event);
    return is_one;
}

static void add_verdict(struct queue *queue, struct hearing *hearing, const json_t *outcome,
                        const struct queue_item *items, size_t count)
{
    struct delivered         said = {0};
    char                    *text = hearing->texts[hearing->count];
    const struct queue_item *item;
    bool                     is_void;

    listen(outcome, &said);
    item = sent_as(items, count, said.event_id);
    if (!decides(&said) || !item)
        return;
    is_void = is_refused(said.outcome) && is_undo_of_refused(queue, hearing, item);
    if (is_void)
        snprintf(said.message, sizeof said.message, "%s", QUEUE_UNDO_OF_REFUSED);
    snprintf(text, sizeof hearing->texts[0], "%s%s%s", said.device, *said.device && *said.message ? ": " : "",
             said.message);
    hearing->said[hearing->count] = said;
    hearing->verdicts[hearing->count] =
        (struct queue_verdict){.event_id = hearing->said[hearing->count].event_id,
                               .outcome = hearing->said[hearing->count].outcome,
                               .said = *text || !is_refused(said.outcome) ? text : "the server refused it",
                               .refused = is_refused(said.outcome) && !is_void};
    hearing->count++;
}

static bool read_answer(struct queue *queue, const char *answer, const struct queue_item *items, size_t count,
                        struct hearing *hearing, struct error *error)
{
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    json_t *outcomes = json_object_get(root, "outcomes"), *outcome;
    bool    whole = json_is_array(outcomes);
    size_t  i;

    json_array_foreach(outcomes, i, outcome) if (hearing->count < BATCH_MOST)
        add_verdict(queue, hearing, outcome, items, count);
    hearing->highest = json_integer_value(json_object_get(root, "highest_scanner_seq"));
    json_decref(root);
    if (!whole)
        return error_set(error, ERROR_UNAVAILABLE,
                         "the server's answer is not complete; the scans wait here");
    return hearing->count > 0 || error_set(error, ERROR_UNAVAILABLE,
                                           "the server's answer names none of these scans; they wait here");
}

static bool settle(const struct delivery *delivery, const struct hearing *hearing, struct error *error)
{
    if (!queue_settle(delivery->queue, hearing->verdicts, hearing->count, error))
        return false;
    for (size_t i = 0; i < hearing->undone_count; i++) /* or "sync --again" would record it after all */
        if (!queue_put_by(delivery->queue, hearing->undone[i], moment_now().ms, error))
            return false;
    for (size_t i = 0; delivery->heard && i < hearing->count; i++)
        delivery->heard(&hearing->said[i], delivery->context);
    return true;
}

/* The server said in an outcome that this scanner was revoked. */
static bool note_revoked(const struct delivery *delivery, const struct hearing *hearing, struct error *error)
{
    for (size_t i = 0; i < hearing->count; i++)
        if (strstr(hearing->said[i].flags, FLAG_REVOKED_SENDER))
            return queue_revoked(delivery->queue, delivery->enrolment->scanner_id, error);
    return true;
}

/* The request was refused as a whole. A single event needs attention then; several are sent one by one. */
static bool settle_unreadable(struct delivery *delivery, const struct queue_item *items, size_t count,
                              struct hearing *hearing, struct error *error)
{
    if (error->kind != ERROR_INVALID && error->kind != ERROR_TOO_LARGE)
        return false;
    if (count > 1) {
        delivery->singly = count;
        return true;
    }
    snprintf(hearing->said[0].event_id, UUID_SIZE, "%s", items[0].event_id);
    snprintf(hearing->said[0].outcome, sizeof hearing->said[0].outcome, "refused");
    snprintf(hearing->said[0].message, sizeof hearing->said[0].message, "%.299s", error->message);
    hearing->verdicts[0] =
        (struct queue_verdict){items[0].event_id, "refused", hearing->said[0].message, true};
    hearing->count = 1;
    return settle(delivery, hearing, error);
}

static bool exchange(struct delivery *delivery, struct arena *arena, const struct queue_item *items,
                     size_t count, struct error *error)
{
    struct hearing                    *hearing = ARENA_NEW(arena, struct hearing, 1);
    struct upload_answer               answer;
    CLEANUP(buffer_free) struct buffer body = {.limit = BODY_MOST};
    bool                               done;

    count = compose(items, count, &body);
    done = upload_post(delivery->upload, arena, delivery->enrolment->url, "/api/v1/events",
                       delivery->enrolment->key, body.text, &answer, error);
    if (!done)
        return settle_unreadable(delivery, items, count, hearing, error);
    return read_answer(delivery->queue, answer.body, items, count, hearing, error) &&
           queue_heard(delivery->queue, moment_now().ms, answer.skew_known ? &answer.skew_ms : NULL, error) &&
           queue_known(delivery->queue, hearing->highest, error) && note_revoked(delivery, hearing, error) &&
           settle(delivery, hearing, error);
}

bool delivery_send(struct delivery *delivery, bool *more, struct error *error)
{
    ARENA               *arena = arena_new();
    struct queue_item   *items;
    struct queue_summary left = {0};
    struct error         said = {0};
    size_t               count;

    *more = false;
    if (!queue_batch(delivery->queue, arena, delivery->singly ? 1 : BATCH_MOST, &items, &count, error))
        return false;
    if (count == 0)
        return true;
    if (!exchange(delivery, arena, items, count, &said)) {
        *error = said;
        return false;
    }
    if (count == 1 && delivery->singly)
        delivery->singly--;
    if (!queue_summarise(delivery->queue, &left, error))
        return false;
    *more = left.waiting > 0;
    return true;
}
