#include "endpoints/kinds.h"

#include <string.h>

#include "render/json.h"
#include "render/json_read.h"
#include "web/router.h"

#define NOT_THEIRS_BYTES 4000u

#define NOBODY 0u
#define LEADS  (MAY_LEAD | MAY_ADMIN)
#define DESK   (LEADS | MAY_TECHNICIAN)
#define ALL    (DESK | MAY_SCANNER | MAY_REVOKED)

/* What happens to a device on a bench is scanned there; what is promised to its owner is typed by a person;
 * what ends a repair, or a label, is a lead's. */
static const struct {
    const char *kind;
    unsigned    may; /* MAY_…; openapi.yaml says the same */
} kinds[] = {
    {"step", ALL},      {"moved", ALL},         {"handed_over", ALL},
    {"waiting", ALL},   {"waiting_ended", ALL}, {"note", ALL},
    {"offered", ALL},   {"accepted", ALL},      {"refused", ALL},
    {"returned", ALL},  {"corrected", ALL},     {"announced", DESK},
    {"received", DESK}, {"question", DESK},     {"answer", DESK},
    {"eta", DESK},      {"label_linked", DESK}, {"label_revoked", LEADS},
    {"closed", LEADS},  {"reopened", LEADS},    {"registered", NOBODY},
    {"erased", NOBODY},
};

static const struct {
    unsigned    may;
    const char *who;
} words[] = {{DESK, "a technician or a lead"}, {LEADS, "a lead"}, {NOBODY, "the service itself"}};

static const char *refusal(const struct request *request, const char *kind, const char *verb, unsigned also)
{
    size_t i = 0, n = 0;

    while (i < COUNT_OF(kinds) && strcmp(kinds[i].kind, kind) != 0)
        i++;
    if (i == COUNT_OF(kinds) || request->principal.roles & (kinds[i].may | also))
        return NULL;
    while (words[n].may != (kinds[i].may | also) && words[n].may != NOBODY)
        n++;
    return arena_format(request->arena, "only %s may %s an event of the kind '%s'", words[n].who, verb, kind);
}

const char *kinds_refused(const struct request *request, const char *kind)
{
    return refusal(request, kind, "record", NOBODY);
}

static bool is_blank(const char *text)
{
    return !text || text[strspn(text, " \t\r\n")] == '\0';
}

static bool has_day(const struct request *request, const char *detail)
{
    struct error             none;
    const struct json_value *object =
        detail && *detail ? json_read(request->arena, detail, strlen(detail), &none) : NULL;
    const char *day;

    return object && json_read_text(object, "expected_on", "", true, 40, false, &day, &none);
}

const char *kinds_lacks(const struct request *request, const struct event_draft *draft)
{
    if (strcmp(draft->kind, "note") == 0 && is_blank(draft->public_note) && is_blank(draft->private_note))
        return "a note has words: in public_note, in private_note, or in both";
    if (strcmp(draft->kind, "eta") == 0 && !has_day(request, draft->detail))
        return "a new expected date says which: in detail, as expected_on";
    return NULL;
}

const char *kinds_not_theirs(const struct request *request)
{
    CLEANUP(buffer_free) struct buffer text = {.limit = NOT_THEIRS_BYTES};
    struct json                        json;

    json_begin(&json, &text);
    json_object_begin(&json);
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        json_member(&json, kinds[i].kind, refusal(request, kinds[i].kind, "correct", LEADS));
    json_object_end(&json);
    return arena_copy(request->arena, text.text);
}

bool kinds_say(const struct request *request, const char *message)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const char *why = refusal(request, kinds[i].kind, "correct", LEADS);

        if (why && strcmp(why, message) == 0)
            return true;
    }
    return false;
}
