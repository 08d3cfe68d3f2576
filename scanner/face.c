#include "face.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <curses.h>

#include "big_letters.h"

#define CODE_MOST 14 /* letters that are drawn big */
#define TOP       6  /* row of the last result */

struct face {
    SCREEN        *screen;
    bool           any;
    enum show_kind kind;
    char           code[130], word[40], more[300];
};

static const short colours[] = {
    [SHOW_GOOD] = COLOR_GREEN,      [SHOW_LOOK] = COLOR_YELLOW, [SHOW_WAITING] = COLOR_CYAN,
    [SHOW_DOUBLED] = COLOR_MAGENTA, [SHOW_PROBLEM] = COLOR_RED, [SHOW_CONTEXT] = COLOR_BLUE,
};

struct face *face_start(void)
{
    struct face *face;
    SCREEN      *screen;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return NULL;
    screen = newterm(NULL, stdout, stdin);
    if (!screen)
        return NULL;
    face = calloc(1, sizeof *face);
    if (!face)
        abort();
    face->screen = screen;
    cbreak();
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    curs_set(0);
    if (has_colors()) {
        start_color();
        use_default_colors();
        for (short i = 0; i < (short)COUNT_OF(colours); i++)
            init_pair((short)(i + 1), colours[i], -1);
    }
    return face;
}

void face_stop(struct face *face)
{
    if (!face)
        return;
    endwin();
    delscreen(face->screen);
    free(face);
}

void face_result(struct face *face, const struct shown *shown)
{
    if (shown->kind == SHOW_CONTEXT && face->any)
        return; /* the context has a line of its own */
    face->any = true;
    face->kind = shown->kind;
    snprintf(face->code, sizeof face->code, "%s", shown->code);
    snprintf(face->word, sizeof face->word, "%s", shown->word);
    snprintf(face->more, sizeof face->more, "%s", shown->more);
}

/* One line, cut at the right edge, without control bytes. */
static void put_text(int row, int column, const char *text)
{
    if (row < 0 || row >= LINES)
        return;
    move(row, column);
    for (int i = column; *text && i < COLS - 1; text++, i++)
        addch(
            (chtype)(unsigned char)((unsigned char)*text < ' ' || (unsigned char)*text > '~' ? '?' : *text));
}

static void put_big(int row, const char *code)
{
    int cell_width = COLS >= CODE_MOST * 8 ? 2 : 1;

    for (int i = 0; i < CODE_MOST && code[i]; i++)
        for (int y = 0; y < BIG_LETTER_ROWS; y++)
            for (int x = 0; x < BIG_LETTER_CELLS * cell_width; x++) {
                int column = 2 + i * (BIG_LETTER_CELLS + 1) * cell_width + x;

                if (big_letter_cell(code[i], y, x / cell_width) && row + y < LINES && column < COLS)
                    mvaddch(row + y, column, ' ' | A_REVERSE);
            }
}

static void put_result(const struct face *face)
{
    attr_t look = A_BOLD | (has_colors() ? (attr_t)COLOR_PAIR((int)face->kind + 1) : 0);
    char   word[80];

    if (!face->any)
        return;
    attron(look);
    put_big(TOP, face->code);
    snprintf(word, sizeof word, "%s %s", show_sign(face->kind), face->word);
    for (char *c = word; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    put_text(TOP + BIG_LETTER_ROWS + 1, 2, word);
    attroff(look);
    put_text(TOP + BIG_LETTER_ROWS + 2, 2, face->code);
    put_text(TOP + BIG_LETTER_ROWS + 3, 2, face->more);
}

void face_draw(struct face *face, const struct face_state *state)
{
    int row = TOP + BIG_LETTER_ROWS + 5;

    erase();
    attron(A_BOLD);
    put_text(0, 1, state->title);
    attroff(A_BOLD);
    put_text(1, 1, state->waiting);
    attron(A_REVERSE | A_BOLD);
    put_text(3, 1,
             *state->context ? " NEXT SCANS: "
                             : " SCAN A CARD FIRST: a step, a place, a person or a reason ");
    put_text(3, *state->context ? 14 : COLS, state->context);
    attroff(A_REVERSE | A_BOLD);
    put_text(4, 1, state->trouble);
    put_result(face);
    attron(A_UNDERLINE);
    put_text(row, 1, "Today");
    attroff(A_UNDERLINE);
    for (size_t i = 0; i < state->line_count; i++)
        put_text(row + 1 + (int)i, 1, state->lines[i]);
    refresh();
}

bool face_read(struct face *face, char *byte)
{
    int key = getch();

    (void)face;
    if (key == KEY_RESIZE)
        clear();
    if (key == ERR || key > 255)
        return false;
    *byte = (char)key;
    return true;
}
