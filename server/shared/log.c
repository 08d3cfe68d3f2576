#include "shared/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shared/buffer.h"

#define LINE_LIMIT ((size_t)4000) /* bytes; below PIPE_BUF, so that lines of threads never mix */

static bool is_plain(const char *value)
{
    if (*value == '\0')
        return false;
    for (; *value; value++)
        if ((unsigned char)*value <= ' ' || *value == '"' || *value == '=' || *value == '\\' ||
            *value == 0x7F)
            return false;
    return true;
}

static void add_quoted(struct buffer *line, const char *value)
{
    buffer_text(line, "\"");
    for (; *value; value++) {
        unsigned char byte = (unsigned char)*value;

        if (byte == '"' || byte == '\\')
            buffer_format(line, "\\%c", byte);
        else if (byte < ' ' || byte == 0x7F)
            buffer_format(line, "\\x%02x", byte);
        else
            buffer_add(line, value, 1);
    }
    buffer_text(line, "\"");
}

void log_line(enum log_level level, ...)
{
    CLEANUP(buffer_free) struct buffer line = {.limit = LINE_LIMIT};
    const char                        *name;
    va_list                            pairs;

    buffer_format(&line, "<%d>", (int)level);
    va_start(pairs, level);
    while ((name = va_arg(pairs, const char *))) {
        const char *value = va_arg(pairs, const char *);

        buffer_format(&line, "%s%s=", line.length > 3 ? " " : "", name);
        if (is_plain(value))
            buffer_text(&line, value);
        else
            add_quoted(&line, value);
    }
    va_end(pairs);
    line.limit++;
    line.overflowed = false;
    buffer_text(&line, "\n");
    if (write(STDERR_FILENO, line.text, line.length) < 0)
        return; /* nowhere left to say so */
}
