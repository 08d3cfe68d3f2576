#include "render/template.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/html.h"
#include "render/pages.h"
#include "render/text.h"
#include "render/view_inside.h"

#define OPENING       "{{"
#define CLOSING       "}}"
#define DEPTH_MOST    8u                /* pages within pages */
#define PAGE_MOST     ((size_t)1 << 20) /* bytes of a page read from a folder */
#define SENTENCE_MOST 600u

struct filling {
    struct buffer *out;
    const char    *folder, *language;
    unsigned       depth;
    struct error  *error;
};

/* kind: 0 a value; otherwise the character after the braces: # ^ / > ! ' */
struct tag {
    char        kind;
    const char *name;
    size_t      length;
    const char *begin, *after; /* of the whole tag, with the line where it stands alone */
};

static bool complain(const struct filling *filling, const char *what, const char *name, size_t length)
{
    return error_set(filling->error, ERROR_INTERNAL, "a page %s: '%.*s'", what,
                     (int)(length > 60 ? 60 : length), name);
}

/* A section, partial or comment that stands alone on its line takes the whole line with it. */
static void widen(const char *page, struct tag *tag)
{
    const char *left = tag->begin, *right = tag->after;

    while (left > page && (left[-1] == ' ' || left[-1] == '\t'))
        left--;
    while (*right == ' ' || *right == '\t')
        right++;
    if ((left > page && left[-1] != '\n') || (*right != '\n' && *right != '\0'))
        return;
    tag->begin = left;
    tag->after = *right ? right + 1 : right;
}

/* The next tag at or after `at`; false without an error: there is none. */
static bool next_tag(const struct filling *filling, const char *page, const char *at, struct tag *tag)
{
    const char *opening = strstr(at, OPENING), *closing;

    if (!opening)
        return false;
    tag->begin = opening;
    tag->name = opening + strlen(OPENING);
    closing = strstr(tag->name, CLOSING);
    if (!closing) {
        complain(filling, "has {{ without }}", opening, 20);
        return false;
    }
    tag->kind = *tag->name && strchr("#^/>!'", *tag->name) ? *tag->name : '\0';
    tag->name += tag->kind != '\0';
    tag->length = (size_t)(closing - tag->name);
    tag->after = closing + strlen(CLOSING);
    if (tag->kind == '\'' && tag->length > 0)
        tag->length--; /* the closing quote */
    if (tag->kind && tag->kind != '\'')
        widen(page, tag);
    return true;
}

static bool fill(struct filling *filling, const char *page, const char *at, const char *end,
                 const struct view *view);

/* Where the section that `open` begins ends: its closing tag. */
static bool find_end(const struct filling *filling, const char *page, const struct tag *open,
                     struct tag *close)
{
    unsigned    depth = 1;
    const char *at = open->after;

    *close = (struct tag){0};
    while (next_tag(filling, page, at, close)) {
        bool same = close->length == open->length && memcmp(close->name, open->name, open->length) == 0;

        if (same && (close->kind == '#' || close->kind == '^'))
            depth++;
        if (same && close->kind == '/' && --depth == 0)
            return true;
        at = close->after;
    }
    if (filling->error->kind == ERROR_NONE)
        complain(filling, "leaves a section open", open->name, open->length);
    return false;
}

static bool is_set(const struct view_value *value)
{
    if (!value)
        return false;
    if (value->kind == VIEW_TEXT)
        return value->text[0] != '\0';
    return value->kind == VIEW_FLAG ? value->flag : value->first != NULL;
}

static bool fill_section(struct filling *filling, const char *page, const struct tag *open,
                         const struct tag *close, const struct view *view)
{
    const struct view_value *value = view_find(view, open->name, open->length);

    if (open->kind == '^')
        return is_set(value) || fill(filling, page, open->after, close->begin, view);
    if (!is_set(value))
        return true;
    if (value->kind != VIEW_LIST)
        return fill(filling, page, open->after, close->begin, view);
    for (const struct view *item = value->first; item; item = item->next)
        if (!fill(filling, page, open->after, close->begin, item))
            return false;
    return true;
}

static bool fill_value(struct filling *filling, const struct tag *tag, const struct view *view)
{
    const struct view_value *value = view_find(view, tag->name, tag->length);

    if (!value || value->kind != VIEW_TEXT)
        return complain(filling, "asks for a value that was not set", tag->name, tag->length);
    html_escape(filling->out, value->text);
    return true;
}

