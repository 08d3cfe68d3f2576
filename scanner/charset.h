/* charset.h: the bytes of a QR code as UTF-8. zbar's own guess takes Big5 and Shift-JIS for UTF-8. */
#ifndef SCANNER_CHARSET_H
#define SCANNER_CHARSET_H

#include <stddef.h>

/* Opens the converters. A process that may open no files any more has to have called it before. */
void charset_prepare(void);

/* Writes the text and a NUL; returns its length. Without a byte order mark; UTF-8 where the bytes are UTF-8;
 * Shift-JIS where they look like it; Latin 1 or Windows 1252 otherwise. What does not fit is cut off. */
size_t charset_to_utf8(const char *bytes, size_t length, char *text, size_t size);

#endif
