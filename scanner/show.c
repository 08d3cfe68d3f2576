#include "show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "face.h"
#include "shared/compiler.h"
#include "shared/utf8.h"

static const struct {
    const char *sign, *colour; /* colour: SGR of a terminal */
} looks[] = {
    [SHOW_GOOD] = {"+", "1;32"},    [SHOW_LOOK] = {"?", "1;33"},    [SHOW_WAITING] = {"~", "1;36"},
    [SHOW_DOUBLED] = {"=", "1;35"}, [SHOW_PROBLEM] = {"!", "1;31"}, [SHOW_CONTEXT] = {">", "1;34"},
};

const char *show_sign(enum show_kind kind)
{
    return looks[kind].sign;
}

#define LINE_CLEAR  "\r\033[K"
#define GLANCE_MOST 60u /* bytes of a text */

/* Control characters of a scanned text, also those of two bytes, must not move the terminal's cursor. */
static void print_clean(const char *text)
{
    for (; *text; text++) {
        bool is_c1 =
            (unsigned char)*text == 0xC2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xA0;

        text += is_c1;
        putchar(is_c1 || (unsigned char)*text < ' ' || *text == 0x7F ? '?' : *text);
    }
}

static json_t *flags_json(const char *flags)
{
    json_t *list = json_array();

    while (*flags) {
        size_t length = strcspn(flags, ",");

        json_array_append_new(list, json_stringn(flags, length));
        flags += length + (flags[length] == ',');
    }
    return list;
}

static void print_json(const struct shown *shown)
{
    json_t *line = json_pack("{s:s, s:s, s:s}", "code",
                             utf8_is_valid(shown->code, strlen(shown->code)) ? shown->code : "", "result",
                             shown->word, "detail", shown->more);
    char   *text;

    if (line && shown->event_id)
        json_object_set_new(line, "event_id", json_string(shown->event_id));
    if (line && shown->number)
        json_object_set_new(line, "scanner_seq", json_integer(shown->number));
    if (line && shown->flags)
        json_object_set_new(line, "flags", flags_json(shown->flags));
    text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    puts(text ? text : "{}");
    free(text);
    json_decref(line);
}

static void print_line(const struct show *show, const struct shown *shown)
{
    if (show->colour)
        printf(LINE_CLEAR "\033[%sm%s ", looks[shown->kind].colour, looks[shown->kind].sign);
    print_clean(shown->code);
    printf("%s%s", *shown->code ? "  " : "", shown->word);
    if (show->colour)
        printf("\033[0m");
    printf("  ");
    print_clean(shown->more);
    putchar('\n');
}

void show_line(const struct show *show, const struct shown *shown)
{
    if (show->face) {
        face_result(show->face, shown);
        return;
    }
    if (show->json)
        print_json(shown);
    else
        print_line(show, shown);
    fflush(stdout);
}

void show_glance(const struct show *show, const char *what, const char *text)
{
    char   part[GLANCE_MOST + 1];
    size_t length = strlen(text) < GLANCE_MOST ? strlen(text) : GLANCE_MOST;

    if (!show->colour || show->face || show->json)
        return;
    while (length < strlen(text) && length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    snprintf(part, sizeof part, "%.*s", (int)length, text);
    printf(LINE_CLEAR "%s  ", what);
    print_clean(part);
    fflush(stdout);
}

void show_sound(const struct show *show, enum sound_kind kind)
{
    sound_play(show->sound, kind);
}
