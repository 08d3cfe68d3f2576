#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "endpoints/track_texts.h"
#include "endpoints/words.h"
#include "render/when.h"
#include "store/cache.h"
#include "store/secret.h"
#include "web/rate_limit.h"
#include "web/reply.h"

#define LINK_SYMBOLS      26u
#define MISSES_PER_MINUTE 30u
#define STEPS             4

struct tracked {
    const struct request    *request;
    const struct rows       *facts, *events;
    const struct track_text *text;
};

/* The four steps that an owner sees; a device that is ready stands at the last one. */
static const struct {
    const char *phase, *label;
} owner_steps[STEPS] = {
    {"received", "Handed in"}, {"diagnosis", "Diagnosis"}, {"repair", "Repair"}, {"returned", "Back to you"}};

static const char *fact(const struct tracked *tracked, const char *column)
{
    return rows_text(tracked->facts, 0, column);
}

static bool is_over(const struct tracked *tracked)
{
    return strcmp(fact(tracked, "phase"), "returned") == 0;
}

/* Closed without a return: then only some ends are ends of their own. */
static bool is_cut_short(const struct tracked *tracked)
{
    return *fact(tracked, "closed_at") && !*fact(tracked, "returned_at");
}

static const char *end_of(const struct tracked *tracked)
{
    static const char *const with_a_return[] = {"", "repaired", "no_fault_found"};
    const char              *outcome = fact(tracked, "outcome");

    for (size_t i = 0; is_cut_short(tracked) && i < COUNT_OF(with_a_return); i++)
        if (strcmp(outcome, with_a_return[i]) == 0)
            return "closed";
    return outcome;
}

/* The day that was promised has passed, and it is not ready. */
static bool is_late(const struct tracked *tracked)
{
    return !tracked->text->state && when_day_is_over(fact(tracked, "expected_on"));
}

static void add_state(const struct tracked *tracked, struct view *view)
{
    const struct request    *request = tracked->request;
    const struct track_text *text = tracked->text;
    bool                     laptop = strcmp(fact(tracked, "device_kind"), "laptop") == 0;

    view_text(view, "headline", page_text(request, laptop ? text->of_laptop : text->headline));
    view_text(view, "sentence", page_text(request, text->sentence));
    view_text(view, "badge",
              text->badge ? page_text(request, text->badge)
                          : words_column(request, tracked->facts, 0, "waiting"));
    view_text(view, "badge_tone", text->badge ? text->tone : "amber");
}

/* A day that has passed is no promise any more: it is said as what it was. */
static void add_expected(const struct tracked *tracked, struct view *view)
{
    const struct request *request = tracked->request;
    const char           *state = tracked->text->state;
    struct view          *expected;

    view_text(view, "eta_title", page_text(request, state ? "State" : "Expected back with you"));
    view_text(view, "eta_text", page_text(request, state ? state : "We will tell you when we know more"));
    if (state || !*fact(tracked, "expected_on"))
        return;
    expected = view_within(view, "expected");
    view_text(expected, "day", when_day(request->arena, request->language, fact(tracked, "expected_on")));
    view_flag(view, "late", is_late(tracked));
    view_text(expected, "before",
              is_late(tracked)
                  ? ""
                  : when_before(request->arena, request->language, fact(tracked, "expected_before")));
    if (is_late(tracked))
        return;
    view_text(view, "moved", when_day(request->arena, request->language, fact(tracked, "expected_was")));
}

/* When the repair first reached a phase; the events come latest first. */
static const char *phase_date(const struct tracked *tracked, const char *phase)
{
    const char *date = "";

    for (size_t i = 0; i < rows_count(tracked->events); i++)
        if (strcmp(rows_text(tracked->events, i, "phase"), phase) == 0)
            date = when_short_moment(tracked->request->arena, tracked->request->language,
                                     rows_integer(tracked->events, i, "happened_at"));
    return date;
}

/* When that step was, or when the last one is expected. */
static const char *step_date(const struct tracked *tracked, int step, int now)
{
    if (step <= now)
        return phase_date(tracked, owner_steps[step].phase);
    return step == STEPS - 1 && !tracked->text->state && !is_late(tracked)
               ? when_short(tracked->request->arena, tracked->request->language, fact(tracked, "expected_on"))
               : "";
}

/* The last of the four steps that was reached; -1: none. */
static int last_reached(const struct tracked *tracked)
{
    int last = STEPS - 1;

    while (last >= 0 && !*phase_date(tracked, owner_steps[last].phase))
        last--;
    return last;
}

