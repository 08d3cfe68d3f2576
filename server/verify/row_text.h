/* row_text.h: how numbers, ids and times read in a row; each gives the length of what it wrote. */
#ifndef VERIFY_ROW_TEXT_H
#define VERIFY_ROW_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define ROW_TEXT_SIZE 64u /* bytes of text, enough for any; there is no NUL */

size_t row_text_number(int64_t number, char *text);
size_t row_text_uuid(const uint8_t id[16], char *text); /* "\"0d3c5c3e-…\"" */
size_t row_text_moment(int64_t ms, char *text);         /* "\"2026-11-24T08:00:00.000Z\"" */
size_t row_text_erased(uint64_t seq, char *text);       /* "{\"erased\": 12}" */

#endif
