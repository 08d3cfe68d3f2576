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

/* Signs what was scanned before scans were signed. Its clock's difference moves to its own member. */
static bool sign_body(struct queue *queue, const struct enrolment *enrolment, const struct queue_item *item,
                      struct error *error)
{
    json_t *event = json_loads(item->body, JSON_REJECT_DUPLICATES, NULL);
    char   *body = NULL;
    bool    done = true;

    if (event && !json_object_get(event, "signature")) {
        done = signing_add(enrolment, event, error);
        body = done ? json_dumps(event, JSON_COMPACT) : NULL;
        done = body && queue_rewrite(queue, item->event_id, body, error);
    }
    free(body);
    json_decref(event);
    return done;
}

static bool sign_all(struct queue *queue, const struct enrolment *enrolment, struct error *error)
{
    int64_t after = 0;
    size_t  count;

    do {
        ARENA             *arena = arena_new();
        struct queue_item *items;

        if (!queue_page(queue, arena, false, after, PAGE_MOST, &items, &count, error))
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
        return true;
    if (*state.owner && !empty)
        return error_set(error, ERROR_CONFLICT, "the scans kept here belong to %.150s, not to %.150s: %s",
                         state.owner_name, name, "nothing was changed");
    return (*state.owner || sign_all(queue, enrolment, error)) &&
           queue_own(queue, enrolment->scanner_id, name, error);
}

bool claim_is_free(struct queue *queue, const struct enrolment *enrolment, struct error *error)
{
    struct queue_summary summary;

    if (!queue_summarise(queue, &summary, error))
        return false;
    return !*enrolment->seed || summary.waiting + summary.attention == 0 ||
           error_set(error, ERROR_CONFLICT,
                     "%" PRId64
                     " scans of scanner \"%s\" of %s are kept here, signed with its key: send them first "
                     "(spoor-scan sync), or enrol with another folder (--state)",
                     summary.waiting + summary.attention, enrolment->name, enrolment->url);
}
