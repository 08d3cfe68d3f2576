/* pages.h: the templates of site/pages, embedded when the program was built. */
#ifndef RENDER_PAGES_H
#define RENDER_PAGES_H

#include <stddef.h>

struct page_source {
    const char *name; /* "track": the file's name without .html */
    const char *text;
};

extern const struct page_source page_sources[]; /* sorted by name */
extern const size_t             page_source_count;

#endif
