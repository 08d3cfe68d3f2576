#include "endpoints/search_device.h"

#include <string.h>

#include "shared/label.h"

#define NAME_LEAST 2 /* bytes: one letter finds too much */

static bool by_number(struct session *session, const struct request *request, const char *text,
                      struct found_device *found, struct error *error)
{
    const struct rows *rows = QUERY(session, request->arena, SQL_REPAIR_FIND, error, text);

    if (rows && rows_count(rows) == 1) {
        found->device_id = rows_text(rows, 0, "device_id");
        found->problem = "";
    }
    return rows != NULL;
}

static bool by_name(struct session *session, const struct request *request, const char *text,
                    struct found_device *found, struct error *error)
{
    struct label       label;
    struct error       misread = {0};
    const struct rows *rows;

    if (strlen(text) < NAME_LEAST || label_parse(text, &label, &misread) || misread.kind == ERROR_INVALID)
        return true;
    rows = QUERY(session, request->arena, SQL_DEVICES_NAMED, error, text);
    if (rows && rows_count(rows) > 0) {
        found->matches = rows;
        found->problem = "";
    }
    return rows != NULL;
}

static bool is_found(const struct found_device *found)
{
    return *found->device_id || found->matches || *found->unlinked || *found->was_on;
}

bool search_device(struct session *session, const struct request *request, const char *text,
                   struct found_device *found, struct error *error)
{
    const char *asked = find_device_trim(request, text);

    if (!find_device(session, request, asked, found, error))
        return false;
    if (!is_found(found) && !by_number(session, request, asked, found, error))
        return false;
    return is_found(found) || by_name(session, request, asked, found, error);
}
