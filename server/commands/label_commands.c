#include <stdio.h>
#include <string.h>
#include <time.h>

#include "commands/commands.h"
#include "commands/database.h"
#include "commands/listing.h"
#include "commands/out_file.h"
#include "db/query.h"
#include "render/label_sheet.h"
#include "render/qr.h"
#include "store/label_store.h"

#define FILE_BYTES ((size_t)64 * 1024 * 1024)

static const char *default_batch(struct arena *arena)
{
    time_t    now = time(NULL);
    struct tm parts;
    char      text[40];

    localtime_r(&now, &parts);
    strftime(text, sizeof text, "%Y%m%d-%H%M%S", &parts);
    return arena_copy(arena, text);
}

static int mint(struct invocation *invocation, struct error *error)
{
    DATABASE      database = {0};
    long          count;
    const char   *batch;
    struct label *labels;

    if (!option_number(invocation, "count", 21, 1, LABEL_BATCH_MOST, &count, error) ||
        !database_open(&database, "spoor_app", error))
        return 0;
    batch =
        option_given(invocation, "batch") ? option_text(invocation, "batch") : default_batch(database.arena);
    labels = ARENA_NEW(database.arena, struct label, (size_t)count);
    if (label_store_mint(database.session, database.arena, batch, (size_t)count, NULL, labels, error))
        printf("Minted %ld labels as batch %s.\nPrint them: spoord label sheet --batch %s --out labels.pdf\n",
               count, batch, batch);
    return 0;
}

static bool read_layout(struct invocation *invocation, struct label_sheet *sheet, struct error *error)
{
    const char *name = option_given(invocation, "layout") ? option_text(invocation, "layout") : "L7160";

    sheet->layout = label_layout_find(name);
    if (!sheet->layout)
        return error_field(error, "layout",
                           "there is no layout '%.20s'; known are L7160, L7163, L7159, L6009, H4345, L7651",
                           name);
    return option_decimal(invocation, "offset-x", 0, -20, 20, &sheet->offset_x, error) &&
           option_decimal(invocation, "offset-y", 0, -20, 20, &sheet->offset_y, error);
}

static int sheet(struct invocation *invocation, struct error *error)
{
    DATABASE           database = {0};
    struct label_sheet wanted = {0};
    const char        *batch = option_text(invocation, "batch"), *out = option_text(invocation, "out");
    struct label      *labels;
    size_t             count;
    CLEANUP(buffer_free) struct buffer pdf = {.limit = FILE_BYTES};

    if (!batch || !out)
        return error_set(error, ERROR_INVALID,
                         "say which labels and where to: --batch NAME --out labels.pdf");
    if (!out_file_allowed(invocation, out, error) || !read_layout(invocation, &wanted, error) ||
        !database_open(&database, "spoor_app", error))
        return 0;
    wanted.base_url = database.config.base_url;
    wanted.help_line = database.config.help_line;
    if (label_store_batch(database.session, database.arena, batch, &labels, &count, error) &&
        label_sheet_write(database.arena, &wanted, labels, count, &pdf, error) &&
        out_file_write(out, &pdf, error))
        printf("%zu labels on %s, for %s. Print at 100 %% (\"actual size\").\n", count, out,
               wanted.layout->name);
    return 0;
}

static int ruler(struct invocation *invocation, struct error *error)
{
    struct label_sheet                 wanted = {0};
    const char                        *out = option_text(invocation, "out");
    CLEANUP(buffer_free) struct buffer pdf = {.limit = FILE_BYTES};

    if (!out)
        return error_set(error, ERROR_INVALID, "say where to: --out ruler.pdf");
    if (out_file_allowed(invocation, out, error) && read_layout(invocation, &wanted, error) &&
        label_sheet_ruler(&wanted, &pdf, error) && out_file_write(out, &pdf, error))
        printf("A test page for %s is in %s.\n", wanted.layout->name, out);
    return 0;
}

