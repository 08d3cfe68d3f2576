#include "ledger/erasable_values.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "audit/commitment.h"
#include "shared/buffer.h"

static bool from_hex(const char *text, uint8_t *bytes, size_t most, size_t *length)
{
    return sodium_hex2bin(bytes, most, text, strlen(text), NULL, length, NULL) == 0;
}

static bool is_as_sealed(const struct rows *values, size_t n)
{
    const char  *value = rows_text(values, n, "value");
    uint8_t      bytes[ENTRY_MOST], salt[SALT_SIZE];
    size_t       length, got;
    struct entry entry;
    struct error wrong = {0};

    return from_hex(rows_text(values, n, "entry"), bytes, sizeof bytes, &length) &&
           from_hex(rows_text(values, n, "salt"), salt, sizeof salt, &got) && got == sizeof salt &&
           entry_parse(bytes, length, &entry, &wrong) &&
           commitment_opens(&entry, (unsigned)rows_integer(values, n, "tag"), value, strlen(value), salt);
}

static bool check_value(const struct rows *values, size_t n, struct error *error)
{
    int64_t seq = rows_integer(values, n, "seq");

    if (rows_null(values, n, "entry"))
        return error_set(error, ERROR_CONFLICT,
                         "The latest records of this person are not sealed yet; try again in a moment");
    if (!is_as_sealed(values, n))
        return error_set(error, ERROR_CONFLICT,
                         "The field \"%s\" of record %" PRId64
                         " is not what was sealed, and erasing it would "
                         "hide that: nothing was erased. Let the auditor look at it first.",
                         entry_tag_name((unsigned)rows_integer(values, n, "tag")), seq);
    return rows_flag(values, n, "theirs") ||
           error_set(error, ERROR_CONFLICT,
                     "The database calls the field \"%s\" of record %" PRId64 " this person's, and it is "
                     "not: nothing was erased. Let the auditor look at who changed the database.",
                     entry_tag_name((unsigned)rows_integer(values, n, "tag")), seq);
}

/* The values with these tags among those of one event, which begin at `*n`. */
static bool check_event(const struct rows *values, size_t *n, const char *event_id, const char *tags,
                        struct error *error)
{
    char *end;

    for (const char *at = tags; *at; at = end) {
        long tag = strtol(at, &end, 10);

        while (*n < rows_count(values) && strcmp(rows_text(values, *n, "event_id"), event_id) == 0 &&
               rows_integer(values, *n, "tag") < tag)
            ++*n;
        if (end == at || *n == rows_count(values) ||
            strcmp(rows_text(values, *n, "event_id"), event_id) != 0 ||
            rows_integer(values, *n, "tag") != tag)
            return error_set(error, ERROR_CONFLICT,
                             "Something was recorded of this person meanwhile; try again");
        if (!check_value(values, *n, error))
            return false;
    }
    while (*n < rows_count(values) && strcmp(rows_text(values, *n, "event_id"), event_id) == 0)
        ++*n;
    return true;
}

/* The events that lose values, as an array for person_values.sql. */
static const char *array_of(struct arena *arena, const struct rows *doomed)
{
    CLEANUP(buffer_free) struct buffer list = {.limit = SIZE_MAX};

    for (size_t i = 0; i < rows_count(doomed); i++)
        if (*rows_text(doomed, i, "tags"))
            buffer_format(&list, "%c%s", list.length ? ',' : '{', rows_text(doomed, i, "event_id"));
    return list.length ? arena_format(arena, "%s}", list.text) : NULL;
}

bool erasable_values_check(struct session *session, struct arena *arena, const char *person,
                           const struct rows *doomed, struct error *error)
{
    const char        *events = array_of(arena, doomed);
    const struct rows *values =
        events ? QUERY(session, arena, SQL_PERSON_VALUES, error, person, events) : NULL;
    size_t n = 0;

    for (size_t i = 0; values && i < rows_count(doomed); i++)
        if (*rows_text(doomed, i, "tags") &&
            !check_event(values, &n, rows_text(doomed, i, "event_id"), rows_text(doomed, i, "tags"), error))
            return false;
    return values || !events;
}
