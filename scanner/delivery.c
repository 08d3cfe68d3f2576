#include "delivery.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "shared/buffer.h"
#include "upload.h"

#define BATCH_MOST 100u
#define BODY_MOST  ((size_t)500 * 1024) /* bytes */

/* The oldest that wait, as {"events": [...]}. */
static size_t compose(const struct queue *queue, struct buffer *body)
{
    size_t count = 0;

    buffer_text(body, "{\"events\": [");
    for (size_t i = 0; i < queue_count(queue) && count < BATCH_MOST; i++) {
        const struct queue_item *item = queue_item(queue, i);

        if (item->refused)
            continue;
        if (body->length + strlen(item->body) + 16 > body->limit)
            break;
        buffer_format(body, "%s%s", count ? ", " : "", item->body);
        count++;
    }
    buffer_text(body, "]}");
    return count;
}

static void copy(char *to, size_t size, const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    snprintf(to, size, "%s", text ? text : "");
}

static void listen(const json_t *outcome, struct delivered *said)
{
    const json_t *device = json_object_get(outcome, "device");
    const json_t *flags = json_object_get(outcome, "flags"), *flag;
    size_t        i;

    copy(said->outcome, sizeof said->outcome, outcome, "outcome");
    copy(said->message, sizeof said->message, outcome, "message");
    copy(said->step, sizeof said->step, outcome, "step");
    copy(said->device, sizeof said->device, device, "name");
    copy(said->code, sizeof said->code, device, "code");
    json_array_foreach(flags, i, flag) said->unknown_device =
        said->unknown_device ||
        (json_string_value(flag) && strcmp(json_string_value(flag), "unknown_device") == 0);
}

static bool settle(struct queue *queue, const json_t *outcome, const char *event_id, struct delivered *said,
                   size_t *settled, struct error *error)
{
    static const char *const done[] = {"recorded", "replayed", "conflict"};
    const char              *id = json_string_value(json_object_get(outcome, "event_id"));
    const char              *word = json_string_value(json_object_get(outcome, "outcome"));
    const char              *message = json_string_value(json_object_get(outcome, "message"));

    if (!id || !word)
        return true;
    if (event_id && strcmp(id, event_id) == 0)
        listen(outcome, said);
    for (size_t i = 0; i < COUNT_OF(done); i++)
        if (strcmp(word, done[i]) == 0) {
            (*settled)++;
            return queue_acknowledge(queue, id, error);
        }
    if (strcmp(word, "refused") != 0)
        return true;
    (*settled)++;
    return queue_refuse(queue, id, message ? message : "", error);
}

static bool read_answer(struct queue *queue, const char *answer, const char *event_id, struct delivered *said,
                        size_t *settled, struct error *error)
{
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    json_t *outcomes = json_object_get(root, "outcomes"), *outcome;
    size_t  i;
    bool    done = true;

    if (!json_is_array(outcomes))
        error_set(error, ERROR_UNAVAILABLE, "the server's answer is not complete; the scans wait here");
    json_array_foreach(outcomes, i, outcome) done =
        done && settle(queue, outcome, event_id, said, settled, error);
    done = done && json_is_array(outcomes);
    json_decref(root);
    return done;
}

static bool send_batch(struct queue *queue, const struct enrolment *enrolment, const char *event_id,
                       struct delivered *said, bool *more, struct error *error)
{
    ARENA                             *arena = arena_new();
    const char                        *answer;
    size_t                             settled = 0;
    CLEANUP(buffer_free) struct buffer body = {.limit = BODY_MOST};

    *more = compose(queue, &body) > 0;
    if (!*more)
        return true;
    if (!upload_post(arena, enrolment->url, "/api/v1/events", enrolment->key, body.text, &answer, error) ||
        !read_answer(queue, answer, event_id, said, &settled, error))
        return false;
    return settled > 0 || error_set(error, ERROR_UNAVAILABLE,
                                    "the server's answer names none of these scans; they wait here");
}

bool delivery_send(struct queue *queue, const struct enrolment *enrolment, const char *event_id,
                   struct delivered *said, struct error *error)
{
    bool more = true;

    while (more)
        if (!send_batch(queue, enrolment, event_id, said, &more, error))
            return false;
    return true;
}
