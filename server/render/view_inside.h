/* view_inside.h: what view.c and template.c know of a view; nobody else includes this. */
#ifndef RENDER_VIEW_INSIDE_H
#define RENDER_VIEW_INSIDE_H

#include "render/view.h"

enum view_kind { VIEW_TEXT, VIEW_FLAG, VIEW_LIST };

struct view_value {
    struct view_value *next;
    const char        *name;
    enum view_kind     kind;
    const char        *text;
    bool               flag;
    struct view       *first, *last; /* of a list; a view within is a list of one */
};

struct view {
    struct arena      *arena;
    struct view       *outer; /* where names are looked up next */
    struct view       *next;  /* in its list */
    struct view_value *first;
};

/* The value of that name, here or further out; NULL if there is none. */
const struct view_value *view_find(const struct view *view, const char *name, size_t length);

#endif
