#include "charset.h"

#include <iconv.h>
#include <stdbool.h>
#include <string.h>

#include "shared/compiler.h"
#include "shared/utf8.h"

#define KATAKANA_RUN 3u /* as many half-width katakana in a row are no accident */

enum converter { CONVERT_SHIFT_JIS, CONVERT_WINDOWS, CONVERT_LATIN_1, CONVERT_COUNT };

static struct {
    const char *name;
    iconv_t     handle;
    bool        opened;
} converters[CONVERT_COUNT] = {{.name = "CP932"}, {.name = "CP1252"}, {.name = "ISO-8859-1"}};

/* What zbar opens for itself while it reads; once open here, they are in memory for it. */
static const char *const of_zbar[] = {
    "ISO8859-1",  "SJIS",       "UTF-8",      "BIG-5",      "CP437",      "ISO8859-2", "ISO8859-3",
    "ISO8859-4",  "ISO8859-5",  "ISO8859-6",  "ISO8859-7",  "ISO8859-8",  "ISO8859-9", "ISO8859-10",
    "ISO8859-11", "ISO8859-13", "ISO8859-14", "ISO8859-15", "ISO8859-16",
};

static iconv_t kept_for_zbar[COUNT_OF(of_zbar)]; /* open until the process ends */

void charset_prepare(void)
{
    static bool prepared;

    if (prepared)
        return;
    prepared = true;
    for (size_t i = 0; i < CONVERT_COUNT; i++) {
        converters[i].handle = iconv_open("UTF-8", converters[i].name);
        converters[i].opened = converters[i].handle != (iconv_t)-1;
    }
    for (size_t i = 0; i < COUNT_OF(of_zbar); i++)
        kept_for_zbar[i] = iconv_open("UTF-8", of_zbar[i]);
}

static size_t convert(enum converter which, const char *bytes, size_t length, char *text, size_t size)
{
    char  *from, *to = text;
    size_t left = size - 1;

    if (!converters[which].opened)
        return 0;
    memcpy(&from, &bytes, sizeof from); /* iconv() changes the pointer, never the bytes */
    iconv(converters[which].handle, NULL, NULL, NULL, NULL);
    if (iconv(converters[which].handle, &from, &length, &to, &left) == (size_t)-1)
        return 0;
    *to = '\0';
    return (size_t)(to - text);
}

struct signs {
    size_t windows; /* 80 to 9F: letters in Windows 1252, controls in Latin 1 */
    size_t punctuation, longest_katakana;
};

static struct signs look(const unsigned char *bytes, size_t length)
{
    struct signs signs = {0};
    size_t       run = 0;

    for (size_t i = 0; i < length; i++) {
        signs.windows += bytes[i] >= 0x80 && bytes[i] < 0xA0;
        signs.punctuation += bytes[i] >= 0xA0 && bytes[i] < 0xC0;
        run = bytes[i] >= 0xA1 && bytes[i] <= 0xDF ? run + 1 : 0;
        if (run > signs.longest_katakana)
            signs.longest_katakana = run;
    }
    return signs;
}

static size_t copy(const char *bytes, size_t length, char *text, size_t size)
{
    size_t count = length < size ? length : size - 1;

    memcpy(text, bytes, count);
    text[count] = '\0';
    return count;
}

size_t charset_to_utf8(const char *bytes, size_t length, char *text, size_t size)
{
    struct signs signs;
    size_t       count = 0;

    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    if (utf8_is_valid(bytes, length))
        return copy(bytes, length, text, size);
    charset_prepare();
    signs = look((const unsigned char *)bytes, length);
    if (signs.windows > 0 || signs.longest_katakana >= KATAKANA_RUN || signs.punctuation * 10 > length)
        count = convert(CONVERT_SHIFT_JIS, bytes, length, text, size);
    if (count == 0 && signs.windows > 0)
        count = convert(CONVERT_WINDOWS, bytes, length, text, size);
    if (count == 0)
        count = convert(CONVERT_LATIN_1, bytes, length, text, size);
    text[count] = '\0';
    return count;
}