/* Needs no database: what a label looks like follows from its code. */
static int show(struct invocation *invocation, struct error *error)
{
    ARENA        *arena = arena_new();
    struct config config;
    struct label  label;
    struct qr     qr;
    const char   *format = option_given(invocation, "format") ? option_text(invocation, "format") : "text",
               *address, *out = option_text(invocation, "out");
    CLEANUP(buffer_free) struct buffer picture = {.limit = FILE_BYTES};
    bool                               drawn = false;

    if (!config_read_beside(&config, arena, error) || !label_parse(operand(invocation, 0), &label, error) ||
        (out && !out_file_allowed(invocation, out, error)))
        return 0;
    address = label_sheet_address(arena, config.base_url, &label);
    if (strcmp(format, "text") == 0)
        return printf("%s  %s\n", label_format(&label).text, address) < 0;
    if (strcmp(format, "svg") == 0) {
        drawn = qr_make(arena, address, &qr, error);
        if (drawn)
            qr_svg(&qr, (qr.width + 2 * QR_QUIET) * 8, &picture);
    } else if (strcmp(format, "png") == 0) {
        drawn = label_sheet_png(arena, address, 8, &picture, error);
    } else {
        error_field(error, "format", "--format is text, svg or png, not '%.20s'", format);
    }
    if (!drawn)
        return 0;
    if (out)
        return !out_file_write(out, &picture, error);
    return fwrite(picture.text, 1, picture.length, stdout) != picture.length;
}

static int list(struct invocation *invocation, struct error *error)
{
    static const struct listing_column columns[] = {
        {"name", "Batch", false}, {"count", "Labels", false}, {"linked", "In use", false}};

    return listing_run(invocation, &(struct listing){SQL_LABEL_BATCHES, columns, COUNT_OF(columns)}, error);
}

static const struct option_row mint_options[] = {
    {"count", "N", "how many, 1 to 5000 (21)"}, {"batch", "NAME", "name of the batch (date and time)"}, {0}};
static const struct example_row mint_examples[] = {
    {"spoord label mint --count 500 --batch spring", "500 new codes"}, {0}};
static const struct option_row sheet_options[] = {
    {"batch", "NAME", "which labels"},
    {"out", "FILE", "the PDF to write"},
    {"layout", "NAME", "L7160, L7163, L7159, L6009, H4345 or L7651 (L7160)"},
    {"offset-x", "MM", "moves everything to the right"},
    {"offset-y", "MM", "moves everything down"},
    {"yes", NULL, "replaces a file without asking"},
    {0}};
static const struct example_row sheet_examples[] = {
    {"spoord label sheet --batch spring --layout L7160 --out labels.pdf", "sheets of 21"},
    {"spoord label sheet --batch spring --out labels.pdf --offset-x -0.5 --offset-y 1",
     "for a printer that does not hit the mark"},
    {0}};
static const struct option_row  ruler_options[] = {{"out", "FILE", "the PDF to write"},
                                                   {"layout", "NAME", "as for label sheet (L7160)"},
                                                   {"offset-x", "MM", "moves everything to the right"},
                                                   {"offset-y", "MM", "moves everything down"},
                                                   {"yes", NULL, "replaces a file without asking"},
                                                   {0}};
static const struct example_row ruler_examples[] = {{"spoord label ruler --layout L6009 --out ruler.pdf",
                                                     "print it on plain paper and hold it against a sheet"},
                                                    {0}};
static const struct option_row  show_options[] = {{"format", "FORMAT", "text, svg or png (text)"},
                                                  {"out", "FILE", "the file to write (standard output)"},
                                                  {"yes", NULL, "replaces a file without asking"},
                                                  {0}};
static const struct example_row show_examples[] = {
    {"spoord label show 7K3M9-QXFDT --format png --out label.png", "the QR of one label"}, {0}};
static const struct option_row  list_options[] = {{"json", NULL, "as a JSON array"}, {0}};
static const struct example_row list_examples[] = {
    {"spoord label list", "the newest 200 batches: name, labels, labels in use"}, {0}};

const struct command label_mint_command = {.name = "label mint",
                                           .operands = "",
                                           .summary = "Mints a batch of new labels",
                                           .run = mint,
                                           .options = mint_options,
                                           .examples = mint_examples};
const struct command label_sheet_command = {.name = "label sheet",
                                            .operands = "",
                                            .summary = "Writes the sheets of a batch as PDF",
                                            .run = sheet,
                                            .options = sheet_options,
                                            .examples = sheet_examples};
const struct command label_ruler_command = {.name = "label ruler",
                                            .operands = "",
                                            .summary = "Writes a test page for a layout",
                                            .run = ruler,
                                            .options = ruler_options,
                                            .examples = ruler_examples};
const struct command label_show_command = {.name = "label show",
                                           .operands = "CODE",
                                           .operands_least = 1,
                                           .operands_most = 1,
                                           .summary = "Shows one label as text or picture",
                                           .run = show,
                                           .options = show_options,
                                           .examples = show_examples};
const struct command label_list_command = {.name = "label list",
                                           .operands = "",
                                           .summary = "Lists the batches of labels",
                                           .run = list,
                                           .options = list_options,
                                           .examples = list_examples};
