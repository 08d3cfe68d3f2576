#include "claim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signing.h"

#define PAGE_MOST 100u

static void describe(const struct enrolment *enrolment, char *text, size_t size)
{
    snprintf(text, size, "scanner \"%s\" of %s", enrolment->name, enrolment->url);
}

/* Before scans were signed, the clock's difference was a member of the detail; now it is one of its own. */
static void move_clock(json_t *event, const struct queue_item *item)
{
    json_t *detail = json_object_get(event, "detail");
    json_t *skew = json_object_get(detail, "clock_skew_ms");

    if (json_is_integer(skew))
        json_object_set(event, "clock_skew_ms", skew);
    else if (item->skew_known && !json_object_get(event, "clock_skew_ms"))
        signing_put_skew(event, item->skew_ms);
    json_object_del(detail, "clock_skew_ms");
    if (json_is_object(detail) && json_object_size(detail) == 0)
        json_object_del(event, "detail");
}

/* The same key makes the same signature. */
static bool is_signed_by(const struct enrolment *enrolment, const json_t *event)
{
    const char  *signature = json_string_value(json_object_get(event, "signature"));
    json_t      *copy = json_deep_copy(event);
    struct error ignored = {0};
    bool         same = copy && signing_add(enrolment, copy, &ignored) &&
                strcmp(json_string_value(json_object_get(copy, "signature")), signature) == 0;

    json_decref(copy);
    return same;
}

/* What was scanned before scans were signed, or has got another number than the one that was signed. */
static bool awaits_signature(const struct enrolment *enrolment, const struct queue_item *item,
                             const json_t *event)
{
    const json_t *signature = json_object_get(event, "signature");

    if (!signature)
        return json_is_object(event);
    return json_is_string(signature) &&
           json_integer_value(json_object_get(event, "scanner_seq")) != item->scanner_seq &&
           is_signed_by(enrolment, event);
}

static bool sign_body(struct queue *queue, const struct enrolment *enrolment, const struct queue_item *item,
                      struct error *error)
{
    json_t *event = json_loads(item->body, JSON_REJECT_DUPLICATES, NULL);
    char   *body = NULL;
    bool    done = true;

    if (awaits_signature(enrolment, item, event)) {
        if (!json_object_get(event, "signature"))
            move_clock(event, item);
        json_object_set_new(event, "scanner_seq", json_integer(item->scanner_seq));
        done = signing_add(enrolment, event, error);
        body = done ? json_dumps(event, JSON_COMPACT) : NULL;
        done = body && queue_rewrite(queue, item->event_id, body, error);
    }
    free(body);
    json_decref(event);
    return done;
}

/* Of all scans, or of those that need attention: only among those is one with another number. */
static bool sign_each(struct queue *queue, const struct enrolment *enrolment, enum queue_part part,
                      struct error *error)
{
    int64_t after = 0;
    size_t  count;

    do {
        ARENA             *arena = arena_new();
        struct queue_item *items;

        if (!queue_page(queue, arena, part, after, PAGE_MOST, &items, &count, error))
            return false;
        for (size_t i = 0; i < count; i++) {
            after = items[i].scanner_seq;
            if (!sign_body(queue, enrolment, &items[i], error))
                return false;
        }
    } while (count == PAGE_MOST);
    return true;
}

static bool is_empty(struct queue *queue, bool *empty, struct error *error)
{
    struct queue_summary summary;

    if (!queue_summarise(queue, &summary, error))
        return false;
    *empty = summary.waiting + summary.attention == 0;
    return true;
}

bool claim_queue(struct queue *queue, const struct enrolment *enrolment, struct error *error)
{
    struct queue_state state;
    char               name[sizeof state.owner_name];
    bool               empty;

    describe(enrolment, name, sizeof name);
    if (!queue_state_read(queue, &state, error) || !is_empty(queue, &empty, error))
        return false;
    if (strcmp(state.owner, enrolment->scanner_id) == 0)
        return sign_each(queue, enrolment, QUEUE_ATTENTION, error);
    if (*state.owner && !empty)
        return error_set(error, ERROR_CONFLICT, "the scans kept here belong to %.150s, not to %.150s: %s",
                         state.owner_name, name, "nothing was changed");
    return (*state.owner || sign_each(queue, enrolment, QUEUE_UNSETTLED, error)) &&
           queue_own(queue, enrolment->scanner_id, name, error);
}

bool claim_is_free(struct queue *queue, const struct enrolment *enrolment, struct error *error)
{
    struct queue_summary summary;

    if (!queue_summarise(queue, &summary, error))
        return false;
    return !*enrolment->seed || summary.waiting + summary.attention == 0 ||
           error_set(
               error, ERROR_CONFLICT,
               "%" PRId64
               " scans of scanner \"%s\" of %s are kept here, signed with its key: send them first "
               "(spoor-scan sync; what is never taken: spoor-scan settle), or enrol with another folder "
               "(--state)",
               summary.waiting + summary.attention, enrolment->name, enrolment->url);
}
