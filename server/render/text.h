/*
 * text.h: what the pages say, in the reader's language.
 *
 * The English sentence is its own key (gettext's way); site/text/LANGUAGE.po holds the others.
 */
#ifndef RENDER_TEXT_H
#define RENDER_TEXT_H

#include <stddef.h>

struct text_row {
    const char *english, *translation;
};

struct text_language {
    const char            *code; /* "nl" */
    const struct text_row *rows; /* sorted by english, by byte */
    size_t                 count;
};

extern const struct text_language text_languages[]; /* ends with a row without code; English is not in it */

/* The sentence in the language ("en", "nl"); the English one where there is no translation. Never NULL. */
const char *text_in(const char *language, const char *english);

/* The best language for an Accept-Language header (may be NULL) that we have: "en" or a code of
 * text_languages. */
const char *text_negotiate(const char *accept_language);

#endif
