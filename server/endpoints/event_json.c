#include "endpoints/event_json.h"

#include "ledger/recorder.h"
#include "render/json.h"
#include "shared/moment.h"

static void add_time(struct json *json, const char *key, int64_t ms)
{
    char text[MOMENT_SIZE];

    moment_format_utc(ms, text);
    json_member(json, key, text);
}

static void add_event(struct arena *arena, struct json *json, const struct rows *rows, size_t i)
{
    static const char *const same[][2] = {{"event_id", "event_id"},
                                          {"kind", "kind"},
                                          {"from", "from_name"},
                                          {"to", "to_name"},
                                          {"place", "place"},
                                          {"step", "step"},
                                          {"reason", "reason"},
                                          {"recorded_by", "actor"},
                                          {"public_note", "public_note"},
                                          {"private_note", "private_note"}};

    json_key(json, "seq");
    json_number(json, rows_integer(rows, i, "seq"));
    json_key(json, "device_seq");
    json_number(json, rows_integer(rows, i, "device_seq"));
    for (size_t n = 0; n < COUNT_OF(same); n++)
        json_member(json, same[n][0], rows_text(rows, i, same[n][1]));
    add_time(json, "happened_at", rows_integer(rows, i, "happened_at"));
    add_time(json, "recorded_at", rows_integer(rows, i, "recorded_at"));
    json_member(json, "flags", recorder_flag_words(arena, (unsigned)rows_integer(rows, i, "flags")));
}

static void add_device(struct json *json, const struct rows *facts)
{
    static const char *const same[][2] = {{"id", "device_id"},
                                          {"name", "name"},
                                          {"kind", "kind"},
                                          {"code", "code"},
                                          {"custodian", "custodian"},
                                          {"place", "place"},
                                          {"step", "step"},
                                          {"phase", "phase"},
                                          {"waiting", "waiting"},
                                          {"repair", "number"},
                                          {"expected_on", "expected_on"},
                                          {"outcome", "outcome"}};

    json_key(json, "device");
    json_object_begin(json);
    for (size_t n = 0; n < COUNT_OF(same); n++)
        json_member(json, same[n][0], rows_text(facts, 0, same[n][1]));
    json_key(json, "identified");
    json_flag(json, rows_flag(facts, 0, "identified"));
    json_object_end(json);
}

void event_json_device(struct arena *arena, struct buffer *out, const struct rows *facts,
                       const struct rows *events)
{
    struct json json;

    json_begin(&json, out);
    json_object_begin(&json);
    add_device(&json, facts);
    json_key(&json, "events");
    json_array_begin(&json);
    for (size_t i = 0; i < rows_count(events); i++) {
        json_object_begin(&json);
        add_event(arena, &json, events, i);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    buffer_text(out, "\n");
}

void event_json_line(struct arena *arena, struct buffer *out, const struct rows *rows, size_t row)
{
    struct json json;

    json_begin(&json, out);
    json_object_begin(&json);
    add_event(arena, &json, rows, row);
    json_member(&json, "device_id", rows_text(rows, row, "device_id"));
    json_member(&json, "device", rows_text(rows, row, "device"));
    json_member(&json, "code", rows_text(rows, row, "code"));
    json_object_end(&json);
    buffer_text(out, "\n");
}
