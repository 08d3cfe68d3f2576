#include "endpoints/device_card.h"

#include <string.h>

#include "endpoints/words.h"
#include "render/text.h"
#include "render/when.h"
#include "shared/uuid.h"

/* With which a device goes back; that it is lost or stolen has a form of its own. */
static const char *const outcomes[] = {"repaired", "no_fault_found", "replaced", "unrepairable", "cancelled"};

/* Each form carries its own key, so that a second click is the same event. */
static void add_keys(const struct request *request, struct view *card)
{
    static const char *const names[] = {"e1", "e2", "e3",  "e4",  "e5",  "e6", "e7",
                                        "e8", "e9", "e10", "e11", "e12", "e13"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *id = arena_take(request->arena, UUID_SIZE);

        uuid_make(id);
        view_text(card, names[i], id);
    }
}

static void set_main(struct view *card, const char *kind, const char *step, const char *outcome,
                     const char *label)
{
    struct view *main = view_within(card, "main");

    view_text(main, "kind", kind);
    view_text(main, "step", step);
    view_text(main, "outcome", outcome);
    view_text(main, "label", label);
}

static const char *step_label(const struct request *request, bool mine, const struct rows *rows, size_t n,
                              const char *column)
{
    return arena_format(request->arena, "%s: %s", text_in(request->language, mine ? "Next" : "Take over"),
                        words_column(request, rows, n, column));
}

/* Who scans a waiting device goes on with it: their own waits no longer, another's is taken over too. */
static void add_going_on(const struct request *request, const struct rows *facts, bool mine,
                         struct view *card)
{
    if (mine)
        set_main(card, "waiting_ended", "", "", text_in(request->language, "No longer waiting"));
    else
        set_main(card, "step", rows_text(facts, 0, "step"), "", step_label(request, mine, facts, 0, "step"));
}

/* The first step of the phase after the present one; the last phase is the return to the owner. */
static void add_next(const struct request *request, const struct rows *facts, const struct rows *steps,
                     bool mine, struct view *card)
{
    const char *phase = rows_text(facts, 0, "phase");
    size_t      now = 0, next;

    while (now < rows_count(steps) && strcmp(rows_text(steps, now, "phase"), phase) != 0)
        now++;
    next = now;
    while (next < rows_count(steps) && strcmp(rows_text(steps, next, "phase"), phase) == 0)
        next++;
    if (next + 1 == rows_count(steps))
        set_main(card, "returned", "", "repaired", text_in(request->language, "Return to the owner"));
    else if (next < rows_count(steps))
        set_main(card, "step", rows_text(steps, next, "name"), "",
                 step_label(request, mine, steps, next, "label"));
}

static void add_main(const struct request *request, const struct rows *facts, const struct rows *steps,
                     struct view *card)
{
    bool mine = strcmp(rows_text(facts, 0, "custodian_id"), request->principal.party_id) == 0;

    if (!*rows_text(facts, 0, "number") || rows_flag(facts, 0, "returned"))
        return;
    if (*rows_text(facts, 0, "waiting") && *rows_text(facts, 0, "step"))
        add_going_on(request, facts, mine, card);
    else
        add_next(request, facts, steps, mine, card);
}

/* What was typed in the form that was refused, which is open then. */
static void add_typed(const struct request *request, struct view *card)
{
    static const char *const forms[][2] = {{"waiting", "again_waiting"}, {"step", "again_step"},
                                           {"note", "again_note"},       {"eta", "again_eta"},
                                           {"returned", "again_away"},   {"reopened", "again_reopened"}};
    static const char *const texts[][2] = {{"typed_public", "public_note"},
                                           {"typed_private", "private_note"},
                                           {"typed_until", "next_update_on"},
                                           {"typed_day", "expected_on"}};

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        bool         is_it = strcmp(request_field(request, "kind"), forms[i][0]) == 0;
        struct view *again = is_it ? view_within(card, forms[i][1]) : NULL;

        for (size_t n = 0; again && n < COUNT_OF(texts); n++)
            view_text(again, texts[n][0], request_field(request, texts[n][1]));
        if (again)
            view_flag(again, "stolen", strcmp(request_field(request, "outcome"), "stolen") == 0);
    }
}

static void add_reasons(const struct request *request, const struct rows *rows, struct view *card)
{
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct view *item = view_append(card, "reasons");

        view_text(item, "code", rows_text(rows, i, "code"));
        view_text(item, "label", words_column(request, rows, i, "label"));
        view_flag(item, "chosen", strcmp(rows_text(rows, i, "code"), request_field(request, "reason")) == 0);
    }
}

/* All but those of the phase returned: what is given back has a form of its own, which moves it to its owner.
 */
static void add_steps(const struct request *request, const struct rows *steps, struct view *card)
{
    for (size_t i = 0; i < rows_count(steps); i++) {
        if (strcmp(rows_text(steps, i, "phase"), "returned") == 0)
            continue;
        struct view *item = view_append(card, "steps");

        view_text(item, "name", rows_text(steps, i, "name"));
        view_text(item, "label", words_column(request, steps, i, "label"));
        view_flag(item, "chosen", strcmp(rows_text(steps, i, "name"), request_field(request, "step")) == 0);
    }
}

