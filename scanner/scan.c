#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "commands.h"
#include "shared/moment.h"
#include "signing.h"

void scan_problem(const struct scan *scan, const char *text, const char *word, const char *more)
{
    show_sound(&scan->show, SOUND_PROBLEM);
    show_line(&scan->show, &(struct shown){.kind = SHOW_PROBLEM, .code = text, .word = word, .more = more});
}

bool scan_is_doubled(const struct queue_item *latest, const char *context, int64_t now_ms)
{
    return latest && strcmp(latest->context, context) == 0 && strcmp(latest->outcome, "refused") != 0 &&
           now_ms >= latest->scanned_ms && /* else the clock was set back: rather twice than never */
           now_ms - latest->scanned_ms < SCAN_DOUBLED_MS;
}

static void put(json_t *event, const char *name, const char *text)
{
    if (text && *text)
        json_object_set_new(event, name, json_string(text));
}

static void put_context(json_t *event, const struct context *context)
{
    put(event, "kind", context_kind(context));
    put(event, "step", context->now.step);
    put(event, "reason", context->now.reason);
    put(event, "place", context->now.place);
    put(event, "to", context->now.person);
    put(event, "public_note", context->now.note);
}

/* The event as it is sent, again and again the same: who, when, the number, what was said, the signature. */
static char *compose(const struct scan *scan, json_t *said, const struct queue_item *item,
                     struct error *error)
{
    struct moment now = moment_now();
    char          happened_at[MOMENT_SIZE], *body = NULL;
    json_t       *whole = json_object();

    moment_format(&now, happened_at);
    put(whole, "event_id", item->event_id);
    put(whole, "happened_at", happened_at);
    json_object_set_new(whole, "scanner_seq", json_integer(item->scanner_seq));
    json_object_update(whole, said);
    if (item->skew_known)
        signing_put_skew(whole, item->skew_ms);
    if (signing_add(scan->enrolment, whole, error)) {
        body = json_dumps(whole, JSON_COMPACT);
        if (!body)
            error_set(error, ERROR_INVALID, "this text cannot be sent");
    }
    json_decref(whole);
    return body;
}

static bool store_once(const struct scan *scan, json_t *said, struct queue_item *item, struct error *error)
{
    struct queue_state known;
    bool               stored = false;
    char              *body;

    if (!queue_state_read(scan->queue, &known, error))
        return false;
    item->scanner_seq = queue_next_seq(scan->queue);
    item->scanned_ms = moment_now().ms;
    item->skew_known = known.skew_known;
    item->skew_ms = known.skew_ms;
    body = compose(scan, said, item, error);
    if (body) {
        item->body = body;
        stored = queue_store(scan->queue, item, error);
        item->body = "";
    }
    free(body);
    return stored;
}

/* Its number may be given away meanwhile (queue_known): then it is signed anew. `said` is used up. */
static bool store(const struct scan *scan, json_t *said, struct queue_item *item, struct error *error)
{
    bool stored;

    uuid_make(item->event_id);
    stored = store_once(scan, said, item, error) ||
             (error->kind == ERROR_CONFLICT && store_once(scan, said, item, error));
    json_decref(said);
    return stored;
}

static void tell(const struct scan *scan, enum show_kind kind, const char *code, const char *word,
                 const char *more, const struct queue_item *item)
{
    show_line(&scan->show, &(struct shown){.kind = kind,
                                           .code = code,
                                           .word = word,
                                           .more = more,
                                           .event_id = item ? item->event_id : NULL,
                                           .number = item ? item->scanner_seq : 0});
}

static void join(char *text, size_t size, const char *between, const char *part)
{
    size_t length = strlen(text);

    if (*part)
        snprintf(text + length, size - length, "%s%s", length ? between : "", part);
}

/* An answer of the server, with what it noticed; without a sound where it is as it was meant. */
static void answer(const struct scan *scan, enum show_kind kind, const char *code, const char *word,
                   const char *more, const struct delivered *said, const struct queue_item *item)
{
    if (kind != SHOW_GOOD)
        show_sound(&scan->show, kind == SHOW_LOOK ? SOUND_LOOK : SOUND_PROBLEM);
    show_line(&scan->show, &(struct shown){.kind = kind,
                                           .code = code,
                                           .word = word,
                                           .more = more,
                                           .event_id = item ? item->event_id : NULL,
                                           .flags = said->flags,
                                           .number = item ? item->scanner_seq : 0});
}

