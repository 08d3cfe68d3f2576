#include "render/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/view_inside.h"

static struct view_value *value_named(const struct view *view, const char *name, size_t length)
{
    for (struct view_value *value = view->first; value; value = value->next)
        if (strncmp(value->name, name, length) == 0 && value->name[length] == '\0')
            return value;
    return NULL;
}

const struct view_value *view_find(const struct view *view, const char *name, size_t length)
{
    for (; view; view = view->outer) {
        const struct view_value *value = value_named(view, name, length);

        if (value)
            return value;
    }
    return NULL;
}

static struct view_value *value_set(struct view *view, const char *name, enum view_kind kind)
{
    struct view_value *value = value_named(view, name, strlen(name));

    if (!value) {
        value = ARENA_NEW(view->arena, struct view_value, 1);
        value->name = name;
        value->next = view->first;
        view->first = value;
    }
    value->kind = kind;
    return value;
}

struct view *view_new(struct arena *arena)
{
    struct view *view = ARENA_NEW(arena, struct view, 1);

    view->arena = arena;
    return view;
}

void view_text(struct view *view, const char *name, const char *text)
{
    if (text)
        value_set(view, name, VIEW_TEXT)->text = text;
}

void view_format(struct view *view, const char *name, const char *format, ...)
{
    va_list args;
    char   *text = NULL;
    int     length;

    va_start(args, format);
    length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        return;
    arena_defer(view->arena, free, text);
    view_text(view, name, text);
}

void view_number(struct view *view, const char *name, long number)
{
    view_text(view, name, arena_format(view->arena, "%ld", number));
}

void view_flag(struct view *view, const char *name, bool flag)
{
    value_set(view, name, VIEW_FLAG)->flag = flag;
}

static struct view *inner_new(struct view *view)
{
    struct view *inner = view_new(view->arena);

    inner->outer = view;
    return inner;
}

struct view *view_within(struct view *view, const char *name)
{
    struct view_value *value = value_set(view, name, VIEW_LIST);

    if (!value->first) {
        value->first = value->last = inner_new(view);
    }
    return value->first;
}

struct view *view_append(struct view *view, const char *name)
{
    struct view_value *value = value_set(view, name, VIEW_LIST);
    struct view       *item = inner_new(view);

    if (value->last)
        value->last->next = item;
    else
        value->first = item;
    value->last = item;
    return item;
}
