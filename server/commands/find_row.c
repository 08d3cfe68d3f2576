#include "commands/find_row.h"

#include <string.h>

const char *find_row(struct database *database, enum statement statement, const char *thing,
                     const char *asked, struct error *error)
{
    const struct rows *rows = query_run(database->session, database->arena, statement, NULL, 0, error);
    const char        *found = NULL;
    size_t             count = 0;

    if (!rows)
        return NULL;
    for (size_t i = 0; i < rows_count(rows); i++) {
        if (strcmp(rows_text(rows, i, "id"), asked) == 0)
            return rows_text(rows, i, "id");
        if (strcmp(rows_text(rows, i, "name"), asked) != 0 || rows_flag(rows, i, "revoked"))
            continue;
        found = rows_text(rows, i, "id");
        count++;
    }
    if (count > 1)
        error_set(error, ERROR_CONFLICT, "%zu are called '%.60s'; say which by its id (`spoord %s list`)",
                  count, asked, thing);
    else if (count == 0)
        error_set(error, ERROR_NOT_FOUND, "there is no %s '%.60s' that is in use", thing, asked);
    return count == 1 ? found : NULL;
}