/* The sentence in the reader's language, its {names} filled in. */
static bool fill_sentence(struct filling *filling, const struct tag *tag, const struct view *view)
{
    char        english[SENTENCE_MOST];
    const char *sentence;

    if (tag->length >= sizeof english)
        return complain(filling, "has too long a sentence", tag->name, tag->length);
    memcpy(english, tag->name, tag->length);
    english[tag->length] = '\0';
    sentence = text_in(filling->language, english);
    while (*sentence) {
        size_t plain = strcspn(sentence, "{");
        char   piece[SENTENCE_MOST * 2];

        snprintf(piece, sizeof piece, "%.*s", (int)plain, sentence);
        html_escape(filling->out, piece);
        sentence += plain;
        if (*sentence) {
            struct tag name = {.name = sentence + 1, .length = strcspn(sentence + 1, "}")};

            if (!fill_value(filling, &name, view))
                return false;
            sentence = name.name + name.length + (name.name[name.length] == '}');
        }
    }
    return true;
}

static bool fill_page(struct filling *filling, const char *name, const struct view *view);

static bool fill_partial(struct filling *filling, const struct tag *tag, const struct view *view)
{
    char   name[64];
    size_t blanks = strspn(tag->name, " ");

    snprintf(name, sizeof name, "%.*s", (int)(tag->length - blanks), tag->name + blanks);
    return fill_page(filling, name, view);
}

static bool fill(struct filling *filling, const char *page, const char *at, const char *end,
                 const struct view *view)
{
    struct tag tag = {0}, close = {0};

    while (next_tag(filling, page, at, &tag) && tag.begin < end) {
        bool done = true;

        if (tag.begin > at)
            buffer_add(filling->out, at, (size_t)(tag.begin - at));
        at = tag.after;
        if (tag.kind == '#' || tag.kind == '^') {
            done = find_end(filling, page, &tag, &close) && fill_section(filling, page, &tag, &close, view);
            at = done ? close.after : at;
        } else if (tag.kind == '/') {
            done = complain(filling, "closes a section that it did not open", tag.name, tag.length);
        } else if (tag.kind == '>') {
            done = fill_partial(filling, &tag, view);
        } else if (tag.kind == '\'') {
            done = fill_sentence(filling, &tag, view);
        } else if (tag.kind == '\0') {
            done = fill_value(filling, &tag, view);
        }
        if (!done)
            return false;
    }
    if (filling->error->kind != ERROR_NONE)
        return false;
    if (end > at)
        buffer_add(filling->out, at, (size_t)(end - at));
    return true;
}

static const char *embedded(const char *name)
{
    for (size_t i = 0; i < page_source_count; i++)
        if (strcmp(page_sources[i].name, name) == 0)
            return page_sources[i].text;
    return NULL;
}

/* While designing: the page as it is in the folder now. The caller frees it; NULL if it cannot be read. */
static char *read_page(const char *folder, const char *name)
{
    char   path[512], *text = NULL;
    FILE  *file;
    size_t length;

    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0')
        return NULL;
    snprintf(path, sizeof path, "%s/pages/%s.html", folder, name);
    file = fopen(path, "re");
    if (!file)
        return NULL;
    text = malloc(PAGE_MOST);
    if (!text)
        abort();
    length = fread(text, 1, PAGE_MOST - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

static bool fill_page(struct filling *filling, const char *name, const struct view *view)
{
    char       *own = *filling->folder ? read_page(filling->folder, name) : NULL;
    const char *page = own ? own : embedded(name);
    bool        done;

    if (!page)
        return complain(filling, "is missing", name, strlen(name));
    if (filling->depth == DEPTH_MOST) {
        free(own);
        return complain(filling, "stands within itself", name, strlen(name));
    }
    filling->depth++;
    done = fill(filling, page, page, page + strlen(page), view);
    filling->depth--;
    free(own);
    return done;
}

bool template_fill(struct buffer *out, const char *page, const struct view *values, const char *language,
                   struct error *error)
{
    struct error   problem = {0};
    struct filling filling = {.out = out, .folder = "", .language = language, .error = &problem};

    if (fill(&filling, page, page, page + strlen(page), values))
        return true;
    *error = problem;
    return false;
}

bool template_page(struct buffer *out, const char *folder, const char *name, const struct view *values,
                   const char *language, struct error *error)
{
    struct error   problem = {0};
    struct filling filling = {.out = out, .folder = folder, .language = language, .error = &problem};

    if (fill_page(&filling, name, values))
        return true;
    error_while(&problem, name);
    *error = problem;
    return false;
}
