#include "endpoints/words.h"

#include <ctype.h>
#include <string.h>

#include "render/text.h"
#include "render/when.h"
#include "shared/label.h"

static const struct {
    const char *kind, *words;
    char        add; /* 's': the step says more; 'r': the reason; 'o': the outcome, where there is one */
} kinds[] = {
    {"received", "Handed in", 0},
    {"handed_over", "Handed over", 0},
    {"moved", "Moved", 0},
    {"step", NULL, 's'},
    {"waiting", NULL, 'r'},
    {"waiting_ended", "Going on", 0},
    {"note", "Note", 0},
    {"question", "Question", 0},
    {"answer", "Answer", 0},
    {"eta", "New expected date", 0},
    {"returned", "Returned", 'o'},
    {"closed", "Closed", 'o'},
    {"reopened", "Opened again", 0},
    {"corrected", "Correction", 0},
    {"label_linked", "Label linked", 0},
    {"label_revoked", "Label revoked", 0},
    {"offered", "Offered", 0},
    {"accepted", "Accepted", 0},
    {"refused", "Refused", 0},
    {"erased", "Erased", 0},
    {"announced", "Announced", 0},
    {"registered", "Registered", 0},
};

/* How a repair may end. What is away came back to nobody. */
static const struct {
    const char *outcome, *words;
    bool        away;
} outcomes[] = {
    {"repaired", "Repaired", false},   {"no_fault_found", "No fault found", false},
    {"replaced", "Replaced", false},   {"unrepairable", "Cannot be repaired", false},
    {"cancelled", "Cancelled", false}, {"lost", "Missing", true},
    {"stolen", "Stolen", true},
};

static const char *const flag_words[] = {
    "Somebody else had it according to the ledger",
    "Recorded later than it happened",
    "The sender's clock is doubtful",
    "Unusual order of steps",
    "Device was not known",
    "The sender was revoked",
    "The label was revoked",
    "The scanner used this number before",
    "Others had moved on before it came",
};

#define FLAG_UNUSUAL 3u /* its place in flag_words */

/* Sentences with something of the moment in them, as site/text has them. */
static const char *const sentences[] = {
    "This code was misread: did you mean {code}?",
    "This device is in repair already, as {number}",
    "{device} has this serial number and is known here: put the label on it, and take that one in.",
    "{device} has this asset tag and is known here: put the label on it, and take that one in.",
    "The device with this label, {device}, is in repair already, as {number}",
    "This label is on {device}, not on {typed}. Clear the fields to take that one in, or use another label.",
    "This asset tag is on {device}, not on {typed}. Look at what you typed again, or leave the tag empty.",
    /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one sentence on two lines */
    "This serial number is on {device}, not on {typed}. Clear make and model to take that one in, or look at "
    "the number again.",
    "Too many wrong tries. Try again in {seconds} seconds",
    "{field} is missing: please fill it in.",
    "{field} is missing: please choose one.",
    "{field} needs at least {count} characters.",
    "{field} has {count} characters; at most {most} fit.",
    "{field} has control characters: please type it again.",
    "{field} is not a choice that this page offered.",
    "{field} is a day that exists, such as 2026-11-26.",
    "The field \"{field}\" has control characters.",
    "The field \"{field}\" is not text in UTF-8 without NUL.",
    "The field \"{field}\" is not one of this form.",
    "The field \"{field}\" was sent twice.",
    "'{field}' is a whole number",
    "This page cannot record '{kind}'",
    "This address does not take the method {method}.",
    "A password needs at least {count} characters; a few words in a row do well",
    "A password may have at most {most} bytes",
    "A batch holds 1 to {most} labels",
    "There is a batch {name} already",
    "There is no batch of labels named '{name}'",
    "There is no layout '{name}'; L7160 is one",
    "There is an account {name} already",
    "There is no account {name}",
    "There is no repair {number}",
    "only {who} may {verb} an event of the kind '{kind}'",
};

#define BRACES_MOST 3

/* What stands in the braces of a sentence. */
struct inner {
    const char *name; /* "{field}…" */
    size_t      name_length;
    const char *text;
};

/* Where the literal text that follows a brace stands in the message: at its end, if nothing follows. */
static const char *literal_at(const char *message, const char *literal, size_t length)
{
    size_t left = strlen(message);

    if (literal[length] != '\0')
        return memmem(message, left, literal, length);
    return left >= length && strcmp(message + left - length, literal) == 0 ? message + left - length : NULL;
}

/* How many braces the sentence has, each with its text in the message; 0 where the message is another one. */
static size_t take_apart(struct arena *arena, const char *sentence, const char *message, struct inner *inner)
{
    size_t count = 0, length = strcspn(sentence, "{");

    if (strncmp(sentence, message, length) != 0)
        return 0;
    for (sentence += length, message += length; *sentence && count < BRACES_MOST; count++) {
        const char *literal = strchr(sentence, '}') + 1, *end;

        length = strcspn(literal, "{");
        end = literal_at(message, literal, length);
        if (!end || end == message)
            return 0;
        inner[count] = (struct inner){sentence, (size_t)(literal - sentence),
                                      arena_format(arena, "%.*s", (int)(end - message), message)};
        sentence = literal + length;
        message = end + length;
    }
    return *sentence || *message ? 0 : count;
}

static const char *kind_words(const char *kind)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (kinds[i].words && strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].words;
    return kind;
}

static const char *inner_text(const struct request *request, const char *brace, const struct inner *inner,
                              size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(inner[i].name, brace, inner[i].name_length) == 0)
            return text_in(request->language,
                           strncmp(brace, "{kind}", 6) == 0 ? kind_words(inner[i].text) : inner[i].text);
    return "";
}

