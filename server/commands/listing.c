#include "commands/listing.h"

#include <stdio.h>

#include "commands/database.h"
#include "render/json.h"
#include "shared/utf8.h"

#define LISTING_BYTES ((size_t)4 * 1024 * 1024)

#define COLUMNS_MOST 16u

static const char *cell(const struct rows *rows, size_t row, const struct listing_column *column)
{
    if (column->flag)
        return rows_flag(rows, row, column->name) ? "yes" : "no";
    return rows_text(rows, row, column->name);
}

/* The last one of a line is not filled up. */
static void print_cell(const char *text, size_t width, bool last)
{
    fputs(text, stdout);
    if (last)
        putchar('\n');
    else
        printf("%*s", (int)(width - utf8_count(text) + 2), "");
}

static void print_table(const struct rows *rows, const struct listing_column *columns, size_t count)
{
    size_t widths[COLUMNS_MOST];

    if (rows_count(rows) == 0) {
        puts("There are none.");
        return;
    }
    for (size_t n = 0; n < count; n++) {
        widths[n] = utf8_count(columns[n].heading);
        for (size_t i = 0; i < rows_count(rows); i++) {
            size_t width = utf8_count(cell(rows, i, &columns[n]));

            widths[n] = width > widths[n] ? width : widths[n];
        }
    }
    for (size_t n = 0; n < count; n++)
        print_cell(columns[n].heading, widths[n], n + 1 == count);
    for (size_t i = 0; i < rows_count(rows); i++)
        for (size_t n = 0; n < count; n++)
            print_cell(cell(rows, i, &columns[n]), widths[n], n + 1 == count);
}

void listing_print(const struct rows *rows, const struct listing_column *columns, size_t count, bool json)
{
    CLEANUP(buffer_free) struct buffer out = {.limit = LISTING_BYTES};
    struct json                        writer;

    if (!json) {
        print_table(rows, columns, count);
        return;
    }
    json_begin(&writer, &out);
    json_array_begin(&writer);
    for (size_t i = 0; i < rows_count(rows); i++) {
        json_object_begin(&writer);
        for (size_t n = 0; n < count; n++)
            json_member(&writer, columns[n].name, rows_text(rows, i, columns[n].name));
        json_object_end(&writer);
    }
    json_array_end(&writer);
    puts(out.text);
}

int listing_run(struct invocation *invocation, const struct listing *listing, struct error *error)
{
    DATABASE           database = {0};
    const struct rows *rows = NULL;

    if (database_open(&database, "spoor_app", error))
        rows = query_run(database.session, database.arena, listing->statement, NULL, 0, error);
    if (rows)
        listing_print(rows, listing->columns, listing->count, option_given(invocation, "json"));
    return 0;
}
