/* csv.h: RFC 4180 fields, every one quoted, and none that a spreadsheet would run as a formula. */
#ifndef RENDER_CSV_H
#define RENDER_CSV_H

#include <stdbool.h>

#include "shared/buffer.h"

/* Adds the field; a comma before it unless it is the first of its line. An apostrophe stands before a text
 * that begins (also after blanks, quotes, semicolons or a byte order mark) with = + - @ TAB CR or their
 * full-width forms. */
void csv_field(struct buffer *out, const char *text);
void csv_line_end(struct buffer *out); /* CR LF */

#endif
