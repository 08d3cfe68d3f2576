#include "endpoints/find_device.h"

#include <string.h>

#include "endpoints/words.h"
#include "render/text.h"

const char *find_device_trim(const struct request *request, const char *text)
{
    char  *copy = arena_copy(request->arena, text + strspn(text, " \t\r\n"));
    size_t length = strlen(copy);

    while (length > 0 && strchr(" \t\r\n", copy[length - 1]))
        copy[--length] = '\0';
    return copy;
}

static bool by_alias(struct session *session, const struct request *request, const char *text,
                     struct found_device *found, struct error *error)
{
    const struct rows *rows =
        QUERY(session, request->arena, SQL_DEVICES_BY_ALIAS, error, find_device_trim(request, text));

    if (!rows)
        return false;
    if (rows_count(rows) == 1)
        found->device_id = rows_text(rows, 0, "device_id");
    if (rows_count(rows) > 1)
        found->matches = rows;
    return true;
}

static bool by_label(struct session *session, const struct request *request, const struct label *label,
                     struct found_device *found, struct error *error)
{
    const struct rows *rows = QUERY(session, request->arena, SQL_LABEL_FIND, error, label->code);

    if (!rows)
        return false;
    if (rows_count(rows) == 0)
        return by_alias(session, request, label->code, found, error);
    if (rows_flag(rows, 0, "nobodys"))
        found->problem = text_in(request->language, "This badge is nobody's any more");
    else if (rows_flag(rows, 0, "revoked")) {
        found->problem = text_in(request->language, "This label was revoked. Scan the newer one");
        found->was_on = rows_text(rows, 0, "device_id");
    } else if (*rows_text(rows, 0, "party_name"))
        found->problem = arena_format(request->arena, "%s: %s", rows_text(rows, 0, "party_name"),
                                      text_in(request->language, "this label is not of a device"));
    else if (rows_null(rows, 0, "device_id"))
        found->unlinked = arena_copy(request->arena, label->code);
    else
        found->device_id = rows_text(rows, 0, "device_id");
    return true;
}

bool find_device(struct session *session, const struct request *request, const char *text,
                 struct found_device *found, struct error *error)
{
    struct label label;
    struct error unreadable = {0};
    bool         is_label = label_parse(text, &label, &unreadable);

    *found = (struct found_device){.device_id = "", .unlinked = "", .was_on = "", .problem = ""};
    if (is_label ? !by_label(session, request, &label, found, error)
                 : !by_alias(session, request, text, found, error))
        return false;
    if (*found->device_id || found->matches || *found->unlinked || *found->problem)
        return true;
    found->problem = !is_label && unreadable.kind == ERROR_INVALID
                         ? arena_copy(request->arena, words_message(request, unreadable.message))
                         : text_in(request->language, "No device has this code, serial number or asset tag");
    return true;
}
