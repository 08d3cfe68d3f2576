#include "endpoints/bench_find.h"

#include "endpoints/page.h"
#include "endpoints/search_device.h"
#include "endpoints/search_link.h"
#include "endpoints/words.h"
#include "shared/label.h"
#include "shared/uuid.h"

/* One device to choose; with a label, a form that puts it there. */
static bool add_match(struct session *session, const struct request *request, const char *id,
                      const char *label, struct view *view, struct error *error)
{
    const struct rows *facts = QUERY(session, request->arena, SQL_DEVICE_FACTS, error, id);
    struct view       *item = facts && rows_count(facts) > 0 ? view_append(view, "matches") : NULL;

    if (!item)
        return facts != NULL;
    view_text(item, "name",
              words_device(request, rows_text(facts, 0, "name"), "", rows_text(facts, 0, "aliases")));
    view_text(item, "code", words_code(request, rows_text(facts, 0, "code")));
    view_text(item, "number", rows_text(facts, 0, "number"));
    view_text(item, "owner", words_kept(request, rows_text(facts, 0, "owner")));
    view_text(item, "href", arena_format(request->arena, "/bench?device=%s", id));
    if (*label) {
        struct view *put = view_within(item, "put");
        char        *event_id = arena_take(request->arena, UUID_SIZE);

        uuid_make(event_id);
        view_text(put, "event_id", event_id);
        view_text(put, "device_id", id);
        view_text(put, "plain", label);
    }
    return true;
}

static bool add_matches(struct session *session, const struct request *request, const struct rows *matches,
                        const char *label, struct view *view, struct error *error)
{
    view_flag(view, "has_matches", true);
    for (size_t i = 0; i < rows_count(matches); i++)
        if (!add_match(session, request, rows_text(matches, i, "device_id"), label, view, error))
            return false;
    return true;
}

static void add_unlinked(const struct request *request, const char *label, const char *asked,
                         struct view *view)
{
    struct view *unlinked = view_within(view, "unlinked");

    view_text(unlinked, "code", words_code(request, label));
    view_text(unlinked, "plain", label);
    view_text(unlinked, "sought", asked);
}

/* Where the device is that a revoked label was on: there it gets a new one. */
static bool add_revoked(struct session *session, const struct request *request, const char *device_id,
                        struct view *view, struct error *error)
{
    const struct rows *facts = QUERY(session, request->arena, SQL_DEVICE_FACTS, error, device_id);

    if (facts && rows_count(facts) > 0) {
        struct view *revoked = view_within(view, "revoked");

        view_text(revoked, "name",
                  words_device(request, rows_text(facts, 0, "name"), rows_text(facts, 0, "code"),
                               rows_text(facts, 0, "aliases")));
        view_text(revoked, "href", arena_format(request->arena, "/bench?device=%s", device_id));
    }
    return facts != NULL;
}

bool bench_find(struct session *session, const struct request *request, const char *code, struct view *view,
                const char **device_id, struct error *error)
{
    struct found_device found;

    if (!search_device(session, request, code, &found, error))
        return false;
    *device_id = found.device_id;
    view_text(view, "error", found.problem);
    if (*found.unlinked)
        add_unlinked(request, found.unlinked, "", view);
    if (*found.was_on)
        return add_revoked(session, request, found.was_on, view, error);
    return !found.matches || add_matches(session, request, found.matches, "", view, error);
}

/* All that is found, as matches; *any: something is. */
static bool add_all(struct session *session, const struct request *request, const struct found_device *found,
                    const char *label, struct view *view, bool *any, struct error *error)
{
    *any = found->matches || *found->device_id;
    view_flag(view, "has_matches", *any);
    if (found->matches)
        return add_matches(session, request, found->matches, label, view, error);
    return !*any || add_match(session, request, found->device_id, label, view, error);
}

bool bench_find_all(struct session *session, const struct request *request, const char *text,
                    struct view *view, struct error *error)
{
    struct found_device found;
    bool                any;

    return search_device(session, request, text, &found, error) &&
           add_all(session, request, &found, "", view, &any, error);
}

bool bench_find_for_label(const struct service *service, struct session *session,
                          const struct request *request, const char *code, const char *label,
                          struct view *view, struct error *error)
{
    struct found_device found = {0};
    struct label        parsed;
    bool                is_link = search_is_link(request, code), any;

    if (!label_parse(label, &parsed, error))
        return false;
    if (!*code) {
        add_unlinked(request, arena_copy(request->arena, parsed.code), "", view);
        return true;
    }
    if ((is_link ? !search_link(service, session, request, code, &found.device_id, error)
                 : !search_device(session, request, code, &found, error)))
        return false;
    label = arena_copy(request->arena, parsed.code);
    add_unlinked(request, label, is_link ? "" : code, view);
    if (!add_all(session, request, &found, label, view, &any, error))
        return false;
    if (!any)
        view_text(view, "error",
                  page_text(request, "Nothing here is called that, and no device has this number."));
    return true;
}
