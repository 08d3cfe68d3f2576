#include "ledger/erasing.h"

#include "ledger/erasable_values.h"
#include "ledger/submission.h"
#include "shared/buffer.h"
#include "shared/uuid.h"

/* The service's marks on each erasure and on what it leaves of a detail, as arrays for person_erase.sql: so
 * that nobody else can make one. */
struct marks {
    struct buffer events, tags, ids, macs, rests, rest_macs;
};

static void add_mac(struct buffer *macs, const uint8_t mac[SUBMISSION_MAC_SIZE])
{
    buffer_format(macs, "%c\"\\\\x", macs->length ? ',' : '{');
    for (size_t i = 0; i < SUBMISSION_MAC_SIZE; i++)
        buffer_format(macs, "%02x", mac[i]);
    buffer_text(macs, "\"");
}

static void add_marks(const uint8_t key[SECRET_KEY_SIZE], const struct erasing *erasing,
                      const struct rows *doomed, size_t n, struct marks *marks)
{
    const char *event_id = rows_text(doomed, n, "event_id"), *tags = rows_text(doomed, n, "tags");
    const char *rest = rows_text(doomed, n, "rest");
    uint8_t     mac[SUBMISSION_MAC_SIZE];
    char        before = marks->events.length ? ',' : '{', notice_id[UUID_SIZE];

    uuid_make(notice_id);
    submission_erasure_mac(key, event_id, tags, erasing->actor, erasing->reason, notice_id, mac);
    add_mac(&marks->macs, mac);
    submission_rest_mac(key, event_id, rest, mac);
    add_mac(&marks->rest_macs, mac);
    buffer_format(&marks->events, "%c%s", before, event_id);
    buffer_format(&marks->ids, "%c%s", before, notice_id);
    buffer_format(&marks->tags, "%c\"%s\"", before, tags);
    buffer_format(&marks->rests, "%c\"%s\"", before, rest);
}

static bool may_go(const struct rows *doomed, bool only_left, struct error *error)
{
    for (size_t i = 0; only_left && i < rows_count(doomed); i++)
        if (*rows_text(doomed, i, "tags"))
            return error_set(error, ERROR_CONFLICT, "something was recorded of this person since");
    return true;
}

static const struct rows *erase(struct session *session, struct arena *arena, const struct erasing *erasing,
                                const char *seen, const struct marks *marks, struct error *error)
{
    return WRITE(session, arena, SQL_PERSON_ERASE, error, erasing->person, erasing->actor, erasing->reason,
                 seen, marks->events.text, marks->tags.text, marks->ids.text, marks->macs.text,
                 marks->rests.text, marks->rest_macs.text);
}

const struct rows *erasing_run(struct session *session, struct arena *arena,
                               const uint8_t key[SECRET_KEY_SIZE], const struct erasing *erasing,
                               struct error *error)
{
    struct marks         marks = {{.limit = SIZE_MAX}, {.limit = SIZE_MAX}, {.limit = SIZE_MAX},
                                  {.limit = SIZE_MAX}, {.limit = SIZE_MAX}, {.limit = SIZE_MAX}};
    struct buffer *const arrays[] = {&marks.events, &marks.tags,  &marks.ids,
                                     &marks.macs,   &marks.rests, &marks.rest_macs};
    const struct rows   *doomed = QUERY(session, arena, SQL_PERSON_ERASABLE, error, erasing->person);
    const struct rows   *erased;

    if (!doomed || !may_go(doomed, erasing->only_left, error) ||
        !erasable_values_check(session, erasing->person, doomed, error))
        return NULL;
    for (size_t i = 0; i < rows_count(doomed); i++)
        if (!rows_null(doomed, i, "event_id"))
            add_marks(key, erasing, doomed, i, &marks);
    for (size_t i = 0; i < COUNT_OF(arrays); i++)
        buffer_text(arrays[i], arrays[i]->length ? "}" : "{}");
    erased = erase(session, arena, erasing, rows_text(doomed, 0, "seen"), &marks, error);
    for (size_t i = 0; i < COUNT_OF(arrays); i++)
        buffer_free(arrays[i]);
    return erased;
}