/* Of a visit that is over, a step that never was is none that was done. */
static bool is_done(const struct tracked *tracked, int step, int now)
{
    return step <= now &&
           (!is_over(tracked) || step == STEPS - 1 || *phase_date(tracked, owner_steps[step].phase));
}

static void add_steps(const struct tracked *tracked, struct view *view)
{
    const struct request *request = tracked->request;
    const char           *stands = tracked->text->stands;
    const char           *phase = stands ? stands : fact(tracked, "phase");
    bool                  ready = strcmp(phase, "ready") == 0, over = is_over(tracked);
    int                   now = ready ? STEPS - 1 : -1;

    for (int i = 0; i < STEPS; i++)
        if (strcmp(owner_steps[i].phase, phase) == 0)
            now = i;
    if (is_cut_short(tracked))
        now = last_reached(tracked);
    if (tracked->text->away)
        now = STEPS - 2;
    for (int i = 0; i < STEPS; i++) {
        struct view *item = view_append(view, "steps");
        bool         is_now = i == now && !over;

        view_text(item, "label",
                  page_text(request, ready && is_now ? "Ready for you" : owner_steps[i].label));
        view_text(item, "state", is_now ? "now" : is_done(tracked, i, now) ? "done" : "next");
        view_flag(item, "now", is_now);
        view_text(item, "when", is_now ? page_text(request, "now") : step_date(tracked, i, now));
    }
}

/* What was said with the wait that goes on. */
static const char *waiting_note(const struct tracked *tracked)
{
    for (size_t i = 0; i < rows_count(tracked->events); i++)
        if (strcmp(rows_text(tracked->events, i, "kind"), "waiting") == 0)
            return rows_text(tracked->events, i, "note");
    return "";
}

static const char *reason_of(const struct tracked *tracked)
{
    if (!*fact(tracked, "waiting"))
        return page_text(tracked->request, "It takes longer than we thought.");
    return tracked->text->reason ? page_text(tracked->request, tracked->text->reason)
                                 : words_column(tracked->request, tracked->facts, 0, "sentence");
}

static void add_why(const struct tracked *tracked, struct view *view)
{
    const struct request *request = tracked->request;
    struct view          *why;

    if (!*fact(tracked, "waiting") && !is_late(tracked))
        return;
    why = view_within(view, "why");
    view_text(why, "reason", reason_of(tracked));
    view_text(why, "note", *fact(tracked, "waiting") ? waiting_note(tracked) : "");
    if (!when_day_is_over(fact(tracked, "next_update_on")))
        view_text(why, "next_update",
                  when_day(request->arena, request->language, fact(tracked, "next_update_on")));
    view_text(why, "act", tracked->text->act ? page_text(request, tracked->text->act) : "");
}

static void add_history(const struct tracked *tracked, struct view *view)
{
    const struct request *request = tracked->request;

    for (size_t i = 0; i < rows_count(tracked->events); i++) {
        struct view *item = view_append(view, "history");
        const char  *kind = rows_text(tracked->events, i, "kind");

        view_text(
            item, "when",
            when_moment(request->arena, request->language, rows_integer(tracked->events, i, "happened_at")));
        view_text(item, "what", words_event(request, tracked->events, i));
        view_text(item, "text", rows_text(tracked->events, i, "note"));
        view_text(item, "tone", strcmp(kind, "waiting") == 0 ? "amber" : "plain");
    }
}

