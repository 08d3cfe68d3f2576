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
    [SHOW_GOOD] = {"+", "1;32"},    [SHOW_WAITING] = {"~", "1;36"}, [SHOW_ALREADY] = {"=", "1;33"},
    [SHOW_PROBLEM] = {"!", "1;31"}, [SHOW_CONTEXT] = {">", "1;34"},
};

const char *show_sign(enum show_kind kind)
{
    return looks[kind].sign;
}

/* Control bytes of a scanned text must not move the terminal's cursor. */
static void print_clean(const char *text)
{
    for (; *text; text++)
        putchar((unsigned char)*text < ' ' || *text == 0x7F ? '?' : *text);
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
    text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    puts(text ? text : "{}");
    free(text);
    json_decref(line);
}

static void print_line(const struct show *show, const struct shown *shown)
{
    if (show->colour)
        printf("\033[%sm%s ", looks[shown->kind].colour, looks[shown->kind].sign);
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

void show_sound(const struct show *show, enum sound_kind kind)
{
    sound_play(show->sound, kind);
}
