/* page.h: what all pages have in common. */
#ifndef ENDPOINTS_PAGE_H
#define ENDPOINTS_PAGE_H

#include <stdbool.h>

#include "endpoints/service.h"
#include "render/view.h"
#include "shared/error.h"
#include "web/reply.h"
#include "web/request.h"

/* A view with the values that the layout and the navigation need. `here` names the navigation's current
 * entry. */
struct view *page_view(const struct service *service, const struct request *request,
                       const char *here) MUST_USE;

/* Fills in site/pages/NAME.html as the reply's body. */
bool page_show(const struct service *service, const struct request *request, struct reply *reply,
               const char *name, const struct view *view, struct error *error) MUST_USE;

/* The page `error`; plain text if even that cannot be filled in. */
void page_error(const struct service *service, const struct request *request, struct reply *reply,
                const struct error *error);

/* The sentence in the reader's language. */
const char *page_text(const struct request *request, const char *english);

#endif