/* What the server said. Returns the exit code. */
static int report(const struct scan *scan, const char *code, const struct delivered *said,
                  const struct queue_item *item)
{
    char more[1600] = "";

    if (strcmp(said->outcome, "refused") == 0) {
        join(more, sizeof more, "", item ? item->context : "");
        join(more, sizeof more, ": ", said->message);
        answer(scan, SHOW_PROBLEM, code, "refused", more, said, item);
        return EXIT_REFUSED;
    }
    join(more, sizeof more, "",
         said->unknown_device ? "recorded on a device that somebody has to identify" : said->device);
    join(more, sizeof more, ": ", said->now);
    join(more, sizeof more, "; ", said->message);
    join(more, sizeof more, "; ", said->notes);
    if (said->unknown_device) {
        answer(scan, SHOW_PROBLEM, code, "not known", more, said, item);
        return EXIT_NOT_KNOWN;
    }
    if (strcmp(said->outcome, "conflict") == 0) {
        answer(scan, SHOW_PROBLEM, code, said->outcome, more, said, item);
        return exit_code_of(ERROR_CONFLICT);
    }
    answer(scan, said->look ? SHOW_LOOK : SHOW_GOOD, code, said->outcome, more, said, item);
    return 0;
}

/* It is on the disk: the sound may be heard, the network may take its time. */
static int deliver(const struct scan *scan, const char *code, const struct queue_item *item)
{
    struct delivered said = {0};
    struct error     error = {0};

    show_sound(&scan->show, SOUND_RECORDED);
    sender_wake(scan->sender);
    if (!scan->wait) {
        tell(scan, SHOW_GOOD, code, "kept", item->context, item);
        return 0;
    }
    if (sender_wait(scan->sender, item->event_id, &said, &error))
        return report(scan, code, &said, item);
    tell(scan, SHOW_WAITING, code, "waiting", error.message, item);
    return EXIT_WAITING;
}

/* Without a sound: the first reading had one. */
static int tell_doubled(const struct scan *scan, const char *code, const char *context)
{
    char more[500];

    snprintf(more, sizeof more, "the same as a moment ago, not recorded again: %s", context);
    tell(scan, SHOW_DOUBLED, code, "read twice", more, NULL);
    return 0;
}

/* From when it was told: what is read meanwhile waits for that. */
static bool is_doubled(const struct scan *scan, const char *code, const char *context)
{
    ARENA             *arena = arena_new();
    struct queue_item *latest = NULL;
    struct error       ignored = {0};

    if (!queue_recent_of(scan->queue, arena, code, &latest, &ignored))
        latest = NULL;
    if (latest && strcmp(latest->event_id, scan->told) == 0)
        latest->scanned_ms = scan->told_ms;
    return scan_is_doubled(latest, context, moment_now().ms);
}

static int take_device(struct scan *scan, const struct meaning *meaning)
{
    char              context[400];
    struct queue_item item = {.code = meaning->text, .context = context};
    struct error      error = {0};
    json_t           *event;
    int               code;

    if (!context_kind(&scan->context)) {
        scan_problem(scan, meaning->shown, "NOT RECORDED",
                     "scan a card first: a step, a place, a person or a reason");
        return EXIT_NO_CONTEXT;
    }
    context_describe(&scan->context, context, sizeof context);
    if (is_doubled(scan, meaning->text, context))
        return tell_doubled(scan, meaning->shown, context);
    event = json_object();
    put(event, "code", meaning->text);
    put_context(event, &scan->context);
    if (!store(scan, event, &item, &error)) {
        scan_problem(scan, meaning->shown, "NOT KEPT", error.message);
        return EXIT_NOT_KEPT;
    }
    code = deliver(scan, meaning->shown, &item);
    snprintf(scan->told, sizeof scan->told, "%s", item.event_id);
    scan->told_ms = moment_now().ms;
    return code;
}

