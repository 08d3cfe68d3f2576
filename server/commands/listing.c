#include "commands/listing.h"

#include <stdio.h>

#include "commands/database.h"
#include "render/json.h"

#define LISTING_BYTES ((size_t)4 * 1024 * 1024)

static void print_lines(const struct rows *rows, const char *const *columns, size_t count)
{
    for (size_t i = 0; i < rows_count(rows); i++) {
        for (size_t n = 0; n < count; n++)
            printf("%-24s ", rows_text(rows, i, columns[n]));
        putchar('\n');
    }
}

void listing_print(const struct rows *rows, const char *const *columns, size_t count, bool json)
{
    CLEANUP(buffer_free) struct buffer out = {.limit = LISTING_BYTES};
    struct json                        writer;

    if (!json) {
        print_lines(rows, columns, count);
        return;
    }
    json_begin(&writer, &out);
    json_array_begin(&writer);
    for (size_t i = 0; i < rows_count(rows); i++) {
        json_object_begin(&writer);
        for (size_t n = 0; n < count; n++)
            json_member(&writer, columns[n], rows_text(rows, i, columns[n]));
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