static const char *put_together(const struct request *request, const char *ours, const struct inner *inner,
                                size_t count)
{
    const char *text = "";

    for (;;) {
        size_t length = strcspn(ours, "{");

        text = arena_format(request->arena, "%s%.*s", text, (int)length, ours);
        ours += length;
        if (*ours == '\0')
            return text;
        text = arena_format(request->arena, "%s%s", text, inner_text(request, ours, inner, count));
        ours = strchr(ours, '}') + 1;
    }
}

const char *words_message(const struct request *request, const char *message)
{
    struct inner inner[BRACES_MOST];

    for (size_t i = 0; strcmp(request->language, "en") != 0 && i < COUNT_OF(sentences); i++) {
        size_t count = take_apart(request->arena, sentences[i], message, inner);

        if (count > 0)
            return put_together(request, text_in(request->language, sentences[i]), inner, count);
    }
    return text_in(request->language, message);
}

const char *words_column(const struct request *request, const struct rows *rows, size_t row, const char *name)
{
    return rows_text(
        rows, row,
        arena_format(request->arena, "%s_%s", name, strcmp(request->language, "nl") == 0 ? "nl" : "en"));
}

const char *words_outcome(const struct request *request, const char *outcome)
{
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        if (strcmp(outcomes[i].outcome, outcome) == 0)
            return text_in(request->language, outcomes[i].words);
    return "";
}

const char *words_away(const struct request *request, const char *outcome)
{
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        if (outcomes[i].away && strcmp(outcomes[i].outcome, outcome) == 0)
            return text_in(request->language, outcomes[i].words);
    return "";
}

/* "Returned", "Returned: no fault found"; what is away was not returned. */
static const char *end_of(const struct request *request, const char *words, const char *outcome)
{
    const char *ended = words_outcome(request, outcome), *ours = text_in(request->language, words);

    if (*words_away(request, outcome))
        return ended;
    return *ended ? arena_format(request->arena, "%s: %c%s", ours, tolower((unsigned char)*ended), ended + 1)
                  : ours;
}

const char *words_event(const struct request *request, const struct rows *rows, size_t row)
{
    const char *kind = rows_text(rows, row, "kind");

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        if (kinds[i].add == 'o')
            return end_of(request, kinds[i].words, rows_text(rows, row, "outcome"));
        if (kinds[i].words)
            return text_in(request->language, kinds[i].words);
        return words_column(request, rows, row, kinds[i].add == 's' ? "step" : "reason");
    }
    return kind;
}

static const char *add_said(const struct request *request, const char *said, const char *words,
                            const char *value)
{
    return *value ? arena_format(request->arena, "%s%s%s: %s", said, *said ? " · " : "",
                                 text_in(request->language, words), value)
                  : said;
}

const char *words_said(const struct request *request, const struct rows *rows, size_t row)
{
    static const char *const days[][2] = {{"expected_on", "Expected back"},
                                          {"next_update_on", "The owner hears from us again on"}};
    const char              *said = "";

    if (strcmp(rows_text(rows, row, "kind"), "waiting") != 0) /* there it is the headline */
        said = add_said(request, said, "Reason", words_column(request, rows, row, "reason"));
    for (size_t i = 0; i < COUNT_OF(days); i++)
        said = add_said(request, said, days[i][1],
                        when_day(request->arena, request->language, rows_text(rows, row, days[i][0])));
    return said;
}

const char *words_kept(const struct request *request, const char *value)
{
    static const char *const erased[] = {"Erased", "(erased)"};

    for (size_t i = 0; i < COUNT_OF(erased); i++)
        if (strcmp(value, erased[i]) == 0)
            return text_in(request->language, erased[i]);
    return value;
}

/* A correction has no place among the steps: its flag says that what it undoes was undone before. */
static const char *flag_of(const struct request *request, const char *kind, size_t flag)
{
    if (flag == FLAG_UNUSUAL && strcmp(kind, "corrected") == 0)
        return text_in(request->language, "It was undone before; nothing changed");
    return text_in(request->language, flag_words[flag]);
}

const char *words_flags(const struct request *request, const char *kind, unsigned flags)
{
    const char *list = "";

    for (size_t i = 0; i < COUNT_OF(flag_words); i++)
        if (flags & 1u << i)
            list =
                arena_format(request->arena, "%s%s%s", list, *list ? " · " : "", flag_of(request, kind, i));
    return list;
}

void words_overtaken(const struct request *request, const struct rows *rows, size_t row, struct view *item)
{
    const char *parts[] = {
        strcmp(rows_text(rows, row, "kind"), "step") == 0 ? words_column(request, rows, row, "step") : "",
        rows_text(rows, row, "claimed_to"), rows_text(rows, row, "claimed_place")};
    const char  *claimed = "";
    struct view *overtaken;

    if (!rows_flag(rows, row, "overtaken"))
        return;
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (*parts[i])
            claimed = arena_format(request->arena, "%s%s%s", claimed, *claimed ? " · " : "", parts[i]);
    overtaken = view_within(item, "overtaken");
    view_flag(overtaken, "idle", rows_flag(rows, row, "idle"));
    view_text(overtaken, "claimed", claimed);
}

const char *words_code(const struct request *request, const char *code)
{
    struct label label;
    struct error none;

    return label_parse(code, &label, &none) ? arena_copy(request->arena, label_format(&label).text) : "";
}

const char *words_device(const struct request *request, const char *name, const char *code,
                         const char *number)
{
    const char *label = words_code(request, code);

    if (*name || *label)
        return *name ? name : label;
    return *number ? number : text_in(request->language, "Unnamed device");
}
