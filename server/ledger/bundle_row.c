#include "ledger/bundle_row.h"

#include <stdlib.h>
#include <string.h>

#include "render/json.h"
#include "shared/moment.h"

enum how { NUMBER, TEXT, MOMENT, VALUE };

static const struct {
    const char *name, *column, *gone; /* gone: the column with the seq of the erasure */
    enum how    how;
} members[] = {
    {"seq", "seq", NULL, NUMBER},
    {"event_id", "event_id", NULL, TEXT},
    {"device_id", "device_id", NULL, TEXT},
    {"device_seq", "device_seq", NULL, NUMBER},
    {"kind", "kind", NULL, TEXT},
    {"kind_number", "kind_number", NULL, NUMBER},
    {"recorded_at", "recorded_ms", NULL, MOMENT},
    {"happened_at", "happened_ms", NULL, MOMENT},
    {"offset_minutes", "offset_minutes", NULL, NUMBER},
    {"step", "step", NULL, TEXT},
    {"step_number", "step_number", NULL, NUMBER},
    {"flags", "flags", NULL, NUMBER},
    {"repair_id", "repair_id", NULL, TEXT},
    {"holder", "holder", "holder_gone", VALUE},
    {"place", "place", NULL, VALUE},
    {"device", "identity", NULL, VALUE},
    {"recorder", "recorder", "recorder_gone", VALUE},
    {"public_note", "public_note", "public_note_gone", VALUE},
    {"private_note", "private_note", "private_note_gone", VALUE},
    {"detail", "detail", "detail_gone", VALUE},
    {"corrects", "corrects", NULL, TEXT},
    {"reason", "reason", NULL, TEXT},
    {"reason_number", "reason_number", NULL, NUMBER},
};

static void add_moment(struct json *json, int64_t ms)
{
    char text[MOMENT_SIZE];

    moment_format_utc(ms, text);
    json_text(json, text);
}

/* A place that was left is nothing, like one that never was. */
static void add_value(struct json *json, const struct rows *rows, size_t n, const char *column,
                      const char *gone)
{
    if (gone && !rows_null(rows, n, gone)) {
        json_object_begin(json);
        json_key(json, "erased");
        json_number(json, rows_integer(rows, n, gone));
        json_object_end(json);
    } else if (*rows_text(rows, n, column) == '\0') {
        json_null(json);
    } else {
        json_text(json, rows_text(rows, n, column));
    }
}

void bundle_row_event(const struct rows *rows, size_t n, struct buffer *out)
{
    struct json json;

    json_begin(&json, out);
    json_object_begin(&json);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const char *column = members[i].column;

        json_key(&json, members[i].name);
        if (members[i].how == VALUE || rows_null(rows, n, column))
            add_value(&json, rows, n, column, members[i].gone);
        else if (members[i].how == NUMBER)
            json_number(&json, rows_integer(rows, n, column));
        else if (members[i].how == MOMENT)
            add_moment(&json, rows_integer(rows, n, column));
        else
            json_text(&json, rows_text(rows, n, column));
    }
    json_object_end(&json);
    buffer_text(out, "\n");
}

void bundle_row_opening(const struct rows *rows, size_t n, struct buffer *out)
{
    struct json json;

    json_begin(&json, out);
    json_object_begin(&json);
    json_key(&json, "seq");
    json_number(&json, rows_integer(rows, n, "seq"));
    json_key(&json, "tag");
    json_number(&json, rows_integer(rows, n, "tag"));
    json_key(&json, "value");
    json_text(&json, rows_text(rows, n, "value"));
    json_key(&json, "salt");
    json_text(&json, rows_text(rows, n, "salt"));
    json_object_end(&json);
    buffer_text(out, "\n");
}
