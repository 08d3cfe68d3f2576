/*
 * view.h: the values that a page is filled in with.
 *
 * A view is a set of named values: a text, a flag, another view, or a list of views. Everything lives as long
 * as the arena. Texts are not copied: they must live as long.
 */
#ifndef RENDER_VIEW_H
#define RENDER_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/arena.h"

struct view;

struct view *view_new(struct arena *arena) MUST_USE;

void view_text(struct view *view, const char *name, const char *text); /* NULL: as if it was not set */
void view_format(struct view *view, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
void view_number(struct view *view, const char *name, long number);
void view_flag(struct view *view, const char *name, bool flag);

/* A view within; {{#name}} … {{/name}} enters it. Setting it again gives the same one. */
struct view *view_within(struct view *view, const char *name);

/* Appends a view to the list `name` and returns it. A list that nothing was appended to is empty: {{^name}}.
 */
struct view *view_append(struct view *view, const char *name);

#endif
