#include "endpoints/receipt_seal.h"

#include <string.h>

#include "ledger/log_store.h"
#include "ledger/seal_status.h"
#include "render/when.h"

#define WAIT_MS 1000u

/* The checkpoint's third line: its root as the signature covers it. */
static const char *root_line(struct arena *arena, const char *note)
{
    const char *line = note;

    for (int i = 0; i < 2 && line; i++) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return line ? arena_format(arena, "%.*s", (int)strcspn(line, "\n"), line) : "";
}

const char *receipt_moment(const struct request *request, int64_t ms)
{
    return when_receipt(request->arena, request->language, ms);
}

static bool waits_for_a_backup(struct session *session, struct arena *arena)
{
    struct seal_status status;
    struct error       away = {0};

    return seal_status_read(session, arena, &status, &away) && status.backup;
}

void receipt_seal_add(struct session *session, const struct request *request, int64_t seq, struct view *view)
{
    struct log_head head;
    struct view    *seal;
    struct error    away = {0};
    bool            sealed = false;

    view_number(view, "index", (long)seq);
    if (!log_store_wait(session, request->arena, (uint64_t)seq, WAIT_MS, &sealed, &away) || !sealed ||
        !log_store_head(session, request->arena, &head, &away)) {
        view_flag(view, "not_sealed", true);
        view_flag(view, "backup", waits_for_a_backup(session, request->arena));
        return;
    }
    seal = view_within(view, "seal");
    view_number(seal, "size", (long)head.size);
    view_text(seal, "root", root_line(request->arena, head.note));
    view_text(seal, "signed_at", receipt_moment(request, head.signed_ms));
}
