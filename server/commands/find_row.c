#include "commands/find_row.h"

#include <string.h>

#include "shared/label.h"
#include "shared/uuid.h"

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

const char *find_device_row(struct database *database, const char *text, struct error *error)
{
    struct label       label;
    struct error       unreadable = {0};
    char               id[UUID_SIZE];
    const struct rows *rows;

    if (uuid_parse_any(text, id))
        return arena_copy(database->arena, id);
    if (label_parse(text, &label, &unreadable)) {
        rows = QUERY(database->session, database->arena, SQL_LABEL_FIND, error, label.code);
        if (rows && rows_count(rows) == 1 && !rows_null(rows, 0, "device_id"))
            return rows_text(rows, 0, "device_id");
        if (!rows)
            return NULL;
    }
    rows = QUERY(database->session, database->arena, SQL_DEVICES_BY_ALIAS, error, text);
    if (!rows)
        return NULL;
    if (rows_count(rows) == 1)
        return rows_text(rows, 0, "device_id");
    error_set(error, rows_count(rows) ? ERROR_CONFLICT : ERROR_NOT_FOUND, "%s",
              rows_count(rows)                   ? "several devices have this number; use a label's code"
              : unreadable.kind == ERROR_INVALID ? unreadable.message
                                                 : "no device has this code, serial number or asset tag");
    return NULL;
}
