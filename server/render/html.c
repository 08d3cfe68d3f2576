#include "render/html.h"

#include <string.h>

static const char *const entities[256] = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
};

void html_escape(struct buffer *out, const char *text)
{
    while (*text) {
        size_t plain = strcspn(text, "&<>\"'");

        buffer_add(out, text, plain);
        text += plain;
        if (*text)
            buffer_text(out, entities[(unsigned char)*text++]);
    }
}
