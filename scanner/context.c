#include "context.h"

#include <stdio.h>
#include <string.h>

static void set(char *to, size_t size, const struct meaning *card)
{
    snprintf(to, size, "%.*s", (int)size - 1, card->text);
}

void context_apply(struct context *context, const struct meaning *card, int64_t now_ms)
{
    struct context_words *now = &context->now;

    context->used_ms = now_ms;
    if (card->kind == MEANING_DONE) {
        *now = context->first;
        context->changed = false;
        return;
    }
    context->changed = true;
    if (card->kind == MEANING_PLACE) {
        set(now->place, sizeof now->place, card);
        return;
    }
    *now->step = *now->reason = *now->person = '\0';
    if (card->kind == MEANING_STEP)
        set(now->step, sizeof now->step, card);
    else if (card->kind == MEANING_REASON)
        set(now->reason, sizeof now->reason, card);
    else if (card->kind == MEANING_PERSON)
        set(now->person, sizeof now->person, card);
}

bool context_tick(struct context *context, int64_t now_ms, bool used)
{
    bool ended = context->changed && now_ms - context->used_ms >= CONTEXT_IDLE_MS;

    if (ended) {
        context->now = context->first;
        context->changed = false;
    }
    if (used)
        context->used_ms = now_ms;
    return ended;
}

#define STEP_RETURN "return" /* the step of Spoor's own that ends a repair (domain: phase returned) */

const char *context_kind(const struct context *context)
{
    const struct context_words *now = &context->now;

    if (strcmp(now->step, STEP_RETURN) == 0)
        return "returned"; /* to its owner, or to the person in the context */
    return *now->step     ? "step"
           : *now->person ? "handed_over"
           : *now->reason ? "waiting"
           : *now->place  ? "moved"
                          : NULL;
}

static void add(char *text, unsigned size, const char *word, const char *value)
{
    size_t length = strlen(text);

    if (value && *value)
        snprintf(text + length, size - length, "%s%s %s", length ? ", " : "", word, value);
}

static const char *shown(const char *code, struct label_text *text)
{
    struct label label;

    if (!code || !*code)
        return "";
    snprintf(label.code, sizeof label.code, "%s", code);
    *text = label_format(&label);
    return text->text;
}

void context_describe(const struct context *context, char *text, unsigned size)
{
    struct label_text place, person;

    *text = '\0';
    add(text, size, "step", context->now.step);
    add(text, size, "to", shown(context->now.person, &person));
    add(text, size, *context->now.step ? "because" : "waiting", context->now.reason);
    add(text, size, "place", shown(context->now.place, &place));
    add(text, size, "note", context->now.note);
}
