/*
 * template.h: fills in the pages of site/pages.
 *
 *   {{name}}                    the value, HTML-escaped; there is no unescaped form
 *   {{#name}} … {{/name}}       once for each item of a list; once for a flag that is set, a text that is not
 * empty, or a view within, whose names are then looked up first
 *   {{^name}} … {{/name}}       when it is not set, empty, or false
 *   {{>name}}                   another page (site/pages/name.html), with the same values
 *   {{!comment}}                nothing
 *   {{'Sentence with {name}'}}  the sentence in the reader's language, {name} filled in from the values; all
 * escaped
 *   {{.}}                       not supported: lists hold views, not texts
 */
#ifndef RENDER_TEMPLATE_H
#define RENDER_TEMPLATE_H

#include <stdbool.h>

#include "render/view.h"
#include "shared/buffer.h"
#include "shared/error.h"

/* A name that no view has is empty, unless it stands in {{name}}: then ERROR_INTERNAL names it, so that a
 * page and its handler cannot drift apart unseen. Flags and lists (#, ^) may be missing. */
bool template_fill(struct buffer *out, const char *page, const struct view *values, const char *language,
                   struct error *error) MUST_USE;

/* Fills in the page of that name: from `folder` when it is not "" (while designing), else the embedded one.
 */
bool template_page(struct buffer *out, const char *folder, const char *name, const struct view *values,
                   const char *language, struct error *error) MUST_USE;

#endif
