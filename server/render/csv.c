#include "render/csv.h"

#include <string.h>

static const char *const skipped[] = {" ", "\"", "'", ";", ",", "\xEF\xBB\xBF", "\xC2\xA0"};
static const char *const formulas[] = {
    "=", "+", "-", "@", "\t", "\r", "\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

static size_t starts_with_one(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(text, list[i], strlen(list[i])) == 0)
            return strlen(list[i]);
    return 0;
}

static bool is_formula(const char *text)
{
    size_t length;

    while ((length = starts_with_one(text, skipped, COUNT_OF(skipped))) > 0)
        text += length;
    return starts_with_one(text, formulas, COUNT_OF(formulas)) > 0;
}

void csv_field(struct buffer *out, const char *text)
{
    if (out->length > 0 && out->text[out->length - 1] != '\n')
        buffer_text(out, ",");
    buffer_text(out, is_formula(text) ? "\"'" : "\"");
    for (; *text; text++) {
        if (*text == '"')
            buffer_text(out, "\"");
        buffer_add(out, text, 1);
    }
    buffer_text(out, "\"");
}

void csv_line_end(struct buffer *out)
{
    buffer_text(out, "\r\n");
}
