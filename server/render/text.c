#include "render/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct text_language *language_named(const char *code, size_t length)
{
    for (const struct text_language *language = text_languages; language->code; language++)
        if (strlen(language->code) == length && strncasecmp(language->code, code, length) == 0)
            return language;
    return NULL;
}

static int by_english(const void *key, const void *row)
{
    return strcmp(key, ((const struct text_row *)row)->english);
}

const char *text_in(const char *language, const char *english)
{
    const struct text_language *found = language_named(language, strlen(language));
    const struct text_row      *row =
        found ? bsearch(english, found->rows, found->count, sizeof *found->rows, by_english) : NULL;

    return row ? row->translation : english;
}

/* "nl;q=0.8" : its quality in thousandths; 1000 where it is not said. */
static long quality_of(const char *item, size_t length)
{
    const char *q = memmem(item, length, "q=", 2);
    double      value = q ? strtod(q + 2, NULL) : 1.0;

    return value >= 0.0 && value <= 1.0 ? (long)(value * 1000.0) : 0;
}

const char *text_negotiate(const char *accept_language)
{
    const char *best = "en";
    long        best_quality = 0;

    while (accept_language && *accept_language) {
        const char *item = accept_language + strspn(accept_language, " \t,");
        size_t      length = strcspn(item, ","), code = strcspn(item, "-;, \t");
        const char *ours = strncasecmp(item, "en", code) == 0 && code == 2 ? "en" : NULL;

        if (!ours && language_named(item, code))
            ours = language_named(item, code)->code;
        if (ours && quality_of(item, length) > best_quality) {
            best = ours;
            best_quality = quality_of(item, length);
        }
        accept_language = item + length;
    }
    return best;
}