static void add_names(const struct rows *rows, const char *list, const char *except, struct view *card)
{
    for (size_t i = 0; i < rows_count(rows); i++) {
        const char  *id = rows_text(rows, i, "id");
        struct view *item = strcmp(id, except) == 0 ? NULL : view_append(card, list);

        if (!item)
            continue;
        view_text(item, "id", id);
        view_text(item, "name", rows_text(rows, i, "name"));
    }
}

/* To whom it was offered, while nobody answered: until then custody stays with the giver. */
static void add_offer(const struct request *request, const struct rows *facts, struct view *card)
{
    const char *to = rows_text(facts, 0, "offered_to");

    if (!*to)
        return;
    view_text(
        view_within(card, strcmp(to, request->principal.party_id) == 0 ? "offered_to_you" : "offered_away"),
        "offered", rows_text(facts, 0, "offered"));
}

static void add_facts(const struct request *request, const struct rows *facts, struct view *card)
{
    static const char *const same[][2] = {{"id", "device_id"}, {"number", "number"},  {"problem", "problem"},
                                          {"owner", "owner"},  {"from", "custodian"}, {"place", "place"}};

    for (size_t i = 0; i < COUNT_OF(same); i++)
        view_text(card, same[i][0], words_kept(request, rows_text(facts, 0, same[i][1])));
    view_text(card, "name",
              rows_flag(facts, 0, "identified")
                  ? words_device(request, rows_text(facts, 0, "name"), "", rows_text(facts, 0, "aliases"))
                  : text_in(request->language, "Unknown device"));
    view_text(card, "code", words_code(request, rows_text(facts, 0, "code")));
    view_text(card, "away_label", words_away(request, rows_text(facts, 0, "outcome")));
    view_text(card, "step_label", words_column(request, facts, 0, "step"));
    view_text(card, "waiting_label", words_column(request, facts, 0, "waiting"));
    view_flag(card, "late",
              strcmp(rows_text(facts, 0, "phase"), "ready") != 0 &&
                  when_day_is_over(rows_text(facts, 0, "expected_on")));
    view_text(card, "expected",
              when_day(request->arena, request->language, rows_text(facts, 0, "expected_on")));
    view_text(card, "history_href",
              arena_format(request->arena, "/devices/%s", rows_text(facts, 0, "device_id")));
    view_flag(card, "yours", strcmp(rows_text(facts, 0, "custodian_id"), request->principal.party_id) == 0);
    view_flag(card, "in_repair", *rows_text(facts, 0, "number") && !rows_flag(facts, 0, "returned"));
}

/* A lead may open the latest repair again, while that is not too long ago. */
static bool add_reopening(struct session *session, const struct request *request, const struct rows *facts,
                          struct view *card, struct error *error)
{
    const struct rows *rows;

    if (!(request->principal.roles & (MAY_LEAD | MAY_ADMIN)) ||
        (*rows_text(facts, 0, "number") && !rows_flag(facts, 0, "returned")))
        return true;
    rows = QUERY(session, request->arena, SQL_REPAIR_REOPENABLE, error, rows_text(facts, 0, "device_id"));
    if (rows && rows_count(rows) > 0)
        view_text(view_within(card, "reopening"), "repair", rows_text(rows, 0, "number"));
    return rows != NULL;
}

bool device_card_after_undo(struct session *session, const struct request *request, const char *device_id,
                            struct view *view, struct error *error)
{
    const struct rows *rows = QUERY(session, request->arena, SQL_LEFT_BY_UNDO, error, device_id);
    struct view       *left = rows && rows_count(rows) > 0 ? view_within(view, "left_by_undo") : NULL;

    if (left) {
        view_flag(left, "itself", rows_flag(rows, 0, "itself"));
        view_number(left, "record", (long)rows_integer(rows, 0, "number"));
    }
    return rows != NULL;
}

bool device_card_fill(struct session *session, const struct request *request, const struct rows *facts,
                      struct view *view, struct error *error)
{
    struct view       *card = view_within(view, "device");
    const struct rows *steps = query_run(session, request->arena, SQL_STEPS, NULL, 0, error);
    const struct rows *reasons =
        steps ? query_run(session, request->arena, SQL_REASONS, NULL, 0, error) : NULL;
    const struct rows *people =
        reasons ? query_run(session, request->arena, SQL_PEOPLE_LIST, NULL, 0, error) : NULL;
    const struct rows *places =
        people ? query_run(session, request->arena, SQL_PLACE_LIST, NULL, 0, error) : NULL;

    if (!places || !add_reopening(session, request, facts, card, error) ||
        !device_card_after_undo(session, request, rows_text(facts, 0, "device_id"), card, error))
        return false;
    add_facts(request, facts, card);
    add_keys(request, card);
    add_typed(request, card);
    add_offer(request, facts, card);
    add_main(request, facts, steps, card);
    add_steps(request, steps, card);
    add_reasons(request, reasons, card);
    add_names(people, "people", rows_text(facts, 0, "custodian_id"), card);
    add_names(places, "places", "", card);
    for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
        struct view *item = view_append(card, "outcomes");

        view_text(item, "name", outcomes[i]);
        view_text(item, "label", words_outcome(request, outcomes[i]));
    }
    return true;
}
