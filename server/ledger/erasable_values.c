#include "ledger/erasable_values.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "audit/commitment.h"
#include "shared/buffer.h"

#define AT_ONCE 512u /* events */

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

static bool is_of(const struct rows *values, size_t n, const char *event_id)
{
    return n < rows_count(values) && strcmp(rows_text(values, n, "event_id"), event_id) == 0;
}

/* What the service marks as left of a detail is what the value leaves without the person. */
static bool check_rest(const struct rows *values, size_t n, const char *rest, struct error *error)
{
    return rows_integer(values, n, "tag") != TAG_DETAIL || strcmp(rows_text(values, n, "rest"), rest) == 0 ||
           error_set(error, ERROR_CONFLICT,
                     "The detail of record %" PRId64 " is not what was sealed: nothing was erased. Let the "
                     "auditor look at it first.",
                     rows_integer(values, n, "seq"));
}

/* The values of one event that are to go; they begin at `*n`. */
static bool check_event(const struct rows *values, size_t *n, const struct rows *doomed, size_t i,
                        struct error *error)
{
    const char *event_id = rows_text(doomed, i, "event_id");
    char       *end;

    for (const char *at = rows_text(doomed, i, "tags"); *at; at = end) {
        long tag = strtol(at, &end, 10);

        while (is_of(values, *n, event_id) && rows_integer(values, *n, "tag") < tag)
            ++*n;
        if (end == at || !is_of(values, *n, event_id) || rows_integer(values, *n, "tag") != tag)
            return error_set(error, ERROR_CONFLICT,
                             "The field %ld of event %s is to be erased, and the database does not have it: "
                             "nothing was erased. Let the auditor look at it first.",
                             tag, event_id);
        if (!check_value(values, *n, error) || !check_rest(values, *n, rows_text(doomed, i, "rest"), error))
            return false;
    }
    while (is_of(values, *n, event_id))
        ++*n;
    return true;
}

/* The events among these that lose values, as an array for person_values.sql; NULL: none does. */
static const char *array_of(struct arena *arena, const struct rows *doomed, size_t from, size_t until)
{
    CLEANUP(buffer_free) struct buffer list = {.limit = SIZE_MAX};

    for (size_t i = from; i < until; i++)
        if (*rows_text(doomed, i, "tags"))
            buffer_format(&list, "%c%s", list.length ? ',' : '{', rows_text(doomed, i, "event_id"));
    return list.length ? arena_format(arena, "%s}", list.text) : NULL;
}

static bool check_some(struct session *session, const char *person, const struct rows *doomed, size_t from,
                       size_t until, struct error *error)
{
    ARENA             *arena = arena_new();
    const char        *events = array_of(arena, doomed, from, until);
    const struct rows *values =
        events ? QUERY(session, arena, SQL_PERSON_VALUES, error, person, events) : NULL;
    size_t n = 0;

    for (size_t i = from; values && i < until; i++)
        if (*rows_text(doomed, i, "tags") && !check_event(values, &n, doomed, i, error))
            return false;
    return values || !events;
}

bool erasable_values_check(struct session *session, const char *person, const struct rows *doomed,
                           struct error *error)
{
    size_t count = rows_count(doomed);

    for (size_t from = 0; from < count; from += AT_ONCE)
        if (!check_some(session, person, doomed, from, count - from < AT_ONCE ? count : from + AT_ONCE,
                        error))
            return false;
    return true;
}
