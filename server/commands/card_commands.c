/* The cards that lie on the bench: scanned first, they say what the next scans mean. */
#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "commands/out_file.h"
#include "db/query.h"
#include "render/card_sheet.h"
#include "shared/label.h"

#define FILE_BYTES ((size_t)64 * 1024 * 1024)
#define CARDS_MOST 5000u /* as bench_cards.sql */

/* What is the same for every desk; scanner/meaning.c reads these contents. */
static const struct bench_card fixed[] = {
    {"SPOOR:DONE", "Ends the choice · Einde keuze", "Done", "Einde reeks"},
    {"SPOOR:UNDO", "Latest scan back · Laatste scan terug", "Undo", "Ongedaan maken"},
};

static const char *heading_of(const char *kind)
{
    static const char *const rows[][2] = {{"STEP", "Step · Stap"},
                                          {"REASON", "Reason · Reden"},
                                          {"PLACE", "Place · Plaats"},
                                          {"PERSON", "Hand over to · Overdragen aan"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i][0], kind) == 0)
            return rows[i][1];
    return "";
}

static size_t fill(struct arena *arena, const struct rows *rows, struct bench_card *cards)
{
    size_t count = rows_count(rows);

    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        cards[i] = fixed[i];
    for (size_t i = 0; i < count; i++) {
        const char *kind = rows_text(rows, i, "kind");

        cards[COUNT_OF(fixed) + i] = (struct bench_card){
            .content = arena_format(arena, "SPOOR:%s:%s", kind, rows_text(rows, i, "word")),
            .heading = heading_of(kind),
            .word = rows_text(rows, i, "label_en"),
            .second = rows_text(rows, i, "label_nl")};
    }
    return COUNT_OF(fixed) + count;
}

static int label_cards(struct invocation *invocation, struct error *error)
{
    DATABASE                           database = {0};
    const char                        *out = option_text(invocation, "out");
    const struct rows                 *rows;
    struct bench_card                 *cards;
    size_t                             count;
    CLEANUP(buffer_free) struct buffer pdf = {.limit = FILE_BYTES};

    if (!out || !*out)
        return error_set(error, ERROR_INVALID, "say where to: --out cards.pdf");
    if (!out_file_allowed(invocation, out, error) || !database_open(&database, "spoor_app", error))
        return 0;
    rows = query_run(database.session, database.arena, SQL_BENCH_CARDS, NULL, 0, error);
    if (!rows)
        return 0;
    if (rows_count(rows) >= CARDS_MOST)
        return error_set(error, ERROR_TOO_LARGE, "there are more than %u cards: too many for one file",
                         CARDS_MOST - 1);
    cards = ARENA_NEW(database.arena, struct bench_card, COUNT_OF(fixed) + rows_count(rows));
    count = fill(database.arena, rows, cards);
    if (card_sheet_write(database.arena, cards, count, &pdf, error) && out_file_write(out, &pdf, error))
        printf("%zu cards on %s, %u a page. Print them, and cut along the grey lines.\n", count, out,
               CARDS_A_PAGE);
    return 0;
}

static int account_badge(struct invocation *invocation, struct error *error)
{
    DATABASE           database = {0};
    struct label       label;
    const struct rows *rows;

    if (!label_parse(operand(invocation, 1), &label, error) || !database_open(&database, "spoor_app", error))
        return 0;
    rows =
        WRITE(database.session, database.arena, SQL_ACCOUNT_BADGE, error, operand(invocation, 0), label.code);
    if (rows)
        printf("%s is the badge of %s. Print it: spoord label cards --out cards.pdf\n",
               label_format(&label).text, rows_text(rows, 0, "name"));
    return 0;
}

static const struct option_row cards_options[] = {
    {"out", "FILE", "the PDF to write"}, {"yes", NULL, "replaces a file without asking"}, {0}};
static const struct example_row cards_examples[] = {
    {"spoord label cards --out cards.pdf", "all of them, as the service knows them now"},
    {"spoord label cards --out cards.pdf --yes", "again, after a place or a badge was added"},
    {0}};
static const struct example_row badge_examples[] = {
    {"spoord account badge noor 7K3M9-QXFDT", "a label that was minted and is on nothing yet"}, {0}};

const struct command label_cards_command = {
    .name = "label cards",
    .operands = "",
    .summary = "Writes the cards of the bench as PDF",
    .text =
        "Done, undo, every step, every reason, every place that has "
        "a label, and the badge of everybody who has one; 12 on a "
        "page of A4, in English and Dutch. Scanned first with "
        "spoor-scan, a card says what the next scans mean. Names are printed with the fonts of this machine: "
        "for Chinese, Japanese and Korean install fonts-noto-cjk.",
    .run = label_cards,
    .options = cards_options,
    .examples = cards_examples};
const struct command account_badge_command = {
    .name = "account badge",
    .operands = "LOGIN CODE",
    .operands_least = 2,
    .operands_most = 2,
    .summary = "Makes a label the badge of a person",
    .text = "Scanning the badge hands what is scanned next to this person. A lost one is taken out of use by "
            "spoord label revoke.",
    .run = account_badge,
    .examples = badge_examples};