static int nothing_to_undo(const struct scan *scan, const char *why)
{
    scan_problem(scan, "", "nothing to undo", why);
    return exit_code_of(ERROR_CONFLICT);
}

static bool is_undone_just_now(const struct scan *scan)
{
    int64_t now_ms = moment_now().ms;

    return scan->undone_ms && now_ms >= scan->undone_ms && now_ms - scan->undone_ms < SCAN_DOUBLED_MS;
}

/* The latest scan did not happen. The card once more within a moment was read twice: from when the first was
 * told, since what is read meanwhile waits for that. */
static int take_undo(struct scan *scan)
{
    ARENA             *arena = arena_new();
    struct queue_item *latest, item = {.code = "", .context = QUEUE_UNDO};
    size_t             count = 0;
    struct error       error = {0};
    json_t            *event;
    char               shown[200];
    int                code;

    if (is_undone_just_now(scan))
        return tell_doubled(scan, QUEUE_UNDO, QUEUE_UNDO);
    if (!queue_recent(scan->queue, arena, 1, &latest, &count, &error) || count == 0)
        return nothing_to_undo(scan, error.message);
    if (strcmp(latest->outcome, "refused") == 0)
        return nothing_to_undo(scan, QUEUE_UNDO_OF_REFUSED);
    event = json_pack("{s:s, s:s, s:{s:s}}", "kind", "corrected", "corrects", latest->event_id, "detail",
                      "correction", "did_not_occur");
    item.undoes = latest->event_id;
    if (!store(scan, event, &item, &error)) {
        scan_problem(scan, latest->code, "NOT UNDONE", error.message);
        return EXIT_NOT_KEPT;
    }
    snprintf(shown, sizeof shown, "undo of %s", latest->code);
    code = deliver(scan, shown, &item);
    scan->undone_ms = moment_now().ms;
    return code;
}

static void tell_context(const struct scan *scan, const char *why)
{
    char text[400];

    context_describe(&scan->context, text, sizeof text);
    tell(scan, SHOW_CONTEXT, "", *text ? text : "nothing chosen",
         *why    ? why
         : *text ? "for what is scanned next"
                 : "scan a card first",
         NULL);
}

static int take_card(struct scan *scan, const struct meaning *card)
{
    context_apply(&scan->context, card, moment_now().ms);
    show_sound(&scan->show, SOUND_RECORDED);
    tell_context(scan, "");
    return 0;
}

int scan_take(struct scan *scan, const char *text, bool typed)
{
    struct meaning meaning;
    struct error   error = {0};

    if (!meaning_read(text, typed, &meaning, &error)) {
        scan_problem(scan, text, "not a label", error.message);
        return EXIT_NOT_A_LABEL;
    }
    if (context_tick(&scan->context, moment_now().ms, true))
        tell_context(scan, "nobody scanned for 15 minutes");
    if (meaning.kind == MEANING_UNDO)
        return take_undo(scan);
    scan->undone_ms = 0;
    if (meaning.kind == MEANING_LABEL || meaning.kind == MEANING_NUMBER)
        return take_device(scan, &meaning);
    return take_card(scan, &meaning);
}

static int hear_one(struct scan *scan, const struct delivered *said)
{
    ARENA             *arena = arena_new();
    struct queue_item *item = NULL;
    struct error       ignored = {0};
    struct label       label;
    const char        *code;

    if (!queue_recent_event(scan->queue, arena, said->event_id, &item, &ignored))
        item = NULL;
    code = item && *item->code ? item->code : said->device;
    if (label_parse(code, &label, &ignored))
        code = arena_copy(arena, label_format(&label).text);
    return report(scan, code, said, item);
}

int scan_hear(struct scan *scan)
{
    struct delivered said;
    int              code = 0;

    while (sender_heard(scan->sender, &said)) {
        int one = hear_one(scan, &said);

        code = one > code ? one : code;
    }
    return code;
}

void scan_tick(struct scan *scan)
{
    if (context_tick(&scan->context, moment_now().ms, false))
        tell_context(scan, "nobody scanned for 15 minutes");
}
