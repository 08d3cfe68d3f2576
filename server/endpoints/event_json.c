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
                                          {"private_note", "private_note"},
                                          {"expected_on", "expected_on"},
                                          {"expected_before", "expected_before"},
                                          {"next_update_on", "next_update_on"},
                                          {"outcome", "outcome"},
                                          {"corrects", "corrects"},
                                          {"correction", "correction"}};

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

/* The same columns by their names in SQL_DEVICE_FACTS and in SQL_DEVICE_READ, which has others of the event
 * beside them.
 */
static void add_device(struct json *json, const struct rows *facts, bool is_read)
{
    static const struct {
        const char *member, *column, *read_column;
    } same[] = {
        {"id", "device_id", "d_id"},
        {"name", "name", "d_name"},
        {"kind", "kind", "d_kind"},
        {"code", "code", "d_code"},
        {"custodian", "custodian", "d_custodian"},
        {"place", "place", "d_place"},
        {"step", "step", "d_step"},
        {"phase", "phase", "d_phase"},
        {"waiting", "waiting", "d_waiting"},
        {"repair", "number", "d_number"},
        {"expected_on", "expected_on", "d_expected_on"},
        {"outcome", "outcome", "d_outcome"},
    };

    json_key(json, "device");
    json_object_begin(json);
    for (size_t n = 0; n < COUNT_OF(same); n++)
        json_member(json, same[n].member,
                    rows_text(facts, 0, is_read ? same[n].read_column : same[n].column));
    json_key(json, "identified");
    json_flag(json, rows_flag(facts, 0, is_read ? "d_identified" : "identified"));
    json_object_end(json);
}

void event_json_read(struct arena *arena, struct buffer *out, const struct rows *rows)
{
    event_json_device(arena, out, NULL, rows);
}

void event_json_device(struct arena *arena, struct buffer *out, const struct rows *facts,
                       const struct rows *events)
{
    struct json json;

    json_begin(&json, out);
    json_object_begin(&json);
    add_device(&json, facts ? facts : events, !facts);
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
