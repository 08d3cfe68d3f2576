/* Lines of a bundle: a text that is accepted has one spelling, a number too. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/json.h"
#include "verify/json_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_value(const struct json_value *value)
{
    CLEANUP(buffer_free)
    struct buffer room = {.limit = 1u << 20}, text = {.limit = 1u << 20}, again = {.limit = 1u << 21};
    struct json   json;
    char          number[24];
    const char   *said;
    uint64_t      read;
    size_t        length;

    if (json_line_text(value, &room, &said, &length)) {
        buffer_add(&text, said, length);
        json_begin(&json, &again);
        json_text(&json, text.text);
        if (!json_line_is(value, again.text, again.length))
            abort();
    }
    if (json_line_number(value, &read)) {
        snprintf(number, sizeof number, "%" PRIu64, read);
        if (!json_line_is(value, number, strlen(number)))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const struct json_name names[] = {JSON_NAME("seq"), JSON_NAME("tag"), JSON_NAME("value"),
                                             JSON_NAME("salt")};
    struct json_value             values[4];
    const char                   *line = (const char *)bytes;

    if (!json_line_parse(line, length, names, 4, values))
        return 0;
    for (size_t i = 0; i < 4; i++) {
        if (values[i].text < line || values[i].text + values[i].length > line + length)
            abort();
        check_value(&values[i]);
    }
    return 0;
}
