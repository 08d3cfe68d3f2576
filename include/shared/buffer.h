/* buffer.h: text or bytes that grow up to a limit that their maker chose. */
#ifndef SHARED_BUFFER_H
#define SHARED_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/compiler.h"

struct buffer {
    char  *text;     /* always ends with a NUL once something was added; NULL before */
    size_t length;   /* bytes, without the NUL */
    size_t capacity; /* bytes */
    size_t limit;    /* bytes; additions beyond it are dropped and remembered */
    bool   overflowed;
};

void  buffer_add(struct buffer *buffer, const char *bytes, size_t count);
void  buffer_text(struct buffer *buffer, const char *text);
void  buffer_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
char *buffer_detach(struct buffer *buffer); /* the caller frees the text; the limit stays */
void  buffer_free(struct buffer *buffer);   /* also fit for CLEANUP(buffer_free) */

#endif
