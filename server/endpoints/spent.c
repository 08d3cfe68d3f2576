#include "endpoints/spent.h"

#include <string.h>

#include "endpoints/words.h"
#include "render/when.h"

#define STEPS_MOST 24
#define BAR_WIDTH  1000.0 /* of the drawing */
#define HAIR       1.5    /* narrower pieces would not be seen */

struct step_time {
    const char *label;
    int64_t     waiting, hands_on;
};

struct spending {
    const struct request *request;
    const struct rows    *rows;
    const char           *happened;
    struct step_time      steps[STEPS_MOST];
    size_t                count;
    int64_t               begin, until, waiting, hands_on;
};

/* A piece of time between a record and the one after it. */
struct piece {
    int64_t since, length;
    bool    waits, counts;
};

/* Until the record after it; what arrived when others had moved on began nothing. */
static int64_t ends(const struct spending *spending, size_t i)
{
    while (i-- > 0)
        if (!rows_flag(spending->rows, i, "overtaken"))
            return rows_integer(spending->rows, i, spending->happened);
    return when_now();
}

static struct piece piece_at(const struct spending *spending, size_t i)
{
    const struct rows *rows = spending->rows;
    struct piece       piece = {.since = rows_integer(rows, i, spending->happened)};
    int64_t            until = ends(spending, i);

    piece.length = until > piece.since ? until - piece.since : 0;
    piece.waits = *rows_text(rows, i, "waiting") != '\0';
    piece.counts = *rows_text(rows, i, "step") && strcmp(rows_text(rows, i, "kind"), "returned") != 0 &&
                   strcmp(rows_text(rows, i, "step"), "return") != 0 && piece.length > 0 &&
                   !rows_flag(rows, i, "overtaken");
    return piece;
}

static struct step_time *step_of(struct spending *spending, size_t row)
{
    const char *label = words_column(spending->request, spending->rows, row, "step");

    for (size_t i = 0; i < spending->count; i++)
        if (strcmp(spending->steps[i].label, label) == 0)
            return &spending->steps[i];
    if (spending->count == STEPS_MOST)
        return &spending->steps[STEPS_MOST - 1];
    spending->steps[spending->count].label = label;
    return &spending->steps[spending->count++];
}

/* From the oldest record on, so that steps stand in the order in which they were taken. */
static void add_up(struct spending *spending, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        struct piece      piece = piece_at(spending, i);
        struct step_time *step;

        if (!piece.counts)
            continue;
        step = step_of(spending, i);
        *(piece.waits ? &step->waiting : &step->hands_on) += piece.length;
        *(piece.waits ? &spending->waiting : &spending->hands_on) += piece.length;
    }
}

static void draw(const struct spending *spending, size_t count, struct view *spent)
{
    double x = 0, all = (double)(spending->waiting + spending->hands_on);

    for (size_t i = count; i-- > 0;) {
        struct piece piece = piece_at(spending, i);
        double       width = (double)piece.length / all * BAR_WIDTH;
        struct view *item;

        if (!piece.counts)
            continue;
        item = view_append(spent, "pieces");
        view_format(item, "x", "%.1f", x);
        view_format(item, "width", "%.1f", width > HAIR ? width : HAIR);
        view_text(item, "tone", piece.waits ? "waits" : "works");
        view_text(item, "label", words_column(spending->request, spending->rows, i, "step"));
        view_flag(item, "waits", piece.waits);
        view_text(item, "span",
                  when_span(spending->request->arena, spending->request->language, piece.length));
        x += width;
    }
}

static const char *span(const struct spending *spending, int64_t ms)
{
    return ms >= 60000 ? when_span(spending->request->arena, spending->request->language, ms) : "–";
}

void spent_add(const struct request *request, const struct rows *rows, size_t count, const char *happened,
               struct view *view)
{
    struct spending spending = {.request = request, .rows = rows, .happened = happened};
    struct view    *spent;

    add_up(&spending, count);
    if (spending.waiting + spending.hands_on < 60000)
        return;
    spent = view_within(view, "spent");
    view_number(spent, "waiting_percent",
                (long)(spending.waiting * 100 / (spending.waiting + spending.hands_on)));
    view_text(spent, "waiting", span(&spending, spending.waiting));
    view_text(spent, "hands_on", span(&spending, spending.hands_on));
    draw(&spending, count, spent);
    for (size_t i = 0; i < spending.count; i++) {
        struct view *item = view_append(spent, "steps");

        view_text(item, "label", spending.steps[i].label);
        view_text(item, "waiting", span(&spending, spending.steps[i].waiting));
        view_text(item, "hands_on", span(&spending, spending.steps[i].hands_on));
    }
}
