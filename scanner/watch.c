#include "watch.h"

#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "live.h"

#define UNREADABLE_MOST 50u /* frames one after the other, until the camera is given up */

/* Two labels that lie beside each other may be read by turns; one that made room for another is not read. */
static bool has_left(const struct sight *sight, int64_t seen_ms, int64_t now_ms)
{
    int64_t since = now_ms - seen_ms;

    return since < 0 || since > SIGHT_MS || (since >= SIGHT_REPLACE_MS && sight->entered_ms > seen_ms);
}

bool sight_enters(struct sight *sight, const char *text, int64_t now_ms)
{
    size_t place = 0;
    bool   enters = true;

    for (size_t i = 0; i < SIGHT_MOST; i++) {
        if (sight->codes[i].seen_ms && strcmp(sight->codes[i].text, text) == 0) {
            place = i;
            enters = has_left(sight, sight->codes[i].seen_ms, now_ms);
            break;
        }
        if (sight->codes[i].seen_ms < sight->codes[place].seen_ms)
            place = i;
    }
    if (enters)
        sight->entered_ms = now_ms;
    snprintf(sight->codes[place].text, sizeof sight->codes[place].text, "%s", text);
    sight->codes[place].seen_ms = now_ms;
    return enters;
}

struct watching {
    struct scan *scan;
    struct sight sight;
    int64_t      glance_ms; /* when something was read last; 0: nothing is in sight */
    unsigned     turn, unreadable;
    int          code;
};

static void note(struct watching *watching, int code)
{
    watching->code = code > watching->code ? code : watching->code;
}

static void take_codes(struct watching *watching, const struct decode_result *codes, size_t count,
                       int64_t now_ms)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = codes[i].code.text;

        if (sight_enters(&watching->sight, text, now_ms))
            note(watching, scan_take(watching->scan, text, false));
        show_glance(&watching->scan->show, symbology_name(codes[i].code.symbology), text);
        watching->glance_ms = now_ms;
    }
    if (count == 0 && watching->glance_ms && now_ms - watching->glance_ms > SIGHT_MS) {
        show_glance(&watching->scan->show, "nothing in sight", "");
        watching->glance_ms = 0;
    }
}

/* A damaged frame now and then is common; a camera that gives nothing else is of no use. */
static bool is_of_use(struct watching *watching, bool read, const char *why, struct error *error)
{
    watching->unreadable = read ? 0 : watching->unreadable + 1;
    return watching->unreadable <= UNREADABLE_MOST ||
           error_set(error, ERROR_UNAVAILABLE, "the camera's pictures cannot be read: %.200s", why);
}

static bool look(struct watching *watching, const struct frame *frame, struct error *error)
{
    static struct decode_result codes[DECODED_MOST];
    struct decode_settings      settings = {
             .effort = EFFORT_QUICK, .budget_ms = DECODE_BUDGET_MS, .deeper = ++watching->turn};
    struct error problem = {0};
    size_t       count = 0;
    bool         read;

    if (frame->damaged)
        return is_of_use(watching, false, "its driver says that they are damaged", error);
    read = decode_frame(frame, &settings, codes, DECODED_MOST, &count, &problem) ||
           problem.kind == ERROR_NOT_FOUND;
    if (!is_of_use(watching, read, problem.message, error))
        return false;
    take_codes(watching, codes, count, frame->at_ms);
    return true;
}

int watch_frames(struct scan *scan, struct frame_source *source, struct error *error)
{
    static struct watching watching;
    struct frame           frame;

    watching = (struct watching){.scan = scan};
    live_catch_signals();
    show_glance(&scan->show, "nothing in sight", "");
    while (!live_is_stopped() && source->next(source->context, &frame, error)) {
        scan_tick(scan);
        if (!scan->wait)
            note(&watching, scan_hear(scan));
        if ((frame.length > 0 || frame.damaged) && !look(&watching, &frame, error))
            break;
    }
    source->close(source->context);
    return watching.code;
}