/* What ends the sense of a note that was written before it. */
static bool turns_the_page(const char *kind)
{
    static const char *const kinds[] = {"received", "handed_over", "step",   "waiting",
                                        "returned", "reopened",    "closed", "waiting_ended"};

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

/* The latest note, as long as nothing else happened since; that of a wait stands with its reason. */
static void add_quote(const struct tracked *tracked, struct view *view)
{
    const struct request *request = tracked->request;

    for (size_t i = 0; i < rows_count(tracked->events); i++) {
        const char *kind = rows_text(tracked->events, i, "kind");
        const char *note = strcmp(kind, "waiting") == 0 ? "" : rows_text(tracked->events, i, "note");

        view_text(view, "quote", note);
        if (*note)
            view_text(view, "quote_when",
                      when_moment_inside(request->arena, request->language,
                                         rows_integer(tracked->events, i, "happened_at")));
        if (*note || turns_the_page(kind))
            return;
    }
}

static const char *holder_of(const struct tracked *tracked)
{
    if (tracked->text->away || tracked->text->holder)
        return page_text(tracked->request, tracked->text->away ? "Not known" : tracked->text->holder);
    if (is_over(tracked) && (!is_cut_short(tracked) || rows_flag(tracked->facts, 0, "with_owner")))
        return page_text(tracked->request, "You");
    return *fact(tracked, "holder") ? fact(tracked, "holder") : page_text(tracked->request, "The IT desk");
}

static bool show(const struct service *service, const struct tracked *tracked, struct reply *reply,
                 struct error *error)
{
    struct view *view = page_view(service, tracked->request, "");

    view_flag(view, "signed_in", false);
    add_state(tracked, view);
    view_text(view, "title", fact(tracked, "device_name"));
    view_text(view, "device_name", fact(tracked, "device_name"));
    view_text(view, "code", words_code(tracked->request, fact(tracked, "code")));
    view_text(view, "problem", fact(tracked, "problem"));
    view_text(view, "number", fact(tracked, "number"));
    view_text(view, "holder", holder_of(tracked));
    view_text(view, "place", tracked->text->holder ? "" : fact(tracked, "place"));
    add_quote(tracked, view);
    add_expected(tracked, view);
    add_steps(tracked, view);
    add_why(tracked, view);
    add_history(tracked, view);
    reply->revalidate = true;
    return page_show(service, tracked->request, reply, "track", view, error);
}

/* One answer for unknown, dead and malformed links; misses are counted by address. */
static bool missed(struct service *service, const struct request *request, struct error *error)
{
    const char *key = arena_format(request->arena, "track %s", request->address);

    if (rate_limit_take(service->misses, key, MISSES_PER_MINUTE, error))
        error_set(error, ERROR_NOT_FOUND,
                  "This link is not known, or it is no longer valid. Ask the desk for a new one");
    return false;
}

/* The page as it was shown before, if nothing that stands on it changed since. Its ETag comes first. */
static bool show_kept(const struct service *service, const struct request *request, struct reply *reply,
                      const char *key)
{
    size_t      length;
    const char *kept = cache_get(service->pages, request->arena, key, &length);

    if (!kept)
        return false;
    memcpy(&reply->etag, kept, sizeof reply->etag);
    if (!etag_matches(&reply->etag, request_header(request, "If-None-Match")))
        buffer_add(&reply->body, kept + sizeof reply->etag, length - sizeof reply->etag);
    reply->revalidate = true;
    return true;
}

/* What the page says of days is true until midnight. */
static void keep(const struct service *service, const struct tracked *tracked, struct reply *reply,
                 const char *key, uint64_t mark)
{
    struct arena      *arena = tracked->request->arena;
    struct cache_terms terms = {.things = {fact(tracked, "device_id"), fact(tracked, "repair_id")},
                                .until = when_day_ends()};
    time_t             link_until = (time_t)rows_integer(tracked->facts, 0, "link_until");
    size_t             length = sizeof reply->etag + reply->body.length;
    char              *bytes = arena_take(arena, length);

    if (link_until > 0 && link_until < terms.until)
        terms.until = link_until;
    reply->etag = etag_of(reply->body.text, reply->body.length);
    memcpy(bytes, &reply->etag, sizeof reply->etag);
    memcpy(bytes + sizeof reply->etag, reply->body.text, reply->body.length);
    cache_put(service->pages, key, mark, &terms, bytes, length);
}

bool track_show(struct service *service, const struct request *request, struct reply *reply,
                struct error *error)
{
    const char *link = secret_normalise(request->arena, request_part(request, 0), LINK_SYMBOLS), *hash, *key;
    struct tracked tracked = {.request = request};
    uint64_t       mark;

    if (!request_only(request, "", error))
        return false;
    if (!link)
        return missed(service, request, error);
    hash = secret_hash(request->arena, service->secret, SECRET_LINK, link);
    key = arena_format(request->arena, "track %s %s", request->language, hash);
    if (show_kept(service, request, reply, key))
        return true;
    mark = cache_mark(service->pages);
    SESSION *session = pool_borrow(service->public_pool, service->config->session_wait_ms, error);

    tracked.facts = session ? QUERY(session, request->arena, SQL_TRACK, error, hash) : NULL;
    if (!tracked.facts)
        return false;
    if (rows_count(tracked.facts) == 0)
        return missed(service, request, error);
    tracked.text = track_text_of(&(struct track_stand){.phase = fact(&tracked, "phase"),
                                                       .step = fact(&tracked, "step"),
                                                       .wait = fact(&tracked, "waiting"),
                                                       .side = fact(&tracked, "waiting_side"),
                                                       .outcome = end_of(&tracked)});
    tracked.events = QUERY(session, request->arena, SQL_TRACK_EVENTS, error, hash);
    if (!tracked.events || !show(service, &tracked, reply, error))
        return false;
    if (!*service->config->site_folder)
        keep(service, &tracked, reply, key, mark);
    return true;
}
