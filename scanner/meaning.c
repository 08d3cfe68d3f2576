#include "meaning.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "keyboard.h"

#define PREFIX "SPOOR:" /* of every card */

/* "]C1", "]Q3": the scanner says which symbology it read (ISO/IEC 15424). */
static const char *after_aim(const char *text)
{
    bool aim =
        text[0] == ']' && isalpha((unsigned char)text[1]) && isalnum((unsigned char)text[2]) && text[3];

    return aim ? text + 3 : text;
}

static bool is_word(const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '_')
            return false;
    return length > 0 && length <= 40;
}

static bool take_label(const char *text, enum meaning_kind kind, struct meaning *meaning, struct error *error)
{
    struct label label;

    if (!label_parse(text, &label, error))
        return false;
    meaning->kind = kind;
    snprintf(meaning->text, sizeof meaning->text, "%s", label.code);
    snprintf(meaning->shown, sizeof meaning->shown, "%s", label_format(&label).text);
    return true;
}

static bool take_word(const char *text, enum meaning_kind kind, int (*turn)(int), struct meaning *meaning,
                      struct error *error)
{
    if (!is_word(text))
        return error_set(error, ERROR_INVALID, "This card is not complete. Scan it again");
    meaning->kind = kind;
    snprintf(meaning->text, sizeof meaning->text, "%s", text);
    for (char *c = meaning->text; *c; c++)
        *c = (char)turn((unsigned char)*c);
    snprintf(meaning->shown, sizeof meaning->shown, "%s", meaning->text);
    return true;
}

static bool take_bare(const char *text, enum meaning_kind kind, struct meaning *meaning, struct error *error)
{
    if (*text)
        return error_set(error, ERROR_INVALID, "This card is not complete. Scan it again");
    meaning->kind = kind;
    return true;
}

/* ERROR_NOT_FOUND: this is not a card. */
static bool read_card(const char *text, struct meaning *meaning, struct error *error)
{
    static const struct {
        const char       *begin;
        enum meaning_kind kind;
    } rows[] = {{"SPOOR:STEP:", MEANING_STEP},     {"SPOOR:PLACE:", MEANING_PLACE},
                {"SPOOR:PERSON:", MEANING_PERSON}, {"SPOOR:REASON:", MEANING_REASON},
                {"SPOOR:UNDO", MEANING_UNDO},      {"SPOOR:DONE", MEANING_DONE}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *rest = text + strlen(rows[i].begin);

        if (strncasecmp(text, rows[i].begin, strlen(rows[i].begin)) != 0)
            continue;
        if (rows[i].kind == MEANING_STEP || rows[i].kind == MEANING_REASON)
            return take_word(rest, rows[i].kind, rows[i].kind == MEANING_STEP ? tolower : toupper, meaning,
                             error);
        if (rows[i].kind == MEANING_UNDO || rows[i].kind == MEANING_DONE)
            return take_bare(rest, rows[i].kind, meaning, error);
        if (take_label(rest, rows[i].kind, meaning, error))
            return true;
        error->kind = ERROR_INVALID;
        return false;
    }
    if (strncasecmp(text, PREFIX, strlen(PREFIX)) == 0)
        return error_set(error, ERROR_INVALID,
                         "This card is not known here; print new ones: spoord label cards");
    return error_set(error, ERROR_NOT_FOUND, "This is not a card of the bench");
}

static bool read_exact(const char *text, struct meaning *meaning, struct error *error)
{
    text = after_aim(text);
    return read_card(text, meaning, error) ||
           (error->kind == ERROR_NOT_FOUND && take_label(text, MEANING_LABEL, meaning, error));
}

/* The one thing that this text is under some layout; false where there is none, or where two differ. */
static bool read_garbled(const char *text, struct meaning *meaning)
{
    bool found = false;

    for (size_t i = 0; i < keyboard_map_count; i++) {
        char           meant[300];
        struct meaning other = {0};
        struct error   expected = {0};

        if (!keyboard_undo(&keyboard_maps[i], text, meant, sizeof meant) ||
            !read_exact(meant, &other, &expected))
            continue;
        other.layout = keyboard_maps[i].name;
        if (found && (other.kind != meaning->kind || strcmp(other.text, meaning->text) != 0))
            return false;
        *meaning = other;
        found = true;
    }
    return found;
}

/* Serial numbers and asset tags are printed in ASCII, and are no addresses. */
static bool read_number(const char *text, struct meaning *meaning, struct error *error)
{
    size_t length;

    text = after_aim(text);
    text += strspn(text, " ");
    length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length == 0 || length >= MEANING_TEXT_MOST)
        return error_set(error, ERROR_INVALID, "This is not the code of a device");
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            return error_set(
                error, ERROR_INVALID,
                "This holds signs that no code has. Is the scanner set to the keyboard's layout?");
    if (strstr(text, "://"))
        return error_set(error, ERROR_INVALID, "This is the address of something else, not a label");
    meaning->kind = MEANING_NUMBER;
    snprintf(meaning->text, sizeof meaning->text, "%.*s", (int)length, text);
    snprintf(meaning->shown, sizeof meaning->shown, "%s", meaning->text);
    return true;
}

/* A bare code does not show by its signs which layout it went through. */
static bool is_doubtful(const struct meaning *meaning, const char *text, struct error *error)
{
    struct label label;

    if (meaning->kind != MEANING_LABEL || strchr(text, '/'))
        return false;
    snprintf(label.code, sizeof label.code, "%.10s", meaning->text);
    return !label_is_distinct(&label) &&
           !error_set(
               error, ERROR_INVALID,
               "This code is another one on a keyboard of another layout: scan the square code instead");
}

bool meaning_read(const char *text, bool typed, struct meaning *meaning, struct error *error)
{
    struct error misread = {0};

    *meaning = (struct meaning){0};
    if (read_exact(text, meaning, &misread) || (typed && read_garbled(text, meaning)))
        return !typed || !is_doubtful(meaning, text, error);
    *meaning = (struct meaning){0};
    if (misread.kind != ERROR_INVALID)
        return read_number(text, meaning, error);
    *error = misread;
    return false;
}
