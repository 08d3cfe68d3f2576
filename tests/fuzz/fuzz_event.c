/* The body of POST /api/v1/events, read member by member as the service reads it. */
#include <stdlib.h>
#include <string.h>

#include "render/json_read.h"
#include "shared/moment.h"
#include "shared/uuid.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void read_event(const struct json_value *event, struct arena *arena)
{
    static const struct {
        const char *name;
        size_t      most;
        bool        lines;
    } texts[] = {{"event_id", 60, false}, {"code", 200, false},        {"kind", 40, false},
                 {"step", 40, false},     {"happened_at", 60, false},  {"place", 200, false},
                 {"reason", 40, false},   {"public_note", 2000, true}, {"private_note", 2000, true}};
    struct error  error = {0};
    struct moment moment;
    char          id[UUID_SIZE];
    const char   *text;
    int64_t       number;

    if (!json_read_only(event,
                        "event_id code kind step happened_at place reason public_note private_note detail",
                        "events[0].", &error) &&
        error.field[0] == 0)
        abort();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!json_read_text(event, texts[i].name, "events[0].", i == 0, texts[i].most, texts[i].lines, &text,
                            &error) ||
            !text)
            continue;
        if (strlen(text) > 4 * texts[i].most)
            abort();
        if (uuid_parse(text, id) && !uuid_parse_any(text, id))
            abort();
        if (moment_parse(text, &moment, &error) && moment.ms < 0)
            abort();
    }
    if (json_read_count(event, "scanner_seq", "", &number, &error) &&
        (number < 0 || number > INT64_C(1) << 53))
        abort();
    if (json_read_object(event, "detail", "", 4000, "skipped", arena, &text, &error) && text &&
        strlen(text) > 4000)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    ARENA                   *arena = arena_new();
    struct error             error = {0};
    const struct json_value *body = json_read(arena, (const char *)bytes, length, &error), *events;
    size_t                   count;

    if (!body) {
        if (error.message[0] == '\0')
            abort();
        return 0;
    }
    if (!json_read_only(body, "events", "", &error) ||
        !json_read_array(body, "events", 1, 100, &events, &count, &error))
        return 0;
    for (size_t i = 0; i < count; i++)
        read_event(json_read_item(events, i), arena);
    return 0;
}
