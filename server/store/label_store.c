#include "store/label_store.h"

#include <sodium.h>
#include <string.h>

#include "db/query.h"

static void make_codes(struct label *labels, size_t count)
{
    for (size_t i = 0; i < count;) {
        uint64_t random;

        randombytes_buf(&random, sizeof random);
        i += label_make(random & ((UINT64_C(1) << 40) - 1), &labels[i]) && label_is_distinct(&labels[i]);
    }
}

/* "{7K3M9QXFDT,...}" */
static const char *as_array(struct arena *arena, const struct label *labels, size_t count)
{
    char *text = arena_take(arena, count * (LABEL_SYMBOLS + 1) + 3), *at = text;

    *at++ = '{';
    for (size_t i = 0; i < count; i++) {
        memcpy(at, labels[i].code, LABEL_SYMBOLS);
        at += LABEL_SYMBOLS;
        *at++ = i + 1 < count ? ',' : '}';
    }
    return text;
}

static bool is_batch_name(const char *name)
{
    size_t length = strlen(name);

    return length >= 1 && length <= 64 && !strchr("._-", name[0]) &&
           name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")] == '\0';
}

bool label_store_mint(struct session *session, struct arena *arena, const char *batch, size_t count,
                      const char *actor_id, struct label *labels, struct error *error)
{
    if (count < 1 || count > LABEL_BATCH_MOST)
        return error_field(error, "count", "A batch holds 1 to %u labels", LABEL_BATCH_MOST);
    if (!is_batch_name(batch))
        return error_field(error, "name",
                           "A batch's name has letters, digits and . _ - only, at most 64, and begins with a "
                           "letter or digit");
    make_codes(labels, count);
    return WRITE(session, arena, SQL_LABEL_MINT, error, batch, as_array(arena, labels, count), actor_id) !=
           NULL;
}

bool label_store_batch(struct session *session, struct arena *arena, const char *batch, struct label **labels,
                       size_t *count, struct error *error)
{
    const struct rows *rows = QUERY(session, arena, SQL_LABEL_OF_BATCH, error, batch);

    if (!rows)
        return false;
    *count = rows_count(rows);
    if (*count == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no batch of labels named '%.60s'", batch);
    *labels = ARENA_NEW(arena, struct label, *count);
    for (size_t i = 0; i < *count; i++)
        memcpy((*labels)[i].code, rows_text(rows, i, "code"), LABEL_SYMBOLS);
    return true;
}

bool label_store_place(struct session *session, struct arena *arena, const char *place_id,
                       const char *actor_id, const char **code, struct error *error)
{
    struct label       label;
    const struct rows *rows;

    make_codes(&label, 1);
    rows = WRITE(session, arena, SQL_LABEL_PLACE, error, place_id, label.code, actor_id);
    if (rows)
        *code = rows_text(rows, 0, "code");
    return rows != NULL;
}
