/* A scanned text: what it means reads as the same again; what means nothing says why; what was typed on some
 * keyboard is never another label than what is printed. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "meaning.h"
#include "shared/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_label(const struct meaning *meaning)
{
    struct label label;
    struct error error = {0};

    if (strlen(meaning->text) != LABEL_SYMBOLS || !label_parse(meaning->text, &label, &error) ||
        strcmp(label.code, meaning->text) != 0 || strcmp(label_format(&label).text, meaning->shown) != 0)
        abort();
}

static void check_word(const struct meaning *meaning)
{
    for (const char *c = meaning->text; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            abort();
    if (!*meaning->text)
        abort();
}

static void check_number(const struct meaning *meaning)
{
    size_t length = strlen(meaning->text);

    for (size_t i = 0; i < length; i++)
        if (meaning->text[i] < ' ' || meaning->text[i] > '~')
            abort();
    if (length == 0 || meaning->text[0] == ' ' || meaning->text[length - 1] == ' ' ||
        strstr(meaning->text, "://"))
        abort();
}

static void check(const struct meaning *meaning)
{
    switch (meaning->kind) {
    case MEANING_LABEL:
    case MEANING_PLACE:
    case MEANING_PERSON:
        check_label(meaning);
        break;
    case MEANING_NUMBER:
        check_number(meaning);
        break;
    case MEANING_STEP:
    case MEANING_REASON:
        check_word(meaning);
        break;
    case MEANING_UNDO:
    case MEANING_DONE:
        if (*meaning->text)
            abort();
    }
}

static bool read_as(const char *text, bool typed, struct meaning *meaning)
{
    struct error error = {0};

    if (meaning_read(text, typed, meaning, &error)) {
        check(meaning);
        if (meaning->layout && !typed)
            abort();
        return true;
    }
    if (error.kind == ERROR_NONE || !error.message[0] || strchr(error.message, '\n') ||
        !utf8_is_valid(error.message, strlen(error.message)))
        abort();
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char           text[2048];
    struct meaning plain, typed;
    bool           is_plain, is_typed;

    if (length >= sizeof text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    is_plain = read_as(text, false, &plain);
    is_typed = read_as(text, true, &typed);
    if (is_plain && is_typed && plain.kind != MEANING_NUMBER &&
        (typed.kind != plain.kind || strcmp(typed.text, plain.text) != 0 || typed.layout))
        abort();
    return 0;
}
